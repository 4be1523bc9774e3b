//! NAS messages between UE and MME (TS 36.413 8.6, 9.1.7).

use crate::{
    Cause, CellAccessMode, EnbUeS1apId, GummeiType, MmeUeS1apId, RelayNodeIndicator, RrcEstablishmentCause,
};
use quintet_identity::{Ecgi, Gummei, STmsi, Tai};
use std::borrow::Cow;

message! {
    /// INITIAL UE MESSAGE (TS 36.413 9.1.7.1): the first message of a UE's S1 connection.
    InitialUeMessage "INITIAL UE MESSAGE" = InitiatingMessage 12 Ignore {
        /// The identity the eNB gives the UE's connection.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// The UE's first NAS message.
        mandatory 26 Reject nas_pdu: Cow<'a, [u8]>;
        /// Tracking area of the cell.
        mandatory 67 Reject tai: Tai;
        /// The cell.
        expected 100 Ignore eutran_cgi: Ecgi;
        /// Why the UE asked for the RRC connection.
        expected 134 Ignore rrc_establishment_cause: RrcEstablishmentCause;
        /// The UE's temporary identity, if it gave the eNB one.
        optional 96 Reject s_tmsi: STmsi;
        /// The MME the UE says it is registered with.
        optional 75 Reject gummei_id: Gummei;
        /// How the cell admits UEs.
        optional 145 Reject cell_access_mode: CellAccessMode;
        /// The UE is a relay node.
        optional 160 Reject relay_node_indicator: RelayNodeIndicator;
        /// Where `gummei_id` comes from.
        optional 170 Ignore gummei_type: GummeiType;
    }
}

message! {
    /// DOWNLINK NAS TRANSPORT (TS 36.413 9.1.7.2).
    DownlinkNasTransport "DOWNLINK NAS TRANSPORT" = InitiatingMessage 11 Ignore {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// The NAS message.
        mandatory 26 Reject nas_pdu: Cow<'a, [u8]>;
    }
}

message! {
    /// UPLINK NAS TRANSPORT (TS 36.413 9.1.7.3).
    UplinkNasTransport "UPLINK NAS TRANSPORT" = InitiatingMessage 13 Ignore {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// The NAS message.
        mandatory 26 Reject nas_pdu: Cow<'a, [u8]>;
        /// The cell.
        expected 100 Ignore eutran_cgi: Ecgi;
        /// Its tracking area.
        expected 67 Ignore tai: Tai;
    }
}

message! {
    /// NAS NON DELIVERY INDICATION (TS 36.413 9.1.7.4): a NAS message did not reach its UE.
    NasNonDeliveryIndication "NAS NON DELIVERY INDICATION" = InitiatingMessage 16 Ignore {
        /// The MME's identity of the UE.
        mandatory 0 Reject mme_ue_s1ap_id: MmeUeS1apId;
        /// The eNB's identity of the UE.
        mandatory 8 Reject enb_ue_s1ap_id: EnbUeS1apId;
        /// The message.
        expected 26 Ignore nas_pdu: Cow<'a, [u8]>;
        /// Why.
        expected 2 Ignore cause: Cause;
    }
}

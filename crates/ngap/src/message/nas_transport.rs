//! NAS messages between UE and AMF (TS 38.413 8.6, 9.2.5).

use crate::{
    AmfSetId, AmfUeNgapId, Cause, RanUeNgapId, RrcEstablishmentCause, UeAggregateMaximumBitRate,
    UeContextRequest, UserLocationInformation,
};
use quintet_identity::SNssai;
use quintet_identity::fgs::STmsi;
use std::borrow::Cow;

message! {
    /// INITIAL UE MESSAGE (TS 38.413 9.2.5.1): the first message of a UE's NG connection.
    InitialUeMessage "INITIAL UE MESSAGE" = InitiatingMessage 15 Ignore {
        /// The identity the NG-RAN node gives the UE's connection.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// The UE's first NAS message.
        mandatory 38 Reject nas_pdu: Cow<'a, [u8]>;
        /// Where the UE is.
        mandatory 121 Reject user_location_information: UserLocationInformation;
        /// Why the UE asked for the RRC connection.
        expected 90 Ignore rrc_establishment_cause: RrcEstablishmentCause;
        /// The UE's temporary identity, if it gave the NG-RAN node one.
        optional 26 Reject five_g_s_tmsi: STmsi;
        /// The AMF set that a reroute named.
        optional 3 Ignore amf_set_id: AmfSetId;
        /// Whether the NG-RAN node wants the UE's context.
        optional 112 Ignore ue_context_request: UeContextRequest;
        /// The slices that a reroute named.
        optional 0 Reject allowed_nssai: Vec<SNssai>;
    }
}

message! {
    /// DOWNLINK NAS TRANSPORT (TS 38.413 9.2.5.2).
    DownlinkNasTransport "DOWNLINK NAS TRANSPORT" = InitiatingMessage 4 Ignore {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// The AMF the UE was rerouted from: its name.
        optional 48 Reject old_amf: Cow<'a, str>;
        /// The NAS message.
        mandatory 38 Reject nas_pdu: Cow<'a, [u8]>;
        /// Bounds on the UE's non-GBR flows together.
        optional 110 Ignore ue_aggregate_maximum_bit_rate: UeAggregateMaximumBitRate;
        /// The slices the UE may use.
        optional 0 Reject allowed_nssai: Vec<SNssai>;
    }
}

message! {
    /// UPLINK NAS TRANSPORT (TS 38.413 9.2.5.3).
    UplinkNasTransport "UPLINK NAS TRANSPORT" = InitiatingMessage 46 Ignore {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// The NAS message.
        mandatory 38 Reject nas_pdu: Cow<'a, [u8]>;
        /// Where the UE is.
        expected 121 Ignore user_location_information: UserLocationInformation;
    }
}

message! {
    /// NAS NON DELIVERY INDICATION (TS 38.413 9.2.5.4): a NAS message did not reach its UE.
    NasNonDeliveryIndication "NAS NON DELIVERY INDICATION" = InitiatingMessage 19 Ignore {
        /// The AMF's identity of the UE.
        mandatory 10 Reject amf_ue_ngap_id: AmfUeNgapId;
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// The message.
        expected 38 Ignore nas_pdu: Cow<'a, [u8]>;
        /// Why.
        expected 15 Ignore cause: Cause;
    }
}

message! {
    /// REROUTE NAS REQUEST (TS 38.413 9.2.5.5): another AMF is to have the UE's first message.
    RerouteNasRequest "REROUTE NAS REQUEST" = InitiatingMessage 36 Reject {
        /// The NG-RAN node's identity of the UE.
        mandatory 85 Reject ran_ue_ngap_id: RanUeNgapId;
        /// The AMF's identity of the UE.
        optional 10 Ignore amf_ue_ngap_id: AmfUeNgapId;
        /// The INITIAL UE MESSAGE as it was, a PDU of its own.
        mandatory 42 Reject ngap_message: Cow<'a, [u8]>;
        /// The AMF set that is to have it.
        mandatory 3 Reject amf_set_id: AmfSetId;
        /// The slices the UE may use.
        optional 0 Reject allowed_nssai: Vec<SNssai>;
    }
}

//! Cause (TS 38.413 9.3.1.2): why, in five groups.

use crate::Ngap;
use crate::cause_table as table;
use oxirush_ngap::ngap as asn1;

quintet_ap::cause! { in Ngap, asn1, table;
    /// No better radio network cause.
    RADIO_NETWORK_UNSPECIFIED = RadioNetwork 0;
    /// The NG-RAN node asks for the release on its own account.
    RELEASE_DUE_TO_NGRAN_GENERATED_REASON = RadioNetwork 3;
    /// The core releases on its own account.
    RELEASE_DUE_TO_5GC_GENERATED_REASON = RadioNetwork 4;
    /// The target does not take the UE.
    HO_TARGET_NOT_ALLOWED = RadioNetwork 8;
    /// The receiver's own identity of the UE is not one it gave.
    UNKNOWN_LOCAL_UE_NGAP_ID = RadioNetwork 14;
    /// The sender's identity of the UE is not the one it gave before.
    INCONSISTENT_REMOTE_UE_NGAP_ID = RadioNetwork 15;
    /// The UE was silent.
    USER_INACTIVITY = RadioNetwork 20;
    /// The radio link is gone.
    RADIO_CONNECTION_WITH_UE_LOST = RadioNetwork 21;
    /// No resources on the radio side.
    RADIO_RESOURCES_NOT_AVAILABLE = RadioNetwork 22;
    /// An RRC procedure failed.
    FAILURE_IN_RADIO_INTERFACE_PROCEDURE = RadioNetwork 24;
    /// Another procedure is in the way.
    INTERACTION_WITH_OTHER_PROCEDURE = RadioNetwork 25;
    /// The PDU session is not known.
    UNKNOWN_PDU_SESSION_ID = RadioNetwork 26;
    /// The PDU session is in the message twice.
    MULTIPLE_PDU_SESSION_ID_INSTANCES = RadioNetwork 28;
    /// The UE's algorithms and the node's have nothing in common.
    ENCRYPTION_AND_OR_INTEGRITY_PROTECTION_ALGORITHMS_NOT_SUPPORTED = RadioNetwork 30;
    /// The node does not have the slice.
    SLICE_NOT_SUPPORTED = RadioNetwork 39;
    /// The UE in RRC_INACTIVE did not answer.
    UE_IN_RRC_INACTIVE_STATE_NOT_REACHABLE = RadioNetwork 40;
    /// The UE turned up elsewhere.
    RELEASE_DUE_TO_CN_DETECTED_MOBILITY = RadioNetwork 44;
    /// No transport resources.
    TRANSPORT_RESOURCE_UNAVAILABLE = Transport 0;
    /// No better transport cause.
    TRANSPORT_UNSPECIFIED = Transport 1;
    /// The release is an ordinary one.
    NAS_NORMAL_RELEASE = Nas 0;
    /// Authentication failed.
    NAS_AUTHENTICATION_FAILURE = Nas 1;
    /// The UE is deregistered.
    NAS_DEREGISTER = Nas 2;
    /// No better NAS cause.
    NAS_UNSPECIFIED = Nas 3;
    /// The PDU did not parse (TS 38.413 10.2).
    TRANSFER_SYNTAX_ERROR = Protocol 0;
    /// Something not comprehended or missing had criticality reject (TS 38.413 10.3).
    ABSTRACT_SYNTAX_ERROR_REJECT = Protocol 1;
    /// Something not comprehended or missing had criticality ignore and notify (TS 38.413 10.3).
    ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY = Protocol 2;
    /// The message does not fit the state (TS 38.413 10.4).
    MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE = Protocol 3;
    /// The message contradicts itself (TS 38.413 10.4).
    SEMANTIC_ERROR = Protocol 4;
    /// IEs in the wrong order or too often (TS 38.413 10.3.6).
    ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE = Protocol 5;
    /// No better protocol cause.
    PROTOCOL_UNSPECIFIED = Protocol 6;
    /// Too much to do.
    CONTROL_PROCESSING_OVERLOAD = Misc 0;
    /// Hardware failure.
    HARDWARE_FAILURE = Misc 2;
    /// An operator intervened.
    OM_INTERVENTION = Misc 3;
    /// None of the PLMNs is served.
    UNKNOWN_PLMN_OR_SNPN = Misc 4;
    /// No better cause at all.
    MISC_UNSPECIFIED = Misc 5;
}

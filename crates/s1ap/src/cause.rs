//! Cause (TS 36.413 9.2.1.3): why, in five groups.

use crate::S1ap;
use crate::cause_table as table;
use oxirush_s1ap::s1ap as asn1;

quintet_ap::cause! { in S1ap, asn1, table;
    /// No better radio network cause.
    RADIO_NETWORK_UNSPECIFIED = RadioNetwork 0;
    /// The eNB asks for the release on its own account.
    RELEASE_DUE_TO_EUTRAN_GENERATED_REASON = RadioNetwork 3;
    /// The MME UE S1AP ID is not one the node gave, or not of this association.
    UNKNOWN_MME_UE_S1AP_ID = RadioNetwork 13;
    /// The eNB UE S1AP ID is not known, or was changed.
    UNKNOWN_ENB_UE_S1AP_ID = RadioNetwork 14;
    /// Both identities are known, but not as a pair.
    UNKNOWN_PAIR_UE_S1AP_ID = RadioNetwork 15;
    /// The UE was silent.
    USER_INACTIVITY = RadioNetwork 20;
    /// The radio link is gone.
    RADIO_CONNECTION_WITH_UE_LOST = RadioNetwork 21;
    /// The UE is sent to another MME.
    LOAD_BALANCING_TAU_REQUIRED = RadioNetwork 22;
    /// The UE goes to another system for a call.
    CS_FALLBACK_TRIGGERED = RadioNetwork 23;
    /// No resources on the radio side.
    RADIO_RESOURCES_NOT_AVAILABLE = RadioNetwork 25;
    /// An RRC procedure failed.
    FAILURE_IN_RADIO_INTERFACE_PROCEDURE = RadioNetwork 26;
    /// The E-RAB is not known.
    UNKNOWN_ERAB_ID = RadioNetwork 30;
    /// The E-RAB is in the message twice.
    MULTIPLE_ERAB_ID_INSTANCES = RadioNetwork 31;
    /// The UE's algorithms and the eNB's have nothing in common.
    ENCRYPTION_AND_OR_INTEGRITY_PROTECTION_ALGORITHMS_NOT_SUPPORTED = RadioNetwork 32;
    /// No better transport cause.
    TRANSPORT_UNSPECIFIED = Transport 1;
    /// No transport resources.
    TRANSPORT_RESOURCE_UNAVAILABLE = Transport 0;
    /// The release is an ordinary one.
    NAS_NORMAL_RELEASE = Nas 0;
    /// Authentication failed.
    NAS_AUTHENTICATION_FAILURE = Nas 1;
    /// The UE is detached.
    NAS_DETACH = Nas 2;
    /// No better NAS cause.
    NAS_UNSPECIFIED = Nas 3;
    /// The PDU did not parse (TS 36.413 10.2).
    TRANSFER_SYNTAX_ERROR = Protocol 0;
    /// Something not comprehended or missing had criticality reject (TS 36.413 10.3).
    ABSTRACT_SYNTAX_ERROR_REJECT = Protocol 1;
    /// Something not comprehended or missing had criticality ignore and notify (TS 36.413 10.3).
    ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY = Protocol 2;
    /// The message does not fit the state (TS 36.413 10.4).
    MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE = Protocol 3;
    /// The message contradicts itself (TS 36.413 10.4).
    SEMANTIC_ERROR = Protocol 4;
    /// IEs in the wrong order or too often (TS 36.413 10.3.6).
    ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE = Protocol 5;
    /// No better protocol cause.
    PROTOCOL_UNSPECIFIED = Protocol 6;
    /// Too much to do.
    CONTROL_PROCESSING_OVERLOAD = Misc 0;
    /// Hardware failure.
    HARDWARE_FAILURE = Misc 2;
    /// An operator intervened.
    OM_INTERVENTION = Misc 3;
    /// No better cause at all.
    MISC_UNSPECIFIED = Misc 4;
    /// None of the PLMNs is served.
    UNKNOWN_PLMN = Misc 5;
}

//! Cause (TS 36.413 9.2.1.3): why, in five groups.

use crate::S1ap;
use crate::cause_table as table;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated};
use std::fmt;

/// Why a node does or refuses something: a group and the value's number in it (root values first, then extensions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Radio network layer.
    RadioNetwork(u8),
    /// Transport layer.
    Transport(u8),
    /// NAS.
    Nas(u8),
    /// Protocol.
    Protocol(u8),
    /// Anything else.
    Misc(u8),
}

/// Names the causes that the nodes send or look for.
macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $group:ident $value:literal;)*) => {
        impl Cause {
            $($(#[$doc])* pub const $name: Self = Self::$group($value);)*
        }
    };
}

causes! {
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

impl Cause {
    /// The group's name in the specification's ASN.1: `radioNetwork`, `transport`, `nas`, `protocol` or `misc`.
    #[must_use]
    pub const fn group(self) -> &'static str {
        match self {
            Self::RadioNetwork(_) => "radioNetwork",
            Self::Transport(_) => "transport",
            Self::Nas(_) => "nas",
            Self::Protocol(_) => "protocol",
            Self::Misc(_) => "misc",
        }
    }

    /// The value's number in its group.
    #[must_use]
    pub const fn value(self) -> u8 {
        let (Self::RadioNetwork(value)
        | Self::Transport(value)
        | Self::Nas(value)
        | Self::Protocol(value)
        | Self::Misc(value)) = self;
        value
    }

    /// The specification's name of the value (`user-inactivity`); `unknown` for a number that Release 19 does not have.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RadioNetwork(value) => table::radio_network_name(value),
            Self::Transport(value) => table::transport_name(value),
            Self::Nas(value) => table::nas_name(value),
            Self::Protocol(value) => table::protocol_name(value),
            Self::Misc(value) => table::misc_name(value),
        }
        .unwrap_or("unknown")
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.group(), self.name(), self.value())
    }
}

impl Generated<'_, S1ap> for Cause {
    type Asn1 = asn1::Cause;

    fn from_asn1(generated: asn1::Cause) -> Option<Self> {
        // The generated enumerations number their values as the ASN.1 does, at most 45.
        Some(match generated {
            asn1::Cause::radioNetwork(value) => Self::RadioNetwork(value as u8),
            asn1::Cause::transport(value) => Self::Transport(value as u8),
            asn1::Cause::nas(value) => Self::Nas(value as u8),
            asn1::Cause::protocol(value) => Self::Protocol(value as u8),
            asn1::Cause::misc(value) => Self::Misc(value as u8),
            _ => return None,
        })
    }

    fn to_asn1(&self) -> Result<asn1::Cause, EncodeError> {
        match *self {
            Self::RadioNetwork(value) => table::radio_network(value).map(asn1::Cause::radioNetwork),
            Self::Transport(value) => table::transport(value).map(asn1::Cause::transport),
            Self::Nas(value) => table::nas(value).map(asn1::Cause::nas),
            Self::Protocol(value) => table::protocol(value).map(asn1::Cause::protocol),
            Self::Misc(value) => table::misc(value).map(asn1::Cause::misc),
        }
        .ok_or(EncodeError::Value { what: "Cause" })
    }
}

//! The first octets of a NAS message: protocol discriminator and security header type (TS 24.007 11.2.3.1; TS 24.301 9.2,
//! 9.3.1; TS 24.501 9.2, 9.3).

use std::fmt;

/// Protocol discriminator: bits 1 to 4 of the first octet (TS 24.007 11.2.3.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProtocolDiscriminator(pub u8);

impl ProtocolDiscriminator {
    /// EPS session management messages.
    pub const EPS_SESSION_MANAGEMENT: Self = Self(2);
    /// EPS mobility management messages.
    pub const EPS_MOBILITY_MANAGEMENT: Self = Self(7);

    /// The discriminator in a first octet.
    #[must_use]
    pub const fn of(first_octet: u8) -> Self {
        Self(first_octet & 0x0f)
    }
}

/// Extended protocol discriminator: the first octet of a message of 5GS (TS 24.007 11.2.3.1.1A, TS 24.501 9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExtendedProtocolDiscriminator(pub u8);

impl ExtendedProtocolDiscriminator {
    /// 5GS session management messages.
    pub const FGS_SESSION_MANAGEMENT: Self = Self(0x2e);
    /// 5GS mobility management messages.
    pub const FGS_MOBILITY_MANAGEMENT: Self = Self(0x7e);

    /// Whether a message that begins with `first_octet` is one of 5GS, and of which protocol. EPS has no message that
    /// begins so: bits 1 to 4 are 14, an extension of the discriminator.
    #[must_use]
    pub const fn of(first_octet: u8) -> Option<Self> {
        match Self(first_octet) {
            known @ (Self::FGS_SESSION_MANAGEMENT | Self::FGS_MOBILITY_MANAGEMENT) => Some(known),
            _ => None,
        }
    }
}

/// Security header type: bits 5 to 8 of the first octet of an EMM message (TS 24.301 9.3.1), bits 1 to 4 of the second of
/// a 5GMM message (TS 24.501 9.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecurityHeaderType(pub u8);

impl SecurityHeaderType {
    /// Plain NAS message, not security protected.
    pub const PLAIN: Self = Self(0);
    /// Integrity protected.
    pub const INTEGRITY_PROTECTED: Self = Self(1);
    /// Integrity protected and ciphered.
    pub const INTEGRITY_PROTECTED_AND_CIPHERED: Self = Self(2);
    /// Integrity protected with new EPS or 5G NAS security context (SECURITY MODE COMMAND only).
    pub const INTEGRITY_PROTECTED_WITH_NEW_CONTEXT: Self = Self(3);
    /// Integrity protected and ciphered with new EPS or 5G NAS security context (SECURITY MODE COMPLETE only).
    pub const INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT: Self = Self(4);
    /// Integrity protected and partially ciphered (CONTROL PLANE SERVICE REQUEST).
    pub const INTEGRITY_PROTECTED_AND_PARTIALLY_CIPHERED: Self = Self(5);
    /// Security header for the SERVICE REQUEST message.
    pub const SERVICE_REQUEST: Self = Self(12);

    /// The type in a first octet.
    #[must_use]
    pub const fn of(first_octet: u8) -> Self {
        Self(first_octet >> 4)
    }

    /// The type in the second octet of a 5GMM message.
    #[must_use]
    pub const fn of_second_octet(second_octet: u8) -> Self {
        Self(second_octet & 0x0f)
    }

    /// The first octet of an EMM message with this header.
    #[must_use]
    pub const fn first_octet(self) -> u8 {
        self.0 << 4 | ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT.0
    }

    /// The words of TS 24.501 table 9.3.1, `None` for a reserved value.
    #[must_use]
    pub const fn fgs_name(self) -> Option<&'static str> {
        match self {
            Self::PLAIN => Some("Plain 5GS NAS message, not security protected"),
            Self::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT => {
                Some("Integrity protected with new 5G NAS security context")
            }
            Self::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT => {
                Some("Integrity protected and ciphered with new 5G NAS security context")
            }
            Self::INTEGRITY_PROTECTED | Self::INTEGRITY_PROTECTED_AND_CIPHERED => self.name(),
            _ => None,
        }
    }

    /// The words of TS 24.301 table 9.3.1, `None` for a reserved value.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::PLAIN => "Plain NAS message, not security protected",
            Self::INTEGRITY_PROTECTED => "Integrity protected",
            Self::INTEGRITY_PROTECTED_AND_CIPHERED => "Integrity protected and ciphered",
            Self::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT => "Integrity protected with new EPS security context",
            Self::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT => {
                "Integrity protected and ciphered with new EPS security context"
            }
            Self::INTEGRITY_PROTECTED_AND_PARTIALLY_CIPHERED => {
                "Integrity protected and partially ciphered NAS message"
            }
            // TS 24.301 table 9.3.1: 13 to 15 stand for 12 in this version.
            Self(12..=15) => "Security header for the SERVICE REQUEST message",
            _ => return None,
        })
    }
}

impl fmt::Display for SecurityHeaderType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => write!(f, "{} (reserved)", self.0),
        }
    }
}

impl fmt::Debug for SecurityHeaderType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecurityHeaderType({self})")
    }
}

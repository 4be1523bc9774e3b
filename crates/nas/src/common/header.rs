//! The first octet of a NAS message: protocol discriminator and security header type (TS 24.007 11.2.3.1, TS 24.301 9.2, 9.3.1).

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

/// Security header type: bits 5 to 8 of the first octet of an EMM message (TS 24.301 9.3.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecurityHeaderType(pub u8);

impl SecurityHeaderType {
    /// Plain NAS message, not security protected.
    pub const PLAIN: Self = Self(0);
    /// Integrity protected.
    pub const INTEGRITY_PROTECTED: Self = Self(1);
    /// Integrity protected and ciphered.
    pub const INTEGRITY_PROTECTED_AND_CIPHERED: Self = Self(2);
    /// Integrity protected with new EPS security context (SECURITY MODE COMMAND only).
    pub const INTEGRITY_PROTECTED_WITH_NEW_CONTEXT: Self = Self(3);
    /// Integrity protected and ciphered with new EPS security context (SECURITY MODE COMPLETE only).
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

    /// The first octet of an EMM message with this header.
    #[must_use]
    pub const fn first_octet(self) -> u8 {
        self.0 << 4 | ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT.0
    }

    /// The specification's words, `None` for a reserved value.
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

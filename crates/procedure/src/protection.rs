//! How a message is protected, as far as a transition table cares.

use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_nas::eps::NasKsi;
use quintet_nas::security::SecurityHeaderType;

/// NAS key set identifier with its type: bit 4 is TSC, bits 3 to 1 the value (TS 24.301 9.9.3.21, TS 24.501 9.11.3.32).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ksi(pub u8);

impl Ksi {
    /// No key is available (UE to network).
    pub const NONE: Self = Self(7);

    /// Whether it names a key.
    #[must_use]
    pub const fn names_a_key(self) -> bool {
        self.0 & 7 != 7
    }

    /// Whether the context is mapped from another system (TSC).
    #[must_use]
    pub const fn is_mapped(self) -> bool {
        self.0 & 8 != 0
    }

    /// Whether both may name one context. SERVICE REQUEST carries no TSC (TS 24.301 9.9.3.19).
    #[must_use]
    pub const fn matches(self, other: Self) -> bool {
        self.0 & 7 == other.0 & 7
    }
}

/// The selected NAS security algorithms (TS 24.301 9.9.3.23, TS 24.501 9.11.3.34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Algorithms {
    /// For integrity protection.
    pub integrity: IntegrityAlgorithm,
    /// For ciphering.
    pub ciphering: CipheringAlgorithm,
}

/// Security header type of a protected message (TS 24.301 9.3.1, TS 24.501 9.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Header {
    /// 1: integrity protected.
    Integrity,
    /// 2: integrity protected and ciphered.
    Ciphered,
    /// 3: integrity protected with new security context.
    NewContext,
    /// 4: integrity protected and ciphered with new security context.
    CipheredNewContext,
    /// 5, of EPS: integrity protected and partially ciphered.
    PartiallyCiphered,
}

/// How a message is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protection {
    /// Not at all: security header type 0.
    Plain,
    /// With a MAC of 32 bits.
    Protected {
        /// Its security header type.
        header: Header,
        /// Whether the MAC holds; `None` from who has no keys.
        verified: Option<bool>,
    },
    /// EPS: SERVICE REQUEST with its short MAC: security header type 12.
    ShortMac,
}

impl Protection {
    /// As one's own messages are: protected and of course right.
    #[must_use]
    pub const fn verified(header: Header) -> Self {
        Self::Protected {
            header,
            verified: Some(true),
        }
    }
}

impl From<NasKsi> for Ksi {
    fn from(ksi: NasKsi) -> Self {
        Self(ksi.0 & 0x0f)
    }
}

impl From<Ksi> for NasKsi {
    fn from(ksi: Ksi) -> Self {
        Self(ksi.0)
    }
}

impl Header {
    /// From a security header type; `None` for plain, SERVICE REQUEST and reserved ones (TS 24.301 9.3.1).
    #[must_use]
    pub const fn of(header_type: SecurityHeaderType) -> Option<Self> {
        Some(match header_type {
            SecurityHeaderType::INTEGRITY_PROTECTED => Self::Integrity,
            SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED => Self::Ciphered,
            SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT => Self::NewContext,
            SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT => Self::CipheredNewContext,
            SecurityHeaderType::INTEGRITY_PROTECTED_AND_PARTIALLY_CIPHERED => Self::PartiallyCiphered,
            _ => return None,
        })
    }
}

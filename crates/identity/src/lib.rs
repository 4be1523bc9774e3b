//! Identities of TS 23.003. Digits are packed, `Display` shows them, `Debug` redacts what names a person.

#![forbid(unsafe_code)]

mod apn;
mod area;
mod digits;
pub mod fgs;
mod ims;
mod nai;
mod plmn;
#[cfg(feature = "openapi")]
mod schema;
mod slice;
mod suci;
mod supi;
mod temporary;

pub use apn::{Apn, MAX_APN_OCTETS};
pub use area::{Ecgi, Tai};
pub use digits::{Imei, Imeisv, Imsi, Msin, Msisdn, RoutingIndicator};
pub use ims::{Impi, Impu, MAX_IMPU_OCTETS};
pub use nai::{MAX_NAI_OCTETS, Nai};
pub use plmn::Plmn;
pub use slice::SNssai;
pub use suci::{HomeNetwork, MAX_SCHEME_OUTPUT_OCTETS, ProtectionScheme, Suci, SupiFormat};
pub use supi::Supi;
pub use temporary::{Gummei, Guti, STmsi};

/// Why a text or octet string is not an identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Wrong number of digits.
    #[error("{what} has {got} digits, expected {expected}")]
    Length {
        /// The identity's name.
        what: &'static str,
        /// Digits found.
        got: usize,
        /// What is allowed.
        expected: &'static str,
    },
    /// A character or half-octet that is no decimal digit.
    #[error("{what} may hold decimal digits only")]
    Digit {
        /// The identity's name.
        what: &'static str,
    },
    /// A number that is none, or does not fit.
    #[error("{what}: expected {expected}")]
    Number {
        /// The identity's name.
        what: &'static str,
        /// What is allowed.
        expected: &'static str,
    },
    /// A network access identifier that is none.
    #[error("a NAI is username@realm, 253 octets at most: {why}")]
    Nai {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A public identity of the IMS that is none.
    #[error("a public identity is sip:user@host, sips:user@host or tel:number, 255 octets at most: {why}")]
    Impu {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A SUPI that is none.
    #[error("a SUPI is imsi- and 6 to 15 digits, or nai- and username@realm: {why}")]
    Supi {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A SUCI that is none.
    #[error("not a SUCI: {why}")]
    Suci {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A label of an APN that is not allowed.
    #[error("an APN is labels of letters, digits and hyphens, 63 at most each, 100 octets in all: {why}")]
    Apn {
        /// What is wrong with it.
        why: &'static str,
    },
}

//! The keys of the home network that conceal the SUPIs of scenarios. They are published here, so they must never be those of
//! a network that serves people.

use super::scenario::Scheme;
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_fgmm::ue::Concealment;
use quintet_identity::ProtectionScheme;

/// The home network public key identifier of the key of profile A.
pub const PROFILE_A_KEY_ID: u8 = 1;

/// That of the key of profile B.
pub const PROFILE_B_KEY_ID: u8 = 2;

const PROFILE_A: [u8; 32] = *b"QUINTET1 home network, profile A";
const PROFILE_B: [u8; 32] = *b"QUINTET1 home network, profile B";

/// A key that the home network does not have.
const OTHER: [u8; 32] = *b"QUINTET1 not the home network's!";

fn key(profile: Profile, octets: &[u8; 32]) -> HomeNetworkPrivateKey {
    HomeNetworkPrivateKey::new(profile, octets).expect("a scalar below the order of either curve")
}

/// The private keys that the UDM must have, with their identifiers.
#[must_use]
pub fn home_network_keys() -> Vec<(u8, HomeNetworkPrivateKey)> {
    vec![
        (PROFILE_A_KEY_ID, key(Profile::A, &PROFILE_A)),
        (PROFILE_B_KEY_ID, key(Profile::B, &PROFILE_B)),
    ]
}

/// The protection scheme that a SUCI must name.
pub(super) const fn protection_scheme(scheme: Scheme) -> ProtectionScheme {
    match scheme {
        Scheme::Null => ProtectionScheme::NULL,
        Scheme::ProfileA | Scheme::OtherKey => ProtectionScheme::PROFILE_A,
        Scheme::ProfileB => ProtectionScheme::PROFILE_B,
    }
}

/// What a card conceals its SUPI with.
pub(super) fn concealment(scheme: Scheme) -> Concealment {
    let (key_id, private) = match scheme {
        Scheme::Null => return Concealment::Null,
        Scheme::ProfileA => (PROFILE_A_KEY_ID, key(Profile::A, &PROFILE_A)),
        Scheme::ProfileB => (PROFILE_B_KEY_ID, key(Profile::B, &PROFILE_B)),
        Scheme::OtherKey => (PROFILE_A_KEY_ID, key(Profile::A, &OTHER)),
    };
    let key = *private.public_key();
    Concealment::Ecies { key_id, key }
}

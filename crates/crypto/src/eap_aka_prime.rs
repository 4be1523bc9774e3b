//! The keys of EAP-AKA' (RFC 9048 3.3, 3.4), from CK' and IK'.
//!
//! ```text
//!   IK' ‖ CK' ──PRF'("EAP-AKA'" ‖ Identity)──► K_encr ‖ K_aut ‖ K_re ‖ MSK ‖ EMSK
//! ```
//!
//! Left out: fast re-authentication (K_re is there, nothing derives from it: TS 33.501 6.1.3.1 does not use it), and the key
//! exchange of EAP-AKA' FS (RFC 9678), which a server offers in attributes that may be skipped.

use crate::CkIkPrime;
use crate::hmac::HmacKey;
use crate::key::key;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroizing, optimization_barrier};

key!(
    /// K_encr: 128 bits, enciphers AT_ENCR_DATA (RFC 9048 3.3).
    KEncr, 16
);
key!(
    /// K_aut: 256 bits, makes AT_MAC (RFC 9048 3.3).
    KAut, 32
);
key!(
    /// K_re: 256 bits, for fast re-authentication (RFC 9048 3.3).
    KRe, 32
);
key!(
    /// MSK: 512 bits, what EAP gives the layer below (RFC 9048 3.3).
    Msk, 64
);
key!(
    /// EMSK: 512 bits, what stays with peer and server; its upper half is KAUSF (RFC 9048 3.3; TS 33.501 6.1.3.1, Annex F).
    Emsk, 64
);

/// The key derivation function that peer and server must have: CK' and IK' of TS 33.402 (RFC 9048 3.2, 3.3).
pub const KDF_CK_IK_PRIME: u16 = 1;

/// Octets of AT_MAC's value (RFC 9048 3.1).
pub const MAC_OCTETS: usize = 16;

/// Octets of MK, as far as it is used.
const MK_OCTETS: usize = 16 + 32 + 32 + 64 + 64;

/// Keys of one full authentication (RFC 9048 3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterKeys {
    /// Enciphers AT_ENCR_DATA.
    pub k_encr: KEncr,
    /// Makes AT_MAC.
    pub k_aut: KAut,
    /// For fast re-authentication.
    pub k_re: KRe,
    /// For the layer below.
    pub msk: Msk,
    /// For KAUSF.
    pub emsk: Emsk,
}

impl MasterKeys {
    /// MK and its parts. In 5GS `identity` is the SUPI without its prefix, whatever the peer called itself (RFC 9048 5.3.2).
    #[must_use]
    pub fn derive(keys: &CkIkPrime, identity: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        key[..16].copy_from_slice(keys.ik.expose_128()?);
        key[16..].copy_from_slice(keys.ck.expose_128()?);
        let mk = prf_prime(&HmacKey::new(&key), &[b"EAP-AKA'", identity]);
        Some(Self {
            k_encr: KEncr::new(cut(&mk, 0)),
            k_aut: KAut::new(cut(&mk, 16)),
            k_re: KRe::new(cut(&mk, 48)),
            msk: Msk::new(cut(&mk, 80)),
            emsk: Emsk::new(cut(&mk, 144)),
        })
    }
}

/// The `N` octets at `from`; both are constants inside MK.
fn cut<const N: usize>(mk: &[u8; MK_OCTETS], from: usize) -> [u8; N] {
    let mut octets = [0; N];
    octets.copy_from_slice(&mk[from..from + N]);
    octets
}

/// PRF' (RFC 9048 3.4.1): T1 ‖ T2 ‖ …, each over the one before, the text and its number.
fn prf_prime(key: &HmacKey, text: &[&[u8]; 2]) -> Zeroizing<[u8; MK_OCTETS]> {
    let mut mk = Zeroizing::new([0; MK_OCTETS]);
    let mut t = [0; 32];
    for (i, part) in mk.chunks_mut(32).enumerate() {
        let before = if i == 0 { &[][..] } else { &t };
        t = key.mac(&[before, text[0], text[1], &[i as u8 + 1]]);
        part.copy_from_slice(&t[..part.len()]);
    }
    t = [0; 32];
    optimization_barrier(&t);
    mk
}

impl KAut {
    /// The value of AT_MAC over a packet in parts, its own 16 octets being zero in them (RFC 9048 3.1; RFC 4187 10.15).
    #[must_use]
    pub fn at_mac(&self, parts: &[&[u8]]) -> [u8; MAC_OCTETS] {
        cut_mac(HmacKey::new(self.expose()).mac(parts))
    }

    /// Whether `mac` is the value of [`Self::at_mac`], compared in constant time.
    #[must_use]
    pub fn verify_at_mac(&self, parts: &[&[u8]], mac: &[u8; MAC_OCTETS]) -> bool {
        self.at_mac(parts).ct_eq(mac).into()
    }
}

fn cut_mac(whole: [u8; 32]) -> [u8; MAC_OCTETS] {
    let mut mac = [0; MAC_OCTETS];
    mac.copy_from_slice(&whole[..MAC_OCTETS]);
    mac
}

/// The value of AT_CHECKCODE: SHA-256 over the EAP packets of the identity round, in order (RFC 9048 3.1; RFC 4187 10.13).
#[must_use]
pub fn checkcode(packets: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for packet in packets {
        hash.update(packet);
    }
    hash.finalize().into()
}

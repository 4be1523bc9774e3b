//! Security IEs (TS 38.413 9.3.1.86 to 9.3.1.88).

use crate::Ngap;
use oxirush_ngap::BitString;
use oxirush_ngap::ngap as asn1;
use quintet_ap::{EncodeError, Generated, Source, Value, plain_values};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// UE Security Capabilities (TS 38.413 9.3.1.86): one bit an algorithm, the first bit the most significant.
///
/// Bit 15 is algorithm 1 (NEA0, NIA0, EEA0 and EIA0 have none, every UE has them), bit 14 algorithm 2, bit 13
/// algorithm 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeSecurityCapabilities {
    /// 128-NEA1 in bit 15, 128-NEA2 in bit 14, 128-NEA3 in bit 13.
    pub nr_encryption_algorithms: u16,
    /// 128-NIA1 in bit 15, 128-NIA2 in bit 14, 128-NIA3 in bit 13.
    pub nr_integrity_protection_algorithms: u16,
    /// 128-EEA1 in bit 15, 128-EEA2 in bit 14, 128-EEA3 in bit 13; of a UE that has E-UTRA connected to 5GC.
    pub eutra_encryption_algorithms: u16,
    /// 128-EIA1 in bit 15, 128-EIA2 in bit 14, 128-EIA3 in bit 13; of a UE that has E-UTRA connected to 5GC.
    pub eutra_integrity_protection_algorithms: u16,
}

/// Security Key (TS 38.413 9.3.1.87): KgNB for NR and E-UTRA, KN3IWF for untrusted non-3GPP access, NH in a
/// [`SecurityContext`]. The message does not say which; the node it is for knows.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecurityKey([u8; Self::OCTETS]);

/// Security Context (TS 38.413 9.3.1.88): a chain counter and its next hop key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityContext {
    /// Next Hop Chaining Count, 0 to 7.
    pub next_hop_chaining_count: u8,
    /// Next Hop.
    pub next_hop_nh: SecurityKey,
}

impl SecurityKey {
    /// Length in octets.
    pub const OCTETS: usize = 32;

    /// From its octets.
    #[must_use]
    pub const fn new(octets: [u8; Self::OCTETS]) -> Self {
        Self(octets)
    }

    /// The octets: for a key type or a wire; never for a log.
    #[must_use]
    pub const fn expose(&self) -> &[u8; Self::OCTETS] {
        &self.0
    }
}

impl fmt::Debug for SecurityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityKey(redacted)")
    }
}

impl PartialEq for SecurityKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecurityKey {}

/// The first 16 bits; further ones are of a later release and nothing this one could choose.
fn sixteen(bits: &BitString<'_>) -> Option<u16> {
    bits.as_octets()
        .first_chunk()
        .map(|octets| u16::from_be_bytes(*octets))
}

impl<'a> Generated<'a, Ngap> for UeSecurityCapabilities {
    type Asn1 = asn1::UESecurityCapabilities<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            nr_encryption_algorithms: sixteen(&generated.nr_encryption_algorithms.0)?,
            nr_integrity_protection_algorithms: sixteen(&generated.nr_integrity_protection_algorithms.0)?,
            eutra_encryption_algorithms: sixteen(&generated.eutra_encryption_algorithms.0)?,
            eutra_integrity_protection_algorithms: sixteen(
                &generated.eutra_integrity_protection_algorithms.0,
            )?,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::UESecurityCapabilities::new(
            asn1::NRencryptionAlgorithms(self.nr_encryption_algorithms.to_be_bytes().into()),
            asn1::NRintegrityProtectionAlgorithms(
                self.nr_integrity_protection_algorithms.to_be_bytes().into(),
            ),
            asn1::EUTRAencryptionAlgorithms(self.eutra_encryption_algorithms.to_be_bytes().into()),
            asn1::EUTRAintegrityProtectionAlgorithms(
                self.eutra_integrity_protection_algorithms.to_be_bytes().into(),
            ),
            None,
        ))
    }
}

impl<'a> Generated<'a, Ngap> for SecurityContext {
    type Asn1 = asn1::SecurityContext<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            next_hop_chaining_count: generated.next_hop_chaining_count.0,
            next_hop_nh: SecurityKey::new(generated.next_hop_nh.0.as_octets().try_into().ok()?),
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::SecurityContext::new(
            asn1::NextHopChainingCount(self.next_hop_chaining_count),
            asn1::SecurityKey((*self.next_hop_nh.expose()).into()),
            None,
        ))
    }
}

plain_values!(Ngap: UeSecurityCapabilities, SecurityContext);

/// A BIT STRING of fixed size 256 is its 32 octets, so no copy of the key is left in the generated layer.
impl<'a> Value<'a, Ngap> for SecurityKey {
    fn read(source: Source<'a, '_>) -> Result<Self, String> {
        let octets = source.octets();
        let key = octets.try_into().map_err(|_| {
            format!(
                "a Security Key of {} octets, expected {}",
                octets.len(),
                Self::OCTETS
            )
        })?;
        Ok(Self(key))
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self.expose());
        Ok(())
    }
}

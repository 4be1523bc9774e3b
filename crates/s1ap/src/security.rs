//! Security IEs (TS 36.413 9.2.1.26, 9.2.1.40, 9.2.1.41).

use crate::S1ap;
use oxirush_s1ap::BitString;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::{EncodeError, Generated, Source, Value, plain_values};
use quintet_crypto::{KeNb, Nh};
use zeroize::Zeroize;

/// Octets of a Security Key.
const KEY_OCTETS: usize = 32;

/// UE Security Capabilities (TS 36.413 9.2.1.40): one bit an algorithm, the first bit the most significant.
///
/// Bit 15 is algorithm 1 (EEA0 and EIA0 have none, every UE has them), bit 14 algorithm 2, bit 13 algorithm 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UeSecurityCapabilities {
    /// 128-EEA1 in bit 15, 128-EEA2 in bit 14, 128-EEA3 in bit 13.
    pub encryption_algorithms: u16,
    /// 128-EIA1 in bit 15, 128-EIA2 in bit 14, 128-EIA3 in bit 13.
    pub integrity_protection_algorithms: u16,
}

/// Security Context (TS 36.413 9.2.1.26): a chain counter and its next hop key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityContext {
    /// Next Hop Chaining Count, 0 to 7.
    pub next_hop_chaining_count: u8,
    /// Next Hop.
    pub next_hop_parameter: Nh,
}

/// The first 16 bits; further ones are of a later release and nothing this one could choose.
fn sixteen(bits: &BitString<'_>) -> Option<u16> {
    bits.as_octets()
        .first_chunk()
        .map(|octets| u16::from_be_bytes(*octets))
}

fn key_octets(bits: &BitString<'_>) -> Option<[u8; KEY_OCTETS]> {
    bits.as_octets().try_into().ok()
}

impl<'a> Generated<'a, S1ap> for UeSecurityCapabilities {
    type Asn1 = asn1::UESecurityCapabilities<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            encryption_algorithms: sixteen(&generated.encryption_algorithms.0)?,
            integrity_protection_algorithms: sixteen(&generated.integrity_protection_algorithms.0)?,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::UESecurityCapabilities::new(
            asn1::EncryptionAlgorithms(self.encryption_algorithms.to_be_bytes().into()),
            asn1::IntegrityProtectionAlgorithms(self.integrity_protection_algorithms.to_be_bytes().into()),
            None,
        ))
    }
}

impl<'a> Generated<'a, S1ap> for SecurityContext {
    type Asn1 = asn1::SecurityContext<'a>;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(Self {
            next_hop_chaining_count: generated.next_hop_chaining_count,
            next_hop_parameter: Nh::new(key_octets(&generated.next_hop_parameter.0)?),
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(asn1::SecurityContext::new(
            self.next_hop_chaining_count,
            asn1::SecurityKey((*self.next_hop_parameter.expose()).into()),
            None,
        ))
    }
}

plain_values!(S1ap: UeSecurityCapabilities, SecurityContext);

/// A BIT STRING of fixed size 256 is its 32 octets, so no copy of the key is left in the generated layer.
impl<'a> Value<'a, S1ap> for KeNb {
    fn read(source: Source<'a, '_>) -> Result<Self, String> {
        let (Source::Borrowed(octets) | Source::Copied(octets)) = source;
        let mut key: [u8; KEY_OCTETS] = octets
            .try_into()
            .map_err(|_| format!("a Security Key of {} octets, expected {KEY_OCTETS}", octets.len()))?;
        let value = Self::new(key);
        key.zeroize();
        Ok(value)
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(self.expose());
        Ok(())
    }
}

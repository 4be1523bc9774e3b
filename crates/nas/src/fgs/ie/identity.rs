//! 5GS mobile identity (TS 24.501 9.11.3.4) and tracking area identity (9.11.3.8).

use super::Tai;
use crate::common::{Element, hex, wrong_length};
use crate::eps::ie::identity::{ODD, digits, put_digits};
use quintet_identity::fgs::{Guti, STmsi};
use quintet_identity::{Imei, Imeisv, Suci};
use quintet_wire::{DecodeError, DecodeErrorKind, Field};

/// 5GS mobile identity (TS 24.501 9.11.3.4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MobileIdentity<'a> {
    /// No identity: the whole value part.
    NoIdentity(&'a [u8]),
    /// SUCI: of an IMSI, a network specific identifier, a GCI or a GLI.
    Suci(Suci),
    /// 5G-GUTI.
    Guti(Guti),
    /// IMEI.
    Imei(Imei),
    /// 5G-S-TMSI.
    STmsi(STmsi),
    /// IMEISV.
    Imeisv(Imeisv),
    /// MAC address of a residential gateway or a device behind one.
    MacAddress {
        /// The address.
        address: [u8; 6],
        /// MAURI: the address cannot be trusted as an equipment identifier.
        unusable: bool,
    },
    /// EUI-64.
    Eui64([u8; 8]),
}

/// Types of identity in bits 1 to 3 of the first octet.
mod kind {
    pub(super) const NO_IDENTITY: u8 = 0;
    pub(super) const SUCI: u8 = 1;
    pub(super) const GUTI: u8 = 2;
    pub(super) const IMEI: u8 = 3;
    pub(super) const S_TMSI: u8 = 4;
    pub(super) const IMEISV: u8 = 5;
    pub(super) const MAC_ADDRESS: u8 = 6;
}
/// EUI-64, the last of three bits.
const EUI_64: u8 = 7;

/// Filler before a temporary identity.
const FILLER: u8 = 0xf0;

/// MAURI, bit 4 of the first octet of a MAC address.
const MAURI: u8 = 8;

impl MobileIdentity<'_> {
    /// The identity with octets of its own.
    #[must_use]
    pub fn into_owned(self) -> MobileIdentity<'static> {
        match self {
            // What stands beside "no identity" says nothing.
            Self::NoIdentity(_) => MobileIdentity::NO_IDENTITY,
            Self::Suci(suci) => MobileIdentity::Suci(suci),
            Self::Guti(guti) => MobileIdentity::Guti(guti),
            Self::Imei(imei) => MobileIdentity::Imei(imei),
            Self::STmsi(s_tmsi) => MobileIdentity::STmsi(s_tmsi),
            Self::Imeisv(imeisv) => MobileIdentity::Imeisv(imeisv),
            Self::MacAddress { address, unusable } => MobileIdentity::MacAddress { address, unusable },
            Self::Eui64(octets) => MobileIdentity::Eui64(octets),
        }
    }

    /// Which type of identity it is.
    #[must_use]
    pub const fn identity_type(&self) -> super::IdentityType {
        use super::IdentityType;
        match self {
            Self::NoIdentity(_) => IdentityType::NO_IDENTITY,
            Self::Suci(_) => IdentityType::SUCI,
            Self::Guti(_) => IdentityType::GUTI,
            Self::Imei(_) => IdentityType::IMEI,
            Self::STmsi(_) => IdentityType::S_TMSI,
            Self::Imeisv(_) => IdentityType::IMEISV,
            Self::MacAddress { .. } => IdentityType::MAC_ADDRESS,
            Self::Eui64(_) => IdentityType::EUI_64,
        }
    }
}

impl MobileIdentity<'static> {
    /// No identity, in the one octet of its own.
    pub const NO_IDENTITY: Self = Self::NoIdentity(&[0]);
}

fn text(at: usize, expected: &'static str) -> DecodeError {
    DecodeError::new(at, DecodeErrorKind::Text { expected })
}

/// An IMEISV: sixteen digits, also where the UE says that their number is odd, as some do.
fn imeisv(value: &[u8], at: usize) -> Result<Imeisv, DecodeError> {
    let mut octets = value.to_vec();
    if let [first, _, _, _, _, _, _, _, last] = octets.as_mut_slice()
        && *last >> 4 == FILLER >> 4
    {
        *first &= !ODD;
    }
    digits(&octets, at, "an IMEISV", Imeisv::from_ascii)
}

/// Octets of a SUCI of an IMSI up to its routing indicator, and with it.
const ROUTING_INDICATOR: std::ops::Range<usize> = 4..6;

/// A SUCI. Some stacks put zeros where the filler after a routing indicator's last digit belongs, or begin with a filler:
/// what stands behind the first one is not read, and a routing indicator without a digit is that of none, 0.
fn suci(value: &[u8]) -> Option<Suci> {
    if let Ok(suci) = Suci::from_octets(value) {
        return Some(suci);
    }
    let mut filled = value.to_vec();
    match filled.get_mut(ROUTING_INDICATOR)? {
        [low, high] if *low & 15 == 15 => (*low, *high) = (0xf0, 0xff),
        [low, high] if *low >> 4 == 15 => *high = 0xff,
        [_, high] if *high & 15 == 15 => *high = 0xff,
        _ => return None,
    }
    Suci::from_octets(&filled).ok()
}

/// The octets behind the first, which are `N`.
fn rest<const N: usize>(value: &[u8], at: usize, expected: &'static str) -> Result<[u8; N], DecodeError> {
    value
        .get(1..)
        .and_then(|rest| rest.try_into().ok())
        .ok_or_else(|| wrong_length(at, value.len(), expected))
}

impl<'a> Element<'a> for MobileIdentity<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let &first = value.first().ok_or_else(|| wrong_length(at, 0, "1 or more"))?;
        Ok(match first & 7 {
            kind::NO_IDENTITY => Self::NoIdentity(value),
            kind::SUCI => Self::Suci(suci(value).ok_or_else(|| text(at, "a SUCI"))?),
            kind::GUTI => {
                let guti = Guti::from_octets(rest(value, at, "11")?);
                Self::Guti(guti.map_err(|_| text(at + 1, "a PLMN"))?)
            }
            kind::IMEI => Self::Imei(digits(value, at, "an IMEI", Imei::from_ascii)?),
            kind::S_TMSI => Self::STmsi(STmsi::from_octets(rest(value, at, "7")?)),
            kind::IMEISV => Self::Imeisv(imeisv(value, at)?),
            kind::MAC_ADDRESS => Self::MacAddress {
                address: rest(value, at, "7")?,
                unusable: first & MAURI != 0,
            },
            _ => Self::Eui64(rest(value, at, "9")?),
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::NoIdentity(value) => out.extend_from_slice(value),
            Self::Suci(suci) => suci.put(out),
            Self::Guti(guti) => {
                out.push(FILLER | kind::GUTI);
                out.extend_from_slice(&guti.octets());
            }
            Self::Imei(imei) => put_digits(imei.ascii(), kind::IMEI, out),
            Self::STmsi(s_tmsi) => {
                out.push(FILLER | kind::S_TMSI);
                out.extend_from_slice(&s_tmsi.octets());
            }
            Self::Imeisv(imeisv) => put_digits(imeisv.ascii(), kind::IMEISV, out),
            Self::MacAddress { address, unusable } => {
                out.push(kind::MAC_ADDRESS | if *unusable { MAURI } else { 0 });
                out.extend_from_slice(address);
            }
            Self::Eui64(octets) => {
                out.push(EUI_64);
                out.extend_from_slice(octets);
            }
        }
    }

    fn describe(&self, field: &mut Field) {
        let at = field.at;
        let inner = match self {
            Self::NoIdentity(value) => Field::leaf("No identity", hex(value), at),
            Self::Suci(suci) => suci_fields(suci, at),
            Self::Guti(guti) => Field {
                fields: vec![
                    Field::leaf("PLMN", guti.guami.plmn.to_string(), at),
                    Field::leaf("AMF region ID", guti.guami.amf_id.region().to_string(), at),
                    Field::leaf("AMF set ID", guti.guami.amf_id.set().to_string(), at),
                    Field::leaf("AMF pointer", guti.guami.amf_id.pointer().to_string(), at),
                    Field::leaf("5G-TMSI", guti.tmsi.to_string(), at),
                ],
                ..Field::leaf("5G-GUTI", guti.to_string(), at)
            },
            Self::Imei(imei) => Field::leaf("IMEI", imei.to_string(), at),
            Self::STmsi(s_tmsi) => Field {
                fields: vec![
                    Field::leaf("AMF set ID", s_tmsi.amf_set().to_string(), at),
                    Field::leaf("AMF pointer", s_tmsi.amf_pointer().to_string(), at),
                    Field::leaf("5G-TMSI", s_tmsi.tmsi.to_string(), at),
                ],
                ..Field::leaf("5G-S-TMSI", s_tmsi.to_string(), at)
            },
            Self::Imeisv(imeisv) => Field::leaf("IMEISV", imeisv.to_string(), at),
            Self::MacAddress { address, unusable } => Field {
                fields: vec![Field::leaf("MAURI", u8::from(*unusable).to_string(), at)],
                ..Field::leaf("MAC address", hex(address), at)
            },
            Self::Eui64(octets) => Field::leaf("EUI-64", hex(octets), at),
        };
        field.fields.push(inner);
    }
}

fn suci_fields(suci: &Suci, at: usize) -> Field {
    let leaf = |name, value| Field::leaf(name, value, at);
    Field {
        fields: vec![
            leaf("SUPI format", suci.format().0.to_string()),
            leaf(
                "Home network",
                suci.plmn().map_or_else(String::new, |plmn| plmn.to_string()),
            ),
            leaf("Routing indicator", suci.routing_indicator().to_string()),
            leaf("Protection scheme", suci.scheme().0.to_string()),
            leaf("Home network public key identifier", suci.key_id().to_string()),
            leaf("Scheme output", hex(suci.output())),
        ],
        ..leaf("SUCI", suci.to_string())
    }
}

/// 5GS tracking area identity (TS 24.501 9.11.3.8).
impl<'a> Element<'a> for Tai {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let octets = <[u8; 6]>::decode(value, at)?;
        Self::from_octets(octets).map_err(|_| text(at, "a PLMN"))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.octets());
    }

    fn describe(&self, field: &mut Field) {
        field.value = self.to_string();
    }
}

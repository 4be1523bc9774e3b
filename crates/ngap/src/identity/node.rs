//! What an NG-RAN node and an AMF say of themselves (TS 38.413 9.3.1.5, 9.2.6.2, 9.2.6.10).

use super::{bits, guami_asn1, guami_of, plmn_asn1, plmn_of};
use crate::Ngap;
use oxirush_ngap::Bits;
use oxirush_ngap::ngap as asn1;
use quintet_ap::{EncodeError, Generated, plain_values};
use quintet_identity::Plmn;
use quintet_identity::fgs::Guami;
use std::borrow::Cow;
use std::fmt;

/// gNB ID (TS 38.413 9.3.1.6): the leftmost bits of the NR Cell Identity of its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GnbId {
    /// The number.
    pub value: u32,
    /// How many bits it has, 22 to 32.
    pub length: u8,
}

/// ng-eNB ID (TS 38.413 9.3.1.8): the leftmost bits of the E-UTRA Cell Identity of its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NgEnbId {
    /// 20 bits.
    Macro(u32),
    /// 18 bits.
    ShortMacro(u32),
    /// 21 bits.
    LongMacro(u32),
}

/// Global RAN Node ID (TS 38.413 9.3.1.5). Trusted non-3GPP gateways, trusted WLAN functions and wireline gateways are
/// not among them: their identities do not decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GlobalRanNodeId {
    /// A gNB.
    Gnb {
        /// Its PLMN.
        plmn_identity: Plmn,
        /// Which of the PLMN's.
        gnb_id: GnbId,
    },
    /// An ng-eNB.
    NgEnb {
        /// Its PLMN.
        plmn_identity: Plmn,
        /// Which of the PLMN's.
        ng_enb_id: NgEnbId,
    },
    /// A non-3GPP interworking function.
    N3iwf {
        /// Its PLMN.
        plmn_identity: Plmn,
        /// Which of the PLMN's.
        n3iwf_id: u16,
    },
}

/// What it is, its PLMN, its ID in hex and how many bits that has: `gNB 00101-000001/24`.
impl fmt::Display for GlobalRanNodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, plmn, value, length) = match *self {
            Self::Gnb {
                plmn_identity,
                gnb_id,
            } => ("gNB", plmn_identity, gnb_id.value, usize::from(gnb_id.length)),
            Self::NgEnb {
                plmn_identity,
                ng_enb_id,
            } => match ng_enb_id {
                NgEnbId::Macro(value) => ("ng-eNB", plmn_identity, value, 20),
                NgEnbId::ShortMacro(value) => ("ng-eNB", plmn_identity, value, 18),
                NgEnbId::LongMacro(value) => ("ng-eNB", plmn_identity, value, 21),
            },
            Self::N3iwf {
                plmn_identity,
                n3iwf_id,
            } => ("N3IWF", plmn_identity, n3iwf_id.into(), 16),
        };
        let digits = length.div_ceil(4);
        write!(f, "{kind} {plmn}-{value:0digits$x}/{length}")
    }
}

/// A GUAMI that an AMF serves (TS 38.413 9.2.6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedGuami {
    /// The GUAMI.
    pub guami: Guami,
    /// The AMF that takes over its UEs, 1 to 150 printable characters.
    pub backup_amf_name: Option<String>,
}

/// A GUAMI that an AMF is about to give up (TS 38.413 9.2.6.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnavailableGuami {
    /// The GUAMI.
    pub guami: Guami,
    /// The NG-RAN node waits for the AMF to release its UEs' bindings (TS 23.501 5.21.2.2).
    pub apply_timer: bool,
    /// The AMF that takes over its UEs, 1 to 150 printable characters.
    pub backup_amf_name: Option<String>,
}

impl GlobalRanNodeId {
    /// The PLMN of the node.
    #[must_use]
    pub const fn plmn_identity(self) -> Plmn {
        let (Self::Gnb { plmn_identity, .. }
        | Self::NgEnb { plmn_identity, .. }
        | Self::N3iwf { plmn_identity, .. }) = self;
        plmn_identity
    }
}

fn number(bits: Bits) -> Option<u32> {
    u32::try_from(bits.value()).ok()
}

impl Generated<'_, Ngap> for GlobalRanNodeId {
    type Asn1 = asn1::GlobalRANNodeID;

    fn from_asn1(generated: Self::Asn1) -> Option<Self> {
        Some(match generated {
            asn1::GlobalRANNodeID::globalGNB_ID(node) => Self::Gnb {
                plmn_identity: plmn_of(node.plmn_identity)?,
                gnb_id: match node.gnb_id {
                    asn1::GNBID::gNB_ID(bits) => GnbId {
                        value: number(bits)?,
                        length: u8::try_from(bits.len()).ok()?,
                    },
                    _ => return None,
                },
            },
            asn1::GlobalRANNodeID::globalNgENB_ID(node) => Self::NgEnb {
                plmn_identity: plmn_of(node.plmn_identity)?,
                ng_enb_id: match node.ng_enb_id {
                    asn1::NgENBID::macroNgENB_ID(bits) => NgEnbId::Macro(number(bits)?),
                    asn1::NgENBID::shortMacroNgENB_ID(bits) => NgEnbId::ShortMacro(number(bits)?),
                    asn1::NgENBID::longMacroNgENB_ID(bits) => NgEnbId::LongMacro(number(bits)?),
                    _ => return None,
                },
            },
            asn1::GlobalRANNodeID::globalN3IWF_ID(node) => Self::N3iwf {
                plmn_identity: plmn_of(node.plmn_identity)?,
                n3iwf_id: match node.n3iwf_id {
                    asn1::N3IWFID::n3IWF_ID(bits) => u16::try_from(bits.value()).ok()?,
                    _ => return None,
                },
            },
            _ => return None,
        })
    }

    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
        Ok(match *self {
            Self::Gnb {
                plmn_identity,
                gnb_id,
            } => {
                let id = bits(gnb_id.value.into(), gnb_id.length.into(), "gNB ID")?;
                asn1::GlobalRANNodeID::globalGNB_ID(asn1::GlobalGNBID::new(
                    plmn_asn1(plmn_identity),
                    asn1::GNBID::gNB_ID(id),
                    None,
                ))
            }
            Self::NgEnb {
                plmn_identity,
                ng_enb_id,
            } => {
                let id = |value: u32, length| bits(value.into(), length, "ng-eNB ID");
                let ng_enb_id = match ng_enb_id {
                    NgEnbId::Macro(value) => asn1::NgENBID::macroNgENB_ID(id(value, 20)?),
                    NgEnbId::ShortMacro(value) => asn1::NgENBID::shortMacroNgENB_ID(id(value, 18)?),
                    NgEnbId::LongMacro(value) => asn1::NgENBID::longMacroNgENB_ID(id(value, 21)?),
                };
                let node = asn1::GlobalNgENBID::new(plmn_asn1(plmn_identity), ng_enb_id, None);
                asn1::GlobalRANNodeID::globalNgENB_ID(node)
            }
            Self::N3iwf {
                plmn_identity,
                n3iwf_id,
            } => {
                let id = asn1::N3IWFID::n3IWF_ID(bits(n3iwf_id.into(), 16, "N3IWF ID")?);
                let node = asn1::GlobalN3IWFID::new(plmn_asn1(plmn_identity), id, None);
                asn1::GlobalRANNodeID::globalN3IWF_ID(node)
            }
        })
    }
}

fn name_asn1(name: Option<&String>) -> Option<asn1::AMFName<'_>> {
    name.map(|name| asn1::AMFName(Cow::Borrowed(name)))
}

fn name_of(generated: Option<asn1::AMFName<'_>>) -> Option<String> {
    generated.map(|name| name.0.into_owned())
}

/// Two lists whose generated types hold names for as long as they live, so they are written as codecs are.
macro_rules! lists {
    ($($item:ty: $list:ident, $read:expr, $write:expr;)*) => {$(
        impl<'a> quintet_ap::Value<'a, Ngap> for Vec<$item> {
            fn read(source: quintet_ap::Source<'a, '_>) -> Result<Self, String> {
                let list: asn1::$list<'_> =
                    asn1::decode_open_type(source.octets()).map_err(|error| error.to_string())?;
                list.0
                    .into_iter()
                    .map($read)
                    .collect::<Option<_>>()
                    .ok_or_else(|| "a GUAMI that is none".to_owned())
            }

            fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
                let items = self.iter().map($write).collect::<Result<_, _>>()?;
                oxirush_ngap::aper::encode_into(&asn1::$list(items), out)
                    .map_err(|error| EncodeError::refused(stringify!($list), &error))
            }
        }
    )*};
}

fn served_of(item: asn1::ServedGUAMIItem<'_>) -> Option<ServedGuami> {
    Some(ServedGuami {
        guami: guami_of(&item.guami)?,
        backup_amf_name: name_of(item.backup_amf_name),
    })
}

fn served_asn1(of: &ServedGuami) -> Result<asn1::ServedGUAMIItem<'_>, EncodeError> {
    let name = name_asn1(of.backup_amf_name.as_ref());
    Ok(asn1::ServedGUAMIItem::new(guami_asn1(of.guami)?, name, None))
}

fn unavailable_of(item: asn1::UnavailableGUAMIItem<'_>) -> Option<UnavailableGuami> {
    Some(UnavailableGuami {
        guami: guami_of(&item.guami)?,
        apply_timer: item.timer_approach_for_guami_removal.is_some(),
        backup_amf_name: name_of(item.backup_amf_name),
    })
}

fn unavailable_asn1(of: &UnavailableGuami) -> Result<asn1::UnavailableGUAMIItem<'_>, EncodeError> {
    Ok(asn1::UnavailableGUAMIItem::new(
        guami_asn1(of.guami)?,
        of.apply_timer
            .then_some(asn1::TimerApproachForGUAMIRemoval::apply_timer),
        name_asn1(of.backup_amf_name.as_ref()),
        None,
    ))
}

lists! {
    ServedGuami: ServedGUAMIList, served_of, served_asn1;
    UnavailableGuami: UnavailableGUAMIList, unavailable_of, unavailable_asn1;
}

plain_values!(Ngap: GlobalRanNodeId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_told_by_kind_plmn_and_as_many_digits_as_its_bits_fill() {
        let plmn_identity = "00101".parse().expect("a PLMN");
        let told = |node: GlobalRanNodeId| node.to_string();
        let gnb = |value, length| {
            told(GlobalRanNodeId::Gnb {
                plmn_identity,
                gnb_id: GnbId { value, length },
            })
        };
        assert_eq!(gnb(0x2a, 22), "gNB 00101-00002a/22");
        assert_eq!(gnb(u32::MAX, 32), "gNB 00101-ffffffff/32");
        let ng_enb_id = NgEnbId::ShortMacro(1);
        assert_eq!(
            told(GlobalRanNodeId::NgEnb {
                plmn_identity,
                ng_enb_id
            }),
            "ng-eNB 00101-00001/18"
        );
        assert_eq!(
            told(GlobalRanNodeId::N3iwf {
                plmn_identity,
                n3iwf_id: 7
            }),
            "N3IWF 00101-0007/16"
        );
    }
}

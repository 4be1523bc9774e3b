//! The message of EAP-AKA and EAP-AKA' (RFC 4187 8.1): subtype, two reserved octets, attributes.

mod attribute;
mod describe;
mod names;

pub use attribute::{Attribute, MAX_IDENTITY_OCTETS};
pub use describe::describe;
pub use names::{AttributeType, NotificationCode, Subtype};

use crate::packet::{self, Body, Code, HEADER_OCTETS, Packet, Type};
use quintet_crypto::Rand;
use quintet_crypto::eap_aka_prime::{KAut, MAC_OCTETS};
use quintet_wire::{DecodeError, DecodeErrorKind, Reader};

/// Attributes that one message may have: more than all that are known, with a long list of KDFs.
pub const MAX_ATTRIBUTES: usize = 40;

/// AT_KDF attributes that one message may have: a peer must not be made to compare long lists.
pub const MAX_KDFS: usize = 16;

/// A message in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Which message.
    pub subtype: Subtype,
    /// Its attributes, in order.
    pub attributes: Vec<Attribute<'a>>,
    /// Where the value of AT_MAC stands, from the packet's first octet on.
    mac_at: Option<usize>,
}

impl<'a> Message<'a> {
    /// A message of its parts, to be written.
    #[must_use]
    pub const fn new(subtype: Subtype, attributes: Vec<Attribute<'a>>) -> Self {
        Self {
            subtype,
            attributes,
            mac_at: None,
        }
    }

    /// Reads the message of a packet of EAP-AKA or EAP-AKA'. Unknown attributes are kept, also those that may not be
    /// skipped: see [`Self::unskippable`].
    ///
    /// # Errors
    /// With octet and attribute: `Truncated`, `Length`, `Value`; `TooMany` attributes, or one of a kind that may stand once
    /// only. `Value` for a packet of another type.
    pub fn decode(packet: &Packet<'a>) -> Result<Self, DecodeError> {
        let Body::Method {
            kind: Type::AKA | Type::AKA_PRIME,
            data,
        } = packet.body
        else {
            let got = packet.kind().map_or(0, |kind| kind.0.into());
            let expected = "23 (EAP-AKA) or 50 (EAP-AKA')";
            return Err(
                DecodeError::new(HEADER_OCTETS, DecodeErrorKind::Value { got, expected }).within("Type"),
            );
        };
        let mut reader = Reader::at_offset(data, HEADER_OCTETS + 1);
        let mut message = Self::new(Subtype(reader.u8()?), Vec::new());
        reader.take(2)?;
        while !reader.is_empty() {
            let at = reader.at();
            let attribute = Attribute::decode(&mut reader)?;
            let kind = attribute.kind();
            let many = |limit| DecodeError::new(at, DecodeErrorKind::TooMany { limit }).within(kind.label());
            if message.attributes.len() == MAX_ATTRIBUTES {
                return Err(many(MAX_ATTRIBUTES));
            }
            let before = message
                .attributes
                .iter()
                .filter(|other| other.kind() == kind)
                .count();
            let limit = if kind == AttributeType::KDF { MAX_KDFS } else { 1 };
            if before >= limit {
                return Err(many(limit));
            }
            if kind == AttributeType::MAC {
                message.mac_at = Some(at + 4);
            }
            message.attributes.push(attribute);
        }
        Ok(message)
    }

    /// The packet. AT_MAC, if there is one, gets its value from `k_aut`, whatever stands in it.
    ///
    /// `None` when it gets longer than a length can say, or an attribute is: only by more octets than 5GS carries.
    #[must_use]
    pub fn to_octets(&self, code: Code, identifier: u8, kind: Type, k_aut: Option<&KAut>) -> Option<Vec<u8>> {
        let mut data = vec![self.subtype.0, 0, 0];
        let mut mac_at = None;
        for attribute in &self.attributes {
            if attribute.kind() == AttributeType::MAC {
                mac_at = Some(HEADER_OCTETS + 1 + data.len() + 4);
            }
            attribute.put(&mut data)?;
        }
        let mut octets = packet::encode(code, identifier, kind, &data)?;
        if let (Some(at), Some(k_aut)) = (mac_at, k_aut) {
            octets[at..at + MAC_OCTETS].fill(0);
            let mac = k_aut.at_mac(&[&octets]);
            octets[at..at + MAC_OCTETS].copy_from_slice(&mac);
        }
        Some(octets)
    }

    /// Whether AT_MAC is there and holds over the packet that this message was read from (RFC 9048 3.1; RFC 4187 10.15).
    #[must_use]
    pub fn mac_holds(&self, packet: &Packet<'_>, k_aut: &KAut) -> bool {
        let Some((before, rest)) = self.mac_at.and_then(|at| packet.octets.split_at_checked(at)) else {
            return false;
        };
        let Some((mac, after)) = rest.split_first_chunk::<MAC_OCTETS>() else {
            return false;
        };
        k_aut.verify_at_mac(&[before, &[0; MAC_OCTETS], after], mac)
    }

    /// The first attribute that is not known and may not be skipped (RFC 4187 8.1).
    #[must_use]
    pub fn unskippable(&self) -> Option<AttributeType> {
        self.attributes.iter().find_map(|attribute| match attribute {
            Attribute::Unknown { kind, .. } if !kind.is_skippable() => Some(*kind),
            _ => None,
        })
    }

    /// Whether an attribute of this kind is there.
    #[must_use]
    pub fn has(&self, kind: AttributeType) -> bool {
        self.attributes.iter().any(|attribute| attribute.kind() == kind)
    }

    /// AT_RAND.
    #[must_use]
    pub fn rand(&self) -> Option<&Rand> {
        self.attributes.iter().find_map(|a| {
            if let Attribute::Rand(rand) = a {
                Some(rand)
            } else {
                None
            }
        })
    }

    /// AT_AUTN.
    #[must_use]
    pub fn autn(&self) -> Option<&[u8; 16]> {
        self.attributes.iter().find_map(|a| {
            if let Attribute::Autn(autn) = a {
                Some(autn)
            } else {
                None
            }
        })
    }

    /// AT_RES: its octets.
    #[must_use]
    pub fn res(&self) -> Option<&'a [u8]> {
        self.attributes.iter().find_map(|a| {
            if let Attribute::Res(res) = a {
                Some(*res)
            } else {
                None
            }
        })
    }

    /// AT_AUTS.
    #[must_use]
    pub fn auts(&self) -> Option<&[u8; 14]> {
        self.attributes.iter().find_map(|a| {
            if let Attribute::Auts(auts) = a {
                Some(auts)
            } else {
                None
            }
        })
    }

    /// AT_KDF_INPUT: the network name.
    #[must_use]
    pub fn kdf_input(&self) -> Option<&'a [u8]> {
        self.attributes.iter().find_map(|a| {
            if let Attribute::KdfInput(name) = a {
                Some(*name)
            } else {
                None
            }
        })
    }

    /// The values of AT_KDF, in order.
    pub fn kdfs(&self) -> impl Iterator<Item = u16> + '_ {
        self.attributes.iter().filter_map(|a| {
            if let Attribute::Kdf(kdf) = a {
                Some(*kdf)
            } else {
                None
            }
        })
    }

    /// AT_CHECKCODE: empty, or a digest.
    #[must_use]
    pub fn checkcode(&self) -> Option<&'a [u8]> {
        self.attributes.iter().find_map(|a| {
            if let Attribute::Checkcode(code) = a {
                Some(*code)
            } else {
                None
            }
        })
    }

    /// AT_NOTIFICATION.
    #[must_use]
    pub fn notification(&self) -> Option<NotificationCode> {
        self.attributes.iter().find_map(|a| {
            if let Attribute::Notification(code) = a {
                Some(*code)
            } else {
                None
            }
        })
    }

    /// AT_CLIENT_ERROR_CODE.
    #[must_use]
    pub fn client_error_code(&self) -> Option<u16> {
        self.attributes.iter().find_map(|a| {
            if let Attribute::ClientErrorCode(code) = a {
                Some(*code)
            } else {
                None
            }
        })
    }

    /// Whether AT_BIDDING says that the server has EAP-AKA' and prefers it (RFC 9048 4).
    #[must_use]
    pub fn prefers_aka_prime(&self) -> bool {
        self.attributes.iter().any(|a| {
            matches!(
                a,
                Attribute::Bidding {
                    prefers_aka_prime: true
                }
            )
        })
    }
}

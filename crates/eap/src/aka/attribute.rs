//! Attributes: type, length in words of four octets, value (RFC 4187 8.1, 10; RFC 9048 3, 4).

use super::names::{AttributeType, NotificationCode};
use quintet_crypto::Rand;
use quintet_crypto::eap_aka_prime::MAC_OCTETS;
use quintet_wire::{DecodeError, DecodeErrorKind, Reader};

/// Longest identity or network name in an attribute: 255 words, less the word of type and lengths.
pub const MAX_IDENTITY_OCTETS: usize = 254 * 4;

/// Shortest and longest RES in octets (RFC 4187 10.8).
const RES_OCTETS: std::ops::RangeInclusive<usize> = 4..=16;

/// An attribute with its value in place. Reserved octets and padding are ignored, and written as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute<'a> {
    /// AT_RAND.
    Rand(Rand),
    /// AT_AUTN.
    Autn([u8; 16]),
    /// AT_RES: 4 to 16 octets.
    Res(&'a [u8]),
    /// AT_AUTS.
    Auts([u8; 14]),
    /// AT_MAC: written by [`super::Message::to_octets`].
    Mac([u8; MAC_OCTETS]),
    /// AT_KDF_INPUT: the network name.
    KdfInput(&'a [u8]),
    /// AT_KDF.
    Kdf(u16),
    /// AT_CHECKCODE: empty when there was no identity round, else its digest.
    Checkcode(&'a [u8]),
    /// AT_RESULT_IND.
    ResultInd,
    /// AT_BIDDING.
    Bidding {
        /// The D bit.
        prefers_aka_prime: bool,
    },
    /// AT_IDENTITY.
    Identity(&'a [u8]),
    /// AT_CLIENT_ERROR_CODE: 0 is "unable to process packet".
    ClientErrorCode(u16),
    /// AT_NOTIFICATION.
    Notification(NotificationCode),
    /// AT_PERMANENT_ID_REQ.
    PermanentIdReq,
    /// AT_FULLAUTH_ID_REQ.
    FullauthIdReq,
    /// AT_ANY_ID_REQ.
    AnyIdReq,
    /// Another, known by name or not: its value, padding included.
    Unknown {
        /// Its type.
        kind: AttributeType,
        /// What follows type and length.
        value: &'a [u8],
    },
}

impl<'a> Attribute<'a> {
    /// Its type.
    #[must_use]
    pub const fn kind(&self) -> AttributeType {
        match self {
            Self::Rand(_) => AttributeType::RAND,
            Self::Autn(_) => AttributeType::AUTN,
            Self::Res(_) => AttributeType::RES,
            Self::Auts(_) => AttributeType::AUTS,
            Self::Mac(_) => AttributeType::MAC,
            Self::KdfInput(_) => AttributeType::KDF_INPUT,
            Self::Kdf(_) => AttributeType::KDF,
            Self::Checkcode(_) => AttributeType::CHECKCODE,
            Self::ResultInd => AttributeType::RESULT_IND,
            Self::Bidding { .. } => AttributeType::BIDDING,
            Self::Identity(_) => AttributeType::IDENTITY,
            Self::ClientErrorCode(_) => AttributeType::CLIENT_ERROR_CODE,
            Self::Notification(_) => AttributeType::NOTIFICATION,
            Self::PermanentIdReq => AttributeType::PERMANENT_ID_REQ,
            Self::FullauthIdReq => AttributeType::FULLAUTH_ID_REQ,
            Self::AnyIdReq => AttributeType::ANY_ID_REQ,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// Reads the next attribute.
    pub(super) fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let at = reader.at();
        let kind = AttributeType(reader.u8()?);
        let words = usize::from(reader.u8()?);
        let wrong = |expected| {
            DecodeError::new(
                at + 1,
                DecodeErrorKind::Length {
                    got: 4 * words,
                    expected,
                },
            )
            .within(kind.label())
        };
        if words == 0 {
            return Err(wrong("at least one word of four octets"));
        }
        let value = reader
            .sub(4 * words - 2)
            .map_err(|error| error.within(kind.label()))?;
        Self::of_value(kind, value, wrong)
    }

    fn of_value(
        kind: AttributeType,
        mut value: Reader<'a>,
        wrong: impl Fn(&'static str) -> DecodeError,
    ) -> Result<Self, DecodeError> {
        /// A value of `N` octets behind two reserved ones.
        fn fixed<const N: usize>(value: &mut Reader<'_>) -> Option<[u8; N]> {
            value.take(2).ok()?;
            let array = value.array().ok()?;
            value.is_empty().then_some(array)
        }
        let word = |value: &mut Reader<'_>| value.u16().ok().filter(|_| value.is_empty()).ok_or(wrong("4"));
        Ok(match kind {
            AttributeType::RAND => Self::Rand(fixed(&mut value).ok_or(wrong("20"))?),
            AttributeType::AUTN => Self::Autn(fixed(&mut value).ok_or(wrong("20"))?),
            AttributeType::MAC => Self::Mac(fixed(&mut value).ok_or(wrong("20"))?),
            AttributeType::AUTS => {
                let auts = value.array().map_err(|_| wrong("16"))?;
                if !value.is_empty() {
                    return Err(wrong("16"));
                }
                Self::Auts(auts)
            }
            AttributeType::RES => {
                let at = value.at();
                let bits = usize::from(value.u16()?);
                if !bits.is_multiple_of(8) || !RES_OCTETS.contains(&(bits / 8)) {
                    let what = DecodeErrorKind::Value {
                        got: bits as u64,
                        expected: "32 to 128 bits, whole octets",
                    };
                    return Err(DecodeError::new(at, what).within(kind.label()));
                }
                Self::Res(padded(&mut value, bits / 8).ok_or(wrong("that of RES, padded to words"))?)
            }
            AttributeType::KDF_INPUT | AttributeType::IDENTITY => {
                let octets = usize::from(value.u16()?);
                let text = padded(&mut value, octets).ok_or(wrong("that of the text, padded to words"))?;
                if kind == AttributeType::IDENTITY {
                    Self::Identity(text)
                } else {
                    Self::KdfInput(text)
                }
            }
            AttributeType::CHECKCODE => {
                value.take(2)?;
                // 20 octets are EAP-AKA's, SHA-1.
                if !matches!(value.remaining(), 0 | 20 | 32) {
                    return Err(wrong("4 or 36, in EAP-AKA 24"));
                }
                Self::Checkcode(value.rest())
            }
            AttributeType::KDF => Self::Kdf(word(&mut value)?),
            AttributeType::CLIENT_ERROR_CODE => Self::ClientErrorCode(word(&mut value)?),
            AttributeType::NOTIFICATION => Self::Notification(NotificationCode(word(&mut value)?)),
            AttributeType::BIDDING => Self::Bidding {
                prefers_aka_prime: word(&mut value)? & 0x8000 != 0,
            },
            AttributeType::RESULT_IND => word(&mut value).map(|_| Self::ResultInd)?,
            AttributeType::PERMANENT_ID_REQ => word(&mut value).map(|_| Self::PermanentIdReq)?,
            AttributeType::FULLAUTH_ID_REQ => word(&mut value).map(|_| Self::FullauthIdReq)?,
            AttributeType::ANY_ID_REQ => word(&mut value).map(|_| Self::AnyIdReq)?,
            _ => Self::Unknown {
                kind,
                value: value.rest(),
            },
        })
    }

    /// Appends the attribute; `None` when its value is longer than 255 words, or an unknown one's not whole words.
    pub(super) fn put(&self, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        out.extend_from_slice(&[self.kind().0, 0]);
        match self {
            Self::Rand(octets) | Self::Autn(octets) | Self::Mac(octets) => {
                out.extend_from_slice(&[0, 0]);
                out.extend_from_slice(octets);
            }
            Self::Res(res) => {
                out.extend_from_slice(
                    &(8 * u16::try_from(res.len()).ok().filter(|octets| *octets <= 16)?).to_be_bytes(),
                );
                out.extend_from_slice(res);
            }
            Self::Auts(auts) => out.extend_from_slice(auts),
            Self::KdfInput(text) | Self::Identity(text) => {
                out.extend_from_slice(&u16::try_from(text.len()).ok()?.to_be_bytes());
                out.extend_from_slice(text);
            }
            Self::Checkcode(digest) => {
                out.extend_from_slice(&[0, 0]);
                out.extend_from_slice(digest);
            }
            Self::Kdf(value) | Self::ClientErrorCode(value) => out.extend_from_slice(&value.to_be_bytes()),
            Self::Notification(code) => out.extend_from_slice(&code.0.to_be_bytes()),
            Self::Bidding { prefers_aka_prime } => {
                out.extend_from_slice(&[u8::from(*prefers_aka_prime) << 7, 0])
            }
            Self::ResultInd | Self::PermanentIdReq | Self::FullauthIdReq | Self::AnyIdReq => {
                out.extend_from_slice(&[0, 0]);
            }
            Self::Unknown { value, .. } => out.extend_from_slice(value),
        }
        let octets = (out.len() - start).next_multiple_of(4);
        out.resize(start + octets, 0);
        out[start + 1] = u8::try_from(octets / 4).ok()?;
        Some(())
    }
}

/// `octets` of text, and up to three of padding behind them, which end the value.
fn padded<'a>(value: &mut Reader<'a>, octets: usize) -> Option<&'a [u8]> {
    let text = value.take(octets).ok()?;
    (value.remaining() < 4).then_some(text)
}

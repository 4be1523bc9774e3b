//! How a value of ours goes to and from the open type of an IE.

use oxirush_s1ap::aper;
use oxirush_s1ap::s1ap as asn1;
use oxirush_s1ap::{Decode, Encode};
use std::borrow::Cow;

/// A value that S1AP cannot carry: ours to avoid, never the peer's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A number, text or list outside its range.
    #[error("{what} is outside its range")]
    Value {
        /// The element.
        what: &'static str,
    },
    /// The generated layer refused it.
    #[error("{what} does not encode: {why}")]
    Refused {
        /// The element.
        what: &'static str,
        /// Why.
        why: String,
    },
}

impl EncodeError {
    /// What the generated layer says of `what`.
    pub(crate) fn refused(what: &'static str, error: &aper::Error) -> Self {
        Self::Refused {
            what,
            why: error.to_string(),
        }
    }
}

/// A value that goes to and from a generated type, which may borrow octets for `'a`.
pub(crate) trait Generated<'a>: Sized {
    /// The generated type.
    type Asn1: Decode<'a> + Encode;

    /// Ours; `None` for what the generated type admits and the specification's prose does not.
    fn from_asn1(generated: Self::Asn1) -> Option<Self>;

    /// The generated value.
    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError>;
}

/// The octets of a value: of the buffer the caller holds, or of a shorter-lived copy (APER puts strings of 16384 octets
/// or more together from fragments).
#[derive(Clone, Copy)]
pub(crate) enum Source<'a, 'b> {
    /// Of the caller's buffer.
    Borrowed(&'a [u8]),
    /// Of a copy.
    Copied(&'b [u8]),
}

impl<'a> Source<'a, '_> {
    /// The octets, copied where they would not last.
    pub(crate) fn keep(self) -> Cow<'a, [u8]> {
        match self {
            Self::Borrowed(octets) => Cow::Borrowed(octets),
            Self::Copied(octets) => Cow::Owned(octets.to_vec()),
        }
    }
}

/// A value that an IE holds.
pub(crate) trait Value<'a>: Sized {
    /// From the octets of the IE's open type: the whole of them; `Err` says why not.
    fn read(source: Source<'a, '_>) -> Result<Self, String>;

    /// Appends the octets of the IE's open type.
    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

/// Decodes the octets as the generated type of `T`, then as `T`.
pub(crate) fn read_generated<'a, T: Generated<'a>>(octets: &'a [u8]) -> Result<T, String> {
    let generated: T::Asn1 = asn1::decode_open_type(octets).map_err(|error| error.to_string())?;
    T::from_asn1(generated).ok_or_else(|| "a value that the specification does not have".to_owned())
}

/// Encodes the value as its generated type.
pub(crate) fn write_generated<'a, T: Generated<'a>>(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let generated = value.to_asn1()?;
    aper::encode_into(&generated, out)
        .map_err(|error| EncodeError::refused(<T::Asn1 as oxirush_s1ap::AsnType>::NAME, &error))
}

/// Values that hold no octets of the buffer.
macro_rules! plain_values {
    ($($type:ty),* $(,)?) => {$(
        impl<'a> $crate::value::Value<'a> for $type {
            fn read(source: $crate::value::Source<'a, '_>) -> Result<Self, String> {
                use $crate::value::Source::{Borrowed, Copied};
                let (Borrowed(octets) | Copied(octets)) = source;
                $crate::value::read_generated(octets)
            }

            fn write(&self, out: &mut Vec<u8>) -> Result<(), $crate::value::EncodeError> {
                $crate::value::write_generated(self, out)
            }
        }
    )*};
}

/// Values that may hold octets of the buffer, and have an `into_owned`.
macro_rules! borrowing_values {
    ($($type:ident),* $(,)?) => {$(
        impl<'a> $crate::value::Value<'a> for $type<'a> {
            fn read(source: $crate::value::Source<'a, '_>) -> Result<Self, String> {
                match source {
                    $crate::value::Source::Borrowed(octets) => $crate::value::read_generated(octets),
                    $crate::value::Source::Copied(octets) => {
                        $crate::value::read_generated::<$type<'_>>(octets).map($type::into_owned)
                    }
                }
            }

            fn write(&self, out: &mut Vec<u8>) -> Result<(), $crate::value::EncodeError> {
                $crate::value::write_generated(self, out)
            }
        }
    )*};
}

pub(crate) use {borrowing_values, plain_values};

/// The octets of a generated string, not copied where they are borrowed.
pub(crate) fn cow(octets: aper::Octets<'_>) -> Cow<'_, [u8]> {
    match octets.as_borrowed() {
        Some(octets) => Cow::Borrowed(octets),
        None => Cow::Owned(octets.into_vec()),
    }
}

/// How a field of a message is coded: [`Plain`], or as the items of a list.
pub(crate) trait Codec<'a, T> {
    /// See [`Value::read`].
    fn read(source: Source<'a, '_>) -> Result<T, String>;

    /// See [`Value::write`].
    fn write(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

/// The value is the IE's.
pub(crate) struct Plain;

impl<'a, T: Value<'a>> Codec<'a, T> for Plain {
    fn read(source: Source<'a, '_>) -> Result<T, String> {
        T::read(source)
    }

    fn write(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        value.write(out)
    }
}

/// A list of single containers (TS 36.413 9.4.7), each with one IE `ID` of criticality reject or ignore.
///
/// Every such list that is modelled has 1 to 256 items, so one generated type reads and writes them all.
pub(crate) struct Items<const ID: u16, const REJECT: bool>;

impl<const ID: u16, const REJECT: bool> Items<ID, REJECT> {
    /// The generated items.
    pub(crate) fn asn1<'a, T: Value<'a>>(
        values: &[T],
    ) -> Result<Vec<asn1::ProtocolIEField<'static>>, EncodeError> {
        let criticality = if REJECT {
            asn1::Criticality::reject
        } else {
            asn1::Criticality::ignore
        };
        let mut items = Vec::with_capacity(values.len());
        for value in values {
            let mut octets = Vec::new();
            value.write(&mut octets)?;
            items.push(asn1::ProtocolIEField {
                id: asn1::ProtocolIEID(ID),
                criticality,
                value: octets.into(),
            });
        }
        Ok(items)
    }
}

impl<'a, T: Value<'a>, const ID: u16, const REJECT: bool> Codec<'a, Vec<T>> for Items<ID, REJECT> {
    fn read(source: Source<'a, '_>) -> Result<Vec<T>, String> {
        let why = |error: aper::Error| error.to_string();
        match source {
            Source::Borrowed(octets) => {
                let list: asn1::ERABList<'a> = asn1::decode_open_type(octets).map_err(why)?;
                list.0
                    .iter()
                    .map(|item| match item.value.as_borrowed() {
                        Some(octets) => read_item::<T, ID>(item.id.0, Source::Borrowed(octets)),
                        None => read_item::<T, ID>(item.id.0, Source::Copied(item.value.as_slice())),
                    })
                    .collect()
            }
            Source::Copied(octets) => {
                let list: asn1::ERABList<'_> = asn1::decode_open_type(octets).map_err(why)?;
                list.0
                    .iter()
                    .map(|item| read_item::<T, ID>(item.id.0, Source::Copied(item.value.as_slice())))
                    .collect()
            }
        }
    }

    fn write(values: &Vec<T>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let list = asn1::ERABList(Self::asn1(values)?);
        aper::encode_into(&list, out).map_err(|error| EncodeError::refused("list", &error))
    }
}

/// One item of a list.
pub(crate) fn read_item<'a, T: Value<'a>, const ID: u16>(
    id: u16,
    source: Source<'a, '_>,
) -> Result<T, String> {
    if id != ID {
        return Err(format!("an item with IE {id}, expected {ID}"));
    }
    T::read(source)
}

/// Octet strings that an IE holds whole: NAS-PDU, UE Radio Capability and containers.
impl<'a> Value<'a> for Cow<'a, [u8]> {
    fn read(source: Source<'a, '_>) -> Result<Self, String> {
        let why = |error: aper::Error| error.to_string();
        Ok(match source {
            Source::Borrowed(octets) => {
                cow(asn1::decode_open_type::<asn1::NASPDU<'_>>(octets).map_err(why)?.0)
            }
            Source::Copied(octets) => {
                let string = asn1::decode_open_type::<asn1::NASPDU<'_>>(octets).map_err(why)?;
                Cow::Owned(string.0.into_vec())
            }
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let string = asn1::NASPDU(aper::Octets::from(&**self));
        aper::encode_into(&string, out).map_err(|error| EncodeError::refused("OCTET STRING", &error))
    }
}

/// Names: MMEname, eNBname (PrintableString of 1 to 150 characters).
impl<'a> Value<'a> for Cow<'a, str> {
    fn read(source: Source<'a, '_>) -> Result<Self, String> {
        let why = |error: aper::Error| error.to_string();
        Ok(match source {
            Source::Borrowed(octets) => {
                asn1::decode_open_type::<asn1::ENBname<'_>>(octets)
                    .map_err(why)?
                    .0
            }
            Source::Copied(octets) => {
                let name = asn1::decode_open_type::<asn1::ENBname<'_>>(octets).map_err(why)?;
                Cow::Owned(name.0.into_owned())
            }
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let name = asn1::ENBname(Cow::Borrowed(&**self));
        aper::encode_into(&name, out).map_err(|error| EncodeError::refused("name", &error))
    }
}

/// Small numbers of one constraint each.
macro_rules! numbers {
    ($($type:ty => $generated:ident,)*) => {$(
        impl Generated<'_> for $type {
            type Asn1 = asn1::$generated;

            fn from_asn1(generated: Self::Asn1) -> Option<Self> {
                Some(generated.0)
            }

            fn to_asn1(&self) -> Result<Self::Asn1, EncodeError> {
                Ok(asn1::$generated(*self))
            }
        }

        plain_values!($type);
    )*};
}

// A `u8` is Relative MME Capacity or Traffic Load Reduction Indication below; their ranges differ, so the codec of the
// field says which.
numbers! {
    u8 => RelativeMMECapacity,
}

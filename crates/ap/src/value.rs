//! How a value of ours goes to and from the open type of an IE.

use crate::ApplicationProtocol;
use oxirush_aper::{self as aper, AsnType, Decode, Encode, Octets};
use std::borrow::Cow;
use std::marker::PhantomData;

/// A value that the protocol cannot carry: ours to avoid, never the peer's fault.
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
    #[must_use]
    pub fn refused(what: &'static str, error: &aper::Error) -> Self {
        Self::Refused {
            what,
            why: error.to_string(),
        }
    }
}

/// A value that goes to and from a generated type of the protocol `P`, which may borrow octets for `'a`.
pub trait Generated<'a, P: ApplicationProtocol>: Sized {
    /// The generated type.
    type Asn1: Decode<'a> + Encode;

    /// Ours; `None` for what the generated type admits and the specification's prose does not.
    fn from_asn1(generated: Self::Asn1) -> Option<Self>;

    /// The generated value.
    ///
    /// # Errors
    /// A value outside its range.
    fn to_asn1(&self) -> Result<Self::Asn1, EncodeError>;
}

/// The octets of a value: of the buffer the caller holds, or of a shorter-lived copy (APER puts strings of 16384 octets
/// or more together from fragments).
#[derive(Clone, Copy, Debug)]
pub enum Source<'a, 'b> {
    /// Of the caller's buffer.
    Borrowed(&'a [u8]),
    /// Of a copy.
    Copied(&'b [u8]),
}

impl<'a> Source<'a, '_> {
    /// The octets, copied where they would not last.
    #[must_use]
    pub fn keep(self) -> Cow<'a, [u8]> {
        match self {
            Self::Borrowed(octets) => Cow::Borrowed(octets),
            Self::Copied(octets) => Cow::Owned(octets.to_vec()),
        }
    }
}

/// A value that an IE of the protocol `P` holds.
pub trait Value<'a, P: ApplicationProtocol>: Sized {
    /// From the octets of the IE's open type: the whole of them.
    ///
    /// # Errors
    /// Why they are none.
    fn read(source: Source<'a, '_>) -> Result<Self, String>;

    /// Appends the octets of the IE's open type.
    ///
    /// # Errors
    /// A value outside its range.
    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

impl Source<'_, '_> {
    /// The octets, for a value that keeps none of them.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        match self {
            Self::Borrowed(octets) => octets,
            Self::Copied(octets) => octets,
        }
    }
}

/// Decodes the octets as the generated type of `T`, then as `T`.
///
/// # Errors
/// Why they are none.
pub fn read_generated<'a, P: ApplicationProtocol, T: Generated<'a, P>>(
    octets: &'a [u8],
) -> Result<T, String> {
    let generated: T::Asn1 = aper::decode(octets).map_err(|error| error.to_string())?;
    T::from_asn1(generated).ok_or_else(|| "a value that the specification does not have".to_owned())
}

/// Encodes the value as its generated type.
///
/// # Errors
/// A value outside its range.
pub fn write_generated<'a, P: ApplicationProtocol, T: Generated<'a, P>>(
    value: &T,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let generated = value.to_asn1()?;
    aper::encode_into(&generated, out)
        .map_err(|error| EncodeError::refused(<T::Asn1 as AsnType>::NAME, &error))
}

/// Values that hold no octets of the buffer: `plain_values!(marker: types)`.
#[macro_export]
macro_rules! plain_values {
    ($protocol:ty: $($type:ty),* $(,)?) => {$(
        impl<'a> $crate::Value<'a, $protocol> for $type {
            fn read(source: $crate::Source<'a, '_>) -> Result<Self, String> {
                $crate::read_generated::<$protocol, Self>(source.octets())
            }

            fn write(&self, out: &mut Vec<u8>) -> Result<(), $crate::EncodeError> {
                $crate::write_generated::<$protocol, Self>(self, out)
            }
        }
    )*};
}

/// Values that may hold octets of the buffer, and have an `into_owned`: `borrowing_values!(marker: types)`.
#[macro_export]
macro_rules! borrowing_values {
    ($protocol:ty: $($type:ident),* $(,)?) => {$(
        impl<'a> $crate::Value<'a, $protocol> for $type<'a> {
            fn read(source: $crate::Source<'a, '_>) -> Result<Self, String> {
                match source {
                    $crate::Source::Borrowed(octets) => $crate::read_generated::<$protocol, Self>(octets),
                    $crate::Source::Copied(octets) => {
                        $crate::read_generated::<$protocol, $type<'_>>(octets).map($type::into_owned)
                    }
                }
            }

            fn write(&self, out: &mut Vec<u8>) -> Result<(), $crate::EncodeError> {
                $crate::write_generated::<$protocol, Self>(self, out)
            }
        }
    )*};
}

/// The octets of a generated string, not copied where they are borrowed.
#[must_use]
pub fn cow(octets: Octets<'_>) -> Cow<'_, [u8]> {
    match octets.as_borrowed() {
        Some(octets) => Cow::Borrowed(octets),
        None => Cow::Owned(octets.into_vec()),
    }
}

/// How a field of a message is coded: [`Plain`], or as the items of a list.
pub trait Codec<'a, T> {
    /// See [`Value::read`].
    ///
    /// # Errors
    /// Why the octets are none.
    fn read(source: Source<'a, '_>) -> Result<T, String>;

    /// See [`Value::write`].
    ///
    /// # Errors
    /// A value outside its range.
    fn write(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

/// The value is the IE's.
#[derive(Debug)]
pub struct Plain<P>(PhantomData<P>);

impl<'a, P: ApplicationProtocol, T: Value<'a, P>> Codec<'a, T> for Plain<P> {
    fn read(source: Source<'a, '_>) -> Result<T, String> {
        T::read(source)
    }

    fn write(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        value.write(out)
    }
}

/// Octet strings that an IE holds whole: NAS-PDU, UE Radio Capability and containers.
impl<'a, P: ApplicationProtocol> Value<'a, P> for Cow<'a, [u8]> {
    fn read(source: Source<'a, '_>) -> Result<Self, String> {
        let why = |error: aper::Error| error.to_string();
        Ok(match source {
            Source::Borrowed(octets) => cow(aper::decode(octets).map_err(why)?),
            Source::Copied(octets) => Cow::Owned(aper::decode::<Octets<'_>>(octets).map_err(why)?.into_vec()),
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let string = Octets::from(&**self);
        aper::encode_into(&string, out).map_err(|error| EncodeError::refused("OCTET STRING", &error))
    }
}

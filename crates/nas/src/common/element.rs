//! The value part of an information element.

use quintet_wire::{DecodeError, DecodeErrorKind, Field};

/// The value part of an information element: octets in, octets out.
pub trait Element<'a>: Sized {
    /// Reads the whole value part, which stands `at` octets into the message. A half octet comes in bits 1 to 4.
    ///
    /// # Errors
    /// The value is shorter than the element needs, or holds what the element does not allow.
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError>;

    /// Appends the value part.
    fn encode(&self, out: &mut Vec<u8>);

    /// Fills value and inner fields of `field`, whose name and place are set.
    fn describe(&self, field: &mut Field);
}

/// The error of a value part with `got` octets where `expected` are needed.
pub(crate) fn wrong_length(at: usize, got: usize, expected: &'static str) -> DecodeError {
    DecodeError::new(at, DecodeErrorKind::Length { got, expected })
}

/// Lowercase hex.
pub(crate) fn hex(octets: &[u8]) -> String {
    use std::fmt::Write;
    octets
        .iter()
        .fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{octet:02x}");
            text
        })
}

impl<'a, const N: usize> Element<'a> for [u8; N] {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        value
            .try_into()
            .map_err(|_| wrong_length(at, value.len(), "the length of its table row"))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(self);
    }
}

impl<'a> Element<'a> for &'a [u8] {
    fn decode(value: &'a [u8], _at: usize) -> Result<Self, DecodeError> {
        Ok(value)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(self);
    }
}

/// Newtypes over one octet with the specification's values as constants; any value survives.
macro_rules! octet {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $const:ident = $value:literal, $text:literal;)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub u8);

        impl $name {
            $($(#[$vdoc])* #[doc = $text] pub const $const: Self = Self($value);)*

            /// The specification's words for the value, `None` when it gives none.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }
        }

        impl<'a> $crate::common::Element<'a> for $name {
            fn decode(value: &'a [u8], at: usize) -> Result<Self, quintet_wire::DecodeError> {
                <[u8; 1]>::decode(value, at).map(|[octet]| Self(octet))
            }

            fn encode(&self, out: &mut Vec<u8>) {
                out.push(self.0);
            }

            fn describe(&self, field: &mut quintet_wire::Field) {
                field.value = match self.name() {
                    Some(name) => format!("{} ({name})", self.0),
                    None => self.0.to_string(),
                };
            }
        }
    )* };
}
pub(crate) use octet;

/// Newtypes over a half octet with the specification's values as constants; any value survives.
macro_rules! half_octet {
    ($($tokens:tt)*) => { $crate::common::octet! { $($tokens)* } };
}
pub(crate) use half_octet;

//! The packet of EAP (RFC 3748 4): code, identifier, length, and for requests and responses a type.

use quintet_wire::{DecodeError, DecodeErrorKind, Reader};
use std::fmt;

/// Longest packet in octets: what the length field of the NAS element that carries it can say (TS 24.501 9.11.2.2: 1503 in
/// all).
pub const MAX_PACKET_OCTETS: usize = 1500;

/// Octets in front of the type.
pub(crate) const HEADER_OCTETS: usize = 4;

/// What kind of packet (RFC 3748 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// Of the server.
    Request,
    /// Of the peer.
    Response,
    /// The authentication succeeded.
    Success,
    /// It failed.
    Failure,
}

impl Code {
    pub(crate) const fn octet(self) -> u8 {
        match self {
            Self::Request => 1,
            Self::Response => 2,
            Self::Success => 3,
            Self::Failure => 4,
        }
    }
}

/// Type of a request or response: EAP's own or a method's (RFC 3748 5).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Type(pub u8);

impl Type {
    /// Identity.
    pub const IDENTITY: Self = Self(1);
    /// Notification of EAP itself.
    pub const NOTIFICATION: Self = Self(2);
    /// Legacy Nak: the peer wants another method.
    pub const NAK: Self = Self(3);
    /// EAP-AKA (RFC 4187).
    pub const AKA: Self = Self(23);
    /// EAP-AKA' (RFC 9048).
    pub const AKA_PRIME: Self = Self(50);

    /// Its name, if it is one of these.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::IDENTITY => "Identity",
            Self::NOTIFICATION => "Notification",
            Self::NAK => "Nak",
            Self::AKA => "EAP-AKA",
            Self::AKA_PRIME => "EAP-AKA'",
            _ => return None,
        })
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Type({})", self.0)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "type {}", self.0),
        }
    }
}

/// What follows the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// Nothing: Success and Failure.
    Empty,
    /// Of a request or response.
    Method {
        /// The type.
        kind: Type,
        /// Its data, behind the type.
        data: &'a [u8],
    },
}

/// A packet in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// What kind.
    pub code: Code,
    /// Matches responses with requests.
    pub identifier: u8,
    /// What follows.
    pub body: Body<'a>,
    /// The octets that belong to it.
    pub octets: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a packet. What follows its length is padding of a layer below and ignored (RFC 3748 4.1).
    ///
    /// # Errors
    /// `Truncated`, `Length` for a length below its parts, `Value` for an unknown code, with its octet.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(octets);
        let code = match reader.u8()? {
            1 => Code::Request,
            2 => Code::Response,
            3 => Code::Success,
            4 => Code::Failure,
            got => {
                let kind = DecodeErrorKind::Value {
                    got: got.into(),
                    expected: "1 to 4",
                };
                return Err(DecodeError::new(0, kind).within("Code"));
            }
        };
        let identifier = reader.u8()?;
        let length = usize::from(reader.u16()?);
        let method = matches!(code, Code::Request | Code::Response);
        if length < HEADER_OCTETS + usize::from(method) || (!method && length != HEADER_OCTETS) {
            let expected = "4 of Success and Failure, 5 and more of Request and Response";
            return Err(DecodeError::new(
                2,
                DecodeErrorKind::Length {
                    got: length,
                    expected,
                },
            )
            .within("Length"));
        }
        let mut body = reader.sub(length - HEADER_OCTETS)?;
        let octets = &octets[..length];
        let body = if method {
            Body::Method {
                kind: Type(body.u8()?),
                data: body.rest(),
            }
        } else {
            Body::Empty
        };
        Ok(Self {
            code,
            identifier,
            body,
            octets,
        })
    }

    /// Its type, if it has one.
    #[must_use]
    pub const fn kind(&self) -> Option<Type> {
        match self.body {
            Body::Empty => None,
            Body::Method { kind, .. } => Some(kind),
        }
    }
}

/// The octets of a request or response; `None` when they are more than a length can say.
#[must_use]
pub(crate) fn encode(code: Code, identifier: u8, kind: Type, data: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(HEADER_OCTETS + 1 + data.len()).ok()?;
    let mut octets = Vec::with_capacity(usize::from(length));
    octets.extend_from_slice(&[code.octet(), identifier]);
    octets.extend_from_slice(&length.to_be_bytes());
    octets.push(kind.0);
    octets.extend_from_slice(data);
    Some(octets)
}

/// EAP-Success, with the identifier of the response before it (RFC 3748 4.2).
#[must_use]
pub const fn success(identifier: u8) -> [u8; 4] {
    [3, identifier, 0, 4]
}

/// EAP-Failure, with the identifier of the response before it (RFC 3748 4.2).
#[must_use]
pub const fn failure(identifier: u8) -> [u8; 4] {
    [4, identifier, 0, 4]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_codes() {
        assert_eq!(
            Packet::decode(&success(7)).map(|p| (p.code, p.identifier)),
            Ok((Code::Success, 7))
        );
        assert_eq!(
            Packet::decode(&failure(8)).map(|p| (p.code, p.kind())),
            Ok((Code::Failure, None))
        );
        let octets = encode(Code::Response, 3, Type::IDENTITY, b"bob").unwrap();
        let padded = [&octets[..], &[0, 0]].concat();
        let packet = Packet::decode(&padded).unwrap();
        assert_eq!(
            packet.body,
            Body::Method {
                kind: Type::IDENTITY,
                data: b"bob"
            }
        );
        assert_eq!(packet.octets, octets, "padding is not the packet's");
    }

    #[test]
    fn lengths_and_codes_that_are_wrong() {
        for wrong in [
            &[][..],
            &[1, 2, 0],
            &[1, 2, 0, 4],
            &[1, 2, 0, 3],
            &[1, 2, 0, 6, 1],
            &[3, 2, 0, 5, 0],
            &[0, 2, 0, 4],
            &[5, 2, 0, 4],
        ] {
            assert!(Packet::decode(wrong).is_err(), "{wrong:?}");
        }
        assert!(encode(Code::Request, 0, Type::AKA, &[0; 65_531]).is_none());
    }
}

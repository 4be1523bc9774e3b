//! AVPs, walked in place (RFC 6733 4.1).

use quintet_wire::{DecodeError, DecodeErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How deep Grouped AVPs may nest. S6a needs 6; the base protocol sets no bound, a stack must.
pub const MAX_AVP_DEPTH: usize = 16;

/// Most octets of a DiameterIdentity (a DNS name, RFC 1035 2.3.4).
pub const MAX_IDENTITY_OCTETS: usize = 255;

/// Octets of an AVP header without, and with, Vendor-ID (RFC 6733 4.1).
const SHORT_HEADER: usize = 8;
const LONG_HEADER: usize = 12;

/// The flags octet of an AVP (RFC 6733 4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AvpFlags(pub u8);

impl AvpFlags {
    /// V: a Vendor-ID follows.
    pub const VENDOR: u8 = 0x80;
    /// M: a receiver that does not know the AVP must reject the message.
    pub const MANDATORY: u8 = 0x40;
    /// P: reserved for end-to-end security; set by old implementations, ignored.
    pub const PROTECTED: u8 = 0x20;
    /// The bits no specification gives a meaning to.
    pub const RESERVED: u8 = 0x1f;

    /// Whether V is set.
    #[must_use]
    pub const fn vendor(self) -> bool {
        self.0 & Self::VENDOR != 0
    }

    /// Whether M is set.
    #[must_use]
    pub const fn mandatory(self) -> bool {
        self.0 & Self::MANDATORY != 0
    }
}

/// Which AVP: code and vendor (0 = IETF), with the flags a sender sets. Two ids are equal if code and vendor are.
#[derive(Clone, Copy, Debug)]
pub struct AvpId {
    /// AVP Code.
    pub code: u32,
    /// Vendor-ID; 0 without the V bit.
    pub vendor_id: u32,
    /// The flags to send: V if there is a vendor, M as the dictionary says.
    pub flags: AvpFlags,
}

impl AvpId {
    /// An id from the dictionary's code, vendor and M rule.
    #[must_use]
    pub const fn new(code: u32, vendor_id: u32, mandatory: bool) -> Self {
        let v = if vendor_id == 0 { 0 } else { AvpFlags::VENDOR };
        let m = if mandatory { AvpFlags::MANDATORY } else { 0 };
        Self {
            code,
            vendor_id,
            flags: AvpFlags(v | m),
        }
    }

    /// The same AVP without M: whoever does not know it passes over it.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self {
            flags: AvpFlags(self.flags.0 & !AvpFlags::MANDATORY),
            ..self
        }
    }
}

impl PartialEq for AvpId {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code && self.vendor_id == other.vendor_id
    }
}

impl Eq for AvpId {}

/// One AVP in its message.
#[derive(Clone, Copy, Debug)]
pub struct Avp<'a> {
    /// AVP Code.
    pub code: u32,
    /// The flags as received.
    pub flags: AvpFlags,
    /// Vendor-ID; 0 without the V bit.
    pub vendor_id: u32,
    /// Offset of the AVP's first octet from the start of the message.
    pub at: usize,
    /// The data, without padding.
    pub data: &'a [u8],
    /// Header and data, without padding: what Failed-AVP and relays copy.
    pub raw: &'a [u8],
}

impl<'a> Avp<'a> {
    /// Whether this is the AVP `id`.
    #[inline]
    #[must_use]
    pub fn is(&self, id: AvpId) -> bool {
        self.code == id.code && self.vendor_id == id.vendor_id
    }

    /// Offset of the data from the start of the message.
    #[must_use]
    pub fn data_at(&self) -> usize {
        self.at + self.raw.len() - self.data.len()
    }

    fn wrong_length(&self, expected: &'static str) -> DecodeError {
        DecodeError::new(
            self.at,
            DecodeErrorKind::Length {
                got: self.data.len(),
                expected,
            },
        )
    }

    /// Unsigned32, Enumerated, or the bits of an Integer32.
    ///
    /// # Errors
    /// `Length` unless the data has 4 octets.
    pub fn u32(&self) -> Result<u32, DecodeError> {
        self.data
            .try_into()
            .map(u32::from_be_bytes)
            .map_err(|_| self.wrong_length("4"))
    }

    /// Unsigned64 or the bits of an Integer64.
    ///
    /// # Errors
    /// `Length` unless the data has 8 octets.
    pub fn u64(&self) -> Result<u64, DecodeError> {
        self.data
            .try_into()
            .map(u64::from_be_bytes)
            .map_err(|_| self.wrong_length("8"))
    }

    /// UTF8String, DiameterIdentity, DiameterURI.
    ///
    /// # Errors
    /// `Text` unless the data is UTF-8.
    pub fn text(&self) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.data)
            .map_err(|_| DecodeError::new(self.data_at(), DecodeErrorKind::Text { expected: "UTF-8" }))
    }

    /// Address (RFC 6733 4.3.1), IPv4 or IPv6; `None` for another address family.
    ///
    /// # Errors
    /// `Length` if the octets do not fit the family.
    pub fn address(&self) -> Result<Option<IpAddr>, DecodeError> {
        let Some((family, address)) = self.data.split_first_chunk::<2>() else {
            return Err(self.wrong_length("2 or more"));
        };
        match u16::from_be_bytes(*family) {
            1 => <[u8; 4]>::try_from(address)
                .map(|a| Some(Ipv4Addr::from(a).into()))
                .map_err(|_| self.wrong_length("6 for IPv4")),
            2 => <[u8; 16]>::try_from(address)
                .map(|a| Some(Ipv6Addr::from(a).into()))
                .map_err(|_| self.wrong_length("18 for IPv6")),
            _ => Ok(None),
        }
    }

    /// The AVPs inside a Grouped AVP. Whoever recurses bounds the depth by [`MAX_AVP_DEPTH`].
    #[must_use]
    pub fn group(&self) -> Avps<'a> {
        Avps::new(self.data, self.data_at())
    }
}

/// The AVPs of a message or of a group, in wire order. After an error it ends.
#[derive(Clone, Debug)]
pub struct Avps<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Avps<'a> {
    /// AVPs in `octets`, which stand `at` octets into the message.
    #[must_use]
    pub fn new(octets: &'a [u8], at: usize) -> Self {
        Self { rest: octets, at }
    }

    /// The octets not yet walked; after an error, none.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Offset of [`Avps::rest`] from the start of the message; after an error, of what is wrong.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The first AVP `id` that can be reached; a malformed AVP in front of it hides it.
    #[must_use]
    pub fn find(&self, id: AvpId) -> Option<Avp<'a>> {
        self.clone().map_while(Result::ok).find(|avp| avp.is(id))
    }

    /// The next AVP if its header and length are right. Consumes it.
    #[inline]
    fn step(&mut self) -> Option<Avp<'a>> {
        let (octets, at) = (self.rest, self.at);
        let (&[c0, c1, c2, c3, flags, l0, l1, l2], tail) = octets.split_first_chunk::<SHORT_HEADER>()?;
        let flags = AvpFlags(flags);
        let length = u32::from_be_bytes([0, l0, l1, l2]) as usize;
        let raw = octets.get(..length)?;
        let (vendor_id, data) = if flags.vendor() {
            let (vendor_id, _) = tail.split_first_chunk::<4>()?;
            (u32::from_be_bytes(*vendor_id), raw.get(LONG_HEADER..)?)
        } else {
            (0, raw.get(SHORT_HEADER..)?)
        };
        // The padding of the last AVP of a group may be missing: old stacks leave it out, and nothing depends on it.
        let padded = length.next_multiple_of(4).min(octets.len());
        self.rest = &octets[padded..];
        self.at = at + padded;
        Some(Avp {
            code: u32::from_be_bytes([c0, c1, c2, c3]),
            flags,
            vendor_id,
            at,
            data,
            raw,
        })
    }

    /// Why `step` answered nothing.
    #[cold]
    fn malformed(octets: &[u8], at: usize) -> DecodeError {
        let available = octets.len();
        let Some((&[.., flags, l0, l1, l2], _)) = octets.split_first_chunk::<SHORT_HEADER>() else {
            return DecodeError::new(
                at,
                DecodeErrorKind::Truncated {
                    needed: SHORT_HEADER,
                    available,
                },
            );
        };
        let vendor = AvpFlags(flags).vendor();
        let length = u32::from_be_bytes([0, l0, l1, l2]) as usize;
        if length < if vendor { LONG_HEADER } else { SHORT_HEADER } {
            let expected = if vendor { "12 or more" } else { "8 or more" };
            return DecodeError::new(
                at,
                DecodeErrorKind::Length {
                    got: length,
                    expected,
                },
            );
        }
        DecodeError::new(
            at,
            DecodeErrorKind::Truncated {
                needed: length,
                available,
            },
        )
    }
}

impl<'a> Iterator for Avps<'a> {
    type Item = Result<Avp<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        match self.step() {
            Some(avp) => Some(Ok(avp)),
            None => {
                let octets = std::mem::take(&mut self.rest);
                Some(Err(Self::malformed(octets, self.at)))
            }
        }
    }
}

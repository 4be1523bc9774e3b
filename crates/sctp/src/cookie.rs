//! The State Cookie (RFC 9260 5.1.3): all that an INIT leaves behind is in it, under HMAC-SHA-256, so that an INIT keeps
//! nothing here.
//!
//! dcsctp's own cookie has no MAC: whoever knows its layout could set an association up out of nothing. It never leaves
//! this process; [`Agreement::engine_cookie`] is written only after a handshake that we checked.

use crate::Streams;
use crate::init::MAX_ADDRESSES;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// Octets of the MAC, which is in front.
const MAC: usize = 32;

/// Octets between the MAC and the list of addresses.
const FIXED: usize = 8 + 16 + 16 + 2 + 8 + 5 * 4 + 2 * 2;

/// What both sides agreed on in INIT and INIT ACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreement {
    pub(crate) tag: u32,
    pub(crate) tsn: u32,
    pub(crate) peer_tag: u32,
    pub(crate) peer_tsn: u32,
    /// The peer's a_rwnd.
    pub(crate) peer_window: u32,
    pub(crate) streams: Streams,
}

/// What a cookie says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    /// When it was made.
    pub(crate) created: Duration,
    /// The addresses of the INIT.
    pub(crate) local: IpAddr,
    pub(crate) peer: IpAddr,
    /// The peer's SCTP port.
    pub(crate) port: u16,
    /// The tie-tag of the association that the INIT would replace (RFC 9260 5.2.2), or 0. One secret number of the
    /// association stands for both tie-tags.
    pub(crate) tie: u64,
    pub(crate) agreement: Agreement,
    /// The peer's other addresses.
    pub(crate) addresses: Vec<IpAddr>,
}

/// Makes cookies and knows its own.
pub(crate) struct Baker(Hmac<Sha256>);

impl Baker {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"))
    }

    fn mac(&self, body: &[u8]) -> [u8; MAC] {
        let mut mac = self.0.clone();
        mac.update(body);
        mac.finalize().into_bytes().into()
    }

    pub(crate) fn bake(&self, cookie: &Cookie) -> Vec<u8> {
        let mut out = vec![0; MAC];
        out.extend((cookie.created.as_micros() as u64).to_be_bytes());
        out.extend(octets(cookie.local));
        out.extend(octets(cookie.peer));
        out.extend(cookie.port.to_be_bytes());
        out.extend(cookie.tie.to_be_bytes());
        let Agreement {
            tag,
            tsn,
            peer_tag,
            peer_tsn,
            peer_window,
            streams,
        } = cookie.agreement;
        for number in [tag, tsn, peer_tag, peer_tsn, peer_window] {
            out.extend(number.to_be_bytes());
        }
        out.extend(streams.outbound.to_be_bytes());
        out.extend(streams.inbound.to_be_bytes());
        for address in cookie.addresses.iter().take(MAX_ADDRESSES) {
            out.extend(octets(*address));
        }
        let mac = self.mac(&out[MAC..]);
        out[..MAC].copy_from_slice(&mac);
        out
    }

    /// Reads a cookie of ours; `None` for anyone else's.
    pub(crate) fn taste(&self, octets: &[u8]) -> Option<Cookie> {
        let (mac, body) = octets.split_first_chunk::<MAC>()?;
        if !bool::from(self.mac(body).ct_eq(mac)) {
            return None;
        }
        let mut reader = Reader(body);
        let cookie = Cookie {
            created: Duration::from_micros(u64::from_be_bytes(reader.take()?)),
            local: reader.address()?,
            peer: reader.address()?,
            port: u16::from_be_bytes(reader.take()?),
            tie: u64::from_be_bytes(reader.take()?),
            agreement: Agreement {
                tag: u32::from_be_bytes(reader.take()?),
                tsn: u32::from_be_bytes(reader.take()?),
                peer_tag: u32::from_be_bytes(reader.take()?),
                peer_tsn: u32::from_be_bytes(reader.take()?),
                peer_window: u32::from_be_bytes(reader.take()?),
                streams: Streams {
                    outbound: u16::from_be_bytes(reader.take()?),
                    inbound: u16::from_be_bytes(reader.take()?),
                },
            },
            addresses: std::iter::from_fn(|| reader.address()).collect(),
        };
        debug_assert_eq!(body.len(), FIXED + 16 * cookie.addresses.len());
        Some(cookie)
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk()?;
        self.0 = tail;
        Some(*head)
    }

    fn address(&mut self) -> Option<IpAddr> {
        Some(Ipv6Addr::from(self.take::<16>()?).to_canonical())
    }
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

impl Agreement {
    /// The cookie that dcsctp begins an association with.
    pub(crate) fn engine_cookie(&self) -> Vec<u8> {
        let mut out = b"dcSCTPr0".to_vec();
        for number in [self.peer_tag, self.tag, self.peer_tsn, self.tsn, self.peer_window] {
            out.extend(number.to_be_bytes());
        }
        // Its tie-tag, and its extensions: partial reliability, interleaving, stream reset, zero checksum; none of them.
        out.extend([0; 8 + 8]);
        out.extend(self.streams.inbound.to_be_bytes());
        out.extend(self.streams.outbound.to_be_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie() -> Cookie {
        Cookie {
            created: Duration::from_micros(123_456_789),
            local: IpAddr::from([192, 0, 2, 1]),
            peer: "2001:db8::7".parse().expect("an address"),
            port: 36412,
            tie: 7,
            agreement: Agreement {
                tag: 1,
                tsn: 2,
                peer_tag: 3,
                peer_tsn: 4,
                peer_window: 5,
                streams: Streams {
                    outbound: 6,
                    inbound: 7,
                },
            },
            addresses: vec![
                IpAddr::from([192, 0, 2, 3]),
                "2001:db8::9".parse().expect("an address"),
            ],
        }
    }

    #[test]
    fn a_cookie_comes_back() {
        let baker = Baker::new([1; 32]);
        assert_eq!(baker.taste(&baker.bake(&cookie())), Some(cookie()));
    }

    /// Every octet counts, and so does the key.
    #[test]
    fn a_changed_cookie_is_not_ours() {
        let baker = Baker::new([1; 32]);
        let baked = baker.bake(&cookie());
        for at in 0..baked.len() {
            let mut forged = baked.clone();
            forged[at] ^= 0x10;
            assert_eq!(baker.taste(&forged), None, "octet {at}");
            assert_eq!(baker.taste(&baked[..at]), None, "cut at {at}");
        }
        assert_eq!(Baker::new([2; 32]).taste(&baked), None);
    }
}

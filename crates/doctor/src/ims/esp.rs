//! Packets of ESP, read: under keys, or as they are where nothing is enciphered (RFC 2410).

use super::associations::Set;
use hashbrown::HashSet;
use quintet_esp::{EspKeys, Inbound, OpenError, Spi, peek};
use std::collections::VecDeque;
use std::net::IpAddr;

/// SPI and sequence number.
const HEADER: usize = 8;
/// Pad length and next header.
const TRAILER: usize = 2;
/// Octets of ICV and of IV in front, of the transforms that encipher nothing: HMAC-MD5-96 and HMAC-SHA-1-96; AES-GMAC.
const PLAIN_SHAPES: [(usize, usize); 2] = [(0, 12), (8, 16)];
/// The ICV that a reader of captures expects of a packet in the clear.
const CLEAR_ICV: usize = 12;

/// The most packets remembered to know a copy by: those of a busy P-CSCF within the time that copies of one lie apart.
const MAX_REMEMBERED: usize = 8192;

/// The least of UDP and TCP.
const UDP_HEADER: usize = 8;
const TCP_HEADER: usize = 20;

/// What was in a packet.
#[derive(Debug)]
pub(super) struct Inside {
    pub(super) next_header: u8,
    pub(super) payload: Vec<u8>,
    /// Whether keys say that it is authentic; `None` without keys.
    pub(super) authentic: Option<bool>,
    /// Whether it was enciphered.
    pub(super) enciphered: bool,
}

impl Inside {
    /// The ports of the transport.
    pub(super) fn ports(&self) -> Option<(u16, u16)> {
        let &[a, b, c, d, ..] = self.payload.first_chunk::<4>()?;
        matches!(self.next_header, 6 | 17).then_some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
    }

    /// The packet as it would stand without encryption, of the same length: behind it an ICV of twelve zeros, which says that
    /// nobody protected it. `None` if there is no room.
    pub(super) fn in_the_clear(&self, packet: &[u8]) -> Option<Box<[u8]>> {
        let mut clear = packet.get(..HEADER)?.to_vec();
        clear.extend_from_slice(&self.payload);
        let padding = packet.len().checked_sub(clear.len() + TRAILER + CLEAR_ICV)?;
        let octets = u8::try_from(padding).ok()?;
        clear.extend(1..=octets);
        clear.extend_from_slice(&[octets, self.next_header]);
        clear.extend_from_slice(&[0; CLEAR_ICV]);
        Some(clear.into())
    }
}

/// Knows packets that passed lately.
#[derive(Debug, Default)]
pub(super) struct Passed {
    known: HashSet<(IpAddr, u32, u32, u64)>,
    order: VecDeque<(IpAddr, u32, u32, u64)>,
}

impl Passed {
    /// Whether the same packet passed before, at another point of the capture; it is remembered if not.
    pub(super) fn is_copy(&mut self, destination: IpAddr, packet: &[u8]) -> bool {
        let Some((spi, sequence)) = peek(packet) else {
            return true;
        };
        let key = (destination, spi, sequence, super::path::fingerprint(packet));
        if !self.known.insert(key) {
            return true;
        }
        self.order.push_back(key);
        if self.order.len() > MAX_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        false
    }
}

/// Reads a packet of a known set.
pub(super) fn read(set: &Set, packet: &[u8]) -> Option<Inside> {
    let (spi, _) = peek(packet)?;
    let (mut forged, mut odd) = (false, None);
    for keys in set.esp_keys() {
        match open(spi, &keys, packet) {
            // Suites of one integrity algorithm share its key, so that the ICV does not tell which of them it is; deciphered
            // under another, chance makes one in 256 packets a padding.
            Ok(inside) if !is_transport(inside.next_header, &inside.payload) => odd = odd.or(Some(inside)),
            Ok(inside) => return Some(inside),
            Err(OpenError::MacFailed) => forged = true,
            Err(_) => {}
        }
    }
    if odd.is_some() {
        return odd;
    }
    // Without keys, or under others than ours: what is in the clear can be read all the same.
    let in_clear = set.is_in_clear() || forged;
    let read = in_clear.then(|| in_plain(packet)).flatten();
    match read {
        Some(inside) => Some(Inside {
            authentic: forged.then_some(false),
            ..inside
        }),
        None if forged => Some(Inside {
            next_header: NO_NEXT_HEADER,
            payload: Vec::new(),
            authentic: Some(false),
            enciphered: true,
        }),
        None => None,
    }
}

/// No next header (RFC 4303 2.6).
const NO_NEXT_HEADER: u8 = 59;

fn open(spi: u32, keys: &EspKeys, packet: &[u8]) -> Result<Inside, OpenError> {
    let spi = Spi::new(spi).ok_or(OpenError::Malformed)?;
    let mut buffer = packet.to_vec();
    let opened = Inbound::new(spi, keys).open(&mut buffer)?;
    Ok(Inside {
        next_header: opened.next_header,
        payload: opened.payload.to_vec(),
        authentic: Some(true),
        enciphered: keys.suite().encryption() != quintet_esp::Encryption::Null,
    })
}

/// Reads a packet that nothing is known of, if it can only be one without encryption: padding, next header and the transport's
/// header fit.
pub(super) fn in_plain(packet: &[u8]) -> Option<Inside> {
    PLAIN_SHAPES
        .into_iter()
        .find_map(|(iv, icv)| plain(packet.get(HEADER + iv..packet.len().checked_sub(icv)?)?))
}

fn plain(body: &[u8]) -> Option<Inside> {
    let (&[pad, next_header], rest) = body
        .split_last_chunk::<TRAILER>()
        .map(|(rest, last)| (last, rest))?;
    let pad = usize::from(pad);
    let (payload, padding) = rest.split_at_checked(rest.len().checked_sub(pad)?)?;
    let counted = padding
        .iter()
        .zip(1u8..)
        .all(|(octet, expected)| *octet == expected);
    let zeros = padding.iter().all(|octet| *octet == 0);
    (is_transport(next_header, payload) && (counted || zeros)).then(|| Inside {
        next_header,
        payload: payload.to_vec(),
        authentic: None,
        enciphered: false,
    })
}

/// Whether a payload begins with the header of UDP or TCP that its next header announces.
fn is_transport(next_header: u8, payload: &[u8]) -> bool {
    match next_header {
        17 => {
            let length = payload.get(4..6);
            length.is_some_and(|length| {
                usize::from(u16::from_be_bytes([length[0], length[1]])) == payload.len()
            }) && payload.len() >= UDP_HEADER
        }
        6 => payload.get(12).is_some_and(|offset| {
            let offset = usize::from(offset >> 4) * 4;
            (TCP_HEADER..=payload.len()).contains(&offset)
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ims::associations::Side;
    use quintet_capture::Timestamp;
    use quintet_crypto::{Ck, Ik};
    use quintet_esp::{Encryption, Integrity, Outbound, Suite};

    const SPI: u32 = 4711;

    /// A set that offers a cipher first and none second.
    fn set() -> Set {
        let side = Side {
            address: IpAddr::from([192, 0, 2, 1]),
            spi_c: SPI,
            spi_s: SPI + 1,
            port_c: 6001,
            port_s: 6002,
        };
        let named = |ealg: &str| ("hmac-sha-1-96".to_owned(), ealg.to_owned());
        Set {
            attempt: 1,
            user: "sip:a@b".to_owned(),
            since: Timestamp::default(),
            ue: side,
            pcscf: side,
            suites: vec![named("aes-cbc"), named("null")],
            keys: Ck::new(&[0xc0; 16]).zip(Ik::new(&[0x10; 16])),
        }
    }

    #[test]
    fn a_packet_in_the_clear_is_no_cipher_text_of_the_suite_before() {
        let set = set();
        let keys = set.esp_keys().collect::<Vec<_>>();
        let suite = Suite::new(Integrity::HmacSha1_96, Encryption::Null).expect("a suite");
        let plain = keys.iter().find(|keys| keys.suite() == suite).expect("offered");
        let mut outbound =
            Outbound::new(Spi::new(SPI).expect("no reserved one"), plain, 0, &[0; 16]).expect("fresh");
        let mut misread = 0;
        for number in 0..4096_u16 {
            let mut datagram = vec![0; 62];
            datagram[..8].copy_from_slice(&[0x17, 0x71, 0x17, 0x72, 0, 62, 0, 0]);
            datagram[60..].copy_from_slice(&number.to_be_bytes());
            let mut packet = Vec::new();
            outbound.seal(17, &[&datagram], &mut packet).expect("short");
            misread += u32::from(open(SPI, &keys[0], &packet).is_ok());
            let inside = read(&set, &packet).expect("its keys are known");
            assert_eq!(inside.payload, datagram, "packet {number}");
            assert!(!inside.enciphered && inside.authentic == Some(true));
        }
        assert!(misread > 0, "no packet that could be mistaken was among them");
    }
}

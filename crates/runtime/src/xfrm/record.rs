//! What the kernel tells of states and policies: the fields that matter of `xfrm_usersa_info` and `xfrm_userpolicy_info`.

use super::message::REPLAY_ESN_VAL;
use quintet_esp::Direction;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Octets of `xfrm_selector`.
pub(super) const SELECTOR: usize = 56;

/// Octets of `xfrm_usersa_info`.
const STATE: usize = 224;

/// A state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StateRecord {
    pub(super) destination: IpAddr,
    pub(super) spi: u32,
    pub(super) reqid: u32,
    pub(super) octets: u64,
    pub(super) packets: u64,
    pub(super) integrity_failed: u32,
    sent: u32,
    received: u32,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PolicyRecord {
    pub(super) selector: [u8; SELECTOR],
    pub(super) direction: u8,
    pub(super) priority: u32,
}

fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*octets.get(at..)?.first_chunk()?))
}

fn u64_at(octets: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*octets.get(at..)?.first_chunk()?))
}

fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*octets.get(at..)?.first_chunk()?))
}

impl StateRecord {
    /// From the body of an `XFRM_MSG_NEWSA`.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        // After the selector: xfrm_id, source, lifetimes, use, statistics, sequence number, reqid, family.
        const ID: usize = SELECTOR;
        const USE: usize = ID + 24 + 16 + 64;
        const STATISTICS: usize = USE + 32;
        const REQID: usize = STATISTICS + 12 + 4;
        const AF_INET: u16 = 2;
        let family = u16_at(body, REQID + 4)?;
        let address: [u8; 16] = *body.get(ID..)?.first_chunk()?;
        let spi: [u8; 4] = *body.get(ID + 16..)?.first_chunk()?;
        let destination = match (family, address) {
            (AF_INET, [a, b, c, d, ..]) => IpAddr::from(Ipv4Addr::new(a, b, c, d)),
            _ => Ipv6Addr::from(address).into(),
        };
        let replay = attributes(body.get(STATE..)?).find(|(kind, _)| *kind == REPLAY_ESN_VAL);
        let number = |at: usize| {
            replay
                .and_then(|(_, value)| u32_at(value, at))
                .unwrap_or_default()
        };
        Some(Self {
            destination,
            spi: u32::from_be_bytes(spi),
            reqid: u32_at(body, REQID)?,
            octets: u64_at(body, USE)?,
            packets: u64_at(body, USE + 8)?,
            integrity_failed: u32_at(body, STATISTICS + 8)?,
            sent: number(4),
            received: number(8),
        })
    }

    /// The last sequence number sent, or the highest received.
    pub(super) fn sequence(&self, direction: Direction) -> u32 {
        match direction {
            Direction::Inbound => self.received,
            Direction::Outbound => self.sent,
        }
    }
}

impl PolicyRecord {
    /// From the body of an `XFRM_MSG_NEWPOLICY`.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        const PRIORITY: usize = SELECTOR + 64 + 32;
        Some(Self {
            selector: *body.first_chunk()?,
            priority: u32_at(body, PRIORITY)?,
            direction: *body.get(PRIORITY + 8)?,
        })
    }
}

/// Attributes (`nlattr`) in order; ends at the first that does not fit.
fn attributes(octets: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = octets;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 0)?);
        let kind = u16_at(rest, 2)?;
        let value = rest.get(4..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_octets_are_survived() {
        for length in 0..400 {
            let octets = vec![0xff; length];
            let _ = (StateRecord::read(&octets), PolicyRecord::read(&octets));
            assert!(attributes(&octets).next().is_none());
        }
        assert_eq!(
            StateRecord::read(&[0; STATE]).map(|state| state.sequence(Direction::Inbound)),
            Some(0)
        );
    }
}

//! What is said of peers over TLS, and how often: whoever tries again at once must not fill the log of all others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// Once a line is written about an address, no other is for so long.
const PAUSE: Duration = Duration::from_secs(60);

/// Addresses that are told apart. While so many were written about within [`PAUSE`], others wait, and count as one.
const MAX_ADDRESSES: usize = 1024;

/// One address.
#[derive(Debug)]
struct Told {
    at: Duration,
    left_out: u64,
}

/// Failures of TLS: how many, and which are written.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    addresses: HashMap<IpAddr, Told>,
    /// Of addresses for which there was no room, or that are kept no more.
    left_out_of_others: u64,
    counted: u64,
}

/// A line may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Failures of the same address since the last line about it.
    pub(crate) left_out: u64,
    /// Failures of other addresses that no line was, or will be, written about.
    pub(crate) left_out_of_others: u64,
}

impl Complaints {
    /// Failures so far, whether anything is said of them or not.
    pub(crate) fn counted(&self) -> u64 {
        self.counted
    }

    /// TLS failed once more.
    pub(crate) fn count(&mut self) {
        self.counted += 1;
    }

    /// Something is to be said of an address: whether it is written.
    pub(crate) fn note(&mut self, now: Duration, address: IpAddr) -> Option<Line> {
        if let Some(told) = self.addresses.get_mut(&address)
            && now < told.at + PAUSE
        {
            told.left_out += 1;
            return None;
        }
        if self.addresses.len() >= MAX_ADDRESSES && !self.addresses.contains_key(&address) {
            self.forget_old(now);
            if self.addresses.len() >= MAX_ADDRESSES {
                self.left_out_of_others += 1;
                return None;
            }
        }
        let told = Told { at: now, left_out: 0 };
        let before = self.addresses.insert(address, told);
        Some(Line {
            left_out: before.map_or(0, |before| before.left_out),
            left_out_of_others: std::mem::take(&mut self.left_out_of_others),
        })
    }

    /// Makes room.
    fn forget_old(&mut self, now: Duration) {
        let unsaid = &mut self.left_out_of_others;
        self.addresses.retain(|_, told| {
            let is_kept = now < told.at + PAUSE;
            if !is_kept {
                *unsaid += told.left_out;
            }
            is_kept
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn address(n: usize) -> IpAddr {
        Ipv4Addr::from(n as u32).into()
    }

    fn line(left_out: u64, left_out_of_others: u64) -> Option<Line> {
        Some(Line {
            left_out,
            left_out_of_others,
        })
    }

    #[test]
    fn an_address_is_written_about_once_a_minute_with_what_was_left_out() {
        let mut complaints = Complaints::default();
        let at = Duration::from_secs;
        assert_eq!(complaints.note(at(5), address(1)), line(0, 0));
        for second in 5..65 {
            assert_eq!(complaints.note(at(second), address(1)), None, "{second}");
        }
        assert_eq!(complaints.note(at(6), address(2)), line(0, 0), "another's own");
        assert_eq!(complaints.note(at(65), address(1)), line(60, 0));
        assert_eq!(complaints.note(at(66), address(1)), None);
        assert_eq!(complaints.note(at(125), address(1)), line(1, 0));
    }

    #[test]
    fn addresses_are_bounded_and_what_is_left_out_of_others_is_said() {
        let mut complaints = Complaints::default();
        let at = Duration::from_secs;
        for n in 0..MAX_ADDRESSES {
            assert_eq!(complaints.note(at(1), address(n)), line(0, 0));
        }
        for n in 0..3 {
            assert_eq!(
                complaints.note(at(60), address(MAX_ADDRESSES + n)),
                None,
                "no room"
            );
        }
        assert_eq!(complaints.note(at(60), address(0)), None);
        assert_eq!(complaints.addresses.len(), MAX_ADDRESSES);
        assert_eq!(complaints.note(at(61), address(MAX_ADDRESSES)), line(0, 4));
        assert_eq!(complaints.addresses.len(), 1, "the others were long ago");
    }
}

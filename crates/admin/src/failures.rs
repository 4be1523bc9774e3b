//! How often addresses failed to authenticate lately.

use core::time::Duration;
use std::collections::HashMap;
use std::net::IpAddr;

/// Failures of one address in a window that are answered as what they are.
pub(crate) const MAX_FAILURES: u32 = 10;

/// The window.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// Most addresses that are remembered: past it all are forgotten, which costs an attacker as many addresses.
const MAX_ADDRESSES: usize = 4_096;

#[derive(Debug, Default)]
pub(crate) struct Failures(HashMap<IpAddr, (Duration, u32)>);

impl Failures {
    /// Counts one; if it is one too many, the seconds until the window ends.
    pub(crate) fn count(&mut self, address: IpAddr, now: Duration) -> Option<u16> {
        if self.0.len() >= MAX_ADDRESSES && !self.0.contains_key(&address) {
            self.0.clear();
        }
        let (began, count) = self.0.entry(address).or_insert((now, 0));
        let ends = *began + WINDOW;
        if now >= ends {
            (*began, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        (*count > MAX_FAILURES).then(|| (*began + WINDOW).saturating_sub(now).as_secs() as u16 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_a_minute_by_each_address() {
        let mut failures = Failures::default();
        let (one, other) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let now = Duration::from_secs(1_000);
        for _ in 0..MAX_FAILURES {
            assert_eq!(failures.count(one, now), None);
        }
        assert_eq!(failures.count(one, now + WINDOW / 2), Some(31));
        assert_eq!(failures.count(other, now), None);
        assert_eq!(failures.count(one, now + WINDOW), None, "a new window");
        for n in 0..=MAX_ADDRESSES as u32 {
            failures.count(IpAddr::from(n.to_be_bytes()), now);
        }
        assert!(failures.0.len() <= MAX_ADDRESSES);
    }
}

//! How many REGISTERs a source may send: a bucket of tokens for each, in a table that does not grow without end.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// The most sources that are counted one by one. Past it the ones that are full again are forgotten; if none are, everybody
/// who is not known shares one bucket.
pub const MAX_SOURCES: usize = 100_000;

/// A rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// In thousandths, so that slow rates fill too.
    tokens: u64,
    at: Duration,
}

/// The buckets.
#[derive(Debug)]
pub(super) struct RateLimit {
    rate: Option<Rate>,
    buckets: HashMap<IpAddr, Bucket>,
    swept: Duration,
}

impl RateLimit {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self {
            rate,
            buckets: HashMap::new(),
            swept: Duration::ZERO,
        }
    }

    /// Whether one more is within the rate of its source.
    pub(super) fn allows(&mut self, now: Duration, source: IpAddr) -> bool {
        let Some(rate) = self.rate else {
            return true;
        };
        let full = u64::from(rate.burst) * 1_000;
        let mut key = whole(source);
        if self.buckets.len() >= MAX_SOURCES && !self.buckets.contains_key(&key) {
            // At most once a second: a flood of sources must not make each REGISTER a walk over all.
            if now >= self.swept + Duration::from_secs(1) {
                self.swept = now;
                self.buckets.retain(|_, bucket| filled(bucket, rate, now) < full);
            }
            if self.buckets.len() >= MAX_SOURCES {
                key = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
            }
        }
        let bucket = self.buckets.entry(key).or_insert(Bucket {
            tokens: full,
            at: now,
        });
        bucket.tokens = filled(bucket, rate, now);
        bucket.at = now;
        let allowed = bucket.tokens >= 1_000;
        if allowed {
            bucket.tokens -= 1_000;
        }
        allowed
    }
}

fn filled(bucket: &Bucket, rate: Rate, now: Duration) -> u64 {
    let elapsed = now.saturating_sub(bucket.at).as_millis() as u64;
    let more = elapsed.saturating_mul(u64::from(rate.per_second));
    bucket
        .tokens
        .saturating_add(more)
        .min(u64::from(rate.burst) * 1_000)
}

/// A subscriber's link has 64 bits of IPv6 address to itself.
fn whole(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_has_its_rate() {
        let mut limit = RateLimit::new(Some(Rate {
            per_second: 2,
            burst: 3,
        }));
        let (a, b): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let at = Duration::from_millis;
        let first: Vec<bool> = (0..5).map(|_| limit.allows(at(0), a)).collect();
        assert_eq!(first, [true, true, true, false, false]);
        assert!(limit.allows(at(0), b));
        assert!(!limit.allows(at(499), a) && limit.allows(at(500), a) && !limit.allows(at(500), a));
        assert!((0..3).all(|_| limit.allows(at(60_000), a)) && !limit.allows(at(60_000), a));
        assert!((0..99).all(|_| RateLimit::new(None).allows(at(0), a)));
    }

    #[test]
    fn a_flood_of_sources_is_one_source() {
        let mut limit = RateLimit::new(Some(Rate {
            per_second: 1,
            burst: 2,
        }));
        let source = |n: u32| IpAddr::from(n.to_be_bytes());
        for n in 0..MAX_SOURCES as u32 {
            assert!(limit.allows(Duration::ZERO, source(n)));
        }
        let new: usize = (0..1_000)
            .filter(|n| limit.allows(Duration::from_millis(10), source(0x2000_0000 + n)))
            .count();
        assert!(new <= 2, "{new}");
        assert!(limit.buckets.len() <= MAX_SOURCES + 1);
        // Who has been silent for a while makes room.
        assert!(limit.allows(Duration::from_secs(10), source(0x3000_0000)));
        assert!(limit.buckets.len() < 10);
    }

    #[test]
    fn a_link_of_ipv6_is_one_source() {
        let mut limit = RateLimit::new(Some(Rate {
            per_second: 1,
            burst: 1,
        }));
        let at = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(limit.allows(Duration::ZERO, at("2001:db8::1")));
        assert!(!limit.allows(Duration::ZERO, at("2001:db8::ffff:1")));
        assert!(limit.allows(Duration::ZERO, at("2001:db8:0:1::1")));
    }
}

//! Who has how many of the connections there may be at once: one address leaves room for others.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Bits of an IPv6 address that count: whoever has one address has all that share these (RFC 6177 2).
const PREFIX_BITS: u32 = 64;

/// What one address has.
#[derive(Debug, Default)]
struct Taken {
    count: usize,
    /// Whether the log says that it wanted more.
    told: bool,
}

/// The places of all addresses. There are no more entries than connections.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    taken: Arc<Mutex<HashMap<IpAddr, Taken>>>,
    most: usize,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    of: Places,
    address: IpAddr,
}

/// The address that counts for a peer: IPv4 is IPv4 however the socket shows it, of IPv6 the prefix.
fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = address.to_bits() >> (128 - PREFIX_BITS) << (128 - PREFIX_BITS);
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
        address => address,
    }
}

impl Places {
    /// So many for each address, one at least.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            taken: Arc::default(),
            most: most.max(1),
        }
    }

    /// A place for a peer at this address; none, if it has all that one address may have.
    pub(crate) fn take(&self, address: IpAddr) -> Option<Place> {
        let address = counted(address);
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = all.entry(address).or_default();
        if taken.count >= self.most {
            if !std::mem::replace(&mut taken.told, true) {
                tracing::warn!(
                    %address,
                    most = self.most,
                    "API: the address has as many connections as one may have (api.max_connections_per_address); more are closed"
                );
            }
            return None;
        }
        taken.count += 1;
        Some(Place {
            of: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.of.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = all.get_mut(&self.address) {
            taken.count -= 1;
            if taken.count == 0 {
                all.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_places_and_leaves_the_others_theirs() {
        let places = Places::new(2);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut held = vec![places.take(one).unwrap(), places.take(one).unwrap()];
        assert!(places.take(one).is_none());
        assert!(
            places.take("::ffff:192.0.2.1".parse().unwrap()).is_none(),
            "the same"
        );
        held.push(places.take(other).unwrap());
        held.remove(0);
        held.push(places.take(one).unwrap());
        held.clear();
        assert!(
            places.taken.lock().unwrap().is_empty(),
            "nothing is kept of who has gone"
        );
    }

    #[test]
    fn of_ipv6_the_prefix_counts() {
        let places = Places::new(1);
        let take = |text: &str| places.take(text.parse().unwrap());
        let held = take("2001:db8::1");
        assert!(held.is_some() && take("2001:db8::ffff:1").is_none());
        assert!(take("2001:db8:0:1::1").is_some());
    }
}

//! Handshakes of TLS under way: how many at a time, of everybody and of one address.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

/// Most at a time: each costs a signature, and nobody is known before its end.
const MAX_HANDSHAKES: usize = 256;

/// Most of one address, so that whoever begins and never ends leaves room for others.
const MAX_PER_ADDRESS: usize = 16;

/// Those under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handshakes(Rc<RefCell<HashMap<IpAddr, usize>>>);

/// A place among them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    of: Handshakes,
    address: IpAddr,
}

impl Handshakes {
    /// A place for a peer at this address, if there is one.
    pub(crate) fn begin(&self, address: IpAddr) -> Option<Place> {
        let mut under_way = self.0.borrow_mut();
        let own = under_way.get(&address).copied().unwrap_or(0);
        if own >= MAX_PER_ADDRESS || under_way.values().sum::<usize>() >= MAX_HANDSHAKES {
            return None;
        }
        under_way.insert(address, own + 1);
        Some(Place {
            of: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.of.0.borrow_mut();
        if let Some(own) = under_way.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                under_way.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn address(n: usize) -> IpAddr {
        Ipv4Addr::from(n as u32).into()
    }

    #[test]
    fn one_address_leaves_room_for_others_and_all_together_are_bounded() {
        let handshakes = Handshakes::default();
        let mut places: Vec<Place> = (0..MAX_PER_ADDRESS)
            .map(|_| handshakes.begin(address(1)).expect("room"))
            .collect();
        assert!(handshakes.begin(address(1)).is_none());
        for n in places.len()..MAX_HANDSHAKES {
            places.push(handshakes.begin(address(n)).expect("room"));
        }
        assert!(handshakes.begin(address(9999)).is_none());
        places.pop();
        assert!(handshakes.begin(address(9999)).is_some());
        places.clear();
        assert!(
            handshakes.0.borrow().is_empty(),
            "nothing is kept of who has gone"
        );
    }
}

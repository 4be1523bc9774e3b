//! Subscriptions that many subscribers share: held once, counted, found by content.

use quintet_identity::Plmn;
use quintet_subscriber::model::{Roaming, Subscription};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// Most subscriptions held in memory: operators have some dozens; with one for each subscriber (fixed addresses)
/// these are about 16 MB, and the rest is read from the store when it is needed.
pub const MAX_CACHED_SUBSCRIPTIONS: usize = 16_384;

/// The number of a subscription that is not held.
pub(super) const NOT_CACHED: u32 = u32::MAX;

#[derive(Debug)]
struct Held {
    subscription: Arc<Subscription>,
    uses: u32,
    octets: usize,
}

#[derive(Debug, Default)]
pub(super) struct Shared {
    held: Vec<Option<Held>>,
    free: Vec<u32>,
    by_content: HashMap<Arc<Subscription>, u32>,
    /// The one held last, and its number: provisioning comes in runs of the same.
    last: Option<(Arc<Subscription>, u32)>,
    octets: usize,
}

impl Shared {
    /// Takes hold of a subscription for one more subscriber.
    pub(super) fn hold(&mut self, subscription: &Arc<Subscription>) -> u32 {
        let number = match &self.last {
            Some((last, number)) if Arc::ptr_eq(last, subscription) => *number,
            _ => match self.by_content.get(subscription) {
                Some(&number) => number,
                None => self.add(subscription),
            },
        };
        if let Some(Some(held)) = self.held.get_mut(number as usize) {
            held.uses += 1;
            self.last = Some((subscription.clone(), number));
        }
        number
    }

    fn add(&mut self, subscription: &Arc<Subscription>) -> u32 {
        if self.by_content.len() >= MAX_CACHED_SUBSCRIPTIONS {
            return NOT_CACHED;
        }
        let octets = octets(subscription);
        self.octets += octets;
        let held = Some(Held {
            subscription: subscription.clone(),
            uses: 0,
            octets,
        });
        let number = match self.free.pop() {
            Some(number) => {
                self.held[number as usize] = held;
                number
            }
            None => {
                self.held.push(held);
                self.held.len() as u32 - 1
            }
        };
        self.by_content.insert(subscription.clone(), number);
        number
    }

    /// One subscriber less uses it; with the last one it goes.
    pub(super) fn release(&mut self, number: u32) {
        let Some(place) = self.held.get_mut(number as usize) else {
            return;
        };
        let Some(held) = place else { return };
        held.uses -= 1;
        if held.uses > 0 {
            return;
        }
        if let Some(held) = place.take() {
            self.by_content.remove(&held.subscription);
            self.octets -= held.octets;
            self.free.push(number);
            self.last = None;
        }
    }

    #[inline]
    pub(super) fn at(&self, number: u32) -> Option<&Arc<Subscription>> {
        self.held
            .get(number as usize)?
            .as_ref()
            .map(|held| &held.subscription)
    }

    pub(super) fn octets(&self) -> usize {
        self.held.capacity() * size_of::<Option<Held>>()
            + self.free.capacity() * size_of::<u32>()
            // The map keeps a control octet beside each place, 8/7 of its capacity.
            + self.by_content.capacity() * 8 / 7 * (size_of::<(Arc<Subscription>, u32)>() + 1)
            + self.octets
    }
}

#[cfg(test)]
impl Shared {
    /// How many are held.
    pub(super) fn count(&self) -> usize {
        self.by_content.len()
    }
}

/// What a subscription takes on the heap, its counts of references included.
fn octets(subscription: &Subscription) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
    let addresses = |list: &Vec<IpAddr>| list.capacity() * size_of::<IpAddr>();
    let apns: usize = subscription
        .apn_configurations
        .iter()
        .map(|apn| {
            apn.apn.as_str().len()
                + addresses(&apn.served_party_ip_addresses)
                + addresses(&apn.pdn_gw_addresses)
                + text(&apn.pdn_gw_host)
                + text(&apn.pdn_gw_realm)
        })
        .sum();
    let plmns = match &subscription.roaming {
        Roaming::Everywhere => 0,
        Roaming::Only(plmns) | Roaming::Except(plmns) => plmns.capacity() * size_of::<Plmn>(),
    };
    let slices = &subscription.fgs.nssai;
    let dnns = slices
        .iter()
        .map(|slice| size_of_val(slice.dnns.as_slice()))
        .sum::<usize>();
    2 * size_of::<usize>()
        + size_of_val(slices.as_slice())
        + dnns
        + size_of::<Subscription>()
        + size_of_val(subscription.apn_configurations.as_slice())
        + apns
        + plmns
        + text(&subscription.apn_oi_replacement)
        + subscription.regional_zone_codes.capacity() * size_of::<u16>()
        + size_of_val(subscription.non_3gpp.restricted_rats.as_slice())
}

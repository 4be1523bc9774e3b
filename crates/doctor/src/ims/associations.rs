//! Security associations as sec-agree set them up, as far as an observer knows: by SPI and the address they lead to.

use super::sighting::Mechanism;
use hashbrown::HashMap;
use quintet_capture::Timestamp;
use quintet_crypto::{Ck, Ik};
use quintet_esp::{EspKeys, Suite};
use std::collections::VecDeque;
use std::net::IpAddr;

/// The most sets of four associations that are remembered; of more, the oldest is forgotten.
pub(crate) const MAX_SETS: usize = 8192;
/// The most sets of one user that messages above ESP are looked for in, the latest: those in use, those of the challenge, and
/// those that end (TS 33.203 7.4).
const MAX_SETS_OF_USER: usize = 3;

/// Number of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SetId(pub(super) u64);

/// One end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    pub(super) address: IpAddr,
    pub(super) spi_c: u32,
    pub(super) spi_s: u32,
    pub(super) port_c: u16,
    pub(super) port_s: u16,
}

/// What one challenge set up: up to four associations.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) attempt: u64,
    /// The public or private identity it is of.
    pub(super) user: String,
    pub(super) since: Timestamp,
    pub(super) ue: Side,
    pub(super) pcscf: Side,
    /// Algorithms that Security-Server named: integrity, encryption.
    pub(super) suites: Vec<(String, String)>,
    /// CK and IK, if they are known by now.
    pub(super) keys: Option<(Ck, Ik)>,
}

/// Where a packet of an association leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leads {
    pub(super) set: SetId,
    /// From this port to that.
    pub(super) ports: (u16, u16),
}

impl Side {
    /// Of a mechanism; `None` if it lacks what names its associations.
    pub(super) fn of(address: IpAddr, mechanism: &Mechanism) -> Option<Self> {
        Some(Self {
            address,
            spi_c: mechanism.spi_c?,
            spi_s: mechanism.spi_s?,
            port_c: mechanism.port_c.unwrap_or(0),
            port_s: mechanism.port_s.unwrap_or(0),
        })
    }
}

impl Set {
    /// The suites to open with, under the keys of the set.
    pub(super) fn esp_keys(&self) -> impl Iterator<Item = EspKeys> {
        let keys = self.keys.as_ref();
        self.suites.iter().filter_map(move |(alg, ealg)| {
            let (ck, ik) = keys?;
            let suite = Suite::received(alg.parse().ok()?, ealg.parse().ok()?).ok()?;
            EspKeys::derive(suite, ck, ik)
        })
    }

    /// Whether nothing is enciphered.
    pub(super) fn is_in_clear(&self) -> bool {
        !self.suites.is_empty() && self.suites.iter().all(|(_, ealg)| ealg == "null")
    }

    /// The SPI of the association between these ports, from the first to the second (TS 33.203 7.1).
    pub(super) fn spi(&self, ports: (u16, u16)) -> Option<u32> {
        let (ue, pcscf) = (self.ue, self.pcscf);
        [
            ((ue.port_c, pcscf.port_s), pcscf.spi_s),
            ((pcscf.port_s, ue.port_c), ue.spi_c),
            ((pcscf.port_c, ue.port_s), ue.spi_s),
            ((ue.port_s, pcscf.port_c), pcscf.spi_c),
        ]
        .into_iter()
        .find_map(|(of, spi)| (of == ports).then_some(spi))
    }

    /// Whether these are its ends, in either order.
    pub(super) fn is_between(&self, one: IpAddr, other: IpAddr) -> bool {
        let (ue, pcscf) = (self.ue.address, self.pcscf.address);
        (one, other) == (ue, pcscf) || (one, other) == (pcscf, ue)
    }
}

/// The sets seen.
#[derive(Debug, Default)]
pub(super) struct Associations {
    sets: HashMap<SetId, Set>,
    order: VecDeque<SetId>,
    leads: HashMap<(IpAddr, u32), Leads>,
    /// The latest set between two ends, the lesser first.
    latest: HashMap<(IpAddr, IpAddr), SetId>,
    /// The latest sets of each user, the last of them last.
    of_user: HashMap<String, VecDeque<SetId>>,
    next: u64,
}

impl Associations {
    /// A challenge sets these up. Ports as TS 33.203 7.1 has them.
    pub(super) fn add(&mut self, set: Set) -> SetId {
        self.next += 1;
        let id = SetId(self.next);
        let (ue, pcscf) = (set.ue, set.pcscf);
        for (address, spi, ports) in [
            (pcscf.address, pcscf.spi_s, (ue.port_c, pcscf.port_s)),
            (ue.address, ue.spi_c, (pcscf.port_s, ue.port_c)),
            (ue.address, ue.spi_s, (pcscf.port_c, ue.port_s)),
            (pcscf.address, pcscf.spi_c, (ue.port_s, pcscf.port_c)),
        ] {
            self.leads.insert((address, spi), Leads { set: id, ports });
        }
        self.latest.insert(pair(ue.address, pcscf.address), id);
        let of_user = self.of_user.entry(set.user.clone()).or_default();
        of_user.push_back(id);
        if of_user.len() > MAX_SETS_OF_USER {
            of_user.pop_front();
        }
        self.sets.insert(id, set);
        self.order.push_back(id);
        while self.order.len() > MAX_SETS {
            if let Some(oldest) = self.order.pop_front() {
                self.forget(oldest);
            }
        }
        id
    }

    fn forget(&mut self, id: SetId) {
        let Some(set) = self.sets.remove(&id) else { return };
        let (ue, pcscf) = (set.ue, set.pcscf);
        for key in [
            (pcscf.address, pcscf.spi_s),
            (pcscf.address, pcscf.spi_c),
            (ue.address, ue.spi_c),
            (ue.address, ue.spi_s),
        ] {
            if self.leads.get(&key).is_some_and(|leads| leads.set == id) {
                self.leads.remove(&key);
            }
        }
        let ends = pair(ue.address, pcscf.address);
        if self.latest.get(&ends) == Some(&id) {
            self.latest.remove(&ends);
        }
        if let Some(of_user) = self.of_user.get_mut(&set.user) {
            of_user.retain(|other| *other != id);
            if of_user.is_empty() {
                self.of_user.remove(&set.user);
            }
        }
    }

    /// The latest set of a user that has an association between these ports, and its SPI. Addresses do not count: behind a NAT
    /// the UE has another inside of the associations than outside.
    pub(super) fn between_ports(&self, user: &str, ports: (u16, u16)) -> Option<(SetId, u32)> {
        let sets = self.of_user.get(user)?.iter().rev();
        sets.copied().find_map(|id| Some((id, self.get(id)?.spi(ports)?)))
    }

    /// Where an SPI leads at this address.
    pub(super) fn leads(&self, address: IpAddr, spi: u32) -> Option<Leads> {
        self.leads.get(&(address, spi)).copied()
    }

    /// A set.
    pub(super) fn get(&self, id: SetId) -> Option<&Set> {
        self.sets.get(&id)
    }

    /// The same.
    pub(super) fn get_mut(&mut self, id: SetId) -> Option<&mut Set> {
        self.sets.get_mut(&id)
    }

    /// The latest set between two ends.
    pub(super) fn between(&self, one: IpAddr, other: IpAddr) -> Option<SetId> {
        let id = self.latest.get(&pair(one, other)).copied()?;
        self.get(id)
            .is_some_and(|set| set.is_between(one, other))
            .then_some(id)
    }
}

fn pair(one: IpAddr, other: IpAddr) -> (IpAddr, IpAddr) {
    (one.min(other), one.max(other))
}

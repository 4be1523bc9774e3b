//! Registrations at a P-CSCF, and how a message finds its own: by the ports it came between, by the token of its Route, by
//! the private identity and the address it came from.

use quintet_esp::SaSet;
use quintet_ims::agreement::{Associations, Choice, Proposal, Role, Sets, Spis};
use quintet_procedure::node::Slots;
use quintet_sip::NameAddr;
use quintet_sip::transaction::ClientId;
use quintet_sip::transport::{Hop, Protocol};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A public identity that was registered, with those registered implicitly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aor {
    /// The identity in To, in its canonical form.
    pub(super) to: String,
    /// P-Associated-URI as it came: the default identity first.
    pub(super) identities: Vec<String>,
    /// Service-Route as it came.
    pub(super) service_route: Vec<String>,
    /// Until when.
    pub(super) expires: Duration,
}

impl Aor {
    /// Whether an identity, in its canonical form, is of this set: the whole of one is registered and deregistered together
    /// (TS 23.228 5.2.1a).
    pub(super) fn has(&self, identity: &str) -> bool {
        let is = |listed: &String| {
            NameAddr::parse(listed).is_ok_and(|listed| listed.uri.to_canonical() == identity)
        };
        self.to == identity || self.identities.iter().any(is)
    }
}

/// What a UE registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    /// The URI of its Contact.
    pub(super) contact: String,
    /// Without associations: where it registered from.
    pub(super) flow: Option<Hop>,
    /// Its public identities, the latest last; there is one at least.
    pub(super) aors: Vec<Aor>,
}

impl Bound {
    /// Until when: the last of its identities.
    pub(super) fn expires(&self) -> Duration {
        self.aors.iter().map(|aor| aor.expires).max().unwrap_or_default()
    }

    /// When the first of its identities expires.
    pub(super) fn next(&self) -> Option<Duration> {
        self.aors.iter().map(|aor| aor.expires).min()
    }

    /// Every identity.
    pub(super) fn identities(&self) -> impl Iterator<Item = &str> {
        self.aors
            .iter()
            .flat_map(|aor| aor.identities.iter().map(String::as_str))
    }
}

/// A REGISTER under way, from SM1 to SM12.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// What the UE proposed, until the challenge comes.
    pub(super) proposal: Option<Proposal>,
    /// The set that SM1 came over.
    pub(super) over: Option<SaSet>,
    /// The REGISTER that is at the registrar.
    pub(super) client: Option<ClientId>,
    /// SM7 came through the temporary associations.
    pub(super) answered: bool,
    /// When it is given up.
    pub(super) until: Duration,
}

/// A subscription to the registration state of a user (TS 24.229 5.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subscription {
    pub(super) call_id: String,
    pub(super) from_tag: String,
    pub(super) to_tag: String,
    pub(super) cseq: u32,
    /// The notifier's Contact.
    pub(super) target: String,
    /// The route to it.
    pub(super) routes: Vec<String>,
    /// When it ends.
    pub(super) until: Duration,
}

/// What was agreed on for a set of associations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agreed {
    pub(super) choice: Choice,
    /// When, since the Unix epoch.
    pub(super) since: Duration,
    /// How often the set was taken up after a restart.
    pub(super) restarts: u32,
}

/// What a P-CSCF knows of one UE.
#[derive(Debug)]
pub(super) struct Registration {
    pub(super) impi: String,
    /// Its address, as seen from here.
    pub(super) ue: IpAddr,
    /// What names it in Path and Record-Route.
    pub(super) token: u64,
    pub(super) emergency: bool,
    /// Over what it wants requests, also when its registration has just ended.
    pub(super) protocol: Protocol,
    pub(super) bound: Option<Bound>,
    pub(super) sets: Sets,
    /// What was agreed on for each set.
    pub(super) choices: Vec<Agreed>,
    pub(super) attempt: Option<Attempt>,
    pub(super) subscription: Option<Subscription>,
    pub(super) armed: Option<Duration>,
}

impl Registration {
    pub(super) fn new(impi: String, ue: IpAddr, token: u64) -> Self {
        Self {
            impi,
            ue,
            token,
            emergency: false,
            protocol: Protocol::Udp,
            bound: None,
            sets: Sets::new(Role::Pcscf),
            choices: Vec::new(),
            attempt: None,
            subscription: None,
            armed: None,
        }
    }

    /// The same with when.
    pub(super) fn agreed(&self, set: SaSet) -> Option<&Agreed> {
        self.choices
            .iter()
            .find(|agreed| agreed.choice.associations.set == set)
    }

    /// What was agreed on for a set.
    pub(super) fn choice(&self, set: SaSet) -> Option<&Choice> {
        self.agreed(set).map(|agreed| &agreed.choice)
    }

    /// The next thing that time brings.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let attempt = self.attempt.as_ref().map(|attempt| attempt.until);
        let bound = self.bound.as_ref().and_then(Bound::next);
        [attempt, bound, self.sets.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether there is nothing left to keep it for.
    pub(super) fn is_idle(&self) -> bool {
        self.bound.is_none() && self.attempt.is_none() && self.sets.is_empty()
    }
}

/// What a set of associations takes up.
#[derive(Clone, Copy, Debug)]
struct Held {
    place: u32,
    spis: Spis,
    ends: [SocketAddr; 2],
}

/// All of them.
#[derive(Debug)]
pub(super) struct Table {
    slots: Slots<Registration>,
    by_owner: HashMap<(String, IpAddr), u32>,
    by_token: HashMap<u64, u32>,
    /// Protected ports of UEs, and how many sets have them.
    by_end: HashMap<SocketAddr, (u32, usize)>,
    by_flow: HashMap<(Protocol, SocketAddr), u32>,
    sets: HashMap<SaSet, Held>,
    pending: usize,
}

impl Table {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            slots: Slots::new(limit),
            by_owner: HashMap::new(),
            by_token: HashMap::new(),
            by_end: HashMap::new(),
            by_flow: HashMap::new(),
            sets: HashMap::new(),
            pending: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Those that are not registered.
    pub(super) const fn pending(&self) -> usize {
        self.pending
    }

    pub(super) fn get(&self, place: u32) -> Option<&Registration> {
        self.slots.get(place)
    }

    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut Registration> {
        self.slots.get_mut(place)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Registration)> {
        self.slots.iter()
    }

    pub(super) fn by_owner(&self, impi: &str, ue: IpAddr) -> Option<u32> {
        self.by_owner.get(&(impi.to_owned(), ue)).copied()
    }

    pub(super) fn by_token(&self, token: u64) -> Option<u32> {
        self.by_token.get(&token).copied()
    }

    /// Whose protected port this is.
    pub(super) fn by_end(&self, end: SocketAddr) -> Option<u32> {
        self.by_end.get(&end).map(|(place, _)| *place)
    }

    /// Who registered from there without associations.
    pub(super) fn by_flow(&self, hop: &Hop) -> Option<u32> {
        self.by_flow.get(&(hop.protocol, hop.remote)).copied()
    }

    /// Takes one in that is not registered. `None` if there is no room, or its token is another's.
    pub(super) fn insert(&mut self, registration: Registration) -> Option<u32> {
        if self.by_token.contains_key(&registration.token) {
            return None;
        }
        let owner = (registration.impi.clone(), registration.ue);
        let token = registration.token;
        let place = self.slots.insert(registration)?;
        self.by_owner.insert(owner, place);
        self.by_token.insert(token, place);
        self.pending += 1;
        Some(place)
    }

    /// Puts one back to its place. `false` if somebody else has it.
    pub(super) fn restore(&mut self, place: u32, registration: Registration) -> bool {
        let owner = (registration.impi.clone(), registration.ue);
        let token = registration.token;
        if self.by_token.contains_key(&token) || self.by_owner.contains_key(&owner) {
            return false;
        }
        if !self.slots.insert_at(place, registration) {
            return false;
        }
        self.by_owner.insert(owner, place);
        self.by_token.insert(token, place);
        self.pending += 1;
        true
    }

    /// What it registered, or that it has not any more.
    pub(super) fn bind(&mut self, place: u32, bound: Option<Bound>) {
        let Some(registration) = self.slots.get_mut(place) else {
            return;
        };
        let was = std::mem::replace(&mut registration.bound, bound);
        if let Some(hop) = was.as_ref().and_then(|bound| bound.flow) {
            let key = (hop.protocol, hop.remote);
            if self.by_flow.get(&key) == Some(&place) {
                self.by_flow.remove(&key);
            }
        }
        let is = registration.bound.as_ref();
        if let Some(hop) = is.and_then(|bound| bound.flow) {
            self.by_flow.insert((hop.protocol, hop.remote), place);
        }
        match (was.is_some(), is.is_some()) {
            (false, true) => self.pending -= 1,
            (true, false) => self.pending += 1,
            _ => {}
        }
    }

    /// A set of associations is there: its ports are this registration's.
    pub(super) fn hold(&mut self, place: u32, associations: &Associations) {
        let ends = [associations.ue.client(), associations.ue.server()];
        for end in ends {
            self.by_end.entry(end).or_insert((place, 0)).1 += 1;
        }
        let held = Held {
            place,
            spis: associations.pcscf.spis,
            ends,
        };
        self.sets.insert(associations.set, held);
    }

    /// A set is gone: its SPIs are free again.
    pub(super) fn release(&mut self, set: SaSet) -> Option<Spis> {
        let held = self.sets.remove(&set)?;
        for end in held.ends {
            if let Some((_, count)) = self.by_end.get_mut(&end) {
                *count -= 1;
                if *count == 0 {
                    self.by_end.remove(&end);
                }
            }
        }
        if let Some(registration) = self.slots.get_mut(held.place) {
            registration
                .choices
                .retain(|agreed| agreed.choice.associations.set != set);
        }
        Some(held.spis)
    }

    /// Whether a set of this number is there.
    pub(super) fn has_set(&self, set: SaSet) -> bool {
        self.sets.contains_key(&set)
    }

    /// Takes one out; its sets are gone already.
    pub(super) fn remove(&mut self, place: u32) -> Option<Box<Registration>> {
        self.bind(place, None);
        let registration = self.slots.remove(place)?;
        self.by_owner
            .remove(&(registration.impi.clone(), registration.ue));
        self.by_token.remove(&registration.token);
        self.pending -= 1;
        Some(registration)
    }
}

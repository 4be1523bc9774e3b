//! What S-CSCFs told of an IMS subscription: who serves it, and which implicit registration set is registered with
//! which private identity (TS 29.228 6.1.2, 6.3.1).

use quintet_cx::ScscfRestorationInfo;
use quintet_identity::Impi;
use serde::{Deserialize, Serialize};

/// An S-CSCF: its name, and where it is reached over Diameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Server-Name: a SIP URI.
    pub name: String,
    /// Origin-Host of its last MAR or SAR.
    pub host: String,
    /// Origin-Realm.
    pub realm: String,
}

impl Server {
    /// Whether it goes by this name: a SIP URI, whose host ignores case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether both are one Diameter node (RFC 6733 4.3.1).
    #[must_use]
    pub fn is_node_of(&self, other: &Self) -> bool {
        self.host.eq_ignore_ascii_case(&other.host)
    }
}

/// The registration flag of a public identity and of all of its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationState {
    /// Not registered.
    NotRegistered,
    /// Not registered, and a challenge was fetched: *initial registration pending* (TS 33.203 6.1.1).
    AuthenticationPending,
    /// Registered.
    Registered,
    /// Not registered, and an S-CSCF serves it all the same.
    UnregisteredWithService,
}

/// What an S-CSCF left to be kept for a private identity (TS 23.380 4.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoration {
    /// Of which private identity.
    pub impi: Impi,
    /// What it left.
    #[serde(with = "super::restoration")]
    pub info: ScscfRestorationInfo,
}

/// The registration of one implicit registration set. One that says nothing is not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetRegistration {
    /// Which.
    #[serde(rename = "set")]
    pub id: u16,
    /// The private identities that registered it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registered: Vec<Impi>,
    /// Whether an S-CSCF serves it unregistered; only if nobody registered it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unregistered: bool,
    /// The authentication pending flags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Impi>,
    /// Restoration information, one for each private identity.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restoration: Vec<Restoration>,
}

impl SetRegistration {
    fn is_idle(&self) -> bool {
        self.registered.is_empty() && !self.unregistered && self.pending.is_empty()
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> RegistrationState {
        match self {
            set if !set.registered.is_empty() => RegistrationState::Registered,
            set if set.unregistered => RegistrationState::UnregisteredWithService,
            set if !set.pending.is_empty() => RegistrationState::AuthenticationPending,
            _ => RegistrationState::NotRegistered,
        }
    }
}

/// All of one subscription's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Registrations {
    /// The S-CSCF whose name is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
    /// The S-CSCF that holds the registrations, while another is stored that has only asked for a challenge yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Server>,
    /// S-CSCF reassignment pending (TS 23.380, TS 29.228 6.1.1.1).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reassignment_pending: bool,
    /// Sets about which there is something to say, in order of their numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<SetRegistration>,
}

impl Registrations {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is known of a set.
    #[must_use]
    pub fn set(&self, id: u16) -> Option<&SetRegistration> {
        self.sets.iter().find(|set| set.id == id)
    }

    /// The registration flag of a set.
    #[must_use]
    pub fn state(&self, id: u16) -> RegistrationState {
        self.set(id)
            .map_or(RegistrationState::NotRegistered, SetRegistration::state)
    }

    /// Whether a set's authentication is pending for a private identity, whatever its state.
    #[must_use]
    pub fn is_pending(&self, id: u16, impi: &Impi) -> bool {
        self.set(id).is_some_and(|set| set.pending.contains(impi))
    }

    /// Whether a private identity has registered a set.
    #[must_use]
    pub fn has_registered(&self, id: u16, impi: &Impi) -> bool {
        self.set(id).is_some_and(|set| set.registered.contains(impi))
    }

    /// Whether any set is registered, or served unregistered: an S-CSCF holds its data.
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.sets
            .iter()
            .any(|set| !set.registered.is_empty() || set.unregistered)
    }

    /// The S-CSCF that holds the data of registered and unregistered sets.
    #[must_use]
    pub fn holder(&self) -> Option<&Server> {
        self.previous
            .as_ref()
            .or(self.server.as_ref())
            .filter(|_| self.is_served())
    }

    /// Changes a set.
    pub(super) fn change(&mut self, id: u16, change: impl FnOnce(&mut SetRegistration)) {
        let at = match self.sets.binary_search_by_key(&id, |set| set.id) {
            Ok(at) => at,
            Err(at) => {
                let new = SetRegistration {
                    id,
                    ..SetRegistration::default()
                };
                self.sets.insert(at, new);
                at
            }
        };
        change(&mut self.sets[at]);
    }

    /// Forgets what says nothing; with the last set that says something goes the S-CSCF's name.
    pub(super) fn tidy(&mut self) {
        for set in &mut self.sets {
            let SetRegistration {
                registered,
                restoration,
                ..
            } = set;
            restoration.retain(|kept| registered.contains(&kept.impi));
        }
        self.sets.retain(|set| !set.is_idle());
        if self.sets.is_empty() {
            *self = Self::default();
        } else if !self.is_served() {
            self.previous = None;
        }
    }
}

/// Adds what is not there.
pub(super) fn add(list: &mut Vec<Impi>, impi: &Impi) {
    if !list.contains(impi) {
        list.push(impi.clone());
    }
}

/// Removes what is there.
pub(super) fn remove(list: &mut Vec<Impi>, impi: &Impi) {
    list.retain(|other| other != impi);
}

//! The keys that are tried.

use super::published;
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_crypto::{AuthenticationFunctions, K, Milenage, Op, Opc, Top, Topc, Tuak, TuakSizes, Xor};
use quintet_identity::{Imsi, Suci, Supi};
use quintet_subscriber::model::{Algorithm, Subscriber};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The most keys that a ring takes from the user: as many subscribers as the largest HSS of this project holds in memory.
pub const MAX_KEYS: usize = 1 << 20;

/// The most keys of the user, beside the subscriber's own, that are tried against a challenge: each costs about a
/// microsecond.
const MAX_TRIED: usize = 1024;

/// The most home network keys: a key identifier has eight bits, and two profiles share them.
pub const MAX_HOME_NETWORK_KEYS: usize = 512;

/// Why a key does not enter the ring. Says nothing of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// More than [`MAX_KEYS`].
    #[error("more than {MAX_KEYS} keys")]
    Full,
    /// More than [`MAX_HOME_NETWORK_KEYS`].
    #[error("more than {MAX_HOME_NETWORK_KEYS} home network keys")]
    HomeNetworkKeys,
    /// MILENAGE and XOR have a K of 128 bits.
    #[error("{0} needs a K of 128 bits")]
    KeyLength(&'static str),
}

/// What the operator adds to K.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// MILENAGE's OP.
    Op(Op),
    /// MILENAGE's OPc.
    Opc(Opc),
    /// TUAK's TOP.
    Top(Top, TuakSizes),
    /// TUAK's TOPc.
    Topc(Topc, TuakSizes),
    /// Nothing: the XOR test algorithm.
    Xor,
}

/// A subscriber's key, as it was given.
#[derive(Clone, PartialEq, Eq)]
pub struct SubscriberKey {
    imsi: Option<Imsi>,
    name: String,
    k: K,
    operator: Operator,
}

impl SubscriberKey {
    /// A key; `name` says where it comes from, in words that end up in reports: no IMSI, no value. Without an IMSI it is
    /// tried against every challenge that no other key fits.
    ///
    /// # Errors
    /// [`KeyRingError::KeyLength`].
    pub fn new(imsi: Option<Imsi>, name: String, k: K, operator: Operator) -> Result<Self, KeyRingError> {
        match operator {
            Operator::Top(..) | Operator::Topc(..) => {}
            Operator::Op(_) | Operator::Opc(_) if k.expose_128().is_none() => {
                return Err(KeyRingError::KeyLength("MILENAGE"));
            }
            Operator::Xor if k.expose_128().is_none() => return Err(KeyRingError::KeyLength("XOR")),
            _ => {}
        }
        Ok(Self {
            imsi,
            name,
            k,
            operator,
        })
    }

    /// The key of a subscriber as an HSS has it.
    ///
    /// # Errors
    /// As [`SubscriberKey::new`].
    pub fn provisioned(subscriber: &Subscriber, name: String) -> Result<Self, KeyRingError> {
        let authentication = &subscriber.authentication;
        let operator = match &authentication.algorithm {
            Algorithm::Milenage { opc } => Operator::Opc(opc.clone()),
            Algorithm::Tuak { topc, sizes } => Operator::Topc(topc.clone(), *sizes),
            Algorithm::Xor => Operator::Xor,
        };
        Self::new(Some(subscriber.imsi), name, authentication.k.clone(), operator)
    }

    /// Whose it is.
    #[must_use]
    pub fn imsi(&self) -> Option<Imsi> {
        self.imsi
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn k(&self) -> &K {
        &self.k
    }

    pub(super) fn operator(&self) -> &Operator {
        &self.operator
    }

    /// The functions of this key.
    pub(super) fn functions(&self) -> Option<AuthenticationFunctions> {
        let k = self.k.clone();
        Some(match &self.operator {
            Operator::Op(op) => {
                AuthenticationFunctions::Milenage(Milenage::new(k.clone(), Opc::derive(&k, op).ok()?).ok()?)
            }
            Operator::Opc(opc) => AuthenticationFunctions::Milenage(Milenage::new(k, opc.clone()).ok()?),
            Operator::Top(top, sizes) => {
                AuthenticationFunctions::Tuak(Tuak::new(k.clone(), Topc::derive(&k, top, *sizes), *sizes))
            }
            Operator::Topc(topc, sizes) => AuthenticationFunctions::Tuak(Tuak::new(k, topc.clone(), *sizes)),
            Operator::Xor => AuthenticationFunctions::Xor(Xor::new(k).ok()?),
        })
    }
}

impl fmt::Debug for SubscriberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubscriberKey({}, redacted)", self.name)
    }
}

/// Which key of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum KeyIndex {
    /// The user's.
    Given(usize),
    /// A published one.
    Published(usize),
}

/// A private key of a home network, with which SUCIs are concealed (TS 33.501 C.3).
#[derive(Clone, Debug)]
struct HomeNetworkKey {
    id: u8,
    key: Arc<HomeNetworkPrivateKey>,
}

/// The keys that are tried: published ones, and those the user gave.
#[derive(Clone, Debug, Default)]
pub struct KeyRing {
    given: Vec<SubscriberKey>,
    by_imsi: HashMap<Imsi, usize>,
    home_network: Vec<HomeNetworkKey>,
    without_published: bool,
}

impl KeyRing {
    /// With published keys alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Without published keys: only what is added, and what the capture carries.
    #[must_use]
    pub fn without_published(mut self) -> Self {
        self.without_published = true;
        self
    }

    /// Adds a key. A second one of the same IMSI takes the first one's place.
    ///
    /// # Errors
    /// [`KeyRingError::Full`].
    pub fn add(&mut self, key: SubscriberKey) -> Result<(), KeyRingError> {
        if let Some(imsi) = key.imsi
            && let Some(&at) = self.by_imsi.get(&imsi)
        {
            self.given[at] = key;
            return Ok(());
        }
        if self.given.len() == MAX_KEYS {
            return Err(KeyRingError::Full);
        }
        if let Some(imsi) = key.imsi {
            self.by_imsi.insert(imsi, self.given.len());
        }
        self.given.push(key);
        Ok(())
    }

    /// Adds a home network's private key with its identifier, in place of one of the same identifier and profile.
    ///
    /// # Errors
    /// [`KeyRingError::HomeNetworkKeys`].
    pub fn add_home_network_key(&mut self, id: u8, key: HomeNetworkPrivateKey) -> Result<(), KeyRingError> {
        let known = |known: &&mut HomeNetworkKey| known.id == id && known.key.profile() == key.profile();
        if let Some(known) = self.home_network.iter_mut().find(known) {
            known.key = Arc::new(key);
            return Ok(());
        }
        if self.home_network.len() == MAX_HOME_NETWORK_KEYS {
            return Err(KeyRingError::HomeNetworkKeys);
        }
        self.home_network.push(HomeNetworkKey {
            id,
            key: Arc::new(key),
        });
        Ok(())
    }

    /// How many home network keys the user gave.
    #[must_use]
    pub fn home_network_keys(&self) -> usize {
        self.home_network.len()
    }

    /// Whom a SUCI is of: in the clear, or concealed for a key of this ring. Its MAC tag tells whether a key is the right
    /// one, so those of another identifier are tried too, and published ones.
    #[must_use]
    pub fn supi(&self, suci: &Suci) -> Option<Supi> {
        if let Some(supi) = suci.null_supi() {
            return Some(supi);
        }
        let profile = Profile::of_scheme(suci.scheme().0).ok()?;
        let same_id = self.home_network.iter().filter(|key| key.id == suci.key_id());
        let others = self.home_network.iter().filter(|key| key.id != suci.key_id());
        let published = (!self.without_published).then(published::home_network_keys);
        same_id
            .chain(others)
            .map(|known| &*known.key)
            .chain(published.into_iter().flatten())
            .filter(|key| key.profile() == profile)
            .find_map(|key| suci.supi(&key.deconceal(suci.output()).ok()?).ok())
    }

    /// How many keys the user gave.
    #[must_use]
    pub fn len(&self) -> usize {
        self.given.len()
    }

    /// Whether the user gave none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// The key that the user gave for this subscriber.
    pub(super) fn of(&self, imsi: Imsi) -> Option<KeyIndex> {
        self.by_imsi.get(&imsi).copied().map(KeyIndex::Given)
    }

    pub(super) fn get(&self, index: KeyIndex) -> Option<&SubscriberKey> {
        match index {
            KeyIndex::Given(at) => self.given.get(at),
            KeyIndex::Published(at) => published::keys().get(at),
        }
    }

    /// The keys to try against a challenge that the subscriber's own key, if there is one, does not fit: the user's
    /// first, then published ones.
    pub(super) fn others(&self) -> impl Iterator<Item = KeyIndex> {
        let published = if self.without_published {
            0
        } else {
            published::keys().len()
        };
        (0..self.given.len().min(MAX_TRIED))
            .map(KeyIndex::Given)
            .chain((0..published).map(KeyIndex::Published))
    }
}

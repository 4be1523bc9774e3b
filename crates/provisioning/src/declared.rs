//! The declared network: subscribers with the profiles they share, in YAML.
//!
//! ```yaml
//! profiles:
//!   default:
//!     ambr: {uplink: 100 Mbps, downlink: 1 Gbps}
//!     apns: [internet, {apn: ims, qci: 5}]
//! ims_profiles:
//!   voice: {ifc: "<ServiceProfile>…</ServiceProfile>", scscf: {mandatory: [1]}}
//! subscribers:
//!   - {imsi: "001010000000001", msisdn: "33612345678", profile: default, ims: voice, k: {env: K1}, opc: {file: opc1}}
//! ```
//!
//! What a subscriber leaves out stays as it is; a new one gets the profile `default`, or the built-in one. `null` takes away.
//! Reading is pure: whoever calls resolves `env` and `file`. Errors say line and column, and no value of a key.

mod ims_profile;
mod profile;
mod secret;
mod write;

use crate::hex_octets::Hex;
use crate::record::{AlgorithmName, MncDigits, Record, Sizes, derived, home};
use crate::row::Refusal;
use ims_profile::ImsProfile;
use profile::Profile;
use quintet_identity::{Imsi, Msisdn};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::{Subscriber, Subscription};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_saphyr::Spanned;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use secret::{Resolver, Secret};
pub use write::Exported;

/// The longest file that is read: some hundred thousand subscribers. More are imported, not declared.
pub const MAX_DECLARED_OCTETS: usize = 64 * 1024 * 1024;

/// What is wrong with a declared network, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {why}")]
pub struct DeclaredError {
    /// The line, from 1; 0 if it is the whole file.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong.
    pub why: String,
}

/// What is said of IMS.
#[derive(Clone, Debug)]
enum Ims {
    /// Identities that follow from IMSI and number; `false`: none.
    Derived(bool),
    /// The same, with a profile.
    Profile(String),
    /// All of it.
    Whole(Box<ImsSubscription>),
}

impl<'de> Deserialize<'de> for Ims {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Ims;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, the name of an IMS profile, or an IMS subscription")
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Ims, E> {
                Ok(Ims::Derived(flag))
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Ims, E> {
                Ok(Ims::Profile(name.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Ims, A::Error> {
                let whole = Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Ims::Whole(Box::new(whole)))
            }
        }
        d.deserialize_any(Written)
    }
}

/// A member that may be absent, null, or there.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    imsi: Imsi,
    #[serde(default, deserialize_with = "present")]
    msisdn: Option<Option<Msisdn>>,
    profile: Option<String>,
    #[serde(default, deserialize_with = "present")]
    ims: Option<Option<Ims>>,
    algorithm: Option<AlgorithmName>,
    k: Option<Secret>,
    op: Option<Secret>,
    opc: Option<Secret>,
    tuak: Option<Sizes>,
    amf: Option<Hex>,
    sqn: Option<Hex>,
    ind_bits: Option<u8>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    mnc_digits: Option<u8>,
    profiles: BTreeMap<String, Spanned<Profile>>,
    ims_profiles: BTreeMap<String, Spanned<ImsProfile>>,
    subscribers: Option<Vec<Spanned<Declaration>>>,
}

/// A declared network.
pub struct Declared {
    profiles: BTreeMap<String, Subscription>,
    ims_profiles: BTreeMap<String, ImsProfile>,
    subscribers: Vec<Spanned<Declaration>>,
    digits: MncDigits,
}

/// What a subscriber shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desired {
    /// The subscriber; `dif` is none.
    pub subscriber: Subscriber,
    /// The IMS subscription.
    pub ims: Option<ImsSubscription>,
}

fn at(location: serde_saphyr::Location, why: impl fmt::Display) -> DeclaredError {
    DeclaredError {
        line: location.line(),
        column: location.column(),
        why: why.to_string(),
    }
}

impl Declared {
    /// Reads a declared network.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn read(text: &str) -> Result<Self, DeclaredError> {
        let whole = |why: String| DeclaredError {
            line: 0,
            column: 0,
            why,
        };
        if text.len() > MAX_DECLARED_OCTETS {
            return Err(whole(format!(
                "more than {MAX_DECLARED_OCTETS} octets: import subscribers by the million, and declare the rest"
            )));
        }
        let no_subscribers =
            |what: &str| whole(format!("{what}: `subscribers: []` declares that there are none"));
        let says_nothing = |line: &str| line.is_empty() || line.starts_with('#') || line == "---";
        if text.lines().map(str::trim).all(says_nothing) {
            return Err(no_subscribers("the file is empty"));
        }
        // Snippets would show keys that stand beside.
        let options = serde_saphyr::options! {
            with_snippet: false,
            budget: serde_saphyr::budget! {
                max_events: 40_000_000,
                max_nodes: 20_000_000,
                max_total_scalar_bytes: MAX_DECLARED_OCTETS,
            },
        };
        let file: File = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let location = error.location();
            let why = without_place(&error.without_snippet().to_string());
            location.map_or_else(|| whole(why.clone()), |location| at(location, &why))
        })?;
        let digits = match file.mnc_digits {
            None | Some(2) => MncDigits::Two,
            Some(3) => MncDigits::Three,
            Some(_) => return Err(whole("mnc_digits: an MNC has 2 or 3 digits".to_owned())),
        };
        let mut profiles = BTreeMap::new();
        for (name, profile) in file.profiles {
            let subscription = profile
                .value
                .subscription()
                .map_err(|refusal| at(profile.referenced, format_args!("profile {name}: {refusal}")))?;
            profiles.insert(name, subscription);
        }
        let mut ims_profiles = BTreeMap::new();
        for (name, profile) in file.ims_profiles {
            profile
                .value
                .check()
                .map_err(|refusal| at(profile.referenced, format_args!("IMS profile {name}: {refusal}")))?;
            ims_profiles.insert(name, profile.value);
        }
        let Some(subscribers) = file.subscribers else {
            // A file that was cut off, or never written: with `prune` it would be the end of all subscribers.
            return Err(no_subscribers("the file has no `subscribers`"));
        };
        let declared = Self {
            profiles,
            ims_profiles,
            subscribers,
            digits,
        };
        declared.check_names()?;
        Ok(declared)
    }

    /// Whether each subscriber is there once, and each profile that is named at all.
    fn check_names(&self) -> Result<(), DeclaredError> {
        let mut seen = BTreeSet::new();
        for declaration in &self.subscribers {
            let subscriber = &declaration.value;
            let wrong = |why: String| {
                let why = format!("IMSI {}: {why}", subscriber.imsi);
                Err(at(declaration.referenced, why))
            };
            if !seen.insert(subscriber.imsi) {
                return wrong("it is declared twice".to_owned());
            }
            if let Some(name) = &subscriber.profile
                && !self.profiles.contains_key(name)
            {
                return wrong(format!("there is no profile {name:?}"));
            }
            if let Some(Some(Ims::Profile(name))) = &subscriber.ims
                && !self.ims_profiles.contains_key(name)
            {
                return wrong(format!("there is no IMS profile {name:?}"));
            }
        }
        Ok(())
    }

    /// Who is declared, in the file's order.
    pub fn imsis(&self) -> impl ExactSizeIterator<Item = Imsi> {
        self.subscribers.iter().map(|declaration| declaration.value.imsi)
    }

    /// What the subscriber at a place of [`Declared::imsis`] shall be, from what is stored of him.
    ///
    /// # Errors
    /// What is missing, contradicts itself, or cannot be resolved; with the line of the declaration.
    pub fn desired(
        &self,
        index: usize,
        stored: Option<(&Subscriber, Option<&ImsSubscription>)>,
        resolve: Resolver<'_>,
    ) -> Result<Desired, DeclaredError> {
        let declaration = &self.subscribers[index];
        let subscriber = &declaration.value;
        self.build(subscriber, stored, resolve).map_err(|refusal| {
            let why = match refusal.why.contains(&subscriber.imsi.to_string()) {
                true => refusal.why,
                false => format!("IMSI {}: {}", subscriber.imsi, refusal.why),
            };
            at(declaration.referenced, why)
        })
    }

    fn build(
        &self,
        declared: &Declaration,
        stored: Option<(&Subscriber, Option<&ImsSubscription>)>,
        resolve: Resolver<'_>,
    ) -> Result<Desired, Refusal> {
        let mut record = match stored {
            Some((subscriber, _)) => Record::of(subscriber, true),
            None => Record::new(declared.imsi),
        };
        let seed = stored.map(|(subscriber, _)| subscriber.authentication.seq_seed);
        if let Some(msisdn) = declared.msisdn {
            record.msisdn = msisdn;
        }
        let mut lookup = |secret: &Option<Secret>| -> Result<Option<Hex>, Refusal> {
            secret
                .as_ref()
                .map(|secret| resolve(secret).map_err(Refusal::new))
                .transpose()
        };
        if let Some(k) = lookup(&declared.k)? {
            record.k = Some(k);
        }
        let (op, opc) = (lookup(&declared.op)?, lookup(&declared.opc)?);
        if op.is_some() || opc.is_some() {
            (record.op, record.opc) = (op, opc);
        }
        record.algorithm = declared.algorithm.unwrap_or(record.algorithm);
        record.tuak = declared.tuak.or(record.tuak);
        record.amf = declared.amf.clone().or(record.amf);
        record.ind_bits = declared.ind_bits.or(record.ind_bits);
        record.sqn.clone_from(&declared.sqn);
        let named = declared.profile.as_deref();
        let profile = named.or(record.subscription.is_none().then_some("default"));
        if let Some(subscription) = profile.and_then(|name| self.profiles.get(name)) {
            record.subscription = Some(subscription.clone());
        }
        let mut subscriber = record.subscriber()?;
        if declared.sqn.is_none() {
            subscriber.authentication.seq_seed = seed.unwrap_or(subscriber.authentication.seq_seed);
        }
        let before = stored.and_then(|(_, ims)| ims);
        let ims = self.ims(declared, &subscriber, before)?;
        Ok(Desired { subscriber, ims })
    }

    fn ims(
        &self,
        declared: &Declaration,
        subscriber: &Subscriber,
        before: Option<&ImsSubscription>,
    ) -> Result<Option<ImsSubscription>, Refusal> {
        let ims = match &declared.ims {
            None => return Ok(before.cloned()),
            Some(None | Some(Ims::Derived(false))) => return Ok(None),
            Some(Some(Ims::Derived(true))) => derived(subscriber, self.digits)?,
            Some(Some(Ims::Whole(whole))) => {
                let mut whole = (**whole).clone();
                if whole.imsi != subscriber.imsi {
                    return Err(Refusal::new(format_args!("its ims is of IMSI {}", whole.imsi)));
                }
                keep_digests(&mut whole, before);
                whole
            }
            Some(Some(Ims::Profile(name))) => {
                let profile = &self.ims_profiles[name];
                let mut ims = derived(subscriber, self.digits)?;
                profile.apply(&mut ims)?;
                keep_digests(&mut ims, before);
                ims
            }
        };
        ims.check().map_err(Refusal::new)?;
        Ok(Some(ims))
    }

    /// The home network of a subscriber.
    ///
    /// # Errors
    /// An IMSI too short for one.
    pub fn home(&self, imsi: Imsi) -> Result<quintet_identity::Plmn, Refusal> {
        home(imsi, self.digits)
    }
}

/// SIP Digest credentials that are left out stay.
pub(crate) fn keep_digests(ims: &mut ImsSubscription, before: Option<&ImsSubscription>) {
    let Some(before) = before else { return };
    for private in &mut ims.private {
        if private.digest.is_none()
            && let Some(old) = before.private_identity(&private.impi)
        {
            private.digest.clone_from(&old.digest);
        }
    }
}

/// An error's text without the place it ends with, which is said in front.
fn without_place(text: &str) -> String {
    let text = text.lines().next().unwrap_or_default();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => match text.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
            Some((_, rest)) => rest.to_owned(),
            None => text.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests;

//! The keys of the ring against challenges of IMS AKA: which fits, and what follows from it.

use super::aka::{self, Fit};
use super::ring::KeyIndex;
use super::{KeyNote, KeyRing};
use quintet_crypto::{Autn, Auts, Ck, Ik, Rand, Res};
use quintet_identity::Imsi;

/// A challenge under the key that it was made with.
#[derive(Clone, Debug)]
pub(crate) struct AkaFit {
    /// The key's name.
    pub(crate) name: String,
    /// Whether the user gave it.
    pub(crate) given: bool,
    fit: Fit,
}

impl AkaFit {
    /// SQN of the challenge.
    pub(crate) fn sqn(&self) -> u64 {
        self.fit.sqn.value()
    }

    /// What the UE answers.
    pub(crate) fn xres(&self) -> &Res {
        &self.fit.xres
    }

    /// CK and IK.
    pub(crate) fn keys(&self) -> (&Ck, &Ik) {
        (&self.fit.ck, &self.fit.ik)
    }

    /// The SQN that the card says it has; `None` if MAC-S does not hold.
    pub(crate) fn auts(&self, rand: &Rand, auts: &[u8]) -> Option<u64> {
        let auts = Auts::from_octets(auts)?;
        let sqn = self.fit.functions.verify_auts(rand, &auts).ok()?;
        Some(sqn.value())
    }
}

/// What the ring says of a challenge.
#[derive(Clone, Debug, Default)]
pub(crate) struct AkaSearch {
    /// Under which key AUTN holds.
    pub(crate) fit: Option<AkaFit>,
    /// The key that the user gave for this subscriber, under which AUTN does not hold.
    pub(crate) own_fails: Option<String>,
    /// With which one mistake it would.
    pub(crate) mistake: Option<KeyNote>,
}

impl KeyRing {
    /// Looks for the key of a challenge: the subscriber's own; without one, all.
    pub(crate) fn aka(&self, imsi: Option<Imsi>, rand: &Rand, autn: &[u8; 16]) -> AkaSearch {
        let autn = Autn::from_octets(autn);
        let mut found = AkaSearch::default();
        if let Some(index) = imsi.and_then(|imsi| self.of(imsi)) {
            found.fit = self.fits(index, rand, &autn);
            if found.fit.is_some() {
                return found;
            }
            let Some(own) = self.get(index) else { return found };
            found.own_fails = Some(own.name().to_owned());
            if let Some((note, fit)) = aka::mistake(own, rand, &autn) {
                found.mistake = Some(note);
                found.fit = Some(AkaFit {
                    name: own.name().to_owned(),
                    given: true,
                    fit,
                });
                return found;
            }
        }
        found.fit = self.others().find_map(|index| self.fits(index, rand, &autn));
        found
    }

    fn fits(&self, index: KeyIndex, rand: &Rand, autn: &Autn) -> Option<AkaFit> {
        let key = self.get(index)?;
        Some(AkaFit {
            name: key.name().to_owned(),
            given: matches!(index, KeyIndex::Given(_)),
            fit: aka::fit(key.functions()?, rand, autn)?,
        })
    }

    /// K of the subscriber and of those that are tried, for who may have taken it for a password.
    pub(crate) fn secrets(&self, imsi: Option<Imsi>) -> impl Iterator<Item = &[u8; 16]> {
        let own = imsi.and_then(|imsi| self.of(imsi));
        own.into_iter()
            .chain(self.others())
            .filter_map(|index| self.get(index)?.k().expose_128())
    }
}

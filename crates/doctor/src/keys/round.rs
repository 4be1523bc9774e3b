//! A challenge as it is remembered until its keys are taken into use.

use super::KeyNote;
use super::aka::Fit;
use super::fgs::Anchored;
use super::root::Root;
use super::serving::Network;
use crate::s6a::VectorSeen;
use quintet_crypto::{Kasme, Rand, Res};

/// Where the keys of a challenge come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// KASME of an AIA.
    Hss,
    /// KAUSF or KSEAF of an answer on a service based interface.
    Home,
    /// A key that the user gave, by its name.
    Given(String),
    /// A published key, by its name.
    Published(String),
}

impl Source {
    /// In words for a report.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Hss => "KASME of the HSS's answer in the capture".to_owned(),
            Self::Home => "KSEAF of the home network's answer in the capture".to_owned(),
            Self::Given(name) => format!("key given: {name}"),
            Self::Published(name) => format!("published key: {name}"),
        }
    }
}

/// A KASME or KAMF that a challenge may have led to.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) root: Root,
    /// What is wrong if it is this one; `None` if it is right as far as anybody knows.
    pub(super) mistake: Option<KeyNote>,
}

/// Candidates, made one by one as they are asked for: each costs key derivations.
pub(super) type Candidates<'a> = Box<dyn Iterator<Item = Candidate> + 'a>;

/// A challenge.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) rand: Rand,
    pub(super) autn: [u8; 16],
    pub(super) ksi: u8,
    /// The vector of the HSS with this RAND.
    pub(super) vector: Option<VectorSeen>,
    /// What 5GS adds; `None` of a challenge of EPS.
    pub(super) fgs: Option<Anchored>,
    /// What K says.
    pub(super) fit: Option<Fit>,
    pub(super) networks: Vec<Network>,
    /// Whether the serving network is known; else `networks` are guesses.
    pub(super) network_known: bool,
    pub(super) source: Option<Source>,
    /// Whether the UE answered it.
    pub(super) answered: bool,
    /// Number of the challenge, rising.
    pub(super) number: u64,
}

impl Round {
    /// The RES expected: of EPS, and of EAP-AKA'.
    pub(super) fn xres(&self) -> Option<&Res> {
        self.fit
            .as_ref()
            .map(|fit| &fit.xres)
            .or(self.vector.as_ref().map(|vector| &vector.xres))
    }

    /// Whether a challenge is this one once more.
    pub(super) fn is_again(&self, rand: &Rand, autn: &[u8; 16]) -> bool {
        !self.answered && self.rand == *rand && self.autn == *autn
    }

    /// Whether anything is known that MACs could be checked with.
    pub(super) fn is_keyed(&self) -> bool {
        match &self.fgs {
            Some(fgs) => fgs.is_keyed(self.fit.is_some()),
            None => self.fit.is_some() || self.vector.is_some(),
        }
    }

    /// Every KASME or KAMF that it may have led to, those that are right first.
    ///
    /// K and the network that the cell broadcasts come before the HSS's answer: where the two differ, the HSS derived for
    /// another network, and that is the finding. It comes last then: a network that explains it says more.
    pub(super) fn candidates(&self) -> Candidates<'_> {
        match &self.fgs {
            Some(fgs) => fgs.candidates(self),
            None => self.of_eps(),
        }
    }

    fn of_eps(&self) -> Candidates<'_> {
        let certain = self.is_certain();
        let of_hss = self.vector.as_ref().map(|vector| Candidate {
            root: Root::Kasme(vector.kasme.clone()),
            mistake: certain.then_some(KeyNote::KasmeOfHssDiffers),
        });
        let derived = |expected: bool| {
            self.networks_that(expected)
                .filter_map(|network| self.derived(*network))
        };
        let (first, last) = if certain { (None, of_hss) } else { (of_hss, None) };
        let all = first
            .into_iter()
            .chain(derived(true))
            .chain(derived(false))
            .chain(last);
        Box::new(all)
    }

    /// Whether K and the network are both known: nothing else is right then.
    pub(super) fn is_certain(&self) -> bool {
        self.fit.is_some() && self.network_known
    }

    pub(super) fn networks_that(&self, expected: bool) -> impl Iterator<Item = &Network> {
        self.networks
            .iter()
            .filter(move |network| network.expected == expected)
    }

    /// Every KASME or KAMF that may be one for a wrong network, or derived otherwise: none where the right network is a
    /// guess.
    pub(super) fn wrong_networks(&self) -> impl Iterator<Item = Candidate> {
        self.network_known
            .then(|| self.candidates())
            .into_iter()
            .flatten()
    }

    fn derived(&self, network: Network) -> Option<Candidate> {
        let fit = self.fit.as_ref()?;
        let concealed = self.autn.first_chunk::<6>()?;
        let kasme = Kasme::derive(&fit.ck, &fit.ik, &network.plmn.octets(), concealed)?;
        Some(Candidate {
            root: Root::Kasme(kasme),
            mistake: network.mistake(),
        })
    }
}

//! A challenge as it is remembered until its keys are taken into use.

use super::aka::Fit;
use super::serving::Network;
use crate::s6a::VectorSeen;
use quintet_crypto::{Kasme, Rand, Res};
use quintet_identity::Plmn;

/// Where the keys of a challenge come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// KASME of an AIA.
    Hss,
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
            Self::Given(name) => format!("key given: {name}"),
            Self::Published(name) => format!("published key: {name}"),
        }
    }
}

/// A KASME that a challenge may have led to.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) kasme: Kasme,
    /// For which network it is derived; `None` if the HSS says it is the one.
    pub(super) plmn: Option<Plmn>,
    /// Whether it is right as far as anybody knows.
    pub(super) expected: bool,
}

/// A challenge.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub(super) rand: Rand,
    pub(super) autn: [u8; 16],
    pub(super) ksi: u8,
    /// The vector of the HSS with this RAND.
    pub(super) vector: Option<VectorSeen>,
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
    /// The response expected.
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
        self.fit.is_some() || self.vector.is_some()
    }

    /// Every KASME that it may have led to, those that are right first.
    ///
    /// K and the network that the cell broadcasts come before the HSS's answer: where the two differ, the HSS derived for
    /// another network, and that is the finding. It comes last then: a network that explains it says more.
    pub(super) fn candidates(&self) -> impl Iterator<Item = Candidate> {
        let certain = self.fit.is_some() && self.network_known;
        let of_hss = self.vector.as_ref().map(|vector| Candidate {
            kasme: vector.kasme.clone(),
            plmn: None,
            expected: !certain,
        });
        let derived = |expected: bool| {
            self.networks
                .iter()
                .filter(move |network| network.expected == expected)
                .filter_map(move |network| self.derived(*network))
        };
        let (first, last) = if certain { (None, of_hss) } else { (of_hss, None) };
        first
            .into_iter()
            .chain(derived(true))
            .chain(derived(false))
            .chain(last)
    }

    /// Every KASME that may be one for a wrong network: none where the right one is a guess.
    pub(super) fn wrong_networks(&self) -> impl Iterator<Item = Candidate> {
        self.network_known
            .then(|| self.candidates())
            .into_iter()
            .flatten()
    }

    fn derived(&self, Network { plmn, expected }: Network) -> Option<Candidate> {
        let fit = self.fit.as_ref()?;
        let concealed = self.autn.first_chunk::<6>()?;
        let kasme = Kasme::derive(&fit.ck, &fit.ik, &plmn.octets(), concealed)?;
        Some(Candidate {
            kasme,
            plmn: Some(plmn),
            expected,
        })
    }
}

//! What a challenge of 5GS adds to one of EPS: the way from CK and IK to KAMF (TS 33.501 6.1.3, A.2 to A.7).
//!
//! ```text
//!  5G AKA    CK, IK ──A.2, name──► KAUSF ──A.6, name──► KSEAF ──A.7, SUPI, ABBA──► KAMF
//!                   └─A.4, name──► RES*                   ▲
//!  EAP-AKA'  CK, IK ──A.3, AT_KDF_INPUT──► CK', IK' ──SUPI──► K_aut, EMSK ──► KAUSF
//!  home network's answers in the capture ──► KAUSF or KSEAF, SUPI, XRES*
//! ```
//!
//! The serving network name and the SUPI go into every key, so both must be known, or thought of.

use super::KeyNote;
use super::root::Root;
use super::round::{Candidate, Candidates, Round};
use super::serving::Network;
use quintet_crypto::eap_aka_prime::MasterKeys;
use quintet_crypto::fgs::{KAusf, KSeaf, ResStar, ServingNetworkName};
use quintet_crypto::{CkIkPrime, KdfInput};
use quintet_eap::{Message, Packet};
use quintet_identity::{Plmn, Supi};

/// How a challenge is put, and what keys depend on beside it.
#[derive(Clone, Copy, Debug)]
pub enum Method<'a> {
    /// EPS AKA.
    EpsAka,
    /// 5G AKA.
    FgsAka {
        /// ABBA of the AUTHENTICATION REQUEST.
        abba: &'a [u8],
    },
    /// EAP-AKA'.
    EapAkaPrime {
        /// ABBA of the AUTHENTICATION REQUEST.
        abba: &'a [u8],
        /// The EAP packet that carries the challenge.
        packet: &'a [u8],
    },
}

/// RAND and AUTN of an EAP-Request/AKA'-Challenge; `None` of another packet.
#[must_use]
pub fn eap_challenge(packet: &[u8]) -> Option<([u8; 16], [u8; 16])> {
    let message = Message::decode(&Packet::decode(packet).ok()?).ok()?;
    Some((*message.rand()?, *message.autn()?))
}

/// The most SUPIs and ABBAs thought of for one challenge.
const MAX_THOUGHT_OF: usize = 4;

/// Countries searched for the network of a wrong RES*: 1000 key derivations each, a millisecond or two.
const MAX_COUNTRIES: usize = 4;

/// MCCs of test networks (ITU-T E.212): those of laboratories.
const TEST_COUNTRIES: [&str; 2] = ["001", "999"];

/// What the home network said of a challenge on its service based interfaces.
#[derive(Clone, Debug, Default)]
pub(super) struct HomeVector {
    pub(super) autn: Option<[u8; 16]>,
    pub(super) xres_star: Option<ResStar>,
    pub(super) k_ausf: Option<KAusf>,
    pub(super) k_seaf: Option<KSeaf>,
    pub(super) supi: Option<Supi>,
}

impl HomeVector {
    /// Takes in what another answer says of the same challenge.
    pub(super) fn add(&mut self, other: Self) {
        self.autn = other.autn.or(self.autn);
        self.xres_star = other.xres_star.or(self.xres_star.take());
        self.k_ausf = other.k_ausf.or(self.k_ausf.take());
        self.k_seaf = other.k_seaf.or(self.k_seaf.take());
        self.supi = other.supi.or(self.supi.take());
    }
}

/// What 5GS adds to a challenge.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchored {
    /// AT_KDF_INPUT of EAP-AKA'; `None` with 5G AKA.
    network_name: Option<Box<[u8]>>,
    /// Those that are right, the latest first: a later message may bring another.
    abbas: Vec<Box<[u8]>>,
    /// SUPIs without their prefix that it may be for.
    supis: Vec<Box<str>>,
    home: Option<HomeVector>,
}

impl Anchored {
    /// Of a challenge; `None` of one of EPS.
    pub(super) fn of(method: Method<'_>) -> Option<Self> {
        let (abba, network_name) = match method {
            Method::EpsAka => return None,
            Method::FgsAka { abba } => (abba, None),
            Method::EapAkaPrime { abba, packet } => (abba, Some(network_name(packet).unwrap_or_default())),
        };
        Some(Self {
            network_name,
            abbas: vec![abba.into()],
            ..Self::default()
        })
    }

    /// It may be for this SUPI.
    pub(super) fn may_be(&mut self, supi: &str) {
        if self.supis.len() < MAX_THOUGHT_OF && !self.supis.iter().any(|known| **known == *supi) {
            self.supis.push(supi.into());
        }
    }

    /// The network gives an ABBA once more (TS 24.501 5.4.1.2.2.8, 5.4.2.3): it counts.
    pub(super) fn abba(&mut self, abba: &[u8]) {
        self.abbas.retain(|known| **known != *abba);
        self.abbas.insert(0, abba.into());
        self.abbas.truncate(MAX_THOUGHT_OF);
    }

    /// What the home network said of it.
    pub(super) fn learn(&mut self, home: &HomeVector) {
        if let Some(supi) = &home.supi {
            self.supis.retain(|known| **known != *supi.value());
            self.supis.insert(0, supi.value().as_ref().into());
            self.supis.truncate(MAX_THOUGHT_OF);
        }
        self.home = Some(home.clone());
    }

    pub(super) fn is_keyed(&self, fits: bool) -> bool {
        let home = self.home.as_ref();
        let of_home = home.is_some_and(|home| home.k_seaf.is_some() || home.k_ausf.is_some());
        !self.supis.is_empty() && (fits || of_home)
    }

    /// Every KAMF that it may have led to: as [`Round::candidates`] says.
    pub(super) fn candidates<'a>(&'a self, round: &'a Round) -> Candidates<'a> {
        let certain = round.is_certain();
        let of_home = move || {
            let mistake = certain.then_some(KeyNote::KasmeOfHssDiffers);
            let supis = self.supis.iter();
            supis.flat_map(move |supi| {
                let mistake = mistake.clone();
                self.of_home(round)
                    .flat_map(move |k_seaf| self.k_amfs(&k_seaf, supi, mistake.as_ref()))
            })
        };
        let derived = move |expected| {
            round.networks_that(expected).flat_map(move |network| {
                let supis = self.supis.iter();
                supis
                    .filter_map(move |supi| Some((self.k_seaf(round, *network, supi)?, supi)))
                    .flat_map(move |(k_seaf, supi)| self.k_amfs(&k_seaf, supi, network.mistake().as_ref()))
            })
        };
        let otherwise = round.networks_that(true).flat_map(move |network| {
            let supis = self.supis.iter();
            supis
                .filter_map(move |supi| Some((self.k_seaf(round, *network, supi)?, supi)))
                .flat_map(|(k_seaf, supi)| self.otherwise(&k_seaf, supi))
        });
        let first = (!certain).then(of_home).into_iter().flatten();
        let last = certain.then(of_home).into_iter().flatten();
        let all = first
            .chain(derived(true))
            .chain(derived(false))
            .chain(otherwise)
            .chain(last);
        Box::new(all)
    }

    /// KSEAF as the home network gave it, or of its KAUSF.
    fn of_home<'a>(&'a self, round: &'a Round) -> impl Iterator<Item = KSeaf> + 'a {
        let home = self.home.as_ref();
        let given = home.and_then(|home| home.k_seaf.clone());
        let k_ausf = home.and_then(|home| home.k_ausf.as_ref());
        let derived = k_ausf.into_iter().flat_map(move |k_ausf| {
            let names = round.networks_that(true).filter_map(|network| name(network.plmn));
            names.map(move |name| k_ausf.k_seaf(&name))
        });
        given.into_iter().chain(derived)
    }

    /// KSEAF of K for a network.
    fn k_seaf(&self, round: &Round, network: Network, supi: &str) -> Option<KSeaf> {
        let name = name(network.plmn)?;
        let fit = round.fit.as_ref()?;
        let k_ausf = match &self.network_name {
            None => KAusf::derive(&fit.ck, &fit.ik, &name, round.autn.first_chunk::<6>()?)?,
            Some(_) => KAusf::from_emsk(&self.master_keys(round, supi)?.emsk),
        };
        Some(k_ausf.k_seaf(&name))
    }

    /// Keys of EAP-AKA' for the network name that was sent.
    fn master_keys(&self, round: &Round, supi: &str) -> Option<MasterKeys> {
        let fit = round.fit.as_ref()?;
        let sent = self.network_name.as_deref()?;
        let concealed = round.autn.first_chunk::<6>()?;
        let keys = CkIkPrime::eap_aka_prime(&fit.ck, &fit.ik, sent, concealed)?;
        MasterKeys::derive(&keys, supi.as_bytes())
    }

    fn k_amfs<'a>(
        &'a self,
        k_seaf: &KSeaf,
        supi: &'a str,
        mistake: Option<&KeyNote>,
    ) -> impl Iterator<Item = Candidate> + use<'a> {
        let (k_seaf, mistake) = (k_seaf.clone(), mistake.cloned());
        self.abbas.iter().filter_map(move |abba| {
            Some(Candidate {
                root: Root::KAmf(k_seaf.k_amf(supi, abba)?),
                mistake: mistake.clone(),
            })
        })
    }

    /// KAMF as mistakes make it of a right KSEAF.
    fn otherwise(&self, k_seaf: &KSeaf, supi: &str) -> Vec<Candidate> {
        let other_abbas = [&[0, 0][..], &[], &[0]].into_iter();
        let of_abba = other_abbas
            .filter(|other| !self.abbas.iter().any(|abba| **abba == **other))
            .filter_map(|other| {
                Some(Candidate {
                    root: Root::KAmf(k_seaf.k_amf(supi, other)?),
                    mistake: Some(KeyNote::KamfOfOtherAbba { abba: other.into() }),
                })
            });
        let prefixed = format!("imsi-{supi}");
        let of_prefix = self.abbas.iter().filter_map(|abba| {
            Some(Candidate {
                root: Root::KAmf(k_seaf.k_amf(&prefixed, abba)?),
                mistake: Some(KeyNote::KamfOfOtherRule {
                    what: "of the SUPI with its prefix imsi-",
                }),
            })
        });
        of_abba.chain(of_prefix).collect()
    }

    /// Whether AUTN is the one that the home network gave with this RAND; `None` if it did not say.
    pub(super) fn same_autn(&self, autn: &[u8; 16]) -> Option<bool> {
        let home = self.home.as_ref()?;
        home.autn.map(|given| given == *autn)
    }

    /// What RES* of 5G AKA is; `None` if that cannot be said.
    pub(super) fn judge(&self, round: &Round, res_star: &[u8]) -> Option<Vec<KeyNote>> {
        let given = ResStar::new(res_star.try_into().ok()?);
        let of_home = self.home.as_ref().and_then(|home| home.xres_star.as_ref());
        let of = |network: &Network| {
            self.res_star(round, network.plmn)
                .is_some_and(|known| known == given)
        };
        let certain = round.is_certain();
        if !certain && of_home == Some(&given) || round.networks_that(true).any(of) {
            return Some(vec![KeyNote::ResRight]);
        }
        if !certain && of_home.is_none() {
            // It depends on the network: a wrong guess makes no wrong RES*.
            return None;
        }
        let other = round.networks_that(false).find(|network| of(network));
        let reason = other
            .map(|network| network.plmn)
            .or_else(|| self.elsewhere(round, &given))
            .map(|plmn| KeyNote::ResStarOfOtherPlmn { plmn })
            .or_else(|| self.other_rule(round, res_star));
        Some([Some(KeyNote::ResWrong), reason].into_iter().flatten().collect())
    }

    /// Whether RES* answers this challenge, for any network thought of.
    pub(super) fn is_answered_by(&self, round: &Round, res_star: &[u8]) -> bool {
        let Ok(given) = res_star.try_into().map(ResStar::new) else {
            return false;
        };
        let of_home = self.home.as_ref().and_then(|home| home.xres_star.as_ref());
        let mut networks = round.networks.iter();
        of_home == Some(&given) || networks.any(|n| self.res_star(round, n.plmn).as_ref() == Some(&given))
    }

    fn res_star(&self, round: &Round, plmn: Plmn) -> Option<ResStar> {
        let fit = round.fit.as_ref()?;
        ResStar::derive(&fit.ck, &fit.ik, &name(plmn)?, &round.rand, &fit.xres)
    }

    /// The network that RES* was derived for, searched among all of the countries thought of and of the test networks.
    fn elsewhere(&self, round: &Round, given: &ResStar) -> Option<Plmn> {
        let countries = round
            .networks
            .iter()
            .map(|network| network.plmn.mcc_mnc().0.to_owned());
        let mut countries: Vec<String> = countries.chain(TEST_COUNTRIES.map(str::to_owned)).collect();
        countries.sort_unstable();
        countries.dedup();
        countries.truncate(MAX_COUNTRIES);
        let networks = countries
            .iter()
            .flat_map(|mcc| (0..1000).filter_map(move |mnc| format!("{mcc}{mnc:02}").parse::<Plmn>().ok()));
        // A name has three digits of MNC whatever the network has, so each is thought of once.
        networks
            .into_iter()
            .find(|plmn| self.res_star(round, *plmn).as_ref() == Some(given))
    }

    /// What stands in the place of RES*.
    fn other_rule(&self, round: &Round, res_star: &[u8]) -> Option<KeyNote> {
        let fit = round.fit.as_ref()?;
        if res_star.starts_with(fit.xres.octets()) {
            return Some(KeyNote::ResNotStar);
        }
        let network = round.networks_that(true).next()?;
        let mut ck_ik = [0; 32];
        ck_ik[..16].copy_from_slice(fit.ck.expose_128()?);
        ck_ik[16..].copy_from_slice(fit.ik.expose_128()?);
        let whole = KdfInput::new(FC_RES_STAR)
            .try_parameter(name(network.plmn)?.octets())?
            .try_parameter(&round.rand)?
            .try_parameter(fit.xres.octets())?
            .derive(&ck_ik);
        whole.starts_with(res_star).then_some(KeyNote::ResStarUpperHalf)
    }

    /// What keys say of an EAP packet's AT_MAC: whether it holds for a SUPI thought of; `None` if that cannot be said.
    pub(super) fn at_mac_holds(&self, round: &Round, packet: &[u8]) -> Option<bool> {
        let packet = Packet::decode(packet).ok()?;
        let message = Message::decode(&packet).ok()?;
        let mut keys = self
            .supis
            .iter()
            .filter_map(|supi| self.master_keys(round, supi))
            .peekable();
        keys.peek()?;
        Some(keys.any(|keys| message.mac_holds(&packet, &keys.k_aut)))
    }

    /// The network name that was sent, if it is not that of the network that serves.
    pub(super) fn other_name(&self, serving: Plmn) -> Option<KeyNote> {
        let sent = self.network_name.as_deref().filter(|sent| !sent.is_empty())?;
        let right = name(serving)?;
        // A stand-alone non-public network has its identifier behind the name.
        let same = sent
            .strip_prefix(right.octets())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b":"));
        (!same).then(|| KeyNote::NetworkNameDiffers {
            name: String::from_utf8_lossy(sent).into_owned(),
        })
    }
}

/// FC of TS 33.501 A.4.
const FC_RES_STAR: u8 = 0x6b;

fn name(plmn: Plmn) -> Option<ServingNetworkName> {
    ServingNetworkName::of_plmn(&plmn.octets())
}

/// AT_KDF_INPUT.
fn network_name(packet: &[u8]) -> Option<Box<[u8]>> {
    let message = Message::decode(&Packet::decode(packet).ok()?).ok()?;
    message.kdf_input().map(Box::from)
}

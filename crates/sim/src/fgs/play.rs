//! One scenario being played: a sans-IO director over one gNB.

use super::LabTimers;
use super::ending::ContextFacts;
use super::home_network::protection_scheme;
use super::judge::{self, Home, Log};
use super::mark::UeMark;
use super::scenario::{Scenario, Step};
use super::subscriber::{self, SQN_AHEAD, WITNESS};
use crate::Usim;
use crate::gnb::{Alteration, Gnb, GnbEvent, Rule, Tamper, Ue, UeId, Which};
use crate::scenario::{Card, Course, Restart, Verdict};
use quintet_amf::AmfEvent;
use quintet_ausf::AusfEvent;
use quintet_crypto::fgs::ABBA;
use quintet_crypto::{Amf, Direction, Sqn};
use quintet_fgmm::ue::{Configuration, WantedSession};
use quintet_identity::{Plmn, Supi};
use quintet_nas::fgs::{
    Abba, AuthenticationRequest, FgmmCause, FgmmMessage, MobileIdentity, NasKsi, PduSessionType,
};
use quintet_nas::security::NasCounts;
use quintet_subscriber::model::Subscriber;
use quintet_udm::UdmEvent;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

mod progress;

/// Most UEs of one play: the block of subscribers of a scenario, less its witness.
pub const MAX_UES: u32 = WITNESS;

/// What becomes of AUSF or UDM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It answers at once.
    Running,
    /// Nobody can connect to it.
    Unreachable,
    /// It answers late, by [`LabTimers::slow`].
    Slow,
}

/// What a play wants of the world around its gNB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The AUSF shall be so.
    Ausf(Condition),
    /// The UDM shall be so.
    Udm(Condition),
    /// The AMF shall restart. The gNB's association comes up again after it.
    RestartAmf(Restart),
    /// [`quintet_amf::Amf::set_counts`].
    SetCounts {
        /// Whose.
        supi: Supi,
        /// The AMF's: what it sends next, what it accepted last.
        counts: NasCounts,
    },
    /// [`quintet_amf::Amf::page`].
    Page(Supi),
    /// [`quintet_amf::Amf::deregister`].
    Deregister {
        /// Whom.
        supi: Supi,
        /// It shall register again.
        reregister: bool,
    },
    /// [`quintet_amf::Amf::reauthenticate`].
    Reauthenticate(Supi),
    /// [`Play::inspected`] is to be told what [`quintet_amf::Amf::context`] says of this subscriber.
    Inspect(Supi),
    /// The play is over.
    Finished(Box<Verdict>),
}

/// What a play is told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Seed of what it leaves to chance.
    pub seed: u64,
    /// How many UEs take part where it takes many; at most [`MAX_UES`].
    pub ues: u32,
    /// Durations.
    pub timers: LabTimers,
    /// The network the cell is of.
    pub serving: Plmn,
}

/// One scenario being played. Feed it every [`GnbEvent`] of its gNB, every [`AmfEvent`] about that gNB's association, and
/// every event of AUSF and UDM; after each, and when [`Self::poll_timeout`] is due, call [`Self::advance`], then serve
/// [`Self::poll_demand`].
#[derive(Debug)]
pub struct Play {
    scenario: &'static Scenario,
    settings: Settings,
    ues: Vec<Part>,
    witness: Option<UeId>,
    course: Course,
    log: Log,
    home: Home,
    demands: VecDeque<Demand>,
}

/// A UE in a play.
#[derive(Debug)]
struct Part {
    id: UeId,
    supi: Option<Supi>,
    issued: Option<Subscriber>,
    context: Option<ContextFacts>,
}

impl Play {
    /// A play with its UEs taken into the cell of `gnb`.
    #[must_use]
    pub fn new(scenario: &'static Scenario, settings: Settings, gnb: &mut Gnb) -> Self {
        let count = if scenario.many {
            settings.ues.clamp(1, MAX_UES)
        } else {
            1
        };
        let timers = &settings.timers;
        let mut play = Self {
            scenario,
            settings,
            ues: Vec::with_capacity(count as usize),
            witness: None,
            course: Course::new(scenario.steps.len(), timers.quiet, timers.patience),
            log: Log::new(count as usize),
            home: Home::default(),
            demands: VecDeque::new(),
        };
        let configuration = Arc::new(play.configuration());
        for n in 0..count {
            let issued = subscriber::issued(scenario, n);
            let card = issued
                .as_ref()
                .and_then(|issued| subscriber::card(scenario.card, issued).ok().flatten());
            let supi = card.as_ref().map(|card| Supi::from(card.imsi()));
            let id = gnb.add_ue(play.ue(&configuration, n, card));
            play.ues.push(Part {
                id,
                supi,
                issued,
                context: None,
            });
        }
        if scenario.steps.iter().any(|step| matches!(step, Step::Witness)) {
            play.add_witness(gnb);
        }
        play
    }

    fn ue(&self, configuration: &Arc<Configuration>, n: u32, card: Option<Usim>) -> Ue {
        let identity = subscriber::identity(n, card.as_ref(), self.scenario.scheme);
        let seed = self.settings.seed ^ u64::from(n) << 32;
        Ue::new(Arc::clone(configuration), identity, card, seed)
    }

    fn configuration(&self) -> Configuration {
        let (scenario, timers) = (self.scenario, &self.settings.timers);
        let mut configuration = Configuration::new(self.settings.serving);
        configuration.ue_security_capability = scenario.capability;
        configuration.serving_network_name = scenario.network_name.and_then(|name| name.parse().ok());
        configuration.session = scenario.session.then_some(WantedSession {
            identity: 1,
            session_type: PduSessionType::IPV4,
            dnn: None,
            s_nssai: None,
        });
        configuration.automatic = scenario.automatic;
        configuration.timers = if scenario.patient {
            timers.patient()
        } else {
            timers.ue
        };
        configuration
    }

    fn add_witness(&mut self, gnb: &mut Gnb) {
        let Some(issued) = subscriber::witness(self.scenario) else {
            return;
        };
        let card = subscriber::card(Card::Genuine, &issued).ok().flatten();
        let configuration = Configuration {
            automatic: false,
            timers: self.settings.timers.ue,
            ..Configuration::new(self.settings.serving)
        };
        let ue = self.ue(&Arc::new(configuration), WITNESS, card);
        self.witness = Some(gnb.add_ue(ue));
    }

    /// What the UDM must know before the play begins, beside [`super::home_network_keys`].
    #[must_use]
    pub fn subscribers(&self) -> Vec<Subscriber> {
        let own = (0..self.ues.len() as u32).filter_map(|n| subscriber::subscriber(self.scenario, n));
        let witness = self.witness.and_then(|_| subscriber::witness(self.scenario));
        own.chain(witness).collect()
    }

    /// The scenario.
    #[must_use]
    pub const fn scenario(&self) -> &'static Scenario {
        self.scenario
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.course.is_finished()
    }

    /// The step under way and how many there are: for a progress bar.
    #[must_use]
    pub const fn progress(&self) -> (usize, usize) {
        self.course.progress()
    }

    /// Something happened at the gNB.
    pub fn handle_gnb_event(&mut self, now: Duration, gnb: &mut Gnb, event: &GnbEvent) {
        self.course.stir(now);
        let part = |id: UeId| self.ues.iter().position(|part| part.id == id);
        match event {
            GnbEvent::Ue(id, event) => {
                let mark = UeMark::from(event);
                if Some(*id) == self.witness {
                    self.log.witness.push(mark);
                } else if let Some(n) = part(*id) {
                    self.log.parts[n].ue.push(mark);
                    if mark == UeMark::AuthenticationFailed(FgmmCause::SYNCH_FAILURE)
                        && self.scenario.card == Card::AlwaysAhead
                    {
                        self.leap(gnb, n);
                    }
                }
            }
            GnbEvent::KeyMismatch(id) => {
                self.log
                    .faults
                    .push(format!("UE {}: another KgNB than the AMF's", id.0));
            }
            GnbEvent::Nas {
                ue,
                direction: Direction::Uplink,
                nas,
                tampered: None,
                ..
            } if part(*ue).is_some() => self.check_scheme(nas),
            GnbEvent::Fault { what, .. } => self.log.faults.push(format!("gNB: {what}")),
            _ => {}
        }
    }

    /// A SUCI that goes by must be concealed as the scenario says. What is said under a context is not seen here.
    fn check_scheme(&mut self, nas: &[u8]) {
        let suci = match FgmmMessage::decode_uplink(nas).map(|decoded| decoded.message) {
            Ok(FgmmMessage::RegistrationRequest(request)) => request.mobile_identity,
            Ok(FgmmMessage::IdentityResponse(response)) => response.mobile_identity,
            _ => return,
        };
        let must = protection_scheme(self.scenario.scheme);
        if let MobileIdentity::Suci(suci) = suci
            && suci.scheme() != must
        {
            let is = suci.scheme();
            self.log.faults.push(format!("a SUCI by {is:?}, must {must:?}"));
        }
    }

    /// Something happened at the AMF, about this gNB's association.
    pub fn handle_amf_event(&mut self, now: Duration, event: &AmfEvent) {
        self.course.stir(now);
        let supis: Vec<_> = self.ues.iter().map(|part| part.supi.clone()).collect();
        let only = supis.len() == 1 && self.witness.is_none() && !self.scenario.proven;
        judge::take(&mut self.log, &supis, only, event);
    }

    /// Something happened at the AUSF.
    pub fn handle_ausf_event(&mut self, now: Duration, event: &AusfEvent) {
        self.course.stir(now);
        self.home.take_ausf(event);
    }

    /// Something happened at the UDM.
    pub fn handle_udm_event(&mut self, now: Duration, event: &UdmEvent) {
        self.course.stir(now);
        self.home.take_udm(event);
    }

    /// The answer to [`Demand::Inspect`].
    pub fn inspected(&mut self, supi: &Supi, context: Option<ContextFacts>) {
        if let Some(part) = self.ues.iter_mut().find(|part| part.supi.as_ref() == Some(supi)) {
            part.context = context;
        }
        self.course.inspected();
    }

    /// The next thing the world has to do.
    pub fn poll_demand(&mut self) -> Option<Demand> {
        self.demands.pop_front()
    }

    /// The card's SQN leaps beyond any the AuC takes from its AUTS.
    fn leap(&self, gnb: &mut Gnb, n: usize) {
        let Some(issued) = &self.ues[n].issued else {
            return;
        };
        let rounds = self.log.parts[n].ue.len() as u64;
        let sqn = Sqn::new(SQN_AHEAD + (rounds << 44)).unwrap_or_default();
        if let Ok(card) = Usim::new(issued.imsi, &issued.authentication, sqn) {
            gnb.ue_mut(self.ues[n].id).set_card(card);
        }
    }

    /// A vector of the home network's keys for another domain, as if it had leaked: genuine, without the separation bit.
    fn not_separated(&self, n: usize) -> Option<Rule> {
        const RAND: [u8; 16] = [0x5e; 16];
        let functions = self.ues[n].issued.as_ref()?.authentication.functions().ok()?;
        let quintet = functions.quintet(&RAND, Sqn::new(SQN_AHEAD)?, Amf([0, 0]));
        let mut request = AuthenticationRequest::new(NasKsi::native(0), Abba(&ABBA));
        request.authentication_parameter_rand = Some(RAND);
        request.authentication_parameter_autn = Some(quintet.autn.octets()?);
        let octets = Cow::Owned(FgmmMessage::from(request).to_octets());
        Some(Rule::down(
            Which::NthNamed("AUTHENTICATION REQUEST", 1),
            Tamper::Alter(Alteration::Replace(octets)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fgs::{SCENARIOS, serving_plmn};
    use crate::gnb::GnbConfig;
    use quintet_identity::fgs::{Tac, Tai};

    #[test]
    fn every_scenario_has_its_own_subscribers() {
        let plmn = serving_plmn();
        let mut seen = std::collections::HashSet::new();
        for scenario in SCENARIOS {
            let tac = Tac::new(1).unwrap();
            let mut gnb = Gnb::new(GnbConfig::new("test", Tai { plmn, tac }, 1));
            let settings = Settings {
                seed: 1,
                ues: 4,
                timers: LabTimers::SPECIFIED,
                serving: plmn,
            };
            let play = Play::new(scenario, settings, &mut gnb);
            for subscriber in play.subscribers() {
                assert!(seen.insert(subscriber.imsi), "{}", scenario.name);
            }
        }
        assert!(seen.len() + 2 >= SCENARIOS.len());
    }

    #[test]
    fn what_a_scenario_is_told_can_be_read() {
        let mut names = std::collections::HashSet::new();
        for scenario in SCENARIOS {
            assert!(names.insert(scenario.name), "{} twice", scenario.name);
            if let Some(name) = scenario.network_name {
                assert!(name.parse::<quintet_crypto::fgs::ServingNetworkName>().is_ok());
            }
        }
    }
}

//! One scenario being played: a sans-IO director over a node of UEs.

use super::behaviour::Behaviour;
use super::ending::HomeFacts;
use super::event::SimEvent;
use super::judge::Heard;
use super::mark::{PcscfMark, UeMark};
use super::scenario::{Access, Condition, Named, Scenario, Step};
use super::subscriber::{self, DIGEST_PASSWORD, MAX_SUBJECTS, OTHER, SQN_AHEAD, WITNESS};
use super::timers::LabTimers;
use super::ues::Ues;
use super::user::{User, UserId};
use crate::Usim;
use crate::scenario::{Card, Course, Restart, Verdict};
use quintet_crypto::Sqn;
use quintet_cscf::pcscf::PcscfEvent;
use quintet_cscf::scscf::ScscfEvent;
use quintet_esp::{Encryption, Integrity, Suite};
use quintet_identity::{Impi, Impu, Imsi};
use quintet_ims::agreement::UePolicy;
use quintet_ims::ue::{Configuration, Identity, Password, SET_NAMES, Security, Ue};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

mod progress;

/// The protected ports of a UE: server and clients.
const SERVER_PORT: u16 = 5064;
const CLIENT_PORTS: std::ops::RangeInclusive<u16> = 5070..=5099;

/// What a play wants of the world around its UEs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The HSS shall be so.
    Hss(Condition),
    /// The S-CSCF shall restart.
    RestartScscf(Restart),
    /// The HSS shall end the registrations of this subscriber, for good (RTR, PERMANENT_TERMINATION).
    Deregister(Imsi),
    /// A NAT shall stand between this address and the network; the P-CSCF sees another one.
    Nat(IpAddr),
    /// [`Play::inspected`] is to be told what the home network knows.
    Inspect(Box<Inspection>),
    /// The play is over.
    Finished(Box<Verdict>),
}

/// Whom [`Demand::Inspect`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Whose IMS subscription.
    pub imsi: Imsi,
    /// Private identity.
    pub impi: Impi,
    /// Public identity.
    pub impu: Impu,
}

/// What a play is told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Seed of what it leaves to chance.
    pub seed: u64,
    /// How many subjects take part where it takes many; at most [`MAX_SUBJECTS`].
    pub ues: u32,
    /// Durations.
    pub timers: LabTimers,
    /// The P-CSCF, where nothing is protected.
    pub pcscf: SocketAddr,
    /// The first address of its UEs; others follow it.
    pub first_address: Ipv4Addr,
    /// The port of its UEs where nothing is protected: not 5064, nor one of 5070 to 5099.
    pub port: u16,
}

/// One scenario being played. Feed it every [`SimEvent`] of its node of UEs, every event of P-CSCF and S-CSCF, and the packets
/// that the P-CSCF's end of ESP dropped for their integrity; after each, and when [`Self::poll_timeout`] is due, call
/// [`Self::advance`], then serve [`Self::poll_demand`].
#[derive(Debug)]
pub struct Play {
    scenario: &'static Scenario,
    settings: Settings,
    subjects: Vec<Subject>,
    witness: Option<(UserId, Subscriber)>,
    intruder: Option<UserId>,
    configuration: Arc<Configuration>,
    course: Course,
    heard: Heard,
    demands: VecDeque<Demand>,
    addresses: u32,
}

/// A subject of a play.
#[derive(Debug)]
struct Subject {
    id: UserId,
    issued: Subscriber,
    impi: Impi,
    impu: Impu,
    facts: Option<HomeFacts>,
    /// How often its card has leapt.
    leaps: u64,
}

impl Play {
    /// A play with its UEs taken into a node; `None` if the node has no room for them.
    #[must_use]
    pub fn new(scenario: &'static Scenario, settings: Settings, ues: &mut Ues) -> Option<Self> {
        let count = if scenario.many {
            settings.ues.clamp(1, MAX_SUBJECTS)
        } else {
            1
        };
        let timers = &settings.timers;
        let mut play = Self {
            scenario,
            settings,
            subjects: Vec::with_capacity(count as usize),
            witness: None,
            intruder: None,
            configuration: Arc::new(configuration(scenario, &settings)),
            course: Course::new(scenario.steps.len(), timers.quiet, timers.patience),
            heard: Heard::new(count as usize),
            demands: VecDeque::new(),
            addresses: 0,
        };
        for n in 0..count {
            play.add_subject(ues, n)?;
        }
        if scenario.steps.iter().any(|step| matches!(step, Step::Witness)) {
            play.add_witness(ues)?;
        }
        Some(play)
    }

    fn add_subject(&mut self, ues: &mut Ues, n: u32) -> Option<()> {
        let issued = subscriber::issued(self.scenario, n)?;
        let card = subscriber::card(self.scenario.card, &issued).ok().flatten();
        let mut identity = subscriber::identity(issued.imsi).ok()?;
        if self.scenario.named == Named::AsAnother {
            let other = subscriber::issued(self.scenario, OTHER)?;
            identity.impu = subscriber::identity(other.imsi).ok()?.impu;
        }
        let (impi, impu) = (identity.impi.clone(), identity.impu.clone());
        let id = self.add_user(ues, identity, card)?;
        if self.scenario.access == Access::IpsecBehindNat {
            self.demands.push_back(Demand::Nat(ues.user(id).ue().address()));
        }
        self.subjects.push(Subject {
            id,
            issued,
            impi,
            impu,
            facts: None,
            leaps: 0,
        });
        Some(())
    }

    fn add_user(&mut self, ues: &mut Ues, identity: Identity, card: Option<Usim>) -> Option<UserId> {
        let configuration = Arc::clone(&self.configuration);
        self.add_configured(ues, configuration, identity, card)
    }

    fn add_configured(
        &mut self,
        ues: &mut Ues,
        configuration: Arc<Configuration>,
        identity: Identity,
        card: Option<Usim>,
    ) -> Option<UserId> {
        let first = u32::from(self.settings.first_address);
        let address = Ipv4Addr::from(first.checked_add(self.addresses)?);
        self.addresses += 1;
        let first_set = (ues.len() as u32 + 1).checked_mul(SET_NAMES)?;
        let ue = Ue::new(configuration, identity, address.into(), first_set);
        ues.add(User::new(ue, card))
    }

    fn add_witness(&mut self, ues: &mut Ues) -> Option<()> {
        let issued = subscriber::issued(self.scenario, WITNESS)?;
        let card = subscriber::card(Card::Genuine, &issued).ok().flatten();
        let identity = subscriber::identity(issued.imsi).ok()?;
        let security = ipsec(Access::Ipsec);
        let configuration = Configuration {
            security,
            expires_s: quintet_ims::ue::DEFAULT_EXPIRES_S,
            subscribes: false,
            ..(*self.configuration).clone()
        };
        let id = self.add_configured(ues, Arc::new(configuration), identity, card)?;
        self.witness = Some((id, issued));
        Some(())
    }

    /// Somebody at another address who says that it is the first subject, with a card like its.
    fn add_intruder(&mut self, ues: &mut Ues, behaviour: Behaviour) {
        let Some(subject) = self.subjects.first() else {
            return;
        };
        let card = ues.user(subject.id).card().cloned();
        let Ok(identity) = subscriber::identity(subject.issued.imsi) else {
            return;
        };
        self.intruder = self.add_user(ues, identity, card);
        if let Some(intruder) = self.intruder {
            ues.user_mut(intruder).set_behaviour(behaviour);
        }
    }

    /// What the HSS must know before the play begins.
    #[must_use]
    pub fn subscribers(&self) -> Vec<(Subscriber, ImsSubscription)> {
        let provision = self.scenario.provision;
        let with = |subscriber: &Subscriber, provision| {
            let subscription = subscriber::subscription(subscriber, provision).ok()?;
            Some((subscriber.clone(), subscription))
        };
        let own = self
            .subjects
            .iter()
            .filter_map(|subject| with(&subject.issued, provision));
        let ordinary = super::scenario::Provision::Ordinary;
        let witness = self
            .witness
            .iter()
            .filter_map(|(_, witness)| with(witness, ordinary));
        let other = (self.scenario.named == Named::AsAnother)
            .then(|| subscriber::issued(self.scenario, OTHER))
            .flatten();
        let other = other.iter().filter_map(|other| with(other, ordinary));
        own.chain(witness).chain(other).collect()
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

    /// Something happened to a UE.
    pub fn handle_user_event(&mut self, now: Duration, ues: &mut Ues, event: &SimEvent) {
        let Some(mark) = UeMark::of(&event.what) else {
            return;
        };
        if self.witness.as_ref().is_some_and(|(id, _)| *id == event.user) {
            self.heard.witness.push(mark);
        } else if self.intruder == Some(event.user) {
            self.heard.intruder.push(mark);
        } else if let Some(n) = self.subjects.iter().position(|subject| subject.id == event.user) {
            self.heard.parts[n].ue.push(mark);
            if mark == UeMark::SynchFailure && self.scenario.card == Card::AlwaysAhead {
                self.leap(ues, n);
            }
        } else {
            return;
        }
        self.course.stir(now);
    }

    /// Something happened at the P-CSCF.
    pub fn handle_pcscf_event(&mut self, now: Duration, ues: &Ues, event: &PcscfEvent) {
        let ours = match event {
            PcscfEvent::Proposal { source, .. }
            | PcscfEvent::Unprotected { source }
            | PcscfEvent::Flood { source } => {
                self.users().any(|id| ues.user(id).ue().address() == source.ip())
            }
            PcscfEvent::Challenged { impi, .. }
            | PcscfEvent::Registered { impi, .. }
            | PcscfEvent::Refused { impi, .. }
            | PcscfEvent::Tampered { impi, .. }
            | PcscfEvent::Unanswered { impi }
            | PcscfEvent::Deregistered { impi, .. } => {
                self.subjects.iter().any(|subject| subject.impi.as_str() == impi)
            }
        };
        if let Some(mark) = PcscfMark::of(event).filter(|_| ours)
            && !self.heard.pcscf.contains(&mark)
        {
            self.heard.pcscf.push(mark);
            self.course.stir(now);
        }
    }

    /// Something happened at the S-CSCF.
    pub fn handle_scscf_event(&mut self, now: Duration, event: &ScscfEvent) {
        let ScscfEvent::Authentication { impi, phase } = event else {
            return;
        };
        if let Some(n) = self.subjects.iter().position(|subject| subject.impi == *impi) {
            self.heard.parts[n].phases.push(*phase);
            self.course.stir(now);
        }
    }

    /// The P-CSCF's end of ESP dropped a packet of one of these UEs, for its integrity.
    pub fn esp_dropped(&mut self, now: Duration) {
        self.heard.esp_failures += 1;
        self.course.stir(now);
    }

    /// The answer to [`Demand::Inspect`].
    pub fn inspected(&mut self, impi: &Impi, facts: HomeFacts) {
        if let Some(subject) = self.subjects.iter_mut().find(|subject| subject.impi == *impi) {
            subject.facts = Some(facts);
        }
        self.course.inspected();
    }

    /// The next thing the world has to do.
    pub fn poll_demand(&mut self) -> Option<Demand> {
        self.demands.pop_front()
    }

    /// Every user of the play.
    pub fn users(&self) -> impl Iterator<Item = UserId> + '_ {
        let own = self.subjects.iter().map(|subject| subject.id);
        let witness = self.witness.iter().map(|(id, _)| *id);
        own.chain(witness).chain(self.intruder)
    }

    /// The card's SQN leaps beyond any the AuC takes from its AUTS.
    fn leap(&mut self, ues: &mut Ues, n: usize) {
        let subject = &mut self.subjects[n];
        subject.leaps += 1;
        let sqn = Sqn::new(SQN_AHEAD + (subject.leaps << 44)).unwrap_or_default();
        if let Ok(card) = Usim::new(subject.issued.imsi, &subject.issued.authentication, sqn) {
            ues.user_mut(subject.id).set_card(card);
        }
    }
}

/// What a UE offers.
fn ipsec(access: Access) -> Security {
    let suite = |integrity, encryption| Suite::new(integrity, encryption).ok();
    let suites = match access {
        Access::WeakIpsec => vec![suite(Integrity::HmacMd5_96, Encryption::Null)],
        _ => vec![
            suite(Integrity::HmacSha1_96, Encryption::AesCbc),
            suite(Integrity::HmacSha1_96, Encryption::Null),
        ],
    };
    Security::Ipsec(UePolicy {
        suites: suites.into_iter().flatten().collect(),
        encapsulation: access == Access::IpsecBehindNat,
    })
}

fn configuration(scenario: &Scenario, settings: &Settings) -> Configuration {
    Configuration {
        pcscf: settings.pcscf,
        port: settings.port,
        server_port: SERVER_PORT,
        client_ports: CLIENT_PORTS,
        security: match scenario.access {
            Access::Digest => Security::SipDigest(Password::new(DIGEST_PASSWORD)),
            access => ipsec(access),
        },
        expires_s: scenario.expires_s,
        subscribes: scenario.subscribes,
        automatic: false,
        timers: settings.timers.ue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ims::SCENARIOS;
    use quintet_sip::transaction::Timers;

    #[test]
    fn every_scenario_has_its_own_subscribers() {
        let mut seen = std::collections::HashSet::new();
        let mut names = std::collections::HashSet::new();
        for scenario in SCENARIOS {
            assert!(names.insert(scenario.name), "{} twice", scenario.name);
            let mut ues = Ues::new(Timers::air(), 1);
            let settings = Settings {
                seed: 1,
                ues: 4,
                timers: LabTimers::specified(),
                pcscf: ([127, 0, 0, 1], 5060).into(),
                first_address: Ipv4Addr::new(10, 2, 0, 1),
                port: 5060,
            };
            let play = Play::new(scenario, settings, &mut ues).expect("room");
            for (subscriber, subscription) in play.subscribers() {
                assert!(seen.insert(subscriber.imsi), "{}", scenario.name);
                assert_eq!(subscription.imsi, subscriber.imsi);
            }
        }
        assert_eq!(names.len(), 27);
    }
}

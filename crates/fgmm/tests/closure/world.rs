//! One UE, one AMF, a bad way between them, and an observer at either end.
//!
//! What an end sends is seen at once, in order; behind that place it may be lost, repeated, or overtaken. Each end may
//! lose its memory. After a while there is peace, and things must come right.

use crate::core::{Chance, Home, authentication, plmn, policy, subscription, supi, tai};
use crate::table::Table;
use quintet_crypto::fgs::{KgNb, ResStar};
use quintet_crypto::{CipheringAlgorithm, Direction, Sqn};
use quintet_fgmm::network::{
    self, At, AuthenticationRequest, AuthenticationUnavailable, ConfigurationChange, ConfirmationFailure,
    ContextSetupFailure, Environment, EstablishmentCause, Initial, Policy, Session,
};
use quintet_fgmm::path::{Candidates, Registration, State, Step};
use quintet_fgmm::ue::{
    self, Concealment, Configuration, Event, Identity, Input, Start, TimerValues, Ue, WantedSession,
};
use quintet_fgmm::{Disposition, Violation};
use quintet_identity::SNssai;
use quintet_identity::fgs::{Ncgi, STmsi};
use quintet_nas::fgs::PduSessionType;
use quintet_subscriber::usim::Usim;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How long the way is bad.
const CHAOS: Duration = Duration::from_secs(240);

/// When the user of a UE that ended deregistered wants it back: a detach is over by then, at the fifth T3421.
const WANTED_BACK: Duration = Duration::from_secs(240 + 120);

/// How many messages one may overtake, as the observers take it.
const DISORDER: usize = 8;

/// How much of what happened is kept.
const TRACED: usize = 40;

/// Something on its way.
enum Due {
    ToUe {
        connection: u64,
        nas: Vec<u8>,
        set_up: Option<KgNb>,
    },
    ToAmf {
        connection: u64,
        nas: Vec<u8>,
        initial: Option<Option<STmsi>>,
    },
    Released {
        connection: u64,
    },
    Lost {
        connection: u64,
    },
    Challenge {
        connection: u64,
        request: Box<AuthenticationRequest>,
    },
    Confirm {
        connection: u64,
        res_star: ResStar,
    },
    Eap {
        connection: u64,
        payload: Box<[u8]>,
    },
    Subscription {
        connection: u64,
    },
    SetUp {
        connection: u64,
        done: bool,
    },
    User,
}

/// What the way does besides losing messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nothing: radio and NGAP as they are.
    InOrder,
    /// It repeats them and lets them overtake each other.
    Disorder,
}

impl Way {
    fn candidates(self, state: State) -> Candidates {
        match self {
            Self::InOrder => Candidates::new(state),
            Self::Disorder => Candidates::behind_disorder(state, DISORDER),
        }
    }
}

pub(crate) struct World {
    way: Way,
    chance: Chance,
    now: Duration,
    due: BTreeMap<(Duration, u64), Due>,
    order: u64,
    ue: Ue,
    card: Usim,
    connection: Option<u64>,
    /// KgNB as the AMF gave it to the gNB last.
    expected: Option<KgNb>,
    policy: Policy,
    table: Table,
    sessions: BTreeMap<u64, Box<Session>>,
    /// Connections that have come to the AMF: an gNB opens each once.
    opened: BTreeSet<u64>,
    bound: BTreeMap<u32, u64>,
    home: Home,
    observed_ue: Candidates,
    observed_amf: BTreeMap<u64, Candidates>,
    /// The most candidates either observer had.
    pub(crate) candidates: usize,
    /// How often what happened.
    pub(crate) counted: BTreeMap<&'static str, usize>,
    /// Where the UE was refused for good.
    pub(crate) refused: bool,
    /// What happened last, for who must find out why.
    trace: VecDeque<String>,
}

fn new_ue() -> Ue {
    let configuration = Configuration {
        requested_nssai: vec![SNssai::EMBB],
        session: Some(WantedSession {
            identity: 1,
            session_type: PduSessionType::IPV4,
            dnn: None,
            s_nssai: Some(SNssai::EMBB),
        }),
        timers: TimerValues::default(),
        ..Configuration::new(plmn())
    };
    let identity = Identity {
        subscription: Some(ue::Subscription {
            supi: supi(),
            home: plmn(),
            routing_indicator: "0".parse().unwrap(),
            concealment: Concealment::Null,
        }),
        imei: "490154203237518".parse().unwrap(),
        imeisv: "4901542032375186".parse().unwrap(),
    };
    Ue::new(Arc::new(configuration), identity)
}

fn initial(s_tmsi: Option<STmsi>) -> Initial {
    Initial {
        s_tmsi,
        tai: tai(),
        ncgi: Ncgi::new(plmn(), 1).unwrap(),
        establishment_cause: EstablishmentCause::MoSignalling,
        context_requested: true,
    }
}

impl World {
    pub(crate) fn new(way: Way, seed: u64) -> Self {
        let mut chance = Chance(seed);
        let mut card = Usim::new(&authentication()).unwrap();
        card.seq_array = card.seq_array.having_accepted(Sqn::new(500 << 5).unwrap());
        let (policy, home) = (policy(&mut chance), Home::new(&mut chance));
        let mut world = Self {
            way,
            chance,
            now: Duration::ZERO,
            due: BTreeMap::new(),
            order: 0,
            ue: new_ue(),
            card,
            connection: None,
            expected: None,
            policy,
            table: Table::default(),
            sessions: BTreeMap::new(),
            opened: BTreeSet::new(),
            bound: BTreeMap::new(),
            home,
            observed_ue: way.candidates(State::DEREGISTERED),
            observed_amf: BTreeMap::new(),
            candidates: 0,
            counted: BTreeMap::new(),
            refused: false,
            trace: VecDeque::new(),
        };
        world.schedule(Duration::ZERO, Due::User);
        world
    }

    /// Runs through the bad time and `peace` after it.
    pub(crate) fn run(&mut self, peace: Duration) -> Result<(), String> {
        let end = CHAOS + peace;
        let mut healed = false;
        self.schedule(WANTED_BACK, Due::User);
        loop {
            let timers = self
                .sessions
                .values()
                .filter_map(|session| session.poll_timeout());
            let timer = timers.chain(self.ue.poll_timeout()).min();
            let due = self.due.keys().next().map(|(at, _)| *at);
            let Some(next) = timer.into_iter().chain(due).min() else {
                return Ok(());
            };
            if next > end {
                return Ok(());
            }
            self.now = self.now.max(next);
            if self.now >= WANTED_BACK && !healed {
                healed = true;
                if !self.ue.is_registered() && !self.ue.is_busy() {
                    self.ue_input(Input::Start(Start::REGISTER))?;
                }
            }
            self.step()?;
        }
    }

    /// Whether it came right.
    pub(crate) fn is_well(&self) -> bool {
        self.refused || self.ue.is_registered() && !self.ue.is_busy()
    }

    pub(crate) fn describe(&self) -> String {
        let trace: Vec<_> = self.trace.iter().map(String::as_str).collect();
        format!(
            "at {:?}: {:?}, busy {}, after\n{}",
            self.now,
            self.ue.path(),
            self.ue.is_busy(),
            trace.join("\n")
        )
    }

    fn trace(&mut self, what: &dyn std::fmt::Debug) {
        if self.trace.len() == TRACED {
            self.trace.pop_front();
        }
        self.trace.push_back(format!("{:?} {what:?}", self.now));
    }

    fn step(&mut self) -> Result<(), String> {
        if self.ue.poll_timeout().is_some_and(|at| at <= self.now) {
            return self.ue_input(Input::Timeout);
        }
        let mut sessions = self.sessions.iter();
        let expired = sessions.find(|(_, session)| session.poll_timeout().is_some_and(|at| at <= self.now));
        if let Some((&connection, _)) = expired {
            return self.amf_input(connection, network::Input::Timeout);
        }
        let Some(entry) = self.due.first_entry().filter(|entry| entry.key().0 <= self.now) else {
            return Ok(());
        };
        let due = entry.remove();
        self.deliver(due)
    }

    fn deliver(&mut self, due: Due) -> Result<(), String> {
        match due {
            Due::User => self.user(),
            Due::ToUe {
                connection,
                nas,
                set_up,
            } if self.connection == Some(connection) => {
                if let Some(k_gnb) = set_up {
                    self.expected = Some(k_gnb);
                    self.ue_input(Input::ContextSetUp)?;
                }
                if nas.is_empty() {
                    Ok(())
                } else {
                    self.ue_input(Input::Downlink(&nas))
                }
            }
            Due::ToAmf {
                connection,
                nas,
                initial: Some(s_tmsi),
            } if self.opened.insert(connection) => {
                let from = initial(s_tmsi);
                self.sessions.insert(connection, Session::new(from));
                self.amf_input(connection, network::Input::Initial { nas: &nas, from })
            }
            Due::ToAmf { connection, nas, .. } => {
                let Initial { tai, ncgi, .. } = initial(None);
                self.amf_input(connection, network::Input::Uplink { nas: &nas, tai, ncgi })
            }
            Due::Released { connection } if self.connection == Some(connection) => {
                self.connection = None;
                self.observed_ue.released();
                self.ue_input(Input::ConnectionReleased)
            }
            Due::Lost { connection } => self.amf_input(connection, network::Input::ConnectionLost),
            Due::Challenge { connection, request } => {
                let answer = if self.home_fails() {
                    Err(AuthenticationUnavailable::NoAnswer)
                } else {
                    self.home.authenticate(&mut self.chance, &request)
                };
                self.amf_input(connection, network::Input::Challenge(answer))
            }
            Due::Confirm { connection, res_star } => {
                let answer = self.home.confirm(&res_star);
                self.amf_input(connection, network::Input::Confirmed(answer))
            }
            Due::Eap { connection, payload } => {
                let answer = if self.home_fails() {
                    Err(ConfirmationFailure::NoAnswer)
                } else {
                    self.home.eap(&mut self.chance, &payload)
                };
                self.amf_input(connection, network::Input::Eap(answer))
            }
            Due::Subscription { connection } => {
                self.amf_input(connection, network::Input::Subscription(Ok(&subscription())))
            }
            Due::SetUp { connection, done } => {
                let outcome = if done {
                    Ok(())
                } else {
                    Err(ContextSetupFailure::NoAnswer)
                };
                self.amf_input(connection, network::Input::ContextSetup(outcome))
            }
            Due::ToUe { .. } | Due::Released { .. } => Ok(()),
        }
    }

    /// The user, the cell, and the power supply.
    fn user(&mut self) -> Result<(), String> {
        if self.now >= CHAOS {
            return Ok(());
        }
        let wait = Duration::from_millis(500 + self.chance.below(20_000));
        self.schedule(wait, Due::User);
        match self.chance.below(20) {
            0..=5 => self.ue_input(Input::Start(Start::REGISTER)),
            6..=8 => self.ue_input(Input::Start(Start::UPDATE)),
            // The gNB lets a silent UE go; one that was let go comes back.
            9..=11 => match self.connection {
                Some(connection) => self.amf_input(connection, network::Input::ReleaseRequested),
                None => self.ue_input(Input::Start(Start::SERVICE)),
            },
            12 => self.ue_input(Input::Start(Start::Deregister { switch_off: false })),
            13 => self.ue_input(Input::Start(Start::Deregister { switch_off: true })),
            14 | 15 => {
                self.leave_connection();
                self.ue_input(Input::LowerLayerFailure)
            }
            16 => {
                self.leave_connection();
                self.ue = new_ue();
                self.observed_ue = self.way.candidates(State::DEREGISTERED);
                self.count("UE restarted");
                Ok(())
            }
            17 => {
                if self.chance.percent(50) {
                    self.table.lose()
                } else {
                    self.table.read_back()
                }
                self.sessions.clear();
                self.bound.clear();
                self.count("AMF restarted");
                self.connection = None;
                self.ue_input(Input::LowerLayerFailure)
            }
            18 => {
                let Some(connection) = self.sessions.keys().next_back().copied() else {
                    return Ok(());
                };
                if self.chance.percent(50) {
                    let changes = ConfigurationChange {
                        guti: true,
                        registration_requested: self.chance.percent(30),
                        ..ConfigurationChange::default()
                    };
                    return self.amf_input(connection, network::Input::UpdateConfiguration(changes));
                }
                let (reregister, cause) = (self.chance.percent(70), None);
                self.amf_input(connection, network::Input::Deregister { reregister, cause })
            }
            _ => match self.sessions.keys().next_back().copied() {
                Some(connection) => self.amf_input(connection, network::Input::Reauthenticate),
                None => Ok(()),
            },
        }
    }

    /// The home network does not answer, now and then.
    fn home_fails(&mut self) -> bool {
        self.now < CHAOS && self.chance.percent(5)
    }

    fn leave_connection(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.schedule(Duration::from_millis(100), Due::Lost { connection });
        }
    }

    fn ue_input(&mut self, input: Input<'_>) -> Result<(), String> {
        let mut outputs = Vec::new();
        let disposition = self.ue.handle(self.now, input, &mut self.chance, &mut outputs);
        if disposition != Disposition::Handled {
            self.trace(&disposition);
            self.count("dropped or refused by the UE");
        }
        for output in outputs {
            match output {
                ue::Output::Initial { nas, s_tmsi } => {
                    self.leave_connection();
                    self.order += 1;
                    let connection = self.order;
                    self.connection = Some(connection);
                    self.observed_ue.connected();
                    let state = State::idle(Registration::Unknown);
                    self.observed_amf.insert(connection, self.way.candidates(state));
                    self.see_uplink(connection, &nas)?;
                    self.send(
                        |nas| Due::ToAmf {
                            connection,
                            nas,
                            initial: Some(s_tmsi),
                        },
                        &nas,
                    );
                }
                ue::Output::Uplink(nas) => {
                    let Some(connection) = self.connection else {
                        continue;
                    };
                    self.see_uplink(connection, &nas)?;
                    self.send(
                        |nas| Due::ToAmf {
                            connection,
                            nas,
                            initial: None,
                        },
                        &nas,
                    );
                }
                ue::Output::Challenge { rand, autn } => {
                    let answer = self.card.answer(&rand, &autn);
                    self.ue_input(Input::Challenged(answer))?;
                }
                ue::Output::Release => self.leave_connection(),
                ue::Output::KgNb(k_gnb) => {
                    let same = self.expected.as_ref() == Some(&k_gnb);
                    self.count(if same { "KgNB agreed" } else { "another KgNB" });
                    if !same && self.way == Way::InOrder {
                        return Err("the ends have different KgNB".to_owned());
                    }
                }
                ue::Output::Event(event) => self.note(&event)?,
            }
        }
        Ok(())
    }

    fn note(&mut self, event: &Event) -> Result<(), String> {
        self.trace(event);
        let name = match event {
            Event::Internal(why) => return Err(format!("the UE was about to violate {why:?}")),
            Event::AuthenticationRejected => {
                self.refused = true;
                "AUTHENTICATION REJECT"
            }
            Event::Registered { .. } => "registered",
            Event::Updated { .. } => "updated",
            Event::Served => "served",
            Event::Deregistered(_) => "deregistered",
            Event::Rejected { .. } => "rejected",
            Event::AuthenticationFailed(_) | Event::EapRefused(_) => "a challenge refused",
            Event::SecurityModeRejected(_) => "SECURITY MODE REJECT",
            Event::SecurityModeComplete { horizontal: true, .. } => "KAMF derived anew",
            Event::ConfigurationUpdated { .. } => "configured anew",
            Event::SessionFailed { .. } => "no session",
            Event::Abandoned { .. } => "abandoned",
            _ => return Ok(()),
        };
        self.count(name);
        Ok(())
    }

    fn amf_input(&mut self, connection: u64, input: network::Input<'_>) -> Result<(), String> {
        let Some(session) = self.sessions.get_mut(&connection) else {
            return Ok(());
        };
        let mut outputs = Vec::new();
        let mut env = Environment {
            policy: &self.policy,
            contexts: &mut self.table,
            entropy: &mut self.chance,
            outputs: &mut outputs,
            at: At {
                now: self.now,
                wall: self.now,
            },
        };
        let disposition = session.handle(&mut env, input);
        if disposition != Disposition::Handled {
            self.trace(&disposition);
            self.count("dropped or refused by the AMF");
        }
        if self
            .sessions
            .get(&connection)
            .is_some_and(|session| session.is_over())
        {
            self.sessions.remove(&connection);
        }
        for output in outputs {
            self.amf_output(connection, output)?;
        }
        Ok(())
    }

    fn amf_output(&mut self, connection: u64, output: network::Output) -> Result<(), String> {
        let soon = Duration::from_millis(20);
        match output {
            network::Output::Downlink(nas) => {
                self.see_downlink(connection, &nas)?;
                self.send(
                    |nas| Due::ToUe {
                        connection,
                        nas,
                        set_up: None,
                    },
                    &nas,
                );
            }
            network::Output::ContextSetup(setup) => {
                let k_gnb = setup.k_gnb;
                let nas = setup.nas.unwrap_or_default();
                if !nas.is_empty() {
                    self.see_downlink(connection, &nas)?;
                }
                let done = self.now >= CHAOS || !self.chance.percent(10);
                if done {
                    self.send(
                        |nas| Due::ToUe {
                            connection,
                            nas,
                            set_up: Some(k_gnb.clone()),
                        },
                        &nas,
                    );
                }
                self.schedule(soon * 3, Due::SetUp { connection, done });
            }
            network::Output::Authenticate(request) => {
                self.schedule(soon, Due::Challenge { connection, request });
            }
            network::Output::Confirm { res_star } => {
                self.schedule(soon, Due::Confirm { connection, res_star });
            }
            network::Output::EapAnswer { payload } => {
                self.schedule(soon, Due::Eap { connection, payload });
            }
            network::Output::Register { .. } => self.schedule(soon, Due::Subscription { connection }),
            network::Output::Bound(context) => {
                if let Some(other) = self.bound.insert(context.0, connection)
                    && other != connection
                {
                    self.amf_input(other, network::Input::Superseded { by: context })?;
                }
            }
            network::Output::Release(_) => self.schedule(soon * 5, Due::Released { connection }),
            _ => {}
        }
        Ok(())
    }

    /// What the UE sends is its own doing; the AMF may take it.
    fn see_uplink(&mut self, connection: u64, nas: &[u8]) -> Result<(), String> {
        let step = self.step_of(Direction::Uplink, nas)?;
        let sent = self.observed_ue.sent(step);
        if let Some(amf) = self.observed_amf.get_mut(&connection) {
            amf.towards(step);
            self.candidates = self.candidates.max(amf.states().len());
        }
        self.judge(step, sent)
    }

    /// What the AMF sends is its own doing; the UE may take it.
    fn see_downlink(&mut self, connection: u64, nas: &[u8]) -> Result<(), String> {
        let step = self.step_of(Direction::Downlink, nas)?;
        if self.connection == Some(connection) {
            self.observed_ue.towards(step);
            self.candidates = self.candidates.max(self.observed_ue.states().len());
        }
        let sent = self
            .observed_amf
            .get_mut(&connection)
            .map_or(Ok(()), |amf| amf.sent(step));
        self.judge(step, sent)
    }

    fn judge(&mut self, step: Step, sent: Result<(), Violation>) -> Result<(), String> {
        self.trace(&step);
        sent.map_err(|why| format!("at {:?}, {step:?} violates {why:?}", self.now))
    }

    fn step_of(&self, direction: Direction, nas: &[u8]) -> Result<Step, String> {
        let null = self.policy.algorithms.ciphering == [CipheringAlgorithm::EEA0];
        Step::observe(direction, nas, null).map_err(|why| format!("{}: {why}", hex::encode(nas)))
    }

    fn count(&mut self, what: &'static str) {
        *self.counted.entry(what).or_default() += 1;
    }

    fn schedule(&mut self, after: Duration, due: Due) {
        self.order += 1;
        self.due.insert((self.now + after, self.order), due);
    }

    /// Over the way: lost, once, or twice, sooner or later.
    fn send(&mut self, due: impl Fn(Vec<u8>) -> Due, nas: &[u8]) {
        let bad = self.now < CHAOS;
        let copies = match self.chance.below(100) {
            0..15 if bad => 0,
            15..25 if bad && self.way == Way::Disorder => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let delay = if bad && self.way == Way::Disorder && self.chance.percent(30) {
                self.chance.below(1_500)
            } else {
                10
            };
            self.schedule(Duration::from_millis(delay), due(nas.to_vec()));
        }
    }
}

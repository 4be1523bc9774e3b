//! The gNB of a cell and its UEs, on a driver.

use super::{Board, Ended, State};
use crate::support::{Random, subscribers};
use quintet_crypto::{Direction, Sqn};
use quintet_diameter::node::{ConnectionId, Event as NodeEvent, Inbound, Node};
use quintet_fgmm::ue::{
    Abandonment, Concealment, Configuration, Event as UeEvent, Identity, Procedure, RegistrationIdentity,
    Start, Subscription, TimerValues,
};
use quintet_fgmm::{Discard, Disposition};
use quintet_identity::fgs::{Tac, Tai};
use quintet_identity::{RoutingIndicator, Supi};
use quintet_nas::fgs::{FgmmCause, RegistrationType};
use quintet_ngap::{Cause, PPID};
use quintet_runtime::sctp::{SctpCommand, SctpConnectError};
use quintet_runtime::{Application, Moment};
use quintet_sctp::{AssociationId, Event, Message};
use quintet_sim::Usim;
use quintet_sim::gnb::{Gnb, GnbConfig, GnbEvent, GnbOutput, ReleasedBy, Ue, UeId};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Before somebody who failed tries again, and before another association is tried.
const PAUSE: Duration = Duration::from_millis(50);

/// The only transport there is.
pub(super) const TOKEN: u64 = 1;

/// The gNB on its driver.
pub(super) struct Radio {
    board: Arc<Board>,
    gnb: Gnb,
    random: Random,
    pub(super) connect: Option<SctpCommand>,
    association: Option<AssociationId>,
    /// When to connect; `None` while that is tried or is done.
    reconnect: Option<Duration>,
    commands: VecDeque<SctpCommand>,
}

impl Radio {
    pub(super) fn new(board: Arc<Board>, ues: u32, seed: u64) -> Self {
        let plmn = quintet_sim::demo::home_plmn();
        let mut config = GnbConfig::new(
            "cell",
            Tai {
                plmn,
                tac: Tac::new(1).unwrap(),
            },
            1,
        );
        config.nas_events = true;
        config.setup_retry = Duration::from_secs(1);
        let mut gnb = Gnb::new(config);
        let mut configuration = Configuration::new(plmn);
        configuration.automatic = false;
        // As long as two attempts of the AMF's at a dead peer, not as long as a human's patience.
        let s = Duration::from_secs;
        configuration.timers = TimerValues {
            t3510: s(5),
            t3517: s(5),
            t3540: s(2),
            ..TimerValues::default()
        };
        let configuration = Arc::new(configuration);
        for n in 1..=ues {
            let imsi = subscribers::imsi(n).parse().unwrap();
            let card = Usim::new(imsi, &subscribers::authentication(), Sqn::default()).unwrap();
            let identity = Identity {
                subscription: Some(Subscription {
                    supi: Supi::from(imsi),
                    home: plmn,
                    routing_indicator: RoutingIndicator::NONE,
                    concealment: Concealment::Null,
                }),
                imei: "490154203237518".parse().unwrap(),
                imeisv: "4901542032375186".parse().unwrap(),
            };
            gnb.add_ue(Ue::new(
                Arc::clone(&configuration),
                identity,
                Some(card),
                seed ^ u64::from(n),
            ));
        }
        Self {
            board,
            gnb,
            random: Random::new(seed),
            connect: None,
            association: None,
            reconnect: Some(Duration::ZERO),
            commands: VecDeque::new(),
        }
    }

    /// Works off what the gNB wants done, and lets begin who may.
    fn work(&mut self, now: Duration) {
        let board = Arc::clone(&self.board);
        let mut state = board.lock();
        self.collect(now, &mut state);
        if self.gnb.is_up() {
            for n in 0..state.accounts.len() {
                self.begin(now, n, &mut state);
            }
        }
        self.collect(now, &mut state);
        for (n, account) in state.accounts.iter_mut().enumerate() {
            let me = self.gnb.ue(UeId(n as u32)).me();
            account.idle = !me.is_connected() && !me.is_busy();
            account.registered = me.is_registered();
        }
        board.news.notify_all();
    }

    fn begin(&mut self, now: Duration, n: usize, state: &mut State) {
        let id = UeId(n as u32);
        let me = self.gnb.ue(id).me();
        let account = &mut state.accounts[n];
        let free = !me.is_connected() && !me.is_busy() && self.gnb.ids(id).is_none();
        let content = me.is_registered() && (state.calm || account.asleep);
        if !free || content || account.again > now {
            return;
        }
        let again = Start::Register {
            registration_type: RegistrationType::INITIAL_REGISTRATION,
            identity: RegistrationIdentity::SuciWithoutContext,
        };
        let start = match self.random.below(10) {
            _ if account.anew || !me.is_registered() => Start::REGISTER,
            0..=3 => Start::SERVICE,
            4..=6 => Start::UPDATE,
            7 | 8 => Start::REGISTER,
            _ => again,
        };
        account.anew = false;
        account.again = now + PAUSE;
        self.gnb.start(now, id, start);
    }

    fn collect(&mut self, now: Duration, state: &mut State) {
        while let Some(output) = self.gnb.poll_output() {
            match output {
                GnbOutput::Send { stream, payload } => {
                    if let Some(association) = self.association {
                        let message = Message {
                            stream,
                            ppid: PPID,
                            unordered: false,
                            payload,
                        };
                        self.commands
                            .push_back(SctpCommand::Send { association, message });
                    }
                }
                GnbOutput::Event(event) => self.happened(now, event, state),
            }
        }
    }

    fn happened(&mut self, now: Duration, event: GnbEvent, state: &mut State) {
        match event {
            GnbEvent::Down => self.amf_gone(state),
            GnbEvent::Ue(id, event) => self.ue_event(now, id, event, state),
            GnbEvent::Nas {
                ue,
                direction: Direction::Downlink,
                name,
                disposition,
                ..
            } => self.heard(ue, name, disposition, state),
            GnbEvent::Nas { .. }
            | GnbEvent::SetUp { .. }
            | GnbEvent::Connected(_)
            | GnbEvent::NotConnected(..)
            | GnbEvent::ContextSetUp(_)
            | GnbEvent::Released(_, ReleasedBy::Core(_) | ReleasedBy::Ue | ReleasedBy::Association) => {}
            other => state.faults.push(format!("{other:?}")),
        }
    }

    /// The association has ended: who was registered has to come back, to whatever is there now.
    fn amf_gone(&mut self, state: &mut State) {
        for (n, account) in state.accounts.iter_mut().enumerate() {
            let me = self.gnb.ue(UeId(n as u32)).me();
            account.returning = if me.is_registered() {
                state.ended
            } else {
                Ended::Not
            };
            (account.authenticated, account.unknown) = (false, false);
            account.before = me
                .current_context()
                .map(|(ksi, counts)| (ksi, counts.last_received.map(|count| count.value())));
        }
    }

    fn heard(&mut self, ue: UeId, name: &str, disposition: Option<Disposition>, state: &mut State) {
        state.heard += 1;
        let sqn = self.gnb.ue(ue).card().unwrap().sqn_ms();
        let account = &mut state.accounts[ue.0 as usize];
        account.unknown |= name == "IDENTITY REQUEST";
        if sqn != account.sqn {
            account.sqn = sqn;
            state.challenges += 1;
        }
        match disposition {
            None | Some(Disposition::Handled) => {}
            // A message that was on its way when the UE gave up.
            Some(Disposition::Silent(Discard::Released)) => {}
            Some(other) => state.faults.push(format!("{ue:?}: {name}: {other:?}")),
        }
    }

    fn ue_event(&mut self, now: Duration, id: UeId, event: UeEvent, state: &mut State) {
        let account = &mut state.accounts[id.0 as usize];
        match event {
            UeEvent::Registered { .. } | UeEvent::Updated { .. } | UeEvent::Served => {
                state.successes += 1;
                account.successes += 1;
                self.returned(id, state);
                self.gnb.release(id, Cause::USER_INACTIVITY);
            }
            UeEvent::SecurityModeComplete { .. } => account.authenticated = true,
            UeEvent::ConfigurationUpdated { .. } => {}
            // A UE that did not name its key set is offered its number: the network takes another one (TS 24.501 5.4.1.3.7).
            UeEvent::AuthenticationFailed(FgmmCause::NG_KSI_ALREADY_IN_USE) => {}
            UeEvent::Rejected { procedure, cause, .. } if is_specified(procedure, cause) => {
                let unknown = cause != FgmmCause::CONGESTION;
                account.unknown |= unknown;
                self.failed(now, id, format!("{procedure:?}: {}", cause.0), unknown, state);
            }
            UeEvent::Abandoned {
                procedure,
                why: why @ (Abandonment::ConnectionLost | Abandonment::Expired(_)),
                ..
            } => self.failed(now, id, format!("{procedure:?}: {why:?}"), false, state),
            UeEvent::NotStarted(why) => self.failed(now, id, format!("{why:?}"), true, state),
            other => state.faults.push(format!("{id:?}: {other:?}")),
        }
    }

    fn failed(&mut self, now: Duration, id: UeId, what: String, anew: bool, state: &mut State) {
        *state.failures.entry(what).or_default() += 1;
        let account = &mut state.accounts[id.0 as usize];
        account.again = now + PAUSE;
        account.anew |= anew;
    }

    /// A UE has had its first success with an AMF that was started anew.
    fn returned(&self, id: UeId, state: &mut State) {
        let account = &mut state.accounts[id.0 as usize];
        let now = self.gnb.ue(id).me().current_context();
        let now = now.map(|(ksi, counts)| (ksi, counts.last_received.map(|count| count.value())));
        match std::mem::take(&mut account.returning) {
            Ended::Not => {}
            Ended::Killed if account.authenticated => {
                state.reauthenticated += 1;
                state.known += u64::from(!account.unknown);
            }
            // What the AMF wrote may be older than what it did: under that context COUNTs could come twice.
            Ended::Killed => state.faults.push(format!(
                "{id:?} was served after a crash without a new authentication"
            )),
            Ended::Cleanly if account.authenticated => {}
            Ended::Cleanly => {
                let goes_on = matches!((now, account.before),
                    (Some((is, Some(count))), Some((was, Some(last)))) if is == was && count > last);
                state.kept += u64::from(goes_on);
                if !goes_on {
                    let was = account.before;
                    state
                        .faults
                        .push(format!("{id:?}: kept context: {was:?}, then {now:?}"));
                }
            }
        }
    }
}

/// What a network may say while one of its functions is not there, or is another one than before: congestion where it
/// cannot know (TS 24.501 5.5.1.2.5), and that it does not know the UE where a UE comes to it registered.
fn is_specified(procedure: Procedure, cause: FgmmCause) -> bool {
    let unknown = [
        FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
        FgmmCause::IMPLICITLY_DEREGISTERED,
    ];
    cause == FgmmCause::CONGESTION || procedure != Procedure::Registration && unknown.contains(&cause)
}

impl Application for Radio {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        if self.reconnect.is_some_and(|due| due <= at.now)
            && let Some(connect) = &self.connect
        {
            self.reconnect = None;
            self.commands.push_back(connect.clone());
        }
        self.work(at.now);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let state = self.board.lock();
        let waits = |n: &usize| {
            let account = &state.accounts[*n];
            self.gnb.is_up() && account.idle && !(account.registered && (state.calm || account.asleep))
        };
        let begin = (0..state.accounts.len())
            .filter(waits)
            .map(|n| state.accounts[n].again);
        let others = [self.gnb.poll_timeout(), self.reconnect];
        begin.chain(others.into_iter().flatten()).min()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        if self.gnb.poll_timeout().is_some_and(|due| due <= at.now) {
            self.gnb.handle_timeout(at.now);
        }
    }

    fn sctp(&mut self, at: Moment, _: &mut Node, event: Event) {
        match event {
            Event::Up { streams, .. } | Event::Restarted { streams, .. } => {
                self.gnb.handle_up(at.now, streams.outbound);
            }
            Event::Message { message, .. } => {
                self.gnb.handle_message(at.now, message.stream, &message.payload)
            }
            Event::Down { .. } => {
                self.association = None;
                self.reconnect = Some(at.now + PAUSE);
                self.gnb.handle_down(at.now);
            }
            Event::Writable { .. } => {}
        }
    }

    fn sctp_connecting(
        &mut self,
        at: Moment,
        _: &mut Node,
        _: u64,
        outcome: Result<AssociationId, SctpConnectError>,
    ) {
        match outcome {
            Ok(association) => self.association = Some(association),
            Err(_) => self.reconnect = Some(at.now + PAUSE),
        }
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        self.commands.pop_front()
    }
}

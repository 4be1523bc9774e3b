//! A simulated gNB with UEs that keep a 5G core busy over SCTP, and what they saw of it.
//!
//! ```text
//!  test ──wake, sleep, crash, wait──► Board ◄──what happened── Cell: Gnb, UEs ◄──SCTP/UDP──► AMF
//! ```
//!
//! Every UE that may register, update, asks for service or registers anew, over and over; who has failed begins again. What
//! must never happen, whatever is killed, is a fault on the board.

mod radio;

use super::PATIENCE;
use super::nodes::Player;
use quintet_crypto::Sqn;
use quintet_nas::fgs::NasKsi;
use quintet_runtime::sctp::{SctpBackend, SctpCommand, SctpRemote, SctpSettings, SctpUse};
use radio::{Radio, TOKEN};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How the AMF came to be another one than before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It is the same.
    #[default]
    Not,
    /// It was stopped in good order.
    Cleanly,
    /// It was killed.
    Killed,
}

/// A UE as its core treated it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    /// It does nothing of its own accord.
    pub(crate) asleep: bool,
    /// Between two connections, registered or not.
    pub(crate) idle: bool,
    pub(crate) registered: bool,
    /// Procedures that succeeded since [`Board::mark`].
    pub(crate) successes: u64,
    /// It was registered with an AMF that ended so, and has had no success since.
    returning: Ended,
    /// Since it is returning: it was authenticated.
    authenticated: bool,
    /// Since it is returning: it was asked who it is, or was told that nobody knows it.
    unknown: bool,
    /// ngKSI and downlink COUNT when the AMF ended.
    before: Option<(NasKsi, Option<u32>)>,
    sqn: Sqn,
    again: Duration,
    /// Its context was refused: it registers next.
    anew: bool,
}

/// What happened in the cell.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) accounts: Vec<Account>,
    /// Downlink NAS PDUs.
    pub(crate) heard: u64,
    /// SQNs that cards accepted.
    pub(crate) challenges: u64,
    /// Procedures that succeeded.
    pub(crate) successes: u64,
    /// Procedures that failed in a way that is specified, by what they failed of.
    pub(crate) failures: BTreeMap<String, u64>,
    /// UEs that came back to an AMF that was killed: authenticated anew, and of these, known by their 5G-GUTI.
    pub(crate) reauthenticated: u64,
    pub(crate) known: u64,
    /// UEs that came back to an AMF that was stopped in good order, under the context they had.
    pub(crate) kept: u64,
    /// What must not happen.
    pub(crate) faults: Vec<String>,
    /// Nobody begins anything but to register.
    pub(crate) calm: bool,
    ended: Ended,
}

impl State {
    /// Failures so far.
    pub(crate) fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// The AMF is about to end; what is under way with it is not waited for.
    pub(crate) fn amf_ends(&mut self, how: Ended) {
        self.ended = how;
    }
}

#[derive(Default)]
struct Board {
    state: Mutex<State>,
    news: Condvar,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The thread that fails shows why; the others just end.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The cell and its board.
pub(crate) struct Cell {
    board: Arc<Board>,
    player: Player,
}

impl Cell {
    /// A gNB of `ues` UEs, the subscribers from 1 on, that connects to an AMF.
    pub(crate) fn start(amf: SocketAddr, ues: u32, seed: u64) -> Self {
        let board = Arc::new(Board::default());
        board.lock().accounts = vec![Account::default(); ues as usize];
        let shared = Arc::clone(&board);
        let player = Player::start(
            move || Radio::new(shared, ues, seed),
            move |driver| {
                let local = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
                let settings = SctpSettings::connecting(local, SctpBackend::Udp);
                let transport = driver.open_sctp(&settings, SctpUse::Application).unwrap();
                driver.with(|_, _, radio| {
                    radio.connect = Some(SctpCommand::Connect {
                        transport,
                        to: SctpRemote::from(amf),
                        token: TOKEN,
                    });
                });
            },
        );
        Self { board, player }
    }

    /// Looks at the board, or changes what the cell is to do.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        let result = work(&mut self.board.lock());
        self.player.wake();
        result
    }

    /// Successes count from now on.
    pub(crate) fn mark(&self) {
        self.with(|state| {
            state
                .accounts
                .iter_mut()
                .for_each(|account| account.successes = 0)
        });
    }

    /// Waits until the board shows it.
    pub(crate) fn wait(&self, what: &str, mut shows: impl FnMut(&State) -> bool) {
        let began = Instant::now();
        let mut state = self.board.lock();
        while !shows(&state) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            if left.is_zero() || !state.faults.is_empty() {
                let stuck: Vec<_> = state.accounts.iter().filter(|a| a.successes == 0).collect();
                panic!(
                    "waiting for {what}: faults {:?}, failures {:?}, without success: {stuck:?}",
                    state.faults, state.failures
                );
            }
            state = self.board.news.wait_timeout(state, left).unwrap().0;
        }
    }
}

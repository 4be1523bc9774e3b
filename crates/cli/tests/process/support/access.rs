//! UEs that keep an IMS busy through security associations, and what they were told.
//!
//! ```text
//!  test ──pause, wait──► Board ◄──what happened── Access: Ues ◄──SIP, ESP in UDP──► P-CSCF
//! ```
//!
//! Every UE registers, registers again, begins anew or de-registers, over and over; who has failed tries again. What must
//! never happen, whatever is killed, is a fault on the board.

mod ues;

use super::PATIENCE;
use super::nodes::Player;
use quintet_runtime::{EspBackend, EspSettings, SipSettings};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use ues::Access as Node;

/// What the network has told a UE of its registration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Nothing that still holds for certain: it asked for something, and no answer came.
    #[default]
    Open,
    /// It is registered.
    Registered,
    /// It is not any more.
    Deregistered,
}

/// A UE as the network treated it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) impi: String,
    pub(crate) address: IpAddr,
    pub(crate) claim: Claim,
    /// The protected client port and what it sends to, if it is registered.
    pub(crate) protected: Option<(SocketAddr, SocketAddr)>,
    /// SIP messages it got, and attempts that ended: two equal accounts are of a UE to which nothing happened between.
    pub(crate) heard: u64,
    /// Successes since [`Access::mark`].
    pub(crate) successes: u64,
    /// Something is under way.
    pub(crate) busy: bool,
}

impl Account {
    fn new(n: u32, address: IpAddr) -> Self {
        Self {
            impi: ues::identity(n).impi.as_str().to_owned(),
            address,
            claim: Claim::Open,
            protected: None,
            heard: 0,
            successes: 0,
            busy: false,
        }
    }
}

/// What happened at the access.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) accounts: Vec<Account>,
    /// SIP messages that came.
    pub(crate) heard: u64,
    /// Registrations for the first time, again over the associations in use, and ended.
    pub(crate) registered: u64,
    pub(crate) reregistered: u64,
    pub(crate) deregistered: u64,
    /// Attempts that failed, by what they failed of.
    pub(crate) failures: BTreeMap<String, u64>,
    /// What must not happen.
    pub(crate) faults: Vec<String>,
    /// Nobody begins anything.
    pub(crate) pause: bool,
    /// Nobody begins anything but to register.
    pub(crate) calm: bool,
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

/// The access and its board.
pub(crate) struct Access {
    board: Arc<Board>,
    player: Player,
}

/// An address of 127/8 for a UE, which no other process has: [`super::core::own_address`] leaves these out.
fn address(n: u32) -> Ipv4Addr {
    const PID_BITS: u32 = 18;
    const UE: u32 = 1 << 23;
    assert!(n < 32, "more bits are needed");
    let [_, a, b, c] = (UE | n << PID_BITS | std::process::id() & ((1 << PID_BITS) - 1)).to_be_bytes();
    Ipv4Addr::new(127, a, b, c)
}

impl Access {
    /// UEs of the subscribers from 1 to `ues`, at a P-CSCF.
    pub(crate) fn start(pcscf: SocketAddr, ues: u32, seed: u64) -> Self {
        let board = Arc::new(Board::default());
        let shared = Arc::clone(&board);
        let addresses: Vec<IpAddr> = (0..ues).map(|n| IpAddr::V4(address(n))).collect();
        let own = addresses.clone();
        board.lock().accounts = (1..)
            .zip(&addresses)
            .map(|(n, address)| Account::new(n, *address))
            .collect();
        let player = Player::start(
            move || Node::new(shared, pcscf, &own, seed),
            move |driver| {
                driver
                    .open_esp(&EspSettings::new(addresses.clone(), EspBackend::Udp))
                    .unwrap();
                for address in addresses {
                    let bare = SocketAddr::new(address, ues::PORT);
                    driver.listen_sip(SipSettings::cleartext(bare)).unwrap();
                }
                driver.with(|_, _, access| access.open());
            },
        );
        player.wake();
        Self { board, player }
    }

    /// Looks at the board, or changes what the UEs are to do.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        let result = work(&mut self.board.lock());
        self.player.wake();
        result
    }

    /// All accounts as they are.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        self.board.lock().accounts.clone()
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

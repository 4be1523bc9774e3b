//! AMF, AUSF and UDM that are killed at any moment under the registrations of a cell: every UE ends registered, no card is
//! ever asked with a used SQN, no COUNT is used twice, and the UDM has every AMF registration it acknowledged.
//!
//! ```text
//!  round: all UEs at work ─► so many NAS PDUs ─► SIGKILL of one ─► so many failures ─► start ─► every UE succeeds again
//! ```
//!
//! The moments are numbers of messages, so that a seed chooses them. An AMF that was killed knows its UEs by their 5G-GUTI
//! and authenticates them anew, as what it wrote of their COUNTs may be old; one that was stopped goes on under their contexts.

use crate::support::cell::{Cell, Ended, State};
use crate::support::core::{Core, Role, stop};
use crate::support::server::{Server, masters};
use crate::support::{Random, subscribers};
use quintet_store::{Command, Reply};
use quintet_store_sqlite::{Options, SqliteStore};
use std::collections::BTreeMap;
use std::path::Path;

const UES: u32 = 24;

/// How often each is killed.
const KILLS: usize = 4;

/// Of UEs one in so many does nothing while the AMF is about to be killed: what it knows of them is written.
const SLEEPERS: usize = 3;

/// NAS PDUs before a kill: so many at least, and up to so many more.
const HEARD: (u64, u64) = (40, 120);

/// Failures that are waited for before a killed AUSF or UDM is started again: fewer than so many.
const FAILURES: u64 = 12;

/// What ends a node.
#[derive(Clone, Copy, Debug)]
enum Blow {
    Kill,
    Stop,
}

struct Network {
    core: Core,
    servers: BTreeMap<Role, Server>,
    cell: Cell,
    random: Random,
}

impl Network {
    fn round(&mut self, victim: Role, blow: Blow) {
        let amf = victim == Role::Amf;
        let goal = HEARD.0 + self.random.below(HEARD.1);
        let goal = self.cell.with(|state| {
            for (n, account) in state.accounts.iter_mut().enumerate() {
                account.asleep = amf && n.is_multiple_of(SLEEPERS);
            }
            state.heard + goal
        });
        self.cell
            .wait("load", |state| state.heard >= goal && sleepers_sleep(state));
        let server = self.servers.get_mut(&victim).unwrap();
        if amf {
            let how = match blow {
                Blow::Kill => Ended::Killed,
                Blow::Stop => Ended::Cleanly,
            };
            self.cell.with(|state| state.amf_ends(how));
        }
        match blow {
            Blow::Kill => server.kill(),
            Blow::Stop => stop(server),
        }
        assert!(!server.log().contains("panicked"), "{}", server.log());
        // The gNB hears of a dead AMF from its successor only.
        if !amf {
            let failures = self.random.below(FAILURES);
            let goal = self.cell.with(|state| state.failed()) + failures;
            self.cell
                .wait("failures", |state| state.failed() >= goal || nobody_tries(state));
        }
        self.servers.insert(victim, self.core.start(victim));
        self.cell.mark();
        self.cell.with(|state| {
            state
                .accounts
                .iter_mut()
                .for_each(|account| account.asleep = false)
        });
        self.cell
            .wait(&format!("all UEs after {blow:?} of {victim:?}"), |state| {
                state.accounts.iter().all(|account| account.successes > 0)
            });
    }
}

fn sleepers_sleep(state: &State) -> bool {
    let mut sleepers = state.accounts.iter().filter(|account| account.asleep);
    sleepers.all(|account| account.idle && account.registered)
}

/// Without an AUSF a UE that is known may still be served; then failures are few.
fn nobody_tries(state: &State) -> bool {
    state.accounts.iter().all(|account| account.idle)
}

/// Each of them so often, and the AMF stopped in good order twice, in an order by chance.
fn blows(random: &mut Random) -> Vec<(Role, Blow)> {
    let kills = Role::ALL.into_iter().flat_map(|role| [(role, Blow::Kill); KILLS]);
    let mut blows: Vec<_> = kills.chain([(Role::Amf, Blow::Stop); 2]).collect();
    for last in (1..blows.len()).rev() {
        blows.swap(last, random.below(last as u64 + 1) as usize);
    }
    blows
}

/// With the UDM dead: it knows which AMF every registered UE is at.
fn check_registrations(database: &Path) {
    let options = Options {
        masters: masters(),
        ..Options::default()
    };
    let store = SqliteStore::open(database, options).unwrap();
    for n in 1..=UES {
        let imsi = subscribers::imsi(n).parse().unwrap();
        let Ok(Reply::ContextData(Some(data))) = store.execute(Command::LoadContextData { imsi }) else {
            panic!("the context data of subscriber {n} cannot be read");
        };
        let amf = data.amf.as_ref().filter(|amf| !amf.purged);
        assert!(
            amf.is_some_and(|amf| amf.dereg_callback_uri.starts_with("http://127.")),
            "subscriber {n} is registered, and the UDM has {data:?}"
        );
    }
}

#[test]
fn whichever_of_a_core_is_killed_every_ue_comes_back_and_no_number_is_used_twice() {
    let directory = tempfile::tempdir().unwrap();
    let core = Core::new(directory.path());
    subscribers::provision(&core.database(), (1..=UES).map(subscribers::imsi));
    let (seed, mut random) = Random::seeded(0x5eed_0006);
    let servers = Role::ALL.map(|role| (role, core.start(role))).into();
    let cell = Cell::start(core.n2(), UES, random.next());
    cell.wait("the first registrations", |state| {
        state.accounts.iter().all(|account| account.successes > 0)
    });
    let mut network = Network {
        core,
        servers,
        cell,
        random,
    };
    for (victim, blow) in blows(&mut network.random) {
        network.round(victim, blow);
    }
    network.cell.with(|state| state.calm = true);
    network.cell.wait("rest", |state| {
        let mut accounts = state.accounts.iter();
        accounts.all(|account| account.idle && account.registered)
    });
    network.servers.get_mut(&Role::Udm).unwrap().kill();
    check_registrations(&network.core.database());
    network.cell.with(|state| {
        assert_eq!(state.faults, Vec::<String>::new(), "seed {seed}");
        eprintln!(
            "{} successes, {} challenges accepted, {} returned to a killed AMF ({} known), {} to a stopped one under \
             their contexts, failures: {:?}",
            state.successes,
            state.challenges,
            state.reauthenticated,
            state.known,
            state.kept,
            state.failures
        );
        let returned = u64::from(UES) * KILLS as u64;
        assert!(
            state.reauthenticated * 3 > returned && state.known * 5 > returned,
            "too few came back to a killed AMF to show anything"
        );
        assert!(state.kept >= 8, "hardly anybody kept a context");
        assert!(
            state.failed() > 10 && state.challenges > 300,
            "too little happened to show anything"
        );
    });
}

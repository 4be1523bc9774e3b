//! HSS, S-CSCF and P-CSCF that are killed at any moment under the registrations of an access: every registration that a UE
//! was told of is there after the restart, at the HSS, at the S-CSCF and, with its security associations, at the P-CSCF; none
//! that it ended is; no card is ever asked with a used SQN.
//!
//! ```text
//!  round: UEs at work ─► so many SIP messages ─► SIGKILL of one ─► so much load without it ─► start ─► pause ─► look
//! ```
//!
//! The moments are numbers of messages, so that a seed chooses them. What is compared is a UE to which nothing happens while
//! the servers are asked.

use crate::support::access::{Access, Account, Claim};
use crate::support::ims::{Network, Role};
use crate::support::server::{Server, masters};
use crate::support::{Random, subscribers};
use quintet_store::{Command, ImsKey, Reply};
use quintet_store_sqlite::{Options, SqliteStore};
use quintet_subscriber::ims::RegistrationState;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

const UES: u32 = 24;

/// Who is killed, and how often each.
const VICTIMS: [Role; 3] = [Role::Hss, Role::Scscf, Role::Pcscf];
const KILLS: usize = 10;

/// SIP messages before a kill: up to so many.
const HEARD: u64 = 150;

/// How often registrations were found where they were expected, at least: a third of all chances.
const FOUND: u64 = UES as u64 * (VICTIMS.len() * KILLS) as u64 / 3;

struct Scene {
    network: Network,
    servers: BTreeMap<Role, Server>,
    access: Access,
    random: Random,
    /// Registrations that were there as they should be, at HSS, S-CSCF and P-CSCF.
    found: [u64; 3],
    /// Ended ones that were not there.
    absent: u64,
}

impl Scene {
    fn round(&mut self, number: usize, victim: Role) {
        let goal = self.random.below(HEARD);
        let goal = self.access.with(|state| state.heard + goal);
        self.access.wait("load", |state| state.heard >= goal);
        let server = self.servers.get_mut(&victim).unwrap();
        server.kill();
        let log = server.log();
        assert!(!log.contains("panicked"), "round {number}: {log}");
        if victim == Role::Hss {
            self.look_at_the_dead_hss(number);
        }
        self.servers.insert(victim, self.network.start(victim));
        self.access.with(|state| state.pause = true);
        self.look_at_the_living(number, victim);
        self.access.with(|state| state.pause = false);
    }

    /// What the database says is what was acknowledged.
    fn look_at_the_dead_hss(&mut self, number: usize) {
        let accounts = self.access.accounts();
        let states = states(&self.network.database());
        for (account, state) in accounts.iter().zip(states) {
            // The end of a registration is granted also where the HSS does not hear of it.
            if account.claim == Claim::Registered {
                assert_eq!(
                    state,
                    RegistrationState::Registered,
                    "round {number}: {account:?}, and the HSS does not know of it"
                );
                self.found[0] += 1;
            }
        }
    }

    /// What S-CSCF and P-CSCF answer is what was acknowledged.
    fn look_at_the_living(&mut self, number: usize, victim: Role) {
        let before = self.access.accounts();
        let users = self.network.ask("users", "users");
        let associations = self.network.ask("sa", "associations");
        let after = self.access.accounts();
        let contacts = contacts(&users);
        let unchanged = before
            .into_iter()
            .zip(&after)
            .filter(|(before, after)| before == *after);
        for (account, _) in unchanged {
            let place = format!("round {number}, after the kill of {victim:?}: {account:?}");
            let contact = contacts.get(account.impi.as_str());
            let bound = contact.is_some_and(|uri| uri.contains(&format!("{}:", account.address)));
            match account.claim {
                Claim::Registered => {
                    assert!(bound, "{place}: the S-CSCF has {contact:?}");
                    self.found[1] += 1;
                    assert_associated(&account, &associations, &place);
                    self.found[2] += 1;
                }
                Claim::Deregistered => {
                    assert!(!bound, "{place}: the S-CSCF has {contact:?}");
                    self.absent += 1;
                }
                Claim::Open => {}
            }
        }
    }
}

/// The P-CSCF has the set that the UE uses, in both directions.
fn assert_associated(account: &Account, associations: &[Value], place: &str) {
    let (local, remote) = account.protected.expect("a registered UE has a set");
    for (direction, source, destination) in [("in", local, remote), ("out", remote, local)] {
        let found = associations.iter().any(|association| {
            association["impi"] == account.impi.as_str()
                && association["direction"] == direction
                && association["source"] == source.to_string().as_str()
                && association["destination"] == destination.to_string().as_str()
        });
        assert!(
            found,
            "{place}: no association {source} to {destination} ({direction}) in {associations:#?}"
        );
    }
}

/// The contact of each private identity that is registered at the S-CSCF.
fn contacts(users: &[Value]) -> HashMap<&str, String> {
    let contact = |user: &Value| {
        let contacts = user["sets"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|set| set["contacts"].as_array());
        contacts
            .flatten()
            .find(|contact| contact["expires_s"].as_u64().is_some_and(|seconds| seconds > 0))
            .and_then(|contact| contact["uri"].as_str().map(str::to_owned))
    };
    users
        .iter()
        .filter_map(|user| Some((user["impi"].as_str()?, contact(user)?)))
        .collect()
}

/// With the HSS dead: the registration state of every subscriber.
fn states(database: &Path) -> Vec<RegistrationState> {
    let options = Options {
        masters: masters(),
        ..Options::default()
    };
    let store = SqliteStore::open(database, options).unwrap();
    let state = |n| {
        let key = ImsKey::Imsi(subscribers::imsi(n).parse().unwrap());
        let Ok(Reply::Ims(Some(stored))) = store.execute(Command::LoadIms { key }) else {
            panic!("the registrations of subscriber {n} cannot be read");
        };
        stored.registrations.state(0)
    };
    (1..=UES).map(state).collect()
}

/// Each of them so often, in an order by chance.
fn victims(random: &mut Random) -> Vec<Role> {
    let mut victims: Vec<_> = VICTIMS.into_iter().flat_map(|role| [role; KILLS]).collect();
    for last in (1..victims.len()).rev() {
        victims.swap(last, random.below(last as u64 + 1) as usize);
    }
    victims
}

#[test]
fn whichever_of_an_ims_is_killed_no_acknowledged_registration_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let network = Network::new(directory.path());
    subscribers::provision_ims(&network.database(), (1..=UES).map(subscribers::imsi));
    let (seed, mut random) = Random::seeded(0x5eed_0010);
    let servers = Role::ALL.map(|role| (role, network.start(role))).into();
    let access = Access::start(network.access(), UES, random.next());
    access.wait("everything to succeed", |state| {
        assert_eq!(
            state.failures,
            BTreeMap::new(),
            "seed {seed}: nobody was killed yet"
        );
        state.deregistered >= UES.into() && state.reregistered >= UES.into()
    });
    let victims = victims(&mut random);
    let mut scene = Scene {
        network,
        servers,
        access,
        random,
        found: [0; 3],
        absent: 0,
    };
    for (number, victim) in victims.into_iter().enumerate() {
        scene.round(number, victim);
    }
    // Everybody comes to rest registered.
    scene.access.mark();
    scene.access.with(|state| state.calm = true);
    scene.access.wait("rest", |state| {
        let registered = |account: &Account| account.claim == Claim::Registered && !account.busy;
        state.accounts.iter().all(registered)
    });
    let (found, absent) = (scene.found, scene.absent);
    scene.access.with(|state| {
        assert_eq!(state.faults, Vec::<String>::new(), "seed {seed}");
        eprintln!(
            "{} registrations, {} again, {} ended, {} messages; found at HSS, S-CSCF, P-CSCF {found:?}, absent {absent}; failures: {:?}",
            state.registered, state.reregistered, state.deregistered, state.heard, state.failures
        );
        assert!(
            state.registered > 100 && state.reregistered > 200 && state.deregistered > 50,
            "too little happened to show anything"
        );
    });
    assert!(
        found[0] > FOUND / 3 && found[1] > FOUND && found[2] > FOUND && absent > 10,
        "too little was found to show anything"
    );
}

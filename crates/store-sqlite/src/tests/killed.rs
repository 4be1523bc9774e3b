//! A process that writes under load is killed again and again: everything it was told is there afterwards.
//!
//! The test binary runs itself, with [`child`] as the only test. The child prints a line for each acknowledgement
//! after it has it; the parent kills it after some lines, reads what else it said, and looks into the file.

use super::{Place, options};
use crate::SqliteStore;
use quintet_store::contract::fixture::{ims_subscription, imsi, node, registrations, slot, subscriber};
use quintet_store::contract::wait;
use quintet_store::faulty::Dice;
use quintet_store::{Bound, Command, ImsKey, PutMode, Reply, Store, StoredIms, Ticket};
use quintet_subscriber::model::Location;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command as Process, Stdio};
use std::sync::Arc;

/// How the child finds its database; unset, [`child`] does nothing.
const DATABASE: &str = "QUINTET_STORE_KILL_TEST";

/// How often the child is killed.
const KILLS: u64 = 20;

/// Subscribers whose location moves.
const MOVING: u64 = 50;

/// Writes of all kinds, many at once, until it is killed. Lines: `h H`, `mme N SINCE`, `put N`, `reg N VERSION`.
#[test]
fn child() {
    let Ok(path) = std::env::var(DATABASE) else { return };
    let mut store = SqliteStore::open(path, options()).unwrap();
    let Ok(Reply::Bound(Bound { epoch, mut h })) = store.execute(Command::Takeover { slot: slot(0) }) else {
        panic!("no slot")
    };
    let Ok(Reply::Count(mut next)) = store.execute(Command::Count) else {
        panic!("no count")
    };
    if next == 0 {
        let subscribers = (0..MOVING).map(subscriber).collect();
        store
            .execute(Command::Put {
                subscribers,
                mode: PutMode::Insert,
            })
            .unwrap();
        let subscriptions = (0..MOVING).map(|n| Arc::new(ims_subscription(n, 1))).collect();
        let mode = PutMode::Insert;
        store.execute(Command::PutIms { subscriptions, mode }).unwrap();
        next = MOVING;
    }
    let mut versions: Vec<u64> = (0..MOVING).map(|n| registered(&store, n).version).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "epoch {}", epoch.0).unwrap();
    let mut lines = BTreeMap::new();
    let mut round: u64 = u64::from(std::process::id()) << 32;
    for ticket in 0.. {
        round += 1;
        let (line, command) = match ticket % 4 {
            0 => {
                h += 1;
                (
                    format!("h {h}"),
                    Command::RaiseBound {
                        slot: slot(0),
                        epoch,
                        h,
                    },
                )
            }
            1 => {
                let mme = Box::new(quintet_subscriber::model::ServingNode {
                    since: round,
                    ..node(round % 5)
                });
                let n = round % MOVING;
                (
                    format!("mme {n} {round}"),
                    Command::SetMme {
                        imsi: imsi(n),
                        mme,
                        clear_gateways: false,
                    },
                )
            }
            2 => {
                let n = round % MOVING;
                let version = &mut versions[n as usize];
                *version += 1;
                (
                    format!("reg {n} {version}"),
                    Command::SetRegistrations {
                        imsi: imsi(n),
                        expected: *version - 1,
                        registrations: Box::new(registrations(n, *version % 3)),
                        told: false,
                    },
                )
            }
            _ => {
                let subscribers = vec![subscriber(next), subscriber(next + 1)];
                next += 2;
                (
                    format!("put {}", next - 2),
                    Command::Put {
                        subscribers,
                        mode: PutMode::Insert,
                    },
                )
            }
        };
        lines.insert(Ticket(ticket), line);
        store.submit(Ticket(ticket), command);
        while lines.len() > 100 {
            let (ticket, reply) = wait(&mut store);
            reply.unwrap();
            writeln!(out, "{}", lines.remove(&ticket).unwrap()).unwrap();
        }
    }
}

/// What is stored of a subscriber's IMS subscription.
fn registered(store: &SqliteStore, n: u64) -> StoredIms {
    let key = ImsKey::Imsi(imsi(n));
    match store.execute(Command::LoadIms { key }) {
        Ok(Reply::Ims(Some(stored))) => *stored,
        other => panic!("no IMS subscription of {n}: {other:?}"),
    }
}

fn start(place: &Place) -> Child {
    Process::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "tests::killed::child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(DATABASE, place.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the child was told.
#[derive(Default)]
struct Told {
    epoch: u64,
    h: i64,
    /// By subscriber: when it was last registered.
    since: BTreeMap<u64, u64>,
    /// By subscriber: the version of its registrations.
    versions: BTreeMap<u64, u64>,
    put: Vec<u64>,
}

impl Told {
    fn note(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            // libtest writes its own words in front of the first line.
            [.., "epoch", epoch] => self.epoch = epoch.parse().unwrap(),
            ["h", h] => self.h = h.parse().unwrap(),
            ["mme", n, since] => drop(self.since.insert(n.parse().unwrap(), since.parse().unwrap())),
            ["reg", n, version] => drop(self.versions.insert(n.parse().unwrap(), version.parse().unwrap())),
            ["put", n] => self.put.push(n.parse().unwrap()),
            _ => {}
        }
    }

    fn check(&self, store: &SqliteStore, kill: u64) {
        let Ok(Reply::Bound(bound)) = store.execute(Command::Takeover { slot: slot(7) }) else {
            panic!("no slot")
        };
        assert_eq!(bound.epoch.0, kill + 1);
        for &n in &self.put {
            for n in [n, n + 1] {
                let loaded = store.execute(Command::Load {
                    imsi: imsi(n),
                    slot: slot(0),
                });
                let Ok(Reply::Subscriber {
                    subscriber: Some(found),
                    epoch: Some(epoch),
                }) = loaded
                else {
                    panic!("kill {kill}: subscriber {n} was acknowledged and is lost: {loaded:?}")
                };
                assert_eq!((*found, epoch.0), (subscriber(n), self.epoch), "kill {kill}");
            }
        }
        for (&n, &version) in &self.versions {
            let stored = registered(store, n);
            assert!(
                stored.version >= version,
                "kill {kill}: {n} is at {}",
                stored.version
            );
            assert_eq!(
                stored.registrations,
                registrations(n, stored.version % 3),
                "kill {kill}"
            );
        }
        for (&n, &since) in &self.since {
            let Ok(Reply::Location(Some(location))) = store.execute(Command::LoadLocation { imsi: imsi(n) })
            else {
                panic!("kill {kill}: no location of {n}")
            };
            let Location { mme: Some(mme), .. } = *location else {
                panic!("kill {kill}: no MME of {n}")
            };
            assert!(
                mme.since >= since,
                "kill {kill}: {n} is at {}, {since} was acknowledged",
                mme.since
            );
        }
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let place = Place::new();
    let mut dice = Dice::new(20);
    let (mut told, mut acknowledged) = (Told::default(), 0);
    for kill in 0..KILLS {
        let mut process = start(&place);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let patience = 50 + dice.below(2000);
        for _ in 0..patience {
            told.note(&lines.next().expect("the child ended by itself").unwrap());
        }
        process.kill().unwrap();
        // A last line may be torn, then it is no acknowledgement.
        let mut rest: Vec<String> = lines.map_while(Result::ok).collect();
        rest.pop();
        rest.iter().for_each(|line| told.note(line));
        process.wait().unwrap();
        acknowledged += patience + rest.len() as u64;
        let store = place.open();
        told.check(&store, kill);
        // H is read by taking the slot over, which the next child does as well.
        let Ok(Reply::Bound(bound)) = store.execute(Command::Takeover { slot: slot(0) }) else {
            panic!("no slot")
        };
        assert_eq!(bound.epoch.0, told.epoch + 1, "kill {kill}");
        assert!(
            bound.h >= told.h,
            "kill {kill}: H is {}, {} was acknowledged",
            bound.h,
            told.h
        );
        assert!(
            told.epoch > 0 && !told.put.is_empty() && !told.since.is_empty() && !told.versions.is_empty(),
            "the child did nothing"
        );
        told.put.clear();
    }
    println!("{KILLS} kills, {acknowledged} acknowledgements");
}

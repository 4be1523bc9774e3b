//! Under load our process is killed, and so is the server, again and again: everything that was acknowledged is there
//! afterwards, and no SQN that somebody may have issued is issued again.
//!
//! The test binary runs itself, with [`child`] as the only test. The child prints a line for each acknowledgement after it
//! has it; the parent ends it, or the server, after some lines, reads what else it said, and looks into the database.

use super::support::{Cluster, Place, options};
use crate::PostgresStore;
use quintet_store::contract::fixture::{imsi, node, slot, subscriber};
use quintet_store::contract::wait;
use quintet_store::faulty::Dice;
use quintet_store::{Bound, Command, PutMode, Reply, Store, Ticket};
use quintet_subscriber::model::ServingNode;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command as Process, Stdio};

/// How the child finds its database; unset, [`child`] does nothing.
const DATABASE: &str = "QUINTET_STORE_POSTGRES_KILL_TEST";

/// How often the child, or the server, is ended.
const KILLS: u64 = 12;

/// Subscribers whose location moves.
const MOVING: u64 = 50;

/// Commands under way.
const OUTSTANDING: usize = 100;

/// Writes of all kinds, many at once, until it is killed or a write fails. Lines: `h H`, `mme N SINCE`, `put N`.
#[test]
fn child() {
    let Ok(database) = std::env::var(DATABASE) else {
        return;
    };
    let (url, schema) = database.split_once(' ').unwrap();
    let mut store = PostgresStore::open(url, options(schema)).unwrap();
    let Ok(Reply::Bound(Bound { epoch, mut h })) = store.execute(Command::Takeover { slot: slot(0) }) else {
        panic!("no slot")
    };
    let Ok(Reply::Count(mut next)) = store.execute(Command::Count) else {
        panic!("no count")
    };
    let mut out = std::io::stdout().lock();
    // It may issue from here on.
    writeln!(out, "epoch {} {h}", epoch.0).unwrap();
    let mut lines = BTreeMap::new();
    let mut round: u64 = u64::from(std::process::id()) << 32;
    for ticket in 0.. {
        round += 1;
        let (line, command) = match ticket % 3 {
            0 => {
                h += 1;
                let slot = slot(0);
                (format!("h {h}"), Command::RaiseBound { slot, epoch, h })
            }
            1 => {
                let n = round % MOVING;
                let mme = Box::new(ServingNode {
                    since: round,
                    ..node(round % 5)
                });
                let clear_gateways = false;
                (
                    format!("mme {n} {round}"),
                    Command::SetMme {
                        imsi: imsi(n),
                        mme,
                        clear_gateways,
                    },
                )
            }
            _ => {
                next += 2;
                let subscribers = vec![subscriber(next - 2), subscriber(next - 1)];
                let mode = PutMode::Insert;
                (format!("put {}", next - 2), Command::Put { subscribers, mode })
            }
        };
        lines.insert(Ticket(ticket), line);
        store.submit(Ticket(ticket), command);
        while lines.len() > OUTSTANDING {
            let (ticket, reply) = wait(&mut store);
            if let Err(error) = reply {
                writeln!(out, "failed {error}").unwrap();
                return;
            }
            writeln!(out, "{}", lines.remove(&ticket).unwrap()).unwrap();
        }
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
        .env(DATABASE, format!("{} {}", place.url, place.schema))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the child was told.
#[derive(Default)]
struct Told {
    epoch: u64,
    /// H as the child found it, and as it was told last: between them it may have issued.
    found: i64,
    h: i64,
    /// By subscriber: when it was last registered.
    since: BTreeMap<u64, u64>,
    put: Vec<u64>,
}

impl Told {
    fn note(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            // libtest writes its own words in front of the first line.
            [.., "epoch", epoch, found] => {
                let found = found.parse().unwrap();
                assert!(found >= self.h, "issued up to {}, and again from {found}", self.h);
                (self.epoch, self.found, self.h) = (epoch.parse().unwrap(), found, found);
            }
            ["h", h] => self.h = h.parse().unwrap(),
            ["mme", n, since] => drop(self.since.insert(n.parse().unwrap(), since.parse().unwrap())),
            ["put", n] => self.put.push(n.parse().unwrap()),
            _ => {}
        }
    }

    fn check(&self, store: &PostgresStore, kill: u64) {
        for n in self.put.iter().flat_map(|&n| [n, n + 1]) {
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
        for (&n, &since) in &self.since {
            let found = match store.execute(Command::LoadLocation { imsi: imsi(n) }) {
                Ok(Reply::Location(Some(location))) => location.mme.map(|mme| mme.since),
                other => panic!("kill {kill}: {other:?}"),
            };
            assert!(
                found >= Some(since),
                "kill {kill}: {n} is at {found:?}, {since} was acknowledged"
            );
        }
    }
}

fn survives(end: impl Fn(&mut Cluster, &mut Child)) {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let place = cluster.place();
    let subscribers = (0..MOVING).map(subscriber).collect();
    let mode = PutMode::Insert;
    place.open().execute(Command::Put { subscribers, mode }).unwrap();
    let mut dice = Dice::new(20);
    let (mut told, mut acknowledged) = (Told::default(), 0);
    for kill in 0..KILLS {
        let mut process = start(&place);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let patience = 50 + dice.below(2000);
        for _ in 0..patience {
            told.note(&lines.next().expect("the child ended by itself").unwrap());
        }
        end(&mut cluster, &mut process);
        // A last line may be torn, then it is no acknowledgement.
        let mut rest: Vec<String> = lines.map_while(Result::ok).collect();
        rest.pop();
        rest.iter().for_each(|line| told.note(line));
        process.wait().unwrap();
        acknowledged += patience + rest.len() as u64;
        let store = place.open();
        told.check(&store, kill);
        assert!(
            told.h > told.found && !told.put.is_empty() && !told.since.is_empty(),
            "the child did nothing"
        );
        told.put.clear();
    }
    println!("{KILLS} kills, {acknowledged} acknowledgements");
}

#[test]
fn what_was_acknowledged_survives_a_kill_of_the_process() {
    survives(|_, process| process.kill().unwrap());
}

#[test]
fn what_was_acknowledged_survives_a_kill_of_the_server() {
    survives(|cluster, _| {
        cluster.crash();
        cluster.run();
    });
}

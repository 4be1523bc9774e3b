//! The store's speed, printed: `cargo bench -p quintet-store-postgres`; `-- SUBSCRIBERS` for another number than 100,000.
//! It starts a server of its own, with PostgreSQL's own settings, in the temporary directory, on the same machine: what
//! both take of the processors counts. Runs without limits on time: a benchmark, not a test.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

#[path = "../src/tests/support.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "it is written for tests")]
mod support;

use quintet_store::contract::fixture::{
    ims_subscription, imsi, node, registrations, slot, subscriber, subscription,
};
use quintet_store::faulty::Dice;
use quintet_store::{Bound, Command, ImsKey, PutMode, Reply, Store, Ticket};
use quintet_store_postgres::PostgresStore;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{Cluster, Place, options};

const BATCH: u64 = 10_000;

fn open(place: &Place) -> PostgresStore {
    let caller = std::thread::current();
    let mut options = options(&place.schema);
    options.waker = Box::new(move || caller.unpark());
    PostgresStore::open(&place.url, options).expect("a database")
}

/// Keeps `outstanding` commands under way until `total` are answered, and prints how fast that was.
fn drive(
    name: &str,
    store: &mut PostgresStore,
    outstanding: usize,
    total: u64,
    mut command: impl FnMut() -> Command,
) {
    let start = Instant::now();
    let (mut submitted, mut latencies) = (0, Vec::with_capacity(total as usize));
    let mut since: HashMap<Ticket, Instant> = HashMap::new();
    while (latencies.len() as u64) < total {
        while since.len() < outstanding && submitted < total {
            since.insert(Ticket(submitted), Instant::now());
            store.submit(Ticket(submitted), command());
            submitted += 1;
        }
        let mut idle = true;
        while let Some((ticket, reply)) = store.poll() {
            reply.expect("a reply");
            latencies.push(since.remove(&ticket).expect("a known ticket").elapsed());
            idle = false;
        }
        if idle {
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }
    let elapsed = start.elapsed();
    latencies.sort_unstable();
    let percentile = |p: usize| {
        latencies
            .get(latencies.len() * p / 100)
            .copied()
            .unwrap_or_default()
    };
    let rate = total as f64 / elapsed.as_secs_f64();
    println!(
        "{name:34} {outstanding:>5} outstanding {rate:>9.0}/s   p50 {:>9.1?}  p99 {:>9.1?}",
        percentile(50),
        percentile(99)
    );
}

fn import(store: &PostgresStore, subscribers: u64) {
    let shared: Vec<_> = (0..4)
        .map(|n| Arc::new(subscription(1_000_000 * (1 + n))))
        .collect();
    let start = Instant::now();
    for first in (0..subscribers).step_by(BATCH as usize) {
        let batch: Vec<_> = (first..subscribers.min(first + BATCH))
            .map(|n| {
                let mut one = subscriber(n * 35); // MILENAGE all of them
                one.imsi = imsi(n);
                one.subscription = shared[(n % 4) as usize].clone();
                one
            })
            .collect();
        let mode = PutMode::Insert;
        store
            .execute(Command::Put {
                subscribers: batch,
                mode,
            })
            .expect("an import");
    }
    let rate = subscribers as f64 / start.elapsed().as_secs_f64();
    println!("{:34} {:>17} {rate:>9.0}/s", "import (Put of 10,000)", "");
}

fn scan(store: &PostgresStore, subscribers: u64) {
    let (start, mut after, mut count) = (Instant::now(), None, 0);
    loop {
        let Ok(Reply::Subscribers(page)) = store.execute(Command::Scan { after, limit: 10_000 }) else {
            panic!("no page")
        };
        let Some(last) = page.last() else { break };
        after = Some(last.imsi);
        count += page.len() as u64;
    }
    assert_eq!(count, subscribers);
    let rate = count as f64 / start.elapsed().as_secs_f64();
    println!("{:34} {:>17} {rate:>9.0}/s", "scan (pages of 10,000)", "");
}

fn main() {
    let numbers = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok());
    let subscribers: u64 = numbers.unwrap_or(100_000);
    let Some(cluster) = Cluster::start(&[]) else {
        return;
    };
    let place = cluster.place();
    let mut store = open(&place);
    import(&store, subscribers);
    scan(&store, subscribers);
    let mut dice = Dice::new(1);
    authentication(&mut store, subscribers, &mut dice);
    locations(&mut store, subscribers, &mut dice);
    provisioning(&mut store, subscribers);
    registering(&mut store);
}

/// What an AIR may need of the store: a subscriber it has never seen, its first DIF, a higher bound.
fn authentication(store: &mut PostgresStore, subscribers: u64, dice: &mut Dice) {
    let slot = slot(0);
    let Ok(Reply::Bound(Bound { epoch, mut h })) = store.execute(Command::Takeover { slot }) else {
        panic!("no slot")
    };
    for (outstanding, total) in [(1, 2_000), (64, 50_000), (1024, 100_000)] {
        drive("load (subscriber and epoch)", store, outstanding, total, || {
            let imsi = imsi(dice.below(subscribers));
            Command::Load { imsi, slot }
        });
    }
    let mut fresh = 0..subscribers;
    for (outstanding, total) in [(1, 500), (1024, 30_000)] {
        let total = total.min(subscribers / 4);
        drive("first use (SetDif)", store, outstanding, total, || {
            Command::SetDif {
                imsi: imsi(fresh.next().expect("a subscriber without DIF")),
                slot,
                epoch,
                expected: None,
                dif: 7,
            }
        });
    }
    drive("bound of a slot (RaiseBound)", store, 1, 500, || {
        h += 6_000;
        Command::RaiseBound { slot, epoch, h }
    });
}

fn locations(store: &mut PostgresStore, subscribers: u64, dice: &mut Dice) {
    for (outstanding, total) in [(1, 500), (64, 20_000), (1024, 50_000)] {
        drive("location update (SetMme)", store, outstanding, total, || {
            Command::SetMme {
                imsi: imsi(dice.below(subscribers)),
                mme: Box::new(node(dice.below(8))),
                clear_gateways: true,
            }
        });
    }
    drive("load location", store, 1024, 50_000, || {
        let imsi = imsi(dice.below(subscribers));
        Command::LoadLocation { imsi }
    });
}

fn provisioning(store: &mut PostgresStore, subscribers: u64) {
    let mut next = subscribers;
    for (outstanding, total) in [(1, 300), (64, 5_000)] {
        drive("one subscriber (Put)", store, outstanding, total, || {
            next += 1;
            let subscribers = vec![subscriber(next)];
            let mode = PutMode::Insert;
            Command::Put { subscribers, mode }
        });
    }
}

/// What a registration at an S-CSCF is in the database.
fn registering(store: &mut PostgresStore) {
    let subscriptions = (0..1000).map(|n| Arc::new(ims_subscription(n, 1))).collect();
    let mode = PutMode::Insert;
    store
        .execute(Command::PutIms { subscriptions, mode })
        .expect("profiles");
    let version = |n: u64| {
        let key = ImsKey::Imsi(imsi(n));
        match store.execute(Command::LoadIms { key }) {
            Ok(Reply::Ims(Some(stored))) => stored.version,
            other => panic!("{other:?}"),
        }
    };
    let mut versions: Vec<u64> = (0..1000).map(version).collect();
    let mut turn = 0;
    drive("IMS registration", store, 512, 30_000, || {
        turn += 1;
        let n = turn % 1000;
        let expected = versions[n as usize];
        versions[n as usize] += 1;
        Command::SetRegistrations {
            imsi: imsi(n),
            expected,
            registrations: Box::new(registrations(n, turn % 3)),
            told: false,
        }
    });
}

//! The store's speed, printed: `cargo bench -p quintet-store-sqlite`; `-- SUBSCRIBERS DIRECTORY` for other numbers
//! (a million, and a temporary directory) in any order. Runs without limits on time: a benchmark, not a test.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use quintet_identity::Imsi;
use quintet_store::contract::fixture::{imsi, node, slot, subscriber, subscription};
use quintet_store::faulty::Dice;
use quintet_store::{Command, PutMode, Reply, Store, Ticket};
use quintet_store_sqlite::{Options, SqliteStore};
use quintet_vault::MasterKey;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::Thread;
use std::time::{Duration, Instant};

const BATCH: u64 = 10_000;

/// A key of nobody's.
const MASTER: [u8; 64] = *b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn open(path: &Path) -> SqliteStore {
    let caller: Thread = std::thread::current();
    let waker = Box::new(move || caller.unpark());
    SqliteStore::open(
        path,
        Options {
            waker,
            masters: Arc::new(MasterKey::read(&MASTER).expect("a key")),
            ..Options::default()
        },
    )
    .expect("a database")
}

/// Keeps `outstanding` commands under way until `total` are answered; latencies in order.
fn drive(
    store: &mut SqliteStore,
    outstanding: usize,
    total: u64,
    mut command: impl FnMut() -> Command,
) -> (Duration, Duration, Vec<Duration>) {
    let (start, busy) = (Instant::now(), processor());
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
    latencies.sort_unstable();
    (start.elapsed(), processor() - busy, latencies)
}

/// Processor time of this process so far, all threads; zero where `/proc` is not.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks: u64 = fields
        .iter()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// `elapsed` and `busy` (processor time) are those of `count` operations.
fn report(name: &str, count: u64, elapsed: Duration, busy: Duration, latencies: &[Duration]) {
    let rate = count as f64 / elapsed.as_secs_f64();
    let percentile = |p: usize| {
        latencies
            .get(latencies.len() * p / 100)
            .copied()
            .unwrap_or_default()
    };
    let each = busy.as_secs_f64() * 1e6 / count as f64;
    print!("{name:40} {rate:>9.0}/s {each:>7.1} µs of processor each");
    if latencies.is_empty() {
        println!();
    } else {
        println!("   p50 {:>9.1?}  p99 {:>9.1?}", percentile(50), percentile(99));
    }
}

fn import(store: &SqliteStore, subscribers: u64) {
    let shared: Vec<_> = (0..4)
        .map(|n| Arc::new(subscription(1_000_000 * (1 + n))))
        .collect();
    let (mut elapsed, mut busy) = (Duration::ZERO, Duration::ZERO);
    for first in (0..subscribers).step_by(BATCH as usize) {
        let batch: Vec<_> = (first..subscribers.min(first + BATCH))
            .map(|n| {
                let mut one = subscriber(n * 35); // MILENAGE all of them
                one.imsi = imsi(n);
                one.subscription = shared[(n % 4) as usize].clone();
                one
            })
            .collect();
        let (start, before) = (Instant::now(), processor());
        store
            .execute(Command::Put {
                subscribers: batch,
                mode: PutMode::Insert,
            })
            .expect("an import");
        elapsed += start.elapsed();
        busy += processor() - before;
    }
    report("import (Put of 10,000)", subscribers, elapsed, busy, &[]);
}

fn scan(store: &SqliteStore, subscribers: u64) {
    let (start, busy) = (Instant::now(), processor());
    let (mut after, mut count): (Option<Imsi>, u64) = (None, 0);
    loop {
        let Ok(Reply::Subscribers(page)) = store.execute(Command::Scan { after, limit: 10_000 }) else {
            panic!("no page")
        };
        let Some(last) = page.last() else { break };
        after = Some(last.imsi);
        count += page.len() as u64;
    }
    assert_eq!(count, subscribers);
    report(
        "scan of everything (pages of 10,000)",
        count,
        start.elapsed(),
        processor() - busy,
        &[],
    );
}

fn main() {
    let mut subscribers = 1_000_000;
    let temporary = tempfile::tempdir().expect("a directory");
    let mut directory = temporary.path().to_owned();
    for argument in std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
    {
        match argument.parse() {
            Ok(number) => subscribers = number,
            Err(_) => directory = PathBuf::from(argument),
        }
    }
    let path = directory.join("bench.db");
    let store = open(&path);
    import(&store, subscribers);
    store.shutdown();
    let octets = std::fs::metadata(&path).expect("the file").len();
    println!(
        "{:44} {:>12.1} octets each",
        "file",
        octets as f64 / subscribers as f64
    );

    let start = Instant::now();
    let mut store = open(&path);
    store
        .execute(Command::Load {
            imsi: imsi(subscribers / 2),
            slot: slot(0),
        })
        .expect("a load");
    println!("{:44} {:>12.1?}", "open to first load", start.elapsed());
    scan(&store, subscribers);

    let mut dice = Dice::new(1);
    for outstanding in [1, 64, 1024] {
        let total = if outstanding == 1 { 20_000 } else { 200_000 };
        let (elapsed, busy, latencies) = drive(&mut store, outstanding, total, || Command::Load {
            imsi: imsi(dice.below(subscribers)),
            slot: slot(0),
        });
        report(
            &format!("load, {outstanding} outstanding"),
            total,
            elapsed,
            busy,
            &latencies,
        );
    }
    for outstanding in [1, 64, 1024] {
        let total = if outstanding == 1 { 5_000 } else { 200_000 };
        let (elapsed, busy, latencies) = drive(&mut store, outstanding, total, || Command::SetMme {
            imsi: imsi(dice.below(subscribers)),
            mme: Box::new(node(dice.below(8))),
            clear_gateways: true,
        });
        report(
            &format!("location update, {outstanding} outstanding"),
            total,
            elapsed,
            busy,
            &latencies,
        );
    }
    let (elapsed, busy, latencies) = drive(&mut store, 1024, 200_000, || Command::LoadLocation {
        imsi: imsi(dice.below(subscribers)),
    });
    report(
        "load location, 1024 outstanding",
        200_000,
        elapsed,
        busy,
        &latencies,
    );
}

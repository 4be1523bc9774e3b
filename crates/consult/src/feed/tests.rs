//! Feeds with taps and no thread: each step is asked for.

use super::table::{MAX_ATTEMPTS, MAX_OCTETS, Table};
use super::*;
use crate::sample::s6a::{self, link};
use crate::sample::{healthy, rejected};
use quintet_runtime::Way;

const STRANGER: &str = "001017777777777";

/// A time that a test moves.
#[derive(Clone, Default)]
struct Time(Arc<AtomicU64>);

impl Time {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_millis() as u64, Ordering::Relaxed);
    }
}

/// A feed whose doctor works when he is told to.
struct Bench {
    time: Time,
    feed: Feed,
    doctor: AtDoctor,
}

impl Bench {
    fn new(when: When) -> Self {
        let time = Time(Arc::new(AtomicU64::new(1_700_000_000_000)));
        let clock = time.clone();
        let (feed, doctor) = Feed::new(when, Arc::new(move || clock.now()));
        Self { time, feed, doctor }
    }

    /// The doctor takes what waits; how many messages that was.
    fn work(&mut self) -> usize {
        let mut taken = 0;
        while let Ok(passed) = self.doctor.waiting.try_recv() {
            self.doctor.take(&passed);
            taken += 1;
        }
        assert!(self.doctor.settle());
        taken
    }

    fn rows(&self) -> Vec<Row> {
        self.feed.rows(0, usize::MAX, |_| true).rows
    }
}

/// An AIR of somebody whom the HSS does not know.
fn refused(bench: &Bench, tap: &mut Box<dyn Tap>, id: u32) {
    s6a::refused(&mut **tap, bench.time.now(), id, STRANGER);
}

#[test]
fn nothing_is_copied_while_nobody_looks() {
    let mut bench = Bench::new(When::Looked);
    let mut tap = bench.feed.tap(Node::Hss);
    refused(&bench, &mut tap, 1);
    assert_eq!(bench.work(), 0);
    bench.feed.look();
    refused(&bench, &mut tap, 2);
    assert_eq!(bench.work(), 2);
    bench.time.pass(LINGER);
    refused(&bench, &mut tap, 3);
    assert_eq!(bench.work(), 2, "it goes on for a while");
    bench.time.pass(Duration::from_secs(1));
    bench.work();
    refused(&bench, &mut tap, 4);
    assert_eq!(bench.work(), 0, "it sleeps again");
    let rows = bench.rows();
    assert!(rows.iter().all(|row| !row.running), "{rows:?}");
    // Numbers go on, whoever the doctor is.
    let before = rows.iter().map(|row| row.id).max();
    bench.feed.look();
    refused(&bench, &mut tap, 5);
    bench.work();
    assert!(bench.rows().iter().map(|row| row.id).max() > before);
}

#[test]
fn a_refusal_is_seen_at_once_with_its_finding() {
    let mut bench = Bench::new(When::Always);
    let mut tap = bench.feed.tap(Node::Hss);
    tap.opened(bench.time.now(), &link());
    refused(&bench, &mut tap, 1);
    bench.work();
    let rows = bench.rows();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let row = &rows[0];
    assert!(row.running);
    assert_eq!(row.subscriber.imsi.as_deref(), Some(STRANGER));
    assert_eq!(
        row.fault.as_ref().map(|[code, _]| code.as_str()),
        Some("subscriber-unknown")
    );
    let (attempt, running, imsi) = bench.feed.attempt(row.id).expect("it is kept");
    assert!(running);
    assert_eq!(imsi, STRANGER.parse().ok());
    assert_eq!(attempt.messages.len(), 2);
    let cursor = bench.feed.rows(0, 9, |_| true).cursor;
    bench.time.pass(Duration::from_secs(31));
    bench.work();
    let changes = bench.feed.rows(cursor, 9, |_| true);
    assert_eq!(changes.rows.len(), 1, "silence ended it");
    assert!(!changes.rows[0].running && changes.rows[0].id == row.id);
}

#[test]
fn too_much_at_once_is_counted_and_not_kept() {
    let mut bench = Bench::new(When::Always);
    let mut tap = bench.feed.tap(Node::Hss);
    let octets = s6a::air(1, STRANGER);
    let most = 3 * MAX_SEEN_A_SECOND;
    for _ in 0..most {
        tap.message(bench.time.now(), &link(), Way::Received, &octets);
    }
    assert_eq!(bench.feed.rows(0, 9, |_| true).unseen, most - MAX_SEEN_A_SECOND);
    assert_eq!(bench.work() as u64, MAX_SEEN_A_SECOND);
    // Another second has its own share, until the queue is full: nobody waits for the doctor.
    for _ in 0..10 {
        bench.time.pass(Duration::from_secs(1));
        for _ in 0..MAX_SEEN_A_SECOND {
            tap.message(bench.time.now(), &link(), Way::Received, &octets);
        }
    }
    assert_eq!(bench.work(), MAX_WAITING);
}

#[test]
fn a_storm_of_attempts_takes_bounded_room_and_what_goes_on_stays() {
    let mut table = Table::default();
    table.put(healthy(1), true);
    for id in 2..=2 * MAX_ATTEMPTS as u64 {
        table.put(rejected(id), false);
    }
    let [kept, octets, by_change, ended] = table.sizes();
    assert_eq!(
        [kept, by_change, ended],
        [MAX_ATTEMPTS, MAX_ATTEMPTS, MAX_ATTEMPTS - 1]
    );
    assert!(octets <= MAX_OCTETS);
    assert!(table.attempt(1).is_some(), "it goes on");
    assert!(table.attempt(2).is_none(), "it ended first");
    assert_eq!(table.rows(0, 1, |_| true).forgotten, MAX_ATTEMPTS as u64);
    // Long ones are bounded by their octets.
    let mut long = rejected(1);
    long.messages[0].details = vec!["x".repeat(MAX_OCTETS / 10)];
    for id in 10_000..10_100 {
        let mut long = long.clone();
        long.id = id;
        table.put(long, false);
    }
    assert!(
        table.sizes()[1] <= MAX_OCTETS && table.sizes()[0] < 20,
        "{:?}",
        table.sizes()
    );
    // One that alone is too long leaves nothing behind.
    long.messages[0].details = vec!["x".repeat(MAX_OCTETS)];
    table.put(long, true);
    assert_eq!(table.sizes(), [0; 4]);
}

#[test]
fn who_lags_is_told_how_much_he_missed() {
    let mut table = Table::default();
    for id in 1..=50 {
        table.put(rejected(id), false);
    }
    let cursor = table.rows(0, 10, |_| true).cursor;
    for id in 40..=90 {
        table.put(healthy(id), id > 80);
    }
    let changes = table.rows(cursor, 10, |_| true);
    assert_eq!(changes.rows.len(), 10);
    assert_eq!(changes.rows[0].id, 90, "the latest first");
    assert_eq!(changes.left_out, 41);
    let going_on = table.rows(cursor, 100, |looked| looked.running);
    assert_eq!((going_on.rows.len(), going_on.left_out), (10, 0));
    assert!(table.rows(changes.cursor, 10, |_| true).rows.is_empty());
}

#[test]
fn what_was_part_of_another_attempt_is_withdrawn() {
    let mut table = Table::default();
    table.put(rejected(1), true);
    let cursor = table.rows(0, 9, |_| true).cursor;
    table.withdraw(1);
    let changes = table.rows(cursor, 9, |_| true);
    assert_eq!((changes.rows.len(), changes.withdrawn), (0, vec![1]));
    for id in 2..1_000 {
        table.put(rejected(id), true);
        table.withdraw(id);
    }
    assert!(table.rows(0, 9, |_| true).withdrawn.len() <= 256);
}

//! A node under load: whom it refuses first, and what it asks of its peers (RFC 7683, RFC 7944).

#![cfg(test)]

mod support;

use quintet_diameter::dict::avp;
use quintet_diameter::node::{NodeConfig, OverloadConfig, PRIORITIES, Queue};
use quintet_diameter::{Event, Inbound, Message, MessageWriter, ResultCode};
use std::collections::VecDeque;
use std::time::Duration;
use support::*;

const MME: &str = "mme.example.net";
const HSS: &str = "hss.example.net";

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn open(configure: impl FnOnce(&mut NodeConfig)) -> Raw {
    let mut hss = config(HSS, &[], &[MME]);
    hss.overload = OverloadConfig::default();
    configure(&mut hss);
    let mut raw = Raw::with(hss, MME);
    raw.exchange();
    raw
}

/// An AIR for this node with `more` at its end.
fn air_with(raw: &mut Raw, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let header = raw.header(0xc0, AIR, S6A);
    raw.request(&header, Some(HSS), Some(REALM), more)
}

fn announced(raw: &mut Raw) -> Vec<u8> {
    air_with(raw, |w| {
        w.group(avp::OC_SUPPORTED_FEATURES, |g| g.u64(avp::OC_FEATURE_VECTOR, 1))
    })
}

/// Whether a request of this priority reaches the application, which leaves it unanswered.
fn admitted(raw: &mut Raw, priority: usize) -> bool {
    let air = air_with(raw, |w| w.u32(avp::DRMP, priority as u32));
    if matches!(raw.feed(&air), Inbound::Request(_)) {
        return true;
    }
    let answers = raw.answers();
    assert_eq!(result_of(&answers[0]), ResultCode::TOO_BUSY);
    false
}

/// The answer of the application, or of the node before it, to a request.
fn answer(raw: &mut Raw, request: &[u8]) -> Vec<u8> {
    let connection = raw.connection;
    if let Inbound::Request(message) = raw.feed(request) {
        raw.node
            .answer(connection, &message, ResultCode::SUCCESS)
            .unwrap()
            .finish();
    }
    raw.answers().remove(0)
}

/// OC-Sequence-Number, OC-Reduction-Percentage and OC-Validity-Duration of a host report.
fn report(answer: &[u8]) -> Option<(u64, u32, u32)> {
    let message = Message::decode(answer).unwrap();
    let olr = message.find(avp::OC_OLR)?.group();
    let number = |id| olr.find(id).unwrap().u32().unwrap();
    assert_eq!(number(avp::OC_REPORT_TYPE), 0);
    Some((
        olr.find(avp::OC_SEQUENCE_NUMBER).unwrap().u64().unwrap(),
        number(avp::OC_REDUCTION_PERCENTAGE),
        number(avp::OC_VALIDITY_DURATION),
    ))
}

/// Lets time pass as it does where timers fire in time.
fn pass(raw: &mut Raw, time: Duration) {
    let end = raw.now + time;
    while let Some(due) = raw.node.poll_timeout().filter(|due| *due <= end) {
        raw.now = raw.now.max(due);
        raw.node.timeout(raw.now);
    }
    raw.now = end;
}

/// A second under load: a queue that is hopelessly late, `shed` requests of ten refused.
fn hot_window(raw: &mut Raw, shed: usize) {
    for n in 0..10 {
        let queue = Queue {
            waiting: 10,
            limit: 100,
            oldest: Some(raw.now.saturating_sub(ms(450))),
            served: 0,
        };
        raw.node.note_queue(raw.now, queue);
        let air = announced(raw);
        let connection = raw.connection;
        let Inbound::Request(message) = raw.feed(&air) else {
            panic!("only the queue is full")
        };
        let admitted = n >= shed || raw.node.admits_to_queue(&message);
        let result = if admitted {
            ResultCode::SUCCESS
        } else {
            ResultCode::TOO_BUSY
        };
        raw.node.answer(connection, &message, result).unwrap().finish();
        raw.answers();
        pass(raw, ms(100));
    }
}

fn empty_queue(raw: &mut Raw) {
    let queue = Queue {
        waiting: 0,
        limit: 100,
        oldest: None,
        served: 0,
    };
    raw.node.note_queue(raw.now, queue);
}

// --- Priorities -------------------------------------------------------------------------------------------------------

#[test]
fn a_priority_that_is_none_is_5004() {
    let mut raw = open(|_| ());
    let air = air_with(&mut raw, |w| w.u32(avp::DRMP, 16));
    let answer = raw.refused(&air);
    assert_eq!(result_of(&answer), ResultCode::INVALID_AVP_VALUE);
    let message = Message::decode(&answer).unwrap();
    let failed = message.find(avp::FAILED_AVP).unwrap().group();
    assert_eq!(failed.find(avp::DRMP).unwrap().u32().unwrap(), 16);
}

#[test]
fn the_last_places_are_for_the_higher_priorities() {
    let mut raw = open(|hss| {
        hss.limits.requests_in_progress = 100;
        hss.overload = OverloadConfig::off();
    });
    let places: Vec<usize> = (0..PRIORITIES)
        .rev()
        .map(|priority| std::iter::from_fn(|| admitted(&mut raw, priority).then_some(())).count())
        .collect();
    let mut expected = vec![2; PRIORITIES];
    expected[0] = 70;
    assert_eq!(
        places, expected,
        "PRIORITY_15 first, then two more places for each"
    );
    assert_eq!(raw.node.counters().shed, [1; PRIORITIES]);
    assert_eq!(raw.node.counters().too_busy, PRIORITIES as u64);
}

#[test]
fn a_request_without_priority_has_the_default() {
    let mut raw = open(|hss| hss.limits.requests_in_progress = 100);
    for _ in 0..80 {
        let air = air_with(&mut raw, |_| ());
        assert!(matches!(raw.feed(&air), Inbound::Request(_)));
    }
    let air = air_with(&mut raw, |_| ());
    assert_eq!(result_of(&raw.refused(&air)), ResultCode::TOO_BUSY);
    assert_eq!(raw.node.counters().shed[10], 1);
}

#[test]
fn a_driver_that_is_late_refuses_by_priority_and_a_single_pause_nobody() {
    let mut raw = open(|hss| hss.overload.target_wait = ms(1000));
    let late = |raw: &mut Raw, lateness| {
        let due = raw.now + ms(100);
        assert!(admitted(raw, 0));
        raw.now = due + lateness;
        raw.node.timeout(raw.now);
    };
    late(&mut raw, ms(0));
    late(&mut raw, ms(900));
    assert!(admitted(&mut raw, 15), "it may have been asleep");
    late(&mut raw, ms(520));
    let took: Vec<usize> = (0..PRIORITIES).filter(|p| admitted(&mut raw, *p)).collect();
    assert_eq!(
        took,
        (0..10).collect::<Vec<_>>(),
        "those with more patience than 520"
    );
    late(&mut raw, ms(10_000));
    late(&mut raw, ms(10_000));
    let took: Vec<usize> = (0..PRIORITIES).filter(|p| admitted(&mut raw, *p)).collect();
    assert_eq!(took, [0]);
    late(&mut raw, ms(0));
    assert!((0..PRIORITIES).all(|p| admitted(&mut raw, p)));
}

#[test]
fn switched_off_nothing_is_measured_said_or_refused() {
    let mut raw = open(|hss| hss.overload = OverloadConfig::off());
    let timeout = raw.node.poll_timeout();
    for _ in 0..5 {
        hot_window(&mut raw, 5);
    }
    let request = announced(&mut raw);
    let answer = answer(&mut raw, &request);
    let message = Message::decode(&answer).unwrap();
    assert!(message.find(avp::OC_SUPPORTED_FEATURES).is_none() && message.find(avp::OC_OLR).is_none());
    assert_eq!(raw.node.overload().reduction, 0);
    assert_eq!(raw.node.counters().shed, [0; PRIORITIES]);
    assert!(
        raw.node.poll_timeout() >= timeout,
        "no timer besides the watchdog's"
    );
}

#[test]
fn an_idle_node_does_not_wake_up_for_its_load() {
    let mut raw = open(|_| ());
    let request = announced(&mut raw);
    answer(&mut raw, &request);
    assert!(raw.node.poll_timeout().unwrap() <= raw.now + ms(100));
    pass(&mut raw, ms(300));
    assert!(
        raw.node.poll_timeout().unwrap() > raw.now + seconds(5),
        "the watchdog is next"
    );
}

// --- Reports ----------------------------------------------------------------------------------------------------------

#[test]
fn only_who_announces_is_told_and_of_what_was_announced() {
    let mut raw = open(|_| ());
    let told = |raw: &mut Raw, request: Vec<u8>| {
        let answer = answer(raw, &request);
        let message = Message::decode(&answer).unwrap();
        let features = message.find(avp::OC_SUPPORTED_FEATURES);
        let vector = features.map(|f| f.group().find(avp::OC_FEATURE_VECTOR).unwrap().u64().unwrap());
        (vector, report(&answer).is_some())
    };
    let plain = |raw: &mut Raw| air_with(raw, |_| ());
    let no_vector = |raw: &mut Raw| air_with(raw, |w| w.group(avp::OC_SUPPORTED_FEATURES, |_| ()));
    let other = |raw: &mut Raw| {
        air_with(raw, |w| {
            w.group(avp::OC_SUPPORTED_FEATURES, |g| g.u64(avp::OC_FEATURE_VECTOR, 4))
        })
    };
    for reports in [false, true] {
        let request = announced(&mut raw);
        assert_eq!(told(&mut raw, request), (Some(1), reports));
        let request = no_vector(&mut raw);
        assert_eq!(
            told(&mut raw, request),
            (Some(1), reports),
            "the loss algorithm is everybody's"
        );
        let request = other(&mut raw);
        assert_eq!(told(&mut raw, request), (None, false), "no algorithm in common");
        let request = plain(&mut raw);
        assert_eq!(told(&mut raw, request), (None, false));
        hot_window(&mut raw, 5);
        hot_window(&mut raw, 5);
    }
}

#[test]
fn overload_is_reported_renewed_and_ended() {
    let mut raw = open(|hss| {
        hss.started_at_unix = 100;
        hss.overload.validity = seconds(20);
    });
    raw.events();
    let ask = |raw: &mut Raw| {
        let request = announced(raw);
        report(&answer(raw, &request))
    };
    assert_eq!(ask(&mut raw), None);
    hot_window(&mut raw, 5);
    assert_eq!(ask(&mut raw), None, "a burst");
    hot_window(&mut raw, 5);
    let first = ask(&mut raw).unwrap();
    assert_eq!((first.0 >> 32, first.1, first.2), (100, 49, 20));
    assert_eq!(raw.events(), [Event::Overload { reduction: 49 }]);
    assert_eq!(raw.node.overload().reduction, 49);
    assert_eq!(ask(&mut raw), Some(first), "the same is said to everybody");

    // A refusal has the report as well: of all answers it is read for sure.
    let refused = air_with(&mut raw, |w| {
        w.group(avp::OC_SUPPORTED_FEATURES, |_| ());
        w.u32(avp::DRMP, 16);
    });
    assert_eq!(report(&raw.refused(&refused)), Some(first));

    // Neither hot nor calm: what holds is said again before it expires, under a new number.
    let mut last = first;
    let mut renewed = 0;
    for _ in 0..200 {
        let queue = Queue {
            waiting: 1,
            limit: 100,
            oldest: Some(raw.now.saturating_sub(ms(150))),
            served: 0,
        };
        raw.node.note_queue(raw.now, queue);
        pass(&mut raw, ms(100));
        let now = ask(&mut raw).unwrap();
        assert!(now.0 >= last.0 && now.1 == 49);
        renewed += u32::from(now.0 > last.0);
        last = now;
    }
    assert!((1..=3).contains(&renewed), "{renewed} times in twenty seconds");

    // Calm: less and less, then the end, for as long as somebody may still believe in the overload.
    empty_queue(&mut raw);
    let mut reductions = vec![];
    let mut silent = 0;
    while silent < 5 {
        pass(&mut raw, ms(500));
        match ask(&mut raw) {
            Some(now) => {
                assert!(now.0 > last.0 || now == last, "{now:?} after {last:?}");
                assert_eq!(now.2, if now.1 == 0 { 0 } else { 20 });
                reductions.push(now.1);
                last = now;
            }
            None => silent += 1,
        }
        assert!(reductions.len() < 200);
    }
    assert!(reductions.is_sorted_by(|a, b| a >= b), "{reductions:?}");
    let ends = reductions.iter().filter(|r| **r == 0).count();
    assert!((38..=44).contains(&ends), "twenty seconds of it, {ends} halves");
    assert_eq!(raw.events(), [Event::Overload { reduction: 0 }]);
}

#[test]
fn numbers_go_on_growing_over_a_restart() {
    let mut last = 0;
    for started in [7, 8, 4_000_000_000] {
        let mut raw = open(|hss| hss.started_at_unix = started);
        hot_window(&mut raw, 5);
        hot_window(&mut raw, 5);
        let request = announced(&mut raw);
        let sequence = report(&answer(&mut raw, &request)).unwrap().0;
        assert!(sequence > last);
        // As high as any start comes: it changes once a second at most.
        last = sequence + 1_000_000;
    }
}

// --- The waiting time -------------------------------------------------------------------------------------------------

/// A server that does `capacity` requests a second, one after the other, in simulated time.
struct Server {
    raw: Raw,
    queue: VecDeque<(Duration, usize, Vec<u8>)>,
    served: u64,
    /// Thousandths of a request done.
    done: u64,
    offered: [u64; PRIORITIES],
    refused: [u64; PRIORITIES],
    longest: Duration,
}

const LIMIT: usize = 10_000;
const TARGET: Duration = Duration::from_millis(500);

impl Server {
    fn new() -> Self {
        Self {
            raw: open(|hss| {
                hss.limits.requests_in_progress = LIMIT;
                hss.overload.target_wait = TARGET;
            }),
            queue: VecDeque::new(),
            served: 0,
            done: 0,
            offered: [0; PRIORITIES],
            refused: [0; PRIORITIES],
            longest: Duration::ZERO,
        }
    }

    fn note(&mut self) {
        let queue = Queue {
            waiting: self.queue.len(),
            limit: LIMIT,
            oldest: self.queue.front().map(|(since, ..)| *since),
            served: self.served,
        };
        self.raw.node.note_queue(self.raw.now, queue);
    }

    fn offer(&mut self, priority: usize) {
        let air = air_with(&mut self.raw, |w| w.u32(avp::DRMP, priority as u32));
        self.offered[priority] += 1;
        self.note();
        let Inbound::Request(message) = self.raw.feed(&air) else {
            panic!("there is room and the driver is in time")
        };
        let octets = message.octets().to_vec();
        if self.raw.node.admits_to_queue(&message) {
            self.queue.push_back((self.raw.now, priority, octets));
        } else {
            self.refused[priority] += 1;
            // Whoever is refused sees that nobody below it is taken.
            let lower = (priority + 1..PRIORITIES).filter(|p| {
                let air = air_with(&mut self.raw, |w| w.u32(avp::DRMP, *p as u32));
                self.raw.node.admits_to_queue(&Message::decode(&air).unwrap())
            });
            assert_eq!(lower.count(), 0, "below PRIORITY_{priority}");
            self.finish(&octets, ResultCode::TOO_BUSY);
        }
    }

    fn finish(&mut self, octets: &[u8], result: ResultCode) {
        let (connection, request) = (self.raw.connection, Message::decode(octets).unwrap());
        self.raw
            .node
            .answer(connection, &request, result)
            .unwrap()
            .finish();
        while self.raw.node.poll_transmit().is_some() {}
        self.raw.node.output(connection).clear();
    }

    /// A millisecond in which `capacity` a second are done.
    fn work(&mut self, capacity: u64) {
        pass(&mut self.raw, ms(1));
        self.done += capacity;
        while self.done >= 1000 && !self.queue.is_empty() {
            let (since, _, octets) = self.queue.pop_front().unwrap();
            self.longest = self.longest.max(self.raw.now - since);
            self.finish(&octets, ResultCode::SUCCESS);
            (self.done, self.served) = (self.done - 1000, self.served + 1);
        }
        self.done = self.done.min(1000);
        self.note();
    }
}

/// Numbers from a seed.
struct Choice(u64);

impl Choice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Ten seconds of `load` per cent of a capacity that changes every two; who was refused.
fn run(seed: u64, load: u64, priorities: &[usize]) -> Server {
    let mut choice = Choice(seed);
    let mut server = Server::new();
    let mut owed = 0;
    for _ in 0..5 {
        let capacity = 200 + choice.below(800);
        for _ in 0..2000 {
            // Arrivals come by chance, on average as many as `load` says.
            owed += capacity * load / 100;
            while owed >= 1000 {
                owed -= 1000;
                for _ in 0..choice.below(3) {
                    let at = choice.below(priorities.len() as u64) as usize;
                    server.offer(priorities[at]);
                }
            }
            server.work(capacity);
        }
        // Between two capacities the queue is worked off: what was admitted was admitted to the old one.
        while !server.queue.is_empty() {
            server.work(capacity);
        }
    }
    server
}

#[test]
fn with_twice_the_load_nobody_who_is_admitted_waits_longer_than_is_aimed_at() {
    for (seed, load) in [(1, 200), (2, 200), (3, 200), (4, 130), (5, 400)] {
        let server = run(seed, load, &[0, 2, 8, 10, 10, 10, 12, 15]);
        let longest = server.longest;
        println!(
            "seed {seed}, load {load} %: longest {longest:?}, refused {:?}",
            server.refused
        );
        assert!(longest < TARGET, "seed {seed}, load {load} %: {longest:?}");
        assert_eq!(
            server.refused[0], 0,
            "seed {seed}: PRIORITY_0 alone is no overload"
        );
        let refused: u64 = server.refused.iter().sum();
        let offered: u64 = server.offered.iter().sum();
        let surplus = offered - offered * 100 / load;
        assert!(refused > surplus / 2, "seed {seed}: {refused} of {offered}");
        assert!(
            refused < surplus * 3 / 2,
            "seed {seed}: {refused} of {offered}: the server must not idle"
        );
        let share = |p: usize| server.refused[p] * 1000 / server.offered[p].max(1);
        assert!(
            share(0) <= share(2) && share(2) <= share(8) && share(8) <= share(10),
            "seed {seed}"
        );
        // Where nearly all are refused, chance decides the rest.
        assert!(
            share(10) <= share(12) + 10 && share(12) <= share(15) + 10,
            "seed {seed}"
        );
    }
}

#[test]
fn a_healthy_server_refuses_nobody_and_asks_for_nothing() {
    for seed in 0..3 {
        let server = run(seed, 80, &[0, 10, 15]);
        assert_eq!(
            server.refused, [0; PRIORITIES],
            "seed {seed}: {:?}",
            server.longest
        );
        assert_eq!(server.raw.node.overload().reduction, 0, "seed {seed}");
    }
}

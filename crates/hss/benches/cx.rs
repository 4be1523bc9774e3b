//! Cx handled per second in memory, without sockets: request octets in, answer octets out, over a store in memory.
//! `cargo bench -p quintet-hss --bench cx`.

#[path = "../tests/support/ims.rs"]
#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "shared with the tests, which ask for more and where a failure is one"
)]
mod cscfs;
#[path = "../tests/support/mod.rs"]
#[expect(clippy::unwrap_used, reason = "shared with the tests, where a failure is one")]
mod support;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cscfs::*;
use quintet_cx::{Request, ServerAssignmentType as Sat};
use std::hint::black_box;
use std::time::Duration;

/// Subscribers taken in turn: more than a cache holds.
const SUBSCRIBERS: u32 = 20_000;

/// Requests in a tick of the clock.
const PER_MS: u32 = 100;

struct Run {
    ims: Ims,
    /// By subscriber: the requests it repeats, one after the other.
    requests: Vec<Vec<Vec<u8>>>,
    done: u32,
}

impl Run {
    /// With everybody registered.
    fn new(cycle: impl Fn(u32) -> Vec<Request>) -> Self {
        let mut ims = Ims::started(SUBSCRIBERS);
        ims.rig.hss.listen(false);
        let mut done = 0;
        for n in 1..=SUBSCRIBERS {
            ims.register(n, "s1");
            ims.pairs.clear();
            done += 1;
            if done % PER_MS == 0 {
                ims.rig.wall += Duration::from_millis(1);
            }
        }
        let mut octets = |n| cycle(n).iter().map(|request| ims.octets("s1", request)).collect();
        let requests = (1..=SUBSCRIBERS).map(&mut octets).collect();
        Self { ims, requests, done }
    }

    /// All requests of one subscriber.
    fn one(&mut self) {
        let at = (u64::from(self.done) * 0x9e37_79b1 % u64::from(SUBSCRIBERS)) as usize;
        let s1 = self.ims.s1;
        for (i, request) in self.requests[at].iter_mut().enumerate() {
            // A new request each time: a repeated one would be found among the duplicates.
            request[12..20].copy_from_slice(&(u64::from(self.done) << 8 | i as u64).to_be_bytes());
            black_box(self.ims.rig.ask(s1, request));
        }
        self.done += 1;
        if self.done.is_multiple_of(PER_MS) {
            self.ims.rig.wall += Duration::from_millis(1);
        }
        if self.done.is_multiple_of(1 << 16) {
            self.ims.rig.advance(Duration::from_secs(1));
        }
    }
}

fn mar(n: u32) -> Request {
    Request::MultimediaAuth(Box::new(Ims::mar_request(n, "s1", 1, None)))
}

fn sar(n: u32, assignment_type: Sat) -> Request {
    Request::ServerAssignment(Box::new(Ims::sar_request(n, "s1", assignment_type)))
}

fn cx(c: &mut Criterion) {
    let mut group = c.benchmark_group("cx");
    group.throughput(Throughput::Elements(1));
    let mut run = Run::new(|n| vec![mar(n)]);
    group.bench_function("MAR, registered, one vector", |b| b.iter(|| run.one()));
    let mut run = Run::new(|n| vec![sar(n, Sat::RE_REGISTRATION)]);
    group.bench_function("SAR, re-registration with profile", |b| b.iter(|| run.one()));
    let mut run = Run::new(|n| {
        vec![
            sar(n, Sat::USER_DEREGISTRATION),
            mar(n),
            sar(n, Sat::REGISTRATION),
        ]
    });
    group.bench_function("de-registration, MAR, registration: three writes", |b| {
        b.iter(|| run.one())
    });
    group.finish();
}

criterion_group!(benches, cx);
criterion_main!(benches);

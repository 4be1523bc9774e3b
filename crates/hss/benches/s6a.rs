//! AIR handled per second in memory, without sockets: request octets in, answer octets out, the bound held by a store
//! in memory. `cargo bench -p quintet-hss --bench s6a`.

#[path = "../tests/support/mod.rs"]
#[expect(clippy::unwrap_used, reason = "shared with the tests, where a failure is one")]
mod support;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quintet_diameter::{ConnectionId, Inbound};
use quintet_hss::Disposition;
use quintet_subscriber::auc::WallClock;
use std::hint::black_box;
use std::time::Duration;
use support::*;

/// Subscribers taken in turn: more than a cache holds.
const SUBSCRIBERS: u32 = 100_000;

/// Requests in a tick of the clock: 200,000 in a second.
const PER_MS: u32 = 200;

/// One request after the other, as a connection's reader would hand them over.
struct Run {
    rig: Rig,
    mme: ConnectionId,
    requests: Vec<Vec<u8>>,
    done: u32,
}

impl Run {
    fn new(requests: impl Fn(u32) -> Vec<u8>) -> Self {
        let mut rig = Rig::started(SUBSCRIBERS);
        rig.hss.listen(false);
        let mme = rig.mme("mme");
        let mut run = Self {
            rig,
            mme,
            requests: (1..=SUBSCRIBERS).map(requests).collect(),
            done: 0,
        };
        // First use writes DIF: once for each subscriber.
        for n in 0..SUBSCRIBERS {
            let request = air(n, "mme", imsi(n + 1), Some(1), None);
            let _ = run.rig.feed(mme, &request);
            run.rig.out.clear();
            run.tick();
        }
        run
    }

    fn tick(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(PER_MS) {
            self.rig.wall += Duration::from_millis(1);
        }
        if self.done.is_multiple_of(1 << 17) {
            // Now and then the timers, as a runtime would.
            self.rig.advance(Duration::from_secs(1));
        }
    }

    fn one(&mut self) {
        let at = (u64::from(self.done) * 0x9e37_79b1 % u64::from(SUBSCRIBERS)) as usize;
        // A new request each time: a repeated one would be found among the duplicates.
        let request = &mut self.requests[at];
        request[12..20].copy_from_slice(&(u64::from(self.done) << 8).to_be_bytes());
        let rig = &mut self.rig;
        let Inbound::Request(message) = rig.node.handle_message(rig.now, self.mme, request) else {
            panic!("a request is a request");
        };
        let wall = WallClock(rig.wall);
        let disposition = rig
            .hss
            .handle_request(rig.now, wall, &mut rig.node, self.mme, message);
        assert!(matches!(black_box(disposition), Disposition::Answered(outcome) if outcome.code() == 2001));
        rig.node.poll_transmit();
        black_box(rig.node.output(self.mme)).clear();
        self.tick();
    }
}

fn s6a(c: &mut Criterion) {
    let mut group = c.benchmark_group("s6a");
    group.throughput(Throughput::Elements(1));
    let mut run = Run::new(|n| air(n, "mme", imsi(n), Some(1), None));
    group.bench_function("AIR, one E-UTRAN vector", |b| b.iter(|| run.one()));
    let mut run = Run::new(|n| air(n, "mme", imsi(n), Some(3), None));
    group.bench_function("AIR, three E-UTRAN vectors", |b| b.iter(|| run.one()));
    group.finish();
}

criterion_group!(benches, s6a);
criterion_main!(benches);

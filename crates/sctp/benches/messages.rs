//! Requests and responses of 100 octets between two endpoints in memory: every message sent by one side and taken by the
//! other, with all that belongs to it. A figure is the time per message, both sides together.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quintet_sctp::testing::{Network, UDP_PORT};
use quintet_sctp::{AssociationId, Event, Message, Path};
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

/// Two endpoints with an association.
struct Pair {
    network: Network,
    ids: [AssociationId; 2],
    now: Duration,
}

impl Pair {
    fn new() -> Self {
        let (network, client, server) = Network::pair(1, |_| {});
        let now = network.now();
        Self {
            network,
            ids: [client, server],
            now,
        }
    }

    /// `batch` messages from a host to the other; how many arrived.
    fn send(&mut self, from: usize, batch: usize) -> usize {
        let to = 1 - from;
        for _ in 0..batch {
            let message = Message {
                stream: 1,
                ppid: 18,
                unordered: false,
                payload: vec![7; 100],
            };
            self.network.hosts[from]
                .endpoint
                .send(self.now, self.ids[from], message)
                .expect("there is room");
        }
        while let Some(transmit) = self.network.hosts[from].endpoint.poll_transmit() {
            let Path { local, remote } = transmit.path;
            let path = Path {
                local: remote.ip(),
                remote: SocketAddr::new(local, UDP_PORT),
            };
            self.network.hosts[to]
                .endpoint
                .receive(self.now, path, &transmit.packet);
        }
        let mut arrived = 0;
        while let Some(event) = self.network.hosts[to].endpoint.poll_event() {
            arrived += usize::from(matches!(black_box(event), Event::Message { .. }));
        }
        arrived
    }

    fn exchange(&mut self, batch: usize) {
        self.now += Duration::from_micros(10 * batch as u64);
        assert_eq!(self.send(0, batch), batch);
        assert_eq!(self.send(1, batch), batch);
    }
}

fn messages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("messages");
    for batch in [1, 10, 50] {
        group.throughput(Throughput::Elements(2 * batch as u64));
        let mut pair = Pair::new();
        group.bench_function(format!("batches of {batch}"), |bencher| {
            bencher.iter(|| pair.exchange(batch))
        });
    }
    group.finish();
}

criterion_group!(benches, messages);
criterion_main!(benches);

//! Packets per suite: sealing, opening, and a SIP message of 1 kB through two whole endpoints over UDP and TCP.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use quintet_crypto::{Ck, Ik};
use quintet_esp::{
    Config, Direction, Endpoint, EspKeys, Event, Flow, Inbound, Mode, Outbound, Path, SaCommand,
    SaParameters, SaSet, Spi, Suite, Transport,
};
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

/// Octets of a SIP message.
const MESSAGE: usize = 1000;

fn keys(suite: Suite) -> EspKeys {
    EspKeys::derive(suite, &Ck::new_128([1; 16]), &Ik::new_128([2; 16])).expect("128 bits")
}

fn transforms(criterion: &mut Criterion) {
    let spi = Spi::new(1000).expect("not reserved");
    let message = vec![7; MESSAGE];
    let mut group = criterion.benchmark_group("esp");
    group.throughput(Throughput::Elements(1));
    for suite in Suite::ALL {
        let keys = keys(suite);
        let mut outbound = Outbound::new(spi, &keys, 0, &[3; 16]).expect("a suite to send with");
        let mut out = Vec::new();
        group.bench_function(format!("seal {suite}"), |bencher| {
            bencher.iter(|| {
                out.clear();
                outbound
                    .seal(17, &[&message], &mut out)
                    .expect("numbers are left");
                black_box(&out);
            });
        });
        let mut inbound = Inbound::new(spi, &keys);
        group.bench_function(format!("open {suite}"), |bencher| {
            bencher.iter_batched_ref(
                || {
                    let mut packet = Vec::with_capacity(MESSAGE + 64);
                    outbound
                        .seal(17, &[&message], &mut packet)
                        .expect("numbers are left");
                    packet
                },
                |packet| {
                    black_box(inbound.open(packet).expect("authentic"));
                },
                BatchSize::SmallInput,
            );
        });
    }
}

/// Two endpoints with an association each way.
struct Pair {
    ends: [Endpoint; 2],
    flows: [Flow; 2],
    now: Duration,
}

impl Pair {
    fn new(suite: Suite, transport: Transport) -> Self {
        let at: [SocketAddr; 2] =
            ["10.0.0.1:5062", "10.0.0.2:5060"].map(|text| text.parse().expect("an address"));
        let mut ends = [1, 2].map(|seed| Endpoint::new(Config::default(), [seed; 32]));
        for (number, end) in ends.iter_mut().enumerate() {
            for from in [0, 1] {
                let parameters = SaParameters {
                    direction: if from == number {
                        Direction::Outbound
                    } else {
                        Direction::Inbound
                    },
                    spi: Spi::new(1000 + from as u32).expect("not reserved"),
                    source: at[from],
                    destination: at[1 - from],
                    mode: Mode::Transport,
                    keys: keys(suite),
                    lifetime: Duration::from_secs(1_000_000),
                    set: SaSet(1),
                    sequence: 0,
                };
                end.command(Duration::ZERO, SaCommand::Install(Box::new(parameters)))
                    .expect("there is room");
            }
        }
        let flows = [0, 1].map(|end| Flow {
            transport,
            local: at[end],
            remote: at[1 - end],
        });
        Self {
            ends,
            flows,
            now: Duration::ZERO,
        }
    }

    /// One message there; answers how many octets arrived.
    fn send(&mut self, message: &[u8]) -> usize {
        self.now += Duration::from_micros(10);
        self.ends[0]
            .send(self.now, self.flows[0], message)
            .expect("there is an association");
        let mut arrived = 0;
        loop {
            let mut idle = true;
            for end in [0, 1] {
                while let Some(mut transmit) = self.ends[end].poll_packet() {
                    idle = false;
                    let path = Path {
                        local: transmit.path.remote,
                        remote: transmit.path.local,
                    };
                    self.ends[1 - end].packet(self.now, path, &mut transmit.octets);
                }
            }
            while let Some(event) = self.ends[1].poll_event() {
                if let Event::Datagram { octets, .. } | Event::Stream { octets, .. } = event {
                    arrived += octets.len();
                }
            }
            while self.ends[0].poll_event().is_some() {}
            if idle {
                return arrived;
            }
        }
    }
}

fn endpoints(criterion: &mut Criterion) {
    let message = vec![7; MESSAGE];
    let mut group = criterion.benchmark_group("esp message");
    group.throughput(Throughput::Elements(1));
    for suite in Suite::ALL {
        for transport in [Transport::Udp, Transport::Tcp] {
            let mut pair = Pair::new(suite, transport);
            group.bench_function(format!("{suite} {transport:?}"), |bencher| {
                bencher.iter(|| assert_eq!(pair.send(&message), MESSAGE));
            });
        }
    }
}

criterion_group!(benches, transforms, endpoints);
criterion_main!(benches);

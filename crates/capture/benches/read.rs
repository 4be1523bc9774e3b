//! How fast captures are read and dissected, in octets of file a second: `cargo bench -p quintet-capture --bench read`.
//!
//! The file holds associations of eNBs with an MME, each message acknowledged, and in the mixed one nine frames of user
//! traffic to each of signalling.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quintet_capture::{
    Dissector, DissectorOptions, FlowEvent, FlowId, LinkType, PcapngWriter, Pdu, SctpFlow, SctpMessage, Seen,
    Side, Sink, TcpFlow, read_all,
};

const FILE_OCTETS: usize = 32 << 20;
const ASSOCIATIONS: u16 = 50;
/// An INITIAL UE MESSAGE with an ATTACH REQUEST is about as long.
const MESSAGE_OCTETS: usize = 120;
/// Frames of user traffic to each of signalling.
const USER_FRAMES: usize = 9;
const USER_OCTETS: usize = 1_300;

#[derive(Default)]
struct Count(u64);

impl Sink for Count {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.0 += pdu.octets.len() as u64;
    }

    fn flow(&mut self, _seen: Seen, _flow: FlowId, _event: FlowEvent) {}
}

fn address(text: &str, port: u16) -> SocketAddr {
    SocketAddr::new(text.parse().expect("an address"), port)
}

/// A capture of signalling, with or without the traffic of users.
fn capture(mixed: bool) -> Vec<u8> {
    let mut file = Vec::with_capacity(FILE_OCTETS + (1 << 20));
    let mut writer = PcapngWriter::begin(&mut file, "bench");
    let interface = writer.interface(&mut file, "S1", LinkType::ETHERNET);
    let mut time = Duration::from_secs(1_700_000_000);
    let mut frames: Vec<Vec<u8>> = Vec::new();
    let mme = address("192.0.2.1", 36_412);
    let mut associations: Vec<_> = (0..ASSOCIATIONS)
        .map(|enb| {
            let enb = address("198.51.100.1", 40_000 + enb);
            SctpFlow::open(enb, mme, [7, 9], 2, &mut |frame: &[u8]| {
                frames.push(frame.to_vec())
            })
            .expect("one family")
        })
        .collect();
    let (ue, server) = (address("203.0.113.1", 50_000), address("203.0.113.2", 443));
    let mut user = TcpFlow::open(ue, server, [1, 2], &mut |frame: &[u8]| {
        frames.push(frame.to_vec())
    })
    .expect("one family");
    let message = SctpMessage {
        stream: 1,
        ppid: 18,
        unordered: false,
        payload: &[0x5a; MESSAGE_OCTETS],
    };
    let mut turn = 0;
    while file.len() < FILE_OCTETS {
        let association = &mut associations[turn % usize::from(ASSOCIATIONS)];
        let side = if turn % 2 == 0 { Side::Client } else { Side::Server };
        association
            .send(side, message, &mut |frame: &[u8]| frames.push(frame.to_vec()))
            .expect("a message within limits");
        if mixed {
            for _ in 0..USER_FRAMES {
                user.send(Side::Server, &[0xa5; USER_OCTETS], &mut |frame: &[u8]| {
                    frames.push(frame.to_vec())
                })
                .expect("an open connection");
            }
        }
        for frame in frames.drain(..) {
            time += Duration::from_micros(7);
            writer.packet(&mut file, interface, time, &frame, &[]);
        }
        turn += 1;
    }
    file
}

fn read(criterion: &mut Criterion) {
    for (name, mixed) in [("signalling", false), ("mixed", true)] {
        let file = capture(mixed);
        let mut group = criterion.benchmark_group(name);
        group.sample_size(20);
        group.throughput(Throughput::Bytes(file.len() as u64));
        group.bench_function("read", |bencher| {
            bencher.iter(|| {
                let mut octets = 0;
                read_all(
                    black_box(&file),
                    0,
                    |frame| octets += frame.octets.len(),
                    |damage| panic!("{damage}"),
                );
                octets
            });
        });
        group.bench_function("read and dissect", |bencher| {
            bencher.iter(|| {
                let mut dissector = Dissector::new(DissectorOptions::default());
                let mut count = Count::default();
                read_all(
                    black_box(&file),
                    0,
                    |frame| dissector.frame(frame, &mut count),
                    |damage| panic!("{damage}"),
                );
                dissector.finish(&mut count);
                assert!(count.0 > 0, "there is signalling in it");
                count.0
            });
        });
        group.finish();
    }
}

criterion_group!(benches, read);
criterion_main!(benches);

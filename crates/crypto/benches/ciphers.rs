//! Ciphering and integrity protection in octets per second on one core, for a short NAS message, an IP packet and a long
//! run: `cargo bench -p quintet-crypto --bench ciphers`. Key schedule and initialisation are in every figure.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use quintet_crypto::{Bearer, CipheringAlgorithm, Direction, IntegrityAlgorithm, SecurityInput, eea, eia};
use std::hint::black_box;

/// Octets of a SECURITY MODE COMMAND or so, of an Ethernet's worth of IP, and of a run long enough to hide the start.
const LENGTHS: [usize; 3] = [48, 1500, 16_384];

const KEY: [u8; 16] = [0x5a; 16];

const INPUT: SecurityInput = SecurityInput {
    count: 0x0123_4567,
    bearer: Bearer::EPS_NAS,
    direction: Direction::Downlink,
};

fn ciphers(c: &mut Criterion) {
    for identifier in 1..=3 {
        let (eea, eia) = (CipheringAlgorithm(identifier), IntegrityAlgorithm(identifier));
        let mut group = c.benchmark_group(eea.to_string());
        for octets in LENGTHS {
            let mut message = vec![0; octets];
            group.throughput(Throughput::Bytes(octets as u64));
            group.bench_function(BenchmarkId::from_parameter(octets), |b| {
                b.iter(|| eea::apply(eea, black_box(&KEY), black_box(INPUT), &mut message, octets * 8));
            });
        }
        group.finish();
        let mut group = c.benchmark_group(eia.to_string());
        for octets in LENGTHS {
            let message = vec![0; octets];
            group.throughput(Throughput::Bytes(octets as u64));
            group.bench_function(BenchmarkId::from_parameter(octets), |b| {
                b.iter(|| {
                    eia::mac(
                        eia,
                        black_box(&KEY),
                        black_box(INPUT),
                        black_box(&message),
                        octets * 8,
                    )
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, ciphers);
criterion_main!(benches);

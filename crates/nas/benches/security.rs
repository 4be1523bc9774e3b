//! Protecting and checking a NAS message of 60 octets, by algorithm: `cargo bench -p quintet-nas --bench security`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme};
use quintet_nas::security::{NasCounts, NasSecurityContext, Protection, Role};
use std::hint::black_box;

/// An ATTACH ACCEPT or so.
const PLAIN: [u8; 60] = [0x42; 60];

fn context(role: Role, identifier: u8) -> NasSecurityContext {
    let (eia, eea) = (IntegrityAlgorithm(identifier), CipheringAlgorithm(identifier));
    NasSecurityContext::derive(role, &Kasme::new([7; 32]), eia, eea).expect("0 to 3 are known")
}

fn security(c: &mut Criterion) {
    for identifier in 0..=3 {
        let mut group = c.benchmark_group(format!("EIA{identifier}, EEA{identifier}"));
        group.throughput(Throughput::Elements(1));
        let mut network = context(Role::Network, identifier);
        let mut ue = context(Role::Ue, identifier);
        let mut pdu = Vec::with_capacity(128);
        let mut plain = Vec::with_capacity(128);
        network
            .protect(Protection::Ciphered, &PLAIN, &mut pdu)
            .expect("COUNT 0");
        group.bench_function("unprotect", |b| {
            b.iter(|| {
                // Each time as the first message, so that COUNT never runs out.
                ue = ue.clone().with_counts(NasCounts::NEW);
                ue.unprotect(black_box(&pdu), &mut plain).is_ok()
            });
        });
        group.bench_function("protect", |b| {
            b.iter(|| {
                pdu.clear();
                network = network.clone().with_counts(NasCounts::NEW);
                network.protect(Protection::Ciphered, black_box(&PLAIN), &mut pdu)
            });
        });
        group.finish();
    }
}

criterion_group!(benches, security);
criterion_main!(benches);

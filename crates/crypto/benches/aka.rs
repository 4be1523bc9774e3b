//! Authentication vectors per second on one core: `cargo bench -p quintet-crypto --bench aka`.

use criterion::{Criterion, criterion_group, criterion_main};
use quintet_crypto::{Amf, AuthenticationFunctions, K, Kasme, Milenage, Opc, Sqn, Topc, Tuak, TuakSizes};
use std::hint::black_box;

fn aka(c: &mut Criterion) {
    let (k, opc, rand) = ([0x46; 16], [0xcd; 16], [0x23; 16]);
    let sqn = Sqn::new(0x1234_5678).unwrap_or_default();
    let amf = Amf([0x80, 0x00]);
    let milenage = |k: &[u8; 16], opc: &[u8; 16]| {
        AuthenticationFunctions::Milenage(
            Milenage::new(K::new_128(*k), Opc::new(*opc)).expect("K of 128 bits"),
        )
    };

    c.bench_function("quintet, MILENAGE, raw K and OPc", |b| {
        b.iter(|| milenage(black_box(&k), black_box(&opc)).quintet(black_box(&rand), black_box(sqn), amf));
    });
    c.bench_function("EPS vector with KASME, MILENAGE, raw K and OPc", |b| {
        b.iter(|| {
            let quintet =
                milenage(black_box(&k), black_box(&opc)).quintet(black_box(&rand), black_box(sqn), amf);
            let kasme = Kasme::derive(
                &quintet.ck,
                &quintet.ik,
                black_box(&[0x00, 0xf1, 0x10]),
                &quintet.autn.concealed_sqn,
            );
            (quintet, kasme)
        });
    });
    let tuak = AuthenticationFunctions::Tuak(Tuak::new(
        K::new_128(k),
        Topc::new([0x55; 32]),
        TuakSizes::default(),
    ));
    c.bench_function("quintet, TUAK, one iteration", |b| {
        b.iter(|| black_box(&tuak).quintet(black_box(&rand), black_box(sqn), amf));
    });
    let quintet = milenage(&k, &opc).quintet(&rand, sqn, amf);
    c.bench_function("KASME (one KDF)", |b| {
        b.iter(|| {
            Kasme::derive(
                black_box(&quintet.ck),
                black_box(&quintet.ik),
                black_box(&[0x00, 0xf1, 0x10]),
                &quintet.autn.concealed_sqn,
            )
        });
    });
}

criterion_group!(benches, aka);
criterion_main!(benches);

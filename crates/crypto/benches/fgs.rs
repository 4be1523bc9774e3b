//! Vectors of 5G and SUCIs per second on one core: `cargo bench -p quintet-crypto --bench fgs`.

use criterion::{Criterion, criterion_group, criterion_main};
use quintet_crypto::eap_aka_prime::MasterKeys;
use quintet_crypto::fgs::{HeAv, KSeaf, ServingNetworkName};
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_crypto::{Amf, AuthenticationFunctions, CkIkPrime, K, Milenage, Opc, Sqn};
use std::hint::black_box;

fn vectors(c: &mut Criterion) {
    let (k, opc, rand) = ([0x46; 16], [0xcd; 16], [0x23; 16]);
    let (sqn, amf) = (Sqn::new(0x1234_5678).unwrap_or_default(), Amf([0x80, 0x00]));
    let name: ServingNetworkName = "5G:mnc001.mcc001.3gppnetwork.org".parse().expect("a name");
    let quintet = |k: &[u8; 16], opc: &[u8; 16]| {
        let milenage = Milenage::new(K::new_128(*k), Opc::new(*opc)).expect("K of 128 bits");
        AuthenticationFunctions::Milenage(milenage).quintet(black_box(&rand), black_box(sqn), amf)
    };
    c.bench_function("5G HE AV, MILENAGE, raw K and OPc", |b| {
        b.iter(|| HeAv::derive(&quintet(black_box(&k), black_box(&opc)), black_box(&name)));
    });
    let made = quintet(&k, &opc);
    c.bench_function("XRES* and KAUSF of a quintet", |b| {
        b.iter(|| HeAv::derive(black_box(&made), black_box(&name)))
    });
    c.bench_function("CK', IK' and the keys of EAP-AKA'", |b| {
        b.iter(|| {
            let (ck, ik) = (black_box(&made.ck), black_box(&made.ik));
            let keys = CkIkPrime::eap_aka_prime(ck, ik, name.octets(), &made.autn.concealed_sqn)?;
            MasterKeys::derive(&keys, b"001010000000001")
        });
    });
    let k_seaf = KSeaf::new([7; 32]);
    c.bench_function("KAMF", |b| {
        b.iter(|| black_box(&k_seaf).k_amf(black_box("001010000000001"), &[0, 0]))
    });
}

fn sucis(c: &mut Criterion) {
    for profile in [Profile::A, Profile::B] {
        let private = HomeNetworkPrivateKey::new(profile, &[0x42; 32]).expect("in range");
        let output = private
            .public_key()
            .conceal(&[0x17; 32], &[0x10, 0x32, 0x54, 0x76, 0x98])
            .expect("short");
        c.bench_function(&format!("SUCI deconcealed, profile {profile:?}"), |b| {
            b.iter(|| private.deconceal(black_box(&output)));
        });
        c.bench_function(&format!("SUCI concealed, profile {profile:?}"), |b| {
            b.iter(|| {
                private
                    .public_key()
                    .conceal(black_box(&[0x17; 32]), &[0x10, 0x32, 0x54, 0x76, 0x98])
            });
        });
    }
}

criterion_group!(benches, vectors, sucis);
criterion_main!(benches);

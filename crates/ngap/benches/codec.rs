//! What it costs to read and write the messages of a UE's signalling: `cargo bench -p quintet-ngap`.

use criterion::{Criterion, criterion_group, criterion_main};
use quintet_identity::Plmn;
use quintet_identity::fgs::{Ncgi, Tac, Tai};
use quintet_ngap::message::{DownlinkNasTransport, InitialUeMessage, UplinkNasTransport};
use quintet_ngap::{
    AmfUeNgapId, NgapPdu, RanUeNgapId, RrcEstablishmentCause, Secrets, UserLocationInformation, describe,
};
use std::hint::black_box;

/// A protected AUTHENTICATION RESPONSE is about as long.
const NAS: &[u8] = &[0x7e; 28];

fn messages() -> Vec<NgapPdu<'static>> {
    let plmn = Plmn::from_ascii(b"00101").expect("a PLMN");
    let cell = Ncgi::new(plmn, 0x12345).expect("a cell");
    let tac = Tac::new(1).expect("a code");
    let at = UserLocationInformation::nr(cell, Tai { plmn, tac });
    let (amf, ran) = (AmfUeNgapId(0x0102_0304), RanUeNgapId(7));
    vec![
        UplinkNasTransport::new(amf, ran, NAS.into(), at).into(),
        DownlinkNasTransport::new(amf, ran, NAS.into()).into(),
        InitialUeMessage::new(ran, NAS.into(), at, RrcEstablishmentCause::MoSignalling).into(),
    ]
}

fn codec(c: &mut Criterion) {
    for message in messages() {
        let name = message.name();
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("in range");
        c.bench_function(&format!("decode {name}"), |b| {
            b.iter(|| NgapPdu::decode(black_box(&octets)).map(|decoded| decoded.faults.len()));
        });
        let mut out = Vec::with_capacity(octets.len());
        c.bench_function(&format!("encode {name}"), |b| {
            b.iter(|| {
                out.clear();
                black_box(&message).encode(&mut out).map(|()| out.len())
            });
        });
        c.bench_function(&format!("describe {name}"), |b| {
            b.iter(|| {
                describe(black_box(&octets), Secrets::Redacted).map(|description| description.fields.len())
            });
        });
    }
}

criterion_group!(benches, codec);
criterion_main!(benches);

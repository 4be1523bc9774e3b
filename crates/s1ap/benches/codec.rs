//! What it costs to read and write the messages of a UE's signalling: `cargo bench -p quintet-s1ap`.

use criterion::{Criterion, criterion_group, criterion_main};
use quintet_identity::{Ecgi, Plmn, Tai};
use quintet_s1ap::message::{DownlinkNasTransport, InitialUeMessage, UplinkNasTransport};
use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId, RrcEstablishmentCause, S1apPdu, Secrets, describe};
use std::hint::black_box;

/// A protected AUTHENTICATION RESPONSE is about as long.
const NAS: &[u8] = &[0x07; 24];

fn messages() -> Vec<S1apPdu<'static>> {
    let plmn = Plmn::from_ascii(b"00101").expect("a PLMN");
    let cell = Ecgi::new(plmn, 0x12345).expect("a cell");
    let area = Tai { plmn, tac: 1 };
    let (mme, enb) = (MmeUeS1apId(0x0102_0304), EnbUeS1apId(7));
    vec![
        UplinkNasTransport::new(mme, enb, NAS.into(), cell, area).into(),
        DownlinkNasTransport::new(mme, enb, NAS.into()).into(),
        InitialUeMessage::new(enb, NAS.into(), area, cell, RrcEstablishmentCause::MoSignalling).into(),
    ]
}

fn codec(c: &mut Criterion) {
    for message in messages() {
        let name = message.name();
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("in range");
        c.bench_function(&format!("decode {name}"), |b| {
            b.iter(|| S1apPdu::decode(black_box(&octets)).map(|decoded| decoded.faults.len()));
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

//! Reading and writing a NAS message: `cargo bench -p quintet-nas --bench messages`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quintet_nas::eps::{AttachRequest, EmmMessage, SecurityModeCommand};
use std::hint::black_box;

/// ATTACH REQUEST of a phone with a GUTI and eight optional elements.
const ATTACH_REQUEST: &[u8] = &[
    0x07, 0x41, 0x61, 0x0b, 0xf6, 0x02, 0xf8, 0x10, 0x80, 0x03, 0xc8, 0xc2, 0xe6, 0x5e, 0x9a, 0x04, 0xe0,
    0x60, 0xc0, 0x40, 0x00, 0x04, 0x02, 0x01, 0xd0, 0x11, 0x52, 0x02, 0xf8, 0x10, 0xc4, 0xc2, 0x5c, 0x0a,
    0x00, 0x31, 0x03, 0xe5, 0xe0, 0x34, 0x13, 0x02, 0xf8, 0x10, 0x04, 0x05, 0x90, 0x11, 0x03, 0x57, 0x58,
    0xa6, 0x5d, 0x01, 0x00, 0xc1,
];

/// SECURITY MODE COMMAND with IMEISV request and HashMME.
const SECURITY_MODE_COMMAND: &[u8] = &[
    0x07, 0x5d, 0x02, 0x00, 0x05, 0xe0, 0x60, 0xe0, 0x60, 0x70, 0xc1, 0x4f, 0x08, 0xa3, 0x5e, 0x5f, 0x59,
    0x12, 0x50, 0x6a, 0xd4,
];

fn messages(c: &mut Criterion) {
    let mut out = Vec::with_capacity(128);
    let mut group = c.benchmark_group("ATTACH REQUEST");
    group.throughput(Throughput::Elements(1));
    group.bench_function("decode", |b| {
        b.iter(|| AttachRequest::decode(black_box(ATTACH_REQUEST)))
    });
    group.bench_function("decode any", |b| {
        b.iter(|| EmmMessage::decode_uplink(black_box(ATTACH_REQUEST)))
    });
    let (message, _) = AttachRequest::decode(ATTACH_REQUEST).expect("a good message");
    group.bench_function("encode", |b| {
        b.iter(|| {
            out.clear();
            black_box(&message).encode(&mut out);
        });
    });
    group.finish();
    let mut group = c.benchmark_group("SECURITY MODE COMMAND");
    group.throughput(Throughput::Elements(1));
    group.bench_function("decode", |b| {
        b.iter(|| SecurityModeCommand::decode(black_box(SECURITY_MODE_COMMAND)))
    });
    let (message, _) = SecurityModeCommand::decode(SECURITY_MODE_COMMAND).expect("a good message");
    group.bench_function("encode", |b| {
        b.iter(|| {
            out.clear();
            black_box(&message).encode(&mut out);
        });
    });
    group.finish();
}

criterion_group!(benches, messages);
criterion_main!(benches);

//! What a field costs: every row is opened when a node starts, and sealed when it is provisioned.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quintet_vault::{DataKeyNumber, Place, Ring, Secret};
use std::hint::black_box;
use zeroize::Zeroizing;

fn fields(criterion: &mut Criterion) {
    let mut ring = Ring::new();
    ring.insert(DataKeyNumber::FIRST, &Secret::new([7; 32]));
    // K and OPc of MILENAGE.
    let plain = [3; 33];
    let place = |row| Place {
        table: "subscriber",
        column: "keys",
        row,
        beside: &[0],
    };
    let mut group = criterion.benchmark_group("vault");
    group.throughput(Throughput::Elements(1));
    let (mut row, nonce) = (0, [9; 12]);
    group.bench_function("seal", |bencher| {
        bencher.iter(|| {
            row += 1;
            black_box(ring.seal(&nonce, &place(row), &plain));
        });
    });
    let sealed = ring.seal(&nonce, &place(1), &plain).expect("a key");
    let mut opened = Zeroizing::new(Vec::new());
    group.bench_function("open", |bencher| {
        bencher.iter(|| {
            ring.open(&place(1), black_box(&sealed), &mut opened)
                .expect("its place");
            black_box(&opened);
        });
    });
    group.finish();
}

criterion_group!(benches, fields);
criterion_main!(benches);

//! The table of subscribers at a million: `cargo bench -p quintet-store --features testing`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quintet_store::SubscriberTable;
use quintet_store::contract::fixture;
use quintet_store::faulty::Dice;
use std::hint::black_box;
use std::sync::Arc;

const SUBSCRIBERS: u64 = 1_000_000;

fn filled() -> SubscriberTable {
    let mut table = SubscriberTable::new();
    let mut one = fixture::subscriber(0);
    one.subscription = Arc::new(fixture::subscription(1));
    for n in 0..SUBSCRIBERS {
        one.imsi = fixture::imsi(n);
        table.insert(&one).expect("room for a million");
    }
    table
}

fn table(criterion: &mut Criterion) {
    let mut table = filled();
    println!(
        "{} subscribers, {:.1} octets each",
        table.len(),
        table.octets() as f64 / table.len() as f64
    );
    let mut dice = Dice::new(1);
    let imsis: Vec<_> = (0..1 << 20)
        .map(|_| fixture::imsi(dice.below(SUBSCRIBERS)))
        .collect();
    let mut group = criterion.benchmark_group("table");
    group.throughput(Throughput::Elements(1));
    let mut at = 0;
    group.bench_function("lookup, random of a million", |bencher| {
        bencher.iter(|| {
            at = (at + 1) & (imsis.len() - 1);
            black_box(table.lookup(imsis[at]).map(|entry| entry.amf()))
        });
    });
    group.bench_function("lookup and functions, random of a million", |bencher| {
        bencher.iter(|| {
            at = (at + 1) & (imsis.len() - 1);
            black_box(
                table
                    .lookup(imsis[at])
                    .map(|entry| (entry.functions(), entry.dif())),
            )
        });
    });
    group.bench_function("lookup of a stranger", |bencher| {
        let strangers: Vec<_> = (0..1 << 20).map(|n| fixture::imsi(SUBSCRIBERS + n)).collect();
        bencher.iter(|| {
            at = (at + 1) & (strangers.len() - 1);
            black_box(table.lookup(strangers[at]).is_none())
        });
    });
    let mut one = fixture::subscriber(0);
    group.bench_function("remove and insert, random of a million", |bencher| {
        bencher.iter(|| {
            at = (at + 1) & (imsis.len() - 1);
            table.remove(imsis[at]);
            one.imsi = imsis[at];
            table.insert(&one)
        });
    });
    group.finish();
}

/// The longest single insertion on the way to a million: growth must not be felt.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn longest(_: &mut Criterion) {
    let mut table = SubscriberTable::new();
    let mut one = fixture::subscriber(0);
    let mut longest = std::time::Duration::ZERO;
    let start = std::time::Instant::now();
    for n in 0..SUBSCRIBERS {
        one.imsi = fixture::imsi(n);
        let before = std::time::Instant::now();
        table.insert(&one).expect("room for a million");
        longest = longest.max(before.elapsed());
    }
    println!(
        "a million insertions in {:?}, the longest {longest:?}",
        start.elapsed()
    );
}

criterion_group!(benches, longest, table);
criterion_main!(benches);

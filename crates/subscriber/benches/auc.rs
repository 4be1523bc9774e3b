//! Sequence numbers and vectors of EPS and 5GS per second on one core: `cargo bench -p quintet-subscriber --bench auc`.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use quintet_crypto::{Amf, K, Opc};
use quintet_identity::Imsi;
use quintet_subscriber::auc::{
    Auc, AucConfig, ChallengeKey, Domain, Epoch, IssueError, Recipient, Slot, Vectors, WallClock,
};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use std::hint::black_box;

/// Subscribers taken in turn: more than a cache holds.
const SUBSCRIBERS: u64 = 1 << 18;

/// Authentications in a tick of 0.1 s: 200,000 in a second.
const PER_TICK: u64 = 20_000;

const START: u64 = 17_600_000_000;

fn holding() -> Auc {
    let config = AucConfig {
        window_ticks: 1 << 40,
        ..AucConfig::default()
    };
    let mut auc = Auc::new(Slot::default(), config);
    auc.take_over(Epoch(1), 0);
    if let Ok(Some(raise)) = auc.renewal(WallClock::from_ticks(START)) {
        auc.bound_raised(raise);
    }
    auc
}

/// An endless run of authentications of different subscribers.
struct Run {
    auc: Auc,
    imsis: Vec<Imsi>,
    done: u64,
}

impl Run {
    fn new() -> Self {
        let imsis = (0..SUBSCRIBERS)
            .map(|n| format!("00101{n:010}").parse().expect("an IMSI"))
            .collect();
        Self {
            auc: holding(),
            imsis,
            done: 0,
        }
    }

    fn next(&mut self) -> (WallClock, Recipient) {
        self.done += 1;
        let imsi = self.imsis[(self.done.wrapping_mul(0x9e37_79b9) % SUBSCRIBERS) as usize];
        let to = Recipient {
            imsi,
            profile: SqnProfile::TIME_BASED,
            dif: Some(-1_000_000),
            seq_seed: 0,
        };
        (WallClock::from_ticks(START + self.done / PER_TICK), to)
    }
}

fn auc(c: &mut Criterion) {
    let mut run = Run::new();
    c.bench_function("issue one SQN", |b| {
        b.iter(|| {
            let (wall, to) = run.next();
            black_box(run.auc.issue(wall, &to, Domain::Eps, 1)).map(drop)
        });
    });

    let authentication = Authentication {
        k: K::new_128([0x46; 16]),
        algorithm: Algorithm::Milenage {
            opc: Opc::new([0xcd; 16]),
        },
        amf: Amf([0x80, 0]),
        sqn_profile: SqnProfile::TIME_BASED,
        dif: Some(-1_000_000),
        seq_seed: 0,
    };
    let challenge = ChallengeKey::new(&[7; 16]);
    let plmn = "00101".parse().expect("a PLMN");
    // The runtime's DRBG has a bench of its own.
    let mut n = 0u64;
    let mut entropy = move |out: &mut [u8]| {
        n = n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        for (to, from) in out.iter_mut().zip(n.to_be_bytes()) {
            *to = from;
        }
    };
    let imsi = run.imsis[0];
    c.bench_function("RAND", |b| {
        b.iter(|| challenge.rand(black_box(imsi), WallClock::from_ticks(START), &mut entropy));
    });
    c.bench_function("issue, RAND, EPS vector with KASME, from raw K and OPc", |b| {
        b.iter(|| -> Result<(), IssueError> {
            let (wall, to) = run.next();
            let issued = run.auc.issue(wall, &to, Domain::Eps, 1)?;
            let vectors = Vectors::new(to.imsi, black_box(&authentication), &challenge, wall);
            let vectors = vectors.expect("the lengths are MILENAGE's");
            for vector in vectors.eps(plmn, issued, &mut entropy) {
                black_box(vector);
            }
            Ok(())
        });
    });
    let name = "5G:mnc001.mcc001.3gppnetwork.org".parse().expect("a name");
    c.bench_function("issue, RAND, 5G HE AV, from raw K and OPc", |b| {
        b.iter(|| -> Result<(), IssueError> {
            let (wall, to) = run.next();
            let issued = run.auc.issue(wall, &to, Domain::Eps, 1)?;
            let vectors = Vectors::new(to.imsi, black_box(&authentication), &challenge, wall);
            let vectors = vectors.expect("the lengths are MILENAGE's");
            for vector in vectors.fgs(name, issued, &mut entropy) {
                black_box(vector);
            }
            Ok(())
        });
    });
    c.bench_function("take over", |b| {
        b.iter_batched(
            holding,
            |mut auc| auc.take_over(Epoch(2), 100),
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, auc);
criterion_main!(benches);

//! `quintet bench aka`: vectors on one core.
//!
//! Each operation runs in batches of [`BATCH`]; a batch's mean time per operation is one sample. The figure is the median of the
//! samples: a batch in which the operating system took the core away shows in p99 and p99.9, not in the figure. Keys
//! and challenges change with every operation, so that nothing can be computed once.

mod fgs;

use super::machine::Machine;
use super::report::{self, Goal, Quantiles, Row};
use crate::output::Finding;
use anyhow::{Context, Result, ensure};
use quintet_crypto::{
    Amf, AuthenticationFunctions, K, Kasme, Milenage, Opc, Quintet, Rand, Sqn, Topc, Tuak, TuakSizes, Xor,
};
use quintet_identity::{Imsi, Plmn};
use quintet_runtime::{Clock, Drbg};
use quintet_subscriber::auc::{
    Auc, AucConfig, ChallengeKey, Domain, Epoch, Recipient, Slot, Vectors, WallClock,
};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use std::hint::black_box;
use std::time::Duration;

pub(super) const EXAMPLES: &str = "Examples:
  quintet bench aka
  quintet bench aka --duration 5 --json";

/// Operations of a sample: some ten µs, so that reading the clock does not count.
const BATCH: u32 = 256;

/// Samples of an operation at most: memory.
const MAX_SAMPLES: usize = 1 << 20;

/// The longest time for each operation, s.
const MAX_SECONDS: f64 = 3600.0;

/// Subscribers taken in turn by the AuC's figures: more than the last moment's memory holds in a cache.
const SUBSCRIBERS: u64 = 1 << 18;

/// Vectors of one tick of 0.1 s: the speed at which the AuC's clock runs here.
const PER_TICK: u64 = 50_000;

/// A wall clock of the year 2025, in ticks.
const START_TICKS: u64 = 17_600_000_000;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Seconds for each figure
    #[arg(long, value_name = "S", default_value = "1", value_parser = seconds)]
    duration: Duration,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// A time in seconds, at least 1 ms and at most an hour.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(s) if (0.001..=MAX_SECONDS).contains(&s) => Ok(Duration::from_secs_f64(s)),
        _ => Err(format!(
            "a number of seconds from 0.001 to {MAX_SECONDS} is expected"
        )),
    }
}

/// `quintet bench aka`.
pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    if !published_set_holds()? {
        anstream::eprintln!(
            "quintet: TS 35.208 test set 1 does not come out: these figures would be worth nothing"
        );
        return Ok(Finding::Negative);
    }
    let bench = Bench {
        clock: Clock::start(),
        duration: arguments.duration,
    };
    let mut rows = Vec::new();
    functions(&bench, &mut rows);
    fgs::rows(&bench, &mut rows)?;
    auc(&bench, &mut rows)?;
    report::print("quintet.bench.aka/1", &Machine::here(), &rows, arguments.json)?;
    Ok(Finding::Positive)
}

/// TS 35.208 4.3.1: XRES and AUTN of test set 1.
fn published_set_holds() -> Result<bool> {
    let functions = milenage(
        0x465b_5ce8_b199_b49f_aa5f_0a2e_e238_a6bc,
        0xcd63_cb71_954a_9f4e_48a5_994e_37a0_2baf,
    )?;
    let rand = 0x2355_3cbe_9637_a89d_218a_e64d_ae47_bf35_u128.to_be_bytes();
    let sqn = Sqn::new(0xff9b_b4d0_b607).context("48 bits")?;
    let quintet = functions.quintet(&rand, sqn, Amf([0xb9, 0xb9]));
    let autn = quintet.autn.octets().context("an AUTN of 16 octets")?;
    let expected = [
        &[0xa5, 0x42, 0x11, 0xd5, 0xe3, 0xba, 0x50, 0xbf][..],
        // SQN xor AK, AMF, MAC-A.
        &[0x55, 0xf3, 0x28, 0xb4, 0x35, 0x77, 0xb9, 0xb9],
        &[0x4a, 0x9f, 0xfa, 0xc3, 0x54, 0xdf, 0xaf, 0xb3],
    ];
    Ok(quintet.xres.octets() == expected[0] && autn[..8] == *expected[1] && autn[8..] == *expected[2])
}

fn milenage(k: u128, opc: u128) -> Result<AuthenticationFunctions> {
    let (k, opc) = (K::new_128(k.to_be_bytes()), Opc::new(opc.to_be_bytes()));
    Ok(AuthenticationFunctions::Milenage(Milenage::new(k, opc)?))
}

struct Bench {
    clock: Clock,
    duration: Duration,
}

impl Bench {
    /// Nanoseconds of one call of `work`, which gets the call's number.
    fn measure<R>(&self, mut work: impl FnMut(u64) -> R) -> Quantiles {
        let mut samples = Vec::new();
        let mut n = 0;
        let mut batch = |samples: &mut Vec<f64>| {
            let begin = self.clock.moment().now;
            for _ in 0..BATCH {
                n += 1;
                black_box(work(black_box(n)));
            }
            let end = self.clock.moment().now;
            samples.push((end - begin).as_secs_f64() * 1e9 / f64::from(BATCH));
            end
        };
        // A tenth of the time warms caches and branch predictors up.
        let warm = self.clock.moment().now + self.duration / 10;
        while batch(&mut samples) < warm && samples.len() < MAX_SAMPLES {}
        samples.clear();
        let stop = self.clock.moment().now + self.duration;
        while batch(&mut samples) < stop && samples.len() < MAX_SAMPLES {}
        samples.sort_by(f64::total_cmp);
        let quantile = |share: f64| samples[((samples.len() - 1) as f64 * share) as usize];
        Quantiles {
            p50: quantile(0.5),
            p99: quantile(0.99),
            p999: quantile(0.999),
        }
    }
}

/// A figure in ns per operation.
fn ns(name: &str, quantiles: Quantiles) -> Row {
    Row::new(name, "ns", quantiles.p50).quantiles(quantiles)
}

/// A figure in operations per second; its quantiles are those of the slow samples.
fn per_second(name: &str, quantiles: Quantiles) -> Row {
    Row::new(name, "/s", 1e9 / quantiles.p50).quantiles(Quantiles {
        p50: 1e9 / quantiles.p50,
        p99: 1e9 / quantiles.p99,
        p999: 1e9 / quantiles.p999,
    })
}

/// A challenge and a sequence number that differ in each call.
fn challenge(n: u64) -> (Rand, Sqn) {
    let rand = (u128::from(n) << 64 | u128::from(!n)).to_le_bytes();
    (rand, Sqn::new(n & 0xffff_ffff).unwrap_or_default())
}

fn functions(bench: &Bench, rows: &mut Vec<Row>) {
    let amf = Amf([0x80, 0]);
    let (k, opc) = ([0x46; 16], [0xcd; 16]);
    // K and OPc go through the optimiser's blind spot, so that the key schedule is part of each call.
    let quintet = |n: u64| -> Option<Quintet> {
        let (rand, sqn) = challenge(n);
        let (k, opc) = black_box((&k, &opc));
        let functions = Milenage::new(K::new_128(*k), Opc::new(*opc)).ok()?;
        Some(AuthenticationFunctions::Milenage(functions).quintet(&rand, sqn, amf))
    };
    let plmn = [0x00, 0xf1, 0x10];
    let kasme = |quintet: &Quintet| {
        Kasme::derive(
            &quintet.ck,
            &quintet.ik,
            black_box(&plmn),
            &quintet.autn.concealed_sqn,
        )
    };
    rows.push(ns("MILENAGE quintet from K and OPc", bench.measure(quintet)).goal(Goal::AtMost(100.0)));
    let eps = bench.measure(|n| quintet(n).and_then(|quintet| kasme(&quintet).map(|kasme| (quintet, kasme))));
    rows.push(ns("EPS vector with KASME from K and OPc", eps));
    rows.push(per_second("EPS vectors with KASME, per core", eps).goal(Goal::AtLeast(2_500_000.0)));
    let tuak = |iterations| {
        let sizes = TuakSizes::new(64, 64, 128, 128, iterations).ok()?;
        let (k, topc) = (K::new_128(k), Topc::new([0x55; 32]));
        Some(AuthenticationFunctions::Tuak(Tuak::new(k, topc, sizes)))
    };
    for (name, iterations) in [
        ("TUAK quintet from K and TOPc", 1),
        ("TUAK quintet, two Keccak iterations", 2),
    ] {
        if let Some(tuak) = tuak(iterations) {
            let quantiles = bench.measure(|n| {
                let (rand, sqn) = challenge(n);
                black_box(&tuak).quintet(&rand, sqn, amf)
            });
            rows.push(ns(name, quantiles));
        }
    }
    if let Ok(xor) = Xor::new(K::new_128(k)) {
        let xor = AuthenticationFunctions::Xor(xor);
        let quantiles = bench.measure(|n| {
            let (rand, sqn) = challenge(n);
            black_box(&xor).quintet(&rand, sqn, amf)
        });
        rows.push(ns("XOR quintet", quantiles));
    }
    if let Ok(milenage) = Milenage::new(K::new_128(k), Opc::new(opc)) {
        let milenage = AuthenticationFunctions::Milenage(milenage);
        let rand = [0x23; 16];
        let auts = milenage.auts(&rand, Sqn::default());
        let quantiles = bench.measure(|_| black_box(&milenage).verify_auts(black_box(&rand), &auts));
        rows.push(ns("AUTS check, MILENAGE", quantiles));
    }
}

/// An AuC that issues without a store: its bound is far away.
fn auc(bench: &Bench, rows: &mut Vec<Row>) -> Result<()> {
    let mut auc = issuing()?;
    let imsis = (0..SUBSCRIBERS).map(|n| format!("00101{n:010}").parse::<Imsi>());
    let imsis: Vec<Imsi> = imsis.collect::<Result<_, _>>()?;
    // Each figure goes on where the clock of the last one stopped.
    let mut done = 0;
    let mut next = || {
        done += 1;
        let imsi = imsis[(done * 0x9e37_79b9 % SUBSCRIBERS) as usize];
        let to = Recipient {
            imsi,
            profile: SqnProfile::TIME_BASED,
            dif: Some(-1_000_000),
            seq_seed: 0,
        };
        (WallClock::from_ticks(START_TICKS + done / PER_TICK), to)
    };
    let quantiles = bench.measure(|_| {
        let (wall, to) = next();
        auc.issue(wall, &to, Domain::Eps, 1).map(drop)
    });
    rows.push(ns("AuC: issue an SQN", quantiles));

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
    let mut drbg = Drbg::new()?;
    let mut entropy = |out: &mut [u8]| drbg.fill(out);
    let challenge = ChallengeKey::new(&[7; 16]);
    let plmn: Plmn = "00101".parse()?;
    let (mut asked, mut made) = (0u64, 0u64);
    let quantiles = bench.measure(|_| {
        let (wall, to) = next();
        asked += 1;
        let Ok(issued) = auc.issue(wall, &to, Domain::Eps, 1) else {
            return;
        };
        let Ok(vectors) = Vectors::new(to.imsi, black_box(&authentication), &challenge, wall) else {
            return;
        };
        for vector in vectors.eps(plmn, issued, &mut entropy) {
            black_box(vector);
            made += 1;
        }
    });
    ensure!(asked == made, "{asked} vectors were asked for, and {made} made");
    rows.push(ns("AuC: SQN, RAND, EPS vector with KASME", quantiles));
    rows.push(per_second("AuC: EPS vectors, per core", quantiles));
    Ok(())
}

fn issuing() -> Result<Auc> {
    let config = AucConfig {
        window_ticks: 1 << 40,
        ..AucConfig::default()
    };
    let mut auc = Auc::new(Slot::default(), config);
    auc.take_over(Epoch(1), 0);
    let raise = auc.renewal(WallClock::from_ticks(START_TICKS))?;
    auc.bound_raised(raise.context("a new tenure raises its bound")?);
    Ok(auc)
}

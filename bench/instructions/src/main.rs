//! `instructions PATH COUNT`: runs a hot path COUNT times, for `valgrind` to count what it executes (`check`).
//!
//! The script runs each path twice with different counts; the difference, divided, is the cost of one pass without
//! start, set-up and end. Everything is seeded: no clock, no entropy of the system.

#![forbid(unsafe_code)]

mod air;
mod ims;
mod lte;
#[path = "../../../crates/mme/benches/attach/rig.rs"]
mod rig;

use anyhow::{Context, Result, bail, ensure};
use quintet_crypto::{Amf, AuthenticationFunctions, K, Kasme, Milenage, Opc, Quintet, Sqn};
use quintet_identity::Imsi;
use quintet_subscriber::auc::{Auc, AucConfig, Domain, Epoch, Recipient, Slot, WallClock};
use quintet_subscriber::model::SqnProfile;
use std::hint::black_box;

/// Subscribers whose numbers are issued in turn: so many that none runs ahead of the clock.
const SUBSCRIBERS: u64 = 4096;

/// A wall clock of the year 2025, in ticks of 0.1 s.
const START_TICKS: u64 = 17_600_000_000;

/// Runs a path so many times.
type Run = fn(u64) -> Result<()>;

/// Every path, in the order of `counts`.
const PATHS: [(&str, Run); 15] = [
    ("quintet", quintet),
    ("eps_vector", eps_vector),
    ("sqn_issue", sqn_issue),
    ("air_decode_validate", air::decode_and_validate),
    ("air_handled", air::handle),
    ("nas_decode", lte::nas_decode),
    ("nas_protect", lte::nas_protect),
    ("nas_unprotect", lte::nas_unprotect),
    ("s1ap_decode", lte::s1ap_decode),
    ("s1ap_encode", lte::s1ap_encode),
    ("attach", lte::attach),
    ("sip_parse", ims::sip_parse),
    ("register_handled", ims::register_handled),
    ("esp_seal", ims::esp_seal),
    ("esp_open", ims::esp_open),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let names = || PATHS.map(|(name, _)| name).join(", ");
    let [path, count] = &arguments[..] else {
        bail!("usage: instructions PATH COUNT; paths: {}", names());
    };
    let count = count.parse().context("COUNT is a number")?;
    let found = PATHS.iter().find(|(name, _)| name == path);
    let (_, run) = found.with_context(|| format!("no path {path:?}; there are {}", names()))?;
    run(count)
}

fn one_quintet(n: u64) -> Result<Quintet> {
    let (k, opc) = black_box(([0x46; 16], [0xcd; 16]));
    let rand = (u128::from(n) << 64 | u128::from(!n)).to_le_bytes();
    let sqn = Sqn::new(n & 0xffff_ffff).context("32 bits fit")?;
    let functions = AuthenticationFunctions::Milenage(Milenage::new(K::new_128(k), Opc::new(opc))?);
    Ok(functions.quintet(&rand, sqn, Amf([0x80, 0])))
}

/// MILENAGE f1 to f5 from raw K and OPc.
fn quintet(count: u64) -> Result<()> {
    for n in 0..count {
        black_box(one_quintet(black_box(n))?);
    }
    Ok(())
}

/// The same with KASME.
fn eps_vector(count: u64) -> Result<()> {
    for n in 0..count {
        let quintet = one_quintet(black_box(n))?;
        let kasme = Kasme::derive(
            &quintet.ck,
            &quintet.ik,
            black_box(&[0x00, 0xf1, 0x10]),
            &quintet.autn.concealed_sqn,
        );
        black_box((quintet, kasme.context("CK and IK of 128 bits")?));
    }
    Ok(())
}

/// A sequence number, its subscriber's last one remembered.
fn sqn_issue(count: u64) -> Result<()> {
    let config = AucConfig {
        window_ticks: 1 << 40,
        ..AucConfig::default()
    };
    let mut auc = Auc::new(Slot::default(), config);
    auc.take_over(Epoch(1), 0);
    let raise = auc.renewal(WallClock::from_ticks(START_TICKS))?;
    auc.bound_raised(raise.context("a new tenure raises its bound")?);
    let imsis = (0..SUBSCRIBERS).map(|n| format!("00101{n:010}").parse());
    let imsis: Vec<Imsi> = imsis.collect::<Result<_, _>>()?;
    let mut issued = 0;
    for n in 0..count {
        let to = Recipient {
            imsi: imsis[(n % SUBSCRIBERS) as usize],
            profile: SqnProfile::TIME_BASED,
            dif: Some(-1_000_000),
            seq_seed: 0,
        };
        // A tick for every round of the subscribers.
        let wall = WallClock::from_ticks(START_TICKS + n / SUBSCRIBERS);
        issued += black_box(auc.issue(black_box(wall), &to, Domain::Eps, 1))?.count();
    }
    ensure!(issued as u64 == count, "{issued} of {count} numbers were issued");
    Ok(())
}

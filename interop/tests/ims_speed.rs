//! Kamailio's S-CSCF and ours, one after the other on the same machine under the same load, both with our HSS.
//!
//! `QUINTET_INTEROP_PROGRAM=target/release/quintet cargo test --manifest-path interop/Cargo.toml --test ims_speed -- --ignored
//! --nocapture`; `QUINTET_INTEROP_UES` asks for another number of UEs.
#![forbid(unsafe_code)]

use quintet_interop::ims::{Speed, Whose, ims_scenario};
use std::sync::Mutex;

/// UEs that register, unless another number is asked for, and how many at a time.
const UES: u32 = 20_000;
const OUTSTANDING: u32 = 64;

/// What ours must be of Kamailio's.
const TIMES: f64 = 3.0;

fn measure(whose: Whose, ues: u32) -> Option<Speed> {
    let speed = Mutex::new(None);
    ims_scenario("ims_speed", |scene| {
        *speed.lock().expect("not poisoned") = Some(scene.speed(whose, ues, OUTSTANDING));
    });
    speed.into_inner().expect("not poisoned")
}

#[test]
#[ignore = "measures, with a release build: takes a minute"]
fn our_scscf_beside_kamailios() {
    let asked = std::env::var("QUINTET_INTEROP_UES").ok();
    let ues = asked.and_then(|text| text.parse().ok()).unwrap_or(UES);
    let speeds = [Whose::Kamailios, Whose::Ours].map(|whose| measure(whose, ues));
    let [Some(theirs), Some(ours)] = speeds else {
        return;
    };
    println!(
        "{:<10} {:>16} {:>12} {:>12} {:>12} {:>22}",
        "", "registrations/s", "S-CSCF µs", "I-CSCF µs", "HSS µs", "S-CSCF's a core and s"
    );
    for (name, speed) in [("Kamailio", theirs), ("ours", ours)] {
        let us = |time: std::time::Duration| time.as_secs_f64() * 1e6;
        println!(
            "{name:<10} {:>16.0} {:>12.0} {:>12.0} {:>12.0} {:>22.0}",
            speed.rate,
            us(speed.scscf),
            us(speed.icscf),
            us(speed.hss),
            speed.of_scscf()
        );
    }
    let times = ours.of_scscf() / theirs.of_scscf();
    println!(
        "our S-CSCF does {times:.1} times as much as Kamailio's a core (goal {TIMES}), the whole {:.1} times",
        ours.rate / theirs.rate
    );
    assert!(times >= TIMES, "{times:.1} times Kamailio's is less than {TIMES}");
}

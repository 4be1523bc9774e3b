//! What a registration of the IMS (SM1 to SM12 with Cx) costs each node in memory, without sockets and disk, and what a
//! registered UE weighs at P- and S-CSCF. `cargo bench -p quintet-sim --bench ims [-- UES]`.

#[path = "../../tests/ims/support/core.rs"]
#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "shared with the tests, which ask for more and where a failure is one"
)]
mod cscfs;
#[path = "../../tests/ims/support/cx.rs"]
#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "shared with the tests, which ask for more and where a failure is one"
)]
mod cx;
#[path = "../../tests/ims/support/esp.rs"]
#[expect(dead_code, reason = "shared with the tests, which look closer")]
mod esp;
mod memory;
mod rig;
mod turn;

use quintet_esp::{Encryption, Integrity, Suite};
use rig::{Part, Rig};
use std::time::Duration;

/// UEs registered unless another number is given.
const UES: u32 = 50_000;

/// UEs registered before anything is measured.
const WARM_UP: u32 = 2_000;

/// After so long no transaction of a CSCF is left (timer J).
const QUIET: Duration = Duration::from_secs(64);

fn run(ues: u32, what: &str, suite: Option<Suite>, reg_event: bool) {
    let mut rig = Rig::new(WARM_UP + ues, suite, reg_event);
    rig.register(WARM_UP);
    assert_eq!(rig.registered, WARM_UP, "every UE is registered");
    let (before, messages) = (rig.costs, rig.messages);
    rig.register(ues);
    assert_eq!(rig.registered, WARM_UP + ues, "every UE is registered");
    let each = |total: u64| total as f64 / f64::from(ues);
    println!(
        "\n{what}: {:.1} SIP messages and {:.0} octets a registration",
        each(rig.messages.0 - messages.0),
        each(rig.messages.1 - messages.1)
    );
    println!("{:<14} {:>10} {:>12}", "", "µs", "allocations");
    let (mut core, mut all) = (0.0, 0.0);
    for part in Part::ALL {
        let (from, to) = (before[part as usize], rig.costs[part as usize]);
        let time = (to.time - from.time).as_secs_f64() * 1e6 / f64::from(ues);
        let allocations = each(to.allocations - from.allocations);
        println!("{:<14} {time:>10.2} {allocations:>12.0}", part.name());
        all += time;
        if !matches!(part, Part::Ues | Part::UeEsp) {
            core += time;
        }
    }
    println!("{:<14} {core:>10.2}", "network");
    println!("{:<14} {all:>10.2}", "all");
    weigh(rig, WARM_UP + ues);
}

/// What each UE is in octets, and what transactions were.
fn weigh(mut rig: Rig, ues: u32) {
    let busy = memory::live();
    rig.rest(QUIET);
    let gone = busy - memory::live();
    let each = |octets: i64| octets as f64 / f64::from(ues);
    let nodes = [
        ("P-CSCF", memory::weight(rig.pcscf)),
        ("P-CSCF's ESP", memory::weight(rig.pcscf_end)),
        ("I-CSCF", memory::weight(rig.icscf)),
        ("S-CSCF", memory::weight(rig.scscf)),
    ];
    for (name, octets) in nodes {
        println!("{name:<14} {:>10.0} octets a registered UE", each(octets));
    }
    println!(
        "{:<14} {:>10.1} MB in transactions at 10,000 registrations/s",
        "all",
        gone as f64 / 1e6
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asked = arguments.iter().find_map(|argument| argument.parse().ok());
    let ues: u32 = asked.unwrap_or(UES).max(1);
    let wanted = |what: &str| {
        let named = |argument: &&String| !argument.starts_with('-') && argument.parse::<u32>().is_err();
        let mut names = arguments.iter().filter(named).peekable();
        names.peek().is_none() || names.any(|name| what.contains(name.as_str()))
    };
    let sealed = Suite::new(Integrity::HmacSha1_96, Encryption::AesCbc).expect("a suite");
    for (what, suite, reg_event) in [
        ("AKA alone", None, false),
        ("AKA and ESP", Some(sealed), false),
        ("AKA and ESP, reg event", Some(sealed), true),
    ] {
        if wanted(what) {
            run(ues, what, suite, reg_event);
        }
    }
}

//! What a registration costs the AMF, in memory: NGAP, NAS, the calls of AUSF and UDM and the context's record, without
//! SCTP, HTTP/2, sockets and store. And what an idle UE weighs, up to a million.
//! `cargo bench -p quintet-amf --bench registration [-- UES]`.

mod rig;

use rig::{Meter, Rig};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// UEs registered unless another number is given.
const UES: u32 = 1_000_000;

/// UEs registered before anything is measured.
const WARM_UP: u32 = 2_000;

/// Lines of the table.
const PARTS: u32 = 10;

/// Processor time spent in the AMF: other programs on the machine do not count.
#[derive(Default)]
struct Stopwatch(Duration);

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

impl Meter for Stopwatch {
    fn measure(&mut self, work: impl FnOnce()) {
        let begin = processor_time();
        work();
        self.0 += processor_time() - begin;
    }
}

/// Memory this process holds, octets; only Linux tells.
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

fn main() {
    let asked = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok());
    let ues: u32 = asked.unwrap_or(UES).max(PARTS);
    let mut rig = Rig::new();
    rig.register(WARM_UP, &mut Stopwatch::default());
    let empty = resident();
    let part = ues / PARTS;
    println!(
        "{:>10} {:>20} {:>16} {:>14}",
        "UEs", "µs per registration", "registrations/s", "octets per UE"
    );
    for done in 1..=PARTS {
        let mut stopwatch = Stopwatch::default();
        let registered = rig.register(part, &mut stopwatch);
        assert_eq!(
            registered,
            u64::from(WARM_UP + done * part),
            "every UE is registered"
        );
        let each = stopwatch.0.as_secs_f64() * 1e6 / f64::from(part);
        let weight = resident().zip(empty).map_or(f64::NAN, |(now, empty)| {
            (now as f64 - empty as f64) / f64::from(done * part)
        });
        println!(
            "{:>10} {each:>20.2} {:>16.0} {weight:>14.0}",
            done * part,
            1e6 / each
        );
    }
    assert_eq!(rig.core.amf.context_count(), (WARM_UP + PARTS * part) as usize);
    assert!(
        rig.core.saved >= u64::from(PARTS * part),
        "every context is to be kept"
    );
}

//! What the operating system knows of a process: the processor time it took and the memory it holds. From `/proc`, so on
//! Linux alone; elsewhere these figures are missing.

use std::time::Duration;

/// Nanoseconds are told by `schedstat` of each thread; a kernel without it counts in ticks of 10 ms (`stat`).
const TICK: Duration = Duration::from_millis(10);

/// Processor time that all threads of a process took, in user and kernel mode.
pub(super) fn processor_time(pid: u32) -> Option<Duration> {
    threads(pid).or_else(|| ticks(pid))
}

fn threads(pid: u32) -> Option<Duration> {
    let mut sum = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        // A thread that ends meanwhile had its last moments counted before or not at all.
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        sum += text.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(sum))
}

fn ticks(pid: u32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Behind the program's name, which may hold blanks, `utime` and `stime` are the 12th and 13th.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let sum = fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?;
    Some(TICK * sum)
}

/// Memory that a process holds, octets (resident set size).
pub(super) fn resident(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_takes_time() {
        let pid = std::process::id();
        assert!(resident(pid).unwrap() > 100_000);
        let before = ticks(pid).unwrap();
        let mut n = 0u64;
        // Work until the kernel has counted some of it.
        while threads(pid).is_some_and(|t| t < Duration::from_millis(5)) {
            n = std::hint::black_box(n + 1);
        }
        assert!(ticks(pid).unwrap() >= before);
        assert_eq!(processor_time(u32::MAX), None);
    }
}

//! Frames spoiled at random bring nothing down.

use crate::support::{Seed, Tap, connection, diameter, server};
use quintet_capture::{SctpFlow, SctpMessage, Side};

/// Frames of both transports, with everything the flows can write.
fn frames() -> Vec<Vec<u8>> {
    let sends: Vec<_> = (0..6)
        .map(|n| {
            let side = if n % 2 == 0 { Side::Client } else { Side::Server };
            (side, diameter(n, 700 * n as usize))
        })
        .collect();
    let mut frames = connection(server(), [1, 2], &sends);
    let mut sink = |frame: &[u8]| frames.push(frame.to_vec());
    let ends = (
        "192.0.2.1:36412".parse().unwrap(),
        "192.0.2.2:36412".parse().unwrap(),
    );
    let mut flow = SctpFlow::open(ends.0, ends.1, [100_000, 200_000], 2, &mut sink).unwrap();
    for (n, (side, payload)) in sends.iter().enumerate() {
        let message = SctpMessage {
            stream: 0,
            ppid: if n % 3 == 0 { 46 } else { 18 },
            unordered: n % 4 == 3,
            payload,
        };
        flow.send(*side, message, &mut sink).unwrap();
    }
    flow.shutdown(Side::Client, &mut sink);
    frames
}

/// The seed is in the name of what fails.
#[test]
fn spoiled_frames_never_panic() {
    let frames = frames();
    for seed in 0..400 {
        let outcome = std::panic::catch_unwind(|| {
            let mut seed = Seed(seed);
            let mut tap = Tap::new();
            for _ in 0..400 {
                let mut frame = frames[seed.below(frames.len())].clone();
                for _ in 0..seed.below(5) {
                    // Behind the addresses, so that most still reach their transport.
                    let at = 34 + seed.below(frame.len() - 34);
                    frame[at] = seed.next() as u8;
                }
                let kept = if seed.percent(20) {
                    seed.below(frame.len() + 1)
                } else {
                    frame.len()
                };
                tap.cut(&frame[..kept], frame.len());
                tap.time_ns += i64::from(seed.next() as i32 >> 8);
            }
            tap.finish().pdus.len()
        });
        assert!(outcome.is_ok(), "seed {seed}");
    }
}

//! Timers of transactions (RFC 3261 Table 4, RFC 6026 8.6, TS 24.229 7.7).

use std::time::Duration;

/// The timers, each settable for labs. Those of reliable transports that are zero are not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// T1: round-trip time, and the first interval of A, E and G.
    pub t1: Duration,
    /// T2: the longest interval of E and G.
    pub t2: Duration,
    /// T4: how long a message stays in the network; timer I.
    pub t4: Duration,
    /// B: how long an INVITE waits for any response.
    pub b: Duration,
    /// D: how long responses to an INVITE are still acknowledged, over UDP.
    pub d: Duration,
    /// F: how long another request waits for its final response.
    pub f: Duration,
    /// H: how long a final response to an INVITE waits for its ACK.
    pub h: Duration,
    /// J: how long a request other than INVITE is recognised after its final response, over UDP.
    pub j: Duration,
    /// L: how long an INVITE is recognised after its 2xx.
    pub l: Duration,
    /// M: how long more 2xx to an INVITE are awaited.
    pub m: Duration,
    /// How long a transaction may live without progress where the specification sets no end: an INVITE that rings (a proxy's
    /// timer C ends it long before), a request nobody answers. Nothing is kept for ever.
    pub patience: Duration,
}

impl Timers {
    /// All timers from T1, T2 and T4, as RFC 3261 Table 4 makes them.
    #[must_use]
    pub const fn of(t1: Duration, t2: Duration, t4: Duration) -> Self {
        let sixty_four = Duration::from_nanos(t1.as_nanos() as u64 * 64);
        let d = Duration::from_secs(32);
        Self {
            t1,
            t2,
            t4,
            b: sixty_four,
            d: if sixty_four.as_nanos() > d.as_nanos() {
                sixty_four
            } else {
                d
            },
            f: sixty_four,
            h: sixty_four,
            j: sixty_four,
            l: sixty_four,
            m: sixty_four,
            patience: Duration::from_secs(600),
        }
    }

    /// Those of the air interface, at a UE and at its P-CSCF towards it (TS 24.229 Table 7.7.1): T1 2 s, T2 16 s, T4 17 s.
    #[must_use]
    pub const fn air() -> Self {
        Self::of(
            Duration::from_secs(2),
            Duration::from_secs(16),
            Duration::from_secs(17),
        )
    }
}

impl Default for Timers {
    /// T1 500 ms, T2 4 s, T4 5 s.
    fn default() -> Self {
        Self::of(
            Duration::from_millis(500),
            Duration::from_secs(4),
            Duration::from_secs(5),
        )
    }
}

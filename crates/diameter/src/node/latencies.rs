//! How long requests took, by command: plain histograms, nothing allocated per message.
//!
//! A request that is answered out of memory is answered at the moment it came, for time is an input. What it really took is known
//! when its answer is out, to whoever has the clock: so what is answered is noted, and counted by [`Latencies::settled`].

use crate::Header;
use quintet_telemetry::Histogram;
use std::time::Duration;

/// Different commands timed apart, in each direction: several times what the dictionaries have. Only commands of the dictionary
/// come so far, so that no peer can fill it; what finds no room is not timed.
pub const MAX_TIMED_COMMANDS: usize = 128;

/// Answers noted between two calls of [`Latencies::settled`]: more than one turn of a runtime brings. Past it they count at once.
const MAX_NOTED: usize = 4096;

/// A command and its times.
#[derive(Clone, Copy, Debug)]
pub struct Timed {
    /// Application-ID.
    pub application_id: u32,
    /// Command Code.
    pub code: u32,
    /// The times.
    pub times: Histogram,
}

/// All times of a node.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    served: Vec<Timed>,
    asked: Vec<Timed>,
    /// Answers that are not out yet: the place in `served`, and when the request came.
    noted: Vec<(u16, Duration)>,
}

impl Latencies {
    /// Requests of others, from reading them to having written the answer.
    #[must_use]
    pub fn of_served(&self) -> &[Timed] {
        &self.served
    }

    /// This node's requests, from sending them to the answer.
    #[must_use]
    pub fn of_asked(&self) -> &[Timed] {
        &self.asked
    }

    /// A request that came at `seen` is answered.
    pub(crate) fn served(&mut self, header: &Header, seen: Duration, now: Duration) {
        let Some(place) = place(&mut self.served, header) else {
            return;
        };
        if self.noted.len() < MAX_NOTED {
            self.noted.push((place as u16, seen));
        } else {
            self.served[place].times.record(now.saturating_sub(seen));
        }
    }

    /// A request sent at `sent` has its answer.
    pub(crate) fn asked(&mut self, header: &Header, sent: Duration, now: Duration) {
        if let Some(place) = place(&mut self.asked, header) {
            self.asked[place].times.record(now.saturating_sub(sent));
        }
    }

    /// The answers noted so far are out.
    pub(crate) fn settled(&mut self, now: impl FnOnce() -> Duration) {
        if self.noted.is_empty() {
            return;
        }
        let now = now();
        for (place, seen) in self.noted.drain(..) {
            self.served[usize::from(place)]
                .times
                .record(now.saturating_sub(seen));
        }
    }
}

/// A dozen commands: a scan beats hashing.
fn place(timed: &mut Vec<Timed>, header: &Header) -> Option<usize> {
    let (application_id, code) = (header.application_id, header.code);
    let known = timed
        .iter()
        .position(|row| row.code == code && row.application_id == application_id);
    if known.is_none() && timed.len() < MAX_TIMED_COMMANDS {
        timed.push(Timed {
            application_id,
            code,
            times: Histogram::default(),
        });
        return Some(timed.len() - 1);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CommandFlags;

    fn header(code: u32) -> Header {
        Header {
            version: 1,
            length: 0,
            flags: CommandFlags(0),
            code,
            application_id: 16_777_251,
            hop_by_hop: 1,
            end_to_end: 1,
        }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn an_answer_takes_until_it_is_out() {
        let mut latencies = Latencies::default();
        latencies.served(&header(318), ms(10), ms(10));
        latencies.served(&header(316), ms(3), ms(10));
        assert_eq!(latencies.of_served()[0].times.count(), 0, "it is not out yet");
        latencies.settled(|| ms(14));
        latencies.settled(|| panic!("nobody needs the clock where nothing was answered"));
        let times: Vec<_> = latencies
            .of_served()
            .iter()
            .map(|row| (row.code, row.times.sum()))
            .collect();
        assert_eq!(times, [(318, ms(4)), (316, ms(11))]);
    }

    #[test]
    fn who_never_settles_takes_no_memory() {
        let mut latencies = Latencies::default();
        for _ in 0..MAX_NOTED + 2 {
            latencies.served(&header(318), ms(1), ms(2));
        }
        assert_eq!(latencies.noted.len(), MAX_NOTED);
        assert_eq!(latencies.of_served()[0].times.sum(), ms(2));
        for code in 0..MAX_TIMED_COMMANDS as u32 + 9 {
            latencies.asked(&header(code), ms(1), ms(2));
        }
        assert_eq!(latencies.of_asked().len(), MAX_TIMED_COMMANDS);
    }
}

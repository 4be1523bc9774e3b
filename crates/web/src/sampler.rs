//! One look at the nodes a second, for all who watch; what it tells is kept for some minutes.

use crate::network::{Answers, Network};
use crate::state::Web;
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval};

/// How many looks are kept: five minutes.
pub(crate) const MAX_SAMPLES: usize = 300;

/// Over how many of the last looks a rate is told.
const RATE_SAMPLES: usize = 5;

/// Most recent failures that are kept.
pub(crate) const MAX_FAILURES: usize = 50;

/// How old a count of subscribers may be.
const COUNT_AGE: Duration = Duration::from_secs(60);

/// What happened between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    /// Answers a second.
    pub(crate) answered: f64,
    /// Of these, failures.
    pub(crate) failed: f64,
}

/// Answers that were failures, of one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// When they were seen, seconds since 1970.
    pub(crate) at: u64,
    pub(crate) command: String,
    pub(crate) result: u32,
    pub(crate) meaning: &'static str,
    /// How many.
    pub(crate) times: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct History {
    latest: Option<Arc<Network>>,
    /// With what the next one is compared, and when that was seen.
    base: Option<(Duration, Arc<Network>)>,
    samples: VecDeque<Sample>,
    failures: VecDeque<Failure>,
    /// When subscribers were counted, and how many there were.
    counted: Option<(Duration, u64)>,
    is_counting: bool,
}

impl History {
    /// Takes in what was seen.
    pub(crate) fn take(&mut self, now: Duration, network: Network) {
        let network = Arc::new(network);
        self.latest = Some(Arc::clone(&network));
        let base = self.base.take();
        self.base = match base {
            // At the same moment there are no rates: it is compared later.
            Some((before, old)) if before == now => Some((before, old)),
            Some((before, old)) if before < now => {
                self.compare(now, (now - before).as_secs_f64(), &old, &network);
                Some((now, network))
            }
            // The first one, or the wall clock was set back.
            _ => Some((now, network)),
        };
    }

    /// What happened between two looks.
    fn compare(&mut self, now: Duration, passed_s: f64, old: &Network, new: &Network) {
        let (mut answered, mut failed) = (0, 0);
        for answers in &new.answers {
            let more = answers.count.saturating_sub(count_of(old, answers));
            answered += more;
            if more > 0 && answers.is_failure() {
                failed += more;
                self.failures.push_front(Failure {
                    at: now.as_secs(),
                    command: answers.command.clone(),
                    result: answers.result,
                    meaning: answers.meaning,
                    times: more,
                });
            }
        }
        self.failures.truncate(MAX_FAILURES);
        if self.samples.len() == MAX_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample {
            answered: answered as f64 / passed_s,
            failed: failed as f64 / passed_s,
        });
    }

    /// What was seen last.
    pub(crate) fn latest(&self) -> Option<Arc<Network>> {
        self.latest.as_ref().map(Arc::clone)
    }

    /// The oldest first.
    pub(crate) fn samples(&self) -> impl ExactSizeIterator<Item = Sample> + '_ {
        self.samples.iter().copied()
    }

    /// The mean of the last seconds.
    pub(crate) fn rate(&self) -> Sample {
        let last = self.samples.iter().rev().take(RATE_SAMPLES);
        let count = last.len().max(1) as f64;
        let sum = last.fold(Sample::default(), |sum, sample| Sample {
            answered: sum.answered + sample.answered,
            failed: sum.failed + sample.failed,
        });
        Sample {
            answered: sum.answered / count,
            failed: sum.failed / count,
        }
    }

    /// The latest first.
    pub(crate) fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.failures.iter()
    }

    /// How many subscribers there were at the last count.
    pub(crate) fn subscribers(&self) -> Option<u64> {
        self.counted.map(|(_, count)| count)
    }
}

/// How many there were.
fn count_of(network: &Network, of: &Answers) -> u64 {
    let same = |known: &&Answers| known.result == of.result && known.command == of.command;
    network.answers.iter().find(same).map_or(0, |known| known.count)
}

/// Looks, until the server stops.
pub(crate) async fn run(web: Web) {
    let Some(look) = web.settings().look.clone() else {
        return;
    };
    let mut ticks = interval(web.settings().tick);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = web.inside().stopped() => return,
        }
        let (sender, receiver) = oneshot::channel();
        // A node that is so busy that questions pile up is not asked more.
        if look.try_send(sender).is_err() {
            if look.is_closed() {
                return;
            }
            continue;
        }
        if let Ok(network) = receiver.await {
            web.history().take(web.inside().now(), network);
            web.looked().send_modify(|looks| *looks += 1);
        }
    }
}

/// Counts the subscribers anew if the last count is old, beside whoever asks: with ten million of them a count takes a while.
pub(crate) fn refresh_count(web: &Web) {
    let now = web.inside().now();
    {
        let mut history = web.history();
        let is_fresh = history
            .counted
            .is_some_and(|(at, _)| now.saturating_sub(at) < COUNT_AGE);
        if is_fresh || history.is_counting {
            return;
        }
        history.is_counting = true;
    }
    let web = web.clone();
    tokio::spawn(async move {
        let counted = web.inside().count().await;
        let mut history = web.history();
        history.is_counting = false;
        match counted {
            Ok(count) => history.counted = Some((now, count)),
            Err(problem) => tracing::debug!(why = problem.detail(), "subscribers were not counted"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(counts: &[(u32, u64)]) -> Network {
        let answers = counts.iter().map(|(result, count)| Answers {
            command: "S6a AIA".to_owned(),
            result: *result,
            meaning: "",
            count: *count,
        });
        Network {
            answers: answers.collect(),
            ..Network::default()
        }
    }

    #[test]
    fn rates_and_failures_are_differences() {
        let mut history = History::default();
        let at = Duration::from_secs;
        history.take(at(100), network(&[(2_001, 1_000), (5_001, 7)]));
        assert_eq!(
            (history.rate(), history.failures().count()),
            (Sample::default(), 0),
            "what was before counts for nothing"
        );
        history.take(at(102), network(&[(2_001, 1_100), (5_001, 10), (5_420, 1)]));
        assert_eq!(
            history.rate(),
            Sample {
                answered: 52.0,
                failed: 2.0
            }
        );
        let failures: Vec<_> = history
            .failures()
            .map(|failure| (failure.at, failure.result, failure.times))
            .collect();
        assert_eq!(failures, [(102, 5_420, 1), (102, 5_001, 3)]);
        history.take(at(90), network(&[(2_001, 5_000)]));
        assert_eq!(history.samples().len(), 1, "the clock was set back");
    }

    #[test]
    fn history_is_bounded() {
        let mut history = History::default();
        for n in 0..1_000 {
            history.take(Duration::from_secs(n), network(&[(5_001, n)]));
        }
        assert_eq!(history.samples().len(), MAX_SAMPLES);
        assert_eq!(history.failures().count(), MAX_FAILURES);
        assert_eq!(history.failures().next().map(|failure| failure.at), Some(999));
    }
}

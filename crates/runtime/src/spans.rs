//! Spans made of what nodes do: one for each attempt at an MME, AMF, P- or S-CSCF and each request at an I-CSCF with what happened in it,
//! one for each transaction of Diameter, one for each exchange on service based interfaces.

mod sbi;

pub(crate) use sbi::Exchanges;

use crate::{Moment, Tracer};
use quintet_diameter::node::{Node, Transaction};
use quintet_telemetry::{AttemptId, Attribute, Span, SpanKind};
use std::collections::HashMap;
use std::time::Duration;

/// Attempts that are open at a time; one that finds no room is not told.
const MAX_OPEN: usize = 65_536;

/// Steps that are told of an attempt: an attach has a dozen.
const MAX_STEPS: usize = 64;

/// How long an attempt is waited for that nobody ends: longer than any series of retransmissions.
const FORGOTTEN: Duration = Duration::from_secs(120);

/// Attempts of a node that serves UEs, from their first step to their last.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    tracer: Option<(Tracer, &'static str)>,
    open: HashMap<AttemptId, Open>,
    told: u64,
}

#[derive(Debug)]
struct Open {
    start: Duration,
    root: bool,
    events: Vec<(Duration, String)>,
}

/// How a step ends an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first of an attempt.
    First,
    /// It goes on.
    On,
    /// The procedure of this name is done.
    Done(&'static str),
    /// It failed.
    Failed,
}

impl Attempts {
    /// Tells attempts from now on, as those of a node.
    pub(crate) fn trace(&mut self, tracer: Tracer, node: &'static str) {
        self.tracer = Some((tracer, node));
    }

    /// An attempt has come so far.
    pub(crate) fn step(&mut self, at: Moment, attempt: AttemptId, what: &str, step: Step) {
        let Some((tracer, node)) = &self.tracer else {
            return;
        };
        if !tracer.wants(attempt) {
            return;
        }
        if !self.open.contains_key(&attempt) {
            if self.open.len() >= MAX_OPEN {
                self.open.retain(|_, open| open.start + FORGOTTEN > at.wall);
            }
            if self.open.len() >= MAX_OPEN {
                return;
            }
        }
        let open = self.open.entry(attempt).or_insert_with(|| Open {
            start: at.wall,
            root: step == Step::First,
            events: Vec::new(),
        });
        if open.events.len() < MAX_STEPS {
            open.events.push((at.wall, what.to_owned()));
        }
        let (name, failure) = match step {
            Step::First | Step::On => return,
            Step::Done(name) => (name, None),
            Step::Failed => ("procedure", Some(what.to_owned())),
        };
        let Some(open) = self.open.remove(&attempt) else {
            return;
        };
        self.told += 1;
        // A later procedure on the same connection is part of the first.
        let root = attempt.root_span();
        let (id, parent) = match open.root {
            true => (root, None),
            false => (number(root, node, self.told), Some(root)),
        };
        tracer.tell(Span {
            node,
            attempt,
            id,
            parent,
            name: name.to_owned(),
            kind: SpanKind::Internal,
            start: open.start,
            end: at.wall,
            attributes: Vec::new(),
            events: open.events,
            failure,
        });
    }
}

/// A number for a span among those of an attempt: never 0, hardly ever another's. Nodes of one process count alike, and their spans
/// are their own.
fn number(root: u64, node: &str, count: u64) -> u64 {
    let salt = node
        .bytes()
        .fold(0_u64, |salt, octet| salt << 8 | u64::from(octet));
    (root ^ salt.rotate_left(17) ^ count.wrapping_mul(0x9e37_79b9_7f4a_7c15)).max(1)
}

/// Tells the transactions that ended. `at` is the moment at which their answers are out.
pub(crate) fn transactions(tracer: &Tracer, name: &'static str, at: Moment, node: &mut Node, told: &mut u64) {
    while let Some(transaction) = node.poll_transaction() {
        *told += 1;
        tracer.tell(of_transaction(name, at, node, &transaction, *told));
    }
}

fn of_transaction(name: &'static str, at: Moment, node: &Node, of: &Transaction, count: u64) -> Span {
    let (application, command) = crate::metrics::names(node.config().dictionary, of.application_id, of.code);
    let wall = |now: Duration| at.wall.saturating_sub(at.now.saturating_sub(now));
    let root = of.attempt.root_span();
    // MME and HSS of one process count alike, and their spans are two.
    let salt = u64::from(of.served) << 63 | of.start.as_nanos() as u64;
    Span {
        node: name,
        attempt: of.attempt,
        id: number(root ^ salt, name, count),
        parent: of.named.then_some(root),
        name: format!("{application} {command}"),
        kind: if of.served {
            SpanKind::Server
        } else {
            SpanKind::Client
        },
        start: wall(of.start),
        end: wall(of.end.unwrap_or(at.now)),
        attributes: vec![
            ("rpc.system", Attribute::Text("diameter".to_owned())),
            ("rpc.service", Attribute::Text(application.to_owned())),
            ("rpc.method", Attribute::Text(command.to_owned())),
            ("diameter.result_code", Attribute::Number(of.result.into())),
        ],
        events: Vec::new(),
        failure: (of.result / 1000 != 2).then(|| format!("result {}", of.result)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Collector;

    fn at(ms: u64) -> Moment {
        Moment {
            now: Duration::from_millis(ms),
            wall: Duration::from_secs(1_760_000_000) + Duration::from_millis(ms),
        }
    }

    #[test]
    fn an_attempt_is_a_span_with_its_steps_and_what_is_not_sampled_is_none() {
        for (ratio, open) in [(1.0, 1), (0.0, 0)] {
            let away = Collector::parse("http://127.0.0.1:9", None).unwrap();
            let (tracer, exporter) = Tracer::start(away, ratio, "1").unwrap();
            let mut attempts = Attempts::default();
            let attempt = AttemptId::derived("test", &[b"1"]);
            attempts.step(at(1), attempt, "identified", Step::First);
            assert_eq!(attempts.open.len(), 0, "nobody asked");
            attempts.trace(tracer, "mme");
            attempts.step(at(1), attempt, "identified", Step::First);
            attempts.step(at(5), attempt, "authenticated", Step::On);
            assert_eq!(attempts.open.len(), open);
            attempts.step(at(9), attempt, "attached", Step::Done("attach"));
            assert_eq!((attempts.open.len(), attempts.told), (0, open as u64));
            exporter.finish();
        }
    }

    #[test]
    fn each_cscf_has_a_span_of_its_own_below_that_of_the_registration() {
        let (tracer, mut spans) = crate::trace::kept(1.0);
        let attempt = AttemptId::of_call_id("call-1");
        let told = ["icscf", "scscf", "pcscf"].map(|node| {
            let mut attempts = Attempts::default();
            attempts.trace(tracer.clone(), node);
            let first = match node {
                "pcscf" => Step::First,
                _ => Step::On,
            };
            attempts.step(at(1), attempt, "begun", first);
            attempts.step(at(2), attempt, "done", Step::Done("REGISTER"));
            let told = spans().unwrap();
            // A refusal says why.
            attempts.step(at(3), attempt, "refused 403", Step::Failed);
            let refused = spans().unwrap();
            assert_eq!(refused.failure.as_deref(), Some("refused 403"));
            assert_eq!(
                (refused.parent, refused.start),
                (Some(attempt.root_span()), at(3).wall)
            );
            assert_ne!(refused.id, told.id);
            told
        });
        let [icscf, scscf, pcscf] = &told;
        assert_eq!((pcscf.id, pcscf.parent), (attempt.root_span(), None));
        for part in [icscf, scscf] {
            assert_eq!(part.parent, Some(pcscf.id));
            assert_eq!((part.events.len(), &part.failure), (2, &None));
        }
        assert_ne!(icscf.id, scscf.id);
    }

    #[test]
    fn attempts_that_nobody_ends_are_forgotten() {
        let away = Collector::parse("http://127.0.0.1:9", None).unwrap();
        let (tracer, exporter) = Tracer::start(away, 1.0, "1").unwrap();
        let mut attempts = Attempts::default();
        attempts.trace(tracer, "mme");
        for n in 0..MAX_OPEN as u32 + 5 {
            let attempt = AttemptId::derived("test", &[&n.to_be_bytes()]);
            attempts.step(at(1), attempt, "identified", Step::First);
        }
        assert_eq!(attempts.open.len(), MAX_OPEN);
        let attempt = AttemptId::derived("test", &[b"later"]);
        attempts.step(at(121_000), attempt, "identified", Step::First);
        assert_eq!(attempts.open.len(), 1);
        exporter.finish();
    }
}

//! Messages, times, peers and overload of a Diameter node.

use quintet_diameter::dict::{Dictionary, command};
use quintet_diameter::node::{Direction, Node, Timed};
use quintet_telemetry::{Collection, Metric, metrics};

/// Peers that are not configured and are told by name while they are open: enough to see who is there on a test network. How many
/// more there are is told under [`OTHERS`].
const MAX_NAMED_STRANGERS: usize = 64;

/// The peers that are not told by name.
const OTHERS: &str = "unconfigured";

/// What is in no dictionary.
const UNKNOWN: &str = "other";

/// Adds everything of `node`, which has this name.
pub(super) fn measure(name: &str, node: &Node, into: &mut Collection) {
    messages(name, node, into);
    times(name, node, into);
    counters(name, node, into);
    overload(name, node, into);
    peers(name, node, into);
}

/// The names of an application and a command: the dictionary's, so that nobody can invent more.
pub(crate) fn names(dictionary: &Dictionary, application_id: u32, code: u32) -> (&str, &str) {
    let base = [
        (command::CAPABILITIES_EXCHANGE, "Capabilities-Exchange"),
        (command::DEVICE_WATCHDOG, "Device-Watchdog"),
        (command::DISCONNECT_PEER, "Disconnect-Peer"),
    ];
    if let Some((_, name)) = base.iter().find(|(of, _)| application_id == 0 && *of == code) {
        return ("base", name);
    }
    let application = dictionary.application(application_id).unwrap_or(UNKNOWN);
    let command = dictionary
        .command(application_id, code, true)
        .map_or(UNKNOWN, |command| {
            command.name.strip_suffix("-Request").unwrap_or(&command.name)
        });
    (application, command)
}

fn messages(name: &str, node: &Node, into: &mut Collection) {
    let dictionary = node.config().dictionary;
    for (key, count) in node.counters().commands() {
        let (application, command) = names(dictionary, key.application_id, key.code);
        let direction = match key.direction {
            Direction::Received => "received",
            Direction::Sent => "sent",
        };
        let kind = if key.request { "request" } else { "answer" };
        // A result that no specification has is a peer's invention.
        let result = match key.result {
            0 | 1001..=5999 => key.result.to_string(),
            _ => UNKNOWN.to_owned(),
        };
        into.count(
            &metrics::DIAMETER_MESSAGES,
            &[name, direction, kind, application, command, &result],
            count,
        );
    }
}

fn times(name: &str, node: &Node, into: &mut Collection) {
    let dictionary = node.config().dictionary;
    let mut add = |metric: &'static Metric, rows: &[Timed]| {
        for row in rows {
            let (application, command) = names(dictionary, row.application_id, row.code);
            into.times(metric, &[name, application, command], &row.times);
        }
    };
    add(&metrics::DIAMETER_REQUEST_DURATION, node.latencies().of_served());
    add(&metrics::DIAMETER_ANSWER_WAIT, node.latencies().of_asked());
}

fn counters(name: &str, node: &Node, into: &mut Collection) {
    let c = node.counters();
    for (metric, count) in [
        (&metrics::DIAMETER_CONNECTIONS, c.connections),
        (&metrics::DIAMETER_CONNECTIONS_REFUSED, c.connections_refused),
        (&metrics::DIAMETER_HALF_OPEN_CLOSED, c.half_open_closed),
        (&metrics::DIAMETER_SLOW_READERS_CLOSED, c.slow_readers_closed),
        (&metrics::DIAMETER_BAD_FRAMES, c.bad_frames),
        (&metrics::DIAMETER_DROPPED, c.dropped),
        (&metrics::DIAMETER_UNEXPECTED_ANSWERS, c.unexpected_answers),
        (&metrics::DIAMETER_DUPLICATES_ANSWERED, c.duplicates_answered),
        (
            &metrics::DIAMETER_DUPLICATES_IN_PROGRESS,
            c.duplicates_in_progress,
        ),
        (&metrics::DIAMETER_RELAYED, c.relayed),
        (&metrics::DIAMETER_FAILOVERS, c.failovers),
        (&metrics::DIAMETER_TIMEOUTS, c.timeouts),
        (&metrics::DIAMETER_UNCOUNTED, c.uncounted),
        (&metrics::DIAMETER_TOO_BUSY, c.too_busy),
    ] {
        into.count(metric, &[name], count);
    }
    let (open, outstanding) = (node.connection_count() as f64, node.outstanding() as f64);
    into.gauge(&metrics::DIAMETER_OPEN_CONNECTIONS, &[name], open);
    into.gauge(&metrics::DIAMETER_OUTSTANDING, &[name], outstanding);
}

fn overload(name: &str, node: &Node, into: &mut Collection) {
    let c = node.counters();
    for (metric, counts) in [
        (&metrics::DIAMETER_SHED, &c.shed),
        (&metrics::DIAMETER_THROTTLED, &c.throttled),
    ] {
        for (priority, count) in counts.iter().enumerate() {
            into.count(metric, &[name, &priority.to_string()], *count);
        }
    }
    let reports = &metrics::DIAMETER_OVERLOAD_REPORTS;
    into.count(reports, &[name, "heeded"], c.overload_reports);
    into.count(reports, &[name, "ignored"], c.overload_reports_ignored);
    let status = node.overload();
    into.gauge(
        &metrics::DIAMETER_OVERLOAD_REDUCTION,
        &[name],
        f64::from(status.reduction),
    );
    into.gauge(&metrics::DIAMETER_PRESSURE, &[name], f64::from(status.pressure));
}

fn peers(name: &str, node: &Node, into: &mut Collection) {
    let mut strangers = 0;
    for peer in node.peers() {
        let up = f64::from(u8::from(peer.state.is_open()));
        if !peer.configured {
            if peer.state.is_open() {
                strangers += 1;
                let named = strangers <= MAX_NAMED_STRANGERS;
                let label = if named { peer.identity } else { OTHERS };
                into.gauge(&metrics::DIAMETER_PEER_UP, &[name, label], up);
            }
            continue;
        }
        let labels = [name, peer.identity];
        into.gauge(&metrics::DIAMETER_PEER_UP, &labels, up);
        let c = peer.counters;
        for (metric, count) in [
            (&metrics::DIAMETER_PEER_REQUESTS_RECEIVED, c.requests_received),
            (&metrics::DIAMETER_PEER_REQUESTS_SENT, c.requests_sent),
            (&metrics::DIAMETER_PEER_TIMEOUTS, c.timeouts),
            (&metrics::DIAMETER_PEER_WATCHDOGS_MISSED, c.watchdogs_missed),
        ] {
            into.count(metric, &labels, count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_diameter::dict::application;

    #[test]
    fn nobody_can_invent_a_label() {
        let dictionary = Dictionary::builtin();
        let air = command::AUTHENTICATION_INFORMATION;
        assert_eq!(
            names(dictionary, application::S6A, air),
            ("s6a", "Authentication-Information")
        );
        assert_eq!(
            names(dictionary, 0, command::DEVICE_WATCHDOG),
            ("base", "Device-Watchdog")
        );
        assert_eq!(names(dictionary, application::S6A, 4_711).1, UNKNOWN);
        assert_eq!(names(dictionary, 4_711, air), (UNKNOWN, UNKNOWN));
    }
}

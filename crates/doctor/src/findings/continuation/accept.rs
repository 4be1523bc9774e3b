//! An accept that the UE does not complete (TS 24.301 5.5.1.2.7 c, 5.5.3.2.7).

use super::super::catalogue as code;
use super::super::reading::{Reading, T3460_NS};
use super::super::silence;
use crate::report::{Ending, Finding};
use crate::trail::{End, Procedure, Tap, View};
use quintet_crypto::Direction;
use quintet_procedure::Protection;

/// The accept again and again, and no complete.
pub(super) fn rule(reading: &Reading<'_>) -> Option<Finding> {
    let accepts: Vec<usize> = (0..reading.trail.nas.len())
        .filter(|at| {
            matches!(
                reading.nas(*at).view,
                View::Accept {
                    awaits_complete: true,
                    ..
                }
            )
        })
        .collect();
    let seen_complete = reading
        .trail
        .nas
        .iter()
        .any(|sighting| matches!(sighting.view, View::Complete { .. }));
    // Ciphered: the network's messages that may be the accept, to which the UE says nothing any more.
    let last_heard =
        (0..reading.trail.nas.len()).rfind(|at| reading.nas(*at).direction == Direction::Uplink)?;
    let unheard: Vec<usize> = (last_heard + 1..reading.trail.nas.len())
        .filter(|at| reading.nas(*at).view == View::Ciphered)
        .collect();
    // Nothing but a good answer to SECURITY MODE COMMAND makes the network accept.
    let secured = reading.commands.iter().any(|command| command.complete.is_some());
    let offered = reading
        .initial()
        .is_some_and(|(at, _)| reading.nas(at).protection != Protection::Plain);
    if !(secured || offered && reading.commands.is_empty()) {
        return None;
    }
    let sent = match (accepts.is_empty(), reading.trail.tap) {
        (false, _) => accepts,
        (true, Tap::Ran) => unheard,
        // What a log does not show of the UE says nothing.
        (true, _) => return None,
    };
    let sent = reading.spaced(&sent);
    let by_ending = reading.case.ending == Ending::AcceptRetransmittedNoComplete;
    let heard_after = sent.first().is_some_and(|first| last_heard > *first);
    // Bearers that came up speak for success, an abnormal release behind unanswered messages against it.
    let given_up = reading.trail.procedure == Procedure::Attach
        && matches!(&reading.trail.end, End::Released { cause: Some(cause), .. } if super::super::connection::is_abnormal(cause));
    if seen_complete
        || sent.is_empty()
        || (reading.succeeded() && !given_up)
        || (!by_ending && (heard_after || sent.len() < 2))
    {
        return None;
    }
    let waiting = silence::Waiting {
        request: match reading.nas(*sent.first()?) {
            accept if matches!(accept.view, View::Accept { .. }) => accept.name,
            _ => "the accept (ciphered)",
        },
        sent: &sent,
        timer: "T3450",
        timer_ns: T3460_NS,
        code: &code::ACCEPT_UNANSWERED,
    };
    silence::unanswered(reading, &waiting, |draft| {
        let setup = reading.signal_after(0, "INITIAL CONTEXT SETUP RESPONSE");
        draft
            .cause_if(
                setup.is_some(),
                "The UE has its bearers and does not complete, or its complete is lost or dropped",
                setup.map_or_else(String::new, |signal| {
                    format!(
                        "INITIAL CONTEXT SETUP RESPONSE in frame {}: the radio side worked",
                        signal.seen.frame
                    )
                }),
            )
            .cause_if(
                setup.is_none(),
                "The UE never got the accept: its context was not set up",
                "no INITIAL CONTEXT SETUP RESPONSE is in the capture",
            )
    })
    .map(|mut finding| {
        let update = reading.trail.procedure == Procedure::TrackingAreaUpdate;
        if update && finding.code == code::ACCEPT_UNANSWERED.name {
            finding.clause = "TS 24.301 5.5.3.2.7 c";
        }
        finding
    })
}

//! Sequence numbers and COUNTs: gaps, repetitions, steps back, wraps (TS 24.301 4.4.3).
//!
//! A sequence number is COUNT modulo 256. Both directions begin at 0 when SECURITY MODE COMMAND takes the keys of a new
//! authentication into use.

use super::Draft;
use super::catalogue::{self as code, Code};
use super::reading::{NO_TIMER_NS, Reading, span};
use crate::report::{Finding, MacVerdict, Severity};
use crate::trail::{Tap, View};
use quintet_crypto::Direction;
use quintet_procedure::Protection;

/// From here on a NAS COUNT (24 bits) is close to its end.
const NEAR_END: u32 = (1 << 24) - (1 << 10);

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for direction in [Direction::Uplink, Direction::Downlink] {
        let mut steps = Steps::default();
        steps.walk(reading, direction);
        found.extend(steps.findings(reading, direction));
    }
    found.extend(replayed(reading));
    found.extend(near_end(reading));
    if reading.trail.tap != Tap::Ran {
        // Logs leave messages out, and write the two directions in an order of their own.
        for finding in &mut found {
            finding.severity = Severity::Note;
        }
    }
    found
}

/// What a direction's sequence numbers do: pairs of messages, earlier and later.
#[derive(Debug, Default)]
struct Steps {
    gaps: Vec<(usize, usize)>,
    reused: Vec<(usize, usize)>,
    back: Vec<(usize, usize)>,
    wrapped: Vec<(usize, usize)>,
    not_zero: Vec<usize>,
}

impl Steps {
    fn walk(&mut self, reading: &Reading<'_>, direction: Direction) {
        let mut last: Option<(usize, u8)> = None;
        for at in reading.onwards(0) {
            let sighting = reading.nas(at);
            let counted = matches!(sighting.protection, Protection::Protected { .. });
            let (true, Some(sequence)) = (counted && sighting.direction == direction, sighting.sequence)
            else {
                continue;
            };
            // What the receiver must drop says nothing about the sender's COUNT.
            if sighting.mac == MacVerdict::Invalid {
                continue;
            }
            if begins_anew(reading, at) {
                if sequence != 0 {
                    self.not_zero.push(at);
                }
                last = Some((at, sequence));
                continue;
            }
            if let Some((before, number)) = last {
                let pair = (before, at);
                match sequence.wrapping_sub(number) {
                    0 => self.reused.push(pair),
                    1 if number == u8::MAX => self.wrapped.push(pair),
                    1 => {}
                    2..=128 => self.gaps.push(pair),
                    _ => {
                        self.back.push(pair);
                        // One straggler does not set the count back for those behind it.
                        continue;
                    }
                }
            }
            last = Some((at, sequence));
        }
    }

    fn findings(&self, reading: &Reading<'_>, direction: Direction) -> Vec<Finding> {
        let way = match direction {
            Direction::Uplink => "uplink",
            Direction::Downlink => "downlink",
        };
        let number = |at: usize| reading.nas(at).sequence.unwrap_or_default();
        let mut found = Vec::new();
        found.extend(pairs(reading, &code::COUNT_GAP, &self.gaps, |(before, after)| {
            let missing = number(after).wrapping_sub(number(before)) - 1;
            (
                format!(
                    "The {way} sequence number goes from {} to {}: {missing} not seen.",
                    number(before),
                    number(after)
                ),
                "Messages are not in the capture, or were lost on the way to the tap".to_owned(),
                if reading.trail.lossy {
                    "octets of the association are missing from the capture".to_owned()
                } else {
                    "no loss was seen in the capture: they were lost before the tap, or came on another path"
                        .to_owned()
                },
            )
        }));
        found.extend(pairs(
            reading,
            &code::COUNT_REUSED,
            &self.reused,
            |(before, after)| {
                (
                    format!(
                        "{} and {} carry the same {way} sequence number {} and differ.",
                        reading.nas(before).name,
                        reading.nas(after).name,
                        number(after)
                    ),
                    "The sender does not count on, or two processes send under one context".to_owned(),
                    format!(
                        "{} apart",
                        span(reading.seen(after).time.since(reading.seen(before).time))
                    ),
                )
            },
        ));
        found.extend(pairs(
            reading,
            &code::COUNT_WENT_BACK,
            &self.back,
            |(before, after)| {
                (
                    format!(
                        "The {way} sequence number goes back from {} to {}.",
                        number(before),
                        number(after)
                    ),
                    "Messages overtook each other, or an old one was sent again".to_owned(),
                    format!("{} in {}", reading.nas(after).name, reading.frame(after)),
                )
            },
        ));
        found.extend(pairs(
            reading,
            &code::COUNT_WRAPPED,
            &self.wrapped,
            |(_, after)| {
                (
                    format!("The {way} sequence number went round to {}.", number(after)),
                    "256 messages under one context".to_owned(),
                    "255 and 0 follow each other".to_owned(),
                )
            },
        ));
        found.extend(self.not_zero.first().map(|at| {
            Draft::new(
                &code::COUNT_NOT_FROM_ZERO,
                format!(
                    "{} is the first {way} message under new keys and has sequence number {}.",
                    reading.nas(*at).name,
                    number(*at)
                ),
            )
            .at(reading.seen(*at))
            .cause(
                "The sender goes on counting from the context before",
                "an authentication made new keys right before",
            )
            .cause(
                "Earlier messages under these keys are not in the capture",
                "messages sent again by a timer count as well",
            )
            .done()
        }));
        found
    }
}

/// The finding about pairs of messages: told of the first, with the frames of all.
fn pairs(
    reading: &Reading<'_>,
    code: &Code,
    pairs: &[(usize, usize)],
    tell: impl Fn((usize, usize)) -> (String, String, String),
) -> Option<Finding> {
    let (what, why, evidence) = tell(*pairs.first()?);
    let more = if pairs.len() > 1 {
        format!(" So do {} later ones.", pairs.len() - 1)
    } else {
        String::new()
    };
    Some(
        Draft::new(code, what + &more)
            .frames(
                pairs
                    .iter()
                    .flat_map(|(before, after)| [reading.seen(*before), reading.seen(*after)]),
            )
            .cause(why, evidence)
            .done(),
    )
}

/// Whether a message is the first of its direction under the keys of a new authentication.
fn begins_anew(reading: &Reading<'_>, at: usize) -> bool {
    let sighting = reading.nas(at);
    let opens = match sighting.direction {
        Direction::Downlink => matches!(sighting.view, View::SecurityModeCommand { .. }),
        Direction::Uplink => sighting.view == View::SecurityModeComplete,
    };
    if !opens {
        return false;
    }
    let Some(index) = reading.commands.iter().rposition(|command| command.first() <= at) else {
        return false;
    };
    let command = &reading.commands[index];
    let before = index
        .checked_sub(1)
        .map_or(0, |before| reading.commands[before].last());
    let agreed = reading.challenges.iter().any(|challenge| {
        challenge.ksi == command.ksi
            && challenge
                .response()
                .is_some_and(|response| response >= before && response < command.first())
    });
    // Behind ciphering another key set alone tells of an authentication.
    let used = match index.checked_sub(1) {
        Some(before) => Some(reading.commands[before].ksi),
        None => reading.initial().map(|(_, named)| named),
    };
    let new_keys = agreed || (used != Some(command.ksi) && reading.hides(before, command.first()));
    // A log has a plain copy of what comes protected.
    let first = (command.first()..=at)
        .find(|other| {
            let other = reading.nas(*other);
            other.name == sighting.name && other.protection != Protection::Plain
        })
        .is_some_and(|first| first == at);
    new_keys && first
}

/// A protected message again, octet for octet, where no timer sends it again.
fn replayed(reading: &Reading<'_>) -> Option<Finding> {
    let copies: Vec<(usize, usize)> = reading
        .trail
        .nas
        .iter()
        .enumerate()
        .filter_map(|(at, sighting)| Some((sighting.repeats?, at)))
        .filter(|(before, at)| {
            let sighting = reading.nas(*at);
            let protected = sighting.protection != Protection::Plain;
            let apart = sighting.seen.time.since(reading.seen(*before).time);
            let by_a_timer = match sighting.direction {
                Direction::Downlink => apart >= NO_TIMER_NS,
                // A UE answers a repeated SECURITY MODE COMMAND again; some send what they sent before.
                Direction::Uplink => {
                    sighting.view == View::SecurityModeComplete
                        && reading
                            .commands
                            .iter()
                            .any(|command| command.after_complete.iter().any(|again| again < at))
                }
            };
            protected && !by_a_timer
        })
        .collect();
    let (before, first) = *copies.first()?;
    let sighting = reading.nas(first);
    let answered = (first + 1..reading.trail.nas.len())
        .find(|at| reading.nas(*at).direction != sighting.direction)
        .map(|at| format!("{} follows in {}", reading.nas(at).name, reading.frame(at)));
    Some(
        Draft::new(
            &code::COUNT_REPLAYED,
            format!(
                "{} came again octet for octet, with sequence number {}, {} after the first{}.",
                sighting.name,
                sighting.sequence.unwrap_or_default(),
                span(sighting.seen.time.since(reading.seen(before).time)),
                match copies.len() {
                    1 => String::new(),
                    n => format!("; {n} messages did"),
                }
            ),
        )
        .frames(
            copies
                .iter()
                .flat_map(|(before, at)| [reading.seen(*before), reading.seen(*at)]),
        )
        .cause(
            "Somebody sends a recorded message again",
            answered.unwrap_or_else(|| "nothing answers it".to_owned()),
        )
        .cause(
            "The eNB, or a relay, delivers twice",
            if reading.trail.tap == Tap::Ran {
                "both copies have a transport sequence number of their own: it is no retransmission of SCTP"
            } else {
                "a log or a radio trace may also hold one message twice"
            },
        )
        .done(),
    )
}

/// COUNT close to its end; known with keys alone.
fn near_end(reading: &Reading<'_>) -> Option<Finding> {
    let (at, count) = reading
        .onwards(0)
        .filter_map(|at| Some((at, reading.nas(at).count?)))
        .find(|(_, count)| *count >= NEAR_END)?;
    let renewed = reading.challenges.iter().any(|challenge| challenge.first() > at);
    let draft = Draft::new(
        &code::COUNT_NEAR_END,
        format!("NAS COUNT is {count}, {} before its end.", (1 << 24) - count),
    )
    .at(reading.seen(at))
    .cause(
        "The context has been in use for very long",
        if renewed {
            "a new authentication follows, as it must"
        } else {
            "no new authentication follows in this attempt"
        },
    );
    Some(
        if renewed {
            draft.severity(Severity::Note)
        } else {
            draft
        }
        .done(),
    )
}

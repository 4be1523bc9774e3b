//! Which key set is spoken of: in the initial message, in the challenge, in SECURITY MODE COMMAND, and after
//! (TS 24.301 4.4.2, 5.4.2.2, 5.4.3.2).

use super::Draft;
use super::catalogue as code;
use super::reading::{Command, Reading, attempts};
use crate::report::Finding;
use quintet_crypto::IntegrityAlgorithm;
use quintet_emm::path::{Ksi, Protection};

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for command in &reading.commands {
        found.extend(of_command(reading, command));
    }
    found.extend(not_known(reading).or_else(|| renewed(reading)));
    found.extend(not_continued(reading));
    found
}

/// KSI without TSC: SERVICE REQUEST carries none.
const fn value(ksi: Ksi) -> u8 {
    ksi.0 & 7
}

/// The key set that SECURITY MODE COMMAND names, against the one agreed or offered.
fn of_command(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let first = command.first();
    let null = command.algorithms.integrity == IntegrityAlgorithm::EIA0;
    if command.ksi.is_mapped() || null {
        return None;
    }
    let agreed = reading
        .challenges
        .iter()
        .rfind(|challenge| challenge.response().is_some_and(|at| at < first));
    let initial = reading.initial().filter(|(at, _)| *at < first);
    if let Some(challenge) = agreed {
        if challenge.ksi == command.ksi || reading.hides(challenge.last(), first) {
            return None;
        }
        let offered = initial.is_some_and(|(_, named)| value(named) == value(command.ksi));
        return Some(
            Draft::new(
                &code::SMC_KSI_DIFFERS,
                format!(
                    "Authentication agreed on key set {}, SECURITY MODE COMMAND takes key set {} into use.",
                    challenge.ksi.0, command.ksi.0
                ),
            )
            .frames([reading.seen(challenge.first()), reading.seen(first)])
            .cause_if(
                offered,
                "The MME goes on with the context that the UE came with",
                format!("the initial message names key set {}", command.ksi.0),
            )
            .cause(
                "The MME takes a stale context into use",
                "no authentication in this attempt gave this key set",
            )
            .cause(
                "Two attempts are merged in this trace",
                format!(
                    "earlier in the capture: {} of this subscriber",
                    attempts(reading.trail.history.attempts)
                ),
            )
            .done(),
        );
    }
    // Without an authentication: the context must be the one that the UE offered.
    let (at, named) = initial?;
    let protected = reading.nas(at).protection != Protection::Plain;
    let renewed = reading
        .commands
        .iter()
        .any(|other| other.complete.is_some_and(|complete| complete < first));
    if !protected
        || !named.names_a_key()
        || value(named) == value(command.ksi)
        || renewed
        || reading.hides(at, first)
        || reading.hides(at, first)
        || !reading.challenges.is_empty()
    {
        return None;
    }
    Some(
        Draft::new(
            &code::SMC_STALE_KSI,
            format!(
                "The UE offered key set {}, SECURITY MODE COMMAND takes key set {} into use.",
                named.0, command.ksi.0
            ),
        )
        .frames([reading.seen(at), reading.seen(first)])
        .cause(
            "The MME holds an older, or a newer, context than the UE",
            "no authentication ran in this attempt",
        )
        .done(),
    )
}

/// The same behind ciphering: what shows is that another key set is taken into use.
fn renewed(reading: &Reading<'_>) -> Option<Finding> {
    let (initial, named) = reading.initial()?;
    let command = reading.commands.first()?;
    let first = command.first();
    if !named.names_a_key() || value(named) == value(command.ksi) || !reading.hides(initial, first) {
        return None;
    }
    Some(
        Draft::new(
            &code::KSI_NOT_KNOWN,
            format!(
                "{} names key set {}, and SECURITY MODE COMMAND takes key set {} into use: an authentication lies between, ciphered.",
                reading.nas(initial).name,
                named.0,
                command.ksi.0
            ),
        )
        .frames([reading.seen(initial), reading.seen(first)])
        .cause(
            "The network authenticates anew by policy, because COUNT is near its end, or because it is not sure of its own",
            "it went on under the old context until then: it had it",
        )
        .done(),
    )
}

/// The UE named a key set, and was authenticated anew.
fn not_known(reading: &Reading<'_>) -> Option<Finding> {
    let (initial, named) = reading.initial()?;
    let challenge = reading.challenges.first()?;
    if !named.names_a_key() || challenge.first() < initial || !reading.trail.from_the_start {
        return None;
    }
    let sighting = reading.nas(initial);
    // Something of this connection was secure already: a connected UE is authenticated for other reasons.
    let secure = reading
        .onwards(initial + 1)
        .take_while(|at| *at < challenge.first())
        .any(|at| reading.nas(at).protection != Protection::Plain);
    if secure {
        return None;
    }
    Some(
        Draft::new(
            &code::KSI_NOT_KNOWN,
            format!(
                "{} names key set {}, and the network authenticated the UE all the same.",
                sighting.name, named.0
            ),
        )
        .frames([sighting.seen, reading.seen(challenge.first())])
        .cause(
            "The network does not have this context (any more), or finds the MAC wrong",
            if sighting.protection == Protection::Plain {
                "the message is not protected: the context is not in use at the UE either".to_owned()
            } else {
                "the message is protected with the context".to_owned()
            },
        )
        .cause(
            "The network authenticates by policy, or because COUNT is near its end",
            match sighting.count {
                Some(count) => format!("the message has COUNT {count}"),
                None => format!(
                    "sequence number {}",
                    sighting
                        .sequence
                        .map_or_else(|| "unknown".to_owned(), |number| number.to_string())
                ),
            },
        )
        .done(),
    )
}

/// A later message names another key set than the one in use.
fn not_continued(reading: &Reading<'_>) -> Option<Finding> {
    let command = reading
        .commands
        .iter()
        .rfind(|command| command.complete.is_some())?;
    let complete = command.complete?;
    let (at, named) = reading.onwards(complete + 1).find_map(|at| {
        let ksi = reading.nas(at).view.initial()?;
        (value(ksi) != value(command.ksi)).then_some((at, ksi))
    })?;
    Some(
        Draft::new(
            &code::KSI_NOT_CONTINUED,
            format!(
                "Security mode took key set {} into use; {} names {}.",
                command.ksi.0,
                reading.nas(at).name,
                if named.names_a_key() {
                    format!("key set {}", named.0)
                } else {
                    "none".to_owned()
                }
            ),
        )
        .frames([
            reading.seen(command.first()),
            reading.seen(complete),
            reading.seen(at),
        ])
        .cause(
            "The UE went back to an older context, or lost it",
            "a UE keeps the context that SECURITY MODE COMMAND took into use",
        )
        .done(),
    )
}

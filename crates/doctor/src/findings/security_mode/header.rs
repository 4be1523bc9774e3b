//! The headers of SECURITY MODE COMMAND and COMPLETE, and what COMPLETE lacks (TS 24.301 5.4.3.2, 5.4.3.3, 9.3.1).

use super::super::Draft;
use super::super::catalogue as code;
use super::super::reading::{Command, Reading};
use crate::report::{Finding, Severity};
use quintet_emm::path::{Header, Protection};

/// SECURITY MODE COMMAND under another header.
pub(super) fn of_command(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let sent = reading.nas(command.first());
    let fits = matches!(
        sent.protection,
        Protection::Protected {
            header: Header::NewContext,
            ..
        }
    );
    (!fits).then(|| {
        Draft::new(
            &code::SMC_WRONG_HEADER,
            format!("SECURITY MODE COMMAND has security header type {}.", sent.header),
        )
        .at(sent.seen)
        .cause(
            "The MME sets the wrong security header type",
            "type 3 belongs to SECURITY MODE COMMAND, and to it alone",
        )
        .cause_if(
            sent.protection == Protection::Plain,
            "The log shows the message before it was protected",
            "there is no security header at all",
        )
        .done()
    })
}

/// SECURITY MODE COMPLETE without protection, or under another header.
pub(super) fn of_complete(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let complete = reading.nas(command.complete?);
    match complete.protection {
        Protection::Protected {
            header: Header::CipheredNewContext,
            ..
        } => None,
        Protection::Plain | Protection::ShortMac => {
            // A log may show a plain copy of what was sent protected.
            let log = reading.trail.tap != crate::trail::Tap::Ran;
            let draft = Draft::new(
                &code::SMC_COMPLETE_UNPROTECTED,
                "SECURITY MODE COMPLETE has no security header.",
            )
            .at(complete.seen)
            .cause("The UE does not protect it", "security header type 0")
            .cause_if(
                log,
                "The log shows the message before it was protected",
                "modems log plain copies",
            );
            Some(
                if log {
                    draft.severity(Severity::Note)
                } else {
                    draft
                }
                .done(),
            )
        }
        Protection::Protected { .. } => Some(
            Draft::new(
                &code::SMC_COMPLETE_WRONG_HEADER,
                format!(
                    "SECURITY MODE COMPLETE has security header type {} instead of 4.",
                    complete.header
                ),
            )
            .at(complete.seen)
            .cause(
                "The UE's stack uses the header of ordinary messages",
                format!("{} is selected", command.algorithms.ciphering),
            )
            .done(),
        ),
    }
}

/// IMEISV asked for and not given.
pub(super) fn imeisv(reading: &Reading<'_>, command: &Command) -> Option<Finding> {
    let complete = command.complete?;
    let given = reading.nas(complete).brings_imeisv()?;
    (command.contents.as_ref()?.imeisv_requested && !given).then(|| {
        Draft::new(
            &code::IMEISV_NOT_GIVEN,
            "The network asked for the IMEISV in SECURITY MODE COMMAND, and SECURITY MODE COMPLETE has none.",
        )
        .frames([reading.seen(command.first()), reading.seen(complete)])
        .cause(
            "The device does not give it",
            "SECURITY MODE COMPLETE decodes, without IMEISV",
        )
        .done()
    })
}

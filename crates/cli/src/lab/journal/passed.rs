//! One message as the JSON answer and the ladder have it.

use super::Language;
use crate::ladder::{Arrow, Tone};
use quintet_nas::security::SecurityHeaderType;
use serde::Serialize;
use std::time::Duration;

/// One message as the JSON answer has it.
#[derive(Clone, Debug, Serialize)]
pub(in crate::lab) struct Passed {
    /// Wall clock, seconds since 1970.
    time: f64,
    from: &'static str,
    to: &'static str,
    protocol: &'static str,
    name: String,
    /// Security header type.
    pub(super) header: Option<String>,
    pub(super) count: Option<u32>,
    pub(super) ksi: Option<u8>,
    integrity: Option<String>,
    ciphering: Option<String>,
    pub(in crate::lab) cause: Option<String>,
    /// What became of it where that is not the usual: lost, discarded, sent again.
    pub(super) note: Option<String>,
}

impl Passed {
    pub(in crate::lab) fn new(
        wall: Duration,
        (from, to): (&'static str, &'static str),
        protocol: &'static str,
        name: String,
    ) -> Self {
        Self {
            time: wall.as_secs_f64(),
            from,
            to,
            protocol,
            name,
            header: None,
            count: None,
            ksi: None,
            integrity: None,
            ciphering: None,
            cause: None,
            note: None,
        }
    }
}

/// How a NAS message was protected.
pub(in crate::lab) struct Guard {
    pub(in crate::lab) header: SecurityHeaderType,
    pub(in crate::lab) count: u32,
    /// Key set identifier.
    pub(in crate::lab) ksi: u8,
    pub(in crate::lab) integrity: String,
    pub(in crate::lab) ciphering: String,
}

/// A NAS message that the core reports.
pub(in crate::lab) struct NasReport {
    pub(in crate::lab) uplink: bool,
    pub(in crate::lab) name: &'static str,
    /// `None` if it came or went plain.
    pub(in crate::lab) guard: Option<Guard>,
    pub(in crate::lab) cause: Option<String>,
    /// What became of it where that is not the usual.
    pub(in crate::lab) note: Option<String>,
}

impl NasReport {
    /// As an arrow between these lifelines.
    pub(super) fn arrow(&self, (from, to): (usize, usize), language: &Language) -> Arrow {
        let mut details = vec![match &self.guard {
            None => "plain".to_owned(),
            Some(guard) => language.told_header(guard.header),
        }];
        details.extend(self.guard.as_ref().map(|guard| {
            format!(
                "COUNT {}, {} {}, {}, {}",
                guard.count, language.key_set, guard.ksi, guard.integrity, guard.ciphering
            )
        }));
        details.extend(self.cause.iter().chain(&self.note).cloned());
        let tone = if self.note.is_some() || self.cause.is_some() || self.name.ends_with("REJECT") {
            Tone::Refused
        } else if self.guard.is_some() {
            Tone::Good
        } else {
            Tone::Asking
        };
        Arrow {
            from,
            to,
            label: self.name.to_owned(),
            short: None,
            tone,
            lost: false,
            details,
        }
    }

    /// As the JSON answer has it.
    pub(super) fn passed(
        self,
        wall: Duration,
        ends: (&'static str, &'static str),
        language: &Language,
    ) -> Passed {
        let header = self
            .guard
            .as_ref()
            .map_or(SecurityHeaderType::PLAIN, |guard| guard.header);
        let mut passed = Passed::new(wall, ends, language.nas_protocol, self.name.to_owned());
        passed.header = Some(language.told_header(header));
        if let Some(guard) = self.guard {
            passed.count = Some(guard.count);
            passed.ksi = Some(guard.ksi);
            passed.integrity = Some(guard.integrity);
            passed.ciphering = Some(guard.ciphering);
        }
        passed.cause = self.cause;
        passed.note = self.note;
        passed
    }
}

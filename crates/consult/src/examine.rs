//! A whole capture examined: octets in, the report's page out.

use crate::broken;
use crate::keep::{Kept, MAX_KEPT};
use crate::page::{About, Closing, Shown};
use crate::pass::Pass;
use crate::read::{ReadError, Stream};
use crate::unseen;
use quintet_capture::DissectorOptions;
use quintet_doctor::report::{Attempt, Outcome, Totals};
use quintet_doctor::{Output, Settings};
use std::collections::BTreeMap;
use std::io::Read;

/// Octets of frames that one capture may hold, unpacked: a compressed one of little length may hold any number.
pub const MAX_UNPACKED_OCTETS: u64 = 4 << 30;

/// What an examination came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The report, one page that needs nothing else. Its Content-Security-Policy is [`crate::page::policy`].
    pub page: Vec<u8>,
    /// Frames read.
    pub frames: u64,
    /// Attempts found.
    pub attempts: u64,
    /// Those that failed or show a fault.
    pub bad: u64,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unexamined {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It holds too much.
    #[error(
        "{name}: more than {} GiB of frames are in it: cut it to the time that matters, or give it to `quintet doctor`",
        MAX_UNPACKED_OCTETS >> 30
    )]
    TooMuch {
        /// The capture.
        name: String,
    },
}

/// Reads a capture to its end. `settings` as `quintet doctor` has them; `version` stands in the report.
///
/// # Errors
/// [`Unexamined`].
pub fn examine(
    name: &str,
    input: Box<dyn Read>,
    settings: Settings,
    version: &'static str,
) -> Result<Examined, Unexamined> {
    let identities = settings.identities;
    let mut stream = Stream::new(0, name.to_owned(), input, None, 1)?;
    let mut pass = Pass::new(DissectorOptions::default(), settings);
    let mut found = Found::default();
    let mut octets = 0_u64;
    while stream.advance()?.is_some() {
        if let Some(frame) = stream.frame() {
            octets += frame.octets.len() as u64;
            pass.frame(&frame);
        }
        if octets > MAX_UNPACKED_OCTETS {
            let name = name.to_owned();
            return Err(Unexamined::TooMuch { name });
        }
        found.collect(&mut pass);
    }
    pass.finish();
    found.collect(&mut pass);
    let captures = [stream.capture()];
    let not_shown = unseen::told(pass.counts());
    let about = About {
        version,
        identities,
        interrupted: false,
        left_out: 0,
    };
    let (attempts, left_out) = found.kept.into_attempts();
    let shown = Shown::new(
        &Closing {
            captures: &captures,
            totals: &found.totals,
            not_shown: &not_shown,
            about: &about,
        },
        &attempts,
        left_out,
    );
    let mut page = Vec::new();
    shown.write(&mut page).map_err(|error| ReadError::Read {
        name: name.to_owned(),
        error,
    })?;
    Ok(Examined {
        page,
        frames: captures[0].frames,
        attempts: found.attempts,
        bad: found.bad,
    })
}

/// What was found so far.
#[derive(Debug)]
struct Found {
    kept: Kept,
    totals: BTreeMap<quintet_doctor::report::Technology, Totals>,
    attempts: u64,
    bad: u64,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            kept: Kept::new(MAX_KEPT),
            totals: BTreeMap::new(),
            attempts: 0,
            bad: 0,
        }
    }
}

impl Found {
    fn collect(&mut self, pass: &mut Pass) {
        while let Some(output) = pass.poll() {
            if let Output::Attempt(attempt) = output {
                self.add(*attempt);
            }
        }
    }

    fn add(&mut self, attempt: Attempt) {
        self.attempts += 1;
        let fault = broken::gravest(&attempt).is_some();
        self.bad += u64::from(fault || attempt.outcome == Outcome::Failure);
        self.totals
            .entry(attempt.technology)
            .or_default()
            .count(attempt.outcome);
        self.kept.add(attempt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_capture::{LinkType, PcapngWriter};
    use std::io::Cursor;
    use std::time::Duration;

    fn examined(octets: Vec<u8>) -> Result<Examined, Unexamined> {
        examine("a.pcap", Box::new(Cursor::new(octets)), Settings::default(), "1")
    }

    #[test]
    fn a_capture_without_attempts_is_a_page_all_the_same() {
        let mut file = Vec::new();
        let mut writer = PcapngWriter::begin(&mut file, "tests");
        let interface = writer.interface(&mut file, "a", LinkType::ETHERNET);
        writer.packet(&mut file, interface, Duration::from_secs(1), &[0; 60], &[]);
        let report = examined(file).expect("it is a capture");
        assert_eq!((report.frames, report.attempts, report.bad), (1, 0, 0));
        assert!(String::from_utf8_lossy(&report.page).contains("a.pcap"));
    }

    #[test]
    fn what_is_no_capture_is_said_by_name() {
        for octets in [vec![], b"imsi,k,opc\n".repeat(9)] {
            let error = examined(octets).expect_err("it is none").to_string();
            assert!(error.contains("a.pcap: not a pcap"), "{error}");
        }
    }
}

//! What is said of peers over TLS, and how often: whoever tries again at once must not fill the log of all others.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::mem::{Discriminant, discriminant};
use std::net::IpAddr;
use std::time::Duration;

/// What is spoken over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Speech {
    Diameter,
    Sip,
    Sbi,
}

impl Speech {
    /// The value of the label `protocol`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Diameter => "diameter",
            Self::Sip => "sip",
            Self::Sbi => "sbi",
        }
    }
}

/// Once a line is written about an address and a reason, no other is for so long.
const PAUSE: Duration = Duration::from_secs(60);

/// Addresses with reasons that are told apart. While so many were written about within [`PAUSE`], others wait, and count as one.
const MAX_SUBJECTS: usize = 1024;

/// What a line is about: several peers may have one address, and whoever mends one thing wants to hear of the next. Of the reason
/// only its kind: a text may have the time in it, and so be another each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    address: IpAddr,
    reason: Option<Discriminant<rustls::Error>>,
}

impl Subject {
    pub(crate) fn new(address: IpAddr, error: &io::Error) -> Self {
        let reason = error.get_ref().and_then(|inner| inner.downcast_ref());
        Self {
            address,
            reason: reason.map(discriminant),
        }
    }
}

/// One subject.
#[derive(Debug)]
struct Told {
    at: Duration,
    left_out: u64,
}

/// Failures of TLS: how many, and which are written.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    subjects: HashMap<Subject, Told>,
    /// Of subjects for which there was no room, or that are kept no more.
    left_out_of_others: u64,
    counted: BTreeMap<Speech, u64>,
}

/// A line may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Failures of the same address and kind since the last line about them.
    pub(crate) left_out: u64,
    /// Other failures that no line was, or will be, written about.
    pub(crate) left_out_of_others: u64,
}

impl Complaints {
    /// Failures so far, whether anything is said of them or not, of what is spoken over TLS at all.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (Speech, u64)> {
        self.counted.iter().map(|(speech, count)| (*speech, *count))
    }

    /// TLS may fail from now on: a counter that begins with its first failure would hide it from a rate.
    pub(crate) fn expect(&mut self, speech: Speech) {
        self.counted.entry(speech).or_default();
    }

    /// TLS failed once more.
    pub(crate) fn count(&mut self, speech: Speech) {
        *self.counted.entry(speech).or_default() += 1;
    }

    /// Something is to be said: whether it is written.
    pub(crate) fn note(&mut self, now: Duration, subject: Subject) -> Option<Line> {
        if let Some(told) = self.subjects.get_mut(&subject)
            && now < told.at + PAUSE
        {
            told.left_out += 1;
            return None;
        }
        if self.subjects.len() >= MAX_SUBJECTS && !self.subjects.contains_key(&subject) {
            self.forget_old(now);
            if self.subjects.len() >= MAX_SUBJECTS {
                self.left_out_of_others += 1;
                return None;
            }
        }
        let told = Told { at: now, left_out: 0 };
        let before = self.subjects.insert(subject, told);
        Some(Line {
            left_out: before.map_or(0, |before| before.left_out),
            left_out_of_others: std::mem::take(&mut self.left_out_of_others),
        })
    }

    /// Makes room.
    fn forget_old(&mut self, now: Duration) {
        let unsaid = &mut self.left_out_of_others;
        self.subjects.retain(|_, told| {
            let is_kept = now < told.at + PAUSE;
            if !is_kept {
                *unsaid += told.left_out;
            }
            is_kept
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn of(n: usize, error: rustls::Error) -> Subject {
        let error = io::Error::new(io::ErrorKind::InvalidData, error);
        Subject::new(Ipv4Addr::from(n as u32).into(), &error)
    }

    fn subject(n: usize) -> Subject {
        of(n, rustls::Error::NoCertificatesPresented)
    }

    fn line(left_out: u64, left_out_of_others: u64) -> Option<Line> {
        Some(Line {
            left_out,
            left_out_of_others,
        })
    }

    #[test]
    fn an_address_and_reason_are_written_about_once_a_minute_with_what_was_left_out() {
        let mut complaints = Complaints::default();
        let at = Duration::from_secs;
        assert_eq!(complaints.note(at(5), subject(1)), line(0, 0));
        for second in 5..65 {
            assert_eq!(complaints.note(at(second), subject(1)), None, "{second}");
        }
        assert_eq!(complaints.note(at(6), subject(2)), line(0, 0), "another's own");
        assert_eq!(complaints.note(at(65), subject(1)), line(60, 0));
        assert_eq!(complaints.note(at(66), subject(1)), None);
        assert_eq!(complaints.note(at(125), subject(1)), line(1, 0));
    }

    #[test]
    fn another_reason_of_an_address_is_written_too_but_not_the_same_in_other_words() {
        let mut complaints = Complaints::default();
        let mut note = |error| complaints.note(Duration::ZERO, of(1, error));
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::BadCertificate);
        assert_eq!(note(alert), line(0, 0));
        assert_eq!(note(rustls::Error::NoCertificatesPresented), line(0, 0));
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::CertificateExpired);
        assert_eq!(note(alert), None);
    }

    #[test]
    fn subjects_are_bounded_and_what_is_left_out_of_others_is_said() {
        let mut complaints = Complaints::default();
        let at = Duration::from_secs;
        for n in 0..MAX_SUBJECTS {
            assert_eq!(complaints.note(at(1), subject(n)), line(0, 0));
        }
        for n in 0..3 {
            assert_eq!(
                complaints.note(at(60), subject(MAX_SUBJECTS + n)),
                None,
                "no room"
            );
        }
        assert_eq!(complaints.note(at(60), subject(0)), None);
        assert_eq!(complaints.subjects.len(), MAX_SUBJECTS);
        assert_eq!(complaints.note(at(61), subject(MAX_SUBJECTS)), line(0, 4));
        assert_eq!(complaints.subjects.len(), 1, "the others were long ago");
    }
}

//! What is said of peers over TLS, and how often: whoever tries again at once must not fill the log of all others.

use rustls::{AlertDescription, CertificateError, Error};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::mem::{Discriminant, discriminant};
use std::net::IpAddr;
use std::time::Duration;

/// Whose TLS it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ApplicationProtocol {
    Diameter,
    Sip,
    Sbi,
}

impl ApplicationProtocol {
    /// The value of the label `protocol`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Diameter => "diameter",
            Self::Sip => "sip",
            Self::Sbi => "sbi",
        }
    }
}

/// Once a line is written about an address and a kind of failure, no other is for so long.
const PAUSE: Duration = Duration::from_secs(60);

/// Addresses with kinds of failure that are told apart. While so many were written about within [`PAUSE`], others wait, and count as one.
const MAX_FAILURES: usize = 1024;

/// What a line is about: several peers may have one address, and whoever mends one thing wants to hear of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Failure {
    address: IpAddr,
    protocol: ApplicationProtocol,
    kind: Kind,
}

/// Not the text: it may have the time in it, and so be another each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// What is wrong with the peer's certificate.
    Certificate(Discriminant<CertificateError>),
    /// What the peer says that is wrong. It may choose among 256; those that have no name are one.
    Alert(Option<u8>),
    Other(Option<Discriminant<Error>>),
}

impl Failure {
    pub(crate) fn new(address: IpAddr, protocol: ApplicationProtocol, error: &io::Error) -> Self {
        let kind = match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(Error::InvalidCertificate(why)) => Kind::Certificate(discriminant(why)),
            Some(Error::AlertReceived(AlertDescription::Unknown(_))) => Kind::Alert(None),
            Some(Error::AlertReceived(description)) => Kind::Alert(Some(u8::from(*description))),
            other => Kind::Other(other.map(discriminant)),
        };
        Self {
            address,
            protocol,
            kind,
        }
    }
}

/// One of them.
#[derive(Debug)]
struct Told {
    at: Duration,
    left_out: u64,
}

/// Failures of TLS: how many, and which are written.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    failures: HashMap<Failure, Told>,
    /// Of those for which there was no room, or that are kept no more.
    left_out_of_others: u64,
    counted: BTreeMap<ApplicationProtocol, u64>,
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
    pub(crate) fn counted(&self) -> impl Iterator<Item = (ApplicationProtocol, u64)> {
        self.counted.iter().map(|(protocol, count)| (*protocol, *count))
    }

    /// TLS may fail from now on: a counter that begins with its first failure would hide it from a rate.
    pub(crate) fn expect(&mut self, protocol: ApplicationProtocol) {
        self.counted.entry(protocol).or_default();
    }

    /// TLS failed once more.
    pub(crate) fn count(&mut self, protocol: ApplicationProtocol) {
        *self.counted.entry(protocol).or_default() += 1;
    }

    /// Something is to be said: whether it is written.
    pub(crate) fn note(&mut self, now: Duration, failure: Failure) -> Option<Line> {
        if let Some(told) = self.failures.get_mut(&failure)
            && now < told.at + PAUSE
        {
            told.left_out += 1;
            return None;
        }
        if self.failures.len() >= MAX_FAILURES && !self.failures.contains_key(&failure) {
            self.forget_old(now);
            if self.failures.len() >= MAX_FAILURES {
                self.left_out_of_others += 1;
                return None;
            }
        }
        let told = Told { at: now, left_out: 0 };
        let before = self.failures.insert(failure, told);
        Some(Line {
            left_out: before.map_or(0, |before| before.left_out),
            left_out_of_others: std::mem::take(&mut self.left_out_of_others),
        })
    }

    /// Makes room.
    fn forget_old(&mut self, now: Duration) {
        let unsaid = &mut self.left_out_of_others;
        self.failures.retain(|_, told| {
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
    use rustls::pki_types::UnixTime;
    use std::net::Ipv4Addr;

    fn of(n: usize, protocol: ApplicationProtocol, error: Error) -> Failure {
        let error = io::Error::new(io::ErrorKind::InvalidData, error);
        Failure::new(Ipv4Addr::from(n as u32).into(), protocol, &error)
    }

    fn failure(n: usize) -> Failure {
        of(n, ApplicationProtocol::Diameter, Error::NoCertificatesPresented)
    }

    fn line(left_out: u64, left_out_of_others: u64) -> Option<Line> {
        Some(Line {
            left_out,
            left_out_of_others,
        })
    }

    #[test]
    fn an_address_and_kind_are_written_about_once_a_minute_with_what_was_left_out() {
        let mut complaints = Complaints::default();
        let at = Duration::from_secs;
        assert_eq!(complaints.note(at(5), failure(1)), line(0, 0));
        for second in 5..65 {
            assert_eq!(complaints.note(at(second), failure(1)), None, "{second}");
        }
        assert_eq!(complaints.note(at(6), failure(2)), line(0, 0), "another's own");
        assert_eq!(complaints.note(at(65), failure(1)), line(60, 0));
        assert_eq!(complaints.note(at(66), failure(1)), None);
        assert_eq!(complaints.note(at(125), failure(1)), line(1, 0));
    }

    #[test]
    fn another_kind_of_failure_is_written_too_but_not_the_same_in_other_words() {
        let mut complaints = Complaints::default();
        let mut note = |protocol, error| complaints.note(Duration::ZERO, of(1, protocol, error));
        let mut new = |error| note(ApplicationProtocol::Sbi, error) == line(0, 0);
        let expired = |at| {
            let [time, not_after] = [at, 0].map(|s| UnixTime::since_unix_epoch(Duration::from_secs(s)));
            Error::InvalidCertificate(CertificateError::ExpiredContext { time, not_after })
        };
        assert!(new(expired(1)));
        assert!(!new(expired(2)), "a second later");
        assert!(new(Error::InvalidCertificate(CertificateError::UnknownIssuer)));
        assert!(new(Error::NoCertificatesPresented));
        assert!(new(Error::AlertReceived(AlertDescription::BadCertificate)));
        assert!(new(Error::AlertReceived(AlertDescription::CertificateExpired)));
        assert!(new(Error::AlertReceived(AlertDescription::Unknown(200))));
        assert!(!new(Error::AlertReceived(AlertDescription::Unknown(201))));
        let of_another = note(ApplicationProtocol::Diameter, Error::NoCertificatesPresented);
        assert_eq!(of_another, line(0, 0));
    }

    #[test]
    fn failures_are_bounded_and_what_is_left_out_of_others_is_said() {
        let mut complaints = Complaints::default();
        let at = Duration::from_secs;
        for n in 0..MAX_FAILURES {
            assert_eq!(complaints.note(at(1), failure(n)), line(0, 0));
        }
        for n in 0..3 {
            assert_eq!(
                complaints.note(at(60), failure(MAX_FAILURES + n)),
                None,
                "no room"
            );
        }
        assert_eq!(complaints.note(at(60), failure(0)), None);
        assert_eq!(complaints.failures.len(), MAX_FAILURES);
        assert_eq!(complaints.note(at(61), failure(MAX_FAILURES)), line(0, 4));
        assert_eq!(complaints.failures.len(), 1, "the others were long ago");
    }
}

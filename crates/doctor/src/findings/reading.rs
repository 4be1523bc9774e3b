//! The trail read as a ladder: its rounds of authentication and security mode, what followed them, and how it ended.

use super::Case;
use crate::report::{Outcome, counted};
use crate::trail::{CommandContents, End, Sighting, Tap, Trail, View};
use quintet_capture::Seen;
use quintet_crypto::Direction;
use quintet_procedure::{Algorithms, Header, Ksi, Protection};

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;
/// T3450, T3460 and T3470 (TS 24.301 table 10.2.2), in nanoseconds.
pub(super) const T3460_NS: i64 = 6 * SECOND;
/// What is sent again sooner than this was not sent again by a timer.
pub(super) const NO_TIMER_NS: i64 = SECOND / 4;
/// T3410 (TS 24.301 table 10.2.1), in nanoseconds: how long a UE waits for the answer to an attach.
pub(super) const T3410_NS: i64 = 15 * SECOND;
/// T3417 (TS 24.301 table 10.2.1), in nanoseconds: the same for a service request.
pub(super) const T3417_NS: i64 = 5 * SECOND;

/// What a UE made of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// AUTHENTICATION RESPONSE.
    Response,
    /// AUTHENTICATION FAILURE with this EMM cause.
    Failure(u8),
}

/// A challenge and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Challenge {
    /// Every time it was sent: indices.
    pub(super) sent: Vec<usize>,
    pub(super) ksi: Ksi,
    /// RAND and AUTN; `None` if the message does not decode.
    pub(super) rand_autn: Option<([u8; 16], [u8; 16])>,
    /// The UE's first answer: its index, and what it was.
    pub(super) answer: Option<(usize, Answer)>,
    /// AUTHENTICATION REJECT after it.
    pub(super) rejected: Option<usize>,
}

impl Challenge {
    /// Index of its last sending.
    pub(super) fn last(&self) -> usize {
        self.sent.last().copied().unwrap_or_default()
    }

    /// Index of its first.
    pub(super) fn first(&self) -> usize {
        self.sent.first().copied().unwrap_or_default()
    }

    /// Index of the answer if it was AUTHENTICATION RESPONSE.
    pub(super) fn response(&self) -> Option<usize> {
        self.answer
            .and_then(|(at, answer)| (answer == Answer::Response).then_some(at))
    }

    /// Index of the answer if it was AUTHENTICATION FAILURE with this cause.
    pub(super) fn failure(&self, cause: u8) -> Option<usize> {
        self.answer
            .and_then(|(at, answer)| (answer == Answer::Failure(cause)).then_some(at))
    }
}

/// A SECURITY MODE COMMAND and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// Every time it was sent: indices.
    pub(super) sent: Vec<usize>,
    pub(super) ksi: Ksi,
    pub(super) algorithms: Algorithms,
    /// What it says beside; `None` if the message does not decode.
    pub(super) contents: Option<CommandContents>,
    /// SECURITY MODE COMPLETE.
    pub(super) complete: Option<usize>,
    /// SECURITY MODE REJECT, and its cause.
    pub(super) reject: Option<(usize, u8)>,
    /// Sent again behind its SECURITY MODE COMPLETE.
    pub(super) after_complete: Vec<usize>,
}

impl Command {
    /// Index of its first sending.
    pub(super) fn first(&self) -> usize {
        self.sent.first().copied().unwrap_or_default()
    }

    /// Index of its last.
    pub(super) fn last(&self) -> usize {
        self.sent.last().copied().unwrap_or_default()
    }
}

/// The trail as a ladder.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) trail: &'a Trail,
    pub(super) challenges: Vec<Challenge>,
    pub(super) commands: Vec<Command>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(case: &'a Case<'a>) -> Self {
        let mut reading = Self {
            case,
            trail: case.trail,
            challenges: Vec::new(),
            commands: Vec::new(),
        };
        for at in 0..reading.trail.nas.len() {
            reading.take(at);
        }
        reading
    }

    fn take(&mut self, at: usize) {
        let sighting = &self.trail.nas[at];
        match sighting.view {
            View::AuthenticationRequest { ksi } => self.challenge(at, sighting, ksi),
            View::AuthenticationResponse => self.answer(at, Answer::Response),
            View::AuthenticationFailure { cause, .. } => self.answer(at, Answer::Failure(cause)),
            View::AuthenticationReject => {
                if let Some(last) = self.challenges.last_mut() {
                    last.rejected.get_or_insert(at);
                }
            }
            View::SecurityModeCommand { ksi, algorithms } => {
                self.command(at, sighting, ksi, algorithms);
            }
            View::SecurityModeComplete => {
                if let Some(last) = self.commands.last_mut() {
                    last.complete.get_or_insert(at);
                }
            }
            View::SecurityModeReject { cause } => {
                if let Some(last) = self.commands.last_mut() {
                    last.reject.get_or_insert((at, cause));
                }
            }
            _ => {}
        }
    }

    fn challenge(&mut self, at: usize, sighting: &Sighting, ksi: Ksi) {
        let rand_autn = sighting.challenge();
        if let Some(last) = self.challenges.last_mut()
            && last.ksi == ksi
            && last.rand_autn.is_some()
            && last.rand_autn == rand_autn
            && last.rejected.is_none()
            && !self.commands.iter().any(|command| command.first() > last.first())
        {
            last.sent.push(at);
            return;
        }
        self.challenges.push(Challenge {
            sent: vec![at],
            ksi,
            rand_autn,
            answer: None,
            rejected: None,
        });
    }

    fn answer(&mut self, at: usize, answer: Answer) {
        if let Some(last) = self.challenges.last_mut() {
            last.answer.get_or_insert((at, answer));
        }
    }

    fn command(&mut self, at: usize, sighting: &Sighting, ksi: Ksi, algorithms: Algorithms) {
        let fresh_challenge = self.challenges.last().map(Challenge::first);
        if let Some(last) = self.commands.last_mut()
            && last.ksi == ksi
            && last.algorithms == algorithms
            && last.reject.is_none()
            && fresh_challenge.is_none_or(|challenge| challenge < last.first())
        {
            if last.complete.is_some() {
                last.after_complete.push(at);
            }
            last.sent.push(at);
            return;
        }
        let contents = sighting.command();
        self.commands.push(Command {
            sent: vec![at],
            ksi,
            algorithms,
            contents,
            complete: None,
            reject: None,
            after_complete: Vec::new(),
        });
    }

    /// The message at an index.
    pub(super) fn nas(&self, at: usize) -> &'a Sighting {
        &self.trail.nas[at]
    }

    /// Where and when the message at an index was seen.
    pub(super) fn seen(&self, at: usize) -> Seen {
        self.trail.nas[at].seen
    }

    /// Where and when several were.
    pub(super) fn all_seen(&self, at: &[usize]) -> Vec<Seen> {
        at.iter().map(|at| self.seen(*at)).collect()
    }

    /// Indices of the messages that no lower layer repeated, from an index on.
    pub(super) fn onwards(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        (at..self.trail.nas.len()).filter(|at| self.trail.nas[*at].repeats.is_none())
    }

    /// The first message behind an index in a direction; repetitions count.
    pub(super) fn next_in(&self, at: usize, direction: Direction) -> Option<usize> {
        (at + 1..self.trail.nas.len()).find(|at| self.trail.nas[*at].direction == direction)
    }

    /// The first initial message: index, and the KSI it names.
    pub(super) fn initial(&self) -> Option<(usize, Ksi)> {
        self.trail.nas.iter().enumerate().find_map(|(at, sighting)| {
            let ksi = sighting.view.initial()?;
            (sighting.direction == Direction::Uplink).then_some((at, ksi))
        })
    }

    /// Whether the UE attaches for an emergency.
    pub(super) fn is_emergency(&self) -> bool {
        self.trail
            .nas
            .iter()
            .any(|sighting| matches!(sighting.view, View::Request { emergency: true, .. }))
    }

    /// The first protected message behind a SECURITY MODE COMPLETE that is not part of security mode itself.
    pub(super) fn continuation(&self, complete: usize) -> Option<usize> {
        self.onwards(complete + 1).find(|at| {
            let sighting = self.nas(*at);
            matches!(
                sighting.protection,
                Protection::Protected {
                    header: Header::Integrity | Header::Ciphered | Header::PartiallyCiphered,
                    ..
                }
            ) && !matches!(
                sighting.view,
                View::SecurityModeCommand { .. }
                    | View::SecurityModeComplete
                    | View::SecurityModeReject { .. }
            )
        })
    }

    /// Whether ciphered messages that no key opened lie between two indices: a challenge may be among them.
    pub(super) fn hides(&self, from: usize, to: usize) -> bool {
        (from + 1..to).any(|at| self.nas(at).view == View::Ciphered)
    }

    /// Of several sendings, those that a timer explains: logs and multi-point captures show one message more than once.
    pub(super) fn spaced(&self, sent: &[usize]) -> Vec<usize> {
        let mut spaced: Vec<usize> = Vec::new();
        for at in sent {
            let apart = spaced.last().map_or(NO_TIMER_NS, |last| {
                self.seen(*at).time.since(self.seen(*last).time)
            });
            if apart >= NO_TIMER_NS {
                spaced.push(*at);
            }
        }
        spaced
    }

    /// Whether a plain message is a log's copy of a protected one: modems log both, one right behind the other.
    pub(super) fn is_copy(&self, at: usize) -> bool {
        self.trail.tap != Tap::Ran
            && self.trail.nas.iter().any(|other| {
                other.direction == self.nas(at).direction
                    && other.protection != Protection::Plain
                    && other.seen.time.since(self.seen(at).time).saturating_abs() < NO_TIMER_NS
            })
    }

    /// How many attempts right before this one failed just as it did.
    pub(super) fn failed_alike(&self) -> u64 {
        let history = &self.trail.history;
        if self.case.outcome == Outcome::Failure && history.last_ending == Some(self.case.ending) {
            history.same_failure_in_a_row
        } else {
            0
        }
    }

    /// Whether the attempt reached what it wanted.
    pub(super) fn succeeded(&self) -> bool {
        self.case.outcome == Outcome::Success
    }

    /// Whether a message that is not in the capture was not sent either.
    pub(super) fn absence_is_proof(&self) -> bool {
        self.trail.both_directions && !self.trail.lossy && self.trail.tap != Tap::Radio
    }

    /// How long the trail goes on behind an index: to the end of the capture, or to what ended it.
    pub(super) fn watched_ns(&self, at: usize) -> i64 {
        let from = self.seen(at).time;
        match &self.trail.end {
            End::Released { seen, .. } => seen.time.since(from),
            _ => self.trail.now.since(from),
        }
    }

    /// Whether the capture ends before a timer that a message started could run out: then its answer may be behind the end.
    pub(super) fn is_cut_short(&self, at: usize, timer_ns: i64) -> bool {
        self.trail.end == End::CaptureEnds && self.watched_ns(at) < timer_ns
    }

    /// How the attempt ended, as evidence: with when, counted from an index.
    pub(super) fn ended(&self, at: usize) -> String {
        let later = span(self.watched_ns(at));
        match &self.trail.end {
            End::Released {
                cause: Some(cause), ..
            } => {
                format!("UE CONTEXT RELEASE {later} later ({cause})")
            }
            End::Released { cause: None, .. } => format!("the connection is released {later} later"),
            End::BeganAgain => "the UE begins again, on another connection".to_owned(),
            End::ConnectionLost => "the S1 association is lost".to_owned(),
            End::Silent => "nothing more of it in the rest of the capture".to_owned(),
            End::CaptureEnds => format!("the capture ends {later} later"),
        }
    }

    /// Frame of a message as evidence names it.
    pub(super) fn frame(&self, at: usize) -> String {
        format!("frame {}", self.seen(at).frame)
    }

    /// The S1AP message of this name, the first behind a frame.
    pub(super) fn signal_after(&self, frame: u64, name: &str) -> Option<&'a crate::trail::Signal> {
        self.trail
            .signals
            .iter()
            .find(|signal| signal.seen.frame >= frame && signal.name.eq_ignore_ascii_case(name))
    }

    /// Whether the eNB said that it lost the UE: its message.
    pub(super) fn radio_lost(&self) -> Option<&'a crate::trail::Signal> {
        self.trail.signals.iter().find(|signal| {
            signal.direction == Direction::Uplink
                && signal.cause.as_deref().is_some_and(|cause| {
                    [
                        "radio-connection-with-ue-lost",
                        "failure-in-radio-interface-procedure",
                    ]
                    .iter()
                    .any(|lost| cause.contains(lost))
                })
        })
    }
}

/// A length of time in words: `0.4 s`, `12 ms`.
pub(super) fn span(nanoseconds: i64) -> String {
    let nanoseconds = nanoseconds.max(0);
    if nanoseconds < SECOND / 10 {
        format!("{} ms", nanoseconds / 1_000_000)
    } else if nanoseconds < 100 * SECOND {
        let tenths = nanoseconds / (SECOND / 10);
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("{} s", nanoseconds / SECOND)
    }
}

/// `1 attempt`, `2 attempts`.
pub(super) fn attempts(n: u64) -> String {
    counted(n, "attempt")
}

/// `once`, `twice`, `3 times`.
pub(super) fn times(n: usize) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

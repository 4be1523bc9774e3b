//! What is remembered of a lab: messages and reports in order, shown as they pass and written into the capture.
//!
//! ```text
//!  taps: S1AP, NGAP, S6a, SBI ──┐            ┌─► ladder
//!  reports of MME, AMF: NAS ────┼─► queue ───┤
//!  reports of radio and UEs ────┘            └─► messages of the JSON answer
//! ```
//!
//! A NAS message is seen twice: carried, by the tap, and opened, by the core's report. In the queue the two become one: a
//! transport waits for the report of what it carries, a report of a downlink message for its transport. What still waits
//! when time goes on is shown as it is.

mod passed;
mod ran;

pub(super) use passed::{Guard, NasReport, Passed};
pub(super) use ran::Said;

use super::capture::Capture;
use super::ims::KeyFile;
use super::reached::Path;
use super::screen::{Screen, Show};
use super::view::View;
use crate::ladder::{Arrow, HEADING, Ladder, Tone};
use quintet_nas::security::SecurityHeaderType;
use quintet_sim::radio::{Tampered, UeId};
use std::collections::VecDeque;
use std::time::Duration;

/// The lifelines that every technology has: UE, radio node, MME or AMF.
pub(super) const UE: usize = 0;
pub(super) const RAN: usize = 1;
pub(super) const CORE: usize = 2;

/// Radio nodes with an address of their own; after the last the first comes again.
pub(super) const RAN_ADDRESSES: u8 = 200;

/// The end of the first radio node's address in the capture.
pub(super) const FIRST_RAN_ADDRESS: u8 = 21;

/// The most messages kept of a scenario for the JSON answer; a larger one counts the rest.
const MAX_MESSAGES: usize = 100_000;

/// The most that waits to be shown: a batch of the driver is far smaller.
const MAX_WAITING: usize = 4_096;

/// Octets of RAND that are shown: enough to see whose vector it is.
const SHOWN_RAND_OCTETS: usize = 8;

/// Key set and RAND of AUTHENTICATION REQUEST.
type Challenge = (u8, [u8; 16]);

/// What a technology calls things, and how it reads them.
#[derive(Clone, Copy)]
pub(super) struct Language {
    /// The lifelines and the columns between them: room for the longest name.
    pub(super) lifelines: &'static [&'static str],
    pub(super) steps: &'static [usize],
    /// Protocols: between radio node and core, and NAS.
    pub(super) ran_protocol: &'static str,
    pub(super) nas_protocol: &'static str,
    /// The key of the radio node that both ends of NAS derive.
    pub(super) ran_key: &'static str,
    /// What a key set identifier is called.
    pub(super) key_set: &'static str,
    /// Key set and RAND of a NAS PDU that is AUTHENTICATION REQUEST.
    pub(super) challenge: fn(&[u8]) -> Option<Challenge>,
    /// The security header type of a NAS PDU by its first octets.
    pub(super) header: fn(&[u8]) -> Option<SecurityHeaderType>,
    /// The specification's words for a security header type; `None` for a reserved one.
    pub(super) header_name: fn(SecurityHeaderType) -> Option<&'static str>,
}

impl Language {
    /// The specification's words for a security header type, or its number.
    fn told_header(&self, header: SecurityHeaderType) -> String {
        (self.header_name)(header).map_or_else(|| header.to_string(), str::to_owned)
    }
}

/// What an item of the queue waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    No,
    /// A transport, for the report of what it carries: of this association and, but for the first, this connection.
    Report(u64, Option<u64>),
    /// A report, for its transport.
    Transport(u64, u64),
}

enum Shown {
    Arrow(Arrow),
    Note(usize, String, Tone),
}

struct Item {
    wall: Duration,
    waits: Waits,
    shown: Shown,
    passed: Option<Passed>,
    /// The header of what a transport carries: a report of a message that was not opened does not tell.
    header: Option<SecurityHeaderType>,
}

pub(super) struct Journal {
    language: Language,
    ladder: Ladder,
    screen: Screen,
    pub(super) show_keys: bool,
    capture: Option<Capture>,
    began: Option<Duration>,
    scenario: Option<&'static str>,
    /// Which of its kind the radio node is.
    ran: u8,
    queue: VecDeque<Item>,
    messages: Vec<Passed>,
    /// Messages of this scenario, and of all.
    count: u64,
    total: u64,
    pub(super) path: Path,
    /// Whether messages are only captured: too many to be told.
    hurried: bool,
    several_ues: bool,
}

impl Journal {
    pub(super) fn new(language: Language, capture: Option<Capture>, show: Show, show_keys: bool) -> Self {
        Self {
            language,
            ladder: Ladder::new(language.lifelines, language.steps),
            screen: Screen::new(show),
            show_keys,
            capture,
            began: None,
            scenario: None,
            ran: FIRST_RAN_ADDRESS,
            queue: VecDeque::new(),
            messages: Vec::new(),
            count: 0,
            total: 0,
            path: Path::default(),
            hurried: false,
            several_ues: false,
        }
    }

    pub(super) fn capture(&mut self) -> Option<&mut Capture> {
        self.capture.as_mut()
    }

    /// Where the keys of ESP are written.
    pub(super) fn key_file(&mut self) -> Option<&mut KeyFile> {
        self.capture.as_mut()?.keys()
    }

    /// The capture, for another journal.
    pub(super) fn take_capture(&mut self) -> Option<Capture> {
        self.capture.take()
    }

    pub(super) fn screen(&mut self) -> &mut Screen {
        &mut self.screen
    }

    /// The scenario under way.
    pub(super) fn scenario(&self) -> Option<&'static str> {
        self.scenario
    }

    /// The end of the radio node's address in the capture.
    pub(super) fn ran_address(&self) -> u8 {
        self.ran
    }

    /// Whether nobody is told what passes.
    pub(super) fn is_mute(&self) -> bool {
        self.scenario.is_none() || self.hurried
    }

    /// From now on messages are captured only.
    pub(super) fn hurry(&mut self) {
        self.hurried = true;
        if let Some(capture) = &mut self.capture {
            capture.hurry(true);
        }
    }

    /// Messages in all.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// What follows belongs to this scenario.
    pub(super) fn begin(&mut self, name: &'static str, about: &str, number: usize, several_ues: bool) {
        self.settle();
        self.scenario = Some(name);
        self.ran = FIRST_RAN_ADDRESS + (number % usize::from(RAN_ADDRESSES)) as u8;
        self.began = None;
        self.messages.clear();
        self.count = 0;
        self.path = Path::default();
        self.several_ues = several_ues;
        let head = self.ladder.head();
        self.screen
            .print(&format!("\n{HEADING}{name}{HEADING:#}  {about}\n{head}"));
    }

    /// The scenario is over: its messages, how many there were, and how far the path came.
    pub(super) fn end(&mut self) -> (Vec<Passed>, u64, Path) {
        self.settle();
        self.scenario = None;
        (
            std::mem::take(&mut self.messages),
            self.count,
            std::mem::take(&mut self.path),
        )
    }

    /// Something that happened at a node, or that somebody did to it.
    pub(super) fn note(&mut self, wall: Duration, lifeline: usize, text: String, tone: Tone) {
        self.put(Item {
            wall,
            waits: Waits::No,
            shown: Shown::Note(lifeline, text, tone),
            passed: None,
            header: None,
        });
    }

    /// A message that waits for nothing.
    pub(super) fn push(&mut self, wall: Duration, arrow: Arrow, passed: Option<Passed>) {
        self.put(Item {
            wall,
            waits: Waits::No,
            shown: Shown::Arrow(arrow),
            passed,
            header: None,
        });
    }

    /// The same, between two lifelines, for the answer.
    pub(super) fn passed(
        &self,
        wall: Duration,
        (from, to): (usize, usize),
        protocol: &'static str,
        name: String,
    ) -> Passed {
        let of = |lifeline: usize| self.language.lifelines[lifeline];
        Passed::new(wall, (of(from), of(to)), protocol, name)
    }

    fn put(&mut self, item: Item) {
        // Whatever waited for this moment's reports waits no longer.
        if self.queue.back().is_some_and(|last| last.wall < item.wall) || self.queue.len() >= MAX_WAITING {
            self.settle();
        }
        self.queue.push_back(item);
        self.flush();
    }

    /// Shows all that waits.
    fn settle(&mut self) {
        for item in &mut self.queue {
            item.waits = Waits::No;
        }
        self.flush();
    }

    fn flush(&mut self) {
        while let Some(item) = self.queue.pop_front_if(|item| item.waits == Waits::No) {
            let began = *self.began.get_or_insert(item.wall);
            if let Some(passed) = item.passed {
                self.count += 1;
                self.total += 1;
                if self.messages.len() < MAX_MESSAGES {
                    self.messages.push(passed);
                }
            }
            if self.screen.is_seen() {
                let drawn = match &item.shown {
                    Shown::Arrow(arrow) => self.ladder.message(item.wall.saturating_sub(began), arrow),
                    Shown::Note(lifeline, text, tone) => self.ladder.note(*lifeline, text, *tone),
                };
                self.screen.print(&drawn);
            }
        }
    }

    // --- Between radio node and core ----------------------------------------------------------------------------------

    /// A message of S1AP or NGAP, over this association.
    pub(super) fn transport(&mut self, wall: Duration, association: u64, uplink: bool, view: &View) {
        if view.nas.is_some() && !uplink && self.is_carrier(wall, association, view) {
            return self.flush();
        }
        let (arrow, passed) = self.transport_item(wall, view, uplink);
        let waits = if view.is_transport && uplink {
            Waits::Report(association, view.core_id)
        } else {
            Waits::No
        };
        self.put(Item {
            wall,
            waits,
            shown: Shown::Arrow(arrow),
            passed: Some(passed),
            header: view.nas.as_deref().and_then(self.language.header),
        });
    }

    /// Whether a downlink message carries what a report waits for, which then waits no longer.
    fn is_carrier(&mut self, wall: Duration, association: u64, view: &View) -> bool {
        let key = Waits::Transport(association, view.core_id.unwrap_or_default());
        let Some(at) = self.queue.iter().position(|item| item.waits == key) else {
            return false;
        };
        self.queue[at].waits = Waits::No;
        if let (Some(nas), Shown::Arrow(arrow)) = (&view.nas, &mut self.queue[at].shown)
            && let Some((ksi, rand)) = (self.language.challenge)(nas)
        {
            let rand = hex::encode(&rand[..SHOWN_RAND_OCTETS]);
            arrow
                .details
                .push(format!("{} {ksi}, RAND {rand}…", self.language.key_set));
            if let Some(passed) = &mut self.queue[at].passed {
                passed.ksi = Some(ksi);
            }
        }
        if !view.is_transport {
            // Before what it carries.
            let (arrow, passed) = self.transport_item(wall, view, false);
            let item = Item {
                wall,
                waits: Waits::No,
                shown: Shown::Arrow(arrow),
                passed: Some(passed),
                header: None,
            };
            self.queue.insert(at, item);
        }
        true
    }

    fn transport_item(&self, wall: Duration, view: &View, uplink: bool) -> (Arrow, Passed) {
        let (from, to) = if uplink { (RAN, CORE) } else { (CORE, RAN) };
        let mut details = view.details.clone();
        details.extend(view.cause.clone());
        if self.several_ues
            && let Some(ran) = view.ran_id
        {
            details.push(format!("{} UE {ran}", self.language.lifelines[RAN]));
        }
        let failed = view.malformed || view.name.ends_with("FAILURE") || view.name == "ERROR INDICATION";
        let arrow = Arrow {
            from,
            to,
            label: view.name.clone(),
            short: None,
            tone: if failed { Tone::Refused } else { Tone::Plain },
            lost: false,
            details,
        };
        let mut passed = self.passed(wall, (from, to), self.language.ran_protocol, view.name.clone());
        passed.cause = view.cause.clone();
        (arrow, passed)
    }

    /// A NAS message that the core reports, of this association and connection.
    pub(super) fn nas(&mut self, wall: Duration, link: (u64, u64), report: NasReport) {
        let uplink = report.uplink;
        let ends = if uplink { (UE, CORE) } else { (CORE, UE) };
        let arrow = report.arrow(ends, &self.language);
        let names = (self.language.lifelines[ends.0], self.language.lifelines[ends.1]);
        let passed = report.passed(wall, names, &self.language);
        if uplink {
            self.report_uplink(wall, link, arrow, passed);
        } else {
            self.put(Item {
                wall,
                waits: Waits::Transport(link.0, link.1),
                shown: Shown::Arrow(arrow),
                passed: Some(passed),
                header: None,
            });
        }
    }

    /// Puts a report in the place of its transport.
    fn report_uplink(
        &mut self,
        wall: Duration,
        (association, connection): (u64, u64),
        mut arrow: Arrow,
        mut passed: Passed,
    ) {
        let place = |wanted: Waits| self.queue.iter().position(|item| item.waits == wanted);
        let later = place(Waits::Report(association, Some(connection)));
        let at = later.or_else(|| place(Waits::Report(association, None)));
        let Some(at) = at else {
            return self.push(wall, arrow, Some(passed));
        };
        let item = &mut self.queue[at];
        if passed.count.is_none()
            && let Some(header) = item.header.filter(|header| *header != SecurityHeaderType::PLAIN)
        {
            let told = self.language.told_header(header);
            arrow.details[0].clone_from(&told);
            passed.header = Some(told);
        }
        if let Shown::Arrow(transport) = &item.shown {
            if later.is_none() {
                arrow.details.push(format!("in {}", transport.label));
            }
            arrow.details.extend(transport.details.iter().cloned());
        }
        item.waits = Waits::No;
        item.shown = Shown::Arrow(arrow);
        item.passed = Some(passed);
        self.flush();
    }

    // --- The radio ----------------------------------------------------------------------------------------------------

    /// Whose report it is, where there are several UEs.
    pub(super) fn of_ue(&self, ue: UeId, text: String) -> String {
        if self.several_ues {
            format!("UE {}: {text}", ue.0)
        } else {
            text
        }
    }

    /// What the radio did to a NAS PDU, and what a UE said of a downlink one.
    pub(super) fn radio(
        &mut self,
        wall: Duration,
        ue: UeId,
        (uplink, name): (bool, &'static str),
        (tampered, said): (Option<Tampered>, Option<String>),
    ) {
        if let Some(how) = tampered {
            let (from, to) = if uplink { (UE, RAN) } else { (RAN, UE) };
            let text = self.of_ue(ue, super::words::tampered(how).to_owned());
            let arrow = Arrow {
                from,
                to,
                label: name.to_owned(),
                short: None,
                tone: Tone::Refused,
                lost: how == Tampered::Dropped,
                details: vec![text.clone()],
            };
            // What goes on is reported by the core, or was; what is lost is seen here only.
            let lost = (uplink && how == Tampered::Dropped).then(|| {
                let mut lost = self.passed(wall, (from, to), self.language.nas_protocol, name.to_owned());
                lost.note = Some(text);
                lost
            });
            self.push(wall, arrow, lost);
        }
        if let Some(said) = said.filter(|_| !uplink) {
            let text = self.of_ue(ue, said);
            self.note(wall, UE, text, Tone::Refused);
        }
    }
}

/// Whether an SCTP packet has a DATA chunk (RFC 9260 3.3.1) among its chunks.
pub(super) fn carries_data(packet: &[u8]) -> bool {
    let mut chunks = packet.get(12..).unwrap_or_default();
    while let [kind, _, high, low, ..] = chunks {
        if *kind == 0 {
            return true;
        }
        let octets = usize::from(u16::from_be_bytes([*high, *low]))
            .max(4)
            .next_multiple_of(4);
        chunks = chunks.get(octets..).unwrap_or_default();
    }
    false
}

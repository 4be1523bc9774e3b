//! What is remembered of an LTE lab: messages and reports in order, shown as they pass and written into the capture.
//!
//! ```text
//!  tap of the MME: S1AP, S6a ──┐            ┌─► ladder
//!  reports of the MME: NAS ────┼─► queue ───┤
//!  reports of eNB and UEs ─────┘            └─► messages of the JSON answer
//! ```
//!
//! A NAS message is seen twice: carried, by the tap, and opened, by the MME's report. In the queue the two become one: a
//! transport waits for the report of what it carries, a report of a downlink message for its transport. What still waits
//! when time goes on is shown as it is.

use super::reached::Path;
use super::view::S1View;
use super::words;
use crate::lab::capture::{Capture, address};
use crate::lab::describe::describe;
use crate::lab::screen::{Screen, Show};
use crate::ladder::{Arrow, HEADING, Ladder, Tone};
use quintet_capture::Side;
use quintet_crypto::Direction;
use quintet_diameter::Message as DiameterMessage;
use quintet_emm::network::{Event, Protection};
use quintet_mme::MmeEvent;
use quintet_nas::eps::{EmmCause, EmmMessage};
use quintet_nas::security::SecurityHeaderType;
use quintet_runtime::{Link, SctpLink, SctpWire, Tap, Way};
use quintet_s1ap::PPID;
use quintet_sctp::Message;
use quintet_sim::enb::{EnbEvent, Tampered, UeId};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

/// The lifelines and the columns between them: room for `INITIAL CONTEXT SETUP RESPONSE` and for `AIA 2001`.
const LIFELINES: [&str; 4] = ["UE", "eNB", "MME", "HSS"];
const STEPS: [usize; 3] = [6, 38, 16];
const UE: usize = 0;
const ENB: usize = 1;
const MME: usize = 2;
const HSS: usize = 3;

/// Where MME and eNBs are in the capture.
pub(super) const MME_ADDRESS: u8 = 10;
pub(super) const FIRST_ENB_ADDRESS: u8 = 21;
/// eNBs with an address of their own; after the last the first comes again.
pub(super) const ENB_ADDRESSES: u8 = 200;

/// The most messages kept of a scenario for the JSON answer; a larger one counts the rest.
const MAX_MESSAGES: usize = 100_000;

/// The most that waits to be shown: a batch of the driver is far smaller.
const MAX_WAITING: usize = 4_096;

/// Octets of RAND that are shown: enough to see whose vector it is.
const SHOWN_RAND_OCTETS: usize = 8;

/// One message as the JSON answer has it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Passed {
    /// Wall clock, seconds since 1970.
    time: f64,
    from: &'static str,
    to: &'static str,
    protocol: &'static str,
    name: String,
    /// Security header type.
    header: Option<String>,
    count: Option<u32>,
    ksi: Option<u8>,
    integrity: Option<String>,
    ciphering: Option<String>,
    cause: Option<String>,
    /// What became of it where that is not the usual: lost, discarded, sent again.
    note: Option<String>,
}

/// What an item of the queue waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waits {
    No,
    /// A transport, for the report of what it carries: of this association and, but for the first, this MME UE S1AP ID.
    Report(u64, Option<u32>),
    /// A report, for its transport.
    Transport(u64, u32),
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
    /// First octet of what a transport carries: a report of a message that was not opened does not tell.
    first_octet: Option<u8>,
}

pub(super) struct Journal {
    ladder: Ladder,
    screen: Screen,
    show_keys: bool,
    capture: Option<Capture>,
    began: Option<Duration>,
    scenario: Option<&'static str>,
    enb_address: u8,
    queue: VecDeque<Item>,
    messages: Vec<Passed>,
    /// Messages of this scenario, and of all.
    count: u64,
    total: u64,
    path: Path,
    /// Whether messages are only captured: too many to be told.
    hurried: bool,
    several_ues: bool,
}

impl Journal {
    pub(super) fn new(capture: Option<Capture>, show: Show, show_keys: bool) -> Self {
        Self {
            ladder: Ladder::new(&LIFELINES, &STEPS),
            screen: Screen::new(show),
            show_keys,
            capture,
            began: None,
            scenario: None,
            enb_address: FIRST_ENB_ADDRESS,
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

    pub(super) fn screen(&mut self) -> &mut Screen {
        &mut self.screen
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
        self.enb_address = FIRST_ENB_ADDRESS + (number % usize::from(ENB_ADDRESSES)) as u8;
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

    /// Something that somebody did to a node.
    pub(super) fn note(&mut self, wall: Duration, hss: bool, text: &str) {
        self.push(
            wall,
            Shown::Note(if hss { HSS } else { MME }, text.to_owned(), Tone::Plain),
            None,
        );
    }

    fn push(&mut self, wall: Duration, shown: Shown, passed: Option<Passed>) {
        self.put(Item {
            wall,
            waits: Waits::No,
            shown,
            passed,
            first_octet: None,
        });
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

    // --- What the tap of the MME sees ---------------------------------------------------------------------------------

    fn diameter(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]) {
        let Ok(message) = DiameterMessage::decode(octets) else {
            return;
        };
        let description = describe(&message, self.show_keys);
        let sent = way == Way::Sent;
        if let Some(capture) = &mut self.capture {
            let client = SocketAddr::new(address(MME_ADDRESS), link.local.port());
            let from = if sent { Side::Client } else { Side::Server };
            let comment = match self.scenario {
                Some(scenario) => format!("{scenario}: {}", description.name),
                None => description.name.clone(),
            };
            capture.message(wall, (link.connection, client), from, octets, &comment);
        }
        if self.scenario.is_none() || self.hurried {
            return;
        }
        let (from, to) = if sent { (MME, HSS) } else { (HSS, MME) };
        let cause = description.outcome.filter(|outcome| !outcome.is_success());
        let passed = Passed {
            cause: cause.map(|outcome| outcome.to_string()),
            ..passed(wall, (from, to), "S6a", description.name.clone())
        };
        self.push(wall, Shown::Arrow(description.arrow(from, to)), Some(passed));
    }

    fn s1ap(&mut self, wall: Duration, link: &SctpLink, way: Way, octets: &[u8]) {
        if self.scenario.is_none() || self.hurried {
            return;
        }
        let view = S1View::of(octets);
        let association = link.association.0;
        let uplink = way == Way::Received;
        let mut carried = false;
        if view.nas.is_some() && !uplink {
            let key = Waits::Transport(association, view.mme_ue_s1ap_id.unwrap_or_default());
            if let Some(at) = self.queue.iter().position(|item| item.waits == key) {
                self.queue[at].waits = Waits::No;
                carried = true;
                if let (Some(nas), Shown::Arrow(arrow)) = (&view.nas, &mut self.queue[at].shown)
                    && let Some((ksi, told)) = challenge(nas)
                {
                    arrow.details.push(told);
                    if let Some(passed) = &mut self.queue[at].passed {
                        passed.ksi = Some(ksi);
                    }
                }
                if !view.is_transport {
                    // Before what it carries.
                    let (shown, passed) = self.s1ap_item(wall, &view, uplink);
                    let item = Item {
                        wall,
                        waits: Waits::No,
                        shown,
                        passed,
                        first_octet: None,
                    };
                    self.queue.insert(at, item);
                }
            }
        }
        if carried {
            return self.flush();
        }
        let (shown, passed) = self.s1ap_item(wall, &view, uplink);
        let waits = if view.is_transport && uplink {
            Waits::Report(association, view.mme_ue_s1ap_id)
        } else {
            Waits::No
        };
        self.put(Item {
            wall,
            waits,
            shown,
            passed,
            first_octet: view.nas.as_ref().and_then(|nas| nas.first()).copied(),
        });
    }

    fn s1ap_item(&self, wall: Duration, view: &S1View, uplink: bool) -> (Shown, Option<Passed>) {
        let (from, to) = if uplink { (ENB, MME) } else { (MME, ENB) };
        let mut details = view.details.clone();
        details.extend(view.cause.map(|cause| cause.to_string()));
        if self.several_ues
            && let Some(enb) = view.enb_ue_s1ap_id
        {
            details.push(format!("eNB UE {enb}"));
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
        let passed = Passed {
            cause: view.cause.map(|cause| cause.to_string()),
            ..passed(wall, (from, to), "S1AP", view.name.clone())
        };
        (Shown::Arrow(arrow), Some(passed))
    }

    // --- What the MME reports -----------------------------------------------------------------------------------------

    pub(super) fn mme_event(&mut self, wall: Duration, event: &MmeEvent) {
        if self.scenario.is_none() || self.hurried {
            return;
        }
        match event {
            MmeEvent::Emm {
                association,
                connection,
                event,
            } => {
                self.path.take(event);
                self.emm(wall, (association.0, connection.0), event);
            }
            MmeEvent::S1 { disposition, why, .. } => {
                let text = words::s1(disposition, why);
                self.push(wall, Shown::Note(MME, text, Tone::Refused), None);
            }
            MmeEvent::PagingFailed { .. } => {
                self.push(
                    wall,
                    Shown::Note(MME, "a paged UE does not answer".to_owned(), Tone::Refused),
                    None,
                );
            }
            MmeEvent::ImplicitlyDetached { .. } => {
                self.push(
                    wall,
                    Shown::Note(MME, "detached implicitly".to_owned(), Tone::Plain),
                    None,
                );
            }
            _ => {}
        }
    }

    fn emm(&mut self, wall: Duration, (association, connection): (u64, u32), event: &Event) {
        let Event::Message {
            direction,
            name,
            protection,
            cause,
            disposition,
            repeated,
        } = event
        else {
            if let Event::Phase { phase, .. } = event
                && let Some((text, tone)) = words::phase(*phase)
            {
                self.push(wall, Shown::Note(MME, text, tone), None);
            }
            return;
        };
        let note = if *repeated {
            Some("sent again: its timer expired".to_owned())
        } else {
            disposition.and_then(words::disposition)
        };
        let uplink = *direction == Direction::Uplink;
        let ends = if uplink { (UE, MME) } else { (MME, UE) };
        let (arrow, passed) = nas_item(wall, ends, name, (protection.as_ref(), *cause), note);
        if uplink {
            self.report_uplink(wall, (association, connection), arrow, passed);
        } else {
            self.put(Item {
                wall,
                waits: Waits::Transport(association, connection),
                shown: Shown::Arrow(arrow),
                passed: Some(passed),
                first_octet: None,
            });
        }
    }

    /// Puts a report in the place of its transport.
    fn report_uplink(
        &mut self,
        wall: Duration,
        (association, connection): (u64, u32),
        mut arrow: Arrow,
        mut passed: Passed,
    ) {
        let place = |wanted: Waits| self.queue.iter().position(|item| item.waits == wanted);
        let later = place(Waits::Report(association, Some(connection)));
        let at = later.or_else(|| place(Waits::Report(association, None)));
        let Some(at) = at else {
            return self.push(wall, Shown::Arrow(arrow), Some(passed));
        };
        let item = &mut self.queue[at];
        let header = item.first_octet.and_then(SecurityHeaderType::of_emm);
        if passed.count.is_none()
            && let Some(header) = header.filter(|header| *header != SecurityHeaderType::PLAIN)
        {
            let told = header.name().map_or_else(|| header.to_string(), str::to_owned);
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

    // --- What eNB and UEs report --------------------------------------------------------------------------------------

    pub(super) fn enb_event(&mut self, wall: Duration, event: &EnbEvent) {
        if self.scenario.is_none() || self.hurried {
            return;
        }
        let note = |lifeline: usize, text: String, tone: Tone| Shown::Note(lifeline, text, tone);
        let shown = match event {
            EnbEvent::Ue(ue, event) => match words::ue(event) {
                Some((text, tone)) => note(UE, self.of_ue(*ue, text), tone),
                None => return,
            },
            EnbEvent::Nas {
                ue,
                direction,
                name,
                tampered,
                disposition,
                ..
            } => {
                return self.radio(wall, *ue, (*direction, name), (*tampered, *disposition));
            }
            EnbEvent::NotConnected(ue, why) => note(
                ENB,
                self.of_ue(*ue, format!("no connection: {why:?}")),
                Tone::Refused,
            ),
            EnbEvent::ContextSetUp(ue) => note(
                ENB,
                self.of_ue(*ue, "KeNB of UE and MME agree".to_owned()),
                Tone::Good,
            ),
            EnbEvent::KeNbMismatch(ue) => note(
                ENB,
                self.of_ue(*ue, "KeNB of UE and MME differ".to_owned()),
                Tone::Bad,
            ),
            EnbEvent::Down => note(
                ENB,
                "the association to the MME is gone".to_owned(),
                Tone::Refused,
            ),
            EnbEvent::Overload(action) => note(ENB, format!("overload: {action:?}"), Tone::Plain),
            EnbEvent::Fault { what, .. } => note(ENB, what.clone(), Tone::Refused),
            EnbEvent::SetUp { .. }
            | EnbEvent::SetupRefused { .. }
            | EnbEvent::Connected(_)
            | EnbEvent::Released(..)
            | EnbEvent::Paged(_)
            | EnbEvent::ErrorIndicated(..) => return,
        };
        self.push(wall, shown, None);
    }

    fn of_ue(&self, ue: UeId, text: String) -> String {
        if self.several_ues {
            format!("UE {}: {text}", ue.0)
        } else {
            text
        }
    }

    /// What the radio did to a NAS PDU, and what a UE did with one.
    fn radio(
        &mut self,
        wall: Duration,
        ue: UeId,
        (direction, name): (Direction, &'static str),
        (tampered, disposition): (Option<Tampered>, Option<quintet_emm::Disposition>),
    ) {
        if let Some(how) = tampered {
            let uplink = direction == Direction::Uplink;
            let (from, to) = if uplink { (UE, ENB) } else { (ENB, UE) };
            let text = self.of_ue(ue, words::tampered(how).to_owned());
            let arrow = Arrow {
                from,
                to,
                label: name.to_owned(),
                short: None,
                tone: Tone::Refused,
                lost: how == Tampered::Dropped,
                details: vec![text.clone()],
            };
            // What goes on is reported by the MME, or was; what is lost is seen here only.
            let lost = (uplink && how == Tampered::Dropped).then(|| Passed {
                note: Some(text),
                ..passed(wall, (from, to), "NAS-EPS", name.to_owned())
            });
            self.push(wall, Shown::Arrow(arrow), lost);
        }
        if direction == Direction::Downlink
            && let Some(said) = disposition.and_then(words::disposition)
        {
            let text = self.of_ue(ue, said);
            self.push(wall, Shown::Note(UE, text, Tone::Refused), None);
        }
    }

    fn packet(&mut self, wall: Duration, way: Way, packet: &[u8]) {
        let (enb, mme) = (address(self.enb_address), address(MME_ADDRESS));
        let ends = if way == Way::Received {
            (enb, mme)
        } else {
            (mme, enb)
        };
        let comment = self.scenario.filter(|_| carries_data(packet));
        if let Some(capture) = &mut self.capture {
            capture.sctp(wall, ends, packet, comment);
        }
    }
}

fn passed(wall: Duration, (from, to): (usize, usize), protocol: &'static str, name: String) -> Passed {
    Passed {
        time: wall.as_secs_f64(),
        from: LIFELINES[from],
        to: LIFELINES[to],
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

/// A NAS message as an arrow and as the answer has it.
fn nas_item(
    wall: Duration,
    (from, to): (usize, usize),
    name: &str,
    (protection, cause): (Option<&Protection>, Option<EmmCause>),
    note: Option<String>,
) -> (Arrow, Passed) {
    let header = protection.map_or(SecurityHeaderType::PLAIN, |p| p.header);
    let header = header.name().map_or_else(|| header.to_string(), str::to_owned);
    // The specification's words for it are long.
    let mut details = vec![protection.map_or_else(|| "plain".to_owned(), |_| header.clone())];
    details.extend(protection.map(words::protection));
    let cause = cause.map(words::cause);
    details.extend(cause.iter().cloned());
    details.extend(note.iter().cloned());
    let tone = if note.is_some() || cause.is_some() || name.ends_with("REJECT") {
        Tone::Refused
    } else if protection.is_some() {
        Tone::Good
    } else {
        Tone::Asking
    };
    let arrow = Arrow {
        from,
        to,
        label: name.to_owned(),
        short: None,
        tone,
        lost: false,
        details,
    };
    let passed = Passed {
        header: Some(header),
        count: protection.map(|p| p.count),
        ksi: protection.map(|p| p.ksi.identifier()),
        integrity: protection.map(|p| p.integrity.to_string()),
        ciphering: protection.map(|p| p.ciphering.to_string()),
        cause,
        note,
        ..passed(wall, (from, to), "NAS-EPS", name.to_owned())
    };
    (arrow, passed)
}

/// Key set and RAND of an AUTHENTICATION REQUEST: which of the HSS's vectors it is.
fn challenge(nas: &[u8]) -> Option<(u8, String)> {
    let decoded = EmmMessage::decode_downlink(nas).ok()?;
    let EmmMessage::AuthenticationRequest(request) = decoded.message else {
        return None;
    };
    let rand = &request.authentication_parameter_rand[..SHOWN_RAND_OCTETS];
    let ksi = request.nas_key_set_identifier_asme.identifier();
    Some((ksi, format!("KSI {ksi}, RAND {}…", hex::encode(rand))))
}

/// Whether an SCTP packet has a DATA chunk (RFC 9260 3.3.1) among its chunks.
fn carries_data(packet: &[u8]) -> bool {
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

/// The journal as the MME's tap.
pub(super) struct JournalTap(pub(super) Rc<RefCell<Journal>>);

impl Tap for JournalTap {
    fn opened(&mut self, _: Duration, _: &Link) {}

    fn message(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]) {
        self.0.borrow_mut().diameter(wall, link, way, octets);
    }

    fn closed(&mut self, wall: Duration, link: &Link) {
        if let Some(capture) = self.0.borrow_mut().capture() {
            capture.closed(wall, link.connection);
        }
    }

    fn sctp_message(&mut self, wall: Duration, link: &SctpLink, way: Way, message: &Message) {
        if message.ppid == PPID {
            self.0.borrow_mut().s1ap(wall, link, way, &message.payload);
        }
    }

    fn sctp_packet(&mut self, wall: Duration, _: &SctpWire, way: Way, packet: &[u8]) {
        self.0.borrow_mut().packet(wall, way, packet);
    }
}

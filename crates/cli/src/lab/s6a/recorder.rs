//! What is remembered of a lab: every message, in order, shown as it passes and written into the capture.

use super::network::MMES;
use crate::lab::capture::{Capture, address};
use crate::lab::describe::{Description, Detail, describe};
use crate::lab::screen::{Screen, Show};
use crate::ladder::{Ladder, Tone};
use quintet_capture::Side;
use quintet_diameter::Message;
use quintet_diameter::dict::{avp, command};
use quintet_diameter::node::ConnectionId;
use quintet_runtime::{Link, Tap, Way};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;

/// Columns from one MME to the next, and from the last to the HSS: room for `AIA 5421 RAT_NOT_ALLOWED`.
const STEPS: [usize; 2] = [9, 34];

/// The lifelines: the MMEs, then the HSS.
const LIFELINES: [&str; 3] = [MMES[0], MMES[1], "HSS"];
const HSS: usize = 2;

/// Where the n-th MME is in the capture.
pub(super) const FIRST_MME: u8 = 11;

/// The most messages kept for the JSON answer; a larger lab counts the rest.
const MAX_MESSAGES: usize = 100_000;

/// One message as the JSON answer has it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Passed {
    /// Wall clock, seconds since 1970.
    time: f64,
    scenario: Option<&'static str>,
    from: &'static str,
    to: &'static str,
    name: String,
    command: u32,
    application_id: u32,
    request: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imsi: Option<String>,
    details: Vec<Detail>,
}

pub(super) struct Recorder {
    ladder: Ladder,
    screen: Screen,
    show_keys: bool,
    capture: Capture,
    began: Option<Duration>,
    scenario: Option<&'static str>,
    /// Whose connection it is, known from its CER.
    owners: HashMap<ConnectionId, usize>,
    messages: Vec<Passed>,
    count: u64,
    /// Requests of the HSS that no MME has answered yet, by connection and Hop-by-Hop Identifier.
    owed: HashSet<(ConnectionId, u32)>,
    answered: Rc<Notify>,
}

impl Recorder {
    pub(super) fn new(capture: Capture, show: Show, show_keys: bool) -> Self {
        Self {
            ladder: Ladder::new(&LIFELINES, &STEPS),
            screen: Screen::new(show),
            show_keys,
            capture,
            began: None,
            scenario: None,
            owners: HashMap::new(),
            messages: Vec::new(),
            count: 0,
            owed: HashSet::new(),
            answered: Rc::new(Notify::new()),
        }
    }

    pub(super) fn capture(&mut self) -> &mut Capture {
        &mut self.capture
    }

    pub(super) fn messages(&self) -> &[Passed] {
        &self.messages
    }

    /// Messages so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn show(&mut self, show: Show) {
        self.screen.show(show);
    }

    /// What follows belongs to this scenario.
    pub(super) fn begin(&mut self, scenario: Option<&'static str>) {
        self.scenario = scenario;
    }

    /// The names above the lifelines.
    pub(super) fn head(&mut self) {
        let head = self.ladder.head();
        self.print(&head);
    }

    /// Something beside the wire.
    pub(super) fn note(&mut self, mme: usize, text: &str, tone: Tone) {
        let note = self.ladder.note(mme, text, tone);
        self.print(&note);
    }

    /// Shows a text as it is.
    pub(super) fn print(&mut self, text: &str) {
        self.screen.print(text);
    }

    fn pass(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]) {
        let Ok(message) = Message::decode(octets) else {
            return;
        };
        let Some(mme) = self.owner(link, &message) else {
            return;
        };
        let description = describe(&message, self.show_keys);
        let began = *self.began.get_or_insert(wall);
        let to_hss = way == Way::Received;
        let from = if to_hss { Side::Client } else { Side::Server };
        let comment = match self.scenario {
            Some(scenario) => format!("{scenario}: {}", description.name),
            None => description.name.clone(),
        };
        let client = SocketAddr::new(address(FIRST_MME + mme as u8), link.remote.port());
        let connection = (link.connection.0, client);
        self.capture.message(wall, connection, from, octets, &comment);
        if self.screen.is_seen() {
            let (from, to) = if to_hss { (mme, HSS) } else { (HSS, mme) };
            let arrow = description.arrow(from, to);
            let drawn = self.ladder.message(wall.saturating_sub(began), &arrow);
            self.print(&drawn);
        }
        self.note_owed(link.connection, to_hss, &message);
        self.count += 1;
        if self.messages.len() < MAX_MESSAGES {
            self.messages.push(passed(
                wall,
                self.scenario,
                (MMES[mme], to_hss),
                &message,
                description,
            ));
        }
    }

    /// Keeps account of what the HSS waits for.
    fn note_owed(&mut self, connection: ConnectionId, to_hss: bool, message: &Message<'_>) {
        let key = (connection, message.header().hop_by_hop);
        match (to_hss, message.header().flags.request()) {
            (false, true) => {
                self.owed.insert(key);
            }
            (true, false) => {
                self.owed.remove(&key);
                self.answered.notify_one();
            }
            _ => {}
        }
    }

    /// Whether the HSS waits for an answer, and who is woken by the next one.
    pub(super) fn waits(&self) -> Option<Rc<Notify>> {
        (!self.owed.is_empty()).then(|| Rc::clone(&self.answered))
    }

    /// Which MME a connection belongs to.
    fn owner(&mut self, link: &Link, message: &Message<'_>) -> Option<usize> {
        if message.header().code == command::CAPABILITIES_EXCHANGE && message.header().flags.request() {
            let host = message.find(avp::ORIGIN_HOST)?;
            let name = host.text().ok()?.split('.').next()?;
            let mme = MMES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
            self.owners.insert(link.connection, mme);
        }
        self.owners.get(&link.connection).copied()
    }
}

fn passed(
    wall: Duration,
    scenario: Option<&'static str>,
    (mme, to_hss): (&'static str, bool),
    message: &Message<'_>,
    d: Description,
) -> Passed {
    let header = message.header();
    Passed {
        time: wall.as_secs_f64(),
        scenario,
        from: if to_hss { mme } else { "HSS" },
        to: if to_hss { "HSS" } else { mme },
        name: d.name,
        command: header.code,
        application_id: header.application_id,
        request: d.request,
        result: d.outcome.map(|outcome| outcome.code),
        result_name: d.outcome.and_then(quintet_sim::result_name),
        imsi: d.imsi,
        details: d.details,
    }
}

/// The recorder as the HSS's tap.
pub(super) struct RecorderTap(pub(super) Rc<RefCell<Recorder>>);

impl Tap for RecorderTap {
    fn opened(&mut self, _: Duration, _: &Link) {}

    fn message(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]) {
        self.0.borrow_mut().pass(wall, link, way, octets);
    }

    fn closed(&mut self, wall: Duration, link: &Link) {
        let recorder = &mut *self.0.borrow_mut();
        if let Some(mme) = recorder.owners.get(&link.connection) {
            let owner = address(FIRST_MME + *mme as u8);
            recorder.capture.closed(wall, (owner, link.connection.0));
        }
    }
}

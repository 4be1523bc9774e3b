//! What a lab of IMS tells its journal: the taps of UEs and CSCFs, the reports of all nodes.
//!
//! A message is told where it arrives: there it is known by which hop, and what was lost on the way does not show.

use super::access::Report;
use super::ground::{Ground, Ipsec, Place, SIP_PORT};
use super::view::{abbreviated, view};
use super::words;
use crate::lab::describe::describe;
use crate::lab::journal::{Journal, Language, UE};
use crate::lab::reached::Stage;
use crate::ladder::Tone;
use quintet_capture::Side;
use quintet_crypto::Direction;
use quintet_cscf::scscf::ScscfEvent;
use quintet_diameter::Message as DiameterMessage;
use quintet_esp::{Path, SaParameters};
use quintet_ims::registrar::{Phase, SetChange};
use quintet_nas::security::SecurityHeaderType;
use quintet_runtime::{Link, Tap, Way};
use quintet_sim::ims::Altered;
use quintet_sip::transport::{Hop, Protocol};
use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

/// The lifelines after the UE's.
const PCSCF: usize = 1;
const ICSCF: usize = 2;
pub(super) const SCSCF: usize = 3;
pub(super) const HSS: usize = 4;

/// No NAS here: its part is never used.
pub(super) const LANGUAGE: Language = Language {
    lifelines: &["UE", "P-CSCF", "I-CSCF", "S-CSCF", "HSS"],
    steps: &[16, 16, 16, 13],
    ran_protocol: "SIP",
    nas_protocol: "SIP",
    ran_key: "CK, IK",
    key_set: "nonce",
    challenge: |_| None,
    header: |_| None,
    header_name: SecurityHeaderType::name,
};

/// Whose tap it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tapped {
    Ues,
    Pcscf,
    Icscf,
    Scscf,
}

/// The journal as the tap of a node.
pub(super) struct JournalTap {
    node: Tapped,
    /// Which of its kind the node is: connections of each are numbered anew.
    instance: u32,
    ground: Rc<Ground>,
    journal: Rc<RefCell<Journal>>,
    /// Addresses of UEs behind a NAT, and what the network sees of them.
    nat: Vec<(IpAddr, IpAddr)>,
}

impl JournalTap {
    pub(super) fn new(node: Tapped, ground: &Rc<Ground>, journal: &Rc<RefCell<Journal>>) -> Self {
        Self {
            node,
            instance: 0,
            ground: Rc::clone(ground),
            journal: Rc::clone(journal),
            nat: Vec::new(),
        }
    }

    /// The same of a node that is not the first of its kind.
    pub(super) fn instance(self, instance: u32) -> Self {
        Self { instance, ..self }
    }

    /// The same of UEs behind a NAT.
    pub(super) fn behind(self, nat: Vec<(IpAddr, IpAddr)>) -> Self {
        Self { nat, ..self }
    }

    /// The node's address, by which the capture knows the Diameter connections it made.
    fn own(&self) -> IpAddr {
        match self.node {
            Tapped::Ues => self.ground.access(),
            Tapped::Pcscf => self.ground.pcscf(),
            Tapped::Icscf => self.ground.icscf(),
            Tapped::Scscf => self.ground.scscf(),
        }
        .ip()
    }

    fn key(&self, link: &Link) -> u64 {
        u64::from(self.instance) << 32 | link.connection.0
    }

    fn lifeline(&self, address: IpAddr) -> usize {
        match self.ground.place(address) {
            Place::Ue => UE,
            Place::Pcscf => PCSCF,
            Place::Icscf => ICSCF,
            Place::Scscf => SCSCF,
        }
    }

    /// Whether a hop is inside an association: between ports that nothing else uses.
    fn is_protected(&self, hop: &Hop) -> bool {
        let access = self.ground.access();
        let at_pcscf = [hop.local, hop.remote]
            .into_iter()
            .find(|end| end.ip() == access.ip());
        at_pcscf.is_some_and(|end| end.port() != access.port())
            && self.ground.place(hop.local.ip()) != self.ground.place(hop.remote.ip())
            && [hop.local, hop.remote].iter().all(|end| end.port() != SIP_PORT)
    }

    /// What the network sees of an address.
    fn outward(&self, address: SocketAddr) -> SocketAddr {
        let found = self.nat.iter().find(|(inside, _)| *inside == address.ip());
        found.map_or(address, |(_, outside)| SocketAddr::new(*outside, address.port()))
    }
}

/// Captures a message that came by a hop.
fn capture(journal: &mut Journal, wall: Duration, hop: &Hop, octets: &[u8]) {
    let comment = journal.scenario();
    let Some(capture) = journal.capture() else {
        return;
    };
    let (from, to) = (hop.remote, hop.local);
    match hop.protocol {
        Protocol::Udp => capture.datagram(wall, (from, to), octets, comment),
        Protocol::Tcp | Protocol::Tls => {
            let (client, server, side) = ends(hop);
            capture.stream(wall, (client, server), side, octets, comment);
        }
    }
}

/// Somebody between UE and P-CSCF changed a message, or held it back: what the UE sent, or what it got, is captured as well.
pub(super) fn altered(journal: &mut Journal, wall: Duration, altered: &Altered) {
    let what = match altered.arrived {
        None => "held back",
        Some(_) => "changed",
    };
    let uplink = altered.direction == Direction::Uplink;
    let at_pcscf = Hop {
        protocol: altered.hop.protocol,
        local: altered.hop.remote,
        remote: altered.hop.local,
    };
    let (hop, octets) = match uplink {
        true => (at_pcscf, Some(&altered.sent)),
        false => (altered.hop, altered.arrived.as_ref()),
    };
    if let Some(octets) = octets {
        capture(journal, wall, &hop, octets);
    }
    if !journal.is_mute() {
        let name = view(&altered.sent).name;
        let text = format!("{name}: {what} between UE and P-CSCF");
        journal.note(wall, if uplink { PCSCF } else { UE }, text, Tone::Bad);
    }
}

/// Client and server of the connection that a message came by, and which of them sent it. Who listens has SIP's port, or a
/// protected server port; who connects has any other.
fn ends(hop: &Hop) -> (SocketAddr, SocketAddr, Side) {
    if hop.local.port() == SIP_PORT {
        (hop.remote, hop.local, Side::Client)
    } else {
        (hop.local, hop.remote, Side::Server)
    }
}

impl Tap for JournalTap {
    fn opened(&mut self, _: Duration, _: &Link) {}

    fn message(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]) {
        let Ok(message) = DiameterMessage::decode(octets) else {
            return;
        };
        let mut journal = self.journal.borrow_mut();
        let description = describe(&message, journal.show_keys);
        let sent = way == Way::Sent;
        let comment = match journal.scenario() {
            Some(scenario) => format!("{scenario}: {}", description.name),
            None => description.name.clone(),
        };
        if let Some(capture) = journal.capture() {
            let client = SocketAddr::new(self.own(), link.local.port());
            let from = if sent { Side::Client } else { Side::Server };
            capture.message(wall, (self.key(link), client), from, octets, &comment);
        }
        if journal.is_mute() {
            return;
        }
        let own = self.lifeline(self.own());
        let ends = if sent { (own, HSS) } else { (HSS, own) };
        let cause = description.outcome.filter(|outcome| !outcome.is_success());
        let mut passed = journal.passed(wall, ends, "Cx", description.name.clone());
        passed.cause = cause.map(|outcome| outcome.to_string());
        let mut arrow = description.arrow(ends.0, ends.1);
        for detail in &mut arrow.details {
            *detail = abbreviated(detail);
        }
        journal.push(wall, arrow, Some(passed));
    }

    fn closed(&mut self, wall: Duration, link: &Link) {
        if let Some(capture) = self.journal.borrow_mut().capture() {
            capture.closed(wall, (self.own(), self.key(link)));
        }
    }

    fn sip_message(&mut self, wall: Duration, hop: &Hop, way: Way, octets: &[u8]) {
        if way == Way::Sent {
            return;
        }
        let protected = self.is_protected(hop);
        // What came out of ESP is captured in it.
        if !protected {
            capture(&mut self.journal.borrow_mut(), wall, hop, octets);
        }
        let mut journal = self.journal.borrow_mut();
        if journal.is_mute() {
            return;
        }
        let ends = (self.lifeline(hop.remote.ip()), self.lifeline(hop.local.ip()));
        let view = view(octets);
        let mut passed = journal.passed(wall, ends, "SIP", view.name.clone());
        passed.cause.clone_from(&view.cause);
        journal.push(wall, view.arrow(ends, protected), Some(passed));
    }

    fn sip_closed(&mut self, wall: Duration, hop: &Hop) {
        if hop.protocol != Protocol::Udp
            && let Some(capture) = self.journal.borrow_mut().capture()
        {
            let (client, server, _) = ends(hop);
            capture.stream_closed(wall, (client, server));
        }
    }

    fn esp_installed(&mut self, _: Duration, parameters: &SaParameters) {
        // The other end installs the same.
        if self.node == Tapped::Pcscf
            && let Some(keys) = self.journal.borrow_mut().key_file()
        {
            keys.write(parameters);
        }
    }

    fn esp_packet(&mut self, wall: Duration, path: Path, way: Way, packet: &[u8]) {
        let local = self.outward(path.local);
        let (from, to) = match way {
            Way::Received => (path.remote, local),
            // Where the kernel receives, nobody else sees it arrive.
            Way::Sent if self.node == Tapped::Ues && self.ground.ipsec == Ipsec::Kernel => {
                (local, path.remote)
            }
            Way::Sent => return,
        };
        let mut journal = self.journal.borrow_mut();
        let comment = journal.scenario();
        if let Some(capture) = journal.capture() {
            capture.esp(wall, (from, to), packet, comment);
        }
    }
}

/// A report of a CSCF.
pub(super) fn report(journal: &mut Journal, wall: Duration, report: &Report) {
    if journal.is_mute() {
        return;
    }
    let (lifeline, told) = match report {
        Report::Pcscf(event) => (PCSCF, words::pcscf(event)),
        Report::Dropped(reason) => (PCSCF, Some(words::dropped(*reason))),
        Report::Scscf(event) => {
            if let Some(stage) = stage(event) {
                journal.path.take(stage);
            }
            (SCSCF, words::scscf(event))
        }
    };
    if let Some((text, tone)) = told {
        journal.note(wall, lifeline, text, tone);
    }
}

/// How far a registration came, in the words that all labs have. Security mode has no message of its own: the response that
/// proves RES comes through the associations, where there are any, and is the first protected message.
fn stage(event: &ScscfEvent) -> Option<Stage> {
    Some(match event {
        ScscfEvent::Authentication { phase, .. } => match phase {
            Phase::VectorsRequested => Stage::Identified,
            Phase::VectorsReceived | Phase::Challenged => Stage::VectorsReceived,
            Phase::Authenticated => Stage::FirstProtected,
            _ => return None,
        },
        ScscfEvent::Registration {
            change: SetChange::Registered | SetChange::Refreshed,
            ..
        } => Stage::Complete,
        _ => return None,
    })
}

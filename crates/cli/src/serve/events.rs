//! `quintet serve --events`: the doctor beside the nodes. What passes on their connections goes to it as PDUs, and what it
//! says of each message and each attempt leaves as a line of JSON, the same as `quintet doctor` makes of a capture.

mod lines;

use anyhow::{Context, Result};
use lines::Lines;
use quintet_capture::{End, Flow, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, Timestamp};
use quintet_diameter::node::ConnectionId;
use quintet_doctor::report::Attempt;
use quintet_doctor::{Doctor, Output, Settings};
use quintet_runtime::{Drbg, Link, SctpLink, Tap, Way};
use quintet_sctp::{AssociationId, Message};
use quintet_sip::transport::Hop;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// One line.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Said<'a> {
    Event(&'a quintet_doctor::event::Event),
    Attempt(&'a Attempt),
}

/// One line, with the name of its form.
#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    #[serde(flatten)]
    said: Said<'a>,
}

/// What a line says of its form.
const SCHEMA: &str = "quintet.event/1";

/// How often attempts that fell silent are looked for.
pub(super) const TICK: Duration = Duration::from_secs(5);

/// Connections and pairs of addresses that are told apart at a time.
const MAX_FLOWS: usize = 262_144;

/// Which node sees a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Hss,
    Mme,
    Amf,
    Ausf,
    Udm,
    Pcscf,
    Icscf,
    Scscf,
}

impl Node {
    /// Whether it is an HSS's peer, and shows their connection where both are of this process.
    const fn asks_hss(self) -> bool {
        matches!(self, Self::Mme | Self::Icscf | Self::Scscf)
    }
}

/// A connection of a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Connection {
    Diameter(Node, ConnectionId),
    Sctp(Node, AssociationId),
    Sip(Hop),
}

/// The doctor beside the nodes of one process.
pub(super) struct Events {
    doctor: Doctor,
    lines: Lines,
    flows: HashMap<Connection, FlowId>,
    flows_so_far: u64,
    messages: u64,
    /// Our ends of Diameter connections to an HSS: where the HSS in this process has one of them as its remote end, both
    /// nodes see the same messages, and the view of who asks counts.
    ends_of_askers: HashSet<SocketAddr>,
    /// Where nodes of this process send SIP from: what another of them receives from there was seen already.
    ends_of_sip: HashSet<SocketAddr>,
}

impl Events {
    /// Opens the place where the lines go: a file, to whose end they are added, or standard output for `-`.
    ///
    /// # Errors
    /// If it cannot be opened, or the system gives no entropy.
    pub(super) fn open(path: &Path, identities: bool) -> Result<Rc<RefCell<Self>>> {
        let out: Box<dyn Write + Send> = match path.to_str() {
            Some("-") => Box::new(io::stdout()),
            _ => Box::new(
                OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(path)
                    .with_context(|| format!("--events {}: cannot be written", path.display()))?,
            ),
        };
        let mut pseudonym_key = [0; 32];
        Drbg::new()?.fill(&mut pseudonym_key);
        Ok(Rc::new(RefCell::new(Self {
            doctor: Doctor::new(Settings {
                identities,
                pseudonym_key,
                events: true,
                live: true,
                above_esp: true,
                ..Settings::default()
            }),
            lines: Lines::begin(out),
            flows: HashMap::new(),
            flows_so_far: 0,
            messages: 0,
            ends_of_askers: HashSet::new(),
            ends_of_sip: HashSet::new(),
        })))
    }

    /// A tap of a node.
    pub(super) fn tap(this: &Rc<RefCell<Self>>, node: Node) -> Box<dyn Tap> {
        Box::new(NodeTap {
            events: Rc::clone(this),
            node,
        })
    }

    /// It is this late: attempts that fell silent may end. Called every [`TICK`].
    pub(super) fn quiet(&mut self, wall: Duration) {
        let now = self.seen(wall).time;
        self.doctor.quiet(now);
        self.write();
    }

    /// The nodes have stopped: every attempt ends.
    pub(super) fn finish(&mut self, wall: Duration) {
        self.quiet(wall);
        self.doctor.finish();
        self.write();
        self.lines.finish();
    }

    fn flow(&mut self, connection: Connection) -> FlowId {
        if self.flows.len() >= MAX_FLOWS {
            // Datagrams have no end that could be told: their flows begin anew.
            self.flows
                .retain(|connection, _| !matches!(connection, Connection::Sip(_)));
            self.ends_of_sip.clear();
        }
        *self.flows.entry(connection).or_insert_with(|| {
            self.flows_so_far += 1;
            FlowId(self.flows_so_far)
        })
    }

    fn seen(&self, wall: Duration) -> Seen {
        Seen {
            file: 0,
            frame: self.messages,
            time: Timestamp(i64::try_from(wall.as_nanos()).unwrap_or(i64::MAX)),
        }
    }

    fn opened(&mut self, wall: Duration, connection: Connection) {
        let (seen, flow) = (self.seen(wall), self.flow(connection));
        self.doctor.flow(seen, flow, FlowEvent::Opened);
        self.write();
    }

    fn closed(&mut self, wall: Duration, connection: Connection) {
        let (seen, flow) = (self.seen(wall), self.flow(connection));
        self.flows.remove(&connection);
        self.doctor.flow(seen, flow, FlowEvent::Closed);
        self.write();
    }

    fn message(
        &mut self,
        wall: Duration,
        (connection, protocol): (Connection, Protocol),
        [source, destination]: [SocketAddr; 2],
        octets: &[u8],
    ) {
        self.messages += 1;
        let seen = self.seen(wall);
        let flow = Flow {
            id: self.flow(connection),
            source: End::Address(source),
            destination: End::Address(destination),
        };
        self.doctor.pdu(&Pdu {
            seen,
            first_frame: seen.frame,
            protocol,
            flow,
            direction: None,
            octets,
        });
        self.write();
    }

    /// Hands on what the doctor has to say.
    fn write(&mut self) {
        while let Some(output) = self.doctor.poll() {
            let said = match &output {
                Output::Event(event) => Said::Event(event),
                Output::Attempt(attempt) => Said::Attempt(attempt),
                Output::Deciphered { .. } => continue,
            };
            let line = Line { schema: SCHEMA, said };
            if let Ok(mut line) = serde_json::to_vec(&line) {
                line.push(b'\n');
                self.lines.offer(line);
            }
        }
    }
}

/// The tap of one node.
struct NodeTap {
    events: Rc<RefCell<Events>>,
    node: Node,
}

impl NodeTap {
    /// Whether the MME or a CSCF of this process shows the same connection.
    fn is_double(&self, link: &Link) -> bool {
        self.node == Node::Hss && self.events.borrow().ends_of_askers.contains(&link.remote)
    }
}

impl Tap for NodeTap {
    fn opened(&mut self, wall: Duration, link: &Link) {
        if self.node.asks_hss() {
            self.events.borrow_mut().ends_of_askers.insert(link.local);
        }
        if !self.is_double(link) {
            let connection = Connection::Diameter(self.node, link.connection);
            self.events.borrow_mut().opened(wall, connection);
        }
    }

    fn message(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]) {
        if !self.is_double(link) {
            let connection = Connection::Diameter(self.node, link.connection);
            let ends = ends(way, link.local, link.remote);
            let mut events = self.events.borrow_mut();
            events.message(wall, (connection, Protocol::Diameter), ends, octets);
        }
    }

    fn closed(&mut self, wall: Duration, link: &Link) {
        if !self.is_double(link) {
            let connection = Connection::Diameter(self.node, link.connection);
            self.events.borrow_mut().closed(wall, connection);
        }
        if self.node.asks_hss() {
            self.events.borrow_mut().ends_of_askers.remove(&link.local);
        }
    }

    fn sctp_up(&mut self, wall: Duration, link: &SctpLink) {
        let connection = Connection::Sctp(self.node, link.association);
        self.events.borrow_mut().opened(wall, connection);
    }

    fn sctp_message(&mut self, wall: Duration, link: &SctpLink, way: Way, message: &Message) {
        let protocol = match message.ppid {
            quintet_s1ap::PPID => Protocol::S1ap,
            quintet_ngap::PPID => Protocol::Ngap,
            _ => return,
        };
        let connection = Connection::Sctp(self.node, link.association);
        let ends = ends(way, link.local, link.remote);
        let mut events = self.events.borrow_mut();
        events.message(wall, (connection, protocol), ends, &message.payload);
    }

    fn sip_message(&mut self, wall: Duration, hop: &Hop, way: Way, octets: &[u8]) {
        let mut events = self.events.borrow_mut();
        match way {
            Way::Sent => drop(events.ends_of_sip.insert(hop.local)),
            Way::Received if events.ends_of_sip.contains(&hop.remote) => return,
            Way::Received => {}
        }
        let ends = ends(way, hop.local, hop.remote);
        events.message(wall, (Connection::Sip(*hop), Protocol::Sip), ends, octets);
    }

    fn sip_closed(&mut self, wall: Duration, hop: &Hop) {
        self.events.borrow_mut().closed(wall, Connection::Sip(*hop));
    }

    fn sctp_down(&mut self, wall: Duration, link: &SctpLink, _graceful: bool) {
        let connection = Connection::Sctp(self.node, link.association);
        self.events.borrow_mut().closed(wall, connection);
    }
}

/// Sender and receiver.
fn ends(way: Way, local: SocketAddr, remote: SocketAddr) -> [SocketAddr; 2] {
    match way {
        Way::Sent => [local, remote],
        Way::Received => [remote, local],
    }
}

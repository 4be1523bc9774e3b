//! The doctor beside the nodes of one process: what they see becomes PDUs, each once, of flows that are told apart.

use crate::passed::{Line, Node, Passed, What};
use quintet_capture::{End, Flow, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, Timestamp};
use quintet_diameter::node::ConnectionId;
use quintet_doctor::{Doctor, Output, Settings};
use quintet_runtime::Way;
use quintet_sctp::AssociationId;
use quintet_sip::transport::Hop;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

/// Connections and pairs of addresses that are told apart at a time.
const MAX_FLOWS: usize = 262_144;

/// A connection of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Connection {
    Diameter(Node, ConnectionId),
    Sctp(Node, AssociationId),
    Sip(Hop),
}

/// See the module. [`Watch::poll`] after each call, until it wants nothing.
#[derive(Debug)]
pub struct Watch {
    doctor: Doctor,
    flows: HashMap<Connection, FlowId>,
    flows_so_far: u64,
    messages: u64,
    /// Our ends of Diameter connections to an HSS: where the HSS in this process has one of them as its remote end, both
    /// nodes see the same messages, and the view of who asks counts.
    ends_of_askers: HashSet<SocketAddr>,
    /// Where nodes of this process send SIP from: what another of them receives from there was seen already.
    ends_of_sip: HashSet<SocketAddr>,
}

impl Watch {
    /// Before anything passed. Beside nodes, attempts end as for somebody who watches, and SIP is above ESP, whatever
    /// `settings` say.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            doctor: Doctor::new(Settings {
                live: true,
                above_esp: true,
                ..settings
            }),
            flows: HashMap::new(),
            flows_so_far: 0,
            messages: 0,
            ends_of_askers: HashSet::new(),
            ends_of_sip: HashSet::new(),
        }
    }

    /// What the doctor has to say.
    pub fn poll(&mut self) -> Option<Output> {
        self.doctor.poll()
    }

    /// It is this late: attempts that fell silent may end.
    pub fn quiet(&mut self, wall: Duration) {
        self.doctor.quiet(self.seen(wall).time);
    }

    /// Nothing more is seen: every attempt ends.
    pub fn finish(&mut self, wall: Duration) {
        self.quiet(wall);
        self.doctor.finish();
    }

    /// A tap saw something.
    pub fn take<O: AsRef<[u8]>>(&mut self, passed: &Passed<O>) {
        if self.is_double(passed) {
            return;
        }
        let connection = match passed.line {
            Line::Diameter { connection, .. } => Connection::Diameter(passed.node, connection),
            Line::Sctp { association, .. } => Connection::Sctp(passed.node, association),
            Line::Sip(hop) => Connection::Sip(hop),
        };
        let flow = self.flow(connection);
        match &passed.what {
            What::Opened => self.doctor.flow(self.seen(passed.wall), flow, FlowEvent::Opened),
            What::Closed => {
                self.flows.remove(&connection);
                self.doctor.flow(self.seen(passed.wall), flow, FlowEvent::Closed);
            }
            What::Message {
                way,
                protocol,
                octets,
            } => {
                let [local, remote] = passed.line.ends();
                let [source, destination] = match way {
                    Way::Sent => [local, remote],
                    Way::Received => [remote, local],
                };
                let flow = Flow {
                    id: flow,
                    source: End::Address(source),
                    destination: End::Address(destination),
                };
                self.message(passed.wall, *protocol, flow, octets.as_ref());
            }
        }
    }

    /// Messages passed that were not taken: what a flow shows is not all there was. No answer that is missing is a fault then.
    pub fn missed(&mut self, wall: Duration) {
        let seen = self.seen(wall);
        for flow in self.flows.values() {
            self.doctor.flow(seen, *flow, FlowEvent::Lost);
        }
    }

    /// Whether another node of this process shows the same; learns which nodes those are.
    fn is_double<O>(&mut self, passed: &Passed<O>) -> bool {
        match (&passed.line, &passed.what) {
            (Line::Diameter { local, remote, .. }, what) => {
                if passed.node.asks_hss() {
                    match what {
                        What::Closed => self.ends_of_askers.remove(local),
                        // A watch may begin when the connection is long there.
                        _ => self.ends_of_askers.insert(*local),
                    };
                }
                passed.node == Node::Hss && self.ends_of_askers.contains(remote)
            }
            (Line::Sip(hop), What::Message { way, .. }) => match way {
                Way::Sent => {
                    self.ends_of_sip.insert(hop.local);
                    false
                }
                Way::Received => self.ends_of_sip.contains(&hop.remote),
            },
            _ => false,
        }
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

    fn message(&mut self, wall: Duration, protocol: Protocol, flow: Flow, octets: &[u8]) {
        self.messages += 1;
        let seen = self.seen(wall);
        self.doctor.pdu(&Pdu {
            seen,
            first_frame: seen.frame,
            protocol,
            flow,
            direction: None,
            octets,
        });
    }
}

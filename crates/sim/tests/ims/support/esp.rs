//! An end of ESP: our own stack, and the SIP messages that come out of it.

use quintet_esp::{Closed, Config, Drop, Endpoint, Event, Flow, Path, SaCommand, Transmit, Transport};
use quintet_sip::stream::Inbox;
use quintet_sip::transport::{Hop, Protocol};
use std::collections::HashMap;
use std::time::Duration;

/// What came out.
pub(crate) enum Out {
    Message(Hop, Vec<u8>),
    Failed(Hop),
    Dropped(Drop),
}

pub(crate) struct End {
    pub(crate) endpoint: Endpoint,
    streams: HashMap<Flow, Inbox>,
}

fn flow(hop: Hop) -> Flow {
    Flow {
        transport: if hop.protocol == Protocol::Udp {
            Transport::Udp
        } else {
            Transport::Tcp
        },
        local: hop.local,
        remote: hop.remote,
    }
}

fn hop(flow: Flow) -> Hop {
    Hop {
        protocol: match flow.transport {
            Transport::Udp => Protocol::Udp,
            Transport::Tcp => Protocol::Tcp,
        },
        local: flow.local,
        remote: flow.remote,
    }
}

impl End {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self {
            endpoint: Endpoint::new(Config::default(), seed),
            streams: HashMap::new(),
        }
    }

    pub(crate) fn command(&mut self, now: Duration, command: SaCommand) {
        self.endpoint
            .command(now, command)
            .expect("a command that can be carried out");
    }

    /// Whether a hop is inside an association.
    pub(crate) fn carries(&self, of: &Hop) -> bool {
        self.endpoint.can_send(flow(*of))
    }

    /// Sends; whether it was taken.
    pub(crate) fn send(&mut self, now: Duration, of: Hop, octets: &[u8]) -> bool {
        self.endpoint.send(now, flow(of), octets).is_ok()
    }

    pub(crate) fn packet(&mut self, now: Duration, path: Path, mut octets: Vec<u8>) {
        self.endpoint.packet(now, path, &mut octets);
    }

    pub(crate) fn poll_packet(&mut self) -> Option<Transmit> {
        self.endpoint.poll_packet()
    }

    /// What came out since it was asked last.
    pub(crate) fn take(&mut self) -> Vec<Out> {
        let mut out = Vec::new();
        while let Some(event) = self.endpoint.poll_event() {
            match event {
                Event::Datagram { flow, octets } => out.push(Out::Message(hop(flow), octets)),
                Event::Stream { flow, octets } => {
                    let inbox = self.streams.entry(flow).or_default();
                    inbox.fill(&octets);
                    while let Some(Ok(frame)) = inbox.next() {
                        if let quintet_sip::stream::Frame::Message(octets) = frame {
                            out.push(Out::Message(hop(flow), octets.to_vec()));
                        }
                    }
                }
                Event::Closed(flow, why) => {
                    self.streams.remove(&flow);
                    if why != Closed::Finished {
                        out.push(Out::Failed(hop(flow)));
                    }
                }
                Event::Dropped(drop) => out.push(Out::Dropped(drop)),
                Event::Opened(_) | Event::Expired(_) | Event::Exhausted(_) => {}
            }
        }
        out
    }
}

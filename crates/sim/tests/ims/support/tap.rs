//! A tap at every leg: what passed, where, in order.

use super::core::{ICSCF, SCSCF};
use super::cx::{Listener, Passing};
use quintet_capture::{Flow, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, Timestamp};
use quintet_esp::{SaCommand, SaParameters};
use quintet_sim::ims::Altered;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

/// Between which nodes, and how much of it stands there in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// SIP between UE and P-CSCF that nothing protects, at both ends alike.
    Gm,
    /// The same where somebody between changed it: as the P-CSCF has it.
    GmOfPcscf,
    /// As the UE has it.
    GmOfUe,
    /// Packets of ESP.
    Esp,
    /// What is in them, as the P-CSCF's stack takes it and hands it out.
    WithinEsp,
    /// SIP between CSCFs.
    Core,
    /// Diameter between CSCFs and HSS.
    Cx,
}

#[derive(Clone, Debug)]
enum What {
    Message(Vec<u8>),
    Event(FlowEvent),
}

#[derive(Clone, Debug)]
struct Passed {
    place: Place,
    at: Duration,
    flow: u64,
    source: SocketAddr,
    destination: SocketAddr,
    what: What,
}

#[derive(Debug, Default)]
struct Heard {
    passed: Vec<Passed>,
    installed: Vec<SaParameters>,
}

/// Everything that passed, if anybody listens; all who have it tell the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tap(Option<Rc<RefCell<Heard>>>);

/// A packet of ESP.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    /// Its number among all that passed, from 1.
    pub(crate) number: u64,
    pub(crate) at: Duration,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) octets: Vec<u8>,
}

impl Tap {
    pub(crate) fn listening() -> Self {
        Self(Some(Rc::default()))
    }

    fn push(&self, passed: impl FnOnce() -> Passed) {
        if let Some(all) = &self.0 {
            all.borrow_mut().passed.push(passed());
        }
    }

    /// A message, or a packet, passed.
    pub(crate) fn message(
        &self,
        place: Place,
        at: Duration,
        (source, destination): (SocketAddr, SocketAddr),
        octets: &[u8],
    ) {
        self.push(|| Passed {
            place,
            at,
            flow: FlowId::DATAGRAM.0,
            source,
            destination,
            what: What::Message(octets.to_vec()),
        });
    }

    /// A listener to the wires of the HSS.
    pub(crate) fn cx(&self) -> Option<Listener> {
        self.0.as_ref()?;
        let tap = self.clone();
        Some(Box::new(move |at, (wire, station), passing| {
            let (address, _) = [ICSCF, SCSCF][station];
            let cscf: SocketAddr = (address, 40_000 + wire as u16).into();
            let hss: SocketAddr = ([10, 1, 0, 4], 3868).into();
            let (source, destination) = match passing {
                Passing::Told(_) => (hss, cscf),
                _ => (cscf, hss),
            };
            tap.push(|| Passed {
                place: Place::Cx,
                at,
                flow: wire as u64 + 1,
                source,
                destination,
                what: match passing {
                    Passing::Opened => What::Event(FlowEvent::Opened),
                    Passing::Closed => What::Event(FlowEvent::Closed),
                    Passing::Asked(octets) | Passing::Told(octets) => What::Message(octets.to_vec()),
                },
            });
        }))
    }

    /// Somebody between UE and P-CSCF changed a message: both ends have their own. On its way down it is the P-CSCF's that
    /// was seen so far, on its way up too.
    pub(crate) fn altered(&self, altered: &Altered) {
        let Some(all) = &self.0 else { return };
        let all = &mut all.borrow_mut().passed;
        let up = altered.direction == quintet_crypto::Direction::Uplink;
        let (at_ue, at_pcscf) = if up {
            (Some(&altered.sent), altered.arrived.as_ref())
        } else {
            (altered.arrived.as_ref(), Some(&altered.sent))
        };
        let same = |passed: &Passed| {
            passed.place == Place::Gm
                && matches!(&passed.what, What::Message(octets) if Some(octets) == at_pcscf)
        };
        let Some(seen) = all.iter().rposition(same) else {
            return;
        };
        all[seen].place = Place::GmOfPcscf;
        if let Some(octets) = at_ue {
            let passed = Passed {
                place: Place::GmOfUe,
                what: What::Message(octets.clone()),
                ..all[seen].clone()
            };
            all.insert(if up { seen } else { seen + 1 }, passed);
        }
    }

    fn all(&self) -> Vec<Passed> {
        self.0
            .as_ref()
            .map_or_else(Vec::new, |all| all.borrow().passed.clone())
    }

    /// A UE has done this with associations.
    pub(crate) fn command(&self, command: &SaCommand) {
        if let (Some(all), SaCommand::Install(parameters)) = (&self.0, command) {
            all.borrow_mut().installed.push((**parameters).clone());
        }
    }

    /// Every association that UEs had, with its keys.
    pub(crate) fn installed(&self) -> Vec<SaParameters> {
        let installed = |all: &Rc<RefCell<Heard>>| all.borrow().installed.clone();
        self.0.as_ref().map_or_else(Vec::new, installed)
    }

    /// Every packet of ESP.
    pub(crate) fn packets(&self) -> Vec<Packet> {
        let packet = |(number, passed): (u64, Passed)| match passed.what {
            What::Message(octets) if passed.place == Place::Esp => Some(Packet {
                number,
                at: passed.at,
                source: passed.source,
                destination: passed.destination,
                octets,
            }),
            _ => None,
        };
        (1..).zip(self.all()).filter_map(packet).collect()
    }

    /// Shows what passed at some places, `from` this wall clock on; `after` each of it.
    pub(crate) fn show<S: Sink>(
        &self,
        sink: &mut S,
        from: Duration,
        places: &[Place],
        mut after: impl FnMut(&mut S),
    ) {
        for (frame, passed) in (1..).zip(&self.all()) {
            if !places.contains(&passed.place) {
                continue;
            }
            let seen = Seen {
                file: 0,
                frame,
                time: Timestamp(i64::try_from((from + passed.at).as_nanos()).expect("not that late")),
            };
            let id = FlowId(passed.flow);
            match &passed.what {
                What::Event(event) => sink.flow(seen, id, *event),
                What::Message(octets) => sink.pdu(&Pdu {
                    seen,
                    first_frame: frame,
                    protocol: match passed.place {
                        Place::Esp => Protocol::Esp,
                        Place::Cx => Protocol::Diameter,
                        _ => Protocol::Sip,
                    },
                    flow: Flow {
                        id,
                        source: quintet_capture::End::Address(passed.source),
                        destination: quintet_capture::End::Address(passed.destination),
                    },
                    direction: None,
                    octets,
                }),
            }
            after(sink);
        }
    }
}

//! A UE and a P-CSCF with the four associations of TS 33.203 7.1 between them, on virtual time.

use quintet_crypto::{Ck, Ik};
use quintet_esp::{
    Config, Direction, Endpoint, EspKeys, Event, Flow, Mode, Path, SaCommand, SaParameters, SaSet, Spi,
    Suite, Transmit, Transport,
};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub(crate) const UE: usize = 0;
pub(crate) const PCSCF: usize = 1;

/// Ports of TS 33.203 7.1.
pub(crate) const UC: u16 = 5062;
pub(crate) const US: u16 = 5063;
pub(crate) const PC: u16 = 6062;
pub(crate) const PS: u16 = 6063;

/// How the two ends see each other.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) suite: Suite,
    pub(crate) addresses: [IpAddr; 2],
    /// In a tunnel: the UE's own address, what the NAT makes of it, the P-CSCF's.
    pub(crate) tunnel: Option<[SocketAddr; 3]>,
    pub(crate) config: [Config; 2],
    pub(crate) ck: [u8; 16],
    pub(crate) set: SaSet,
    pub(crate) spi: u32,
    pub(crate) lifetime: Duration,
}

impl Plan {
    pub(crate) fn new(suite: Suite) -> Self {
        Self {
            suite,
            addresses: [[10, 0, 0, 1].into(), [10, 0, 0, 2].into()],
            tunnel: None,
            config: [Config::default(); 2],
            ck: [1; 16],
            set: SaSet(1),
            spi: 1000,
            lifetime: Duration::from_secs(600),
        }
    }

    /// What one end installs.
    pub(crate) fn parameters(&self, end: usize) -> Vec<SaParameters> {
        let keys = EspKeys::derive(self.suite, &Ck::new_128(self.ck), &Ik::new_128([2; 16])).unwrap();
        let at = |end: usize, port| SocketAddr::new(self.addresses[end], port);
        let rows = [
            (at(UE, UC), at(PCSCF, PS), 0),
            (at(PCSCF, PS), at(UE, UC), 1),
            (at(PCSCF, PC), at(UE, US), 2),
            (at(UE, US), at(PCSCF, PC), 3),
        ];
        let parameters = rows.into_iter().map(|(source, destination, spi)| {
            let from_ue = source.ip() == self.addresses[UE];
            let mode = match self.tunnel {
                None => Mode::Transport,
                Some([inside, outside, pcscf]) => {
                    let ue = if end == UE { inside } else { outside };
                    let (source, destination) = if from_ue { (ue, pcscf) } else { (pcscf, ue) };
                    Mode::UdpEncapsulatedTunnel { source, destination }
                }
            };
            SaParameters {
                direction: if from_ue == (end == UE) {
                    Direction::Outbound
                } else {
                    Direction::Inbound
                },
                spi: Spi::new(self.spi + spi).unwrap(),
                source,
                destination,
                mode,
                keys: keys.clone(),
                lifetime: self.lifetime,
                set: self.set,
                sequence: 0,
            }
        });
        parameters.collect()
    }
}

/// What the network does with packets.
pub(crate) type Weather = Box<dyn FnMut(usize, Transmit) -> Vec<Transmit>>;

pub(crate) struct Network {
    pub(crate) plan: Plan,
    pub(crate) ends: [Endpoint; 2],
    pub(crate) now: Duration,
    pub(crate) weather: Weather,
    pub(crate) events: [Vec<Event>; 2],
    /// What left, by whom.
    pub(crate) wire: Vec<(usize, Transmit)>,
}

impl Network {
    pub(crate) fn new(plan: Plan) -> Self {
        let ends = [
            Endpoint::new(plan.config[0], [1; 32]),
            Endpoint::new(plan.config[1], [2; 32]),
        ];
        let mut network = Self {
            ends,
            now: Duration::ZERO,
            weather: Box::new(|_, transmit| vec![transmit]),
            events: [Vec::new(), Vec::new()],
            wire: Vec::new(),
            plan: plan.clone(),
        };
        network.install(&plan);
        network
    }

    pub(crate) fn install(&mut self, plan: &Plan) {
        for (end, endpoint) in self.ends.iter_mut().enumerate() {
            for parameters in plan.parameters(end) {
                endpoint
                    .command(self.now, SaCommand::Install(Box::new(parameters)))
                    .expect("it fits");
            }
        }
    }

    pub(crate) fn flow(&self, end: usize, transport: Transport, ports: (u16, u16)) -> Flow {
        let address = |end: usize, port| SocketAddr::new(self.plan.addresses[end], port);
        Flow {
            transport,
            local: address(end, ports.0),
            remote: address(1 - end, ports.1),
        }
    }

    pub(crate) fn send(&mut self, end: usize, flow: Flow, octets: &[u8]) {
        self.ends[end]
            .send(self.now, flow, octets)
            .expect("there is an association");
    }

    /// Carries packets until there are none.
    pub(crate) fn settle(&mut self) {
        loop {
            let mut idle = true;
            for end in [UE, PCSCF] {
                while let Some(event) = self.ends[end].poll_event() {
                    self.events[end].push(event);
                }
                while let Some(transmit) = self.ends[end].poll_packet() {
                    idle = false;
                    self.wire.push((end, transmit.clone()));
                    for Transmit { path, mut octets } in (self.weather)(end, transmit) {
                        let path = Path {
                            local: path.remote,
                            remote: path.local,
                        };
                        self.ends[1 - end].packet(self.now, path, &mut octets);
                    }
                }
            }
            if idle {
                return;
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn run_for(&mut self, span: Duration) {
        let until = self.now + span;
        self.settle();
        loop {
            let due = self.ends.iter().filter_map(Endpoint::poll_timeout).min();
            let Some(due) = due.filter(|due| *due <= until) else {
                break;
            };
            self.now = self.now.max(due);
            self.ends.iter_mut().for_each(|end| end.timeout(self.now));
            self.settle();
        }
        self.now = until;
    }

    pub(crate) fn take(&mut self, end: usize) -> Vec<Event> {
        std::mem::take(&mut self.events[end])
    }

    /// Octets of all `Stream` events at one end.
    pub(crate) fn stream(&mut self, end: usize) -> Vec<u8> {
        let events = self.take(end).into_iter();
        events
            .filter_map(|event| {
                if let Event::Stream { octets, .. } = event {
                    Some(octets)
                } else {
                    None
                }
            })
            .flatten()
            .collect()
    }
}

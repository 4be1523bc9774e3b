//! The four associations of one agreement (TS 33.203 7.1).

use quintet_esp::{Direction, EspKeys, Mode, SaParameters, SaSet, Spi, Suite};
use quintet_sip::transport::{Hop, Protocol};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The port of UDP-encapsulated ESP (RFC 3948, TS 33.203 Annex M).
pub const ENCAPSULATION_PORT: u16 = 4500;

/// Whose end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The UE.
    Ue,
    /// The P-CSCF.
    Pcscf,
}

/// The protected ports of one end: `port-c` and `port-s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ports {
    /// From which it sends requests.
    pub client: u16,
    /// At which it receives them.
    pub server: u16,
}

/// The SPIs that one end receives with: `spi-c` and `spi-s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spis {
    /// For what comes to its client port.
    pub client: Spi,
    /// For what comes to its server port.
    pub server: Spi,
}

impl Spis {
    /// Both.
    #[must_use]
    pub const fn both(self) -> [Spi; 2] {
        [self.client, self.server]
    }
}

/// One end of the associations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct End {
    /// Its address. Of a UE behind a NAT the public one, which it learns from `received` (TS 24.229 F.2.1.2.2).
    pub address: IpAddr,
    /// Its protected ports.
    pub ports: Ports,
    /// Its SPIs.
    pub spis: Spis,
}

impl End {
    /// Its client port with its address.
    #[must_use]
    pub const fn client(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.ports.client)
    }

    /// Its server port with its address.
    #[must_use]
    pub const fn server(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.ports.server)
    }
}

/// What is around protected packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encapsulation {
    /// Nothing.
    Transport,
    /// UDP (TS 33.203 Annex M). The addresses as this end sees them: the UE's is private at the UE, the NAT's at the P-CSCF.
    UdpTunnel {
        /// The UE's end of the tunnel.
        ue: SocketAddr,
        /// The P-CSCF's.
        pcscf: SocketAddr,
    },
}

/// A set of four associations, without its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Associations {
    /// Their name at this node.
    pub set: SaSet,
    /// The UE's end.
    pub ue: End,
    /// The P-CSCF's end.
    pub pcscf: End,
    /// The algorithms.
    pub suite: Suite,
    /// What is around the packets.
    pub encapsulation: Encapsulation,
}

impl Associations {
    /// The four of them for a back end. `sequence` is for the outbound ones: 0 when they are new, more than was ever used
    /// when they are taken up again.
    #[must_use]
    pub fn parameters(
        &self,
        role: Role,
        keys: &EspKeys,
        lifetime: Duration,
        sequence: u32,
    ) -> [SaParameters; 4] {
        let (ue, pcscf) = (&self.ue, &self.pcscf);
        let to_pcscf = |source, destination, spi| (Role::Ue, source, destination, spi);
        let to_ue = |source, destination, spi| (Role::Pcscf, source, destination, spi);
        [
            to_pcscf(ue.client(), pcscf.server(), pcscf.spis.server),
            to_ue(pcscf.server(), ue.client(), ue.spis.client),
            to_ue(pcscf.client(), ue.server(), ue.spis.server),
            to_pcscf(ue.server(), pcscf.client(), pcscf.spis.client),
        ]
        .map(|(sender, source, destination, spi)| {
            let outbound = sender == role;
            SaParameters {
                direction: if outbound {
                    Direction::Outbound
                } else {
                    Direction::Inbound
                },
                spi,
                source,
                destination,
                mode: self.mode(sender),
                keys: keys.clone(),
                lifetime,
                set: self.set,
                sequence: if outbound { sequence } else { 0 },
            }
        })
    }

    fn mode(&self, sender: Role) -> Mode {
        match (self.encapsulation, sender) {
            (Encapsulation::Transport, _) => Mode::Transport,
            (Encapsulation::UdpTunnel { ue, pcscf }, Role::Ue) => Mode::UdpEncapsulatedTunnel {
                source: ue,
                destination: pcscf,
            },
            (Encapsulation::UdpTunnel { ue, pcscf }, Role::Pcscf) => Mode::UdpEncapsulatedTunnel {
                source: pcscf,
                destination: ue,
            },
        }
    }

    /// This node's end, and the other.
    #[must_use]
    pub const fn ends(&self, role: Role) -> (&End, &End) {
        match role {
            Role::Ue => (&self.ue, &self.pcscf),
            Role::Pcscf => (&self.pcscf, &self.ue),
        }
    }

    /// Whether what comes over this hop comes through these associations. TLS is another mechanism than IPsec.
    #[must_use]
    pub fn protects(&self, role: Role, hop: &Hop) -> bool {
        let (own, other) = self.ends(role);
        let between = (hop.local, hop.remote);
        hop.protocol != Protocol::Tls
            && (between == (own.server(), other.client()) || between == (own.client(), other.server()))
    }

    /// Over what this node's own requests go.
    #[must_use]
    pub const fn request_hop(&self, role: Role, protocol: Protocol) -> Hop {
        let (own, other) = self.ends(role);
        Hop {
            protocol,
            local: own.client(),
            remote: other.server(),
        }
    }

    /// Over what the answer to a request goes that came over `request`: its connection, or as a datagram from the client
    /// port to the server port (TS 33.203 7.1).
    #[must_use]
    pub const fn response_hop(&self, role: Role, request: &Hop) -> Hop {
        match request.protocol {
            Protocol::Udp => self.request_hop(role, Protocol::Udp),
            Protocol::Tcp | Protocol::Tls => *request,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use quintet_crypto::{Ck, Ik};
    use quintet_esp::{Encryption, Integrity};

    pub(crate) fn end(last: u8, client: u16, server: u16, spi: u32) -> End {
        End {
            address: [10, 0, 0, last].into(),
            ports: Ports { client, server },
            spis: Spis {
                client: Spi::new(spi).expect("in range"),
                server: Spi::new(spi + 1).expect("in range"),
            },
        }
    }

    pub(crate) fn four() -> Associations {
        Associations {
            set: SaSet(7),
            ue: end(1, 4000, 4001, 1000),
            pcscf: end(2, 6000, 6001, 2000),
            suite: Suite::new(Integrity::HmacSha1_96, Encryption::AesCbc).expect("a suite"),
            encapsulation: Encapsulation::Transport,
        }
    }

    pub(crate) fn keys(suite: Suite) -> EspKeys {
        EspKeys::derive(suite, &Ck::new_128([1; 16]), &Ik::new_128([2; 16])).expect("128 bits")
    }

    #[test]
    fn what_one_end_sends_the_other_receives() {
        let four = four();
        let keys = keys(four.suite);
        let life = Duration::from_secs(240);
        let ue = four.parameters(Role::Ue, &keys, life, 9);
        let pcscf = four.parameters(Role::Pcscf, &keys, life, 0);
        for (at_ue, at_pcscf) in ue.iter().zip(&pcscf) {
            assert_eq!(
                (at_ue.spi, at_ue.source, at_ue.destination),
                (at_pcscf.spi, at_pcscf.source, at_pcscf.destination)
            );
            assert_ne!(at_ue.direction, at_pcscf.direction);
            let expected = if at_ue.direction == Direction::Outbound {
                9
            } else {
                0
            };
            assert_eq!((at_ue.sequence, at_pcscf.sequence), (expected, 0));
        }
        // TS 33.203 7.1: the receiver's SPI for the port it receives at.
        let rows: Vec<String> = ue
            .iter()
            .map(|sa| format!("{}>{} {}", sa.source.port(), sa.destination.port(), sa.spi))
            .collect();
        assert_eq!(
            rows,
            [
                "4000>6001 2001",
                "6001>4000 1000",
                "6000>4001 1001",
                "4001>6000 2000"
            ]
        );
    }

    #[test]
    fn a_tunnel_is_turned_round_for_the_way_back() {
        let (ue, pcscf): (SocketAddr, SocketAddr) = (
            "192.0.2.1:31000".parse().expect("an address"),
            "10.0.0.2:4500".parse().expect("an address"),
        );
        let four = Associations {
            encapsulation: Encapsulation::UdpTunnel { ue, pcscf },
            ..four()
        };
        for sa in four.parameters(Role::Pcscf, &keys(four.suite), Duration::ZERO, 0) {
            let (source, destination) = match sa.direction {
                Direction::Inbound => (ue, pcscf),
                Direction::Outbound => (pcscf, ue),
            };
            assert_eq!(sa.mode, Mode::UdpEncapsulatedTunnel { source, destination });
        }
    }

    #[test]
    fn hops_are_the_sets_only_with_all_four_numbers_right() {
        let four = four();
        let request = four.request_hop(Role::Ue, Protocol::Tcp);
        let arrived = Hop {
            local: request.remote,
            remote: request.local,
            ..request
        };
        assert!(four.protects(Role::Pcscf, &arrived));
        assert_eq!(four.response_hop(Role::Pcscf, &arrived), arrived);
        let datagram = Hop {
            protocol: Protocol::Udp,
            ..arrived
        };
        assert_eq!(
            four.response_hop(Role::Pcscf, &datagram),
            four.request_hop(Role::Pcscf, Protocol::Udp)
        );
        assert!(!four.protects(
            Role::Pcscf,
            &Hop {
                protocol: Protocol::Tls,
                ..arrived
            }
        ));
        for other in [
            Hop {
                remote: four.ue.server(),
                ..arrived
            },
            Hop {
                local: four.pcscf.client(),
                ..arrived
            },
            Hop {
                remote: SocketAddr::new([10, 0, 0, 9].into(), 4000),
                ..arrived
            },
            Hop {
                local: SocketAddr::new(four.pcscf.address, 5060),
                ..arrived
            },
        ] {
            assert!(!four.protects(Role::Pcscf, &other), "{other:?}");
        }
    }
}

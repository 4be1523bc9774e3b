//! Who uses which ports, SPIs and keys: four associations for each suite.

use quintet_crypto::{Ck, Ik};
use quintet_esp::{
    Direction, Encryption, EspKeys, Flow, Integrity, Mode, SaParameters, SaSet, Spi, Suite, Transport,
};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Ue,
    Pcscf,
}

impl Role {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "ue" => Some(Self::Ue),
            "pcscf" => Some(Self::Pcscf),
            _ => None,
        }
    }
}

/// One suite's associations.
pub(crate) struct Plan {
    role: Role,
    number: u16,
    local: IpAddr,
    remote: IpAddr,
    /// From the UE, and to it.
    suites: [Suite; 2],
}

impl Plan {
    /// All suites, and 3DES in one direction if somebody sends with it.
    pub(crate) fn all(role: Role, local: IpAddr, remote: IpAddr, des: Option<Role>) -> Vec<Self> {
        let mut pairs: Vec<[Suite; 2]> = Suite::ALL.iter().map(|suite| [*suite; 2]).collect();
        if let Some(sender) = des {
            for integrity in [Integrity::HmacMd5_96, Integrity::HmacSha1_96] {
                let des = Suite::received(integrity, Encryption::DesEde3Cbc).expect("a pair");
                let aes = Suite::new(integrity, Encryption::AesCbc).expect("a pair");
                pairs.push(if sender == Role::Ue {
                    [des, aes]
                } else {
                    [aes, des]
                });
            }
        }
        let plan = |(number, suites)| Self {
            role,
            number,
            local,
            remote,
            suites,
        };
        (0..).zip(pairs).map(plan).collect()
    }

    pub(crate) fn name(&self) -> String {
        format!("{} and {}", self.suites[0], self.suites[1])
    }

    /// A protected port of one end: client's or server's.
    fn port(&self, of: Role, server: bool) -> u16 {
        let base = if of == Role::Ue { 5100 } else { 6100 };
        base + 2 * self.number + u16::from(server)
    }

    fn address(&self, of: Role, server: bool) -> SocketAddr {
        let ip = if of == self.role { self.local } else { self.remote };
        SocketAddr::new(ip, self.port(of, server))
    }

    fn other(&self) -> Role {
        if self.role == Role::Ue {
            Role::Pcscf
        } else {
            Role::Ue
        }
    }

    /// Our server port and our client port.
    pub(crate) fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.address(self.role, true), self.address(self.role, false))
    }

    /// For each beginner: whether we are it, and the flows over UDP and TCP.
    pub(crate) fn turns(&self, role: Role) -> [(bool, [Flow; 2]); 2] {
        [Role::Ue, Role::Pcscf].map(|begins| {
            let flows = [Transport::Udp, Transport::Tcp].map(|transport| Flow {
                transport,
                local: self.address(self.role, begins != role),
                remote: self.address(self.other(), begins == role),
            });
            (begins == role, flows)
        })
    }

    /// The four associations (TS 33.203 7.1).
    pub(crate) fn parameters(&self) -> Vec<SaParameters> {
        let (ue, pcscf) = (
            |server| self.address(Role::Ue, server),
            |server| self.address(Role::Pcscf, server),
        );
        let rows = [
            (ue(false), pcscf(true), Role::Ue),
            (pcscf(true), ue(false), Role::Pcscf),
            (pcscf(false), ue(true), Role::Pcscf),
            (ue(true), pcscf(false), Role::Ue),
        ];
        let parameters = (0..).zip(rows).map(|(row, (source, destination, sender))| {
            let suite = self.suites[usize::from(sender != Role::Ue)];
            let (ck, ik) = (Ck::new_128([0x11; 16]), Ik::new_128([0x22; 16]));
            SaParameters {
                direction: if sender == self.role {
                    Direction::Outbound
                } else {
                    Direction::Inbound
                },
                spi: Spi::new(0x1_0000 + 0x10 * u32::from(self.number) + row).expect("not reserved"),
                source,
                destination,
                mode: Mode::Transport,
                keys: EspKeys::derive(suite, &ck, &ik).expect("128 bits"),
                lifetime: Duration::from_secs(600),
                set: SaSet(u32::from(self.number)),
                sequence: 0,
            }
        });
        parameters.collect()
    }
}

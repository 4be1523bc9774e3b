//! Where a lab of IMS is played: a block of loopback addresses that no other lab has.
//!
//! Addresses are part of what IPsec protects, so the capture shows those that there are: CSCFs and UEs have addresses of
//! their own, of 127.0.0.0/8, which on Linux is this machine's as a whole.

use crate::lab::technology::SEVERAL;
use anyhow::{Context, Result, bail};
use quintet_sim::demo::home_plmn;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

/// Where SIP is heard (RFC 3261 18.2.1).
pub(super) const SIP_PORT: u16 = 5060;

/// The second octets of blocks: 127.16.0.0/16 to 127.250.0.0/16.
const BLOCKS: std::ops::RangeInclusive<u8> = 16..=250;

/// UEs have the third octets from here on; the CSCFs are below, NATs above.
const FIRST_UES: u8 = 1;
const NATS: u8 = 250;

/// The last octets of the CSCFs' addresses; the P-CSCF has one towards UEs and one towards the core.
const HELD: u8 = 1;
const ACCESS: u8 = 2;
const PCSCF: u8 = 3;
const ICSCF: u8 = 4;
const SCSCF: u8 = 5;

/// Most UEs of a load: the addresses there are for them.
pub(super) const MAX_UES: u32 = (NATS - FIRST_UES) as u32 * 256;

/// Addresses that a play may use: its UEs, a witness, an intruder.
pub(super) const PLAY_ADDRESSES: u32 = SEVERAL + 2;

/// What keeps security associations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::lab) enum Ipsec {
    /// This program at both ends, over UDP: no privileges
    #[default]
    User,
    /// The kernel at the P-CSCF, this program at the UEs: root, and a kernel with ESP that applies it to the loopback device
    Kernel,
}

/// The block.
pub(in crate::lab) struct Ground {
    block: u8,
    /// The port of UEs where nothing is protected.
    pub(super) ue_port: u16,
    pub(super) ipsec: Ipsec,
    /// How many times as long as usual everything may take.
    pub(super) patience: u32,
    /// Keeps other labs out.
    _held: UdpSocket,
}

/// Which node an address is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Ue,
    Pcscf,
    Icscf,
    Scscf,
}

impl Ground {
    /// Looks for one.
    ///
    /// # Errors
    /// If there is none.
    pub(in crate::lab) fn choose(ipsec: Ipsec, patience: u32) -> Result<Self> {
        let first = *BLOCKS.start() + (std::process::id() % BLOCKS.len() as u32) as u8;
        let blocks = (first..=*BLOCKS.end()).chain(*BLOCKS.start()..first);
        for block in blocks {
            let address = SocketAddr::from((Ipv4Addr::new(127, block, 0, HELD), SIP_PORT));
            if let Ok(held) = UdpSocket::bind(address) {
                let free = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).context("no UDP port for UEs")?;
                return Ok(Self {
                    block,
                    ue_port: match ipsec {
                        Ipsec::User => free.local_addr()?.port(),
                        Ipsec::Kernel => SIP_PORT,
                    },
                    ipsec,
                    patience,
                    _held: held,
                });
            }
        }
        bail!(
            "no address of 127.{}.0.{HELD} to 127.{}.0.{HELD} can be used at port {SIP_PORT}: the lab of IMS wants a loopback device \
             that has all of 127.0.0.0/8, as that of Linux",
            BLOCKS.start(),
            BLOCKS.end()
        )
    }

    fn at(&self, last: u8) -> SocketAddr {
        (Ipv4Addr::new(127, self.block, 0, last), SIP_PORT).into()
    }

    /// The P-CSCF's address towards UEs.
    pub(super) fn access(&self) -> SocketAddr {
        self.at(ACCESS)
    }

    /// The P-CSCF's towards the core.
    pub(super) fn pcscf(&self) -> SocketAddr {
        self.at(PCSCF)
    }

    pub(super) fn icscf(&self) -> SocketAddr {
        self.at(ICSCF)
    }

    pub(super) fn scscf(&self) -> SocketAddr {
        self.at(SCSCF)
    }

    /// The address of the n-th UE of a load.
    pub(super) fn ue(&self, n: u32) -> Ipv4Addr {
        let first = u32::from(Ipv4Addr::new(127, self.block, FIRST_UES, 0));
        Ipv4Addr::from(first + n)
    }

    /// The first address of the `number`-th play.
    pub(super) fn play(&self, number: u32) -> Ipv4Addr {
        self.ue((number * 256 + 1) % MAX_UES)
    }

    /// What the network sees of the n-th UE behind a NAT.
    pub(super) fn nat(&self, n: u8) -> IpAddr {
        Ipv4Addr::new(127, self.block, NATS, n.saturating_add(1)).into()
    }

    /// Which node has an address.
    pub(super) fn place(&self, address: IpAddr) -> Place {
        let IpAddr::V4(address) = address else {
            return Place::Ue;
        };
        match address.octets() {
            [127, block, 0, ACCESS | PCSCF] if block == self.block => Place::Pcscf,
            [127, block, 0, ICSCF] if block == self.block => Place::Icscf,
            [127, block, 0, SCSCF] if block == self.block => Place::Scscf,
            _ => Place::Ue,
        }
    }

    /// The nodes' names in the capture.
    pub(super) fn names(&self) -> Vec<(IpAddr, String)> {
        let nodes = [
            (self.access(), "P-CSCF"),
            (self.pcscf(), "P-CSCF-core"),
            (self.icscf(), "I-CSCF"),
            (self.scscf(), "S-CSCF"),
        ];
        let nodes = nodes.map(|(address, name)| (address.ip(), name.to_owned()));
        nodes.into_iter().collect()
    }
}

/// The domain of the home network, where everybody is.
pub(super) fn domain() -> String {
    home_plmn().ims_domain()
}

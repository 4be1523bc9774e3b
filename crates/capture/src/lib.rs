//! Capture files, written without touching a file: octets in, octets out.
//!
//! ```text
//!  octets of a connection ─► TcpFlow ─► Ethernet frames ─► PcapngWriter ─► octets of a capture file
//!                            (IPv4/IPv6, TCP)              (SHB, IDB, NRB, EPB)
//! ```
//!
//! A node on virtual time, or one whose sockets belong to the operating system, knows the octets of its connections and
//! never the frames that carried them. [`TcpFlow`] makes frames that could have carried them, so that Wireshark follows,
//! reassembles and decodes the exchange like any other. [`PcapngWriter`] appends the blocks of a pcapng file to a buffer
//! the caller owns and drains where it likes.
//!
//! Left out: the readers of pcap and pcapng, and flows over UDP and SCTP. They come with their first users.

#![forbid(unsafe_code)]

mod checksum;
mod network;
mod pcapng;
mod tcp;

pub use pcapng::{InterfaceId, LinkType, MAX_FRAME_OCTETS, MAX_OPTION_OCTETS, PcapngWriter};
pub use tcp::{FlowError, Side, TcpFlow};

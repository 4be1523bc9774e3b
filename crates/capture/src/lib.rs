//! Capture files, written and read without touching a file: octets in, octets out.
//!
//! ```text
//!  octets of a connection ──► TcpFlow ────┐
//!  messages of an association ► SctpFlow ─┼► Ethernet frames ─► PcapngWriter ─► octets of a capture file
//!  packets of an association ► sctp_packet┘  (IPv4/IPv6, UDP)   (SHB, IDB, NRB, EPB)
//! ```
//!
//! A node on virtual time, or one whose sockets belong to the operating system, knows the octets of its connections and
//! never the frames that carried them. [`TcpFlow`] and [`SctpFlow`] make frames that could have carried them, so that
//! Wireshark follows, reassembles and decodes the exchange like any other. Where the program has the SCTP packets
//! themselves, [`sctp_packet`] and [`esp_packet`] frame those. [`PcapngWriter`] appends the blocks of a pcapng file to a buffer
//! the caller owns and drains where it likes.
//!
//! The way back, for captures of anybody:
//!
//! ```text
//!  octets of a file ──► Reader ──► Frame ──► Dissector ──► Pdu, FlowEvent, HttpExchange ──► Sink
//! ```
//!
//! [`Reader`] finds the frames of pcap and pcapng files and goes on after damage; [`Dissector`] finds the PDUs in them.

#![forbid(unsafe_code)]

mod checksum;
mod chunk_type;
mod crc32c;
mod dissect;
mod http;
mod mend;
mod network;
mod packet;
mod pcapng;
mod read;
mod sctp;
mod sight;
mod tcp;

pub use dissect::{Counts, Dissector, DissectorOptions};
pub use http::{HttpExchange, HttpMessage, HttpState};
pub use mend::mend_checksums;
pub use packet::{esp_packet, sctp_packet, udp_datagram};
pub use pcapng::{InterfaceId, LinkType, MAX_FRAME_OCTETS, MAX_OPTION_OCTETS, PcapngWriter};
pub use read::{Damage, DamageKind, Item, MAX_BLOCK_OCTETS, Reader, Step, read_all};
pub use sctp::{SctpFlow, SctpMessage};
pub use sight::{End, Flow, FlowEvent, FlowId, Frame, Payload, Pdu, Protocol, Seen, Sink, Timestamp};
pub use tcp::{FlowError, Side, TcpFlow};

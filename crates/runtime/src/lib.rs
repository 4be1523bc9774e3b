//! Where the sans-IO nodes meet the world: sockets, clock, entropy.
//!
//! ```text
//!             ┌────────────────── one thread ──────────────────┐
//!  socket ──► inbox ──► Node (Diameter) ──► Application ──► Store ──► (the store's own threads)
//!  socket ◄── output ◄────────┘  ▲                 ▲              │ wakes
//!                              clock             pump ◄───────────┘
//!             └────────────────────────────────────────────────┘
//! ```
//!
//! Everything of one node runs on one thread, so nothing below needs a lock. What a read brought is worked off
//! whole, then each connection's output is written once: answers are coalesced, and a system call is shared by all
//! messages that were there.

#![forbid(unsafe_code)]

mod about;
mod amf;
mod application;
mod ausf;
mod calls;
mod carrier;
mod clock;
mod complaints;
mod connection;
mod datagram;
mod driver;
mod entropy;
mod esp;
mod front;
mod handshakes;
mod hss;
mod icscf;
mod listener;
pub mod live;
mod member;
mod metrics;
mod mme;
mod outbox;
mod pcscf;
mod peer_log;
mod peer_tls;
mod records;
mod sbi;
mod scscf;
pub mod sctp;
mod sip;
mod spans;
mod tap;
mod tls;
mod trace;
mod udm;
mod validity;
mod xfrm;

pub use amf::{AmfApplication, AmfListener};
pub use application::Application;
pub use ausf::{AusfApplication, AusfListener, AusfTally};
pub use clock::{Clock, Moment};
pub use driver::Driver;
pub use entropy::Drbg;
pub use esp::{EspBackend, EspCarrier, EspError, EspSettings, EspSocket, EspTransport, flow_of, hop_of};
pub use front::Tally;
pub use hss::HssApplication;
pub use icscf::IcscfApplication;
pub use member::{Api, MemberConfig, NetworkFunction, SbiMember};
pub use metrics::Measured;
pub use mme::{Keep, Listener, MmeApplication};
pub use pcscf::{EspListener, PcscfApplication, PcscfListener};
pub use peer_tls::{PeerTls, PeerTlsConfig, PeerTlsPem, fingerprint};
pub use records::Records;
pub use sbi::{SbiLimits, SbiSettings};
pub use scscf::{ScscfApplication, ScscfListener};
pub use sip::{SipLimits, SipSettings};
pub use tap::{Link, SbiLink, SctpLink, SctpWire, Tap, Transport, Way};
pub use tls::{Alpn, ClientTls, ServerTls, Tls, TlsError};
pub use trace::{Collector, Exporter, Tracer};
pub use udm::{UdmApplication, UdmListener};

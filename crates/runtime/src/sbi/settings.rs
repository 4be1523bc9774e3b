//! Where a server of service based interfaces listens, and what it puts up with.

use crate::tls::ServerTls;
use std::net::SocketAddr;
use std::time::Duration;

/// A server.
#[derive(Clone, Debug)]
pub struct SbiSettings {
    /// Where it listens; a port of 0 is chosen by the system.
    pub address: SocketAddr,
    /// With TLS; without it h2c with prior knowledge.
    pub tls: Option<ServerTls>,
    /// What it puts up with.
    pub limits: SbiLimits,
}

impl SbiSettings {
    /// A server for cleartext with the usual limits.
    #[must_use]
    pub fn cleartext(address: SocketAddr) -> Self {
        Self {
            address,
            tls: None,
            limits: SbiLimits::default(),
        }
    }

    /// The same with TLS.
    #[must_use]
    pub fn with_tls(mut self, tls: ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }
}

/// What a server puts up with from its peers. All are named here and may be made tighter or wider.
#[derive(Clone, Copy, Debug)]
pub struct SbiLimits {
    /// Connections at a time, of all peers. An AMF has a few for each AUSF; more are closed at once.
    pub connections: usize,
    /// Requests at a time on a connection, those included whose streams the peer reset while they were worked on.
    pub streams: u32,
    /// All headers of a request together, octets, decompressed. A token of OAuth2 is one to two KiB.
    pub header_octets: u32,
    /// The body of a request, octets.
    pub body_octets: usize,
    /// Bodies of a connection that are not whole yet, octets together.
    pub partial_octets: usize,
    /// Streams that the peer may reset right after opening them, before they were looked at (CVE-2023-44487).
    pub pending_resets: usize,
    /// Answers that found their stream reset, before the connection is closed.
    pub wasted_answers: u32,
    /// How long TLS and the preface may take.
    pub handshake: Duration,
    /// How long the body of a request may take.
    pub body: Duration,
    /// How long a connection may be without a request.
    pub idle: Duration,
    /// How often a connection is pinged; one that has not answered by the next time is closed.
    pub ping: Duration,
    /// How long what is worked on may take after a shutdown began.
    pub drain: Duration,
}

impl Default for SbiLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            streams: 1024,
            header_octets: 16 << 10,
            body_octets: quintet_sbi::MAX_BODY_OCTETS,
            partial_octets: 4 << 20,
            pending_resets: 64,
            wasted_answers: 1024,
            handshake: Duration::from_secs(5),
            body: Duration::from_secs(10),
            idle: Duration::from_secs(600),
            ping: Duration::from_secs(30),
            drain: Duration::from_secs(5),
        }
    }
}

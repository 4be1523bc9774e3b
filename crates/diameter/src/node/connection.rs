//! One transport connection as the node sees it.

use super::{Certificate, Deadline, PeerId};
use crate::Header;
use std::net::IpAddr;

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Accepted; the first message must be a CER.
    AwaitingCer,
    /// Made; our CER is out.
    AwaitingCea,
    /// Accepted, CER processed, the election not over: no CEA yet.
    Electing,
    /// Capabilities are exchanged.
    Open,
    /// DPR or DPA sent: only what ends the connection counts.
    Disconnecting,
    /// The runtime was told to close it.
    Closed,
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) phase: Phase,
    pub(crate) peer: Option<PeerId>,
    /// The peer's address if accepted.
    pub(crate) remote: Option<IpAddr>,
    /// The own address if known.
    pub(crate) local: Option<IpAddr>,
    /// The peer's certificate, over TLS.
    pub(crate) certificate: Option<Certificate>,
    pub(crate) output: Vec<u8>,
    pub(crate) dirty: bool,
    /// Requests handed to the application and not answered.
    pub(crate) in_progress: usize,
    /// The CER to be answered, or the Hop-by-Hop Identifier of ours.
    pub(crate) cer: Option<Header>,
    /// Hop-by-Hop Identifier of the DPR sent.
    pub(crate) dpr: Option<u32>,
    pub(crate) deadline: Deadline,
}

impl Connection {
    pub(crate) fn new(phase: Phase) -> Self {
        Self {
            phase,
            peer: None,
            remote: None,
            local: None,
            certificate: None,
            output: Vec::new(),
            dirty: false,
            in_progress: 0,
            cer: None,
            dpr: None,
            deadline: Deadline::default(),
        }
    }
}

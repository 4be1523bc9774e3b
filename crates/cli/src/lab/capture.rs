//! The capture of a lab: what the HSS's tap saw, as frames that could have carried it.
//!
//! All nodes are on the loopback address and the HSS has whatever port was free. In the capture each has an address and
//! a name of its own, and the HSS port 3868, so that every reader knows the traffic for Diameter.

use anyhow::{Context, Result};
use quintet_capture::{InterfaceId, LinkType, PcapngWriter, Side, TcpFlow};
use quintet_diameter::node::ConnectionId;
use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Diameter's port (RFC 6733 11.4).
const DIAMETER_PORT: u16 = 3868;

/// Where the HSS, and the n-th MME, are in the capture.
const HSS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const FIRST_MME: u8 = 11;

/// A capture being written. Every frame is on its way to the file when a call returns, so the file is whole whenever the
/// program ends.
pub(super) struct Capture {
    path: PathBuf,
    file: File,
    writer: PcapngWriter,
    interface: InterfaceId,
    flows: HashMap<ConnectionId, Flow>,
    blocks: Vec<u8>,
    /// The first failure; nothing is written after it.
    failed: Option<std::io::Error>,
}

/// A connection in the capture: opened with its first message, when it is known whose it is.
struct Flow {
    tcp: TcpFlow,
    opened: Duration,
}

impl Capture {
    /// Makes the file.
    ///
    /// # Errors
    /// If it cannot be made or written.
    pub(super) fn create(path: &Path, mmes: &[&str]) -> Result<Self> {
        let cannot = || {
            format!(
                "cannot write the capture {}: give --pcap another file",
                path.display()
            )
        };
        let mut file = File::create(path).with_context(cannot)?;
        let mut blocks = Vec::new();
        let mut writer = PcapngWriter::begin(&mut blocks, "quintet lab");
        let interface = writer.interface(&mut blocks, "S6a", LinkType::ETHERNET);
        let named = mmes
            .iter()
            .zip(FIRST_MME..)
            .map(|(name, last)| (mme_address(last), *name));
        writer.names(&mut blocks, [(IpAddr::V4(HSS), "HSS")].into_iter().chain(named));
        file.write_all(&blocks).with_context(cannot)?;
        blocks.clear();
        let path = path.to_owned();
        Ok(Self {
            path,
            file,
            writer,
            interface,
            flows: HashMap::new(),
            blocks,
            failed: None,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Carries one message of the connection with MME `mme`, whose port there is `port`.
    pub(super) fn message(
        &mut self,
        wall: Duration,
        (connection, mme, port): (ConnectionId, usize, u16),
        from: Side,
        octets: &[u8],
        comment: &str,
    ) {
        let Self {
            writer,
            interface,
            blocks,
            flows,
            ..
        } = self;
        let flow = match flows.entry(connection) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let client = SocketAddr::new(mme_address(FIRST_MME + mme as u8), port);
                let server = SocketAddr::new(HSS.into(), DIAMETER_PORT);
                let initial = [1_000 + connection.0 as u32, 2_000_000 + connection.0 as u32];
                let mut sink = |frame: &[u8]| writer.packet(blocks, *interface, wall, frame, &[]);
                let Ok(tcp) = TcpFlow::open(client, server, initial, &mut sink) else {
                    return;
                };
                entry.insert(Flow { tcp, opened: wall })
            }
        };
        // The clock is read once for what one read brought; frames of one capture must not go back in time.
        let wall = wall.max(flow.opened);
        let mut sink = |frame: &[u8]| {
            let comments = [comment];
            let comments = if frame.len() > 60 { &comments[..] } else { &[] };
            writer.packet(blocks, *interface, wall, frame, comments);
        };
        // A flow that is over carries nothing more: the connection was closed under the message.
        let _ = flow.tcp.send(from, octets, &mut sink);
        self.flush();
    }

    /// Ends a connection.
    pub(super) fn closed(&mut self, wall: Duration, connection: ConnectionId) {
        let Self {
            writer,
            interface,
            blocks,
            flows,
            ..
        } = self;
        if let Some(flow) = flows.get_mut(&connection) {
            let mut sink = |frame: &[u8]| writer.packet(blocks, *interface, wall, frame, &[]);
            flow.tcp.finish(Side::Server, &mut sink);
            flow.tcp.finish(Side::Client, &mut sink);
        }
        self.flush();
    }

    fn flush(&mut self) {
        if self.failed.is_none()
            && let Err(error) = self.file.write_all(&self.blocks)
        {
            self.failed = Some(error);
        }
        self.blocks.clear();
    }

    /// Closes the file.
    ///
    /// # Errors
    /// The first failure to write.
    pub(super) fn finish(&mut self) -> Result<()> {
        match self.failed.take() {
            None => Ok(()),
            Some(error) => {
                Err(error).with_context(|| format!("the capture {} is incomplete", self.path.display()))
            }
        }
    }
}

fn mme_address(last: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, last).into()
}

//! The capture of a lab: what a node's tap saw, as frames that could have carried it.
//!
//! The nodes of LTE and 5GS are on the loopback address and have whatever ports were free. In the capture each has an address and a name
//! of its own, Diameter's port 3868, HTTP's port 80 and SCTP's UDP port 9899, so that every reader knows the traffic for what it is.

use super::diagnosis::{Diagnosis, Expected, Watch};
use super::ims::KeyFile;
use anyhow::{Context, Result};
use quintet_capture::{
    FlowError, InterfaceId, LinkType, PcapngWriter, Side, TcpFlow, esp_packet, sctp_packet, udp_datagram,
};
use quintet_subscriber::model::Subscriber;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Diameter's port (RFC 6733 2.1).
const DIAMETER_PORT: u16 = 3868;

/// HTTP's port, which an NF has if nothing else is said (TS 29.501 4.4.1).
const HTTP_PORT: u16 = 80;

/// UDP port of encapsulated SCTP (RFC 6951 5.1).
const SCTP_UDP_PORT: u16 = 9899;

/// UDP port of encapsulated ESP (RFC 3948 2.1).
const ESP_UDP_PORT: u16 = 4500;

/// Where HSS and MME are in the capture: the end of the address.
pub(super) const HSS: u8 = 1;
pub(super) const MME_ADDRESS: u8 = 10;

/// The capture's name when nobody says, and how many others are tried while labs beside this one write them.
const DEFAULT_NAME: &str = "quintet-lab";
const MAX_DEFAULT_NAMES: u32 = 9;

/// Between the initial sequence numbers of one flow and of the next: more than the octets a flow usually has.
const SEQUENCE_STEP: u32 = 1 << 20;

/// The ports a client's connection comes from when the one it had is taken (RFC 6335 6).
const DYNAMIC_PORTS: std::ops::RangeInclusive<u16> = 49_152..=u16::MAX;

/// How much is written at once while frames are many.
const HURRIED_OCTETS: usize = 1 << 18;

/// An address of the capture.
pub(super) fn address(last: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, last).into()
}

/// A connection of the capture: whose number it is, and the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// The address of the node that numbers it.
    Diameter(IpAddr, u64),
    Sbi(IpAddr, u64),
    /// Client and server as they are.
    Sip(SocketAddr, SocketAddr),
}

/// Who has connected to whom from which port. The system gives ports again once they are free; in the capture each connection
/// has its own as long as there are any, so that no reader takes two for one.
#[derive(Default)]
struct Ports {
    taken: HashSet<(SocketAddr, SocketAddr)>,
    /// Flows there have been.
    flows: u32,
}

impl Ports {
    /// Whence a connection comes in the capture, and the initial sequence numbers of its two sides.
    fn take(&mut self, mut client: SocketAddr, server: SocketAddr) -> (SocketAddr, [u32; 2]) {
        if self.taken.contains(&(client, server)) {
            let free = |port: &u16| {
                let client = SocketAddr::new(client.ip(), *port);
                !self.taken.contains(&(client, server))
            };
            if let Some(port) = DYNAMIC_PORTS.rev().find(free) {
                client.set_port(port);
            }
        }
        self.taken.insert((client, server));
        self.flows = self.flows.wrapping_add(1);
        let initial = self.flows.wrapping_mul(SEQUENCE_STEP);
        (client, [initial, initial.wrapping_add(SEQUENCE_STEP / 2)])
    }
}

/// A capture being written. Every frame is on its way to the file when a call returns, so the file is whole whenever the
/// program ends; unless it is told to hurry, then when it is finished.
pub(super) struct Capture {
    path: PathBuf,
    file: File,
    writer: PcapngWriter,
    interface: InterfaceId,
    flows: HashMap<Key, TcpFlow>,
    ports: Ports,
    blocks: Vec<u8>,
    hurried: bool,
    /// What the doctor makes of the frames.
    watch: Option<Watch>,
    /// Where the keys of ESP are written.
    keys: Option<KeyFile>,
    /// The time of the last frame: the clock is read once for what one read brought, and frames must not go back in time.
    last: Duration,
    /// The first failure; nothing is written after it.
    failed: Option<std::io::Error>,
}

impl Capture {
    /// Makes the file: the one asked for, else one in `directory` that no other lab is writing.
    ///
    /// # Errors
    /// If it cannot be made or written, or another lab writes it.
    pub(super) fn create(
        asked_for: Option<&Path>,
        directory: &Path,
        interface: &str,
        names: &[(IpAddr, String)],
    ) -> Result<Self> {
        let (path, mut file) = match asked_for {
            Some(path) => (path.to_owned(), open(path)?.with_context(|| taken(path))?),
            None => default_file(directory)?,
        };
        let mut blocks = Vec::new();
        let mut writer = PcapngWriter::begin(&mut blocks, "quintet lab");
        let interface = writer.interface(&mut blocks, interface, LinkType::ETHERNET);
        writer.names(
            &mut blocks,
            names.iter().map(|(address, name)| (*address, name.as_str())),
        );
        file.write_all(&blocks).with_context(|| cannot(&path))?;
        blocks.clear();
        Ok(Self {
            path,
            file,
            writer,
            interface,
            flows: HashMap::new(),
            ports: Ports::default(),
            blocks,
            hurried: false,
            watch: None,
            keys: None,
            last: Duration::ZERO,
            failed: None,
        })
    }

    /// The same, with the doctor watching.
    pub(super) fn watched(mut self, watch: Watch) -> Self {
        self.watch = Some(watch);
        self
    }

    /// The same, with the keys of ESP in a file beside it; none where the capture is no file (a pipe).
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn with_keys(mut self) -> Result<Self> {
        if self.file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            self.keys = Some(KeyFile::beside(&self.path)?);
        }
        Ok(self)
    }

    /// The file of the keys of ESP.
    pub(super) fn keys(&mut self) -> Option<&mut KeyFile> {
        self.keys.as_mut()
    }

    /// What follows is a scenario of these subscribers, to be diagnosed.
    pub(super) fn begin(&mut self, expected: Expected, subscribers: &[Subscriber]) {
        if let Some(watch) = &mut self.watch {
            watch.begin(expected, subscribers);
        }
    }

    /// The scenario is over: what the doctor says of it.
    pub(super) fn diagnose(&mut self) -> Option<Diagnosis> {
        self.watch.as_mut()?.end()
    }

    /// Whether frames come in such numbers that they are written many at once; then the doctor does not look.
    pub(super) fn hurry(&mut self, hurried: bool) {
        self.hurried = hurried;
        self.watch = None;
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Carries one message of the Diameter connection of this client to the HSS.
    pub(super) fn message(
        &mut self,
        wall: Duration,
        (connection, client): (u64, SocketAddr),
        from: Side,
        octets: &[u8],
        comment: &str,
    ) {
        let server = SocketAddr::new(address(HSS), DIAMETER_PORT);
        let key = Key::Diameter(client.ip(), connection);
        self.tcp(wall, (key, client, server), (from, octets), Some(comment));
    }

    /// Carries octets of HTTP/2 on the connection of this number that the node at `owner` has: from client to server, or
    /// the other way.
    pub(super) fn http(
        &mut self,
        wall: Duration,
        (owner, connection): (IpAddr, u64),
        (client, server): (SocketAddr, IpAddr),
        from: Side,
        octets: &[u8],
    ) {
        let server = SocketAddr::new(server, HTTP_PORT);
        let key = Key::Sbi(owner, connection);
        self.tcp(wall, (key, client, server), (from, octets), None);
    }

    /// Carries a SIP message on the connection of this client to this server.
    pub(super) fn stream(
        &mut self,
        wall: Duration,
        (client, server): (SocketAddr, SocketAddr),
        from: Side,
        octets: &[u8],
        comment: Option<&str>,
    ) {
        let key = Key::Sip(client, server);
        self.tcp(wall, (key, client, server), (from, octets), comment);
    }

    /// Carries octets over TCP; the connection is opened with its first ones, when it is known whose it is.
    fn tcp(
        &mut self,
        wall: Duration,
        (key, client, server): (Key, SocketAddr, SocketAddr),
        (from, octets): (Side, &[u8]),
        comment: Option<&str>,
    ) {
        let wall = self.forward(wall);
        let Self {
            writer,
            interface,
            blocks,
            flows,
            ports,
            watch,
            ..
        } = self;
        let tcp = match flows.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let mut sink = |frame: &[u8]| {
                    writer.packet(blocks, *interface, wall, frame, &[]);
                    show(watch, wall, frame);
                };
                let (client, initial) = ports.take(client, server);
                let Ok(tcp) = TcpFlow::open(client, server, initial, &mut sink) else {
                    return;
                };
                entry.insert(tcp)
            }
        };
        let comments = comment.as_slice();
        let mut sink = |frame: &[u8]| {
            let comments = if frame.len() > 60 { comments } else { &[] };
            writer.packet(blocks, *interface, wall, frame, comments);
            show(watch, wall, frame);
        };
        // A flow that is over carries nothing more: the connection was closed under the message.
        let _ = tcp.send(from, octets, &mut sink);
        self.flush();
    }

    /// Carries one SCTP packet over UDP between two addresses of the capture.
    pub(super) fn sctp(
        &mut self,
        wall: Duration,
        (from, to): (IpAddr, IpAddr),
        packet: &[u8],
        comment: Option<&str>,
    ) {
        let at = |address| SocketAddr::new(address, SCTP_UDP_PORT);
        self.framed(wall, comment, |sink| sctp_packet(at(from), at(to), packet, sink));
    }

    /// Carries one ESP packet as it was carried; the UDP ports of one in UDP are those of RFC 3948.
    pub(super) fn esp(
        &mut self,
        wall: Duration,
        (from, to): (SocketAddr, SocketAddr),
        packet: &[u8],
        comment: Option<&str>,
    ) {
        let port = if from.port() == 0 { 0 } else { ESP_UDP_PORT };
        let at = |address: SocketAddr| SocketAddr::new(address.ip(), port);
        self.framed(wall, comment, |sink| esp_packet(at(from), at(to), packet, sink));
    }

    /// Carries one datagram of UDP between two addresses as they are.
    pub(super) fn datagram(
        &mut self,
        wall: Duration,
        (from, to): (SocketAddr, SocketAddr),
        octets: &[u8],
        comment: Option<&str>,
    ) {
        self.framed(wall, comment, |sink| udp_datagram(from, to, octets, sink));
    }

    /// Carries one packet, whatever frames it.
    fn framed(
        &mut self,
        wall: Duration,
        comment: Option<&str>,
        frame: impl FnOnce(&mut dyn FnMut(&[u8])) -> Result<(), FlowError>,
    ) {
        let wall = self.forward(wall);
        let Self {
            writer,
            interface,
            blocks,
            watch,
            ..
        } = self;
        let comments = comment.as_slice();
        let mut sink = |frame: &[u8]| {
            writer.packet(blocks, *interface, wall, frame, comments);
            show(watch, wall, frame);
        };
        // All addresses of a lab are of one family.
        let _ = frame(&mut sink);
        self.flush();
    }

    /// Ends a connection of Diameter that the node at `owner` made.
    pub(super) fn closed(&mut self, wall: Duration, (owner, connection): (IpAddr, u64)) {
        self.close(wall, Key::Diameter(owner, connection));
    }

    /// Ends a connection of SIP.
    pub(super) fn stream_closed(&mut self, wall: Duration, (client, server): (SocketAddr, SocketAddr)) {
        self.close(wall, Key::Sip(client, server));
    }

    /// Ends a connection of HTTP/2.
    pub(super) fn http_closed(&mut self, wall: Duration, (owner, connection): (IpAddr, u64)) {
        self.close(wall, Key::Sbi(owner, connection));
    }

    fn close(&mut self, wall: Duration, key: Key) {
        let wall = self.forward(wall);
        let Self {
            writer,
            interface,
            blocks,
            flows,
            watch,
            ..
        } = self;
        if let Some(mut tcp) = flows.remove(&key) {
            let mut sink = |frame: &[u8]| {
                writer.packet(blocks, *interface, wall, frame, &[]);
                show(watch, wall, frame);
            };
            tcp.finish(Side::Server, &mut sink);
            tcp.finish(Side::Client, &mut sink);
        }
        self.flush();
    }

    fn forward(&mut self, wall: Duration) -> Duration {
        self.last = self.last.max(wall);
        self.last
    }

    fn flush(&mut self) {
        if !self.hurried || self.blocks.len() >= HURRIED_OCTETS {
            self.write();
        }
    }

    fn write(&mut self) {
        if self.failed.is_none()
            && let Err(error) = self.file.write_all(&self.blocks)
        {
            self.failed = Some(error);
        }
        self.blocks.clear();
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// The first failure to write.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.write();
        if let Some(keys) = &mut self.keys {
            keys.finish()?;
        }
        match self.failed.take() {
            None => Ok(()),
            Some(error) => Err(error).with_context(|| {
                format!(
                    "the capture {} is incomplete: make room, or give --pcap another file",
                    self.path.display()
                )
            }),
        }
    }
}

/// Shows the doctor a frame.
fn show(watch: &mut Option<Watch>, wall: Duration, frame: &[u8]) {
    if let Some(watch) = watch {
        watch.frame(wall, frame);
    }
}

fn cannot(path: &Path) -> String {
    format!(
        "cannot write the capture {}: give --pcap another file",
        path.display()
    )
}

fn taken(path: &Path) -> String {
    format!(
        "another lab is writing the capture {}: give --pcap another file",
        path.display()
    )
}

/// Opens a file and empties it, unless another lab is writing it.
fn open(path: &Path) -> Result<Option<File>> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false);
    let file = file.open(path).with_context(|| cannot(path))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(None),
        // What cannot be locked (a pipe, some file systems) is written without.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    // A pipe has no length.
    if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        file.set_len(0).with_context(|| cannot(path))?;
    }
    Ok(Some(file))
}

fn default_file(directory: &Path) -> Result<(PathBuf, File)> {
    for n in 1..=MAX_DEFAULT_NAMES {
        let name = match n {
            1 => format!("{DEFAULT_NAME}.pcapng"),
            n => format!("{DEFAULT_NAME}-{n}.pcapng"),
        };
        let path = directory.join(name);
        if let Some(file) = open(&path)? {
            return Ok((path, file));
        }
    }
    anyhow::bail!("{MAX_DEFAULT_NAMES} labs are writing captures in this directory: give --pcap FILE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_connections_of_a_capture_look_like_one() {
        let mut ports = Ports::default();
        let client = SocketAddr::new(address(MME_ADDRESS), 40_000);
        let server = SocketAddr::new(address(HSS), HTTP_PORT);
        let (first, [ours, theirs]) = ports.take(client, server);
        assert_eq!(first, client, "the port is the one it really had");
        let mut seen = HashSet::from([first]);
        let mut sequences = HashSet::from([ours, theirs]);
        for _ in 0..1_000 {
            let (again, [ours, theirs]) = ports.take(client, server);
            assert!(again.ip() == client.ip() && seen.insert(again), "{again}");
            assert!(sequences.insert(ours) && sequences.insert(theirs));
        }
        let other = SocketAddr::new(address(MME_ADDRESS), HTTP_PORT);
        assert_eq!(ports.take(client, other).0, client, "to another server");
    }
}

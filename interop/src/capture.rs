//! What passes on the wire, as tshark tells it while it passes; and its verdict on all of it afterwards.

use crate::node::{PEER_PORT, SUBJECT_PORT};
use crate::{Namespace, Process};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command as ProcessCommand;

/// The fields asked of tshark, in the order of [`Frame::parse`].
const FIELDS: [&str; 9] = [
    "tcp.stream",
    "tcp.flags.syn",
    "tcp.flags.fin",
    "tcp.flags.reset",
    "diameter.cmd.code",
    "diameter.flags.request",
    "diameter.Origin-Host",
    "diameter.Result-Code",
    "diameter.Disconnect-Cause",
];

/// A command of the base protocol (RFC 6733 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command(pub u32);

impl Command {
    /// Capabilities-Exchange.
    pub const CAPABILITIES_EXCHANGE: Self = Self(257);
    /// Device-Watchdog.
    pub const DEVICE_WATCHDOG: Self = Self(280);
    /// Disconnect-Peer.
    pub const DISCONNECT_PEER: Self = Self(282);
}

/// One Diameter message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The TCP connection, numbered from 0.
    pub stream: u32,
    /// Command Code.
    pub command: Command,
    /// R.
    pub request: bool,
    /// Who sent it, by its own word.
    pub origin_host: String,
    /// Result-Code of an answer.
    pub result: Option<u32>,
    /// Disconnect-Cause of a DPR.
    pub disconnect_cause: Option<u32>,
}

/// One TCP connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// Either side has ended it, in order or not.
    pub ended: bool,
    /// It was reset.
    pub reset: bool,
}

/// A capture of one namespace's loopback interface.
#[derive(Debug)]
pub struct Capture {
    tshark: Process,
    file: PathBuf,
}

impl Capture {
    /// Starts to capture into `file`, and returns when it does. Scrapes of metrics are left out.
    #[must_use]
    pub fn start(namespace: &Namespace, file: PathBuf) -> Self {
        let mut command = namespace.command("tshark");
        command
            .args(["-n", "-i", "lo", "-f", "tcp and not port 9100", "-l", "-P", "-w"])
            .arg(&file);
        command.args(decoding()).args(["-T", "fields"]);
        command.args(FIELDS.iter().flat_map(|field| ["-e", *field]));
        let tshark = Process::start("tshark", command).observing();
        tshark.await_line("the begin of the capture", |line| line.contains("File:"));
        Self { tshark, file }
    }

    /// Waits until `look` finds something in the messages so far.
    ///
    /// # Panics
    /// After [`crate::PATIENCE`].
    pub fn await_messages<T>(&self, what: &str, look: impl Fn(&[Message]) -> Option<T>) -> T {
        self.tshark.await_lines(what, |lines| look(&messages(lines)))
    }

    /// Waits for a message.
    ///
    /// # Panics
    /// After [`crate::PATIENCE`].
    pub fn await_message(&self, what: &str, accepts: impl Fn(&Message) -> bool) -> Message {
        self.await_messages(what, |messages| messages.iter().find(|m| accepts(m)).cloned())
    }

    /// Waits for the end of a TCP connection.
    ///
    /// # Panics
    /// After [`crate::PATIENCE`].
    pub fn await_end_of(&self, stream: u32) -> Stream {
        self.tshark
            .await_lines(&format!("the end of connection {stream}"), |lines| {
                streams(lines).get(&stream).copied().filter(|s| s.ended)
            })
    }

    /// The messages so far.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        messages(&self.tshark.lines())
    }

    /// The TCP connections so far.
    #[must_use]
    pub fn streams(&self) -> BTreeMap<u32, Stream> {
        streams(&self.tshark.lines())
    }

    /// Ends the capture and fails on anything malformed in it.
    ///
    /// # Panics
    /// If tshark finds a malformed field, or no message of `identity`.
    pub fn finish(mut self, identity: &str) {
        self.tshark.signal("INT");
        self.tshark.await_end();
        let malformed = self.read("_ws.malformed || _ws.expert.severity == \"Error\"", &["-V"]);
        assert!(
            malformed.is_empty(),
            "tshark finds malformed fields:\n{malformed}"
        );
        let ours = self.read(&format!("diameter.Origin-Host == \"{identity}\""), &[]);
        assert!(
            !ours.is_empty(),
            "the capture has no message of {identity}: it proves nothing"
        );
    }

    fn read(&self, filter: &str, how: &[&str]) -> String {
        let mut tshark = ProcessCommand::new("tshark");
        tshark
            .args(["-n", "-r"])
            .arg(&self.file)
            .args(decoding())
            .args(["-Y", filter])
            .args(how);
        let output = tshark.output().expect("tshark is installed");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tshark cannot read the capture: {error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// Which ports carry Diameter.
fn decoding() -> [String; 4] {
    let of = |port: u16| format!("tcp.port=={port},diameter");
    ["-d".to_owned(), of(SUBJECT_PORT), "-d".to_owned(), of(PEER_PORT)]
}

/// One line of tshark. A frame may hold several messages: every field is then a list.
struct Frame<'l> {
    columns: Vec<&'l str>,
}

impl<'l> Frame<'l> {
    fn parse(line: &'l str) -> Option<Self> {
        let columns: Vec<&str> = line.split('\t').collect();
        (columns.len() == FIELDS.len()).then_some(Self { columns })
    }

    fn stream(&self) -> u32 {
        self.columns[0].parse().expect("tshark numbers the connections")
    }

    fn flag(&self, column: usize) -> bool {
        matches!(self.columns[column], "1" | "True")
    }

    fn list(&self, column: usize) -> impl Iterator<Item = &'l str> {
        self.columns[column].split(',').filter(|value| !value.is_empty())
    }

    /// Every message has an Origin-Host, every answer of the base protocol a Result-Code, every DPR a cause.
    fn messages(&self) -> Vec<Message> {
        let number = |text: &str| text.parse().expect("tshark writes numbers");
        let (mut results, mut causes) = (self.list(7), self.list(8));
        self.list(4)
            .zip(self.list(5))
            .zip(self.list(6))
            .map(|((code, request), origin_host)| {
                let (command, request) = (Command(number(code)), matches!(request, "1" | "True"));
                Message {
                    stream: self.stream(),
                    command,
                    request,
                    origin_host: origin_host.to_owned(),
                    result: if request { None } else { results.next().map(number) },
                    disconnect_cause: (request && command == Command::DISCONNECT_PEER)
                        .then(|| causes.next().map(number))
                        .flatten(),
                }
            })
            .collect()
    }
}

fn messages(lines: &[String]) -> Vec<Message> {
    lines
        .iter()
        .filter_map(|line| Frame::parse(line))
        .flat_map(|frame| frame.messages())
        .collect()
}

fn streams(lines: &[String]) -> BTreeMap<u32, Stream> {
    let mut streams = BTreeMap::<u32, Stream>::new();
    for frame in lines.iter().filter_map(|line| Frame::parse(line)) {
        let stream = streams.entry(frame.stream()).or_default();
        stream.reset |= frame.flag(3);
        stream.ended |= frame.flag(2) || frame.flag(3);
    }
    streams
}

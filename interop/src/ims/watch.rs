//! Cx as tshark tells it while it passes.

use super::identity;
use crate::{Namespace, Process};
use std::path::PathBuf;
use std::process::Command;

/// Server-Assignment (TS 29.229 6.1.3).
pub(super) const SERVER_ASSIGNMENT: u32 = 301;
/// Server-Assignment-Type AUTHENTICATION_FAILURE (TS 29.229 6.3.15).
const AUTHENTICATION_FAILURE: u32 = 9;
/// Multimedia-Auth (TS 29.229 6.1.7).
pub(super) const MULTIMEDIA_AUTH: u32 = 303;

/// The fields asked of tshark, in the order of [`parse`].
const FIELDS: [&str; 10] = [
    "diameter.cmd.code",
    "diameter.flags.request",
    "diameter.Origin-Host",
    "diameter.Result-Code",
    "diameter.Experimental-Result-Code",
    "diameter.Server-Assignment-Type",
    "diameter.3GPP-SIP-Authorization",
    "diameter.Public-Identity",
    "diameter.Server-Name",
    "diameter.User-Authorization-Type",
];

/// Where Diameter is.
const DECODING: [&str; 4] = ["-d", "tcp.port==3869,diameter", "-d", "tcp.port==3870,diameter"];

/// One message of Cx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CxMessage {
    /// Command Code.
    pub command: u32,
    /// R.
    pub request: bool,
    /// Who sent it.
    pub origin_host: String,
    /// Result-Code or Experimental-Result-Code of an answer.
    pub result: Option<u32>,
    /// Server-Assignment-Type of a SAR.
    pub assignment: Option<u32>,
    /// User-Authorization-Type of a UAR.
    pub authorization_type: Option<u32>,
    /// Public-Identity, the first.
    pub public_identity: Option<String>,
    /// Server-Name.
    pub server_name: Option<String>,
    /// SIP-Authorization, hexadecimal.
    authorization: Option<String>,
}

impl CxMessage {
    /// Whether an octet of XRES is 0.
    #[must_use]
    pub fn has_zero_in_res(&self) -> bool {
        let text = self.authorization.as_deref().unwrap_or_default().replace(':', "");
        text.as_bytes().chunks(2).any(|octet| octet == b"00")
    }
}

/// A capture of the namespace's loopback interface.
#[derive(Debug)]
pub struct CxWatch {
    tshark: Process,
    file: PathBuf,
}

impl CxWatch {
    pub(super) fn start(namespace: &Namespace, file: PathBuf) -> Self {
        let mut command = namespace.command("tshark");
        command
            .args([
                "-n",
                "-i",
                "lo",
                "-f",
                "tcp port 3868 or tcp port 3869 or tcp port 3870 or udp",
                "-l",
                "-P",
                "-w",
            ])
            .arg(&file)
            .args(DECODING)
            .args(["-T", "fields"])
            .args(FIELDS.iter().flat_map(|field| ["-e", *field]));
        let tshark = Process::start("tshark", command).observing();
        tshark.await_line("the begin of the capture", |line| line.contains("File:"));
        Self { tshark, file }
    }

    /// The messages so far.
    #[must_use]
    pub fn messages(&self) -> Vec<CxMessage> {
        messages(&self.tshark.lines())
    }

    /// Waits for a message.
    ///
    /// # Panics
    /// After [`crate::PATIENCE`].
    pub fn await_message(&self, what: &str, accepts: impl Fn(&CxMessage) -> bool) -> CxMessage {
        let found = self.await_messages_from(0, what, accepts);
        found.into_iter().last().expect("the one that was waited for")
    }

    /// Waits for a message behind the first `seen`, and answers all from there to it. (What a program was answered it has
    /// long done when tshark tells of it.)
    ///
    /// # Panics
    /// After [`crate::PATIENCE`].
    pub fn await_messages_from(
        &self,
        seen: usize,
        what: &str,
        accepts: impl Fn(&CxMessage) -> bool,
    ) -> Vec<CxMessage> {
        self.tshark.await_lines(what, |lines| {
            let all: Vec<_> = messages(lines).into_iter().skip(seen).collect();
            let at = all.iter().position(&accepts)?;
            Some(all[..=at].to_vec())
        })
    }

    /// Waits behind the first `seen` for the SAA of an assignment, and answers all from there to it. That of a failed
    /// authentication may still be under way when its UE has been refused.
    ///
    /// # Panics
    /// After [`crate::PATIENCE`].
    pub(super) fn await_assignment_from(&self, seen: usize) -> Vec<CxMessage> {
        self.tshark.await_lines("a SAA", |lines| {
            let all: Vec<_> = messages(lines).into_iter().skip(seen).collect();
            let assigns = |m: &CxMessage| m.assignment.is_some_and(|a| a != AUTHENTICATION_FAILURE);
            let asked = all.iter().position(assigns)?;
            let answers = |m: &CxMessage| m.command == SERVER_ASSIGNMENT && !m.request;
            let answered = asked + all[asked..].iter().position(answers)?;
            Some(all[..=answered].to_vec())
        })
    }

    /// Waits until a CSCF and the HSS have exchanged capabilities.
    pub fn await_open(&self, cscf: &str) {
        let name = identity(cscf);
        self.tshark.await_lines(&format!("a CEA from {cscf}"), |lines| {
            let mut rows = lines.iter().filter_map(|line| parse(line));
            rows.find(|m| m.command == 257 && !m.request && m.origin_host == name)
        });
    }

    /// Ends the capture and fails on anything malformed in what the HSS said.
    ///
    /// # Panics
    /// If tshark finds a malformed field, or no message of the HSS.
    pub fn finish(self) {
        self.finish_with(
            &format!("diameter.Origin-Host == \"{}\"", identity("hss")),
            &["diameter"],
        );
    }

    /// Ends the capture and fails on anything malformed in all of it: SIP and Cx.
    ///
    /// # Panics
    /// If tshark finds a malformed field, or no such message.
    pub fn finish_all(self) {
        self.finish_with("ip", &["sip", "diameter"]);
    }

    fn finish_with(mut self, ours: &str, protocols: &[&str]) {
        self.tshark.signal("INT");
        self.tshark.await_end();
        let malformed = self.read(&format!(
            "{ours} && (_ws.malformed || _ws.expert.severity == \"Error\")"
        ));
        assert!(
            malformed.is_empty(),
            "tshark finds malformed fields:\n{malformed}"
        );
        for protocol in protocols {
            assert!(
                !self.read(&format!("{ours} && {protocol}")).is_empty(),
                "the capture has no {protocol} of ours: it proves nothing"
            );
        }
    }

    fn read(&self, filter: &str) -> String {
        let mut tshark = Command::new("tshark");
        tshark
            .args(["-n", "-r"])
            .arg(&self.file)
            .args(DECODING)
            .args(["-Y", filter]);
        let output = tshark.output().expect("tshark is installed");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tshark cannot read the capture: {error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// Cx among what tshark wrote; watchdogs and capabilities left out.
fn messages(lines: &[String]) -> Vec<CxMessage> {
    lines
        .iter()
        .filter_map(|line| parse(line))
        .filter(|message| (300..=305).contains(&message.command))
        .collect()
}

/// One line of tshark: the last message of a frame, if it has several. Cx is slow here, one at a time; what may share
/// its frame is a watchdog before it.
fn parse(line: &str) -> Option<CxMessage> {
    let columns: Vec<&str> = line.split('\t').collect();
    if columns.len() != FIELDS.len() || columns[0].is_empty() {
        return None;
    }
    let last = |column: usize| columns[column].rsplit(',').next().filter(|text| !text.is_empty());
    let number = |column: usize| last(column).map(|text| text.parse().expect("tshark writes numbers"));
    let first = |column: usize| columns[column].split(',').next().filter(|text| !text.is_empty());
    let request = matches!(last(1), Some("1" | "True"));
    Some(CxMessage {
        command: number(0)?,
        request,
        origin_host: last(2).unwrap_or_default().to_owned(),
        result: if request { None } else { number(4).or(number(3)) },
        assignment: number(5),
        authorization_type: number(9),
        public_identity: first(7).map(str::to_owned),
        server_name: last(8).map(str::to_owned),
        authorization: last(6).map(str::to_owned),
    })
}

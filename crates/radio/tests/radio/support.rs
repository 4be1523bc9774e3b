//! Captures read to their end, and what was found in them; and PDUs to make traces of.

pub(crate) mod build;
pub(crate) mod nr;
pub(crate) mod random;

use quintet_capture::{Dissector, DissectorOptions, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, read_all};
use quintet_crypto::Direction;
use quintet_radio::{ConnectionRequest, Detail, Found, Radio, UeKey};
use std::path::{Path, PathBuf};

/// A NAS PDU as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnNas {
    pub(crate) frame: u64,
    pub(crate) ue: UeKey,
    pub(crate) direction: Direction,
    pub(crate) carrier: &'static str,
    pub(crate) octets: Vec<u8>,
    pub(crate) request: Option<ConnectionRequest>,
}

/// An RRC message as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnSignal {
    pub(crate) frame: u64,
    pub(crate) direction: Direction,
    pub(crate) name: &'static str,
    pub(crate) detail: Detail,
}

/// Everything in a trace.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) radio: Radio,
    pub(crate) pdus: usize,
    /// Of NR and F1AP.
    pub(crate) nr_pdus: usize,
    found: Kept,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) nas: Vec<OwnNas>,
    pub(crate) signals: Vec<OwnSignal>,
}

impl std::ops::Deref for Trace {
    type Target = Kept;

    fn deref(&self) -> &Kept {
        &self.found
    }
}

impl Kept {
    fn keep(&mut self, frame: u64, found: Found<'_>) {
        match found {
            Found::Nas(nas) => self.nas.push(OwnNas {
                frame,
                ue: nas.ue,
                direction: nas.direction,
                carrier: nas.carrier,
                octets: nas.octets.to_vec(),
                request: nas.request,
            }),
            Found::Signal(signal) => self.signals.push(OwnSignal {
                frame,
                direction: signal.direction,
                name: signal.name,
                detail: signal.detail,
            }),
            _ => {}
        }
    }
}

impl Sink for Trace {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let Self {
            radio,
            pdus,
            nr_pdus,
            found,
        } = self;
        let mut out = |item: Found<'_>| found.keep(pdu.seen.frame, item);
        let (log, at_ns) = (pdu.flow.id.0, pdu.seen.time.0);
        match pdu.protocol {
            Protocol::MacLteFramed => radio.mac(log, at_ns, pdu.octets, &mut out),
            Protocol::LteRrc(channel) => radio.rrc(log, at_ns, channel, pdu.octets, &mut out),
            Protocol::MacNrFramed | Protocol::F1ap => {
                *nr_pdus += 1;
                match pdu.protocol {
                    Protocol::F1ap => radio.f1ap(log, at_ns, pdu.octets, &mut out),
                    _ => radio.mac_nr(log, at_ns, pdu.octets, &mut out),
                }
                return;
            }
            _ => return,
        }
        *pdus += 1;
    }

    fn flow(&mut self, _seen: Seen, _flow: FlowId, _event: FlowEvent) {}
}

impl Trace {
    /// Reads a capture.
    pub(crate) fn of(path: &Path) -> Self {
        let octets = std::fs::read(path).unwrap();
        let mut dissector = Dissector::new(DissectorOptions::default());
        let mut trace = Self::default();
        read_all(&octets, 0, |frame| dissector.frame(frame, &mut trace), |_| {});
        dissector.finish(&mut trace);
        trace.radio.finish();
        trace
    }

    /// Takes in a MAC PDU behind its header.
    pub(crate) fn mac(&mut self, framed: &[u8]) {
        self.pdus += 1;
        let Self {
            radio, pdus, found, ..
        } = self;
        radio.mac(0, 0, framed, &mut |item| found.keep(*pdus as u64, item));
    }

    /// Takes in a MAC PDU of NR behind its header.
    pub(crate) fn mac_nr(&mut self, framed: &[u8]) {
        self.nr_pdus += 1;
        let Self {
            radio,
            nr_pdus,
            found,
            ..
        } = self;
        radio.mac_nr(0, 0, framed, &mut |item| found.keep(*nr_pdus as u64, item));
    }

    /// Takes in an F1AP message.
    pub(crate) fn f1ap(&mut self, pdu: &[u8]) {
        self.nr_pdus += 1;
        let Self {
            radio,
            nr_pdus,
            found,
            ..
        } = self;
        radio.f1ap(0, 0, pdu, &mut |item| found.keep(*nr_pdus as u64, item));
    }

    /// Takes in an RRC message of a log.
    pub(crate) fn rrc(&mut self, sub_type: u8, octets: &[u8]) {
        self.pdus += 1;
        let Self {
            radio, pdus, found, ..
        } = self;
        radio.rrc(0, 0, sub_type, octets, &mut |item| found.keep(*pdus as u64, item));
    }
}

/// Where the captures are; says that they are not there, else, which under CI is a failure.
pub(crate) fn captures() -> Option<PathBuf> {
    let directory = std::env::var_os("QUINTET_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
        PathBuf::from,
    );
    if directory.join("labels.json").is_file() {
        return Some(directory);
    }
    skipped(&format!(
        "no captures in {}; set QUINTET_CORPUS",
        directory.display()
    ));
    None
}

/// Says that a test does not run, which under CI is a failure.
pub(crate) fn skipped(why: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {why}"
    );
    eprintln!("skipped: {why}");
}

/// Names of the captures, in order.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let labels: serde_json::Value =
        serde_json::from_slice(&std::fs::read(directory.join("labels.json")).unwrap()).unwrap();
    labels.as_object().unwrap().keys().cloned().collect()
}

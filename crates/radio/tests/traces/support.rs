//! Captures read to their end, and what was found in them.

use quintet_capture::{Dissector, DissectorOptions, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, read_all};
use quintet_crypto::Direction;
use quintet_radio::{Detail, Found, Radio, UeKey};
use std::path::{Path, PathBuf};

/// A NAS PDU as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnNas {
    pub(crate) frame: u64,
    pub(crate) ue: UeKey,
    pub(crate) direction: Direction,
    pub(crate) carrier: &'static str,
    pub(crate) octets: Vec<u8>,
}

/// An RRC message as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnSignal {
    pub(crate) frame: u64,
    pub(crate) ue: UeKey,
    pub(crate) direction: Direction,
    pub(crate) name: &'static str,
    pub(crate) detail: Detail,
}

/// Everything in a trace.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) radio: Radio,
    pub(crate) pdus: usize,
    pub(crate) nas: Vec<OwnNas>,
    pub(crate) signals: Vec<OwnSignal>,
}

impl Sink for Trace {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let Self {
            radio,
            pdus,
            nas,
            signals,
        } = self;
        let frame = pdu.seen.frame;
        let mut out = |found: Found<'_>| match found {
            Found::Nas(found) => nas.push(OwnNas {
                frame,
                ue: found.ue,
                direction: found.direction,
                carrier: found.carrier,
                octets: found.octets.to_vec(),
            }),
            Found::Signal(found) => {
                signals.push(OwnSignal {
                    frame,
                    ue: found.ue,
                    direction: found.direction,
                    name: found.name,
                    detail: found.detail,
                });
            }
            _ => {}
        };
        let (log, at_ns) = (pdu.flow.id.0, pdu.seen.time.0);
        match pdu.protocol {
            Protocol::MacLteFramed => radio.mac(log, at_ns, pdu.octets, &mut out),
            Protocol::LteRrc(channel) => radio.rrc(log, at_ns, channel, pdu.octets, &mut out),
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

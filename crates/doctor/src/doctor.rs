//! The doctor: takes in PDUs, gives out events as they pass and attempts as they end.

use crate::event::Event;
use crate::keys::KeyRing;
use crate::report::Attempt;
use quintet_capture::{FlowEvent, FlowId, Pdu, Seen, Sink, Timestamp};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use std::collections::VecDeque;

/// What the doctor is told before it looks.
#[derive(Debug, Default)]
pub struct Settings {
    /// Keys beside those that the capture carries.
    pub keys: KeyRing,
    /// The operator's lists, if they are known: another algorithm is a finding then.
    pub integrity: Option<Vec<IntegrityAlgorithm>>,
    /// The same for ciphering.
    pub ciphering: Option<Vec<CipheringAlgorithm>>,
    /// Whether identities are shown as they are; pseudonyms else.
    pub identities: bool,
    /// Makes pseudonyms of one run alike and of two runs different; from the caller's entropy.
    pub pseudonym_key: [u8; 32],
    /// Whether [`Output::Event`] is wanted.
    pub events: bool,
    /// Whether [`Output::Deciphered`] is wanted.
    pub decipher: bool,
}

/// What the doctor gives out.
#[derive(Debug)]
pub enum Output {
    /// A message passed.
    Event(Box<Event>),
    /// An attempt ended.
    Attempt(Box<Attempt>),
    /// A ciphered NAS PDU was opened.
    Deciphered {
        /// The frame that completed it.
        seen: Seen,
        /// As it stands in the frame.
        pdu: Box<[u8]>,
        /// Of the same length: header type "integrity protected" instead of "and ciphered", the plain message behind it.
        clear: Box<[u8]>,
    },
}

/// Takes in what a dissector finds. [`Doctor::poll`] after each call, until it wants nothing.
#[derive(Debug)]
pub struct Doctor {
    settings: Settings,
    now: Timestamp,
    outputs: VecDeque<Output>,
}

impl Doctor {
    /// A doctor who has seen nothing.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            now: Timestamp::default(),
            outputs: VecDeque::new(),
        }
    }

    /// What there is to say.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The capture has come to its end: every attempt does.
    pub fn finish(&mut self) {}
}

impl Sink for Doctor {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.now = self.now.max(pdu.seen.time);
        let _ = &self.settings;
    }

    fn flow(&mut self, seen: Seen, _flow: FlowId, _event: FlowEvent) {
        self.now = self.now.max(seen.time);
    }
}

//! The doctor: takes in PDUs, gives out events as they pass and attempts as they end.

use crate::event::Event;
use crate::findings::{self, Case};
use crate::ims;
use crate::keys::KeyRing;
use crate::numbers::Numbers;
use crate::observer::{Happening, Observer, Wanted};
use crate::outcome::Verdict;
use crate::report::{Attempt, Builder, Finding, Technology};
use crate::sbi;
use crate::trail::Trail;
use quintet_capture::{FlowEvent, FlowId, HttpExchange, Pdu, Seen, Sink, Timestamp};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use std::sync::Arc;

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
    /// Whether [`Output::Standing`] and [`Output::Withdrawn`] are wanted.
    pub standing: bool,
    /// Whether [`Output::Deciphered`] is wanted.
    pub decipher: bool,
    /// Whether somebody watches while it happens: attempts that fall silent end after [`LIVE_SILENCE_NS`] then.
    pub live: bool,
    /// Whether SIP messages are told by a node, which has them above ESP: one between ports that a security agreement names
    /// came through its associations then (TS 33.203 7.1). In a capture it went past them.
    pub above_esp: bool,
}

/// How long an attempt may be silent before somebody who watches is told how it stands: twice what five runs of T3460
/// or T3450 take (6 s each, TS 24.301 10.2).
pub const LIVE_SILENCE_NS: i64 = 60_000_000_000;

/// What the doctor gives out.
#[derive(Debug)]
pub enum Output {
    /// A message passed.
    Event(Box<Event>),
    /// How an attempt stands that goes on: what is known behind its latest message, findings too. What waits for an answer is no
    /// finding yet.
    Standing(Box<Attempt>),
    /// What was told of as an attempt is part of another one.
    Withdrawn(u64),
    /// An attempt ended.
    Attempt(Box<Attempt>),
    /// A ciphered NAS PDU, or an enciphered packet of ESP, was opened.
    Deciphered {
        /// The frame that completed it.
        seen: Seen,
        /// As it stands in the frame.
        pdu: Box<[u8]>,
        /// Of the same length: header type "integrity protected" instead of "and ciphered", the plain message behind it; of ESP
        /// a packet without encryption, its integrity check value zero.
        clear: Box<[u8]>,
    },
}

/// Takes in what a dissector finds. [`Doctor::poll`] after each call, until it wants nothing.
#[derive(Debug)]
pub struct Doctor {
    settings: Settings,
    eps: Observer,
    ims: ims::Observer,
    sbi: sbi::Observer,
}

impl Doctor {
    /// A doctor who has seen nothing.
    #[must_use]
    pub fn new(mut settings: Settings) -> Self {
        let wanted = Wanted {
            passed: settings.events,
            standing: settings.standing,
            opened: settings.decipher,
        };
        let keys = Arc::new(std::mem::take(&mut settings.keys));
        let numbers = Numbers::default();
        let eps = Observer::new(Arc::clone(&keys), wanted).with_numbers(numbers.clone());
        let ims = ims::Observer::new(keys, numbers, wanted).above_esp(settings.above_esp);
        Self {
            ims: if settings.live {
                ims.with_patience(LIVE_SILENCE_NS)
            } else {
                ims
            },
            eps: if settings.live {
                eps.with_patience(LIVE_SILENCE_NS)
            } else {
                eps
            },
            settings,
            sbi: sbi::Observer::new(),
        }
    }

    /// What there is to say.
    pub fn poll(&mut self) -> Option<Output> {
        let Some(mut happening) = self.eps.poll() else {
            return self.poll_ims();
        };
        if let Happening::Ended(trail, _) = &mut happening {
            self.take_exchanges(trail);
        }
        let report = Builder::new(&self.settings);
        Some(match happening {
            Happening::Passed(trail) => Output::Event(Box::new(report.event(&trail))),
            Happening::Stands(trail) => {
                let verdict = Verdict::of(&trail);
                let findings = self.findings(&trail, &verdict);
                Output::Standing(Box::new(report.attempt(&trail, &verdict, findings)))
            }
            Happening::Withdrawn(id) => Output::Withdrawn(id),
            Happening::Ended(trail, verdict) => {
                let findings = self.findings(&trail, &verdict);
                Output::Attempt(Box::new(report.attempt(&trail, &verdict, findings)))
            }
            Happening::Opened { seen, pdu, clear } => Output::Deciphered { seen, pdu, clear },
        })
    }

    fn findings(&self, trail: &Trail, verdict: &Verdict) -> Vec<Finding> {
        findings::of(&Case {
            trail,
            outcome: verdict.outcome,
            ending: verdict.ending,
            integrity: self.settings.integrity.as_deref(),
            ciphering: self.settings.ciphering.as_deref(),
        })
    }

    fn poll_ims(&mut self) -> Option<Output> {
        loop {
            let happening = self.ims.poll()?;
            let report = ims::Reporter::new(&self.settings);
            return Some(match happening {
                ims::Happening::Passed(trail) => match report.event(&trail) {
                    Some(event) => Output::Event(Box::new(event)),
                    None => continue,
                },
                ims::Happening::Stands(trail, verdict) => {
                    let findings = findings::of_ims(&trail, &verdict);
                    Output::Standing(Box::new(report.attempt(&trail, &verdict, findings)))
                }
                ims::Happening::Ended(trail, verdict) => {
                    let findings = findings::of_ims(&trail, &verdict);
                    Output::Attempt(Box::new(report.attempt(&trail, &verdict, findings)))
                }
                ims::Happening::Opened(ims::Opening { seen, pdu, clear }) => {
                    Output::Deciphered { seen, pdu, clear }
                }
            });
        }
    }

    /// What AUSF and UDM said while the attempt ran is its own, and so is the SUPI that they told of.
    fn take_exchanges(&mut self, trail: &mut Trail) {
        if trail.technology != Technology::Fgs {
            return;
        }
        trail.sbi = self.sbi.claim(trail);
        let told = trail
            .sbi
            .iter()
            .find_map(|exchange| exchange.supi.as_ref()?.imsi());
        trail.identities.imsi = trail.identities.imsi.or(told);
    }

    /// It is this late, and nothing passed: attempts may have waited long enough.
    pub fn quiet(&mut self, now: Timestamp) {
        self.eps.quiet(now);
        self.ims.quiet(now);
    }

    /// The capture has come to its end: every attempt does.
    pub fn finish(&mut self) {
        self.eps.finish();
        self.ims.finish();
    }
}

impl Sink for Doctor {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.eps.pdu(pdu);
        self.ims.pdu(pdu);
    }

    fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent) {
        self.eps.flow(seen, flow, event);
        self.ims.flow(seen, flow, event);
    }

    fn http(&mut self, exchange: &HttpExchange<'_>) {
        self.sbi.http(exchange);
        while let Some(vector) = self.sbi.vector() {
            self.eps.home_vector(vector);
        }
    }
}

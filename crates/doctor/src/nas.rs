//! A NAS PDU of either system: its header, what of it can be read without a key, and what the path takes it for. What null
//! ciphering "ciphers" is read as it stands (TS 24.301 4.4.5, TS 24.501 4.4.5).

use crate::report::Technology;
use crate::tables::Step;
use crate::trail::{Sighting, View};
use crate::{eps, fgs};
use quintet_crypto::{CipheringAlgorithm, Direction};
use quintet_nas::security::{Protection, SecurityHeader, SecurityHeaderType};
use quintet_procedure as procedure;

/// The security header type of a PDU; plain for what is no NAS of the system.
pub(crate) fn header_type(technology: Technology, pdu: &[u8]) -> SecurityHeaderType {
    match technology {
        Technology::Eps | Technology::Ims => pdu.first().and_then(|first| SecurityHeaderType::of_emm(*first)),
        Technology::Fgs => SecurityHeaderType::of_fgmm(pdu),
    }
    .unwrap_or(SecurityHeaderType::PLAIN)
}

/// The security header; `None` of a PDU that has none.
pub(crate) fn header(technology: Technology, pdu: &[u8]) -> Option<SecurityHeader<'_>> {
    match technology {
        Technology::Eps | Technology::Ims => SecurityHeader::parse(pdu),
        Technology::Fgs => SecurityHeader::parse_fgs(pdu),
    }
    .ok()
}

/// Whether octets read as a plain NAS message.
pub(crate) fn reads_plain(technology: Technology, direction: Direction, octets: &[u8]) -> bool {
    match technology {
        Technology::Eps | Technology::Ims => eps::plain::reads_plain(direction, octets),
        Technology::Fgs => fgs::plain::reads_plain(direction, octets),
    }
}

/// What a message is.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The specification's name.
    pub(crate) name: &'static str,
    /// What it is to the path.
    pub(crate) view: View,
    /// What did not decode in it, in words.
    pub(crate) malformed: Option<String>,
    message: Message,
}

/// As either table sees it.
#[derive(Clone, Copy, Debug)]
enum Message {
    Eps(quintet_emm::path::MessageView),
    Fgs(quintet_fgmm::path::MessageView),
}

impl Seen {
    /// Of a message whose plain octets are known, or not.
    pub(crate) fn of(
        technology: Technology,
        direction: Direction,
        header: SecurityHeaderType,
        plain: Option<&[u8]>,
    ) -> Self {
        match technology {
            Technology::Eps | Technology::Ims => {
                let (message, malformed) = eps::plain::view(direction, header, plain);
                Self {
                    name: message.name(),
                    view: message.into(),
                    malformed,
                    message: Message::Eps(message),
                }
            }
            Technology::Fgs => {
                let (message, malformed) = fgs::plain::view(direction, header, plain);
                Self {
                    name: message.name(),
                    view: fgs::eap::refined(message.into(), plain),
                    malformed,
                    message: Message::Fgs(message),
                }
            }
        }
    }

    /// The only way it may go, if there is but one.
    pub(crate) const fn goes(&self) -> Option<Direction> {
        match &self.message {
            Message::Eps(message) => message.direction(),
            Message::Fgs(message) => message.direction(),
        }
    }

    /// The step of its table.
    pub(crate) const fn step(&self, direction: Direction, protection: procedure::Protection) -> Step {
        match self.message {
            Message::Eps(message) => Step::Eps(quintet_emm::path::Step {
                direction,
                protection,
                message,
            }),
            Message::Fgs(message) => Step::Fgs(quintet_fgmm::path::Step {
                direction,
                protection,
                message,
            }),
        }
    }
}

/// The ciphering in use, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ciphering {
    technology: Technology,
    current: Option<CipheringAlgorithm>,
    /// Of a SECURITY MODE COMMAND that waits for its answer.
    commanded: Option<CipheringAlgorithm>,
}

impl Ciphering {
    pub(crate) const fn new(technology: Technology, current: Option<CipheringAlgorithm>) -> Self {
        Self {
            technology,
            current,
            commanded: None,
        }
    }

    /// The one in use.
    pub(crate) const fn current(&self) -> Option<CipheringAlgorithm> {
        self.current
    }

    /// What is known of the UE from elsewhere, if nothing is known yet.
    pub(crate) fn suppose(&mut self, ciphering: Option<CipheringAlgorithm>) {
        self.current = self.current.or(ciphering);
    }

    /// Follows a message into the change of algorithms.
    pub(crate) fn follow(&mut self, sighting: &Sighting) {
        match sighting.view {
            View::SecurityModeCommand { algorithms, .. } => {
                self.commanded = Some(algorithms.ciphering);
            }
            View::SecurityModeComplete => self.current = self.commanded.take().or(self.current),
            View::SecurityModeReject { .. } => self.commanded = None,
            _ => {}
        }
    }

    /// The plain message inside a PDU without a key: what is not ciphered by its header, and what is ciphered with the null
    /// algorithm, or, if nothing is known, reads as if it were.
    pub(crate) fn clear<'a>(
        &self,
        direction: Direction,
        header_type: SecurityHeaderType,
        pdu: &'a [u8],
    ) -> Option<&'a [u8]> {
        if header_type == SecurityHeaderType::PLAIN || header_type.is_service_request() {
            return Some(pdu);
        }
        let payload = header(self.technology, pdu)?.payload;
        // Of a partially ciphered message the table looks at the clear part only.
        let new_context = match header_type.protection() {
            Some(Protection::Ciphered) => false,
            Some(Protection::CipheredNewContext) => true,
            _ => return Some(payload),
        };
        // While the change of algorithms is under way, what is under the old context is under the old algorithm.
        let ciphering = if new_context {
            self.commanded.or(self.current)
        } else {
            self.current
        };
        let null = ciphering.is_none_or(|algorithm| algorithm == CipheringAlgorithm::EEA0);
        (null && reads_plain(self.technology, direction, payload)).then_some(payload)
    }
}

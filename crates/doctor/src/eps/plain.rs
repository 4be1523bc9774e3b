//! What is inside a NAS PDU as far as no key is needed: what EEA0 "ciphers" is read as it stands (TS 24.301 4.4.5).

use crate::trail::{Sighting, View};
use quintet_crypto::{CipheringAlgorithm, Direction};
use quintet_emm::path::{IdentityKind, Ksi, MessageView};
use quintet_nas::security::{Protection, SecurityHeader, SecurityHeaderType};

/// The ciphering in use, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ciphering {
    current: Option<CipheringAlgorithm>,
    /// Of a SECURITY MODE COMMAND that waits for its answer.
    commanded: Option<CipheringAlgorithm>,
}

impl Ciphering {
    pub(crate) const fn new(current: Option<CipheringAlgorithm>) -> Self {
        Self {
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

    /// The plain message inside a PDU without a key: what is not ciphered by its header, and what is ciphered with EEA0,
    /// or, if nothing is known, reads as if it were.
    pub(crate) fn clear<'a>(
        &self,
        direction: Direction,
        header_type: SecurityHeaderType,
        pdu: &'a [u8],
    ) -> Option<&'a [u8]> {
        if header_type == SecurityHeaderType::PLAIN || header_type.is_service_request() {
            return Some(pdu);
        }
        let payload = SecurityHeader::parse(pdu).ok()?.payload;
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
        (null && reads_plain(direction, payload)).then_some(payload)
    }
}

/// Whether octets read as a plain NAS message: of random octets about one in two thousand does.
pub(crate) fn reads_plain(direction: Direction, octets: &[u8]) -> bool {
    match octets {
        [0x07, ..] => MessageView::of_plain(direction, octets)
            .is_ok_and(|view| !matches!(view, MessageView::Unknown { .. })),
        // A bearer identity (0, or 5 to 15), a transaction identity (0, or 1 to 254), a type of TS 24.301 9.8.
        [first, transaction, message_type, ..] => {
            first & 0x0f == 2
                && !(1..5).contains(&(first >> 4))
                && *transaction != 0xff
                && matches!(message_type, 0xc1..=0xeb)
        }
        _ => false,
    }
}

/// The table's view of a message, and what did not decode in it.
pub(crate) fn view(
    direction: Direction,
    header: SecurityHeaderType,
    plain: Option<&[u8]>,
) -> (MessageView, Option<String>) {
    let Some(plain) = plain else {
        // Nothing but SECURITY MODE COMPLETE may have this header (TS 24.301 9.3.1).
        let complete = header == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT
            && direction == Direction::Uplink;
        let view = if complete {
            MessageView::SecurityModeComplete
        } else {
            MessageView::Ciphered
        };
        return (view, None);
    };
    if header.is_service_request() {
        return match plain {
            [_, second, _, _, ..] => (
                MessageView::ServiceRequest {
                    ksi: Ksi(second >> 5),
                },
                None,
            ),
            _ => (
                MessageView::ServiceRequest { ksi: Ksi::NONE },
                Some(format!("SERVICE REQUEST of {} octets instead of 4", plain.len())),
            ),
        };
    }
    match MessageView::of_plain(direction, plain) {
        Ok(view) => (view, None),
        Err(error) => (by_type(direction, plain), Some(error.to_string())),
    }
}

/// A message whose mandatory part is broken is still known by its type.
fn by_type(direction: Direction, plain: &[u8]) -> MessageView {
    let message_type = plain.get(1).copied().unwrap_or_default();
    if plain.first().is_none_or(|first| first & 0x0f != 7) {
        return MessageView::Unknown { message_type };
    }
    let octet = plain.get(2).copied().unwrap_or_default();
    let ksi = Ksi(octet & 0x0f);
    match (message_type, direction) {
        (0x41, Direction::Uplink) => MessageView::AttachRequest {
            ksi: Ksi(octet >> 4),
            emergency: false,
        },
        (0x42, Direction::Downlink) => MessageView::AttachAccept,
        (0x43, Direction::Uplink) => MessageView::AttachComplete,
        (0x48, Direction::Uplink) => MessageView::TrackingAreaUpdateRequest { ksi: Ksi(octet >> 4) },
        (0x49, Direction::Downlink) => MessageView::TrackingAreaUpdateAccept { guti: false },
        (0x52, Direction::Downlink) => MessageView::AuthenticationRequest { ksi },
        (0x53, Direction::Uplink) => MessageView::AuthenticationResponse,
        (0x55, Direction::Downlink) => MessageView::IdentityRequest {
            kind: IdentityKind(octet & 7),
        },
        (0x56, Direction::Uplink) => MessageView::IdentityResponse {
            kind: IdentityKind(plain.get(3).map_or(0, |octet| octet & 7)),
        },
        _ => MessageView::Unknown { message_type },
    }
}

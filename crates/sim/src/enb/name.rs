//! The name of a NAS PDU as one on the radio sees it.

use quintet_crypto::Direction;
use quintet_nas::eps::EmmMessage;
use quintet_nas::security::{SecurityHeader, SecurityHeaderType};

/// What a protected PDU is called whose message cannot be read.
pub const CIPHERED: &str = "a ciphered message";

/// The specification's name of a NAS PDU, as far as one can see it who has no keys: the message of a plain or only
/// integrity protected PDU; SECURITY MODE COMPLETE by its header type; [`CIPHERED`] otherwise.
#[must_use]
pub fn nas_name(direction: Direction, nas: &[u8]) -> &'static str {
    let Some(header) = nas.first().and_then(|first| SecurityHeaderType::of_emm(*first)) else {
        return UNREADABLE;
    };
    match header {
        SecurityHeaderType::PLAIN => plain_name(direction, nas),
        SecurityHeaderType::INTEGRITY_PROTECTED
        | SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT => {
            SecurityHeader::parse(nas).map_or(UNREADABLE, |header| plain_name(direction, header.payload))
        }
        SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT => "SECURITY MODE COMPLETE",
        SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED => CIPHERED,
        header if header.is_service_request() => "SERVICE REQUEST",
        _ => UNREADABLE,
    }
}

/// What cannot be read is called.
const UNREADABLE: &str = "an unreadable message";

fn plain_name(direction: Direction, plain: &[u8]) -> &'static str {
    let decoded = match direction {
        Direction::Uplink => EmmMessage::decode_uplink(plain),
        Direction::Downlink => EmmMessage::decode_downlink(plain),
    };
    decoded.map_or(UNREADABLE, |decoded| decoded.message.name())
}

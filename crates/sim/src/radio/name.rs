//! The name of a NAS PDU as one on the radio sees it.

use quintet_crypto::Direction;
use quintet_nas::eps::EmmMessage;
use quintet_nas::fgs::FgmmMessage;
use quintet_nas::security::{SecurityHeader, SecurityHeaderType};

/// Whose NAS it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    /// EPS (TS 24.301).
    Eps,
    /// 5GS (TS 24.501).
    Fgs,
}

/// What a protected PDU is called whose message cannot be read.
pub const CIPHERED: &str = "a ciphered message";

/// What cannot be read is called.
const UNREADABLE: &str = "an unreadable message";

impl System {
    /// The specification's name of a NAS PDU, as far as one can see it who has no keys: the message of a plain or only
    /// integrity protected PDU; SECURITY MODE COMPLETE by its header type; [`CIPHERED`] otherwise.
    #[must_use]
    pub fn nas_name(self, direction: Direction, nas: &[u8]) -> &'static str {
        use SecurityHeaderType as Type;
        match self.header_type(nas) {
            Some(Type::PLAIN) => self.plain_name(direction, nas),
            Some(Type::INTEGRITY_PROTECTED | Type::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT) => {
                let inside = nas.get(self.header_octets()..).unwrap_or_default();
                self.plain_name(direction, inside)
            }
            Some(Type::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT) => "SECURITY MODE COMPLETE",
            Some(Type::INTEGRITY_PROTECTED_AND_CIPHERED) => CIPHERED,
            Some(header) if self == Self::Eps && header.is_service_request() => "SERVICE REQUEST",
            _ => UNREADABLE,
        }
    }

    /// The security header's type; `None` for what is no message of mobility management.
    pub(super) fn header_type(self, nas: &[u8]) -> Option<SecurityHeaderType> {
        match self {
            Self::Eps => SecurityHeaderType::of_emm(*nas.first()?),
            Self::Fgs => SecurityHeaderType::of_fgmm(nas),
        }
    }

    /// Octets of a security header.
    pub(super) const fn header_octets(self) -> usize {
        match self {
            Self::Eps => SecurityHeader::OCTETS,
            Self::Fgs => SecurityHeader::FGS_OCTETS,
        }
    }

    fn plain_name(self, direction: Direction, plain: &[u8]) -> &'static str {
        let name = match (self, direction) {
            (Self::Eps, Direction::Uplink) => EmmMessage::decode_uplink(plain).map(|d| d.message.name()).ok(),
            (Self::Eps, Direction::Downlink) => {
                EmmMessage::decode_downlink(plain).map(|d| d.message.name()).ok()
            }
            (Self::Fgs, Direction::Uplink) => {
                FgmmMessage::decode_uplink(plain).map(|d| d.message.name()).ok()
            }
            (Self::Fgs, Direction::Downlink) => {
                FgmmMessage::decode_downlink(plain).map(|d| d.message.name()).ok()
            }
        };
        name.unwrap_or(UNREADABLE)
    }
}

//! What EAP says inside AUTHENTICATION REQUEST and RESPONSE of 5GS (TS 24.501 5.4.1.2, RFC 4187 9, RFC 9048 3).

use crate::trail::View;
use quintet_eap::{Code, Message, Packet, Subtype, Type};
use quintet_nas::fgs::{FgmmCause, FgmmMessage};

/// A packet of AKA' or AKA, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EapSeen {
    /// Request, response, success, failure.
    pub code: Code,
    /// The method; `None` of success and failure.
    pub kind: Option<Type>,
    /// What it is within the method; `None` if it does not decode.
    pub subtype: Option<Subtype>,
    /// AT_KDF_INPUT: the name of the serving network.
    pub network_name: Option<String>,
    /// AT_BIDDING says that the server does better than this method (RFC 9048 4).
    pub prefers_aka_prime: bool,
}

impl EapSeen {
    /// Of the packet in a message; `None` of a message without one.
    pub(crate) fn of(message: &FgmmMessage<'_>) -> Option<Self> {
        let octets = match message {
            FgmmMessage::AuthenticationRequest(m) => m.eap_message?.0,
            FgmmMessage::AuthenticationResponse(m) => m.eap_message?.0,
            FgmmMessage::AuthenticationResult(m) => m.eap_message.0,
            FgmmMessage::AuthenticationReject(m) => m.eap_message?.0,
            _ => return None,
        };
        let packet = Packet::decode(octets).ok()?;
        let message = Message::decode(&packet).ok();
        let name = message.as_ref().and_then(Message::kdf_input);
        Some(Self {
            code: packet.code,
            kind: packet.kind(),
            subtype: message.as_ref().map(|message| message.subtype),
            network_name: name.map(|name| String::from_utf8_lossy(name).into_owned()),
            prefers_aka_prime: message.as_ref().is_some_and(Message::prefers_aka_prime),
        })
    }

    /// Cause #20, #21 or #111, as which 5G AKA would say what the packet says; `None` if it refuses nothing.
    pub(crate) fn refusal(&self) -> Option<FgmmCause> {
        let Code::Response = self.code else {
            return None;
        };
        match (self.kind?, self.subtype) {
            (Type::AKA_PRIME | Type::AKA, Some(Subtype::AUTHENTICATION_REJECT)) => {
                Some(FgmmCause::MAC_FAILURE)
            }
            (Type::AKA_PRIME | Type::AKA, Some(Subtype::SYNCHRONIZATION_FAILURE)) => {
                Some(FgmmCause::SYNCH_FAILURE)
            }
            (Type::AKA_PRIME | Type::AKA, Some(Subtype::CLIENT_ERROR)) | (Type::NAK, _) => {
                Some(FgmmCause::PROTOCOL_ERROR_UNSPECIFIED)
            }
            _ => None,
        }
    }

    /// `AKA'-Authentication-Reject`, or the method where there is no more to name.
    #[must_use]
    pub fn name(&self) -> String {
        let method = match self.kind {
            Some(Type::AKA_PRIME) => "AKA'",
            Some(Type::AKA) => "AKA",
            Some(kind) => return format!("EAP {}", kind.name().unwrap_or("method of another type")),
            None => return format!("EAP-{:?}", self.code),
        };
        match self.subtype.and_then(Subtype::name) {
            Some(subtype) => format!("{method}-{subtype}"),
            None => method.to_owned(),
        }
    }
}

/// What a message is to the path if its packet says more than its type: an answer in EAP may refuse the challenge.
pub(crate) fn refined(view: View, plain: Option<&[u8]>) -> View {
    if view != View::AuthenticationResponse {
        return view;
    }
    let refusal = plain
        .and_then(|plain| FgmmMessage::decode_uplink(plain).ok())
        .and_then(|decoded| EapSeen::of(&decoded.message)?.refusal());
    match refusal {
        Some(cause) => View::AuthenticationFailure {
            cause: cause.0,
            auts: cause == FgmmCause::SYNCH_FAILURE,
        },
        None => view,
    }
}

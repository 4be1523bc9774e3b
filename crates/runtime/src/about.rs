//! Which attempt a message is part of, for CSCFs: what a node does on it is about that attempt.

use quintet_diameter::Message;
use quintet_diameter::dict::avp;
use quintet_diameter::node::Inbound;
use quintet_telemetry::AttemptId;

/// Of a message of SIP; `None` if it cannot be read.
pub(crate) fn of_sip(octets: &[u8]) -> Option<AttemptId> {
    let message = quintet_sip::Message::parse(octets).ok()?;
    message.call_id().ok().map(AttemptId::of_call_id)
}

/// Of what the HSS says: an answer has the Session-Id of its request (RFC 6733 8.8).
pub(crate) fn of_diameter(inbound: &Inbound<'_>) -> Option<AttemptId> {
    let of = |message: &Message<'_>| Some(AttemptId::of_session_id(message.find(avp::SESSION_ID)?.data));
    match inbound {
        Inbound::Request(message) | Inbound::Answer { message, .. } => of(message),
        Inbound::Done => None,
    }
}

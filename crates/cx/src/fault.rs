//! What is wrong with a message, and what its sender is owed for it.

use quintet_diameter::dict::{AvpType, Dictionary};
use quintet_diameter::{Avp, AvpId, ConnectionId, Message, Node, ResultCode};
use quintet_wire::{DecodeError, put};

/// Why a message cannot be read: the result, and the AVP that goes into Failed-AVP (RFC 6733 7.5).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{result}: {reason}")]
pub struct Fault {
    /// What the sender of a request is answered.
    pub result: ResultCode,
    /// The AVP, header and data without padding; inside its groups if it stood in some. A missing one is there with
    /// zeros.
    pub failed: Option<Box<[u8]>>,
    /// For people: Error-Message.
    pub reason: &'static str,
}

impl Fault {
    /// An AVP whose value is not allowed (5004).
    #[must_use]
    pub fn value(avp: &Avp<'_>, reason: &'static str) -> Self {
        Self::copy(ResultCode::INVALID_AVP_VALUE, avp, reason)
    }

    /// An AVP whose length is not allowed (5014).
    #[must_use]
    pub fn length(avp: &Avp<'_>) -> Self {
        Self::copy(
            ResultCode::INVALID_AVP_LENGTH,
            avp,
            "a value of another length is needed",
        )
    }

    fn copy(result: ResultCode, avp: &Avp<'_>, reason: &'static str) -> Self {
        Self {
            result,
            failed: Some(avp.raw.into()),
            reason,
        }
    }

    /// An AVP that must be there and is not (5005).
    #[must_use]
    pub fn missing(id: AvpId, reason: &'static str) -> Self {
        Self {
            result: ResultCode::MISSING_AVP,
            failed: Some(whole(id, example(id))),
            reason,
        }
    }

    /// Octets that are no AVP.
    #[must_use]
    pub fn framing(_: DecodeError) -> Self {
        Self {
            result: ResultCode::INVALID_AVP_LENGTH,
            failed: None,
            reason: "an AVP does not fit where it stands",
        }
    }

    /// The offender stood in this group.
    #[must_use]
    pub fn within(mut self, group: AvpId) -> Self {
        self.failed = self.failed.map(|inner| whole(group, &inner));
        self
    }

    /// Answers a request with it.
    pub fn reject(&self, node: &mut Node, connection: ConnectionId, request: &Message<'_>) {
        node.reject(
            connection,
            request,
            self.result,
            self.failed.as_deref(),
            Some(self.reason),
        );
    }
}

/// The value of an AVP that is missing: zeros, as many as a number has (RFC 6733 7.5); a group has nothing in it.
fn example(id: AvpId) -> &'static [u8] {
    let defined = Dictionary::builtin().avp(id.vendor_id, id.code);
    if defined.is_some_and(|avp| avp.kind == AvpType::Grouped) {
        &[]
    } else {
        &[0; 4]
    }
}

/// An AVP with its header, without padding behind it.
fn whole(id: AvpId, data: &[u8]) -> Box<[u8]> {
    let header = if id.flags.vendor() { 12 } else { 8 };
    let padded = data.len().next_multiple_of(4);
    let length = header + padded;
    let mut out = Vec::with_capacity(length);
    put::u32(&mut out, id.code);
    put::u32(&mut out, u32::from(id.flags.0) << 24 | length as u32);
    if id.flags.vendor() {
        put::u32(&mut out, id.vendor_id);
    }
    out.extend_from_slice(data);
    out.resize(length, 0);
    out.into_boxed_slice()
}

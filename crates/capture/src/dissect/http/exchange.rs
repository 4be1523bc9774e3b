//! One exchange: what each side said so far, and the header fields that are kept of it.

use super::hpack::Block;
use crate::dissect::span::Sight;
use crate::{HttpMessage, Seen};

/// Octets of a header field's value that are kept, of the few that are.
pub(super) const MAX_VALUE_OCTETS: usize = 8192;

/// What a side costs beside its octets, at the least.
pub(super) const SIDE_OCTETS: usize = size_of::<Side>();

/// What one side said on a stream.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) message: HttpMessage,
    /// Whether its header fields have come.
    pub(super) headed: bool,
    /// Whether everything has come.
    pub(super) ended: bool,
    /// Whether that it has may be in what is missing.
    pub(super) may_have_ended: bool,
}

impl Side {
    /// Octets held.
    pub(super) fn octets(&self) -> usize {
        let message = &self.message;
        let texts = [
            &message.method,
            &message.path,
            &message.authority,
            &message.content_type,
            &message.location,
        ];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        SIDE_OCTETS + texts + message.body.len()
    }
}

#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) id: u64,
    /// By direction.
    pub(super) sides: [Option<Box<Side>>; 2],
}

impl Exchange {
    /// Where the latest of it was seen, or this, if that is later: what stood behind a gap is read late.
    pub(super) fn seen(&self, seen: Seen) -> Seen {
        let sight = |seen| Sight { seen, first_frame: 0 };
        let messages = self.sides.iter().flatten().map(|side| sight(side.message.seen));
        messages.fold(sight(seen), Sight::with).seen
    }

    /// Nothing follows: a message without its end is not whole.
    pub(super) fn is_over(&mut self) {
        for side in self.sides.iter_mut().flatten() {
            side.message.body_whole &= side.ended;
        }
    }
}

/// The fields that are kept.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    pub(super) authority: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) content_type: Option<String>,
    pub(super) location: Option<String>,
}

pub(super) fn read(block: &Block) -> Fields {
    let mut fields = Fields::default();
    for field in &block.fields {
        let (Some(name), Some(value)) = (&field.name, &field.value) else {
            continue;
        };
        let value = &value[..value.len().min(MAX_VALUE_OCTETS)];
        let text = || Some(String::from_utf8_lossy(value).into_owned());
        match &name[..] {
            b":method" => fields.method = text(),
            b":path" => fields.path = text(),
            b":authority" => fields.authority = text(),
            b"host" if fields.authority.is_none() => fields.authority = text(),
            b":status" => fields.status = text().and_then(|status| status.parse().ok()),
            b"content-type" => fields.content_type = text(),
            b"location" => fields.location = text(),
            _ => {}
        }
    }
    fields
}

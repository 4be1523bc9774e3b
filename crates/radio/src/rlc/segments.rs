//! PDUs that were sent again in segments (TS 36.322 6.2.1.5): each says where it begins in the data of its PDU, and where
//! messages end within itself.

use super::AmdPdu;

/// A segment of a PDU, with the places where messages end or begin in the PDU's data.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) offset: usize,
    pub(super) octets: Box<[u8]>,
    /// Boundaries between messages, from the start of the PDU's data. Its own ends are among them if they are any.
    pub(super) boundaries: Vec<usize>,
    pub(super) is_last: bool,
}

impl Piece {
    pub(super) fn covers(&self, offset: usize, count: usize) -> bool {
        self.offset <= offset && offset + count <= self.offset + self.octets.len()
    }
}

/// Boundaries between messages that a segment knows of, counted from the start of its PDU's data.
pub(super) fn segment_boundaries(pdu: &AmdPdu<'_>, offset: usize) -> Vec<usize> {
    let mut boundaries = Vec::with_capacity(pdu.lengths().len() + 2);
    if pdu.begins {
        boundaries.push(offset);
    }
    let mut at = offset;
    for length in pdu.lengths() {
        at += usize::from(*length);
        boundaries.push(at);
    }
    if pdu.ends {
        boundaries.push(offset + pdu.data.len());
    }
    boundaries
}

/// The data of a PDU and the boundaries in it, if its segments, which may overlap, leave no gap.
pub(super) fn assembled(pieces: &mut [Piece]) -> Option<(Vec<u8>, Vec<usize>)> {
    pieces.sort_by_key(|piece| piece.offset);
    let end = pieces
        .iter()
        .find(|piece| piece.is_last)
        .map(|piece| piece.offset + piece.octets.len())?;
    let mut data = Vec::with_capacity(end);
    let mut boundaries = Vec::new();
    for piece in pieces.iter() {
        if piece.offset > data.len() {
            return None;
        }
        if let Some(more) = piece.octets.get(data.len() - piece.offset..) {
            data.extend_from_slice(more);
        }
        boundaries.extend_from_slice(&piece.boundaries);
    }
    if data.len() != end {
        return None;
    }
    boundaries.sort_unstable();
    boundaries.dedup();
    Some((data, boundaries))
}

/// Lengths between boundaries, as an unsegmented PDU would tell them.
pub(super) fn lengths(boundaries: &[usize]) -> Vec<u16> {
    let mut at = 0;
    boundaries
        .iter()
        .map(|boundary| {
            let length = boundary - at;
            at = *boundary;
            u16::try_from(length).unwrap_or(u16::MAX)
        })
        .collect()
}

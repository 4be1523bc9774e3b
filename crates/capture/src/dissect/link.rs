//! Link layers: what stands in front of IP.

use super::Dissector;
use crate::{Frame, Sink};

/// Takes in a frame of any link type.
pub(super) fn frame(dissector: &mut Dissector, frame: &Frame<'_>, _sink: &mut impl Sink) {
    if (frame.octets.len() as u64) < u64::from(frame.original) {
        dissector.counts.cut_frames += 1;
    }
}

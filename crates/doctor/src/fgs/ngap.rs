//! What the doctor reads of an NGAP message.

use crate::signalling::Reading;

/// Reads a message; `None` if it is not even the envelope of one.
pub(crate) fn read(_octets: &[u8]) -> Option<Reading<'_>> {
    None
}

//! Buffers of requests that wait, used again.

use quintet_home::MAX_WAITING;

/// Octets of a request beyond which its buffer is not kept for the next one.
const POOLED_OCTETS: usize = 4096;

/// Empty buffers.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Vec<Vec<u8>>);

impl Buffers {
    /// A copy in a buffer of the pool.
    pub(crate) fn copy(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut copy = self.0.pop().unwrap_or_default();
        copy.extend_from_slice(octets);
        copy
    }

    /// Takes a buffer back for the next request.
    pub(crate) fn recycle(&mut self, mut octets: Vec<u8>) {
        if octets.capacity() <= POOLED_OCTETS && self.0.len() < MAX_WAITING {
            octets.clear();
            self.0.push(octets);
        }
    }
}

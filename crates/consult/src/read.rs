//! Captures from any reader: its buffer, its damage, whether it is compressed.
//!
//! A buffer grows to the longest frame and no further, so that what is read may be larger than memory, and nothing waits for a
//! buffer to be full: a pipe is answered as it comes.

mod compressed;
mod stream;

use std::io;
pub use stream::Stream;

/// Why a capture cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Its octets do not come.
    #[error("cannot read {name}: {error}")]
    Read {
        /// The capture, as it was named.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// Another compression than gzip's.
    #[error("cannot read {name}: compressed with {with}, which is not supported: decompress it first")]
    Compressed {
        /// The capture.
        name: String,
        /// What compressed it.
        with: &'static str,
    },
    /// It begins like no capture.
    #[error("{name}: not a pcap or pcapng file")]
    NotACapture {
        /// What was taken for one.
        name: String,
    },
}

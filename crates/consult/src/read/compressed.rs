//! Files that are compressed with gzip, told by their first octets.

use super::ReadError;
use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const GZIP: &[u8] = &[0x1f, 0x8b];
const OTHERS: [(&[u8], &str); 4] = [
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
    (&[0x04, 0x22, 0x4d, 0x18], "lz4"),
    (&[0xfd, 0x37, 0x7a, 0x58], "xz"),
    (&[0x42, 0x5a, 0x68], "bzip2"),
];
/// As many octets as tell one compression from another.
const MAGIC_OCTETS: usize = 4;

/// How many compressed octets the decoder takes at once.
const COMPRESSED_BUFFER_OCTETS: usize = 128 * 1024;

/// Counts what is read of a file.
struct Counting<R> {
    inner: R,
    octets: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(octets)?;
        self.octets.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// What a file holds, decompressed if need be; and where its octets are counted as they stand in the file.
///
/// # Errors
/// If it cannot be read, or is compressed otherwise.
pub(super) fn open(name: &str, inner: Box<dyn Read>) -> Result<(Box<dyn Read>, Arc<AtomicU64>), ReadError> {
    let octets = Arc::new(AtomicU64::new(0));
    let mut counting = Counting {
        inner,
        octets: Arc::clone(&octets),
    };
    let mut head = Vec::with_capacity(MAGIC_OCTETS);
    while head.len() < MAGIC_OCTETS {
        let mut some = [0; MAGIC_OCTETS];
        let room = &mut some[..MAGIC_OCTETS - head.len()];
        match counting.read(room) {
            Ok(0) => break,
            Ok(read) => head.extend_from_slice(&some[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                let name = name.to_owned();
                return Err(ReadError::Read { name, error });
            }
        }
    }
    if let Some((_, with)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        let name = name.to_owned();
        return Err(ReadError::Compressed { name, with });
    }
    let compressed = head.starts_with(GZIP);
    let whole = Cursor::new(head).chain(counting);
    if compressed {
        let buffered = io::BufReader::with_capacity(COMPRESSED_BUFFER_OCTETS, whole);
        return Ok((Box::new(MultiGzDecoder::new(buffered)), octets));
    }
    Ok((Box::new(whole), octets))
}

//! A capture on its way in: octets come as they come, and are read as from a file, with no more of them waiting than a queue
//! holds.
//!
//! ```text
//!  body of a request ─► Uploading ─(queue)─► Upload: Read ─► examine
//! ```

use bytes::Bytes;
use std::io::{self, Read};
use tokio::sync::mpsc;

/// Pieces that wait for the reader; as long as the connection's reads.
const MAX_PIECES: usize = 16;

/// One piece, or the end.
#[derive(Debug)]
enum Piece {
    Octets(Bytes),
    End,
    Fault(String),
}

/// Where octets go in.
#[derive(Debug)]
pub struct Uploading(mpsc::Sender<Piece>);

/// Where they are read, on another thread: it blocks.
#[derive(Debug)]
pub struct Upload {
    pieces: mpsc::Receiver<Piece>,
    current: Bytes,
    ended: bool,
}

/// An upload.
#[must_use]
pub fn uploading() -> (Uploading, Upload) {
    let (sender, pieces) = mpsc::channel(MAX_PIECES);
    let upload = Upload {
        pieces,
        current: Bytes::new(),
        ended: false,
    };
    (Uploading(sender), upload)
}

impl Uploading {
    /// More of it; waits while the reader is behind. Whether he still reads.
    pub async fn more(&self, octets: Bytes) -> bool {
        self.0.send(Piece::Octets(octets)).await.is_ok()
    }

    /// That was all.
    pub async fn end(self) {
        drop(self.0.send(Piece::End).await);
    }

    /// It is broken off, for this reason: what was read is no whole capture.
    pub async fn fail(self, why: impl Into<String>) {
        drop(self.0.send(Piece::Fault(why.into())).await);
    }
}

impl Read for Upload {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            if self.ended {
                return Ok(0);
            }
            match self.pieces.blocking_recv() {
                Some(Piece::Octets(more)) => self.current = more,
                Some(Piece::End) => self.ended = true,
                Some(Piece::Fault(why)) => return Err(io::Error::other(why)),
                // A request that is dropped leaves without a word.
                None => return Err(io::Error::other("the upload broke off")),
            }
        }
        let length = octets.len().min(self.current.len());
        octets[..length].copy_from_slice(&self.current.split_to(length));
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
    }

    #[test]
    fn octets_come_out_as_they_went_in() {
        let (uploading, mut upload) = uploading();
        runtime().block_on(async move {
            assert!(uploading.more(Bytes::from_static(b"abc")).await);
            assert!(uploading.more(Bytes::new()).await);
            assert!(uploading.more(Bytes::from_static(b"defg")).await);
            uploading.end().await;
        });
        let mut two = [0; 2];
        upload.read_exact(&mut two).expect("there is more");
        let mut all = two.to_vec();
        upload.read_to_end(&mut all).expect("it ends well");
        assert_eq!(all, b"abcdefg");
    }

    #[test]
    fn an_upload_that_breaks_off_is_no_whole_one() {
        for said in [None, Some("it is longer than 3 octets")] {
            let (uploading, mut upload) = uploading();
            runtime().block_on(async move {
                assert!(uploading.more(Bytes::from_static(b"abc")).await);
                match said {
                    None => drop(uploading),
                    Some(why) => uploading.fail(why).await,
                }
            });
            let error = upload.read_to_end(&mut Vec::new()).expect_err("it broke off");
            assert_eq!(error.to_string(), said.unwrap_or("the upload broke off"));
        }
    }
}

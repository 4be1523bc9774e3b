//! A request while its body comes in.

use super::connection::Load;
use h2::RecvStream;
use quintet_sbi::{Body, Request};
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// Why a body does not become whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is too long, or too much of it waits in bodies of this connection.
    TooLong,
    /// The stream or its connection is gone.
    Gone,
}

/// A body that comes in.
pub(super) struct Incoming {
    stream: RecvStream,
    octets: Vec<u8>,
    limit: usize,
}

impl Incoming {
    pub(super) fn new(stream: RecvStream, limit: usize, announced: Option<usize>) -> Self {
        /// Room made for an announced body at once; the rest must come first.
        const TRUSTED_OCTETS: usize = 4096;
        Self {
            stream,
            octets: Vec::with_capacity(announced.unwrap_or(0).min(TRUSTED_OCTETS)),
            limit,
        }
    }

    /// Takes what is there; ready when the body is whole. `count` sees the octets that came.
    pub(super) fn poll_whole(
        &mut self,
        cx: &mut Context<'_>,
        mut count: impl FnMut(usize) -> Result<(), Trouble>,
    ) -> Poll<Result<Body, Trouble>> {
        loop {
            match ready!(self.stream.poll_data(cx)) {
                None => return Poll::Ready(Ok(Body::from(std::mem::take(&mut self.octets)))),
                Some(Err(_)) => return Poll::Ready(Err(Trouble::Gone)),
                Some(Ok(chunk)) => {
                    if self.octets.len() + chunk.len() > self.limit {
                        return Poll::Ready(Err(Trouble::TooLong));
                    }
                    if let Err(trouble) = count(chunk.len()) {
                        return Poll::Ready(Err(trouble));
                    }
                    self.octets.extend_from_slice(&chunk);
                    // Fails when the stream is gone, which the next poll tells.
                    let _ = self.stream.flow_control().release_capacity(chunk.len());
                }
            }
        }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.octets.fill(0);
    }
}

/// A request to this server, and its part in the connection's load.
pub(super) struct Inbound {
    head: Option<Request>,
    incoming: Incoming,
    counted: usize,
    load: Rc<Load>,
}

impl Inbound {
    pub(super) fn new(head: Request, incoming: Incoming, load: Rc<Load>) -> Self {
        Self {
            head: Some(head),
            incoming,
            counted: 0,
            load,
        }
    }

    /// Ready when the request is whole, or cannot become so.
    pub(super) fn poll_whole(&mut self, cx: &mut Context<'_>) -> Poll<Result<Request, Trouble>> {
        let Self {
            head,
            incoming,
            counted,
            load,
        } = self;
        let body = ready!(incoming.poll_whole(cx, |octets| {
            *counted += octets;
            load.take_partial(octets)
        }))?;
        let mut request = head.take().ok_or(Trouble::Gone)?;
        request.body = body;
        Poll::Ready(Ok(request))
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        self.load.release_partial(self.counted);
    }
}

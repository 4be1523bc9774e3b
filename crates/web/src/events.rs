//! Server-sent events (HTML Living Standard 9.2): what a page shows anew without being asked, to a bounded number of browsers. A slow
//! browser has a short queue of its own, and holds nobody else back.
//!
//! `event: ID` with HTML as data replaces what the element ID holds; `event: ID.prepend` puts it first in it; `event: ID.row` replaces the
//! element that has the id of the HTML's first element, or puts it first in ID.

use crate::state::Web;
use crate::visitor::Visitor;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use hyper::body::Frame;
use quintet_admin::Problem;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, error::TrySendError};

/// Most browsers whose pages refresh themselves, of all pages.
pub(crate) const MAX_VIEWERS: usize = 64;

/// Most events that wait for one browser.
const MAX_WAITING: usize = 64;

/// Where events for one browser go.
#[derive(Debug)]
pub(crate) struct Sender {
    queue: mpsc::Sender<Bytes>,
    web: Web,
    visitor: Visitor,
}

/// The body of the answer; the place is free when it goes.
#[derive(Debug)]
struct Stream {
    queue: mpsc::Receiver<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl hyper::body::Body for Stream {
    type Data = Bytes;
    type Error = Infallible;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.queue
            .poll_recv(context)
            .map(|octets| octets.map(|octets| Ok(Frame::data(octets))))
    }
}

/// Opens a stream.
///
/// # Errors
/// 503 if all places are taken.
pub(crate) fn open(web: &Web, visitor: &Visitor) -> Result<(Sender, Response), Problem> {
    let place = Arc::clone(web.viewers()).try_acquire_owned();
    let place =
        place.map_err(|_| Problem::busy("too many pages refresh themselves: close some").retry_after(10))?;
    let (queue, receiver) = mpsc::channel(MAX_WAITING);
    let mut response = Response::new(Body::new(Stream {
        queue: receiver,
        _place: place,
    }));
    let kind = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    let sender = Sender {
        queue,
        web: web.clone(),
        visitor: visitor.clone(),
    };
    Ok((sender, response))
}

/// An event as octets.
fn event(name: &str, html: &str) -> Bytes {
    let mut text = format!("event: {name}\n");
    // Each of both ends a line.
    for line in html.split(['\n', '\r']) {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text.into()
}

impl Sender {
    /// Sends, or waits for room; `false`: there is nobody any more.
    pub(crate) async fn send(&self, name: &str, html: &str) -> bool {
        self.queue.send(event(name, html)).await.is_ok()
    }

    /// Sends if there is room; `None`: there is nobody any more.
    pub(crate) fn try_send(&self, name: &str, html: &str) -> Option<bool> {
        match self.queue.try_send(event(name, html)) {
            Ok(()) => Some(true),
            Err(TrySendError::Full(_)) => Some(false),
            Err(TrySendError::Closed(_)) => None,
        }
    }

    /// Whether it is to go on: the session lives, and its token counts.
    pub(crate) fn may_go_on(&self) -> bool {
        let opened = self
            .web
            .sessions()
            .find(self.visitor.session, false, self.web.inside().now());
        opened.is_some_and(|opened| self.web.inside().caller(opened.credential).is_some())
    }

    /// Waits until the browser is gone or the server stops.
    pub(crate) async fn ended(&self) {
        tokio::select! {
            () = self.queue.closed() => {}
            () = self.web.inside().stopped() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_an_event_early() {
        let octets = event("x", "<p>a\n\n</p>\revent: y");
        assert_eq!(
            octets,
            "event: x\ndata: <p>a\ndata: \ndata: </p>\ndata: event: y\n\n"
        );
    }
}

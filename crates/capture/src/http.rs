//! What a reader of captures hands on of HTTP (RFC 9110): requests and their responses, over HTTP/2 or HTTP/1.1.

use crate::{Flow, Seen};

/// A request or a response, as far as the capture has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpMessage {
    /// The frame that completed it, so far.
    pub seen: Seen,
    /// Number of the frame, in the same file, in which it began.
    pub first_frame: u64,
    /// `:method`. `None` in responses, and where the capture cannot tell.
    pub method: Option<String>,
    /// `:path`, with the query.
    pub path: Option<String>,
    /// `:authority`, or `host`.
    pub authority: Option<String>,
    /// `:status` of a response; interim ones (1xx) are passed over.
    pub status: Option<u16>,
    /// `content-type`.
    pub content_type: Option<String>,
    /// `location` of a response.
    pub location: Option<String>,
    /// The content, without transfer coding; at most [`HttpMessage::MAX_BODY_OCTETS`] of it.
    pub body: Vec<u8>,
    /// Whether every header field is known: a connection joined in the middle has fields in its header compression
    /// (RFC 7541) that only its beginning explains.
    pub fields_whole: bool,
    /// Whether the body is all there: its end came, no octet was missing from the capture, nor was it too long.
    pub body_whole: bool,
}

impl HttpMessage {
    /// Octets of a body that are kept: the largest of the core's interfaces have some 100 kB (subscription data).
    pub const MAX_BODY_OCTETS: usize = 1024 * 1024;
}

/// How an exchange stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HttpState {
    /// The request is complete, the response is not.
    Open,
    /// The response is complete.
    Answered,
    /// RST_STREAM (RFC 9113 6.4), with its error code.
    Reset {
        /// Whether the client sent it.
        by_client: bool,
        /// The error code (RFC 9113 7): 7 is REFUSED_STREAM, 8 is CANCEL.
        code: u32,
    },
    /// The server went away without processing it: GOAWAY (RFC 9113 6.8), with its error code.
    GoneAway(u32),
    /// The connection ended with FIN.
    Closed,
    /// The connection ended with RST.
    Aborted,
    /// There was no room for it any more.
    GivenUp,
}

/// A request, and its response if there is one.
#[derive(Clone, Copy, Debug)]
pub struct HttpExchange<'a> {
    /// Its number, the same when it is told of again; never another's within a capture.
    pub id: u64,
    /// From the client to the server. Where the capture does not tell which is which, from who spoke first.
    pub flow: Flow,
    /// Identifier of the stream (RFC 9113 5.1.1). With HTTP/1.1 the requests are counted, and the highest bit is set.
    pub stream: u32,
    /// The request; `None` if it was before the capture began.
    pub request: Option<&'a HttpMessage>,
    /// The response, as far as there is one.
    pub response: Option<&'a HttpMessage>,
    /// How it stands.
    pub state: HttpState,
    /// Where that was seen.
    pub seen: Seen,
}

//! What passes between a sans-IO network function and whoever drives it: requests and responses, whole, and their handles.
//!
//! ```text
//!   other NF ──HTTP/2──► runtime ──RequestId, Request──► node     the node answers by Output::Respond, now or later
//!   other NF ◄─HTTP/2─── runtime ◄──Output::Call──────── node     and hears of its own calls by CallId
//! ```
//!
//! HTTP/2 itself (frames, HPACK, flow control, TLS) is the runtime's; a node sees whole messages of bounded length.

mod body;

pub use body::Body;
use std::fmt;
use std::time::Duration;

/// The longest body taken, octets: authentication and registration data are a few KiB; a subscriber's whole profile stays
/// below a tenth of this.
pub const MAX_BODY_OCTETS: usize = 1 << 20;

/// The longest path with its query, octets.
pub const MAX_PATH_OCTETS: usize = 2048;

/// The header that says which attempt a request is for (W3C Trace Context 3.2).
pub const TRACEPARENT: &str = "traceparent";

/// Headers that pass between the wire and a node besides those with fields of their own; all others are left out. Lower
/// case, as HTTP/2 has them.
pub const CARRIED_HEADERS: &[&str] = &[
    "3gpp-sbi-binding",
    "3gpp-sbi-callback",
    "3gpp-sbi-correlation-info",
    "3gpp-sbi-discovery-target-nf-type",
    "3gpp-sbi-max-rsp-time",
    "3gpp-sbi-message-priority",
    "3gpp-sbi-routing-binding",
    "3gpp-sbi-sender-timestamp",
    "3gpp-sbi-target-apiroot",
    "accept",
    "allow",
    "cache-control",
    "etag",
    "if-match",
    "if-none-match",
    "pragma",
    "retry-after",
    "server",
    TRACEPARENT,
    "user-agent",
    "via",
    "www-authenticate",
];

/// Headers of a message that are among [`CARRIED_HEADERS`].
pub type Headers = Vec<(&'static str, String)>;

/// Names a request that came in, until it is answered. Chosen by the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// Names a request that the node makes, until its outcome is told. Chosen by the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub u64);

/// HTTP methods that the interfaces use (TS 29.500 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Method {
    /// As HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A request, whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Path and query: `/nausf-auth/v1/ue-authentications`.
    pub path: String,
    /// Media type of the body, empty without one: `application/json`.
    pub content_type: String,
    /// Bearer token of `Authorization` (RFC 6750), without the word.
    pub token: Option<String>,
    /// Further headers.
    pub headers: Headers,
    /// The body; empty without one.
    pub body: Body,
}

impl Request {
    /// A request without a body.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            content_type: String::new(),
            token: None,
            headers: Headers::new(),
            body: Body::default(),
        }
    }

    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &crate::path::shown(&self.path))
            .field("content_type", &self.content_type)
            .field("token", &self.token.as_ref().map(|_| "redacted"))
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish()
    }
}

fn header<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.as_str())
}

/// A response, whole.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body, empty without one.
    pub content_type: String,
    /// `Location`: the resource that was created.
    pub location: Option<String>,
    /// Further headers.
    pub headers: Headers,
    /// The body; empty without one.
    pub body: Body,
}

impl Response {
    /// A response without a body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether the status is one of success (2xx).
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status / 100 == 2
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("location", &self.location.as_deref().map(crate::path::shown))
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish()
    }
}

/// Where a call goes: an NF's address as configured or discovered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// `https` (TLS) or else `http` (cleartext with prior knowledge).
    pub tls: bool,
    /// Host and port: `127.0.0.1:8080`, `ausf.5gc.mnc001.mcc001.3gppnetwork.org:443`.
    pub authority: String,
}

/// Why a call has no response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// No connection: refused, no route, no such name, TLS failed.
    #[error("cannot reach {authority}: {reason}")]
    Unreachable {
        /// Whom.
        authority: String,
        /// The system's words.
        reason: String,
    },
    /// No response in the call's time.
    #[error("no response in {0:?}")]
    Timeout(Duration),
    /// The stream or its connection was reset, or what came was no response.
    #[error("the exchange broke: {0}")]
    Broken(String),
    /// Too many calls wait for this peer.
    #[error("too many calls wait")]
    Busy,
}

/// What a node asks its driver to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Answer a request. One whose peer is gone is dropped.
    Respond {
        /// Which.
        id: RequestId,
        /// With what.
        response: Response,
    },
    /// Call another network function; the outcome comes back by the id, exactly once.
    Call {
        /// The node's name for it.
        id: CallId,
        /// Whom.
        target: Target,
        /// What.
        request: Request,
        /// How long to wait for the response.
        timeout: Duration,
    },
}

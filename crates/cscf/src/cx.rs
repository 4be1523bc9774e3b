//! The CSCFs' side of Cx over a Diameter node: requests sent and their answers brought back to whoever asked, requests
//! of the HSS read.
//!
//! Session-Ids, retransmission and failover between peers are the node's. What is added here: a limit, the redirection
//! of a Dx SLF (TS 29.228 6.4; RFC 6733 6.1.8, 6.13), and the typed answer or why there is none.

mod served;
#[cfg(test)]
mod tests;

pub use served::{FromHss, read_served};

use quintet_cx::{Answer, Envelope, Fault, Outcome, Request, UarFlags, write_session};
use quintet_diameter::dict::avp;
use quintet_diameter::node::{Application, Destination, FailedReason, Priority, RequestHandle, RouteError};
use quintet_diameter::{Message, MessageWriter, Node, ResultCode};
use quintet_ims::registrar::At;
use quintet_telemetry::AttemptId;
use std::collections::HashMap;
use std::time::Duration;

/// When an input comes to a node, and the Diameter node that its requests to the HSS go through.
#[derive(Debug)]
pub(crate) struct Cycle<'n> {
    pub(crate) at: At,
    pub(crate) node: &'n mut Node,
}

/// How many redirections one request follows: an SLF names the HSS itself.
const MAX_REDIRECTIONS: u8 = 2;

/// What a Diameter node of a CSCF must have among its applications.
pub const APPLICATION: Application = Application::auth(quintet_cx::VENDOR_3GPP, quintet_cx::CX);

/// Where requests go, and how long and how many they may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CxConfig {
    /// Destination-Realm: the home network's.
    pub hss_realm: String,
    /// Destination-Host, if there is one HSS only; a host given with a request comes first.
    pub hss_host: Option<String>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// The most requests without an answer.
    pub outstanding: usize,
}

impl CxConfig {
    /// Any HSS of a realm, 5 seconds (SIP's client gives up after 32, and a registration asks four times), and 65,536
    /// requests.
    #[must_use]
    pub fn new(hss_realm: impl Into<String>) -> Self {
        Self {
            hss_realm: hss_realm.into(),
            hss_host: None,
            timeout: Duration::from_secs(5),
            outstanding: 65_536,
        }
    }
}

/// Why a request got no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CxFailure {
    /// [`CxConfig::outstanding`] is reached.
    #[error("too many requests wait for the HSS")]
    Busy,
    /// The node could not send it.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// No answer in time.
    #[error("the HSS did not answer in time")]
    Timeout,
    /// The connection was lost, and no other peer takes the request.
    #[error("the connection to the HSS was lost")]
    ConnectionLost,
    /// The answer cannot be read.
    #[error("the answer cannot be used: {0}")]
    Unreadable(Fault),
    /// The HSS, or an agent in front of it, could not work: 3xxx of the base protocol.
    #[error("the HSS could not be asked: {0}")]
    Protocol(ResultCode),
}

/// The end of a request.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    /// What the caller gave with it.
    pub id: T,
    /// The answer, whatever its result. Results of the base protocol with the E bit are [`CxFailure::Protocol`].
    pub result: Result<Answer, CxFailure>,
    /// Origin-Host of the answer: the HSS that holds the user's data, to be asked from now on (TS 29.228 6.1.1). None
    /// without an answer.
    pub hss: Option<String>,
}

#[derive(Debug)]
struct Sent<T> {
    id: T,
    request: Box<Request>,
    redirections: u8,
}

/// The client side of Cx. `T` is what a caller knows its request by.
#[derive(Debug)]
pub struct CxClient<T> {
    config: CxConfig,
    sent: HashMap<RequestHandle, Sent<T>>,
    session_id: String,
    about: Option<AttemptId>,
}

impl<T> CxClient<T> {
    /// Nothing is sent yet.
    #[must_use]
    pub fn new(config: CxConfig) -> Self {
        Self {
            config,
            sent: HashMap::new(),
            session_id: String::new(),
            about: None,
        }
    }

    /// What is sent from now on is part of this attempt, and its Session-Id says so; `None` for none that is known.
    pub fn about(&mut self, attempt: Option<AttemptId>) {
        self.about = attempt;
    }

    /// Requests without an answer.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.sent.len()
    }

    /// Sends a request, to the host that holds the user's data if it is known. One end follows: by
    /// [`CxClient::answered`] or [`CxClient::failed`].
    ///
    /// # Errors
    /// What was given for it, and why it was not sent; then nothing follows.
    pub fn send(
        &mut self,
        now: Duration,
        node: &mut Node,
        hss: Option<&str>,
        id: T,
        request: Request,
    ) -> Result<(), (T, CxFailure)> {
        if self.sent.len() >= self.config.outstanding {
            return Err((id, CxFailure::Busy));
        }
        let sent = Sent {
            id,
            request: Box::new(request),
            redirections: 0,
        };
        self.transmit(now, node, hss, sent)
            .map_err(|(sent, error)| (sent.id, error.into()))
    }

    fn transmit(
        &mut self,
        now: Duration,
        node: &mut Node,
        hss: Option<&str>,
        sent: Sent<T>,
    ) -> Result<(), (Sent<T>, RouteError)> {
        self.session_id.clear();
        node.next_session_id(&mut self.session_id);
        if let Some(attempt) = self.about {
            attempt.end_session_id(&mut self.session_id);
        }
        let to = Destination {
            host: hss.or(self.config.hss_host.as_deref()),
            realm: &self.config.hss_realm,
        };
        let build = |w: &mut MessageWriter<'_>| {
            write_session(w, &self.session_id);
            sent.request.write(w);
        };
        let (code, timeout) = (sent.request.command(), Some(self.config.timeout));
        let request = (quintet_cx::CX, code, priority(&sent.request));
        match node.prioritized_request(now, to, request, build, timeout) {
            Ok(handle) => {
                self.sent.insert(handle, sent);
                Ok(())
            }
            Err(error) => Err((sent, error)),
        }
    }

    /// An answer that the node handed out. `None` if it is not to a request of this client, or if the request went on
    /// to another host.
    pub fn answered(
        &mut self,
        now: Duration,
        node: &mut Node,
        handle: RequestHandle,
        message: &Message<'_>,
    ) -> Option<Answered<T>> {
        let mut sent = self.sent.remove(&handle)?;
        if let Some(host) = redirection(message)
            && sent.redirections < MAX_REDIRECTIONS
        {
            sent.redirections += 1;
            return match self.transmit(now, node, Some(&host), sent) {
                Ok(()) => None,
                Err((sent, error)) => Some(Answered {
                    id: sent.id,
                    result: Err(error.into()),
                    hss: None,
                }),
            };
        }
        let result = match Outcome::of(message) {
            Outcome::Base(code) if code.is_protocol_error() => Err(CxFailure::Protocol(code)),
            _ => Answer::read(message).map_err(CxFailure::Unreadable),
        };
        let host = Envelope::of(message).origin_host;
        Some(Answered {
            id: sent.id,
            result,
            hss: (!host.is_empty()).then(|| host.to_owned()),
        })
    }

    /// A request that the node says will not be answered. `None` if it is not one of this client.
    pub fn failed(&mut self, handle: RequestHandle, reason: FailedReason) -> Option<Answered<T>> {
        let sent = self.sent.remove(&handle)?;
        Some(Answered {
            id: sent.id,
            result: Err(match reason {
                FailedReason::Timeout => CxFailure::Timeout,
                FailedReason::ConnectionLost => CxFailure::ConnectionLost,
            }),
            hss: None,
        })
    }
}

/// What an overloaded HSS may be spared last: emergency registrations, as far as a request says that it is one.
fn priority(request: &Request) -> Priority {
    match request {
        Request::UserAuthorization(uar) if uar.flags.has(UarFlags::EMERGENCY_REGISTRATION) => {
            Priority::EMERGENCY
        }
        _ => Priority::of_command(quintet_cx::CX, request.command()),
    }
}

/// The host an SLF names: REDIRECT_INDICATION with Redirect-Host, a DiameterURI.
fn redirection(message: &Message<'_>) -> Option<String> {
    if Outcome::of(message) != Outcome::Base(ResultCode::REDIRECT_INDICATION) {
        return None;
    }
    let found = message.find(avp::REDIRECT_HOST)?;
    let uri = found.text().ok()?;
    let host = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let host = host.split([':', ';']).next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

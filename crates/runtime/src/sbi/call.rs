//! One call: a stream on a connection of the pool, its time, its one outcome.

use super::client::{Call, Pool};
use super::inbound::{Incoming, Trouble};
use super::message::{announced, outgoing, request_head, response};
use crate::{Application, Driver};
use bytes::Bytes;
use h2::Reason;
use http::uri::{Authority, Scheme};
use quintet_sbi::{CallFailure, CallId, MAX_BODY_OCTETS, Request, Response};
use std::future::poll_fn;
use std::rc::Rc;

/// What became of a call.
pub(crate) type Outcome = (CallId, Result<Response, CallFailure>);

/// Why an exchange has no response.
enum Broken {
    /// The peer has too much to do on this connection, and has not worked on it.
    Refused(String),
    /// The peer has not worked on it (RFC 9113 8.7): it may be sent again.
    Unprocessed(String),
    /// It may have.
    Lost(String),
}

/// Makes a call; its outcome is told once, whatever happens.
pub(crate) async fn run_call<A: Application + 'static>(driver: Driver<A>, call: Call) {
    let Call {
        id,
        pool,
        request,
        timeout,
    } = call;
    let outcome = tokio::time::timeout(timeout, perform(&driver, &pool, request))
        .await
        .unwrap_or(Err(CallFailure::Timeout(timeout)));
    driver.sbi_finished((id, outcome));
}

async fn perform<A: Application + 'static>(
    driver: &Driver<A>,
    pool: &Rc<Pool>,
    mut request: Request,
) -> Result<Response, CallFailure> {
    let body = outgoing(std::mem::take(&mut request.body));
    request.body = quintet_sbi::Body::default();
    let mut broken = String::new();
    // A connection that the peer closed while it was idle is found out by using it: once more on another one.
    for _ in 0..2 {
        let place = pool.place(driver).await?;
        match exchange(&place, pool, &request, &body).await {
            Ok(response) => return Ok(response),
            Err(Broken::Lost(reason)) => return Err(CallFailure::Broken(reason)),
            Err(Broken::Refused(reason)) => broken = reason,
            Err(Broken::Unprocessed(reason)) => {
                place.forsake(&reason);
                broken = reason;
            }
        }
    }
    Err(CallFailure::Broken(broken))
}

async fn exchange(
    place: &super::client::Place,
    pool: &Pool,
    request: &Request,
    body: &Bytes,
) -> Result<Response, Broken> {
    let unprocessed = |error: h2::Error| Broken::Unprocessed(error.to_string());
    let target = pool.target();
    let scheme = if target.tls { Scheme::HTTPS } else { Scheme::HTTP };
    let authority = Authority::try_from(target.authority.as_str())
        .map_err(|_| Broken::Lost("the authority is none".to_owned()))?;
    let head = request_head(request, &scheme, &authority, body.len())
        .ok_or_else(|| Broken::Lost("the path is none".to_owned()))?;
    let mut sender = place.sender().ready().await.map_err(unprocessed)?;
    let (answer, mut stream) = sender.send_request(head, body.is_empty()).map_err(unprocessed)?;
    if !body.is_empty() {
        stream.send_data(body.clone(), true).map_err(judge)?;
    }
    let (parts, incoming) = answer.await.map_err(judge)?.into_parts();
    place.answered();
    let mut incoming = Incoming::new(incoming, MAX_BODY_OCTETS, announced(&parts.headers));
    let mut response = response(&parts);
    response.body =
        poll_fn(|cx| incoming.poll_whole(cx, |_| Ok(())))
            .await
            .map_err(|trouble| match trouble {
                Trouble::TooLong => Broken::Lost("the response is too long".to_owned()),
                Trouble::Gone => Broken::Lost("the response broke off".to_owned()),
            })?;
    Ok(response)
}

/// Whether the peer says that it has not worked on a request.
fn judge(error: h2::Error) -> Broken {
    let said = |reason| error.is_remote() && error.reason() == Some(reason);
    if said(Reason::REFUSED_STREAM) {
        Broken::Refused(error.to_string())
    } else if error.is_go_away() && said(Reason::NO_ERROR) {
        // In good order the peer names the last stream that it works on; those after it fail so.
        Broken::Unprocessed(error.to_string())
    } else {
        Broken::Lost(error.to_string())
    }
}

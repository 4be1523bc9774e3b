//! A capture brought to the doctor: read while it comes, never on a disk, answered with the page that `quintet doctor --html`
//! makes.
//!
//! ```text
//!  POST body ─► this task: length, time ─(queue)─► a thread: examine ─► Uploads ─► GET /ui/doctor/reports/N
//!       ◄── events: read so far … then the report's address, or what went wrong
//! ```

use super::may_look;
use super::uploads::REPORT_LIFE;
use crate::events::{self, Sender};
use crate::frame::{self, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use core::time::Duration;
use http::header::{CONTENT_LENGTH, CONTENT_SECURITY_POLICY};
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Frame;
use quintet_admin::Problem;
use quintet_consult::{Examined, Unexamined, Uploading, examine, uploading};
use quintet_doctor::keys::{KeyRing, SubscriberKey};
use quintet_subscriber::model::Subscriber;
use serde::Deserialize;

/// The longest capture taken, in octets as it stands in its file.
pub(super) const MAX_CAPTURE_OCTETS: u64 = 256 << 20;

/// How long an upload may take, with its examination.
const MAX_TIME: Duration = Duration::from_secs(300);

/// The longest name of a capture, in octets; of a longer one the end is left out.
const MAX_NAME: usize = 120;

/// After so many octets the browser is told how many were read.
const PROGRESS_OCTETS: u64 = 1 << 20;

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/doctor", get(show))
        .route("/doctor/captures", post(take))
        .route("/doctor/reports/{id}", get(report))
}

#[derive(Template)]
#[template(path = "live/doctor.html")]
struct Doctor {
    frame: frame::Frame,
    max_mib: u64,
    max_minutes: u64,
    life_minutes: u64,
    may_use_keys: bool,
}

async fn show(visitor: Visitor) -> Result<Response, Problem> {
    may_look(&visitor.caller)?;
    Ok(page(&Doctor {
        frame: visitor.frame(Place::Doctor),
        max_mib: MAX_CAPTURE_OCTETS >> 20,
        max_minutes: MAX_TIME.as_secs() / 60,
        life_minutes: REPORT_LIFE.as_secs() / 60,
        may_use_keys: visitor.caller.may_set_secrets(),
    }))
}

/// What is said of a capture beside its octets.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    /// What the file is called.
    name: String,
    /// Whether identities are shown as they are.
    identities: bool,
    /// Whether the keys of subscribers here are used.
    keys: bool,
}

impl Said {
    /// A name for the report.
    fn named(&self) -> String {
        let mut name: String = self.name.chars().filter(|c| !c.is_control()).collect();
        while name.len() > MAX_NAME {
            name.pop();
        }
        match name.is_empty() {
            true => "capture".to_owned(),
            false => name,
        }
    }
}

fn too_long() -> Problem {
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    let why = format!("more than {} MiB", MAX_CAPTURE_OCTETS >> 20);
    Problem::new(status, "body", "the capture is too long", why)
        .remedy("cut it to the time that matters, compress it with gzip, or use `quintet doctor FILE`")
}

async fn take(
    State(web): State<Web>,
    visitor: Visitor,
    Query(said): Query<Said>,
    request: Request,
) -> Result<Response, Problem> {
    may_look(&visitor.caller)?;
    visitor.check_post(request.headers(), request.uri().query())?;
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_CAPTURE_OCTETS) {
        return Err(too_long());
    }
    let place = web.uploads().place()?;
    let mut pseudonym_key = [0; 32];
    fill(&mut pseudonym_key)?;
    let settings = quintet_doctor::Settings {
        keys: match said.keys {
            true => keys(&web, &visitor, &said.named()).await?,
            false => KeyRing::default(),
        },
        identities: said.identities,
        pseudonym_key,
        ..quintet_doctor::Settings::default()
    };
    let (sender, response) = events::open(&web, &visitor)?;
    let (uploading, upload) = uploading();
    let name = said.named();
    let examined = tokio::task::spawn_blocking(move || {
        let examined = examine(&name, Box::new(upload), settings, env!("CARGO_PKG_VERSION"));
        // Not before: a request that is given up leaves its thread behind for a moment.
        drop(place);
        examined
    });
    tokio::spawn(async move {
        let fed = feed(request.into_body(), uploading, &sender);
        let outcome = tokio::select! {
            // Dropping what feeds it makes the examination end.
            () = tokio::time::sleep(MAX_TIME) => Err(Failed::of(&too_slow())),
            () = sender.ended() => return,
            outcome = async { outcome(fed.await, examined.await) } => outcome,
        };
        tell(&web, &visitor, &sender, outcome).await;
    });
    Ok(response)
}

/// The keys of the subscribers whom a visitor may see, if they may have them used; that is written down.
async fn keys(web: &Web, visitor: &Visitor, capture: &str) -> Result<KeyRing, Problem> {
    let mut ring = KeyRing::new();
    let mut refused = 0_u64;
    let each = |subscriber: Subscriber| {
        let key = SubscriberKey::provisioned(&subscriber, "this core".to_owned());
        refused += u64::from(key.and_then(|key| ring.add(key)).is_err());
    };
    web.inside()
        .use_keys(&visitor.caller, &format!("capture {capture}"), each)
        .await?;
    if refused > 0 {
        tracing::warn!(
            refused,
            "keys of subscribers that no algorithm takes are not used for a capture"
        );
    }
    Ok(ring)
}

#[expect(clippy::disallowed_methods, reason = "entropy is allowed in this crate")]
fn fill(octets: &mut [u8]) -> Result<(), Problem> {
    getrandom::fill(octets).map_err(|error| Problem::busy(format_args!("no entropy for pseudonyms: {error}")))
}

fn too_slow() -> Problem {
    let status = StatusCode::REQUEST_TIMEOUT;
    let why = format!("it took more than {} minutes", MAX_TIME.as_secs() / 60);
    Problem::new(status, "time", "the capture took too long", why)
        .remedy("cut it to the time that matters, or use `quintet doctor FILE`")
}

/// Why there is no report, as the browser is told.
#[derive(Debug, serde::Serialize)]
struct Failed {
    title: String,
    detail: String,
    remedy: String,
}

impl Failed {
    fn of(problem: &Problem) -> Self {
        Self {
            title: problem.title().to_owned(),
            detail: problem.detail().to_owned(),
            remedy: problem.what_to_do().unwrap_or_default().to_owned(),
        }
    }
}

/// Hands a body on, and tells how far it has come.
///
/// # Errors
/// Why it did not come whole.
async fn feed(mut body: Body, uploading: Uploading, sender: &Sender) -> Result<(), Problem> {
    let (mut read, mut told) = (0_u64, 0);
    while let Some(frame) = body.frame().await {
        let octets = match frame.map(Frame::into_data) {
            Ok(Ok(octets)) => octets,
            // Trailers.
            Ok(Err(_)) => continue,
            Err(error) => {
                let why = format!("the upload broke off: {error}");
                uploading.fail(why.clone()).await;
                return Err(Problem::unreadable(why).remedy("send it again"));
            }
        };
        read += octets.len() as u64;
        if read > MAX_CAPTURE_OCTETS {
            uploading.fail("it is too long").await;
            return Err(too_long());
        }
        if !uploading.more(octets).await {
            // The reader knows why.
            return Ok(());
        }
        if read - told >= PROGRESS_OCTETS {
            told = read;
            // A browser that does not listen is no reason to wait.
            sender.try_send("read", &read.to_string());
        }
    }
    uploading.end().await;
    Ok(())
}

type Joined = Result<Result<Examined, Unexamined>, tokio::task::JoinError>;

fn outcome(fed: Result<(), Problem>, examined: Joined) -> Result<Examined, Failed> {
    fed.map_err(|problem| Failed::of(&problem))?;
    match examined {
        Ok(Ok(examined)) => Ok(examined),
        Ok(Err(unexamined)) => Err(Failed {
            title: "the capture cannot be examined".to_owned(),
            detail: unexamined.to_string(),
            remedy: "pcap and pcapng are read, also compressed with gzip".to_owned(),
        }),
        Err(_) => Err(Failed::of(&Problem::defect("the doctor gave up"))),
    }
}

async fn tell(web: &Web, visitor: &Visitor, sender: &Sender, outcome: Result<Examined, Failed>) {
    match outcome {
        Ok(examined) => {
            let id = web.uploads().keep(visitor.session, web.inside().now(), examined);
            sender.send("report", &format!("/ui/doctor/reports/{id}")).await;
        }
        Err(failed) => {
            let json = serde_json::to_string(&failed).unwrap_or_default();
            sender.send("failed", &json).await;
        }
    }
}

async fn report(State(web): State<Web>, visitor: Visitor, Path(id): Path<u64>) -> Result<Response, Problem> {
    let found = web.uploads().report(visitor.session, web.inside().now(), id);
    let Some(examined) = found else {
        return Err(
            Problem::not_found("the report is not kept any more, or is another session's")
                .remedy("bring the capture again"),
        );
    };
    // The report runs its own script and style, by their digests, and nothing else.
    let policy = format!("{}; frame-ancestors 'none'", quintet_consult::page::policy());
    let policy = HeaderValue::try_from(policy).map_err(|_| Problem::defect("a policy is no header"))?;
    let mut response = Html(examined.page.clone()).into_response();
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_of_one_line() {
        let named = |name: &str| {
            let said = Said {
                name: name.to_owned(),
                ..Said::default()
            };
            said.named()
        };
        assert_eq!(named("a\r\nb<.pcap"), "ab<.pcap");
        assert_eq!(named(""), "capture");
        assert_eq!(named(&"ü".repeat(200)).len(), MAX_NAME);
    }
}

//! The interface from inside the process, for the web page: a client like any other, but for the socket.
//!
//! What the page changes goes through the same handlers as what comes by HTTP: the same roles, conditions, audit, orders. So there
//! is one way to the store. What the interface has no resource for (find by any identity, whom a node serves) is here, and reads only.

use crate::access::{Access, Area, Caller};
use crate::app::{App, Credential, Remote};
use crate::openapi::router;
use crate::problem::Problem;
use axum::Router;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use core::time::Duration;
use http::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use http::{HeaderValue, Method, Request, StatusCode};
use quintet_identity::Imsi;
use quintet_store::{
    AdminCommand, AuditEntry, Command, MAX_IMS_SCAN, MAX_LISTED, MAX_SCAN, Reply, StoredIms, Transaction,
};
use quintet_subscriber::model::Subscriber;
use tokio::sync::watch;
use tower::ServiceExt;

/// The longest answer that is read, in octets: a page of the largest subscribers is far below.
const MAX_ANSWER_OCTETS: usize = 64 * 1024 * 1024;

/// Most subscribers of a database whose keys a doctor of this process is given: some 500 octets each while he looks.
pub const MAX_KEYS_USED: u64 = 100_000;

/// See the module.
#[derive(Clone, Debug)]
pub struct Inside {
    app: App,
    router: Router,
    secure: bool,
    stopped: watch::Receiver<bool>,
}

/// What is asked of the interface.
#[derive(Clone, Debug)]
pub struct Question {
    /// GET, PUT …
    pub method: Method,
    /// The path with its query, such as `/api/v1/keys`.
    pub path: String,
    /// The ETag that what is changed must have.
    pub if_match: Option<String>,
    /// JSON, if there is a body.
    pub body: Option<Vec<u8>>,
}

/// An answer that is no problem.
#[derive(Clone, Debug)]
pub struct Answered {
    /// 200, 201, 204 …
    pub status: StatusCode,
    /// The version of what was read or changed.
    pub etag: Option<String>,
    /// JSON, or nothing.
    pub body: Bytes,
}

impl Inside {
    /// Of an interface. `secure`: it is reached by TLS. `stopped` becomes true when the server stops.
    #[must_use]
    pub fn new(app: App, secure: bool, stopped: watch::Receiver<bool>) -> Self {
        let router = router(app.clone());
        Self {
            app,
            router,
            secure,
            stopped,
        }
    }

    /// The time since 1970.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.app.now()
    }

    /// Rises whenever something was written by this interface, or the store says that somebody else wrote: nodes of this process and
    /// other processes on SQLite, who provisions on PostgreSQL.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.app.changes()
    }

    /// Whether browsers come by TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Waits until the server stops: answers without an end must end then.
    pub async fn stopped(&self) {
        let mut stopped = self.stopped.clone();
        drop(stopped.wait_for(|stopped| *stopped).await);
    }

    /// That the text of a token counts.
    ///
    /// # Errors
    /// 401 if it does not; 429 if that address said too many that do not.
    pub fn credential(&self, token: &[u8], remote: Option<Remote>) -> Result<Credential, Problem> {
        self.app.credential(token, remote)
    }

    /// Whose a credential is; none: its token was revoked, or has expired.
    #[must_use]
    pub fn caller(&self, credential: Credential) -> Option<Caller> {
        self.app.bearer(credential)
    }

    /// Asks as somebody.
    ///
    /// # Errors
    /// What the interface answers that is no success.
    pub async fn ask(&self, caller: &Caller, question: Question) -> Result<Answered, Problem> {
        let request = Request::builder()
            .method(question.method)
            .uri(question.path)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let request = match question.if_match.map(HeaderValue::try_from) {
            None => request,
            Some(Ok(tag)) => request.header(IF_MATCH, tag),
            Some(Err(_)) => return Err(Problem::unreadable("it is no entity tag").at("If-Match")),
        };
        let request = request
            .extension(caller.clone())
            .body(question.body.map_or_else(Body::empty, Body::from))
            .map_err(|_| Problem::unreadable("it cannot be part of a path").at("path"))?;
        let Ok(mut response) = self.router.clone().oneshot(request).await;
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            return Err(problem);
        }
        let (parts, body) = response.into_parts();
        if !parts.status.is_success() {
            return Err(Problem::unreadable("the interface does not take it"));
        }
        let body = to_bytes(body, MAX_ANSWER_OCTETS).await;
        let etag = parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        Ok(Answered {
            status: parts.status,
            etag: etag.map(str::to_owned),
            body: body.map_err(|_| Problem::defect("an answer is too long"))?,
        })
    }

    async fn read(&self, command: Command) -> Result<Reply, Problem> {
        Ok(self.app.execute(command).await?)
    }

    /// How many subscribers there are. It may take a second of the disk: not for every page.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn count(&self) -> Result<u64, Problem> {
        match self.read(Command::Count).await? {
            Reply::Count(count) => Ok(count),
            _ => Err(Problem::defect("the store gave another answer than a count")),
        }
    }

    /// Hands every subscriber whom the caller may see, with their keys, to `each`, for the doctor of this process; they are for no answer.
    /// Who may set secrets may have them used. Before the first one is read it is in the audit log, with what for; so is a refusal.
    ///
    /// # Errors
    /// 403; 422 if there are more than [`MAX_KEYS_USED`]; those of the store.
    pub async fn use_keys(
        &self,
        caller: &Caller,
        what_for: &str,
        mut each: impl FnMut(Subscriber),
    ) -> Result<(), Problem> {
        let permitted = self.may_use_keys(caller).await;
        let outcome = match &permitted {
            Ok(()) => "done".to_owned(),
            Err(problem) => format!("refused: {}", problem.detail()),
        };
        let now = self.app.now();
        let entry = AuditEntry {
            at_ms: now.as_millis() as u64,
            who: caller.who(),
            what: "keys.use".to_owned(),
            subject: what_for.to_owned(),
            outcome,
            fields: "[]".to_owned(),
        };
        let transaction = Transaction {
            audit: vec![entry],
            ..self.app.transaction()
        };
        self.app
            .ask(AdminCommand::Transact(Box::new(transaction)))
            .await?;
        permitted?;
        let mut after = None;
        loop {
            let limit = MAX_SCAN;
            let Reply::Subscribers(run) = self.read(Command::Scan { after, limit }).await? else {
                return Err(Problem::defect("the store gave another answer than subscribers"));
            };
            let Some(last) = run.last() else { return Ok(()) };
            after = Some(last.imsi);
            run.into_iter()
                .filter(|subscriber| caller.sees(subscriber.imsi))
                .for_each(&mut each);
        }
    }

    async fn may_use_keys(&self, caller: &Caller) -> Result<(), Problem> {
        caller.may(Access::SECRETS)?;
        let count = self.count().await?;
        if count <= MAX_KEYS_USED {
            return Ok(());
        }
        let why =
            format!("there are {count} subscribers, and the keys of {MAX_KEYS_USED} at most are used here");
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Err(
            Problem::new(status, "too-many-keys", "there are too many keys", why)
                .remedy("`quintet doctor FILE --hss DATABASE` uses those of any number of subscribers"),
        )
    }

    /// Whom an MME or SGSN serves, of those the caller may see, in ascending order of packed IMSI; and behind whom to go on, if
    /// that was not all.
    ///
    /// # Errors
    /// 403, and those of the store.
    pub async fn served(
        &self,
        caller: &Caller,
        host: &str,
        after: Option<Imsi>,
        limit: usize,
    ) -> Result<(Vec<Imsi>, Option<Imsi>), Problem> {
        caller.may(Access::read(Area::Subscribers))?;
        let (host, limit) = (host.to_owned(), limit.clamp(1, MAX_LISTED));
        let Reply::Served(mut found) = self.read(Command::ScanServed { host, after, limit }).await? else {
            return Err(Problem::defect(
                "the store gave another answer than whom a node serves",
            ));
        };
        let next = (found.len() == limit).then(|| found.last().copied()).flatten();
        found.retain(|imsi| caller.sees(*imsi));
        Ok((found, next))
    }

    /// Subscriptions of the IMS that are registered, among the next so many, of those the caller may see; and behind whom to go on.
    ///
    /// # Errors
    /// 403, and those of the store.
    pub async fn registered_in_ims(
        &self,
        caller: &Caller,
        after: Option<Imsi>,
        looked_at: usize,
    ) -> Result<(Vec<StoredIms>, Option<Imsi>), Problem> {
        caller.may(Access::read(Area::Subscribers))?;
        let limit = looked_at.clamp(1, MAX_IMS_SCAN);
        let Reply::ImsRun(mut run) = self.read(Command::ScanIms { after, limit }).await? else {
            return Err(Problem::defect(
                "the store gave another answer than subscriptions",
            ));
        };
        let next = run.last().map(|last| last.imsi);
        run.retain(|ims| caller.sees(ims.imsi) && !ims.registrations.is_empty());
        Ok((run, next))
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }
}

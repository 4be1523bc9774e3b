//! What all requests share: the desk, the tokens, what is configured.

use crate::access::Caller;
use crate::desk::Desk;
use crate::failures::Failures;
use crate::problem::Problem;
use crate::tokens::Book;
use core::time::Duration;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use quintet_identity::{Imsi, Plmn};
use quintet_provisioning::record::MncDigits;
use quintet_store::{AdminCommand, AdminReply, Command, Provisioned, Reply, StoreError, SubscriberKey};
use quintet_subscriber::auc::WallClock;
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::{Notify, mpsc, watch};
use utoipa::ToSchema;

/// What only a node can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Cancel-Location to MME and SGSN, with SUBSCRIPTION_WITHDRAWAL (TS 29.272 5.2.1.2).
    CancelLocation(Imsi),
    /// Registration-Termination to the S-CSCF, with PERMANENT_TERMINATION (TS 29.228 6.1.3).
    DeregisterIms(Imsi),
}

/// Under which keys a database is sealed. No key is in it.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct KeyStatus {
    /// Master keys, by fingerprint.
    pub master_keys: Vec<MasterKeyStatus>,
    /// Data keys.
    pub data_keys: Vec<DataKeyStatus>,
    /// Whether a rotation is under way, or was interrupted.
    pub rotating: bool,
}

/// A master key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MasterKeyStatus {
    /// Its name: a digest of it.
    pub fingerprint: String,
    /// Whether this process has it.
    pub at_hand: bool,
}

/// A data key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DataKeyStatus {
    /// Its number; the highest one seals.
    pub number: u16,
    /// The fingerprint of the master key that wraps it.
    pub master_key: String,
    /// When it was made, seconds since 1970.
    pub made: i64,
    /// How many subscribers are sealed under it.
    pub subscribers: u64,
}

/// Looks up the state of the keys; may block.
pub type KeyLookup = Arc<dyn Fn() -> Result<KeyStatus, String> + Send + Sync>;

/// What is configured.
#[derive(Clone)]
pub struct Settings {
    /// The home networks: they tell how many digits an MNC has.
    pub home_plmns: Vec<Plmn>,
    /// How long an entry of the audit log is kept.
    pub audit_kept: Duration,
    /// Where nodes take orders; none: there is none in this process that does.
    pub orders: Option<mpsc::Sender<Order>>,
    /// The state of the keys; none: the store has none.
    pub keys: Option<KeyLookup>,
    /// The time since 1970.
    pub clock: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            home_plmns,
            audit_kept,
            ..
        } = self;
        write!(
            f,
            "Settings {{ home_plmns: {home_plmns:?}, audit_kept: {audit_kept:?} }}"
        )
    }
}

/// From where a request came: an extension of every request that came by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Remote(pub IpAddr);

/// That somebody had a token that counted. Whether it still does is asked anew each time ([`crate::Inside::caller`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credential([u8; 32]);

impl Credential {
    /// Of a token's text, whether it counts or not.
    #[must_use]
    pub fn of(token: &[u8]) -> Self {
        Self(Book::digest(token))
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    desk: Desk,
    settings: Settings,
    book: RwLock<Arc<Book>>,
    failures: Mutex<Failures>,
    /// Counts what was written, here or by others.
    changes: watch::Sender<u64>,
}

impl App {
    /// Over a desk. No token is known before [`App::learn_tokens`].
    #[must_use]
    pub fn new(desk: Desk, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            desk,
            settings,
            book: RwLock::default(),
            failures: Mutex::default(),
            changes: watch::Sender::new(0),
        }))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn now(&self) -> Duration {
        (self.0.settings.clock)()
    }

    pub(crate) fn wall(&self) -> WallClock {
        WallClock(self.now())
    }

    /// How many digits the MNC of an IMSI has, by the home networks.
    pub(crate) fn mnc_digits(&self, imsi: Imsi) -> MncDigits {
        let text = imsi.to_string();
        let three = |plmn: &Plmn| {
            let plmn = plmn.to_string();
            plmn.len() == 6 && text.starts_with(&plmn)
        };
        match self.0.settings.home_plmns.iter().any(three) {
            true => MncDigits::Three,
            false => MncDigits::Two,
        }
    }

    /// Does one command of the store.
    pub(crate) async fn execute(&self, command: Command) -> Result<Reply, StoreError> {
        let is_write = command.is_write();
        let reply = self.0.desk.execute(command).await?;
        if is_write {
            self.ring();
        }
        Ok(reply)
    }

    /// Something was written.
    fn ring(&self) {
        self.0.changes.send_modify(|changes| *changes += 1);
    }

    /// Rises whenever this interface wrote something, or the store says that somebody else did.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    pub(crate) async fn ask(&self, command: AdminCommand) -> Result<AdminReply, StoreError> {
        match self.execute(Command::Admin(command)).await? {
            Reply::Admin(reply) => Ok(reply),
            other => Err(StoreError::Unavailable(format!(
                "the store answered with {other:?}"
            ))),
        }
    }

    /// Subscribers by keys.
    pub(crate) async fn find(&self, keys: Vec<SubscriberKey>) -> Result<Vec<Provisioned>, Problem> {
        match self.ask(AdminCommand::Find { keys }).await? {
            AdminReply::Found(found) => Ok(found),
            _ => Err(Problem::defect("the store gave another answer than subscribers")),
        }
    }

    pub(crate) async fn find_one(&self, imsi: Imsi) -> Result<Option<Provisioned>, Problem> {
        Ok(self.find(vec![SubscriberKey::Imsi(imsi)]).await?.pop())
    }

    /// Reads the tokens anew.
    ///
    /// # Errors
    /// Those of the store; the tokens known before stay known.
    pub async fn learn_tokens(&self) -> Result<(), StoreError> {
        if let AdminReply::Tokens { tokens, .. } = self.ask(AdminCommand::Tokens).await? {
            let book = Arc::new(Book::of(&tokens));
            *self.0.book.write().unwrap_or_else(PoisonError::into_inner) = book;
        }
        Ok(())
    }

    /// Reads the tokens anew whenever another process wrote; never ends.
    pub async fn follow(self, changed: Arc<Notify>) {
        loop {
            changed.notified().await;
            self.ring();
            if let Err(error) = self.learn_tokens().await {
                tracing::warn!(%error, "API: tokens cannot be read anew; those known before count");
            }
        }
    }

    /// Who asks.
    ///
    /// A token that counts is always heard: guessing 256 bits is hopeless at any rate. What is limited is how often an address is
    /// told that its token is none.
    pub(crate) fn caller(&self, headers: &HeaderMap, remote: Option<Remote>) -> Result<Caller, Problem> {
        let (now, book) = (self.now(), self.book());
        let presented = headers.get(AUTHORIZATION).map(http::HeaderValue::as_bytes);
        let refused = match presented {
            None => "there is no token: Authorization: Bearer TOKEN is needed",
            Some(header) => match header.split_at_checked(7) {
                Some((scheme, secret)) if scheme.eq_ignore_ascii_case(b"bearer ") => {
                    match book.caller(secret, now) {
                        Ok(caller) => return Ok(caller.clone()),
                        Err(why) => why,
                    }
                }
                _ => "Authorization has another scheme than Bearer",
            },
        };
        Err(self.refused(refused, remote))
    }

    fn book(&self) -> Arc<Book> {
        Arc::clone(&self.0.book.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// That the text of a token counts.
    pub(crate) fn credential(&self, secret: &[u8], remote: Option<Remote>) -> Result<Credential, Problem> {
        let credential = Credential::of(secret);
        match self.book().known(credential.0, self.now()) {
            Ok(_) => Ok(credential),
            Err(why) => Err(self.refused(why, remote)),
        }
    }

    /// Whose a credential is, as long as its token counts.
    pub(crate) fn bearer(&self, credential: Credential) -> Option<Caller> {
        self.book().known(credential.0, self.now()).ok().cloned()
    }

    /// Counts that an address did not say who it is.
    fn refused(&self, refused: &str, remote: Option<Remote>) -> Problem {
        let address = remote.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |remote| remote.0);
        let mut failures = self.0.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seconds) = failures.count(address, self.now()) {
            let status = http::StatusCode::TOO_MANY_REQUESTS;
            let detail = "this address failed to authenticate too often";
            return Problem::new(status, "too-many-failures", "too many failures", detail)
                .retry_after(seconds);
        }
        tracing::warn!(%address, "API: {refused}");
        let status = http::StatusCode::UNAUTHORIZED;
        Problem::new(status, "unauthorized", "who asks is not known", refused)
            .remedy("`quintet token create` makes a token")
    }
}

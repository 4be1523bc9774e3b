//! An MME as the HSS sees it, sans-IO (TS 29.272 5.2, TS 33.401 6.1.1).
//!
//! ```text
//!   attach:  AIR ─► AIA ─► the card ─┬─ fresh ─► RES = XRES? KASME = KASME? ─► ULR ─► ULA ─► the data serve? ─► Completed
//!             ▲                      └─ stale ─► AUTS ─┐ (once)
//!             └────────────────────────────────────────┘
//!   tracking area update, confirmation:  ULR ─► ULA        purge: PUR ─► PUA        notify: NOR ─► NOA
//!   from the HSS:  CLR, IDR, DSR, RSR ─► answered, contexts changed
//! ```
//!
//! The UEs in its area are real as far as authentication goes: each has a card that computes. Everything between UE and
//! MME (NAS, S1AP) is a function call. Left out: S6d, SMS, the timers of mobility management.

mod context;
mod event;
mod procedure;
mod serve;

pub use context::{Context, SecurityContext, Ue};
pub use event::{AttachFailure, MmeEvent, Procedure, ProcedureError, Verdict};

use core::time::Duration;
use procedure::Running;
use quintet_diameter::node::{FailedReason, RequestHandle};
use quintet_diameter::{ConnectionId, Event, Inbound, Node};
use quintet_identity::{Apn, Imsi, Plmn};
use quintet_subscriber::s6a::{Features, RatType};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;

/// The most contexts: a laboratory's MME, not an operator's.
pub const MAX_CONTEXTS: usize = 1 << 20;

/// The most events kept for a listener that does not fetch them; past it the newest are dropped.
pub const MAX_EVENTS: usize = 65_536;

/// Supported-Features of this MME: ODB and regional subscription; Reset-IDs, dedicated core networks, withdrawal of the
/// MSISDN, NR as secondary RAT (TS 29.272 7.3.10).
const FEATURES: Features = Features::new(0x3ff, 1 << 17 | 1 << 20 | 1 << 23 | 1 << 27);

/// Configuration of an MME. Identity and realm are the Diameter node's.
#[derive(Clone, Debug)]
pub struct MmeConfig {
    /// The network it belongs to: Visited-PLMN-Id.
    pub plmn: Plmn,
    /// Destination-Realm of its requests.
    pub hss_realm: String,
    /// Destination-Host, if it must be a certain HSS.
    pub hss_host: Option<String>,
    /// RAT-Type.
    pub rat_type: RatType,
    /// Number-Of-Requested-Vectors.
    pub vectors: u32,
    /// Supported-Features.
    pub features: Features,
    /// For an answer.
    pub request_timeout: Duration,
}

impl MmeConfig {
    /// An MME of `plmn` that asks any HSS of `hss_realm` for one vector at a time.
    #[must_use]
    pub fn new(plmn: Plmn, hss_realm: impl Into<String>) -> Self {
        Self {
            plmn,
            hss_realm: hss_realm.into(),
            hss_host: None,
            rat_type: RatType::EUTRAN,
            vectors: 1,
            features: FEATURES,
            request_timeout: Duration::from_secs(5),
        }
    }
}

/// An MME. See the module for what it does; every input may bring events, see [`Mme::poll_event`].
#[derive(Debug)]
pub struct Mme {
    config: MmeConfig,
    /// Ordered, so that a run from one seed is the same run every time.
    ues: BTreeMap<Imsi, Ue>,
    contexts: BTreeMap<Imsi, Context>,
    running: BTreeMap<Imsi, Running>,
    sent: HashMap<RequestHandle, Imsi>,
    events: VecDeque<MmeEvent>,
    session_id: String,
}

impl Mme {
    /// An MME without UEs.
    #[must_use]
    pub fn new(config: MmeConfig) -> Self {
        Self {
            config,
            ues: BTreeMap::new(),
            contexts: BTreeMap::new(),
            running: BTreeMap::new(),
            sent: HashMap::new(),
            events: VecDeque::new(),
            session_id: String::new(),
        }
    }

    /// The configuration it was made with.
    #[must_use]
    pub fn config(&self) -> &MmeConfig {
        &self.config
    }

    /// A subscriber's context.
    #[must_use]
    pub fn context(&self, imsi: Imsi) -> Option<&Context> {
        self.contexts.get(&imsi)
    }

    /// How many contexts there are.
    #[must_use]
    pub fn context_count(&self) -> usize {
        self.contexts.len()
    }

    /// Whether procedures are under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<MmeEvent> {
        self.events.pop_front()
    }

    // --- UEs --------------------------------------------------------------------------------------------------------

    /// A UE comes into the area. One with the same IMSI is replaced and answered.
    pub fn arrive(&mut self, ue: Ue) -> Option<Ue> {
        self.ues.insert(ue.usim.imsi(), ue)
    }

    /// A UE leaves the area, its card with it. The context stays until the HSS cancels it.
    pub fn leave(&mut self, imsi: Imsi) -> Option<Ue> {
        self.ues.remove(&imsi)
    }

    /// A UE in the area.
    #[must_use]
    pub fn ue(&self, imsi: Imsi) -> Option<&Ue> {
        self.ues.get(&imsi)
    }

    // --- Procedures -------------------------------------------------------------------------------------------------

    /// A UE attaches: authentication with a kept vector or with new ones, then the location is updated.
    ///
    /// # Errors
    /// [`ProcedureError`]; then nothing was begun.
    pub fn attach(&mut self, now: Duration, node: &mut Node, imsi: Imsi) -> Result<(), ProcedureError> {
        if !self.ues.contains_key(&imsi) {
            return Err(ProcedureError::NoUe);
        }
        self.admit(imsi)?;
        let kept = self
            .contexts
            .get_mut(&imsi)
            .and_then(|context| context.vectors.pop_front());
        self.begin_attach(now, node, imsi, kept)
    }

    /// A UE comes from another MME, which handed its security context over.
    ///
    /// # Errors
    /// [`ProcedureError`]; then nothing was begun.
    pub fn tracking_area_update(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
        security: SecurityContext,
    ) -> Result<(), ProcedureError> {
        if !self.ues.contains_key(&imsi) {
            return Err(ProcedureError::NoUe);
        }
        self.admit(imsi)?;
        self.begin_update(now, node, imsi, Procedure::TrackingAreaUpdate)?;
        self.contexts.entry(imsi).or_default().security = Some(security);
        Ok(())
    }

    /// A UE is heard of (a service request, say). If the HSS lost its location it is told again; answers whether.
    ///
    /// # Errors
    /// [`ProcedureError`]; then nothing was begun.
    pub fn radio_contact(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
    ) -> Result<bool, ProcedureError> {
        let context = self.contexts.get(&imsi).ok_or(ProcedureError::NoContext)?;
        if context.confirmed {
            return Ok(false);
        }
        self.admit(imsi)?;
        self.begin_update(now, node, imsi, Procedure::Confirmation)?;
        Ok(true)
    }

    /// A UE detached a while ago: its context is deleted and the HSS told.
    ///
    /// # Errors
    /// [`ProcedureError`]; then nothing was begun.
    pub fn purge(&mut self, now: Duration, node: &mut Node, imsi: Imsi) -> Result<(), ProcedureError> {
        self.with_context(imsi)?;
        self.begin_purge(now, node, imsi)
    }

    /// Tells the HSS the PDN gateway in use for an APN.
    ///
    /// # Errors
    /// [`ProcedureError`]; then nothing was begun.
    pub fn notify_gateway(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
        (context_identifier, apn): (u32, Apn),
        address: IpAddr,
    ) -> Result<(), ProcedureError> {
        self.with_context(imsi)?;
        let notification = quintet_mme::s6a::Notification::Gateway {
            context_identifier,
            apn,
            address,
        };
        self.begin_notify(now, node, imsi, &notification)
    }

    /// Tells the HSS that the UE can be reached.
    ///
    /// # Errors
    /// [`ProcedureError`]; then nothing was begun.
    pub fn notify_reachable(
        &mut self,
        now: Duration,
        node: &mut Node,
        imsi: Imsi,
    ) -> Result<(), ProcedureError> {
        self.with_context(imsi)?;
        self.begin_notify(now, node, imsi, &quintet_mme::s6a::Notification::Reachable)
    }

    // --- Inputs -----------------------------------------------------------------------------------------------------

    /// A request of the HSS or an answer to one of ours; see [`Node::handle_message`].
    pub fn handle(&mut self, now: Duration, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        match inbound {
            Inbound::Done => {}
            Inbound::Request(request) => self.serve(node, connection, &request),
            Inbound::Answer { handle, message } => {
                if let Some(imsi) = self.sent.remove(&handle) {
                    self.answered(now, node, imsi, &message);
                }
            }
        }
    }

    /// Something happened to a peer or to a request of ours.
    pub fn handle_event(&mut self, event: &Event) {
        if let Event::RequestFailed { handle, reason } = event {
            self.request_failed(*handle, *reason);
        }
    }

    fn request_failed(&mut self, handle: RequestHandle, reason: FailedReason) {
        if let Some(imsi) = self.sent.remove(&handle) {
            self.fail(imsi, AttachFailure::NoAnswer(reason));
        }
    }

    // --- Inside -----------------------------------------------------------------------------------------------------

    fn report(&mut self, event: MmeEvent) {
        if self.events.len() < MAX_EVENTS {
            self.events.push_back(event);
        }
    }

    /// One procedure at a time, and room for a context.
    fn admit(&self, imsi: Imsi) -> Result<(), ProcedureError> {
        if self.running.contains_key(&imsi) {
            return Err(ProcedureError::UnderWay);
        }
        if self.contexts.len() >= MAX_CONTEXTS && !self.contexts.contains_key(&imsi) {
            return Err(ProcedureError::Full);
        }
        Ok(())
    }

    fn with_context(&self, imsi: Imsi) -> Result<(), ProcedureError> {
        if !self.contexts.contains_key(&imsi) {
            return Err(ProcedureError::NoContext);
        }
        self.admit(imsi)
    }
}

//! N11: session management is an SMF's; the AMF selects one and relays (TS 29.502 5.2.2, TS 23.502 4.3).
//!
//! ```text
//!   SmRequest::Create   ──POST sm-contexts──────────────► 201, Location ──► Created          refused: back to the UE
//!   SmRequest::Update   ──POST <context>/modify, N1─────► N1, N2 ─────────► Message
//!   SmRequest::Activate ──POST <context>/modify─────────► N2 ─────────────► Message
//!   gNB's answers       ──POST <context>/modify, N2─────► N1, N2 ─────────► Message
//!   SmRequest::Release, the UE left ──POST <context>/release─────────────► nobody waits
//! ```
//!
//! What SMFs ask is in `sm::asked`. Not kept over a restart: a UE's sessions are set up anew then.

mod asked;
mod reply;

pub(crate) use reply::SmReply;

use crate::amf::{Amf, Consequence};
use crate::callback;
use crate::calls::{Call, For, Outcome, Ticket};
use crate::event::Service;
use crate::home::{sbi_slice, slice};
use crate::idle::Purpose;
use quintet_fgmm::network::{At, ContextId, Contexts as _, SmFailure, SmRequest, SmRequestKind};
use quintet_identity::{Apn, SNssai, Supi};
use quintet_ngap::AmfUeNgapId;
use quintet_sbi::multipart::{self, Part, VND_5GNAS, VND_NGAP};
use quintet_sbi::nsmf::{
    self, N2SmInfoType, RequestType, SmContextCreateData, SmContextCreatedData, SmContextReleaseData,
    SmContextUpdateData, SmContextUpdatedData, UpCnxState,
};
use quintet_sbi::nudm::sdm::SmfSelectionSubscriptionData;
use quintet_sbi::ts29571::{self, AccessType, RatType, RefToBinaryData};
use quintet_sbi::{Request, Target, cause, namf, path};
use reply::Kind;

/// The most messages of one session that wait for their SMF: a UE has one procedure of a session at work.
const MAX_WAITING: usize = 4;

/// The longest path of a context at an SMF that is kept.
const MAX_CONTEXT_PATH: usize = 256;

/// `Content-ID`s of the parts that the AMF writes.
const N1: &str = "n1-sm";
const N2: &str = "n2-sm";

/// What was asked of an SMF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// CreateSMContext.
    Create,
    /// UpdateSMContext.
    Update,
}

/// A UE's sessions at SMFs, and what its subscription says of data networks.
#[derive(Debug, Default)]
pub(crate) struct SmContexts {
    sessions: Vec<SmContext>,
    /// The default DNN of each slice.
    defaults: Vec<(SNssai, Apn)>,
}

/// A session.
#[derive(Debug)]
struct SmContext {
    pdu_session_id: u8,
    /// None for emergency services.
    s_nssai: Option<SNssai>,
    /// Where its context is, once there is one.
    at: Option<(Target, String)>,
    /// The UE's messages whose outcome is not known, to be given back.
    waiting: Vec<(Ticket, Box<[u8]>)>,
    /// The user plane is there.
    active: bool,
}

impl SmContexts {
    fn session(&mut self, pdu_session_id: u8) -> Option<&mut SmContext> {
        self.sessions
            .iter_mut()
            .find(|session| session.pdu_session_id == pdu_session_id)
    }

    fn remove(&mut self, pdu_session_id: u8) -> Option<SmContext> {
        let place = self
            .sessions
            .iter()
            .position(|session| session.pdu_session_id == pdu_session_id)?;
        Some(self.sessions.swap_remove(place))
    }
}

impl Amf {
    /// What a session of mobility management has for session management.
    pub(crate) fn session_management(&mut self, id: AmfUeNgapId, request: SmRequest) {
        let session = request.pdu_session_id;
        let Some(context) = self.connections.get(id).and_then(|connection| connection.context) else {
            return;
        };
        match request.kind {
            SmRequestKind::Create {
                existing,
                emergency,
                s_nssai,
                dnn,
                container,
                ..
            } => {
                self.release_sm_context(context, session);
                let request_type = match (existing, emergency) {
                    (false, false) => RequestType::InitialRequest,
                    (true, false) => RequestType::ExistingPduSession,
                    (false, true) => RequestType::InitialEmergencyRequest,
                    (true, true) => RequestType::ExistingEmergencyPduSession,
                };
                let wanted = (request_type, s_nssai, dnn);
                let made = self.create_sm_context(context, session, wanted, &container);
                self.wait_or_refuse(id, context, session, made, container);
            }
            SmRequestKind::Update { container, .. } => {
                let data = SmContextUpdateData {
                    n1_sm_msg: Some(reference(N1)),
                    ..SmContextUpdateData::default()
                };
                let part = part(N1, VND_5GNAS, &container);
                let made = self.modify_sm_context(context, session, &data, &[part]);
                self.wait_or_refuse(id, context, session, made, container);
            }
            SmRequestKind::Activate => {
                let data = SmContextUpdateData {
                    up_cnx_state: Some(UpCnxState::Activating),
                    an_type: Some(AccessType::ThreeGpp),
                    ..SmContextUpdateData::default()
                };
                self.modify_sm_context(context, session, &data, &[]);
            }
            SmRequestKind::Release => self.release_sm_context(context, session),
        }
    }

    /// The UE's message waits for its outcome, or goes back to it.
    fn wait_or_refuse(
        &mut self,
        id: AmfUeNgapId,
        context: ContextId,
        pdu_session_id: u8,
        made: Option<Ticket>,
        container: Box<[u8]>,
    ) {
        let session = self.sm_contexts(context).session(pdu_session_id);
        match (made, session) {
            (Some(ticket), Some(session)) if session.waiting.len() < MAX_WAITING => {
                session.waiting.push((ticket, container));
            }
            (Some(_), _) => {}
            (None, _) => {
                let kind = Kind::Refused(SmFailure::NotForwarded, container);
                let reply = SmReply::new(pdu_session_id, kind);
                self.consequences.push_back((id, Consequence::Sm(reply)));
            }
        }
    }

    fn create_sm_context(
        &mut self,
        context: ContextId,
        pdu_session_id: u8,
        (request_type, s_nssai, dnn): (RequestType, Option<SNssai>, Option<Apn>),
        container: &[u8],
    ) -> Option<Ticket> {
        let known = self.table.get(context)?;
        let (supi, imeisv) = (known.supi.as_ref().map(Supi::to_string), known.imeisv);
        let defaults = &self.sm_contexts(context).defaults;
        let default = defaults.iter().find(|(of, _)| Some(*of) == s_nssai);
        let dnn = dnn.or_else(|| default.map(|(_, dnn)| dnn.clone()));
        let named = supi.as_deref().unwrap_or_default();
        let purpose = callback::Purpose::SmContext(pdu_session_id);
        let key = self.callbacks.key(purpose, named);
        let callback = namf::sm_context_callback(named, &key, pdu_session_id);
        let data = SmContextCreateData {
            supi,
            unauthenticated_supi: false,
            pei: imeisv.map(|imeisv| format!("imeisv-{imeisv}")),
            gpsi: None,
            pdu_session_id: Some(pdu_session_id),
            dnn: dnn.map(|dnn| dnn.to_string()),
            s_nssai: s_nssai.map(sbi_slice),
            hplmn_snssai: None,
            serving_nf_id: self.config.sbi.nf_instance_id.clone(),
            guami: Some(self.sbi_guami()),
            service_name: None,
            serving_network: self.config.plmn().into(),
            request_type: Some(request_type),
            n1_sm_msg: Some(reference(N1)),
            an_type: AccessType::ThreeGpp,
            rat_type: Some(RatType::Nr),
            ue_location: None,
            ue_time_zone: None,
            sm_context_status_uri: path::uri(&self.config.sbi.own, &callback),
            supported_features: None,
        };
        let request = nsmf::create(&data, &[part(N1, VND_5GNAS, container)]);
        let call = (context, pdu_session_id, Asked::Create);
        let made = self.call_smf(call, "SM context", None, request)?;
        self.sm_contexts(context).sessions.push(SmContext {
            pdu_session_id,
            s_nssai,
            at: None,
            waiting: Vec::new(),
            active: false,
        });
        Some(made)
    }

    fn modify_sm_context(
        &mut self,
        context: ContextId,
        pdu_session_id: u8,
        data: &SmContextUpdateData,
        parts: &[Part],
    ) -> Option<Ticket> {
        let session = self.sm_contexts(context).session(pdu_session_id)?;
        let (target, path) = session.at.clone()?;
        let request = nsmf::modify(&path, data, parts);
        let call = (context, pdu_session_id, Asked::Update);
        self.call_smf(call, "update of an SM context", Some(target), request)
    }

    fn call_smf(
        &mut self,
        (context, pdu_session_id, asked): (ContextId, u8, Asked),
        what: &'static str,
        at: Option<Target>,
        request: Request,
    ) -> Option<Ticket> {
        self.calls.make(Call {
            whose: For::Sm(context, pdu_session_id, asked),
            service: Service::Smf,
            what,
            at,
            request,
        })
    }

    /// The sessions of a context, to change; a context that is gone has some nobody sees.
    fn sm_contexts(&mut self, context: ContextId) -> &mut SmContexts {
        match self.table.record_mut(context) {
            Some(record) => record.sm.get_or_insert_default(),
            None => &mut self.nobodys_sessions,
        }
    }

    /// An SMF answered, or did not.
    pub(crate) fn smf_answered(
        &mut self,
        at: At,
        context: ContextId,
        (pdu_session_id, asked): (u8, Asked),
        outcome: &Outcome,
    ) {
        let ours = self.table.is_about(context, outcome.ticket);
        let container = if ours {
            self.waited(context, pdu_session_id, outcome.ticket)
        } else {
            None
        };
        // The UE has left since, or has begun the session anew: nobody wants what this call has made.
        if asked == Asked::Create && container.is_none() {
            return self.release_unwanted(pdu_session_id, outcome);
        }
        if !ours {
            return;
        }
        let Some(session) = self.sm_contexts(context).session(pdu_session_id) else {
            return;
        };
        match (asked, &outcome.result) {
            (Asked::Create, Ok(response)) if response.status == 201 => {
                session.at = location(response.location.as_deref(), &outcome.target);
                let read = multipart::read::<SmContextCreatedData>(&response.content_type, &response.body);
                let (n2, parts) = read.map_or((None, Vec::new()), |(data, p)| (data.n2_sm_info, p));
                if session.at.is_some() {
                    self.deliver(at, context, SmReply::new(pdu_session_id, Kind::Created));
                    self.pass_on(at, context, pdu_session_id, (None, n2), parts);
                } else {
                    self.refuse(at, context, pdu_session_id, SmFailure::NotForwarded, container);
                }
            }
            (Asked::Create, Ok(response)) => {
                let (error, parts) = nsmf::read_create_error(response);
                self.sm_contexts(context).remove(pdu_session_id);
                if error.n1_sm_msg.is_some() {
                    self.pass_on(at, context, pdu_session_id, (error.n1_sm_msg, None), parts);
                } else {
                    let why = failure(error.error.cause.as_deref());
                    self.refuse(at, context, pdu_session_id, why, container);
                }
            }
            (Asked::Create, Err(_)) => {
                self.sm_contexts(context).remove(pdu_session_id);
                self.refuse(at, context, pdu_session_id, SmFailure::NotForwarded, container);
            }
            (Asked::Update, Ok(response)) if response.is_success() => {
                let read = multipart::read::<SmContextUpdatedData>(&response.content_type, &response.body);
                if let Ok((data, parts)) = read {
                    let both = (data.n1_sm_msg, data.n2_sm_info);
                    self.pass_on(at, context, pdu_session_id, both, parts);
                }
            }
            (Asked::Update, Ok(response)) if response.status == 404 => {
                // The SMF has forgotten it (TS 24.501 5.4.5.2.5 a).
                self.sm_contexts(context).remove(pdu_session_id);
                self.refuse(at, context, pdu_session_id, SmFailure::NotForwarded, container);
                let released = SmReply::new(pdu_session_id, Kind::Released(None));
                self.deliver(at, context, released);
            }
            (Asked::Update, _) => {
                self.refuse(at, context, pdu_session_id, SmFailure::NotForwarded, container);
            }
        }
    }

    /// The UE's message that a call was made for waits no longer.
    fn waited(&mut self, context: ContextId, pdu_session_id: u8, call: Ticket) -> Option<Box<[u8]>> {
        let waiting = &mut self.sm_contexts(context).session(pdu_session_id)?.waiting;
        let place = waiting.iter().position(|(ticket, _)| *ticket == call)?;
        Some(waiting.swap_remove(place).1)
    }

    /// A context that an SMF made and nobody wants.
    fn release_unwanted(&mut self, pdu_session_id: u8, outcome: &Outcome) {
        let made = outcome
            .result
            .as_ref()
            .ok()
            .filter(|response| response.status == 201);
        let at = made.and_then(|response| location(response.location.as_deref(), &outcome.target));
        self.release_at_smf(SmContext {
            pdu_session_id,
            s_nssai: None,
            at,
            waiting: Vec::new(),
            active: false,
        });
    }

    fn refuse(
        &mut self,
        at: At,
        context: ContextId,
        pdu_session_id: u8,
        why: SmFailure,
        container: Option<Box<[u8]>>,
    ) {
        if let Some(container) = container {
            let reply = SmReply::new(pdu_session_id, Kind::Refused(why, container));
            self.deliver(at, context, reply);
        }
    }

    /// What an SMF has for UE and gNB: the parts that its JSON names.
    fn pass_on(
        &mut self,
        at: At,
        context: ContextId,
        pdu_session_id: u8,
        (n1, n2): (Option<RefToBinaryData>, Option<RefToBinaryData>),
        parts: Vec<Part>,
    ) {
        let find = |named: Option<RefToBinaryData>| {
            let named = named?;
            let part = parts.iter().find(|part| part.content_id == named.content_id)?;
            Some(Box::<[u8]>::from(&*part.octets))
        };
        let (n1, n2) = (find(n1), find(n2));
        if n1.is_some() || n2.is_some() {
            let s_nssai = self.slice_of(context, pdu_session_id);
            let reply = SmReply::new(pdu_session_id, Kind::Message { s_nssai, n1, n2 });
            self.deliver(at, context, reply);
        }
    }

    /// The slice of a session.
    fn slice_of(&mut self, context: ContextId, pdu_session_id: u8) -> Option<SNssai> {
        self.sm_contexts(context).session(pdu_session_id)?.s_nssai
    }

    /// To a UE's connection, or after paging; what no UE can be reached for is dropped.
    fn deliver(&mut self, at: At, context: ContextId, reply: SmReply) {
        let Some(record) = self.table.record(context) else {
            return;
        };
        if let Some(connection) = record.connection {
            self.consequences.push_back((connection, Consequence::Sm(reply)));
            return;
        }
        let purpose = Purpose {
            sm: vec![reply],
            ..Purpose::default()
        };
        let _ = self.page_context(at, context, purpose);
    }

    /// A gNB's answer about a session's resources.
    pub(crate) fn resource_answered(&mut self, id: AmfUeNgapId, session: u8, up: bool, transfer: &[u8]) {
        let Some(context) = self.connections.get(id).and_then(|connection| connection.context) else {
            return;
        };
        if let Some(session) = self.sm_contexts(context).session(session) {
            session.active = up;
        }
        let kind = if up {
            N2SmInfoType::PduResSetupRsp
        } else {
            N2SmInfoType::PduResSetupFail
        };
        let data = SmContextUpdateData {
            n2_sm_info: Some(reference(N2)),
            n2_sm_info_type: Some(kind),
            ..SmContextUpdateData::default()
        };
        self.modify_sm_context(context, session, &data, &[part(N2, VND_NGAP, transfer)]);
    }

    /// The UE is idle: its sessions have no user plane any more (TS 23.502 4.2.6).
    pub(crate) fn deactivate_sessions(&mut self, context: ContextId) {
        let Some(sm) = self
            .table
            .record_mut(context)
            .and_then(|record| record.sm.as_mut())
        else {
            return;
        };
        let active = sm.sessions.iter_mut().filter(|session| session.active);
        let ids: Vec<u8> = active
            .map(|session| {
                session.active = false;
                session.pdu_session_id
            })
            .collect();
        for id in ids {
            let data = SmContextUpdateData {
                up_cnx_state: Some(UpCnxState::Deactivated),
                ..SmContextUpdateData::default()
            };
            self.modify_sm_context(context, id, &data, &[]);
        }
    }

    /// The default DNNs of a UE's slices.
    pub(crate) fn select_dnns(&mut self, context: ContextId, data: &SmfSelectionSubscriptionData) {
        let of = |(key, info): (&String, &quintet_sbi::nudm::sdm::SnssaiInfo)| {
            let named = ts29571::Snssai::from_key(key)?;
            let mut dnns = info.dnn_infos.iter();
            let default = dnns.find(|dnn| dnn.default_dnn_indicator == Some(true))?;
            Some((slice(&named)?, default.dnn.parse::<Apn>().ok()?))
        };
        let defaults = data.subscribed_snssai_infos.iter().filter_map(of).collect();
        self.sm_contexts(context).defaults = defaults;
    }

    /// A session's context at its SMF is not wanted any more.
    fn release_sm_context(&mut self, context: ContextId, pdu_session_id: u8) {
        if let Some(session) = self.sm_contexts(context).remove(pdu_session_id) {
            self.release_at_smf(session);
        }
    }

    /// No session of a UE is wanted any more.
    pub(crate) fn release_sm_contexts(&mut self, context: ContextId) {
        let sm = self.table.record_mut(context).and_then(|record| record.sm.take());
        if let Some(sm) = sm {
            self.release_all(*sm);
        }
    }

    pub(crate) fn release_all(&mut self, sm: SmContexts) {
        for session in sm.sessions {
            self.release_at_smf(session);
        }
    }

    fn release_at_smf(&mut self, session: SmContext) {
        if let Some((target, path)) = session.at {
            self.calls.make(Call {
                whose: For::Nobody,
                service: Service::Smf,
                what: "release of an SM context",
                at: Some(target),
                request: nsmf::release(&path, &SmContextReleaseData::default()),
            });
        }
    }
}

fn reference(content_id: &str) -> RefToBinaryData {
    RefToBinaryData {
        content_id: content_id.to_owned(),
    }
}

fn part(content_id: &str, content_type: &str, octets: &[u8]) -> Part {
    Part {
        content_id: content_id.to_owned(),
        content_type: content_type.to_owned(),
        octets: octets.to_vec(),
    }
}

/// Where a context lives that an SMF made: absolute, or on the host that made it.
fn location(location: Option<&str>, by: &Target) -> Option<(Target, String)> {
    let location = location?;
    let (target, path) = if location.starts_with('/') {
        (by.clone(), location.to_owned())
    } else {
        // What was begun under TLS does not go on without.
        path::split_uri(location).filter(|(target, _)| target.tls || !by.tls)?
    };
    (path.len() <= MAX_CONTEXT_PATH).then_some((target, path))
}

/// Why there is no context, for the UE (TS 29.502 table 6.1.3.2.3.1-3, TS 24.501 5.4.5.2.4).
fn failure(named: Option<&str>) -> SmFailure {
    match named.unwrap_or_default() {
        "DNN_DENIED" | "DNN_NOT_SUPPORTED" | "SUBSCRIPTION_DENIED" | "SNSSAI_DENIED" => {
            SmFailure::DnnNotSupported
        }
        "DNN_CONGESTION" | "INSUFFICIENT_RESOURCES_SLICE_DNN" => SmFailure::SliceAndDnnCongested,
        "S_NSSAI_CONGESTION" | "INSUFFICIENT_RESOURCES_SLICE" => SmFailure::SliceCongested,
        "INSUFFICIENT_UP_RESOURCES" => SmFailure::InsufficientUserPlane,
        name if name == cause::NF_CONGESTION.name => SmFailure::SliceAndDnnCongested,
        _ => SmFailure::NotForwarded,
    }
}

//! Cx as it passes: requests with their answers, and the vectors that the HSS hands out (TS 29.228, TS 29.229).

use hashbrown::HashMap;
use quintet_capture::{FlowId, Pdu, Seen};
use quintet_crypto::digest::HashA1;
use quintet_crypto::{Ck, Ik, Res};
use quintet_cx::{
    Answer, AuthenticationScheme, CX, Envelope, Outcome, Request, ServerAssignmentType, UserAuthorizationType,
};
use quintet_diameter::dict::avp;
use quintet_diameter::{Header, Message};
use std::collections::VecDeque;

/// The most requests that wait for their answers; of more, the oldest is forgotten.
pub(crate) const MAX_PENDING: usize = 4096;
/// The most vectors remembered for their challenges.
pub(crate) const MAX_VECTORS: usize = 16_384;

/// How an exchange stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CxState {
    /// No answer so far.
    Open,
    /// Answered.
    Answered,
}

/// A request, and what was answered. Vectors are kept apart, by RAND.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) id: u64,
    pub(crate) command: u32,
    pub(crate) request: Option<Seen>,
    pub(crate) answer: Option<Seen>,
    pub(crate) state: CxState,
    pub(crate) session_id: String,
    /// Whoever asks.
    pub(crate) origin: String,
    pub(crate) impi: Option<String>,
    pub(crate) impu: Option<String>,
    pub(crate) outcome: Option<Outcome>,
    /// SIP-Authentication-Scheme of the request.
    pub(crate) scheme: Option<String>,
    /// Whether MAR brings RAND and AUTS.
    pub(crate) resynchronises: bool,
    /// What SAR is for.
    pub(crate) assignment: Option<ServerAssignmentType>,
    /// What UAR is for.
    pub(crate) authorization: Option<UserAuthorizationType>,
    /// Server-Name of the answer.
    pub(crate) server_name: Option<String>,
    /// Whether the answer has Server-Capabilities.
    pub(crate) capabilities: bool,
    /// RANDs of the answer's vectors.
    pub(crate) rands: Vec<[u8; 16]>,
    /// Whether the answer has H(A1) of SIP Digest.
    pub(crate) has_ha1: bool,
    ha1: Option<HashA1>,
}

/// A vector that the HSS handed out.
#[derive(Clone, Debug)]
pub(super) struct Vector {
    pub(super) xres: Res,
    pub(super) ck: Ck,
    pub(super) ik: Ik,
}

/// Command codes of Cx (TS 29.229 6.1).
const USER_AUTHORIZATION: u32 = 300;
const SERVER_ASSIGNMENT: u32 = 301;
const LOCATION_INFO: u32 = 302;
const MULTIMEDIA_AUTH: u32 = 303;
const REGISTRATION_TERMINATION: u32 = 304;
const PUSH_PROFILE: u32 = 305;

impl Exchange {
    /// The command's name.
    pub(crate) const fn name(&self, answer: bool) -> &'static str {
        match (self.command, answer) {
            (USER_AUTHORIZATION, false) => "User-Authorization-Request",
            (USER_AUTHORIZATION, true) => "User-Authorization-Answer",
            (SERVER_ASSIGNMENT, false) => "Server-Assignment-Request",
            (SERVER_ASSIGNMENT, true) => "Server-Assignment-Answer",
            (LOCATION_INFO, false) => "Location-Info-Request",
            (LOCATION_INFO, true) => "Location-Info-Answer",
            (MULTIMEDIA_AUTH, false) => "Multimedia-Auth-Request",
            (MULTIMEDIA_AUTH, true) => "Multimedia-Auth-Answer",
            (REGISTRATION_TERMINATION, false) => "Registration-Termination-Request",
            (REGISTRATION_TERMINATION, true) => "Registration-Termination-Answer",
            (PUSH_PROFILE, false) => "Push-Profile-Request",
            (PUSH_PROFILE, true) => "Push-Profile-Answer",
            (_, false) => "a request of Cx",
            (_, true) => "an answer of Cx",
        }
    }

    /// Who asks and who answers.
    pub(crate) const fn ends(&self) -> (&'static str, &'static str) {
        match self.command {
            USER_AUTHORIZATION | LOCATION_INFO => ("I-CSCF", "HSS"),
            REGISTRATION_TERMINATION | PUSH_PROFILE => ("HSS", "S-CSCF"),
            _ => ("S-CSCF", "HSS"),
        }
    }

    /// Whether it is UAR.
    pub(crate) const fn is_uar(&self) -> bool {
        self.command == USER_AUTHORIZATION
    }

    /// Whether it is LIR: somebody calls the user.
    pub(crate) const fn is_lir(&self) -> bool {
        self.command == LOCATION_INFO
    }

    /// Whether it is MAR.
    pub(crate) const fn is_mar(&self) -> bool {
        self.command == MULTIMEDIA_AUTH
    }

    /// Whether the S-CSCF wants vectors of AKA.
    pub(crate) fn asks_for_aka(&self) -> bool {
        self.is_mar()
            && self
                .scheme
                .as_deref()
                .is_some_and(|name| AuthenticationScheme::new(name).is_aka())
    }

    /// Whether the answer refuses.
    pub(crate) fn is_refused(&self) -> bool {
        self.outcome.is_some_and(|outcome| !outcome.is_success())
    }

    /// H(A1) of the answer.
    pub(super) const fn ha1(&self) -> Option<&HashA1> {
        self.ha1.as_ref()
    }

    fn new(id: u64, command: u32) -> Self {
        Self {
            id,
            command,
            request: None,
            answer: None,
            state: CxState::Open,
            session_id: String::new(),
            origin: String::new(),
            impi: None,
            impu: None,
            outcome: None,
            scheme: None,
            resynchronises: false,
            assignment: None,
            authorization: None,
            server_name: None,
            capabilities: false,
            rands: Vec::new(),
            has_ha1: false,
            ha1: None,
        }
    }

    /// Reads the request, as far as it can be.
    fn ask(&mut self, message: &Message<'_>) {
        let envelope = Envelope::of(message);
        envelope.session_id.clone_into(&mut self.session_id);
        envelope.origin_host.clone_into(&mut self.origin);
        let text = |id| {
            let found = message.find(id)?;
            std::str::from_utf8(found.data).ok().map(str::to_owned)
        };
        self.impi = text(avp::USER_NAME);
        self.impu = text(avp::PUBLIC_IDENTITY);
        match Request::read(message) {
            Ok(Request::UserAuthorization(uar)) => self.authorization = Some(uar.authorization_type),
            Ok(Request::ServerAssignment(sar)) => self.assignment = Some(sar.assignment_type),
            Ok(Request::MultimediaAuth(mar)) => {
                self.scheme = mar.item.scheme.as_ref().map(|scheme| scheme.as_str().to_owned());
                self.resynchronises = mar.item.resynchronisation.is_some();
            }
            _ => {}
        }
    }
}

/// Takes in Diameter, gives out exchanges.
#[derive(Debug, Default)]
pub(super) struct Observer {
    pending: HashMap<(FlowId, u32), Exchange>,
    order: VecDeque<(FlowId, u32)>,
    /// Requests of the last exchanges by what an agent keeps: the same on another hop is the same.
    ends: VecDeque<(u32, String)>,
    vectors: HashMap<[u8; 16], Vector>,
    vector_order: VecDeque<[u8; 16]>,
    next: u64,
}

impl Observer {
    /// Takes in a message. An exchange that began, or was answered: the second replaces the first of the same number.
    pub(super) fn pdu(&mut self, pdu: &Pdu<'_>) -> Option<Exchange> {
        let header = Header::decode(pdu.octets).ok()?;
        if header.application_id != CX || !(USER_AUTHORIZATION..=PUSH_PROFILE).contains(&header.code) {
            return None;
        }
        let message = Message::decode(pdu.octets).ok()?;
        let key = (pdu.flow.id, header.hop_by_hop);
        if header.flags.request() {
            self.request(key, pdu.seen, &header, &message)
        } else {
            let mut exchange = self.pending.remove(&key)?;
            exchange.answer = Some(pdu.seen);
            exchange.state = CxState::Answered;
            self.answer(&mut exchange, &message);
            Some(exchange)
        }
    }

    /// The vector of a challenge.
    pub(super) fn vector(&self, rand: &[u8; 16]) -> Option<&Vector> {
        self.vectors.get(rand)
    }

    fn request(
        &mut self,
        key: (FlowId, u32),
        seen: Seen,
        header: &Header,
        message: &Message<'_>,
    ) -> Option<Exchange> {
        self.next += 1;
        let mut exchange = Exchange::new(self.next, header.code);
        exchange.request = Some(seen);
        exchange.ask(message);
        let end = (header.end_to_end, exchange.session_id.clone());
        if self.ends.contains(&end) {
            return None;
        }
        self.ends.push_back(end);
        if self.ends.len() > MAX_ENDS {
            self.ends.pop_front();
        }
        if self.pending.insert(key, exchange.clone()).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > MAX_PENDING {
            if let Some(oldest) = self.order.pop_front() {
                self.pending.remove(&oldest);
            }
        }
        Some(exchange)
    }

    fn answer(&mut self, exchange: &mut Exchange, message: &Message<'_>) {
        exchange.outcome = Some(Outcome::of(message));
        match Answer::read(message) {
            Ok(Answer::UserAuthorization(uaa)) => {
                exchange.server_name = uaa.server_name;
                exchange.capabilities = uaa.capabilities.is_some();
            }
            Ok(Answer::LocationInfo(lia)) => exchange.server_name = lia.server_name,
            Ok(Answer::MultimediaAuth(maa)) => {
                for item in maa.items {
                    if let Some(digest) = item.digest {
                        exchange.ha1 = HashA1::from_digits(digest.ha1.expose());
                        exchange.has_ha1 = true;
                    }
                    if let Some(vector) = item.vector {
                        exchange.rands.push(vector.rand);
                        let kept = Vector {
                            xres: vector.xres,
                            ck: vector.ck.clone(),
                            ik: vector.ik.clone(),
                        };
                        self.keep(vector.rand, kept);
                    }
                }
            }
            _ => {}
        }
    }

    fn keep(&mut self, rand: [u8; 16], vector: Vector) {
        if self.vectors.insert(rand, vector).is_none() {
            self.vector_order.push_back(rand);
        }
        while self.vector_order.len() > MAX_VECTORS {
            if let Some(oldest) = self.vector_order.pop_front() {
                self.vectors.remove(&oldest);
            }
        }
    }
}

/// Requests remembered for another hop of theirs: an agent passes them on at once.
const MAX_ENDS: usize = 256;

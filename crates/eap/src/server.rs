//! The server's end of EAP-AKA' (RFC 9048 3, RFC 4187 9; TS 33.501 6.1.3.1): in 5GS the AUSF's.
//!
//! ```text
//!              begin
//!                │ AKA'-Challenge
//!                ▼          KDF of the list, once: AKA'-Challenge with it in front
//!    ┌──── Challenged ◄──────────────────┘
//!    │      │      │ └─ AUTS ─► Resynchronising ──restart──► Challenged
//!    │      │      └─ RES, MAC hold; AT_RESULT_IND of both ─► Indicated ── MAC holds ─► EAP-Success
//!    │      └─ RES, MAC hold ─► EAP-Success
//!    │ Authentication-Reject, Client-Error, Nak ─► EAP-Failure
//!    └ anything else wrong: AKA'-Notification, general failure ─► Notified ── any answer ─► EAP-Failure
//! ```
//!
//! There is no identity round: the subscriber is known from the SUCI before it begins (TS 33.501 6.1.2), so AT_CHECKCODE,
//! where the peer sends it, is empty. One server is one authentication; who has it bounds how many there are and how long
//! each waits.

use crate::aka::{Attribute, AttributeType, Message, NotificationCode, Subtype};
use crate::packet::{self, Code, Packet, Type};
use crate::{MAX_IDENTITY_OCTETS, MAX_KDFS};
use quintet_crypto::eap_aka_prime::{KAut, KDF_CK_IK_PRIME, MasterKeys};
use quintet_crypto::{CkIkPrime, Rand, Res};
use std::fmt;

/// What the UDM gives for EAP-AKA' (TS 33.501 6.1.3.1): RAND, AUTN, XRES, CK' and IK'.
#[derive(Clone, Debug)]
pub struct Vector {
    /// The challenge.
    pub rand: Rand,
    /// The token.
    pub autn: [u8; 16],
    /// The expected response.
    pub xres: Res,
    /// CK' and IK', made for the serving network's name.
    pub keys: CkIkPrime,
}

/// What a server offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// Key derivation functions, the preferred one first, at most 15. Only 1 can end well.
    pub kdfs: Vec<u16>,
    /// Whether a protected result is offered (AT_RESULT_IND).
    pub result_ind: bool,
    /// Whether AT_CHECKCODE is sent.
    pub checkcode: bool,
}

impl Default for ServerOptions {
    /// KDF 1, and neither result indications nor checkcodes.
    fn default() -> Self {
        Self {
            kdfs: vec![KDF_CK_IK_PRIME],
            result_ind: false,
            checkcode: false,
        }
    }
}

/// Why an authentication failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureReason {
    /// RES is not XRES.
    Res,
    /// AT_MAC does not hold: the peer has other keys, or somebody changed the packet.
    Mac,
    /// AT_CHECKCODE is not that of no identity round.
    Checkcode,
    /// A KDF that was not offered, is not there, or was asked for twice.
    Kdf,
    /// AKA'-Authentication-Reject: the USIM did not accept AUTN, or the peer the network name.
    AuthenticationReject,
    /// AKA'-Client-Error, with its code.
    ClientError(u16),
    /// The peer wants another method.
    Nak,
    /// An answer that cannot be read, lacks an attribute, or has one too many.
    Malformed,
}

/// What becomes of an answer.
#[derive(Debug)]
#[must_use]
pub enum ServerStep {
    /// Another request goes to the peer.
    Send(Vec<u8>),
    /// The peer is authentic: EAP-Success, and the keys.
    Success {
        /// EAP-Success.
        packet: [u8; 4],
        /// The keys; EMSK becomes KAUSF.
        keys: Box<MasterKeys>,
    },
    /// The USIM's SQN is ahead: for the UDM to believe, which answers with a vector for [`Server::restart`].
    Resynchronise {
        /// Of which challenge.
        rand: Rand,
        /// The token.
        auts: [u8; 14],
    },
    /// The authentication failed.
    Failure {
        /// EAP-Failure.
        packet: [u8; 4],
        /// Why.
        reason: FailureReason,
    },
    /// Nothing for this server, or nothing expected now: silently discarded (RFC 3748 4.1).
    Discard(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Challenged { negotiated: bool },
    Resynchronising,
    Indicated,
    Notified(FailureReason),
    Done,
}

/// One authentication. See the module. `Debug` shows where it stands, not whose it is.
pub struct Server {
    rand: Rand,
    autn: [u8; 16],
    xres: Res,
    keys: Box<MasterKeys>,
    network_name: Box<[u8]>,
    supi: Box<str>,
    options: ServerOptions,
    /// The KDFs as they were sent last.
    kdfs: Vec<u16>,
    identifier: u8,
    state: State,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("state", &self.state)
            .field("identifier", &self.identifier)
            .field("kdfs", &self.kdfs)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Begins with AKA'-Challenge. `network_name` is the serving network's name, for which the vector was made; `supi` the
    /// identifier without its prefix; `identifier` that of the first request, drawn at random (RFC 4187 10.1).
    ///
    /// `None` when CK' or IK' has not 128 bits, the network name is empty or longer than an attribute holds, or the list of
    /// KDFs is empty or longer than 15.
    #[must_use]
    pub fn begin(
        vector: Vector,
        network_name: &[u8],
        supi: &str,
        options: ServerOptions,
        identifier: u8,
    ) -> Option<(Self, Vec<u8>)> {
        // One place is for the repetition of what the peer chose.
        if options.kdfs.is_empty() || options.kdfs.len() >= MAX_KDFS {
            return None;
        }
        if network_name.is_empty() || network_name.len() > MAX_IDENTITY_OCTETS {
            return None;
        }
        let mut server = Self {
            rand: vector.rand,
            autn: vector.autn,
            xres: vector.xres,
            keys: Box::new(MasterKeys::derive(&vector.keys, supi.as_bytes())?),
            network_name: network_name.into(),
            supi: supi.into(),
            kdfs: options.kdfs.clone(),
            options,
            identifier: identifier.wrapping_sub(1),
            state: State::Done,
        };
        let packet = server.challenge(false)?;
        Some((server, packet))
    }

    /// Goes on after a resynchronisation with the vector that it brought. `None` unless one is under way, or as
    /// [`Self::begin`].
    #[must_use]
    pub fn restart(&mut self, vector: Vector) -> Option<Vec<u8>> {
        if self.state != State::Resynchronising {
            return None;
        }
        *self.keys = MasterKeys::derive(&vector.keys, self.supi.as_bytes())?;
        (self.rand, self.autn, self.xres) = (vector.rand, vector.autn, vector.xres);
        self.kdfs.clone_from(&self.options.kdfs);
        self.challenge(false)
    }

    /// Whether an answer of the peer is awaited.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !matches!(self.state, State::Done | State::Resynchronising)
    }

    /// Takes a packet of the peer.
    pub fn handle(&mut self, octets: &[u8]) -> ServerStep {
        if !self.is_waiting() {
            return ServerStep::Discard("no answer is awaited");
        }
        let packet = match Packet::decode(octets) {
            Ok(packet) if packet.code == Code::Response => packet,
            Ok(_) => return ServerStep::Discard("no response"),
            Err(_) => return ServerStep::Discard("no EAP packet"),
        };
        if packet.identifier != self.identifier {
            return ServerStep::Discard("the response to another request");
        }
        if let State::Notified(reason) = self.state {
            return self.failure(reason);
        }
        match packet.kind() {
            Some(Type::AKA_PRIME) => {}
            Some(Type::NAK) => return self.failure(FailureReason::Nak),
            _ => return self.notify(FailureReason::Malformed),
        }
        let Ok(message) = Message::decode(&packet) else {
            return self.notify(FailureReason::Malformed);
        };
        if message.unskippable().is_some() {
            return self.notify(FailureReason::Malformed);
        }
        match (self.state, message.subtype) {
            (_, Subtype::CLIENT_ERROR) => self.failure(FailureReason::ClientError(
                message.client_error_code().unwrap_or_default(),
            )),
            (State::Indicated, Subtype::NOTIFICATION) => self.indicated(&packet, &message),
            (State::Challenged { .. }, Subtype::AUTHENTICATION_REJECT) => {
                self.failure(FailureReason::AuthenticationReject)
            }
            (State::Challenged { .. }, Subtype::SYNCHRONIZATION_FAILURE) => self.synchronisation(&message),
            (State::Challenged { negotiated }, Subtype::CHALLENGE) => {
                self.answer(&packet, &message, negotiated)
            }
            _ => self.notify(FailureReason::Malformed),
        }
    }

    /// AKA'-Challenge of what is now chosen.
    fn challenge(&mut self, negotiated: bool) -> Option<Vec<u8>> {
        let mut attributes = vec![Attribute::Rand(self.rand), Attribute::Autn(self.autn)];
        attributes.extend(self.kdfs.iter().copied().map(Attribute::Kdf));
        attributes.push(Attribute::KdfInput(&self.network_name));
        if self.options.result_ind {
            attributes.push(Attribute::ResultInd);
        }
        if self.options.checkcode {
            attributes.push(Attribute::Checkcode(&[]));
        }
        attributes.push(Attribute::Mac([0; 16]));
        self.identifier = self.identifier.wrapping_add(1);
        let message = Message::new(Subtype::CHALLENGE, attributes);
        let octets = message.to_octets(
            Code::Request,
            self.identifier,
            Type::AKA_PRIME,
            Some(&self.keys.k_aut),
        )?;
        self.state = State::Challenged { negotiated };
        Some(octets)
    }

    /// AKA'-Challenge of the peer: what it answers, or the KDF it wants.
    fn answer(&mut self, packet: &Packet<'_>, message: &Message<'_>, negotiated: bool) -> ServerStep {
        if message.has(AttributeType::KDF) && !message.has(AttributeType::MAC) {
            return self.negotiate(message, negotiated);
        }
        let Some(res) = message.res().and_then(Res::new) else {
            return self.notify(FailureReason::Malformed);
        };
        if !message.has(AttributeType::MAC) {
            return self.notify(FailureReason::Malformed);
        }
        if self.kdfs.first() != Some(&KDF_CK_IK_PRIME) || !self.repeats_kdf(message) {
            return self.notify(FailureReason::Kdf);
        }
        if !message.mac_holds(packet, &self.keys.k_aut) {
            return self.notify(FailureReason::Mac);
        }
        if message.checkcode().is_some_and(|checkcode| !checkcode.is_empty()) {
            return self.notify(FailureReason::Checkcode);
        }
        if res != self.xres {
            return self.notify(FailureReason::Res);
        }
        if self.options.result_ind && message.has(AttributeType::RESULT_IND) {
            let k_aut = self.keys.k_aut.clone();
            self.state = State::Indicated;
            return self.notification(NotificationCode::SUCCESS, Some(&k_aut));
        }
        self.success()
    }

    /// Whether an answer with AT_MAC names no KDF, or the chosen one. That is not RFC 9048's negotiation, whose answer has
    /// AT_KDF alone (3.2), and UERANSIM's UE does it; AT_MAC covers it, and it asks for nothing. Another one would.
    fn repeats_kdf(&self, message: &Message<'_>) -> bool {
        let mut named = message.kdfs();
        match (named.next(), named.next()) {
            (None, _) => true,
            (Some(kdf), None) => self.kdfs.first() == Some(&kdf),
            (Some(_), Some(_)) => false,
        }
    }

    /// The peer wants another KDF than the first (RFC 9048 3.2): it stands alone in the answer, was offered, and is then
    /// repeated in front of the list. Only once.
    fn negotiate(&mut self, message: &Message<'_>, negotiated: bool) -> ServerStep {
        let mut wanted = message.kdfs();
        let (Some(kdf), None) = (wanted.next(), wanted.next()) else {
            return self.notify(FailureReason::Kdf);
        };
        drop(wanted);
        let offered =
            self.kdfs.iter().skip(1).any(|offered| *offered == kdf) && self.kdfs.first() != Some(&kdf);
        if message.attributes.len() != 1 || negotiated || !offered {
            return self.notify(FailureReason::Kdf);
        }
        self.kdfs.insert(0, kdf);
        match self.challenge(true) {
            Some(octets) => ServerStep::Send(octets),
            None => self.notify(FailureReason::Kdf),
        }
    }

    /// AKA'-Synchronization-Failure: MAC-S is the UDM's to check. The KDFs that a peer repeats are those it was sent.
    fn synchronisation(&mut self, message: &Message<'_>) -> ServerStep {
        let Some(auts) = message.auts() else {
            return self.notify(FailureReason::Malformed);
        };
        if message.has(AttributeType::KDF) && !message.kdfs().eq(self.kdfs.iter().copied()) {
            return self.notify(FailureReason::Kdf);
        }
        self.state = State::Resynchronising;
        ServerStep::Resynchronise {
            rand: self.rand,
            auts: *auts,
        }
    }

    fn indicated(&mut self, packet: &Packet<'_>, message: &Message<'_>) -> ServerStep {
        if message.mac_holds(packet, &self.keys.k_aut) {
            self.success()
        } else {
            self.failure(FailureReason::Mac)
        }
    }

    fn success(&mut self) -> ServerStep {
        self.state = State::Done;
        ServerStep::Success {
            packet: packet::success(self.identifier),
            keys: self.keys.clone(),
        }
    }

    fn failure(&mut self, reason: FailureReason) -> ServerStep {
        self.state = State::Done;
        ServerStep::Failure {
            packet: packet::failure(self.identifier),
            reason,
        }
    }

    /// An error of the peer's answer is told it first (RFC 4187 6.3.2). No AT_MAC: the challenge was not answered.
    fn notify(&mut self, reason: FailureReason) -> ServerStep {
        if self.state == State::Indicated {
            return self.failure(reason);
        }
        self.state = State::Notified(reason);
        self.notification(NotificationCode::GENERAL_FAILURE, None)
    }

    fn notification(&mut self, code: NotificationCode, k_aut: Option<&KAut>) -> ServerStep {
        let mut attributes = vec![Attribute::Notification(code)];
        if k_aut.is_some() {
            attributes.push(Attribute::Mac([0; 16]));
        }
        let identifier = self.identifier.wrapping_add(1);
        let message = Message::new(Subtype::NOTIFICATION, attributes);
        match message.to_octets(Code::Request, identifier, Type::AKA_PRIME, k_aut) {
            Some(octets) => {
                self.identifier = identifier;
                ServerStep::Send(octets)
            }
            // It is 28 octets at most.
            None => self.failure(FailureReason::Malformed),
        }
    }
}

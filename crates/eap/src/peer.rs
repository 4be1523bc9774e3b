//! The peer's end of EAP-AKA' (RFC 9048 3, 4; RFC 4187 9; TS 33.501 6.1.3.1, TS 24.501 5.4.1.2): in 5GS the UE's.
//!
//! ```text
//!   AKA'-Challenge: AT_CHECKCODE, AT_KDF_INPUT, AT_KDF, the separation bit ─► Usim
//!   Usim: MAC-A wrong ─► AKA'-Authentication-Reject        SQN out of range ─► AKA'-Synchronization-Failure
//!         RES, CK', IK' ─► AT_MAC ─► AKA'-Challenge with RES ─► [AKA'-Notification] ─► EAP-Success: keys
//! ```
//!
//! What cannot be processed, AT_MAC that does not hold, and fast re-authentication (no identity for it was ever taken) is
//! AKA'-Client-Error. AKA-Challenge of EAP-AKA is refused by Nak, or, when AT_BIDDING says that the server has EAP-AKA', by
//! AKA-Authentication-Reject: somebody bids down. Pseudonyms in AT_ENCR_DATA are skipped.

mod besides;

use crate::aka::{Attribute, AttributeType, Message, Subtype};
use crate::packet::{self, Body, Code, Packet, Type};
use quintet_crypto::eap_aka_prime::{KDF_CK_IK_PRIME, MasterKeys, checkcode};
use quintet_crypto::{CkIkPrime, Rand, Res};
use std::fmt;

/// Identity requests that are answered in one authentication: any, full authentication, permanent (RFC 4187 4.1.4), and
/// EAP's own.
const MAX_IDENTITY_ROUNDS: usize = 4;

/// The code of AT_CLIENT_ERROR_CODE that there is: unable to process packet (RFC 4187 10.20).
const UNABLE_TO_PROCESS: u16 = 0;

/// What the USIM says to RAND and AUTN.
#[derive(Debug)]
pub enum UsimAnswer {
    /// AUTN is genuine and fresh. CK' and IK' are derived for the network name that was checked.
    Genuine {
        /// RES.
        res: Res,
        /// CK' and IK'.
        keys: CkIkPrime,
    },
    /// AUTN is genuine, its SQN not in range.
    SynchronisationFailure {
        /// The token.
        auts: [u8; 14],
    },
    /// MAC-A does not hold.
    MacFailure,
}

/// Why the peer answers a challenge with anything but RES.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// AT_KDF_INPUT is not this peer's serving network name, or not there.
    NetworkName,
    /// No KDF of the list is there, one is there twice, or there is none.
    Kdf,
    /// The list of KDFs after a negotiation is not the one before it with the chosen one in front.
    KdfList,
    /// The separation bit of AUTN's AMF is not set.
    SeparationBit,
    /// MAC-A of AUTN.
    MacA,
    /// SQN of AUTN.
    Sqn,
    /// AT_MAC does not hold.
    Mac,
    /// AT_CHECKCODE is another than that of the identity round.
    Checkcode,
    /// EAP-AKA although the server has EAP-AKA'.
    BiddingDown,
    /// A packet that cannot be read, lacks an attribute, has one that must not be skipped, or is not expected.
    Unprocessable,
    /// A method other than EAP-AKA'.
    Method,
}

/// What becomes of a packet of the server.
#[derive(Debug)]
#[must_use]
pub enum PeerStep {
    /// Ask the USIM, then [`Peer::handle_usim`].
    Usim {
        /// RAND.
        rand: Rand,
        /// AUTN.
        autn: [u8; 16],
    },
    /// An answer goes to the server.
    Send {
        /// The packet.
        packet: Vec<u8>,
        /// Why it is no response that leads on, if it is none.
        refusal: Option<Refusal>,
    },
    /// EAP-Success after a challenge that was answered: the keys.
    Success(Box<MasterKeys>),
    /// EAP-Failure.
    Failure,
    /// Silently discarded (RFC 3748 4.1).
    Discard(&'static str),
}

#[derive(Debug)]
enum State {
    Idle,
    /// The USIM is asked about this challenge.
    AtUsim {
        request: Vec<u8>,
    },
    /// Answered: its keys wait for EAP-Success; with result indications the notification comes first.
    Answered {
        keys: Box<MasterKeys>,
        awaits_result: bool,
    },
    Done,
}

/// One authentication. See the module. `Debug` shows where it stands, not whose it is.
pub struct Peer {
    network_name: Box<[u8]>,
    supi: Box<str>,
    identity: Option<Box<[u8]>>,
    result_ind: bool,
    state: State,
    /// The list of KDFs of the challenge that another KDF of it was asked for.
    negotiated: Option<Vec<u16>>,
    /// The packets of the identity round, in order.
    identity_round: Vec<Vec<u8>>,
    /// The last request and its answer, for a retransmission (RFC 3748 4.3).
    last: Option<(Vec<u8>, Vec<u8>)>,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("network_name", &String::from_utf8_lossy(&self.network_name))
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Peer {
    /// Of the network's name as this UE knows it, what AT_KDF_INPUT must be: in 5GS that of the serving network, in access that is
    /// not 3GPP's the Access Network Identity (TS 24.302 6.4.2.5); and the SUPI without its prefix. `identity` is what an identity
    /// request is answered with, a SUCI as NAI; without it such a request is refused. `result_ind`: whether a protected
    /// result is taken when it is offered.
    #[must_use]
    pub fn new(network_name: &[u8], supi: &str, identity: Option<&str>, result_ind: bool) -> Self {
        Self {
            network_name: network_name.into(),
            supi: supi.into(),
            identity: identity.map(|identity| identity.as_bytes().into()),
            result_ind,
            state: State::Idle,
            negotiated: None,
            identity_round: Vec::new(),
            last: None,
        }
    }

    /// Takes a packet of the server.
    pub fn handle(&mut self, octets: &[u8]) -> PeerStep {
        let Ok(packet) = Packet::decode(octets) else {
            return PeerStep::Discard("no EAP packet");
        };
        let kind = match (packet.code, packet.body) {
            (Code::Request, Body::Method { kind, .. }) => kind,
            (Code::Success, _) => return self.success(),
            (Code::Failure, _) => {
                self.state = State::Done;
                return PeerStep::Failure;
            }
            _ => return PeerStep::Discard("a response"),
        };
        if let Some((request, answer)) = &self.last
            && request == packet.octets
        {
            return PeerStep::Send {
                packet: answer.clone(),
                refusal: None,
            };
        }
        match kind {
            Type::AKA_PRIME => self.aka_prime(&packet),
            Type::AKA => self.aka(&packet),
            Type::IDENTITY => self.eap_identity(&packet),
            // Shown to nobody, and acknowledged (RFC 3748 5.2).
            Type::NOTIFICATION => self.send(
                &packet,
                packet::encode(Code::Response, packet.identifier, kind, &[]),
                None,
            ),
            _ => self.nak(&packet),
        }
    }

    fn aka_prime(&mut self, packet: &Packet<'_>) -> PeerStep {
        let message = match Message::decode(packet) {
            Ok(message) if message.unskippable().is_none() => message,
            _ => return self.client_error(packet, Refusal::Unprocessable),
        };
        match message.subtype {
            Subtype::CHALLENGE => self.challenge(packet, &message),
            Subtype::IDENTITY => self.aka_identity(packet, &message),
            Subtype::NOTIFICATION => self.notification(packet, &message),
            _ => self.client_error(packet, Refusal::Unprocessable),
        }
    }

    /// AKA'-Challenge up to the USIM.
    fn challenge(&mut self, packet: &Packet<'_>, message: &Message<'_>) -> PeerStep {
        if matches!(self.state, State::Done) {
            return PeerStep::Discard("the authentication is over");
        }
        if message
            .checkcode()
            .is_some_and(|code| code != self.checkcode().as_slice())
        {
            return self.client_error(packet, Refusal::Checkcode);
        }
        if message.kdf_input() != Some(&*self.network_name) {
            return self.reject(packet, Refusal::NetworkName);
        }
        let kdfs: Vec<u16> = message.kdfs().collect();
        if let Some(before) = &self.negotiated {
            if kdfs.first() != Some(&KDF_CK_IK_PRIME) || kdfs[1..] != before[..] {
                return self.client_error(packet, Refusal::KdfList);
            }
        } else if let Err(step) = self.choose_kdf(packet, &kdfs) {
            return step;
        }
        let (Some(rand), Some(autn), true) =
            (message.rand(), message.autn(), message.has(AttributeType::MAC))
        else {
            return self.client_error(packet, Refusal::Unprocessable);
        };
        // AUTN's AMF stands behind SQN (TS 33.402 6.2, TS 33.102 Annex H).
        if autn[6] & 0x80 == 0 {
            return self.reject(packet, Refusal::SeparationBit);
        }
        self.state = State::AtUsim {
            request: packet.octets.to_vec(),
        };
        PeerStep::Usim {
            rand: *rand,
            autn: *autn,
        }
    }

    /// The first KDF of the list must be this peer's; another of it is asked for, once (RFC 9048 3.2).
    fn choose_kdf(&mut self, packet: &Packet<'_>, kdfs: &[u16]) -> Result<(), PeerStep> {
        let twice = kdfs
            .iter()
            .enumerate()
            .any(|(i, kdf)| kdfs[i + 1..].contains(kdf));
        if twice || !kdfs.contains(&KDF_CK_IK_PRIME) {
            return Err(self.reject(packet, Refusal::Kdf));
        }
        if kdfs[0] == KDF_CK_IK_PRIME {
            return Ok(());
        }
        self.negotiated = Some(kdfs.to_vec());
        let wanted = Message::new(Subtype::CHALLENGE, vec![Attribute::Kdf(KDF_CK_IK_PRIME)]);
        Err(self.answer(packet, &wanted, None, Some(Refusal::Kdf)))
    }

    /// Goes on with what the USIM said to the challenge that [`PeerStep::Usim`] asked about.
    pub fn handle_usim(&mut self, answer: UsimAnswer) -> PeerStep {
        let State::AtUsim { request } = std::mem::replace(&mut self.state, State::Idle) else {
            return PeerStep::Discard("the USIM was not asked");
        };
        // Both were read when the USIM was asked.
        let Ok(packet) = Packet::decode(&request) else {
            return PeerStep::Discard("no EAP packet");
        };
        let Ok(message) = Message::decode(&packet) else {
            return PeerStep::Discard("no message");
        };
        // What was negotiated counts for this challenge only: a resynchronisation begins anew.
        self.negotiated = None;
        match answer {
            UsimAnswer::MacFailure => self.reject(&packet, Refusal::MacA),
            UsimAnswer::SynchronisationFailure { auts } => {
                let mut attributes = vec![Attribute::Auts(auts)];
                attributes.extend(message.kdfs().map(Attribute::Kdf));
                let failure = Message::new(Subtype::SYNCHRONIZATION_FAILURE, attributes);
                self.answer(&packet, &failure, None, Some(Refusal::Sqn))
            }
            UsimAnswer::Genuine { res, keys } => self.genuine(&packet, &message, &res, &keys),
        }
    }

    fn genuine(
        &mut self,
        packet: &Packet<'_>,
        message: &Message<'_>,
        res: &Res,
        keys: &CkIkPrime,
    ) -> PeerStep {
        let Some(keys) = MasterKeys::derive(keys, self.supi.as_bytes()).map(Box::new) else {
            return self.client_error(packet, Refusal::Unprocessable);
        };
        if !message.mac_holds(packet, &keys.k_aut) {
            return self.client_error(packet, Refusal::Mac);
        }
        let checkcode = self.checkcode();
        let awaits_result = self.result_ind && message.has(AttributeType::RESULT_IND);
        let mut attributes = vec![Attribute::Res(res.octets())];
        if message.checkcode().is_some() {
            attributes.push(Attribute::Checkcode(&checkcode));
        }
        if awaits_result {
            attributes.push(Attribute::ResultInd);
        }
        attributes.push(Attribute::Mac([0; 16]));
        let response = Message::new(Subtype::CHALLENGE, attributes);
        let step = self.answer(packet, &response, Some(&keys), None);
        self.state = State::Answered { keys, awaits_result };
        step
    }

    fn success(&mut self) -> PeerStep {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Answered {
                keys,
                awaits_result: false,
            } => PeerStep::Success(keys),
            state => {
                self.state = state;
                PeerStep::Discard("EAP-Success before the challenge was answered, or its result told")
            }
        }
    }

    fn reject(&mut self, packet: &Packet<'_>, refusal: Refusal) -> PeerStep {
        self.state = State::Idle;
        self.answer(
            packet,
            &Message::new(Subtype::AUTHENTICATION_REJECT, Vec::new()),
            None,
            Some(refusal),
        )
    }

    fn client_error(&mut self, packet: &Packet<'_>, refusal: Refusal) -> PeerStep {
        let error = Message::new(
            Subtype::CLIENT_ERROR,
            vec![Attribute::ClientErrorCode(UNABLE_TO_PROCESS)],
        );
        self.answer(packet, &error, None, Some(refusal))
    }

    fn answer(
        &mut self,
        request: &Packet<'_>,
        message: &Message<'_>,
        keys: Option<&MasterKeys>,
        refusal: Option<Refusal>,
    ) -> PeerStep {
        let k_aut = keys.map(|keys| &keys.k_aut);
        self.send(
            request,
            message.to_octets(Code::Response, request.identifier, Type::AKA_PRIME, k_aut),
            refusal,
        )
    }

    fn send(&mut self, request: &Packet<'_>, octets: Option<Vec<u8>>, refusal: Option<Refusal>) -> PeerStep {
        let Some(packet) = octets else {
            return PeerStep::Discard("an answer longer than EAP can say");
        };
        self.last = Some((request.octets.to_vec(), packet.clone()));
        PeerStep::Send { packet, refusal }
    }

    /// The checkcode of the identity round so far: empty if there was none.
    fn checkcode(&self) -> Vec<u8> {
        if self.identity_round.is_empty() {
            return Vec::new();
        }
        let packets: Vec<&[u8]> = self.identity_round.iter().map(Vec::as_slice).collect();
        checkcode(&packets).to_vec()
    }
}

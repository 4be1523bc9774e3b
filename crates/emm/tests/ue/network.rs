//! A network by hand: it says what the test wants said, with the right keys or without.

use quintet_crypto::{
    Amf, AuthenticationFunctions, CipheringAlgorithm, IntegrityAlgorithm, K, Kasme, KeNb, Opc, Sqn,
};
use quintet_emm::Disposition;
use quintet_emm::ue::{
    Challenged, Configuration, Event, Identity, Input, Output, Start, Timer, TimerValues, Ue,
};
use quintet_identity::{Guti, Plmn, Tai};
use quintet_nas::eps::*;
use quintet_nas::security::{NasSecurityContext, Protection, Role, SecurityHeader};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use quintet_subscriber::usim::{Answer, Usim};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// The separation bit, set.
pub(crate) const EPS: Amf = Amf([0x80, 0]);

/// One UE, its card, and the network's side by hand.
pub(crate) struct Rig {
    pub(crate) ue: Ue,
    card: Usim,
    functions: AuthenticationFunctions,
    pub(crate) now: Duration,
    pub(crate) seq: u64,
    /// The network's end of the context in use.
    pub(crate) nas: Option<NasSecurityContext>,
    pub(crate) kasme: Option<Kasme>,
    pub(crate) uplink: VecDeque<Vec<u8>>,
    pub(crate) events: Vec<Event>,
    pub(crate) k_enb: Option<KeNb>,
    pub(crate) releases: usize,
    pub(crate) s_tmsi: Option<quintet_identity::STmsi>,
}

pub(crate) fn plmn() -> Plmn {
    "00101".parse().unwrap()
}

pub(crate) fn guti(m_tmsi: u32) -> Guti {
    Guti {
        plmn: plmn(),
        mme_group_id: 2,
        mme_code: 1,
        m_tmsi,
    }
}

pub(crate) fn tai() -> Tai {
    Tai { plmn: plmn(), tac: 1 }
}

pub(crate) fn configuration() -> Configuration {
    Configuration {
        ue_network_capability: vec![0xf0, 0xf0, 0xc0, 0xc0],
        ms_network_capability: Some(vec![0xe5, 0xe0, 0x3e]),
        ue_additional_security_capability: Some(UeAdditionalSecurityCapability {
            ea_5g: 0xf000,
            ia_5g: 0x7000,
        }),
        apn: Some(ApnIe::from_text("internet").unwrap()),
        ..Configuration::default()
    }
}

pub(crate) fn identity() -> Identity {
    Identity {
        imsi: Some("001010000000001".parse().unwrap()),
        imei: "490154203237518".parse().unwrap(),
        imeisv: "4901542032375186".parse().unwrap(),
    }
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(configuration(), identity())
    }

    pub(crate) fn with(configuration: Configuration, identity: Identity) -> Self {
        let authentication = Authentication {
            k: K::new_128([0x11; 16]),
            algorithm: Algorithm::Milenage {
                opc: Opc::new([0x22; 16]),
            },
            amf: EPS,
            sqn_profile: SqnProfile::TIME_BASED,
            dif: None,
            seq_seed: 0,
        };
        Self {
            ue: Ue::new(Arc::new(configuration), identity),
            card: Usim::new(&authentication).unwrap(),
            functions: authentication.functions().unwrap(),
            now: Duration::ZERO,
            seq: 1,
            nas: None,
            kasme: None,
            uplink: VecDeque::new(),
            events: Vec::new(),
            k_enb: None,
            releases: 0,
            s_tmsi: None,
        }
    }

    /// A rig whose UE has sent an ordinary ATTACH REQUEST, which is taken away.
    pub(crate) fn attaching() -> Self {
        let mut rig = Self::new();
        rig.start(Start::ATTACH);
        rig.pop();
        rig
    }

    /// A rig with a registered, connected UE.
    pub(crate) fn registered() -> Self {
        let mut rig = Self::attaching();
        rig.secure(1);
        rig.accept(0x1234);
        rig.events.clear();
        rig
    }

    /// A rig with a registered UE without a connection.
    pub(crate) fn idle() -> Self {
        let mut rig = Self::registered();
        rig.occurs(Input::ConnectionReleased);
        rig
    }

    pub(crate) fn input(&mut self, input: Input<'_>) -> Disposition {
        let mut outputs = Vec::new();
        let disposition = self.ue.handle(self.now, input, &mut outputs);
        for output in outputs {
            match output {
                Output::Initial { nas, s_tmsi } => {
                    self.s_tmsi = s_tmsi;
                    self.uplink.push_back(nas);
                }
                Output::Uplink(nas) => self.uplink.push_back(nas),
                Output::Challenge { rand, autn } => {
                    let answer = match self.card.answer(&rand, &autn) {
                        Answer::MacFailure => Challenged::MacFailure,
                        Answer::SynchFailure(auts) => Challenged::SynchFailure(auts),
                        Answer::Accepted { res, ck, ik } => match Usim::kasme(&ck, &ik, plmn(), &autn) {
                            Some(kasme) => Challenged::Accepted { res, kasme },
                            None => Challenged::NotSeparated,
                        },
                    };
                    assert_eq!(self.input(Input::Challenged(answer)), Disposition::Handled);
                }
                Output::KeNb(k_enb) => self.k_enb = Some(k_enb),
                Output::Release => self.releases += 1,
                Output::Event(event) => {
                    assert!(!matches!(event, Event::Internal(_)), "{event:?}");
                    self.events.push(event);
                }
            }
        }
        disposition
    }

    /// Something that is no message.
    pub(crate) fn occurs(&mut self, input: Input<'_>) {
        assert_eq!(self.input(input), Disposition::Handled);
    }

    pub(crate) fn start(&mut self, start: Start) {
        self.occurs(Input::Start(start));
    }

    /// Lets the next timer expire; how long that took.
    pub(crate) fn expire(&mut self) -> Duration {
        let deadline = self.ue.poll_timeout().expect("a timer runs");
        let waited = deadline - self.now;
        self.now = deadline;
        assert_eq!(self.input(Input::Timeout), Disposition::Handled);
        waited
    }

    /// The oldest PDU of the UE.
    pub(crate) fn pop(&mut self) -> Vec<u8> {
        self.uplink.pop_front().expect("the UE says something")
    }

    /// The oldest PDU of the UE, which has this security header type, in plain.
    pub(crate) fn pop_plain(&mut self, header_type: u8) -> Vec<u8> {
        let pdu = self.pop();
        assert_eq!(
            pdu[0] >> 4,
            header_type,
            "security header type of {}",
            hex::encode(&pdu)
        );
        if header_type == 0 {
            return pdu;
        }
        let mut plain = Vec::new();
        let nas = self.nas.as_mut().expect("keys");
        assert!(
            nas.unprotect(&pdu, &mut plain).is_ok(),
            "MAC and COUNT of {}",
            hex::encode(&pdu)
        );
        plain
    }

    pub(crate) fn quiet(&self) {
        assert!(self.uplink.is_empty(), "{:02x?}", self.uplink);
    }

    /// What happened since the last look.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    pub(crate) fn down_plain(&mut self, message: impl Into<EmmMessage<'static>>) -> Disposition {
        let nas = message.into().to_octets();
        self.input(Input::Downlink(&nas))
    }

    /// The PDU of a message, ciphered under the context in use.
    pub(crate) fn cipher(&mut self, plain: &[u8]) -> Vec<u8> {
        self.protect(Protection::Ciphered, plain)
    }

    pub(crate) fn protect(&mut self, protection: Protection, plain: &[u8]) -> Vec<u8> {
        let mut pdu = Vec::new();
        let nas = self.nas.as_mut().expect("keys");
        nas.protect(protection, plain, &mut pdu).unwrap();
        pdu
    }

    pub(crate) fn down<'m>(&mut self, message: impl Into<EmmMessage<'m>>) -> Disposition {
        let pdu = self.cipher(&message.into().to_octets());
        self.input(Input::Downlink(&pdu))
    }

    pub(crate) fn down_esm<'m>(&mut self, message: impl Into<EsmMessage<'m>>) -> Disposition {
        let pdu = self.cipher(&message.into().to_octets());
        self.input(Input::Downlink(&pdu))
    }

    /// An AUTHENTICATION REQUEST of a genuine vector, and its KASME. The SQN is the next one.
    pub(crate) fn challenge(&mut self, ksi: u8, amf: Amf) -> AuthenticationRequest<'static> {
        let sqn = Sqn::new(self.seq << 5).unwrap();
        self.seq += 1;
        let rand = [self.seq as u8; 16];
        let quintet = self.functions.quintet(&rand, sqn, amf);
        let autn = quintet.autn.octets().unwrap();
        let concealed = &quintet.autn.concealed_sqn;
        self.kasme = Kasme::derive(&quintet.ck, &quintet.ik, &plmn().octets(), concealed);
        AuthenticationRequest::new(NasKsi::native(ksi), rand, autn)
    }

    /// Takes the card's part: a genuine challenge, answered rightly.
    pub(crate) fn authenticate(&mut self, ksi: u8) {
        let request = self.challenge(ksi, EPS);
        let secure = self.ue.path().is_secure();
        let disposition = if secure {
            self.down(request)
        } else {
            self.down_plain(request)
        };
        assert_eq!(disposition, Disposition::Handled);
        // Before secure exchange is established a UE protects what follows a protected initial message, but ciphers nothing.
        let in_use = self.nas.is_some();
        let response = self.pop_plain(if secure { 2 } else { u8::from(in_use) });
        assert_eq!(response[1], AuthenticationResponse::MESSAGE_TYPE);
    }

    /// A SECURITY MODE COMMAND as it should be.
    pub(crate) fn command(&self, ksi: u8) -> SecurityModeCommand<'static> {
        SecurityModeCommand::new(
            NasSecurityAlgorithms::new(2, 2),
            NasKsi::native(ksi),
            configuration().security_capability(),
        )
    }

    /// The PDU of a command under new keys, or the COUNTs of the context in use if it is about that.
    pub(crate) fn command_pdu(&mut self, command: &SecurityModeCommand<'_>) -> Vec<u8> {
        let algorithms = command.selected_nas_security_algorithms;
        let kasme = self.kasme.clone().unwrap_or(Kasme::new([0; 32]));
        let integrity = IntegrityAlgorithm(algorithms.integrity());
        let ciphering = CipheringAlgorithm(algorithms.ciphering());
        self.nas = NasSecurityContext::derive(Role::Network, &kasme, integrity, ciphering).ok();
        let plain = EmmMessage::from(command.clone()).to_octets();
        self.protect(Protection::IntegrityNewContext, &plain)
    }

    /// AKA and security mode, as they should be.
    pub(crate) fn secure(&mut self, ksi: u8) {
        self.authenticate(ksi);
        let pdu = self.command_pdu(&self.command(ksi));
        assert_eq!(self.input(Input::Downlink(&pdu)), Disposition::Handled);
        let complete = self.pop_plain(4);
        assert_eq!(complete[1], SecurityModeComplete::MESSAGE_TYPE);
    }

    /// ATTACH ACCEPT, and ATTACH COMPLETE.
    pub(crate) fn accept(&mut self, m_tmsi: u32) {
        let accept = attach_accept(Some(guti(m_tmsi)));
        let pdu = self.cipher(&accept);
        assert_eq!(self.input(Input::Downlink(&pdu)), Disposition::Handled);
        let complete = self.pop_plain(2);
        assert_eq!(complete[1], AttachComplete::MESSAGE_TYPE);
        assert!(self.ue.is_registered());
    }
}

/// ATTACH ACCEPT in plain, with the default bearer 5.
pub(crate) fn attach_accept(guti: Option<Guti>) -> Vec<u8> {
    let activation = ActivateDefaultEpsBearerContextRequest::new(
        EpsBearerIdentity(5),
        ProcedureTransactionIdentity(1),
        EpsQos {
            qci: 9,
            bit_rates: &[],
        },
        ApnIe::from_text("internet").unwrap(),
        PdnAddress::Ipv4([10, 0, 0, 7].into()),
    );
    let container = EsmMessage::from(activation).to_octets();
    let mut accept = AttachAccept::new(
        EpsAttachResult::EPS_ONLY,
        GprsTimer::from_duration(Duration::from_secs(54 * 60)).unwrap(),
        TaiList::of(&[tai()]).unwrap(),
        EsmMessageContainer(&container),
    );
    accept.guti = guti.map(EpsMobileIdentity::Guti);
    EmmMessage::from(accept).to_octets()
}

/// The same PDU with one bit of its MAC changed.
pub(crate) fn spoilt(pdu: &[u8]) -> Vec<u8> {
    let mut pdu = pdu.to_vec();
    pdu[SecurityHeader::OCTETS - 2] ^= 1;
    pdu
}

/// What a timer is set to.
pub(crate) fn value(timer: Timer) -> Duration {
    let values = TimerValues::default();
    match timer {
        Timer::T3346 => values.t3346,
        Timer::T3402 => values.t3402,
        Timer::T3410 => values.t3410,
        Timer::T3411 => values.t3411,
        Timer::T3412 => values.t3412,
        Timer::T3416 => values.t3416,
        Timer::T3417 => values.t3417,
        Timer::T3418 => values.t3418,
        Timer::T3420 => values.t3420,
        Timer::T3421 => values.t3421,
        Timer::T3430 => values.t3430,
        Timer::T3440 => values.t3440,
    }
}

//! A network by hand: it says what the test wants said, with the right keys or without.

use quintet_crypto::fgs::{ABBA, KAmf, KSeaf, KgNb, ServingNetworkName};
use quintet_crypto::{
    Amf, AuthenticationFunctions, CipheringAlgorithm, IntegrityAlgorithm, K, Opc, Quintet, Sqn,
};
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{
    Concealment, Configuration, Entropy, Event, Identity, Input, Output, Start, Subscription, Timer,
    TimerValues, Ue,
};
use quintet_identity::fgs::{AmfId, Guami, Guti, STmsi, Tac, Tai};
use quintet_identity::{Plmn, SNssai, Supi};
use quintet_nas::fgs::*;
use quintet_nas::security::{Access, NasCount, NasSecurityContext, Protection, Role, SecurityHeader};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use quintet_subscriber::usim::Usim;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// The separation bit, set.
pub(crate) const FGS: Amf = Amf([0x80, 0]);

/// Octets that count up.
pub(crate) struct Counter(pub(crate) u8);

impl Entropy for Counter {
    fn fill(&mut self, to: &mut [u8]) {
        for octet in to {
            self.0 = self.0.wrapping_add(1);
            *octet = self.0;
        }
    }
}

/// One UE, its card, and the network's side by hand.
pub(crate) struct Rig {
    pub(crate) ue: Ue,
    card: Usim,
    functions: AuthenticationFunctions,
    entropy: Counter,
    pub(crate) now: Duration,
    pub(crate) seq: u64,
    /// The last vector.
    pub(crate) quintet: Option<Quintet>,
    /// The network's end of the context in use.
    pub(crate) nas: Option<NasSecurityContext>,
    pub(crate) k_seaf: Option<KSeaf>,
    pub(crate) k_amf: Option<KAmf>,
    pub(crate) abba: Vec<u8>,
    pub(crate) uplink: VecDeque<Vec<u8>>,
    pub(crate) events: Vec<Event>,
    pub(crate) k_gnb: Option<KgNb>,
    pub(crate) releases: usize,
    pub(crate) s_tmsi: Option<STmsi>,
    /// COUNT of the last PDU popped.
    pub(crate) count: Option<NasCount>,
}

pub(crate) fn plmn() -> Plmn {
    "00101".parse().unwrap()
}

pub(crate) fn network_name() -> ServingNetworkName {
    ServingNetworkName::of_plmn(&plmn().octets()).unwrap()
}

pub(crate) fn guti(tmsi: u32) -> Guti {
    let guami = Guami {
        plmn: plmn(),
        amf_id: AmfId::new(2, 1, 1).unwrap(),
    };
    Guti::new(guami, tmsi)
}

pub(crate) fn tai() -> Tai {
    Tai {
        plmn: plmn(),
        tac: Tac::new(7).unwrap(),
    }
}

pub(crate) fn supi() -> Supi {
    Supi::Imsi("001010000000001".parse().unwrap())
}

pub(crate) fn configuration() -> Configuration {
    Configuration {
        ue_security_capability: UeSecurityCapability::new(0xf0, 0xf0).with_eps(0xf0, 0xf0),
        s1_ue_network_capability: Some(vec![0xf0, 0xf0]),
        requested_nssai: vec![SNssai::EMBB],
        ..Configuration::new(plmn())
    }
}

pub(crate) fn identity() -> Identity {
    Identity {
        subscription: Some(Subscription {
            supi: supi(),
            home: plmn(),
            routing_indicator: "0".parse().unwrap(),
            concealment: Concealment::Null,
        }),
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
            amf: FGS,
            sqn_profile: SqnProfile::TIME_BASED,
            dif: None,
            seq_seed: 0,
        };
        Self {
            ue: Ue::new(Arc::new(configuration), identity),
            card: Usim::new(&authentication).unwrap(),
            functions: authentication.functions().unwrap(),
            entropy: Counter(0),
            now: Duration::ZERO,
            seq: 1,
            quintet: None,
            nas: None,
            k_seaf: None,
            k_amf: None,
            abba: ABBA.to_vec(),
            uplink: VecDeque::new(),
            events: Vec::new(),
            k_gnb: None,
            releases: 0,
            s_tmsi: None,
            count: None,
        }
    }

    /// A rig whose UE has sent an ordinary REGISTRATION REQUEST, which is taken away.
    pub(crate) fn registering() -> Self {
        Self::new().began()
    }

    /// The same with a UE of this configuration.
    pub(crate) fn began(mut self) -> Self {
        self.start(Start::REGISTER);
        self.pop();
        self
    }

    /// A rig with a registered, connected UE.
    pub(crate) fn registered() -> Self {
        let mut rig = Self::registering();
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
        let disposition = self.ue.handle(self.now, input, &mut self.entropy, &mut outputs);
        for output in outputs {
            match output {
                Output::Initial { nas, s_tmsi } => {
                    self.s_tmsi = s_tmsi;
                    self.uplink.push_back(nas);
                }
                Output::Uplink(nas) => self.uplink.push_back(nas),
                Output::Challenge { rand, autn } => {
                    let answer = self.card.answer(&rand, &autn);
                    assert_eq!(self.input(Input::Challenged(answer)), Disposition::Handled);
                }
                Output::KgNb(k_gnb) => self.k_gnb = Some(k_gnb),
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

    /// The oldest PDU of the UE, which has this security header type, in plain; an initial message whole.
    pub(crate) fn pop_plain(&mut self, header_type: u8) -> Vec<u8> {
        let pdu = self.pop();
        assert_eq!(pdu[1] & 15, header_type, "header of {}", hex::encode(&pdu));
        if header_type == 0 {
            return pdu;
        }
        let nas = self.nas.as_mut().expect("keys");
        let (mut plain, mut whole) = (Vec::new(), Vec::new());
        let Ok(verified) = nas.unprotect(&pdu, &mut plain) else {
            panic!("MAC and COUNT of {}", hex::encode(&pdu));
        };
        self.count = Some(verified.count());
        let opened = nas.open_initial(verified, &mut whole).expect("the container");
        opened.message().to_vec()
    }

    /// The oldest PDU of the UE, which has this security header type and is this message.
    pub(crate) fn pop_type(&mut self, header_type: u8, message_type: u8) -> Vec<u8> {
        let plain = self.pop_plain(header_type);
        assert_eq!(plain[2], message_type, "{}", hex::encode(&plain));
        plain
    }

    pub(crate) fn quiet(&self) {
        assert!(self.uplink.is_empty(), "{:02x?}", self.uplink);
    }

    /// What happened since the last look.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    pub(crate) fn down_plain<'m>(&mut self, message: impl Into<FgmmMessage<'m>>) -> Disposition {
        let nas = message.into().to_octets();
        self.input(Input::Downlink(&nas))
    }

    pub(crate) fn protect(&mut self, protection: Protection, plain: &[u8]) -> Vec<u8> {
        let mut pdu = Vec::new();
        let nas = self.nas.as_mut().expect("keys");
        nas.protect(protection, plain, &mut pdu).unwrap();
        pdu
    }

    /// A message, ciphered under the context in use.
    pub(crate) fn down<'m>(&mut self, message: impl Into<FgmmMessage<'m>>) -> Disposition {
        let pdu = self.protect(Protection::Ciphered, &message.into().to_octets());
        self.input(Input::Downlink(&pdu))
    }

    /// A message of session management for this session.
    pub(crate) fn down_fgsm<'m>(&mut self, message: impl Into<FgsmMessage<'m>>) -> Disposition {
        let payload = message.into().to_octets();
        let kind = PayloadContainerType::N1_SM_INFORMATION;
        self.down(DlNasTransport::new(kind, PayloadContainer(&payload)))
    }

    /// The next genuine vector; the SQN is the next one.
    pub(crate) fn vector(&mut self, amf: Amf) -> Quintet {
        let sqn = Sqn::new(self.seq << 5).unwrap();
        self.seq += 1;
        let rand = [self.seq as u8; 16];
        let quintet = self.functions.quintet(&rand, sqn, amf);
        self.quintet = Some(quintet.clone());
        quintet
    }

    /// An AUTHENTICATION REQUEST of a genuine vector, and its keys.
    pub(crate) fn challenge(&mut self, ksi: u8, amf: Amf) -> AuthenticationRequest<'static> {
        let quintet = self.vector(amf);
        let concealed = quintet.autn.concealed_sqn;
        let k_ausf =
            quintet_crypto::fgs::KAusf::derive(&quintet.ck, &quintet.ik, &network_name(), &concealed)
                .unwrap();
        self.use_seaf(k_ausf.k_seaf(&network_name()));
        let abba = Box::leak(self.abba.clone().into_boxed_slice());
        let mut request = AuthenticationRequest::new(NasKsi::native(ksi), Abba(abba));
        request.authentication_parameter_rand = Some(quintet.rand);
        request.authentication_parameter_autn = quintet.autn.octets();
        request
    }

    /// The keys of a KSEAF.
    pub(crate) fn use_seaf(&mut self, k_seaf: KSeaf) {
        self.k_amf = k_seaf.k_amf(&supi().value(), &self.abba);
        self.k_seaf = Some(k_seaf);
    }

    /// Takes the card's part: a genuine challenge, answered rightly.
    pub(crate) fn authenticate(&mut self, ksi: u8) {
        let request = self.challenge(ksi, FGS);
        let secure = self.ue.path().is_secure();
        let disposition = if secure {
            self.down(request)
        } else {
            self.down_plain(request)
        };
        assert_eq!(disposition, Disposition::Handled);
        // Before secure exchange is established a UE protects what follows a protected initial message, but ciphers nothing.
        let header_type = if secure { 2 } else { u8::from(self.nas.is_some()) };
        self.pop_type(header_type, AuthenticationResponse::MESSAGE_TYPE);
    }

    /// A SECURITY MODE COMMAND as it should be.
    pub(crate) fn command(&self, ksi: u8) -> SecurityModeCommand<'static> {
        SecurityModeCommand::new(
            NasSecurityAlgorithms::new(2, 2),
            NasKsi::native(ksi),
            configuration().ue_security_capability,
        )
    }

    /// The PDU of a command under the keys of the last challenge, which are taken into use with new COUNTs.
    pub(crate) fn command_pdu(&mut self, command: &SecurityModeCommand<'_>) -> Vec<u8> {
        let k_amf = self.k_amf.clone().unwrap_or(KAmf::new([0; 32]));
        let algorithms = command.selected_nas_security_algorithms;
        let integrity = IntegrityAlgorithm(algorithms.integrity());
        let ciphering = CipheringAlgorithm(algorithms.ciphering());
        let access = Access::ThreeGpp;
        self.nas = NasSecurityContext::derive_fgs(Role::Network, access, &k_amf, integrity, ciphering).ok();
        let plain = FgmmMessage::from(command.clone()).to_octets();
        self.protect(Protection::IntegrityNewContext, &plain)
    }

    /// Sends a command under the keys of the last challenge, which the UE takes; SECURITY MODE COMPLETE in plain.
    pub(crate) fn commanded(&mut self, command: &SecurityModeCommand<'_>) -> Vec<u8> {
        let pdu = self.command_pdu(command);
        assert_eq!(self.input(Input::Downlink(&pdu)), Disposition::Handled);
        self.pop_type(4, SecurityModeComplete::MESSAGE_TYPE)
    }

    /// 5G AKA and security mode, as they should be.
    pub(crate) fn secure(&mut self, ksi: u8) {
        self.authenticate(ksi);
        self.commanded(&self.command(ksi));
    }

    /// REGISTRATION ACCEPT, and REGISTRATION COMPLETE.
    pub(crate) fn accept(&mut self, tmsi: u32) {
        assert_eq!(
            self.down(registration_accept(Some(guti(tmsi)))),
            Disposition::Handled
        );
        self.pop_type(2, RegistrationComplete::MESSAGE_TYPE);
        assert!(self.ue.is_registered());
    }
}

/// REGISTRATION ACCEPT.
pub(crate) fn registration_accept(guti: Option<Guti>) -> RegistrationAccept<'static> {
    let mut accept = RegistrationAccept::new(RegistrationResult::ACCESS_3GPP);
    accept.guti = guti.map(MobileIdentity::Guti);
    accept.tai_list = Some(TaiList::of(&[tai()]).unwrap());
    accept.allowed_nssai = Some(Nssai::of(&[SNssai::EMBB]));
    accept
}

/// The same PDU with one bit of its MAC changed.
pub(crate) fn spoilt(pdu: &[u8]) -> Vec<u8> {
    let mut pdu = pdu.to_vec();
    pdu[SecurityHeader::FGS_OCTETS - 2] ^= 1;
    pdu
}

/// What a timer is set to.
pub(crate) fn value(timer: Timer) -> Duration {
    let values = TimerValues::default();
    match timer {
        Timer::T3346 => values.t3346,
        Timer::T3502 => values.t3502,
        Timer::T3510 => values.t3510,
        Timer::T3511 => values.t3511,
        Timer::T3512 => values.t3512,
        Timer::T3516 => values.t3516,
        Timer::T3517 => values.t3517,
        Timer::T3519 => values.t3519,
        Timer::T3520 => values.t3520,
        Timer::T3521 => values.t3521,
        Timer::T3540 => values.t3540,
        Timer::T3580 => values.t3580,
    }
}

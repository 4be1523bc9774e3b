//! A UE by hand: what it sends, octet by octet, and what it takes.

use super::{guami, k_seaf, res_star, supi};
use quintet_crypto::fgs::{ABBA, KAmf};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_identity::fgs::Guti;
use quintet_identity::{SNssai, Suci};
use quintet_nas::fgs::{
    AuthenticationResponse, FgmmMessage, MobileIdentity, NasKsi, NasMessageContainer, Nssai,
    PduSessionStatus, RegistrationAccept, RegistrationRequest, RegistrationType, SecurityModeCommand,
    SecurityModeComplete, ServiceRequest, ServiceType, UeSecurityCapability, UplinkDataStatus,
};
use quintet_nas::security::fgs::cleartext;
use quintet_nas::security::{Access, NasSecurityContext, Protection, Role};

/// NEA0 to NEA3, NIA0 to NIA3.
pub(crate) const CAPABILITY: UeSecurityCapability = UeSecurityCapability::new(0xf0, 0xf0);

/// A REGISTRATION REQUEST.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) registration_type: RegistrationType,
    pub(crate) ksi: u8,
    pub(crate) identity: MobileIdentity<'static>,
    pub(crate) capability: Option<UeSecurityCapability>,
    pub(crate) nssai: Vec<SNssai>,
    pub(crate) sessions: Option<[u8; 2]>,
    pub(crate) uplink_data: Option<[u8; 2]>,
}

impl Request {
    pub(crate) fn of(identity: MobileIdentity<'static>, ksi: u8) -> Self {
        Self {
            registration_type: RegistrationType::INITIAL_REGISTRATION,
            ksi,
            identity,
            capability: Some(CAPABILITY),
            nssai: vec![SNssai::EMBB],
            sessions: None,
            uplink_data: None,
        }
    }

    /// The n-th subscriber by its SUCI, not concealed.
    pub(crate) fn by_suci(n: u8) -> Self {
        Self::of(MobileIdentity::Suci(suci(n)), 7)
    }

    pub(crate) fn by_guti(guti: Guti, ksi: u8) -> Self {
        Self::of(MobileIdentity::Guti(guti), ksi)
    }

    pub(crate) fn with_type(self, registration_type: RegistrationType) -> Self {
        Self {
            registration_type,
            ..self
        }
    }

    pub(crate) fn message(&self) -> FgmmMessage<'_> {
        let mut request =
            RegistrationRequest::new(self.registration_type, NasKsi(self.ksi), self.identity.clone());
        request.ue_security_capability = self.capability;
        request.requested_nssai = (!self.nssai.is_empty()).then(|| Nssai::of(&self.nssai));
        request.pdu_session_status = self.sessions.map(PduSessionStatus);
        request.uplink_data_status = self.uplink_data.map(UplinkDataStatus);
        request.into()
    }

    /// Everything.
    pub(crate) fn whole(&self) -> Vec<u8> {
        self.message().to_octets()
    }

    /// What goes without protection.
    pub(crate) fn cleartext(&self) -> Vec<u8> {
        cleartext(&self.message())
            .expect("an initial message")
            .to_octets()
    }
}

pub(crate) fn suci(n: u8) -> Suci {
    Suci::null(&supi(n), guami().plmn, "0".parse().expect("a routing indicator")).expect("of this PLMN")
}

/// What is inside a PDU that is not ciphered.
pub(crate) fn plain(nas: &[u8]) -> &[u8] {
    if nas[1] & 0x0f == 0 { nas } else { &nas[7..] }
}

pub(crate) struct Ue {
    pub(crate) ksi: u8,
    pub(crate) n: u8,
    pub(crate) k_amf: KAmf,
    pub(crate) nas: Option<NasSecurityContext>,
    pub(crate) guti: Option<Guti>,
    /// The registration under way.
    pub(crate) request: Request,
}

impl Ue {
    /// Takes AUTHENTICATION REQUEST, plain, with the n-th challenge, whose keys its USIM has.
    pub(crate) fn challenged(request: &[u8], n: u8, registration: Request) -> Self {
        let decoded = FgmmMessage::decode_downlink(request).expect("a message").message;
        let FgmmMessage::AuthenticationRequest(request) = decoded else {
            panic!("AUTHENTICATION REQUEST, not {}", decoded.name());
        };
        assert_eq!(request.authentication_parameter_rand, Some([n; 16]));
        assert_eq!(request.authentication_parameter_autn, Some([n ^ 0xff; 16]));
        assert_eq!(request.abba.0, ABBA);
        let ksi = request.ng_ksi.0;
        assert!(ksi < 7, "a native key set: {ksi}");
        Self::with_keys(ksi, n, registration)
    }

    /// A UE that has the keys of the n-th challenge.
    pub(crate) fn with_keys(ksi: u8, n: u8, request: Request) -> Self {
        Self {
            ksi,
            n,
            k_amf: k_seaf(n).k_amf(&supi(1).value(), &ABBA).expect("a short SUPI"),
            nas: None,
            guti: None,
            request,
        }
    }

    pub(crate) fn response(&self) -> Vec<u8> {
        let mut response = AuthenticationResponse::new();
        response.authentication_response_parameter = Some(*res_star(self.n).expose());
        FgmmMessage::from(response).to_octets()
    }

    /// Takes SECURITY MODE COMMAND: its header, its MAC under the context it offers, COUNT, ngKSI. Answers it, plain.
    pub(crate) fn take_command(&mut self, command: &[u8]) -> Vec<u8> {
        assert_eq!(
            command[..2],
            [0x7e, 3],
            "integrity protected with new context, not ciphered"
        );
        let plain = plain(command).to_vec();
        let decoded = SecurityModeCommand::decode(&plain)
            .expect("SECURITY MODE COMMAND")
            .0;
        assert_eq!(decoded.ng_ksi.0, self.ksi);
        let derived = decoded
            .additional_5g_security_information
            .is_some_and(|i| i.kamf_derivation_required());
        if derived {
            let uplink_nas_count = self.counts_sent() - 1;
            self.k_amf = self
                .k_amf
                .at_mobility(quintet_crypto::fgs::Mobility::Idle { uplink_nas_count });
            self.nas = None;
        }
        let chosen = decoded.selected_nas_security_algorithms;
        let mut nas = NasSecurityContext::derive_fgs(
            Role::Ue,
            Access::ThreeGpp,
            &self.k_amf,
            IntegrityAlgorithm(chosen.integrity()),
            CipheringAlgorithm(chosen.ciphering()),
        )
        .expect("known algorithms");
        if let Some(current) = self.nas.take_if(|_| command[6] != 0) {
            nas = nas.with_counts(current.counts());
        }
        let mut out = Vec::new();
        let _ = nas.unprotect(command, &mut out).expect("the MAC holds");
        self.nas = Some(nas);
        plain
    }

    /// The next uplink COUNT.
    pub(crate) fn counts_sent(&mut self) -> u32 {
        let counts = self.context().counts();
        counts.next_sent.expect("COUNTs are left").value()
    }

    /// SECURITY MODE COMPLETE with the whole request.
    pub(crate) fn complete(&mut self) -> Vec<u8> {
        let whole = self.request.whole();
        let mut complete = SecurityModeComplete::new();
        complete.nas_message_container = Some(NasMessageContainer(&whole));
        self.complete_with(complete)
    }

    pub(crate) fn complete_with(&mut self, complete: SecurityModeComplete<'_>) -> Vec<u8> {
        self.protect(
            Protection::CipheredNewContext,
            &FgmmMessage::from(complete).to_octets(),
        )
    }

    pub(crate) fn context(&mut self) -> &mut NasSecurityContext {
        self.nas.as_mut().expect("a security context")
    }

    pub(crate) fn protect(&mut self, protection: Protection, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        self.context()
            .protect(protection, plain, &mut out)
            .expect("COUNTs are left");
        out
    }

    pub(crate) fn ciphered(&mut self, message: FgmmMessage<'_>) -> Vec<u8> {
        self.protect(Protection::Ciphered, &message.to_octets())
    }

    /// An initial message: cleartext elements, and the rest in a ciphered container.
    pub(crate) fn initial(&mut self, message: &FgmmMessage<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        self.context()
            .protect_initial(message, &mut out)
            .expect("COUNTs are left");
        out
    }

    /// A protected downlink, read.
    pub(crate) fn read(&mut self, nas: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let _ = self.context().unprotect(nas, &mut out).expect("the MAC holds");
        out
    }

    /// The name of a protected downlink.
    pub(crate) fn name(&mut self, nas: &[u8]) -> &'static str {
        let plain = self.read(nas);
        FgmmMessage::decode_downlink(&plain)
            .expect("a message")
            .message
            .name()
    }

    /// REGISTRATION ACCEPT, read; its GUTI is the UE's.
    pub(crate) fn accept(&mut self, nas: &[u8]) -> RegistrationAccept<'static> {
        let plain = self.read(nas);
        let (accept, _) =
            RegistrationAccept::decode(Box::leak(plain.into_boxed_slice())).expect("REGISTRATION ACCEPT");
        if let Some(MobileIdentity::Guti(guti)) = accept.guti {
            self.guti = Some(guti);
        }
        accept
    }

    /// A registration by its GUTI under its context, from idle.
    pub(crate) fn register(&mut self, registration_type: RegistrationType) -> Vec<u8> {
        let guti = self.guti.expect("a GUTI");
        let request = Request::by_guti(guti, self.ksi).with_type(registration_type);
        self.register_with(request)
    }

    pub(crate) fn register_with(&mut self, request: Request) -> Vec<u8> {
        self.request = request.clone();
        self.initial(&request.message())
    }

    /// SERVICE REQUEST from idle.
    pub(crate) fn service(
        &mut self,
        service_type: ServiceType,
        sessions: Option<[u8; 2]>,
        uplink_data: Option<[u8; 2]>,
    ) -> Vec<u8> {
        let s_tmsi = self.guti.expect("a GUTI").s_tmsi();
        let mut request = ServiceRequest::new(NasKsi(self.ksi), service_type, MobileIdentity::STmsi(s_tmsi));
        request.pdu_session_status = sessions.map(PduSessionStatus);
        request.uplink_data_status = uplink_data.map(UplinkDataStatus);
        self.initial(&request.into())
    }
}

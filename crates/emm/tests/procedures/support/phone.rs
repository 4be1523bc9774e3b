//! A UE by hand.

use super::imsi;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme};
use quintet_emm::network::Vector;
use quintet_identity::Guti;
use quintet_nas::eps::{
    ActivateDefaultEpsBearerContextAccept, AttachAccept, AttachComplete, AttachRequest,
    AuthenticationResponse, EmmMessage, EpsAttachType, EpsBearerIdentity, EpsMobileIdentity,
    EsmMessageContainer, NasKsi, ProcedureTransactionIdentity, SecurityModeCommand, SecurityModeComplete,
    UeNetworkCapability,
};
use quintet_nas::security::{NasSecurityContext, Protection, Role};

/// PDN CONNECTIVITY REQUEST with PTI 1, an initial request of `pdn_type`, and `options` after that.
pub(crate) fn esm_container(pdn_type: u8, options: &[u8]) -> Vec<u8> {
    [&[0x02, 0x01, 0xd0, pdn_type << 4 | 1], options].concat()
}

/// ATTACH REQUEST by IMSI, without keys.
pub(crate) fn attach_request(esm: &EsmMessageContainer<'_>) -> Vec<u8> {
    attach_request_as(EpsAttachType::EPS_ATTACH, EpsMobileIdentity::Imsi(imsi()), 7, esm)
}

pub(crate) fn attach_request_as(
    attach_type: EpsAttachType,
    identity: EpsMobileIdentity<'_>,
    ksi: u8,
    esm: &EsmMessageContainer<'_>,
) -> Vec<u8> {
    let request = AttachRequest::new(
        attach_type,
        NasKsi(ksi),
        identity,
        // EEA0, EEA1, EEA2; EIA1, EIA2, EIA3.
        UeNetworkCapability(&[0xe0, 0x70]),
        *esm,
    );
    EmmMessage::from(request).to_octets()
}

#[derive(Default)]
pub(crate) struct Phone {
    pub(crate) ksi: u8,
    pub(crate) kasme: Option<Kasme>,
    pub(crate) nas: Option<NasSecurityContext>,
    pub(crate) guti: Option<Guti>,
    /// Uplink COUNT of the last message it sent.
    pub(crate) last_count: u32,
}

impl Phone {
    pub(crate) fn respond(&mut self, challenge: &[u8], vector: &Vector) -> Vec<u8> {
        let plain = self.read(challenge);
        let EmmMessage::AuthenticationRequest(request) = EmmMessage::decode_downlink(&plain).unwrap().message
        else {
            panic!("AUTHENTICATION REQUEST, not {plain:02x?}");
        };
        self.ksi = request.nas_key_set_identifier_asme.0;
        self.kasme = Some(vector.kasme.clone());
        let response = EmmMessage::from(AuthenticationResponse::new(vector.xres.octets())).to_octets();
        if challenge[0] == 0x07 {
            response
        } else {
            self.protect(Protection::Ciphered, &response)
        }
    }

    pub(crate) fn complete(&mut self, command: &[u8]) -> Vec<u8> {
        assert_eq!(command[0], 0x37);
        let decoded = SecurityModeCommand::decode(&command[6..]).unwrap().0;
        let chosen = decoded.selected_nas_security_algorithms;
        let mut nas = NasSecurityContext::derive(
            Role::Ue,
            self.kasme.as_ref().unwrap(),
            IntegrityAlgorithm(chosen.integrity()),
            CipheringAlgorithm(chosen.ciphering()),
        )
        .unwrap();
        let mut out = Vec::new();
        let _ = nas.unprotect(command, &mut out).expect("the MAC holds");
        self.nas = Some(nas);
        self.protect(
            Protection::CipheredNewContext,
            &EmmMessage::from(SecurityModeComplete::new()).to_octets(),
        )
    }

    pub(crate) fn protect(&mut self, protection: Protection, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let nas = self.nas.as_mut().expect("a security context");
        self.last_count = nas.protect(protection, plain, &mut out).unwrap().value();
        out
    }

    pub(crate) fn send<'m>(&mut self, message: impl Into<EmmMessage<'m>>) -> Vec<u8> {
        self.protect(Protection::Ciphered, &message.into().to_octets())
    }

    /// An initial message: not ciphered.
    pub(crate) fn open<'m>(&mut self, message: impl Into<EmmMessage<'m>>) -> Vec<u8> {
        self.protect(Protection::Integrity, &message.into().to_octets())
    }

    pub(crate) fn service_request(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let nas = self.nas.as_mut().expect("a security context");
        self.last_count = nas.protect_service_request(self.ksi, &mut out).unwrap().value();
        out
    }

    /// A downlink, plain.
    pub(crate) fn read(&mut self, nas: &[u8]) -> Vec<u8> {
        if nas[0] == 0x07 {
            return nas.to_vec();
        }
        let mut out = Vec::new();
        let context = self.nas.as_mut().expect("a security context");
        let _ = context.unprotect(nas, &mut out).expect("the MAC holds");
        out
    }

    /// Takes ATTACH ACCEPT: its GUTI.
    pub(crate) fn accept(&mut self, plain: &[u8]) {
        let accept = AttachAccept::decode(plain).expect("ATTACH ACCEPT").0;
        let Some(EpsMobileIdentity::Guti(guti)) = accept.guti else {
            panic!("a GUTI");
        };
        self.guti = Some(guti);
    }

    pub(crate) fn attach_complete(&mut self) -> Vec<u8> {
        let mut esm = Vec::new();
        ActivateDefaultEpsBearerContextAccept::new(
            EpsBearerIdentity(5),
            ProcedureTransactionIdentity::UNASSIGNED,
        )
        .encode(&mut esm);
        self.send(AttachComplete::new(EsmMessageContainer(&esm)))
    }
}

//! A UE by hand: it does what its script says, with keys that hold.

use super::imsi;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme};
use quintet_identity::Guti;
use quintet_nas::eps::{
    ActivateDefaultEpsBearerContextAccept, AttachAccept, AttachComplete, AttachRequest,
    AuthenticationResponse, EmmMessage, EpsAttachType, EpsBearerIdentity, EpsMobileIdentity,
    EsmMessageContainer, NasKsi, ProcedureTransactionIdentity, SecurityModeCommand, SecurityModeComplete,
    UeNetworkCapability,
};
use quintet_nas::security::{NasSecurityContext, Protection, Role};

/// EEA0 to EEA2; EIA1 to EIA3.
fn capable() -> UeNetworkCapability<'static> {
    UeNetworkCapability(&[0xe0, 0x70])
}

/// ATTACH REQUEST without protection, for IPv4.
fn attach_request(identity: EpsMobileIdentity<'_>, ksi: u8) -> Vec<u8> {
    EmmMessage::from(AttachRequest::new(
        EpsAttachType::EPS_ATTACH,
        NasKsi(ksi),
        identity,
        capable(),
        EsmMessageContainer(&[0x02, 0x01, 0xd0, 0x11]),
    ))
    .to_octets()
}

/// The UE.
#[derive(Default)]
pub(crate) struct Phone {
    pub(crate) n: u32,
    pub(crate) ksi: u8,
    pub(crate) nas: Option<NasSecurityContext>,
    pub(crate) guti: Option<Guti>,
}

impl Phone {
    pub(crate) fn new(n: u32) -> Self {
        Self { n, ..Self::default() }
    }

    pub(crate) fn attach_by_imsi(&self) -> Vec<u8> {
        attach_request(EpsMobileIdentity::Imsi(imsi(self.n)), 7)
    }

    /// RES as its vector has it.
    pub(crate) fn respond(&mut self, challenge: &[u8], res: &[u8]) -> Vec<u8> {
        let plain = self.read(challenge);
        let EmmMessage::AuthenticationRequest(request) = EmmMessage::decode_downlink(&plain).unwrap().message
        else {
            panic!("AUTHENTICATION REQUEST, not {plain:02x?}");
        };
        self.ksi = request.nas_key_set_identifier_asme.0;
        EmmMessage::from(AuthenticationResponse::new(res)).to_octets()
    }

    pub(crate) fn complete(&mut self, command: &[u8], kasme: &Kasme) -> Vec<u8> {
        assert_eq!(command[0], 0x37, "SECURITY MODE COMMAND");
        let decoded = SecurityModeCommand::decode(&command[6..]).unwrap().0;
        let chosen = decoded.selected_nas_security_algorithms;
        let mut nas = NasSecurityContext::derive(
            Role::Ue,
            kasme,
            IntegrityAlgorithm(chosen.integrity()),
            CipheringAlgorithm(chosen.ciphering()),
        )
        .unwrap();
        let mut out = Vec::new();
        let _ = nas.unprotect(command, &mut out).expect("the MAC holds");
        self.nas = Some(nas);
        let complete = EmmMessage::from(SecurityModeComplete::new()).to_octets();
        self.protect(Protection::CipheredNewContext, &complete)
    }

    pub(crate) fn protect(&mut self, protection: Protection, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let nas = self.nas.as_mut().expect("a security context");
        let _ = nas.protect(protection, plain, &mut out).unwrap();
        out
    }

    /// A message of a secure connection.
    pub(crate) fn send<'m>(&mut self, message: impl Into<EmmMessage<'m>>) -> Vec<u8> {
        self.protect(Protection::Ciphered, &message.into().to_octets())
    }

    pub(crate) fn service_request(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let nas = self.nas.as_mut().expect("a security context");
        let _ = nas.protect_service_request(self.ksi, &mut out).unwrap();
        out
    }

    /// A downlink, plain. Panics if it does not hold, or was there before.
    pub(crate) fn read(&mut self, nas: &[u8]) -> Vec<u8> {
        if nas[0] == 0x07 {
            return nas.to_vec();
        }
        let mut out = Vec::new();
        let context = self.nas.as_mut().expect("a security context");
        let _ = context.unprotect(nas, &mut out).expect("the MAC holds");
        out
    }

    /// Takes ATTACH ACCEPT, and confirms it.
    pub(crate) fn accept(&mut self, nas: &[u8]) -> Vec<u8> {
        let plain = self.read(nas);
        let accept = AttachAccept::decode(&plain).expect("ATTACH ACCEPT").0;
        let Some(EpsMobileIdentity::Guti(guti)) = accept.guti else {
            panic!("a GUTI");
        };
        self.guti = Some(guti);
        let mut esm = Vec::new();
        ActivateDefaultEpsBearerContextAccept::new(
            EpsBearerIdentity(5),
            ProcedureTransactionIdentity::UNASSIGNED,
        )
        .encode(&mut esm);
        self.send(AttachComplete::new(EsmMessageContainer(&esm)))
    }
}

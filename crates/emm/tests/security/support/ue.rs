//! A UE by hand: what it sends, octet by octet, and what it takes.

use super::imsi;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme};
use quintet_emm::network::Vector;
use quintet_identity::Guti;
use quintet_nas::eps::{
    AttachRequest, AuthenticationResponse, EmmMessage, EpsAttachType, EpsMobileIdentity, EsmMessageContainer,
    NasKsi, SecurityModeCommand, SecurityModeComplete, UeNetworkCapability,
};
use quintet_nas::security::{NasSecurityContext, Protection, Role};

/// PDN CONNECTIVITY REQUEST: PTI 1, IPv4, initial request.
const ESM: [u8; 4] = [0x02, 0x01, 0xd0, 0x11];

/// EEA0 to EEA3, EIA0 to EIA3.
pub(crate) const CAPABILITY: [u8; 2] = [0xf0, 0xf0];

/// The plain ATTACH REQUEST of the first subscriber, by IMSI, without keys.
pub(crate) fn attach_request() -> Vec<u8> {
    attach_request_of(EpsMobileIdentity::Imsi(imsi(1)), 7)
}

pub(crate) fn attach_request_of(identity: EpsMobileIdentity<'_>, ksi: u8) -> Vec<u8> {
    attach_request_with(identity, ksi, EpsAttachType::EPS_ATTACH, &CAPABILITY)
}

pub(crate) fn attach_request_with(
    identity: EpsMobileIdentity<'_>,
    ksi: u8,
    attach_type: EpsAttachType,
    capability: &[u8],
) -> Vec<u8> {
    let request = AttachRequest::new(
        attach_type,
        NasKsi(ksi),
        identity,
        UeNetworkCapability(capability),
        EsmMessageContainer(&ESM),
    );
    EmmMessage::from(request).to_octets()
}

/// What is inside a PDU that is not ciphered.
pub(crate) fn plain(nas: &[u8]) -> &[u8] {
    if nas[0] >> 4 == 0 { nas } else { &nas[6..] }
}

pub(crate) struct Ue {
    pub(crate) ksi: u8,
    pub(crate) kasme: Kasme,
    res: Vec<u8>,
    pub(crate) nas: Option<NasSecurityContext>,
    pub(crate) guti: Option<Guti>,
}

impl Ue {
    /// Takes AUTHENTICATION REQUEST with a vector whose keys its USIM has.
    pub(crate) fn challenged(request: &[u8], vector: &Vector) -> Self {
        Self::challenged_plain(plain(request), vector)
    }

    /// The same, deciphered already.
    pub(crate) fn challenged_plain(request: &[u8], vector: &Vector) -> Self {
        let decoded = EmmMessage::decode_downlink(request).expect("a message").message;
        let EmmMessage::AuthenticationRequest(request) = decoded else {
            panic!("AUTHENTICATION REQUEST, not {}", decoded.name());
        };
        assert_eq!(request.authentication_parameter_rand, vector.rand);
        assert_eq!(request.authentication_parameter_autn, vector.autn);
        let ksi = request.nas_key_set_identifier_asme.0;
        assert!(ksi < 7, "a native key set: {ksi}");
        Self {
            ksi,
            kasme: vector.kasme.clone(),
            res: vector.xres.octets().to_vec(),
            nas: None,
            guti: None,
        }
    }

    pub(crate) fn response(&self) -> Vec<u8> {
        EmmMessage::from(AuthenticationResponse::new(&self.res)).to_octets()
    }

    /// Takes SECURITY MODE COMMAND: its header, its MAC under the context it offers, COUNT, KSI. Answers what it says.
    pub(crate) fn take_command(&mut self, command: &[u8]) -> SecurityModeCommand<'static> {
        assert_eq!(
            command[0], 0x37,
            "integrity protected with new context, not ciphered"
        );
        let decoded = SecurityModeCommand::decode(plain(command))
            .expect("SECURITY MODE COMMAND")
            .0;
        assert_eq!(decoded.nas_key_set_identifier.0, self.ksi);
        let chosen = decoded.selected_nas_security_algorithms;
        let mut nas = NasSecurityContext::derive(
            Role::Ue,
            &self.kasme,
            IntegrityAlgorithm(chosen.integrity()),
            CipheringAlgorithm(chosen.ciphering()),
        )
        .expect("known algorithms");
        if let Some(current) = self.nas.take_if(|_| command[5] != 0) {
            nas = nas.with_counts(current.counts());
        }
        let mut out = Vec::new();
        let _ = nas.unprotect(command, &mut out).expect("the MAC holds");
        self.nas = Some(nas);
        let mut owned = SecurityModeCommand::new(
            chosen,
            decoded.nas_key_set_identifier,
            decoded.replayed_ue_security_capabilities,
        );
        owned.hash_mme = decoded.hash_mme;
        owned.imeisv_request = decoded.imeisv_request;
        owned.replayed_ue_additional_security_capability = decoded.replayed_ue_additional_security_capability;
        owned
    }

    pub(crate) fn complete(&mut self) -> Vec<u8> {
        self.complete_with(SecurityModeComplete::new())
    }

    pub(crate) fn complete_with(&mut self, complete: SecurityModeComplete<'_>) -> Vec<u8> {
        self.protect(
            Protection::CipheredNewContext,
            &EmmMessage::from(complete).to_octets(),
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

    pub(crate) fn ciphered(&mut self, message: EmmMessage<'_>) -> Vec<u8> {
        self.protect(Protection::Ciphered, &message.to_octets())
    }

    /// A protected downlink, read.
    pub(crate) fn read(&mut self, nas: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let _ = self.context().unprotect(nas, &mut out).expect("the MAC holds");
        out
    }

    /// ATTACH REQUEST by its GUTI under its context.
    pub(crate) fn attach(&mut self) -> Vec<u8> {
        let (guti, ksi) = (self.guti.expect("a GUTI"), self.ksi);
        let request = attach_request_of(EpsMobileIdentity::Guti(guti), ksi);
        self.protect(Protection::Integrity, &request)
    }
}

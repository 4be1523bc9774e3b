//! What a message tells of who the UE is, and what it can.

use crate::keys;
use crate::report::Technology;
use crate::trail::{Sighting, Temporary};
use quintet_identity::{Imei, Imsi, Suci};
use quintet_nas::common::Element;
use quintet_nas::eps::{EmmMessage, EpsMobileIdentity, MobileIdentity, UeNetworkCapability};
use quintet_nas::fgs::{self, FgmmMessage};

/// What a message tells.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) imsi: Option<Imsi>,
    /// The SUCI it came with.
    pub(crate) suci: Option<Suci>,
    pub(crate) imei: Option<Imei>,
    /// The GUTI it came with.
    pub(crate) guti: Option<Temporary>,
    pub(crate) new_guti: Option<Temporary>,
    /// Security capabilities, as on the wire.
    pub(crate) reported: Option<Vec<u8>>,
    /// RAND and AUTN.
    pub(crate) challenge: Option<([u8; 16], [u8; 16])>,
}

impl Told {
    /// Of a message as seen; `None` if it cannot be read.
    pub(crate) fn by(technology: Technology, sighting: &Sighting) -> Option<Self> {
        match technology {
            Technology::Eps | Technology::Ims => sighting.message().map(|message| Self::by_eps(&message)),
            Technology::Fgs => sighting.fgmm_message().map(|message| Self::by_fgs(&message)),
        }
    }

    /// Of a message of 5GS.
    fn by_fgs(message: &FgmmMessage<'_>) -> Self {
        let mut told = Self::default();
        match message {
            FgmmMessage::RegistrationRequest(m) => {
                told.of_fgs(&m.mobile_identity);
                told.reported = m
                    .ue_security_capability
                    .map(|capability| capability.octets().to_vec());
            }
            FgmmMessage::ServiceRequest(m) => told.of_fgs(&m.s_tmsi),
            FgmmMessage::DeregistrationRequestFromUe(m) => told.of_fgs(&m.mobile_identity),
            FgmmMessage::IdentityResponse(m) => told.of_fgs(&m.mobile_identity),
            FgmmMessage::SecurityModeComplete(m) => {
                if let Some(identity) = &m.imeisv {
                    told.of_fgs(identity);
                }
            }
            FgmmMessage::RegistrationAccept(m) => told.given_fgs(m.guti.as_ref()),
            FgmmMessage::ConfigurationUpdateCommand(m) => told.given_fgs(m.guti.as_ref()),
            FgmmMessage::AuthenticationRequest(m) => {
                let of_eap = || keys::eap_challenge(m.eap_message?.0);
                told.challenge = m
                    .authentication_parameter_rand
                    .zip(m.authentication_parameter_autn)
                    .or_else(of_eap);
            }
            _ => {}
        }
        told
    }

    fn of_fgs(&mut self, identity: &fgs::MobileIdentity<'_>) {
        match identity {
            fgs::MobileIdentity::Suci(suci) => {
                self.imsi = suci.null_supi().and_then(|supi| supi.imsi());
                self.suci = Some(suci.clone());
            }
            fgs::MobileIdentity::Guti(guti) => self.guti = Some(Temporary::Fgs(*guti)),
            fgs::MobileIdentity::Imei(imei) => self.imei = Some(*imei),
            _ => {}
        }
    }

    fn given_fgs(&mut self, identity: Option<&fgs::MobileIdentity<'_>>) {
        if let Some(fgs::MobileIdentity::Guti(guti)) = identity {
            self.new_guti = Some(Temporary::Fgs(*guti));
        }
    }

    /// Of a message of EPS.
    fn by_eps(message: &EmmMessage<'_>) -> Self {
        let mut told = Self::default();
        match message {
            EmmMessage::AttachRequest(m) => {
                told.of(&m.eps_mobile_identity);
                told.reported = Some(octets(&m.ue_network_capability));
            }
            EmmMessage::TrackingAreaUpdateRequest(m) => {
                told.of(&m.old_guti);
                told.reported = m.ue_network_capability.as_ref().map(octets);
            }
            EmmMessage::DetachRequestFromUe(m) => told.of(&m.eps_mobile_identity),
            EmmMessage::IdentityResponse(m) => told.of_mobile(&m.mobile_identity),
            EmmMessage::SecurityModeComplete(m) => {
                if let Some(identity) = &m.imeisv {
                    told.of_mobile(identity);
                }
            }
            EmmMessage::AttachAccept(m) => told.given(m.guti.as_ref()),
            EmmMessage::TrackingAreaUpdateAccept(m) => told.given(m.guti.as_ref()),
            EmmMessage::GutiReallocationCommand(m) => told.given(Some(&m.guti)),
            EmmMessage::AuthenticationRequest(m) => {
                told.challenge = Some((m.authentication_parameter_rand, m.authentication_parameter_autn));
            }
            _ => {}
        }
        told
    }

    fn of(&mut self, identity: &EpsMobileIdentity<'_>) {
        match identity {
            EpsMobileIdentity::Imsi(imsi) => self.imsi = Some(*imsi),
            EpsMobileIdentity::Imei(imei) => self.imei = Some(*imei),
            EpsMobileIdentity::Guti(guti) => self.guti = Some(Temporary::Eps(*guti)),
            EpsMobileIdentity::Other(_) => {}
        }
    }

    fn of_mobile(&mut self, identity: &MobileIdentity<'_>) {
        match identity {
            MobileIdentity::Imsi(imsi) => self.imsi = Some(*imsi),
            MobileIdentity::Imei(imei) => self.imei = Some(*imei),
            _ => {}
        }
    }

    fn given(&mut self, identity: Option<&EpsMobileIdentity<'_>>) {
        if let Some(EpsMobileIdentity::Guti(guti)) = identity {
            self.new_guti = Some(Temporary::Eps(*guti));
        }
    }
}

/// The value part as it is on the wire.
fn octets(capability: &UeNetworkCapability<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    capability.encode(&mut octets);
    octets
}

//! What rules want out of a message, whichever system it is of.

use super::{Sighting, View};
use crate::fgs::eap::EapSeen;
use crate::keys;
use quintet_nas::eps::EmmMessage;
use quintet_nas::fgs::FgmmMessage;

/// What SECURITY MODE COMMAND says beside its algorithms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandContents {
    /// Ciphering algorithms replayed: bit 8 is algorithm 0.
    pub ciphering: u8,
    /// Integrity algorithms replayed.
    pub integrity: u8,
    /// The IMEISV is asked for.
    pub imeisv_requested: bool,
    /// 5GS: the initial message is asked for again.
    pub retransmission_requested: bool,
}

impl Sighting {
    /// RAND and AUTN of a challenge, also of one inside EAP-AKA'.
    #[must_use]
    pub fn challenge(&self) -> Option<([u8; 16], [u8; 16])> {
        if let Some(EmmMessage::AuthenticationRequest(m)) = self.message() {
            return Some((m.authentication_parameter_rand, m.authentication_parameter_autn));
        }
        let Some(FgmmMessage::AuthenticationRequest(m)) = self.fgmm_message() else {
            return None;
        };
        let aka = m
            .authentication_parameter_rand
            .zip(m.authentication_parameter_autn);
        aka.or_else(|| keys::eap_challenge(m.eap_message?.0))
    }

    /// The packet of EAP in it, of 5GS.
    #[must_use]
    pub fn eap(&self) -> Option<EapSeen> {
        let carries = matches!(
            self.view,
            View::AuthenticationRequest { .. }
                | View::AuthenticationResponse
                | View::AuthenticationFailure { .. }
                | View::AuthenticationResult
                | View::AuthenticationReject
        );
        carries.then(|| EapSeen::of(&self.fgmm_message()?)).flatten()
    }

    /// What SECURITY MODE COMMAND says.
    #[must_use]
    pub fn command(&self) -> Option<CommandContents> {
        if let Some(EmmMessage::SecurityModeCommand(m)) = self.message() {
            return Some(CommandContents {
                ciphering: m.replayed_ue_security_capabilities.eea,
                integrity: m.replayed_ue_security_capabilities.eia,
                imeisv_requested: m.imeisv_request.is_some_and(|request| request.0 & 7 == 1),
                retransmission_requested: false,
            });
        }
        let Some(FgmmMessage::SecurityModeCommand(m)) = self.fgmm_message() else {
            return None;
        };
        Some(CommandContents {
            ciphering: m.replayed_ue_security_capabilities.ea_5g(),
            integrity: m.replayed_ue_security_capabilities.ia_5g(),
            imeisv_requested: m.imeisv_request.is_some_and(|request| request.0 & 7 == 1),
            retransmission_requested: m
                .additional_5g_security_information
                .is_some_and(|information| information.retransmission_requested()),
        })
    }

    /// Whether SECURITY MODE COMPLETE brings the IMEISV; `None` if it cannot be read.
    #[must_use]
    pub fn brings_imeisv(&self) -> Option<bool> {
        match (self.message(), self.fgmm_message()) {
            (Some(EmmMessage::SecurityModeComplete(m)), _) => Some(m.imeisv.is_some()),
            (_, Some(FgmmMessage::SecurityModeComplete(m))) => Some(m.imeisv.is_some()),
            _ => None,
        }
    }
}

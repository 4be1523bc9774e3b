//! Identification and GUTI reallocation (TS 24.301 5.4.4, 5.4.1).

use super::{Ue, Work};
use quintet_nas::eps::{
    EmmMessage, EpsMobileIdentity, GutiReallocationCommand, GutiReallocationComplete, IdentityRequest,
    IdentityResponse, IdentityType2, MobileIdentity, TaiList,
};

/// "No identity": three octets of zeros (TS 24.008 10.5.1.4).
const NO_IDENTITY: MobileIdentity<'static> = MobileIdentity::NoIdentity(&[0, 0, 0]);

impl Ue {
    /// IDENTITY REQUEST. That without protection only the IMSI is told, the table has seen to.
    pub(super) fn identity_request(&mut self, work: &mut Work<'_>, request: &IdentityRequest<'_>) {
        let identity = match IdentityType2(request.identity_type.0 & 7) {
            IdentityType2::IMSI => self.identity.imsi.map(MobileIdentity::Imsi),
            IdentityType2::IMEI => Some(MobileIdentity::Imei(self.identity.imei)),
            IdentityType2::IMEISV => Some(MobileIdentity::Imeisv(self.identity.imeisv)),
            IdentityType2::TMSI => self.kept.guti.map(|guti| MobileIdentity::Tmsi(guti.m_tmsi)),
            _ => None,
        };
        let response = IdentityResponse::new(identity.unwrap_or(NO_IDENTITY));
        self.send_emm(work, &EmmMessage::IdentityResponse(response));
    }

    /// GUTI REALLOCATION COMMAND.
    pub(super) fn guti_reallocation_command(
        &mut self,
        work: &mut Work<'_>,
        command: &GutiReallocationCommand<'_>,
    ) {
        self.take_area(Some(&command.guti), command.tai_list.as_ref());
        self.send_emm(
            work,
            &EmmMessage::GutiReallocationComplete(GutiReallocationComplete::new()),
        );
    }

    /// What the network calls the UE from now on, and where.
    pub(super) fn take_area(&mut self, guti: Option<&EpsMobileIdentity<'_>>, tais: Option<&TaiList<'_>>) {
        if let Some(EpsMobileIdentity::Guti(guti)) = guti {
            self.kept.guti = Some(*guti);
        }
        if let Some(tais) = tais {
            self.kept.tais = tais.tais().into();
            self.kept.last_visited = self.kept.tais.first().copied();
        }
    }
}

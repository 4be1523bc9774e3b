//! Generic UE configuration update (TS 24.501 5.4.4), and slice-specific authentication (5.4.7), which this UE declines.

use super::output::Event;
use super::{Ue, Work};
use quintet_nas::fgs::{
    ConfigurationUpdateCommand, ConfigurationUpdateComplete, EapMessage,
    NetworkSliceSpecificAuthenticationCommand, NetworkSliceSpecificAuthenticationComplete,
};

/// EAP-Response, and a Nak that wishes for no other method (RFC 3748 4, 5.3.1).
const EAP_RESPONSE: u8 = 2;
const EAP_NAK: [u8; 2] = [3, 0];

impl Ue {
    /// CONFIGURATION UPDATE COMMAND (TS 24.501 5.4.4.3).
    pub(super) fn configuration_update_command(
        &mut self,
        work: &mut Work<'_>,
        command: &ConfigurationUpdateCommand<'_>,
    ) {
        self.take_area(command.guti.as_ref(), command.tai_list.as_ref());
        if let Some(allowed) = &command.allowed_nssai {
            self.kept.allowed_nssai = allowed.slices().collect();
        }
        let indication = command.configuration_update_indication;
        if indication.is_some_and(|indication| indication.registration_requested())
            && let Some(connection) = &mut self.connection
        {
            connection.update = true;
        }
        if indication.is_some_and(|indication| indication.acknowledgement_requested()) {
            self.send_fgmm(work, &ConfigurationUpdateComplete::new().into());
        }
        work.event(Event::ConfigurationUpdated { guti: self.kept.guti });
    }

    /// NETWORK SLICE-SPECIFIC AUTHENTICATION COMMAND (TS 24.501 5.4.7.2.2). There are no credentials for a slice here, so the
    /// answer is that no EAP method will do.
    pub(super) fn slice_authentication_command(
        &mut self,
        work: &mut Work<'_>,
        command: &NetworkSliceSpecificAuthenticationCommand<'_>,
    ) {
        let identifier = command.eap_message.0.get(1).copied().unwrap_or_default();
        let [method, none] = EAP_NAK;
        let nak = [EAP_RESPONSE, identifier, 0, 6, method, none];
        let complete = NetworkSliceSpecificAuthenticationComplete::new(command.s_nssai, EapMessage(&nak));
        self.send_fgmm(work, &complete.into());
    }
}

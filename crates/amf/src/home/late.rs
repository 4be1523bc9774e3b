//! Registrations at the UDM that are granted when their UE is gone: the UDM must not have this AMF as one that serves it
//! (TS 29.503 5.3.2.4.2).

use crate::amf::Amf;
use crate::calls::{Call, For, Outcome};
use crate::event::Service;
use crate::home::Step;
use quintet_fgmm::network::{Contexts as _, FgmmState};
use quintet_identity::Supi;
use quintet_ngap::AmfUeNgapId;
use quintet_sbi::CallFailure;
use quintet_sbi::nudm::uecm::{self, Amf3GppAccessRegistrationModification};

/// Whether the UDM has granted a registration, or may have: a call without an answer may have arrived all the same.
pub(super) fn may_be_granted(outcome: &Outcome) -> bool {
    match &outcome.result {
        Ok(response) => response.is_success(),
        Err(CallFailure::Timeout(_) | CallFailure::Broken(_)) => true,
        Err(CallFailure::Unreachable { .. } | CallFailure::Busy) => false,
    }
}

impl Amf {
    /// Nobody waits for a connection's registration any more. Whether the UDM grants it shows later.
    pub(crate) fn give_up_registering(&mut self, id: AmfUeNgapId) {
        let connection = self.connections.get_mut(id);
        let Some(registering) = connection.and_then(|connection| connection.registering.take()) else {
            return;
        };
        // As many at most as there are calls, each of which has an outcome.
        if let Some((ticket, Step::Register)) = registering.asked {
            self.given_up.insert(ticket, registering.supi);
        }
    }

    /// The outcome of a registration that nobody waited for. If the UE is back meanwhile, it is registered there after all;
    /// else that is ended.
    pub(crate) fn registered_late(&mut self, outcome: &Outcome) {
        let Some(supi) = self.given_up.remove(&outcome.ticket) else {
            return;
        };
        if !may_be_granted(outcome) {
            return;
        }
        let record = self.table.by_supi(&supi).and_then(|id| self.table.record_mut(id));
        let here = |state, connected| state == FgmmState::Registered || connected;
        match record.filter(|record| here(record.context.state, record.connection.is_some())) {
            Some(record) => record.at_udm = true,
            None => self.purge_at_udm(&supi),
        }
    }

    /// Nudm_UECM_Deregistration: the UDM hears that this AMF does not serve the UE.
    pub(crate) fn purge_at_udm(&mut self, supi: &Supi) {
        let modification = Amf3GppAccessRegistrationModification {
            guami: self.sbi_guami(),
            purge_flag: Some(true),
            pei: None,
            ims_vo_ps: None,
        };
        self.calls.make(Call {
            whose: For::Nobody,
            service: Service::Udm,
            what: "deregistration of the AMF",
            at: None,
            request: uecm::update_amf_registration(&supi.to_string(), &modification),
        });
    }
}

//! INITIAL CONTEXT SETUP: the eNB gets its key and the bearer, with the NAS message that goes along
//! (TS 23.401 5.3.2.1, 5.3.4.1; TS 33.401 7.2.6; TS 36.413 8.3.1).
//!
//! KeNB comes from the uplink COUNT of the message that made the connection secure: the initial message if that was
//! verified, SECURITY MODE COMPLETE if there was one since (TS 33.401 7.2.6.2, A.3). The UE derives it from the same.

use crate::Disposition;
use crate::network::input::ContextSetupFailure;
use crate::network::output::{BearerSetup, Output};
use crate::network::session::{Environment, Goal};
use crate::network::timer::Timer;
use crate::network::{Registration, Session, security_mode};
use quintet_nas::eps::EmmCause;

impl Session {
    /// Asks the eNB for the context of this UE, with `nas` (plain here) for the UE; `timer` guards that message.
    pub(in crate::network) fn set_up_context(
        &mut self,
        env: &mut Environment<'_>,
        registration: &Registration,
        nas: Option<Vec<u8>>,
        timer: Option<Timer>,
    ) -> Disposition {
        let count = self.kenb_count;
        let Some((kenb, capabilities)) = self.bound_context(env).and_then(|context| {
            let security = context.security.as_ref()?;
            // Under EIA0 the eNB is to choose the null algorithms as well, as nobody shares a key (TS 33.401 15.2.2.2).
            let capabilities = if security_mode::is_null(security) {
                (0, 0)
            } else {
                BearerSetup::capabilities_of(&context.ue_network_capability)
            };
            Some((security.kasme.k_enb(count), capabilities))
        }) else {
            return self.reject(env, EmmCause::NETWORK_FAILURE);
        };
        let pdu = match &nas {
            None => None,
            Some(plain) => match self.protect(env, plain, false) {
                Some(pdu) => Some(pdu),
                // There is no COUNT left, and the connection is being released.
                None => return Disposition::Handled,
            },
        };
        self.bearers = true;
        env.outputs.push(Output::ContextSetup(Box::new(BearerSetup {
            nas: pdu,
            kenb,
            capabilities,
            ambr: registration.ambr,
            bearer: registration.default_bearer,
            qci: registration.qci,
            arp_priority: registration.arp_priority,
        })));
        if let (Some(plain), Some(timer)) = (nas, timer) {
            self.guard(env, timer, plain);
        }
        Disposition::Handled
    }

    /// Bearers that are there get KeNB of the keys that have just been taken into use (TS 33.401 7.2.9.2).
    pub(in crate::network) fn rekey_bearers(&mut self, env: &mut Environment<'_>) {
        let count = self.kenb_count;
        let kenb = self
            .bound_context(env)
            .and_then(|context| Some(context.security.as_ref()?.kasme.k_enb(count)));
        env.outputs.extend(kenb.map(Output::ContextModification));
    }

    /// What came of it.
    pub(in crate::network) fn context_setup(
        &mut self,
        env: &mut Environment<'_>,
        outcome: Result<(), ContextSetupFailure>,
    ) -> Disposition {
        match (outcome, &self.goal) {
            (Ok(()), Goal::ServiceRequest(_)) => self.served(env),
            (Ok(()), _) => {}
            (Err(_), goal) => {
                let attach = matches!(goal, Goal::Attach(_));
                self.bearers = false;
                if attach {
                    self.attach_setup_failed(env);
                } else {
                    self.setup_failed(env);
                }
            }
        }
        Disposition::Handled
    }
}

impl BearerSetup {
    /// The algorithms of a UE network capability as S1AP has them: EEA1 and EIA1 are the most significant bits; the null
    /// algorithms and those without a place are left out (TS 36.413 9.2.1.40).
    fn capabilities_of(ue_network_capability: &[u8]) -> (u16, u16) {
        let bits = |octet: Option<&u8>| u16::from(octet.copied().unwrap_or(0) << 1 & 0xe0) << 8;
        (
            bits(ue_network_capability.first()),
            bits(ue_network_capability.get(1)),
        )
    }
}

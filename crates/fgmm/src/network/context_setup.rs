//! The gNB's context of a UE: INITIAL CONTEXT SETUP with its key and the NAS message that goes along, and what waits for it
//! (TS 23.502 4.2.2.2.2, 4.2.3.2; TS 33.501 6.8.1.1.2, 6.8.1.2.2; TS 38.413 8.3.1).
//!
//! KgNB comes from the uplink COUNT of the message that made the connection secure: the initial message if that was
//! verified, SECURITY MODE COMPLETE if there was one since (TS 33.501 6.8.1.1.2.2, A.9). The UE derives it from the same.

use super::input::ContextSetupFailure;
use super::output::{ContextSetup, Output, SmResource};
use super::session::{Environment, Goal};
use super::timer::Timer;
use super::{Session, security_mode};
use crate::Disposition;
use quintet_identity::SNssai;
use quintet_nas::fgs::{FgmmCause, UeSecurityCapability};

/// Most PDU session resources that wait for a context: one for each session (TS 24.007 11.2.3.1b).
const MAX_WAITING: usize = super::PduSessions::MAX as usize;

/// How far the gNB's context of this UE is.
#[derive(Debug, Default)]
pub(super) enum Access {
    /// None was asked for, or it failed.
    #[default]
    None,
    /// INITIAL CONTEXT SETUP REQUEST is out; what comes after its answer.
    Asked(Vec<Resource>),
    /// It is there.
    Ready,
}

/// A PDU session for the gNB, its NAS message plain.
#[derive(Debug)]
pub(super) struct Resource {
    /// PDU session ID.
    pub(super) pdu_session_id: u8,
    /// Its slice.
    pub(super) s_nssai: Option<SNssai>,
    /// DL NAS TRANSPORT, plain.
    pub(super) nas: Option<Vec<u8>>,
    /// N2 SM information.
    pub(super) transfer: Box<[u8]>,
}

impl Access {
    /// Whether the gNB has a key, or is given one.
    pub(super) const fn is_asked(&self) -> bool {
        !matches!(self, Self::None)
    }
}

impl Session {
    /// Asks the gNB for the context of this UE, with `nas` (plain here) for the UE; `timer` guards that message.
    pub(super) fn set_up_context(
        &mut self,
        env: &mut Environment<'_>,
        nas: Option<Vec<u8>>,
        timer: Option<Timer>,
    ) -> Disposition {
        let count = self.k_gnb_count;
        let Some((k_gnb, capabilities, ambr, allowed_nssai)) = self.bound_context(env).and_then(|context| {
            let security = context.security.as_ref()?;
            // Under NIA0 the gNB is to choose the null algorithms as well, as nobody shares a key (TS 33.501 10.2.2.2).
            let capabilities = if security_mode::is_null(security) {
                UeSecurityCapability::new(NULL_ALGORITHM, NULL_ALGORITHM)
            } else {
                context.ue_security_capability?
            };
            let registration = context.registration.as_ref();
            Some((
                security.k_amf.k_gnb(count),
                capabilities,
                registration.and_then(|r| r.ambr),
                registration.map(|r| r.allowed.clone()).unwrap_or_default(),
            ))
        }) else {
            return self.reject(env, FgmmCause::PROTOCOL_ERROR_UNSPECIFIED);
        };
        let pdu = match &nas {
            None => None,
            Some(plain) => match self.protect(env, plain, false) {
                Some(pdu) => Some(pdu),
                // There is no COUNT left, and the connection is being released.
                None => return Disposition::Handled,
            },
        };
        self.access = Access::Asked(Vec::new());
        self.rekey_due = false;
        env.outputs.push(Output::ContextSetup(Box::new(ContextSetup {
            nas: pdu,
            k_gnb,
            capabilities,
            ambr,
            allowed_nssai,
        })));
        if let (Some(plain), Some(timer)) = (nas, timer) {
            self.guard(env, timer, plain);
        }
        Disposition::Handled
    }

    /// The gNB gets KgNB of the keys that have just been taken into use (TS 33.501 6.9.4.4): once it has a context, for
    /// before that it knows of nothing to modify (TS 38.413 8.3.4).
    pub(super) fn rekey_access(&mut self, env: &mut Environment<'_>) {
        self.rekey_due = matches!(self.access, Access::Asked(_));
        if self.rekey_due {
            return;
        }
        let count = self.k_gnb_count;
        let k_gnb = self
            .bound_context(env)
            .and_then(|context| Some(context.security.as_ref()?.k_amf.k_gnb(count)));
        env.outputs.extend(k_gnb.map(Output::ContextModification));
    }

    /// A PDU session for the gNB, as soon as that has a context.
    pub(super) fn set_up_resource(&mut self, env: &mut Environment<'_>, resource: Resource) {
        match &mut self.access {
            Access::Ready => self.send_resource(env, resource),
            Access::Asked(waiting) => {
                waiting.retain(|other| other.pdu_session_id != resource.pdu_session_id);
                if waiting.len() < MAX_WAITING {
                    waiting.push(resource);
                }
            }
            Access::None => {
                let _ = self.set_up_context(env, None, None);
                if let Access::Asked(waiting) = &mut self.access {
                    waiting.push(resource);
                }
            }
        }
    }

    fn send_resource(&mut self, env: &mut Environment<'_>, resource: Resource) {
        let nas = match &resource.nas {
            None => None,
            Some(plain) => match self.protect(env, plain, false) {
                Some(pdu) => Some(pdu),
                None => return,
            },
        };
        env.outputs.push(Output::SmResource(Box::new(SmResource {
            pdu_session_id: resource.pdu_session_id,
            s_nssai: resource.s_nssai,
            nas,
            transfer: resource.transfer,
        })));
    }

    /// What came of it. An answer that nobody waits for is of no use.
    pub(super) fn context_setup(
        &mut self,
        env: &mut Environment<'_>,
        outcome: Result<(), ContextSetupFailure>,
    ) -> Disposition {
        let waiting = match std::mem::take(&mut self.access) {
            Access::Asked(waiting) => waiting,
            other => {
                self.access = other;
                return Disposition::Handled;
            }
        };
        match outcome {
            Ok(()) => {
                self.access = Access::Ready;
                if self.rekey_due {
                    self.rekey_access(env);
                }
                if matches!(self.goal, Goal::ServiceRequest(_)) {
                    self.served(env);
                }
                for resource in waiting {
                    self.send_resource(env, resource);
                }
            }
            Err(_) => self.setup_failed(env),
        }
        Disposition::Handled
    }
}

/// NEA0 and NIA0: the most significant bit (TS 24.501 9.11.3.54).
const NULL_ALGORITHM: u8 = 0x80;

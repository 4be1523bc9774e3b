//! What a session was told, by whatever means: good for asking and checking, never for changing a context by itself.

use super::{Environment, Session};
use crate::network::ContextId;
use crate::network::output::Subject;
use quintet_identity::fgs::{Guti, STmsi};
use quintet_identity::{Imei, Imeisv, Supi};
use quintet_nas::fgs::{
    ControlPlaneServiceRequest, DeregistrationRequestFromUe, MobileIdentity, NasKsi, RegistrationRequest,
    RegistrationType, ServiceRequest, ServiceType, UeSecurityCapability,
};

/// How the subscriber was named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::network) enum NamedBy {
    /// Not yet.
    #[default]
    Nothing,
    /// By a 5G-GUTI, whose SUPI is this AMF's own knowledge and may be wrong.
    Guti,
    /// By its SUCI.
    Suci,
}

/// What a session was told.
#[derive(Debug, Default)]
pub(in crate::network) struct Learnt {
    /// Whom to authenticate: the UE's own SUCI, or the SUPI of the context it named.
    pub(in crate::network) subject: Option<Subject>,
    /// How the subject is known.
    pub(in crate::network) named_by: NamedBy,
    /// IMEI, from an emergency registration.
    pub(in crate::network) imei: Option<Imei>,
    /// IMEISV, from SECURITY MODE COMPLETE, an IDENTITY RESPONSE or an emergency registration.
    pub(in crate::network) imeisv: Option<Imeisv>,
    /// The GUTI in the request.
    pub(in crate::network) guti: Option<Guti>,
    /// The 5G-S-TMSI in the request.
    pub(in crate::network) s_tmsi: Option<STmsi>,
    /// The ngKSI in the request, and that of a native context that is not current: never that of a new authentication
    /// (TS 24.501 5.4.1.3.2).
    pub(in crate::network) ksi: [Option<NasKsi>; 2],
    /// UE security capability, as it came.
    pub(in crate::network) ue_security_capability: Option<UeSecurityCapability>,
    /// 5GMM capability, as it came; empty if the request has none.
    pub(in crate::network) fgmm_capability: Box<[u8]>,
    /// The request is about emergency services.
    pub(in crate::network) emergency: bool,
    /// The plain request: to tell a repetition.
    pub(in crate::network) request: Vec<u8>,
}

impl Learnt {
    /// The SUPI that is the subject, as far as that can be told without the home network.
    pub(in crate::network) fn supi(&self) -> Option<Supi> {
        match self.subject.as_ref()? {
            Subject::Supi(supi) => Some(supi.clone()),
            Subject::Suci(suci) => suci.null_supi(),
        }
    }

    /// Whether the UE named its equipment.
    pub(in crate::network) fn by_pei(&self) -> bool {
        self.imei.is_some() || self.imeisv.is_some()
    }

    /// The UE says who it is.
    fn identity(&mut self, identity: &MobileIdentity<'_>) {
        match identity {
            MobileIdentity::Suci(suci) => {
                self.subject = Some(Subject::Suci(suci.clone()));
                self.named_by = NamedBy::Suci;
            }
            MobileIdentity::Guti(guti) => self.guti = Some(*guti),
            MobileIdentity::STmsi(s_tmsi) => self.s_tmsi = Some(*s_tmsi),
            MobileIdentity::Imei(imei) => self.imei = Some(*imei),
            MobileIdentity::Imeisv(imeisv) => self.imeisv = Some(*imeisv),
            _ => {}
        }
    }
}

impl Session {
    pub(super) fn learn_registration(
        &mut self,
        env: &Environment<'_>,
        plain: &[u8],
        m: &RegistrationRequest<'_>,
    ) {
        self.learn(env, plain, m.ng_ksi);
        self.learnt.identity(&m.mobile_identity);
        self.learnt.ksi[1] = m.non_current_native_nas_key_set_identifier;
        self.learnt.ue_security_capability = m.ue_security_capability;
        if let Some(capability) = &m.fgmm_capability {
            self.learnt.fgmm_capability = capability.0.into();
        }
        self.learnt.emergency =
            m.registration_type.registration_type() == RegistrationType::EMERGENCY_REGISTRATION;
    }

    pub(super) fn learn_deregistration(
        &mut self,
        env: &Environment<'_>,
        plain: &[u8],
        m: &DeregistrationRequestFromUe<'_>,
    ) {
        self.learn(env, plain, m.ng_ksi);
        self.learnt.identity(&m.mobile_identity);
    }

    pub(super) fn learn_service(&mut self, env: &Environment<'_>, plain: &[u8], m: &ServiceRequest<'_>) {
        self.learn(env, plain, m.ng_ksi);
        self.learnt.identity(&m.s_tmsi);
        self.learnt.emergency = m.service_type.interpreted() == ServiceType::EMERGENCY_SERVICES;
    }

    pub(super) fn learn_control_plane_service(
        &mut self,
        env: &Environment<'_>,
        plain: &[u8],
        m: &ControlPlaneServiceRequest<'_>,
    ) {
        self.learn(env, plain, m.ng_ksi);
    }

    fn learn(&mut self, env: &Environment<'_>, plain: &[u8], ksi: NasKsi) {
        let named = self.known().and_then(|id| env.contexts.get(id));
        let known = named.and_then(|context| context.supi.clone());
        self.learnt = Learnt {
            named_by: if known.is_some() {
                NamedBy::Guti
            } else {
                NamedBy::Nothing
            },
            subject: known.map(Subject::Supi),
            ksi: [Some(ksi), None],
            request: plain.to_vec(),
            ..Learnt::default()
        };
    }

    /// The UE security capability: that of the request, or else that of the context it belongs to. A context that was only
    /// named gives what it has as well: SECURITY MODE COMMAND replays it, and the UE checks it.
    pub(in crate::network) fn capability(&self, env: &Environment<'_>) -> Option<UeSecurityCapability> {
        self.learnt.ue_security_capability.or_else(|| {
            let context = self.known().and_then(|id| env.contexts.get(id))?;
            context.ue_security_capability
        })
    }

    /// The context to consult about the UE: proven, or else named.
    pub(in crate::network) fn known(&self) -> Option<ContextId> {
        self.bound.or(self.named)
    }
}

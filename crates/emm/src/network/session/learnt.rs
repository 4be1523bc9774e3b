//! What a session was told, by whatever means: good for asking and checking, never for changing a context by itself.

use super::{Environment, Session};
use crate::network::ContextId;
use quintet_identity::{Guti, Imei, Imeisv, Imsi};
use quintet_nas::eps::{
    AttachRequest, DetachRequestFromUe, EpsAttachType, EpsMobileIdentity, MsNetworkCapability, NasKsi,
    TrackingAreaUpdateRequest, UeAdditionalSecurityCapability, UeNetworkCapability,
};

/// How the subscriber was named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::network) enum NamedBy {
    /// Not yet.
    #[default]
    Nothing,
    /// By a GUTI, whose IMSI is this MME's own knowledge and may be wrong.
    Guti,
    /// By its IMSI.
    Imsi,
}

/// What a session was told.
#[derive(Debug, Default)]
pub(in crate::network) struct Learnt {
    /// IMSI: the UE's own, or that of the context it named.
    pub(in crate::network) imsi: Option<Imsi>,
    /// How the IMSI is known.
    pub(in crate::network) named_by: NamedBy,
    /// IMEI, from an emergency attach.
    pub(in crate::network) imei: Option<Imei>,
    /// IMEISV, from SECURITY MODE COMPLETE or an IDENTITY RESPONSE.
    pub(in crate::network) imeisv: Option<Imeisv>,
    /// The GUTI in the request.
    pub(in crate::network) guti: Option<Guti>,
    /// The eKSI in the request: never the one of a new AKA (TS 24.301 5.4.2.2).
    pub(in crate::network) ksi: Option<NasKsi>,
    /// UE network capability, as it came; empty if the request has none.
    pub(in crate::network) ue_network_capability: Box<[u8]>,
    /// MS network capability, as it came.
    pub(in crate::network) ms_network_capability: Option<Box<[u8]>>,
    /// UE additional security capability, as it came.
    pub(in crate::network) ue_additional_security_capability: Option<[u8; 4]>,
    /// The request is about emergency bearer services.
    pub(in crate::network) emergency: bool,
    /// The plain request: to tell a repetition, for HASH_MME, and for who needs more of it than stands here.
    pub(in crate::network) request: Vec<u8>,
}

/// What a UE says it can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::network) struct Capabilities {
    /// UE network capability, as it came.
    pub(in crate::network) ue_network_capability: Box<[u8]>,
    /// MS network capability, as it came.
    pub(in crate::network) ms_network_capability: Option<Box<[u8]>>,
    /// UE additional security capability, as it came.
    pub(in crate::network) ue_additional_security_capability: Option<[u8; 4]>,
}

impl Learnt {
    fn capabilities(
        &mut self,
        ue: UeNetworkCapability<'_>,
        ms: Option<MsNetworkCapability<'_>>,
        additional: Option<UeAdditionalSecurityCapability>,
    ) {
        let octets = |c: UeAdditionalSecurityCapability| {
            let ([a, b], [c, d]) = (c.ea_5g.to_be_bytes(), c.ia_5g.to_be_bytes());
            [a, b, c, d]
        };
        self.ue_network_capability = ue.0.into();
        self.ms_network_capability = ms.map(|ms| ms.0.into());
        self.ue_additional_security_capability = additional.map(octets);
    }
}

impl Session {
    pub(super) fn learn_attach(&mut self, env: &Environment<'_>, plain: &[u8], m: &AttachRequest<'_>) {
        self.learn(env, plain, m.nas_key_set_identifier, Some(m.eps_mobile_identity));
        self.learnt.capabilities(
            m.ue_network_capability,
            m.ms_network_capability,
            m.ue_additional_security_capability,
        );
        self.learnt.emergency = m.eps_attach_type.interpreted() == EpsAttachType::EPS_EMERGENCY_ATTACH;
    }

    pub(super) fn learn_update(
        &mut self,
        env: &Environment<'_>,
        plain: &[u8],
        m: &TrackingAreaUpdateRequest<'_>,
    ) {
        self.learn(env, plain, m.nas_key_set_identifier, Some(m.old_guti));
        if let Some(ue) = m.ue_network_capability {
            self.learnt
                .capabilities(ue, m.ms_network_capability, m.ue_additional_security_capability);
        }
    }

    pub(super) fn learn_detach(&mut self, env: &Environment<'_>, plain: &[u8], m: &DetachRequestFromUe<'_>) {
        self.learn(env, plain, m.nas_key_set_identifier, Some(m.eps_mobile_identity));
    }

    pub(super) fn learn_service(&mut self, env: &Environment<'_>, plain: &[u8], ksi: u8) {
        self.learn(env, plain, NasKsi(ksi), None);
    }

    fn learn(
        &mut self,
        env: &Environment<'_>,
        plain: &[u8],
        ksi: NasKsi,
        identity: Option<EpsMobileIdentity<'_>>,
    ) {
        let named = self.known().and_then(|id| env.contexts.get(id));
        let known = named.and_then(|context| context.imsi);
        let mut learnt = Learnt {
            imsi: known,
            named_by: if known.is_some() {
                NamedBy::Guti
            } else {
                NamedBy::Nothing
            },
            ksi: Some(ksi),
            request: plain.to_vec(),
            ..Learnt::default()
        };
        match identity {
            Some(EpsMobileIdentity::Imsi(imsi)) => {
                (learnt.imsi, learnt.named_by) = (Some(imsi), NamedBy::Imsi);
            }
            Some(EpsMobileIdentity::Imei(imei)) => learnt.imei = Some(imei),
            Some(EpsMobileIdentity::Guti(guti)) => learnt.guti = Some(guti),
            Some(EpsMobileIdentity::Other(_)) | None => {}
        }
        self.learnt = learnt;
    }

    /// The UE's capabilities: those of the request, or else those of the context it belongs to. A context that was only
    /// named gives what it has as well: SECURITY MODE COMMAND replays it, and the UE checks it.
    pub(in crate::network) fn capabilities(&self, env: &Environment<'_>) -> Capabilities {
        if !self.learnt.ue_network_capability.is_empty() {
            return Capabilities {
                ue_network_capability: self.learnt.ue_network_capability.clone(),
                ms_network_capability: self.learnt.ms_network_capability.clone(),
                ue_additional_security_capability: self.learnt.ue_additional_security_capability,
            };
        }
        let context = self.known().and_then(|id| env.contexts.get(id));
        context.map_or_else(Capabilities::default, |context| Capabilities {
            ue_network_capability: context.ue_network_capability.clone(),
            ms_network_capability: context.ms_network_capability.clone(),
            ue_additional_security_capability: context.ue_additional_security_capability,
        })
    }

    /// The context to consult about the UE: proven, or else named.
    pub(in crate::network) fn known(&self) -> Option<ContextId> {
        self.bound.or(self.named)
    }
}

//! ATTACH ACCEPT with the default bearer, and what the eNB is told with it (TS 24.301 5.5.1.2.4, 6.4.1.2, 8.2.1, 8.3.6).

use super::request::{Pdn, Requested};
use crate::network::bearer::{self, DEFAULT_BEARER, DefaultBearer};
use crate::network::{Policy, tracking_areas};
use quintet_identity::{Guti, Tai};
use quintet_nas::eps::{
    ActivateDefaultEpsBearerContextRequest, ApnAmbr, ApnIe, AttachAccept, EmmCause, EpsAttachResult,
    EpsBearerIdentity, EpsMobileIdentity, EpsNetworkFeatureSupport, EpsQos, EsmCause, EsmMessageContainer,
    PdnAddress,
};

/// ATTACH ACCEPT, plain.
///
/// # Errors
/// The APN with its operator identifier is longer than an APN may be (TS 23.003 9.1).
pub(super) fn attach_accept(
    requested: &Requested,
    pdn: &Pdn,
    bearer: &DefaultBearer,
    policy: &Policy,
    (guti, tai): (Guti, Tai),
) -> Result<Vec<u8>, EsmCause> {
    let esm = activate_default_bearer(pdn, bearer, policy)?;
    let features = tracking_areas::features(policy);
    let mut message = AttachAccept::new(
        EpsAttachResult::EPS_ONLY,
        tracking_areas::t3412(policy),
        tracking_areas::element(policy, tai),
        EsmMessageContainer(&esm),
    );
    message.guti = Some(EpsMobileIdentity::Guti(guti));
    // There is no CS domain behind this MME (TS 24.301 5.5.1.3.4.3).
    message.emm_cause = requested.combined().then_some(EmmCause::CS_DOMAIN_NOT_AVAILABLE);
    message.eps_network_feature_support = Some(EpsNetworkFeatureSupport(&features));
    let mut out = Vec::new();
    message.encode(&mut out);
    Ok(out)
}

/// ACTIVATE DEFAULT EPS BEARER CONTEXT REQUEST, plain.
fn activate_default_bearer(pdn: &Pdn, bearer: &DefaultBearer, policy: &Policy) -> Result<Vec<u8>, EsmCause> {
    let apn = ApnIe::from_text(&bearer::with_operator(&bearer.apn, policy.plmn))
        .map_err(|_| EsmCause::MISSING_OR_UNKNOWN_APN)?;
    let rate = bearer::rate::apn_ambr(bearer.apn_ambr);
    let mut message = ActivateDefaultEpsBearerContextRequest::new(
        EpsBearerIdentity(DEFAULT_BEARER),
        pdn.transaction,
        EpsQos {
            qci: bearer.qci,
            bit_rates: &[],
        },
        apn,
        PdnAddress::Ipv4(bearer.address.into()),
    );
    message.apn_ambr = Some(ApnAmbr(&rate));
    message.esm_cause = bearer.cause;
    message.protocol_configuration_options = pdn.answer(policy.dns);
    let mut out = Vec::new();
    message.encode(&mut out);
    Ok(out)
}

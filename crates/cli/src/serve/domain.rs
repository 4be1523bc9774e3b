//! How a 5G node takes part in its domain: the NRF, the tokens (`[sbi]`).

use crate::config::Config;
use anyhow::{Context, Result};
use quintet_runtime::{Driver, MemberConfig, NetworkFunction, SbiMember};
use quintet_sbi::Target;
use quintet_sbi::nrf::{AmfInfo, NFProfile};
use quintet_sbi::oauth2::TokenVerifier;
use quintet_sbi::ts29571::{Guami, PlmnId, PlmnIdNid, Tai};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long the NRF may take to let a node go. It forgets one that is silent anyway.
const LEAVE: Duration = Duration::from_secs(2);

/// The node's part; `configured` are the types of NF that need not be found.
pub(super) fn member<A: NetworkFunction>(
    config: &Config,
    application: A,
    own: Target,
    profile: NFProfile,
    configured: Vec<&'static str>,
) -> Result<SbiMember<A>> {
    let verifier = match config.sbi.nrf_key()? {
        Some(pem) => {
            let mut verifier = TokenVerifier::new(A::NF_TYPE, profile.nf_instance_id.clone(), Vec::new());
            verifier.trust(&pem).context("sbi.nrf_public_key")?;
            Some(verifier)
        }
        None => None,
    };
    let member = MemberConfig {
        nrf: config.sbi.nrf.as_ref().map(|uri| uri.0.clone()),
        profile,
        own,
        verifier,
        configured,
    };
    Ok(SbiMember::new(application, member))
}

/// A profile of a node that serves all there is.
pub(super) fn profile(nf_instance_id: String) -> NFProfile {
    NFProfile {
        nf_instance_id,
        ..NFProfile::default()
    }
}

/// An AMF's: SMFs and other AMFs look for it by GUAMI, tracking area and slice (TS 29.510 6.2.3.2.3.1).
pub(super) fn amf_profile(nf_instance_id: String, policy: &quintet_fgmm::network::Policy) -> NFProfile {
    let guami = policy.guami;
    let octets = guami.amf_id.octets();
    let tai = |tai: &quintet_identity::fgs::Tai| Tai {
        plmn_id: PlmnId::from(tai.plmn),
        tac: hex::encode(tai.tac.octets()),
        nid: None,
    };
    NFProfile {
        plmn_list: vec![PlmnId::from(guami.plmn)],
        amf_info: Some(AmfInfo {
            amf_set_id: format!("{:03x}", guami.amf_id.set()),
            amf_region_id: format!("{:02x}", guami.amf_id.region()),
            guami_list: vec![Guami {
                plmn_id: PlmnIdNid::from(guami.plmn),
                amf_id: quintet_sbi::Hex(octets),
            }],
            tai_list: policy.tracking_areas.iter().map(tai).collect(),
        }),
        ..profile(nf_instance_id)
    }
}

/// Ends a node's registration at the NRF, if it has any.
pub(super) async fn leave<A: NetworkFunction + 'static>(driver: &Driver<SbiMember<A>>) {
    let (tell, told) = oneshot::channel();
    driver.with(|_, _, member| member.leave(tell));
    if tokio::time::timeout(LEAVE, told).await.is_err() {
        tracing::warn!(nf = A::NF_TYPE, "the NRF was not told that the node stops");
    }
}

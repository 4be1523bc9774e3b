//! What the HSS answers a GMLC (TS 29.173 5.2.1.2), decided without a wire and without a store.
//!
//! ```text
//!   who asks ──► authorised? ──5490        5.2.1.2, in this order
//!   ShUser ──► provisioned? ──5001 ──► one and the same? ──5007 ──► served? ──4201 ──► Ria
//! ```
//!
//! An MME says nothing of its LCS capabilities, which means set 5; an SGSN over S6d has set 5. An SGSN is named by its Diameter
//! identity whether it told of Lgd or not, for its number is not kept, and a node without a name leads nowhere.

use crate::model::Location;
use crate::sh::{ShUser, Subject};
use quintet_cx::{ExperimentalResult, Outcome};
use quintet_diameter::ResultCode;
use quintet_slh::{Ria, Rir, ServingNode, dummy_msisdn};
use std::net::IpAddr;

/// LCS capability set 5 of TS 29.002 (SupportedLCS-CapabilitySets): release 7 and later.
const LCS_CAPABILITY_SET_5: u32 = 1 << 4;

/// What an operator says of positioning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LcsPolicy {
    /// The realms whose GMLCs are told where users are; names ignore case.
    pub realms: Vec<String>,
    /// The H-GMLC.
    pub gmlc_address: Option<IpAddr>,
    /// The privacy profile register.
    pub ppr_address: Option<IpAddr>,
}

impl LcsPolicy {
    /// Whether a GMLC of this realm is told anything.
    ///
    /// # Errors
    /// ERROR_UNAUTHORIZED_REQUESTING_NETWORK.
    pub fn authorise(&self, realm: &str) -> Result<(), Outcome> {
        let is_allowed = self
            .realms
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(realm));
        is_allowed
            .then_some(())
            .ok_or(ExperimentalResult::ERROR_UNAUTHORIZED_REQUESTING_NETWORK.into())
    }

    /// Answers an authorised request. `user` is whom its User-Name names, or else its MSISDN.
    ///
    /// # Errors
    /// ERROR_USER_UNKNOWN, CONTRADICTING_AVPS, ERROR_ABSENT_USER.
    pub fn route(&self, request: &Rir, user: Option<&ShUser>) -> Result<Ria, Outcome> {
        let user = user.ok_or(ExperimentalResult::ERROR_USER_UNKNOWN)?;
        if !user.answers_to(request) {
            return Err(ResultCode::CONTRADICTING_AVPS.into());
        }
        let mut nodes = serving_nodes(user.location.as_ref()).into_iter();
        let serving_node = nodes.next().ok_or(ExperimentalResult::ERROR_ABSENT_USER)?;
        Ok(Ria {
            // Whichever was not said is told, the IMSI in any case: it is what serving nodes know users by.
            imsi: Some(user.imsi),
            msisdn: request
                .msisdn
                .is_none()
                .then(|| user.msisdn.unwrap_or_else(dummy_msisdn)),
            serving_node: Some(serving_node),
            additional_serving_nodes: nodes.collect(),
            gmlc_address: self.gmlc_address,
            ppr_address: self.ppr_address,
            ..Ria::new(Outcome::SUCCESS)
        })
    }
}

impl ShUser {
    /// Whether the number of a request that also has an IMSI is this user's.
    fn answers_to(&self, request: &Rir) -> bool {
        match request.msisdn {
            Some(msisdn) if request.imsi.is_some() => self.has_number(msisdn),
            _ => true,
        }
    }

    /// Whether a number is the subscriber's, or that of a `tel` identity.
    #[must_use]
    pub fn has_number(&self, msisdn: quintet_identity::Msisdn) -> bool {
        let is_identity =
            || quintet_identity::Impu::tel(msisdn).is_ok_and(|impu| self.knows(&Subject::Public(impu)));
        self.msisdn == Some(msisdn) || is_identity()
    }
}

/// The nodes that serve, the MME first: where the UE most probably is.
fn serving_nodes(location: Option<&Location>) -> Vec<ServingNode> {
    let Some(location) = location else {
        return Vec::new();
    };
    let mme = location
        .serving_mme()
        .map(|node| ServingNode::of_mme(&node.host, &node.realm));
    let sgsn = location.serving_sgsn().map(|node| ServingNode {
        lcs_capabilities_sets: Some(LCS_CAPABILITY_SET_5),
        ..ServingNode::of_sgsn(&node.host, &node.realm)
    });
    let registered = location.aaa.as_ref().filter(|aaa| aaa.registered);
    let aaa = registered.map(|aaa| ServingNode::of_aaa(&aaa.host));
    [mme, sgsn, aaa].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AaaServer, ServingNode as Registered};
    use crate::sh::ShRecord;

    fn node(host: &str, purged: bool) -> Registered {
        Registered {
            host: host.to_owned(),
            realm: "example.org".to_owned(),
            visited_plmn: None,
            rat_type: None,
            features: 0,
            features_2: 0,
            purged,
            ims_voice: None,
            srvcc: None,
            imei: None,
            imeisv: None,
            mme_number_for_mt_sms: None,
            since: 0,
        }
    }

    fn user(location: Option<Location>) -> ShUser {
        ShUser {
            imsi: "001010000000001".parse().unwrap(),
            msisdn: Some("4915112345".parse().unwrap()),
            ims: None,
            location,
            record: ShRecord::default(),
            version: 0,
        }
    }

    fn of_imsi() -> Rir {
        Rir {
            imsi: Some("001010000000001".parse().unwrap()),
            ..Rir::default()
        }
    }

    #[test]
    fn who_may_ask_is_a_list_of_realms() {
        let policy = LcsPolicy {
            realms: vec!["Example.org".to_owned()],
            ..LcsPolicy::default()
        };
        assert_eq!(policy.authorise("example.ORG"), Ok(()));
        assert_eq!(policy.authorise("sub.example.org").unwrap_err().code(), 5490);
        assert_eq!(LcsPolicy::default().authorise("").unwrap_err().code(), 5490);
    }

    #[test]
    fn each_node_that_serves_is_told_and_the_mme_first() {
        let (policy, request) = (LcsPolicy::default(), of_imsi());
        let aaa = |registered| AaaServer {
            host: "aaa.example.org".to_owned(),
            realm: "example.org".to_owned(),
            registered,
            rat_type: None,
            visited_network: None,
            imei: None,
            imeisv: None,
            since: 0,
        };
        let mut location = Location {
            mme: Some(node("mme.example.org", false)),
            sgsn: Some(node("sgsn.example.org", false)),
            aaa: Some(aaa(true)),
            ..Location::default()
        };
        let told = |location: &Location| policy.route(&request, Some(&user(Some(location.clone()))));
        let ria = told(&location).unwrap();
        assert_eq!(
            ria.serving_node,
            Some(ServingNode::of_mme("mme.example.org", "example.org"))
        );
        let [sgsn, aaa_server] = &ria.additional_serving_nodes[..] else {
            panic!("{ria:?}")
        };
        assert_eq!(sgsn.lcs_capabilities_sets, Some(16));
        assert_eq!(aaa_server.aaa_server.as_deref(), Some("aaa.example.org"));
        location.mme = Some(node("mme.example.org", true));
        location.aaa = Some(aaa(false));
        let ria = told(&location).unwrap();
        assert!(ria.serving_node.unwrap().sgsn.is_some() && ria.additional_serving_nodes.is_empty());
        location.sgsn = None;
        assert_eq!(told(&location).unwrap_err().code(), 4201);
        assert_eq!(
            policy.route(&request, Some(&user(None))).unwrap_err().code(),
            4201
        );
    }

    #[test]
    fn the_identity_that_was_not_said_is_told() {
        let policy = LcsPolicy::default();
        let served = Location {
            mme: Some(node("mme.example.org", false)),
            ..Location::default()
        };
        let mut user = user(Some(served));
        let (imsi, msisdn) = (user.imsi, user.msisdn);
        let ria = policy.route(&of_imsi(), Some(&user)).unwrap();
        assert_eq!((ria.imsi, ria.msisdn), (Some(imsi), msisdn));
        let mut request = Rir {
            msisdn,
            ..Rir::default()
        };
        let ria = policy.route(&request, Some(&user)).unwrap();
        assert_eq!((ria.imsi, ria.msisdn), (Some(imsi), None));
        request.imsi = Some(imsi);
        assert!(policy.route(&request, Some(&user)).is_ok());
        request.msisdn = Some("4915199999".parse().unwrap());
        let refused = policy.route(&request, Some(&user)).unwrap_err();
        assert_eq!(refused, ResultCode::CONTRADICTING_AVPS.into());
        assert_eq!(policy.route(&request, None).unwrap_err().code(), 5001);
        user.msisdn = None;
        let ria = policy.route(&of_imsi(), Some(&user)).unwrap();
        assert_eq!(
            ria.msisdn.map(|n| n.to_string()).as_deref(),
            Some("000000000000000")
        );
    }
}

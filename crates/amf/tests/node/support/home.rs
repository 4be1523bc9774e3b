//! A home network that says what the test says: one secret for each subscriber, and data for everybody.

use quintet_crypto::fgs::{KAusf, ResStar, ServingNetworkName};
use quintet_crypto::{Ck, Ik, Rand, Res};
use quintet_identity::{Plmn, Supi};
use quintet_sbi::nausf::{
    AuthData, AuthResult, Av5gAka, ConfirmationDataResponse, LINK_5G_AKA, UEAuthenticationCtx,
};
use quintet_sbi::nudm::sdm::{AccessAndMobilitySubscriptionData, Nssai};
use quintet_sbi::nudm::ueau::AuthType;
use quintet_sbi::ts29571::{Ambr, BitRate, Links, Snssai};
use quintet_sbi::{CallId, Hex, Method, Request, Response, SecretHex, Target};
use std::collections::BTreeMap;
use std::time::Duration;

/// AUTN of every challenge: the separation bit is set.
pub(crate) const AUTN: [u8; 16] = [0x80; 16];

/// A call of the AMF that waits for its outcome.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) id: CallId,
    pub(crate) target: Target,
    pub(crate) request: Request,
    pub(crate) timeout: Duration,
}

impl Asked {
    /// Whether it is this request of this subscriber's.
    pub(crate) fn is(&self, method: Method, part: &str) -> bool {
        self.request.method == method && self.request.path.contains(part)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.request.body).expect("JSON")
    }
}

pub(crate) fn plmn() -> Plmn {
    "00101".parse().unwrap()
}

pub(crate) fn supi(n: u32) -> Supi {
    format!("imsi-00101{n:010}").parse().unwrap()
}

/// What a card answers to every challenge.
pub(crate) fn keys(n: u32) -> (Res, Ck, Ik) {
    let mut octets = [0x5a; 16];
    octets[..4].copy_from_slice(&n.to_be_bytes());
    (
        Res::new(&octets[..8]).unwrap(),
        Ck::new_128(octets),
        Ik::new_128(octets),
    )
}

fn name() -> ServingNetworkName {
    ServingNetworkName::of_plmn(&plmn().octets()).unwrap()
}

/// 201 to a first request.
pub(crate) fn challenge(n: u32, rand: Rand) -> Response {
    let (res, ck, ik) = keys(n);
    let hxres_star = ResStar::derive(&ck, &ik, &name(), &rand, &res)
        .unwrap()
        .hres_star(&rand);
    let link = format!("/nausf-auth/v1/ue-authentications/{n}/5g-aka-confirmation");
    let context = UEAuthenticationCtx {
        auth_type: AuthType::FiveGAka,
        auth_data: AuthData::Av5gAka(Av5gAka {
            rand: Hex(rand),
            hxres_star: SecretHex::new(*hxres_star.expose()),
            autn: Hex(AUTN),
        }),
        links: BTreeMap::from([(LINK_5G_AKA.to_owned(), Links::to(link))]),
        serving_network_name: None,
    };
    Response {
        location: Some(format!("/nausf-auth/v1/ue-authentications/{n}")),
        ..Response::json(201, &context)
    }
}

/// 200 to RES*, as it is right or not.
pub(crate) fn confirmation(n: u32, asked: &Asked, rand: Rand) -> Response {
    let (res, ck, ik) = keys(n);
    let res_star = ResStar::derive(&ck, &ik, &name(), &rand, &res).unwrap();
    let right = asked.json()["resStar"] == hex::encode(res_star.expose());
    let k_seaf = KAusf::derive(&ck, &ik, &name(), &[0x80; 6])
        .unwrap()
        .k_seaf(&name());
    let (auth_result, kseaf) = if right {
        (
            AuthResult::AuthenticationSuccess,
            Some(SecretHex::new(*k_seaf.expose())),
        )
    } else {
        (AuthResult::AuthenticationFailure, None)
    };
    let response = ConfirmationDataResponse {
        auth_result,
        supi: right.then(|| supi(n).to_string()),
        kseaf,
    };
    Response::json(200, &response)
}

/// Access and mobility data: the slice 1, and so many bit/s up.
pub(crate) fn am_data(uplink: u64) -> AccessAndMobilitySubscriptionData {
    AccessAndMobilitySubscriptionData {
        subscribed_ue_ambr: Some(Ambr {
            uplink: BitRate(uplink),
            downlink: BitRate(2 * uplink),
        }),
        nssai: Some(Nssai {
            default_single_nssais: vec![Snssai { sst: 1, sd: None }],
            ..Nssai::default()
        }),
        ..AccessAndMobilitySubscriptionData::default()
    }
}

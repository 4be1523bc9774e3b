//! Bodies that go wrong: each member of the wrong type is pointed at, and no mutation of a body or path does worse than
//! be refused.

#![cfg(test)]

use quintet_sbi::nausf::{
    self, AuthData, AuthenticationInfo, Av5gAka, ConfirmationData, UEAuthenticationCtx,
};
use quintet_sbi::nudm::ueau::{
    AuthType, AuthenticationInfoResult, AuthenticationVector, Av5GHeAka, ResynchronizationInfo,
};
use quintet_sbi::{Hex, Method, Request, SecretHex, json, multipart, namf, nudm};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn context() -> UEAuthenticationCtx {
    UEAuthenticationCtx {
        auth_type: AuthType::FiveGAka,
        auth_data: AuthData::Av5gAka(Av5gAka {
            rand: Hex([1; 16]),
            hxres_star: SecretHex::new([2; 16]),
            autn: Hex([3; 16]),
        }),
        links: BTreeMap::from([(
            nausf::LINK_5G_AKA.to_owned(),
            quintet_sbi::ts29571::Links::to(
                "http://ausf/nausf-auth/v1/ue-authentications/1/5g-aka-confirmation",
            ),
        )]),
        serving_network_name: None,
    }
}

fn result() -> AuthenticationInfoResult {
    AuthenticationInfoResult {
        auth_type: AuthType::FiveGAka,
        supported_features: None,
        authentication_vector: Some(AuthenticationVector::FiveGHeAka(Av5GHeAka {
            rand: Hex([1; 16]),
            xres_star: SecretHex::new([0x5e; 16]),
            autn: Hex([3; 16]),
            kausf: SecretHex::new([0x5e; 32]),
        })),
        supi: Some("imsi-001010000000001".to_owned()),
        akma_ind: false,
        auth_aaa: false,
        routing_id: None,
        msk_ind: false,
    }
}

/// What a body is refused for: the cause and the pointer.
fn refused<T: DeserializeOwned>(body: &Value) -> (String, String) {
    match json::parse::<T>(body.to_string().as_bytes()) {
        Ok(_) => ("taken".to_owned(), String::new()),
        Err(problem) => (
            problem.cause.unwrap_or_default(),
            problem
                .invalid_params
                .into_iter()
                .next()
                .map(|invalid| invalid.param)
                .unwrap_or_default(),
        ),
    }
}

#[test]
fn what_is_written_is_as_the_specification_has_it() {
    let written: Value = serde_json::from_slice(&json::body(&context())).unwrap();
    assert_eq!(
        written,
        json!({
            "authType": "5G_AKA",
            "5gAuthData": {"rand": "01".repeat(16), "hxresStar": "02".repeat(16), "autn": "03".repeat(16)},
            "_links": {"5g-aka": {"href": "http://ausf/nausf-auth/v1/ue-authentications/1/5g-aka-confirmation"}},
        })
    );
    let written: Value = serde_json::from_slice(&json::body(&result())).unwrap();
    assert_eq!(written["authenticationVector"]["avType"], "5G_HE_AKA");
    assert_eq!(written["authenticationVector"]["kausf"], "5e".repeat(32));
    assert_eq!(written["authenticationVector"]["xresStar"], "5e".repeat(16));
}

#[test]
fn keys_are_in_no_debug_output() {
    let shown = format!(
        "{:?} {:?}",
        result(),
        Request::json(Method::Post, "/x", &result())
    );
    assert!(!shown.contains("5e5e") && !shown.contains("94, 94"), "{shown}");
}

#[test]
fn each_member_of_a_wrong_type_is_pointed_at() {
    let mandatory = "MANDATORY_IE_INCORRECT";
    for (at, value, cause) in [
        ("/authType", json!(7), mandatory),
        ("/5gAuthData", json!(7), mandatory),
        ("/5gAuthData", json!([]), mandatory),
        ("/5gAuthData/rand", json!("00"), mandatory),
        ("/5gAuthData/hxresStar", json!("x".repeat(32)), mandatory),
        ("/5gAuthData/autn", json!(null), mandatory),
        ("/_links", json!("x"), mandatory),
        ("/_links/5g-aka", json!(1), "OPTIONAL_IE_INCORRECT"),
    ] {
        let mut body: Value = serde_json::from_slice(&json::body(&context())).unwrap();
        *body.pointer_mut(at).unwrap() = value;
        assert_eq!(
            refused::<UEAuthenticationCtx>(&body),
            (cause.to_owned(), at.to_owned())
        );
    }
    for (at, value, cause) in [
        ("/authenticationVector", json!("x"), "OPTIONAL_IE_INCORRECT"),
        ("/authenticationVector/avType", json!(1), mandatory),
        ("/authenticationVector/kausf", json!("5e".repeat(31)), mandatory),
        ("/supi", json!({}), "OPTIONAL_IE_INCORRECT"),
    ] {
        let mut body: Value = serde_json::from_slice(&json::body(&result())).unwrap();
        *body.pointer_mut(at).unwrap() = value;
        assert_eq!(
            refused::<AuthenticationInfoResult>(&body),
            (cause.to_owned(), at.to_owned())
        );
    }
    let mut body: Value = serde_json::from_slice(&json::body(&result())).unwrap();
    body["authenticationVector"]
        .as_object_mut()
        .unwrap()
        .remove("xresStar");
    let missing = (
        "MANDATORY_IE_MISSING".to_owned(),
        "/authenticationVector/xresStar".to_owned(),
    );
    assert_eq!(refused::<AuthenticationInfoResult>(&body), missing);
}

#[test]
fn null_where_it_is_allowed_and_nowhere_else() {
    let taken = ("taken".to_owned(), String::new());
    assert_eq!(refused::<ConfirmationData>(&json!({"resStar": null})), taken);
    assert_eq!(refused::<nausf::EapSession>(&json!({"eapPayload": null})), taken);
    let missing = |param: &str| ("MANDATORY_IE_MISSING".to_owned(), param.to_owned());
    assert_eq!(refused::<ConfirmationData>(&json!({})), missing("/resStar"));
    assert_eq!(refused::<nausf::EapSession>(&json!({})), missing("/eapPayload"));
}

#[test]
fn requests_find_their_operation_or_are_refused() {
    let info = AuthenticationInfo {
        supi_or_suci: "suci-0-001-01-0-0-0-0000000001".to_owned(),
        serving_network_name: "5G:mnc001.mcc001.3gppnetwork.org".to_owned(),
        resynchronization_info: Some(ResynchronizationInfo {
            rand: Hex([1; 16]),
            auts: Hex([2; 14]),
        }),
        pei: None,
        udm_group_id: None,
        routing_indicator: None,
        cell_cag_info: Vec::new(),
        n5gc_ind: false,
        supported_features: None,
        nswo_ind: false,
        disaster_roaming_ind: false,
        onboarding_ind: false,
        aun3_ind: false,
    };
    let request = nausf::authenticate(&info);
    assert_eq!(
        nausf::Operation::read(&request),
        Ok(nausf::Operation::Authenticate(info))
    );
    assert_eq!(quintet_sbi::api_name(&request), "nausf-auth");
    let confirm = nausf::confirm_5g_aka(
        &format!("{}/5g-aka-confirmation", nausf::resource("a/b c")),
        &ConfirmationData {
            res_star: None,
            supported_features: None,
        },
    );
    match nausf::Operation::read(&confirm) {
        Ok(nausf::Operation::Confirm5gAka { auth_ctx_id, .. }) => assert_eq!(auth_ctx_id, "a/b c"),
        other => panic!("{other:?}"),
    }
    for (method, path, status) in [
        (Method::Get, "/nausf-auth/v1/ue-authentications", 405),
        (Method::Post, "/nausf-auth/v1/nowhere", 404),
        (Method::Post, "/nausf-auth/v9/ue-authentications", 400),
        (Method::Post, "/nausf-auth/v1/ue-authentications", 400),
        (Method::Post, "/nausf-auth/v1/rg-authentications", 501),
        (Method::Post, "/nausf-auth", 400),
        (Method::Post, "", 400),
    ] {
        let problem = nausf::Operation::read(&Request::new(method, path)).expect_err(path);
        assert_eq!(problem.status, Some(status), "{path}");
        assert_eq!(
            problem.response().header("allow"),
            (status == 405).then_some("POST")
        );
    }
}

#[test]
fn session_data_is_asked_for_by_slice_and_network() {
    let plmn = quintet_sbi::ts29571::PlmnId {
        mcc: "001".to_owned(),
        mnc: "01".to_owned(),
    };
    let slice = quintet_sbi::ts29571::Snssai {
        sst: 1,
        sd: Some(Hex([0, 0, 7])),
    };
    let set = nudm::sdm::DataSet::SmData;
    let request = nudm::sdm::get(
        "imsi-001010000000001",
        set,
        Some(&plmn),
        Some(&slice),
        Some("internet"),
    );
    match nudm::sdm::Operation::read(&request) {
        Ok(nudm::sdm::Operation::Get {
            supi,
            set: read_set,
            plmn_id,
            single_nssai,
            dnn,
        }) => {
            assert_eq!((supi.as_str(), read_set), ("imsi-001010000000001", set));
            assert_eq!(
                (plmn_id, single_nssai, dnn.as_deref()),
                (Some(plmn), Some(slice), Some("internet"))
            );
        }
        other => panic!("{other:?}"),
    }
    let mut wrong = request;
    wrong.path = wrong.path.replace("%22sst%22%3A1", "%22sst%22%3A999");
    let problem = nudm::sdm::Operation::read(&wrong).expect_err("no slice");
    assert_eq!(problem.invalid_params[0].param, "query single-nssai");
}

#[test]
fn mutations_are_read_or_refused() {
    const SEED: u64 = 0x5b1_b0d1e5;
    println!("seed {SEED:#x}");
    let mut state = SEED;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let part = multipart::Part {
        content_id: "n1".to_owned(),
        content_type: multipart::VND_5GNAS.to_owned(),
        octets: vec![0x2e; 20],
    };
    let transfer = namf::N1N2MessageTransferReqData::default();
    let seeds = [
        nausf::confirm_5g_aka(
            "/nausf-auth/v1/ue-authentications/1/5g-aka-confirmation",
            &ConfirmationData {
                res_star: Some(SecretHex::new([9; 16])),
                supported_features: None,
            },
        ),
        Request::json(Method::Post, "/nausf-auth/v1/ue-authentications", &context()),
        Request::json(
            Method::Post,
            "/nudm-ueau/v1/a/security-information/generate-auth-data",
            &result(),
        ),
        namf::n1_n2_message_transfer("imsi-1", &transfer, &[part]),
        nudm::sdm::get("imsi-1", nudm::sdm::DataSet::AmData, None, None, Some("x")),
    ];
    for round in 0..20_000 {
        let mut request = seeds[round % seeds.len()].clone();
        let mut body = request.body.clone().into_vec();
        let mut path = request.path.clone().into_bytes();
        for _ in 0..=random(4) {
            let target = if random(4) == 0 { &mut path } else { &mut body };
            let at = random(target.len());
            match random(4) {
                0 if !target.is_empty() => target[at] = b"\"{}[]:,0-%/\r\n\xff\x00a"[random(15)],
                1 => target.insert(at, b"\"{}[]:,0-%/\r\n\xff\x00a"[random(15)]),
                2 => target.truncate(at),
                _ => target.extend_from_within(at..),
            }
        }
        request.body = body.into();
        request.path = String::from_utf8_lossy(&path).into_owned();
        let refusals = [
            nausf::Operation::read(&request).err(),
            nudm::ueau::Operation::read(&request).err(),
            nudm::uecm::Operation::read(&request).err(),
            nudm::sdm::Operation::read(&request).err(),
            namf::Operation::read(&request).err(),
        ];
        assert!(refusals.iter().flatten().count() >= 4, "at most one API takes it");
        for problem in refusals.iter().flatten() {
            assert!(
                problem.status.is_some_and(|status| (400..=501).contains(&status)),
                "{problem:?}"
            );
        }
    }
}

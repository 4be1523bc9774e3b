//! Exchanges as HTTP brings them, and what attempts claim.

use super::{MAX_CONTEXTS, MAX_EXCHANGES, MAX_VECTORS, Observer, Operation, State, Verdict, read};
use crate::findings::sbi::tests::trail;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use quintet_capture::{End, Flow, FlowId, HttpExchange, HttpMessage, HttpState, Seen, Timestamp};

const SUCI: &str = "suci-0-001-01-0-1-1-fa28370b83b0530d7bdb3e87580aaecc28c25a07d667594284a534f70e15cf312a86336d1b725213e7fc87f522";
const SUPI: &str = "imsi-001010000000001";
const RAND: [u8; 16] = [0x11; 16];

fn message(frame: u64, body: &str) -> HttpMessage {
    HttpMessage {
        seen: Seen {
            file: 0,
            frame,
            time: Timestamp(frame as i64 * 1_000_000),
        },
        body: body.as_bytes().to_vec(),
        ..HttpMessage::default()
    }
}

/// Request `id` in frame `id`, its response, if there is one, in the next.
fn pass(observer: &mut Observer, id: u64, path: &str, body: &str, answer: Option<(u16, &str)>) {
    let request = HttpMessage {
        method: Some("POST".to_owned()),
        path: Some(path.to_owned()),
        ..message(id, body)
    };
    let response = answer.map(|(status, body)| HttpMessage {
        status: Some(status),
        ..message(id + 1, body)
    });
    let told = |state| HttpExchange {
        id,
        flow: Flow {
            id: FlowId(1),
            source: End::Unnamed,
            destination: End::Unnamed,
        },
        stream: 1,
        request: Some(&request),
        response: response.as_ref().filter(|_| state == HttpState::Answered),
        state,
        seen: request.seen,
    };
    observer.http(&told(HttpState::Open));
    if response.is_some() {
        observer.http(&told(HttpState::Answered));
    }
}

/// A registration as AMF, AUSF and UDM tell it.
fn registration(observer: &mut Observer) {
    let asked =
        format!(r#"{{"supiOrSuci":"{SUCI}","servingNetworkName":"5G:mnc001.mcc001.3gppnetwork.org"}}"#);
    let path = format!("/nudm-ueau/v1/{SUCI}/security-information/generate-auth-data");
    let (rand, autn, half, whole) = ("11".repeat(16), "22".repeat(16), "33".repeat(16), "44".repeat(32));
    let vector = format!(
        r#"{{"authType":"5G_AKA","supi":"{SUPI}","authenticationVector":{{"avType":"5G_HE_AKA","rand":"{rand}","autn":"{autn}","xresStar":"{half}","kausf":"{whole}"}}}}"#
    );
    pass(observer, 10, &path, &asked, Some((200, &vector)));
    let made = format!(
        r#"{{"authType":"5G_AKA","5gAuthData":{{"rand":"{rand}","autn":"{autn}","hxresStar":"{half}"}},"_links":{{"5g-aka":{{"href":"http://ausf/nausf-auth/v1/ue-authentications/7/5g-aka-confirmation"}}}}}}"#
    );
    pass(
        observer,
        20,
        "/nausf-auth/v1/ue-authentications",
        &asked,
        Some((201, &made)),
    );
    let confirmed = format!(r#"{{"authResult":"AUTHENTICATION_SUCCESS","supi":"{SUPI}","kseaf":"{whole}"}}"#);
    pass(
        observer,
        30,
        "/nausf-auth/v1/ue-authentications/7/5g-aka-confirmation",
        r#"{"resStar":"00"}"#,
        Some((200, &confirmed)),
    );
    let event = format!("/nudm-ueau/v1/{SUPI}/auth-events");
    pass(observer, 40, &event, r#"{"success":true}"#, Some((201, "{}")));
    pass(
        observer,
        50,
        "/nudm-sdm/v2/imsi-001010000000001/am-data",
        "",
        Some((200, "{}")),
    );
}

#[test]
fn a_registration_is_claimed_by_its_suci_once() {
    let mut observer = Observer::new();
    registration(&mut observer);
    let mut trail = trail();
    trail.identities.imsi = None;
    trail.identities.suci = Some(SUCI.parse().unwrap());
    let claimed = observer.claim(&trail);
    let operations: Vec<_> = claimed.iter().map(|exchange| exchange.operation).collect();
    use Operation::{AuthEvent, Authenticate, Confirm5gAka, GenerateAuthData, SubscriptionData};
    assert_eq!(
        operations,
        [
            GenerateAuthData,
            Authenticate,
            Confirm5gAka,
            AuthEvent,
            SubscriptionData
        ]
    );
    assert!(claimed.iter().all(|exchange| exchange.state == State::Answered));
    assert_eq!(claimed[1].rand, Some(RAND));
    assert_eq!(claimed[2].rand, Some(RAND), "by the AUSF's context");
    assert_eq!(claimed[2].result, Some(Verdict::Success));
    assert_eq!(claimed[3].result, Some(Verdict::Success));
    assert_eq!(claimed[2].took(), Some(1_000_000));
    assert!(observer.claim(&trail).is_empty(), "nobody else gets them");
}

/// The SEAF ends an authentication that the UE did not answer (TS 29.509 5.2.2.2.2): nothing is said of any RES*.
#[test]
fn what_the_ausf_says_of_no_res_star_is_no_verdict() {
    let failed = r#"{"authResult":"AUTHENTICATION_FAILURE"}"#;
    for (body, result) in [
        (r#"{"resStar":null}"#, None),
        (r#"{"resStar":"00"}"#, Some(Verdict::Failure)),
        ("", Some(Verdict::Failure)),
    ] {
        let mut observer = Observer::new();
        registration(&mut observer);
        let path = "/nausf-auth/v1/ue-authentications/7/5g-aka-confirmation";
        pass(&mut observer, 60, path, body, Some((200, failed)));
        let claimed = observer.claim(&trail());
        let last = claimed.last().expect("the confirmation");
        assert_eq!(
            (last.operation, last.result),
            (Operation::Confirm5gAka, result),
            "{body}"
        );
    }
}

#[test]
fn of_another_subscriber_nothing_is_claimed() {
    let mut observer = Observer::new();
    registration(&mut observer);
    let mut trail = trail();
    trail.identities.imsi = Some("001010000000002".parse().unwrap());
    assert!(observer.claim(&trail).is_empty());
    trail.identities.imsi = Some("001010000000001".parse().unwrap());
    assert_eq!(observer.claim(&trail).len(), 5);
}

#[test]
fn keys_are_handed_on_by_rand_and_never_printed() {
    let mut observer = Observer::new();
    registration(&mut observer);
    let seen: Vec<_> = std::iter::from_fn(|| observer.vector()).collect();
    assert_eq!(seen.len(), 2);
    assert!(
        seen.iter()
            .all(|seen| seen.rand == RAND && seen.supi == Some(SUPI.parse().unwrap()))
    );
    assert!(seen[0].kausf.is_some() && seen[0].xres_star.is_some() && seen[0].autn == Some([0x22; 16]));
    assert_eq!(seen[1].kseaf.as_ref().map(|key| *key.expose()), Some([0x44; 32]));
    let printed = format!("{seen:?} {observer:?}");
    assert!(
        !printed.contains("68, 68, 68") && !printed.contains("4444"),
        "{printed}"
    );
}

#[test]
fn paths_are_read_behind_any_root() {
    let operation = |path| read::path(path).map(|named| named.operation);
    assert_eq!(
        operation("/nausf-auth/v1/ue-authentications?x=1"),
        Some(Operation::Authenticate)
    );
    assert_eq!(
        operation("/sepp/a/nausf-auth/v2/ue-authentications/1/eap-session"),
        Some(Operation::EapSession)
    );
    assert_eq!(
        operation("/nudm-ueau/v1/imsi-1/auth-events/3"),
        Some(Operation::AuthEvent)
    );
    assert_eq!(
        operation("/nudm-ueau/v1/imsi-1/hss-security-information/x/y"),
        None
    );
    assert_eq!(operation("/nudm-sdm/v2/imsi-1/nssai"), None);
    assert_eq!(operation("nausf-auth"), None);
}

#[test]
fn bodies_that_are_none_are_read_as_far_as_they_go() {
    let mut observer = Observer::new();
    for (id, body) in [
        "",
        "null",
        "[]",
        "{\"5gAuthData\":3,\"_links\":[1]}",
        "{\"_links\":{\"a\":[]}}",
    ]
    .iter()
    .enumerate()
    {
        pass(
            &mut observer,
            1 + 2 * id as u64,
            "/nausf-auth/v1/ue-authentications",
            body,
            Some((201, body)),
        );
    }
    assert_eq!(observer.sizes(), [5, 0, 0]);
}

#[test]
fn everything_is_bounded() {
    let mut observer = Observer::new();
    let answer = |n: u64| {
        format!(
            r#"{{"5gAuthData":{{"rand":"{:032x}"}},"_links":{{"5g-aka":{{"href":"/ue-authentications/{n}/x"}}}}}}"#,
            n
        )
    };
    for n in 0..MAX_CONTEXTS as u64 + 10 {
        pass(
            &mut observer,
            4 * n,
            "/nausf-auth/v1/ue-authentications",
            "{}",
            Some((201, &answer(n))),
        );
        let confirmed = format!(r#"{{"kseaf":"{}"}}"#, "44".repeat(32));
        let path = format!("/nausf-auth/v1/ue-authentications/{n}/5g-aka-confirmation");
        pass(&mut observer, 4 * n + 2, &path, "{}", Some((200, &confirmed)));
    }
    assert_eq!(observer.sizes(), [MAX_EXCHANGES, MAX_CONTEXTS, MAX_VECTORS]);
}

/// EAP-AKA' hands its challenge out inside an EAP packet, and KSEAF belongs to the latest one (TS 29.509 5.2.2.2.3).
#[test]
fn kseaf_of_eap_is_of_the_latest_challenge_in_its_packets() {
    let mut observer = Observer::new();
    let packet = |rand: u8| {
        let attributes = [&[1, 5, 0, 0][..], &[rand; 16], &[2, 5, 0, 0], &[0x22; 16]].concat();
        let head = [1, 1, 0, 8 + attributes.len() as u8, 50, 1, 0, 0];
        BASE64_STANDARD.encode([&head[..], &attributes].concat())
    };
    let asked =
        format!(r#"{{"supiOrSuci":"{SUCI}","servingNetworkName":"5G:mnc001.mcc001.3gppnetwork.org"}}"#);
    let made = format!(
        r#"{{"authType":"EAP_AKA_PRIME","5gAuthData":"{}","_links":{{"eap-session":{{"href":"http://ausf/nausf-auth/v1/ue-authentications/8/eap-session"}}}}}}"#,
        packet(0x11)
    );
    let ask = "/nausf-auth/v1/ue-authentications";
    pass(&mut observer, 10, ask, &asked, Some((201, &made)));
    let again = format!(
        r#"{{"authResult":"AUTHENTICATION_ONGOING","eapPayload":"{}"}}"#,
        packet(0x12)
    );
    let session = "/nausf-auth/v1/ue-authentications/8/eap-session";
    pass(&mut observer, 20, session, "{}", Some((200, &again)));
    assert!(observer.vector().is_none(), "no key was told yet");
    let kseaf = "55".repeat(32);
    let done = format!(
        r#"{{"authResult":"AUTHENTICATION_SUCCESS","supi":"{SUPI}","kSeaf":"{kseaf}","eapPayload":"AwEABA=="}}"#
    );
    pass(&mut observer, 30, session, "{}", Some((200, &done)));
    let vector = observer.vector().unwrap();
    assert_eq!(vector.rand, [0x12; 16]);
    assert_eq!(vector.supi, Some(SUPI.parse().unwrap()));
    assert_eq!(vector.kseaf.unwrap().expose(), &[0x55; 32]);
}

//! Session management: without an SMF, and through one (TS 24.501 5.4.5, TS 29.502, TS 29.518 5.2.2.3).

use crate::support::{Asked, GNB, Phone, Rig, config, supi};
use quintet_fgmm::ue::{Configuration, Event, RegistrationIdentity, SessionFailure, Start, WantedSession};
use quintet_nas::fgs::{FgmmCause, PduSessionType, RegistrationType};
use quintet_ngap::message::PduSessionResourceSetupResponse;
use quintet_ngap::{AmfUeNgapId, NgapPdu, PduSessionItem, RanUeNgapId};
use quintet_sbi::multipart::{self, Part, VND_5GNAS, VND_NGAP};
use quintet_sbi::namf::{self, N1N2MessageTransferReqData};
use quintet_sbi::nsmf::{N2SmInfoType, SmContextCreatedData, SmContextUpdatedData};
use quintet_sbi::ts29571::RefToBinaryData;
use quintet_sbi::{CallFailure, Method, Request, Response, Target};

const TRANSFER: [u8; 4] = [1, 2, 3, 4];

/// A UE that wants a session.
fn wanting() -> Phone {
    Phone::with(1, with_session())
}

fn with_session() -> Configuration {
    let mut configuration = Configuration::new(crate::support::plmn());
    configuration.automatic = false;
    configuration.session = Some(WantedSession {
        identity: 5,
        session_type: PduSessionType::IPV4,
        dnn: None,
        s_nssai: None,
    });
    configuration
}

/// An AMF with an SMF, a UE that is registered and has asked for a session, and what the SMF is asked.
pub(crate) fn asked() -> (Rig, Phone, Asked) {
    asked_by(wanting(), Start::REGISTER)
}

/// The same with a UE without a card that is registered for emergency services.
fn asked_in_emergency() -> (Rig, Phone, Asked) {
    let emergency = Start::Register {
        registration_type: RegistrationType::EMERGENCY_REGISTRATION,
        identity: RegistrationIdentity::Imei,
    };
    asked_by(Phone::without_card(with_session()), emergency)
}

fn asked_by(mut phone: Phone, start: Start) -> (Rig, Phone, Asked) {
    let mut config = config();
    config.policy.smf = true;
    (config.policy.emergency, config.policy.unauthenticated_emergency) = (true, true);
    config.sbi.smf = vec![Target {
        tls: false,
        authority: "smf:80".to_owned(),
    }];
    let mut rig = Rig::with(config);
    let _ = rig.initial(GNB, 7, &phone.begin(start));
    loop {
        if let Some(place) = rig
            .asked
            .iter()
            .position(|asked| asked.request.path.contains("/sm-contexts"))
        {
            let asked = rig.asked.remove(place).unwrap();
            return (rig, phone, asked);
        }
        if let Some(place) = rig
            .asked
            .iter()
            .position(|asked| asked.request.path.contains("smf-select-data"))
        {
            let asked = rig.asked.remove(place).unwrap();
            let data = serde_json::json!({ "subscribedSnssaiInfos": {
                "1": { "dnnInfos": [ { "dnn": "internet", "defaultDnnIndicator": true } ] } } });
            rig.answer(&asked, Ok(Response::json(200, &data)));
            continue;
        }
        let before = rig.asked.len();
        if before > 0 {
            rig.give(1);
            continue;
        }
        assert!(!rig.sent.is_empty(), "{:?} {:?}", phone.events, rig.events);
        one(&mut rig, &mut phone);
    }
}

/// One message to the gNB, taken as a gNB does.
fn one(rig: &mut Rig, phone: &mut Phone) {
    let nas = match rig.pdu(GNB) {
        NgapPdu::DownlinkNasTransport(m) => m.nas_pdu.into_owned(),
        NgapPdu::InitialContextSetupRequest(m) => {
            let _ = rig.set_up((1, 7));
            phone.happen(quintet_fgmm::ue::Input::ContextSetUp);
            m.nas_pdu.map(std::borrow::Cow::into_owned).unwrap_or_default()
        }
        NgapPdu::PduSessionResourceSetupRequest(m) => {
            let item = &m.pdu_session_resource_setup_list[0];
            assert_eq!((item.pdu_session_id.0, &*item.transfer), (5, &TRANSFER[..]));
            item.nas_pdu
                .clone()
                .map(std::borrow::Cow::into_owned)
                .unwrap_or_default()
        }
        other => panic!("{other:?}"),
    };
    if !nas.is_empty() {
        for said in phone.hear(&nas) {
            let _ = rig.uplink((1, 7), said.nas());
        }
    }
}

pub(crate) fn created(rig: &mut Rig, asked: &Asked) {
    let response = Response {
        location: Some("http://smf:80/nsmf-pdusession/v1/sm-contexts/77".to_owned()),
        ..Response::json(201, &SmContextCreatedData::default())
    };
    rig.answer(asked, Ok(response));
}

fn reference(id: &str) -> RefToBinaryData {
    RefToBinaryData {
        content_id: id.to_owned(),
    }
}

fn failure(phone: &Phone) -> Option<SessionFailure> {
    phone.events.iter().find_map(|event| match event {
        Event::SessionFailed { why, .. } => Some(*why),
        _ => None,
    })
}

#[test]
fn without_an_smf_a_request_comes_back() {
    let mut rig = Rig::new();
    let mut phone = wanting();
    rig.register((1, 7), &mut phone);
    assert_eq!(
        failure(&phone),
        Some(SessionFailure::NotForwarded(FgmmCause::PAYLOAD_WAS_NOT_FORWARDED)),
        "{:?}",
        phone.events
    );
}

#[test]
fn an_smf_is_told_whose_session_it_is_and_which() {
    let (_, _, asked) = asked();
    assert_eq!(asked.target.authority, "smf:80");
    assert!(asked.is(Method::Post, "/nsmf-pdusession/v1/sm-contexts"));
    let (data, parts): (serde_json::Value, Vec<Part>) =
        multipart::read(&asked.request.content_type, &asked.request.body).expect("multipart");
    assert_eq!(data["supi"], "imsi-001010000000001");
    assert_eq!(
        (&data["pduSessionId"], &data["dnn"]),
        (&5.into(), &"internet".into())
    );
    assert_eq!(data["requestType"], "INITIAL_REQUEST");
    let callback = data["smContextStatusUri"].as_str().expect("a URI");
    assert!(callback.starts_with("http://amf:80/namf-callback/v1/imsi-001010000000001/"));
    assert!(callback.ends_with("/sm-context-status/5"));
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].content_type, VND_5GNAS);
    assert_eq!(parts[0].octets[0], 0x2e, "5GSM");
}

#[test]
fn an_smf_that_is_silent_or_refuses_gives_the_request_back() {
    let (mut rig, mut phone, asked) = asked();
    rig.answer(&asked, Err(CallFailure::Timeout(asked.timeout)));
    rig.talk((1, 7), &mut phone);
    assert_eq!(
        failure(&phone),
        Some(SessionFailure::NotForwarded(FgmmCause::PAYLOAD_WAS_NOT_FORWARDED))
    );
}

#[test]
fn a_dnn_that_is_denied_is_91() {
    let (mut rig, mut phone, asked) = asked();
    let error = serde_json::json!({ "error": { "status": 403, "cause": "DNN_DENIED" } });
    rig.answer(&asked, Ok(Response::json(403, &error)));
    rig.talk((1, 7), &mut phone);
    assert_eq!(
        failure(&phone),
        Some(SessionFailure::NotForwarded(
            FgmmCause::DNN_NOT_SUPPORTED_OR_NOT_SUBSCRIBED_IN_THE_SLICE
        ))
    );
}

#[test]
fn what_an_smf_transfers_reaches_the_gnb_and_its_answer_the_smf() {
    let (mut rig, mut phone, asked) = asked();
    created(&mut rig, &asked);
    assert!(
        rig.amf
            .context(&supi(1))
            .unwrap()
            .registration
            .as_ref()
            .unwrap()
            .pdu_sessions
            .contains(5)
    );
    while !rig.sent.is_empty() || !rig.asked.is_empty() {
        if rig.asked.is_empty() {
            one(&mut rig, &mut phone);
        } else {
            rig.give(1);
        }
    }
    let data = N1N2MessageTransferReqData {
        pdu_session_id: Some(5),
        n2_info_container: serde_json::from_value(serde_json::json!({
            "n2InformationClass": "SM",
            "smInfo": { "pduSessionId": 5, "n2InfoContent": {
                "ngapIeType": "PDU_RES_SETUP_REQ", "ngapData": { "contentId": "n2" } } } }))
        .expect("a container"),
        ..N1N2MessageTransferReqData::default()
    };
    let part = Part {
        content_id: "n2".to_owned(),
        content_type: VND_NGAP.to_owned(),
        octets: TRANSFER.to_vec(),
    };
    let request = namf::n1_n2_message_transfer(&supi(1).to_string(), &data, std::slice::from_ref(&part));
    let response = rig.demand(&request);
    assert_eq!(response.status, 200);
    one(&mut rig, &mut phone);
    let mut up = PduSessionResourceSetupResponse::new(AmfUeNgapId(1), RanUeNgapId(7));
    up.pdu_session_resource_setup_list = Some(vec![PduSessionItem {
        pdu_session_id: quintet_ngap::PduSessionId(5),
        transfer: (&[9u8, 9][..]).into(),
    }]);
    let _ = rig.n2(GNB, up);
    let told = rig.asked(Method::Post, "/nsmf-pdusession/v1/sm-contexts/77/modify");
    let (data, parts): (serde_json::Value, Vec<Part>) =
        multipart::read(&told.request.content_type, &told.request.body).expect("multipart");
    assert_eq!(
        data["n2SmInfoType"],
        serde_json::json!(N2SmInfoType::PduResSetupRsp)
    );
    assert_eq!(parts[0].octets, [9, 9]);
    let nothing = SmContextUpdatedData {
        n2_sm_info: Some(reference("not there")),
        ..SmContextUpdatedData::default()
    };
    rig.answer(&told, Ok(Response::json(200, &nothing)));
    // An idle UE is paged for what its SMF has.
    rig.sent.clear();
    rig.idle((1, 7), &mut phone);
    rig.asked(Method::Post, "/sm-contexts/77/modify");
    assert_eq!(rig.demand(&request).status, 202);
    assert!(matches!(rig.pdu(GNB), NgapPdu::Paging(_)));
    let other =
        namf::n1_n2_message_transfer(&supi(2).to_string(), &N1N2MessageTransferReqData::default(), &[]);
    assert_eq!(rig.demand(&other).status, 404);
    // The SMF forgets the session; then there is nothing to transfer.
    let released = serde_json::json!({ "statusInfo": { "resourceStatus": "RELEASED" } });
    let path = rig.callback(1, "sm-context-status/5");
    assert_eq!(
        rig.demand(&Request::json(Method::Post, path, &released)).status,
        204
    );
    assert_eq!(rig.demand(&request).status, 404);
    assert!(
        rig.amf
            .context(&supi(1))
            .unwrap()
            .registration
            .as_ref()
            .unwrap()
            .pdu_sessions
            .is_empty()
    );
}

#[test]
fn the_session_of_an_anonymous_emergency_ends_with_its_registration() {
    // Its own word.
    let (mut rig, mut phone, asked) = asked_in_emergency();
    created(&mut rig, &asked);
    rig.talk((1, 7), &mut phone);
    for said in phone.start(Start::Deregister { switch_off: false }) {
        let _ = rig.uplink((1, 7), said.nas());
    }
    assert_eq!(rig.amf.context_count(), 0, "{:?}", rig.events);
    rig.asked(Method::Post, "/nsmf-pdusession/v1/sm-contexts/77/release");
    assert!(rig.asked.is_empty(), "nobody else knows of it: {:?}", rig.asked);
    assert!(rig.records.is_empty(), "forgotten durably");

    // Its silence.
    let (mut rig, mut phone, asked) = asked_in_emergency();
    created(&mut rig, &asked);
    rig.talk((1, 7), &mut phone);
    rig.idle((1, 7), &mut phone);
    rig.asked.clear();
    let config = rig.amf.config();
    let silence =
        config.policy.timers.t3512 + config.mobile_reachable_margin + config.implicit_deregistration;
    rig.pass(silence);
    rig.asked(Method::Post, "/nsmf-pdusession/v1/sm-contexts/77/release");
    assert!(
        rig.asked.is_empty() && rig.amf.context_count() == 0,
        "{:?}",
        rig.asked
    );
}

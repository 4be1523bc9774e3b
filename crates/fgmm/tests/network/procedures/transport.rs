//! NAS transport of 5GSM messages (TS 24.501 5.4.5).

use crate::support::{Rig, Ue};
use quintet_fgmm::network::{
    Input, Output, PduSessions, SmDelivery, SmDeliveryKind, SmFailure, SmRequest, SmRequestKind,
};
use quintet_fgmm::{Discard, Disposition};
use quintet_identity::SNssai;
use quintet_nas::fgs::{
    DlNasTransport, Dnn, FgmmCause, FgmmStatus, PayloadContainer, PayloadContainerType, PduSessionIdentity,
    RequestType, SNssaiIe, UlNasTransport,
};

/// A 5GSM message of session 5 with PTI 1.
const N1: [u8; 4] = [0x2e, 5, 1, 0xc1];

fn transport(ue: &mut Ue, change: impl FnOnce(&mut UlNasTransport<'_>)) -> Vec<u8> {
    let mut message = UlNasTransport::new(PayloadContainerType::N1_SM_INFORMATION, PayloadContainer(&N1));
    message.pdu_session_id = Some(PduSessionIdentity(5));
    message.request_type = Some(RequestType::INITIAL_REQUEST);
    change(&mut message);
    ue.ciphered(message.into())
}

fn asked(rig: &mut Rig) -> SmRequest {
    let mut outputs = rig.take();
    assert_eq!(outputs.len(), 1, "{outputs:?}");
    match outputs.remove(0) {
        Output::Sm(request) => *request,
        other => panic!("{other:?}"),
    }
}

/// DL NAS TRANSPORT of session 5: its payload and cause.
fn carried(ue: &mut Ue, nas: &[u8]) -> (Vec<u8>, Option<FgmmCause>) {
    let plain = ue.read(nas);
    let (message, _) = DlNasTransport::decode(&plain).expect("DL NAS TRANSPORT");
    assert_eq!(message.pdu_session_id, Some(PduSessionIdentity(5)));
    assert_eq!(
        message.payload_container_type,
        PayloadContainerType::N1_SM_INFORMATION
    );
    (message.payload_container.0.to_vec(), message.fgmm_cause)
}

#[test]
fn without_an_smf_the_message_comes_back() {
    let mut rig = Rig::new();
    let mut ue = rig.registered(1);
    let cause = FgmmCause::PAYLOAD_WAS_NOT_FORWARDED;
    let message = transport(&mut ue, |_| {});
    assert_eq!(rig.uplink(&message), Disposition::Replied(cause));
    let back = rig.downlink();
    assert_eq!(carried(&mut ue, &back), (N1.to_vec(), Some(cause)));
}

#[test]
fn a_session_is_asked_for_and_then_its_messages_are_carried() {
    let mut rig = Rig::new();
    rig.policy.smf = true;
    let mut ue = rig.registered(1);
    let message = transport(&mut ue, |m| {
        m.dnn = Some(Dnn::from_text("internet").expect("a DNN"));
        m.s_nssai = Some(SNssaiIe::from(SNssai::EMBB));
    });
    rig.send(&message);
    let request = asked(&mut rig);
    assert_eq!(request.pdu_session_id, 5);
    assert_eq!(
        request.kind,
        SmRequestKind::Create {
            existing: false,
            emergency: false,
            pti: 1,
            s_nssai: Some(SNssai::EMBB),
            dnn: Some("internet".parse().expect("a DNN")),
            container: N1.into(),
        }
    );
    let delivery = |kind| {
        Input::Sm(SmDelivery {
            pdu_session_id: 5,
            kind,
        })
    };
    assert_eq!(rig.input(delivery(SmDeliveryKind::Created)), Disposition::Handled);
    let sessions = rig
        .table
        .only()
        .registration
        .as_ref()
        .expect("registered")
        .pdu_sessions;
    assert!(sessions.contains(5));
    let _ = rig.take();
    // The gNB has a context: the session goes to it at once.
    let _ = rig.input(delivery(SmDeliveryKind::Message {
        s_nssai: Some(SNssai::EMBB),
        n1: Some(&[0x2e, 5, 1, 0xc2]),
        n2: Some(&[1, 2, 3]),
    }));
    let mut outputs = rig.take();
    let Output::SmResource(resource) = outputs.remove(0) else {
        panic!("a resource");
    };
    assert_eq!(
        (&resource.transfer[..], resource.s_nssai),
        (&[1, 2, 3][..], Some(SNssai::EMBB))
    );
    let (n1, cause) = carried(&mut ue, &resource.nas.expect("with its N1 message"));
    assert_eq!((n1, cause), (vec![0x2e, 5, 1, 0xc2], None));
}

#[test]
fn a_session_that_is_there_is_updated_begun_anew_and_released() {
    let mut rig = Rig::new();
    rig.policy.smf = true;
    let mut ue = rig.registered(1);
    let delivery = |kind| {
        Input::Sm(SmDelivery {
            pdu_session_id: 5,
            kind,
        })
    };
    let _ = rig.input(delivery(SmDeliveryKind::Created));
    let _ = rig.take();
    let message = transport(&mut ue, |m| m.request_type = None);
    rig.send(&message);
    assert_eq!(
        asked(&mut rig).kind,
        SmRequestKind::Update {
            pti: 1,
            container: N1.into()
        }
    );
    // What it begins anew is gone before.
    let message = transport(&mut ue, |_| {});
    rig.send(&message);
    let outputs = rig.take();
    assert!(
        matches!(&outputs[..], [Output::Changed(_), Output::Sm(old), Output::Sm(new)]
            if old.kind == SmRequestKind::Release && matches!(new.kind, SmRequestKind::Create { .. })),
        "{outputs:?}"
    );
    let _ = rig.input(delivery(SmDeliveryKind::Released {
        n1: Some(&[0x2e, 5, 0, 0xd3]),
    }));
    let last = rig.downlinks();
    assert_eq!(carried(&mut ue, &last[0]).0, [0x2e, 5, 0, 0xd3]);
    let sessions = rig
        .table
        .only()
        .registration
        .as_ref()
        .expect("registered")
        .pdu_sessions;
    assert_eq!(sessions, PduSessions::default());
}

#[test]
fn a_session_waits_for_the_gnbs_context() {
    let mut rig = Rig::new();
    rig.policy.smf = true;
    rig.from.context_requested = false;
    let mut ue = rig.secure(1);
    rig.subscribe();
    let accepts = rig.downlinks();
    let _ = ue.accept(&accepts[0]);
    let message = SmDelivery {
        pdu_session_id: 5,
        kind: SmDeliveryKind::Message {
            s_nssai: None,
            n1: Some(&N1),
            n2: Some(&[9]),
        },
    };
    assert_eq!(rig.input(Input::Sm(message)), Disposition::Handled);
    let setup = rig.context_setup();
    assert!(setup.nas.is_none());
    // Sent once more meanwhile, it is one session.
    let _ = rig.input(Input::Sm(message));
    assert!(rig.take().is_empty());
    let _ = rig.input(Input::ContextSetup(Ok(())));
    let outputs = rig.take();
    assert!(matches!(outputs[..], [Output::SmResource(_)]), "{outputs:?}");
}

#[test]
fn what_is_not_forwarded() {
    let not_forwarded = FgmmCause::PAYLOAD_WAS_NOT_FORWARDED;
    type Change = fn(&mut UlNasTransport<'_>);
    let cases: [(Change, FgmmCause); 5] = [
        (|m| m.request_type = None, not_forwarded),
        (
            |m| m.request_type = Some(RequestType::MODIFICATION_REQUEST),
            not_forwarded,
        ),
        (|m| m.request_type = Some(RequestType(7)), not_forwarded),
        (
            |m| m.s_nssai = Some(SNssaiIe::from(SNssai::new(2))),
            not_forwarded,
        ),
        (
            |m| m.dnn = Some(Dnn::from_text("a b").expect("two words")),
            FgmmCause::DNN_NOT_SUPPORTED_OR_NOT_SUBSCRIBED_IN_THE_SLICE,
        ),
    ];
    let mut rig = Rig::new();
    rig.policy.smf = true;
    let mut ue = rig.registered(1);
    for (n, (change, cause)) in cases.into_iter().enumerate() {
        let message = transport(&mut ue, change);
        assert_eq!(rig.uplink(&message), Disposition::Replied(cause), "case {n}");
        let back = rig.downlink();
        assert_eq!(carried(&mut ue, &back), (N1.to_vec(), Some(cause)), "case {n}");
    }
}

#[test]
fn what_session_management_refuses() {
    for (failure, cause) in [
        (SmFailure::NotForwarded, 90),
        (SmFailure::DnnNotSupported, 91),
        (SmFailure::InsufficientUserPlane, 92),
        (SmFailure::SliceAndDnnCongested, 67),
        (SmFailure::SliceCongested, 69),
    ] {
        let mut rig = Rig::new();
        rig.policy.smf = true;
        let mut ue = rig.registered(1);
        let delivery = SmDelivery {
            pdu_session_id: 5,
            kind: SmDeliveryKind::Refused {
                failure,
                container: &N1,
            },
        };
        let _ = rig.input(Input::Sm(delivery));
        let back = rig.downlink();
        assert_eq!(carried(&mut ue, &back), (N1.to_vec(), Some(FgmmCause(cause))));
    }
}

#[test]
fn emergency_sessions_have_no_slice() {
    let mut rig = Rig::new();
    rig.policy.smf = true;
    rig.policy.emergency_dnn = Some("sos".parse().expect("a DNN"));
    let mut ue = rig.registered(1);
    let message = transport(&mut ue, |m| {
        m.request_type = Some(RequestType::INITIAL_EMERGENCY_REQUEST);
        m.dnn = Some(Dnn::from_text("internet").expect("a DNN"));
    });
    rig.send(&message);
    assert!(matches!(
        asked(&mut rig).kind,
        SmRequestKind::Create { emergency: true, s_nssai: None, dnn: Some(dnn), .. } if dnn.as_str() == "sos"
    ));
    // Who is registered for emergency services has no other.
    rig.table
        .only_mut()
        .registration
        .as_mut()
        .expect("registered")
        .emergency = true;
    let message = transport(&mut ue, |_| {});
    let cause = FgmmCause::PAYLOAD_WAS_NOT_FORWARDED;
    assert_eq!(rig.uplink(&message), Disposition::Replied(cause));
}

#[test]
fn payloads_of_others_and_elements_that_are_missing() {
    let mut rig = Rig::new();
    rig.policy.smf = true;
    let mut ue = rig.registered(1);
    let sms = transport(&mut ue, |m| m.payload_container_type = PayloadContainerType::SMS);
    assert!(matches!(rig.uplink(&sms), Disposition::Silent(Discard::Path(_))));
    let nameless = transport(&mut ue, |m| m.pdu_session_id = None);
    let cause = FgmmCause::CONDITIONAL_IE_ERROR;
    assert_eq!(rig.uplink(&nameless), Disposition::Replied(cause));
    let status = ue.read(&rig.downlink());
    assert_eq!(
        FgmmStatus::decode(&status).expect("5GMM STATUS").0.fgmm_cause,
        cause
    );
}

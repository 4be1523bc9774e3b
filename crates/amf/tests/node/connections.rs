//! Connections of UEs: identities, context setup, release, delivery (TS 38.413 8.3, 8.6, 10.6).

use crate::support::{GNB, Phone, Rig, config, supi};
use quintet_amf::{N2Discard, N2Disposition};
use quintet_fgmm::network::FgmmState;
use quintet_fgmm::ue::{Departure, Event, Input, Start};
use quintet_ngap::message::{
    ErrorIndication, InitialContextSetupFailure, NasNonDeliveryIndication, PathSwitchRequest,
    UeContextReleaseRequest,
};
use quintet_ngap::{
    AmfUeNgapId, Cause, NgapPdu, PduSessionId, PduSessionItem, RanUeNgapId, ResetType,
    UeSecurityCapabilities, UserLocationInformation,
};
use quintet_sctp::AssociationId;
use std::time::Duration;

const OTHER: AssociationId = AssociationId(2);

/// The next message must be an ERROR INDICATION.
fn error(rig: &mut Rig, to: AssociationId) -> (Option<Cause>, Option<u64>, Option<u32>) {
    let NgapPdu::ErrorIndication(e) = rig.pdu(to) else {
        panic!("ERROR INDICATION");
    };
    (
        e.cause,
        e.amf_ue_ngap_id.map(|id| id.0),
        e.ran_ue_ngap_id.map(|id| id.0),
    )
}

#[test]
fn a_gnb_has_no_ues_in_tracking_areas_it_was_not_set_up_with() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    let said = phone.begin(Start::REGISTER);
    // Area 2 is served, by other gNBs.
    let _ = rig.initial_at(2, GNB, 7, &said);
    assert_eq!(error(&mut rig, GNB).0, Some(Cause::SEMANTIC_ERROR));
    assert_eq!((rig.amf.connection_count(), rig.asked.len()), (0, 0));
    let _ = rig.initial(GNB, 7, &said);
    rig.give(1);
    let nas = rig.nas();
    let answer = phone.hear(&nas).remove(0);
    let _ = rig.uplink_at(2, GNB, (1, 7), answer.nas());
    assert_eq!(
        error(&mut rig, GNB),
        (Some(Cause::SEMANTIC_ERROR), Some(1), Some(7))
    );
    assert!(rig.asked.is_empty(), "RES* is not taken from there");
    let _ = rig.uplink((1, 7), answer.nas());
    assert_eq!(rig.asked.len(), 1, "the connection goes on where it is");
}

#[test]
fn a_registration_goes_through_and_says_what_a_gnb_must_know() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    let said = phone.begin(Start::REGISTER);
    let _ = rig.initial(GNB, 7, &said);
    let mut setup = None;
    // As `talk` does, with an eye on INITIAL CONTEXT SETUP REQUEST.
    while setup.is_none() {
        while !rig.asked.is_empty() {
            rig.give(1);
        }
        let (_, stream, _) = *rig.sent.front().expect("a message");
        assert_eq!(stream, 1, "the UE's stream");
        match rig.pdu(GNB) {
            NgapPdu::DownlinkNasTransport(m) => {
                for said in phone.hear(&m.nas_pdu) {
                    let _ = rig.uplink((1, 7), said.nas());
                }
            }
            NgapPdu::InitialContextSetupRequest(m) => setup = Some(m),
            other => panic!("{other:?}"),
        }
    }
    let setup = setup.unwrap();
    let all = 0b1110_0000_0000_0000;
    assert_eq!(
        setup.ue_security_capabilities,
        UeSecurityCapabilities {
            nr_encryption_algorithms: all,
            nr_integrity_protection_algorithms: all,
            eutra_encryption_algorithms: 0,
            eutra_integrity_protection_algorithms: 0,
        }
    );
    assert_eq!(setup.allowed_nssai, [quintet_identity::SNssai::EMBB]);
    assert_eq!(setup.guami, config().policy.guami);
    assert_eq!(
        setup.masked_imeisv.map(|masked| masked.0),
        Some(0x4901_5420_32ff_ff86),
        "4901542032375186 without the end of its serial number"
    );
    let ours = phone.ue.k_gnb().expect("KgNB");
    assert_eq!(setup.security_key.expose(), ours.expose());
    let _ = rig.set_up((1, 7));
    phone.happen(Input::ContextSetUp);
    let nas = setup.nas_pdu.expect("REGISTRATION ACCEPT");
    for said in phone.hear(&nas) {
        let _ = rig.uplink((1, 7), said.nas());
    }
    rig.talk((1, 7), &mut phone);
    assert!(phone.ue.is_registered());
    let context = rig.amf.context(&supi(1)).expect("a context");
    assert_eq!(
        (context.state, context.guti),
        (FgmmState::Registered, phone.guti())
    );
    assert_eq!(rig.amf.counters().registered, 1);
}

#[test]
fn unknown_and_foreign_identities_are_reported_and_harm_nobody_else() {
    let mut rig = Rig::new();
    let _ = rig.initial(GNB, 7, &Phone::new(1).begin(Start::REGISTER));
    rig.gnb(OTHER, 2);
    for amf_id in [1, 99] {
        let _ = rig.uplink_from(OTHER, (amf_id, 7), &[0x7e, 0, 0x43]);
        assert_eq!(
            error(&mut rig, OTHER),
            (Some(Cause::UNKNOWN_LOCAL_UE_NGAP_ID), Some(amf_id), Some(7))
        );
        let ids = (AmfUeNgapId(amf_id), RanUeNgapId(7));
        let _ = rig.n2(
            OTHER,
            UeContextReleaseRequest::new(ids.0, ids.1, Cause::USER_INACTIVITY),
        );
        assert_eq!(error(&mut rig, OTHER).0, Some(Cause::UNKNOWN_LOCAL_UE_NGAP_ID));
        let mut indication = ErrorIndication::new();
        (indication.amf_ue_ngap_id, indication.ran_ue_ngap_id) = (Some(ids.0), Some(ids.1));
        indication.cause = Some(Cause::INCONSISTENT_REMOTE_UE_NGAP_ID);
        let _ = rig.n2(OTHER, indication);
    }
    assert_eq!(rig.amf.connection_count(), 1);
}

#[test]
fn a_pair_that_is_none_releases_what_both_identities_name() {
    let mut rig = Rig::new();
    for n in 1..=3 {
        let _ = rig.initial(GNB, n, &Phone::new(n).begin(Start::REGISTER));
    }
    let _ = rig.uplink((1, 2), &[0x7e, 0, 0x43]);
    assert_eq!(
        error(&mut rig, GNB),
        (Some(Cause::INCONSISTENT_REMOTE_UE_NGAP_ID), Some(1), Some(2))
    );
    assert_eq!(rig.amf.connection_count(), 1, "the third stays");
    let _ = rig.uplink((99, 3), &[0x7e, 0, 0x43]);
    assert_eq!(error(&mut rig, GNB).0, Some(Cause::UNKNOWN_LOCAL_UE_NGAP_ID));
    assert_eq!(rig.amf.connection_count(), 0);
}

#[test]
fn the_last_message_of_a_connection_is_not_reported() {
    let mut rig = Rig::new();
    let disposition = rig.complete_release((99, 99));
    assert_eq!(disposition, N2Disposition::Silent(N2Discard::Unawaited));
    assert!(rig.sent.is_empty());
}

#[test]
fn a_gnb_identity_that_is_used_again_ends_the_former_connection() {
    let mut rig = Rig::new();
    let _ = rig.initial(GNB, 7, &Phone::new(1).begin(Start::REGISTER));
    let mut second = Phone::new(2);
    let _ = rig.initial(GNB, 7, &second.begin(Start::REGISTER));
    assert_eq!(rig.amf.connection_count(), 1);
    // The challenge of the first one finds nobody.
    rig.give(1);
    assert!(rig.sent.is_empty());
    rig.talk((2, 7), &mut second);
    assert!(second.ue.is_registered() && rig.amf.context(&supi(1)).is_none());
}

#[test]
fn context_setup_that_fails_ends_the_connection() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    let _ = rig.initial(GNB, 8, &phone.begin(Start::SERVICE));
    assert!(matches!(rig.pdu(GNB), NgapPdu::InitialContextSetupRequest(_)));
    let cause = Cause::RADIO_NETWORK_UNSPECIFIED;
    let _ = rig.n2(
        GNB,
        InitialContextSetupFailure::new(AmfUeNgapId(2), RanUeNgapId(8), cause),
    );
    assert_eq!(rig.released().0, AmfUeNgapId(2));
    assert_eq!(rig.set_up((2, 8)), N2Disposition::Silent(N2Discard::Unawaited));
}

#[test]
fn a_context_setup_without_answer_is_given_up_in_its_time() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    let _ = rig.initial(GNB, 8, &phone.begin(Start::SERVICE));
    assert!(matches!(rig.pdu(GNB), NgapPdu::InitialContextSetupRequest(_)));
    rig.pass(Duration::from_millis(9_999));
    assert!(rig.sent.is_empty());
    rig.pass(Duration::from_millis(1));
    assert_eq!(rig.released().0, AmfUeNgapId(2));
    // A gNB that does not even answer the release is waited for so long, and no longer; then it is reset, for this UE.
    rig.pass(Duration::from_millis(4_999));
    assert_eq!(rig.amf.connection_count(), 1);
    rig.pass(Duration::from_millis(1));
    assert_eq!(rig.amf.connection_count(), 0);
    let NgapPdu::NgReset(reset) = rig.pdu(GNB) else {
        panic!("NG RESET");
    };
    let ResetType::PartOfNgInterface(part) = reset.reset_type else {
        panic!("a part");
    };
    assert_eq!(
        (part.len(), part[0].amf_ue_ngap_id, part[0].ran_ue_ngap_id),
        (1, Some(AmfUeNgapId(2)), Some(RanUeNgapId(8)))
    );
}

#[test]
fn an_uplink_that_crosses_the_release_is_dropped() {
    let mut rig = Rig::new();
    let _ = rig.initial(GNB, 7, &Phone::new(1).begin(Start::REGISTER));
    let cause = Cause::USER_INACTIVITY;
    let _ = rig.n2(
        GNB,
        UeContextReleaseRequest::new(AmfUeNgapId(1), RanUeNgapId(7), cause),
    );
    assert_eq!(
        rig.released(),
        (
            AmfUeNgapId(1),
            RanUeNgapId(7),
            Cause::RELEASE_DUE_TO_NGRAN_GENERATED_REASON
        )
    );
    let disposition = rig.uplink((1, 7), &[0x7e, 0, 0x43]);
    assert_eq!(disposition, N2Disposition::Silent(N2Discard::Releasing));
    // What the AUSF says now is for nobody.
    rig.give(1);
    assert!(rig.sent.is_empty());
    let _ = rig.complete_release((1, 7));
    assert_eq!(rig.amf.connection_count(), 0);
}

#[test]
fn what_was_not_delivered_is_sent_again_by_its_timer() {
    let mut rig = Rig::new();
    let _ = rig.initial(GNB, 7, &Phone::new(1).begin(Start::REGISTER));
    rig.give(1);
    let request = rig.nas();
    let (nas, cause) = ((&request[..]).into(), Cause::RADIO_NETWORK_UNSPECIFIED);
    let indication = NasNonDeliveryIndication::new(AmfUeNgapId(1), RanUeNgapId(7), nas, cause);
    assert_eq!(rig.n2(GNB, indication), N2Disposition::Handled);
    assert!(rig.sent.is_empty());
    rig.pass(Duration::from_secs(6));
    assert_eq!(rig.nas(), request);
}

#[test]
fn a_message_that_begins_nothing_leaves_no_connection() {
    let mut rig = Rig::new();
    let said = crate::support::said(&[0x7e, 0, 0x43]);
    let _ = rig.initial(GNB, 7, &said);
    assert_eq!(rig.released().1, RanUeNgapId(7));
    let _ = rig.complete_release((1, 7));
    assert_eq!(rig.amf.connection_count(), 0);
    assert_eq!(rig.amf.poll_timeout(), None, "nothing is waited for");
}

#[test]
fn the_same_ue_from_elsewhere_ends_its_former_connection() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    let _ = rig.initial(GNB, 8, &phone.begin(Start::SERVICE));
    rig.talk((2, 8), &mut phone);
    rig.sent.clear();
    phone.happen(Input::LowerLayerFailure);
    let _ = rig.initial(GNB, 9, &phone.begin(Start::SERVICE));
    assert!(matches!(rig.pdu(GNB), NgapPdu::InitialContextSetupRequest(_)));
    assert_eq!(
        rig.released(),
        (AmfUeNgapId(2), RanUeNgapId(8), Cause::NAS_NORMAL_RELEASE)
    );
    let _ = rig.complete_release((2, 8));
    let at = rig.at();
    assert_eq!(
        rig.amf.reauthenticate(at, &supi(1)),
        Ok(()),
        "it is connected still"
    );
}

#[test]
fn a_ue_deregisters_and_its_home_is_told() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    let _ = rig.initial(GNB, 8, &phone.begin(Start::Deregister { switch_off: false }));
    let unsubscribe = rig.asked(quintet_sbi::Method::Delete, "/sdm-subscriptions/1");
    assert_eq!(unsubscribe.target.authority, "udm:80");
    let purge = rig.asked(
        quintet_sbi::Method::Patch,
        "/imsi-001010000000001/registrations/amf-3gpp-access",
    );
    assert_eq!(purge.json()["purgeFlag"], true);
    rig.talk((2, 8), &mut phone);
    assert!(phone.events.contains(&Event::Deregistered(Departure::Accepted)));
    let context = rig.amf.context(&supi(1)).expect("it is kept for its return");
    assert_eq!(context.state, FgmmState::Deregistered);
}

#[test]
fn a_path_switch_is_refused_for_every_session() {
    let mut rig = Rig::new();
    let place = UserLocationInformation::nr(
        quintet_identity::fgs::Ncgi::new(crate::support::plmn(), 0x101).unwrap(),
        crate::support::tai(1),
    );
    let capabilities = UeSecurityCapabilities {
        nr_encryption_algorithms: 0,
        nr_integrity_protection_algorithms: 0,
        eutra_encryption_algorithms: 0,
        eutra_integrity_protection_algorithms: 0,
    };
    let sessions = [1, 5].map(|id| PduSessionItem {
        pdu_session_id: PduSessionId(id),
        transfer: (&[0u8; 12][..]).into(),
    });
    let request = PathSwitchRequest::new(
        RanUeNgapId(7),
        AmfUeNgapId(9),
        place,
        capabilities,
        sessions.to_vec(),
    );
    let disposition = rig.n2(GNB, request);
    assert_eq!(disposition, N2Disposition::Replied(Cause::HO_TARGET_NOT_ALLOWED));
    let NgapPdu::PathSwitchRequestFailure(failure) = rig.pdu(GNB) else {
        panic!("PATH SWITCH REQUEST FAILURE");
    };
    let released = failure.pdu_session_resource_released_list.unwrap();
    assert_eq!(
        released
            .iter()
            .map(|item| item.pdu_session_id.0)
            .collect::<Vec<_>>(),
        [1, 5]
    );
}

//! Connections of UEs: identities, context setup, release, delivery (TS 36.413 8.3, 8.6, 10.6).

use crate::support::{ENB, Phone, Rig, config};
use quintet_emm::network::EmmState;
use quintet_mme::{S1Discard, S1Disposition};
use quintet_nas::eps::EmmMessage;
use quintet_s1ap::message::{
    ErrorIndication, InitialContextSetupFailure, NasNonDeliveryIndication, UeContextReleaseRequest,
};
use quintet_s1ap::{Cause, EnbUeS1apId, MmeUeS1apId, S1apPdu};
use quintet_sctp::AssociationId;
use std::time::Duration;

const OTHER: AssociationId = AssociationId(2);

/// The next message must be an ERROR INDICATION.
fn error(rig: &mut Rig, to: AssociationId) -> (Option<Cause>, Option<u32>, Option<u32>) {
    let S1apPdu::ErrorIndication(e) = rig.pdu(to) else {
        panic!("ERROR INDICATION");
    };
    (
        e.cause,
        e.mme_ue_s1ap_id.map(|id| id.0),
        e.enb_ue_s1ap_id.map(|id| id.0),
    )
}

#[test]
fn unknown_and_foreign_identities_are_reported_and_harm_nobody_else() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    rig.enb(OTHER, 2);
    for mme_id in [1, 99] {
        let _ = rig.uplink_from(OTHER, (mme_id, 7), &[7, 0x41]);
        assert_eq!(
            error(&mut rig, OTHER),
            (Some(Cause::UNKNOWN_MME_UE_S1AP_ID), Some(mme_id), Some(7))
        );
        let ask = UeContextReleaseRequest::new(MmeUeS1apId(mme_id), EnbUeS1apId(7), Cause::USER_INACTIVITY);
        let _ = rig.s1(OTHER, ask);
        assert_eq!(error(&mut rig, OTHER).0, Some(Cause::UNKNOWN_MME_UE_S1AP_ID));
        let mut indication = ErrorIndication::new();
        indication.mme_ue_s1ap_id = Some(MmeUeS1apId(mme_id));
        indication.enb_ue_s1ap_id = Some(EnbUeS1apId(7));
        indication.cause = Some(Cause::UNKNOWN_PAIR_UE_S1AP_ID);
        let _ = rig.s1(OTHER, indication);
    }
    assert_eq!(rig.mme.connection_count(), 1);
    let detach = quintet_nas::eps::DetachRequestFromUe::new(
        quintet_nas::eps::DetachType::EPS_DETACH,
        quintet_nas::eps::NasKsi(phone.ksi),
        quintet_nas::eps::EpsMobileIdentity::Guti(phone.guti.unwrap()),
    );
    let nas = phone.send(detach);
    let _ = rig.uplink((1, 7), &nas);
    let accept = rig.nas();
    assert!(matches!(
        EmmMessage::decode_downlink(&phone.read(&accept)).unwrap().message,
        EmmMessage::DetachAccept(_)
    ));
}

#[test]
fn a_pair_that_is_none_releases_what_both_identities_name() {
    let mut rig = Rig::new();
    for n in 1..=3 {
        let _ = rig.initial(ENB, n, &Phone::new(n).attach_by_imsi());
    }
    let _ = rig.uplink((1, 2), &[7, 0x41]);
    assert_eq!(
        error(&mut rig, ENB),
        (Some(Cause::UNKNOWN_PAIR_UE_S1AP_ID), Some(1), Some(2))
    );
    assert_eq!(rig.mme.connection_count(), 1, "the third stays");
    let _ = rig.uplink((99, 3), &[7, 0x41]);
    assert_eq!(error(&mut rig, ENB).0, Some(Cause::UNKNOWN_MME_UE_S1AP_ID));
    assert_eq!(rig.mme.connection_count(), 0);
}

#[test]
fn the_last_message_of_a_connection_is_not_reported() {
    let mut rig = Rig::new();
    let disposition = rig.complete_release((99, 99));
    assert_eq!(disposition, S1Disposition::Silent(S1Discard::Unawaited));
    assert!(rig.sent.is_empty());
}

#[test]
fn an_enb_identity_that_is_used_again_ends_the_former_connection() {
    let mut rig = Rig::new();
    let _ = rig.initial(ENB, 7, &Phone::new(1).attach_by_imsi());
    let mut second = Phone::new(2);
    let _ = rig.initial(ENB, 7, &second.attach_by_imsi());
    assert_eq!(rig.mme.connection_count(), 1);
    // The vector of the first one finds nobody.
    rig.give_vector(1);
    assert!(rig.sent.is_empty());
    rig.secure((2, 7), &mut second);
    assert!(rig.mme.context(crate::support::imsi(1)).is_none());
}

#[test]
fn nobody_is_authenticated_with_the_vector_of_another() {
    let mut rig = Rig::new();
    let (own, other) = (Phone::new(1), Phone::new(2));
    let _ = rig.initial(ENB, 7, &own.attach_by_imsi());
    // On the same connection, before the HSS has answered for the first, it is somebody else.
    let _ = rig.uplink((1, 7), &other.attach_by_imsi());
    assert_eq!(rig.asked.len(), 2, "both were asked for");
    rig.give_vector(1);
    assert!(rig.sent.is_empty(), "a challenge of the first for the second");
    rig.give_vector(2);
    let challenge = rig.nas();
    assert_eq!(challenge[3..19], [2; 16]);
}

#[test]
fn context_setup_that_fails_ends_the_attach() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    let _ = rig.initial(ENB, 7, &phone.attach_by_imsi());
    rig.secure((1, 7), &mut phone);
    rig.give_location(1);
    let _accept = rig.nas();
    let _ = rig.s1(
        ENB,
        InitialContextSetupFailure::new(MmeUeS1apId(1), EnbUeS1apId(7), Cause::RADIO_NETWORK_UNSPECIFIED),
    );
    assert_eq!(rig.released().0, MmeUeS1apId(1));
    assert_eq!(rig.set_up((1, 7)), S1Disposition::Silent(S1Discard::Unawaited));
    let _ = rig.complete_release((1, 7));
    assert_eq!(rig.mme.connection_count(), 0);
}

#[test]
fn a_context_setup_without_answer_is_given_up_in_its_time() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    rig.idle((1, 7));
    let request = phone.service_request();
    let _ = rig.initial_of(ENB, 8, &request, Some(phone.guti.unwrap().s_tmsi()));
    let S1apPdu::InitialContextSetupRequest(_) = rig.pdu(ENB) else {
        panic!("INITIAL CONTEXT SETUP REQUEST");
    };
    rig.pass(Duration::from_millis(9_999));
    assert!(rig.sent.is_empty());
    rig.pass(Duration::from_millis(1));
    assert_eq!(rig.released().0, MmeUeS1apId(2));
    // An eNB that does not even answer the release is waited for so long, and no longer.
    rig.pass(Duration::from_millis(4_999));
    assert_eq!(rig.mme.connection_count(), 1);
    rig.pass(Duration::from_millis(1));
    assert_eq!(rig.mme.connection_count(), 0);
}

#[test]
fn an_unreadable_context_setup_response_fails_the_procedure_once() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    // INITIAL CONTEXT SETUP RESPONSE with both identities, and an IE nobody knows of criticality reject.
    let octets = [
        0x20, 9, 0, 0x14, 0, 0, 3, 0, 0, 0x40, 2, 0, 1, 0, 8, 0x40, 2, 0, 7, 0x7f, 0xff, 0, 1, 0,
    ];
    let disposition = rig.octets(ENB, quintet_s1ap::PPID, &octets);
    assert_eq!(disposition, S1Disposition::Silent(S1Discard::Unawaited));
    assert!(rig.sent.is_empty(), "nothing was being set up");
    rig.idle((1, 7));
    let request = phone.service_request();
    let _ = rig.initial_of(ENB, 7, &request, Some(phone.guti.unwrap().s_tmsi()));
    let _setup = rig.pdu(ENB);
    let octets = [
        0x20, 9, 0, 0x14, 0, 0, 3, 0, 0, 0x40, 2, 0, 2, 0, 8, 0x40, 2, 0, 7, 0x7f, 0xff, 0, 1, 0,
    ];
    let _ = rig.octets(ENB, quintet_s1ap::PPID, &octets);
    assert_eq!(rig.released().0, MmeUeS1apId(2));
}

#[test]
fn an_uplink_that_crosses_the_release_is_dropped() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    let request = UeContextReleaseRequest::new(MmeUeS1apId(1), EnbUeS1apId(7), Cause::USER_INACTIVITY);
    let _ = rig.s1(ENB, request);
    assert_eq!(
        rig.released(),
        (
            MmeUeS1apId(1),
            EnbUeS1apId(7),
            Cause::RELEASE_DUE_TO_EUTRAN_GENERATED_REASON
        )
    );
    let disposition = rig.uplink((1, 7), &[7, 0x41]);
    assert_eq!(disposition, S1Disposition::Silent(S1Discard::Releasing));
    let _ = rig.complete_release((1, 7));
    assert_eq!(rig.mme.connection_count(), 0);
    assert_eq!(
        rig.mme.context(crate::support::imsi(1)).unwrap().state,
        EmmState::Registered
    );
}

#[test]
fn what_was_not_delivered_is_sent_again_by_its_timer() {
    let mut rig = Rig::new();
    let _ = rig.initial(ENB, 7, &Phone::new(1).attach_by_imsi());
    rig.give_vector(1);
    let challenge = rig.nas();
    let nas = (&challenge[..]).into();
    let cause = Cause::RADIO_NETWORK_UNSPECIFIED;
    let indication = NasNonDeliveryIndication::new(MmeUeS1apId(1), EnbUeS1apId(7), nas, cause);
    assert_eq!(rig.s1(ENB, indication), S1Disposition::Handled);
    assert!(rig.sent.is_empty());
    rig.pass(Duration::from_secs(6));
    assert_eq!(rig.nas(), challenge);
}

#[test]
fn a_message_that_begins_nothing_leaves_no_connection() {
    let mut rig = Rig::new();
    let _ = rig.initial(ENB, 7, &[0x07, 0x43, 0]);
    assert_eq!(rig.released().1, EnbUeS1apId(7));
    let _ = rig.complete_release((1, 7));
    assert_eq!(rig.mme.connection_count(), 0);
    assert_eq!(rig.mme.poll_timeout(), None, "nothing is waited for");
}

#[test]
fn silence_ends_a_connection_and_a_word_keeps_it() {
    let mut config = config();
    config.inactivity_timeout = Duration::from_secs(30);
    let mut rig = Rig::with(config);
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    rig.pass(Duration::from_secs(29));
    let _ = rig.uplink((1, 7), &[7, 0x41]);
    rig.sent.clear();
    rig.pass(Duration::from_secs(29));
    assert!(rig.sent.is_empty());
    rig.pass(Duration::from_secs(1));
    assert_eq!(rig.released().0, MmeUeS1apId(1));
}

#[test]
fn the_same_ue_from_elsewhere_ends_its_former_connection() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.attach((1, 7), &mut phone);
    let request = phone.service_request();
    let _ = rig.initial_of(ENB, 8, &request, Some(phone.guti.unwrap().s_tmsi()));
    assert!(matches!(rig.pdu(ENB), S1apPdu::InitialContextSetupRequest(_)));
    assert_eq!(
        rig.released(),
        (MmeUeS1apId(1), EnbUeS1apId(7), Cause::NAS_NORMAL_RELEASE)
    );
    let _ = rig.complete_release((1, 7));
    // The UE is connected still, so that nothing of its idle time is due.
    rig.mme
        .detach(rig.at(), &mut rig.node, crate::support::imsi(1), false)
        .unwrap();
    rig.settle();
    assert!(matches!(rig.pdu(ENB), S1apPdu::DownlinkNasTransport(_)));
}

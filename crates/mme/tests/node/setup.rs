//! S1 SETUP, configuration updates, RESET, errors of messages (TS 36.413 8.7, 10).

use crate::support::{ENB, Phone, Rig, areas, config, imsi, setup_request};
use quintet_mme::{MmeEvent, S1Discard, S1Disposition};
use quintet_s1ap::message::{EnbConfigurationUpdate, ErrorIndication, Reset, S1SetupRequest};
use quintet_s1ap::{
    Cause, EnbUeS1apId, MmeUeS1apId, OverloadAction, PPID, ResetType, S1apPdu, TimeToWait,
    UeAssociatedConnection,
};
use quintet_sctp::AssociationId;

const OTHER: AssociationId = AssociationId(2);

fn refused(rig: &mut Rig, association: AssociationId, request: S1SetupRequest<'_>) -> Cause {
    let disposition = rig.s1(association, request);
    let S1apPdu::S1SetupFailure(failure) = rig.pdu(association) else {
        panic!("S1 SETUP FAILURE");
    };
    assert_eq!(failure.time_to_wait, Some(TimeToWait::V60s));
    assert_eq!(disposition, S1Disposition::Replied(failure.cause.unwrap()));
    failure.cause.unwrap()
}

#[test]
fn setup_tells_who_the_mme_is() {
    let mut rig = Rig::bare(config());
    rig.up(ENB, [10, 0, 0, 1]);
    let _ = rig.s1(ENB, setup_request(1, areas(2)));
    let S1apPdu::S1SetupResponse(response) = rig.pdu(ENB) else {
        panic!("S1 SETUP RESPONSE");
    };
    assert_eq!(response.mme_name.as_deref(), Some("mme"));
    assert_eq!(response.relative_mme_capacity, Some(255));
    let served = &response.served_gummeis[0];
    assert_eq!(
        (&served.served_group_ids, &served.served_mmecs),
        (&vec![1], &vec![1])
    );
}

#[test]
fn setup_is_refused_without_a_plmn_or_a_tracking_area_in_common() {
    let mut rig = Rig::bare(config());
    rig.up(ENB, [10, 0, 0, 1]);
    let mut foreign = areas(1);
    foreign[0].broadcast_plmns = vec!["99970".parse().unwrap()];
    assert_eq!(
        refused(&mut rig, ENB, setup_request(1, foreign)),
        Cause::UNKNOWN_PLMN
    );
    assert_eq!(
        refused(&mut rig, ENB, setup_request(1, areas(9))),
        Cause::MISC_UNSPECIFIED
    );
    assert_eq!(rig.mme.enbs().filter(|(_, _, setup)| setup.is_some()).count(), 0);
}

#[test]
fn before_setup_a_ue_is_not_taken_and_after_a_refused_one_neither() {
    let mut rig = Rig::new();
    refused(&mut rig, ENB, setup_request(1, areas(9)));
    let disposition = rig.initial(ENB, 1, &Phone::new(1).attach_by_imsi());
    let cause = Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE;
    assert_eq!(disposition, S1Disposition::Replied(cause));
    assert!(matches!(rig.pdu(ENB), S1apPdu::ErrorIndication(e) if e.cause == Some(cause)));
    assert_eq!(rig.mme.connection_count(), 0);
}

#[test]
fn a_repeated_setup_begins_anew() {
    let mut rig = Rig::new();
    rig.attach((1, 7), &mut Phone::new(1));
    let _ = rig.s1(ENB, setup_request(1, areas(1)));
    assert!(matches!(rig.pdu(ENB), S1apPdu::S1SetupResponse(_)));
    assert_eq!((rig.mme.connection_count(), rig.mme.context_count()), (0, 1));
}

#[test]
fn an_enb_that_came_back_replaces_its_old_association_and_another_host_does_not() {
    let mut rig = Rig::new();
    rig.attach((1, 7), &mut Phone::new(1));
    rig.up(OTHER, [10, 0, 0, 99]);
    assert_eq!(
        refused(&mut rig, OTHER, setup_request(1, areas(1))),
        Cause::MISC_UNSPECIFIED
    );
    assert_eq!((rig.mme.connection_count(), rig.shut.len()), (1, 0));
    let back = AssociationId(3);
    rig.up(back, [10, 0, 0, 1]);
    let _ = rig.s1(back, setup_request(1, areas(1)));
    assert!(matches!(rig.pdu(back), S1apPdu::S1SetupResponse(_)));
    assert_eq!((rig.mme.connection_count(), &rig.shut), (0, &vec![ENB]));
    rig.down(ENB);
    assert_eq!(rig.mme.enbs().filter(|(_, _, setup)| setup.is_some()).count(), 1);
}

#[test]
fn a_configuration_update_changes_the_tracking_areas_or_is_refused() {
    let mut rig = Rig::new();
    let mut update = EnbConfigurationUpdate::new();
    update.supported_tas = Some(areas(9));
    let _ = rig.s1(ENB, update);
    assert!(
        matches!(rig.pdu(ENB), S1apPdu::EnbConfigurationUpdateFailure(f) if f.cause == Some(Cause::MISC_UNSPECIFIED))
    );
    let mut update = EnbConfigurationUpdate::new();
    update.supported_tas = Some(areas(2));
    update.enb_name = Some("again".into());
    let _ = rig.s1(ENB, update);
    assert!(matches!(
        rig.pdu(ENB),
        S1apPdu::EnbConfigurationUpdateAcknowledge(_)
    ));
    let setup = rig.mme.enbs().next().unwrap().2.unwrap().clone();
    assert_eq!(
        (setup.name.as_deref(), setup.supported_tas[0].tac),
        (Some("again"), 2)
    );
}

#[test]
fn a_partial_reset_takes_what_it_names_of_its_own_and_acknowledges_all() {
    let mut rig = Rig::new();
    rig.enb(OTHER, 2);
    for n in 1..=4 {
        let _ = rig.initial(ENB, n, &Phone::new(n).attach_by_imsi());
    }
    let _ = rig.initial(OTHER, 1, &Phone::new(5).attach_by_imsi());
    let item = |mme: Option<u32>, enb: Option<u32>| UeAssociatedConnection {
        mme_ue_s1ap_id: mme.map(MmeUeS1apId),
        enb_ue_s1ap_id: enb.map(EnbUeS1apId),
    };
    // By ours, by theirs, by both; a pair that is none, one of nobody, one of the other eNB.
    let list = vec![
        item(Some(1), None),
        item(None, Some(2)),
        item(Some(3), Some(3)),
        item(Some(4), Some(77)),
        item(Some(99), Some(99)),
        item(Some(5), None),
    ];
    let _ = rig.s1(
        ENB,
        Reset::new(
            Cause::MISC_UNSPECIFIED,
            ResetType::PartOfS1Interface(list.clone()),
        ),
    );
    let S1apPdu::ResetAcknowledge(ack) = rig.pdu(ENB) else {
        panic!("RESET ACKNOWLEDGE");
    };
    assert_eq!(ack.ue_associated_logical_s1_connection_list, Some(list));
    assert_eq!(rig.mme.connection_count(), 2);
    let _ = rig.s1(ENB, Reset::new(Cause::MISC_UNSPECIFIED, ResetType::S1Interface));
    assert!(matches!(rig.pdu(ENB), S1apPdu::ResetAcknowledge(_)));
    assert_eq!(rig.mme.connection_count(), 1, "the other eNB's stays");
}

#[test]
fn another_payload_protocol_is_not_read() {
    let mut rig = Rig::new();
    let disposition = rig.octets(ENB, PPID + 1, &[0, 17, 0]);
    assert_eq!(disposition, S1Disposition::Silent(S1Discard::PayloadProtocol));
    let unknown = rig.octets(AssociationId(50), PPID, &[0]);
    assert_eq!(unknown, S1Disposition::Silent(S1Discard::NoAssociation));
    assert!(rig.sent.is_empty());
}

#[test]
fn octets_that_are_no_pdu_are_a_transfer_syntax_error() {
    let mut rig = Rig::new();
    for octets in [&[][..], &[0xff; 9], &[0, 12]] {
        let disposition = rig.octets(ENB, PPID, octets);
        assert_eq!(
            disposition,
            S1Disposition::Replied(Cause::TRANSFER_SYNTAX_ERROR),
            "{octets:?}"
        );
        assert!(matches!(rig.pdu(ENB), S1apPdu::ErrorIndication(_)));
    }
}

#[test]
fn no_error_indication_is_answered_with_one() {
    let mut rig = Rig::new();
    let mut indication = ErrorIndication::new();
    indication.mme_ue_s1ap_id = Some(MmeUeS1apId(44));
    indication.enb_ue_s1ap_id = Some(EnbUeS1apId(44));
    indication.cause = Some(Cause::UNKNOWN_PAIR_UE_S1AP_ID);
    let disposition = rig.s1(ENB, indication);
    assert_eq!(disposition, S1Disposition::Silent(S1Discard::Noted));
    // Procedure 15, two IEs: one that no message has, of criticality reject; the same with notify.
    for criticality in [0x00, 0x80] {
        let octets = [0, 15, 0x40, 8, 0, 0, 1, 0x7f, 0xff, criticality, 1, 0];
        let disposition = rig.octets(ENB, PPID, &octets);
        assert_eq!(
            disposition,
            S1Disposition::Silent(S1Discard::Noted),
            "{criticality:#x}"
        );
    }
    assert!(rig.sent.is_empty());
}

#[test]
fn what_only_an_mme_sends_is_not_compatible_and_stray_answers_are_dropped() {
    let mut rig = Rig::new();
    let cause = Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE;
    let start = quintet_s1ap::message::OverloadStart::new(OverloadAction::RejectRrcCrSignalling);
    assert_eq!(rig.s1(ENB, start), S1Disposition::Replied(cause));
    rig.sent.clear();
    let disposition = rig.s1(ENB, quintet_s1ap::message::ResetAcknowledge::new());
    assert_eq!(disposition, S1Disposition::Silent(S1Discard::Unawaited));
    assert!(rig.sent.is_empty());
}

#[test]
fn a_lost_and_a_restarted_association_lose_their_connections() {
    let mut rig = Rig::new();
    rig.attach((1, 7), &mut Phone::new(1));
    let at = rig.at();
    let streams = quintet_sctp::Streams {
        outbound: 4,
        inbound: 4,
    };
    rig.mme.s1_restarted(at, &mut rig.node, ENB, streams);
    rig.settle();
    assert_eq!(rig.mme.connection_count(), 0);
    assert_eq!(
        rig.mme.page(at, &mut rig.node, imsi(1)),
        Err(quintet_mme::Unreachable::NoEnb)
    );
    assert!(
        rig.events
            .iter()
            .any(|e| matches!(e, MmeEvent::EnbLost { connections: 1, .. }))
    );
    let _ = rig.s1(ENB, setup_request(1, areas(1)));
    assert!(matches!(rig.pdu(ENB), S1apPdu::S1SetupResponse(_)));
    rig.down(ENB);
    assert_eq!(rig.mme.enbs().count(), 0);
}

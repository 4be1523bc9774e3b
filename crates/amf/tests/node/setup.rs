//! NG SETUP, configuration updates, RESET, errors of messages (TS 38.413 8.7, 10).

use crate::support::{GNB, Phone, Rig, areas, config, setup_request, supi};
use quintet_amf::{AmfEvent, N2Discard, N2Disposition};
use quintet_fgmm::ue::Start;
use quintet_identity::SNssai;
use quintet_ngap::message::{ErrorIndication, NgReset, NgSetupRequest, RanConfigurationUpdate};
use quintet_ngap::{
    AmfUeNgapId, Cause, NgapPdu, PPID, RanUeNgapId, ResetType, TimeToWait, UeAssociatedConnection,
};
use quintet_sctp::AssociationId;

const OTHER: AssociationId = AssociationId(2);

fn refused(rig: &mut Rig, association: AssociationId, request: NgSetupRequest<'_>) -> Cause {
    let disposition = rig.n2(association, request);
    let NgapPdu::NgSetupFailure(failure) = rig.pdu(association) else {
        panic!("NG SETUP FAILURE");
    };
    assert_eq!(failure.time_to_wait, Some(TimeToWait::V60s));
    assert_eq!(disposition, N2Disposition::Replied(failure.cause.unwrap()));
    failure.cause.unwrap()
}

#[test]
fn setup_tells_who_the_amf_is() {
    let mut rig = Rig::bare(config());
    rig.up(GNB, [10, 0, 0, 1]);
    let _ = rig.n2(GNB, setup_request(1, areas(2)));
    let NgapPdu::NgSetupResponse(response) = rig.pdu(GNB) else {
        panic!("NG SETUP RESPONSE");
    };
    assert_eq!(response.amf_name, "amf");
    assert_eq!(response.relative_amf_capacity, Some(255));
    assert_eq!(response.served_guami_list[0].guami, config().policy.guami);
    assert_eq!(response.plmn_support_list[0].slice_support, [SNssai::EMBB]);
}

#[test]
fn setup_is_refused_without_a_plmn_a_tracking_area_or_a_slice_in_common() {
    let mut rig = Rig::bare(config());
    rig.up(GNB, [10, 0, 0, 1]);
    let mut foreign = areas(1);
    foreign[0].broadcast_plmns[0].plmn_identity = "99970".parse().unwrap();
    assert_eq!(
        refused(&mut rig, GNB, setup_request(1, foreign)),
        Cause::UNKNOWN_PLMN_OR_SNPN
    );
    assert_eq!(
        refused(&mut rig, GNB, setup_request(1, areas(9))),
        Cause::MISC_UNSPECIFIED
    );
    let mut sliceless = areas(1);
    sliceless[0].broadcast_plmns[0].tai_slice_support = vec![SNssai::new(9)];
    assert_eq!(
        refused(&mut rig, GNB, setup_request(1, sliceless)),
        Cause::SLICE_NOT_SUPPORTED
    );
    assert_eq!(rig.amf.gnbs().filter(|(_, _, setup)| setup.is_some()).count(), 0);
}

#[test]
fn before_setup_a_ue_is_not_taken_and_after_a_refused_one_neither() {
    let mut rig = Rig::new();
    refused(&mut rig, GNB, setup_request(1, areas(9)));
    let disposition = rig.initial(GNB, 1, &Phone::new(1).begin(Start::REGISTER));
    let cause = Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE;
    assert_eq!(disposition, N2Disposition::Replied(cause));
    assert!(matches!(rig.pdu(GNB), NgapPdu::ErrorIndication(e) if e.cause == Some(cause)));
    assert_eq!(rig.amf.connection_count(), 0);
}

#[test]
fn a_repeated_setup_begins_anew() {
    let mut rig = Rig::new();
    rig.register((1, 7), &mut Phone::new(1));
    let _ = rig.n2(GNB, setup_request(1, areas(1)));
    assert!(matches!(rig.pdu(GNB), NgapPdu::NgSetupResponse(_)));
    assert_eq!((rig.amf.connection_count(), rig.amf.context_count()), (0, 1));
}

#[test]
fn a_gnb_that_came_back_replaces_its_old_association_and_another_host_does_not() {
    let mut rig = Rig::new();
    rig.register((1, 7), &mut Phone::new(1));
    rig.up(OTHER, [10, 0, 0, 99]);
    assert_eq!(
        refused(&mut rig, OTHER, setup_request(1, areas(1))),
        Cause::MISC_UNSPECIFIED
    );
    assert_eq!((rig.amf.connection_count(), rig.shut.len()), (1, 0));
    let back = AssociationId(3);
    rig.up(back, [10, 0, 0, 1]);
    let _ = rig.n2(back, setup_request(1, areas(1)));
    assert!(matches!(rig.pdu(back), NgapPdu::NgSetupResponse(_)));
    assert_eq!((rig.amf.connection_count(), &rig.shut), (0, &vec![GNB]));
    rig.down(GNB);
    assert_eq!(rig.amf.gnbs().filter(|(_, _, setup)| setup.is_some()).count(), 1);
}

#[test]
fn a_configuration_update_changes_the_tracking_areas_or_is_refused() {
    let mut rig = Rig::new();
    let mut update = RanConfigurationUpdate::new();
    update.supported_ta_list = Some(areas(9));
    let _ = rig.n2(GNB, update);
    assert!(
        matches!(rig.pdu(GNB), NgapPdu::RanConfigurationUpdateFailure(f) if f.cause == Some(Cause::MISC_UNSPECIFIED))
    );
    let mut update = RanConfigurationUpdate::new();
    update.supported_ta_list = Some(areas(2));
    update.ran_node_name = Some("again".into());
    let _ = rig.n2(GNB, update);
    assert!(matches!(
        rig.pdu(GNB),
        NgapPdu::RanConfigurationUpdateAcknowledge(_)
    ));
    let setup = rig.amf.gnbs().next().unwrap().2.unwrap().clone();
    assert_eq!(
        (setup.name.as_deref(), setup.supported_tas[0].tac.value()),
        (Some("again"), 2)
    );
}

#[test]
fn a_partial_reset_takes_what_it_names_of_its_own_and_acknowledges_all() {
    let mut rig = Rig::new();
    rig.gnb(OTHER, 2);
    for n in 1..=4 {
        let _ = rig.initial(GNB, n, &Phone::new(n).begin(Start::REGISTER));
    }
    let _ = rig.initial(OTHER, 1, &Phone::new(5).begin(Start::REGISTER));
    let item = |amf: Option<u64>, ran: Option<u32>| UeAssociatedConnection {
        amf_ue_ngap_id: amf.map(AmfUeNgapId),
        ran_ue_ngap_id: ran.map(RanUeNgapId),
    };
    // By ours, by theirs, by both; a pair that is none, one of nobody, one of the other gNB.
    let list = vec![
        item(Some(1), None),
        item(None, Some(2)),
        item(Some(3), Some(3)),
        item(Some(4), Some(77)),
        item(Some(99), Some(99)),
        item(Some(5), None),
    ];
    let _ = rig.n2(
        GNB,
        NgReset::new(
            Cause::MISC_UNSPECIFIED,
            ResetType::PartOfNgInterface(list.clone()),
        ),
    );
    let NgapPdu::NgResetAcknowledge(ack) = rig.pdu(GNB) else {
        panic!("RESET ACKNOWLEDGE");
    };
    assert_eq!(ack.ue_associated_logical_ng_connection_list, Some(list));
    assert_eq!(rig.amf.connection_count(), 2);
    let _ = rig.n2(GNB, NgReset::new(Cause::MISC_UNSPECIFIED, ResetType::NgInterface));
    assert!(matches!(rig.pdu(GNB), NgapPdu::NgResetAcknowledge(_)));
    assert_eq!(rig.amf.connection_count(), 1, "the other gNB's stays");
}

#[test]
fn another_payload_protocol_is_not_read() {
    let mut rig = Rig::new();
    let disposition = rig.octets(GNB, PPID + 1, &[0, 17, 0]);
    assert_eq!(disposition, N2Disposition::Silent(N2Discard::PayloadProtocol));
    let unknown = rig.octets(AssociationId(50), PPID, &[0]);
    assert_eq!(unknown, N2Disposition::Silent(N2Discard::NoAssociation));
    assert!(rig.sent.is_empty());
}

#[test]
fn octets_that_are_no_pdu_are_a_transfer_syntax_error() {
    let mut rig = Rig::new();
    for octets in [&[][..], &[0xff; 9], &[0, 12]] {
        let disposition = rig.octets(GNB, PPID, octets);
        assert_eq!(
            disposition,
            N2Disposition::Replied(Cause::TRANSFER_SYNTAX_ERROR),
            "{octets:?}"
        );
        assert!(matches!(rig.pdu(GNB), NgapPdu::ErrorIndication(_)));
    }
}

#[test]
fn no_error_indication_is_answered_with_one() {
    let mut rig = Rig::new();
    let mut indication = ErrorIndication::new();
    indication.amf_ue_ngap_id = Some(AmfUeNgapId(44));
    indication.ran_ue_ngap_id = Some(RanUeNgapId(44));
    indication.cause = Some(Cause::INCONSISTENT_REMOTE_UE_NGAP_ID);
    let disposition = rig.n2(GNB, indication);
    assert_eq!(disposition, N2Disposition::Silent(N2Discard::Noted));
    // Procedure 9, two IEs: one that no message has, of criticality reject; the same with notify.
    for criticality in [0x00, 0x80] {
        let octets = [0, 9, 0x40, 8, 0, 0, 1, 0x7f, 0xff, criticality, 1, 0];
        let disposition = rig.octets(GNB, PPID, &octets);
        assert_eq!(
            disposition,
            N2Disposition::Silent(N2Discard::Noted),
            "{criticality:#x}"
        );
    }
    assert!(rig.sent.is_empty());
}

#[test]
fn what_only_an_amf_sends_is_not_compatible_and_stray_answers_are_dropped() {
    let mut rig = Rig::new();
    let cause = Cause::MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE;
    let start = quintet_ngap::message::OverloadStart::new();
    assert_eq!(rig.n2(GNB, start), N2Disposition::Replied(cause));
    rig.sent.clear();
    let disposition = rig.n2(GNB, quintet_ngap::message::NgResetAcknowledge::new());
    assert_eq!(disposition, N2Disposition::Silent(N2Discard::Unawaited));
    assert!(rig.sent.is_empty());
}

#[test]
fn a_lost_and_a_restarted_association_lose_their_connections() {
    let mut rig = Rig::new();
    rig.register((1, 7), &mut Phone::new(1));
    let at = rig.at();
    let streams = quintet_sctp::Streams {
        outbound: 4,
        inbound: 4,
    };
    rig.amf.n2_restarted(at, GNB, streams);
    rig.settle();
    assert_eq!(rig.amf.connection_count(), 0);
    assert_eq!(rig.amf.page(at, &supi(1)), Err(quintet_amf::Unreachable::NoGnb));
    assert!(
        rig.events
            .iter()
            .any(|e| matches!(e, AmfEvent::GnbLost { connections: 1, .. }))
    );
    let _ = rig.n2(GNB, setup_request(1, areas(1)));
    assert!(matches!(rig.pdu(GNB), NgapPdu::NgSetupResponse(_)));
    rig.down(GNB);
    assert_eq!(rig.amf.gnbs().count(), 0);
}

#[test]
fn a_gnb_is_reset_by_the_amf_and_acknowledges_once() {
    let mut rig = Rig::new();
    rig.register((1, 7), &mut Phone::new(1));
    let at = rig.at();
    assert!(!rig.amf.reset_gnb(at, OTHER, Cause::OM_INTERVENTION));
    assert!(rig.amf.reset_gnb(at, GNB, Cause::OM_INTERVENTION));
    rig.settle();
    let NgapPdu::NgReset(reset) = rig.pdu(GNB) else {
        panic!("NG RESET");
    };
    assert_eq!(reset.reset_type, ResetType::NgInterface);
    assert_eq!(rig.amf.connection_count(), 0);
    let acknowledge = quintet_ngap::message::NgResetAcknowledge::new;
    assert_eq!(rig.n2(GNB, acknowledge()), N2Disposition::Handled);
    assert_eq!(
        rig.n2(GNB, acknowledge()),
        N2Disposition::Silent(N2Discard::Unawaited)
    );
}

#[test]
fn gnbs_are_told_when_the_amf_goes() {
    let mut rig = Rig::new();
    rig.up(OTHER, [10, 0, 0, 2]);
    rig.amf.announce_unavailable(Some("other"));
    rig.settle();
    let NgapPdu::AmfStatusIndication(status) = rig.pdu(GNB) else {
        panic!("AMF STATUS INDICATION");
    };
    let guami = &status.unavailable_guami_list[0];
    assert_eq!(
        (guami.guami, guami.backup_amf_name.as_deref()),
        (config().policy.guami, Some("other"))
    );
    assert!(rig.sent.is_empty(), "one that is not set up is not told");
}

//! Messages to connections.

use crate::support::{Case, IDENTITY_REQUEST, attach_reject, attach_request, cell, frames, tai};
use quintet_capture::FlowEvent;
use quintet_crypto::Direction;
use quintet_doctor::report::{Ending, Outcome};
use quintet_s1ap::message::{ErrorIndication, PathSwitchRequest, Reset};
use quintet_s1ap::{
    Cause, EnbUeS1apId, ErabTunnel, MmeUeS1apId, ResetType, TransportLayerAddress, UeAssociatedConnection,
    UeSecurityCapabilities,
};

#[test]
fn identities_that_collide_are_told_apart_by_the_mmes() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    case.down(1, 5, 100, IDENTITY_REQUEST);
    case.initial(1, 5, &attach_request(2), None);
    case.down(1, 5, 200, IDENTITY_REQUEST);
    case.down(1, 5, 100, &attach_reject(3));
    case.down(1, 5, 200, &attach_reject(8));
    let attempts = case.finish();
    assert_eq!(attempts.len(), 2);
    assert_eq!(
        (frames(&attempts[0]), &attempts[0].cause),
        (vec![1, 2, 5], &Some("#3 Illegal UE".to_owned()))
    );
    assert_eq!(frames(&attempts[1]), [3, 4, 6]);
    assert_eq!(attempts[1].links.mme_ue_s1ap_id, Some(200));
    assert_eq!(attempts[1].ending, Ending::RejectedBeforeAuthentication);
}

#[test]
fn an_identity_used_anew_ends_the_connection_that_was_never_answered() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    case.initial(1, 5, &attach_request(2), None);
    assert_eq!(
        case.attempts.len(),
        1,
        "over as soon as its identity is another's"
    );
    assert_eq!(case.attempts[0].ending, Ending::NoNetworkAnswer);
    case.down(1, 5, 200, IDENTITY_REQUEST);
    assert_eq!(frames(&case.finish()[1]), [2, 3]);
}

#[test]
fn a_reset_ends_what_it_names() {
    let mut case = Case::new();
    for enb in [5, 6, 7] {
        case.initial(1, enb, &attach_request(enb as u8), None);
        case.down(1, enb, 100 + enb, IDENTITY_REQUEST);
    }
    case.initial(2, 5, &attach_request(1), None);
    let named = UeAssociatedConnection {
        mme_ue_s1ap_id: Some(MmeUeS1apId(106)),
        enb_ue_s1ap_id: Some(EnbUeS1apId(6)),
    };
    let part = Reset::new(Cause::OM_INTERVENTION, ResetType::PartOfS1Interface(vec![named]));
    case.s1ap(1, Direction::Uplink, part.into());
    assert_eq!(
        case.attempts
            .iter()
            .map(|attempt| attempt.links.mme_ue_s1ap_id)
            .collect::<Vec<_>>(),
        [Some(106)]
    );
    let all = Reset::new(Cause::OM_INTERVENTION, ResetType::S1Interface);
    case.s1ap(1, Direction::Uplink, all.into());
    assert_eq!(case.attempts.len(), 3, "the other association's goes on");
    case.flow(2, FlowEvent::Closed);
    assert_eq!(case.attempts.len(), 4);
}

#[test]
fn a_path_switch_takes_the_attempt_along() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    case.down(1, 5, 100, IDENTITY_REQUEST);
    let tunnel = ErabTunnel {
        e_rab_id: 5,
        transport_layer_address: TransportLayerAddress::v4([10, 0, 0, 2].into()),
        gtp_teid: 1,
    };
    let capabilities = UeSecurityCapabilities {
        encryption_algorithms: 0xe000,
        integrity_protection_algorithms: 0xe000,
    };
    let switch = PathSwitchRequest::new(
        EnbUeS1apId(9),
        vec![tunnel],
        MmeUeS1apId(100),
        cell(),
        tai(),
        capabilities,
    );
    case.s1ap(2, Direction::Uplink, switch.into());
    case.down(2, 9, 100, &attach_reject(15));
    case.release(2, 9, 100);
    let attempts = case.finish();
    assert_eq!(attempts.len(), 1);
    assert_eq!(frames(&attempts[0]), [1, 2, 3, 4, 5, 6]);
    assert_eq!(attempts[0].links.enb_ue_s1ap_id, Some(9));
}

#[test]
fn a_message_without_a_struct_still_says_whose_it_is() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    case.down(1, 5, 100, IDENTITY_REQUEST);
    // HANDOVER NOTIFY, of which the identities alone are read: 0 = 100, 8 = 5.
    let notify = hex::decode("00024011000002000040020064000840020005").expect("hex");
    case.octets(1, Direction::Uplink, &notify);
    let attempts = case.finish();
    assert_eq!(attempts.len(), 1);
    assert_eq!(
        attempts[0].messages.last().expect("three").name,
        "HandoverNotification"
    );
}

#[test]
fn signalling_without_nas_is_told_as_such() {
    let mut case = Case::new();
    let mut error = ErrorIndication::new();
    error.mme_ue_s1ap_id = Some(MmeUeS1apId(7));
    error.enb_ue_s1ap_id = Some(EnbUeS1apId(8));
    error.cause = Some(Cause::UNKNOWN_PAIR_UE_S1AP_ID);
    case.s1ap(1, Direction::Uplink, error.into());
    let attempts = case.finish();
    assert_eq!(
        (attempts[0].ending, attempts[0].outcome),
        (Ending::NoNas, Outcome::Incomplete)
    );
}

#[test]
fn another_initial_message_in_the_connection_is_another_attempt() {
    let mut case = Case::new();
    case.initial(1, 5, &attach_request(1), None);
    case.down(1, 5, 100, &attach_reject(9));
    case.up(1, 5, 100, &attach_request(2));
    case.down(1, 5, 100, &attach_reject(3));
    case.release(1, 5, 100);
    let attempts = case.finish();
    assert_eq!(attempts.len(), 2);
    assert_eq!(frames(&attempts[0]), [1, 2]);
    assert_eq!(frames(&attempts[1]), [3, 4, 5, 6]);
}

#[test]
fn a_capture_of_one_direction_is_known_for_one() {
    let one_way = |both: bool| {
        let mut case = Case::new();
        for enb in 5..10 {
            case.initial(1, enb, &attach_request(1), None);
        }
        if both {
            case.down(1, 9, 100, IDENTITY_REQUEST);
        }
        let shown = &case.finish()[4].not_shown;
        shown.iter().any(|line| line.contains("only one direction"))
    };
    assert!(one_way(false));
    assert!(!one_way(true));
}

#[test]
fn a_first_message_that_reassembly_held_back_is_the_first() {
    let mut case = Case::new();
    case.down(9, 1, 1, IDENTITY_REQUEST);
    case.down(1, 5, 100, IDENTITY_REQUEST);
    case.held_back();
    case.initial(1, 5, &attach_request(1), None);
    let attempts = case.finish();
    let late = attempts
        .iter()
        .find(|attempt| attempt.links.enb_ue_s1ap_id == Some(5))
        .expect("it");
    assert_eq!((frames(late), late.procedure), (vec![1, 2], "attach"));
    assert_eq!(late.messages[0].name, "ATTACH REQUEST");
}

//! Detach, both ways (TS 24.301 5.5.2), and what is forgotten.

use crate::support::{Network, Phone, attach_request, esm_container, imsi};
use quintet_emm::network::{ContextId, Contexts, EmmState, Input, Output, ReleaseCause, purge};
use quintet_emm::{Discard, Disposition};
use quintet_identity::Guti;
use quintet_nas::eps::{
    DetachAccept, DetachRequestFromUe, DetachType, EmmCause, EmmMessage, EpsMobileIdentity, EpsUpdateType,
    EsmMessageContainer, NasKsi, TrackingAreaUpdateRequest,
};
use quintet_nas::security::Protection;

fn request(phone: &Phone, detach_type: DetachType) -> EmmMessage<'static> {
    let guti = EpsMobileIdentity::Guti(phone.guti.unwrap());
    DetachRequestFromUe::new(detach_type, NasKsi(phone.ksi), guti).into()
}

#[test]
fn a_ue_that_detaches_is_told_so_unless_it_switches_off() {
    for (detach_type, messages) in [
        (DetachType::EPS_DETACH, vec![vec![0x07, 0x46]]),
        (DetachType::COMBINED_EPS_IMSI_DETACH, vec![vec![0x07, 0x46]]),
        (DetachType::EPS_DETACH_SWITCH_OFF, vec![]),
    ] {
        let (mut network, mut phone) = Network::attached();
        let nas = phone.send(request(&phone, detach_type));
        assert_eq!(network.uplink(&nas), Disposition::Handled);
        let told = network.told(&mut phone);
        assert_eq!(
            (told.messages, told.release),
            (messages, Some(ReleaseCause::Detach))
        );
        assert!(told.changed);
        let context = network.context();
        assert_eq!(
            (context.state, &context.registration),
            (EmmState::Deregistered, &None)
        );
        assert!(context.security.is_some(), "kept, to attach by its GUTI");
    }
}

#[test]
fn a_detach_from_non_eps_services_leaves_it_attached() {
    let (mut network, mut phone) = Network::attached();
    let nas = phone.send(request(&phone, DetachType::IMSI_DETACH));
    assert_eq!(network.uplink(&nas), Disposition::Handled);
    let told = network.told(&mut phone);
    assert_eq!((told.messages, told.release), (vec![vec![0x07, 0x46]], None));
    assert_eq!(network.context().state, EmmState::Registered);
}

#[test]
fn nobody_is_detached_by_what_nothing_vouches_for() {
    let (mut network, mut phone) = Network::attached();
    let switched_off = request(&phone, DetachType::EPS_DETACH_SWITCH_OFF).to_octets();
    assert_eq!(
        network.connect(None, &switched_off),
        Disposition::Silent(Discard::Unprotected)
    );
    assert!(network.session.is_over());
    assert_eq!(network.context().state, EmmState::Registered);
    // Otherwise it is authenticated first.
    let plain = request(&phone, DetachType::EPS_DETACH).to_octets();
    assert_eq!(network.connect(None, &plain), Disposition::Handled);
    assert_eq!(network.context().state, EmmState::Registered);
    assert_eq!(network.secure(&mut phone, 2), Disposition::Handled);
    let told = network.told(&mut phone);
    assert_eq!(
        (told.messages, told.release),
        (vec![vec![0x07, 0x46]], Some(ReleaseCause::Detach))
    );
    assert_eq!(network.context().state, EmmState::Deregistered);
}

#[test]
fn a_ue_that_nobody_knows_is_let_go() {
    let (mut network, mut phone) = (Network::new(), Phone::default());
    let guti = network.table.allocate_guti().unwrap();
    phone.guti = Some(Guti { m_tmsi: 1, ..guti });
    let plain = request(&phone, DetachType::EPS_DETACH).to_octets();
    assert_eq!(network.connect(None, &plain), Disposition::Handled);
    let told = network.told(&mut phone);
    assert_eq!(
        (told.messages, told.release),
        (vec![vec![0x07, 0x46]], Some(ReleaseCause::Detach))
    );
}

fn by_network(network: &mut Network, reattach: bool, cause: Option<EmmCause>) {
    assert_eq!(
        network.input(Input::Detach { reattach, cause }),
        Disposition::Handled
    );
}

#[test]
fn the_network_detaches() {
    for (reattach, cause, octets) in [
        (true, Some(EmmCause::ILLEGAL_UE), vec![0x07, 0x45, 0x01]),
        (false, None, vec![0x07, 0x45, 0x02]),
        (
            false,
            Some(EmmCause::PLMN_NOT_ALLOWED),
            vec![0x07, 0x45, 0x02, 0x53, 11],
        ),
    ] {
        let (mut network, mut phone) = Network::attached();
        by_network(&mut network, reattach, cause);
        assert_eq!(network.told(&mut phone).messages, [octets]);
        assert_eq!(
            network.context().state,
            EmmState::Registered,
            "until it is confirmed"
        );
        let accept = phone.send(DetachAccept::new());
        assert_eq!(network.uplink(&accept), Disposition::Handled);
        assert_eq!(network.told(&mut phone).release, Some(ReleaseCause::Detach));
        assert_eq!(network.context().state, EmmState::Deregistered);
    }
}

#[test]
fn a_silent_ue_is_detached_after_five_times() {
    let (mut network, mut phone) = Network::attached();
    by_network(&mut network, false, None);
    let first = network.told(&mut phone).messages;
    for _ in 0..4 {
        network.expire();
        assert_eq!(network.told(&mut phone).messages, first);
    }
    assert_eq!(network.context().state, EmmState::Registered);
    network.expire();
    assert_eq!(network.told(&mut phone).release, Some(ReleaseCause::Detach));
    assert_eq!(network.context().state, EmmState::Deregistered);
}

#[test]
fn a_connection_lost_completes_the_networks_detach() {
    let (mut network, _) = Network::attached();
    by_network(&mut network, false, None);
    assert_eq!(network.input(Input::ConnectionLost), Disposition::Handled);
    assert_eq!(network.context().state, EmmState::Deregistered);
}

/// TS 24.301 5.5.2.3.5 c to e.
#[test]
fn collisions_with_the_networks_detach() {
    let update = |phone: &Phone| {
        let guti = EpsMobileIdentity::Guti(phone.guti.unwrap());
        TrackingAreaUpdateRequest::new(EpsUpdateType::TA_UPDATING, NasKsi(phone.ksi), guti)
    };
    let attach = || attach_request(&EsmMessageContainer(&esm_container(1, &[])));
    let (mut network, mut phone) = Network::attached();
    by_network(&mut network, false, None);
    network.take();
    let nas = phone.open(update(&phone));
    assert!(matches!(
        network.uplink(&nas),
        Disposition::Silent(Discard::Path(_))
    ));
    let nas = phone.protect(Protection::Integrity, &attach());
    assert!(matches!(
        network.uplink(&nas),
        Disposition::Silent(Discard::Path(_))
    ));
    assert!(network.session.poll_timeout().is_some(), "the detach goes on");
    let nas = phone.send(request(&phone, DetachType::EPS_DETACH_SWITCH_OFF));
    assert_eq!(network.uplink(&nas), Disposition::Handled);
    assert_eq!(network.context().state, EmmState::Deregistered);

    let (mut network, mut phone) = Network::attached();
    by_network(&mut network, true, None);
    network.told(&mut phone);
    let nas = phone.protect(Protection::Integrity, &attach());
    assert_eq!(network.uplink(&nas), Disposition::Handled);
    assert_eq!(network.told(&mut phone).locates, Some(true), "the attach goes on");
}

#[test]
fn a_detach_during_an_attach_is_its_reject() {
    let (mut network, mut phone) =
        Network::located(&attach_request(&EsmMessageContainer(&esm_container(1, &[]))));
    network.told(&mut phone);
    let cause = Some(EmmCause::PLMN_NOT_ALLOWED);
    let input = Input::Detach {
        reattach: false,
        cause,
    };
    assert_eq!(
        network.input(input),
        Disposition::Replied(EmmCause::PLMN_NOT_ALLOWED)
    );
    assert_eq!(network.told(&mut phone).messages, [[0x07, 0x44, 11]]);
}

#[test]
fn a_detach_after_attach_accept_just_lets_the_connection_go() {
    let (mut network, mut phone, _) = Network::accepted();
    by_network(&mut network, false, None);
    let told = network.told(&mut phone);
    assert_eq!(
        (told.messages.len(), told.release),
        (0, Some(ReleaseCause::Detach))
    );
    assert_eq!(network.context().state, EmmState::Deregistered);
}

#[test]
fn a_ue_that_detaches_before_attach_complete_keeps_both_gutis() {
    let (mut network, mut phone, _) = Network::accepted();
    let nas = phone.send(request(&phone, DetachType::EPS_DETACH));
    assert_eq!(network.uplink(&nas), Disposition::Handled);
    assert_eq!(network.told(&mut phone).messages, [[0x07, 0x46]]);
    assert!(network.context().old_guti.is_some() && Some(network.context().guti) == phone.guti);
}

#[test]
fn only_a_detached_ue_is_purged() {
    let (mut network, mut phone) = Network::attached();
    let mut outputs = Vec::new();
    let id = ContextId(1);
    assert!(!purge(&mut network.table, id, &mut outputs), "it is registered");
    let nas = phone.send(request(&phone, DetachType::EPS_DETACH_SWITCH_OFF));
    let _ = network.uplink(&nas);
    assert!(purge(&mut network.table, id, &mut outputs));
    assert!(
        matches!(outputs[..], [Output::Removed(removed), Output::Purge(of)] if removed == id && of == imsi())
    );
    assert!(network.table.contexts.is_empty());
    assert!(!purge(&mut network.table, id, &mut outputs), "it is gone");
}

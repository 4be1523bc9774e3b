//! Service request (TS 24.301 5.6.1).

use crate::support::{Network, Phone};
use quintet_emm::network::{ContextSetupFailure, EmmState, Input, Output, ReleaseCause};
use quintet_emm::{Discard, Disposition};
use quintet_identity::Guti;
use quintet_nas::eps::{
    ControlPlaneServiceRequest, ControlPlaneServiceType, EmmCause, EpsBearerContextStatus,
    ExtendedServiceRequest, MobileIdentity, NasKsi, ServiceReject, ServiceType,
};

fn idle() -> (Network, Phone) {
    let (mut network, phone) = Network::attached();
    let _ = network.input(Input::ReleaseRequested);
    (network, phone)
}

fn rejected(network: &mut Network, phone: &mut Phone) -> EmmCause {
    let told = network.told(phone);
    assert!(told.release.is_some() && told.setup.is_none());
    ServiceReject::decode(&told.messages[0]).unwrap().0.emm_cause
}

#[test]
fn bearers_come_without_a_message_and_with_the_key_of_the_request() {
    let (mut network, mut phone) = idle();
    let nas = phone.service_request();
    let count = phone.last_count;
    assert!(count > 0);
    assert_eq!(
        network.connect(phone.guti.map(Guti::s_tmsi), &nas),
        Disposition::Handled
    );
    let told = network.told(&mut phone);
    let setup = told.setup.unwrap();
    assert_eq!((setup.nas, told.messages.len()), (None, 0));
    assert_eq!(setup.kenb, phone.kasme.as_ref().unwrap().k_enb(count));
    assert_eq!(
        (setup.bearer, setup.qci, setup.ambr),
        (5, 9, (10_000_000, 100_000_000))
    );
    assert_eq!(network.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
    let more = network.take();
    assert!(more.is_empty(), "nothing more is to be said: {more:?}");
    // The same once more is a replay.
    let again = network.connect(phone.guti.map(Guti::s_tmsi), &nas);
    assert_eq!(again, Disposition::Silent(Discard::Replay));
}

#[test]
fn what_does_not_verify_is_told_to_attach_and_changes_nothing() {
    let (mut network, mut phone) = idle();
    let s_tmsi = phone.guti.map(Guti::s_tmsi);
    let cause = EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK;
    let mut nas = phone.service_request();
    assert_eq!(
        network.connect(None, &nas),
        Disposition::Replied(cause),
        "nobody's"
    );
    assert_eq!(rejected(&mut network, &mut Phone::default()), cause);
    nas[3] ^= 1;
    assert_eq!(
        network.connect(s_tmsi, &nas),
        Disposition::Replied(cause),
        "a wrong short MAC"
    );
    assert_eq!(rejected(&mut network, &mut Phone::default()), cause);
    assert_eq!(network.context().state, EmmState::Registered);
    nas[3] ^= 1;
    assert_eq!(
        network.connect(s_tmsi, &nas),
        Disposition::Handled,
        "its COUNT is still good"
    );
}

#[test]
fn a_detached_ue_and_one_without_bearer() {
    let (mut network, mut phone) = idle();
    let s_tmsi = phone.guti.map(Guti::s_tmsi);
    network.context().registration = None;
    let nas = phone.service_request();
    let cause = EmmCause::NO_EPS_BEARER_CONTEXT_ACTIVATED;
    assert_eq!(network.connect(s_tmsi, &nas), Disposition::Replied(cause));
    assert_eq!(rejected(&mut network, &mut phone), cause);
    network.context().state = EmmState::Deregistered;
    let nas = phone.service_request();
    assert_eq!(
        network.connect(s_tmsi, &nas),
        Disposition::Replied(EmmCause::IMPLICITLY_DETACHED)
    );
    assert_eq!(rejected(&mut network, &mut phone), EmmCause::IMPLICITLY_DETACHED);
}

#[test]
fn a_failed_setup_leaves_the_ue_registered() {
    let (mut network, mut phone) = idle();
    let nas = phone.service_request();
    let _ = network.connect(phone.guti.map(Guti::s_tmsi), &nas);
    network.take();
    let failed = Input::ContextSetup(Err(ContextSetupFailure::Refused));
    assert_eq!(network.input(failed), Disposition::Handled);
    assert!(matches!(
        network.take()[..],
        [Output::Release(ReleaseCause::Unspecified)]
    ));
    assert_eq!(network.context().state, EmmState::Registered);
}

#[test]
fn a_new_aka_that_is_due_comes_first() {
    let (mut network, mut phone) = idle();
    network.policy.reauthentication.every = Some(1);
    let nas = phone.service_request();
    assert_eq!(
        network.connect(phone.guti.map(Guti::s_tmsi), &nas),
        Disposition::Handled
    );
    assert_eq!(network.secure(&mut phone, 2), Disposition::Handled);
    let told = network.told(&mut phone);
    assert_eq!(
        told.setup.unwrap().kenb,
        phone.kasme.as_ref().unwrap().k_enb(0),
        "of the new KASME"
    );
}

#[test]
fn extended_service_requests() {
    let extended = |phone: &Phone, service_type, bearers| {
        let m_tmsi = MobileIdentity::Tmsi(phone.guti.unwrap().m_tmsi);
        let mut message = ExtendedServiceRequest::new(service_type, NasKsi(phone.ksi), m_tmsi);
        message.eps_bearer_context_status = bearers;
        message
    };
    let (mut network, mut phone) = idle();
    let s_tmsi = phone.guti.map(Guti::s_tmsi);
    let nas = phone.open(extended(
        &phone,
        ServiceType::MOBILE_ORIGINATING_CS_FALLBACK,
        None,
    ));
    let cause = EmmCause::CS_DOMAIN_NOT_AVAILABLE;
    assert_eq!(network.connect(s_tmsi, &nas), Disposition::Replied(cause));
    assert_eq!(rejected(&mut network, &mut phone), cause);

    let nas = phone.open(extended(&phone, ServiceType::PACKET_SERVICES_VIA_S1, None));
    assert_eq!(network.connect(s_tmsi, &nas), Disposition::Handled);
    assert!(network.told(&mut phone).setup.is_some());
    let _ = network.input(Input::ContextSetup(Ok(())));
    // With bearers, a refusal leaves the connection.
    let nas = phone.open(extended(
        &phone,
        ServiceType::MOBILE_TERMINATING_CS_FALLBACK,
        None,
    ));
    assert_eq!(network.uplink(&nas), Disposition::Replied(cause));
    assert_eq!(network.told(&mut phone).release, None);

    let none = Some(EpsBearerContextStatus::default());
    let nas = phone.open(extended(&phone, ServiceType::PACKET_SERVICES_VIA_S1, none));
    assert_eq!(
        network.connect(s_tmsi, &nas),
        Disposition::Replied(EmmCause::IMPLICITLY_DETACHED)
    );
    assert_eq!(network.context().state, EmmState::Deregistered);
}

#[test]
fn control_plane_service_is_not_there() {
    let (mut network, mut phone) = idle();
    let message = ControlPlaneServiceRequest::new(
        ControlPlaneServiceType::MOBILE_ORIGINATING_REQUEST,
        NasKsi(phone.ksi),
    );
    let nas = phone.open(message);
    let cause = EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED;
    assert_eq!(
        network.connect(phone.guti.map(Guti::s_tmsi), &nas),
        Disposition::Replied(cause)
    );
    assert_eq!(rejected(&mut network, &mut phone), cause);
}

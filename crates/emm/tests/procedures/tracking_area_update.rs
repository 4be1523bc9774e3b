//! Tracking area updating (TS 24.301 5.5.3.2).

use crate::support::{Network, Phone, tai};
use quintet_emm::network::{ContextSetupFailure, EmmState, Input, Output, ReleaseCause};
use quintet_emm::{Discard, Disposition};
use quintet_identity::Guti;
use quintet_nas::eps::{
    EmmCause, EmmMessage, EpsBearerContextStatus, EpsMobileIdentity, EpsUpdateType, NasKsi,
    TrackingAreaUpdateAccept, TrackingAreaUpdateComplete, TrackingAreaUpdateReject,
    TrackingAreaUpdateRequest,
};

fn request(phone: &Phone, update_type: u8, from: Option<u16>) -> TrackingAreaUpdateRequest<'static> {
    let guti = EpsMobileIdentity::Guti(phone.guti.unwrap());
    let mut request = TrackingAreaUpdateRequest::new(EpsUpdateType(update_type), NasKsi(phone.ksi), guti);
    request.last_visited_registered_tai = from.map(tai);
    request
}

/// An attached UE whose connection is gone.
fn idle() -> (Network, Phone) {
    let (mut network, phone) = Network::attached();
    let _ = network.input(Input::ReleaseRequested);
    (network, phone)
}

fn connect(network: &mut Network, phone: &mut Phone, request: TrackingAreaUpdateRequest<'_>) -> Disposition {
    let s_tmsi = phone.guti.map(Guti::s_tmsi);
    let nas = phone.open(request);
    network.connect(s_tmsi, &nas)
}

#[test]
fn a_periodic_update_keeps_the_guti_and_lets_the_connection_go() {
    let (mut network, mut phone) = idle();
    let mut message = request(&phone, 3, Some(7));
    message.eps_bearer_context_status = Some(EpsBearerContextStatus::default().with(5));
    assert_eq!(connect(&mut network, &mut phone, message), Disposition::Handled);
    let told = network.told(&mut phone);
    let accept = TrackingAreaUpdateAccept::decode(&told.messages[0]).unwrap().0;
    assert_eq!(
        (accept.guti, accept.tai_list.is_none(), accept.emm_cause),
        (None, true, None)
    );
    assert_eq!(
        accept.eps_bearer_context_status,
        Some(EpsBearerContextStatus::default().with(5))
    );
    assert!(accept.t3412_value.is_some());
    assert_eq!(
        (told.release, told.setup.is_none()),
        (Some(ReleaseCause::NormalRelease), true)
    );
    assert_eq!(network.context().state, EmmState::Registered);
}

#[test]
fn another_list_comes_with_another_guti_until_it_is_confirmed() {
    let (mut network, mut phone) = idle();
    network.tai = tai(99);
    let old = phone.guti.unwrap();
    let message = request(&phone, 1, Some(7));
    assert_eq!(
        connect(&mut network, &mut phone, message.clone()),
        Disposition::Handled
    );
    let told = network.told(&mut phone);
    let accept = TrackingAreaUpdateAccept::decode(&told.messages[0]).unwrap().0;
    assert_eq!(accept.tai_list.unwrap().tais(), [tai(99), tai(7), tai(8)]);
    assert_eq!(
        accept.emm_cause,
        Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE),
        "a combined update"
    );
    let Some(EpsMobileIdentity::Guti(new)) = accept.guti else {
        panic!("a GUTI")
    };
    assert_eq!(network.context().tai, tai(99));
    assert_eq!(
        (network.context().guti, network.context().old_guti),
        (new, Some(old))
    );
    assert_eq!(told.release, None);
    // The same request again: the same accept again.
    let again = phone.open(message);
    assert_eq!(network.uplink(&again), Disposition::Silent(Discard::Repetition));
    assert_eq!(network.told(&mut phone).messages, told.messages);
    let complete = phone.send(TrackingAreaUpdateComplete::new());
    assert_eq!(network.uplink(&complete), Disposition::Handled);
    assert_eq!(network.context().old_guti, None);
    assert_eq!(
        network.told(&mut phone).release,
        Some(ReleaseCause::NormalRelease)
    );
}

#[test]
fn an_accept_without_complete_is_sent_five_times_and_both_gutis_stay() {
    let (mut network, mut phone) = idle();
    network.tai = tai(99);
    let message = request(&phone, 0, Some(7));
    let _ = connect(&mut network, &mut phone, message);
    let first = network.told(&mut phone).messages;
    for _ in 0..4 {
        network.expire();
        assert_eq!(network.told(&mut phone).messages, first);
    }
    network.expire();
    assert_eq!(
        network.told(&mut phone).release,
        Some(ReleaseCause::NormalRelease)
    );
    assert_eq!(network.context().state, EmmState::Registered);
    assert_eq!(network.context().old_guti, phone.guti);
}

#[test]
fn the_active_flag_brings_bearers_with_the_key_of_the_request() {
    let (mut network, mut phone) = idle();
    let message = request(&phone, 8, Some(7));
    let _ = connect(&mut network, &mut phone, message);
    let count = phone.last_count;
    let told = network.told(&mut phone);
    let setup = told.setup.expect("context setup");
    assert_eq!(setup.kenb, phone.kasme.as_ref().unwrap().k_enb(count));
    assert!(TrackingAreaUpdateAccept::decode(&told.messages[0]).is_ok());
    assert_eq!(told.release, None);
    let failed = Input::ContextSetup(Err(ContextSetupFailure::NoAnswer));
    assert_eq!(network.input(failed), Disposition::Handled);
    assert_eq!(network.told(&mut phone).release, Some(ReleaseCause::Unspecified));
    assert_eq!(network.context().state, EmmState::Registered);
}

#[test]
fn what_is_refused_and_why() {
    let (mut network, mut phone) = idle();
    let rejected = |network: &mut Network, phone: &mut Phone, message: EmmMessage<'_>| {
        let s_tmsi = phone.guti.map(Guti::s_tmsi);
        let nas = phone.open(message);
        let disposition = network.connect(s_tmsi, &nas);
        let told = network.told(phone);
        let cause = TrackingAreaUpdateReject::decode(&told.messages[0])
            .unwrap()
            .0
            .emm_cause;
        assert_eq!(disposition, Disposition::Replied(cause));
        assert!(told.release.is_some());
        cause
    };
    let ours = phone.guti;
    phone.guti = ours.map(|guti| Guti { m_tmsi: 1, ..guti });
    let message = request(&phone, 0, None);
    let cause = rejected(&mut network, &mut phone, message.into());
    assert_eq!(
        cause,
        EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
        "nobody's GUTI"
    );
    assert_eq!(network.context().state, EmmState::Registered);
    phone.guti = ours;
    let mut message = request(&phone, 0, Some(7));
    message.eps_bearer_context_status = Some(EpsBearerContextStatus::default());
    let cause = rejected(&mut network, &mut phone, message.into());
    assert_eq!(
        cause,
        EmmCause::IMPLICITLY_DETACHED,
        "no bearer is left at the UE"
    );
    assert_eq!(network.context().state, EmmState::Deregistered);
    let message = request(&phone, 0, Some(7));
    let cause = rejected(&mut network, &mut phone, message.into());
    assert_eq!(cause, EmmCause::IMPLICITLY_DETACHED, "detached");
}

#[test]
fn an_update_that_does_not_verify_is_authenticated_first() {
    let (mut network, mut phone) = idle();
    let mut nas = phone.open(request(&phone, 0, Some(7)));
    nas[1] ^= 1;
    assert_eq!(
        network.connect(phone.guti.map(Guti::s_tmsi), &nas),
        Disposition::Handled
    );
    assert_eq!(network.context().state, EmmState::Registered);
    assert_eq!(network.secure(&mut phone, 2), Disposition::Handled);
    let told = network.told(&mut phone);
    assert!(TrackingAreaUpdateAccept::decode(&told.messages[0]).is_ok());
    assert_eq!(told.release, Some(ReleaseCause::NormalRelease));
}

/// TS 24.301 5.5.1.2.7 g.
#[test]
fn an_update_before_attach_complete_completes_the_attach() {
    let (mut network, mut phone, _) = Network::accepted();
    let nas = phone.open(request(&phone, 0, Some(7)));
    assert_eq!(network.uplink(&nas), Disposition::Handled);
    assert_eq!(network.context().state, EmmState::Registered);
    let told = network.told(&mut phone);
    assert!(TrackingAreaUpdateAccept::decode(&told.messages[0]).is_ok());
    assert_eq!(
        (told.release, network.session.poll_timeout()),
        (None, None),
        "its bearers stay"
    );
}

#[test]
fn a_connection_that_ends_leaves_nothing_behind() {
    let (mut network, mut phone) = idle();
    network.tai = tai(99);
    let message = request(&phone, 0, Some(7));
    let _ = connect(&mut network, &mut phone, message);
    network.take();
    assert_eq!(
        network.input(Input::Superseded {
            by: quintet_emm::network::ContextId(9)
        }),
        Disposition::Handled
    );
    assert!(matches!(network.take()[..], [Output::Release(_)]));
    assert_eq!(network.context().old_guti, phone.guti, "both stay valid");
}

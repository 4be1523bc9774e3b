//! Attach that fails, each with the cause of its real reason (TS 24.301 5.5.1.2.5, 5.5.1.2.7, 6.5.1.4.1, 6.6.1.2.6).

use crate::support::{
    Network, Phone, Told, attach_request, attach_request_as, esm_container, imsi, location,
};
use quintet_emm::Disposition;
use quintet_emm::network::{ContextSetupFailure, EmmState, Input, Location, LocationFailure, ReleaseCause};
use quintet_nas::eps::{
    AttachComplete, AttachReject, EmmCause, EpsAttachType, EpsMobileIdentity, EsmCause, EsmMessageContainer,
    ExtendedEmmCause, PdnConnectivityReject,
};
use quintet_nas::security::Protection;
use quintet_subscriber::model::{AccessRestriction, PdnType};

/// ATTACH REJECT with its causes; the connection goes, and nobody is registered.
fn rejected(network: &mut Network, told: &Told) -> (EmmCause, Option<EsmCause>) {
    let reject = AttachReject::decode(told.messages.last().expect("a message"))
        .unwrap()
        .0;
    assert_eq!(told.release, Some(ReleaseCause::NormalRelease));
    assert!(told.setup.is_none());
    assert!(
        network
            .table
            .contexts
            .values()
            .all(|c| c.state == EmmState::Deregistered)
    );
    let esm = reject
        .esm_message_container
        .map(|esm| PdnConnectivityReject::decode(esm.0).unwrap().0);
    assert!(
        esm.as_ref()
            .is_none_or(|esm| esm.procedure_transaction_identity.0 == 1)
    );
    (reject.emm_cause, esm.map(|esm| esm.esm_cause))
}

fn attach(esm: &[u8], outcome: Result<&Location, LocationFailure>) -> (EmmCause, Option<EsmCause>) {
    let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(esm)));
    network.told(&mut phone);
    let disposition = network.input(Input::Location(outcome));
    let told = network.told(&mut phone);
    let causes = rejected(&mut network, &told);
    assert_eq!(disposition, Disposition::Replied(causes.0));
    causes
}

#[test]
fn the_hss_refuses() {
    for (failure, cause) in [
        (
            LocationFailure::UserUnknown,
            EmmCause::EPS_SERVICES_AND_NON_EPS_SERVICES_NOT_ALLOWED,
        ),
        (
            LocationFailure::UnknownEpsSubscription,
            EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
        ),
        (
            LocationFailure::RatNotAllowed,
            EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
        ),
        (LocationFailure::RoamingNotAllowed, EmmCause::PLMN_NOT_ALLOWED),
        (LocationFailure::Unavailable, EmmCause::NETWORK_FAILURE),
        (LocationFailure::NoAnswer, EmmCause::NETWORK_FAILURE),
    ] {
        assert_eq!(
            attach(&esm_container(1, &[]), Err(failure)),
            (cause, None),
            "{failure:?}"
        );
    }
}

#[test]
fn the_subscription_refuses() {
    let esm = esm_container(1, &[]);
    let with = |change: fn(&mut Location)| {
        let mut location = location();
        change(&mut location);
        location
    };
    let barred = with(|l| l.barred = true);
    let no_default = with(|l| l.default_context_identifier = None);
    let no_ambr = with(|l| l.ambr = None);
    for (location, cause) in [
        (&barred, EsmCause::OPERATOR_DETERMINED_BARRING),
        (&no_default, EsmCause::MISSING_OR_UNKNOWN_APN),
        (&no_ambr, EsmCause::NETWORK_FAILURE),
    ] {
        assert_eq!(attach(&esm, Ok(location)), (EmmCause::ESM_FAILURE, Some(cause)));
    }
    let restricted = with(|l| l.access_restriction = Some(AccessRestriction(AccessRestriction::WB_E_UTRAN)));
    let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
    let _ = network.input(Input::Location(Ok(&restricted)));
    let told = network.told(&mut phone);
    let reject = AttachReject::decode(&told.messages[0]).unwrap().0;
    assert_eq!(reject.emm_cause, EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA);
    assert_eq!(
        reject.extended_emm_cause,
        Some(ExtendedEmmCause::E_UTRAN_NOT_ALLOWED)
    );
}

#[test]
fn the_pdn_connection_is_refused() {
    let named = |apn: &str, pdn_type| {
        let labels = [&[apn.len() as u8][..], apn.as_bytes()].concat();
        esm_container(pdn_type, &[&[0x28, labels.len() as u8][..], &labels].concat())
    };
    for (esm, cause) in [
        (
            named("elsewhere", 1),
            EsmCause::REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED,
        ),
        (named("no spaces", 1), EsmCause::MISSING_OR_UNKNOWN_APN),
        (named("*", 1), EsmCause::MISSING_OR_UNKNOWN_APN),
        (named("private", 1), EsmCause::PDN_TYPE_IPV6_ONLY_ALLOWED),
        (named("private", 3), EsmCause::SERVICE_OPTION_NOT_SUPPORTED),
        (esm_container(2, &[]), EsmCause::PDN_TYPE_IPV4_ONLY_ALLOWED),
        (esm_container(5, &[]), EsmCause::UNKNOWN_PDN_TYPE),
        (
            vec![0x02, 0x01, 0xd0, 0x14],
            EsmCause::SERVICE_OPTION_NOT_SUPPORTED,
        ),
    ] {
        let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
        let mut told = network.told(&mut phone);
        if told.locates.is_some() {
            let _ = network.input(Input::Location(Ok(&location())));
            told = network.told(&mut phone);
        }
        assert_eq!(
            rejected(&mut network, &told),
            (EmmCause::ESM_FAILURE, Some(cause)),
            "{esm:02x?}"
        );
    }
}

#[test]
fn single_addresses_and_full_pools_are_said() {
    let mut single = location();
    single.apn_configurations[0].pdn_type = PdnType::Ipv4OrIpv6;
    let esm = esm_container(3, &[]);
    let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
    let _ = network.input(Input::Location(Ok(&single)));
    let told = network.told(&mut phone);
    // The ESM cause is element 58 of the bearer's request.
    assert!(
        told.messages[0].windows(2).any(|w| w == [0x58, 52]),
        "{:02x?}",
        told.messages[0]
    );

    let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
    network.told(&mut phone);
    network.policy.address_pool = ([10, 9, 0, 0], 31);
    let _ = network.input(Input::Location(Ok(&location())));
    let told = network.told(&mut phone);
    let causes = rejected(&mut network, &told);
    assert_eq!(
        causes,
        (EmmCause::ESM_FAILURE, Some(EsmCause::INSUFFICIENT_RESOURCES))
    );

    let mut fixed = location();
    fixed.apn_configurations[0].served_party_ip_addresses = vec!["192.0.2.1".parse().unwrap()];
    let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
    let _ = network.input(Input::Location(Ok(&fixed)));
    let told = network.told(&mut phone);
    assert!(told.messages[0].windows(4).any(|w| w == [192, 0, 2, 1]));
}

#[test]
fn a_pdn_request_that_cannot_be_read_or_has_no_pti() {
    for (esm, cause) in [
        ([0x02, 0x00, 0xd0, 0x11], EsmCause::INVALID_PTI_VALUE),
        ([0x02, 0xff, 0xd0, 0x11], EsmCause::INVALID_PTI_VALUE),
        ([0x02, 0x01, 0xd2, 0x11], EsmCause::INVALID_MANDATORY_INFORMATION),
        ([0x07, 0x01, 0xd0, 0x11], EsmCause::PROTOCOL_ERROR_UNSPECIFIED),
    ] {
        let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
        let told = network.told(&mut phone);
        let reject = AttachReject::decode(&told.messages[0]).unwrap().0;
        let esm_reject = PdnConnectivityReject::decode(reject.esm_message_container.unwrap().0)
            .unwrap()
            .0;
        assert_eq!(
            (reject.emm_cause, esm_reject.esm_cause),
            (EmmCause::ESM_FAILURE, cause)
        );
        assert_eq!(network.context().state, EmmState::Deregistered);
    }
}

#[test]
fn esm_information_that_does_not_come_ends_the_attach_after_three_times() {
    let esm = esm_container(1, &[0xd1]);
    let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
    let first = network.told(&mut phone).messages;
    for _ in 0..2 {
        network.expire();
        assert_eq!(network.told(&mut phone).messages, first);
    }
    // An answer to another question is no answer (TS 24.301 7.3.1).
    let other = phone.protect(Protection::Ciphered, &[0x02, 0x02, 0xda]);
    assert_eq!(network.uplink(&other), Disposition::Handled);
    assert_eq!(
        network.told(&mut phone).messages,
        [[0x02, 0x02, 0xe8, 47]],
        "ESM STATUS #47"
    );
    network.expire();
    let told = network.told(&mut phone);
    let causes = rejected(&mut network, &told);
    assert_eq!(
        causes,
        (
            EmmCause::ESM_FAILURE,
            Some(EsmCause::ESM_INFORMATION_NOT_RECEIVED)
        )
    );
}

#[test]
fn attach_types_and_identities_that_are_not_served() {
    let imei = EpsMobileIdentity::Imei("490154203237518".parse().unwrap());
    let by_imsi = EpsMobileIdentity::Imsi(imsi());
    for (attach_type, identity, cause) in [
        (
            3,
            by_imsi,
            EmmCause::REQUESTED_SERVICE_OPTION_NOT_AUTHORIZED_IN_THIS_PLMN,
        ),
        (7, by_imsi, EmmCause::INVALID_MANDATORY_INFORMATION),
        (1, imei, EmmCause::IMEI_NOT_ACCEPTED),
        (6, imei, EmmCause::IMEI_NOT_ACCEPTED),
    ] {
        let (mut network, mut phone) = (Network::new(), Phone::default());
        network.policy.emergency_apn = None;
        let esm = esm_container(1, &[]);
        let request = attach_request_as(
            EpsAttachType(attach_type),
            identity,
            7,
            &EsmMessageContainer(&esm),
        );
        assert_eq!(network.connect(None, &request), Disposition::Replied(cause));
        let told = network.told(&mut phone);
        assert_eq!(rejected(&mut network, &told), (cause, None));
    }
}

#[test]
fn a_context_setup_that_fails_ends_the_attach_without_another_accept() {
    let (mut network, mut phone, _) = Network::accepted();
    let failed = Input::ContextSetup(Err(ContextSetupFailure::Refused));
    assert_eq!(network.input(failed), Disposition::Handled);
    let told = network.told(&mut phone);
    assert_eq!(
        (told.messages.len(), told.release),
        (0, Some(ReleaseCause::Unspecified))
    );
    let context = network.context();
    assert_eq!(context.state, EmmState::Deregistered);
    assert!(context.old_guti.is_some());
}

#[test]
fn a_connection_lost_before_attach_complete_leaves_both_gutis() {
    let (mut network, phone, _) = Network::accepted();
    assert_eq!(network.input(Input::ConnectionLost), Disposition::Handled);
    assert!(network.session.is_over());
    assert!(
        network.take().is_empty(),
        "nothing is asked of an eNB that is gone"
    );
    assert_eq!(network.context().state, EmmState::Deregistered);
    assert_eq!(Some(network.context().guti), phone.guti);
    assert!(network.context().old_guti.is_some());
}

#[test]
fn a_ue_that_refuses_its_bearer_is_detached() {
    let (mut network, mut phone, _) = Network::accepted();
    let esm = [0x52, 0x00, 0xc3, 26];
    let complete = phone.send(AttachComplete::new(EsmMessageContainer(&esm)));
    assert_eq!(network.uplink(&complete), Disposition::Handled);
    let told = network.told(&mut phone);
    assert_eq!(
        told.messages,
        [[0x07, 0x45, 0x02]],
        "DETACH REQUEST, re-attach not required"
    );
}

#[test]
fn no_guti_is_congestion() {
    let (mut network, mut phone) =
        Network::located(&attach_request(&EsmMessageContainer(&esm_container(1, &[]))));
    network.told(&mut phone);
    network.table.no_guti = true;
    let _ = network.input(Input::Location(Ok(&location())));
    let told = network.told(&mut phone);
    assert_eq!(rejected(&mut network, &told), (EmmCause::CONGESTION, None));
}

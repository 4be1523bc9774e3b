//! Attach that succeeds (TS 24.301 5.5.1.2.4), and what is sent twice.

use crate::support::{Network, Phone, attach_request, attach_request_as, esm_container, imsi, location, tai};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme};
use quintet_emm::network::{ContextId, EmmState, Input, Output, ReleaseCause};
use quintet_emm::{Discard, Disposition};
use quintet_nas::eps::{
    ActivateDefaultEpsBearerContextRequest, AttachAccept, EmmCause, EpsAttachResult, EpsAttachType,
    EpsMobileIdentity, EsmCause, EsmInformationRequest, EsmMessageContainer, GprsTimer, PdnAddress,
};
use quintet_nas::security::Protection;

#[test]
fn an_attach_by_imsi_from_the_first_message_to_the_last() {
    let (mut network, mut phone, told) = Network::accepted();
    let accept = AttachAccept::decode(&told.messages[0]).unwrap().0;
    assert_eq!(accept.eps_attach_result, EpsAttachResult::EPS_ONLY);
    assert_eq!(accept.t3412_value, GprsTimer(2 << 5 | 9), "54 minutes");
    assert_eq!(accept.tai_list.tais(), [tai(7), tai(8)]);
    assert_eq!(accept.emm_cause, None);
    let bearer = ActivateDefaultEpsBearerContextRequest::decode(accept.esm_message_container.0)
        .unwrap()
        .0;
    assert_eq!(
        (
            bearer.eps_bearer_identity.0,
            bearer.procedure_transaction_identity.0
        ),
        (5, 1)
    );
    assert_eq!(bearer.eps_qos.qci, 9);
    assert_eq!(bearer.access_point_name.text(), "internet.mnc001.mcc001.gprs");
    assert_eq!(bearer.pdn_address, PdnAddress::Ipv4([10, 9, 0, 2].into()));
    assert_eq!(
        bearer.esm_cause,
        Some(EsmCause::PDN_TYPE_IPV4_ONLY_ALLOWED),
        "IPv4v6 was asked for"
    );
    assert_eq!(bearer.apn_ambr.unwrap().0, [0xfe, 0xfe, 158, 108]);
    let setup = told.setup.expect("context setup");
    assert_eq!((setup.bearer, setup.qci, setup.arp_priority), (5, 9, 8));
    assert_eq!(
        setup.ambr,
        (10_000_000, 100_000_000),
        "the lesser of APN's and UE's"
    );
    assert_eq!(setup.capabilities, (0xc000, 0xe000), "EEA1, EEA2; EIA1 to EIA3");
    assert!(told.changed);
    let context = network.context();
    assert_eq!(
        (context.state, context.imsi),
        (EmmState::Deregistered, Some(imsi()))
    );
    assert_eq!(Some(context.guti), phone.guti);
    assert!(context.old_guti.is_some(), "both are valid until ATTACH COMPLETE");

    assert_eq!(network.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
    assert!(network.session.poll_timeout().is_some(), "T3450");
    let complete = phone.attach_complete();
    assert_eq!(network.uplink(&complete), Disposition::Handled);
    assert_eq!(network.session.poll_timeout(), None);
    let context = network.context();
    assert_eq!((context.state, context.old_guti), (EmmState::Registered, None));
    assert_eq!(context.registration.as_ref().unwrap().address, [10, 9, 0, 2]);
    assert_eq!(
        network.uplink(&complete),
        Disposition::Silent(Discard::Replay),
        "once only"
    );
}

/// KeNB as the UE derives it: from the COUNT of SECURITY MODE COMPLETE, here 0, whatever came after (TS 33.401 A.3).
#[test]
fn kenb_is_that_of_security_mode_complete() {
    let esm = esm_container(1, &[0xd1]);
    let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
    let request = network.told(&mut phone).messages.remove(0);
    let (request, _) = EsmInformationRequest::decode(&request).unwrap();
    assert_eq!(request.procedure_transaction_identity.0, 1);
    let response = phone.protect(Protection::Ciphered, &[0x02, 0x01, 0xda]);
    assert_eq!(phone.last_count, 1);
    assert_eq!(network.uplink(&response), Disposition::Handled);
    assert_eq!(network.told(&mut phone).locates, Some(true));
    assert_eq!(
        network.input(Input::Location(Ok(&location()))),
        Disposition::Handled
    );
    let setup = network.told(&mut phone).setup.unwrap();
    assert_eq!(setup.kenb, phone.kasme.as_ref().unwrap().k_enb(0));
    assert_ne!(setup.kenb, phone.kasme.as_ref().unwrap().k_enb(1));
}

/// An attach under the context that is there: no AKA, and KeNB from the COUNT of ATTACH REQUEST.
#[test]
fn an_attach_by_a_known_guti_reuses_the_context() {
    let (mut network, mut phone) = Network::attached();
    let old = phone.guti.unwrap();
    let esm = esm_container(1, &[]);
    let request = attach_request_as(
        EpsAttachType::COMBINED_EPS_IMSI_ATTACH,
        EpsMobileIdentity::Guti(old),
        phone.ksi,
        &EsmMessageContainer(&esm),
    );
    let request = phone.protect(Protection::Integrity, &request);
    let count = phone.last_count;
    assert_eq!(
        network.connect(Some(old.s_tmsi()), &request),
        Disposition::Handled
    );
    assert_eq!(
        network.context().state,
        EmmState::Deregistered,
        "it attaches anew"
    );
    assert_eq!(network.context().registration, None);
    assert_eq!(network.told(&mut phone).locates, Some(true));
    assert_eq!(
        network.input(Input::Location(Ok(&location()))),
        Disposition::Handled
    );
    let told = network.told(&mut phone);
    assert_eq!(
        told.setup.unwrap().kenb,
        phone.kasme.as_ref().unwrap().k_enb(count)
    );
    let accept = AttachAccept::decode(&told.messages[0]).unwrap().0;
    assert_eq!(accept.eps_attach_result, EpsAttachResult::EPS_ONLY);
    assert_eq!(accept.emm_cause, Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE));
    phone.accept(&told.messages[0]);
    assert_ne!(phone.guti, Some(old));
    assert_eq!(network.context().old_guti, Some(old));
    let complete = phone.attach_complete();
    assert_eq!(network.uplink(&complete), Disposition::Handled);
    assert_eq!(network.context().old_guti, None);
}

/// Whoever says that he is an attached UE changes nothing of it before he has proved it (TS 24.301 5.5.1.2.7 f).
#[test]
fn an_unproven_attach_leaves_the_registered_ue_alone() {
    let (mut network, phone) = Network::attached();
    let esm = esm_container(1, &[]);
    for identity in [
        EpsMobileIdentity::Guti(phone.guti.unwrap()),
        EpsMobileIdentity::Imsi(imsi()),
    ] {
        let request = attach_request_as(EpsAttachType::EPS_ATTACH, identity, 7, &EsmMessageContainer(&esm));
        assert_eq!(network.connect(None, &request), Disposition::Handled);
        let outputs = network.take();
        assert!(matches!(outputs[..], [Output::FetchVectors(_)]), "{outputs:?}");
        assert_eq!(network.input(Input::ConnectionLost), Disposition::Handled);
        assert_eq!(network.context().state, EmmState::Registered);
        assert!(network.context().registration.is_some());
    }
}

#[test]
fn the_same_attach_request_again_gets_the_same_accept_again() {
    let (mut network, mut phone, told) = Network::accepted();
    let request = attach_request(&EsmMessageContainer(&[2, 1, 0xd0, 0x31]));
    let again = phone.protect(Protection::Integrity, &request);
    assert_eq!(network.uplink(&again), Disposition::Silent(Discard::Repetition));
    assert_eq!(network.told(&mut phone).messages, told.messages);
    // It does not count: five times in all after that.
    for _ in 0..4 {
        network.expire();
        assert_eq!(network.told(&mut phone).messages, told.messages);
    }
    network.expire();
    assert_eq!(network.told(&mut phone).release, Some(ReleaseCause::Unspecified));
    let context = network.context();
    assert_eq!(context.state, EmmState::Deregistered);
    assert!(
        context.old_guti.is_some() && Some(context.guti) == phone.guti,
        "both stay valid"
    );
}

#[test]
fn another_attach_request_takes_the_place_of_the_first() {
    let (mut network, mut phone, _) = Network::accepted();
    let first = phone.guti;
    let esm = esm_container(1, &[]);
    let request = phone.protect(Protection::Integrity, &attach_request(&EsmMessageContainer(&esm)));
    assert_eq!(network.uplink(&request), Disposition::Handled);
    let told = network.told(&mut phone);
    assert_eq!((told.locates, network.session.poll_timeout()), (Some(true), None));
    assert_eq!(
        network.input(Input::Location(Ok(&location()))),
        Disposition::Handled
    );
    let told = network.told(&mut phone);
    phone.accept(&told.messages[0]);
    assert_ne!(phone.guti, first);
}

#[test]
fn an_emergency_attach_by_imei_is_served_without_keys_and_forgotten() {
    let (mut network, mut phone) = (Network::new(), Phone::default());
    let imei = EpsMobileIdentity::Imei("490154203237518".parse().unwrap());
    let esm = [0x02, 0x01, 0xd0, 0x14];
    let request = attach_request_as(
        EpsAttachType::EPS_EMERGENCY_ATTACH,
        imei,
        7,
        &EsmMessageContainer(&esm),
    );
    assert_eq!(network.connect(None, &request), Disposition::Handled);
    let Some(Output::Downlink(command)) = network.take().into_iter().next() else {
        panic!("SECURITY MODE COMMAND");
    };
    phone.kasme = Some(Kasme::new([0; 32]));
    let complete = phone.complete(&command);
    let nas = phone.nas.as_ref().unwrap();
    assert_eq!(
        (nas.integrity(), nas.ciphering()),
        (IntegrityAlgorithm::EIA0, CipheringAlgorithm::EEA0)
    );
    assert_eq!(network.uplink(&complete), Disposition::Handled);
    let told = network.told(&mut phone);
    assert_eq!(told.locates, None, "no subscription is asked for");
    let accept = AttachAccept::decode(&told.messages[0]).unwrap().0;
    let bearer = ActivateDefaultEpsBearerContextRequest::decode(accept.esm_message_container.0)
        .unwrap()
        .0;
    assert_eq!(bearer.access_point_name.text(), "sos.mnc001.mcc001.gprs");
    let complete = phone.attach_complete();
    assert_eq!(network.uplink(&complete), Disposition::Handled);
    assert!(network.context().registration.as_ref().unwrap().emergency);
}

/// Another connection of the same UE, or the eNB's wish, ends this one in any phase; what was there before stays.
#[test]
fn a_connection_may_end_in_every_phase() {
    let inputs: [fn() -> Input<'static>; 3] = [
        || Input::ConnectionLost,
        || Input::ReleaseRequested,
        || Input::Superseded { by: ContextId(9) },
    ];
    for input in inputs {
        let esm = esm_container(1, &[0xd1]);
        let request = attach_request(&EsmMessageContainer(&esm));
        for phase in 0..4 {
            let (mut network, mut phone) = (Network::new(), Phone::default());
            assert_eq!(network.connect(None, &request), Disposition::Handled);
            if phase > 0 {
                let _ = network.secure(&mut phone, 1);
            }
            if phase > 1 {
                network.told(&mut phone);
                let response = phone.protect(Protection::Ciphered, &[0x02, 0x01, 0xda]);
                let _ = network.uplink(&response);
            }
            if phase > 2 {
                let _ = network.input(Input::Location(Ok(&location())));
            }
            network.take();
            assert_eq!(network.input(input()), Disposition::Handled);
            assert!(network.session.is_over() && network.session.poll_timeout().is_none());
            let released = matches!(network.take()[..], [Output::Release(_)]);
            assert_eq!(released, !matches!(input(), Input::ConnectionLost));
            // An answer that comes late finds nobody.
            let late = network.input(Input::Location(Ok(&location())));
            assert_eq!(late, Disposition::Silent(Discard::Released));
            assert!(network.take().is_empty());
            assert!(
                network
                    .table
                    .contexts
                    .values()
                    .all(|c| c.state == EmmState::Deregistered)
            );
        }
    }
}

#[test]
fn the_network_says_its_name_and_a_dns_server_that_was_asked_for() {
    let esm = esm_container(1, &[0x27, 4, 0x80, 0x00, 0x0d, 0x00]);
    let (mut network, mut phone) = Network::located(&attach_request(&EsmMessageContainer(&esm)));
    network.policy.network_name = Some("Quintet".into());
    let _ = network.input(Input::Location(Ok(&location())));
    let told = network.told(&mut phone);
    let accept = AttachAccept::decode(&told.messages[0]).unwrap().0;
    let bearer = ActivateDefaultEpsBearerContextRequest::decode(accept.esm_message_container.0)
        .unwrap()
        .0;
    let options = bearer.protocol_configuration_options.unwrap();
    assert_eq!(options.option(0x000d), Some(&[9, 9, 9, 9][..]));
    let complete = phone.attach_complete();
    let _ = network.uplink(&complete);
    let name = network.told(&mut phone).messages.remove(0);
    assert_eq!(name[..6], [0x07, 0x61, 0x43, 15, 0x90, 0]);
    assert_eq!(name[6], b'Q');
}

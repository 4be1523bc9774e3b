//! Emergency calls without authentication: TS 33.401 15.2.2, TS 24.301 5.4.2.5, 5.4.3.2.

use crate::support::{CAPABILITY, Rig, Ue, attach_request_with, eutran_vector, imsi};
use quintet_crypto::{CipheringAlgorithm as Eea, IntegrityAlgorithm as Eia};
use quintet_emm::Disposition;
use quintet_emm::network::{Input, Output, VectorsFailure};
use quintet_nas::eps::{
    AuthenticationFailure, EmmCause, EmmMessage, EpsAttachType, EpsMobileIdentity, SecurityModeCommand,
    SecurityModeComplete,
};
use quintet_nas::security::{NasSecurityContext, Protection, Role};

const IMEI: &str = "35824005111111";

fn request(identity: EpsMobileIdentity<'_>) -> Vec<u8> {
    attach_request_with(identity, 7, EpsAttachType::EPS_EMERGENCY_ATTACH, &CAPABILITY)
}

fn by_imei() -> Vec<u8> {
    request(EpsMobileIdentity::Imei(IMEI.parse().unwrap()))
}

fn by_imsi() -> Vec<u8> {
    request(EpsMobileIdentity::Imsi(imsi(1)))
}

fn rig(allowed: bool) -> Rig {
    let mut rig = Rig::new();
    rig.policy.unauthenticated_emergency = allowed;
    rig
}

/// SECURITY MODE COMMAND with EIA0, EEA0 and KSI 0, and its answer.
fn assert_null_security(rig: &mut Rig) {
    let command = rig.downlink();
    assert_eq!(
        (command[0], &command[1..5]),
        (0x37, &[0; 4][..]),
        "EIA0 has no MAC"
    );
    let (decoded, _) = SecurityModeCommand::decode(&command[6..]).unwrap();
    assert_eq!(decoded.selected_nas_security_algorithms.0, 0);
    assert_eq!(decoded.nas_key_set_identifier.0, 0);
    let mut ue = NasSecurityContext::derive(Role::Ue, &eutran_vector(9).kasme, Eia::EIA0, Eea::EEA0).unwrap();
    let mut complete = Vec::new();
    let plain = EmmMessage::from(SecurityModeComplete::new()).to_octets();
    let _ = ue
        .protect(Protection::CipheredNewContext, &plain, &mut complete)
        .unwrap();
    assert_eq!(rig.uplink(&complete), Disposition::Handled);
    assert!(rig.session.is_secure());
}

#[test]
fn an_imei_is_served_without_authentication_if_the_operator_allows() {
    let mut rig = rig(true);
    assert_eq!(rig.initial(&by_imei()), Disposition::Handled);
    assert_null_security(&mut rig);
    let context = rig.table.only();
    assert_eq!((context.imsi, context.imei), (None, Some(IMEI.parse().unwrap())));
    assert_eq!(context.security.as_ref().unwrap().nas.integrity(), Eia::EIA0);
    assert!(
        !rig.take()
            .iter()
            .any(|o| matches!(o, Output::UpdateLocation { .. }))
    );
}

#[test]
fn an_imei_is_rejected_if_not() {
    let mut rig = rig(false);
    assert_eq!(
        rig.initial(&by_imei()),
        Disposition::Replied(EmmCause::IMEI_NOT_ACCEPTED)
    );
    assert_eq!(rig.ending().0, [vec![0x07, 0x44, 5]]);
    assert!(rig.table.contexts.is_empty());
}

/// Every way in which an authentication fails, with the operator's leave and without.
#[test]
fn a_failed_authentication_ends_an_emergency_only_if_it_must() {
    let mac_failure = EmmMessage::from(AuthenticationFailure::new(EmmCause::MAC_FAILURE)).to_octets();
    for allowed in [true, false] {
        let mut by_hss = rig(allowed);
        let _ = by_hss.initial(&by_imsi());
        let _ = by_hss.take();
        let disposition = by_hss.input(Input::Vectors(Err(VectorsFailure::UserUnknown)));
        let mut by_ue = rig(allowed);
        let _ = by_ue.initial(&by_imsi());
        let _ = by_ue.take();
        by_ue.give(1);
        let _ = by_ue.take();
        let refused = by_ue.uplink(&mac_failure);
        if allowed {
            assert_eq!(
                (disposition, refused),
                (Disposition::Handled, Disposition::Handled)
            );
            assert_null_security(&mut by_hss);
            assert_null_security(&mut by_ue);
        } else {
            assert!(matches!(disposition, Disposition::Replied(_)), "{disposition:?}");
            assert!(matches!(refused, Disposition::Replied(_)), "{refused:?}");
            assert!(by_hss.session.is_over() && by_ue.session.is_over());
        }
    }
}

/// The right answer gets the right security also in an emergency.
#[test]
fn an_emergency_that_can_be_authenticated_is() {
    let mut rig = rig(true);
    let _ = rig.initial(&by_imsi());
    let _ = rig.take();
    rig.give(1);
    let challenge = rig.downlink();
    let mut ue = Ue::challenged(&challenge, &eutran_vector(1));
    let _ = rig.uplink(&ue.response());
    assert_eq!(
        ue.take_command(&rig.downlink())
            .selected_nas_security_algorithms
            .integrity(),
        2
    );
    assert_eq!(rig.uplink(&ue.complete()), Disposition::Handled);
}

/// Who says an IMSI without a proof gets no part of what that subscriber has here.
#[test]
fn an_unauthenticated_emergency_touches_nobodys_context() {
    let mut rig = rig(true);
    let _ = rig.registered(1);
    let before = rig.table.snapshot();
    rig.reconnect(None);
    let _ = rig.initial(&by_imsi());
    let _ = rig.take();
    let _ = rig.input(Input::Vectors(Err(VectorsFailure::NoAnswer)));
    assert_null_security(&mut rig);
    assert_eq!(rig.table.contexts.len(), 2);
    let (_, newest) = rig.table.contexts.pop_last().unwrap();
    assert_eq!(newest.imsi, None);
    assert_eq!(rig.table.snapshot(), before);
}

/// EIA0 is for the emergency that said so; an ordinary attach gets none, whatever the operator allows for emergencies.
#[test]
fn an_ordinary_attach_is_never_served_without_authentication() {
    let mut rig = rig(true);
    let ordinary = attach_request_with(
        EpsMobileIdentity::Imsi(imsi(1)),
        7,
        EpsAttachType::EPS_ATTACH,
        &CAPABILITY,
    );
    let _ = rig.initial(&ordinary);
    let _ = rig.take();
    let disposition = rig.input(Input::Vectors(Err(VectorsFailure::NoAnswer)));
    assert_eq!(disposition, Disposition::Replied(EmmCause::NETWORK_FAILURE));
}

/// An emergency UE comes back under its null context: that is all there is, and it is not changed for another.
#[test]
fn a_null_context_serves_the_next_emergency_as_it_is() {
    let mut rig = rig(true);
    let _ = rig.initial(&by_imei());
    assert_null_security(&mut rig);
    let context = rig.table.only_mut();
    let guti = context.guti;
    context.registration = Some(quintet_emm::network::Registration {
        emergency: true,
        default_bearer: 5,
        apn: "sos".parse().unwrap(),
        address: [10, 0, 0, 1],
        qci: 5,
        arp_priority: 1,
        ambr: (1, 1),
    });
    rig.reconnect(None);
    let inner = attach_request_with(
        EpsMobileIdentity::Guti(guti),
        0,
        EpsAttachType::EPS_EMERGENCY_ATTACH,
        &CAPABILITY,
    );
    let mut ue = NasSecurityContext::derive(Role::Ue, &eutran_vector(9).kasme, Eia::EIA0, Eea::EEA0).unwrap();
    let mut request = Vec::new();
    let _ = ue.protect(Protection::Integrity, &inner, &mut request).unwrap();
    assert_eq!(rig.initial(&request), Disposition::Handled);
    assert!(rig.session.is_secure());
    let outputs = rig.take();
    assert!(
        !outputs
            .iter()
            .any(|o| matches!(o, Output::Downlink(_) | Output::FetchVectors(_))),
        "{outputs:?}"
    );
}

//! What an attacker without keys can send, and what it does to the UE it names: nothing (TS 24.301 4.4.4.3).

use crate::support::{CAPABILITY, Rig, Ue, attach_request_of, attach_request_with};
use quintet_nas::eps::{
    DetachRequestFromUe, DetachType, EmmMessage, EpsAttachType, EpsMobileIdentity, EpsUpdateType,
    ExtendedServiceRequest, MobileIdentity, NasKsi, ServiceType, TrackingAreaUpdateRequest,
};

/// Every request that can name a UE by its GUTI, with its right KSI.
fn requests(ue: &Ue) -> Vec<Vec<u8>> {
    let guti = ue.guti.unwrap();
    let (identity, ksi) = (EpsMobileIdentity::Guti(guti), NasKsi(ue.ksi));
    let detach = |kind| EmmMessage::from(DetachRequestFromUe::new(kind, ksi, identity)).to_octets();
    let update = |kind| EmmMessage::from(TrackingAreaUpdateRequest::new(kind, ksi, identity)).to_octets();
    let service = ExtendedServiceRequest::new(
        ServiceType::PACKET_SERVICES_VIA_S1,
        ksi,
        MobileIdentity::Tmsi(guti.m_tmsi),
    );
    vec![
        attach_request_of(identity, ue.ksi),
        attach_request_with(identity, ue.ksi, EpsAttachType::EPS_EMERGENCY_ATTACH, &CAPABILITY),
        attach_request_with(identity, ue.ksi, EpsAttachType::EPS_ATTACH, &[0x80, 0x80]),
        detach(DetachType::EPS_DETACH),
        detach(DetachType::EPS_DETACH_SWITCH_OFF),
        detach(DetachType::IMSI_DETACH_SWITCH_OFF),
        update(EpsUpdateType::TA_UPDATING),
        update(EpsUpdateType::PERIODIC_UPDATING_ACTIVE),
        EmmMessage::from(service).to_octets(),
    ]
}

#[test]
fn no_unverified_request_changes_the_context_it_names() {
    for emergency in [false, true] {
        let mut rig = Rig::new();
        rig.policy.unauthenticated_emergency = emergency;
        let mut ue = rig.registered(1);
        let before = rig.table.snapshot();
        for inner in requests(&ue) {
            let forged = |header: u8, sqn: u8| [&[header << 4 | 7, 1, 2, 3, 4, sqn][..], &inner].concat();
            for pdu in [
                inner.clone(),
                forged(1, 0),
                forged(1, 77),
                forged(2, 1),
                forged(3, 1),
                forged(4, 1),
            ] {
                rig.reconnect(Some(&ue));
                let _ = rig.initial(&pdu);
                assert!(
                    !rig.session.is_secure() && rig.session.context().is_none(),
                    "{pdu:02x?}"
                );
                assert_eq!(rig.table.snapshot(), before, "{pdu:02x?}");
                // However long the attacker keeps silent.
                while rig.session.poll_timeout().is_some() {
                    rig.expire();
                }
                assert_eq!(rig.table.snapshot(), before, "{pdu:02x?}");
            }
        }
        rig.reconnect(Some(&ue));
        let request = ue.attach();
        let _ = rig.initial(&request);
        assert!(rig.session.is_secure(), "the UE itself is served as ever");
    }
}

/// A half-open attach ends by itself: each state without an answer has a timer, or waits for the HSS.
#[test]
fn a_silent_ue_holds_nothing_for_long() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let mut expiries = 0;
    while rig.session.poll_timeout().is_some() {
        rig.expire();
        expiries += 1;
    }
    assert!(rig.session.is_over() && expiries == 5, "{expiries}");
    assert!(rig.table.contexts.is_empty());
}

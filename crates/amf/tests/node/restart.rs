//! What is kept over a restart, in which order; and what an idle UE weighs.

use crate::support::{GNB, Phone, Rig, Said, config, supi};
use quintet_amf::Amf;
use quintet_fgmm::network::FgmmState;
use quintet_fgmm::network::durable::Stop;
use quintet_fgmm::ue::{Event, Start};
use quintet_identity::fgs::AmfId;
use quintet_nas::fgs::{
    FgmmMessage, MobileIdentity, NasKsi, RegistrationRequest, RegistrationType, UeSecurityCapability,
};
use quintet_nas::security::{Access, NasCounts, NasSecurityContext, Protection, Role};
use quintet_ngap::NgapPdu;
use quintet_sbi::Method;

fn restarted(stop: Stop) -> (Rig, Phone) {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    rig.restart(stop);
    assert_eq!(rig.amf.context(&supi(1)).unwrap().state, FgmmState::Registered);
    let said = phone.begin(Start::SERVICE);
    let _ = rig.initial(GNB, 9, &said);
    (rig, phone)
}

#[test]
fn after_a_clean_stop_a_ue_goes_on_under_its_context() {
    let (mut rig, _) = restarted(Stop::Clean);
    assert!(matches!(rig.pdu(GNB), NgapPdu::InitialContextSetupRequest(_)));
    assert!(rig.asked.is_empty());
}

#[test]
fn after_a_crash_a_ue_is_authenticated_anew() {
    let (mut rig, mut phone) = restarted(Stop::Unclean);
    assert!(rig.sent.is_empty());
    let again = rig.asked(Method::Post, "/ue-authentications");
    assert_eq!(
        again.json()["supiOrSuci"],
        "imsi-001010000000001",
        "it is known whose it is"
    );
    rig.asked.push_front(again);
    rig.talk((1, 9), &mut phone);
    assert!(
        phone.events.contains(&quintet_fgmm::ue::Event::Served),
        "{:?}",
        phone.events
    );
}

/// The other end of a subscriber's security context, as the AMF has it.
fn other_end(rig: &Rig, n: u32) -> NasSecurityContext {
    let security = rig.amf.context(&supi(n)).unwrap().security.as_ref().unwrap();
    let (nia, nea) = (security.nas.integrity(), security.nas.ciphering());
    let last = security.nas.counts().last_received.unwrap();
    NasSecurityContext::derive_fgs(Role::Ue, Access::ThreeGpp, &security.k_amf, nia, nea)
        .unwrap()
        .with_counts(NasCounts {
            next_sent: last.next(),
            last_received: None,
        })
}

/// UERANSIM's way: its periodic registration is protected by its context and says that there is no key, and what it answers
/// to the new challenge is ciphered under that context.
#[test]
fn a_ue_that_forgets_to_name_its_key_and_ciphers_its_answer_registers() {
    for stop in [Stop::Clean, Stop::Unclean] {
        let mut rig = Rig::new();
        let mut phone = Phone::new(1);
        rig.register_and_idle((1, 7), &mut phone);
        rig.restart(stop);
        let mut old = other_end(&rig, 1);
        let registration_type = RegistrationType::PERIODIC_REGISTRATION_UPDATING;
        let own = phone.begin(Start::Update { registration_type });
        let (guti, no_key) = (MobileIdentity::Guti(phone.guti()), NasKsi(7));
        let mut request = RegistrationRequest::new(registration_type, no_key, guti);
        request.ue_security_capability = Some(UeSecurityCapability::new(0xf0, 0xf0));
        let mut nas = Vec::new();
        old.protect(
            Protection::Integrity,
            &FgmmMessage::from(request).to_octets(),
            &mut nas,
        )
        .unwrap();
        let Said::Initial(_, s_tmsi) = own else {
            panic!("an initial message");
        };
        let _ = rig.initial(GNB, 9, &Said::Initial(nas, s_tmsi));
        rig.give(1);
        let challenge = rig.nas();
        let said = phone.hear(&challenge);
        let mut answer = Vec::new();
        let plain = match said[0].nas() {
            nas @ [_, 0, ..] => nas,
            nas => &nas[7..],
        };
        old.protect(Protection::Ciphered, plain, &mut answer).unwrap();
        phone.events.clear();
        let _ = rig.uplink((1, 9), &answer);
        assert!(
            rig.asked[0].is(Method::Put, "/5g-aka-confirmation"),
            "{stop:?}: {:?}",
            rig.events
        );
        rig.talk((1, 9), &mut phone);
        assert!(
            phone
                .events
                .iter()
                .any(|event| matches!(event, Event::Updated { .. })),
            "{stop:?}: {:?}",
            phone.events
        );
    }
}

#[test]
fn a_record_that_contradicts_another_or_is_of_another_amf_is_refused() {
    let mut rig = Rig::new();
    rig.register_and_idle((1, 7), &mut Phone::new(1));
    rig.register_and_idle((2, 8), &mut Phone::new(2));
    let record = |n: u32| rig.records[&n].clone();
    let (first, second) = (record(0), record(1));
    let at = rig.at();
    let mut amf = Amf::new(config(), [9; 32]);
    // A gap before it; then its place, its SUPI and its 5G-GUTI are taken.
    amf.restore(at, 5, &first, Stop::Clean).unwrap();
    assert!(amf.restore(at, 5, &second, Stop::Clean).is_err());
    assert!(amf.restore(at, 6, &first, Stop::Clean).is_err());
    amf.restore(at, 2, &second, Stop::Clean).unwrap();
    assert_eq!(amf.context_count(), 2);
    assert!(amf.restore(at, 7, &first[..20], Stop::Clean).is_err());
    let mut other = config();
    other.policy.guami.amf_id = AmfId::new(1, 1, 2).unwrap();
    let mut amf = Amf::new(other, [9; 32]);
    assert!(
        amf.restore(at, 0, &first, Stop::Clean)
            .unwrap_err()
            .contains("another AMF")
    );
    let mut small = config();
    small.limits.contexts = 5;
    let mut amf = Amf::new(small, [9; 32]);
    assert!(amf.restore(at, 5, &first, Stop::Clean).is_err());
    assert_eq!(amf.context_count(), 0);
}

#[test]
fn a_ue_that_went_elsewhere_is_forgotten_durably_and_its_place_used_again() {
    let mut rig = Rig::new();
    let mut phone = Phone::new(1);
    rig.register_and_idle((1, 7), &mut phone);
    let response = rig.demand(&crate::sbi::deregistration(&rig, 1, "UE_INITIAL_REGISTRATION"));
    assert_eq!(response.status, 204);
    assert!(rig.records.is_empty(), "forgotten durably");
    assert!(rig.asked.is_empty(), "the UDM knows better");
    rig.register_and_idle((2, 8), &mut Phone::new(2));
    assert_eq!(rig.records.keys().collect::<Vec<_>>(), [&0]);
    rig.restart(Stop::Clean);
    assert!(rig.amf.context(&supi(2)).is_some() && rig.amf.context(&supi(1)).is_none());
}

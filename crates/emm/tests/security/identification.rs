//! Identification: TS 24.301 5.4.4.

use crate::support::{Rig, attach_request_of, gummei, imsi};
use quintet_emm::network::{Phase, ReleaseCause, Timer};
use quintet_emm::{Discard, Disposition};
use quintet_identity::Guti;
use quintet_nas::eps::{EmmMessage, EpsMobileIdentity, IdentityResponse, MobileIdentity};

const IDENTITY_REQUEST: [u8; 3] = [0x07, 0x55, 0x01];

fn request(m_tmsi: u32) -> Vec<u8> {
    attach_request_of(EpsMobileIdentity::Guti(Guti::new(gummei(), m_tmsi)), 2)
}

fn response(identity: MobileIdentity<'_>) -> Vec<u8> {
    EmmMessage::from(IdentityResponse::new(identity)).to_octets()
}

fn asked() -> Rig {
    let mut rig = Rig::new();
    assert_eq!(rig.initial(&request(5)), Disposition::Handled);
    assert_eq!(rig.downlink(), IDENTITY_REQUEST);
    rig
}

#[test]
fn an_unknown_guti_asks_for_the_imsi_and_goes_on_with_it() {
    let mut rig = asked();
    assert_eq!(
        rig.uplink(&response(MobileIdentity::Imsi(imsi(4)))),
        Disposition::Handled
    );
    assert_eq!(rig.vector_request().imsi, imsi(4));
    assert!(rig.phases().contains(&Phase::Identified));
    assert_eq!(rig.session.poll_timeout(), None, "T3470 has stopped");
}

/// The UE may protect its answer with a context that this MME does not have (TS 24.301 4.4.4.3).
#[test]
fn a_protected_answer_without_a_context_is_read_as_if_it_were_plain() {
    let mut rig = asked();
    let plain = response(MobileIdentity::Imsi(imsi(4)));
    let protected = [&[0x17, 1, 2, 3, 4, 9][..], &plain].concat();
    assert_eq!(rig.uplink(&protected), Disposition::Handled);
    assert_eq!(rig.vector_request().imsi, imsi(4));
    let mut rig = asked();
    let ciphered = [&[0x27, 1, 2, 3, 4, 9][..], &plain].concat();
    assert_eq!(rig.uplink(&ciphered), Disposition::Silent(Discard::NoContext));
}

#[test]
fn another_identity_than_the_imsi_is_not_taken_plain() {
    for identity in [
        MobileIdentity::Imei("35824005111111".parse().unwrap()),
        MobileIdentity::Imeisv("3582400511111101".parse().unwrap()),
        MobileIdentity::Tmsi(5),
    ] {
        let mut rig = asked();
        assert_eq!(
            rig.uplink(&response(identity)),
            Disposition::Silent(Discard::Unprotected)
        );
        assert!(rig.take().is_empty());
        assert!(rig.session.poll_timeout().is_some(), "still asked for");
    }
}

#[test]
fn the_request_is_sent_five_times_and_then_given_up() {
    let mut rig = asked();
    for _ in 0..4 {
        rig.expire();
        assert_eq!(rig.downlink(), IDENTITY_REQUEST);
    }
    rig.expire();
    assert_eq!(rig.ending(), (vec![], Some(ReleaseCause::Unspecified)));
    assert!(rig.phases().contains(&Phase::GivenUp(Timer::T3470)));
    let late = rig.uplink(&response(MobileIdentity::Imsi(imsi(4))));
    assert_eq!(late, Disposition::Silent(Discard::Released));
}

/// The same request again changes nothing; another one begins anew (5.4.4.6 c).
#[test]
fn a_repeated_request_is_left_alone_and_another_one_begins_anew() {
    let mut rig = asked();
    let deadline = rig.session.poll_timeout();
    assert_eq!(rig.uplink(&request(5)), Disposition::Silent(Discard::Repetition));
    assert!(rig.take().is_empty());
    assert_eq!(rig.session.poll_timeout(), deadline);
    assert_eq!(rig.uplink(&request(6)), Disposition::Handled);
    assert_eq!(rig.downlink(), IDENTITY_REQUEST);
    let by_imsi = attach_request_of(EpsMobileIdentity::Imsi(imsi(3)), 7);
    assert_eq!(rig.uplink(&by_imsi), Disposition::Handled);
    assert_eq!(rig.vector_request().imsi, imsi(3));
    let late = rig.uplink(&response(MobileIdentity::Imsi(imsi(4))));
    assert!(matches!(late, Disposition::Silent(Discard::Path(_))), "{late:?}");
}

#[test]
fn an_answer_to_nothing_is_discarded() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    let disposition = rig.uplink(&response(MobileIdentity::Imsi(imsi(4))));
    assert!(matches!(disposition, Disposition::Silent(Discard::Path(_))));
    assert!(rig.take().is_empty());
}

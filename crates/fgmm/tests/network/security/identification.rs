//! Identification (TS 24.501 5.4.3).

use super::authentication::identity;
use crate::support::{Request, Rig, guami};
use quintet_fgmm::network::{Phase, ReleaseCause, Timer};
use quintet_fgmm::{Discard, Disposition};
use quintet_identity::fgs::Guti;
use quintet_nas::fgs::{FgmmCause, FgmmMessage, IdentityResponse, MobileIdentity};

/// A UE whose GUTI nobody knows: IDENTITY REQUEST is left.
fn asked() -> Rig {
    let mut rig = Rig::new();
    let request = Request::by_guti(Guti::new(guami(), 0xdead), 3);
    assert_eq!(rig.initial(&request.cleartext()), Disposition::Handled);
    rig
}

fn answer(identity: MobileIdentity<'_>) -> Vec<u8> {
    FgmmMessage::from(IdentityResponse::new(identity)).to_octets()
}

#[test]
fn t3570_repeats_the_question_and_gives_up() {
    let mut rig = asked();
    let request = rig.downlink();
    for _ in 0..4 {
        rig.expire();
        assert_eq!(rig.downlink(), request);
    }
    rig.expire();
    assert!(rig.phases().contains(&Phase::GivenUp(Timer::T3570)));
    assert_eq!(rig.ending(), (vec![], Some(ReleaseCause::Unspecified)));
}

#[test]
fn an_identity_that_was_not_asked_for() {
    let mut rig = asked();
    let _ = rig.take();
    let imei = "490154203237518".parse().expect("an IMEI");
    assert_eq!(
        rig.uplink(&answer(MobileIdentity::Imei(imei))),
        Disposition::Silent(Discard::Unprotected),
        "TS 24.501 4.4.4.3 b"
    );
    rig.send(&identity(1));
    assert!(
        matches!(rig.uplink(&identity(2)), Disposition::Silent(Discard::Path(_))),
        "once"
    );
    let _ = rig.authentication();
}

#[test]
fn nobody_was_asked() {
    let mut rig = Rig::new();
    rig.challenge(1);
    let _ = rig.take();
    assert!(matches!(
        rig.uplink(&identity(2)),
        Disposition::Silent(Discard::Path(_))
    ));
    assert!(rig.take().is_empty());
}

#[test]
fn a_request_without_an_identity_is_asked_for_one() {
    let mut rig = Rig::new();
    let request = Request::of(MobileIdentity::NO_IDENTITY, 7);
    let disposition = rig.initial(&request.cleartext());
    let (downlinks, _) = rig.ending();
    // The shortest identity has one octet less than the element's table wants.
    match disposition {
        Disposition::Handled => assert_eq!(downlinks, [[0x7e, 0, 0x5b, 1]]),
        other => assert_eq!(
            other,
            Disposition::Replied(FgmmCause::INVALID_MANDATORY_INFORMATION)
        ),
    }
}

//! What becomes of vectors.

use super::*;

fn challenge(tap: &mut Tap, attempt: u64, rand: u8, autn: u8) -> Origin {
    tap.now_ms += 10;
    let seen = Seen {
        file: 0,
        frame: 1_000 + attempt,
        time: tap.at(),
    };
    let challenge = Challenge {
        attempt,
        seen,
        rand: [rand; 16],
        autn: [autn; 16],
        imsi: Some(imsi(IMSI)),
    };
    tap.observer.vectors_mut().challenged(&challenge).origin
}

fn handed(tap: &mut Tap, id: u32, vectors: &[(u8, u8)]) {
    let asked = air(id, IMSI);
    tap.asked(&asked, &aia(&asked, vectors));
}

#[test]
fn a_challenge_finds_its_answer_and_whose_it_is() {
    let mut tap = Tap::new();
    handed(&mut tap, 1, &[(1, 11), (2, 12)]);
    let found = tap
        .observer
        .vectors()
        .vector_of(&[2; 16], Some(&[12; 16]), None)
        .unwrap();
    assert_eq!((found.imsi, found.order, found.of), (Some(imsi(IMSI)), 1, 2));
    let Origin::Handed {
        order,
        used_before: None,
        later_used: None,
        resynchronized: None,
        same_rand: None,
        ..
    } = challenge(&mut tap, 1, 1, 11)
    else {
        panic!("handed out")
    };
    assert_eq!(order, 0);
}

#[test]
fn the_second_use_and_the_wrong_order_show() {
    let mut tap = Tap::new();
    handed(&mut tap, 1, &[(1, 11), (2, 12), (3, 13)]);
    challenge(&mut tap, 1, 2, 12);
    let Origin::Handed {
        used_before: None,
        later_used: Some(later),
        ..
    } = challenge(&mut tap, 2, 1, 11)
    else {
        panic!("out of order")
    };
    assert_eq!(later.attempt, 1);
    let Origin::Handed {
        used_before: Some(before),
        ..
    } = challenge(&mut tap, 3, 2, 12)
    else {
        panic!("used twice")
    };
    assert_eq!(before.attempt, 1);
    let third = challenge(&mut tap, 4, 3, 13);
    assert!(
        matches!(
            third,
            Origin::Handed {
                used_before: None,
                later_used: None,
                ..
            }
        ),
        "{third:?}"
    );
}

#[test]
fn a_vector_handed_out_twice_is_still_one_vector() {
    let mut tap = Tap::new();
    handed(&mut tap, 1, &[(1, 11)]);
    challenge(&mut tap, 1, 1, 11);
    handed(&mut tap, 2, &[(1, 11)]);
    let Origin::Handed {
        used_before: Some(_),
        same_rand: Some(_),
        ..
    } = challenge(&mut tap, 2, 1, 11)
    else {
        panic!("used before")
    };
}

#[test]
fn a_fixed_rand_confuses_nobody() {
    let mut tap = Tap::new();
    handed(&mut tap, 1, &[(1, 11)]);
    let asked = air(2, "001010000000002");
    tap.asked(&asked, &aia(&asked, &[(1, 12)]));
    let vectors = tap.observer.vectors();
    let whose = |autn: &[u8; 16]| vectors.vector_of(&[1; 16], Some(autn), None).and_then(|h| h.imsi);
    assert_eq!(whose(&[11; 16]), Some(imsi(IMSI)));
    assert_eq!(whose(&[12; 16]), Some(imsi("001010000000002")));
    assert!(
        vectors.vector_of(&[1; 16], None, None).is_none(),
        "RAND alone does not tell"
    );
    let origin = challenge(&mut tap, 1, 1, 11);
    assert!(
        matches!(origin, Origin::Handed { same_rand: None, .. }),
        "{origin:?}"
    );
}

#[test]
fn one_key_and_one_rand_for_all_confuse_nobody() {
    let mut tap = Tap::new();
    handed(&mut tap, 1, &[(1, 11)]);
    let other = "001010000000002";
    let asked = air(2, other);
    tap.asked(&asked, &aia(&asked, &[(1, 11)]));
    let vectors = tap.observer.vectors();
    let whose = |imsi| vectors.vector_of(&[1; 16], Some(&[11; 16]), imsi).map(|h| h.imsi);
    assert_eq!(whose(None), None, "nobody can tell");
    assert_eq!(whose(Some(imsi(IMSI))), Some(Some(imsi(IMSI))));
    for (attempt, whose) in [(1, other), (2, IMSI)] {
        let seen = Seen {
            file: 0,
            frame: 1_000 + attempt,
            time: tap.at(),
        };
        let challenge = Challenge {
            attempt,
            seen,
            rand: [1; 16],
            autn: [11; 16],
            imsi: Some(imsi(whose)),
        };
        let origin = tap.observer.vectors_mut().challenged(&challenge).origin;
        let Origin::Handed {
            imsi: Some(found),
            used_before: None,
            ..
        } = origin
        else {
            panic!("{origin:?}")
        };
        assert_eq!(found, imsi(whose));
        let unknown = Challenge {
            imsi: None,
            ..challenge
        };
        let origin = tap.observer.vectors_mut().challenged(&unknown).origin;
        assert!(matches!(origin, Origin::Shared { .. }), "{origin:?}");
    }
}

#[test]
fn both_hops_hand_out_the_vector_once() {
    let mut tap = Tap::new();
    let asked = air(1, IMSI);
    tap.pass(1, To::Hss, &asked);
    tap.pass(2, To::Hss, &asked);
    tap.pass(2, To::Mme, &aia(&asked, &[(1, 11)]));
    tap.pass(1, To::Mme, &aia(&asked, &[(1, 11)]));
    let origin = challenge(&mut tap, 1, 1, 11);
    assert!(
        matches!(origin, Origin::Handed { same_rand: None, .. }),
        "{origin:?}"
    );
}

#[test]
fn another_subscribers_rand_is_no_altered_token() {
    let mut tap = Tap::new();
    let asked = air(1, "001010000000002");
    tap.asked(&asked, &aia(&asked, &[(1, 12)]));
    assert_eq!(challenge(&mut tap, 1, 1, 11), Origin::NotShown);
}

#[test]
fn strangers_are_told_apart() {
    let mut tap = Tap::new();
    assert_eq!(challenge(&mut tap, 1, 9, 9), Origin::NotShown);
    handed(&mut tap, 1, &[(1, 11)]);
    let last = tap.last().answer.unwrap();
    assert_eq!(
        challenge(&mut tap, 1, 9, 9),
        Origin::NotHanded { answers: 1, last }
    );
    let origin = challenge(&mut tap, 1, 1, 99);
    assert!(
        matches!(origin, Origin::OtherAutn { answer, .. } if answer == last),
        "{origin:?}"
    );
}

#[test]
fn a_resynchronisation_makes_older_vectors_stale() {
    let mut tap = Tap::new();
    handed(&mut tap, 1, &[(1, 11), (2, 12)]);
    challenge(&mut tap, 1, 1, 11);
    let asked = air_resync(2, IMSI, 1, 5);
    tap.asked(&asked, &aia(&asked, &[(3, 13)]));
    assert_eq!(tap.last().resynchronization, Some(([1; 16], [5; 14])));
    let fresh = challenge(&mut tap, 1, 3, 13);
    assert!(
        matches!(
            fresh,
            Origin::Handed {
                resynchronized: None,
                ..
            }
        ),
        "{fresh:?}"
    );
    let stale = challenge(&mut tap, 1, 2, 12);
    assert!(
        matches!(
            stale,
            Origin::Handed {
                resynchronized: Some(_),
                ..
            }
        ),
        "{stale:?}"
    );
}

#[test]
fn the_table_is_bounded() {
    let mut tap = Tap::new();
    let lots: Vec<(u8, u8)> = (0..32).map(|n| (n, n)).collect();
    handed(&mut tap, 1, &[(200, 200)]);
    for id in 0..u32::try_from(MAX_VECTORS).unwrap() / 32 {
        handed(&mut tap, 2 + id, &lots);
    }
    let vectors = tap.observer.vectors();
    assert!(
        vectors.vector_of(&[200; 16], None, None).is_none(),
        "the oldest is forgotten"
    );
    assert!(vectors.vector_of(&[0; 16], None, None).is_some());
}

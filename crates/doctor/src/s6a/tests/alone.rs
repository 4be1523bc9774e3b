//! Exchanges that no attempt claims.

use super::*;

/// Feeds what the tap saw to the table of unclaimed exchanges.
fn lone(tap: &Tap) -> Lone {
    let mut lone = Lone::new();
    for exchange in tap.exchanges.values() {
        lone.add(exchange.clone());
    }
    lone
}

fn trails(mut lone: Lone) -> Vec<crate::trail::Trail> {
    lone.finish();
    std::iter::from_fn(|| lone.poll(Timestamp(0))).collect()
}

#[test]
fn exchanges_of_a_subscriber_are_one_attempt() {
    let mut tap = Tap::new();
    let (a, u, other) = (air(1, IMSI), ulr(2, IMSI), air(3, "001010000000002"));
    tap.asked(&a, &aia(&a, &[(1, 1)]));
    tap.asked(&other, &answer(&other, AnswerOutcome::experimental(5001), |_| {}));
    tap.asked(&u, &ula(&u));
    let trails = trails(lone(&tap));
    let came: Vec<_> = trails
        .iter()
        .map(|trail| (trail.s6a.len(), verdict(trail).ending, verdict(trail).outcome))
        .collect();
    assert_eq!(
        came,
        [
            (2, Ending::AnsweredByHss, Outcome::Success),
            (1, Ending::RefusedByHss, Outcome::Failure)
        ]
    );
    assert_eq!(verdict(&trails[1]).cause.as_deref(), Some("5001 USER_UNKNOWN"));
    assert_eq!(verdict(&trails[1]).broken_at, Some("vectors"));
}

#[test]
fn a_new_request_for_vectors_is_a_new_attempt_but_a_resynchronisation_is_not() {
    let mut tap = Tap::new();
    let (a, r, b) = (air(1, IMSI), air_resync(2, IMSI, 1, 5), air(3, IMSI));
    tap.asked(&a, &aia(&a, &[(1, 1)]));
    tap.asked(&r, &aia(&r, &[(2, 2)]));
    tap.asked(&b, &aia(&b, &[(3, 3)]));
    let sizes: Vec<_> = trails(lone(&tap)).iter().map(|trail| trail.s6a.len()).collect();
    assert_eq!(sizes, [2, 1]);
}

#[test]
fn silence_ends_an_attempt() {
    let mut tap = Tap::new();
    let a = air(1, IMSI);
    tap.asked(&a, &aia(&a, &[(1, 1)]));
    let mut lone = lone(&tap);
    assert!(lone.poll(tap.at()).is_none());
    let later = Timestamp(tap.at().0 + SILENCE);
    let trail = lone.poll(later).expect("it ended");
    assert_eq!((trail.end.clone(), trail.now), (crate::trail::End::Silent, later));
    assert_eq!(
        verdict(&trail).outcome,
        Outcome::Incomplete,
        "what the UE did is not shown"
    );
}

#[test]
fn what_comes_after_silence_is_another_attempt() {
    let mut tap = Tap::new();
    let (a, u) = (air(1, IMSI), ulr(2, IMSI));
    tap.asked(&a, &aia(&a, &[(1, 1)]));
    tap.now_ms += SILENCE / 1_000_000;
    tap.asked(&u, &ula(&u));
    assert_eq!(trails(lone(&tap)).len(), 2);
}

#[test]
fn an_open_request_keeps_its_attempt() {
    let mut tap = Tap::new();
    tap.pass(1, To::Hss, &air(1, IMSI));
    let mut open = lone(&tap);
    let later = Timestamp(tap.at().0 + SILENCE);
    assert!(open.poll(later).is_none());
    tap.wait(UNANSWERED_AFTER / 1_000_000);
    open.add(tap.last().clone());
    let trail = open.poll(later).expect("it ended");
    assert_eq!(trail.s6a[0].state, State::Unanswered(Unanswered::TimedOut));
}

#[test]
fn an_attempt_of_the_radio_claims_what_came_before() {
    let mut tap = Tap::new();
    let (a, u) = (air(1, IMSI), ulr(2, IMSI));
    tap.asked(&a, &aia(&a, &[(1, 1)]));
    let since = tap.at();
    tap.asked(&u, &ula(&u));
    let mut lone = lone(&tap);
    let claimed: Vec<_> = lone.claim(imsi(IMSI), since).iter().map(|e| e.command).collect();
    assert_eq!(claimed, [command::UPDATE_LOCATION]);
    assert_eq!(lone.claim(imsi(IMSI), Timestamp(0)).len(), 1);
    assert!(trails(lone).is_empty());
}

#[test]
fn attempts_are_bounded() {
    let mut tap = Tap::new();
    let mut lone = Lone::new();
    for n in 0..u32::try_from(MAX_LONE).unwrap() + 5 {
        let whose = format!("00101{:010}", n);
        tap.pass(1, To::Hss, &air(n, &whose));
        lone.add(tap.last().clone());
    }
    let ended = std::iter::from_fn(|| lone.poll(tap.at())).count();
    assert_eq!(ended, 5);
}

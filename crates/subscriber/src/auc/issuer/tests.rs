//! One slot's behaviour, step by step; every order of steps is in `exhaustive`.

#![cfg(test)]

use super::*;
use quintet_crypto::Sqn;

const NOW: u64 = 17_600_000_000;

fn at(ticks: u64) -> WallClock {
    WallClock::from_ticks(NOW + ticks)
}

fn to(imsi: &str) -> Recipient {
    Recipient {
        imsi: imsi.parse().unwrap(),
        profile: SqnProfile::TIME_BASED,
        dif: Some(-(NOW as i64) + 1_000),
        seq_seed: 0,
    }
}

fn someone() -> Recipient {
    to("001010000000001")
}

/// Holds slot 0 with a bound a window ahead.
fn holding() -> Auc {
    let mut auc = Auc::new(Slot::default(), AucConfig::default());
    auc.take_over(Epoch(1), 0);
    let raise = auc.renewal(at(0)).unwrap().unwrap();
    assert_eq!(raise.h, NOW as i64 + 6_000);
    auc.bound_raised(raise);
    auc
}

fn seqs(issued: Issued) -> Vec<u64> {
    issued.map(|sqn| sqn.value() >> 5).collect()
}

#[test]
fn numbers_follow_the_clock_and_the_last_one() {
    let mut auc = holding();
    let issue = |auc: &mut Auc, ticks, n| auc.issue(at(ticks), &someone(), Domain::Eps, n).map(seqs);
    assert_eq!(issue(&mut auc, 0, 3), Ok(vec![1_000, 1_001, 1_002]));
    assert_eq!(
        issue(&mut auc, 1, 2),
        Ok(vec![1_003, 1_004]),
        "ahead of the clock"
    );
    assert_eq!(issue(&mut auc, 10, 1), Ok(vec![1_010]));
    let other = auc.issue(at(10), &someone(), Domain::Ims, 1).map(seqs);
    assert_eq!(other, Ok(vec![1_010]), "each domain has its own order");
}

#[test]
fn nothing_before_a_takeover_and_nothing_once_fenced() {
    let mut auc = Auc::new(Slot::default(), AucConfig::default());
    assert_eq!(
        auc.issue(at(0), &someone(), Domain::Eps, 1),
        Err(IssueError::NotHolding)
    );
    assert_eq!(auc.renewal(at(0)), Ok(None));
    let mut auc = holding();
    assert_eq!(auc.admit(Some(Epoch(1))), Ok(()));
    assert_eq!(auc.admit(None), Err(NotAdmitted::Stale));
    assert_eq!(
        auc.admit(Some(Epoch(0))),
        Err(NotAdmitted::Stale),
        "read before the takeover"
    );
    auc.fenced(Epoch(1));
    assert_eq!(auc.epoch(), Some(Epoch(1)), "that is us");
    assert_eq!(
        auc.admit(Some(Epoch(2))),
        Err(NotAdmitted::Fenced { current: Epoch(2) })
    );
    assert_eq!(
        auc.issue(at(0), &someone(), Domain::Eps, 1),
        Err(IssueError::NotHolding)
    );
    auc.take_over(Epoch(3), NOW as i64 + 6_000);
    let need = auc.issue(at(0), &someone(), Domain::Eps, 1);
    assert!(
        matches!(need, Err(IssueError::NeedBound(raise)) if raise.epoch == Epoch(3)),
        "{need:?}"
    );
    assert_eq!(auc.lead_ticks(), 6_001);
}

#[test]
fn the_bound_is_raised_once_and_in_the_background() {
    let mut auc = holding();
    assert_eq!(auc.renewal(at(2_999)), Ok(None), "more than half is left");
    let raise = auc.renewal(at(3_000)).unwrap().unwrap();
    assert_eq!(raise.h, NOW as i64 + 9_000);
    assert_eq!(auc.renewal(at(3_001)), Ok(None), "one at a time");
    assert!(
        auc.issue(at(6_000), &someone(), Domain::Eps, 1).is_ok(),
        "no request waits meanwhile"
    );
    let beyond = auc.issue(at(6_001), &someone(), Domain::Eps, 1);
    assert_eq!(beyond, Err(IssueError::RaisingBound));
    auc.store_failed(raise);
    let beyond = auc.issue(at(6_001), &someone(), Domain::Eps, 1);
    let Err(IssueError::NeedBound(again)) = beyond else {
        panic!("{beyond:?}")
    };
    auc.bound_raised(RaiseBound {
        epoch: Epoch(0),
        h: i64::MAX,
        ..again
    });
    assert_eq!(
        auc.issue(at(6_001), &someone(), Domain::Eps, 1),
        Err(IssueError::RaisingBound),
        "not ours"
    );
    auc.bound_raised(again);
    assert!(auc.issue(at(6_001), &someone(), Domain::Eps, 1).is_ok());
}

#[test]
fn restarts_do_not_add_up() {
    let (mut h, mut lead) = (0, 0);
    for epoch in 1..=100 {
        let mut auc = Auc::new(Slot::default(), AucConfig::default());
        auc.take_over(Epoch(epoch), h);
        let raise = auc.renewal(at(10 * epoch)).unwrap().unwrap();
        h = raise.h;
        lead = auc.lead_ticks();
    }
    assert!(
        lead < 6_000 + 100 * 100,
        "a hundred restarts in as many seconds: {lead} ticks ahead"
    );
}

#[test]
fn who_asks_too_fast_waits() {
    let mut auc = holding();
    assert!(auc.issue(at(0), &someone(), Domain::Eps, 32).is_ok());
    assert!(auc.issue(at(0), &someone(), Domain::Eps, 19).is_ok());
    assert_eq!(
        auc.issue(at(0), &someone(), Domain::Eps, 1),
        Err(IssueError::TooBusy),
        "5 s ahead"
    );
    assert!(
        auc.issue(at(0), &to("001010000000002"), Domain::Eps, 1).is_ok(),
        "others do not"
    );
    assert!(auc.issue(at(1), &someone(), Domain::Eps, 1).is_ok());
    for n in [0, MAX_SQNS_PER_ISSUE + 1] {
        assert_eq!(
            auc.issue(at(60), &someone(), Domain::Eps, n),
            Err(IssueError::Number)
        );
    }
}

#[test]
fn a_flood_of_subscribers_is_bounded() {
    let config = AucConfig {
        max_recent: 3,
        ..AucConfig::default()
    };
    let mut auc = Auc { config, ..holding() };
    let mut issue = |n: u64, tick| {
        auc.issue(at(tick), &to(&format!("00101{n:010}")), Domain::Eps, 1)
            .is_ok()
    };
    assert_eq!(
        (0..5).map(|n| issue(n, 0)).collect::<Vec<_>>(),
        [true, true, true, false, false]
    );
    assert!(issue(0, 0), "who is known goes on");
    assert!(issue(9, 2), "once the clock has passed them there is room");
}

#[test]
fn the_first_use_writes_dif_above_the_seed() {
    let mut auc = holding();
    let first = Recipient {
        dif: None,
        seq_seed: 5_000,
        ..someone()
    };
    let Err(IssueError::NeedDif(set)) = auc.issue(at(7), &first, Domain::Eps, 1) else {
        panic!()
    };
    assert_eq!(
        (set.expected, set.dif + NOW as i64 + 7, set.epoch),
        (None, 5_000 + 864_000, Epoch(1))
    );
    let below = Recipient {
        dif: Some(-(NOW as i64) - 100),
        ..first
    };
    let Err(IssueError::NeedDif(set)) = auc.issue(at(7), &below, Domain::Eps, 1) else {
        panic!()
    };
    assert_eq!(
        set.expected, below.dif,
        "a provisioning tool whose clock was far ahead"
    );
    assert!(set.dif > 7 - NOW as i64);
}

#[test]
fn numbers_end_where_their_bits_end() {
    let mut auc = holding();
    let last = Recipient {
        dif: Some((1 << 43) - 1 - NOW as i64),
        ..someone()
    };
    assert_eq!(
        auc.issue(at(0), &last, Domain::Eps, 2),
        Err(IssueError::Exhausted)
    );
    assert_eq!(
        auc.issue(at(0), &last, Domain::Eps, 1).map(seqs),
        Ok(vec![(1 << 43) - 1])
    );
    let nonsense = Recipient {
        dif: Some(i64::MAX),
        ..someone()
    };
    assert_eq!(
        auc.issue(at(1), &nonsense, Domain::Eps, 1),
        Err(IssueError::Exhausted)
    );
    let spent = SqnMs::unproven(Sqn::MAX);
    assert_eq!(auc.resync(at(1), &someone(), spent), Err(IssueError::Exhausted));
}

#[test]
fn a_plain_card_is_served_by_slot_0_in_one_order() {
    let plain = Recipient {
        profile: SqnProfile::PLAIN,
        ..someone()
    };
    let mut auc = holding();
    let mut issue = |domain| {
        auc.issue(at(0), &plain, domain, 1)
            .unwrap()
            .next()
            .unwrap()
            .value()
    };
    assert_eq!(
        [issue(Domain::Eps), issue(Domain::Cs), issue(Domain::Eps)],
        [1_000, 1_001, 1_002]
    );
    let mut other = Auc::new(Slot::new(1).unwrap(), AucConfig::default());
    other.take_over(Epoch(1), 0);
    assert_eq!(
        other.issue(at(0), &plain, Domain::Eps, 1),
        Err(IssueError::NotThisSlot)
    );
    assert_eq!(
        other.resync(at(0), &plain, SqnMs::unproven(Sqn::MAX)),
        Err(IssueError::NotThisSlot)
    );
}

#[test]
fn a_resynchronisation_writes_only_what_it_must() {
    let mut auc = holding();
    let card = |seq: u64| SqnMs::unproven(Sqn::new(seq << 5 | 16).unwrap());
    let glc = NOW as i64;
    let dif = someone().dif.unwrap();
    assert_eq!(
        auc.resync(at(0), &someone(), card(999)),
        Ok(Resync::Unchanged { dif })
    );
    let set = |dif: i64| SetDif {
        imsi: someone().imsi,
        slot: Slot::default(),
        epoch: Epoch(1),
        expected: someone().dif,
        dif,
    };
    let raise = Resync::Write {
        set: set(5_001 - glc),
        decrease: false,
    };
    assert_eq!(auc.resync(at(0), &someone(), card(5_000)), Ok(raise));
    let far = Recipient {
        dif: Some((1 << 30) - glc),
        ..someone()
    };
    let fall = Resync::Write {
        set: SetDif {
            expected: far.dif,
            ..set(5_000 + (1 << 27) - glc)
        },
        decrease: true,
    };
    assert_eq!(auc.resync(at(0), &far, card(5_000)), Ok(fall));
}

#[test]
fn a_clock_that_jumps_issues_and_renews_nothing() {
    let mut auc = holding();
    let jumped = auc.issue(at(50_000), &someone(), Domain::Eps, 1);
    assert!(
        matches!(jumped, Err(IssueError::ClockJump(jump)) if jump.ahead_ticks == 44_000),
        "{jumped:?}"
    );
    assert!(auc.renewal(at(50_000)).is_err());
    auc.take_over(Epoch(2), NOW as i64 + 6_000);
    let need = auc.issue(at(50_000), &someone(), Domain::Eps, 1);
    assert!(
        matches!(need, Err(IssueError::NeedBound(_))),
        "a takeover believes the clock: {need:?}"
    );
}

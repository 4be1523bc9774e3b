//! The first challenge after an import, at cards that took whatever the former system issued.

use quintet_crypto::Sqn;
use quintet_identity::Imsi;
use quintet_provisioning::sqn::seed;
use quintet_subscriber::auc::{
    Auc, AucConfig, Domain, Epoch, IssueError, Recipient, Slot, WallClock, initial_dif,
};
use quintet_subscriber::model::SqnProfile;
use quintet_subscriber::usim::SeqArray;

/// How a system counts: the SQN it issues first, the next of one, and whether it stores the next or the last.
struct System {
    name: &'static str,
    next: fn(u64) -> u64,
}

const SYSTEMS: [System; 6] = [
    System {
        name: "Open5GS",
        next: |sqn| sqn + 32,
    },
    System {
        name: "Open5GS after a resynchronisation",
        next: |sqn| sqn + 33,
    },
    System {
        name: "PyHSS",
        next: |sqn| sqn + 100,
    },
    System {
        name: "free5GC",
        next: |sqn| sqn + 1,
    },
    System {
        name: "srsRAN",
        next: |sqn| ((sqn >> 5) + 1) << 5 | (sqn + 1) & 31,
    },
    System {
        name: "FHoSS",
        next: |sqn| ((sqn >> 5) + 1) << 5 | (sqn + 1) & 31,
    },
];

/// What this AuC issues first, and second, to each domain.
fn issued(stored: u64, profile: SqnProfile, slot: u8, now: u64) -> Vec<Sqn> {
    let wall = WallClock::from_ticks(now);
    let slot = Slot::new(slot).expect("a slot");
    let seq_seed = seed(stored, profile).expect("room");
    let recipient = Recipient {
        imsi: "001010000000001".parse::<Imsi>().expect("an IMSI"),
        profile,
        dif: Some(initial_dif(seq_seed, profile, wall)),
        seq_seed,
    };
    let mut auc = Auc::new(slot, AucConfig::default());
    auc.take_over(Epoch(1), now as i64);
    let mut found = Vec::new();
    for _ in 0..2 {
        for domain in [Domain::Eps, Domain::Ims, Domain::Ps, Domain::Cs] {
            loop {
                match auc.issue(wall, &recipient, domain, 1) {
                    Ok(sqns) => {
                        found.extend(sqns);
                        break;
                    }
                    Err(IssueError::NeedBound(raise)) => auc.bound_raised(raise),
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
    found
}

#[test]
fn the_first_vector_after_an_import_is_accepted_whatever_counted_before() {
    let now = 17_600_000_000;
    for system in &SYSTEMS {
        for first in [0, 1, 31, 4_321, 0x16f3_b3f7_0fc2] {
            let cards = [
                ("each IND", SeqArray::new(SqnProfile::TIME_BASED)),
                (
                    "each IND, an age limit",
                    SeqArray::new(SqnProfile::TIME_BASED).with_age_limit(1 << 28),
                ),
                ("whole numbers", SeqArray::new(SqnProfile::PLAIN)),
            ];
            for (kind, mut card) in cards {
                let mut sqn = first;
                for _ in 0..200 {
                    // From wherever the card was, it took all that was issued.
                    card = card.having_accepted(Sqn::new(sqn).expect("48 bits"));
                    sqn = (system.next)(sqn);
                }
                let plain = kind == "whole numbers";
                let profile = if plain {
                    SqnProfile::PLAIN
                } else {
                    SqnProfile::TIME_BASED
                };
                for slot in if plain { 0..1 } else { 0..8u8 } {
                    let mut card = card.clone();
                    for sqn in issued(sqn, profile, slot, now) {
                        assert!(
                            card.accept(sqn),
                            "{}, {kind}, from {first}, slot {slot}",
                            system.name
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_card_that_compares_whole_numbers_takes_numbers_with_an_ind_too() {
    // Nobody said --ind-bits 0: the first challenge is accepted all the same.
    let mut card = SeqArray::new(SqnProfile::PLAIN).having_accepted(Sqn::new(4_321).expect("48 bits"));
    let first = issued(4_353, SqnProfile::TIME_BASED, 0, 17_600_000_000)[0];
    // Δ of such a card is in whole numbers.
    assert!(first.value() > 4_321 && first.value() - 4_321 < 1 << 28);
    assert!(card.accept(first));
}

#[test]
fn without_the_seed_a_card_refuses() {
    let mut card =
        SeqArray::new(SqnProfile::TIME_BASED).having_accepted(Sqn::new(0x16f3_b3f7_0fc2).expect("48 bits"));
    let first = issued(0, SqnProfile::TIME_BASED, 0, 17_600_000_000)[0];
    // In an IND of its own it would be taken; with an age limit, or whole numbers, it would not.
    card = card.with_age_limit(1 << 20);
    assert!(!card.accept(first));
}

//! The table behaves like a map, stays small, holds equal subscriptions once, and wipes keys where they stood.

use super::*;
use crate::contract::fixture::{imsi, subscriber, subscription};
use crate::faulty::Dice;
use quintet_crypto::K;
use std::collections::BTreeMap;

/// What the table shall tell of a subscriber.
fn check(table: &SubscriberTable, expected: &Subscriber) {
    let entry = table.lookup(expected.imsi).unwrap();
    let authentication = &expected.authentication;
    assert_eq!(entry.imsi(), Some(expected.imsi));
    assert_eq!(entry.msisdn(), expected.msisdn);
    assert_eq!(entry.amf(), authentication.amf);
    assert_eq!(entry.sqn_profile(), authentication.sqn_profile);
    assert_eq!(entry.dif(), authentication.dif);
    assert_eq!(
        entry.seq_seed(),
        authentication.dif.is_none().then_some(authentication.seq_seed)
    );
    assert_eq!(entry.subscription(), Some(&expected.subscription));
    let side = Side {
        k: authentication.k.clone(),
        algorithm: authentication.algorithm.clone(),
        sqn_profile: authentication.sqn_profile,
    };
    assert_eq!(entry.functions(), side.functions());
}

#[test]
fn a_subscriber_comes_back_whole() {
    let mut table = SubscriberTable::new();
    let mut all: Vec<_> = (0..300).map(subscriber).collect();
    all[1].authentication.sqn_profile = SqnProfile {
        ind_bits: 200,
        delta_bits: 255,
    };
    all[2].authentication.sqn_profile = SqnProfile {
        ind_bits: 48,
        delta_bits: 43,
    };
    all[3].authentication.dif = Some(i64::MIN);
    all[10].authentication.dif = Some(-1);
    for one in &all {
        assert_eq!(table.insert(one), Ok(true));
    }
    assert_eq!(table.len(), 300);
    for one in &all {
        check(&table, one);
    }
    assert!(table.lookup(imsi(300)).is_none());
    assert!(table.set_dif(imsi(0), 77) && !table.set_dif(imsi(300), 77));
    all[0].authentication.dif = Some(77);
    check(&table, &all[0]);
}

#[test]
fn room_is_made_around_the_table_and_for_one_at_least() {
    let mut table = SubscriberTable::new();
    for n in 0..100 {
        table.leave_room(10);
        assert_eq!(table.insert(&subscriber(n)), Ok(true));
        assert!(table.len() <= 10);
        check(&table, &subscriber(n));
    }
    assert_eq!(table.len(), 10);
    // Whoever came stays until the hand has gone round: the last of them are all there.
    assert!((95..100).all(|n| table.lookup(imsi(n)).is_some()));
    table.leave_room(0);
    assert!(table.is_empty());
    table.leave_room(0);
    assert_eq!(table.insert(&subscriber(1)), Ok(true));
    // A table that shrank behind the hand's back.
    for n in 0..50 {
        table.insert(&subscriber(n)).unwrap();
    }
    table.leave_room(50);
    for n in 0..49 {
        table.remove(imsi(n));
    }
    table.leave_room(1);
    assert!(table.is_empty());
}

#[test]
fn a_wrong_key_length_is_an_error_of_its_own() {
    let mut table = SubscriberTable::new();
    let mut one = subscriber(1);
    one.authentication.k = K::new_256([1; 32]);
    table.insert(&one).unwrap();
    assert!(table.lookup(imsi(1)).unwrap().functions().is_err());
}

/// Random insertions, replacements and removals, against a `BTreeMap`.
#[test]
fn it_behaves_like_a_map() {
    for seed in 0..20 {
        let (mut table, mut model, mut dice) = (SubscriberTable::new(), BTreeMap::new(), Dice::new(seed));
        for step in 0..4000u64 {
            let n = dice.below(700);
            // Grow, then shrink, so that chunks and shards do both.
            if dice.below(4000) > step {
                let mut one = subscriber(n);
                if dice.falls(300) {
                    one.authentication.k = K::new_256([2; 32]);
                }
                one.subscription = Arc::new(subscription(dice.below(30)));
                assert_eq!(
                    table.insert(&one),
                    Ok(model.insert(n, one).is_none()),
                    "seed {seed}, step {step}"
                );
            } else {
                assert_eq!(
                    table.remove(imsi(n)),
                    model.remove(&n).is_some(),
                    "seed {seed}, step {step}"
                );
            }
            assert_eq!(table.len(), model.len(), "seed {seed}, step {step}");
        }
        for n in 0..700 {
            match model.get(&n) {
                Some(one) => check(&table, one),
                None => assert!(table.lookup(imsi(n)).is_none(), "seed {seed}"),
            }
        }
        let mut listed: Vec<_> = table.iter().filter_map(|entry| entry.imsi()).collect();
        listed.sort_unstable();
        assert!(
            listed.into_iter().eq(model.keys().copied().map(imsi)),
            "seed {seed}"
        );
        for n in model.keys() {
            assert!(table.remove(imsi(*n)));
        }
        assert!(table.is_empty() && table.shared.count() == 0 && table.sides.count() == 0);
    }
}

#[test]
fn equal_subscriptions_are_held_once_and_only_so_many() {
    let mut table = SubscriberTable::new();
    for n in 0..1000 {
        table
            .insert(&Subscriber {
                subscription: Arc::new(subscription(n % 3)),
                ..subscriber(n)
            })
            .unwrap();
    }
    assert_eq!(table.shared.count(), 3);
    for n in 0..MAX_CACHED_SUBSCRIPTIONS as u64 {
        table
            .insert(&Subscriber {
                subscription: Arc::new(subscription(10 + n)),
                ..subscriber(n)
            })
            .unwrap();
    }
    let over = MAX_CACHED_SUBSCRIPTIONS as u64 + 10;
    let last = Subscriber {
        subscription: Arc::new(subscription(u64::MAX)),
        ..subscriber(over)
    };
    table.insert(&last).unwrap();
    assert_eq!(table.shared.count(), MAX_CACHED_SUBSCRIPTIONS);
    assert!(table.lookup(imsi(over)).unwrap().subscription().is_none());
    assert!(table.remove(imsi(5)));
    table.insert(&last).unwrap();
    assert!(
        table.lookup(imsi(over)).unwrap().subscription().is_some(),
        "a place became free"
    );
}

/// A million would take seconds unoptimised; the octets of one are the same from some ten thousand on, but for the
/// fill of the index, whose worst case is just after it grew.
#[test]
fn a_subscriber_takes_less_than_100_octets() {
    let mut table = SubscriberTable::new();
    let shared = Arc::new(subscription(1));
    let mut one = subscriber(0);
    one.subscription = shared;
    let mut worst = 0;
    for n in 0..120_000u64 {
        one.imsi = imsi(n);
        table.insert(&one).unwrap();
        if n > 20_000 && n % 64 == 0 {
            worst = worst.max(table.octets() * 100 / table.len());
        }
    }
    assert!(worst < 9000, "{worst} hundredths of an octet each");
    table.clear();
    assert!(table.is_empty() && table.octets() < 20_000);
}

/// The keys of removed and replaced records are overwritten where they stood.
#[test]
fn keys_are_wiped_where_they_stood() {
    let mut table = SubscriberTable::new();
    let mut one = subscriber(1);
    one.authentication.k = K::new_128([0xee; 16]);
    for n in 0..10 {
        one.imsi = imsi(n);
        table.insert(&one).unwrap();
    }
    for n in 0..10 {
        table.remove(imsi(n));
    }
    assert_eq!(table.records.len(), 0);
    assert_eq!(table.records.secrets_left(), 0);
}

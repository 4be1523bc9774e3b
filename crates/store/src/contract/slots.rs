//! Slots, bounds and DIF (design, SQN): compare-and-swap on the epoch.

use super::fixture::{imsi, slot, subscriber};
use super::{Make, call};
use crate::command::{Command, PutMode};
use crate::port::{Bound, Store};
use crate::reply::{Reply, StoreError};
use quintet_subscriber::auc::{ChallengeSecret, Epoch, fence};
use quintet_subscriber::model::Subscriber;

fn takeover(store: &mut dyn Store, n: u8) -> Bound {
    match call(store, Command::Takeover { slot: slot(n) }) {
        Ok(Reply::Bound(bound)) => bound,
        other => panic!("takeover: {other:?}"),
    }
}

fn raise(store: &mut dyn Store, n: u8, epoch: u64, h: i64) -> Result<Reply, StoreError> {
    call(
        store,
        Command::RaiseBound {
            slot: slot(n),
            epoch: Epoch(epoch),
            h,
        },
    )
}

fn set_dif(store: &mut dyn Store, epoch: u64, expected: Option<i64>, dif: i64) -> Result<Reply, StoreError> {
    call(
        store,
        Command::SetDif {
            imsi: imsi(1),
            slot: slot(0),
            epoch: Epoch(epoch),
            expected,
            dif,
        },
    )
}

fn load(store: &mut dyn Store, n: u8) -> (Option<Box<Subscriber>>, Option<Epoch>) {
    match call(
        store,
        Command::Load {
            imsi: imsi(1),
            slot: slot(n),
        },
    ) {
        Ok(Reply::Subscriber { subscriber, epoch }) => (subscriber, epoch),
        other => panic!("load: {other:?}"),
    }
}

fn with_subscriber(make: Make<'_>) -> Box<dyn Store> {
    let mut store = make();
    call(
        &mut *store,
        Command::Put {
            subscribers: vec![subscriber(1)],
            mode: PutMode::Insert,
        },
    )
    .expect("a put");
    store
}

fn fenced(epoch: u64) -> Result<Reply, StoreError> {
    Err(StoreError::Fenced {
        current: Epoch(epoch),
    })
}

/// The first holder has epoch 1 and H 0, the next 2, and so on.
pub fn takeover_starts_at_epoch_one_and_counts(make: Make<'_>) {
    let mut store = make();
    for epoch in 1..5 {
        assert_eq!(
            takeover(&mut *store, 3),
            Bound {
                epoch: Epoch(epoch),
                h: 0
            }
        );
    }
}

/// H outlives the holder.
pub fn takeover_keeps_the_bound(make: Make<'_>) {
    let mut store = make();
    takeover(&mut *store, 0);
    assert_eq!(raise(&mut *store, 0, 1, i64::MAX), Ok(Reply::Done));
    assert_eq!(
        takeover(&mut *store, 0),
        Bound {
            epoch: Epoch(2),
            h: i64::MAX
        }
    );
}

/// What happens to one slot is nothing to the others.
pub fn slots_are_independent(make: Make<'_>) {
    let mut store = make();
    for n in 0..8 {
        takeover(&mut *store, n);
        assert_eq!(raise(&mut *store, n, 1, i64::from(n) + 10), Ok(Reply::Done));
    }
    for n in 0..8 {
        assert_eq!(
            takeover(&mut *store, n),
            Bound {
                epoch: Epoch(2),
                h: i64::from(n) + 10
            }
        );
    }
}

/// Only the holder raises: neither an earlier nor a future epoch, nor anybody where nobody took the slot.
pub fn raise_bound_is_fenced(make: Make<'_>) {
    let mut store = make();
    assert_eq!(raise(&mut *store, 0, 0, 5), fenced(0));
    takeover(&mut *store, 0);
    takeover(&mut *store, 0);
    assert_eq!(raise(&mut *store, 0, 1, 5), fenced(2));
    assert_eq!(raise(&mut *store, 0, 3, 5), fenced(2));
    assert_eq!(
        takeover(&mut *store, 0),
        Bound {
            epoch: Epoch(3),
            h: 0
        }
    );
}

/// A lower H is answered and ignored.
pub fn raise_bound_never_lowers(make: Make<'_>) {
    let mut store = make();
    takeover(&mut *store, 0);
    for h in [50, 20, -1, 50] {
        assert_eq!(raise(&mut *store, 0, 1, h), Ok(Reply::Done));
    }
    assert_eq!(takeover(&mut *store, 0).h, 50);
}

/// DIF is written only over the value the caller knows.
pub fn set_dif_conflicts(make: Make<'_>) {
    let mut store = with_subscriber(make);
    takeover(&mut *store, 0);
    let conflict = |current| Err(StoreError::Conflict { current });
    assert_eq!(set_dif(&mut *store, 1, Some(0), 7), conflict(None));
    assert_eq!(set_dif(&mut *store, 1, None, -7), Ok(Reply::Done));
    assert_eq!(set_dif(&mut *store, 1, None, 8), conflict(Some(-7)));
    assert_eq!(set_dif(&mut *store, 1, Some(8), 9), conflict(Some(-7)));
    assert_eq!(set_dif(&mut *store, 1, Some(-7), i64::MIN), Ok(Reply::Done));
    assert_eq!(
        load(&mut *store, 0).0.and_then(|s| s.authentication.dif),
        Some(i64::MIN)
    );
}

/// A fenced writer learns that before anything else, and writes nothing.
pub fn set_dif_is_fenced_first(make: Make<'_>) {
    let mut store = make();
    assert_eq!(set_dif(&mut *store, 1, None, 7), fenced(0));
    takeover(&mut *store, 0);
    takeover(&mut *store, 0);
    assert_eq!(set_dif(&mut *store, 1, Some(1), 7), fenced(2));
    assert_eq!(
        set_dif(&mut *store, 2, None, 7),
        Err(StoreError::NoSubscriber { imsi: imsi(1) })
    );
    call(
        &mut *store,
        Command::Put {
            subscribers: vec![subscriber(1)],
            mode: PutMode::Insert,
        },
    )
    .expect("a put");
    assert_eq!(set_dif(&mut *store, 1, None, 7), fenced(2));
    assert_eq!(load(&mut *store, 0).0.and_then(|s| s.authentication.dif), None);
}

/// Load answers subscriber and epoch, each as it is or as absent.
pub fn load_tells_the_epoch(make: Make<'_>) {
    let mut store = make();
    assert_eq!(load(&mut *store, 0), (None, None));
    takeover(&mut *store, 0);
    assert_eq!(load(&mut *store, 0), (None, Some(Epoch(1))));
    assert_eq!(load(&mut *store, 1), (None, None));
    call(
        &mut *store,
        Command::Put {
            subscribers: vec![subscriber(1)],
            mode: PutMode::Insert,
        },
    )
    .expect("a put");
    takeover(&mut *store, 0);
    assert_eq!(
        load(&mut *store, 0),
        (Some(Box::new(subscriber(1))), Some(Epoch(2)))
    );
    assert_eq!(load(&mut *store, 7), (Some(Box::new(subscriber(1))), None));
}

/// Many takeovers under way at once: every one wins its own epoch, none is skipped.
pub fn a_takeover_race_has_one_winner_per_epoch(make: Make<'_>) {
    let mut store = make();
    for ticket in 0..40 {
        store.submit(crate::Ticket(ticket), Command::Takeover { slot: slot(0) });
    }
    let mut epochs: Vec<u64> = (0..40)
        .map(|_| match super::wait(&mut *store).1 {
            Ok(Reply::Bound(bound)) => bound.epoch.0,
            other => panic!("takeover: {other:?}"),
        })
        .collect();
    epochs.sort_unstable();
    assert!(epochs.iter().copied().eq(1..=40), "{epochs:?}");
}

/// The first challenge key offered is everybody's.
pub fn the_first_challenge_key_stays(make: Make<'_>) {
    let mut store = make();
    for fresh in [[1; 16], [2; 16]].map(ChallengeSecret::new) {
        let reply = call(&mut *store, Command::ChallengeKey { fresh });
        assert!(
            matches!(&reply, Ok(Reply::ChallengeKey(key)) if key.expose() == &[1; 16]),
            "{reply:?}"
        );
    }
}

/// Whoever held a slot is out, no slot starts below the fence, nobody's bound falls, and each DIF rises by what its card takes.
pub fn a_fence_raises_everything(make: Make<'_>) {
    let mut store = make();
    let mut subscribers: Vec<Subscriber> = (1..=4).map(subscriber).collect();
    subscribers[0].authentication.dif = Some(-5);
    subscribers[1].authentication.dif = None;
    subscribers[2].authentication.dif = Some(7);
    subscribers[2].authentication.sqn_profile.delta_bits = 10;
    subscribers[3].authentication.seq_seed = u64::MAX;
    let put = Command::Put {
        subscribers: subscribers.clone(),
        mode: PutMode::Insert,
    };
    call(&mut *store, put).expect("a put");
    let revision = |store: &mut dyn Store| {
        let since = crate::port::Revision(u64::MAX);
        call(store, Command::Changes { since, limit: 1 })
    };
    let before = revision(&mut *store);
    for n in [0, 3] {
        takeover(&mut *store, n);
    }
    raise(&mut *store, 0, 1, 400).expect("a bound");
    raise(&mut *store, 3, 1, 6_000).expect("a bound");
    assert_eq!(call(&mut *store, Command::Fence { h: 5_000 }), Ok(Reply::Done));
    assert_eq!(raise(&mut *store, 0, 1, 9_000), fenced(2));
    for (n, epoch, h) in [(0, 3, 5_000), (3, 3, 6_000), (7, 2, 5_000)] {
        let expected = Bound {
            epoch: Epoch(epoch),
            h,
        };
        assert_eq!(takeover(&mut *store, n), expected, "slot {n}");
    }
    for expected in &mut subscribers {
        fence(&mut expected.authentication);
        let load = Command::Load {
            imsi: expected.imsi,
            slot: slot(0),
        };
        match call(&mut *store, load) {
            Ok(Reply::Subscriber { subscriber, .. }) => assert_eq!(subscriber.as_deref(), Some(&*expected)),
            other => panic!("load: {other:?}"),
        }
    }
    assert_eq!(revision(&mut *store), before, "it is no provisioning change");
}

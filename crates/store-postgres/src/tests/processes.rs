//! Several stores on one database: what each hears of the others, and that none writes between another's.

use super::support::{options, shared};
use super::{count, put};
use crate::{OpenError, Options, PostgresStore};
use quintet_store::contract::fixture::{imsi, node, slot};
use quintet_store::{Bound, Change, Command, Reply, Revision, StoreError};
use quintet_subscriber::model::ServingNode;
use std::sync::mpsc;
use std::time::Duration;

#[test]
fn another_process_write_is_noticed_and_wakes() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let (sender, receiver) = mpsc::channel();
    let waker = Box::new(move || sender.send(()).unwrap_or_default());
    let store = PostgresStore::open(
        &place.url,
        Options {
            waker,
            ..options(&place.schema)
        },
    )
    .unwrap();
    put(&store, 0..1).unwrap();
    // Whatever was said of the beginning.
    let _ = store.changed();
    put(&store, 1..2).unwrap();
    let tool = place.open();
    tool.execute(Command::SetMme {
        imsi: imsi(1),
        mme: Box::new(node(1)),
        clear_gateways: false,
    })
    .unwrap();
    assert!(
        !store.changed(),
        "neither our own writes nor others' locations are news"
    );
    while receiver.try_recv().is_ok() {}
    put(&tool, 2..3).unwrap();
    receiver
        .recv_timeout(Duration::from_secs(60))
        .expect("the waker was not called");
    assert!(store.changed());
    assert!(!store.changed(), "once");
}

#[test]
fn a_slot_is_served_once() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let (mut first, mut second) = (place.open(), place.open());
    first.lock_for_serving(slot(0)).unwrap();
    let refused = second.lock_for_serving(slot(0)).unwrap_err();
    assert!(
        matches!(&refused, OpenError::InUse { slot: 0, holder } if holder.contains("quintet watch")),
        "{refused}"
    );
    second.lock_for_serving(slot(1)).unwrap();
    drop(first);
    let mut third = place.open();
    for _ in 0..1_200 {
        if third.lock_for_serving(slot(0)).is_ok() {
            return;
        }
        super::support::pause(50);
    }
    panic!("the lock does not end with its holder");
}

/// Holders take the slot from each other all the time. What each may issue, from the H it found to the last one it was
/// told is durable, is nobody else's.
#[test]
fn what_holders_of_a_slot_may_issue_never_overlaps() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    const TAKEOVERS: usize = 60;
    let tenures: Vec<(u64, i64, i64)> = std::thread::scope(|scope| {
        let holders: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let store = place.open();
                    (0..TAKEOVERS).map(|_| tenure(&store)).collect::<Vec<_>>()
                })
            })
            .collect();
        holders
            .into_iter()
            .flat_map(|holder| holder.join().unwrap())
            .collect()
    });
    let mut tenures = tenures;
    tenures.sort_unstable();
    assert_eq!(tenures.len(), 3 * TAKEOVERS);
    for (n, pair) in tenures.windows(2).enumerate() {
        assert_eq!(pair[0].0, n as u64 + 1, "every takeover has an epoch of its own");
        assert!(
            pair[0].2 <= pair[1].1,
            "{:?} was told H {}, {:?} starts below it",
            pair[0],
            pair[0].2,
            pair[1]
        );
    }
    assert!(
        tenures.iter().any(|(_, from, to)| to > from),
        "nobody issued anything"
    );
}

/// Takes the slot, and raises its bound until somebody else has it: epoch, H as it was, H as it was told last.
fn tenure(store: &PostgresStore) -> (u64, i64, i64) {
    let Ok(Reply::Bound(Bound { epoch, h })) = store.execute(Command::Takeover { slot: slot(3) }) else {
        panic!("no slot")
    };
    let mut told = h;
    for step in 1..20 {
        let raise = Command::RaiseBound {
            slot: slot(3),
            epoch,
            h: h + step,
        };
        match store.execute(raise) {
            Ok(Reply::Done) => told = h + step,
            Err(StoreError::Fenced { current }) => {
                assert!(current > epoch);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    (epoch.0, h, told)
}

/// Each registration tells the one before it: in a chain through all processes, none left out, none told twice.
#[test]
fn registrations_of_all_processes_form_one_chain() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    put(&place.open(), 0..1).unwrap();
    let before: Vec<Option<u64>> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let place = &place;
                scope.spawn(move || {
                    let store = place.open();
                    (0..50)
                        .map(|n| registered(&store, 1 + writer * 50 + n))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap())
            .collect()
    });
    let mut seen: Vec<u64> = before.iter().filter_map(|before| *before).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(
        (before.len(), seen.len()),
        (150, 149),
        "each but the last was told once, and one found nothing"
    );
}

fn registered(store: &PostgresStore, since: u64) -> Option<u64> {
    let mme = Box::new(ServingNode { since, ..node(1) });
    let command = Command::SetMme {
        imsi: imsi(0),
        mme,
        clear_gateways: false,
    };
    match store.execute(command) {
        Ok(Reply::Location(before)) => before.map(|location| location.mme.unwrap().since),
        other => panic!("{other:?}"),
    }
}

/// Whoever follows the changes while several write misses none of them.
#[test]
fn changes_of_all_processes_come_in_one_order() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let reader = place.open();
    let mut heard = std::collections::BTreeSet::new();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let place = &place;
                scope.spawn(move || {
                    let store = place.open();
                    for n in 0..40 {
                        put(&store, 1000 * writer + n..1000 * writer + n + 1).unwrap();
                    }
                })
            })
            .collect();
        let mut since = Revision(0);
        loop {
            let done = writers.iter().all(|writer| writer.is_finished());
            let Ok(Reply::Changes { revision, changes }) =
                reader.execute(Command::Changes { since, limit: 7 })
            else {
                panic!("no changes")
            };
            since = revision;
            if changes.is_empty() && done {
                break;
            }
            heard.extend(
                changes
                    .into_iter()
                    .filter(|changed| changed.change == Change::Put)
                    .map(|changed| changed.imsi),
            );
        }
    });
    assert_eq!((heard.len() as u64, count(&reader)), (120, Ok(120)));
}

//! Changes and revisions: how a node follows provisioning.

use super::fixture::{imsi, node, slot, subscriber};
use super::{Make, call};
use crate::command::{Command, PutMode};
use crate::port::{Revision, Store};
use crate::reply::{Change, Changed, Reply};
use quintet_subscriber::auc::Epoch;

fn revision(reply: Reply) -> u64 {
    match reply {
        Reply::Revision(revision) => revision.0,
        other => panic!("no revision: {other:?}"),
    }
}

fn put(store: &mut dyn Store, numbers: &[u64]) -> u64 {
    let subscribers = numbers.iter().copied().map(subscriber).collect();
    revision(
        call(
            store,
            Command::Put {
                subscribers,
                mode: PutMode::Upsert,
            },
        )
        .expect("a put"),
    )
}

fn remove(store: &mut dyn Store, numbers: &[u64]) -> u64 {
    let imsis = numbers.iter().copied().map(imsi).collect();
    revision(call(store, Command::Remove { imsis }).expect("a removal"))
}

fn changes(store: &mut dyn Store, since: u64, limit: usize) -> (u64, Vec<Changed>) {
    match call(
        store,
        Command::Changes {
            since: Revision(since),
            limit,
        },
    ) {
        Ok(Reply::Changes { revision, changes }) => (revision.0, changes),
        other => panic!("changes: {other:?}"),
    }
}

fn added(n: u64) -> Changed {
    Changed {
        imsi: imsi(n),
        change: Change::Put,
    }
}

fn removed(n: u64) -> Changed {
    Changed {
        imsi: imsi(n),
        change: Change::Removed,
    }
}

/// Each IMSI of a command raises the revision by one; the reply tells the last.
pub fn every_put_and_remove_raises_the_revision(make: Make<'_>) {
    let mut store = make();
    assert_eq!(changes(&mut *store, 0, 10), (0, vec![]));
    assert_eq!(put(&mut *store, &[1]), 1);
    assert_eq!(put(&mut *store, &[1, 2, 3]), 4);
    assert_eq!(remove(&mut *store, &[2, 3]), 6);
    assert_eq!(put(&mut *store, &[]), 6);
    assert_eq!(changes(&mut *store, 6, 10), (6, vec![]));
}

/// Whatever happened to an IMSI, it is listed once, at its latest change.
pub fn each_imsi_once_oldest_first(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[1, 2, 3]);
    put(&mut *store, &[1]);
    remove(&mut *store, &[2]);
    assert_eq!(
        changes(&mut *store, 0, 10),
        (5, vec![added(3), added(1), removed(2)])
    );
    assert_eq!(changes(&mut *store, 3, 10), (5, vec![added(1), removed(2)]));
    assert_eq!(changes(&mut *store, 4, 10), (5, vec![removed(2)]));
}

/// What was removed and added again is there.
pub fn removed_and_added_again_is_put(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[1, 2]);
    remove(&mut *store, &[1]);
    assert_eq!(put(&mut *store, &[1]), 4);
    assert_eq!(changes(&mut *store, 0, 10), (4, vec![added(2), added(1)]));
    remove(&mut *store, &[1]);
    assert_eq!(changes(&mut *store, 4, 10), (5, vec![removed(1)]));
}

/// A cut list tells where to go on, and the pages together miss nothing.
pub fn a_limit_cuts_and_goes_on(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &(0..20).collect::<Vec<_>>());
    remove(&mut *store, &[3, 5]);
    let all = changes(&mut *store, 0, 100).1;
    assert_eq!(all.len(), 20);
    for limit in 1..22 {
        let (mut since, mut found) = (0, Vec::new());
        loop {
            let (revision, page) = changes(&mut *store, since, limit);
            assert!(page.len() <= limit);
            if page.is_empty() {
                assert_eq!(revision, 22);
                break;
            }
            assert!(revision > since);
            since = revision;
            found.extend(page);
        }
        assert_eq!(found, all, "limit {limit}");
    }
    assert_eq!(
        changes(&mut *store, 0, 0),
        (0, vec![]),
        "no progress without a limit"
    );
}

/// Asking from beyond the end tells the end.
pub fn the_future_has_no_changes(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[1, 2]);
    assert_eq!(changes(&mut *store, u64::MAX, 10), (2, vec![]));
    assert_eq!(changes(&mut *store, 3, 10), (2, vec![]));
}

/// The revision counts provisioning alone.
pub fn dif_and_location_are_no_changes(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[1]);
    call(&mut *store, Command::Takeover { slot: slot(0) }).expect("a takeover");
    let dif = Command::SetDif {
        imsi: imsi(1),
        slot: slot(0),
        epoch: Epoch(1),
        expected: None,
        dif: 4,
    };
    call(&mut *store, dif).expect("a DIF");
    let mme = Command::SetMme {
        imsi: imsi(1),
        mme: Box::new(node(1)),
        clear_gateways: false,
    };
    call(&mut *store, mme).expect("a location");
    assert_eq!(changes(&mut *store, 0, 10), (1, vec![added(1)]));
}

/// What did not happen is not counted.
pub fn a_failed_command_changes_no_revision(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[1]);
    let subscribers = [2, 3, 1].map(subscriber).to_vec();
    call(
        &mut *store,
        Command::Put {
            subscribers,
            mode: PutMode::Insert,
        },
    )
    .expect_err("exists");
    call(
        &mut *store,
        Command::Remove {
            imsis: vec![imsi(1), imsi(2)],
        },
    )
    .expect_err("is not there");
    assert_eq!(changes(&mut *store, 0, 10), (1, vec![added(1)]));
    assert_eq!(put(&mut *store, &[4]), 2);
}

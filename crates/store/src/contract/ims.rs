//! IMS subscriptions: found by each identity, registrations by version, nothing told is forgotten.

use super::fixture::{ims_subscription, imsi, registrations, subscriber};
use super::{Make, call};
use crate::command::{Command, PutMode};
use crate::ims::{ImsKey, StoredIms};
use crate::port::{Revision, Store};
use crate::reply::{Change, Reply, StoreError};
use quintet_identity::Impu;
use quintet_subscriber::ims::ImsSubscription;
use std::sync::Arc;

/// A store with subscribers 0 to 3.
fn provisioned(make: Make<'_>) -> Box<dyn Store> {
    let mut store = make();
    let put = Command::Put {
        subscribers: (0..4).map(subscriber).collect(),
        mode: PutMode::Insert,
    };
    call(&mut *store, put).expect("an empty store takes them");
    store
}

fn put(
    store: &mut dyn Store,
    subscriptions: impl IntoIterator<Item = ImsSubscription>,
    mode: PutMode,
) -> Result<Reply, StoreError> {
    let subscriptions = subscriptions.into_iter().map(Arc::new).collect();
    call(store, Command::PutIms { subscriptions, mode })
}

fn find(store: &mut dyn Store, key: ImsKey) -> Option<StoredIms> {
    match call(store, Command::LoadIms { key }) {
        Ok(Reply::Ims(found)) => found.map(|found| *found),
        other => panic!("no answer to LoadIms: {other:?}"),
    }
}

fn load(store: &mut dyn Store, n: u64) -> Option<StoredIms> {
    find(store, ImsKey::Imsi(imsi(n)))
}

fn version(store: &mut dyn Store, n: u64) -> u64 {
    load(store, n).expect("stored").version
}

/// Writes what `scscf` told over what is there.
fn register(store: &mut dyn Store, n: u64, scscf: u64, told: bool) -> Result<Reply, StoreError> {
    let expected = version(store, n);
    call(
        store,
        Command::SetRegistrations {
            imsi: imsi(n),
            expected,
            registrations: Box::new(registrations(n, scscf)),
            told,
        },
    )
}

fn shared(variant: u64) -> Impu {
    let identities = &ims_subscription(0, variant).sets[1].identities;
    identities[0].impu.clone()
}

/// By IMSI, by private and by each public identity.
pub fn identities_lead_to_the_subscription(make: Make<'_>) {
    let mut store = provisioned(make);
    let ims = ims_subscription(1, 2);
    assert_eq!(load(&mut *store, 1), None);
    put(&mut *store, [ims.clone()], PutMode::Insert).expect("new");
    let stored = load(&mut *store, 1).expect("stored");
    assert_eq!(stored.subscription.as_deref(), Some(&ims));
    assert!(stored.registrations.is_empty() && stored.told.is_none());
    let mut keys = vec![ImsKey::Private(ims.private[0].impi.clone())];
    let sets = ims.sets.iter();
    keys.extend(sets.flat_map(|set| set.identities.iter().map(|id| ImsKey::Public(id.impu.clone()))));
    assert_eq!(keys.len(), 5);
    for key in keys {
        assert_eq!(find(&mut *store, key.clone()), Some(stored.clone()), "{key:?}");
    }
    let stranger = ims_subscription(2, 1).private[0].impi.clone();
    assert_eq!(find(&mut *store, ImsKey::Private(stranger)), None);
}

/// IMS belongs to a subscriber.
pub fn ims_needs_a_subscriber(make: Make<'_>) {
    let mut store = provisioned(make);
    let refused = StoreError::NoSubscriber { imsi: imsi(9) };
    assert_eq!(
        put(&mut *store, [ims_subscription(9, 1)], PutMode::Upsert),
        Err(refused)
    );
    let none = |n| StoreError::NoIms { imsi: imsi(n) };
    let remove = Command::RemoveIms { imsis: vec![imsi(1)] };
    assert_eq!(call(&mut *store, remove), Err(none(1)));
    let set = Command::SetRegistrations {
        imsi: imsi(1),
        expected: 0,
        registrations: Box::default(),
        told: false,
    };
    assert_eq!(call(&mut *store, set), Err(none(1)));
}

/// Insert, update, upsert.
pub fn modes_of_put_ims(make: Make<'_>) {
    let mut store = provisioned(make);
    let none = StoreError::NoIms { imsi: imsi(1) };
    assert_eq!(
        put(&mut *store, [ims_subscription(1, 1)], PutMode::Update),
        Err(none)
    );
    put(&mut *store, [ims_subscription(1, 1)], PutMode::Insert).expect("new");
    let exists = StoreError::Exists { imsi: imsi(1) };
    assert_eq!(
        put(&mut *store, [ims_subscription(1, 2)], PutMode::Insert),
        Err(exists)
    );
    put(&mut *store, [ims_subscription(1, 2)], PutMode::Update).expect("there");
    put(&mut *store, [ims_subscription(1, 3)], PutMode::Upsert).expect("there");
    let stored = load(&mut *store, 1).expect("stored");
    assert_eq!(stored.subscription.as_deref(), Some(&ims_subscription(1, 3)));
}

/// Neither a private nor a public identity is two subscriptions'.
pub fn an_identity_has_one_subscription(make: Make<'_>) {
    let mut store = provisioned(make);
    put(&mut *store, [ims_subscription(1, 2)], PutMode::Insert).expect("new");
    let taken = |identity: String| {
        Err(StoreError::IdentityTaken {
            identity,
            imsi: imsi(1),
        })
    };
    assert_eq!(
        put(&mut *store, [ims_subscription(2, 2)], PutMode::Upsert),
        taken(shared(2).to_string())
    );
    let mut thief = ims_subscription(2, 1);
    thief.private[0].impi = ims_subscription(1, 1).private[0].impi.clone();
    let identity = thief.private[0].impi.to_string();
    assert_eq!(put(&mut *store, [thief], PutMode::Upsert), taken(identity));
    assert_eq!(load(&mut *store, 2), None);
    let public = ims_subscription(2, 1).sets[0].identities[0].impu.clone();
    assert_eq!(
        find(&mut *store, ImsKey::Public(public)),
        None,
        "nothing of it happened"
    );
}

/// One that fails takes the others with it.
pub fn a_put_ims_is_all_or_none(make: Make<'_>) {
    let mut store = provisioned(make);
    put(&mut *store, [ims_subscription(1, 2)], PutMode::Insert).expect("new");
    let before = load(&mut *store, 1);
    let several = [
        ims_subscription(1, 1),
        ims_subscription(0, 1),
        ims_subscription(9, 1),
    ];
    let refused = StoreError::NoSubscriber { imsi: imsi(9) };
    assert_eq!(put(&mut *store, several, PutMode::Upsert), Err(refused));
    assert_eq!(load(&mut *store, 1), before);
    assert_eq!(load(&mut *store, 0), None);
    let found = find(&mut *store, ImsKey::Public(shared(2)));
    assert_eq!(found, before, "identities lead where they led");
}

/// What a subscription gave up another may have, in the same command.
pub fn identities_that_went_are_free(make: Make<'_>) {
    let mut store = provisioned(make);
    put(&mut *store, [ims_subscription(1, 2)], PutMode::Insert).expect("new");
    let both = [ims_subscription(1, 1), ims_subscription(2, 2)];
    put(&mut *store, both, PutMode::Upsert).expect("it is free by then");
    let found = find(&mut *store, ImsKey::Public(shared(2))).expect("stored");
    assert_eq!(found.imsi, imsi(2));
    let remove = Command::RemoveIms { imsis: vec![imsi(2)] };
    call(&mut *store, remove).expect("there");
    assert_eq!(find(&mut *store, ImsKey::Public(shared(2))), None);
    put(&mut *store, [ims_subscription(3, 2)], PutMode::Insert).expect("free again");
}

/// Whoever decided on what is no more is refused.
pub fn registrations_are_written_by_version(make: Make<'_>) {
    let mut store = provisioned(make);
    put(&mut *store, [ims_subscription(1, 1)], PutMode::Insert).expect("new");
    let first = version(&mut *store, 1);
    assert_eq!(register(&mut *store, 1, 1, false), Ok(Reply::Done));
    let stored = load(&mut *store, 1).expect("stored");
    assert_eq!(
        (stored.version, &stored.registrations),
        (first + 1, &registrations(1, 1))
    );
    let late = Command::SetRegistrations {
        imsi: imsi(1),
        expected: first,
        registrations: Box::new(registrations(1, 2)),
        told: false,
    };
    let stale = StoreError::Stale { version: first + 1 };
    assert_eq!(call(&mut *store, late), Err(stale));
    assert_eq!(load(&mut *store, 1), Some(stored));
    assert_eq!(register(&mut *store, 1, 0, false), Ok(Reply::Done));
    assert!(load(&mut *store, 1).expect("stored").registrations.is_empty());
}

/// Provisioning makes versions stale too, and one that was removed does not come back under an old one.
pub fn versions_never_come_again(make: Make<'_>) {
    let mut store = provisioned(make);
    let mut seen = Vec::new();
    for round in 0..3 {
        put(&mut *store, [ims_subscription(1, 1)], PutMode::Insert).expect("new");
        seen.push(version(&mut *store, 1));
        register(&mut *store, 1, 1 + round, false).expect("ours");
        seen.push(version(&mut *store, 1));
        put(&mut *store, [ims_subscription(1, 3)], PutMode::Update).expect("there");
        seen.push(version(&mut *store, 1));
        register(&mut *store, 1, 0, true).expect("ours");
        let remove = Command::RemoveIms { imsis: vec![imsi(1)] };
        call(&mut *store, remove).expect("there");
        assert_eq!(load(&mut *store, 1), None);
    }
    assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
}

/// Who is registered stays so while his data change.
pub fn provisioning_keeps_registrations(make: Make<'_>) {
    let mut store = provisioned(make);
    put(&mut *store, [ims_subscription(1, 1)], PutMode::Insert).expect("new");
    register(&mut *store, 1, 1, false).expect("ours");
    put(&mut *store, [ims_subscription(1, 2)], PutMode::Upsert).expect("there");
    let stored = load(&mut *store, 1).expect("stored");
    assert_eq!(stored.registrations, registrations(1, 1));
}

/// Several changes, and S-CSCFs know what was before the first.
pub fn what_was_told_is_remembered(make: Make<'_>) {
    let mut store = provisioned(make);
    put(&mut *store, [ims_subscription(1, 1)], PutMode::Insert).expect("new");
    put(&mut *store, [ims_subscription(1, 3)], PutMode::Update).expect("there");
    assert_eq!(
        load(&mut *store, 1).expect("stored").told,
        None,
        "nobody knows anything"
    );
    register(&mut *store, 1, 1, false).expect("ours");
    put(&mut *store, [ims_subscription(1, 3)], PutMode::Update).expect("there");
    assert_eq!(
        load(&mut *store, 1).expect("stored").told,
        None,
        "nothing changed"
    );
    for variant in [2, 5] {
        put(&mut *store, [ims_subscription(1, variant)], PutMode::Update).expect("there");
        let told = load(&mut *store, 1).expect("stored").told;
        assert_eq!(told.as_deref(), Some(&ims_subscription(1, 3)));
    }
    register(&mut *store, 1, 2, false).expect("ours");
    assert!(load(&mut *store, 1).expect("stored").told.is_some());
    register(&mut *store, 1, 2, true).expect("ours");
    assert_eq!(load(&mut *store, 1).expect("stored").told, None);
}

/// Whoever tells the S-CSCF of the removal still finds it, by IMSI; nobody else does.
pub fn a_removed_ims_leaves_its_registrations(make: Make<'_>) {
    let mut store = provisioned(make);
    let ims = ims_subscription(1, 1);
    put(&mut *store, [ims.clone()], PutMode::Insert).expect("new");
    register(&mut *store, 1, 1, false).expect("ours");
    let remove = Command::RemoveIms { imsis: vec![imsi(1)] };
    call(&mut *store, remove.clone()).expect("there");
    assert_eq!(
        call(&mut *store, remove),
        Err(StoreError::NoIms { imsi: imsi(1) })
    );
    let stored = load(&mut *store, 1).expect("stored");
    assert_eq!(
        (&stored.subscription, stored.told.as_deref()),
        (&None, Some(&ims))
    );
    assert_eq!(stored.registrations, registrations(1, 1));
    let impi = ims.private[0].impi.clone();
    assert_eq!(find(&mut *store, ImsKey::Private(impi)), None);
    register(&mut *store, 1, 0, true).expect("ours");
    assert_eq!(load(&mut *store, 1), None);
}

/// The same when the subscriber goes.
pub fn a_removed_subscriber_leaves_them_too(make: Make<'_>) {
    let mut store = provisioned(make);
    for n in [1, 2] {
        put(&mut *store, [ims_subscription(n, 1)], PutMode::Insert).expect("new");
    }
    register(&mut *store, 1, 1, false).expect("ours");
    let imsis = vec![imsi(1), imsi(2)];
    call(&mut *store, Command::Remove { imsis }).expect("there");
    let stored = load(&mut *store, 1).expect("stored");
    assert_eq!(stored.told.as_deref(), Some(&ims_subscription(1, 1)));
    assert_eq!(load(&mut *store, 2), None);
}

/// In order of IMSI, from where it stopped.
pub fn scan_ims_pages_in_order(make: Make<'_>) {
    let mut store = provisioned(make);
    for n in [3, 0, 2] {
        put(&mut *store, [ims_subscription(n, 1)], PutMode::Insert).expect("new");
    }
    let mut page = |after, limit| match call(&mut *store, Command::ScanIms { after, limit }) {
        Ok(Reply::ImsRun(run)) => run.into_iter().map(|stored| stored.imsi).collect::<Vec<_>>(),
        other => panic!("no run: {other:?}"),
    };
    assert_eq!(page(None, 2), [imsi(0), imsi(2)]);
    assert_eq!(page(Some(imsi(2)), 2), [imsi(3)]);
    assert_eq!(page(Some(imsi(3)), 2), []);
    assert_eq!(page(None, 0), []);
}

/// Front ends hear of it; of registrations they do not.
pub fn provisioning_ims_is_a_change(make: Make<'_>) {
    let mut store = provisioned(make);
    let revision = |reply| match reply {
        Ok(Reply::Revision(revision)) => revision,
        other => panic!("no revision: {other:?}"),
    };
    let first = revision(put(&mut *store, [ims_subscription(1, 1)], PutMode::Insert));
    assert_eq!(first, Revision(5));
    register(&mut *store, 1, 1, false).expect("ours");
    let remove = Command::RemoveIms { imsis: vec![imsi(1)] };
    assert_eq!(revision(call(&mut *store, remove)), Revision(6));
    let since = Command::Changes {
        since: Revision(4),
        limit: 9,
    };
    let Ok(Reply::Changes { changes, revision }) = call(&mut *store, since) else {
        panic!("no changes");
    };
    assert_eq!(revision, Revision(6));
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].imsi, changes[0].change), (imsi(1), Change::Put));
}

/// Nothing of either half is lost on the way.
pub fn every_field_of_ims_survives(make: Make<'_>) {
    let mut store = provisioned(make);
    let mut ims = ims_subscription(1, 2);
    ims.authorized = false;
    ims.loose_route = Some(true);
    ims.sets[1].identities[0].display_name = Some("Alice \"A\" Ärmel".to_owned());
    put(&mut *store, [ims.clone()], PutMode::Insert).expect("new");
    let mut left = registrations(1, 1);
    left.previous.clone_from(&left.server);
    left.reassignment_pending = true;
    left.sets[0].pending = left.sets[0].registered.clone();
    left.sets.push(quintet_subscriber::ims::SetRegistration {
        id: 1,
        unregistered: true,
        ..Default::default()
    });
    let set = Command::SetRegistrations {
        imsi: imsi(1),
        expected: version(&mut *store, 1),
        registrations: Box::new(left.clone()),
        told: false,
    };
    call(&mut *store, set).expect("ours");
    let stored = load(&mut *store, 1).expect("stored");
    assert_eq!(
        (stored.subscription.as_deref(), stored.registrations),
        (Some(&ims), left)
    );
}

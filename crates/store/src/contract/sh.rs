//! What application servers keep, and how front ends follow it.

use super::fixture::{ims_subscription, imsi, node, registrations, subscriber};
use super::{Make, call};
use crate::command::{Command, PutMode};
use crate::port::{Revision, Store};
use crate::reply::{Reply, StoreError};
use crate::sh::{ShCommand, ShKey, ShReply};
use quintet_subscriber::sh::{ApplicationServer, RepositoryEntry, ShRecord, ShSubscription, ShUser, Subject};
use std::sync::Arc;

fn ask(store: &mut dyn Store, command: ShCommand) -> Result<ShReply, StoreError> {
    match call(store, Command::Sh(command))? {
        Reply::Sh(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

fn load(store: &mut dyn Store, key: ShKey) -> Option<ShUser> {
    match ask(store, ShCommand::Load { key }) {
        Ok(ShReply::User(user)) => user.map(|user| *user),
        other => panic!("{other:?}"),
    }
}

fn set(store: &mut dyn Store, n: u64, expected: u64, record: &ShRecord) -> Result<u64, StoreError> {
    let record = Box::new(record.clone());
    let imsi = imsi(n);
    match ask(
        store,
        ShCommand::Set {
            imsi,
            expected,
            record,
        },
    )? {
        ShReply::Version(version) => Ok(version),
        other => panic!("{other:?}"),
    }
}

fn changes(store: &mut dyn Store, since: u64, limit: usize) -> (u64, Vec<(u64, usize)>) {
    let since = Revision(since);
    match ask(store, ShCommand::Changes { since, limit }) {
        Ok(ShReply::Changes { revision, changed }) => {
            let number = |(of, subscriptions): (_, Vec<ShSubscription>)| {
                let n = (0..100)
                    .find(|n| imsi(*n) == of)
                    .expect("a subscriber of the test");
                (n, subscriptions.len())
            };
            (revision.0, changed.into_iter().map(number).collect())
        }
        other => panic!("{other:?}"),
    }
}

/// A record with repository data and so many subscriptions.
fn record(n: u64, subscriptions: u32) -> ShRecord {
    let impu = ims_subscription(n, 1).sets[0].identities[0].impu.clone();
    let entry = |data: Option<&str>, of: &str| RepositoryEntry {
        impu: impu.clone(),
        service_indication: of.to_owned(),
        sequence_number: 65_535,
        data: data.map(str::to_owned),
    };
    let subscription = |data: u32| ShSubscription {
        server: ApplicationServer {
            host: format!("as{data}.example.org"),
            realm: "example.org".to_owned(),
        },
        subject: match data % 2 {
            0 => Subject::Public(impu.clone()),
            _ => Subject::Number("49301".parse().expect("digits")),
        },
        data,
        service_indication: (data == 0).then(|| "mmtel & more".to_owned()),
        server_name: (data == 1).then(|| "sip:as.example.org".to_owned()),
        identity_set: (data == 2).then_some(1),
        expires: (data == 2).then_some(u64::from(u32::MAX)),
        together: data == 2,
        told: u64::MAX - u64::from(data),
    };
    ShRecord {
        repository: vec![entry(Some("<a b=\"c\">ü</a>"), "one"), entry(None, "two")],
        subscriptions: (0..subscriptions).map(subscription).collect(),
    }
}

fn provision(store: &mut dyn Store, numbers: &[u64]) {
    let subscribers = numbers.iter().copied().map(subscriber).collect();
    let mode = PutMode::Insert;
    call(store, Command::Put { subscribers, mode }).expect("subscribers");
    let subscriptions = numbers
        .iter()
        .map(|n| Arc::new(ims_subscription(*n, 1)))
        .collect();
    call(store, Command::PutIms { subscriptions, mode }).expect("IMS subscriptions");
}

/// By whatever a user is found, all there is comes with it.
pub fn an_sh_user_is_found_by_each_key(make: Make<'_>) {
    let store = &mut *make();
    provision(store, &[1, 2]);
    let mme = Box::new(node(1));
    let command = Command::SetMme {
        imsi: imsi(1),
        mme,
        clear_gateways: false,
    };
    call(store, command).expect("a location");
    let version = set(store, 1, 0, &record(1, 3)).expect("a record");
    let user = load(store, ShKey::Imsi(imsi(1))).expect("a user");
    assert_eq!(user.version, version);
    assert_eq!(user.record, record(1, 3), "every field survives");
    assert_eq!(user.msisdn, subscriber(1).msisdn);
    assert_eq!(user.location.as_ref().and_then(|l| l.mme.clone()), Some(node(1)));
    let ims = user.ims.as_ref().expect("an IMS subscription");
    assert_eq!(*ims.subscription, ims_subscription(1, 1));
    for identity in &ims.subscription.sets[0].identities {
        let found = load(store, ShKey::Public(identity.impu.clone()));
        assert_eq!(found.as_ref(), Some(&user), "{}", identity.impu);
    }
    let number = user.msisdn.expect("a number");
    assert_eq!(load(store, ShKey::Number(number)), Some(user));
    for unknown in [
        ShKey::Imsi(imsi(9)),
        ShKey::Public("sip:nobody@example.org".parse().expect("a URI")),
        ShKey::Number("1".parse().expect("digits")),
    ] {
        assert_eq!(load(store, unknown), None);
    }
    let other = load(store, ShKey::Imsi(imsi(2))).expect("a user");
    assert_eq!(
        (other.version, other.record, other.location),
        (0, ShRecord::default(), None)
    );
}

/// A number that is nobody's may be that of an identity.
pub fn a_number_may_be_an_identitys(make: Make<'_>) {
    let store = &mut *make();
    provision(store, &[1]);
    let mut without = subscriber(1);
    let number = without.msisdn.take().expect("a number");
    let command = Command::Put {
        subscribers: vec![without],
        mode: PutMode::Update,
    };
    call(store, command).expect("a subscriber");
    let found = load(store, ShKey::Number(number)).expect("a user");
    assert_eq!((found.imsi, found.msisdn), (imsi(1), None));
}

/// Who decides on an old record is refused; a version never comes again.
pub fn sh_records_are_written_by_version(make: Make<'_>) {
    let store = &mut *make();
    let missing = StoreError::NoSubscriber { imsi: imsi(1) };
    assert_eq!(set(store, 1, 0, &record(1, 1)), Err(missing));
    provision(store, &[1]);
    let first = set(store, 1, 0, &record(1, 1)).expect("a record");
    assert_eq!(
        set(store, 1, 0, &record(1, 2)),
        Err(StoreError::Stale { version: first })
    );
    let second = set(store, 1, first, &ShRecord::default()).expect("nothing is a record too");
    assert!(second > first);
    let third = set(store, 1, second, &record(1, 1)).expect("a record");
    assert!(third > second);
    assert_eq!(
        load(store, ShKey::Imsi(imsi(1))).map(|user| user.version),
        Some(third)
    );
}

/// Each record once, at its last change, and pages miss nothing.
pub fn sh_changes_page_in_order(make: Make<'_>) {
    let store = &mut *make();
    assert_eq!(changes(store, 0, 10), (0, vec![]));
    let numbers: Vec<u64> = (1..=6).collect();
    provision(store, &numbers);
    let versions: Vec<u64> = numbers
        .iter()
        .map(|n| set(store, *n, 0, &record(*n, *n as u32)).expect("a record"))
        .collect();
    let last = set(store, 2, versions[1], &record(2, 0)).expect("a record");
    let expected = vec![(1, 1), (3, 3), (4, 4), (5, 5), (6, 6), (2, 0)];
    for limit in 1..8 {
        let (mut since, mut all) = (0, Vec::new());
        loop {
            let (revision, page) = changes(store, since, limit);
            assert!(page.len() <= limit);
            if page.is_empty() {
                assert_eq!(revision, last);
                break;
            }
            since = revision;
            all.extend(page);
        }
        assert_eq!(all, expected, "limit {limit}");
    }
    assert_eq!(changes(store, u64::MAX >> 1, 10), (last, vec![]), "the future");
    // Neither provisioning nor registrations are changes of it.
    let version = load(store, ShKey::Imsi(imsi(1)))
        .and_then(|user| user.ims)
        .map_or(0, |ims| ims.version);
    let command = Command::SetRegistrations {
        imsi: imsi(1),
        expected: version,
        registrations: Box::new(registrations(1, 1)),
        told: false,
    };
    call(store, command).expect("registrations");
    assert_eq!(changes(store, last, 10), (last, vec![]));
}

/// With the IMS subscription, or the subscriber, goes what was kept for application servers, also if it comes again.
pub fn a_removed_ims_takes_its_sh_record(make: Make<'_>) {
    let store = &mut *make();
    provision(store, &[1, 2]);
    for n in [1, 2] {
        set(store, n, 0, &record(n, 1)).expect("a record");
    }
    let imsis = vec![imsi(1)];
    call(store, Command::RemoveIms { imsis }).expect("a removal");
    let left = load(store, ShKey::Imsi(imsi(1))).expect("the subscriber");
    assert_eq!(
        (left.ims, left.record, left.version),
        (None, ShRecord::default(), 0)
    );
    let imsis = vec![imsi(2)];
    call(store, Command::Remove { imsis }).expect("a removal");
    assert_eq!(load(store, ShKey::Imsi(imsi(2))), None);
    let command = Command::Put {
        subscribers: vec![subscriber(2)],
        mode: PutMode::Insert,
    };
    call(store, command).expect("a subscriber");
    let again = load(store, ShKey::Imsi(imsi(2))).expect("the subscriber");
    assert_eq!(again.record, ShRecord::default());
    assert_eq!(changes(store, 0, 10), (2, vec![]));
}

//! Other keys are taken while a store is used, and a database that came out of a copy is fenced.

use super::support::{options, shared};
use super::{count, is_there, put};
use crate::{OpenError, Options, PostgresStore, Progress, fence, key_status, rewrap, rotate_data_key};
use quintet_store::contract::fixture::{imsi, slot, subscriber};
use quintet_store::{Bound, Command, PutMode, Reply};
use quintet_subscriber::auc::{ChallengeSecret, Epoch};
use quintet_vault::{Fingerprint, Master, MasterKey, Masters, NoMaster, Secret};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Two master keys: the one of `options`, and a new one.
struct Both(MasterKey, MasterKey);

impl Masters for Both {
    fn named(&self, wanted: Fingerprint) -> Result<Arc<dyn Master>, NoMaster> {
        self.0.named(wanted).or_else(|_| self.1.named(wanted))
    }

    fn for_new(&self) -> Result<Arc<dyn Master>, NoMaster> {
        self.1.for_new()
    }
}

fn master(seed: u8) -> MasterKey {
    MasterKey::new(Secret::new(std::array::from_fn(|at| (at as u8 + 1) ^ seed))).unwrap()
}

fn with(masters: Arc<dyn Masters>, schema: &str) -> Options {
    Options {
        masters,
        ..options(schema)
    }
}

#[test]
fn other_keys_are_taken_while_others_read_and_write() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let both: Arc<dyn Masters> = Arc::new(Both(master(0), master(0x33)));
    let open = || PostgresStore::open(&place.url, with(both.clone(), &place.schema)).unwrap();
    let (store, other) = (open(), open());
    put(&store, 0..2_500).unwrap();
    let fresh = ChallengeSecret::new([7; 16]);
    let challenge = store.execute(Command::ChallengeKey { fresh }).unwrap();
    let quiet: Progress = Arc::new(|_, _, _| {});
    let keyed = with(both.clone(), &place.schema);
    let done = AtomicBool::new(false);
    let (rotated, written) = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut next = 10_000;
            while !done.load(Ordering::Acquire) {
                put(&other, next..next + 1).unwrap();
                let changed = Command::Put {
                    subscribers: vec![subscriber(next - 10_000)],
                    mode: PutMode::Update,
                };
                other.execute(changed).unwrap();
                assert!(is_there(&store, next) && is_there(&store, next - 10_000));
                next += 1;
            }
            next - 10_000
        });
        let rotated = rotate_data_key(&place.url, &keyed, &quiet);
        done.store(true, Ordering::Release);
        (rotated, writing.join().unwrap())
    });
    let rotated = rotated.unwrap();
    assert_eq!(
        (rotated.number.value(), rotated.resumed, rotated.removed),
        (2, false, 1)
    );
    assert!(written > 0);
    let status = key_status(&place.url, &keyed).unwrap();
    assert_eq!(status.data_keys.len(), 1);
    assert_eq!(status.data_keys[0].subscribers, 2_500 + written);
    assert_eq!(
        store.execute(Command::ChallengeKey {
            fresh: ChallengeSecret::new([9; 16])
        }),
        Ok(challenge)
    );

    // The new master key alone opens it afterwards.
    let rewrapped = rewrap(&place.url, &keyed, &master(0x33)).unwrap();
    assert_eq!(rewrapped.data_keys, 1);
    assert!(is_there(&store, 3), "who has it open goes on");
    drop((store, other));
    let former = PostgresStore::open(&place.url, options(&place.schema)).unwrap_err();
    assert!(matches!(former, OpenError::NoMaster { .. }), "{former}");
    let new = with(Arc::new(master(0x33)), &place.schema);
    let store = PostgresStore::open(&place.url, new).unwrap();
    assert_eq!(count(&store), Ok(2_500 + written));
    assert!(is_there(&store, 2_499));
}

#[test]
fn a_rotation_ends_although_others_add_behind_it() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = place.open();
    put(&store, 0..1_500).unwrap();
    let told = AtomicU64::new(0);
    let adding: Progress = Arc::new(move |_, _, _| {
        let n = told.fetch_add(1, Ordering::Relaxed);
        assert!(n < 5, "it goes on although what it has to seal is sealed");
        put(&store, 2_000 + n..2_001 + n).unwrap();
    });
    let keyed = options(&place.schema);
    let rotated = rotate_data_key(&place.url, &keyed, &adding).unwrap();
    assert_eq!((rotated.sealed, rotated.removed), (1_500, 1));
    // One was added behind the first run, and one behind the second, the last.
    let status = key_status(&place.url, &keyed).unwrap();
    assert_eq!(status.data_keys[0].subscribers, 1_502);
}

#[test]
fn a_rotation_that_was_interrupted_goes_on() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let store = place.open();
    put(&store, 0..30).unwrap();
    let keyed = options(&place.schema);
    let quiet: Progress = Arc::new(|_, _, _| {});
    rotate_data_key(&place.url, &keyed, &quiet).unwrap();
    // One row is damaged: the old key stays, and the next rotation takes up where this one ended.
    let intact = cluster.psql(
        &place,
        "SELECT encode(keys, 'hex') FROM subscriber ORDER BY imsi LIMIT 1",
    );
    let first = "UPDATE subscriber SET keys = decode";
    let which = "WHERE imsi = (SELECT min(imsi) FROM subscriber)";
    let damaged = format!("{}00", &intact[..intact.len() - 2]);
    cluster.psql(&place, &format!("{first}('{damaged}', 'hex') {which}"));
    let refused = rotate_data_key(&place.url, &keyed, &quiet)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("1 rows are not sealed under data key 3"),
        "{refused}"
    );
    assert_eq!(key_status(&place.url, &keyed).unwrap().data_keys.len(), 2);
    cluster.psql(&place, &format!("{first}('{intact}', 'hex') {which}"));
    let rotated = rotate_data_key(&place.url, &keyed, &quiet).unwrap();
    assert_eq!(
        (rotated.number.value(), rotated.resumed, rotated.sealed),
        (3, true, 1)
    );
    assert!((0..30).all(|n| is_there(&store, n)));
}

#[test]
fn a_database_that_nobody_serves_is_fenced() {
    let Some(cluster) = shared() else { return };
    let place = cluster.place();
    let mut store = place.open();
    put(&store, 0..1).unwrap();
    let mut known = subscriber(1);
    known.authentication.dif = Some(-70);
    let known = Command::Put {
        subscribers: vec![known],
        mode: PutMode::Insert,
    };
    store.execute(known).unwrap();
    let dif = |store: &PostgresStore| match store.execute(Command::Load {
        imsi: imsi(1),
        slot: slot(0),
    }) {
        Ok(Reply::Subscriber {
            subscriber: Some(subscriber),
            ..
        }) => subscriber.authentication.dif,
        other => panic!("{other:?}"),
    };
    let before = dif(&store);
    let keyed = options(&place.schema);
    store.lock_for_serving(slot(4)).unwrap();
    let served = fence(&place.url, &keyed, 5_000).unwrap_err();
    assert!(matches!(served, OpenError::InUse { slot: 4, .. }), "{served}");
    assert_eq!(dif(&store), before);
    drop(store);
    fence(&place.url, &keyed, 5_000).unwrap();
    let store = place.open();
    let bound = Bound {
        epoch: Epoch(2),
        h: 5_000,
    };
    assert_eq!(
        store.execute(Command::Takeover { slot: slot(6) }),
        Ok(Reply::Bound(bound))
    );
    let margin = quintet_subscriber::auc::seq_margin(subscriber(1).authentication.sqn_profile);
    assert_eq!(dif(&store), before.map(|dif| dif + margin));
}

//! Put, Remove, Load, Scan, Count.

use super::fixture::{imsi, slot, subscriber, subscription};
use super::{Make, call};
use crate::command::{Command, PutMode};
use crate::port::Store;
use crate::reply::{Reply, StoreError};
use quintet_crypto::{Amf, K, Opc, Topc, TuakSizes};
use quintet_identity::Imsi;
use quintet_subscriber::model::{Algorithm, Roaming, Subscriber, SubscriberStatus};
use std::sync::Arc;

fn put(store: &mut dyn Store, subscribers: &[Subscriber], mode: PutMode) -> Result<Reply, StoreError> {
    call(
        store,
        Command::Put {
            subscribers: subscribers.to_vec(),
            mode,
        },
    )
}

fn load(store: &mut dyn Store, imsi: Imsi) -> Option<Subscriber> {
    match call(store, Command::Load { imsi, slot: slot(0) }) {
        Ok(Reply::Subscriber { subscriber, .. }) => subscriber.map(|s| *s),
        other => panic!("load: {other:?}"),
    }
}

fn scan(store: &mut dyn Store, after: Option<Imsi>, limit: usize) -> Vec<Subscriber> {
    match call(store, Command::Scan { after, limit }) {
        Ok(Reply::Subscribers(found)) => found,
        other => panic!("scan: {other:?}"),
    }
}

fn count(store: &mut dyn Store) -> u64 {
    match call(store, Command::Count) {
        Ok(Reply::Count(count)) => count,
        other => panic!("count: {other:?}"),
    }
}

/// If one of a batch fails, none is stored.
pub fn a_put_is_all_or_none(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[subscriber(5)], PutMode::Insert).expect("a put");
    let batch: Vec<_> = (0..10).map(subscriber).collect();
    assert_eq!(
        put(&mut *store, &batch, PutMode::Insert),
        Err(StoreError::Exists { imsi: imsi(5) })
    );
    assert_eq!(count(&mut *store), 1);
    let mut changed: Vec<_> = [5, 6].map(subscriber).to_vec();
    changed[0].authentication.amf = Amf([0, 1]);
    assert_eq!(
        put(&mut *store, &changed, PutMode::Update),
        Err(StoreError::NoSubscriber { imsi: imsi(6) })
    );
    assert_eq!(load(&mut *store, imsi(5)), Some(subscriber(5)));
}

/// If one of a batch is not there, none is removed.
pub fn a_remove_is_all_or_none(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[1, 2].map(subscriber), PutMode::Insert).expect("a put");
    let remove = |imsis: &[u64]| Command::Remove {
        imsis: imsis.iter().copied().map(imsi).collect(),
    };
    assert_eq!(
        call(&mut *store, remove(&[1, 3, 2])),
        Err(StoreError::NoSubscriber { imsi: imsi(3) })
    );
    assert_eq!(
        call(&mut *store, remove(&[1, 1])),
        Err(StoreError::NoSubscriber { imsi: imsi(1) })
    );
    assert_eq!(count(&mut *store), 2);
}

/// Insert never overwrites.
pub fn insert_refuses_what_is_there(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[subscriber(1)], PutMode::Insert).expect("a put");
    let other = Subscriber {
        msisdn: None,
        ..subscriber(1)
    };
    assert_eq!(
        put(&mut *store, &[other], PutMode::Insert),
        Err(StoreError::Exists { imsi: imsi(1) })
    );
    assert_eq!(load(&mut *store, imsi(1)), Some(subscriber(1)));
}

/// Update never creates.
pub fn update_refuses_what_is_not(make: Make<'_>) {
    let mut store = make();
    let reply = put(&mut *store, &[subscriber(1)], PutMode::Update);
    assert_eq!(reply, Err(StoreError::NoSubscriber { imsi: imsi(1) }));
    assert_eq!(load(&mut *store, imsi(1)), None);
}

/// The USIM is the same, so its sequence numbers go on, whatever the caller says of them.
pub fn update_keeps_dif_and_seed(make: Make<'_>) {
    for (n, mode) in [(1, PutMode::Update), (4, PutMode::Upsert), (6, PutMode::Update)] {
        let mut store = make();
        let mut old = subscriber(n);
        old.authentication.dif = Some(-1234);
        put(&mut *store, &[old.clone()], PutMode::Insert).expect("a put");
        let mut new = old.clone();
        new.authentication.dif = Some(99);
        new.authentication.seq_seed = 77;
        new.authentication.amf = Amf([1, 2]);
        new.authentication.sqn_profile.delta_bits += 1;
        new.msisdn = Some("111".parse().expect("digits"));
        new.subscription = Arc::new(subscription(17));
        put(&mut *store, &[new.clone()], mode).expect("an update");
        new.authentication.dif = old.authentication.dif;
        new.authentication.seq_seed = old.authentication.seq_seed;
        assert_eq!(load(&mut *store, imsi(n)), Some(new));
    }
}

/// Another K, OPc, TOPc, algorithm or number of IND bits is another USIM: the caller's DIF and seed count. Other TUAK
/// lengths are not.
pub fn other_secrets_take_the_given_dif(make: Make<'_>) {
    type Edit = fn(&mut Subscriber);
    let edits: [(u64, bool, Edit); 7] = [
        (1, true, |s| s.authentication.sqn_profile.ind_bits ^= 1),
        (1, true, |s| s.authentication.k = K::new_128([9; 16])),
        (1, true, |s| {
            s.authentication.algorithm = Algorithm::Milenage {
                opc: Opc::new([9; 16]),
            }
        }),
        (1, true, |s| s.authentication.algorithm = Algorithm::Xor),
        (4, true, |s| {
            s.authentication.algorithm = Algorithm::Tuak {
                topc: Topc::new([9; 32]),
                sizes: TuakSizes::default(),
            };
        }),
        (9, true, |s| s.authentication.k = K::new_256([9; 32])),
        (4, false, |s| {
            if let Algorithm::Tuak { sizes, .. } = &mut s.authentication.algorithm {
                *sizes = TuakSizes::default();
            }
        }),
    ];
    for (case, (n, taken, edit)) in edits.into_iter().enumerate() {
        let mut store = make();
        let mut old = subscriber(n);
        old.authentication.dif = Some(5);
        put(&mut *store, &[old], PutMode::Insert).expect("a put");
        let mut new = subscriber(n);
        new.authentication.seq_seed = 77;
        edit(&mut new);
        put(&mut *store, &[new.clone()], PutMode::Update).expect("an update");
        if !taken {
            new.authentication.dif = Some(5);
            new.authentication.seq_seed = subscriber(n).authentication.seq_seed;
        }
        assert_eq!(load(&mut *store, imsi(n)), Some(new), "case {case}");
    }
}

/// Upsert creates what is missing and updates what is there.
pub fn upsert_does_either(make: Make<'_>) {
    let mut store = make();
    put(&mut *store, &[subscriber(1)], PutMode::Insert).expect("a put");
    let changed = Subscriber {
        msisdn: None,
        ..subscriber(1)
    };
    put(&mut *store, &[changed.clone(), subscriber(2)], PutMode::Upsert).expect("an upsert");
    assert_eq!(load(&mut *store, imsi(1)), Some(changed));
    assert_eq!(load(&mut *store, imsi(2)), Some(subscriber(2)));
}

/// Every field of a subscriber comes back as it was, for every algorithm and at the ends of its range.
pub fn everything_survives_the_way(make: Make<'_>) {
    let mut store = make();
    let mut all: Vec<_> = (0..80).map(subscriber).collect();
    all[0].authentication.dif = Some(i64::MIN);
    all[1].authentication.dif = Some(i64::MAX);
    all[2].authentication.seq_seed = u64::MAX;
    all[3].imsi = "001010".parse().expect("6 digits");
    all[4].msisdn = Some("0".parse().expect("a digit"));
    let mut odd = subscription(u64::MAX);
    odd.subscriber_status = SubscriberStatus::OperatorDeterminedBarring;
    odd.operator_determined_barring = Some(u32::MAX);
    odd.roaming = Roaming::Only(vec![
        "00101".parse().expect("a PLMN"),
        "310410".parse().expect("a PLMN"),
    ]);
    odd.regional_zone_codes = vec![0, 65535];
    odd.apn_oi_replacement = Some("ä\"\\\u{0}".to_owned());
    odd.apn_configurations[1].served_party_ip_addresses = vec![[10, 0, 0, 1].into(), [1; 16].into()];
    odd.stn_sr = Some("49301".parse().expect("digits"));
    all[5].subscription = Arc::new(odd);
    put(&mut *store, &all, PutMode::Insert).expect("a put");
    for subscriber in &all {
        assert_eq!(load(&mut *store, subscriber.imsi).as_ref(), Some(subscriber));
    }
    all.sort_unstable_by_key(|subscriber| subscriber.imsi);
    assert_eq!(scan(&mut *store, None, 1000), all);
}

/// Pages follow each other in ascending order of packed IMSI (shorter ones first), until an empty one.
pub fn scan_pages_in_order(make: Make<'_>) {
    let mut store = make();
    let mut all: Vec<_> = [9, 3, 7, 1, 5, 8, 2].map(subscriber).to_vec();
    all[6].imsi = "999999".parse().expect("6 digits");
    put(&mut *store, &all, PutMode::Insert).expect("a put");
    all.sort_unstable_by_key(|subscriber| subscriber.imsi.packed());
    for limit in 1..9 {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = scan(&mut *store, after, limit);
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(last.imsi);
            found.extend(page);
        }
        assert_eq!(found, all, "limit {limit}");
    }
    assert_eq!(scan(&mut *store, None, 0), []);
    assert_eq!(
        scan(&mut *store, Some(imsi(4)), 1),
        [subscriber(5)],
        "behind one that is not there"
    );
}

/// Count is the number of provisioned subscribers.
pub fn count_counts(make: Make<'_>) {
    let mut store = make();
    assert_eq!(count(&mut *store), 0);
    put(&mut *store, &[1, 2, 3].map(subscriber), PutMode::Insert).expect("a put");
    put(&mut *store, &[2, 3, 4].map(subscriber), PutMode::Upsert).expect("an upsert");
    assert_eq!(count(&mut *store), 4);
    call(&mut *store, Command::Remove { imsis: vec![imsi(1)] }).expect("a removal");
    assert_eq!(count(&mut *store), 3);
}

/// A removed subscriber is neither loaded nor scanned, and may be inserted again with a clean slate.
pub fn removed_subscribers_are_gone(make: Make<'_>) {
    let mut store = make();
    let mut old = subscriber(1);
    old.authentication.dif = Some(3);
    put(&mut *store, &[old], PutMode::Insert).expect("a put");
    call(&mut *store, Command::Remove { imsis: vec![imsi(1)] }).expect("a removal");
    assert_eq!(load(&mut *store, imsi(1)), None);
    assert_eq!(scan(&mut *store, None, 10), []);
    put(&mut *store, &[subscriber(1)], PutMode::Insert).expect("a put");
    assert_eq!(load(&mut *store, imsi(1)), Some(subscriber(1)));
}

/// In one batch the second mention of an IMSI finds the first.
pub fn one_named_twice_is_treated_twice(make: Make<'_>) {
    let mut store = make();
    let twice = [
        subscriber(1),
        Subscriber {
            msisdn: None,
            ..subscriber(1)
        },
    ];
    assert_eq!(
        put(&mut *store, &twice, PutMode::Insert),
        Err(StoreError::Exists { imsi: imsi(1) })
    );
    assert_eq!(count(&mut *store), 0);
    put(&mut *store, &twice, PutMode::Upsert).expect("an upsert");
    assert_eq!(load(&mut *store, imsi(1)), Some(twice[1].clone()));
}

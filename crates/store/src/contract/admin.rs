//! Transactions, tokens, audit, remembered requests.

use super::fixture::{ims_subscription, imsi, subscriber};
use super::{Make, call};
use crate::admin::{
    AdminCommand, AdminReply, AuditEntry, AuditFilter, Condition, Provisioned, REMEMBERED_S,
    RememberedRequest, SubscriberKey, Token, Transaction,
};
use crate::command::{Command, PutMode};
use crate::port::{Revision, Store};
use crate::reply::{Reply, StoreError};
use std::sync::Arc;

/// A day like any other, seconds since 1970.
const NOW: u64 = 1_800_000_000;

fn ask(store: &mut dyn Store, command: AdminCommand) -> Result<AdminReply, StoreError> {
    match call(store, Command::Admin(command))? {
        Reply::Admin(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

fn find(store: &mut dyn Store, keys: &[SubscriberKey]) -> Vec<Provisioned> {
    match ask(store, AdminCommand::Find { keys: keys.to_vec() }) {
        Ok(AdminReply::Found(found)) => found,
        other => panic!("{other:?}"),
    }
}

fn one(store: &mut dyn Store, n: u64) -> Option<Provisioned> {
    find(store, &[SubscriberKey::Imsi(imsi(n))]).pop()
}

fn put(n: u64, mode: PutMode) -> Command {
    Command::Put {
        subscribers: vec![subscriber(n)],
        mode,
    }
}

fn put_ims(n: u64) -> Command {
    Command::PutIms {
        subscriptions: vec![Arc::new(ims_subscription(n, n))],
        mode: PutMode::Upsert,
    }
}

fn transact(store: &mut dyn Store, transaction: Transaction) -> Result<AdminReply, StoreError> {
    ask(store, AdminCommand::Transact(Box::new(transaction)))
}

fn commands(commands: Vec<Command>) -> Transaction {
    Transaction {
        now: NOW,
        commands,
        ..Transaction::default()
    }
}

fn committed(reply: Result<AdminReply, StoreError>) -> Revision {
    match reply {
        Ok(AdminReply::Committed { revision }) => revision,
        other => panic!("not committed: {other:?}"),
    }
}

fn entry(at_ms: u64, who: &str, subject: &str) -> AuditEntry {
    AuditEntry {
        at_ms,
        who: who.to_owned(),
        what: "subscriber.update".to_owned(),
        subject: subject.to_owned(),
        outcome: "done".to_owned(),
        fields: "[{\"field\":\"msisdn\"}]".to_owned(),
    }
}

fn audited(
    store: &mut dyn Store,
    before: Option<u64>,
    filter: AuditFilter,
    limit: usize,
) -> Vec<(u64, String)> {
    let command = AdminCommand::Audit {
        before,
        filter: Box::new(filter),
        limit,
    };
    match ask(store, command) {
        Ok(AdminReply::Audit(found)) => found
            .into_iter()
            .map(|audited| (audited.number, audited.entry.subject))
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// A subscriber is found by each key, with its revision, which every provisioning change of it raises.
pub fn subscribers_are_found_with_their_revision(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let first = committed(transact(store, commands(vec![put(1, PutMode::Insert)])));
    let found = one(store, 1).expect("it is there");
    assert_eq!(found.subscriber, subscriber(1));
    assert_eq!((found.revision, found.ims), (first, None));
    let second = committed(transact(
        store,
        commands(vec![put(2, PutMode::Insert), put_ims(2)]),
    ));
    let found = one(store, 2).expect("it is there");
    assert_eq!(found.ims.as_deref(), Some(&ims_subscription(2, 2)));
    assert_eq!(found.revision, second);
    assert_eq!(
        one(store, 1).map(|found| found.revision),
        Some(first),
        "another's change"
    );
    let third = committed(transact(store, commands(vec![put_ims(1)])));
    assert_eq!(one(store, 1).map(|found| found.revision), Some(third));
    let impu = ims_subscription(2, 2).sets[0].identities[0].impu.clone();
    let keys = [
        SubscriberKey::Public(impu),
        SubscriberKey::Imsi(imsi(9)),
        SubscriberKey::Imsi(imsi(1)),
    ];
    let found: Vec<_> = find(store, &keys)
        .into_iter()
        .map(|found| found.subscriber.imsi)
        .collect();
    assert_eq!(found, [imsi(2), imsi(1)], "in the order of keys");
    let with_number = (1..9).find_map(|n| subscriber(n).msisdn.map(|msisdn| (n, msisdn)));
    let (n, msisdn) = with_number.expect("some have a number");
    if n > 2 {
        committed(transact(store, commands(vec![put(n, PutMode::Insert)])));
    }
    let found = find(store, &[SubscriberKey::Msisdn(msisdn)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].subscriber.imsi, imsi(n));
}

/// A range is listed in pages, in order, with IMS.
pub fn ranges_of_subscribers_are_listed(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    for n in 1..=9 {
        committed(transact(store, commands(vec![put(n, PutMode::Insert)])));
    }
    committed(transact(store, commands(vec![put_ims(4)])));
    let mut list =
        |range: std::ops::RangeInclusive<u64>, limit| match ask(store, AdminCommand::List { range, limit }) {
            Ok(AdminReply::Found(found)) => found
                .into_iter()
                .map(|found| (found.subscriber.imsi, found.ims.is_some()))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
    let range = imsi(3).packed()..=imsi(6).packed();
    let all = [3, 4, 5, 6].map(|n| (imsi(n), n == 4));
    assert_eq!(list(range.clone(), 100), all);
    assert_eq!(list(range, 2), all[..2]);
    assert_eq!(
        list(imsi(5).packed()..=u64::MAX, 2),
        [(imsi(5), false), (imsi(6), false)]
    );
    assert!(list(1..=2, 100).is_empty());
}

/// A condition that fails leaves everything as it was, and tells what is there.
pub fn conditions_are_checked_with_the_change(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let on = |n, revision, command| Transaction {
        conditions: vec![Condition {
            imsi: imsi(n),
            revision,
        }],
        audit: vec![entry(1, "a", "b")],
        ..commands(vec![command])
    };
    let first = committed(transact(store, on(1, None, put(1, PutMode::Insert))));
    let refused = transact(store, on(1, None, put(1, PutMode::Upsert)));
    let there = StoreError::Changed {
        imsi: imsi(1),
        revision: Some(first),
    };
    assert_eq!(refused, Err(there));
    let second = committed(transact(store, on(1, Some(first), put(1, PutMode::Update))));
    assert!(second > first);
    let refused = transact(
        store,
        on(1, Some(first), Command::Remove { imsis: vec![imsi(1)] }),
    );
    assert!(matches!(refused, Err(StoreError::Changed { revision: Some(found), .. }) if found == second));
    let refused = transact(store, on(2, Some(first), put(2, PutMode::Insert)));
    assert!(matches!(refused, Err(StoreError::Changed { revision: None, .. })));
    assert_eq!(one(store, 1).map(|found| found.revision), Some(second));
    let written = audited(store, None, AuditFilter::default(), 100);
    assert_eq!(written.len(), 2, "what did not happen is not written down");
}

/// If one command of several fails, none happened, and it is said which.
pub fn a_transaction_is_all_or_none(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    committed(transact(
        store,
        commands(vec![put(1, PutMode::Insert), put_ims(1)]),
    ));
    let refused = transact(
        store,
        commands(vec![put(2, PutMode::Insert), put_ims(2), put(1, PutMode::Insert)]),
    );
    let why = Box::new(StoreError::Exists { imsi: imsi(1) });
    assert_eq!(refused, Err(StoreError::Refused { at: 2, why }));
    assert_eq!(one(store, 2), None);
    let removed = commands(vec![
        Command::RemoveIms { imsis: vec![imsi(1)] },
        put(3, PutMode::Update),
    ]);
    assert!(matches!(
        transact(store, removed),
        Err(StoreError::Refused { at: 1, .. })
    ));
    assert!(one(store, 1).is_some_and(|found| found.ims.is_some()));
    let read = transact(store, commands(vec![Command::Count]));
    assert!(
        matches!(read, Err(StoreError::Refused { at: 0, .. })),
        "what reads does not belong there"
    );
}

/// A request that was done is answered as it was, and not done again; within a day.
pub fn a_request_is_done_once(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let remembered = RememberedRequest {
        key: [7; 32],
        fingerprint: [8; 32],
        at: NOW,
        status: 201,
        location: "/somewhere".to_owned(),
        revision: Revision(0),
        body: b"{\"made\": true}".to_vec(),
    };
    let request = |n, now| Transaction {
        now,
        audit: vec![entry(1, "a", "b")],
        request: Some(Box::new(RememberedRequest {
            at: now,
            ..remembered.clone()
        })),
        ..commands(vec![put(n, PutMode::Insert)])
    };
    let known = |store: &mut dyn Store, now| match ask(store, AdminCommand::Remembered { key: [7; 32], now })
    {
        Ok(AdminReply::Remembered(known)) => known.map(|known| *known),
        other => panic!("{other:?}"),
    };
    assert_eq!(known(store, NOW), None);
    let revision = committed(transact(store, request(1, NOW)));
    let expected = RememberedRequest {
        revision,
        ..remembered.clone()
    };
    assert_eq!(known(store, NOW).as_ref(), Some(&expected));
    match transact(store, request(1, NOW + 5)) {
        Ok(AdminReply::Replayed(replayed)) => assert_eq!(*replayed, expected),
        other => panic!("done again: {other:?}"),
    }
    let later = NOW + REMEMBERED_S;
    assert_eq!(known(store, later), None);
    committed(transact(store, request(2, later)));
    assert_eq!(known(store, later).map(|known| known.at), Some(later));
    let refused = transact(
        store,
        Transaction {
            request: Some(Box::new(RememberedRequest {
                key: [9; 32],
                ..remembered.clone()
            })),
            ..commands(vec![put(1, PutMode::Insert)])
        },
    );
    assert!(refused.is_err());
    let forgotten = ask(
        store,
        AdminCommand::Remembered {
            key: [9; 32],
            now: NOW,
        },
    );
    assert_eq!(
        forgotten,
        Ok(AdminReply::Remembered(None)),
        "what failed may be tried again"
    );
}

fn token(name: &str) -> Token {
    Token {
        name: name.to_owned(),
        digest: [name.len() as u8; 32],
        role: "admin".to_owned(),
        scopes: "imsi:00101 subscribers".to_owned(),
        made: NOW,
        expires: name.starts_with('x').then_some(NOW + 1),
    }
}

/// Tokens come and go by name; the first one is the first once.
pub fn tokens_are_kept_by_name(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let add = |name: &str, first| AdminCommand::AddToken {
        token: Box::new(token(name)),
        first,
    };
    let listed = |store: &mut dyn Store| match ask(store, AdminCommand::Tokens) {
        Ok(AdminReply::Tokens { tokens, ever }) => (tokens, ever),
        other => panic!("{other:?}"),
    };
    assert_eq!(listed(store), (vec![], false));
    committed(ask(store, add("x1", true)));
    let name = "x1".to_owned();
    assert_eq!(
        ask(store, add("x1", false)),
        Err(StoreError::TokenExists { name })
    );
    let name = "second".to_owned();
    assert_eq!(
        ask(store, add("second", true)),
        Err(StoreError::TokenExists { name })
    );
    committed(transact(
        store,
        Transaction {
            audit: vec![entry(1, "x1", "second")],
            ..commands(vec![Command::Admin(add("second", false))])
        },
    ));
    assert_eq!(listed(store), (vec![token("second"), token("x1")], true));
    for name in ["x1", "second"] {
        committed(ask(
            store,
            AdminCommand::RemoveToken {
                name: name.to_owned(),
            },
        ));
    }
    let name = "x1".to_owned();
    let gone = ask(store, AdminCommand::RemoveToken { name: name.clone() });
    assert_eq!(gone, Err(StoreError::NoToken { name }));
    assert_eq!(listed(store), (vec![], true), "there was one once");
}

/// The audit log is read backwards, in pages, filtered; what is too old goes with what comes.
pub fn the_audit_log_is_read_backwards(make: Make<'_>) {
    let mut store = make();
    let store = store.as_mut();
    let write = |store: &mut dyn Store, entries: Vec<AuditEntry>, audit_since_ms| {
        committed(transact(
            store,
            Transaction {
                audit: entries,
                audit_since_ms,
                ..commands(vec![])
            },
        ))
    };
    let entries = vec![
        entry(10, "a", "one"),
        entry(20, "b", "two"),
        entry(30, "a", "three"),
    ];
    assert_eq!(
        write(store, entries, 0),
        Revision(0),
        "it is no provisioning change"
    );
    let all = audited(store, None, AuditFilter::default(), 100);
    let subjects = |found: &[(u64, String)]| {
        found
            .iter()
            .map(|(_, subject)| subject.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(subjects(&all), ["three", "two", "one"]);
    assert_eq!(
        audited(store, Some(all[0].0), AuditFilter::default(), 1),
        all[1..2]
    );
    let filter = |who: Option<&str>, since_ms, until_ms| AuditFilter {
        who: who.map(str::to_owned),
        what: Some("subscriber.".to_owned()),
        since_ms,
        until_ms,
        ..AuditFilter::default()
    };
    assert_eq!(
        subjects(&audited(store, None, filter(Some("a"), None, None), 9)),
        ["three", "one"]
    );
    assert_eq!(
        subjects(&audited(store, None, filter(None, Some(20), Some(30)), 9)),
        ["two"]
    );
    let about = AuditFilter {
        subject: Some("one".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(audited(store, None, about, 9), all[2..]);
    let others = AuditFilter {
        what: Some("token.".to_owned()),
        ..AuditFilter::default()
    };
    assert!(audited(store, None, others, 9).is_empty());
    write(store, vec![entry(40, "a", "four")], 25);
    let left = audited(store, None, AuditFilter::default(), 100);
    assert_eq!(subjects(&left), ["four", "three"]);
    assert!(left[0].0 > all[0].0, "numbers never come again");
}

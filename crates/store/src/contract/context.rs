//! Context data of 5GC: changed by one function, whatever the back end.

use super::fixture::{amf_registration, authentication_event, imsi, sdm_subscription, subscriber};
use super::{Make, call};
use crate::command::{Command, PutMode};
use crate::port::Store;
use crate::reply::{Reply, StoreError};
use quintet_subscriber::model::{
    AmfModification, ContextChange, ContextData, MAX_AUTHENTICATION_EVENTS, MAX_SDM_SUBSCRIPTIONS,
};

fn provisioned(make: Make<'_>) -> Box<dyn Store> {
    let mut store = make();
    let put = Command::Put {
        subscribers: vec![subscriber(1)],
        mode: PutMode::Insert,
    };
    call(&mut *store, put).expect("a new subscriber");
    store
}

fn change(store: &mut dyn Store, change: ContextChange) -> Option<ContextData> {
    let command = Command::ChangeContextData {
        imsi: imsi(1),
        change: Box::new(change),
    };
    before(call(store, command))
}

fn load(store: &mut dyn Store) -> Option<ContextData> {
    before(call(store, Command::LoadContextData { imsi: imsi(1) }))
}

fn before(reply: Result<Reply, StoreError>) -> Option<ContextData> {
    let Ok(Reply::ContextData(data)) = reply else {
        panic!("{reply:?}")
    };
    data.map(|data| *data)
}

/// Each change answers with what was stored before it.
pub fn changes_tell_what_was_before(make: Make<'_>) {
    let mut store = provisioned(make);
    assert_eq!(load(&mut *store), None);
    assert_eq!(
        change(&mut *store, ContextChange::SetAmf(amf_registration(1))),
        None
    );
    let first = load(&mut *store).expect("stored");
    assert_eq!(first.amf, Some(amf_registration(1)));
    let told = change(&mut *store, ContextChange::SetAmf(amf_registration(2)));
    assert_eq!(told, Some(first));
    let second = load(&mut *store).expect("stored");
    assert_eq!(second.amf, Some(amf_registration(2)));
    let cleared = before(call(&mut *store, Command::ClearContextData { imsi: imsi(1) }));
    assert_eq!(cleared, Some(second));
    assert_eq!(load(&mut *store), None);
    let again = before(call(&mut *store, Command::ClearContextData { imsi: imsi(1) }));
    assert_eq!(again, None);
}

/// What goes in comes out, and what is empty is nothing.
pub fn every_field_of_context_data_survives(make: Make<'_>) {
    let mut store = provisioned(make);
    let mut expected = ContextData::default();
    for one in [
        ContextChange::SetAmf(amf_registration(3)),
        ContextChange::PutSdmSubscription(sdm_subscription(1)),
        ContextChange::PutSdmSubscription(sdm_subscription(2)),
        ContextChange::PutAuthenticationEvent(authentication_event(7)),
        ContextChange::ModifyAmf(
            amf_registration(3).guami,
            AmfModification {
                purged: Some(true),
                pei: Some("imei-490154203237518".to_owned()),
                ims_vo_ps: None,
            },
        ),
        ContextChange::RemoveSdmSubscription(sdm_subscription(1).id),
    ] {
        expected.apply(one.clone());
        change(&mut *store, one);
        assert_eq!(load(&mut *store).as_ref(), Some(&expected));
    }
    let mut store = provisioned(make);
    change(
        &mut *store,
        ContextChange::PutSdmSubscription(sdm_subscription(1)),
    );
    change(
        &mut *store,
        ContextChange::RemoveSdmSubscription(sdm_subscription(1).id),
    );
    assert_eq!(load(&mut *store), None, "nothing is left");
}

/// Nobody registers who is not provisioned.
pub fn context_data_need_a_subscriber(make: Make<'_>) {
    let mut store = make();
    let command = Command::ChangeContextData {
        imsi: imsi(1),
        change: Box::new(ContextChange::SetAmf(amf_registration(1))),
    };
    let missing = StoreError::NoSubscriber { imsi: imsi(1) };
    assert_eq!(call(&mut *store, command), Err(missing));
    assert_eq!(load(&mut *store), None);
}

/// A purge by an AMF that does not serve any more changes nothing.
pub fn another_amf_is_not_modified(make: Make<'_>) {
    let mut store = provisioned(make);
    change(&mut *store, ContextChange::SetAmf(amf_registration(1)));
    let purge = AmfModification {
        purged: Some(true),
        ..AmfModification::default()
    };
    let stranger = amf_registration(2).guami;
    change(&mut *store, ContextChange::ModifyAmf(stranger, purge.clone()));
    assert_eq!(
        load(&mut *store).and_then(|data| data.amf),
        Some(amf_registration(1))
    );
    let own = amf_registration(1).guami;
    change(&mut *store, ContextChange::ModifyAmf(own, purge));
    assert!(
        load(&mut *store)
            .and_then(|data| data.amf)
            .is_some_and(|amf| amf.purged)
    );
}

/// Others cannot make a store grow.
pub fn lists_stay_bounded(make: Make<'_>) {
    let mut store = provisioned(make);
    for n in 0..60 {
        change(
            &mut *store,
            ContextChange::PutSdmSubscription(sdm_subscription(n)),
        );
        change(
            &mut *store,
            ContextChange::PutAuthenticationEvent(authentication_event(n)),
        );
    }
    let data = load(&mut *store).expect("stored");
    assert_eq!(data.sdm_subscriptions.len(), MAX_SDM_SUBSCRIPTIONS);
    assert_eq!(data.sdm_subscriptions.last(), Some(&sdm_subscription(59)));
    assert_eq!(data.authentication_events.len(), MAX_AUTHENTICATION_EVENTS);
    assert_eq!(data.authentication_events.last(), Some(&authentication_event(59)));
}

/// Whoever tells the AMF of the removal still finds it.
pub fn a_removed_subscriber_leaves_its_context_data(make: Make<'_>) {
    let mut store = provisioned(make);
    change(&mut *store, ContextChange::SetAmf(amf_registration(1)));
    let remove = Command::Remove { imsis: vec![imsi(1)] };
    call(&mut *store, remove).expect("it was there");
    assert!(load(&mut *store).is_some());
    let cleared = before(call(&mut *store, Command::ClearContextData { imsi: imsi(1) }));
    assert_eq!(cleared.and_then(|data| data.amf), Some(amf_registration(1)));
    assert_eq!(load(&mut *store), None);
}

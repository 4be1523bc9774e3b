//! Where subscribers are served: ULR, PUR, NOR and cancellations as the store sees them.

use super::fixture::{aaa, gateway, imsi, node, subscriber, waiting_centre};
use super::{Make, call};
use crate::command::{Command, PutMode};
use crate::port::Store;
use crate::reply::{Reply, StoreError};
use crate::serving::MAX_PDN_GATEWAYS;
use quintet_identity::Imsi;
use quintet_subscriber::model::{
    AaaServer, Location, MessageWaiting, PdnGateway, ServingNode, WaitingChange,
};

fn with_subscribers(make: Make<'_>, count: u64) -> Box<dyn Store> {
    let mut store = make();
    let subscribers = (0..count).map(subscriber).collect();
    call(
        &mut *store,
        Command::Put {
            subscribers,
            mode: PutMode::Insert,
        },
    )
    .expect("a put");
    store
}

fn location(reply: Result<Reply, StoreError>) -> Option<Location> {
    match reply {
        Ok(Reply::Location(location)) => location.map(|location| *location),
        other => panic!("no location: {other:?}"),
    }
}

fn set_mme(store: &mut dyn Store, n: u64, mme: ServingNode, clear_gateways: bool) -> Option<Location> {
    location(call(
        store,
        Command::SetMme {
            imsi: imsi(n),
            mme: Box::new(mme),
            clear_gateways,
        },
    ))
}

fn set_sgsn(store: &mut dyn Store, n: u64, sgsn: ServingNode) -> Option<Location> {
    location(call(
        store,
        Command::SetSgsn {
            imsi: imsi(n),
            sgsn: Box::new(sgsn),
        },
    ))
}

fn load(store: &mut dyn Store, n: u64) -> Option<Location> {
    location(call(store, Command::LoadLocation { imsi: imsi(n) }))
}

fn purge(store: &mut dyn Store, n: u64, host: &str) -> Option<Location> {
    location(call(
        store,
        Command::Purge {
            imsi: imsi(n),
            host: host.to_owned(),
        },
    ))
}

fn set_gateway(
    store: &mut dyn Store,
    host: &str,
    gateway: Option<PdnGateway>,
    remove: &[u32],
) -> Result<Reply, StoreError> {
    let (host, gateway, remove) = (host.to_owned(), gateway.map(Box::new), remove.to_vec());
    call(
        store,
        Command::SetGateway {
            imsi: imsi(1),
            host,
            gateway,
            remove,
        },
    )
}

fn served(store: &mut dyn Store, host: &str, after: Option<Imsi>, limit: usize) -> Vec<Imsi> {
    match call(
        store,
        Command::ScanServed {
            host: host.to_owned(),
            after,
            limit,
        },
    ) {
        Ok(Reply::Served(served)) => served,
        other => panic!("served: {other:?}"),
    }
}

fn at_mme(n: u64) -> Location {
    Location {
        mme: Some(node(n)),
        ..Location::default()
    }
}

/// The reply is the location before, whole.
pub fn set_mme_tells_what_was_before(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    assert_eq!(load(&mut *store, 1), None);
    assert_eq!(set_mme(&mut *store, 1, node(1), false), None);
    assert_eq!(set_mme(&mut *store, 1, node(2), false), Some(at_mme(1)));
    assert_eq!(load(&mut *store, 1), Some(at_mme(2)));
    assert_eq!(load(&mut *store, 2), None);
}

/// An initial attach forgets PDN gateways; a tracking area update keeps them.
pub fn set_mme_keeps_gateways_unless_cleared(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    set_mme(&mut *store, 1, node(1), false);
    set_gateway(&mut *store, &node(1).host, Some(gateway(1, 1)), &[]).expect("a gateway");
    let with_gateway = |n| Location {
        aaa: None,
        message_waiting: None,
        pdn_gateways: vec![gateway(1, 1)],
        ..at_mme(n)
    };
    assert_eq!(set_mme(&mut *store, 1, node(2), false), Some(with_gateway(1)));
    assert_eq!(set_mme(&mut *store, 1, node(3), true), Some(with_gateway(2)));
    assert_eq!(load(&mut *store, 1), Some(at_mme(3)));
}

/// MME and SGSN are registered side by side.
pub fn set_sgsn_keeps_mme_and_gateways(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    assert_eq!(set_sgsn(&mut *store, 2, node(5)), None);
    set_mme(&mut *store, 1, node(1), false);
    set_gateway(&mut *store, &node(1).host, Some(gateway(1, 1)), &[]).expect("a gateway");
    let mut expected = Location {
        aaa: None,
        message_waiting: None,
        pdn_gateways: vec![gateway(1, 1)],
        ..at_mme(1)
    };
    assert_eq!(set_sgsn(&mut *store, 1, node(7)), Some(expected.clone()));
    expected.sgsn = Some(node(7));
    assert_eq!(load(&mut *store, 1), Some(expected.clone()));
    assert_eq!(set_mme(&mut *store, 1, node(2), true), Some(expected));
    assert_eq!(
        load(&mut *store, 1),
        Some(Location {
            sgsn: Some(node(7)),
            ..at_mme(2)
        })
    );
}

/// Nobody is registered who is not provisioned.
pub fn locations_need_a_subscriber(make: Make<'_>) {
    let mut store = with_subscribers(make, 1);
    let unknown = Err(StoreError::NoSubscriber { imsi: imsi(1) });
    let (mme, sgsn) = (Box::new(node(1)), Box::new(node(1)));
    let mme = call(
        &mut *store,
        Command::SetMme {
            imsi: imsi(1),
            mme,
            clear_gateways: false,
        },
    );
    assert_eq!(mme, unknown);
    assert_eq!(
        call(&mut *store, Command::SetSgsn { imsi: imsi(1), sgsn }),
        unknown
    );
    assert_eq!(
        call(
            &mut *store,
            Command::Purge {
                imsi: imsi(1),
                host: node(1).host
            }
        ),
        unknown
    );
    assert_eq!(
        set_gateway(&mut *store, &node(1).host, Some(gateway(1, 1)), &[]),
        unknown
    );
    assert_eq!(load(&mut *store, 1), None);
    assert_eq!(
        location(call(&mut *store, Command::ClearLocation { imsi: imsi(1) })),
        None
    );
}

/// A node that lost the subscriber purges nothing.
pub fn purge_marks_only_the_current_host(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    assert_eq!(purge(&mut *store, 1, &node(1).host), None);
    assert_eq!(load(&mut *store, 1), None);
    set_mme(&mut *store, 1, node(1), false);
    set_mme(&mut *store, 1, node(2), false);
    assert_eq!(purge(&mut *store, 1, &node(1).host), Some(at_mme(2)));
    assert_eq!(load(&mut *store, 1), Some(at_mme(2)));
    assert_eq!(purge(&mut *store, 1, &node(2).host), Some(at_mme(2)));
    let purged = Location {
        mme: Some(ServingNode {
            purged: true,
            ..node(2)
        }),
        ..Location::default()
    };
    assert_eq!(load(&mut *store, 1), Some(purged.clone()));
    assert_eq!(purge(&mut *store, 1, &node(2).host), Some(purged));
}

/// A combined MME/SGSN purges in both domains, a separate SGSN in its own.
pub fn purge_marks_both_domains_of_a_combined_node(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    for n in [1, 2] {
        set_mme(&mut *store, n, node(1), false);
        set_sgsn(&mut *store, n, node(n));
    }
    purge(&mut *store, 1, &node(1).host);
    purge(&mut *store, 2, &node(2).host);
    let marks = |location: Option<Location>| {
        let location = location.expect("a location");
        [location.mme, location.sgsn].map(|node| node.map(|node| node.purged))
    };
    assert_eq!(marks(load(&mut *store, 1)), [Some(true), Some(true)]);
    assert_eq!(marks(load(&mut *store, 2)), [Some(false), Some(true)]);
}

/// Who registers again is not purged.
pub fn a_new_registration_ends_the_purge(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    set_mme(&mut *store, 1, node(1), false);
    purge(&mut *store, 1, &node(1).host);
    set_mme(&mut *store, 1, node(1), false);
    assert_eq!(load(&mut *store, 1), Some(at_mme(1)));
}

/// A node that does not serve stores nothing.
pub fn gateways_come_from_the_current_host_only(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    assert_eq!(
        location(set_gateway(&mut *store, &node(1).host, Some(gateway(1, 1)), &[])),
        None
    );
    assert_eq!(load(&mut *store, 1), None);
    set_mme(&mut *store, 1, node(1), false);
    assert_eq!(
        location(set_gateway(&mut *store, &node(2).host, Some(gateway(1, 1)), &[])),
        Some(at_mme(1))
    );
    assert_eq!(load(&mut *store, 1), Some(at_mme(1)));
    set_gateway(&mut *store, &node(1).host, Some(gateway(1, 1)), &[]).expect("a gateway");
    set_gateway(&mut *store, &node(2).host, None, &[1]).expect("no error");
    set_sgsn(&mut *store, 1, node(3));
    set_gateway(&mut *store, &node(3).host, Some(gateway(2, 1)), &[]).expect("the SGSN serves, too");
    let gateways = load(&mut *store, 1).map(|location| location.pdn_gateways);
    assert_eq!(gateways, Some(vec![gateway(1, 1), gateway(2, 1)]));
}

/// The Context-Identifier names a gateway; removals come first; the order is ascending.
pub fn gateways_are_replaced_and_removed_by_identifier(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    let host = node(1).host;
    set_mme(&mut *store, 1, node(1), false);
    for (id, n) in [(7, 1), (3, 2), (u32::MAX, 3), (3, 4)] {
        set_gateway(&mut *store, &host, Some(gateway(id, n)), &[]).expect("a gateway");
    }
    let with = |pdn_gateways| {
        Some(Location {
            pdn_gateways,
            ..at_mme(1)
        })
    };
    let all = with(vec![gateway(3, 4), gateway(7, 1), gateway(u32::MAX, 3)]);
    assert_eq!(load(&mut *store, 1), all);
    let before = set_gateway(&mut *store, &host, Some(gateway(7, 9)), &[7, 3, 55]);
    assert_eq!(location(before), all);
    assert_eq!(
        load(&mut *store, 1),
        with(vec![gateway(7, 9), gateway(u32::MAX, 3)])
    );
    let bare = PdnGateway {
        apn: None,
        host: None,
        realm: None,
        addresses: vec![],
        ..gateway(7, 1)
    };
    set_gateway(&mut *store, &host, Some(bare.clone()), &[u32::MAX]).expect("a gateway");
    assert_eq!(load(&mut *store, 1), with(vec![bare]));
}

/// One too many is refused, and then the removals of the same command did not happen either.
pub fn gateways_are_bounded(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    let host = node(1).host;
    set_mme(&mut *store, 1, node(1), false);
    for id in 0..=MAX_PDN_GATEWAYS as u32 {
        set_gateway(&mut *store, &host, Some(gateway(id, 1)), &[]).ok();
    }
    let count = |store: &mut dyn Store| load(store, 1).map(|location| location.pdn_gateways.len());
    assert_eq!(count(&mut *store), Some(MAX_PDN_GATEWAYS));
    let too_many = Err(StoreError::TooManyGateways { imsi: imsi(1) });
    assert_eq!(
        set_gateway(&mut *store, &host, Some(gateway(1000, 1)), &[]),
        too_many
    );
    set_gateway(&mut *store, &host, Some(gateway(1000, 1)), &[5]).expect("room was made");
    assert_eq!(
        set_gateway(&mut *store, &host, Some(gateway(2000, 1)), &[5]),
        too_many
    );
    set_gateway(&mut *store, &host, Some(gateway(1000, 2)), &[]).expect("a replacement");
    assert_eq!(count(&mut *store), Some(MAX_PDN_GATEWAYS));
}

/// Afterwards there is nothing, and the reply was all of it.
pub fn clear_location_takes_everything(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    set_mme(&mut *store, 1, node(1), false);
    set_sgsn(&mut *store, 1, node(2));
    set_gateway(&mut *store, &node(1).host, Some(gateway(1, 1)), &[]).expect("a gateway");
    let all = load(&mut *store, 1);
    assert!(all.is_some());
    assert_eq!(
        location(call(&mut *store, Command::ClearLocation { imsi: imsi(1) })),
        all
    );
    assert_eq!(load(&mut *store, 1), None);
    assert_eq!(served(&mut *store, &node(1).host, None, 10), []);
    assert_eq!(set_mme(&mut *store, 1, node(1), false), None);
    assert_eq!(load(&mut *store, 1), Some(at_mme(1)), "no gateway came back");
}

/// After a removal the serving node can still be told, once.
pub fn a_removed_subscriber_leaves_its_location(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    set_mme(&mut *store, 1, node(1), false);
    call(&mut *store, Command::Remove { imsis: vec![imsi(1)] }).expect("a removal");
    assert_eq!(load(&mut *store, 1), Some(at_mme(1)));
    assert_eq!(
        served(&mut *store, &node(1).host, None, 10),
        [],
        "it is not provisioned"
    );
    let again = call(
        &mut *store,
        Command::Purge {
            imsi: imsi(1),
            host: node(1).host,
        },
    );
    assert_eq!(again, Err(StoreError::NoSubscriber { imsi: imsi(1) }));
    assert_eq!(
        location(call(&mut *store, Command::ClearLocation { imsi: imsi(1) })),
        Some(at_mme(1))
    );
    assert_eq!(load(&mut *store, 1), None);
}

/// The serving node is still registered if nobody told it of the removal.
pub fn a_subscriber_added_again_finds_its_location(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    set_mme(&mut *store, 1, node(1), false);
    call(&mut *store, Command::Remove { imsis: vec![imsi(1)] }).expect("a removal");
    let put = Command::Put {
        subscribers: vec![subscriber(1)],
        mode: PutMode::Insert,
    };
    call(&mut *store, put).expect("a put");
    assert_eq!(load(&mut *store, 1), Some(at_mme(1)));
    assert_eq!(served(&mut *store, &node(1).host, None, 10), [imsi(1)]);
}

/// Whom a node serves, as MME or SGSN, each once, in pages.
pub fn scan_served_pages_in_order(make: Make<'_>) {
    let mut store = with_subscribers(make, 20);
    let mut expected = Vec::new();
    for n in 0..20 {
        match n % 4 {
            0 => drop(set_mme(&mut *store, n, node(1), false)),
            1 => drop(set_sgsn(&mut *store, n, node(1))),
            2 => {
                set_mme(&mut *store, n, node(1), false);
                set_sgsn(&mut *store, n, node(1));
            }
            _ => drop(set_mme(&mut *store, n, node(2), false)),
        }
        if n % 4 != 3 {
            expected.push(imsi(n));
        }
    }
    purge(&mut *store, 0, &node(1).host);
    for limit in 1..17 {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = served(&mut *store, &node(1).host, after, limit);
            assert!(page.len() <= limit);
            let Some(&last) = page.last() else { break };
            after = Some(last);
            found.extend(page);
        }
        assert_eq!(found, expected, "limit {limit}");
    }
    assert_eq!(served(&mut *store, &node(2).host, None, 100).len(), 5);
    assert_eq!(served(&mut *store, "nobody.example.org", None, 100), []);
}

/// A DiameterIdentity ignores case; what comes back is what was stored.
pub fn hosts_ignore_case(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    let shouted = ServingNode {
        host: node(1).host.to_ascii_uppercase(),
        ..node(1)
    };
    set_mme(&mut *store, 1, shouted.clone(), false);
    set_mme(&mut *store, 2, node(1), false);
    assert_eq!(
        load(&mut *store, 1).and_then(|location| location.mme),
        Some(shouted)
    );
    assert_eq!(
        load(&mut *store, 2).and_then(|location| location.mme),
        Some(node(1))
    );
    assert_eq!(served(&mut *store, &node(1).host, None, 10), [imsi(1), imsi(2)]);
    purge(&mut *store, 1, &node(1).host);
    assert_eq!(
        load(&mut *store, 1)
            .and_then(|location| location.mme)
            .map(|mme| mme.purged),
        Some(true)
    );
}

/// Fields present, absent and at the ends of their range.
pub fn every_field_of_a_location_survives(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    let full = ServingNode {
        host: "h".into(),
        realm: String::new(),
        visited_plmn: Some("310410".parse().expect("a PLMN")),
        rat_type: Some(u32::MAX),
        features: u32::MAX,
        features_2: 0,
        purged: true,
        ims_voice: Some(false),
        srvcc: Some(true),
        imei: Some("352099001761481".parse().expect("an IMEI")),
        imeisv: Some("3520990017614823".parse().expect("an IMEISV")),
        mme_number_for_mt_sms: Some("4930".parse().expect("digits")),
        since: i64::MAX as u64,
    };
    let bare = ServingNode {
        visited_plmn: None,
        rat_type: None,
        ims_voice: None,
        srvcc: None,
        imei: None,
        imeisv: None,
        mme_number_for_mt_sms: None,
        since: 0,
        ..full.clone()
    };
    set_mme(&mut *store, 1, full.clone(), false);
    set_sgsn(&mut *store, 1, bare.clone());
    let stored = load(&mut *store, 1);
    let expected = Location {
        mme: Some(full.clone()),
        sgsn: Some(bare.clone()),
        aaa: None,
        message_waiting: None,
        pdn_gateways: vec![],
    };
    assert_eq!(stored, Some(expected));
    set_mme(&mut *store, 1, bare.clone(), false);
    set_sgsn(&mut *store, 1, full.clone());
    let expected = Location {
        mme: Some(bare),
        sgsn: Some(full),
        aaa: None,
        message_waiting: None,
        pdn_gateways: vec![],
    };
    assert_eq!(load(&mut *store, 1), Some(expected));
}

fn set_aaa(
    store: &mut dyn Store,
    n: u64,
    expected: Option<&str>,
    aaa: Option<AaaServer>,
) -> Result<Reply, StoreError> {
    let command = Command::SetAaa {
        imsi: imsi(n),
        expected: expected.map(str::to_owned),
        aaa: aaa.map(Box::new),
    };
    call(store, command)
}

/// Who decides on another 3GPP AAA server than is stored is refused; every field survives, beside serving nodes and gateways.
pub fn a_aaa_server_is_replaced_if_it_is_the_expected_one(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    let stale = Err(StoreError::Stale { version: 0 });
    let (first, second) = (aaa(1), aaa(2));
    assert_eq!(
        set_aaa(&mut *store, 1, Some(&first.host), Some(first.clone())),
        stale
    );
    assert_eq!(
        set_aaa(&mut *store, 1, None, Some(first.clone())),
        Ok(Reply::Location(None))
    );
    assert_eq!(set_aaa(&mut *store, 1, None, Some(second.clone())), stale);
    assert_eq!(set_aaa(&mut *store, 1, Some(&second.host), None), stale);
    set_mme(&mut *store, 1, node(1), true);
    let mut expected = Location {
        mme: Some(node(1)),
        aaa: Some(first.clone()),
        message_waiting: None,
        ..Location::default()
    };
    let named = first.host.to_ascii_uppercase();
    assert_eq!(
        set_aaa(&mut *store, 1, Some(&named), Some(second.clone())),
        Ok(Reply::Location(Some(Box::new(expected.clone()))))
    );
    expected.aaa = Some(second.clone());
    assert_eq!(load(&mut *store, 1), Some(expected.clone()));
    set_aaa(&mut *store, 1, Some(&second.host), None).expect("it is forgotten");
    expected.aaa = None;
    assert_eq!(load(&mut *store, 1), Some(expected));
    let missing = Err(StoreError::NoSubscriber { imsi: imsi(9) });
    assert_eq!(set_aaa(&mut *store, 9, None, Some(first)), missing);
    assert_eq!(set_aaa(&mut *store, 9, None, None), Ok(Reply::Location(None)));
}

/// A 3GPP AAA server that a UE is registered at tells gateways, alone or beside an MME; one that is pending does not.
pub fn a_aaa_server_tells_gateways(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    let (pending, registered) = (aaa(1), aaa(2));
    assert!(!pending.registered && registered.registered);
    set_aaa(&mut *store, 1, None, Some(pending.clone())).expect("a server");
    set_gateway(&mut *store, &pending.host, Some(gateway(1, 1)), &[]).expect("nothing happens");
    assert_eq!(load(&mut *store, 1).map(|l| l.pdn_gateways), Some(vec![]));
    set_aaa(&mut *store, 1, Some(&pending.host), Some(registered.clone())).expect("another");
    set_gateway(&mut *store, &registered.host, Some(gateway(1, 1)), &[]).expect("a gateway");
    assert_eq!(
        load(&mut *store, 1).map(|l| l.pdn_gateways),
        Some(vec![gateway(1, 1)])
    );
    set_gateway(&mut *store, &registered.host, None, &[1]).expect("none");
    assert_eq!(load(&mut *store, 1).map(|l| l.pdn_gateways), Some(vec![]));
}

/// With the subscriber goes nothing of it until it is forgotten.
pub fn a_removed_subscriber_leaves_its_aaa_server(make: Make<'_>) {
    let mut store = with_subscribers(make, 3);
    let server = aaa(2);
    set_aaa(&mut *store, 1, None, Some(server.clone())).expect("a server");
    let imsis = vec![imsi(1)];
    call(&mut *store, Command::Remove { imsis }).expect("a removal");
    assert_eq!(load(&mut *store, 1).and_then(|l| l.aaa), Some(server.clone()));
    set_aaa(&mut *store, 1, Some(&server.host), None).expect("it is forgotten");
    assert_eq!(load(&mut *store, 1).and_then(|l| l.aaa), None);
}

/// Message waiting data are the subscriber's, not the serving node's; they end with the subscriber.
pub fn who_waits_is_kept_and_outlives_a_cleared_location(make: Make<'_>) {
    let mut store = with_subscribers(make, 2);
    let missed = |n| WaitingChange::Missed {
        centre: Some(waiting_centre(n)),
        mnrf: Some(Some(1)),
        mnrg: None,
        mcef: n == 2,
    };
    let change_of = |store: &mut dyn Store, n, change: &WaitingChange| {
        let change = Box::new(change.clone());
        call(
            store,
            Command::ChangeWaiting {
                imsi: imsi(n),
                change,
            },
        )
    };
    let change = |store: &mut dyn Store, change: &WaitingChange| change_of(store, 1, change);
    let missing = Err(StoreError::NoSubscriber { imsi: imsi(9) });
    assert_eq!(change_of(&mut *store, 9, &missed(1)), missing);
    let nobody = WaitingChange::Told(waiting_centre(1).address);
    assert_eq!(change(&mut *store, &nobody), Ok(Reply::Location(None)));
    assert_eq!(load(&mut *store, 1), None, "nothing is kept of nothing");
    let mut expected = MessageWaiting::default();
    for n in [1, 2] {
        change(&mut *store, &missed(n)).expect("it is kept");
        expected.apply(&missed(n));
        let stored = load(&mut *store, 1).and_then(|location| location.message_waiting);
        assert_eq!(stored.as_ref(), Some(&expected));
    }
    set_mme(&mut *store, 1, node(1), true);
    let all = load(&mut *store, 1).expect("a location");
    assert_eq!(all.message_waiting.as_ref(), Some(&expected));
    let clear = Command::ClearLocation { imsi: imsi(1) };
    let before = call(&mut *store, clear.clone());
    assert_eq!(before, Ok(Reply::Location(Some(Box::new(all)))));
    let left = Location {
        message_waiting: Some(expected.clone()),
        ..Location::default()
    };
    assert_eq!(load(&mut *store, 1), Some(left));
    let told = WaitingChange::Told(waiting_centre(1).address);
    change(&mut *store, &told).expect("one was told");
    expected.apply(&told);
    let stored = load(&mut *store, 1).and_then(|location| location.message_waiting);
    assert_eq!(stored, Some(expected));
    let imsis = vec![imsi(1)];
    call(&mut *store, Command::Remove { imsis }).expect("a removal");
    call(&mut *store, clear).expect("it is cleared");
    assert_eq!(load(&mut *store, 1), None);
}

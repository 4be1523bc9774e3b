//! The procedures of an MME against the HSS.

use crate::rig::{Network, Tamper};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, Message};
use quintet_identity::Imsi;
use quintet_sim::demo::{self, DemoSubscriber, Purpose};
use quintet_sim::{AnswerOutcome, AttachFailure, MmeEvent, Procedure, Ue, Usim, Verdict};
use quintet_store::{Command, PutMode, Reply};
use quintet_subscriber::model::{Ambr, Subscriber};
use std::sync::Arc;
use std::time::Duration;

fn everybody() -> Vec<Subscriber> {
    demo::subscribers()
        .into_iter()
        .map(|demo| demo.subscriber)
        .collect()
}

fn network(seed: u64) -> Network {
    Network::new(seed, everybody())
}

fn completed(events: &[MmeEvent], imsi: Imsi, procedure: Procedure) -> bool {
    events.contains(&MmeEvent::Completed { imsi, procedure })
}

/// Why the only procedure in these events failed.
fn failure(events: &[MmeEvent]) -> AttachFailure {
    let failures: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            MmeEvent::Failed { failure, .. } => Some(failure.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(failures.len(), 1, "{events:?}");
    failures[0].clone()
}

#[test]
fn every_algorithm_attaches_and_the_subscription_arrives_whole() {
    let mut network = network(1);
    let mme = network.mme("mme1", demo::home_plmn(), 1);
    for purpose in [
        Purpose::Milenage,
        Purpose::Tuak,
        Purpose::TuakLongKey,
        Purpose::Xor,
    ] {
        let demo = demo::subscriber(purpose);
        let imsi = network.arrive(mme, &demo);
        let events = network.attach(mme, imsi);
        assert!(
            completed(&events, imsi, Procedure::Attach),
            "{purpose:?}: {events:#?}"
        );
        network.with(mme, |_, _, mme| {
            let context = mme.context(imsi).unwrap();
            assert!(context.is_confirmed() && context.security().is_some());
            let (got, sent) = (context.subscription().unwrap(), &demo.subscriber.subscription);
            assert_eq!(got.msisdn, demo.subscriber.msisdn);
            assert_eq!(got.ambr, Some(sent.ambr));
            assert_eq!(
                got.default_context_identifier,
                Some(sent.default_context_identifier)
            );
            assert_eq!(got.charging_characteristics, sent.charging_characteristics);
            assert_eq!(got.rau_tau_timer_s, sent.rau_tau_timer_s);
            assert_eq!(got.apn_configurations, sent.apn_configurations);
        });
    }
}

#[test]
fn a_card_that_is_ahead_is_resynchronised_once() {
    let mut network = network(2);
    let mme = network.mme("mme1", demo::home_plmn(), 3);
    let imsi = network.arrive(mme, &demo::subscriber(Purpose::AheadOfAuc));
    let events = network.attach(mme, imsi);
    let verdicts: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            MmeEvent::Challenged { verdict, .. } => Some(*verdict),
            _ => None,
        })
        .collect();
    let [
        Verdict::SynchronisationFailure { sqn_ms: before },
        Verdict::Accepted { sqn_ms: after },
    ] = verdicts[..]
    else {
        panic!("{verdicts:?}")
    };
    assert!(after > before);
    assert!(completed(&events, imsi, Procedure::Attach));
    network.with(mme, |_, _, mme| {
        assert_eq!(mme.context(imsi).unwrap().unused_vectors(), 2)
    });
    let again = network.attach(mme, imsi);
    let requested = |event: &&MmeEvent| matches!(event, MmeEvent::Requested { command: 318, .. });
    assert_eq!(
        again.iter().filter(requested).count(),
        0,
        "a kept vector is used: {again:?}"
    );
    assert!(completed(&again, imsi, Procedure::Attach));
}

#[test]
fn refusals_have_the_specifications_results() {
    let mut network = network(3);
    let home = network.mme("mme1", demo::home_plmn(), 1);
    let away = network.mme("mme2", demo::visited_plmn(), 1);
    for (station, purpose, result) in [
        (home, Purpose::NoEutran, 5421),
        (home, Purpose::NoEps, 5420),
        (away, Purpose::HomeOnly, 5004),
    ] {
        let imsi = network.arrive(station, &demo::subscriber(purpose));
        let refused = AttachFailure::Refused(AnswerOutcome::experimental(result));
        assert_eq!(failure(&network.attach(station, imsi)), refused, "{purpose:?}");
        network.with(station, |_, _, mme| {
            assert!(mme.context(imsi).is_none(), "no context is left")
        });
    }
    let mut nobody = demo::subscriber(Purpose::Milenage);
    nobody.subscriber.imsi = demo::unknown_imsi();
    let imsi = network.arrive(home, &nobody);
    assert_eq!(
        failure(&network.attach(home, imsi)),
        AttachFailure::Refused(AnswerOutcome::experimental(5001))
    );
}

#[test]
fn a_card_with_another_key_finds_the_network_out() {
    let mut network = network(4);
    let mme = network.mme("mme1", demo::home_plmn(), 1);
    let mut wrong = demo::subscriber(Purpose::Mover);
    wrong.subscriber.imsi = demo::subscriber(Purpose::Milenage).subscriber.imsi;
    let imsi = network.arrive(mme, &wrong);
    assert_eq!(failure(&network.attach(mme, imsi)), AttachFailure::MacFailure);
}

#[test]
fn the_old_mme_is_cancelled_and_the_new_one_serves() {
    let mut network = network(5);
    let (old, new) = (
        network.mme("mme1", demo::home_plmn(), 1),
        network.mme("mme2", demo::visited_plmn(), 1),
    );
    let imsi = network.arrive(old, &demo::subscriber(Purpose::Mover));
    network.attach(old, imsi);
    let (ue, security) = network.with(old, |_, _, mme| {
        (
            mme.leave(imsi).unwrap(),
            mme.context(imsi).unwrap().security().unwrap().clone(),
        )
    });
    network
        .with(new, |now, node, mme| {
            mme.arrive(ue);
            mme.tracking_area_update(now, node, imsi, security)
        })
        .unwrap();
    network.run_for(Duration::from_secs(1));
    assert!(completed(
        &network.events(new),
        imsi,
        Procedure::TrackingAreaUpdate
    ));
    let cancelled = MmeEvent::Cancelled {
        imsi,
        cancellation_type: 0,
    };
    assert!(network.events(old).contains(&cancelled));
    network.with(old, |_, _, mme| assert!(mme.context(imsi).is_none()));
}

#[test]
fn purge_and_notify_change_the_location() {
    let mut network = network(6);
    let mme = network.mme("mme1", demo::home_plmn(), 1);
    let imsi = network.arrive(mme, &demo::subscriber(Purpose::Milenage));
    network.attach(mme, imsi);
    let gateway = [203, 0, 113, 7].into();
    let apn = (1, "internet".parse().unwrap());
    network
        .with(mme, |now, node, mme| {
            mme.notify_gateway(now, node, imsi, apn, gateway)
        })
        .unwrap();
    network.run_for(Duration::from_secs(1));
    assert!(completed(&network.events(mme), imsi, Procedure::Notify));
    let location = |network: &mut Network| match network.store.execute(Command::LoadLocation { imsi }) {
        Ok(Reply::Location(Some(location))) => location,
        other => panic!("{other:?}"),
    };
    assert_eq!(location(&mut network).pdn_gateways[0].addresses, [gateway]);
    network
        .with(mme, |now, node, mme| mme.purge(now, node, imsi))
        .unwrap();
    network.run_for(Duration::from_secs(1));
    assert!(completed(&network.events(mme), imsi, Procedure::Purge));
    assert!(location(&mut network).mme.unwrap().purged);
    network.with(mme, |_, _, mme| assert!(mme.context(imsi).is_none()));
}

#[test]
fn a_changed_subscription_is_inserted_and_a_removed_one_cancelled() {
    let mut network = network(7);
    let mme = network.mme("mme1", demo::home_plmn(), 1);
    let demo = demo::subscriber(Purpose::Changing);
    let imsi = network.arrive(mme, &demo);
    network.attach(mme, imsi);
    let mut changed = demo.subscriber.clone();
    let subscription = Arc::make_mut(&mut changed.subscription);
    let ambr = Ambr {
        uplink: 1_000_000,
        downlink: 2_000_000,
    };
    subscription.ambr = ambr;
    subscription.rau_tau_timer_s = None;
    subscription.apn_configurations.pop();
    network
        .store
        .execute(Command::Put {
            subscribers: vec![changed],
            mode: PutMode::Update,
        })
        .unwrap();
    let now = network.now;
    network.hss.store_changed(now);
    network.run_for(Duration::from_secs(5));
    let events = network.events(mme);
    assert!(
        events.contains(&MmeEvent::SubscriptionChanged { imsi }),
        "{events:?}"
    );
    network.with(mme, |_, _, mme| {
        let subscription = mme.context(imsi).unwrap().subscription().unwrap();
        assert_eq!(subscription.ambr, Some(ambr));
        assert_eq!(subscription.rau_tau_timer_s, None, "a DSR withdrew it");
        assert_eq!(subscription.apn_configurations.len(), 1);
        assert_eq!(
            subscription.msisdn, demo.subscriber.msisdn,
            "what did not change stays"
        );
    });
    network
        .store
        .execute(Command::Remove { imsis: vec![imsi] })
        .unwrap();
    let now = network.now;
    network.hss.store_changed(now);
    network.run_for(Duration::from_secs(5));
    let withdrawn = MmeEvent::Cancelled {
        imsi,
        cancellation_type: 2,
    };
    assert!(network.events(mme).contains(&withdrawn));
}

/// Connections break at random, answers are lost with them: every procedure still ends, and a UE attaches in the end.
#[test]
fn lost_answers_end_procedures_and_never_wedge_them() {
    for seed in 0..40 {
        let mut network = network(seed);
        let mme = network.mme("mme1", demo::home_plmn(), 1);
        let ues: Vec<DemoSubscriber> = [Purpose::Milenage, Purpose::Tuak, Purpose::AheadOfAuc]
            .into_iter()
            .map(demo::subscriber)
            .collect();
        let imsis: Vec<Imsi> = ues.iter().map(|ue| network.arrive(mme, ue)).collect();
        network.break_every = 6;
        for round in 0..12 {
            for imsi in &imsis {
                // Not connected, or still waiting for an answer: tried again later.
                let _ = network.with(mme, |now, node, mme| mme.attach(now, node, *imsi));
            }
            network.run_for(Duration::from_secs(7));
            network.with(mme, |_, _, mme| {
                assert!(
                    mme.is_idle(),
                    "seed {seed}, round {round}: a procedure never ended"
                )
            });
        }
        network.break_every = 0;
        network.run_for(Duration::from_secs(60));
        network.events(mme);
        for imsi in imsis {
            let events = network.attach(mme, imsi);
            assert!(
                completed(&events, imsi, Procedure::Attach),
                "seed {seed}: {events:#?}"
            );
        }
    }
}

#[test]
fn what_the_hss_asks_about_strangers_is_answered_so() {
    let mut network = network(8);
    let mme = network.mme("mme1", demo::home_plmn(), 1);
    let demo = demo::subscriber(Purpose::Changing);
    let imsi = network.arrive(mme, &demo);
    network.attach(mme, imsi);
    // The MME restarts and forgets everybody; the HSS does not know.
    network.with(mme, |_, _, mme| {
        let fresh = quintet_sim::Mme::new(mme.config().clone());
        let old = std::mem::replace(mme, fresh);
        drop(old);
    });
    let mut changed = demo.subscriber.clone();
    Arc::make_mut(&mut changed.subscription).ambr = Ambr {
        uplink: 1,
        downlink: 1,
    };
    network
        .store
        .execute(Command::Put {
            subscribers: vec![changed],
            mode: PutMode::Update,
        })
        .unwrap();
    let now = network.now;
    network.hss.store_changed(now);
    network.run_for(Duration::from_secs(5));
    let unknown = AnswerOutcome::experimental(5001);
    let served = MmeEvent::Served {
        command: 319,
        imsi: Some(imsi),
        outcome: unknown,
    };
    assert!(network.events(mme).contains(&served));
}

#[test]
fn a_ue_that_is_not_there_cannot_attach() {
    let mut network = network(9);
    let mme = network.mme("mme1", demo::home_plmn(), 1);
    let imsi = demo::unknown_imsi();
    assert!(
        network
            .with(mme, |now, node, mme| mme.attach(now, node, imsi))
            .is_err()
    );
    let authentication = demo::subscriber(Purpose::Milenage).subscriber.authentication;
    let usim = Usim::new(imsi, &authentication, Default::default()).unwrap();
    network.with(mme, |_, _, mme| {
        assert!(mme.arrive(Ue { usim, imeisv: None }).is_none())
    });
    assert!(
        network
            .with(mme, |now, node, mme| mme.attach(now, node, imsi))
            .is_ok()
    );
    let again = network.with(mme, |now, node, mme| mme.attach(now, node, imsi));
    assert_eq!(again, Err(quintet_sim::ProcedureError::UnderWay));
}

/// Changes the last octet of the AVP of this code, wherever it stands in an answer to this command.
fn tamper(command: u32, code: u32) -> Tamper {
    Box::new(move |octets| {
        let message = Message::decode(octets).unwrap();
        if message.header().code == command
            && let Some(end) = message.avps().find_map(|found| end_of(&found.unwrap(), code))
        {
            octets[end - 1] ^= 1;
        }
    })
}

/// Where the first AVP of this code ends, if it is this one or inside.
fn end_of(found: &Avp<'_>, code: u32) -> Option<usize> {
    if found.code == code {
        return Some(found.data_at() + found.data.len());
    }
    let grouped = [1413, 1414, 1400, 1429, 1430].contains(&found.code);
    grouped
        .then(|| found.group().find_map(|inner| end_of(&inner.unwrap(), code)))
        .flatten()
}

#[test]
fn whatever_of_an_answer_is_wrong_is_found() {
    const AIA: u32 = 318;
    const ULA: u32 = 316;
    for (command, avp, expected) in [
        (AIA, avp::XRES, "RES of the card is not XRES"),
        (AIA, avp::KASME, "KASME of the HSS is not"),
        (AIA, avp::AUTN, "MAC-A"),
        (AIA, avp::RAND, "MAC-A"),
        (AIA, avp::AUTHENTICATION_INFO, "KASME of the HSS is not"),
        (ULA, avp::CONTEXT_IDENTIFIER, "names no APN configuration"),
    ] {
        let mut network = network(10);
        let mme = network.mme("mme1", demo::home_plmn(), 1);
        network.tamper = Some(tamper(command, avp.code));
        let imsi = network.arrive(mme, &demo::subscriber(Purpose::Milenage));
        let failure = failure(&network.attach(mme, imsi)).to_string();
        assert!(failure.contains(expected), "AVP {}: {failure}", avp.code);
    }
}

#[test]
fn after_a_reset_the_location_is_confirmed_at_the_next_contact() {
    let mut network = network(11);
    let mme = network.mme("mme1", demo::home_plmn(), 1);
    let imsi = network.arrive(mme, &demo::subscriber(Purpose::Milenage));
    network.attach(mme, imsi);
    let contact =
        |network: &mut Network| network.with(mme, |now, node, mme| mme.radio_contact(now, node, imsi));
    assert_eq!(contact(&mut network), Ok(false), "nothing to confirm");
    network.restart_hss();
    network.run_for(Duration::from_secs(60));
    assert!(network.events(mme).contains(&MmeEvent::Reset { contexts: 1 }));
    network.with(mme, |_, _, mme| {
        assert!(!mme.context(imsi).unwrap().is_confirmed())
    });
    assert_eq!(contact(&mut network), Ok(true));
    network.run_for(Duration::from_secs(1));
    assert!(completed(&network.events(mme), imsi, Procedure::Confirmation));
    network.with(mme, |_, _, mme| {
        assert!(mme.context(imsi).unwrap().is_confirmed())
    });
}

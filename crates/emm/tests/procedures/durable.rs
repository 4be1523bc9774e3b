//! Contexts in octets: what comes back after a stop, and that nothing else does (TS 33.401 6.5).

use crate::support::Network;
use quintet_emm::Disposition;
use quintet_emm::network::durable::{self, Counts, DOWNLINK_RESERVE, Stop};
use quintet_emm::network::{Context, Input, Output, SecurityContext};
use quintet_identity::Guti;
use quintet_nas::security::NasCount;

fn full() -> Context {
    let (mut network, _) = Network::attached();
    let mut context = network.table.contexts.remove(&1).unwrap();
    context.imeisv = Some("4901542032375186".parse().unwrap());
    context.imei = Some("490154203237518".parse().unwrap());
    context.old_guti = Some(Guti {
        m_tmsi: 3,
        ..context.guti
    });
    context.ms_network_capability = Some([1, 2, 3, 4, 5, 6, 7, 8].into());
    context.ue_additional_security_capability = Some([1, 2, 3, 4]);
    context
}

fn security(context: &Context) -> &SecurityContext {
    context.security.as_ref().unwrap()
}

fn next(context: &Context) -> u32 {
    security(context).nas.counts().next_sent.unwrap().value()
}

#[test]
fn after_a_clean_stop_all_is_as_it_was() {
    let context = full();
    let octets = durable::encode(&context, Counts::Exact);
    assert!(octets.len() <= 512, "{} octets", octets.len());
    assert!(
        octets.len() < 250,
        "{} octets of an ordinary context",
        octets.len()
    );
    let mut back = durable::decode(&octets, Stop::Clean).unwrap();
    back.security.as_mut().unwrap().downlink_reserved = security(&context).downlink_reserved;
    assert_eq!(format!("{back:?}"), format!("{context:?}"));
    assert_eq!(security(&back).kasme, security(&context).kasme);
    assert_eq!(
        security(&back).nas,
        security(&context).nas,
        "keys, algorithms, COUNTs"
    );
    let mut least = full();
    (least.imsi, least.imei, least.imeisv, least.old_guti) = (None, None, None, None);
    (least.security, least.registration, least.ms_network_capability) = (None, None, None);
    least.ue_additional_security_capability = None;
    let octets = durable::encode(&least, Counts::Exact);
    assert_eq!(
        format!("{:?}", durable::decode(&octets, Stop::Clean).unwrap()),
        format!("{least:?}")
    );
}

#[test]
fn after_any_other_stop_the_context_is_stale_and_ahead() {
    let context = full();
    for (counts, stop) in [
        (Counts::Reserved, Stop::Clean),
        (Counts::Reserved, Stop::Unclean),
        (Counts::Exact, Stop::Unclean),
    ] {
        let back = durable::decode(&durable::encode(&context, counts), stop).unwrap();
        assert!(security(&back).stale, "{counts:?}, {stop:?}");
        assert!(next(&back) >= next(&context));
    }
    let reserved = durable::decode(&durable::encode(&context, Counts::Reserved), Stop::Unclean).unwrap();
    assert!(next(&reserved) > next(&context));
}

/// A crash at any moment, with the last record that was asked for: no COUNT that was used is ahead of it.
#[test]
fn no_downlink_count_is_ever_past_the_record() {
    let (mut network, mut phone) = Network::attached();
    let mut record = durable::encode(network.context(), Counts::Reserved);
    let mut writes = 0;
    for _ in 0..300 {
        let status = phone.protect(
            quintet_nas::security::Protection::Ciphered,
            &[0x02, 0x01, 0xd2, 0x05],
        );
        assert_eq!(network.uplink(&status), Disposition::Handled);
        let outputs = network.take();
        if outputs.iter().any(|o| matches!(o, Output::Changed(_))) {
            writes += 1;
            record = durable::encode(network.context(), Counts::Reserved);
        }
        for output in outputs {
            if let Output::Downlink(nas) = output {
                phone.read(&nas);
            }
        }
        let used = next(network.context());
        assert!(next(&durable::decode(&record, Stop::Unclean).unwrap()) >= used);
    }
    let window = DOWNLINK_RESERVE / 2;
    assert!(
        writes > 0 && writes <= 300 / window + 1,
        "{writes} writes for 300 messages"
    );
}

#[test]
fn a_stale_context_is_authenticated_anew_and_a_good_one_is_used() {
    let (mut network, mut phone) = Network::attached();
    let _ = network.input(Input::ReleaseRequested);
    let s_tmsi = phone.guti.map(Guti::s_tmsi);
    let octets = durable::encode(network.context(), Counts::Exact);
    *network.context() = durable::decode(&octets, Stop::Clean).unwrap();
    let nas = phone.service_request();
    assert_eq!(network.connect(s_tmsi, &nas), Disposition::Handled);
    assert!(network.told(&mut phone).setup.is_some(), "at once");

    let octets = durable::encode(network.context(), Counts::Reserved);
    *network.context() = durable::decode(&octets, Stop::Unclean).unwrap();
    let nas = phone.service_request();
    assert_eq!(network.connect(s_tmsi, &nas), Disposition::Handled);
    assert_eq!(network.secure(&mut phone, 2), Disposition::Handled);
    let setup = network.told(&mut phone).setup.expect("after a new AKA");
    assert_eq!(setup.kenb, phone.kasme.as_ref().unwrap().k_enb(0));
    assert!(!security(network.context()).stale);
}

#[test]
fn octets_that_are_no_context_are_refused_with_their_place() {
    let octets = durable::encode(&full(), Counts::Exact);
    for length in 0..octets.len() {
        let error = durable::decode(&octets[..length], Stop::Clean).unwrap_err();
        assert!(error.at <= length, "{error}");
    }
    let longer = [&octets[..], &[0]].concat();
    assert_eq!(
        durable::decode(&longer, Stop::Clean).unwrap_err().at,
        octets.len()
    );
    for (at, value) in [(0, 2), (2, 0xf0)] {
        let mut wrong = octets.to_vec();
        wrong[at] = value;
        assert_eq!(durable::decode(&wrong, Stop::Clean).unwrap_err().at, at);
    }
}

/// Every single octet with every value: an error or a context, and what is a context encodes again.
#[test]
fn mutations_never_panic() {
    let octets = durable::encode(&full(), Counts::Exact);
    let mut taken = 0;
    for at in 0..octets.len() {
        for value in 0..=255 {
            let mut mutated = octets.to_vec();
            mutated[at] = value;
            if let Ok(context) = durable::decode(&mutated, Stop::Clean) {
                taken += 1;
                let again = durable::encode(&context, Counts::Exact);
                let back = durable::decode(&again, Stop::Clean).unwrap();
                assert_eq!(format!("{back:?}"), format!("{context:?}"));
            }
        }
    }
    assert!(taken > octets.len(), "keys and counts may be anything");
}

/// The end of COUNT survives: no message is protected by a context that has none left.
#[test]
fn no_count_left_stays_no_count_left() {
    let mut context = full();
    let security_context = context.security.as_mut().unwrap();
    let counts = quintet_nas::security::NasCounts {
        next_sent: None,
        last_received: Some(NasCount::MAX),
    };
    security_context.nas = security_context.nas.clone().with_counts(counts);
    let back = durable::decode(&durable::encode(&context, Counts::Exact), Stop::Clean).unwrap();
    assert_eq!(security(&back).nas.counts(), counts);
}

/// A registered UE that is idle takes 1 KiB at most, with what hangs from it.
#[test]
fn an_idle_context_is_small() {
    let context = full();
    let boxed = context.ue_network_capability.len()
        + context.ms_network_capability.as_ref().map_or(0, |ms| ms.len())
        + context.registration.as_ref().map_or(0, |r| r.apn.as_str().len());
    let octets = size_of::<Context>() + boxed;
    assert!(
        octets <= 512,
        "{octets} octets: with the node's indices it must stay below 1 KiB"
    );
}

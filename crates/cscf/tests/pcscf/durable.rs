//! A P-CSCF that was killed and started again.

use crate::support::{Net, Phone, Step, challenge, config, hop, status, values};
use quintet_esp::{Direction, SaSet};
use quintet_ims::agreement::Role;
use quintet_procedure::node::Save;
use quintet_sip::Name;
use quintet_sip::transport::Protocol;
use std::collections::BTreeMap;

type Store = BTreeMap<u32, Vec<u8>>;

fn save(net: &mut Net, store: &mut Store) {
    while let Some(save) = net.pcscf.poll_save() {
        match save {
            Save::Put { key, record } => drop(store.insert(key, record.to_vec())),
            Save::Delete { key } => drop(store.remove(&key)),
        }
    }
}

fn restarted(from: &Net, store: &Store, after: u64) -> Net {
    let mut net = Net::with(config());
    net.now = from.now + std::time::Duration::from_secs(after);
    let at = net.at();
    for (key, record) in store {
        net.pcscf.restore(at, *key, record).expect("restored");
    }
    net.drain();
    net
}

#[test]
fn registrations_and_associations_come_back() {
    let mut net = Net::new();
    let mut store = Store::new();
    let mut ue = Phone::new(1);
    let (first, _) = ue.registers(&mut net);
    let path = values(&first, Name::Path).remove(0);
    save(&mut net, &mut store);
    assert_eq!(store.len(), 1);
    net.pass(100);
    let mut again = restarted(&net, &store, 10);
    assert_eq!(again.registered(), (1, 0));
    assert_eq!(again.steps, [Step::Installed(SaSet(1))]);
    for (was, is) in net.sas[&SaSet(1)].iter().zip(&again.sas[&SaSet(1)]) {
        assert_eq!((was.key(), was.mode, &was.keys), (is.key(), is.mode, &is.keys));
        assert_eq!(is.lifetime.as_secs(), 3_630 - 110);
        let ahead = is.direction == Direction::Outbound;
        assert_eq!(is.sequence > 1_000_000, ahead, "{is:?}");
    }
    // Both ways work on.
    again.give(ue.protected(), &ue.request("MESSAGE", "sip:b@home.test", ""));
    assert!(
        again
            .one()
            .1
            .contains("P-Asserted-Identity: <sip:user1@home.test>")
    );
    let core = hop(
        Protocol::Udp,
        crate::support::address(crate::support::CORE),
        crate::support::address(crate::support::SCSCF),
    );
    let text = format!(
        "MESSAGE sip:user1@10.0.1.1:3999 SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.4:5060;branch=z9hG4bKt\r\nRoute: {path}\r\n\
         From: <sip:o@home.test>;tag=1\r\nTo: <sip:user1@home.test>\r\nCall-ID: t\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
    );
    again.give(core, &text);
    assert_eq!(
        again.one().0,
        ue.associations
            .expect("four")
            .request_hop(Role::Pcscf, Protocol::Udp)
    );
    // And the next registration, over what came back; its SPIs are new.
    ue.registers(&mut again);
    assert_eq!(again.sas.len(), 2);
    save(&mut again, &mut store);
    // A second restart goes further ahead still.
    let third = restarted(&again, &store, 0);
    let used = |net: &Net| net.sas[&SaSet(1)].iter().map(|sa| sa.sequence).max();
    assert!(used(&third) > used(&again), "{:?}", used(&third));
    assert_eq!(third.sas.len(), 2);
}

#[test]
fn what_is_not_finished_or_has_ended_does_not_come_back() {
    let mut net = Net::new();
    let mut store = Store::new();
    let mut pending = Phone::new(1);
    net.give(pending.unprotected(), &pending.register("", false));
    let sm2 = net.one();
    net.answer(&sm2, 401, &challenge());
    net.one();
    save(&mut net, &mut store);
    assert!(store.is_empty());
    let mut ue = Phone::new(2);
    ue.registers(&mut net);
    save(&mut net, &mut store);
    assert_eq!(store.len(), 1);
    let record = store.values().next().expect("a record").clone();
    ue.expires = 0;
    ue.renew();
    net.give(ue.protected(), &ue.register("", true));
    let sm2 = net.one();
    net.answer(&sm2, 200, "");
    assert_eq!(status(&net.one().1), 200);
    save(&mut net, &mut store);
    assert!(store.is_empty());
    // Expired while it was away.
    let mut late = Net::with(config());
    late.now = net.now + std::time::Duration::from_secs(4_000);
    let at = late.at();
    assert!(late.pcscf.restore(at, 0, &record).is_err());
    assert_eq!(late.registered(), (0, 0));
}

#[test]
fn a_record_that_is_none_restores_nothing() {
    let mut net = Net::new();
    let mut store = Store::new();
    let mut ue = Phone::new(1);
    ue.registers(&mut net);
    save(&mut net, &mut store);
    let record = store.values().next().expect("a record").clone();
    let at = net.at();
    for end in 0..record.len() {
        let mut fresh = Net::with(config());
        assert!(fresh.pcscf.restore(at, 0, &record[..end]).is_err(), "{end}");
        assert_eq!(fresh.registered(), (0, 0));
    }
    for place in 0..record.len() {
        let mut changed = record.clone();
        changed[place] ^= 0xff;
        let mut fresh = Net::with(config());
        let _ = fresh.pcscf.restore(at, 0, &changed);
    }
    // The same one twice is somebody else's the second time.
    let mut fresh = Net::with(config());
    assert!(fresh.pcscf.restore(at, 0, &record).is_ok());
    assert!(fresh.pcscf.restore(at, 1, &record).is_err());
    assert_eq!(fresh.registered(), (1, 0));
}

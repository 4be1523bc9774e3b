//! An S-CSCF that is killed and started again.

use crate::support::*;
use quintet_cscf::scscf::Scscf;
use quintet_procedure::node::Save;
use std::collections::BTreeMap;

const I: &str = "10.0.0.2:5060";

fn records(bench: &mut Bench, store: &mut BTreeMap<u32, Vec<u8>>) -> u64 {
    let now = at(bench.network.now);
    let mut count = 0;
    while let Some(save) = bench.node().poll_save(now) {
        count += 1;
        match save {
            Save::Put { key, record } => {
                store.insert(key, record.to_vec());
            }
            Save::Delete { key } => {
                store.remove(&key);
            }
        }
    }
    count
}

fn restarted(bench: &mut Bench, store: &BTreeMap<u32, Vec<u8>>) {
    let mut scscf = Scscf::new(scscf_config(), [8; 32]);
    for (key, record) in store {
        scscf
            .restore(at(bench.network.now), *key, record)
            .expect("of use");
    }
    *bench.node() = scscf;
    bench.sent.clear();
}

#[test]
fn who_was_registered_is_called_and_refreshes() {
    let mut bench = Bench::scscf(home(profile()));
    let mut store = BTreeMap::new();
    bench.register();
    assert_eq!(records(&mut bench, &mut store), 1);
    restarted(&mut bench, &store);
    let invite = bench.say(I, &request("INVITE", TEL, ""));
    assert_eq!(
        (uri(&invite).as_str(), bench.starts()),
        (CONTACT, vec!["INVITE".to_owned()])
    );
    let challenge = bench.say(I, &register("call-1", 3, "yes", ""));
    let answer = answer_to(&challenge, 2);
    let reply = bench.say(I, &register("call-1", 4, "yes", &answer));
    assert!(reply.starts_with("SIP/2.0 200"), "{reply}");
    // And is forgotten when it is over.
    bench.run(std::time::Duration::from_secs(631));
    records(&mut bench, &mut store);
    assert!(store.is_empty());
}

#[test]
fn an_answer_to_a_challenge_of_before_is_challenged_anew() {
    let mut bench = Bench::scscf(home(profile()));
    let challenge = bench.say(I, &register("call-1", 1, "no", ""));
    restarted(&mut bench, &BTreeMap::new());
    let answer = answer_to(&challenge, 1);
    let again = bench.say(I, &register("call-1", 2, "yes", &answer));
    let answer = answer_to(&again, 2);
    let reply = bench.say(I, &register("call-1", 3, "yes", &answer));
    assert!(reply.starts_with("SIP/2.0 200"), "{reply}");
}

#[test]
fn nothing_is_acknowledged_before_it_is_durable() {
    let mut config = scscf_config();
    config.await_saves = true;
    let mut bench = Bench::scscf_of(config, home(profile()));
    let mut store = BTreeMap::new();
    let challenge = bench.say(I, &register("call-1", 1, "no", ""));
    let answer = answer_to(&challenge, 1);
    bench.say(I, &register("call-1", 2, "yes", &answer));
    assert_eq!(bench.starts(), ["401"]);
    let count = records(&mut bench, &mut store);
    bench.say(I, "\r\n");
    assert_eq!(bench.starts(), ["401"], "it left, and is not there yet");
    let now = at(bench.network.now);
    bench.node().saved(now, count);
    bench.run(std::time::Duration::from_millis(10));
    assert_eq!(bench.starts(), ["401", "200"]);
    assert_eq!(store.len(), 1);
}

#[test]
fn records_that_are_of_no_use_are_said_to_be() {
    let mut bench = Bench::scscf(home(profile()));
    let mut store = BTreeMap::new();
    bench.register();
    records(&mut bench, &mut store);
    let record = store.values().next().expect("one").clone();
    let now = at(bench.network.now);
    let mut scscf = Scscf::new(scscf_config(), [8; 32]);
    assert!(scscf.restore(now, 0, &record[1..]).is_err());
    assert!(scscf.restore(now, 5, &record).is_ok());
    assert!(
        scscf.restore(now, 6, &record).is_err(),
        "its private identity is there"
    );
    assert!(scscf.restore(now, 5, &record).is_err(), "its place is taken");
}

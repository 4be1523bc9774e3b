//! An HSS whose store is slower than its MMEs: who is refused, how long the others wait, what the MMEs are told.

#![cfg(test)]

mod support;

use quintet_capture::{LinkType, PcapngWriter, Side, TcpFlow};
use quintet_diameter::dict::avp;
use quintet_diameter::node::{OverloadConfig, PRIORITIES};
use quintet_diameter::{ConnectionId, Message, MessageWriter};
use quintet_hss::HssConfig;
use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use support::*;

/// Bit 1: over S6a.
const S6A_ULR: u32 = 2;

const SUBSCRIBERS: u32 = 3000;

/// Who only authenticates, which the memory does.
const AUTHENTICATING: u32 = SUBSCRIBERS;

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// OC-Sequence-Number, OC-Reduction-Percentage, OC-Validity-Duration.
fn report(answer: &[u8]) -> Option<(u64, u32, u32)> {
    let olr = Message::decode(answer).unwrap().find(avp::OC_OLR)?.group();
    let number = |id| olr.find(id).unwrap().u32().unwrap();
    let sequence = olr.find(avp::OC_SEQUENCE_NUMBER).unwrap().u64().unwrap();
    Some((
        sequence,
        number(avp::OC_REDUCTION_PERCENTAGE),
        number(avp::OC_VALIDITY_DURATION),
    ))
}

fn announce(w: &mut MessageWriter<'_>) {
    w.group(avp::OC_SUPPORTED_FEATURES, |w| w.u64(avp::OC_FEATURE_VECTOR, 1));
}

/// An HSS with a slow store, an MME, and what it asked.
struct Network {
    rig: Rig,
    mme: ConnectionId,
    id: u32,
    asked: HashMap<u32, (Duration, usize)>,
    offered: [u32; PRIORITIES],
    refused: [u32; PRIORITIES],
    longest: Duration,
    reports: Vec<(u64, u32, u32)>,
}

impl Network {
    fn new() -> Self {
        let config = HssConfig::new(vec![plmn(HOME)]);
        let mut rig = Rig::with_node(config, |node| node.overload = OverloadConfig::default());
        rig.provision_many(SUBSCRIBERS, &subscription());
        rig.start();
        let mme = rig.mme("mme");
        // The slot's bound is raised before the store becomes slow.
        let first = air(u32::MAX, "mme", imsi(AUTHENTICATING), Some(1), None);
        assert_eq!(result_of(&rig.ask(mme, &first)), 2001);
        rig.store.hold();
        Self {
            rig,
            mme,
            id: 0,
            asked: HashMap::new(),
            offered: [0; PRIORITIES],
            refused: [0; PRIORITIES],
            longest: Duration::ZERO,
            reports: Vec::new(),
        }
    }

    fn update(&mut self, priority: usize) {
        self.id += 1;
        let who = imsi(1 + self.id % (SUBSCRIBERS - 1));
        let ulr = ulr(self.id, "mme", who, S6A_ULR, |w| {
            w.u32(avp::DRMP, priority as u32);
            announce(w);
        });
        self.asked.insert(self.id, (self.rig.now, priority));
        self.offered[priority] += 1;
        let _ = self.rig.feed(self.mme, &ulr);
        self.take();
    }

    fn take(&mut self) {
        for (_, answer) in std::mem::take(&mut self.rig.out) {
            let Some((since, priority)) = self.asked.remove(&header(&answer).hop_by_hop) else {
                continue;
            };
            let waited = self.rig.now - since;
            match result_of(&answer) {
                2001 => self.longest = self.longest.max(waited),
                3004 => {
                    assert_eq!(waited, Duration::ZERO, "at once, or it may as well wait");
                    self.refused[priority] += 1;
                }
                other => panic!("{other}"),
            }
            if let Some(report) = report(&answer)
                && self.reports.last() != Some(&report)
            {
                self.reports.push(report);
            }
        }
    }

    /// An authentication, which needs no store.
    fn authenticate(&mut self) -> u32 {
        self.id += 1;
        let air = air(self.id, "mme", imsi(AUTHENTICATING), Some(1), None);
        let _ = self.rig.feed(self.mme, &air);
        let at = self
            .rig
            .out
            .iter()
            .position(|sent| header(&sent.1).hop_by_hop == self.id);
        result_of(&self.rig.out.remove(at.expect("at once")).unwrap().1)
    }

    /// A millisecond in which the store does `n` of what waits.
    fn work(&mut self, n: usize) {
        self.rig.advance(ms(1));
        self.rig.store.release(n.min(self.rig.store.held()));
        self.rig.pump();
        self.take();
    }
}

#[test]
fn the_lowest_wait_for_the_store_last_and_who_is_admitted_not_for_long() {
    let target = OverloadConfig::default().target_wait;
    let mut network = Network::new();
    // Two a millisecond where one can be done, for six seconds.
    for n in 0..6000 {
        for k in 0..2 {
            network.update([0, 10, 10, 15, 8, 10, 15, 10][(2 * n + k) % 8]);
        }
        // Seldom enough for a subscriber's numbers to keep to the clock.
        if n % 250 == 0 {
            assert_eq!(network.authenticate(), 2001, "memory is no slower for it");
        }
        network.work(1);
    }
    let (offered, refused) = (network.offered, network.refused);
    println!(
        "longest {:?}, refused {refused:?} of {offered:?}",
        network.longest
    );
    assert!(network.longest < target, "{:?}", network.longest);
    assert_eq!((refused[0], refused[8]), (0, 0));
    assert!(
        refused[10] > 0 && refused[15] * 10 > offered[15] * 9,
        "{refused:?} of {offered:?}"
    );
    let shed = network.rig.node.counters().shed.map(|n| n as u32);
    assert_eq!(shed, refused);

    // The MME hears of it, in numbers that grow, and of its end.
    assert!(network.reports.len() > 1, "{:?}", network.reports);
    assert!(
        network.reports.is_sorted_by(|a, b| a.0 < b.0),
        "{:?}",
        network.reports
    );
    assert!(
        network.reports[0].1 > 30,
        "half was too much: {:?}",
        network.reports
    );
    network.rig.store.release_all();
    network.rig.pump();
    for _ in 0..300 {
        network.rig.advance(ms(100));
        network.update(10);
    }
    let last = *network.reports.last().unwrap();
    assert_eq!((last.1, last.2), (0, 0), "it is over");
    assert_eq!(network.rig.node.overload().reduction, 0);
    assert!(network.asked.is_empty(), "every request was answered");
}

#[test]
fn a_store_that_is_fast_enough_is_no_reason_to_refuse() {
    let mut network = Network::new();
    // Bursts of fifty, worked off before the next: far from healthy, and still no overload.
    for _ in 0..100 {
        for _ in 0..50 {
            network.update(15);
        }
        for _ in 0..55 {
            network.work(1);
        }
    }
    assert_eq!(network.refused, [0; PRIORITIES], "{:?}", network.longest);
    assert!(network.reports.is_empty());
}

// --- tshark -----------------------------------------------------------------------------------------------------------

/// Fields of each Diameter message of a capture, as tshark has them.
fn tshark(file: &Path, fields: &[&str]) -> Option<String> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(file)
        .args(["-Y", "diameter", "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let Ok(output) = command.output() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "tshark cannot be run; install it"
        );
        eprintln!("skipped: tshark cannot be run; install it");
        return None;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_messages_of_overload_are_what_tshark_reads() {
    let mut network = Network::new();
    for _ in 0..5000 {
        network.update(10);
        network.update(10);
        network.work(1);
    }
    let request = ulr(77_777, "mme", imsi(1), S6A_ULR, |w| {
        w.u32(avp::DRMP, 15);
        announce(w);
    });
    let _ = network.rig.feed(network.mme, &request);
    let answer = network.rig.answer(network.mme);
    let (sequence, reduction, validity) = report(&answer).expect("it is overloaded");

    let mut octets = Vec::new();
    let mut writer = PcapngWriter::begin(&mut octets, "quintet tests");
    let interface = writer.interface(&mut octets, "S6a", LinkType::ETHERNET);
    let mut time = Duration::from_secs(1_760_000_000);
    let mut sink = |frame: &[u8]| {
        time += ms(1);
        writer.packet(&mut octets, interface, time, frame, &[]);
    };
    let (client, server) = (([192, 0, 2, 1], 40_000).into(), ([192, 0, 2, 2], 3868).into());
    let mut flow = TcpFlow::open(client, server, [1, 2], &mut sink).unwrap();
    flow.send(Side::Client, &request, &mut sink).unwrap();
    flow.send(Side::Server, &answer, &mut sink).unwrap();
    let file = tempfile::Builder::new().suffix(".pcapng").tempfile().unwrap();
    std::fs::write(file.path(), octets).unwrap();

    let fields = [
        "diameter.Result-Code",
        "diameter.DRMP",
        "diameter.OC-Feature-Vector",
        "diameter.OC-Sequence-Number",
        "diameter.OC-Report-Type",
        "diameter.OC-Reduction-Percentage",
        "diameter.OC-Validity-Duration",
        "_ws.malformed",
    ];
    let Some(read) = tshark(file.path(), &fields) else {
        return;
    };
    let expected = [
        "\t15\t1\t\t\t\t\t".to_owned(),
        format!("3004\t\t1\t{sequence}\t0\t{reduction}\t{validity}\t"),
    ];
    assert_eq!(read.lines().collect::<Vec<_>>(), expected);
    // RFC 7683 7.8, RFC 7944 9.2: none of them is mandatory.
    let (request, answer) = (
        Message::decode(&request).unwrap(),
        Message::decode(&answer).unwrap(),
    );
    for (message, id) in [
        (&request, avp::DRMP),
        (&answer, avp::OC_SUPPORTED_FEATURES),
        (&answer, avp::OC_OLR),
    ] {
        let avp = message.find(id).unwrap();
        assert!(!avp.flags.mandatory());
        assert!(id == avp::DRMP || avp.group().all(|inner| !inner.unwrap().flags.mandatory()));
    }
}

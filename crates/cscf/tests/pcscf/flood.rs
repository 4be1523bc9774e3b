//! Floods: what anybody can send makes it hold a bounded amount, and nothing panics.

use crate::support::{Net, Phone, challenge, config, hop, status};
use quintet_cscf::pcscf::Rate;
use quintet_sip::transport::Protocol;
use std::net::{IpAddr, SocketAddr};

#[test]
fn a_source_that_registers_too_often_is_not_heard() {
    let mut limited = config();
    limited.limits.register_rate = Some(Rate {
        per_second: 1,
        burst: 5,
    });
    let mut net = Net::with(limited);
    let mut ue = Phone::new(1);
    for _ in 0..100 {
        net.give(ue.unprotected(), &ue.register("", false));
    }
    assert_eq!((net.sent.len(), net.pcscf.counters().flooded), (5, 95));
    net.sent.clear();
    let mut other = Phone::new(2);
    net.give(other.unprotected(), &other.register("", false));
    net.one();
}

#[test]
fn pending_registrations_are_bounded_and_pass() {
    let mut limited = config();
    limited.limits.register_rate = None;
    limited.limits.pending = 10;
    let mut net = Net::with(limited);
    let mut registered = Phone::new(1);
    registered.registers(&mut net);
    for n in 0..50_u8 {
        let mut ue = Phone::new(100 + n);
        net.give(ue.unprotected(), &ue.register("", false));
        let (to, text) = net.one();
        if n < 10 {
            net.answer(&(to, text), 401, &challenge());
            net.one();
        } else {
            assert_eq!(status(&text), 503, "{n}");
            assert!(text.contains("Retry-After"), "{text}");
        }
    }
    assert_eq!(
        (net.registered(), net.sas.len(), net.pcscf.counters().full),
        ((1, 10), 11, 40)
    );
    // Who is registered is served all the while.
    net.give(
        registered.protected(),
        &registered.request("MESSAGE", "sip:b@home.test", ""),
    );
    net.one();
    registered.registers(&mut net);
    net.pass(300);
    net.sent.clear();
    assert_eq!(net.registered(), (1, 0));
    let mut ue = Phone::new(200);
    ue.registers(&mut net);
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

#[test]
fn whatever_comes_nothing_panics_and_no_key_leaves() {
    let seed = 20_261_122;
    let mut dice = Dice(seed);
    let mut net = Net::new();
    let mut ue = Phone::new(1);
    let mut texts = Vec::new();
    net.give(ue.unprotected(), &ue.register("", false));
    let sm2 = net.one();
    texts.push(crate::support::answer(&sm2.1, 401, &challenge()));
    net.answer(&sm2, 401, &challenge());
    let sm6 = net.one().1;
    ue.challenged(&sm6);
    texts.extend([
        ue.register("", false),
        ue.register("1", true),
        ue.request("INVITE", "sip:b@home.test", ""),
    ]);
    let hops = [
        ue.unprotected(),
        ue.protected(),
        hop(
            Protocol::Tcp,
            crate::support::address(crate::support::CORE),
            crate::support::address(crate::support::ICSCF),
        ),
        hop(
            Protocol::Udp,
            crate::support::address(crate::support::ACCESS),
            SocketAddr::new(IpAddr::from([10, 0, 9, 9]), 1),
        ),
    ];
    for round in 0..20_000 {
        let mut octets = texts[dice.below(texts.len())].clone().into_bytes();
        for _ in 0..dice.below(4) {
            let at = dice.below(octets.len());
            match dice.below(4) {
                0 => octets[at] = dice.below(256) as u8,
                1 => drop(octets.drain(at..(at + dice.below(40)).min(octets.len()))),
                2 => octets.insert(at, b"\r\n,;=<>\"@:"[dice.below(10)]),
                _ => octets.truncate(at.max(1)),
            }
            if octets.is_empty() {
                octets.push(b'\r');
            }
        }
        let at = net.at();
        net.pcscf.handle_sip(at, hops[dice.below(hops.len())], &octets);
        while let Some(output) = net.pcscf.poll_sip() {
            let quintet_sip::transport::SipOutput::Send { hop, octets } = output else {
                continue;
            };
            let text = String::from_utf8_lossy(&octets);
            let to_ue = hop.remote.ip() == ue.address;
            assert!(
                !to_ue || !text.contains(crate::support::CK),
                "seed {seed} round {round}: {text}"
            );
        }
        while net.pcscf.poll_sa().is_some()
            || net.pcscf.poll_event().is_some()
            || net.pcscf.poll_save().is_some()
        {}
        if dice.below(50) == 0 {
            net.now += std::time::Duration::from_secs(dice.below(20) as u64);
            let at = net.at();
            net.pcscf.timeout(at);
        }
    }
    let (_, pending) = net.registered();
    assert!(pending < 20_000, "{pending}");
    for _ in 0..100 {
        net.now += std::time::Duration::from_secs(100);
        let at = net.at();
        net.pcscf.timeout(at);
        while net.pcscf.poll_sa().is_some() || net.pcscf.poll_sip().is_some() {}
    }
    assert_eq!(net.registered(), (0, 0), "nothing is kept for ever");
}

//! A registration into octets.

use super::VERSION;
use crate::pcscf::table::{Agreed, Bound, Registration, Subscription};
use quintet_esp::{Encryption, Integrity};
use quintet_ims::agreement::{Encapsulation, End, Entry, Which};
use quintet_sip::transport::Protocol;
use quintet_wire::put;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use zeroize::Zeroizing;

pub(super) fn encode(registration: &Registration, epoch: Duration) -> Zeroizing<Vec<u8>> {
    // One allocation of full size: one that grew would leave copies of keys behind.
    let mut out = Zeroizing::new(Vec::with_capacity(size(registration)));
    let o = &mut *out;
    o.push(VERSION);
    text(o, &registration.impi);
    address(o, SocketAddr::new(registration.ue, 0));
    put::u64(o, registration.token);
    o.push(u8::from(registration.emergency));
    protocol(o, registration.protocol);
    if let Some(bound) = &registration.bound {
        put_bound(o, bound, epoch);
    }
    let sets: Vec<_> = registration
        .sets
        .iter()
        .filter(|(which, _)| *which != Which::Temporary)
        .filter_map(|(which, entry)| Some((which, entry, registration.agreed(entry.associations.set)?)))
        .collect();
    o.push(sets.len() as u8);
    for (which, entry, agreed) in sets {
        put_set(o, which, entry, agreed, epoch);
    }
    o.push(u8::from(registration.subscription.is_some()));
    if let Some(subscription) = &registration.subscription {
        put_subscription(o, subscription, epoch);
    }
    out
}

/// At least the octets of a record.
fn size(registration: &Registration) -> usize {
    let texts = |list: &[String]| list.iter().map(|text| text.len() + 2).sum::<usize>() + 2;
    let bound = registration.bound.as_ref().map_or(0, |bound| {
        let aors = bound
            .aors
            .iter()
            .map(|aor| aor.to.len() + 16 + texts(&aor.identities) + texts(&aor.service_route));
        bound.contact.len() + 64 + aors.sum::<usize>()
    });
    let choices = registration
        .choices
        .iter()
        .map(|agreed| agreed.choice.client_letters().len() + agreed.choice.security_server().len() + 320);
    let subscription = registration.subscription.as_ref().map_or(0, |s| {
        s.call_id.len() + s.from_tag.len() + s.to_tag.len() + s.target.len() + texts(&s.routes) + 32
    });
    registration.impi.len() + 64 + bound + choices.sum::<usize>() + subscription
}

fn text(o: &mut Vec<u8>, text: &str) {
    // Every text came in a message, and is shorter than one.
    let octets = text
        .as_bytes()
        .get(..usize::from(u16::MAX))
        .unwrap_or(text.as_bytes());
    put::u16(o, octets.len() as u16);
    o.extend_from_slice(octets);
}

fn texts(o: &mut Vec<u8>, list: &[String]) {
    put::u16(o, list.len() as u16);
    list.iter().for_each(|item| text(o, item));
}

fn address(o: &mut Vec<u8>, address: SocketAddr) {
    match address.ip() {
        IpAddr::V4(v4) => {
            o.push(4);
            o.extend_from_slice(&v4.octets());
        }
        IpAddr::V6(v6) => {
            o.push(6);
            o.extend_from_slice(&v6.octets());
        }
    }
    put::u16(o, address.port());
}

fn protocol(o: &mut Vec<u8>, protocol: Protocol) {
    o.push(match protocol {
        Protocol::Udp => 0,
        Protocol::Tcp => 1,
        Protocol::Tls => 2,
    });
}

fn time(o: &mut Vec<u8>, at: Duration, epoch: Duration) {
    put::u64(o, at.saturating_add(epoch).as_millis() as u64);
}

fn put_bound(o: &mut Vec<u8>, bound: &Bound, epoch: Duration) {
    text(o, &bound.contact);
    o.push(u8::from(bound.flow.is_some()));
    if let Some(hop) = bound.flow {
        protocol(o, hop.protocol);
        address(o, hop.local);
        address(o, hop.remote);
    }
    put::u16(o, bound.aors.len() as u16);
    for aor in &bound.aors {
        text(o, &aor.to);
        texts(o, &aor.identities);
        texts(o, &aor.service_route);
        time(o, aor.expires, epoch);
    }
}

fn put_end(o: &mut Vec<u8>, end: &End) {
    address(o, end.client());
    put::u16(o, end.ports.server);
    put::u32(o, end.spis.client.value());
    put::u32(o, end.spis.server.value());
}

fn put_set(o: &mut Vec<u8>, which: Which, entry: &Entry, agreed: &Agreed, epoch: Duration) {
    let four = &entry.associations;
    o.push(match which {
        Which::Current => 0,
        Which::New => 1,
        Which::Old | Which::Temporary => 2,
    });
    put::u32(o, four.set.0);
    put_end(o, &four.ue);
    put_end(o, &four.pcscf);
    let place = |found: Option<usize>| found.unwrap_or(usize::from(u8::MAX)) as u8;
    o.push(place(
        Integrity::ALL.iter().position(|it| *it == four.suite.integrity()),
    ));
    o.push(place(
        Encryption::ALL
            .iter()
            .position(|it| *it == four.suite.encryption()),
    ));
    match four.encapsulation {
        Encapsulation::Transport => o.push(0),
        Encapsulation::UdpTunnel { ue, pcscf } => {
            o.push(1);
            address(o, ue);
            address(o, pcscf);
        }
    }
    for key in [entry.keys.expose_integrity(), entry.keys.expose_encryption()] {
        o.push(key.len() as u8);
        o.extend_from_slice(key);
    }
    time(o, entry.expires, epoch);
    time(o, agreed.since, Duration::ZERO);
    put::u32(o, agreed.restarts);
    text(o, agreed.choice.client_letters());
    text(o, agreed.choice.security_server());
}

fn put_subscription(o: &mut Vec<u8>, s: &Subscription, epoch: Duration) {
    for item in [&s.call_id, &s.from_tag, &s.to_tag, &s.target] {
        text(o, item);
    }
    put::u32(o, s.cseq);
    texts(o, &s.routes);
    time(o, s.until, epoch);
}

//! Any octets as a SIP message and as a stream of them: read, every value, forwarded, refused, given to transactions; as
//! registration information.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_sip::reginfo::Reginfo;
use quintet_sip::stream::{Frame, Inbox};
use quintet_sip::transaction::{Layer, Timers};
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{
    Challenge, Contact, Credentials, Edit, List, MAX_HEAD_OCTETS, MAX_MESSAGE_OCTETS, Message, Name, NameAddr, SecurityMechanism,
    Uri, Valued, Via, admit, unfold,
};
use std::time::Duration;

fn values(message: &Message<'_>) {
    let _ = (message.check(), message.request_uri().map(|uri| uri.is_equivalent(&uri)));
    for header in message.all_headers() {
        let value = header.value;
        let _ = (unfold(value), Uri::parse(value).map(|uri| uri.to_canonical()), Contact::parse(value));
        let _ = Via::parse(value).map(|via| (via.response_address(), via.unique_branch().is_some(), via.protocol()));
        let _ = NameAddr::parse(value).map(|name| (name.expires(), name.q(), name.reg_id(), name.display_name().is_some()));
        let _ = Challenge::parse(value).map(|challenge| (challenge.offers("auth"), challenge.stale()));
        let _ = Credentials::parse(value).map(|own| (own.nonce_count(), own.params.has_repetition()));
        let _ = SecurityMechanism::parse(value).map(|offer| (offer.q(), offer.spi_c(), offer.port_s()));
        for item in List::new(value) {
            let _ = Valued::parse(item).map(|valued| valued.params.iter().count());
        }
    }
}

fn forwarded(message: &Message<'_>) {
    let mut out = Vec::new();
    Edit::new(message).write(&mut out);
    assert_eq!(out, message.octets());
    out.clear();
    Edit::new(message)
        .uri("sip:next.example.org")
        .pop(Name::Via)
        .suffix(Name::Via, ";received=192.0.2.1")
        .push(Name::Via, "SIP/2.0/UDP h;branch=z9hG4bKx")
        .replace(Name::MaxForwards, 1)
        .remove(Name::Route)
        .write(&mut out);
    // An edit may carry a message that is as long as may be over its limit.
    if out.len() < MAX_MESSAGE_OCTETS
        && let Ok(read) = Message::parse(&out)
    {
        assert_eq!(read.top_via().expect("it was pushed").branch(), Some("z9hG4bKx"));
        assert!(!read.has(Name::Route));
    }
}

fuzz_target!(|octets: &[u8]| {
    let (local, remote) = ("192.0.2.1:5060".parse().expect("one"), "192.0.2.2:5060".parse().expect("one"));
    let mut out = Vec::new();
    let _ = admit(octets, remote, &mut out);
    // What is refused may be as long as may be, and its refusal longer.
    if !out.is_empty() && octets.len() < MAX_HEAD_OCTETS / 2 {
        assert!(Message::parse(&out).is_ok(), "a refusal is a message");
    }
    let _ = Reginfo::from_xml(octets).map(|reginfo| reginfo.to_xml());
    let mut layer = Layer::new(Timers::default(), 8);
    let mut inbox = Inbox::new();
    inbox.fill(octets);
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let hop = Hop { protocol, local, remote };
        if let Ok(message) = Message::parse(octets) {
            values(&message);
            forwarded(&message);
            let _ = layer.receive(Duration::ZERO, hop, &message);
            let _ = layer.request(Duration::ZERO, hop, octets.to_vec());
        }
        while let Some(Ok(frame)) = inbox.next() {
            if let Frame::Message(octets) = frame
                && let Ok(message) = Message::parse(octets)
            {
                let _ = layer.receive(Duration::from_millis(1), hop, &message);
            }
        }
    }
    while let Some(at) = layer.poll_timeout() {
        layer.timeout(at);
        while layer.poll_send().is_some() {}
    }
    assert!(layer.is_empty(), "nothing is kept for ever");
});

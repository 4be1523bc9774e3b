//! What a tap sees of an association over UDP: its beginning and end, every message, and the packets themselves.

use crate::support::{Station, remote, run};
use quintet_diameter::node::DisconnectCause;
use quintet_runtime::sctp::SctpCarrier;
use quintet_runtime::{Link, SctpLink, SctpWire, Tap, Way};
use quintet_sctp::Message;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

#[derive(Default)]
struct Seen {
    told: Vec<String>,
    /// Types of the first chunks of packets.
    sent: Vec<u8>,
    received: Vec<u8>,
}

struct Watcher(Rc<RefCell<Seen>>);

impl Tap for Watcher {
    fn opened(&mut self, _: Duration, _: &Link) {}
    fn message(&mut self, _: Duration, _: &Link, _: Way, _: &[u8]) {}
    fn closed(&mut self, _: Duration, _: &Link) {}

    fn sctp_up(&mut self, _: Duration, link: &SctpLink) {
        assert!(link.initiated && matches!(link.carrier, SctpCarrier::Udp { .. }));
        self.0.borrow_mut().told.push("up".to_owned());
    }

    fn sctp_message(&mut self, _: Duration, _: &SctpLink, way: Way, message: &Message) {
        let text = String::from_utf8_lossy(&message.payload);
        self.0.borrow_mut().told.push(format!("{way:?} {text}"));
    }

    fn sctp_down(&mut self, _: Duration, _: &SctpLink, graceful: bool) {
        self.0.borrow_mut().told.push(format!("down {graceful}"));
    }

    fn sctp_packet(&mut self, _: Duration, wire: &SctpWire, way: Way, packet: &[u8]) {
        assert_ne!(wire.path.remote.port(), 0, "over UDP");
        let seen = &mut *self.0.borrow_mut();
        match way {
            Way::Sent => seen.sent.push(packet[12]),
            Way::Received => seen.received.push(packet[12]),
        }
    }
}

#[test]
fn a_tap_sees_messages_and_packets() {
    run(async {
        let seen = Rc::new(RefCell::new(Seen::default()));
        let echo = Station::start(true, None);
        let station = Station::start(false, Some(Box::new(Watcher(Rc::clone(&seen)))));
        let server = echo.open(true);
        let client = station.open(false);
        let association = station
            .driver
            .connect_sctp(client, remote(&echo.driver, server))
            .unwrap();
        station.heard.up().await;
        station.send(association, 18, b"hello");
        station.heard.message().await;
        station.driver.shutdown(DisconnectCause::REBOOTING).await;
        let seen = seen.borrow();
        assert_eq!(seen.told, ["up", "Sent hello", "Received hello", "down true"]);
        // INIT, COOKIE ECHO; INIT ACK, COOKIE ACK; SHUTDOWN or what answers it at the end (RFC 9260 3.2).
        assert_eq!(seen.sent[..2], [1, 10]);
        assert_eq!(seen.received[..2], [2, 11]);
        assert!(seen.sent.contains(&0) && seen.received.contains(&0), "DATA");
        assert_eq!(seen.received.last(), Some(&8), "SHUTDOWN ACK");
    });
}

//! The tap sees both ends alike.

use crate::support::{Station, call, loopback, post, run};
use quintet_runtime::{Link, SbiLink, Tap, Way};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

#[derive(Default)]
struct Seen {
    opened: Vec<SbiLink>,
    sent: Vec<u8>,
    received: Vec<u8>,
    closed: Vec<SbiLink>,
}

struct Watcher(Rc<RefCell<Seen>>);

impl Tap for Watcher {
    fn opened(&mut self, _: Duration, _: &Link) {}
    fn message(&mut self, _: Duration, _: &Link, _: Way, _: &[u8]) {}
    fn closed(&mut self, _: Duration, _: &Link) {}
    fn sbi_opened(&mut self, _: Duration, link: &SbiLink) {
        self.0.borrow_mut().opened.push(*link);
    }
    fn sbi_octets(&mut self, _: Duration, _: &SbiLink, way: Way, octets: &[u8]) {
        let mut seen = self.0.borrow_mut();
        match way {
            Way::Sent => seen.sent.extend(octets),
            Way::Received => seen.received.extend(octets),
        }
    }
    fn sbi_closed(&mut self, _: Duration, link: &SbiLink) {
        self.0.borrow_mut().closed.push(*link);
    }
}

#[test]
fn the_tap_sees_both_ends_alike() {
    run(async {
        let (ours, theirs) = (
            Rc::new(RefCell::new(Seen::default())),
            Rc::new(RefCell::new(Seen::default())),
        );
        let server = Station::start(Some(Box::new(Watcher(Rc::clone(&theirs)))));
        let at = server.listen(loopback(), |_| {});
        let client = Station::start(Some(Box::new(Watcher(Rc::clone(&ours)))));
        client.call((0..20).map(|id| call(id, at, post("/echo", "marked body ".repeat(300)))));
        for id in 0..20 {
            assert!(client.heard.outcome(id).await.is_ok());
        }
        server.stop().await;
        client.stop().await;
        let (ours, theirs) = (ours.borrow(), theirs.borrow());
        assert_eq!((ours.opened.len(), theirs.opened.len()), (1, 1));
        let (here, there) = (ours.opened[0], theirs.opened[0]);
        assert_eq!((here.local, here.remote), (there.remote, there.local));
        assert!(here.initiated && !there.initiated && !here.tls);
        assert_eq!(theirs.closed, theirs.opened);
        assert!(ours.sent.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        let marks = |octets: &[u8]| octets.windows(12).filter(|text| text == b"marked body ").count();
        assert!(
            marks(&ours.sent) >= 20 * 290,
            "bodies are in it: {}",
            marks(&ours.sent)
        );
        // What one end had not read when it closed it did not see.
        assert!(ours.sent.starts_with(&theirs.received) && theirs.sent.starts_with(&ours.received));
        assert!(marks(&ours.received) >= 20 * 290);
    });
}

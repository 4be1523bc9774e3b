//! The end: SIGTERM and SIGINT say DPR to every peer (RFC 6733 5.4), and the process ends with 0.

use crate::support::mme::{Mme, find};
use crate::support::server::{Server, Settings};
use quintet_diameter::Message;
use quintet_diameter::dict::{avp, command};
use rustix::process::Signal;

/// Disconnect-Cause (RFC 6733 5.4.3).
const REBOOTING: u32 = 0;

fn is_told(signal: Signal) {
    let directory = tempfile::tempdir().unwrap();
    let mut server = Server::start(&Settings::new(directory.path().join("q.db")).write(directory.path()));
    let address = server.address();
    let mut mmes = [
        Mme::connect(address, "mme1.test"),
        Mme::connect(address, "mme2.test"),
    ];
    server.signal(signal);
    for mme in &mut mmes {
        let dpr = mme.receive().unwrap();
        assert_eq!(
            Message::decode(&dpr).unwrap().header().code,
            command::DISCONNECT_PEER
        );
        assert_eq!(
            find(&dpr, &[avp::DISCONNECT_CAUSE]).unwrap().u32().unwrap(),
            REBOOTING
        );
        mme.confirm(&dpr).unwrap();
    }
    assert_eq!(server.await_end().code(), Some(0));
    assert!(server.log().contains("stopped"));
}

#[test]
fn sigterm_says_dpr_and_ends_with_0() {
    is_told(Signal::TERM);
}

#[test]
fn ctrl_c_says_dpr_and_ends_with_0() {
    is_told(Signal::INT);
}

#[test]
fn a_peer_that_ignores_dpr_does_not_keep_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = Server::start(&Settings::new(directory.path().join("q.db")).write(directory.path()));
    let mut mme = Mme::connect(server.address(), "mme1.test");
    server.signal(Signal::TERM);
    mme.receive().unwrap();
    assert_eq!(server.await_end().code(), Some(0));
}

#[test]
fn a_second_signal_ends_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = Server::start(&Settings::new(directory.path().join("q.db")).write(directory.path()));
    let mut mme = Mme::connect(server.address(), "mme1.test");
    server.signal(Signal::TERM);
    mme.receive().unwrap();
    server.signal(Signal::INT);
    assert_eq!(server.await_end().code(), Some(0));
    assert!(server.log().contains("stopping at once"), "{}", server.log());
}

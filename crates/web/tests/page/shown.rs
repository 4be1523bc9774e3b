//! What pages show: what nodes say, whatever it is; pages of many subscribers; streams, as many as there may be.

use crate::support::{Rig, network};
use quintet_admin::Role;
use std::io::{BufRead, BufReader, Read};

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}";

/// Waits until a stream has sent an event whose data have this in them.
fn await_event(stream: impl Read, wanted: &str) -> String {
    let mut event = String::new();
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap();
        event.push_str(&line);
        event.push('\n');
        if line.is_empty() {
            if event.contains(wanted) {
                return event;
            }
            event.clear();
        }
    }
    panic!("the stream ended without {wanted}");
}

#[test]
fn what_peers_say_is_text_alone() {
    let rig = Rig::new();
    {
        let mut network = rig.network.lock().unwrap();
        network.peers[0].identity = HOSTILE.to_owned();
        network.peers[0].product = HOSTILE.to_owned();
        network.peers[0].applications.push(HOSTILE.to_owned());
        network.answers[0].command = HOSTILE.to_owned();
    }
    let visitor = rig.visitor(Role::Admin);
    let headers = [
        ("Cookie", visitor.cookie.as_str()),
        ("Accept", "text/event-stream"),
    ];
    let streamed = await_event(rig.connect("GET", "/ui/events/peers", &headers, ""), "alert(2)");
    let pages = [
        "/ui/",
        "/ui/peers",
        "/ui/registrations",
        "/ui/registrations?host=%22%3E%3Cscript%3E",
        "/ui/audit?who=%22%3E%3Cscript%3E",
        "/ui/subscribers?q=%22%3E%3Cscript%3E",
        "/ui/subscribers?prefix=%22%3E%3Cscript%3E",
        "/ui/subscribers/%3Cscript%3E",
        "/ui/%3Cscript%3E",
    ];
    let shown = pages.map(|path| visitor.get(path).body);
    assert!(shown[1].contains("&#60;script&#62;"), "{}", shown[1]);
    for text in shown.iter().chain([&streamed]) {
        assert!(!text.contains("<script>") && !text.contains("<img"), "{text}");
    }
}

#[test]
fn many_subscribers_are_pages_by_key() {
    let rig = Rig::with(120);
    let visitor = rig.visitor(Role::ReadOnly);
    let (mut path, mut seen) = ("/ui/subscribers".to_owned(), Vec::new());
    loop {
        let body = visitor.get(&path).body;
        let rows = body.split("row\" href=\"/ui/subscribers/").skip(1);
        seen.extend(rows.map(|row| row[..15].to_owned()));
        match body.split_once("rel=\"next\" href=\"") {
            None => break,
            Some((_, rest)) => path = rest.split_once('"').unwrap().0.replace("&#38;", "&"),
        }
    }
    assert_eq!(seen.len(), 120);
    assert!(seen.is_sorted());
    let found = visitor.get("/ui/subscribers?q=00101000000012").body;
    assert!(
        found.contains("Nobody has exactly") && found.contains("001010000000120"),
        "a prefix is taken for one: {found}"
    );
}

#[test]
fn numbers_refresh_themselves() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::ReadOnly);
    let headers = [
        ("Cookie", visitor.cookie.as_str()),
        ("Accept", "text/event-stream"),
    ];
    let stream = rig.connect("GET", "/ui/events/overview", &headers, "");
    let copy = stream.try_clone().unwrap();
    await_event(stream, "issues vectors");
    rig.pass(std::time::Duration::from_secs(2));
    *rig.network.lock().unwrap() = network(1_240, 19);
    let event = await_event(copy, "5001");
    assert!(
        event.contains("USER_UNKNOWN") && event.contains("event: now"),
        "{event}"
    );
    assert!(visitor.get("/ui/").body.contains("USER_UNKNOWN"));
}

#[test]
fn streams_are_bounded_and_end_with_their_browsers() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::ReadOnly);
    let headers = [
        ("Cookie", visitor.cookie.as_str()),
        ("Accept", "text/event-stream"),
    ];
    let open = || rig.connect("GET", "/ui/events/peers", &headers, "");
    let mut streams: Vec<_> = (0..64).map(|_| open()).collect();
    for stream in &mut streams {
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
    let refused = rig.ask("GET", "/ui/events/peers", &headers, "");
    assert_eq!(refused.status, 503);
    assert_eq!(
        rig.ask("GET", "/ui/events/peers", &[("Accept", "text/event-stream")], "")
            .status,
        401
    );
    assert_eq!(
        visitor.get("/ui/peers").status,
        200,
        "pages are served all the same"
    );
    drop(streams);
    // The server notices that browsers are gone when it next writes.
    let mut status = [0; 12];
    while &status != b"HTTP/1.1 200" {
        open().read_exact(&mut status).unwrap();
    }
}

#[test]
fn the_server_stops_although_somebody_watches() {
    let rig = Rig::new();
    let visitor = rig.visitor(Role::ReadOnly);
    let headers = [
        ("Cookie", visitor.cookie.as_str()),
        ("Accept", "text/event-stream"),
    ];
    let mut stream = rig.connect("GET", "/ui/events/peers", &headers, "");
    let mut first = [0; 1];
    stream.read_exact(&mut first).unwrap();
    drop(visitor);
    rig.server.stop();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(
        rest.ends_with(b"0\r\n\r\n"),
        "the stream ends in order, and is not cut off"
    );
}

#[test]
fn assets_are_kept_by_browsers_and_pages_are_not() {
    let rig = Rig::new();
    let page = rig.ask("GET", "/ui/login", &[], "");
    let address = page
        .body
        .split_once("stylesheet\" href=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    let style = rig.ask("GET", address, &[], "");
    assert_eq!(style.status, 200);
    assert!(
        style.header("cache-control").contains("immutable")
            && style.header("content-type").starts_with("text/css")
    );
    assert_eq!(style.header("x-content-type-options"), "nosniff");
    assert_eq!(rig.ask("GET", "/ui/assets/0/ui.css", &[], "").status, 404);
}

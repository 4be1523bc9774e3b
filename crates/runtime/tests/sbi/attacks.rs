//! What peers may not do, and that others do not suffer from it.

use crate::raw::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, GOAWAY, HEADERS, PING, RST_STREAM, Raw,
    frame, literal, post_block,
};
use crate::support::{Station, call, post, run};
use quintet_sbi::Response;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Somebody else is served.
async fn others_are_served(at: SocketAddr) {
    let client = Station::start(None);
    client.call([call(1, at, post("/echo", "still"))]);
    assert_eq!(&*client.heard.outcome(1).await.expect("an answer").body, b"still");
}

/// Writes as long as the peer takes it.
async fn flood(raw: &mut Raw, octets: &[u8], times: u32) {
    for _ in 0..times {
        if raw.stream.write_all(octets).await.is_err() {
            return;
        }
    }
}

#[test]
fn streams_reset_as_soon_as_opened_end_the_connection() {
    run(async {
        let (server, at) = Station::serving(|_| {});
        let mut raw = Raw::connect(at).await;
        let mut burst = Vec::new();
        for stream in (1..20_000u32).step_by(2) {
            burst.extend(frame(
                HEADERS,
                END_HEADERS | END_STREAM,
                stream,
                &post_block("/echo"),
            ));
            burst.extend(frame(RST_STREAM, 0, stream, &8u32.to_be_bytes()));
        }
        let (mut reader, mut writer) = raw.stream.split();
        let mut seen = Vec::new();
        let _ = tokio::join!(writer.write_all(&burst), reader.read_to_end(&mut seen));
        assert!(
            seen.windows(4)
                .any(|word| word == ENHANCE_YOUR_CALM.to_be_bytes()),
            "GOAWAY says why"
        );
        assert!(
            server.heard.requests.borrow().len() < 2_000,
            "most were never worked on"
        );
        others_are_served(at).await;
    });
}

#[test]
fn requests_reset_while_they_are_worked_on_still_count() {
    run(async {
        let (server, at) = Station::serving(|settings| {
            settings.limits.streams = 4;
            settings.limits.wasted_answers = 3;
        });
        let mut raw = Raw::connect(at).await;
        for turn in 0..4u32 {
            let stream = 1 + 2 * turn;
            raw.send(HEADERS, END_HEADERS | END_STREAM, stream, &post_block("/hold"))
                .await
                .unwrap();
            server.heard.held(turn as usize + 1).await;
            raw.send(RST_STREAM, 0, stream, &8u32.to_be_bytes())
                .await
                .unwrap();
        }
        // HTTP/2 counts no stream any more; the server's own count does.
        raw.send(HEADERS, END_HEADERS | END_STREAM, 9, &post_block("/hold"))
            .await
            .unwrap();
        let refused = raw.next_of(RST_STREAM).await.expect("refused");
        assert_eq!(
            (refused.stream, refused.payload),
            (9, 7u32.to_be_bytes().to_vec()),
            "REFUSED_STREAM"
        );
        assert_eq!(server.heard.held(4).await.len(), 4);
        // Answers that nobody takes end the connection.
        for id in server.heard.held(4).await {
            server.respond(id, Response::new(204));
        }
        raw.send(HEADERS, END_HEADERS | END_STREAM, 11, &post_block("/echo"))
            .await
            .unwrap();
        let goaway = raw.next_of(GOAWAY).await.expect("an end");
        assert_eq!(goaway.goaway_error(), Some(ENHANCE_YOUR_CALM));
        others_are_served(at).await;
    });
}

#[test]
fn headers_are_bounded() {
    run(async {
        let (server, at) = Station::serving(|settings| settings.limits.header_octets = 4096);
        let mut raw = Raw::connect(at).await;
        let mut block = post_block("/echo");
        for _ in 0..40 {
            block.extend(literal("x-much", &"y".repeat(120)));
        }
        raw.send(HEADERS, END_HEADERS | END_STREAM, 1, &block)
            .await
            .unwrap();
        // 431, or the stream reset, but no request for the node.
        loop {
            let frame = raw.next().await.expect("an answer");
            if frame.stream == 1 {
                assert!(matches!(frame.kind, HEADERS | RST_STREAM), "{frame:?}");
                break;
            }
        }
        assert!(server.heard.requests.borrow().is_empty());
        others_are_served(at).await;
    });
}

#[test]
fn continuations_without_end_end_the_connection() {
    run(async {
        let (server, at) = Station::serving(|_| {});
        let mut raw = Raw::connect(at).await;
        raw.send(HEADERS, END_STREAM, 1, &post_block("/echo"))
            .await
            .unwrap();
        let more = frame(
            CONTINUATION,
            0,
            1,
            &literal("x-more", &"y".repeat(120)).repeat(100),
        );
        flood(&mut raw, &more, 100_000).await;
        let mut rest = Vec::new();
        let _ = raw.stream.read_to_end(&mut rest).await;
        assert!(server.heard.requests.borrow().is_empty());
        others_are_served(at).await;
    });
}

#[test]
fn a_body_too_long_is_refused() {
    run(async {
        let (server, at) = Station::serving(|settings| settings.limits.body_octets = 1000);
        let client = Station::start(None);
        client.call([
            call(1, at, post("/echo", vec![b'x'; 1000])),
            call(2, at, post("/echo", vec![b'x'; 1001])),
            call(3, at, post("/echo", vec![b'x'; 500_000])),
        ]);
        for (id, status) in [(1, 201), (2, 413), (3, 413)] {
            assert_eq!(
                client.heard.outcome(id).await.map(|response| response.status),
                Ok(status),
                "{id}"
            );
        }
        // One that does not say how long it is.
        let mut raw = Raw::connect(at).await;
        raw.send(HEADERS, END_HEADERS, 1, &post_block("/echo"))
            .await
            .unwrap();
        raw.send(DATA, 0, 1, &[b'x'; 600]).await.unwrap();
        raw.send(DATA, 0, 1, &[b'x'; 600]).await.unwrap();
        let answer = raw.next_of(HEADERS).await.expect("an answer");
        assert_eq!(answer.stream, 1);
        assert_eq!(server.heard.requests.borrow().len(), 1);
        others_are_served(at).await;
    });
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    run(async {
        let (server, at) = Station::serving(|settings| settings.limits.body = Duration::from_millis(100));
        let mut raw = Raw::connect(at).await;
        raw.send(HEADERS, END_HEADERS, 1, &post_block("/echo"))
            .await
            .unwrap();
        raw.send(DATA, 0, 1, b"{").await.unwrap();
        let answer = raw.next_of(HEADERS).await.expect("an answer");
        assert_eq!(answer.stream, 1);
        assert!(server.heard.requests.borrow().is_empty());
        others_are_served(at).await;
    });
}

#[test]
fn bodies_that_are_not_whole_are_bounded_together() {
    run(async {
        let (server, at) = Station::serving(|settings| settings.limits.partial_octets = 10_000);
        let mut raw = Raw::connect(at).await;
        for stream in (1..=21).step_by(2) {
            raw.send(HEADERS, END_HEADERS, stream, &post_block("/echo"))
                .await
                .unwrap();
            raw.send(DATA, 0, stream, &[b'x'; 1000]).await.unwrap();
        }
        let answer = raw.next_of(HEADERS).await.expect("the last is refused");
        assert_eq!(answer.stream, 21);
        assert!(server.heard.requests.borrow().is_empty());
        others_are_served(at).await;
    });
}

#[test]
fn what_is_no_preface_is_closed() {
    run(async {
        let (_server, at) = Station::serving(|settings| settings.limits.handshake = Duration::from_secs(1));
        for said in [
            &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
            &[0x16, 3, 1, 2, 0, 1],
            b"",
        ] {
            let mut stream = TcpStream::connect(at).await.unwrap();
            stream.write_all(said).await.unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
        others_are_served(at).await;
    });
}

#[test]
fn connections_are_bounded() {
    run(async {
        let (_server, at) = Station::serving(|settings| settings.limits.connections = 2);
        let mut first = Raw::connect(at).await;
        let mut second = Raw::connect(at).await;
        assert!(first.next().await.is_some() && second.next().await.is_some());
        let mut third = Raw::connect(at).await;
        assert!(third.next().await.is_none(), "closed at once");
        drop(first);
        // The place is free once the server has seen the end.
        loop {
            let mut next = Raw::connect(at).await;
            if next.next().await.is_some() {
                break;
            }
        }
    });
}

#[test]
fn who_does_not_answer_pings_or_says_nothing_is_let_go() {
    run(async {
        let (_server, at) = Station::serving(|settings| settings.limits.ping = Duration::from_millis(50));
        let mut silent = Raw::connect(at).await;
        assert!(silent.next_of(PING).await.is_some());
        while silent.next().await.is_some() {}

        let (_server, at) = Station::serving(|settings| {
            settings.limits.ping = Duration::from_millis(50);
            settings.limits.idle = Duration::from_millis(50);
        });
        let mut idle = Raw::connect(at).await;
        assert_eq!(
            idle.next_of(GOAWAY).await.expect("an end").goaway_error(),
            Some(0)
        );
    });
}

//! SIP sockets of drivers over loopback: datagrams, connections, TLS, keep-alives, limits, failures told.

#![cfg(test)]

mod refused;
mod support;

use quintet_runtime::{Alpn, ClientTls, ServerTls, SipSettings};
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use std::net::SocketAddr;
use std::time::Duration;
use support::{MESSAGE, Station, loopback, message, run};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const AUTHORITY: &[u8] = include_bytes!("../sbi/certificates/authority.pem");
const SERVER: (&[u8], &[u8]) = (
    include_bytes!("../sbi/certificates/server.pem"),
    include_bytes!("../sbi/certificates/server.key.pem"),
);

fn hop(protocol: Protocol, local: SocketAddr, remote: SocketAddr) -> Hop {
    Hop {
        protocol,
        local,
        remote,
    }
}

#[test]
fn a_datagram_comes_from_where_its_hop_says_and_its_answer_goes_back() {
    run(async {
        let (server, at) = Station::listening(|_| {});
        let (client, own) = Station::listening(|_| {});
        client.send(hop(Protocol::Udp, own, at), MESSAGE);
        let (seen, octets) = server.heard.message(0).await;
        assert_eq!((seen, octets.as_slice()), (hop(Protocol::Udp, at, own), MESSAGE));
        server.send(seen, b"SIP/2.0 200 OK\r\n\r\n");
        assert_eq!(client.heard.message(0).await.0, hop(Protocol::Udp, own, at));
    });
}

#[test]
fn one_connection_carries_what_goes_one_way_however_it_is_cut() {
    run(async {
        let (server, at) = Station::listening(|_| {});
        let (client, own) = Station::listening(|_| {});
        // Its own listening port is no place to begin at: the system chooses one, and the hop stays good.
        let asked = hop(Protocol::Tcp, own, at);
        let many: Vec<Vec<u8>> = (0..50).map(|n| message(n, 3_000)).collect();
        for octets in &many {
            client.send(asked, octets);
        }
        let (first, octets) = server.heard.message(0).await;
        assert_ne!(first.remote, own);
        assert_eq!(octets, many[0]);
        for (n, sent) in many.iter().enumerate() {
            let (seen, octets) = server.heard.message(n).await;
            assert_eq!((seen, &octets), (first, sent), "message {n}");
        }
        server.send(first, MESSAGE);
        let back = client.heard.message(0).await.0;
        assert_eq!((back.local, back.remote), (first.remote, at));
        client.send(asked, MESSAGE);
        assert_eq!(
            server.heard.message(many.len()).await.0,
            first,
            "the connection there is"
        );
    });
}

/// Messages of a burst, and octets of each: 16 MiB, more than the system's buffers of a connection hold.
const BURST: (usize, usize) = (256, 65_000);

/// Who listens on a connection that a station makes with this, and does not read yet.
async fn burst(settings: impl FnOnce(SocketAddr) -> SipSettings) -> (Station, Hop, TcpStream) {
    let silent = tokio::net::TcpListener::bind(loopback()).await.unwrap();
    let (client, own) = Station::listening(|to_be| *to_be = settings(loopback()));
    let asked = hop(Protocol::Tcp, own, silent.local_addr().unwrap());
    client.send(asked, MESSAGE);
    let (stream, _) = silent.accept().await.unwrap();
    for n in 0..BURST.0 {
        client.send(asked, &message(n, BURST.1));
    }
    (client, asked, stream)
}

#[test]
fn a_burst_waits_for_a_neighbour_that_does_not_read_at_once() {
    run(async {
        let (client, _, mut stream) = burst(SipSettings::of_neighbours).await;
        let expected: usize = (0..BURST.0).map(|n| message(n, BURST.1).len()).sum();
        let mut octets = vec![0; MESSAGE.len() + expected];
        stream.read_exact(&mut octets).await.unwrap();
        assert!(octets.ends_with(&message(BURST.0 - 1, BURST.1)));
        drop(client);
    });
}

#[test]
fn a_stranger_that_does_not_read_is_given_up() {
    run(async {
        let (client, asked, _stream) = burst(SipSettings::cleartext).await;
        client.heard.failed(asked).await;
    });
}

#[test]
fn the_end_of_a_connection_is_told_by_both_its_names() {
    run(async {
        let (server, at) = Station::listening(|_| {});
        let (client, own) = Station::listening(|_| {});
        let asked = hop(Protocol::Tcp, own, at);
        client.send(asked, MESSAGE);
        let seen = server.heard.message(0).await.0;
        server.tell(SipOutput::Close { hop: seen });
        let became = hop(Protocol::Tcp, seen.remote, at);
        client.heard.failed(became).await;
        client.heard.failed(asked).await;
        // The next message makes another.
        client.send(asked, MESSAGE);
        assert_ne!(server.heard.message(1).await.0, seen);
    });
}

#[test]
fn a_response_whose_connection_is_gone_goes_to_where_the_sender_listens() {
    run(async {
        let (server, at) = Station::listening(|_| {});
        let listener = TcpListener::bind(loopback()).await.unwrap();
        let sent_by = listener.local_addr().unwrap();
        let mut stream = TcpStream::connect(at).await.unwrap();
        let via = format!("Via: SIP/2.0/TCP {sent_by};branch=z9hG4bK1;rport=9;received=127.0.0.1\r\n");
        let request = format!("OPTIONS sip:a@b SIP/2.0\r\n{via}Content-Length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let seen = server.heard.message(0).await.0;
        drop(stream);
        server.heard.failed(seen).await;
        let response = format!("SIP/2.0 200 OK\r\n{via}Content-Length: 0\r\n\r\n");
        for _ in 0..2 {
            server.send(seen, response.as_bytes());
        }
        // Both on one connection.
        let (mut back, _) = listener.accept().await.unwrap();
        let mut octets = vec![0; 2 * response.len()];
        back.read_exact(&mut octets).await.unwrap();
        assert_eq!(String::from_utf8(octets).unwrap(), response.repeat(2));
    });
}

#[test]
fn what_cannot_be_reached_is_told() {
    run(async {
        let (client, own) = Station::listening(|_| {});
        // Nobody listens where a socket was a moment ago.
        let gone = std::net::UdpSocket::bind(loopback())
            .unwrap()
            .local_addr()
            .unwrap();
        for nowhere in [hop(Protocol::Tcp, own, gone), hop(Protocol::Tls, own, gone)] {
            client.send(nowhere, MESSAGE);
            client.heard.failed(nowhere).await;
        }
        let not_ours = hop(Protocol::Udp, "127.0.0.1:9".parse().unwrap(), gone);
        client.send(not_ours, MESSAGE);
        client.heard.failed(not_ours).await;
    });
}

#[test]
fn messages_over_tls() {
    run(async {
        let tls = ServerTls::from_pem(Alpn::Sip, SERVER.0, SERVER.1, None).unwrap();
        let server = Station::start();
        let at = server
            .driver
            .listen_sip(SipSettings::over_tls(loopback(), tls))
            .unwrap();
        let (client, own) = Station::listening(|_| {});
        client
            .driver
            .secure_sip(ClientTls::from_pem(Alpn::Sip, AUTHORITY, None).unwrap());
        client.send(hop(Protocol::Tls, own, at), MESSAGE);
        let (seen, octets) = server.heard.message(0).await;
        assert_eq!((seen.protocol, octets.as_slice()), (Protocol::Tls, MESSAGE));
        server.send(seen, MESSAGE);
        assert_eq!(client.heard.message(0).await.1, MESSAGE);
    });
}

#[test]
fn tls_that_fails_is_counted_on_both_sides() {
    run(async {
        let tls = ServerTls::from_pem(Alpn::Sip, SERVER.0, SERVER.1, None).unwrap();
        let server = Station::start();
        assert_eq!(server.tls_failures(), None);
        let settings = SipSettings::over_tls(loopback(), tls);
        let at = server.driver.listen_sip(settings).unwrap();
        let (client, own) = Station::listening(|_| {});
        // The server's certificate is no authority.
        let trust = ClientTls::from_pem(Alpn::Sip, SERVER.0, None).unwrap();
        client.driver.secure_sip(trust);
        assert_eq!((server.tls_failures(), client.tls_failures()), (Some(0), Some(0)));
        let hop = hop(Protocol::Tls, own, at);
        client.send(hop, MESSAGE);
        client.heard.failed(hop).await;
        assert_eq!(client.tls_failures(), Some(1));
        server.await_tls_failures(1).await;
    });
}

#[test]
fn a_double_line_end_is_answered_with_one() {
    run(async {
        let (_server, at) = Station::listening(|_| {});
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(b"\r\n\r\n").await.unwrap();
        let mut pong = [0; 2];
        stream.read_exact(&mut pong).await.unwrap();
        assert_eq!(&pong, b"\r\n");
    });
}

#[test]
fn a_stream_that_is_no_sip_is_ended_and_so_is_one_that_says_nothing() {
    run(async {
        let (server, at) = Station::listening(|settings| {
            settings.limits.first_message = Duration::from_millis(50);
        });
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(&[b'x'; 200_000]).await.ok();
        let mut rest = Vec::new();
        // A reset is an end as well.
        let _ = stream.read_to_end(&mut rest).await;
        let mut silent = TcpStream::connect(at).await.unwrap();
        assert_eq!(silent.read_to_end(&mut rest).await.unwrap(), 0);
        assert_eq!(server.heard.count(), 0);
    });
}

#[test]
fn an_address_has_so_many_connections() {
    run(async {
        let (server, at) = Station::listening(|settings| settings.limits.connections_per_address = 2);
        let mut streams = Vec::new();
        for n in 0..2 {
            let mut stream = TcpStream::connect(at).await.unwrap();
            stream.write_all(&message(n, 10)).await.unwrap();
            server.heard.message(n).await;
            streams.push(stream);
        }
        let mut third = TcpStream::connect(at).await.unwrap();
        assert_eq!(third.read(&mut [0; 1]).await.unwrap_or(0), 0, "it is closed");
        drop(streams.pop());
        server.heard.any_failure().await;
        let mut fourth = TcpStream::connect(at).await.unwrap();
        fourth.write_all(MESSAGE).await.unwrap();
        server.heard.message(2).await;
    });
}

#[test]
fn an_end_leaves_nothing_unsaid() {
    run(async {
        let (server, at) = Station::listening(|_| {});
        let (client, own) = Station::listening(|_| {});
        client.send(hop(Protocol::Tcp, own, at), MESSAGE);
        server.heard.message(0).await;
        let last = message(1, 50_000);
        client.send(hop(Protocol::Tcp, own, at), &last);
        client.stop().await;
        assert_eq!(server.heard.message(1).await.1, last);
    });
}

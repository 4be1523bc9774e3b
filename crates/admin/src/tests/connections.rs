//! Connections of a listener that listens.

use super::START_S;
use crate::{Limits, Server, Settings};
use core::time::Duration;
use quintet_store::MemoryStore;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;

/// Most connections of one address here.
const MOST: usize = 3;

/// How often somebody tries to get the place of one who went, which the server learns of a little later.
const TRIES: usize = 10_000;

const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1));
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Asks from an address; none, if the connection was closed without an answer. It stays open after one.
async fn ask(from: IpAddr, server: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(server).await.unwrap();
    let asked = stream
        .write_all(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        .await;
    let mut head = [0; 15];
    let read = match asked {
        Ok(()) => stream.read_exact(&mut head).await,
        Err(error) => Err(error),
    };
    match read {
        Ok(_) => {
            assert_eq!(&head, b"HTTP/1.1 200 OK");
            Some(stream)
        }
        Err(error) => {
            let closed = [
                io::ErrorKind::UnexpectedEof,
                io::ErrorKind::ConnectionReset,
                io::ErrorKind::BrokenPipe,
            ];
            assert!(closed.contains(&error.kind()), "{error}");
            None
        }
    }
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_leaves_room_for_others() {
    let settings = Settings {
        home_plmns: Vec::new(),
        audit_kept: Duration::from_secs(86_400),
        orders: None,
        keys: None,
        clock: Arc::new(|| Duration::from_secs(START_S)),
    };
    let limits = Limits {
        connections_per_address: MOST,
        ..Limits::default()
    };
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    let store = (Box::new(MemoryStore::new()) as Box<_>, Arc::new(Notify::new()));
    let server = Server::start(listen, None, limits, settings, None, store).unwrap();
    let at = server.address();
    let mut held = Vec::new();
    for _ in 0..MOST {
        held.push(ask(ONE, at).await.expect("a place"));
    }
    assert!(ask(ONE, at).await.is_none(), "one too many");
    let other = ask(OTHER, at).await;
    assert!(other.is_some(), "another address has its own places");
    drop(held.pop());
    for _ in 0..TRIES {
        if ask(ONE, at).await.is_some() {
            return;
        }
    }
    panic!("who went leaves no place");
}

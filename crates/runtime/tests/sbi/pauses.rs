//! Peers whose connections come to nothing are not hammered: real sockets, connections counted, pauses held against the
//! time that passed.

use crate::raw::{END_HEADERS, END_STREAM, GOAWAY, HEADERS, Raw, SETTINGS, frame};
use crate::support::{Station, call, loopback, post, run};
use quintet_sbi::CallFailure;
use std::cell::RefCell;
use std::future::Future;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// The first pause of the client; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Connections that a test waits for: pauses of 50, 100, 200 and 400 ms between them.
const CONNECTIONS: usize = 5;
/// Calls made at a time.
const CALLS: u64 = 100;

/// GOAWAY of a peer that has worked on streams up to `last`, in good order (RFC 9113 6.8).
fn goaway(last: u8) -> Vec<u8> {
    frame(GOAWAY, 0, 0, &[0, 0, 0, last, 0, 0, 0, 0])
}

/// A listener that does the same with every connection. Answers where, and when each one came.
async fn peer<F: Future<Output = ()> + 'static>(
    treat: impl Fn(TcpStream) -> F + 'static,
) -> (SocketAddr, Rc<RefCell<Vec<Instant>>>) {
    let listener = TcpListener::bind(loopback()).await.unwrap();
    let at = listener.local_addr().unwrap();
    let came = Rc::new(RefCell::new(Vec::new()));
    let times = Rc::clone(&came);
    tokio::task::spawn_local(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            times.borrow_mut().push(Instant::now());
            tokio::task::spawn_local(treat(stream));
        }
    });
    (at, came)
}

/// Calls a peer without a pause until so many connections came to it: all calls fail soon, and the pauses grow.
async fn hammered<F: Future<Output = ()> + 'static>(treat: impl Fn(TcpStream) -> F + 'static) {
    let (at, came) = peer(treat).await;
    let client = Station::start(None);
    let (mut calls, mut unreachable) = (0, 0);
    while came.borrow().len() < CONNECTIONS {
        client.call((calls..calls + CALLS).map(|id| call(id, at, post("/echo", "x"))));
        for id in calls..calls + CALLS {
            match client.heard.outcome(id).await {
                Err(CallFailure::Unreachable { .. }) => unreachable += 1,
                Err(CallFailure::Broken(_)) => {}
                other => panic!("call {id}: {other:?}"),
            }
        }
        calls += CALLS;
    }
    let came = came.borrow();
    for (n, pair) in came.windows(2).enumerate() {
        let (pause, least) = (pair[1] - pair[0], FIRST_PAUSE * (1 << n));
        assert!(pause >= least, "{pause:?} before connection {}", n + 2);
    }
    // Those that were sent on a connection may have been worked on: they alone are not known to be undone.
    let sent = CALLS * came.len() as u64;
    assert!(
        calls - unreachable <= sent,
        "{unreachable} of {calls} were unreachable"
    );
}

#[test]
fn who_closes_connections_at_once_is_not_hammered() {
    run(hammered(|stream| async { drop(stream) }));
}

#[test]
fn who_says_hello_and_closes_is_not_hammered() {
    run(hammered(|mut stream| async move {
        let _ = stream.write_all(&frame(SETTINGS, 0, 0, &[])).await;
    }));
}

#[test]
fn who_sends_everybody_away_is_not_hammered() {
    run(hammered(|mut stream| async move {
        let hello = [frame(SETTINGS, 0, 0, &[]), goaway(0)].concat();
        let _ = stream.write_all(&hello).await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }));
}

/// A connection that served is followed by the next one at once, however short it was.
#[test]
fn who_answers_once_a_connection_is_called_without_a_pause() {
    run(async {
        let (at, came) = peer(|mut stream| async move {
            let mut preface = [0; 24];
            stream.read_exact(&mut preface).await.unwrap();
            let mut raw = Raw { stream };
            raw.send(SETTINGS, 0, 0, &[]).await.unwrap();
            while let Some(asked) = raw.next_of(HEADERS).await {
                // :status 200 of HPACK's table (RFC 7541 A).
                let answer = frame(HEADERS, END_HEADERS | END_STREAM, asked.stream, &[0x88]);
                let last = u8::try_from(asked.stream).expect("few streams");
                let _ = raw.stream.write_all(&[answer, goaway(last)].concat()).await;
            }
        })
        .await;
        let client = Station::start(None);
        for id in 0..20 {
            client.call([call(id, at, post("/echo", "x"))]);
            let outcome = client.heard.outcome(id).await;
            assert_eq!(outcome.map(|response| response.status), Ok(200), "call {id}");
        }
        assert_eq!(came.borrow().len(), 20);
    });
}

#[test]
fn who_is_back_after_pauses_is_reached() {
    run(async {
        let listener = TcpListener::bind(loopback()).await.unwrap();
        let at = listener.local_addr().unwrap();
        let client = Station::start(None);
        let mut calls = 0..;
        for _ in 0..3 {
            // Until one more attempt is made: those in between fail without one.
            let closed = async { drop(listener.accept().await.unwrap()) };
            let asked = async {
                for id in calls.by_ref() {
                    client.call([call(id, at, post("/echo", "x"))]);
                    assert!(client.heard.outcome(id).await.is_err(), "nobody answers");
                }
            };
            tokio::select! {
                biased;
                () = closed => {}
                () = asked => {}
            }
        }
        drop(listener);
        let server = Station::start(None);
        server.listen(at, |_| {});
        for id in calls {
            client.call([call(id, at, post("/echo", "x"))]);
            if client.heard.outcome(id).await.is_ok() {
                break;
            }
        }
        assert_eq!(server.heard.requests.borrow().len(), 1);
    });
}

//! Calls and their outcomes.

use crate::support::{PATIENCE, Station, call, call_within, loopback, post, run};
use quintet_sbi::{Body, CallFailure, Method, Request, Response};
use std::time::Duration;

#[test]
fn a_call_brings_the_response_whole() {
    run(async {
        let (server, at) = Station::serving(|_| {});
        let client = Station::start(None);
        let mut request = post("/echo?x=%20", r#"{"a":1}"#);
        request.token = Some("a.b.c".to_owned());
        request.headers = vec![("3gpp-sbi-message-priority", "5".to_owned())];
        client.call([call(1, at, request.clone())]);
        let response = client.heard.outcome(1).await.expect("a response");
        assert_eq!((response.status, &*response.body), (201, &*request.body));
        assert_eq!(response.content_type, "application/json");
        assert_eq!(response.location.as_deref(), Some("http://here/there"));
        assert_eq!(response.header("retry-after"), Some("7"));
        assert_eq!(*server.heard.requests.borrow(), [request]);
    });
}

#[test]
fn every_method_and_a_body_of_none() {
    run(async {
        let (server, at) = Station::serving(|_| {});
        let client = Station::start(None);
        for (id, method) in (0..).zip([
            Method::Get,
            Method::Post,
            Method::Put,
            Method::Patch,
            Method::Delete,
        ]) {
            client.call([call(id, at, Request::new(method, "/nowhere"))]);
            let response = client.heard.outcome(id).await.expect("a response");
            assert_eq!((response.status, response.body.len()), (404, 0));
        }
        let methods: Vec<_> = server
            .heard
            .requests
            .borrow()
            .iter()
            .map(|request| request.method)
            .collect();
        assert_eq!(
            methods,
            [
                Method::Get,
                Method::Post,
                Method::Put,
                Method::Patch,
                Method::Delete
            ]
        );
    });
}

#[test]
fn a_thousand_calls_at_once_each_have_their_own_answer() {
    run(async {
        let (_server, at) = Station::serving(|_| {});
        let client = Station::start(None);
        client.call((0..1000).map(|id| call(id, at, post("/echo", format!("{id}")))));
        for id in 0..1000 {
            let response = client.heard.outcome(id).await.expect("a response");
            assert_eq!(&*response.body, id.to_string().as_bytes());
            assert_eq!(client.heard.told(id), 1);
        }
    });
}

#[test]
fn more_calls_than_the_peer_takes_at_a_time_wait() {
    run(async {
        let (server, at) = Station::serving(|settings| settings.limits.streams = 3);
        let client = Station::start(None);
        client.call((0..10).map(|id| call(id, at, post("/hold", "x"))));
        let mut answered = 0;
        while answered < 10 {
            let held = server.heard.held(answered + 1).await;
            assert!(
                held.len() - answered <= 3 * 4,
                "no more than streams times connections"
            );
            for id in &held[answered..] {
                server.respond(*id, Response::new(204));
            }
            answered = held.len();
        }
        for id in 0..10 {
            assert_eq!(
                client.heard.outcome(id).await.map(|response| response.status),
                Ok(204)
            );
        }
    });
}

#[test]
fn a_megabyte_passes_both_ways_under_flow_control() {
    run(async {
        let (_server, at) = Station::serving(|_| {});
        let client = Station::start(None);
        let long: Vec<u8> = (0..1 << 20).map(|i: u32| (i % 251) as u8).collect();
        client.call([
            call(1, at, post("/echo", long.clone())),
            call(2, at, post("/long", "x")),
        ]);
        assert!(*client.heard.outcome(1).await.expect("a response").body == *long);
        assert_eq!(
            client.heard.outcome(2).await.expect("a response").body.len(),
            1 << 20
        );
    });
}

#[test]
fn a_call_times_out_once_and_a_late_answer_is_not_heard() {
    run(async {
        let (server, at) = Station::serving(|_| {});
        let client = Station::start(None);
        let time = Duration::from_secs(1);
        client.call([call_within(1, at.to_string(), post("/hold", "x"), time)]);
        assert_eq!(client.heard.outcome(1).await, Err(CallFailure::Timeout(time)));
        server.respond(server.heard.held(1).await[0], Response::new(200));
        // The connection goes on.
        client.call([call(2, at, post("/echo", "y"))]);
        assert!(client.heard.outcome(2).await.is_ok());
        assert_eq!(client.heard.told(1), 1);
    });
}

#[test]
fn who_is_not_there_is_unreachable_until_he_is() {
    run(async {
        // An address that nobody listens on, and somebody will.
        let at = {
            let listener = std::net::TcpListener::from(
                socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap(),
            );
            socket2::SockRef::from(&listener)
                .bind(&loopback().into())
                .unwrap();
            listener.local_addr().unwrap()
        };
        let client = Station::start(None);
        client.call([call(0, at, post("/echo", "x"))]);
        match client.heard.outcome(0).await {
            Err(CallFailure::Unreachable { authority, .. }) => assert_eq!(authority, at.to_string()),
            other => panic!("{other:?}"),
        }
        let server = Station::start(None);
        server.listen(at, |_| {});
        let reached = async {
            for id in 1.. {
                client.call([call(id, at, post("/echo", "x"))]);
                if client.heard.outcome(id).await.is_ok() {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, reached)
            .await
            .expect("reached again");
    });
}

#[test]
fn no_name_and_no_path_fail_the_call_alone() {
    run(async {
        let (_server, at) = Station::serving(|_| {});
        let client = Station::start(None);
        client.call([
            call_within(1, "no host".to_owned(), post("/echo", "x"), PATIENCE),
            call(2, at, post("no path", "x")),
            call(3, at, post("/echo", "x")),
        ]);
        assert!(matches!(
            client.heard.outcome(1).await,
            Err(CallFailure::Unreachable { .. })
        ));
        assert!(matches!(
            client.heard.outcome(2).await,
            Err(CallFailure::Broken(_))
        ));
        assert!(client.heard.outcome(3).await.is_ok());
    });
}

#[test]
fn a_shutdown_answers_what_is_worked_on_and_later_calls_find_the_next_server() {
    run(async {
        let (server, at) = Station::serving(|_| {});
        let client = Station::start(None);
        client.call([call(1, at, post("/hold", "x"))]);
        let held = server.heard.held(1).await;
        let answered = async {
            tokio::task::yield_now().await;
            server.respond(
                held[0],
                Response {
                    body: Body::from("last"),
                    ..Response::new(200)
                },
            );
        };
        tokio::join!(server.stop(), answered);
        assert_eq!(&*client.heard.outcome(1).await.expect("an answer").body, b"last");
        let next = Station::start(None);
        next.listen(at, |_| {});
        client.call([call(2, at, post("/echo", "again"))]);
        assert_eq!(&*client.heard.outcome(2).await.expect("an answer").body, b"again");
    });
}

//! The four machines, state by state, on virtual time.

use crate::support::{hop, request, response};
use quintet_sip::transaction::{ClientId, Layer, Received, RequestError, ServerId, Timers, TransactionEvent};
use quintet_sip::transport::{Hop, Protocol, SipOutput};
use quintet_sip::{Message, Method, Name, Status};
use std::time::Duration;

const BRANCH: &str = "z9hG4bKbranch1";

/// A layer with its clock.
struct Bench {
    layer: Layer,
    now: Duration,
}

impl Bench {
    fn new() -> Self {
        Self::with(Timers::default(), 100)
    }

    fn with(timers: Timers, limit: usize) -> Self {
        Self {
            layer: Layer::new(timers, limit),
            now: Duration::ZERO,
        }
    }

    fn receive(&mut self, protocol: Protocol, octets: &[u8]) -> Received {
        self.layer
            .receive(self.now, hop(protocol), &Message::parse(octets).unwrap())
    }

    /// Start lines of what is sent.
    fn sent(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.layer.poll_send())
            .map(|output| {
                let SipOutput::Send { octets, .. } = output else {
                    panic!("{output:?}")
                };
                let text = String::from_utf8(octets).unwrap();
                text.lines().next().unwrap().to_owned()
            })
            .collect()
    }

    fn events(&mut self) -> Vec<TransactionEvent> {
        std::iter::from_fn(|| self.layer.poll_event()).collect()
    }

    /// Runs until nothing is due: when something was sent, in milliseconds, and what happened.
    fn run(&mut self) -> (Vec<u128>, Vec<TransactionEvent>) {
        let mut times = Vec::new();
        while let Some(at) = self.layer.poll_timeout() {
            self.now = at;
            self.layer.timeout(at);
            times.extend(self.sent().iter().map(|_| at.as_millis()));
        }
        (times, self.events())
    }

    fn at(&mut self, milliseconds: u64) {
        self.now = Duration::from_millis(milliseconds);
        self.layer.timeout(self.now);
    }

    fn client(&mut self, protocol: Protocol, method: &str) -> ClientId {
        let id = self
            .layer
            .request(self.now, hop(protocol), request(method, BRANCH))
            .unwrap();
        assert_eq!(self.sent(), [format!("{method} sip:bob@example.org SIP/2.0")]);
        id
    }

    fn server(&mut self, protocol: Protocol, method: &str) -> ServerId {
        match self.receive(protocol, &request(method, BRANCH)) {
            Received::Request(id) => id,
            other => panic!("{other:?}"),
        }
    }

    fn respond(&mut self, id: ServerId, status: u16, method: &str) -> bool {
        self.layer.respond(self.now, id, response(status, method, BRANCH))
    }
}

/// Timers E and F: 500 ms, doubling to T2, until 64·T1.
#[test]
fn a_request_over_udp_is_repeated_until_timer_f() {
    let mut bench = Bench::new();
    let id = bench.client(Protocol::Udp, "REGISTER");
    let (times, events) = bench.run();
    assert_eq!(
        times,
        [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]
    );
    assert_eq!(
        (events, bench.now),
        (vec![TransactionEvent::ClientTimeout(id)], Duration::from_secs(32))
    );
    assert!(bench.layer.is_empty());
}

/// Timers A and B: 500 ms, doubling, until 64·T1.
#[test]
fn an_invite_over_udp_is_repeated_until_timer_b() {
    let mut bench = Bench::new();
    let id = bench.client(Protocol::Udp, "INVITE");
    let (times, events) = bench.run();
    assert_eq!(times, [500, 1500, 3500, 7500, 15500, 31500]);
    assert_eq!(
        (events, bench.now),
        (vec![TransactionEvent::ClientTimeout(id)], Duration::from_secs(32))
    );
}

#[test]
fn nothing_is_repeated_over_a_connection() {
    for protocol in [Protocol::Tcp, Protocol::Tls] {
        for method in ["INVITE", "REGISTER"] {
            let mut bench = Bench::new();
            let id = bench.client(protocol, method);
            assert_eq!(bench.run(), (vec![], vec![TransactionEvent::ClientTimeout(id)]));
            assert_eq!(bench.now, Duration::from_secs(32));
        }
    }
}

/// RFC 3261 17.1.2.2: a provisional response slows timer E to T2; timer F goes on.
#[test]
fn a_provisional_response_slows_repetitions() {
    let mut bench = Bench::new();
    let id = bench.client(Protocol::Udp, "REGISTER");
    bench.at(100);
    assert_eq!(
        bench.receive(Protocol::Udp, &response(100, "REGISTER", BRANCH)),
        Received::Response(id)
    );
    let (times, events) = bench.run();
    assert_eq!(times, [500, 4500, 8500, 12500, 16500, 20500, 24500, 28500]);
    assert_eq!(events, [TransactionEvent::ClientTimeout(id)]);
}

#[test]
fn a_final_response_completes_a_request() {
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let mut bench = Bench::new();
        let id = bench.client(protocol, "REGISTER");
        assert_eq!(
            bench.receive(protocol, &response(401, "REGISTER", BRANCH)),
            Received::Response(id)
        );
        // Nothing is kept for it: the same again is nobody's.
        assert!(bench.layer.is_empty());
        let again = bench.receive(protocol, &response(401, "REGISTER", BRANCH));
        assert_eq!(again, Received::Stray);
        assert_eq!(bench.run(), (vec![], vec![]));
    }
}

/// RFC 3261 17.1.1.3, and Completed until timer D.
#[test]
fn a_refused_invite_is_acknowledged() {
    for (protocol, kept) in [(Protocol::Udp, 32_000), (Protocol::Tcp, 0)] {
        let mut bench = Bench::new();
        let id = bench.client(protocol, "INVITE");
        assert_eq!(
            bench.receive(protocol, &response(180, "INVITE", BRANCH)),
            Received::Response(id)
        );
        assert_eq!(
            bench.receive(protocol, &response(486, "INVITE", BRANCH)),
            Received::Response(id)
        );
        let Some(SipOutput::Send { hop: to, octets }) = bench.layer.poll_send() else {
            panic!("no ACK")
        };
        assert_eq!(to, hop(protocol));
        let ack = Message::parse(&octets).unwrap();
        assert_eq!(ack.check(), Ok(()));
        assert_eq!(
            (ack.method(), ack.top_via().unwrap().branch()),
            (Some(Method::Ack), Some(BRANCH))
        );
        assert_eq!(
            (ack.to().unwrap().tag(), ack.cseq().unwrap().number),
            (Some("b"), 7)
        );
        assert_eq!(
            (ack.request_uri().unwrap().as_str(), ack.routes().count()),
            ("sip:bob@example.org", 1)
        );
        if kept > 0 {
            assert_eq!(
                bench.receive(protocol, &response(486, "INVITE", BRANCH)),
                Received::Absorbed
            );
            assert_eq!(bench.sent(), ["ACK sip:bob@example.org SIP/2.0"]);
            assert_eq!(
                bench.receive(protocol, &response(180, "INVITE", BRANCH)),
                Received::Absorbed
            );
        }
        assert_eq!(bench.run(), (vec![], vec![TransactionEvent::ClientEnded(id)]));
        assert_eq!(bench.now.as_millis(), kept);
    }
}

/// RFC 6026: every 2xx goes up until timer M; nothing else does.
#[test]
fn an_accepted_invite_takes_more_2xx() {
    let mut bench = Bench::new();
    let id = bench.client(Protocol::Udp, "INVITE");
    for _ in 0..3 {
        assert_eq!(
            bench.receive(Protocol::Udp, &response(200, "INVITE", BRANCH)),
            Received::Response(id)
        );
    }
    assert_eq!(
        bench.receive(Protocol::Udp, &response(486, "INVITE", BRANCH)),
        Received::Absorbed
    );
    assert_eq!(bench.sent(), [""; 0], "the ACK of a 2xx is the user's");
    assert_eq!(bench.run(), (vec![], vec![TransactionEvent::ClientEnded(id)]));
    assert_eq!(bench.now, Duration::from_secs(32));
    assert_eq!(
        bench.receive(Protocol::Udp, &response(200, "INVITE", BRANCH)),
        Received::Stray
    );
}

#[test]
fn an_invite_that_rings_is_not_repeated_and_not_kept_for_ever() {
    let mut bench = Bench::new();
    let id = bench.client(Protocol::Udp, "INVITE");
    bench.at(400);
    assert_eq!(
        bench.receive(Protocol::Udp, &response(180, "INVITE", BRANCH)),
        Received::Response(id)
    );
    assert_eq!(bench.run(), (vec![], vec![TransactionEvent::ClientTimeout(id)]));
    assert_eq!(bench.now, Duration::from_millis(600_400));
}

/// RFC 3261 9.1: not before a provisional response.
#[test]
fn an_invite_is_cancelled_when_it_may_be() {
    let mut bench = Bench::new();
    let id = bench.client(Protocol::Udp, "INVITE");
    bench.layer.cancel(bench.now, id);
    assert_eq!(bench.sent(), [""; 0]);
    assert_eq!(
        bench.receive(Protocol::Udp, &response(100, "INVITE", BRANCH)),
        Received::Response(id)
    );
    let Some(SipOutput::Send { octets, .. }) = bench.layer.poll_send() else {
        panic!("no CANCEL")
    };
    let cancel = Message::parse(&octets).unwrap();
    assert_eq!((cancel.check(), cancel.method()), (Ok(()), Some(Method::Cancel)));
    assert_eq!(
        (cancel.top_via().unwrap().branch(), cancel.cseq().unwrap().number),
        (Some(BRANCH), 7)
    );
    assert_eq!(
        (cancel.to().unwrap().tag(), cancel.header(Name::Route)),
        (None, Some("<sip:proxy.example.org;lr>"))
    );
    assert_eq!(
        bench.receive(Protocol::Udp, &response(200, "CANCEL", BRANCH)),
        Received::Absorbed
    );
    assert_eq!(
        bench.receive(Protocol::Udp, &response(487, "INVITE", BRANCH)),
        Received::Response(id)
    );
    bench.layer.cancel(bench.now, id);
    assert_eq!(
        bench.sent(),
        ["ACK sip:bob@example.org SIP/2.0"],
        "it is over: nothing to cancel"
    );
}

#[test]
fn requests_fail_with_their_hop() {
    let mut bench = Bench::new();
    let tcp = hop(Protocol::Tcp);
    let id = bench.client(Protocol::Tcp, "REGISTER");
    let elsewhere = Hop {
        remote: "192.0.2.3:5060".parse().unwrap(),
        ..tcp
    };
    let other = bench
        .layer
        .request(bench.now, elsewhere, request("REGISTER", "z9hG4bK2"))
        .unwrap();
    let any = Hop {
        local: "192.0.2.1:0".parse().unwrap(),
        ..tcp
    };
    let third = bench
        .layer
        .request(bench.now, any, request("REGISTER", "z9hG4bK3"))
        .unwrap();
    let answered = bench
        .layer
        .request(bench.now, tcp, request("INVITE", "z9hG4bK4"))
        .unwrap();
    bench.receive(Protocol::Tcp, &response(200, "INVITE", "z9hG4bK4"));
    bench.layer.hop_failed(hop(Protocol::Udp));
    assert_eq!(bench.events(), []);
    bench.layer.hop_failed(tcp);
    assert_eq!(
        bench.events(),
        [
            TransactionEvent::ClientFailed(id),
            TransactionEvent::ClientFailed(third)
        ]
    );
    assert_eq!(bench.layer.len().0, 2);
    bench.layer.hop_failed(elsewhere);
    assert_eq!(bench.events(), [TransactionEvent::ClientFailed(other)]);
    assert_eq!(bench.run().1, [TransactionEvent::ClientEnded(answered)]);
}

#[test]
fn requests_that_cannot_be_sent() {
    let mut bench = Bench::with(Timers::default(), 1);
    let mut send = |octets: Vec<u8>| bench.layer.request(Duration::ZERO, hop(Protocol::Udp), octets);
    assert!(matches!(
        send(request("ACK", BRANCH)),
        Err(RequestError::Malformed(_))
    ));
    assert!(matches!(
        send(response(200, "INVITE", BRANCH)),
        Err(RequestError::Malformed(_))
    ));
    assert!(matches!(send(b"x".to_vec()), Err(RequestError::Malformed(_))));
    assert!(send(request("OPTIONS", BRANCH)).is_ok());
    assert_eq!(send(request("OPTIONS", "z9hG4bK2")), Err(RequestError::Full));
    let mut bench = Bench::new();
    bench.client(Protocol::Udp, "OPTIONS");
    let again = bench
        .layer
        .request(bench.now, hop(Protocol::Udp), request("OPTIONS", BRANCH));
    assert_eq!(again, Err(RequestError::Repeated));
    assert!(
        bench
            .layer
            .request(bench.now, hop(Protocol::Udp), request("MESSAGE", BRANCH))
            .is_ok()
    );
    assert_eq!(
        bench.receive(Protocol::Udp, &response(200, "BYE", BRANCH)),
        Received::Stray
    );
    let none = String::from_utf8(response(200, "BYE", BRANCH))
        .unwrap()
        .replace("Via", "Vea");
    assert!(matches!(
        bench.receive(Protocol::Udp, none.as_bytes()),
        Received::Malformed(_)
    ));
}

/// RFC 3261 17.2.2: absorbed in Trying, answered again after, until timer J.
#[test]
fn a_repeated_request_is_answered_again() {
    let mut bench = Bench::new();
    let id = bench.server(Protocol::Udp, "REGISTER");
    let again = |bench: &mut Bench| {
        assert_eq!(
            bench.receive(Protocol::Udp, &request("REGISTER", BRANCH)),
            Received::Absorbed
        );
        bench.sent()
    };
    assert_eq!(again(&mut bench), [""; 0]);
    assert!(bench.respond(id, 100, "REGISTER"));
    assert_eq!(bench.sent(), ["SIP/2.0 100 Phrase"]);
    assert_eq!(again(&mut bench), ["SIP/2.0 100 Phrase"]);
    assert!(bench.respond(id, 200, "REGISTER"));
    assert!(!bench.respond(id, 200, "REGISTER"), "one final response");
    assert_eq!(bench.sent(), ["SIP/2.0 200 Phrase"]);
    bench.at(31_999);
    assert_eq!(again(&mut bench), ["SIP/2.0 200 Phrase"]);
    bench.at(32_000);
    assert!(bench.layer.is_empty());
    assert!(matches!(
        bench.receive(Protocol::Udp, &request("REGISTER", BRANCH)),
        Received::Request(_)
    ));
}

#[test]
fn over_a_connection_a_final_response_ends_it() {
    let mut bench = Bench::new();
    let id = bench.server(Protocol::Tcp, "REGISTER");
    assert!(bench.respond(id, 200, "REGISTER"));
    assert!(bench.layer.is_empty() && !bench.respond(id, 200, "REGISTER"));
    assert_eq!(bench.sent(), ["SIP/2.0 200 Phrase"]);
}

/// Timers G and H; ACK; timer I.
#[test]
fn a_refusal_of_an_invite_waits_for_its_ack() {
    let mut bench = Bench::new();
    let id = bench.server(Protocol::Udp, "INVITE");
    assert_eq!(bench.sent(), ["SIP/2.0 100 Trying"], "RFC 3261 17.2.1");
    assert!(bench.respond(id, 486, "INVITE"));
    bench.sent();
    let (times, events) = bench.run();
    assert_eq!(
        times,
        [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]
    );
    assert_eq!(
        (events, bench.now),
        (vec![TransactionEvent::ServerFailed(id)], Duration::from_secs(32))
    );

    let mut bench = Bench::new();
    let id = bench.server(Protocol::Udp, "INVITE");
    bench.respond(id, 486, "INVITE");
    bench.sent();
    for _ in 0..2 {
        assert_eq!(
            bench.receive(Protocol::Udp, &request("ACK", BRANCH)),
            Received::Absorbed
        );
    }
    assert_eq!(
        bench.receive(Protocol::Udp, &request("INVITE", BRANCH)),
        Received::Absorbed
    );
    assert_eq!(bench.run(), (vec![], vec![TransactionEvent::ServerEnded(id)]));
    assert_eq!(bench.now, Duration::from_secs(5));

    let mut bench = Bench::new();
    let id = bench.server(Protocol::Tcp, "INVITE");
    bench.respond(id, 486, "INVITE");
    assert_eq!(
        bench.receive(Protocol::Tcp, &request("ACK", BRANCH)),
        Received::Absorbed
    );
    assert_eq!(
        (bench.events(), bench.layer.is_empty()),
        (vec![TransactionEvent::ServerEnded(id)], true)
    );
}

/// RFC 6026 7.1: Accepted until timer L; the ACK goes up, repetitions are absorbed.
#[test]
fn an_accepted_invite_of_another() {
    let mut bench = Bench::new();
    let id = bench.server(Protocol::Udp, "INVITE");
    assert!(
        bench.respond(id, 183, "INVITE")
            && bench.respond(id, 200, "INVITE")
            && bench.respond(id, 200, "INVITE")
    );
    assert!(!bench.respond(id, 486, "INVITE") && !bench.respond(id, 180, "INVITE"));
    assert_eq!(bench.sent().len(), 4);
    assert_eq!(
        bench.receive(Protocol::Udp, &request("INVITE", BRANCH)),
        Received::Absorbed
    );
    assert_eq!(
        bench.receive(Protocol::Udp, &request("ACK", BRANCH)),
        Received::Ack
    );
    assert_eq!(
        bench.receive(Protocol::Udp, &request("ACK", "z9hG4bKelsewhere")),
        Received::Ack
    );
    assert_eq!(bench.run(), (vec![], vec![TransactionEvent::ServerEnded(id)]));
    assert_eq!(bench.now, Duration::from_secs(32));
}

#[test]
fn a_cancel_finds_its_invite() {
    let mut bench = Bench::new();
    let invite = bench.server(Protocol::Udp, "INVITE");
    bench.sent();
    let Received::Cancel { id, invite: found } = bench.receive(Protocol::Udp, &request("CANCEL", BRANCH))
    else {
        panic!("no CANCEL")
    };
    assert_eq!(found, Some(invite));
    assert!(bench.respond(id, 200, "CANCEL") && bench.respond(invite, 487, "INVITE"));
    assert_eq!(
        bench.receive(Protocol::Udp, &request("CANCEL", BRANCH)),
        Received::Absorbed
    );
    assert_eq!(bench.sent().len(), 3);
    let other = bench.receive(Protocol::Udp, &request("CANCEL", "z9hG4bKother"));
    assert!(matches!(other, Received::Cancel { invite: None, .. }));
}

/// RFC 3261 17.2.3: sent-by tells two senders of one branch apart; without the cookie, everything else does.
#[test]
fn requests_are_told_apart() {
    let mut bench = Bench::new();
    let of = |branch: &str, sent_by: &str, call: &str| {
        let text = String::from_utf8(request("OPTIONS", branch)).unwrap();
        text.replace("192.0.2.1:5060;", &format!("{sent_by};"))
            .replace("1@example.org", call)
            .into_bytes()
    };
    let mut new = |octets: Vec<u8>| matches!(bench.receive(Protocol::Udp, &octets), Received::Request(_));
    assert!(new(of(BRANCH, "a", "1")) && !new(of(BRANCH, "a", "2")) && !new(of(BRANCH, "a:5060", "2")));
    assert!(new(of(BRANCH, "b", "1")) && new(of(BRANCH, "a:5061", "1")));
    assert!(new(of("old", "a", "1")) && !new(of("old", "a", "1")) && new(of("old", "a", "2")));
    assert!(
        new(of("z9hG4bK", "a", "1")) && new(of("z9hG4bK", "a", "2")),
        "the cookie alone is not unique"
    );
}

/// RFC 3581 4, RFC 3261 18.2.2.
#[test]
fn responses_go_where_the_request_came_from() {
    let to = |via: &str, protocol: Protocol| {
        let mut bench = Bench::new();
        let text = String::from_utf8(request("OPTIONS", BRANCH))
            .unwrap()
            .replace("192.0.2.1:5060;", &format!("{via};"));
        let came = Hop {
            remote: "203.0.113.9:40000".parse().unwrap(),
            ..hop(protocol)
        };
        let Received::Request(id) =
            bench
                .layer
                .receive(bench.now, came, &Message::parse(text.as_bytes()).unwrap())
        else {
            panic!("no request")
        };
        bench.layer.hop(id).unwrap().remote.to_string()
    };
    assert_eq!(to("10.0.0.1:6000", Protocol::Udp), "203.0.113.9:6000");
    assert_eq!(
        to("10.0.0.1;maddr=198.51.100.1", Protocol::Udp),
        "203.0.113.9:5060"
    );
    assert_eq!(to("10.0.0.1:6000;rport", Protocol::Udp), "203.0.113.9:40000");
    assert_eq!(to("10.0.0.1:6000", Protocol::Tcp), "203.0.113.9:40000");
}

#[test]
fn there_are_no_more_transactions_than_the_limit() {
    let mut bench = Bench::with(Timers::default(), 3);
    let ids: Vec<_> = (0..3)
        .map(
            |index| match bench.receive(Protocol::Udp, &request("OPTIONS", &format!("z9hG4bK{index}x"))) {
                Received::Request(id) => id,
                other => panic!("{other:?}"),
            },
        )
        .collect();
    assert_eq!(
        bench.receive(Protocol::Udp, &request("OPTIONS", "z9hG4bKmore")),
        Received::Full
    );
    assert_eq!(bench.sent(), ["SIP/2.0 503 Service Unavailable"]);
    bench.respond(ids[1], 200, "OPTIONS");
    assert!(
        matches!(
            bench.receive(Protocol::Udp, &request("OPTIONS", "z9hG4bKmore")),
            Received::Request(_)
        ),
        "the answered one goes"
    );
    assert_eq!(bench.layer.len(), (0, 3));
    assert_eq!(
        bench.receive(Protocol::Udp, &request("OPTIONS", "z9hG4bKand")),
        Received::Full
    );
    bench.sent();
    let (_, events) = bench.run();
    assert_eq!(
        events.len(),
        3,
        "a request that nobody answers is said, and not kept for ever"
    );
    assert!(bench.layer.is_empty());
}

/// An identifier of what ended names nothing, also when its place is taken again.
#[test]
fn identifiers_are_not_used_again() {
    let mut bench = Bench::new();
    let first = bench.server(Protocol::Tcp, "OPTIONS");
    bench.respond(first, 200, "OPTIONS");
    let second = bench.server(Protocol::Tcp, "OPTIONS");
    assert_ne!(first, second);
    assert!(!bench.respond(first, 200, "OPTIONS") && bench.respond(second, 200, "OPTIONS"));
}

/// TS 24.229 Table 7.7.1.
#[test]
fn timers_of_the_air_interface() {
    let timers = Timers::air();
    assert_eq!(
        (timers.b, timers.d, timers.f, timers.j),
        (
            Duration::from_secs(128),
            Duration::from_secs(128),
            Duration::from_secs(128),
            Duration::from_secs(128)
        )
    );
    let mut bench = Bench::with(timers, 10);
    bench.client(Protocol::Udp, "REGISTER");
    assert_eq!(bench.run().0[..4], [2_000, 6_000, 14_000, 30_000]);
    assert_eq!(Status::TRYING.code(), 100);
}

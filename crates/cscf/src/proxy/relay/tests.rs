//! Branches and what becomes of them, against the rules of RFC 3261 16.7 to 16.10.

use super::*;
use crate::proxy::Branches;
use quintet_sip::transport::Protocol;
use quintet_sip::{Edit, Name};

struct Net {
    relay: Relay,
    branches: Branches,
    now: Duration,
}

fn hop(remote: &str) -> Hop {
    Hop {
        protocol: Protocol::Tcp,
        local: "10.0.0.1:5060".parse().expect("an address"),
        remote: remote.parse().expect("an address"),
    }
}

const CALLER: &str = "10.0.0.9:5060";

fn request(method: &str, n: u32) -> String {
    format!(
        "{method} sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.9:5060;branch=z9hG4bKc{n}\r\nFrom: <sip:a@h>;tag=1\r\n\
         To: <sip:b@h>\r\nCall-ID: c{n}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
    )
}

impl Net {
    fn new() -> Self {
        Self {
            relay: Relay::new(RelayConfig::default(), 1),
            branches: Branches::new(2),
            now: Duration::from_secs(100),
        }
    }

    /// Receives a request and forwards it to each of `to`.
    fn fork(&mut self, text: &str, to: &[&str]) -> (ServerId, Vec<(ClientId, String)>) {
        let message = Message::parse(text.as_bytes()).expect("readable");
        let came = hop(CALLER);
        let Arrival::Request(server) = self.relay.receive(self.now, came, &message) else {
            panic!("a new request")
        };
        let clients = to.iter().map(|to| {
            let branch = self.branches.own();
            let mut octets = Vec::new();
            let via = format!("SIP/2.0/TCP 10.0.0.1:5060;branch={branch}");
            Edit::new(&message).push(Name::Via, via).write(&mut octets);
            let forwarded = String::from_utf8(octets.clone()).expect("text");
            let client = self
                .relay
                .forward(self.now, server, (&came, &message), hop(to), octets);
            (client.expect("room"), forwarded)
        });
        (server, clients.collect())
    }

    /// A branch answers; the node passes it on.
    fn answer(&mut self, branch: &(ClientId, String), status: u16) {
        let request = Message::parse(branch.1.as_bytes()).expect("readable");
        let mut octets = Vec::new();
        let status = Status::new(status).expect("a status");
        let writer = Writer::response_to(&mut octets, &request, status, "t", hop(CALLER).local);
        writer.expect("answerable").finish();
        let message = Message::parse(&octets).expect("readable");
        let arrival = self.relay.receive(self.now, hop("10.0.0.2:5060"), &message);
        let Arrival::Response(client, _) = arrival else {
            panic!("{arrival:?}")
        };
        assert_eq!(client, branch.0);
        let mut octets = Vec::new();
        Edit::new(&message).pop(Name::Via).write(&mut octets);
        self.relay.pass(self.now, client, octets);
    }

    /// What was sent since: to the caller by status, to others by method.
    fn sent(&mut self) -> Vec<String> {
        let mut sent = Vec::new();
        while let Some(SipOutput::Send { hop: to, octets }) = self.relay.poll_send() {
            let text = String::from_utf8(octets).expect("text");
            let first: String = text.chars().take_while(|letter| *letter != '\r').collect();
            let word = match first.strip_prefix("SIP/2.0 ") {
                Some(status) => status[..3].to_owned(),
                None => first.split(' ').next().unwrap_or_default().to_owned(),
            };
            let whom = if to.remote == hop(CALLER).remote {
                "caller"
            } else {
                "branch"
            };
            sent.push(format!("{whom} {word}"));
        }
        sent
    }
}

#[test]
fn the_best_of_all_branches_goes_back() {
    for (answers, expected) in [
        (&[404_u16, 486][..], "caller 404"),
        (&[503, 486], "caller 486"),
        (&[486, 401], "caller 401"),
        (&[500, 302], "caller 302"),
        (&[404, 603], "caller 603"),
        (&[480], "caller 480"),
    ] {
        let mut net = Net::new();
        let to = vec!["10.0.0.2:5060"; answers.len()];
        let (_, clients) = net.fork(&request("MESSAGE", 1), &to);
        net.sent();
        for (at, (client, status)) in clients.iter().zip(answers).enumerate() {
            net.answer(client, *status);
            let last = at + 1 == answers.len();
            let sent = net.sent();
            assert_eq!(
                sent,
                if last {
                    vec![expected.to_owned()]
                } else {
                    Vec::new()
                },
                "{answers:?}"
            );
        }
        assert_eq!(net.relay.len().2, 0, "nothing is left of it");
    }
}

#[test]
fn tags_and_branches_tell_nothing_of_the_next() {
    let mut relay = Relay::new(RelayConfig::default(), 7);
    let mut branches = crate::proxy::Branches::new(8);
    let (mut tags, mut drawn) = (Vec::new(), Vec::new());
    for _ in 0..1_000 {
        tags.push(relay.tag());
        drawn.push(branches.own().split_once('-').expect("a counter").0.to_owned());
    }
    for found in [&mut tags, &mut drawn] {
        found.sort();
        // Numbers that are drawn do not stand one behind the other: of a thousand, no two agree in half of their digits.
        let half = |text: &String| text[..text.len() - 8].to_owned();
        assert!(
            found.windows(2).all(|two| half(&two[0]) != half(&two[1])),
            "{found:?}"
        );
    }
}

#[test]
fn a_2xx_ends_the_other_branches_of_an_invite() {
    let mut net = Net::new();
    let (_, clients) = net.fork(&request("INVITE", 1), &["10.0.0.2:5060", "10.0.0.3:5060"]);
    assert_eq!(net.sent(), ["caller 100", "branch INVITE", "branch INVITE"]);
    net.answer(&clients[0], 100);
    assert_eq!(net.sent(), [""; 0], "100 goes no further");
    for client in &clients {
        net.answer(client, 180);
    }
    assert_eq!(net.sent(), ["caller 180", "caller 180"]);
    net.answer(&clients[1], 200);
    assert_eq!(net.sent(), ["caller 200", "branch CANCEL"]);
    net.answer(&clients[0], 487);
    assert_eq!(net.sent(), ["branch ACK"], "the caller has its answer");
    // A 2xx that is repeated is passed on again: its ACK was lost.
    net.answer(&clients[1], 200);
    assert_eq!(net.sent(), ["caller 200"]);
    net.now += Duration::from_secs(700);
    net.relay.timeout(net.now);
    net.sent();
    assert!(net.relay.is_empty(), "{:?}", net.relay.len());
}

#[test]
fn a_6xx_cancels_what_still_rings() {
    let mut net = Net::new();
    let (_, clients) = net.fork(&request("INVITE", 1), &["10.0.0.2:5060", "10.0.0.3:5060"]);
    net.answer(&clients[0], 180);
    net.sent();
    net.answer(&clients[1], 603);
    assert_eq!(net.sent(), ["branch ACK", "branch CANCEL"]);
    net.answer(&clients[0], 487);
    assert_eq!(net.sent(), ["branch ACK", "caller 603"]);
}

#[test]
fn timer_c_cancels_what_rings_too_long_and_progress_sets_it_anew() {
    let mut net = Net::new();
    let (_, clients) = net.fork(&request("INVITE", 1), &["10.0.0.2:5060"]);
    net.answer(&clients[0], 180);
    net.sent();
    net.now += Duration::from_secs(100);
    net.relay.timeout(net.now);
    net.answer(&clients[0], 183);
    net.sent();
    net.now += TIMER_C - Duration::from_secs(1);
    net.relay.timeout(net.now);
    assert_eq!(net.sent(), [""; 0]);
    net.now += Duration::from_secs(1);
    net.relay.timeout(net.now);
    assert_eq!(net.sent(), ["branch CANCEL"]);
    net.answer(&clients[0], 487);
    assert_eq!(net.sent(), ["branch ACK", "caller 487"]);
}

#[test]
fn a_branch_that_fails_may_be_followed_by_another() {
    let mut net = Net::new();
    let text = request("OPTIONS", 1);
    let (server, clients) = net.fork(&text, &["10.0.0.2:5060"]);
    net.sent();
    net.relay.hop_failed(net.now, hop("10.0.0.2:5060"));
    let failed = RelayEvent::Failed(
        clients[0].0,
        Whose::Forwarded(server),
        Status::SERVICE_UNAVAILABLE,
    );
    assert_eq!(net.relay.poll_event(), Some(failed));
    // Another branch first, then the first is given up: nothing goes back yet.
    let message = Message::parse(text.as_bytes()).expect("readable");
    let mut octets = Vec::new();
    let via = "SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bKsecond";
    Edit::new(&message).push(Name::Via, via).write(&mut octets);
    let forwarded = String::from_utf8(octets.clone()).expect("text");
    let came = hop(CALLER);
    let second = net
        .relay
        .forward(net.now, server, (&came, &message), hop("10.0.0.3:5060"), octets);
    let second = (second.expect("room"), forwarded);
    net.relay.fail(net.now, clients[0].0, Status::SERVICE_UNAVAILABLE);
    assert_eq!(net.sent(), ["branch OPTIONS"]);
    net.answer(&second, 200);
    assert_eq!(net.sent(), ["caller 200"]);
    // Given up without another.
    let (_, clients) = net.fork(&request("OPTIONS", 2), &["10.0.0.2:5060"]);
    net.sent();
    net.now += Duration::from_secs(40);
    net.relay.timeout(net.now);
    let Some(RelayEvent::Failed(client, _, status)) = net.relay.poll_event() else {
        panic!("it timed out")
    };
    assert_eq!((client, status), (clients[0].0, Status::REQUEST_TIMEOUT));
    net.relay.fail(net.now, client, status);
    assert_eq!(net.sent(), ["caller 408"]);
    assert_eq!(net.relay.len().2, 0);
}

#[test]
fn a_cancel_reaches_every_branch_and_who_has_none_is_asked() {
    let mut net = Net::new();
    let invite = request("INVITE", 1);
    let (_, clients) = net.fork(&invite, &["10.0.0.2:5060", "10.0.0.3:5060"]);
    net.answer(&clients[0], 180);
    net.sent();
    let cancel = |invite: &str| invite.replace("INVITE", "CANCEL");
    let text = cancel(&invite);
    let message = Message::parse(text.as_bytes()).expect("readable");
    assert_eq!(
        net.relay.receive(net.now, hop(CALLER), &message),
        Arrival::Nothing
    );
    assert_eq!(net.sent(), ["caller 200", "branch CANCEL"]);
    // The other one is cancelled with its first provisional response (9.1).
    net.answer(&clients[1], 180);
    assert_eq!(net.sent(), ["branch CANCEL", "caller 180"]);
    for client in &clients {
        net.answer(client, 487);
    }
    assert_eq!(net.sent(), ["branch ACK", "branch ACK", "caller 487"]);
    // One that the node still thinks about.
    let invite = request("INVITE", 2);
    let (server, _) = net.fork(&invite, &[]);
    net.sent();
    let text = cancel(&invite);
    let message = Message::parse(text.as_bytes()).expect("readable");
    assert_eq!(
        net.relay.receive(net.now, hop(CALLER), &message),
        Arrival::Cancelled(server)
    );
    // One that is not there.
    let text = cancel(&request("INVITE", 3));
    let message = Message::parse(text.as_bytes()).expect("readable");
    assert_eq!(
        net.relay.receive(net.now, hop(CALLER), &message),
        Arrival::Nothing
    );
    assert_eq!(net.sent(), ["caller 200", "caller 481"]);
}

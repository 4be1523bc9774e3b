//! Via: what is said of where a request came from, our own entry with its branch, and loops (RFC 3261 16.3, 16.6.8, 18.2.1;
//! RFC 3581).

use super::own::Own;
use quintet_sip::transport::Hop;
use quintet_sip::{Edit, MAGIC_COOKIE, Message, Name};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The topmost Via of what goes on says where the request came from, if that is not what it says (RFC 3261 18.2.1), and answers
/// `rport` (RFC 3581 4). To be called before our own Via is pushed.
#[must_use]
pub fn came_from<'m, 'a>(edit: Edit<'m, 'a>, message: &Message<'a>, hop: &Hop) -> Edit<'m, 'a> {
    let stamped = message.top_via().ok().and_then(|via| via.stamped(hop.remote));
    match stamped {
        Some(via) => edit.pop(Name::Via).push(Name::Via, via),
        None => edit,
    }
}

/// What makes a request that comes again the same one: if nothing of it has changed, it goes the same way again for ever
/// (RFC 3261 16.6.8). A spiral has another Request-URI or other Routes.
#[must_use]
pub fn loop_key(message: &Message<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match message.start() {
        quintet_sip::StartLine::Request { uri, .. } => uri.hash(&mut hasher),
        quintet_sip::StartLine::Response { .. } => {}
    }
    for name in [
        Name::From,
        Name::To,
        Name::CallId,
        Name::Route,
        Name::ProxyRequire,
    ] {
        for value in message.headers(name) {
            value.hash(&mut hasher);
        }
    }
    if let Ok(cseq) = message.cseq() {
        cseq.number.hash(&mut hasher);
    }
    hasher.finish()
}

/// Whether this very request was here before (RFC 3261 16.3.4).
#[must_use]
pub fn is_loop(message: &Message<'_>, own: &Own) -> bool {
    let key = format!("{:016x}", loop_key(message));
    message.vias().flatten().any(|via| {
        own.is(via.host, via.port) && via.branch().and_then(|branch| branch.rsplit('.').next()) == Some(&*key)
    })
}

/// Branches of a node's own client transactions: the same one never twice, and none that who saw others could tell. A response is
/// matched by its branch (RFC 3261 17.1.3).
#[derive(Clone, Debug)]
pub struct Branches {
    random: ChaCha20Rng,
    next: u64,
}

impl Branches {
    /// From entropy: after a restart no branch of before comes again.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: ChaCha20Rng::seed_from_u64(seed),
            next: 0,
        }
    }

    /// The next; the loop key of the request stands behind its dot.
    pub fn next(&mut self, key: u64) -> String {
        self.next += 1;
        let drawn = self.random.next_u64();
        format!("{MAGIC_COOKIE}{drawn:016x}-{:x}.{key:016x}", self.next)
    }

    /// The next one of a request of our own.
    pub fn own(&mut self) -> String {
        self.next(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_sip::transport::Protocol;

    fn request(via: &str, rest: &str) -> String {
        format!(
            "OPTIONS sip:b@h SIP/2.0\r\nVia: {via}, SIP/2.0/UDP first.test\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n\
             Call-ID: c\r\nCSeq: 7 OPTIONS\r\n{rest}Content-Length: 0\r\n\r\n"
        )
    }

    fn stamp(via: &str) -> String {
        let hop = Hop {
            protocol: Protocol::Udp,
            local: "10.0.0.2:5060".parse().expect("an address"),
            remote: "10.0.0.1:4711".parse().expect("an address"),
        };
        let text = request(via, "");
        let message = Message::parse(text.as_bytes()).expect("readable");
        let mut out = Vec::new();
        let edit = came_from(Edit::new(&message), &message, &hop);
        edit.push(Name::Via, "SIP/2.0/UDP p.test").write(&mut out);
        let message = Message::parse(&out).expect("readable");
        let vias: Vec<_> = message.vias().map(|via| via.expect("a Via").as_str()).collect();
        assert_eq!((vias.len(), vias[0]), (3, "SIP/2.0/UDP p.test"));
        vias[1].to_owned()
    }

    #[test]
    fn the_via_says_where_it_came_from() {
        let same = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa";
        assert_eq!(stamp(same), same);
        assert_eq!(
            stamp("SIP/2.0/UDP ue.test:5060;branch=z9hG4bKa"),
            "SIP/2.0/UDP ue.test:5060;branch=z9hG4bKa;received=10.0.0.1"
        );
        assert_eq!(
            stamp("SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKa"),
            "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa;received=10.0.0.1;rport=4711"
        );
        // What a sender says of itself does not count.
        assert_eq!(
            stamp("SIP/2.0/UDP 192.168.1.1;received=10.9.9.9;rport=1;branch=z9hG4bKa"),
            "SIP/2.0/UDP 192.168.1.1;branch=z9hG4bKa;received=10.0.0.1;rport=4711"
        );
    }

    #[test]
    fn a_loop_is_seen_and_a_spiral_is_none() {
        let own = Own::new().name("p.test", None);
        let routes = "Route: <sip:p.test;lr>\r\n";
        let text = request("SIP/2.0/UDP 10.0.0.1", routes);
        let message = Message::parse(text.as_bytes()).expect("readable");
        assert!(!is_loop(&message, &own));
        let mut branches = Branches::new(7);
        let branch = branches.next(loop_key(&message));
        assert_ne!(branch, branches.next(loop_key(&message)));
        let again = request(&format!("SIP/2.0/TCP p.test:5060;branch={branch}"), routes);
        let message = Message::parse(again.as_bytes()).expect("readable");
        assert!(is_loop(&message, &own));
        let spiral = again.replace("OPTIONS sip:b@h", "OPTIONS sip:b@10.0.0.9");
        let message = Message::parse(spiral.as_bytes()).expect("readable");
        assert!(!is_loop(&message, &own));
        let others = again.replace("p.test:5060;branch", "q.test:5060;branch");
        let message = Message::parse(others.as_bytes()).expect("readable");
        assert!(!is_loop(&message, &own));
    }
}

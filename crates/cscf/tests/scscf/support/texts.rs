//! SIP texts: requests, responses, and what is in them.

use super::home::quintet;
use super::{ALICE, CONTACT, IMPI, PATH, REALM};
use quintet_crypto::digest::{AkaPassword, DigestAlgorithm, DigestInput, HashA1, Qop};
use quintet_sip::{Message, Name};

/// The first value of a header.
pub(crate) fn header(text: &str, name: Name) -> String {
    let message = Message::parse(text.as_bytes()).expect("readable");
    message.header(name).unwrap_or_default().to_owned()
}

pub(crate) fn headers(text: &str, name: Name) -> Vec<String> {
    let message = Message::parse(text.as_bytes()).expect("readable");
    message.values(name).map(str::to_owned).collect()
}

pub(crate) fn uri(text: &str) -> String {
    text.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// A REGISTER of Alice.
pub(crate) fn register(call: &str, cseq: u32, protected: &str, answer: &str) -> String {
    register_for(
        call,
        cseq,
        protected,
        answer,
        &format!("Contact: <{CONTACT}>\r\nExpires: 600\r\n"),
    )
}

pub(crate) fn register_for(call: &str, cseq: u32, protected: &str, answer: &str, contacts: &str) -> String {
    let answer = match answer {
        "" => "nonce=\"\",response=\"\"",
        answer => answer,
    };
    format!(
        "REGISTER sip:home.test SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=BRANCH\r\nMax-Forwards: 68\r\n\
         From: <{ALICE}>;tag=a{cseq}\r\nTo: <{ALICE}>\r\nCall-ID: {call}\r\nCSeq: {cseq} REGISTER\r\n{contacts}\
         Path: {PATH}\r\nRequire: path\r\nP-Visited-Network-ID: \"visited.test\"\r\n\
         Authorization: Digest username=\"{IMPI}\",realm=\"{REALM}\",uri=\"sip:home.test\",{answer},\
         integrity-protected=\"{protected}\"\r\nContent-Length: 0\r\n\r\n"
    )
}

/// The right answer to a 401 of vector `n`.
pub(crate) fn answer_to(challenge: &str, n: u8) -> String {
    assert!(challenge.starts_with("SIP/2.0 401"), "{challenge}");
    let message = Message::parse(challenge.as_bytes()).expect("readable");
    let of = message
        .challenges()
        .next()
        .expect("a challenge")
        .expect("readable");
    let nonce = of.nonce().expect("a nonce").into_owned();
    let quintet = quintet(n);
    let password = AkaPassword::new(DigestAlgorithm::AkaV1Md5, &quintet.xres, &quintet.ck, &quintet.ik);
    let hash = HashA1::new(DigestAlgorithm::AkaV1Md5, IMPI, REALM, password.expose());
    let input = DigestInput {
        algorithm: DigestAlgorithm::AkaV1Md5,
        method: "REGISTER",
        uri: "sip:home.test",
        nonce: &nonce,
        qop: Qop::Auth {
            nc: "00000001",
            cnonce: "c0ffee",
        },
    };
    let response = input.response(&hash);
    format!(
        "nonce=\"{nonce}\",response=\"{response}\",algorithm=AKAv1-MD5,qop=auth,nc=00000001,cnonce=\"c0ffee\""
    )
}

/// A request from somebody to somebody.
pub(crate) fn request(method: &str, to: &str, headers: &str) -> String {
    format!(
        "{method} {to} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=BRANCH\r\nMax-Forwards: 68\r\n\
         From: <sip:bob@foreign.test>;tag=b\r\nTo: <{to}>\r\nCall-ID: call-b\r\nCSeq: 1 {method}\r\n{headers}\
         Contact: <sip:bob@10.0.0.5>\r\nContent-Length: 0\r\n\r\n"
    )
}

/// A response to what the node sent.
pub(crate) fn response(to: &str, status: u16, reason: &str, tag: &str, headers: &str) -> String {
    let message = Message::parse(to.as_bytes()).expect("readable");
    let mut out = format!("SIP/2.0 {status} {reason}\r\n");
    for header in message.all_headers() {
        match header.name {
            Name::Via | Name::From | Name::CallId | Name::CSeq | Name::RecordRoute => {
                out.push_str(&format!("{}: {}\r\n", header.written, header.value));
            }
            Name::To => out.push_str(&format!("To: {};tag={tag}\r\n", header.value)),
            _ => {}
        }
    }
    out + headers + "Content-Length: 0\r\n\r\n"
}

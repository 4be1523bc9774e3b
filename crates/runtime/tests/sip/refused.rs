//! A P-CSCF whose security associations cannot be had: what its UE hears, and what is counted.

use crate::hop;
use crate::support::{Station, run};
use quintet_cscf::pcscf::{Config, Pcscf};
use quintet_diameter::node::{Node, NodeConfig};
use quintet_runtime::{Clock, Driver, PcscfApplication, SipSettings};
use quintet_sip::transport::Protocol;
use quintet_sip::{Message, Name, Status, Writer};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::sync::Notify;

const REGISTER: &[u8] = b"REGISTER sip:home.test SIP/2.0\r\n\
    Via: SIP/2.0/UDP 127.77.3.4:5060;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n\
    From: <sip:user@home.test>;tag=1\r\nTo: <sip:user@home.test>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n\
    Contact: <sip:user@127.77.3.4:3999>;expires=3600\r\n\
    Authorization: Digest username=\"user@home.test\", realm=\"home.test\", nonce=\"\", uri=\"sip:home.test\", response=\"\"\r\n\
    Require: sec-agree\r\nProxy-Require: sec-agree\r\nSupported: path\r\n\
    Security-Client: ipsec-3gpp;alg=hmac-sha-1-96;ealg=null;spi-c=1000;spi-s=1001;port-c=4000;port-s=3999\r\n\
    Content-Length: 0\r\n\r\n";

const CHALLENGE: &str = "Digest realm=\"home.test\", nonce=\"bm9uY2U=\", algorithm=AKAv1-MD5, \
    ck=\"00112233445566778899aabbccddeeff\", ik=\"ffeeddccbbaa99887766554433221100\", qop=\"auth\"";

/// The home network's 401.
fn challenge(register: &[u8], from: SocketAddr) -> Vec<u8> {
    let register = Message::parse(register).unwrap();
    let mut octets = Vec::new();
    Writer::response_to(&mut octets, &register, Status::UNAUTHORIZED, "home", from)
        .unwrap()
        .named("WWW-Authenticate", CHALLENGE)
        .finish();
    octets
}

#[test]
fn a_challenge_whose_associations_are_refused_is_an_error_to_the_ue() {
    run(async {
        let [access, core, home, ue] = [1, 2, 3, 4].map(|n| SocketAddr::from(([127, 77, 3, n], 5060)));
        let mut config = Config::new("pcscf.visited.test", core, access, "visited.test");
        config.hosts.insert("home.test", None, home).unwrap();
        config.reg_event = false;
        let node = NodeConfig::new("pcscf.visited.test", "visited.test", Ipv4Addr::LOCALHOST.into());
        // Nothing is opened that carries associations: each is refused, as by a kernel that lacks what they need.
        let driver = Driver::start(
            Clock::start(),
            Node::new(node, 1).unwrap(),
            PcscfApplication::new(Pcscf::new(config, [7; 32])),
            None,
            Arc::new(Notify::new()),
        );
        for address in [access, core] {
            driver.listen_sip(SipSettings::cleartext(address)).unwrap();
        }
        let (phone, _) = Station::listening(|settings| settings.address = ue);
        let (registrar, _) = Station::listening(|settings| settings.address = home);
        phone.send(hop(Protocol::Udp, ue, access), REGISTER);
        let (from, sm2) = registrar.heard.message(0).await;
        registrar.send(from, &challenge(&sm2, core));
        let (_, octets) = phone.heard.message(0).await;
        let heard = Message::parse(&octets).unwrap();
        let text = String::from_utf8_lossy(&octets);
        assert_eq!(heard.status(), Some(Status::SERVER_INTERNAL_ERROR), "{text}");
        assert!(
            !heard.has(Name::SecurityServer) && !text.contains("nonce"),
            "{text}"
        );
        assert_eq!(driver.look(|_, pcscf| pcscf.view().registrations()), (0, 0));
        let mut told = quintet_telemetry::Collection::default();
        driver.measure(&mut told);
        let expected = "quintet_pcscf_security_associations_refused_total 4\n";
        assert!(told.text().contains(expected), "{}", told.text());
    });
}

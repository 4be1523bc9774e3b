//! What it costs to read, forward and answer an IMS REGISTER: `cargo bench -p quintet-sip --bench codec`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use quintet_sip::transaction::{Layer, MAX_TRANSACTIONS, Received, Timers};
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{Edit, Message, Name, Status, Writer};

/// A REGISTER with credentials, as a P-CSCF sends it on.
const REGISTER: &str = "REGISTER sip:ims.mnc001.mcc001.3gppnetwork.org SIP/2.0\r\n\
    Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK8a1f3c77d2;rport\r\n\
    Via: SIP/2.0/UDP 192.0.2.10:6100;branch=z9hG4bK1c9be1;received=192.0.2.10;rport=6100\r\n\
    Max-Forwards: 69\r\n\
    Path: <sip:term@pcscf.ims.mnc001.mcc001.3gppnetwork.org:5060;lr>\r\n\
    From: <sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org>;tag=4fa3c8d1\r\n\
    To: <sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org>\r\n\
    Call-ID: 8d1e2f00a7c94b@192.0.2.10\r\n\
    CSeq: 2 REGISTER\r\n\
    Contact: <sip:001010000000001@192.0.2.10:6101>;expires=600000;+sip.instance=\"<urn:gsma:imei:35000000-000000-0>\";\
    +g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"\r\n\
    Expires: 600000\r\n\
    Require: path\r\n\
    Supported: path, gruu, outbound\r\n\
    Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, NOTIFY, PRACK, UPDATE, REFER\r\n\
    Authorization: Digest username=\"001010000000001@ims.mnc001.mcc001.3gppnetwork.org\",\
    realm=\"ims.mnc001.mcc001.3gppnetwork.org\",nonce=\"8SA0p/qltIMlBqyAM/vqAFr2Rj1SH4AAMadojvfm1sU=\",\
    uri=\"sip:ims.mnc001.mcc001.3gppnetwork.org\",response=\"9dad9da7bd3272620d55ecb91d2ac017\",\
    algorithm=AKAv1-MD5,qop=auth,nc=00000001,cnonce=\"4130282079\",integrity-protected=\"yes\"\r\n\
    P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000101\r\n\
    P-Visited-Network-ID: \"ims.mnc001.mcc001.3gppnetwork.org\"\r\n\
    P-Charging-Vector: icid-value=a3f0c1d2e4;icid-generated-at=10.0.0.2;orig-ioi=ims.mnc001.mcc001.3gppnetwork.org\r\n\
    User-Agent: quintet\r\n\
    Content-Length: 0\r\n\r\n";

fn codec(c: &mut Criterion) {
    let octets = REGISTER.as_bytes();
    let mut out = Vec::with_capacity(4096);
    c.bench_function("parse REGISTER", |b| {
        b.iter(|| Message::parse(black_box(octets)).map(|message| message.has(Name::Via)));
    });
    c.bench_function("check REGISTER", |b| {
        let message = Message::parse(octets).expect("a good message");
        b.iter(|| black_box(&message).check().is_ok());
    });
    c.bench_function("parse and forward REGISTER", |b| {
        b.iter(|| {
            out.clear();
            let message = Message::parse(black_box(octets)).expect("a good message");
            let forwards = message.max_forwards().ok().flatten().unwrap_or(70);
            Edit::new(&message)
                .uri("sip:scscf.ims.mnc001.mcc001.3gppnetwork.org:5060")
                .push(Name::Via, "SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bK77aa01")
                .replace(Name::MaxForwards, forwards - 1)
                .write(&mut out);
            out.len()
        });
    });
    c.bench_function("answer REGISTER", |b| {
        let message = Message::parse(octets).expect("a good message");
        let source = "10.0.0.2:5060".parse().expect("an address");
        b.iter(|| {
            out.clear();
            let writer = Writer::response_to(&mut out, black_box(&message), Status::OK, "a1b2c3", source);
            writer.expect("a good request").finish();
            out.len()
        });
    });
    c.bench_function("transactions of a REGISTER over TCP", |b| {
        let (mut client, mut server) = (
            Layer::new(Timers::default(), MAX_TRANSACTIONS),
            Layer::new(Timers::default(), MAX_TRANSACTIONS),
        );
        let (a, z) = (
            "10.0.0.2:5060".parse().expect("an address"),
            "10.0.0.3:5060".parse().expect("an address"),
        );
        let (there, here) = (
            Hop {
                protocol: Protocol::Tcp,
                local: a,
                remote: z,
            },
            Hop {
                protocol: Protocol::Tcp,
                local: z,
                remote: a,
            },
        );
        let now = Duration::ZERO;
        let request = Message::parse(octets).expect("a good message");
        let mut answer = Vec::new();
        Writer::response_to(&mut answer, &request, Status::OK, "a1b2c3", a)
            .expect("a good request")
            .finish();
        let response = Message::parse(&answer).expect("a good response");
        b.iter(|| {
            let id = client
                .request(now, there, octets.to_vec())
                .expect("there is room");
            let Received::Request(taken) = server.receive(now, here, &request) else {
                panic!("no request")
            };
            assert!(server.respond(now, taken, answer.clone()));
            assert_eq!(client.receive(now, there, &response), Received::Response(id));
            (client.poll_send(), server.poll_send())
        });
    });
}

criterion_group!(benches, codec);
criterion_main!(benches);

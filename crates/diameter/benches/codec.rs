//! What it costs to walk, judge and describe an Authentication-Information-Request: `cargo bench --bench codec`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use quintet_diameter::dict::{Dictionary, application, avp, command, vendor};
use quintet_diameter::{CommandFlags, Header, Message, MessageWriter, Secrets, describe, validate};

fn air() -> Vec<u8> {
    let header = Header {
        version: 1,
        length: 0,
        flags: CommandFlags(0xc0),
        code: command::AUTHENTICATION_INFORMATION,
        application_id: application::S6A,
        hop_by_hop: 1,
        end_to_end: 2,
    };
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header);
    w.text(
        avp::SESSION_ID,
        "mme.epc.mnc001.mcc001.3gppnetwork.org;1700000000;1;s6a",
    );
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
        w.u32(avp::VENDOR_ID, vendor::TGPP);
        w.u32(avp::AUTH_APPLICATION_ID, application::S6A);
    });
    w.u32(avp::AUTH_SESSION_STATE, 1);
    w.text(avp::ORIGIN_HOST, "mme.epc.mnc001.mcc001.3gppnetwork.org");
    w.text(avp::ORIGIN_REALM, "epc.mnc001.mcc001.3gppnetwork.org");
    w.text(avp::DESTINATION_REALM, "epc.mnc001.mcc001.3gppnetwork.org");
    w.text(avp::USER_NAME, "001010000000001");
    w.group(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO, |w| {
        w.u32(avp::NUMBER_OF_REQUESTED_VECTORS, 1);
        w.u32(avp::IMMEDIATE_RESPONSE_PREFERRED, 0);
    });
    w.octets(avp::VISITED_PLMN_ID, &[0x00, 0xf1, 0x10]);
    w.finish();
    out
}

fn codec(c: &mut Criterion) {
    let (dictionary, octets) = (Dictionary::builtin(), air());
    c.bench_function("walk AIR", |b| {
        b.iter(|| {
            let message = Message::decode(black_box(&octets)).expect("a good message");
            message
                .avps()
                .map_while(Result::ok)
                .map(|avp| avp.data.len())
                .sum::<usize>()
        });
    });
    c.bench_function("validate AIR", |b| {
        let message = Message::decode(&octets).expect("a good message");
        b.iter(|| validate(black_box(dictionary), black_box(&message)).is_ok());
    });
    c.bench_function("describe AIR", |b| {
        let message = Message::decode(&octets).expect("a good message");
        b.iter(|| describe(black_box(dictionary), black_box(&message), Secrets::Redacted).is_ok());
    });
}

criterion_group!(benches, codec);
criterion_main!(benches);

//! Any octets as a message of Sh, and as its data: read, and what was read written and read the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_diameter::{Message, MessageWriter};
use quintet_sh::user_data::ShData;
use quintet_sh::{Answer, Request};

fn data(xml: &[u8]) {
    let Ok(data) = ShData::from_xml(xml) else {
        return;
    };
    let written = data.to_xml();
    // What its own text makes longer than the limit once escaped is not read again.
    if written.len() <= quintet_cx::profile::MAX_XML_OCTETS {
        assert_eq!(ShData::from_xml(written.as_bytes()).as_ref(), Ok(&data));
    }
}

fuzz_target!(|octets: &[u8]| {
    data(octets);
    let Ok(message) = Message::decode(octets) else {
        return;
    };
    let mut out = Vec::new();
    let mut writer = MessageWriter::new(&mut out, message.header());
    match Request::read(&message) {
        Ok(request) => {
            match &request {
                Request::ProfileUpdate(pur) => data(&pur.user_data),
                Request::PushNotification(pnr) => data(&pnr.user_data),
                _ => {}
            }
            request.write(&mut writer);
            writer.finish();
            let again = Message::decode(&out).expect("what is written is framed");
            assert_eq!(Request::read(&again).as_ref(), Ok(&request));
        }
        Err(fault) => {
            let _ = fault.to_string();
        }
    }
    if let Ok(answer) = Answer::read(&message) {
        out.clear();
        let mut writer = MessageWriter::new(&mut out, message.header());
        answer.write(&mut writer);
        writer.finish();
        assert!(Message::decode(&out).is_ok_and(|again| Answer::read(&again).is_ok()));
    }
});

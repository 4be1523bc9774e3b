//! Any octets as a message of Cx: read, what was read written and read the same, profiles and vectors within.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_cx::profile::ImsSubscription;
use quintet_cx::{Answer, Envelope, Request};
use quintet_diameter::{Message, MessageWriter};

fuzz_target!(|octets: &[u8]| {
    let Ok(message) = Message::decode(octets) else {
        return;
    };
    let _ = Envelope::of(&message);
    let mut out = Vec::new();
    let mut writer = MessageWriter::new(&mut out, message.header());
    match Request::read(&message) {
        Ok(request) => {
            let _ = format!("{request:?}");
            request.write(&mut writer);
            writer.finish();
            let again = Message::decode(&out).expect("what is written is framed");
            assert_eq!(Request::read(&again).as_ref(), Ok(&request));
        }
        Err(fault) => {
            let _ = fault.to_string();
        }
    }
    match Answer::read(&message) {
        Ok(answer) => {
            if let Answer::ServerAssignment(answer) = &answer
                && let Some(xml) = &answer.user_data
            {
                let _ = ImsSubscription::from_xml(xml);
            }
            out.clear();
            let mut writer = MessageWriter::new(&mut out, message.header());
            answer.write(&mut writer);
            writer.finish();
            assert!(Message::decode(&out).is_ok_and(|again| Answer::read(&again).is_ok()));
        }
        Err(fault) => {
            let _ = fault.to_string();
        }
    }
});

//! Any octets as a message of SWx, and as a profile: read, and what was read written and read the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_diameter::{Message, MessageWriter};
use quintet_swx::{Answer, Request, UserData};

fuzz_target!(|octets: &[u8]| {
    let _ = UserData::read(octets);
    let Ok(message) = Message::decode(octets) else {
        return;
    };
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
    if let Ok(answer) = Answer::read(&message) {
        if let Answer::ServerAssignment(answer) = &answer
            && let Some(data) = &answer.user_data
        {
            let _ = UserData::read(data);
        }
        out.clear();
        let mut writer = MessageWriter::new(&mut out, message.header());
        answer.write(&mut writer);
        writer.finish();
        assert!(Message::decode(&out).is_ok_and(|again| Answer::read(&again).is_ok()));
    }
});

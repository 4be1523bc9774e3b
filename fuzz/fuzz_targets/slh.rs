//! Any octets as a message of SLh and of S6c: read, and what was read written and read the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_diameter::{Message, MessageWriter};
use quintet_slh::{Ria, Rir, s6c};

fuzz_target!(|octets: &[u8]| {
    let Ok(message) = Message::decode(octets) else {
        return;
    };
    let written = |write: &dyn Fn(&mut MessageWriter<'_>)| {
        let mut out = Vec::new();
        let mut writer = MessageWriter::new(&mut out, message.header());
        write(&mut writer);
        writer.finish();
        out
    };
    if let Ok(request) = Rir::read(&message) {
        let out = written(&|w| request.write(w));
        let again = Message::decode(&out).expect("what is written is framed");
        assert_eq!(Rir::read(&again).as_ref(), Ok(&request));
    }
    match s6c::Request::read(&message) {
        Ok(request) => {
            let out = written(&|w| request.write(w));
            let again = Message::decode(&out).expect("what is written is framed");
            assert_eq!(s6c::Request::read(&again).as_ref(), Ok(&request));
        }
        Err(fault) => {
            let _ = fault.to_string();
        }
    }
    if let Ok(answer) = Ria::read(&message) {
        let out = written(&|w| answer.write(w));
        assert!(Message::decode(&out).is_ok_and(|again| Ria::read(&again).is_ok()));
    }
    if let Ok(answer) = s6c::Answer::read(&message) {
        let out = written(&|w| answer.write(w));
        assert!(Message::decode(&out).is_ok_and(|again| s6c::Answer::read(&again).is_ok()));
    }
});

//! Any octets as a Diameter message: framed, judged, described, and the answer's Failed-AVP written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_diameter::dict::Dictionary;
use quintet_diameter::{Message, MessageWriter, Secrets, describe, frame, validate};

fuzz_target!(|octets: &[u8]| {
    let dictionary = Dictionary::builtin();
    let Ok(message) = frame(octets) else { return };
    let _ = describe(dictionary, &message, Secrets::Shown);
    if let Err(rejection) = validate(dictionary, &message) {
        let mut out = Vec::new();
        let mut answer = MessageWriter::answer(&mut out, &message, rejection.result.is_protocol_error());
        rejection.failed_avp.write(&mut answer);
        answer.finish();
        let answer = Message::decode(&out).expect("what is written is well-formed");
        assert!(answer.avps().all(|avp| avp.is_ok()));
    }
});

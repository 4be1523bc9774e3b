//! Any octets as a 5GS NAS message: read in each direction, described, and written; what was written reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_nas::fgs::{FgmmMessage, FgsmMessage};
use quintet_nas::security::fgs::cleartext;

/// Reads, shows and writes with one decoder. A macro, for a decoder borrows anew from what was written.
macro_rules! round_trip {
    ($octets:expr, $decode:path) => {
        if let Ok(decoded) = $decode($octets) {
            let _ = decoded.message.describe();
            for error in decoded.soft_errors.iter() {
                let _ = error.to_string();
            }
            let written = decoded.message.to_octets();
            let again = $decode(&written).expect("what is written can be read");
            assert_eq!(again.message.to_octets(), written, "writing is stable");
        }
    };
}

fuzz_target!(|octets: &[u8]| {
    round_trip!(octets, FgmmMessage::decode);
    round_trip!(octets, FgmmMessage::decode_uplink);
    round_trip!(octets, FgmmMessage::decode_downlink);
    round_trip!(octets, FgsmMessage::decode);
    round_trip!(octets, FgsmMessage::decode_uplink);
    round_trip!(octets, FgsmMessage::decode_downlink);
    if let Ok(decoded) = FgmmMessage::decode_uplink(octets)
        && let Some(clear) = cleartext(&decoded.message)
    {
        assert_eq!(
            cleartext(&clear).as_ref(),
            Some(&clear),
            "the clear part is clear"
        );
    }
});

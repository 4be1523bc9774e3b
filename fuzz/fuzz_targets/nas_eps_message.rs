//! Any octets as an EPS NAS message: read in each direction, described, and written; what was written reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_nas::eps::{EmmMessage, EsmMessage, ServiceRequest};

fuzz_target!(|octets: &[u8]| {
    for decode in [
        EmmMessage::decode,
        EmmMessage::decode_uplink,
        EmmMessage::decode_downlink,
    ] {
        let Ok(decoded) = decode(octets) else { continue };
        let _ = decoded.message.describe();
        for error in decoded.soft_errors.iter() {
            let _ = error.to_string();
        }
        let written = decoded.message.to_octets();
        let again = decode(&written).expect("what is written can be read");
        assert_eq!(again.message.to_octets(), written, "writing is stable");
    }
    for decode in [
        EsmMessage::decode,
        EsmMessage::decode_uplink,
        EsmMessage::decode_downlink,
    ] {
        let Ok(decoded) = decode(octets) else { continue };
        let _ = decoded.message.describe();
        let written = decoded.message.to_octets();
        let again = decode(&written).expect("what is written can be read");
        assert_eq!(again.message.to_octets(), written, "writing is stable");
    }
    if let Ok(request) = ServiceRequest::decode(octets) {
        let _ = request.describe();
    }
});

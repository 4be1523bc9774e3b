//! Any text as a declared network: read, and made into subscribers without stored ones. Secrets by reference are not there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_provisioning::declared::{Declared, Secret};

fuzz_target!(|octets: &[u8]| {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    let Ok(declared) = Declared::read(text) else {
        return;
    };
    let mut resolve = |secret: &Secret| match secret {
        Secret::Inline(hex) => Ok(hex.clone()),
        Secret::Env(_) | Secret::File(_) => Err("it is not there".to_owned()),
    };
    for index in 0..declared.imsis().len() {
        if let Ok(desired) = declared.desired(index, None, &mut resolve) {
            desired
                .subscriber
                .subscription
                .check()
                .expect("a subscription that can be stored");
            desired
                .subscriber
                .authentication
                .check()
                .expect("a card that can be stored");
        }
    }
});

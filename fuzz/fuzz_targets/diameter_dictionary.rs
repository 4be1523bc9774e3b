//! Any text as a dictionary file: read, or refused with a line that exists.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_diameter::Dictionary;

fuzz_target!(|octets: &[u8]| {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    if let Err(error) = Dictionary::of(&[("fuzzed.dia", text)]) {
        assert!(
            error.line >= 1 && error.line <= text.lines().count().max(1),
            "{error}"
        );
    }
});

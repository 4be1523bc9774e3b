//! Any octets as JSON: mongoexports, lists of PyHSS's API, our own. What comes of them can be stored, and names no key.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_provisioning::{Input, Options, Outcome, Source, detect, read};
use std::ops::ControlFlow;

fuzz_target!(|octets: &[u8]| {
    let _ = detect(octets);
    for source in [Source::Open5gs, Source::Free5gc, Source::Pyhss, Source::Json] {
        let mut input = octets;
        let inputs = vec![Input::Octets(&mut input)];
        let _ = read(source, inputs, &Options::default(), &mut |row| {
            if let Outcome::Entry(entry) = row.outcome {
                entry
                    .subscriber
                    .subscription
                    .check()
                    .expect("a subscription that can be stored");
                entry
                    .subscriber
                    .authentication
                    .check()
                    .expect("a card that can be stored");
                if let Some(ims) = entry.ims {
                    ims.check().expect("an IMS subscription that can be stored");
                }
            }
            ControlFlow::Continue(())
        });
    }
});

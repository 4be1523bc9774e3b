//! Any octets as a SUCI: as a 5GS mobile identity and as text, written again, and as a scheme output to be deconcealed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_identity::Suci;

fn round_trip(suci: &Suci) {
    let _ = format!("{suci:?}");
    let _ = suci.null_supi();
    let _ = suci.supi(suci.output());
    let mut octets = Vec::new();
    suci.put(&mut octets);
    assert_eq!(Suci::from_octets(&octets).as_ref(), Ok(suci));
    // A realm does not tell the MNC 012 from 12.
    let again = Suci::from_nai(&suci.nai()).expect("what is written can be read");
    assert_eq!(again.output(), suci.output());
    // A realm or username that looks like what follows it may be read otherwise, but is read.
    assert!(suci.to_string().parse::<Suci>().is_ok());
}

fuzz_target!(|octets: &[u8]| {
    if let Ok(suci) = Suci::from_octets(octets) {
        round_trip(&suci);
    }
    if let Ok(text) = std::str::from_utf8(octets) {
        for suci in [text.parse::<Suci>(), Suci::from_nai(text)].into_iter().flatten() {
            round_trip(&suci);
        }
    }
    for profile in [Profile::A, Profile::B] {
        let private = HomeNetworkPrivateKey::new(profile, &[0x42; 32]).expect("in range");
        let _ = private.deconceal(octets);
    }
});

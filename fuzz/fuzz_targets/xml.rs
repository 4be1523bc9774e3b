//! Any octets as a user profile: read, written and read the same; its trigger points asked about requests made of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quintet_cx::profile::{ImsSubscription, RegistrationType, RequestView, SessionCase};

fuzz_target!(|octets: &[u8]| {
    let Ok(profile) = ImsSubscription::from_xml(octets) else {
        return;
    };
    let written = profile.to_xml();
    // What its own text makes longer than the limit once escaped is not read again.
    if written.len() <= quintet_cx::profile::MAX_XML_OCTETS {
        assert_eq!(ImsSubscription::from_xml(written.as_bytes()).as_ref(), Ok(&profile));
    }
    let text = String::from_utf8_lossy(octets);
    let headers = [("To", &*text), ("Contact", "<sip:a@b>;expires=0"), ("x", "")];
    for method in ["INVITE", "REGISTER"] {
        let request = RequestView {
            method,
            request_uri: &text,
            headers: &headers,
            session_case: SessionCase::ORIGINATING_REGISTERED,
            registration: Some(RegistrationType::INITIAL_REGISTRATION),
            session_description: &text,
        };
        for service in &profile.service_profiles {
            let _ = service.triggered(&request, true);
        }
    }
});

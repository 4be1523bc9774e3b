//! The capture of `quintet lab ims` in tshark: nothing in it is malformed, and with the keys that the lab exports SIP is read
//! inside ESP.
#![forbid(unsafe_code)]

use quintet_interop::ims::{LabCapture, lab_is_left_out};
use std::collections::BTreeSet;

#[test]
fn tshark_reads_the_lab_of_ims_inside_esp_too() {
    if lab_is_left_out("tshark_reads_the_lab_of_ims_inside_esp_too") {
        return;
    }
    let lab = LabCapture::play();
    let malformed = lab.frames("_ws.malformed || _ws.expert.severity == \"Error\"", &[]);
    assert_eq!(malformed, Vec::<String>::new());
    for protocol in ["sip", "diameter", "esp"] {
        assert!(
            !lab.frames(protocol, &[]).is_empty(),
            "no {protocol}: it proves nothing"
        );
    }
    // SIP inside ESP, UDP and TCP, requests of either end and their answers.
    let inside = lab.frames("esp && sip", &["sip.Method", "sip.Status-Code", "tcp.port"]);
    let methods: BTreeSet<&str> = inside.iter().filter_map(|line| line.split('\t').next()).collect();
    for method in ["REGISTER", "SUBSCRIBE", "NOTIFY", "INVITE", "MESSAGE"] {
        assert!(methods.contains(method), "no {method} inside ESP: {methods:?}");
    }
    let of_tcp = inside.iter().filter(|line| !line.ends_with('\t')).count();
    assert!(of_tcp > 0, "no SIP over TCP inside ESP");
    // Nothing in ESP stayed in the dark, and the integrity of everything held but of what the UE with another IK sent.
    let dark = lab.frames("esp && !sip && !tcp", &["frame.number", "esp.spi"]);
    assert_eq!(dark, Vec::<String>::new(), "not deciphered");
    let broken = lab.frames("esp.icv_bad == 1", &["ip.src", "ip.dst"]);
    let sources: BTreeSet<&String> = broken.iter().collect();
    assert_eq!(sources.len(), 1, "one UE has another IK: {broken:?}");
}

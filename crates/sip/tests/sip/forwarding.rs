//! Messages forwarded with named changes.

use crate::support::REGISTER;
use quintet_sip::{Edit, Message, Name};

/// What `edit` makes of the REGISTER.
fn edited(edit: impl for<'m, 'a> Fn(Edit<'m, 'a>) -> Edit<'m, 'a>) -> String {
    let message = Message::parse(REGISTER.as_bytes()).unwrap();
    let mut out = b"before".to_vec();
    edit(Edit::new(&message)).write(&mut out);
    let text = String::from_utf8(out).unwrap();
    let text = text.strip_prefix("before").unwrap().to_owned();
    Message::parse(text.as_bytes()).unwrap();
    text
}

/// The values of `name` in what was written.
fn values(text: &str, name: Name) -> Vec<String> {
    let message = Message::parse(text.as_bytes()).unwrap();
    message.values(name).map(str::to_owned).collect()
}

#[test]
fn without_changes_nothing_changes() {
    assert_eq!(edited(|edit| edit), REGISTER);
}

#[test]
fn a_proxy_forwards_a_request() {
    let text = edited(|edit| {
        edit.uri("sip:scscf.example.org:5060")
            .push(Name::Via, "SIP/2.0/UDP 10.0.0.3;branch=z9hG4bKicscf")
            .replace(Name::MaxForwards, 68)
            .push(Name::Route, "<sip:scscf.example.org;lr>")
            .append(Name::PChargingFunctionAddresses, "ccf=192.0.2.77")
    });
    let expected = REGISTER
        .replace("REGISTER sip:ims.mnc001.mcc001.3gppnetwork.org SIP/2.0\r\n",
            "REGISTER sip:scscf.example.org:5060 SIP/2.0\r\nRoute: <sip:scscf.example.org;lr>\r\nVia: SIP/2.0/UDP 10.0.0.3;branch=z9hG4bKicscf\r\n")
        .replace("Max-Forwards: 69", "Max-Forwards: 68")
        .replace("Content-Length: 0\r\n", "Content-Length: 0\r\nP-Charging-Function-Addresses: ccf=192.0.2.77\r\n");
    assert_eq!(text, expected);
}

#[test]
fn a_proxy_forwards_a_response() {
    let popped = |count| {
        edited(|mut edit| {
            for _ in 0..count {
                edit = edit.pop(Name::Via);
            }
            edit
        })
    };
    let vias = values(REGISTER, Name::Via);
    for count in 0..=4 {
        assert_eq!(values(&popped(count), Name::Via), vias[count.min(3)..], "{count}");
    }
    let lines = REGISTER.replace(
        "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKpcscf1;rport\r\n",
        "",
    );
    assert_eq!(popped(1), lines, "the line that is left is as it was");
    assert!(
        popped(2).contains("\r\nMax-Forwards: 69\r\n")
            && popped(2).contains("Via: SIP/2.0/TCP inner;branch=z9hG4bKin\r\n")
    );
}

#[test]
fn the_topmost_via_is_stamped() {
    let message = Message::parse(REGISTER.as_bytes()).unwrap();
    let stamp = message
        .top_via()
        .unwrap()
        .stamped("203.0.113.5:40000".parse().unwrap())
        .unwrap();
    let text = edited(|edit| {
        edit.pop(Name::Via)
            .push(Name::Via, &stamp)
            .push(Name::Via, "SIP/2.0/UDP me;branch=z9hG4bKme")
    });
    let vias = values(&text, Name::Via);
    assert_eq!(vias.len(), 4);
    assert_eq!(vias[0], "SIP/2.0/UDP me;branch=z9hG4bKme");
    assert_eq!(
        vias[1],
        "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKpcscf1;received=203.0.113.5;rport=40000"
    );
}

#[test]
fn a_suffix_is_put_behind_the_first_value_that_is_left() {
    let via = |text: String| values(&text, Name::Via);
    assert_eq!(
        via(edited(|edit| edit.suffix(Name::Via, ";received=1.2.3.4")))[0],
        "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKpcscf1;rport;received=1.2.3.4"
    );
    let second = via(edited(|edit| edit.pop(Name::Via).suffix(Name::Via, ";x")));
    assert_eq!(
        second,
        [
            "SIP/2.0/UDP 192.0.2.10:6100;branch=z9hG4bKue1;received=192.0.2.10;x",
            "SIP/2.0/TCP inner;branch=z9hG4bKin"
        ]
    );
    let third = via(edited(|edit| {
        edit.pop(Name::Via).pop(Name::Via).suffix(Name::Via, ";x")
    }));
    assert_eq!(third, ["SIP/2.0/TCP inner;branch=z9hG4bKin;x"]);
}

#[test]
fn removed_replaced_pushed_and_appended() {
    let text = edited(|edit| {
        edit.remove(Name::Via)
            .remove(Name::Authorization)
            .remove(Name::Subject)
    });
    assert!(!text.contains("Via:") && !text.contains("v:") && !text.contains("Authorization"));
    let text = edited(|edit| {
        edit.replace(Name::Via, "SIP/2.0/UDP only;branch=z9hG4bKo")
            .append(Name::Via, "SIP/2.0/UDP last")
    });
    assert_eq!(
        values(&text, Name::Via),
        ["SIP/2.0/UDP only;branch=z9hG4bKo", "SIP/2.0/UDP last"]
    );
    let text = edited(|edit| {
        edit.push(Name::Path, "<sip:a;lr>")
            .push(Name::Path, "<sip:b;lr>")
            .append(Name::Path, "<sip:c;lr>")
    });
    assert_eq!(
        values(&text, Name::Path),
        [
            "<sip:b;lr>",
            "<sip:a;lr>",
            "<sip:term@pcscf.ims.example.org:5060;lr>",
            "<sip:c;lr>"
        ]
    );
    let text = edited(|edit| {
        edit.push(Name::ServiceRoute, "<sip:a;lr>")
            .append(Name::ServiceRoute, "<sip:b;lr>")
    });
    assert_eq!(values(&text, Name::ServiceRoute), ["<sip:a;lr>", "<sip:b;lr>"]);
    let text = edited(|edit| edit.replace(Name::Subject, "a\r\nEvil: b"));
    assert!(text.contains("\r\nSubject: a  Evil: b\r\n"));
}

#[test]
fn another_body() {
    let text = edited(|edit| {
        edit.body("application/reginfo+xml", b"<a>\r\n</a>")
            .remove(Name::Expires)
    });
    assert!(text.ends_with("Content-Type: application/reginfo+xml\r\nContent-Length: 9\r\n\r\n<a>\r\n</a>"));
    assert_eq!(text.matches("Content-Length").count(), 1);
    let message = Message::parse(text.as_bytes()).unwrap();
    assert_eq!(message.body(), b"<a>\r\n</a>");
}

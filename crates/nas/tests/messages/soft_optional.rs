//! What is wrong with an optional element is told and leaves the message standing (TS 24.301 7.6, 7.7.1); what is wrong with a
//! mandatory one does not.

use quintet_nas::common::{NasDecodeError, SoftErrorKind};
use quintet_nas::eps::{AttachRequest, EmmMessage, GprsTimer, SecurityModeComplete, ServiceReject};
use quintet_wire::DecodeErrorKind;

/// A SERVICE REJECT with cause 22 and these octets behind it, its soft errors, and what it is written as.
fn reject(optional: &str) -> (ServiceReject<'static>, Vec<(usize, SoftErrorKind)>) {
    let octets: &'static [u8] = hex::decode(format!("074e16{optional}")).unwrap().leak();
    let (message, soft) = ServiceReject::decode(octets).unwrap();
    let mut written = Vec::new();
    message.encode(&mut written);
    assert_eq!(hex::encode(written), hex::encode(octets), "everything is kept");
    (message, soft.iter().map(|e| (e.at, e.kind.clone())).collect())
}

#[test]
fn a_malformed_optional_element_is_treated_as_absent() {
    // T3346 without its octet, then a good T3448.
    let (message, soft) = reject("5f006b0121");
    assert_eq!(
        (message.t3346_value, message.t3448_value),
        (None, Some(GprsTimer(0x21)))
    );
    let [(3, SoftErrorKind::Malformed(error))] = soft.as_slice() else {
        panic!("{soft:?}")
    };
    assert_eq!((error.at, error.path.as_str()), (3, "T3346 value"));
}

#[test]
fn the_first_of_repeated_elements_counts() {
    let (message, soft) = reject("5b215b225b23");
    assert_eq!(message.t3442_value, Some(GprsTimer(0x21)));
    assert_eq!(soft, [(5, SoftErrorKind::Repeated), (7, SoftErrorKind::Repeated)]);
}

#[test]
fn an_element_out_of_sequence_is_ignored() {
    let (message, soft) = reject("5f01215b22");
    assert_eq!(
        (message.t3346_value, message.t3442_value),
        (Some(GprsTimer(0x21)), None)
    );
    assert_eq!(soft, [(6, SoftErrorKind::OutOfSequence)]);
}

#[test]
fn unknown_elements_are_skipped_by_their_form() {
    // Type 1, type 4, type 6, and then a known one.
    let (message, soft) = reject("915500710001aa6b0121");
    assert_eq!(message.t3448_value, Some(GprsTimer(0x21)));
    assert_eq!(soft, [3, 4, 6].map(|at| (at, SoftErrorKind::Unknown)));
}

#[test]
fn comprehension_required_is_told_apart() {
    let octets = hex::decode("074e160102aabb5b21").unwrap();
    let (message, soft) = ServiceReject::decode(&octets).unwrap();
    assert!(soft.comprehension_required());
    assert_eq!(message.t3442_value, Some(GprsTimer(0x21)));
    let (_, soft) = ServiceReject::decode(&octets[..3]).unwrap();
    assert!(!soft.comprehension_required());
}

#[test]
fn an_element_the_message_ends_in_is_soft() {
    for (tail, at) in [("5b215f05aa", 5), ("5b", 3), ("780005aa", 3), ("21", 3)] {
        let (_, soft) = reject(tail);
        assert_eq!(soft, [(at, SoftErrorKind::Truncated)], "{tail}");
    }
}

#[test]
fn more_octets_than_the_table_allows_are_no_error() {
    let octets = hex::decode("074e165f03214243").unwrap();
    let (message, soft) = ServiceReject::decode(&octets).unwrap();
    assert_eq!(message.t3346_value, Some(GprsTimer(0x21)));
    assert_eq!(
        soft.iter().next().map(|e| &e.kind),
        Some(&SoftErrorKind::Longer { octets: 2 })
    );
}

#[test]
fn a_malformed_identity_is_soft_where_it_is_optional_and_hard_where_it_is_not() {
    let (message, soft) = SecurityModeComplete::decode(&[
        7, 0x5e, 0x23, 9, 0x33, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xfa,
    ])
    .map(|(message, soft)| (message.imeisv, soft))
    .unwrap();
    assert!(message.is_none() && !soft.is_empty());
    let octets = hex::decode("0741710809aa10000000001002e0e000040201d011").unwrap();
    let error = AttachRequest::decode(&octets).unwrap_err();
    assert_eq!((error.at, error.path.as_str()), (4, "EPS mobile identity"));
    assert!(matches!(error.kind, DecodeErrorKind::Text { .. }), "{error}");
}

#[test]
fn mandatory_errors_have_place_and_path() {
    let short = AttachRequest::decode(&[7, 0x41, 0x71, 5, 0xf6]).unwrap_err();
    assert_eq!((short.at, short.path.as_str()), (4, "EPS mobile identity"));
    let tiny = AttachRequest::decode(&hex::decode("07417108091010000000001001e0").unwrap()).unwrap_err();
    assert_eq!((tiny.at, tiny.path.as_str()), (12, "UE network capability"));
}

#[test]
fn what_cannot_be_a_message_is_told_apart() {
    let kind = |octets: &[u8]| EmmMessage::decode_uplink(octets).unwrap_err();
    assert_eq!(kind(&[7]), NasDecodeError::TooShort { octets: 1 });
    assert_eq!(kind(&[2, 1, 0xd0]), NasDecodeError::ProtocolDiscriminator(2));
    assert!(matches!(kind(&[0x17, 1, 2]), NasDecodeError::SecurityHeader(t) if t.0 == 1));
    assert_eq!(kind(&[7, 0x40]), NasDecodeError::MessageType(0x40));
    assert!(matches!(kind(&[7, 0x5c]), NasDecodeError::Mandatory(_)));
    // Defined, but only the other way.
    assert_eq!(kind(&[7, 0x54]), NasDecodeError::MessageType(0x54));
    assert!(EmmMessage::decode_downlink(&[7, 0x54]).is_ok());
}

#[test]
fn a_detach_request_is_read_by_its_way() {
    let from_ue = hex::decode("07450b0bf609f107000201dd0094ac").unwrap();
    let from_network = [7, 0x45, 2, 0x53, 7];
    for (octets, uplink, downlink) in [(&from_ue[..], true, false), (&from_network, false, true)] {
        let up = EmmMessage::decode_uplink(octets);
        assert_eq!(
            matches!(up, Ok(d) if matches!(d.message, EmmMessage::DetachRequestFromUe(_))),
            uplink
        );
        let either = EmmMessage::decode(octets).unwrap().message;
        assert_eq!(
            matches!(either, EmmMessage::DetachRequestFromNetwork(_)),
            downlink
        );
    }
}

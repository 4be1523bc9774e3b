//! What is wrong with an element of a message of 5GS, and where (TS 24.501 7.2 to 7.7).

use quintet_nas::common::{NasDecodeError, SoftErrorKind};
use quintet_nas::fgs::*;
use quintet_wire::DecodeErrorKind;

#[test]
fn a_malformed_optional_element_is_treated_as_absent() {
    // An S-NSSAI of three octets, then a good T3512.
    let octets = hex::decode("7e00420101150403010203 5e0106".replace(' ', "")).unwrap();
    let (message, soft) = RegistrationAccept::decode(&octets).unwrap();
    assert_eq!(
        (message.allowed_nssai.is_none(), message.t3512_value),
        (true, Some(GprsTimer3(6)))
    );
    let [error] = &soft.0[..] else { panic!("{soft:?}") };
    assert_eq!((error.at, error.name), (5, Some("Allowed NSSAI")));
    assert!(matches!(error.kind, SoftErrorKind::Malformed(_)));
    let mut written = Vec::new();
    message.encode(&mut written);
    assert_eq!(written, octets, "it is kept");
}

#[test]
fn a_malformed_identity_is_hard_where_it_is_mandatory() {
    let octets = hex::decode("7e004179000d0100faaaf0ff00000000000010").unwrap();
    let error = RegistrationRequest::decode(&octets).unwrap_err();
    assert_eq!((error.at, error.path.as_str()), (6, "5GS mobile identity"));
    assert!(matches!(error.kind, DecodeErrorKind::Text { .. }), "{error}");
}

#[test]
fn what_cannot_be_a_message_is_told_apart() {
    let kind = |octets: &[u8]| FgmmMessage::decode_uplink(octets).unwrap_err();
    assert_eq!(kind(&[0x7e, 0]), NasDecodeError::TooShort { octets: 2 });
    assert_eq!(
        kind(&[0x07, 0x41, 0x41]),
        NasDecodeError::ProtocolDiscriminator(7)
    );
    assert!(matches!(kind(&[0x7e, 2, 0x41]), NasDecodeError::SecurityHeader(t) if t.0 == 2));
    assert_eq!(kind(&[0x7e, 0, 0x40]), NasDecodeError::MessageType(0x40));
    assert!(matches!(kind(&[0x7e, 0, 0x41]), NasDecodeError::Mandatory(_)));
    // Defined, but only the other way.
    assert_eq!(kind(&[0x7e, 0, 0x58]), NasDecodeError::MessageType(0x58));
    assert!(FgmmMessage::decode_downlink(&[0x7e, 0, 0x58]).is_ok());
    let kind = |octets: &[u8]| FgsmMessage::decode_uplink(octets).unwrap_err();
    assert_eq!(kind(&[0x2e, 1, 1]), NasDecodeError::TooShort { octets: 3 });
    assert_eq!(
        kind(&[0x7e, 0, 1, 0xc1]),
        NasDecodeError::ProtocolDiscriminator(0x7e)
    );
    assert_eq!(kind(&[0x2e, 1, 1, 0xc2]), NasDecodeError::MessageType(0xc2));
    let identities = FgsmMessage::identities(&[0x2e, 5, 9, 0xff]).unwrap();
    assert_eq!((identities.0.0, identities.1.0), (5, 9));
}

#[test]
fn spare_half_octets_are_not_looked_at() {
    assert!(FgmmMessage::decode(&[0x7e, 0xf0, 0x55]).is_ok());
}

#[test]
fn a_routing_indicator_is_read_to_its_first_filler() {
    for (routing, digits) in [
        ("f0ff", "0"),
        ("f000", "0"),
        ("f0f0", "0"),
        ("21f3", "123"),
        ("21ff", "12"),
        ("0fff", "0"),
    ] {
        let octets = hex::decode(format!("7e005c000d0100f110{routing}00000000000010")).unwrap();
        let read = IdentityResponse::decode(&octets).map(|(message, _)| message.mobile_identity);
        let Ok(MobileIdentity::Suci(suci)) = read else {
            panic!("{routing}: {read:?}")
        };
        assert_eq!(suci.routing_indicator().to_string(), digits, "{routing}");
    }
    for routing in ["a0ff", "2aff", "210a"] {
        let octets = hex::decode(format!("7e005c000d0100f110{routing}00000000000010")).unwrap();
        assert!(IdentityResponse::decode(&octets).is_err(), "{routing}");
    }
}

#[test]
fn lists_hold_what_they_may() {
    let tai = |tac| Tai {
        plmn: "00101".parse().unwrap(),
        tac: quintet_identity::fgs::Tac::new(tac).unwrap(),
    };
    let tais: Vec<_> = (0..=MAX_TAIS as u32).map(tai).collect();
    let list = TaiList::of(&tais[..MAX_TAIS]).unwrap();
    assert_eq!(list.tais(), tais[..MAX_TAIS]);
    assert!(list.contains(tai(15)) && !list.contains(tai(16)));
    assert!(TaiList::of(&tais).is_err() && TaiList::of(&[]).is_err());
    let slices = [quintet_identity::SNssai::EMBB; MAX_S_NSSAIS + 1];
    assert_eq!(Nssai::of(&slices).slices().count(), MAX_S_NSSAIS);
    let status = PduSessionStatus::default()
        .with(PduSessionIdentity(5))
        .with(PduSessionIdentity(15));
    assert_eq!(status.0, [0x20, 0x80]);
    assert!(status.contains(PduSessionIdentity(5)) && !status.contains(PduSessionIdentity(16)));
}

#[test]
fn an_imeisv_has_sixteen_digits_whatever_its_odd_bit_says() {
    for (first, last) in [("15", "f6"), ("1d", "f6")] {
        let octets = hex::decode(format!("7e005e770009{first}32547698103254{last}")).unwrap();
        let (message, soft) = SecurityModeComplete::decode(&octets).unwrap();
        let Some(MobileIdentity::Imeisv(imeisv)) = message.imeisv else {
            panic!("{soft:?}")
        };
        assert_eq!(imeisv.to_string(), "1234567890123456");
    }
    let short = hex::decode("7e005e77000915325476981032540a").unwrap();
    assert!(SecurityModeComplete::decode(&short).unwrap().0.imeisv.is_none());
}

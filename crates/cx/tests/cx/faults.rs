//! What the sender of a message that cannot be read is owed.

use crate::support::{IMPI, IMPU, SCSCF, header, request};
use quintet_cx::*;
use quintet_diameter::dict::avp;
use quintet_diameter::{Avps, Message, MessageWriter, ResultCode};

fn mar(item: AuthDataItem) -> Request {
    Request::MultimediaAuth(Box::new(Mar {
        user_name: IMPI.into(),
        public_identity: IMPU.into(),
        item,
        count: 1,
        server_name: SCSCF.into(),
        features: Vec::new(),
    }))
}

/// A request with one AVP of the top level left out, or another put in its place.
fn changed(octets: &[u8], id: quintet_diameter::AvpId, put: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let message = Message::decode(octets).unwrap();
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header(message.header().code, true));
    for found in message.avps().map(Result::unwrap).filter(|found| !found.is(id)) {
        w.raw(found.raw);
    }
    put(&mut w);
    w.finish();
    out
}

#[test]
fn a_missing_avp_is_named() {
    let whole = request(&mar(AuthDataItem::ask(
        AuthenticationScheme::DIGEST_AKAV1_MD5,
        None,
    )));
    for id in [
        avp::USER_NAME,
        avp::PUBLIC_IDENTITY,
        avp::SIP_AUTH_DATA_ITEM,
        avp::SIP_NUMBER_AUTH_ITEMS,
        avp::SERVER_NAME,
    ] {
        let octets = changed(&whole, id, |_| {});
        let fault = Request::read(&Message::decode(&octets).unwrap()).unwrap_err();
        assert_eq!(fault.result, ResultCode::MISSING_AVP, "{id:?}");
        let failed = fault.failed.unwrap();
        let shown = Avps::new(&failed, 0).next().unwrap().unwrap();
        assert!(
            shown.is(id) && shown.data.iter().all(|octet| *octet == 0),
            "{id:?}"
        );
    }
}

/// RAND ‖ AUTS of a wrong length, inside its group in Failed-AVP.
#[test]
fn a_wrong_token_is_shown_where_it_stood() {
    let whole = request(&mar(AuthDataItem::ask(
        AuthenticationScheme::DIGEST_AKAV1_MD5,
        None,
    )));
    for length in [0, 15, 16, 29, 31] {
        let octets = changed(&whole, avp::SIP_AUTH_DATA_ITEM, |w| {
            w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
                w.text(avp::SIP_AUTHENTICATION_SCHEME, "Digest-AKAv1-MD5");
                w.octets(avp::SIP_AUTHORIZATION, &vec![0xab; length]);
            });
        });
        let fault = Request::read(&Message::decode(&octets).unwrap()).unwrap_err();
        assert_eq!(fault.result, ResultCode::INVALID_AVP_LENGTH, "{length}");
        let failed = fault.failed.unwrap();
        let group = Avps::new(&failed, 0).next().unwrap().unwrap();
        assert!(group.is(avp::SIP_AUTH_DATA_ITEM), "{length}");
        let inner = group.group().next().unwrap().unwrap();
        assert!(inner.is(avp::SIP_AUTHORIZATION), "{length}");
        assert_eq!(inner.data.len(), length);
    }
}

/// What other schemes put into SIP-Authorization is nobody's business here.
#[test]
fn other_schemes_may_say_what_they_like() {
    let octets = changed(
        &request(&mar(AuthDataItem::ask(AuthenticationScheme::SIP_DIGEST, None))),
        avp::SIP_AUTH_DATA_ITEM,
        |w| {
            w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
                w.text(avp::SIP_AUTHENTICATION_SCHEME, "SIP Digest");
                w.octets(avp::SIP_AUTHORIZATION, b"username=\"a\"");
            });
        },
    );
    let read = Request::read(&Message::decode(&octets).unwrap()).unwrap();
    let Request::MultimediaAuth(read) = read else {
        panic!()
    };
    assert_eq!(read.item.resynchronisation, None);
}

#[test]
fn half_a_vector_is_none() {
    let parts: [(_, &[u8]); 4] = [
        (avp::SIP_AUTHENTICATE, &[1; 32]),
        (avp::SIP_AUTHORIZATION, &[2; 8]),
        (avp::CONFIDENTIALITY_KEY, &[3; 16]),
        (avp::INTEGRITY_KEY, &[4; 16]),
    ];
    for left_out in 0..=parts.len() {
        let mut out = Vec::new();
        let mut w = MessageWriter::new(&mut out, &header(Mar::COMMAND, false));
        w.u32(avp::RESULT_CODE, 2001);
        w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
            w.text(avp::SIP_AUTHENTICATION_SCHEME, "Digest-AKAv1-MD5");
            for (i, (id, data)) in parts.iter().enumerate() {
                if i != left_out {
                    w.octets(*id, data);
                }
            }
        });
        w.finish();
        let read = Maa::read(&Message::decode(&out).unwrap());
        match parts.get(left_out) {
            Some((id, _)) => {
                let fault = read.unwrap_err();
                assert_eq!(fault.result, ResultCode::MISSING_AVP);
                let failed = fault.failed.unwrap();
                let group = Avps::new(&failed, 0).next().unwrap().unwrap();
                assert!(group.group().next().unwrap().unwrap().is(*id));
            }
            None => assert!(read.unwrap().items[0].vector.is_some()),
        }
    }
}

/// Items are used by their numbers, however they stand.
#[test]
fn items_are_put_in_order() {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header(Mar::COMMAND, false));
    w.u32(avp::RESULT_CODE, 2001);
    for number in [3u32, 1, 2] {
        w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
            w.u32(avp::SIP_ITEM_NUMBER, number);
            w.text(avp::SIP_AUTHENTICATION_SCHEME, "Digest-AKAv1-MD5");
            w.octets(avp::SIP_AUTHENTICATE, &[number as u8; 32]);
            w.octets(avp::SIP_AUTHORIZATION, &[2; 8]);
            w.octets(avp::CONFIDENTIALITY_KEY, &[3; 16]);
            w.octets(avp::INTEGRITY_KEY, &[4; 16]);
        });
    }
    w.finish();
    let read = Maa::read(&Message::decode(&out).unwrap()).unwrap();
    let order: Vec<_> = read
        .items
        .iter()
        .map(|i| i.vector.as_ref().unwrap().rand[0])
        .collect();
    assert_eq!(order, [1, 2, 3]);
}

#[test]
fn another_command_is_not_supported() {
    let mut out = Vec::new();
    MessageWriter::new(&mut out, &header(316, true)).finish();
    let message = Message::decode(&out).unwrap();
    assert_eq!(
        Request::read(&message).unwrap_err().result,
        ResultCode::COMMAND_UNSUPPORTED
    );
}

/// Kamailio drops a message that has an empty group; absence means the same.
#[test]
fn no_group_is_empty() {
    let mut uaa = Uaa::new(ExperimentalResult::FIRST_REGISTRATION);
    uaa.capabilities = Some(ServerCapabilities::default());
    let mut saa = Saa::new(Outcome::SUCCESS);
    saa.charging = Some(ChargingInformation::default());
    saa.allowed_waf_wwsf = Some(AllowedWafWwsfIdentities::default());
    for given in [
        Answer::UserAuthorization(uaa),
        Answer::ServerAssignment(Box::new(saa)),
    ] {
        let octets = crate::support::answer(&given);
        let message = Message::decode(&octets).unwrap();
        assert!(
            message.avps().all(|found| !found.unwrap().data.is_empty()),
            "{given:?}"
        );
    }
}

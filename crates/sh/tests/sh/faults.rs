//! What the sender of a message that cannot be read is owed.

use crate::support::{IMPU, header, request};
use quintet_diameter::dict::avp;
use quintet_diameter::{AvpId, Avps, Message, MessageWriter, ResultCode};
use quintet_sh::*;

fn snr() -> Request {
    Request::SubscribeNotifications(Box::new(Snr::new(
        UserIdentity::public(IMPU),
        SubsReqType::SUBSCRIBE,
        vec![DataReference::IMS_USER_STATE],
    )))
}

fn pur() -> Request {
    Request::ProfileUpdate(Box::new(Pur {
        identity: UserIdentity::public(IMPU),
        data: vec![DataReference::REPOSITORY_DATA],
        user_data: b"<Sh-Data/>".to_vec(),
        ..Pur::default()
    }))
}

/// A request with one AVP of the top level left out, or another put in its place.
fn changed(whole: &Request, id: AvpId, put: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
    let octets = request(whole);
    let message = Message::decode(&octets).unwrap();
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header(message.header().code, true));
    for found in message.avps().map(Result::unwrap).filter(|found| !found.is(id)) {
        w.raw(found.raw);
    }
    put(&mut w);
    w.finish();
    out
}

fn fault(octets: &[u8]) -> quintet_cx::Fault {
    Request::read(&Message::decode(octets).unwrap()).unwrap_err()
}

#[test]
fn a_missing_avp_is_named() {
    for (whole, id) in [
        (snr(), avp::USER_IDENTITY),
        (snr(), avp::SUBS_REQ_TYPE),
        (snr(), avp::DATA_REFERENCE),
        (pur(), avp::USER_IDENTITY),
        (pur(), avp::SH_USER_DATA),
        (pur(), avp::DATA_REFERENCE),
    ] {
        let fault = fault(&changed(&whole, id, |_| {}));
        assert_eq!(fault.result, ResultCode::MISSING_AVP, "{id:?}");
        let failed = fault.failed.unwrap();
        let shown = Avps::new(&failed, 0).next().unwrap().unwrap();
        assert!(shown.is(id), "{id:?}");
    }
}

#[test]
fn wrong_values_are_shown() {
    let letters = changed(&snr(), avp::USER_IDENTITY, |w| {
        w.group(avp::USER_IDENTITY, |w| w.octets(avp::MSISDN, &[0xab]));
    });
    let refused = fault(&letters);
    assert_eq!(refused.result, ResultCode::INVALID_AVP_VALUE);
    let failed = refused.failed.unwrap();
    let outer = Avps::new(&failed, 0).next().unwrap().unwrap();
    assert!(outer.is(avp::USER_IDENTITY) && outer.group().find(avp::MSISDN).is_some());
    let kind = changed(&snr(), avp::SUBS_REQ_TYPE, |w| w.u32(avp::SUBS_REQ_TYPE, 2));
    assert_eq!(fault(&kind).result, ResultCode::INVALID_AVP_VALUE);
    let short = changed(&snr(), avp::SUBS_REQ_TYPE, |w| w.octets(avp::SUBS_REQ_TYPE, &[1]));
    assert_eq!(fault(&short).result, ResultCode::INVALID_AVP_LENGTH);
    let many = changed(&snr(), avp::DATA_REFERENCE, |w| {
        for _ in 0..=MAX_LISTED {
            w.u32(avp::DATA_REFERENCE, 11);
        }
    });
    assert_eq!(fault(&many).result, ResultCode::INVALID_AVP_VALUE);
    let mut other = changed(&snr(), avp::USER_NAME, |_| {});
    other[7] ^= 4;
    assert_eq!(fault(&other).result, ResultCode::COMMAND_UNSUPPORTED);
}

#[test]
fn numbers_are_in_tbcd() {
    let number = UserIdentity::number("4915112345".parse().unwrap());
    let asked = Request::UserData(Box::new(Udr {
        identity: number,
        data: vec![DataReference::MSISDN],
        ..Udr::default()
    }));
    let octets = request(&asked);
    let message = Message::decode(&octets).unwrap();
    let identity = message.find(avp::USER_IDENTITY).unwrap();
    let digits = identity.group().find(avp::MSISDN).unwrap().data.to_vec();
    assert_eq!(digits, [0x94, 0x51, 0x11, 0x32, 0x54]);
}

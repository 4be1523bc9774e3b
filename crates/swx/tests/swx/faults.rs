//! What is missing or malformed, and what its sender is owed for it.

use crate::support::header;
use quintet_cx::{AuthenticationScheme, ServerAssignmentType};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avps, Message, MessageWriter, ResultCode};
use quintet_swx::{Answer, Mar, Request, Rtr, Sar, UserData};

/// The result of a request, and the first AVP that is blamed.
fn blamed(code: u32, write: impl FnOnce(&mut MessageWriter<'_>)) -> (ResultCode, u32) {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header(code, true));
    write(&mut w);
    w.finish();
    let fault = Request::read(&Message::decode(&out).unwrap()).unwrap_err();
    let failed = fault.failed.unwrap_or_default();
    let first = Avps::new(&failed, 0).next();
    (fault.result, first.map_or(0, |avp| avp.unwrap().code))
}

fn imsi(w: &mut MessageWriter<'_>) {
    w.text(avp::USER_NAME, "001010000000001");
}

#[test]
fn what_is_missing_is_named() {
    let missing = ResultCode::MISSING_AVP;
    let item = |w: &mut MessageWriter<'_>| {
        w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
            w.text(avp::SIP_AUTHENTICATION_SCHEME, "EAP-AKA")
        });
    };
    assert_eq!(blamed(Mar::COMMAND, |_| ()), (missing, avp::USER_NAME.code));
    assert_eq!(
        blamed(Mar::COMMAND, imsi),
        (missing, avp::SIP_AUTH_DATA_ITEM.code)
    );
    let counted = |w: &mut MessageWriter<'_>| {
        imsi(w);
        item(w);
    };
    assert_eq!(
        blamed(Mar::COMMAND, counted),
        (missing, avp::SIP_NUMBER_AUTH_ITEMS.code)
    );
    let without_scheme = |w: &mut MessageWriter<'_>| {
        imsi(w);
        w.group(avp::SIP_AUTH_DATA_ITEM, |_| ());
    };
    assert_eq!(
        blamed(Mar::COMMAND, without_scheme),
        (missing, avp::SIP_AUTH_DATA_ITEM.code)
    );
    assert_eq!(
        blamed(Sar::COMMAND, imsi),
        (missing, avp::SERVER_ASSIGNMENT_TYPE.code)
    );
    assert_eq!(
        blamed(Rtr::COMMAND, imsi),
        (missing, avp::DEREGISTRATION_REASON.code)
    );
    assert_eq!(blamed(999, imsi).0, ResultCode::COMMAND_UNSUPPORTED);
}

#[test]
fn what_is_malformed_is_named() {
    let value = ResultCode::INVALID_AVP_VALUE;
    let length = ResultCode::INVALID_AVP_LENGTH;
    let nai = |w: &mut MessageWriter<'_>| w.text(avp::USER_NAME, "nobody@example.org");
    assert_eq!(blamed(Mar::COMMAND, nai), (value, avp::USER_NAME.code));
    let token = |w: &mut MessageWriter<'_>| {
        w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
            w.octets(avp::SIP_AUTHORIZATION, &[0; 29])
        });
    };
    assert_eq!(
        blamed(Mar::COMMAND, token),
        (length, avp::SIP_AUTH_DATA_ITEM.code)
    );
    let kind = |w: &mut MessageWriter<'_>| w.octets(avp::SERVER_ASSIGNMENT_TYPE, &[1]);
    assert_eq!(
        blamed(Sar::COMMAND, kind),
        (length, avp::SERVER_ASSIGNMENT_TYPE.code)
    );
    let anid = |w: &mut MessageWriter<'_>| w.octets(avp::ANID, &[0xff]);
    assert_eq!(blamed(Mar::COMMAND, anid), (value, avp::ANID.code));
    let lists = |w: &mut MessageWriter<'_>| (0..9).for_each(|_| w.group(avp::SUPPORTED_FEATURES, |_| ()));
    assert_eq!(blamed(Sar::COMMAND, lists), (value, avp::SUPPORTED_FEATURES.code));
}

/// A vector that is not whole must not be used.
#[test]
fn half_a_vector_is_none() {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header(Mar::COMMAND, false));
    w.group(avp::SIP_AUTH_DATA_ITEM, |w| {
        w.text(
            avp::SIP_AUTHENTICATION_SCHEME,
            AuthenticationScheme::EAP_AKA.as_str(),
        );
        w.octets(avp::SIP_AUTHENTICATE, &[0; 32]);
        w.octets(avp::SIP_AUTHORIZATION, &[0; 8]);
        w.octets(avp::CONFIDENTIALITY_KEY, &[0; 16]);
    });
    w.finish();
    assert!(Answer::read(&Message::decode(&out).unwrap()).is_err());
    assert!(UserData::read(&[0, 0, 0]).is_err());
    let _ = ServerAssignmentType::REGISTRATION;
}

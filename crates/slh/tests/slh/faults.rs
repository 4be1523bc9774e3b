//! What is missing or malformed, and what its sender is owed for it.

use crate::support::{Asked, header};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avps, Message, MessageWriter, ResultCode};
use quintet_slh::s6c::{Alr, Rdr, S6C, Srr};
use quintet_slh::{Rir, SLH};

/// The result of a request, and the first AVP that is blamed.
fn blamed((application, code): (u32, u32), write: impl FnOnce(&mut MessageWriter<'_>)) -> (ResultCode, u32) {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header(application, code, true));
    write(&mut w);
    w.finish();
    let fault = Asked::read(&Message::decode(&out).unwrap()).unwrap_err();
    let failed = fault.failed.unwrap_or_default();
    let first = Avps::new(&failed, 0).next();
    (fault.result, first.map_or(0, |avp| avp.unwrap().code))
}

const RIR: (u32, u32) = (SLH, Rir::COMMAND);
const SRR: (u32, u32) = (S6C, Srr::COMMAND);
const ALR: (u32, u32) = (S6C, Alr::COMMAND);
const RDR: (u32, u32) = (S6C, Rdr::COMMAND);

fn somebody(w: &mut MessageWriter<'_>) {
    w.group(avp::USER_IDENTIFIER, |w| {
        w.text(avp::USER_NAME, "001010000000001")
    });
}

#[test]
fn what_is_missing_is_named() {
    let missing = |id: quintet_diameter::AvpId| (ResultCode::MISSING_AVP, id.code);
    assert_eq!(blamed(RIR, |_| ()), missing(avp::USER_NAME));
    assert_eq!(blamed(SRR, |_| ()), missing(avp::MSISDN));
    assert_eq!(blamed(ALR, somebody), missing(avp::SC_ADDRESS));
    let centre = |w: &mut MessageWriter<'_>| w.octets(avp::SC_ADDRESS, &[0x94, 0x71]);
    assert_eq!(blamed(ALR, centre), missing(avp::USER_IDENTIFIER));
    let nobody = |w: &mut MessageWriter<'_>| w.group(avp::USER_IDENTIFIER, |_| ());
    assert_eq!(blamed(RDR, nobody), missing(avp::USER_IDENTIFIER));
    assert_eq!(blamed(RDR, somebody), missing(avp::SM_DELIVERY_OUTCOME));
    let without_cause = |w: &mut MessageWriter<'_>| {
        somebody(w);
        w.group(avp::SM_DELIVERY_OUTCOME, |w| {
            w.group(avp::MME_SM_DELIVERY_OUTCOME, |_| ())
        });
    };
    assert_eq!(blamed(RDR, without_cause), missing(avp::SM_DELIVERY_OUTCOME));
    assert_eq!(blamed((S6C, 999), |_| ()).0, ResultCode::COMMAND_UNSUPPORTED);
}

#[test]
fn what_is_malformed_is_named() {
    let value = |id: quintet_diameter::AvpId| (ResultCode::INVALID_AVP_VALUE, id.code);
    let nai = |w: &mut MessageWriter<'_>| w.text(avp::USER_NAME, "nobody@example.org");
    assert_eq!(blamed(RIR, nai), value(avp::USER_NAME));
    let letters = |w: &mut MessageWriter<'_>| w.octets(avp::MSISDN, &[0xab]);
    for command in [RIR, SRR] {
        assert_eq!(blamed(command, letters), value(avp::MSISDN));
    }
    let lists = |w: &mut MessageWriter<'_>| (0..9).for_each(|_| w.group(avp::SUPPORTED_FEATURES, |_| ()));
    assert_eq!(blamed(RIR, lists), value(avp::SUPPORTED_FEATURES));
    let flags = |w: &mut MessageWriter<'_>| w.octets(avp::SRR_FLAGS, &[1]);
    assert_eq!(
        blamed(SRR, flags),
        (ResultCode::INVALID_AVP_LENGTH, avp::SRR_FLAGS.code)
    );
    let inside = |w: &mut MessageWriter<'_>| {
        w.group(avp::USER_IDENTIFIER, |w| w.octets(avp::MSISDN, &[0xff, 0xff]));
    };
    assert_eq!(blamed(RDR, inside), value(avp::USER_IDENTIFIER));
}

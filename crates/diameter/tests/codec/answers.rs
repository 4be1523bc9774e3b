//! Each Result-Code a server owes for a wrong message, and the Failed-AVP with it (RFC 6733 7.1, 7.5).

use quintet_diameter::dict::{Dictionary, application, avp, command};
use quintet_diameter::{AvpFlags, AvpId, Message, MessageWriter, Offender, ResultCode, frame, validate};

use crate::shared::{air, cer, header};

/// Validates, and answers the Result-Code and the octets of the Failed-AVP's content.
fn judge(octets: &[u8]) -> Result<(), (ResultCode, Vec<u8>)> {
    let rejection =
        match frame(octets).and_then(|message| validate(Dictionary::builtin(), &message).map(|_| ())) {
            Ok(()) => return Ok(()),
            Err(rejection) => rejection,
        };
    let mut out = Vec::new();
    let mut writer = MessageWriter::new(&mut out, &header(0, 280, 0));
    rejection.failed_avp.write(&mut writer);
    writer.finish();
    let answer = Message::decode(&out).unwrap();
    let content = answer
        .find(avp::FAILED_AVP)
        .map_or(Vec::new(), |failed| failed.data.to_vec());
    Err((rejection.result, content))
}

fn refused(octets: &[u8], result: ResultCode, failed: &str) {
    assert_eq!(
        judge(octets),
        Err((result, hex::decode(failed.replace(' ', "")).unwrap()))
    );
}

/// `air` without the first AVP `id`.
fn without(id: AvpId) -> Vec<u8> {
    let full = air(|_| {});
    let message = Message::decode(&full).unwrap();
    let mut out = Vec::new();
    let mut writer = MessageWriter::new(&mut out, message.header());
    for avp in message.avps().map(Result::unwrap).filter(|avp| !avp.is(id)) {
        writer.raw(avp.raw);
    }
    writer.finish();
    out
}

#[test]
fn good_messages_are_accepted() {
    assert_eq!(judge(&air(|_| {})), Ok(()));
    assert_eq!(judge(&cer()), Ok(()));
    assert_eq!(judge(&crate::shared::aia()), Ok(()));
}

#[test]
fn an_unknown_command_is_3001() {
    let mut octets = air(|_| {});
    octets[5..8].copy_from_slice(&[0, 2, 0]);
    refused(&octets, ResultCode::COMMAND_UNSUPPORTED, "");
}

#[test]
fn an_unknown_application_is_3007() {
    let mut octets = air(|_| {});
    octets[8..12].copy_from_slice(&[0, 0, 0xff, 1]);
    refused(&octets, ResultCode::APPLICATION_UNSUPPORTED, "");
}

#[test]
fn wrong_header_bits_are_3008() {
    for (mut octets, flags) in [(air(|_| {}), 0xe0), (cer(), 0xc0), (crate::shared::aia(), 0x50)] {
        octets[4] = flags;
        refused(&octets, ResultCode::INVALID_HDR_BITS, "");
    }
    let mut octets = air(|_| {});
    for fine in [0xd0, 0x80, 0xcf] {
        octets[4] = fine;
        assert_eq!(judge(&octets), Ok(()), "T, no P, reserved bits: {fine:02x}");
    }
}

#[test]
fn wrong_avp_bits_are_3009() {
    let reserved = AvpId {
        flags: AvpFlags(0x41),
        ..avp::ORIGIN_STATE_ID
    };
    refused(
        &air(|w| w.u32(reserved, 7)),
        ResultCode::INVALID_AVP_BITS,
        "00000116 4100000c 00000007",
    );
    let vendor_zero = AvpId {
        code: 278,
        vendor_id: 0,
        flags: AvpFlags(0xc0),
    };
    refused(
        &air(|w| w.u32(vendor_zero, 7)),
        ResultCode::INVALID_AVP_BITS,
        "00000116 c0000010 00000000 00000007",
    );
    // M where the table does not have it, and the reverse: TS 29.272 table 7.3.1/1 note 2.
    assert_eq!(
        judge(&air(|w| w.u32(
            AvpId {
                flags: AvpFlags(0xc0),
                ..avp::AIR_FLAGS
            },
            1
        ))),
        Ok(())
    );
    assert_eq!(
        judge(&air(|w| w.octets(
            AvpId {
                flags: AvpFlags(0),
                ..avp::PROXY_INFO
            },
            b""
        )))
        .unwrap_err()
        .0,
        ResultCode::MISSING_AVP
    );
}

#[test]
fn an_unknown_avp_with_m_is_5001_also_inside_groups() {
    let unknown = AvpId::new(99_999, 0, true);
    refused(
        &air(|w| w.octets(unknown, b"x")),
        ResultCode::AVP_UNSUPPORTED,
        "0001869f 40000009 78000000",
    );
    let nested = air(|w| w.group(avp::SUPPORTED_FEATURES, |w| w.octets(unknown, b"x")));
    let (result, failed) = judge(&nested).unwrap_err();
    assert_eq!(result, ResultCode::AVP_UNSUPPORTED);
    // The group around it, then the AVP alone (7.5).
    assert_eq!(
        hex::encode(failed),
        "00000274c0000018000028af0001869f4000000978000000".replace(
            "c0",
            match avp::SUPPORTED_FEATURES.flags.0 {
                0x80 => "80",
                _ => "c0",
            }
        )
    );
    assert_eq!(
        judge(&air(|w| w.octets(AvpId::new(99_999, 0, false), b"x"))),
        Ok(())
    );
    // What a Failed-AVP holds is somebody else's trouble.
    assert_eq!(
        judge(&air(|w| w.group(avp::FAILED_AVP, |w| w.octets(unknown, b"x")))),
        Ok(())
    );
}

#[test]
fn a_wrong_value_is_5004() {
    for (octets, failed) in [
        (
            air(|w| w.text(avp::DESTINATION_HOST, "not a host")),
            "00000125 40000012 6e6f7420 6120686f 73740000",
        ),
        (air(|w| w.u32(avp::DRMP, 16)), "0000012d 0000000c 00000010"),
        (
            air(|w| w.group(avp::PROXY_INFO, |w| w.octets(avp::PROXY_HOST, b""))),
            "0000011c 40000010 00000118 40000008",
        ),
    ] {
        refused(&octets, ResultCode::INVALID_AVP_VALUE, failed);
    }
    let utf8 = air(|w| w.octets(avp::ERROR_MESSAGE, &[0xff]));
    refused(&utf8, ResultCode::INVALID_AVP_VALUE, "00000119 00000009 ff000000");
    assert_eq!(
        judge(&air(|w| w.u32(avp::RAT_TYPE, 4711))),
        Ok(()),
        "an open list"
    );
}

#[test]
fn a_missing_avp_is_5005_with_an_example() {
    refused(
        &without(avp::USER_NAME),
        ResultCode::MISSING_AVP,
        "00000001 40000008",
    );
    refused(
        &without(avp::AUTH_SESSION_STATE),
        ResultCode::MISSING_AVP,
        "00000115 4000000c 00000000",
    );
    refused(
        &without(avp::VISITED_PLMN_ID),
        ResultCode::MISSING_AVP,
        "0000057f c000000c 000028af",
    );
    refused(
        &without(avp::ORIGIN_HOST),
        ResultCode::MISSING_AVP,
        "00000108 40000009 00000000",
    );
    let group = air(|w| w.group(avp::PROXY_INFO, |w| w.text(avp::PROXY_HOST, "a.example")));
    refused(
        &group,
        ResultCode::MISSING_AVP,
        "0000011c 40000010 00000021 40000008",
    );
}

#[test]
fn an_avp_that_may_not_be_there_is_5008() {
    let forbidden = air(|w| {
        w.group(avp::EXPERIMENTAL_RESULT, |w| {
            w.u32(avp::VENDOR_ID, 10415);
            w.u32(avp::EXPERIMENTAL_RESULT_CODE, 5001);
            w.text(avp::USER_NAME, "1");
        });
    });
    refused(
        &forbidden,
        ResultCode::AVP_NOT_ALLOWED,
        "00000129 40000014 00000001 40000009 31000000",
    );
}

#[test]
fn a_surplus_avp_is_5009_with_the_first_surplus_one() {
    let twice = air(|w| {
        w.text(avp::USER_NAME, "2");
        w.text(avp::USER_NAME, "3");
    });
    refused(
        &twice,
        ResultCode::AVP_OCCURS_TOO_MANY_TIMES,
        "00000001 40000009 32000000",
    );
    let counted = air(|w| {
        w.group(avp::MIP6_AGENT_INFO, |w| {
            for last in 1..=3 {
                w.address(avp::MIP_HOME_AGENT_ADDRESS, [192, 0, 2, last].into());
            }
        });
    });
    let address = "0000014e 4000000e 0001c000 02030000";
    refused(
        &counted,
        ResultCode::AVP_OCCURS_TOO_MANY_TIMES,
        &format!("000001e6 40000018 {address}"),
    );
}

#[test]
fn another_version_is_5011() {
    let mut octets = air(|_| {});
    octets[0] = 2;
    refused(&octets, ResultCode::UNSUPPORTED_VERSION, "");
}

#[test]
fn a_wrong_length_is_5014() {
    // Of the type, inside the AVP: a copy.
    let short = air(|w| w.octets(avp::ORIGIN_STATE_ID, &[1, 2]));
    refused(
        &short,
        ResultCode::INVALID_AVP_LENGTH,
        "00000116 4000000a 01020000",
    );
    let family = air(|w| {
        w.group(avp::MIP6_AGENT_INFO, |w| {
            w.octets(avp::MIP_HOME_AGENT_ADDRESS, &[0, 1, 1])
        })
    });
    refused(
        &family,
        ResultCode::INVALID_AVP_LENGTH,
        "000001e6 40000014 0000014e 4000000b 00010100",
    );
    // Beyond the message: the header and the fewest octets of zeros.
    let mut beyond = air(|w| w.u32(avp::ORIGIN_STATE_ID, 7));
    let at = beyond.len() - 12;
    beyond[at + 7] = 200;
    refused(
        &beyond,
        ResultCode::INVALID_AVP_LENGTH,
        "00000116 4000000c 00000000",
    );
    // Less than a header.
    beyond[at + 7] = 7;
    refused(
        &beyond,
        ResultCode::INVALID_AVP_LENGTH,
        "00000116 4000000c 00000000",
    );
    // A header cut short at the end of a group: filled up with zeros.
    let cut = air(|w| w.octets(avp::SUPPORTED_FEATURES, &[0, 0, 1, 10, 0x40]));
    let (result, failed) = judge(&cut).unwrap_err();
    assert_eq!(result, ResultCode::INVALID_AVP_LENGTH);
    assert_eq!(hex::encode(&failed[12..]), "0000010a0000000c00000000");
}

#[test]
fn a_wrong_message_length_is_5015() {
    let octets = air(|_| {});
    for length in [
        0u32,
        19,
        octets.len() as u32 - 2,
        octets.len() as u32 + 4,
        0xff_fffc,
    ] {
        let mut octets = octets.clone();
        octets[1..4].copy_from_slice(&length.to_be_bytes()[1..]);
        refused(&octets, ResultCode::INVALID_MESSAGE_LENGTH, "");
    }
    refused(
        &octets[..octets.len() - 4],
        ResultCode::INVALID_MESSAGE_LENGTH,
        "",
    );
}

#[test]
fn an_error_answer_is_judged_as_answer_message() {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(
        &mut out,
        &header(application::S6A, command::UPDATE_LOCATION, 0x60),
    );
    w.text(avp::ORIGIN_HOST, "relay.example.org");
    w.text(avp::ORIGIN_REALM, "example.org");
    w.u32(avp::RESULT_CODE, 3002);
    w.finish();
    assert_eq!(judge(&out), Ok(()));
}

#[test]
fn a_rejection_says_where() {
    let octets = without(avp::USER_NAME);
    let message = frame(&octets).unwrap();
    let rejection = validate(Dictionary::builtin(), &message).unwrap_err();
    assert_eq!(
        rejection.to_string(),
        "MISSING_AVP (5005): octet 0: an AVP that must be there is missing"
    );
    assert_eq!(
        rejection.failed_avp.offender,
        Offender::Example {
            id: avp::USER_NAME,
            octets: 0
        }
    );
}

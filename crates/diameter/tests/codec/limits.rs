//! Contract, "limits": depth and number of AVPs are bounded, and the bound itself is accepted.

use quintet_diameter::dict::{Dictionary, avp};
use quintet_diameter::{
    AvpId, MAX_AVP_DEPTH, MAX_AVPS_PER_MESSAGE, Message, MessageWriter, ResultCode, Secrets, describe,
    validate,
};
use quintet_wire::DecodeErrorKind;

use crate::shared::air;

fn nest(writer: &mut MessageWriter<'_>, depth: usize) {
    // Load may hold any AVP, so also itself.
    writer.group(avp::LOAD, |inner| {
        if depth > 1 {
            nest(inner, depth - 1);
        }
    });
}

#[test]
fn depth() {
    for (depth, good) in [(MAX_AVP_DEPTH, true), (MAX_AVP_DEPTH + 1, false), (5000, false)] {
        let octets = air(|w| nest(w, depth));
        let message = Message::decode(&octets).unwrap();
        let result = validate(Dictionary::builtin(), &message)
            .map(|_| ())
            .map_err(|rejection| rejection.result);
        assert_eq!(
            result,
            if good {
                Ok(())
            } else {
                Err(ResultCode::UNABLE_TO_COMPLY)
            },
            "{depth}"
        );
        let soft = describe(Dictionary::builtin(), &message, Secrets::Redacted)
            .unwrap()
            .soft_errors;
        assert_eq!(soft.is_empty(), good, "{depth}");
        if let Some(error) = soft.first() {
            assert_eq!(error.kind, DecodeErrorKind::TooDeep { limit: MAX_AVP_DEPTH });
            assert!(error.path.starts_with("Load/Load/"), "{error}");
        }
    }
}

#[test]
fn number() {
    let before = Message::decode(&air(|_| {})).unwrap().avps().count() + 4;
    for (count, good) in [(MAX_AVPS_PER_MESSAGE, true), (MAX_AVPS_PER_MESSAGE + 1, false)] {
        let octets = air(|w| (before..count).for_each(|_| w.octets(AvpId::new(99_999, 0, false), b"")));
        let message = Message::decode(&octets).unwrap();
        let result = validate(Dictionary::builtin(), &message)
            .map(|_| ())
            .map_err(|rejection| rejection.result);
        assert_eq!(
            result,
            if good {
                Ok(())
            } else {
                Err(ResultCode::UNABLE_TO_COMPLY)
            },
            "{count}"
        );
        assert_eq!(
            describe(Dictionary::builtin(), &message, Secrets::Redacted).is_ok(),
            good,
            "{count}"
        );
    }
}

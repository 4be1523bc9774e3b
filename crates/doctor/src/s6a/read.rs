//! Reads what an exchange keeps out of its messages, as far as a sloppy peer wrote it.

use super::{Exchange, VectorSeen};
use quintet_diameter::dict::{Dictionary, avp, command};
use quintet_diameter::{Avp, AvpId, Message};
use quintet_identity::{Imsi, Plmn};
use quintet_mme::s6a::{AnswerFault, AnswerOutcome, S6A, VENDOR_3GPP, read_subscription, read_vectors};
use quintet_subscriber::s6a::UlrFlags;

/// The most octets of an Error-Message or a host name that are kept.
const MAX_TEXT_OCTETS: usize = 255;

/// The most parts of Failed-AVP that are named.
const MAX_FAILED_AVPS: usize = 4;

/// This many digits in a row may be an IMSI, an IMEI or an MSISDN.
const IDENTITY_DIGITS: usize = 6;

/// Result-Code or Experimental-Result. An Experimental-Result counts as 3GPP's if it names no vendor, or 0.
pub(super) fn outcome(answer: &Message<'_>) -> AnswerOutcome {
    for found in answer.avps().map_while(Result::ok) {
        if found.is(avp::RESULT_CODE) {
            return AnswerOutcome::base(found.u32().unwrap_or(0));
        }
        if found.is(avp::EXPERIMENTAL_RESULT) {
            return experimental(&found);
        }
    }
    AnswerOutcome::base(0)
}

fn experimental(group: &Avp<'_>) -> AnswerOutcome {
    let inner = group.group();
    let vendor = inner.find(avp::VENDOR_ID).and_then(|v| v.u32().ok());
    let code = inner
        .find(avp::EXPERIMENTAL_RESULT_CODE)
        .and_then(|c| c.u32().ok());
    AnswerOutcome {
        code: code.unwrap_or(0),
        experimental: matches!(vendor, None | Some(0 | VENDOR_3GPP)),
    }
}

/// Session-Id, cut to what is kept.
pub(super) fn session_id(message: &Message<'_>) -> String {
    message
        .find(avp::SESSION_ID)
        .map(|a| text(&a))
        .unwrap_or_default()
}

/// Reads a request.
pub(super) fn request(message: &Message<'_>, exchange: &mut Exchange) {
    exchange.session_id = session_id(message);
    for item in message.avps() {
        let found = match item {
            Ok(found) => found,
            Err(error) => {
                exchange.remark(format!("the request does not parse: {error}"));
                break;
            }
        };
        if found.is(avp::USER_NAME) {
            read_user(&found, exchange);
        } else if found.is(avp::VISITED_PLMN_ID) {
            read_visited(&found, exchange);
        } else if found.is(avp::DESTINATION_HOST) {
            exchange.destination_host = Some(text(&found));
        } else if found.is(avp::DESTINATION_REALM) {
            exchange.destination_realm = Some(text(&found));
        } else if found.is(avp::RAT_TYPE) {
            exchange.rat_type = found.u32().ok();
        } else if found.is(avp::CANCELLATION_TYPE) {
            exchange.cancellation_type = found.u32().ok();
        } else if found.is(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO) {
            read_requested(&found, exchange);
        } else if FLAGS.iter().any(|id| found.is(*id)) {
            exchange.flags = found.u32().ok();
        }
    }
    if exchange.application != S6A {
        let name = Dictionary::builtin().application(exchange.application);
        exchange.remark(format!(
            "the request's Application-ID is {} ({}), not that of S6a",
            exchange.application,
            name.unwrap_or("unknown")
        ));
    }
}

/// The AVPs that hold a request's flags; a command has one of them.
const FLAGS: [AvpId; 6] = [
    avp::ULR_FLAGS,
    avp::CLR_FLAGS,
    avp::IDR_FLAGS,
    avp::DSR_FLAGS,
    avp::PUR_FLAGS,
    avp::NOR_FLAGS,
];

fn read_user(found: &Avp<'_>, exchange: &mut Exchange) {
    // Some peers append the realm, as User-Name has it elsewhere.
    let digits = found.data.split(|c| *c == b'@').next().unwrap_or_default();
    match Imsi::from_ascii(digits) {
        Ok(imsi) => exchange.imsi = Some(imsi),
        Err(error) => exchange.remark(format!("User-Name is no IMSI: {error}")),
    }
    if digits.len() < found.data.len() {
        exchange.remark("User-Name is more than the IMSI".to_owned());
    }
}

fn read_visited(found: &Avp<'_>, exchange: &mut Exchange) {
    match <[u8; 3]>::try_from(found.data).map(Plmn::from_octets) {
        Ok(Ok(plmn)) => exchange.visited = Some(plmn),
        _ => exchange.remark("Visited-PLMN-Id is not MCC and MNC in three octets".to_owned()),
    }
}

fn read_requested(group: &Avp<'_>, exchange: &mut Exchange) {
    let inner = group.group();
    exchange.requested = inner
        .find(avp::NUMBER_OF_REQUESTED_VECTORS)
        .and_then(|n| n.u32().ok());
    let Some(info) = inner.find(avp::RE_SYNCHRONIZATION_INFO) else {
        return;
    };
    match info.data.split_first_chunk::<16>() {
        Some((rand, auts)) if auts.len() == 14 => {
            let mut token = [0; 14];
            token.copy_from_slice(auts);
            exchange.resynchronization = Some((*rand, token));
        }
        _ => exchange.remark(format!(
            "Re-Synchronization-Info has {} octets, not 30 (RAND and AUTS)",
            info.data.len()
        )),
    }
}

/// Reads an answer into an exchange whose request was read before, if there is one.
pub(super) fn answer(message: &Message<'_>, exchange: &mut Exchange) {
    let outcome = outcome(message);
    exchange.outcome = Some(outcome);
    exchange.error_bit = message.header().flags.error();
    exchange.answered_by = None;
    exchange.diagnostic = None;
    exchange.vectors.clear();
    exchange.missing.clear();
    let session = session_id(message);
    if exchange.session_id.is_empty() {
        exchange.session_id = session;
    } else if session.is_empty() {
        exchange.remark("the answer has no Session-Id".to_owned());
    } else if session != exchange.session_id {
        exchange.remark("the answer's Session-Id is not the request's".to_owned());
    }
    if outcome.code == 0 {
        exchange.missing.push("Result-Code".to_owned());
    }
    read_error(message, exchange);
    if outcome.is_success() && outcome.code != 0 {
        match exchange.command {
            command::AUTHENTICATION_INFORMATION => read_authentication(message, exchange),
            command::UPDATE_LOCATION => read_location(message, exchange),
            _ => {}
        }
    }
}

fn read_error(message: &Message<'_>, exchange: &mut Exchange) {
    let mut result = false;
    for item in message.avps() {
        let found = match item {
            Ok(found) => found,
            Err(error) => {
                exchange.remark(format!("the answer does not parse: {error}"));
                break;
            }
        };
        if found.is(avp::ORIGIN_HOST) {
            exchange.answered_by.get_or_insert_with(|| text(&found));
        } else if found.is(avp::ERROR_REPORTING_HOST) {
            exchange.answered_by = Some(text(&found));
        } else if found.is(avp::ERROR_MESSAGE) {
            exchange.remark(format!("Error-Message: {}", masked(&text(&found))));
        } else if found.is(avp::ERROR_DIAGNOSTIC) {
            exchange.diagnostic = found.u32().ok();
        } else if found.is(avp::FAILED_AVP) {
            exchange.remark(failed(&found));
        } else if found.is(avp::USER_NAME) && exchange.imsi.is_none() {
            exchange.imsi = Imsi::from_ascii(found.data).ok();
        } else if found.is(avp::RESULT_CODE) || found.is(avp::EXPERIMENTAL_RESULT) {
            if result {
                exchange.remark("the answer has more than one result".to_owned());
            }
            result = true;
        }
    }
}

/// Failed-AVP, by the names of what is in it: values may be identities.
fn failed(group: &Avp<'_>) -> String {
    let dictionary = Dictionary::builtin();
    let names: Vec<String> = group
        .group()
        .map_while(Result::ok)
        .take(MAX_FAILED_AVPS)
        .map(|a| match dictionary.avp(a.vendor_id, a.code) {
            Some(definition) => definition.name.clone(),
            None => format!("AVP {} of vendor {}", a.code, a.vendor_id),
        })
        .collect();
    format!("Failed-AVP: {}", names.join(", "))
}

fn read_authentication(message: &Message<'_>, exchange: &mut Exchange) {
    match read_vectors(message) {
        Ok(vectors) => {
            exchange.vectors = vectors
                .into_iter()
                .map(|v| VectorSeen {
                    rand: v.rand,
                    autn: v.autn,
                    xres: v.xres,
                    kasme: v.kasme,
                })
                .collect();
            if exchange.vectors.is_empty() && exchange.requested != Some(0) {
                exchange.missing.push("Authentication-Info".to_owned());
            }
        }
        Err(AnswerFault::Missing { avp }) => {
            exchange.missing.push(format!("E-UTRAN-Vector: {avp}"));
        }
        Err(fault) => exchange
            .missing
            .push(format!("E-UTRAN-Vector that reads: {fault}")),
    }
}

fn read_location(message: &Message<'_>, exchange: &mut Exchange) {
    if message.find(avp::ULA_FLAGS).is_none() {
        exchange.missing.push("ULA-Flags".to_owned());
    }
    let skips = exchange
        .flags
        .is_some_and(|flags| UlrFlags(flags).has(UlrFlags::SKIP_SUBSCRIBER_DATA));
    match read_subscription(message) {
        // Without the request nobody knows whether data were asked for.
        Ok(None) if !skips && exchange.request.is_some() => {
            exchange.missing.push("Subscription-Data".to_owned());
        }
        Ok(Some(data)) if !skips => {
            let faults = data.faults();
            exchange
                .missing
                .extend(faults.iter().map(|fault| format!("Subscription-Data: {fault}")));
        }
        Ok(_) => {}
        Err(fault) => exchange
            .missing
            .push(format!("Subscription-Data that reads: {fault}")),
    }
}

/// Text as it is shown: cut, and what is not UTF-8 or not printable replaced.
fn text(found: &Avp<'_>) -> String {
    let octets = found.data.get(..MAX_TEXT_OCTETS).unwrap_or(found.data);
    String::from_utf8_lossy(octets)
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// Text without runs of digits that may be an identity.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().map(Some).chain([None]) {
        if let Some(digit) = c.filter(char::is_ascii_digit) {
            digits.push(digit);
            continue;
        }
        if digits.len() >= IDENTITY_DIGITS {
            out.push('…');
        } else {
            out.push_str(&digits);
        }
        digits.clear();
        out.extend(c);
    }
    out
}

//! What the trail's exchanges with AUSF and UDM show. One finding for each code: the same refusal travels from UDM to AUSF
//! to AMF, over proxies perhaps.

mod stars;
#[cfg(test)]
pub(crate) mod tests;

use super::catalogue::{self, Code};
use super::draft::Draft;
use crate::report::{Finding, Severity};
use crate::sbi::{Exchange, Operation, Service, State, Verdict};
use crate::trail::{Sighting, Trail, View};
use quintet_capture::HttpState;
use quintet_eap::Type as EapType;
use quintet_identity::Plmn;

/// How long an answer is waited for before it is called missing, in nanoseconds: less than T3510 of the UE (15 s, TS 24.501
/// 10.2), within which four exchanges must fit.
const UNANSWERED_NS: i64 = 3_000_000_000;

/// From how long on an answer is slow: AMFs wait 2 to 10 s, and it passes two nodes.
const SLOW_NS: i64 = 2_000_000_000;

/// REFUSED_STREAM (RFC 9113 7).
const REFUSED_STREAM: u32 = 7;

/// Every rule of the service based interfaces.
pub(crate) fn rules(trail: &Trail) -> Vec<Finding> {
    let mut found = Vec::new();
    let codes = trail.sbi.iter().map(|exchange| code(trail, exchange));
    let codes: Vec<Option<&'static Code>> = codes.collect();
    for (at, code) in codes.iter().enumerate() {
        let Some(code) = *code else { continue };
        let first = codes
            .iter()
            .position(|other| other.is_some_and(|other| other.name == code.name));
        if first != Some(at) || is_consequence(code, &codes) {
            continue;
        }
        let of_code = |(_, other): &(&Exchange, &Option<&'static Code>)| {
            other.is_some_and(|other| other.name == code.name)
        };
        let exchanges: Vec<&Exchange> = trail
            .sbi
            .iter()
            .zip(&codes)
            .filter(of_code)
            .map(|(one, _)| one)
            .collect();
        found.push(finding(trail, code, &exchanges));
    }
    found.extend(name_of_other_network(trail));
    found.extend(slow(trail));
    found.extend(stars::rule(trail));
    found
}

/// Whether the AUSF failed for want of the UDM.
fn is_consequence(code: &Code, codes: &[Option<&'static Code>]) -> bool {
    let udm = |code: &&Code| code.name == catalogue::UDM_UNREACHABLE.name;
    code.name == catalogue::AUSF_UNREACHABLE.name && codes.iter().flatten().any(udm)
}

fn unreachable(service: Service) -> &'static Code {
    match service {
        Service::Ausf => &catalogue::AUSF_UNREACHABLE,
        Service::Udm => &catalogue::UDM_UNREACHABLE,
    }
}

/// Whether nobody knows what became of it: the reader of the capture had no room to follow it.
fn is_unknown(how: HttpState) -> bool {
    how == HttpState::GivenUp
}

/// Whether the server says that it has not worked on it, so that it may be sent again at once (RFC 9113 8.7).
fn is_unprocessed(how: HttpState) -> bool {
    match how {
        HttpState::GoneAway(_) => true,
        HttpState::Reset { by_client, code } => !by_client && code == REFUSED_STREAM,
        _ => false,
    }
}

/// Whether the same was asked later, and answered.
fn is_asked_again(trail: &Trail, exchange: &Exchange) -> bool {
    let mut after = trail
        .sbi
        .iter()
        .skip_while(|other| !std::ptr::eq(*other, exchange));
    after.any(|other| other.operation == exchange.operation && other.state == State::Answered)
}

fn code(trail: &Trail, exchange: &Exchange) -> Option<&'static Code> {
    match exchange.state {
        State::Broken(how) => {
            let nothing = is_unknown(how) || is_unprocessed(how) && is_asked_again(trail, exchange);
            return (!nothing).then(|| unreachable(exchange.service()));
        }
        State::Open => {
            let waited = trail.now.since(exchange.request?.time);
            return (waited >= UNANSWERED_NS).then(|| unreachable(exchange.service()));
        }
        State::Answered => {}
    }
    let failed = exchange.result == Some(Verdict::Failure);
    match exchange.operation {
        Operation::Confirm5gAka if failed => return Some(&catalogue::RES_STAR_MISMATCH),
        // What the UE itself refused, or answered out of turn, is told where it was seen.
        Operation::EapSession if failed => {
            return trail.nas.iter().all(answers).then_some(&catalogue::EAP_FAILED);
        }
        _ => {}
    }
    if !exchange.is_refused() {
        return None;
    }
    Some(
        match (exchange.cause.as_deref().unwrap_or_default(), exchange.status) {
            ("USER_NOT_FOUND", _) => &catalogue::SUBSCRIBER_UNKNOWN_5G,
            (
                "INVALID_HN_PUBLIC_KEY_IDENTIFIER"
                | "INVALID_SCHEME_OUTPUT"
                | "UNSUPPORTED_PROTECTION_SCHEME",
                _,
            ) => &catalogue::SUCI_DECONCEALMENT_FAILED,
            ("SERVING_NETWORK_NOT_AUTHORIZED", _) => &catalogue::SERVING_NETWORK_REFUSED,
            (
                "RAT_NOT_ALLOWED" | "ROAMING_NOT_ALLOWED" | "ACCESS_NOT_ALLOWED" | "UNKNOWN_5GS_SUBSCRIPTION",
                _,
            ) => &catalogue::SUBSCRIPTION_REFUSES,
            // The AUSF speaks of whom it asked.
            ("UPSTREAM_SERVER_ERROR" | "NETWORK_FAILURE" | "TIMED_OUT_REQUEST", Some(504)) => {
                &catalogue::UDM_UNREACHABLE
            }
            (_, Some(502..=504)) => unreachable(exchange.service()),
            _ => &catalogue::SBI_REFUSED,
        },
    )
}

/// Whether a message is no refusal of EAP, and no EAP of another method.
fn answers(sighting: &Sighting) -> bool {
    let other = || {
        sighting
            .eap()
            .is_some_and(|packet| packet.kind == Some(EapType::AKA))
    };
    !matches!(sighting.view, View::AuthenticationFailure { .. }) && !other()
}

/// What the answer says, for evidence.
fn said(exchange: &Exchange) -> String {
    let (asks, answers) = exchange.operation.ends();
    let name = exchange.operation.name();
    let Some(status) = exchange.status else {
        let how = match exchange.state {
            State::Broken(how) => format!("{how:?}"),
            _ => "nothing came".to_owned(),
        };
        return format!("{name} from {asks} to {answers}: no answer ({how})");
    };
    match &exchange.cause {
        Some(cause) => format!("{name}: {answers} answers {status} {cause}"),
        None => format!("{name}: {answers} answers {status}"),
    }
}

/// What AUSF or UDM said last, for evidence of who asks for a cause behind the AMF.
pub(crate) fn last_word(trail: &Trail) -> String {
    match trail
        .sbi
        .iter()
        .rfind(|exchange| exchange.operation != Operation::AuthEvent)
    {
        Some(last) => said(last),
        None => "no exchange of this attempt with AUSF or UDM is in the capture".to_owned(),
    }
}

fn finding(trail: &Trail, code: &'static Code, exchanges: &[&Exchange]) -> Finding {
    let said: Vec<String> = exchanges.iter().map(|exchange| said(exchange)).collect();
    let frames = exchanges
        .iter()
        .flat_map(|one| one.request.into_iter().chain(one.answer));
    let last = exchanges.last().map_or("an exchange", |one| one.operation.name());
    let what = match code.name {
        "suci-deconcealment-failed" => {
            "The home network could not reveal the SUPI behind the SUCI.".to_owned()
        }
        "subscriber-unknown-5g" => "The home network does not know the subscriber.".to_owned(),
        "serving-network-refused" => {
            "The home network does not let the serving network authenticate.".to_owned()
        }
        "res-star-mismatch" => "The home network refuses the UE's answer to the challenge.".to_owned(),
        "eap-failed" => "The AUSF ended EAP-AKA' with a failure, though the UE refused nothing.".to_owned(),
        "subscription-refuses" => "The UDM does not let the subscriber be served so.".to_owned(),
        "sbi-refused" => format!("{last} is refused."),
        _ => format!("{last} got no answer from where it had to come."),
    };
    let mut draft = Draft::new(code, what).frames(frames);
    let scheme = trail.identities.suci.as_ref().map(|suci| suci.scheme().0);
    let said = said.join("; ");
    for why in causes(code, scheme) {
        draft = draft.cause(*why, said.clone());
    }
    draft.done()
}

fn causes(code: &Code, scheme: Option<u8>) -> &'static [&'static str] {
    match code.name {
        "suci-deconcealment-failed" => match scheme {
            Some(0) => &["The UDM does not accept the null scheme"],
            _ => &[
                "The key pair of this identifier is not the one on the USIM",
                "The UDM does not have the scheme",
            ],
        },
        "subscriber-unknown-5g" => &[
            "The subscriber is not provisioned",
            "The SUCI was revealed to another SUPI",
        ],
        "serving-network-refused" => &["The AUSF's list of serving networks lacks this one"],
        "res-star-mismatch" => &[
            "UE and home network take different serving network names",
            "The USIM has another K or OPc than the UDM, and AUTN was not checked",
        ],
        "eap-failed" => &[
            "RES is not XRES, or AT_MAC does not hold: another K, or another serving network name",
            "The AUSF does not take an attribute of the UE's answer",
        ],
        "subscription-refuses" => &["The subscription leaves out this access, this network, or 5GS"],
        "sbi-refused" => &["The cause in the answer says it"],
        _ => &["The node is down, or the way to it is"],
    }
}

/// The name that TS 24.501 9.12.1 has for a PLMN.
fn name_of(plmn: Plmn) -> String {
    let (mcc, mnc) = plmn.mcc_mnc();
    format!("5G:mnc{mnc:0>3}.mcc{mcc}.3gppnetwork.org")
}

/// The name in a request is another network's than the cell's.
fn name_of_other_network(trail: &Trail) -> Option<Finding> {
    let wanted = name_of(trail.area?.plmn());
    let differs = |exchange: &&Exchange| {
        let name = exchange.serving_network_name.as_deref();
        name.is_some_and(|name| {
            !name.eq_ignore_ascii_case(&wanted) && !name.starts_with(&format!("{wanted}:"))
        })
    };
    let exchange = trail.sbi.iter().find(differs)?;
    let name = exchange.serving_network_name.as_deref().unwrap_or_default();
    let what = "The serving network name is not that of the cell's network.";
    Some(
        Draft::new(&catalogue::SERVING_NETWORK_NAME_WRONG, what)
            .frames(exchange.request)
            .cause(
                "The AMF names another network than the tracking area's",
                format!(
                    "{} has {name:?}, the tracking area's is {wanted:?}",
                    exchange.operation.name()
                ),
            )
            .done(),
    )
}

/// An answer that took its time.
fn slow(trail: &Trail) -> Option<Finding> {
    let took = |exchange: &&Exchange| exchange.took().is_some_and(|took| took >= SLOW_NS);
    // Who answers the AUSF last makes the AMF wait as long.
    let slow: Vec<&Exchange> = trail.sbi.iter().filter(took).collect();
    let innermost = slow
        .iter()
        .find(|exchange| exchange.service() == Service::Udm)
        .or(slow.first())?;
    let (_, answers) = innermost.operation.ends();
    let ms = innermost.took().unwrap_or_default() / 1_000_000;
    let draft = Draft::new(
        &catalogue::UDM_SLOW,
        format!("{} was answered after {ms} ms.", innermost.operation.name()),
    );
    let frames = slow
        .iter()
        .flat_map(|one| one.request.into_iter().chain(one.answer));
    Some(
        draft
            .frames(frames)
            .severity(Severity::Warning)
            .cause(
                format!("The {answers} is slow, or what it asks is"),
                said(innermost),
            )
            .done(),
    )
}

//! Errors by result code (TS 29.272 7.4, Annex A; RFC 6733 7.1).

use super::{frames, remarks};
use crate::findings::Draft;
use crate::findings::catalogue::{self, Code};
use crate::report::{Finding, Severity};
use crate::s6a::Exchange;
use crate::trail::Trail;
use quintet_diameter::dict::command;
use quintet_mme::s6a::AnswerOutcome;

/// Digits of an IMSI everywhere but in some test networks.
const USUAL_IMSI_DIGITS: usize = 15;

/// What an error answer means.
pub(super) fn refused(trail: &Trail, exchange: &Exchange) -> Option<Finding> {
    let outcome = exchange.outcome.filter(|outcome| !outcome.is_success())?;
    if exchange.command == command::CAPABILITIES_EXCHANGE || outcome.code == 0 {
        return None;
    }
    // A resynchronisation that is refused is told there.
    if exchange.resynchronization.is_some() && is_about_the_token(outcome) {
        return None;
    }
    if exchange.is_of_hss() {
        let what = format!("The MME refuses {}: {outcome}.", exchange.name());
        let draft = Draft::new(&catalogue::MME_REFUSED_HSS, what).frames(frames(exchange));
        return Some(
            draft
                .cause(
                    "The MME has no context of this subscriber any more",
                    remarks(exchange),
                )
                .done(),
        );
    }
    let code = code(outcome);
    let what = format!("{} is refused: {outcome}.", exchange.name());
    let draft = Draft::new(code, what).frames(frames(exchange));
    let draft = causes(trail, exchange, outcome, draft);
    // The subscriber is served without it.
    let draft = match exchange.command {
        command::PURGE_UE | command::NOTIFY => draft.severity(Severity::Warning),
        _ => draft,
    };
    Some(draft.done())
}

/// Whether a refusal of an AIR with AUTS is about AUTS: not if the subscriber is unknown, or the request never got there.
pub(super) const fn is_about_the_token(outcome: AnswerOutcome) -> bool {
    if outcome.experimental {
        matches!(outcome.code, 4181 | 5003)
    } else {
        matches!(outcome.code, 4001 | 5003 | 5004 | 5012)
    }
}

fn code(outcome: AnswerOutcome) -> &'static Code {
    if outcome.experimental {
        return match outcome.code {
            4181 => &catalogue::AUTHENTICATION_DATA_UNAVAILABLE,
            5001 => &catalogue::SUBSCRIBER_UNKNOWN,
            5003 => &catalogue::HSS_AUTHORIZATION_REJECTED,
            5004 => &catalogue::ROAMING_NOT_ALLOWED,
            5420 => &catalogue::EPS_SUBSCRIPTION_UNKNOWN,
            5421 => &catalogue::RAT_NOT_ALLOWED,
            5422 => &catalogue::EQUIPMENT_UNKNOWN,
            5423 => &catalogue::SERVING_NODE_UNKNOWN,
            _ => &catalogue::HSS_REFUSED,
        };
    }
    match outcome.code {
        3001 | 3007 => &catalogue::HSS_APPLICATION_UNSUPPORTED,
        3002 => &catalogue::HSS_UNREACHABLE,
        3003 => &catalogue::HSS_REALM_NOT_SERVED,
        3004 => &catalogue::HSS_TOO_BUSY,
        3005 => &catalogue::HSS_LOOP,
        3006 => &catalogue::HSS_REDIRECTS,
        3008 | 5011 | 5013 | 5015 => &catalogue::S6A_HEADER_REFUSED,
        3010 => &catalogue::HSS_PEER_UNKNOWN,
        5003 => &catalogue::HSS_AUTHORIZATION_REJECTED,
        5004 | 5014 => &catalogue::S6A_AVP_INVALID,
        5005 => &catalogue::S6A_AVP_MISSING,
        3009 | 5001 | 5007 | 5008 | 5009 | 5016 => &catalogue::S6A_AVP_REFUSED,
        5012 => &catalogue::HSS_UNABLE_TO_COMPLY,
        _ => &catalogue::HSS_REFUSED,
    }
}

fn causes(trail: &Trail, exchange: &Exchange, outcome: AnswerOutcome, draft: Draft) -> Draft {
    let said = remarks(exchange);
    let granted_before = trail
        .s6a
        .iter()
        .any(|e| e.command == command::AUTHENTICATION_INFORMATION && e.is_granted());
    match (outcome.experimental, outcome.code) {
        (true, 5001) => unknown_subscriber(exchange, granted_before, draft, said),
        (true, 5004) => roaming(trail, exchange, draft, &said),
        (true, 5420) => draft
            .cause("The subscription has GPRS or 5GS data only", said)
            .cause_if(
                exchange.diagnostic.is_some(),
                "GPRS data decide which access the UE is sent to",
                exchange.diagnostic.map_or_else(String::new, diagnostic),
            ),
        (true, 5421) => {
            let rat = exchange.rat_type.map_or_else(
                || "the request has no RAT-Type".to_owned(),
                |rat| format!("RAT-Type of the request is {rat} (1004: EUTRAN)"),
            );
            draft
                .cause(
                    "Access-Restriction-Data of the subscription forbids this access",
                    said,
                )
                .cause_if(
                    exchange.rat_type != Some(1004),
                    "The MME names another radio access than it has",
                    rat,
                )
        }
        (true, 4181) => draft
            .cause(
                "K, OPc or the algorithm of the subscriber is missing or broken in the HSS",
                said,
            )
            .cause(
                "The authentication centre behind the HSS does not answer",
                "the capture ends at the HSS",
            ),
        (false, 3002) => draft
            .cause_if(
                exchange.destination_host.is_some(),
                "Destination-Host names a host that is down or unknown to the agent",
                format!(
                    "Destination-Host is {}; {said}",
                    exchange.destination_host.as_deref().unwrap_or_default()
                ),
            )
            .cause("No peer for this realm is up", said),
        (false, 3003) => realm(exchange, draft, said),
        _ => draft.cause(usual(outcome), said),
    }
}

/// The usual cause of a result whose request tells no more.
const fn usual(outcome: AnswerOutcome) -> &'static str {
    if outcome.experimental {
        return match outcome.code {
            5003 => "The HSS's rules forbid this MME or this visited network",
            5422 => "The IMEI is on no list, or on the black one",
            5423 => "The HSS cancelled this MME's registration, or lost it in a restart",
            _ => "A rule of the HSS that only its log tells",
        };
    }
    match outcome.code {
        3001 | 3007 => {
            "the node that answered does not serve S6a: the wrong node was asked, or S6a is switched off"
        }
        3004 => "The HSS, its database or an agent is overloaded",
        3005 => "Two agents route the realm to each other",
        3006 => "The agent only redirects; the MME is to follow Redirect-Host",
        3008 | 5011 | 5013 | 5015 => "The MME, or something on the way, garbles the message",
        3010 => "The MME's Origin-Host is not among the peers configured there",
        5003 => "The HSS's rules forbid this MME or this visited network",
        5005 => "The sender leaves out what the receiver must have",
        5004 | 5014 => "The sender codes a value in another way than the specification",
        3009 | 5001 | 5007 | 5008 | 5009 | 5016 => {
            "sender and receiver follow different releases, or a supplier's own AVP has the M flag"
        }
        5012 => "The HSS's database is down, or the subscriber's data there are broken",
        _ => "A rule of the HSS that only its log tells",
    }
}

fn roaming(trail: &Trail, exchange: &Exchange, draft: Draft, said: &str) -> Draft {
    let diagnostic = exchange
        .diagnostic
        .map_or_else(|| "no Error-Diagnostic in the answer".to_owned(), diagnostic);
    let visited = exchange.visited.or(trail.serving);
    let away = exchange
        .imsi
        .zip(visited)
        .is_some_and(|(imsi, plmn)| !imsi.is_of(plmn));
    let at_home = exchange
        .imsi
        .zip(visited)
        .is_some_and(|(imsi, plmn)| imsi.is_of(plmn));
    draft
            .cause_if(
                away || !at_home,
                "The subscriber has no roaming rights in the visited network",
                format!("Visited-PLMN-Id is not the IMSI's; {diagnostic}; {said}"),
            )
            .cause_if(
                at_home,
                "The HSS takes its own network for a visited one: it is configured with another PLMN or MNC length",
                format!("the IMSI begins with the PLMN of Visited-PLMN-Id; {diagnostic}; {said}"),
            )
            .cause("Operator determined barring", diagnostic)
}

fn unknown_subscriber(exchange: &Exchange, granted_before: bool, draft: Draft, said: String) -> Draft {
    let digits = exchange.imsi.map(|imsi| imsi.ascii().1);
    let length = digits.filter(|n| *n != USUAL_IMSI_DIGITS);
    let realm = exchange
        .destination_realm
        .as_deref()
        .and_then(plmn_of_realm)
        .zip(exchange.imsi);
    let elsewhere = realm
        .as_ref()
        .is_some_and(|(plmns, imsi)| !plmns.iter().any(|plmn| imsi.is_of(*plmn)));
    draft
        .cause_if(
            granted_before,
            "The HSS's front ends do not agree, or the subscriber was removed meanwhile",
            "the HSS handed out vectors for the same IMSI in this attempt",
        )
        .cause_if(
            length.is_some(),
            "The IMSI was read or entered with a digit too few or too many",
            format!("User-Name has {} digits", length.unwrap_or_default()),
        )
        .cause_if(
            elsewhere,
            "The request went to another network's HSS: the MNC was taken for two digits instead of three, or the other way",
            format!(
                "Destination-Realm is {}, and the IMSI does not begin so",
                exchange.destination_realm.as_deref().unwrap_or_default()
            ),
        )
        .cause("The subscriber is not provisioned", said)
}

fn realm(exchange: &Exchange, draft: Draft, said: String) -> Draft {
    let name = exchange.destination_realm.as_deref().unwrap_or("absent");
    let plmns = exchange.destination_realm.as_deref().and_then(plmn_of_realm);
    let fits = plmns
        .as_ref()
        .zip(exchange.imsi)
        .is_some_and(|(plmns, imsi)| plmns.iter().any(|plmn| imsi.is_of(*plmn)));
    draft
        .cause_if(
            plmns.is_some() && !fits,
            "The realm was made of another MCC and MNC than the IMSI's",
            format!("Destination-Realm is {name}"),
        )
        .cause(
            "No agent on the way has a route for the realm",
            format!("Destination-Realm is {name}; {said}"),
        )
}

/// The PLMNs that `epc.mncNNN.mccNNN.3gppnetwork.org` may stand for: a two-digit MNC is written with a zero before it
/// (TS 23.003 19.2).
fn plmn_of_realm(realm: &str) -> Option<Vec<quintet_identity::Plmn>> {
    let mut labels = realm.split('.');
    let mnc = labels.find_map(|label| label.strip_prefix("mnc"))?;
    let mcc = labels.next()?.strip_prefix("mcc")?;
    let long = format!("{mcc}{mnc}").parse().ok();
    let short = mnc
        .strip_prefix('0')
        .and_then(|mnc| format!("{mcc}{mnc}").parse().ok());
    let plmns: Vec<_> = long.into_iter().chain(short).collect();
    (!plmns.is_empty()).then_some(plmns)
}

/// Error-Diagnostic (TS 29.272 7.3.128).
fn diagnostic(value: u32) -> String {
    let name = match value {
        0 => "GPRS_DATA_SUBSCRIBED",
        1 => "NO_GPRS_DATA_SUBSCRIBED",
        2 => "ODB_ALL_APN",
        3 => "ODB_HPLMN_APN",
        4 => "ODB_VPLMN_APN",
        _ => "Not specified",
    };
    format!("Error-Diagnostic is {value} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realm_tells_its_network() {
        let of =
            |realm| plmn_of_realm(realm).map(|plmns| plmns.iter().map(|p| p.octets()).collect::<Vec<_>>());
        let plmn = |text: &str| text.parse::<quintet_identity::Plmn>().unwrap().octets();
        assert_eq!(
            of("epc.mnc070.mcc901.3gppnetwork.org"),
            Some(vec![plmn("901070"), plmn("90170")])
        );
        assert_eq!(
            of("epc.mnc410.mcc310.3gppnetwork.org"),
            Some(vec![plmn("310410")])
        );
        assert_eq!(of("localdomain"), None);
        assert_eq!(of("epc.mncxx.mcc901.3gppnetwork.org"), None);
    }
}

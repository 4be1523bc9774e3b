//! What 5GS has beside EPS: concealed identities, the container of the initial message, key set identifiers in use, payloads that
//! come back (TS 24.501 4.4.6, 5.4.1.3.7, 5.4.2, 5.4.5; TS 33.501 6.12).

use super::Draft;
use super::catalogue as code;
use super::reading::Reading;
use crate::report::{Finding, Technology};
use quintet_eap::Type as EapType;
use quintet_identity::ProtectionScheme;
use quintet_nas::fgs::{FgmmMessage, MobileIdentity};
use quintet_nas::security::SecurityHeaderType;
use quintet_nas::security::fgs::cleartext;

/// 5GMM cause "ngKSI already in use".
pub(super) const NGKSI_ALREADY_IN_USE: u8 = 71;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    if reading.trail.technology != Technology::Fgs {
        return Vec::new();
    }
    let mut found = Vec::new();
    found.extend(null_scheme(reading));
    found.extend(ng_ksi_in_use(reading));
    found.extend(without_container(reading));
    found.extend(not_confined(reading));
    found.extend(sent_back(reading));
    found.extend(bidding_down(reading));
    found
}

/// EAP-AKA, which 5GS does not have, in the place of EAP-AKA' (RFC 9048 4).
fn bidding_down(reading: &Reading<'_>) -> Option<Finding> {
    let (at, packet) = (0..reading.trail.nas.len()).find_map(|at| {
        let packet = reading.nas(at).eap()?;
        (packet.kind == Some(EapType::AKA)).then_some((at, packet))
    })?;
    let challenge = reading
        .challenges
        .iter()
        .rfind(|challenge| challenge.first() < at)
        .map(super::reading::Challenge::last);
    let draft = Draft::new(
        &code::EAP_BIDDING_DOWN,
        format!(
            "{} carries {}: somebody put EAP-AKA in the place of EAP-AKA'.",
            reading.nas(at).name,
            packet.name()
        ),
    )
    .frames(challenge.map(|challenge| reading.seen(challenge)))
    .at(reading.seen(at));
    let genuine = challenge
        .and_then(|challenge| reading.nas(challenge).eap())
        .is_some_and(|asked| asked.kind == Some(EapType::AKA_PRIME));
    Some(
        draft
            .cause_if(
                genuine,
                "The challenge was altered behind this tap",
                "what passed here is of EAP-AKA', and the UE answers to EAP-AKA",
            )
            .cause_if(
                packet.prefers_aka_prime,
                "The challenge was altered before this tap",
                "AT_BIDDING says that the server has EAP-AKA' and prefers it",
            )
            .cause_if(
                !genuine && !packet.prefers_aka_prime,
                "The AUSF offers EAP-AKA",
                "the packet's type is 23, and nothing in it speaks of EAP-AKA'",
            )
            .done(),
    )
}

/// A SUCI that conceals nothing.
fn null_scheme(reading: &Reading<'_>) -> Option<Finding> {
    let at = (0..reading.trail.nas.len()).find(|at| {
        let identity = match reading.nas(*at).fgmm_message() {
            Some(FgmmMessage::RegistrationRequest(m)) => m.mobile_identity,
            Some(FgmmMessage::IdentityResponse(m)) => m.mobile_identity,
            _ => return false,
        };
        matches!(identity, MobileIdentity::Suci(suci) if suci.scheme() == ProtectionScheme::NULL)
    })?;
    Some(
        Draft::new(
            &code::SUCI_NULL_SCHEME,
            format!("{} brings a SUCI of the null scheme.", reading.nas(at).name),
        )
        .at(reading.seen(at))
        .cause(
            "No public key of the home network is provisioned, or the device may not use it",
            "protection scheme 0: null scheme",
        )
        .done(),
    )
}

/// AUTHENTICATION FAILURE with cause #71.
fn ng_ksi_in_use(reading: &Reading<'_>) -> Option<Finding> {
    let (challenge, failure) = reading
        .challenges
        .iter()
        .find_map(|challenge| Some((challenge, challenge.failure(NGKSI_ALREADY_IN_USE)?)))?;
    let named = reading.initial().map(|(at, ksi)| (reading.seen(at), ksi));
    let again = reading
        .challenges
        .iter()
        .any(|other| other.first() > failure && other.ksi != challenge.ksi);
    Some(
        Draft::new(
            &code::NGKSI_IN_USE,
            format!(
                "The UE refused the challenge with ngKSI {}: it holds a context of that name.",
                challenge.ksi.0
            ),
        )
        .frames([reading.seen(challenge.last()), reading.seen(failure)])
        .frames(named.map(|(seen, _)| seen))
        .cause(
            "The AMF does not know, or does not heed, which key sets the UE holds",
            named.map_or_else(
                || "the UE's initial message is not in the capture".to_owned(),
                |(_, ksi)| format!("the UE named ngKSI {} in its initial message", ksi.0),
            ),
        )
        .cause_if(
            again,
            "The AMF saw to it",
            "it challenged again under another ngKSI",
        )
        .done(),
    )
}

/// SECURITY MODE COMPLETE without the initial message that was asked for.
fn without_container(reading: &Reading<'_>) -> Option<Finding> {
    let (command, complete) = reading.commands.iter().find_map(|command| {
        let complete = command.complete?;
        let asked = reading.nas(command.first()).command()?.retransmission_requested;
        let Some(FgmmMessage::SecurityModeComplete(message)) = reading.nas(complete).fgmm_message() else {
            return None;
        };
        (asked && message.nas_message_container.is_none()).then_some((command, complete))
    })?;
    Some(
        Draft::new(
            &code::RINMR_WITHOUT_CONTAINER,
            "RINMR was set in SECURITY MODE COMMAND, and SECURITY MODE COMPLETE has no NAS message container.",
        )
        .frames([reading.seen(command.first()), reading.seen(complete)])
        .cause(
            "The UE does not implement the retransmission of the initial message",
            "no NAS message container (IEI 71) in SECURITY MODE COMPLETE",
        )
        .done(),
    )
}

/// A plain initial message with more than may be in the clear.
fn not_confined(reading: &Reading<'_>) -> Option<Finding> {
    let (at, _) = reading.initial()?;
    let sighting = reading.nas(at);
    if sighting.header != SecurityHeaderType::PLAIN || reading.is_emergency() {
        return None;
    }
    let whole = sighting.fgmm_message()?;
    let clear = cleartext(&whole)?;
    let (mut as_sent, mut confined) = (Vec::new(), Vec::new());
    whole.encode(&mut as_sent);
    clear.encode(&mut confined);
    if as_sent.len() <= confined.len() {
        return None;
    }
    Some(
        Draft::new(
            &code::INITIAL_MESSAGE_NOT_CONFINED,
            format!(
                "{} came plain with {} octets, of which {} are cleartext elements.",
                sighting.name,
                as_sent.len(),
                confined.len()
            ),
        )
        .at(sighting.seen)
        .cause(
            "A simulator or early device that does not keep to the cleartext elements",
            "capabilities, slices or other elements stand in the clear",
        )
        .done(),
    )
}

/// DL NAS TRANSPORT with a cause.
fn sent_back(reading: &Reading<'_>) -> Option<Finding> {
    let (at, cause) = reading.onwards(0).find_map(|at| {
        let Some(FgmmMessage::DlNasTransport(message)) = reading.nas(at).fgmm_message() else {
            return None;
        };
        Some((at, message.fgmm_cause?))
    })?;
    let words = cause.name().map_or_else(
        || format!("#{}", cause.0),
        |name| format!("#{} ({name})", cause.0),
    );
    Some(
        Draft::new(
            &code::PAYLOAD_NOT_FORWARDED,
            format!("DL NAS TRANSPORT brings a payload back with 5GMM cause {words}. Not a security fault."),
        )
        .at(reading.seen(at))
        .cause("No SMF took the UE's message", format!("5GMM cause {words}"))
        .done(),
    )
}

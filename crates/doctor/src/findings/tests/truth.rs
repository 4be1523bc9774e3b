//! What must not be said: claims that the trail does not bear out, and clauses of another procedure.

use super::messages::*;
use super::table::TABLE;
use super::tale::{ALL_FOUR, Tale};
use crate::findings::catalogue::{self as code, Code};
use crate::keys::KeyNote;
use crate::report::{Ending, Finding, MacVerdict, Outcome, Severity};
use crate::trail::{End, Procedure, Tap};
use quintet_crypto::Direction::{Downlink, Uplink};

fn begun() -> Tale {
    Tale::new(Procedure::Attach).up(&attach_request(7, ALL_FOUR))
}

fn commanded() -> Tale {
    begun()
        .down(&challenge(0, 1))
        .up(RESPONSE)
        .down_under(3, &command(0x22, 0, ALL_FOUR))
}

/// A UE that comes back with its context: protected, KSI 3.
fn updating() -> Tale {
    Tale::new(Procedure::TrackingAreaUpdate)
        .sequences(40, 90)
        .up_under(1, &update_request(3))
}

/// The finding of a code, which must be there.
fn the(tale: &Tale, code: &Code) -> Finding {
    let found = tale.findings();
    let names: Vec<_> = found.iter().map(|finding| finding.code).collect();
    let the = found.iter().find(|finding| finding.code == code.name);
    the.unwrap_or_else(|| panic!("no {} in {names:?}", code.name))
        .clone()
}

fn has(tale: &Tale, code: &Code) -> bool {
    tale.findings().iter().any(|finding| finding.code == code.name)
}

#[test]
fn a_protected_challenge_is_no_accept() {
    let challenged = updating()
        .down_under(2, &challenge(0, 1))
        .wait_ms(6000)
        .down_under(2, &challenge(0, 1));
    assert!(has(&challenged, &code::AUTHENTICATION_UNANSWERED));
    assert!(!has(&challenged, &code::ACCEPT_UNANSWERED));
    let hidden = updating().hidden(Downlink).wait_ms(6000).hidden(Downlink);
    assert_eq!(
        the(&hidden, &code::ACCEPT_UNANSWERED).clause,
        "TS 24.301 5.5.3.2.7 c"
    );
}

#[test]
fn a_mac_that_does_not_hold_explains_silence_before_all_else() {
    let wrong = commanded()
        .last(|sighting| sighting.mac = MacVerdict::Invalid)
        .wait_ms(6000)
        .signal(
            Uplink,
            "UE CONTEXT RELEASE REQUEST",
            Some("radioNetwork: radio-connection-with-ue-lost"),
        );
    let finding = the(&wrong, &code::SMC_UNANSWERED);
    assert!(
        finding.causes[0].why.contains("MAC does not hold"),
        "{finding:#?}"
    );
}

#[test]
fn silence_is_a_matter_of_the_procedure_it_is_in() {
    let service =
        Tale::new(Procedure::ServiceRequest).message(Uplink, 12, Some(3), &service_request(3, 3), true);
    for (tale, clause) in [
        (begun(), "TS 24.301 5.5.1.2.6 c"),
        (updating(), "TS 24.301 5.5.3.2.6 c"),
        (service, "TS 24.301 5.6.1.6 c"),
    ] {
        assert_eq!(the(&tale, &code::NO_NETWORK_ANSWER).clause, clause);
    }
}

#[test]
fn a_radio_trace_does_not_prove_that_the_network_was_silent() {
    let released = || begun().released("rrc: loadBalancingTAUrequired");
    let seen_whole = the(&released(), &code::RELEASED_BEFORE_AUTHENTICATION);
    assert_eq!(seen_whole.severity, Severity::Fault);
    let radio = released().with(|trail| trail.tap = Tap::Radio);
    let finding = the(&radio, &code::RELEASED_BEFORE_AUTHENTICATION);
    assert_eq!(finding.severity, Severity::Warning);
    assert!(
        finding.causes[0].why.contains("not in the capture"),
        "{finding:#?}"
    );
    assert_eq!(finding.clause, "TS 36.331 5.3.8");
}

#[test]
fn a_synch_failure_that_was_followed_by_another_challenge_is_not_what_broke() {
    let went_on = begun()
        .down(&challenge(0, 1))
        .up(&failure(21))
        .down(&challenge(0, 2))
        .up(&failure(20))
        .down(AUTHENTICATION_REJECT);
    let finding = the(&went_on, &code::AUTHENTICATION_SYNC_FAILURE);
    assert_eq!(finding.severity, Severity::Warning);
    assert!(!finding.next.contains("Re-Synchronization-Info"), "{finding:#?}");
    assert_eq!(
        the(&went_on, &code::AUTHENTICATION_MAC_FAILURE).severity,
        Severity::Fault
    );
}

#[test]
fn a_separation_bit_that_is_set_is_not_called_missing() {
    let refused = |amf| begun().down(&challenge_of(0, 1, amf)).up(&failure(26));
    let what = |amf| the(&refused(amf), &code::NON_EPS_AUTHENTICATION_UNACCEPTABLE).what;
    assert!(what([0, 0]).contains("has no separation bit"));
    assert!(!what([0x80, 0]).contains("no separation bit"));
}

#[test]
fn who_must_drop_a_plain_message_is_named_by_clause() {
    let secured = || commanded().up_under(4, COMPLETE);
    let of_ue = secured().up(DETACH_BY_UE).down_under(2, &accept(true));
    assert_eq!(
        the(&of_ue, &code::PLAIN_AFTER_SECURITY).clause,
        "TS 24.301 4.4.4.3"
    );
    let of_network = secured().down(&challenge(1, 2)).down_under(2, &accept(true));
    assert_eq!(
        the(&of_network, &code::PLAIN_AFTER_SECURITY).clause,
        "TS 24.301 4.4.4.2"
    );
}

#[test]
fn a_log_has_no_transport_sequence_numbers() {
    let twice = commanded().message(Downlink, 3, Some(0), &command(0x22, 0, ALL_FOUR), true);
    let evidence = |tale: &Tale| {
        let finding = the(tale, &code::COUNT_REPLAYED);
        finding
            .causes
            .iter()
            .map(|cause| cause.evidence.clone())
            .collect::<String>()
    };
    assert!(evidence(&twice).contains("SCTP"));
    let log = twice.with(|trail| trail.tap = Tap::NasLog);
    assert!(!evidence(&log).contains("SCTP"));
}

#[test]
fn a_complete_that_protected_messages_follow_was_not_discarded() {
    let again = |tale: Tale| tale.message(Downlink, 3, Some(1), &command(0x22, 0, ALL_FOUR), true);
    let discarded = again(commanded().up_under(4, COMPLETE).wait_ms(6000));
    let finding = the(&discarded, &code::SMC_COMPLETE_NOT_ACCEPTED);
    assert_eq!(finding.severity, Severity::Fault);
    assert!(finding.what.contains("discarded"));
    let crossed = again(commanded().up_under(4, COMPLETE));
    let went_on = discarded.up_under(4, COMPLETE).sequences(2, 2).hidden(Downlink);
    for tale in [crossed, went_on] {
        let finding = the(&tale, &code::SMC_COMPLETE_NOT_ACCEPTED);
        assert_eq!(finding.severity, Severity::Warning);
        assert!(!finding.what.contains("discarded"), "{}", finding.what);
    }
}

#[test]
fn a_reject_of_another_procedure_is_told_as_such_first() {
    let service_reject = [0x07, 0x4e, 10];
    let finding = the(
        &begun().down(&service_reject),
        &code::REJECTED_IMPLICITLY_DETACHED,
    );
    assert!(finding.causes[0].why.contains("did not ask for"), "{finding:#?}");
    let finding = the(
        &begun().down(&attach_reject(10)),
        &code::REJECTED_IMPLICITLY_DETACHED,
    );
    assert!(
        !finding
            .causes
            .iter()
            .any(|cause| cause.why.contains("did not ask for"))
    );
}

#[test]
fn null_integrity_of_a_ue_that_comes_back_may_be_of_an_emergency_attach_before() {
    let null = |tale: Tale| {
        the(
            &tale.down_under(3, &command(0x00, 0, ALL_FOUR)),
            &code::NULL_INTEGRITY,
        )
    };
    assert_eq!(null(begun()).severity, Severity::Fault);
    assert_eq!(null(updating()).severity, Severity::Warning);
}

#[test]
fn a_record_under_which_another_challenge_holds_is_not_the_first_suspect() {
    let key = || "given".to_owned();
    let forged = begun()
        .down(&challenge(0, 1))
        .last(|sighting| sighting.notes.push(KeyNote::AutnValid { key: key(), sqn: 1 }))
        .up(RESPONSE)
        .down(&challenge(0, 2))
        .last(|sighting| sighting.notes.push(KeyNote::AutnInvalid { key: key() }))
        .up(&failure(20));
    let finding = the(&forged, &code::AUTN_OTHER_KEY);
    assert!(
        finding.causes[0].why.contains("false base station"),
        "{finding:#?}"
    );
}

#[test]
fn one_is_no_plural() {
    let table = TABLE.iter().flat_map(|rows| rows.iter());
    for tale in table.map(|row| (row.has)()).chain([
        begun().down(&attach_reject(10)),
        begun().down(&challenge(0, 1)).up(&failure(20)),
    ]) {
        for finding in tale.failed_before(1).findings() {
            let told = format!("{finding:?}");
            for plural in [
                "attempts",
                "earlier attempts",
                "messages",
                "challenges",
                "answers",
            ] {
                assert!(!told.contains(&format!("1 {plural}")), "{finding:#?}");
            }
        }
    }
}

#[test]
fn attempts_that_failed_in_another_way_are_not_likened_to_this_one() {
    let refused = begun().down(&challenge(0, 1)).up(&failure(20)).failed_before(4);
    assert!(
        the(&refused, &code::AUTHENTICATION_MAC_FAILURE)
            .what
            .contains("4 attempts right before")
    );
    assert!(has(&refused, &code::REPEATED_FAILURE));
    let otherwise = refused.with(|trail| trail.history.last_ending = Some(Ending::NoNetworkAnswer));
    assert!(
        !the(&otherwise, &code::AUTHENTICATION_MAC_FAILURE)
            .what
            .contains("right before")
    );
    assert!(!has(&otherwise, &code::REPEATED_FAILURE));
}

#[test]
fn who_asks_for_an_identity_and_hangs_up_is_told() {
    let mut asked = begun()
        .down(ASK_IMSI)
        .up(GIVE_IMSI)
        .wait_ms(1000)
        .released("nas: unspecified");
    asked.ending = Ending::ReleasedBeforeAuthentication;
    assert_eq!(
        the(&asked, &code::RELEASED_BEFORE_AUTHENTICATION).severity,
        Severity::Fault
    );
    assert!(
        !has(&asked, &code::POSSIBLE_IMSI_CATCHER),
        "the tap is at the operator's MME"
    );
    let radio = asked.with(|trail| trail.tap = Tap::Radio);
    assert!(has(&radio, &code::POSSIBLE_IMSI_CATCHER));
    assert_eq!(
        the(&radio, &code::RELEASED_BEFORE_AUTHENTICATION).severity,
        Severity::Warning
    );
}

#[test]
fn a_ue_that_comes_again_had_not_given_up_for_that() {
    let again = |tap| {
        let service = service_request(3, 3);
        let mut tale = Tale::new(Procedure::ServiceRequest)
            .message(Uplink, 12, Some(3), &service, true)
            .with(|trail| (trail.tap, trail.end) = (tap, End::BeganAgain));
        (tale.outcome, tale.ending) = (Outcome::Incomplete, Ending::ServiceRequestAnswerNotVisible);
        tale
    };
    for tap in [Tap::NasLog, Tap::Radio] {
        assert!(
            !has(&again(tap), &code::BEGAN_AGAIN),
            "its bearers are not in a log"
        );
    }
}

#[test]
fn an_end_is_told_once() {
    let unanswered = begun()
        .down(&challenge(0, 1))
        .with(|trail| (trail.tap, trail.end) = (Tap::Radio, End::BeganAgain));
    assert_eq!(
        the(&unanswered, &code::AUTHENTICATION_UNANSWERED).severity,
        Severity::Warning
    );
    assert!(!has(&unanswered, &code::BEGAN_AGAIN));
}

//! What ends registrations: the UE, time, the HSS, the operator (TS 24.229 5.4.1.4, 5.4.1.5; TS 29.228 6.1.3, 6.2.2).

use crate::support::*;
use quintet_cx::{ReasonCode, ServerAssignmentType};
use quintet_ims::registrar::*;
use std::time::Duration;

fn trusting() -> Bench {
    let mut bench = Bench::registered();
    bench.policy.rechallenge = Rechallenge::Never;
    bench
}

#[test]
fn the_ue_takes_its_contact_away() {
    for all in [false, true] {
        for (keep, assignment) in [
            (false, ServerAssignmentType::USER_DEREGISTRATION),
            (true, ServerAssignmentType::USER_DEREGISTRATION_STORE_SERVER_NAME),
        ] {
            let mut bench = trusting();
            bench.policy.keep_name = keep;
            let mut register = bench.protected();
            register.expires = Some(0);
            if all {
                register.contacts = ContactSet::All;
            }
            bench.send(register);
            assert_eq!(bench.sar(assignment), [impu(ALICE)]);
            assert!(!bench.session.is_registered(&impu(ALICE)), "at once");
            bench.input(Input::Assigned(Ok(Assigned::default())));
            let accepted = bench.accepted();
            assert!(!accepted.registered && accepted.contacts.is_empty() && accepted.associated.is_empty());
            assert!(bench.session.is_over());
            assert_eq!(bench.set_changes(), [SetChange::Deregistered]);
            assert_eq!(
                bench.contact_events(),
                [(CONTACT.to_owned(), ContactEvent::Unregistered)]
            );
        }
    }
}

#[test]
fn a_deregistration_is_challenged_like_any_other() {
    let mut bench = Bench::registered();
    let mut register = bench.initial();
    register.expires = Some(0);
    bench.send(register);
    bench.mar();
    assert_eq!(bench.contacts(), [CONTACT]);
}

#[test]
fn one_of_two_contacts_goes_without_the_hss() {
    let mut bench = trusting();
    bench.contact = "sip:alice@10.0.0.10".to_owned();
    let another = bench.protected();
    bench.send(another);
    bench.cx();
    bench.input(Input::Assigned(Ok(Assigned::default())));
    bench.accepted();
    let mut register = bench.protected();
    register.expires = Some(0);
    bench.send(register);
    let accepted = bench.accepted();
    assert!(accepted.registered);
    assert_eq!(bench.contacts(), [CONTACT]);
    bench.silent();
    assert_eq!(bench.set_changes().last(), Some(&SetChange::Contacts));
}

#[test]
fn the_end_comes_whatever_the_hss_says() {
    let mut bench = trusting();
    let mut register = bench.protected();
    register.expires = Some(0);
    bench.send(register);
    bench.cx();
    bench.input(Input::Assigned(Err(CxFailure::NoAnswer)));
    assert!(!bench.accepted().registered);
    assert!(bench.session.is_over());
}

#[test]
fn the_network_waits_longer_than_the_ue() {
    for (keep, assignment) in [
        (false, ServerAssignmentType::TIMEOUT_DEREGISTRATION),
        (
            true,
            ServerAssignmentType::TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME,
        ),
    ] {
        let mut bench = trusting();
        bench.policy.keep_name = keep;
        bench.pass(600);
        assert_eq!(
            bench.contacts(),
            [CONTACT],
            "the UE's time is over, the network's is not"
        );
        let before = bench.now;
        bench.wait();
        assert_eq!(bench.now, before + bench.policy.expiry_margin);
        assert_eq!(bench.sar(assignment), [impu(ALICE)]);
        bench.input(Input::Assigned(Ok(Assigned::default())));
        assert_eq!(
            bench.contact_events(),
            [(CONTACT.to_owned(), ContactEvent::Expired)]
        );
        assert!(bench.session.is_over());
    }
}

#[test]
fn a_refresh_in_time_keeps_it() {
    let mut bench = trusting();
    bench.pass(610);
    let again = bench.protected();
    bench.send(again);
    bench.cx();
    bench.input(Input::Assigned(Ok(Assigned::default())));
    bench.accepted();
    bench.pass(300);
    bench.silent();
    assert_eq!(bench.contacts(), [CONTACT]);
}

#[test]
fn each_reason_of_the_hss() {
    for (reason, event, change) in [
        (
            ReasonCode::PERMANENT_TERMINATION,
            ContactEvent::Rejected,
            SetChange::Deregistered,
        ),
        (
            ReasonCode::SERVER_CHANGE,
            ContactEvent::Deactivated,
            SetChange::Deregistered,
        ),
        (
            ReasonCode::NEW_SERVER_ASSIGNED,
            ContactEvent::Deactivated,
            SetChange::Dropped,
        ),
        (
            ReasonCode::REMOVE_S_CSCF,
            ContactEvent::Deactivated,
            SetChange::Dropped,
        ),
        (ReasonCode(99), ContactEvent::Deactivated, SetChange::Deregistered),
    ] {
        for impus in [vec![], vec![impu(TEL)]] {
            let mut bench = Bench::registered();
            bench.input(Input::Terminate {
                impus: &impus,
                reason,
            });
            assert!(bench.session.is_over(), "{reason}");
            assert_eq!(bench.set_changes(), [change]);
            assert_eq!(bench.contact_events(), [(CONTACT.to_owned(), event)]);
            bench.silent();
        }
    }
}

#[test]
fn the_hss_ends_what_it_names_and_nothing_else() {
    let mut bench = Bench::registered();
    bench.input(Input::Terminate {
        impus: &[impu("sip:other@home.test")],
        reason: ReasonCode::PERMANENT_TERMINATION,
    });
    assert_eq!(bench.contacts(), [CONTACT]);
    assert!(bench.set_changes().is_empty());
}

#[test]
fn the_hss_ends_an_authentication_too() {
    let mut bench = Bench::new();
    let challenge = bench.challenged_with(1);
    bench.input(Input::Terminate {
        impus: &[],
        reason: ReasonCode::PERMANENT_TERMINATION,
    });
    assert!(bench.session.is_over());
    let answer = bench.answer(&challenge, 1);
    bench.send(answer);
    bench.mar();
}

/// RTR passes the answer to a re-registration: what the HSS granted last counts.
#[test]
fn a_registration_that_ends_while_it_is_refreshed_begins_anew() {
    let mut bench = trusting();
    let again = bench.protected();
    bench.send(again);
    bench.sar(ServerAssignmentType::RE_REGISTRATION);
    bench.input(Input::Terminate {
        impus: &[],
        reason: ReasonCode::SERVER_CHANGE,
    });
    bench.input(Input::Assigned(Ok(Assigned::default())));
    bench.sar(ServerAssignmentType::REGISTRATION);
    bench.input(Input::Assigned(granted()));
    bench.accepted();
    assert_eq!(bench.contacts(), [CONTACT]);
}

#[test]
fn a_profile_is_pushed() {
    let mut bench = Bench::registered();
    let new = "sip:new@home.test";
    bench.input(Input::Profile(profile_of(&[(ALICE, false), (new, false)])));
    assert!(bench.session.is_registered(&impu(new)));
    assert!(!bench.session.is_registered(&impu(TEL)));
    assert_eq!(
        (bench.set_changes(), bench.changes),
        (vec![SetChange::Profile], 2)
    );
    bench.silent();
    bench.input(Input::Profile(profile_of(&[("sip:other@home.test", false)])));
    assert!(bench.session.is_registered(&impu(ALICE)), "of another set");
}

#[test]
fn a_pushed_profile_that_bars_everything_ends_the_registration() {
    let mut bench = Bench::registered();
    bench.input(Input::Profile(profile_of(&[(ALICE, true), (TEL, true)])));
    bench.sar(ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION);
    bench.input(Input::Assigned(Ok(Assigned::default())));
    assert!(bench.session.is_over());
    assert_eq!(
        bench.contact_events(),
        [(CONTACT.to_owned(), ContactEvent::Rejected)]
    );
}

#[test]
fn the_operator_ends_it() {
    for (reason, event) in [
        (NetworkReason::Deactivated, ContactEvent::Deactivated),
        (NetworkReason::Rejected, ContactEvent::Rejected),
    ] {
        let mut bench = Bench::registered();
        bench.input(Input::Deregister { impus: &[], reason });
        bench.sar(ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION);
        bench.input(Input::Assigned(Ok(Assigned::default())));
        assert_eq!(bench.contact_events(), [(CONTACT.to_owned(), event)]);
        assert!(bench.session.is_over());
    }
}

#[test]
fn sets_end_one_after_the_other() {
    let mut bench = trusting();
    let work = "sip:alice@work.home.test";
    let mut other = bench.initial();
    other.impu = impu(work);
    bench.send(other);
    bench.mar();
    bench.input(Input::Vectors(Ok(vec![aka(2)])));
    let challenge = bench.challenge();
    let mut answer = bench.answer(&challenge, 2);
    answer.impu = impu(work);
    bench.send(answer);
    bench.sar(ServerAssignmentType::REGISTRATION);
    bench.input(Input::Assigned(Ok(Assigned {
        profile: Some(profile_of(&[(work, false)])),
        shared: false,
    })));
    bench.accepted();
    assert_eq!(bench.session.sets().len(), 2);
    bench.input(Input::Deregister {
        impus: &[],
        reason: NetworkReason::Deactivated,
    });
    for identity in [ALICE, work] {
        assert_eq!(
            bench.sar(ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION),
            [impu(identity)]
        );
        bench.silent();
        bench.input(Input::Assigned(Ok(Assigned::default())));
    }
    assert!(bench.session.is_over());
}

#[test]
fn what_is_due_while_the_hss_is_asked_comes_after_its_answer() {
    let mut bench = Bench::registered();
    let again = bench.initial();
    bench.send(again);
    bench.mar();
    assert_eq!(bench.session.poll_timeout(), None);
    bench.now += Duration::from_secs(10_000);
    bench.input(Input::Timeout);
    bench.silent();
    bench.input(Input::Vectors(Ok(vec![aka(2)])));
    bench.challenge();
    bench.sar(ServerAssignmentType::TIMEOUT_DEREGISTRATION);
}

#[test]
fn the_operator_has_a_user_authenticated_anew() {
    let mut bench = Bench::registered();
    bench.policy.rechallenge = Rechallenge::After(Duration::from_secs(10_000));
    let again = |bench: &mut Bench| {
        let register = bench.protected();
        bench.send(register);
    };
    again(&mut bench);
    bench.sar(ServerAssignmentType::RE_REGISTRATION);
    bench.input(Input::Assigned(Ok(Assigned::default())));
    bench.accepted();
    bench.events.clear();
    let others = [impu("sip:bob@home.test")];
    for (impus, expires) in [(&others[..], 60), (&[], 6_000)] {
        bench.input(Input::Reauthenticate { impus, expires });
        assert!(bench.events.is_empty(), "nobody's, or longer than there is");
    }
    let changes = bench.changes;
    bench.input(Input::Reauthenticate {
        impus: &[impu(TEL)],
        expires: 60,
    });
    assert_eq!(
        bench.contact_events(),
        [(CONTACT.to_owned(), ContactEvent::Shortened)]
    );
    assert_eq!(
        (bench.set_changes(), bench.changes),
        (vec![SetChange::Contacts], changes + 1)
    );
    let binding = &bench.session.sets()[0].bindings[0];
    assert_eq!(
        (binding.remaining(bench.now), binding.until),
        (60, bench.now + Duration::from_secs(90))
    );
    // Its association says no more who it is.
    again(&mut bench);
    bench.mar();
    bench.input(Input::Vectors(Err(CxFailure::NoAnswer)));
    bench.refused();
    bench.wait();
    bench.sar(ServerAssignmentType::TIMEOUT_DEREGISTRATION);
}

//! Good traces are accepted, and each way to spoil one is flagged with its clause.

use crate::steps::*;
use quintet_fgmm::path::{
    Algorithms, Candidates, Common, Fresh, Header, IdentityKind, Ksi, MessageView as M, Protection,
    Registration, RegistrationKind, Security, Specific, State, Step,
};

const NEW_UE: State = State::DEREGISTERED;

fn registered() -> State {
    run(NEW_UE, &registration())
        .expect("a good registration")
        .released()
}

/// A mutation of a good trace: the first step that is wrong, and the clause it violates.
fn flagged(name: &str, from: State, steps: &[Step], at: usize, clause: &str) {
    let (place, why) = run(from, steps).expect_err(name);
    assert_eq!((place, why.clause), (at, clause), "{name}: {why:?}");
    // An observer between the ends finds it too, although each message may have been lost behind it.
    let (mut ue, mut amf) = (Candidates::new(from), Candidates::new(from));
    let found = steps.iter().position(|step| match step.direction {
        quintet_crypto::Direction::Uplink => {
            amf.towards(*step);
            ue.sent(*step).is_err()
        }
        quintet_crypto::Direction::Downlink => {
            ue.towards(*step);
            amf.sent(*step).is_err()
        }
    });
    assert_eq!(found, Some(at), "{name}: between the ends");
}

fn with(change: impl FnOnce(&mut Vec<Step>)) -> Vec<Step> {
    let mut steps = registration();
    change(&mut steps);
    steps
}

fn replaced(at: usize, step: Step) -> Vec<Step> {
    with(|steps| steps[at] = step)
}

fn without(at: usize) -> Vec<Step> {
    with(|steps| {
        steps.remove(at);
    })
}

fn followed_by(step: Step) -> Vec<Step> {
    with(|steps| steps.push(step))
}

const LAST: usize = 17;

#[test]
fn good_traces_are_accepted() {
    assert_eq!(registration().len(), LAST);
    let state = run(NEW_UE, &registration()).expect("a good registration");
    assert_eq!(state.registration, Registration::Registered);
    assert_eq!(
        state.security,
        Security::Secure {
            ksi: Some(Ksi(1)),
            continued: true
        }
    );
    let updating = [
        up(INTEGRITY, update(1)),
        down(CIPHERED, ACCEPT),
        up(CIPHERED, M::RegistrationComplete),
    ];
    let updated = run(state.released(), &updating).expect("a good update");
    assert_eq!(updated.specific, Specific::Registered);
    let service = [
        up(INTEGRITY, M::ServiceRequest { ksi: Ksi(1) }),
        down(CIPHERED, M::ServiceAccept),
        down(CIPHERED, M::NetworkSliceSpecificAuthenticationCommand),
        down(CIPHERED, M::ConfigurationUpdateCommand { ack: false }),
        down(CIPHERED, aka(2)),
        up(CIPHERED, M::NetworkSliceSpecificAuthenticationComplete),
        up(CIPHERED, RES_STAR),
        down(NEW, command(2)),
        up(CIPHERED_NEW, COMPLETE),
        down(CIPHERED, M::NetworkSliceSpecificAuthenticationResult),
        up(CIPHERED, M::ServiceRequest { ksi: Ksi(2) }),
        down(CIPHERED, M::ServiceAccept),
        down(
            CIPHERED,
            M::DeregistrationRequestByNetwork { reregistration: true },
        ),
        up(CIPHERED, M::DeregistrationAcceptByUe),
    ];
    let gone = run(updated.released(), &service).expect("service, slices, keys, deregistration");
    assert_eq!(gone.registration, Registration::Deregistered);
    let by_ue = M::DeregistrationRequestByUe {
        ksi: Ksi(1),
        switch_off: false,
    };
    let leaving = [
        up(INTEGRITY, by_ue),
        down(CIPHERED, M::DeregistrationAcceptByNetwork),
    ];
    run(registered(), &leaving).expect("a good deregistration");
}

#[test]
fn eap_has_rounds_and_a_verdict() {
    let begun = [
        up(PLAIN, request(7)),
        down(PLAIN, eap(0)),
        up(PLAIN, EAP_RESPONSE),
        down(PLAIN, eap(0)),
        up(PLAIN, EAP_RESPONSE),
    ];
    let in_command = M::SecurityModeCommand {
        ksi: Ksi(0),
        algorithms: NIA2,
        rinmr: false,
        hdp: false,
        eap: Some(true),
    };
    let after = |tail: &[Step]| [&begun, tail].concat();
    let inside = after(&[down(NEW, in_command), up(CIPHERED_NEW, COMPLETE)]);
    run(NEW_UE, &inside).expect("EAP-success in SMC");
    let result = after(&[
        down(PLAIN, EAP_SUCCESS),
        down(NEW, command(0)),
        up(CIPHERED_NEW, COMPLETE),
    ]);
    run(NEW_UE, &result).expect("EAP-success before SMC");
    let failure = after(&[
        down(PLAIN, EAP_FAILURE),
        down(PLAIN, identity_request(IdentityKind::SUCI)),
        up(PLAIN, identity_response(IdentityKind::SUCI)),
        down(PLAIN, M::AuthenticationReject),
    ]);
    run(NEW_UE, &failure).expect("EAP-failure, another try for the identity, the end");
    let early = after(&[down(NEW, command(0))]);
    flagged("SMC without EAP-success", NEW_UE, &early, 5, "TS 24.501 5.4.2.2");
    let refused = after(&[down(PLAIN, EAP_FAILURE), down(NEW, command(0))]);
    flagged("SMC after EAP-failure", NEW_UE, &refused, 6, "TS 24.501 5.4.2.2");
    let wrong = M::SecurityModeCommand {
        ksi: Ksi(0),
        algorithms: NIA2,
        rinmr: false,
        hdp: false,
        eap: Some(false),
    };
    flagged(
        "EAP-failure in SMC",
        NEW_UE,
        &after(&[down(NEW, wrong)]),
        5,
        "TS 24.501 8.2.25.6",
    );
    let crossed = [up(PLAIN, request(7)), down(PLAIN, eap(0)), up(PLAIN, RES_STAR)];
    flagged("RES* to an EAP message", NEW_UE, &crossed, 2, "TS 24.501 8.2.2");
    let unasked = [up(PLAIN, request(7)), down(PLAIN, EAP_SUCCESS)];
    flagged(
        "a verdict on nothing",
        NEW_UE,
        &unasked,
        1,
        "TS 24.501 5.4.1.2.2.8",
    );
    let mac = M::AuthenticationFailure {
        cause: 20,
        auts: false,
    };
    let crossed = [up(PLAIN, request(7)), down(PLAIN, eap(0)), up(PLAIN, mac)];
    flagged(
        "#20 to an EAP message",
        NEW_UE,
        &crossed,
        2,
        "TS 24.501 5.4.1.2.4.5",
    );
}

#[test]
fn a_context_is_used_again_without_authentication() {
    let steps = [
        up(INTEGRITY, request(1)),
        down(CIPHERED, ACCEPT),
        up(CIPHERED, M::RegistrationComplete),
    ];
    let state = run(NEW_UE, &steps).expect("used again");
    assert!(state.is_secure());
    let steps = [
        up(INTEGRITY, request(1)),
        down(NEW, command(1)),
        up(CIPHERED_NEW, COMPLETE),
        down(CIPHERED, ACCEPT),
    ];
    run(NEW_UE, &steps).expect("anew, with other algorithms");
    let steps = [up(INTEGRITY, update(1)), down(CIPHERED, ACCEPT_ONLY)];
    let state = run(registered(), &steps).expect("nothing to confirm");
    assert_eq!(
        (state.registration, state.specific),
        (Registration::Registered, Specific::Registered)
    );
}

#[test]
fn what_timers_repeat_is_accepted() {
    for at in [1, 3, 5, 7, 9, 11] {
        let steps = with(|steps| steps.insert(at + 1, steps[at]));
        run(NEW_UE, &steps).unwrap_or_else(|why| panic!("{at} repeated: {why:?}"));
        // The answer was lost: both come again.
        let steps = with(|steps| {
            let (request, answer) = (steps[at], steps[at + 1]);
            steps.splice(at + 2..at + 2, [request, answer]);
        });
        run(NEW_UE, &steps).unwrap_or_else(|why| panic!("{at} and its answer repeated: {why:?}"));
    }
    let steps = with(|steps| steps.insert(14, steps[13]));
    run(NEW_UE, &steps).expect("CONFIGURATION UPDATE COMMAND repeated");
}

#[test]
fn an_emergency_call_needs_no_keys() {
    let null = |ksi| M::SecurityModeCommand {
        ksi: Ksi(ksi),
        algorithms: NIA0,
        rinmr: false,
        hdp: false,
        eap: None,
    };
    let request = M::RegistrationRequest {
        ksi: Ksi::NONE,
        kind: RegistrationKind::Emergency,
    };
    let steps = [
        up(PLAIN, request),
        down(NEW, null(0)),
        up(CIPHERED_NEW, COMPLETE),
        down(CIPHERED, ACCEPT),
        up(CIPHERED, M::RegistrationComplete),
    ];
    run(NEW_UE, &steps).expect("an emergency registration");
    let steps = replaced(7, down(NEW, null(1)));
    flagged(
        "5G-IA0 for an ordinary UE",
        NEW_UE,
        &steps,
        7,
        "TS 24.501 4.4.4.1",
    );
}

#[test]
fn order_of_the_security_procedures() {
    let cases: [(&str, Vec<Step>, usize, &str); 11] = [
        (
            "RES* before RAND",
            with(|s| s.swap(5, 6)),
            5,
            "TS 24.501 5.4.1.3.3",
        ),
        ("SMC before RES*", without(6), 6, "TS 24.501 5.4.2.2"),
        ("on without SMC COMPLETE", without(8), 8, "TS 24.501 4.4.2.5"),
        (
            "on without SMC",
            with(|s| drop(s.drain(7..9))),
            7,
            "TS 24.501 4.4.2.5",
        ),
        (
            "SMC without authentication",
            with(|s| drop(s.drain(3..7))),
            3,
            "TS 24.501 5.4.2.2",
        ),
        (
            "SMC after a refusal",
            with(|s| s[5] = s[7]),
            5,
            "TS 24.501 5.4.2.2",
        ),
        ("SMC COMPLETE unasked", without(7), 7, "TS 24.501 5.4.2.3"),
        (
            "another ngKSI while one waits",
            with(|s| s.insert(4, down(PLAIN, aka(2)))),
            4,
            "TS 24.501 5.4.1.3.7",
        ),
        (
            "another method while one waits",
            with(|s| s.insert(4, down(PLAIN, eap(0)))),
            4,
            "TS 24.501 5.4.1.3.7",
        ),
        (
            "REJECT of nothing",
            with(|s| s.insert(1, down(PLAIN, M::AuthenticationReject))),
            1,
            "TS 24.501 5.4.1.3.5",
        ),
        ("IDENTITY RESPONSE unasked", without(1), 1, "TS 24.501 5.4.3.3"),
    ];
    for (name, steps, at, clause) in cases {
        flagged(name, NEW_UE, &steps, at, clause);
    }
    flagged(
        "a first message of the network",
        NEW_UE,
        &registration()[1..],
        0,
        "TS 24.501 5.3.1.1",
    );
}

#[test]
fn keys_algorithms_and_containers() {
    let other = M::SecurityModeCommand {
        ksi: Ksi(1),
        algorithms: Algorithms {
            ciphering: quintet_crypto::CipheringAlgorithm::EEA0,
            ..NIA2
        },
        rinmr: true,
        hdp: false,
        eap: None,
    };
    let auts = M::AuthenticationFailure {
        cause: 20,
        auts: true,
    };
    let unknown = M::AuthenticationFailure {
        cause: 22,
        auts: false,
    };
    let cases: [(&str, Vec<Step>, usize, &str); 10] = [
        (
            "another ngKSI in SMC",
            replaced(7, down(NEW, command(0))),
            7,
            "TS 24.501 5.4.2.2",
        ),
        (
            "ngKSI 7 of the network",
            replaced(5, down(PLAIN, aka(7))),
            5,
            "TS 24.501 9.11.3.32",
        ),
        (
            "other algorithms while one waits",
            with(|s| s.insert(8, down(NEW, other))),
            8,
            "TS 24.501 5.4.2.7",
        ),
        (
            "protected with no key",
            vec![up(INTEGRITY, request(7))],
            0,
            "TS 24.501 9.11.3.32",
        ),
        (
            "AUTS with #20",
            replaced(4, up(PLAIN, auts)),
            4,
            "TS 24.501 8.2.4.2",
        ),
        (
            "#22 in AUTHENTICATION FAILURE",
            replaced(4, up(PLAIN, unknown)),
            4,
            "TS 24.501 5.4.1.3.6",
        ),
        (
            "#22 in SMC REJECT",
            replaced(8, up(PLAIN, M::SecurityModeReject { cause: 22 })),
            8,
            "TS 24.501 5.4.2.5",
        ),
        (
            "RINMR without a container",
            replaced(8, up(CIPHERED_NEW, M::SecurityModeComplete { container: false })),
            8,
            "TS 24.501 5.4.2.3",
        ),
        (
            "an IMEI without protection",
            replaced(2, up(PLAIN, identity_response(IdentityKind::IMEI))),
            2,
            "TS 24.501 4.4.4.3",
        ),
        (
            "another identity than asked for",
            replaced(10, up(CIPHERED, identity_response(IdentityKind::IMEI))),
            10,
            "TS 24.501 5.4.3.3",
        ),
    ];
    for (name, steps, at, clause) in cases {
        flagged(name, NEW_UE, &steps, at, clause);
    }
}

#[test]
fn headers_and_protection() {
    let suci = identity_request(IdentityKind::SUCI);
    let imei = identity_request(IdentityKind::IMEI);
    let bad_mac = Protection::Protected {
        header: Header::Ciphered,
        verified: Some(false),
    };
    let cases: [(&str, usize, Step, &str); 19] = [
        ("SMC plain", 7, down(PLAIN, command(1)), "TS 24.501 5.4.2.2"),
        ("SMC ciphered", 7, down(CIPHERED, command(1)), "TS 24.501 5.4.2.2"),
        ("SMC COMPLETE plain", 8, up(PLAIN, COMPLETE), "TS 24.501 5.4.2.3"),
        (
            "SMC COMPLETE old context",
            8,
            up(CIPHERED, COMPLETE),
            "TS 24.501 5.4.2.3",
        ),
        (
            "new-context header downlink",
            11,
            down(NEW, ACCEPT),
            "TS 24.501 9.3.1",
        ),
        (
            "new-context header uplink",
            12,
            up(CIPHERED_NEW, M::RegistrationComplete),
            "TS 24.501 9.3.1",
        ),
        ("a header of EPS", 11, down(PARTIAL, ACCEPT), "TS 24.501 9.3.1"),
        (
            "a short MAC",
            0,
            up(Protection::ShortMac, request(1)),
            "TS 24.501 9.3.1",
        ),
        (
            "unprotected after SMC, uplink",
            12,
            up(PLAIN, M::RegistrationComplete),
            "TS 24.501 4.4.4.3",
        ),
        (
            "unprotected after SMC, downlink",
            11,
            down(PLAIN, ACCEPT),
            "TS 24.501 4.4.4.2",
        ),
        (
            "unprotected identity after SMC",
            9,
            down(PLAIN, suci),
            "TS 24.501 4.4.4.2",
        ),
        (
            "not ciphered after SMC",
            12,
            up(INTEGRITY, M::RegistrationComplete),
            "TS 24.501 4.4.5",
        ),
        (
            "not ciphered after SMC, downlink",
            11,
            down(INTEGRITY, ACCEPT),
            "TS 24.501 4.4.5",
        ),
        (
            "ACCEPT before security",
            3,
            down(PLAIN, ACCEPT),
            "TS 24.501 4.4.4.2",
        ),
        (
            "IMEI asked without protection",
            1,
            down(PLAIN, imei),
            "TS 24.501 4.4.4.2",
        ),
        (
            "#76 without protection",
            3,
            down(PLAIN, M::RegistrationReject { cause: 76 }),
            "TS 24.501 4.4.4.2",
        ),
        (
            "REGISTRATION REQUEST of the network",
            0,
            down(PLAIN, request(7)),
            "TS 24.501 8.2",
        ),
        (
            "a wrong MAC downlink",
            11,
            down(bad_mac, ACCEPT),
            "TS 24.501 4.4.3.3",
        ),
        (
            "a wrong MAC uplink",
            12,
            up(bad_mac, M::RegistrationComplete),
            "TS 24.501 4.4.4.3",
        ),
    ];
    for (name, at, step, clause) in cases {
        flagged(name, NEW_UE, &replaced(at, step), at, clause);
    }
    let service = M::ServiceRequest { ksi: Ksi(1) };
    let plain = [up(PLAIN, service)];
    flagged(
        "SERVICE REQUEST plain",
        registered(),
        &plain,
        0,
        "TS 24.501 4.4.4.3",
    );
    let ciphered = [up(CIPHERED, request(1))];
    flagged(
        "an initial message ciphered",
        NEW_UE,
        &ciphered,
        0,
        "TS 24.501 4.4.6",
    );
    let early = [
        up(INTEGRITY, update(1)),
        down(PLAIN, identity_request(IdentityKind::SUCI)),
        up(CIPHERED, identity_response(IdentityKind::SUCI)),
    ];
    flagged(
        "ciphered before the network",
        registered(),
        &early,
        2,
        "TS 24.501 4.4.5",
    );
}

#[test]
fn order_of_the_specific_procedures() {
    let off = M::DeregistrationRequestByUe {
        ksi: Ksi(1),
        switch_off: true,
    };
    let away = M::DeregistrationRequestByNetwork {
        reregistration: false,
    };
    let update = up(INTEGRITY, update(1));
    let accept = down(CIPHERED, ACCEPT_ONLY);
    let service = up(INTEGRITY, M::ServiceRequest { ksi: Ksi(1) });
    let old: [(&str, Vec<Step>, usize, &str); 6] = [
        (
            "COMPLETE of nothing",
            vec![update, accept, up(CIPHERED, M::RegistrationComplete)],
            2,
            "TS 24.501 5.5.1.2.4",
        ),
        (
            "REGISTRATION ACCEPT of a service",
            vec![service, down(CIPHERED, ACCEPT)],
            1,
            "TS 24.501 5.5.1.2.4",
        ),
        (
            "SERVICE ACCEPT of an update",
            vec![update, down(CIPHERED, M::ServiceAccept)],
            1,
            "TS 24.501 5.6.1.4",
        ),
        (
            "SERVICE REJECT without a request",
            vec![update, accept, down(CIPHERED, M::ServiceReject { cause: 9 })],
            2,
            "TS 24.501 5.6.1.5",
        ),
        (
            "ACCEPT after switch off",
            vec![
                up(INTEGRITY, off),
                down(CIPHERED, M::DeregistrationAcceptByNetwork),
            ],
            1,
            "TS 24.501 5.5.2.2.2",
        ),
        (
            "a reject of no registration",
            vec![service, down(CIPHERED, M::RegistrationReject { cause: 11 })],
            1,
            "TS 24.501 5.5.1.2.5",
        ),
    ];
    for (name, steps, at, clause) in old {
        flagged(name, registered(), &steps, at, clause);
    }
    let new: [(&str, Vec<Step>, usize, &str); 9] = [
        ("COMPLETE without ACCEPT", without(11), 11, "TS 24.501 5.5.1.2.4"),
        (
            "DEREGISTRATION ACCEPT unasked",
            followed_by(up(CIPHERED, M::DeregistrationAcceptByUe)),
            LAST,
            "TS 24.501 5.5.2.3.2",
        ),
        (
            "a configuration confirmed unasked",
            followed_by(up(CIPHERED, M::ConfigurationUpdateComplete)),
            LAST,
            "TS 24.501 5.4.4.3",
        ),
        (
            "NOTIFICATION RESPONSE unasked",
            followed_by(up(CIPHERED, M::NotificationResponse)),
            LAST,
            "TS 24.501 5.6.3.3",
        ),
        (
            "slice authenticated unasked",
            followed_by(up(CIPHERED, M::NetworkSliceSpecificAuthenticationComplete)),
            LAST,
            "TS 24.501 5.4.7.2.2",
        ),
        (
            "configuration before registration",
            replaced(9, down(CIPHERED, M::ConfigurationUpdateCommand { ack: true })),
            9,
            "TS 24.501 5.1.3.2",
        ),
        (
            "NAS transport before registration",
            replaced(9, up(CIPHERED, M::UlNasTransport)),
            9,
            "TS 24.501 5.1.3.2",
        ),
        (
            "deregistration of an unregistered UE",
            replaced(9, down(CIPHERED, away)),
            9,
            "TS 24.501 5.5.2.3.1",
        ),
        (
            "REJECT after ACCEPT",
            followed_by(down(CIPHERED, M::RegistrationReject { cause: 11 })),
            LAST,
            "TS 24.501 5.5.1.2.5",
        ),
    ];
    for (name, steps, at, clause) in new {
        flagged(name, NEW_UE, &steps, at, clause);
    }
}

#[test]
fn rejects_leave_what_they_must() {
    let after = |request: M, reject: M| {
        run(registered(), &[up(INTEGRITY, request), down(PLAIN, reject)])
            .expect("a reject")
            .registration
    };
    let reject = |cause| M::RegistrationReject { cause };
    assert_eq!(after(update(1), reject(9)), Registration::Deregistered);
    assert_eq!(after(update(1), reject(22)), Registration::Registered);
    assert_eq!(after(update(1), reject(13)), Registration::Registered);
    assert_eq!(after(request(1), reject(22)), Registration::Deregistered);
    let service = M::ServiceRequest { ksi: Ksi(1) };
    assert_eq!(
        after(service, M::ServiceReject { cause: 10 }),
        Registration::Deregistered
    );
    assert_eq!(
        after(service, M::ServiceReject { cause: 28 }),
        Registration::Registered
    );
}

#[test]
fn an_observer_may_start_anywhere() {
    for from in 0..LAST {
        let state = run(State::UNOBSERVED, &registration()[from..])
            .unwrap_or_else(|why| panic!("from {from}: {why:?}"));
        assert!(state.is_secure(), "from {from}");
    }
    // And knows soon: what it saw is no longer free.
    let seen = run(State::UNOBSERVED, &registration()[5..7]).expect("5G AKA");
    assert_eq!(
        (seen.common, seen.fresh),
        (Common::None, Fresh::Agreed { ksi: Some(Ksi(1)) })
    );
    assert_eq!(
        seen.apply(down(NEW, command(2))).map_err(|why| why.clause),
        Err("TS 24.501 5.4.2.2")
    );
}

#[test]
fn an_observer_without_keys_sees_the_procedures_of_security() {
    let steps: Vec<Step> = registration()
        .into_iter()
        .map(|step| match step.protection {
            Protection::Protected {
                header: Header::Ciphered | Header::CipheredNewContext,
                ..
            } => Step {
                message: M::Ciphered,
                ..step
            },
            _ => step,
        })
        .collect();
    let state = run(NEW_UE, &steps).expect("a good registration");
    assert!(state.is_secure());
    let steps = [&steps[..7], &steps[9..]].concat();
    flagged("on without SMC", NEW_UE, &steps, 7, "TS 24.501 4.4.2.5");
}

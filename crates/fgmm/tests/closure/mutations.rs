//! Good traces are accepted, and each way to spoil one is flagged with its clause.

use crate::steps::*;
use quintet_fgmm::path::{
    Common, Fresh, Header, IdentityKind, Ksi, MessageView as M, Protection, Registration, RegistrationKind,
    Security, Specific, State, Step,
};

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
    let hasty = [
        up(PLAIN, request(7)),
        down(PLAIN, eap(0)),
        down(PLAIN, EAP_SUCCESS),
    ];
    flagged(
        "a verdict before the answer",
        NEW_UE,
        &hasty,
        2,
        "TS 24.501 5.4.1.2.2.8",
    );
    let asked = after(&[
        down(PLAIN, identity_request(IdentityKind::SUCI)),
        down(PLAIN, EAP_SUCCESS),
    ]);
    let why = "TS 24.501 5.4.1.2.2.8";
    flagged("a verdict before another answer", NEW_UE, &asked, 6, why);
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

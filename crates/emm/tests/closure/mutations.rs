//! Good traces are accepted, and each way to spoil one is flagged with its clause.

use crate::steps::*;
use quintet_emm::path::{
    Candidates, Common, Fresh, Header, IdentityKind, Ksi, MessageView as M, Protection, Registration,
    Security, Specific, State, Step,
};

fn registered() -> State {
    run(State::DEREGISTERED, &attach())
        .expect("a good attach")
        .released()
}

/// A mutation of the good attach: the first step that is wrong, and the clause it violates.
fn flagged(name: &str, from: State, steps: &[Step], at: usize, clause: &str) {
    let (place, why) = run(from, steps).expect_err(name);
    assert_eq!((place, why.clause), (at, clause), "{name}: {why:?}");
    // An observer between the ends finds it too, although each message may have been lost behind it.
    let (mut ue, mut mme) = (Candidates::new(from), Candidates::new(from));
    let found = steps.iter().position(|step| match step.direction {
        quintet_crypto::Direction::Uplink => {
            mme.towards(*step);
            ue.sent(*step).is_err()
        }
        quintet_crypto::Direction::Downlink => {
            ue.towards(*step);
            mme.sent(*step).is_err()
        }
    });
    assert_eq!(found, Some(at), "{name}: between the ends");
}

fn remove(steps: &mut Vec<Step>, at: usize) {
    steps.remove(at);
}

fn attach_with(change: impl FnOnce(&mut Vec<Step>)) -> Vec<Step> {
    let mut steps = attach();
    change(&mut steps);
    steps
}

#[test]
fn good_traces_are_accepted() {
    let attached = run(State::DEREGISTERED, &attach()).expect("a good attach");
    assert_eq!(attached.registration, Registration::Registered);
    assert_eq!(
        attached.security,
        Security::Secure {
            ksi: Some(Ksi(1)),
            continued: true
        }
    );
    let tau = [
        up(INTEGRITY, M::TrackingAreaUpdateRequest { ksi: Ksi(1) }),
        down(CIPHERED, M::TrackingAreaUpdateAccept { guti: true }),
        up(CIPHERED, M::TrackingAreaUpdateComplete),
    ];
    let updated = run(attached.released(), &tau).expect("a good update");
    assert_eq!(updated.specific, Specific::Updated);
    let service = [
        up(Protection::ShortMac, M::ServiceRequest { ksi: Ksi(1) }),
        down(CIPHERED, M::GutiReallocationCommand),
        up(CIPHERED, M::GutiReallocationComplete),
        down(CIPHERED, authentication_request(2)),
        up(CIPHERED, M::AuthenticationResponse),
        down(NEW, command(2)),
        up(CIPHERED_NEW, M::SecurityModeComplete),
        down(CIPHERED, M::DetachRequestByNetwork { imsi_detach: false }),
        up(CIPHERED, M::DetachAccept),
    ];
    let detached = run(updated.released(), &service).expect("service, reallocation, keys, detach");
    assert_eq!(detached.registration, Registration::Deregistered);
    let by_ue = M::DetachRequestByUe {
        ksi: Ksi(1),
        switch_off: false,
    };
    run(
        registered(),
        &[up(INTEGRITY, by_ue), down(CIPHERED, M::DetachAccept)],
    )
    .expect("a good detach");
}

#[test]
fn a_context_is_used_again_without_an_aka() {
    let steps = [
        up(INTEGRITY, attach_request(1)),
        down(CIPHERED, M::AttachAccept),
        up(CIPHERED, M::AttachComplete),
    ];
    let state = run(State::DEREGISTERED, &steps).expect("used again");
    assert!(state.is_secure());
    // Or taken into use anew, with other algorithms.
    let steps = [
        up(INTEGRITY, attach_request(1)),
        down(NEW, command(1)),
        up(CIPHERED_NEW, M::SecurityModeComplete),
        down(CIPHERED, M::AttachAccept),
    ];
    run(State::DEREGISTERED, &steps).expect("anew");
}

#[test]
fn what_timers_repeat_is_accepted() {
    for at in [1, 3, 5, 7, 11] {
        let steps = attach_with(|steps| steps.insert(at + 1, steps[at]));
        run(State::DEREGISTERED, &steps).unwrap_or_else(|why| panic!("{at} repeated: {why:?}"));
        // The answer was lost: both come again.
        let steps = attach_with(|steps| {
            let (request, answer) = (steps[at], steps[at + 1]);
            steps.splice(at + 2..at + 2, [request, answer]);
        });
        run(State::DEREGISTERED, &steps)
            .unwrap_or_else(|why| panic!("{at} and its answer repeated: {why:?}"));
    }
}

#[test]
fn an_emergency_call_needs_no_keys() {
    let request = M::AttachRequest {
        ksi: Ksi::NONE,
        emergency: true,
    };
    let null = M::SecurityModeCommand {
        ksi: Ksi(0),
        algorithms: EIA0,
    };
    let steps = [
        up(PLAIN, request),
        down(NEW, null),
        up(CIPHERED_NEW, M::SecurityModeComplete),
        down(CIPHERED, M::AttachAccept),
        up(CIPHERED, M::AttachComplete),
    ];
    run(State::DEREGISTERED, &steps).expect("an emergency attach");
    let steps = attach_with(|steps| {
        steps[7] = down(
            NEW,
            M::SecurityModeCommand {
                ksi: Ksi(1),
                algorithms: EIA0,
            },
        )
    });
    flagged(
        "EIA0 for an ordinary UE",
        State::DEREGISTERED,
        &steps,
        7,
        "TS 24.301 4.4.4.1",
    );
}

#[test]
fn order_of_the_security_procedures() {
    let new = State::DEREGISTERED;
    let steps = attach_with(|steps| steps.swap(5, 6));
    flagged("RES before RAND", new, &steps, 5, "TS 24.301 5.4.2.3");
    let steps = attach_with(|steps| remove(steps, 6));
    flagged("SMC before RES", new, &steps, 6, "TS 24.301 5.4.3.2");
    let steps = attach_with(|steps| remove(steps, 8));
    flagged("on without SMC COMPLETE", new, &steps, 8, "TS 24.301 4.4.2.3");
    let steps = attach_with(|steps| drop(steps.drain(7..9)));
    flagged("on without SMC", new, &steps, 7, "TS 24.301 4.4.2.3");
    let steps = attach_with(|steps| drop(steps.drain(3..7)));
    flagged("SMC without AKA", new, &steps, 3, "TS 24.301 5.4.3.2");
    let steps = attach_with(|steps| steps[5] = steps[7]);
    flagged("SMC after a refusal", new, &steps, 5, "TS 24.301 5.4.3.2");
    let steps = attach_with(|steps| remove(steps, 7));
    flagged("SMC COMPLETE unasked", new, &steps, 7, "TS 24.301 5.4.3.3");
    let steps = attach_with(|steps| steps.insert(4, down(PLAIN, authentication_request(2))));
    flagged("another KSI while one waits", new, &steps, 4, "TS 24.301 5.4.2.7");
    let steps = attach_with(|steps| steps.insert(1, down(PLAIN, M::AuthenticationReject)));
    flagged("REJECT of nothing", new, &steps, 1, "TS 24.301 5.4.2.5");
    let steps = attach_with(|steps| remove(steps, 1));
    flagged("IDENTITY RESPONSE unasked", new, &steps, 1, "TS 24.301 5.4.4.3");
    flagged(
        "a first message of the network",
        new,
        &attach()[1..],
        0,
        "TS 24.301 5.3.1.1",
    );
}

#[test]
fn keys_and_algorithms() {
    let new = State::DEREGISTERED;
    let steps = attach_with(|steps| steps[7] = down(NEW, command(0)));
    flagged("another KSI in SMC", new, &steps, 7, "TS 24.301 5.4.3.2");
    let steps = attach_with(|steps| steps[5] = down(PLAIN, authentication_request(7)));
    flagged("KSI 7 of the network", new, &steps, 5, "TS 24.301 9.9.3.21");
    let other = M::SecurityModeCommand {
        ksi: Ksi(1),
        algorithms: quintet_emm::path::Algorithms {
            ciphering: quintet_crypto::CipheringAlgorithm::EEA0,
            ..EIA2
        },
    };
    let steps = attach_with(|steps| steps.insert(8, down(NEW, other)));
    flagged(
        "other algorithms while one waits",
        new,
        &steps,
        8,
        "TS 24.301 5.4.3.7",
    );
    let steps = [up(INTEGRITY, attach_request(7))];
    flagged("protected with no key", new, &steps, 0, "TS 24.301 9.9.3.21");
    let steps = attach_with(|steps| {
        steps[4] = up(
            PLAIN,
            M::AuthenticationFailure {
                cause: 20,
                auts: true,
            },
        )
    });
    flagged("AUTS with #20", new, &steps, 4, "TS 24.301 8.2.5.2");
    let steps = attach_with(|steps| steps[8] = up(PLAIN, M::SecurityModeReject { cause: 22 }));
    flagged("#22 in SMC REJECT", new, &steps, 8, "TS 24.301 5.4.3.5");
    let steps = attach_with(|steps| {
        steps[2] = up(
            PLAIN,
            M::IdentityResponse {
                kind: IdentityKind::IMEI,
            },
        );
    });
    flagged("an IMEI without protection", new, &steps, 2, "TS 24.301 4.4.4.3");
}

#[test]
fn headers_and_protection() {
    let new = State::DEREGISTERED;
    let with = |at: usize, step: Step| attach_with(|steps| steps[at] = step);
    let cases: [(&str, usize, Step, &str); 13] = [
        ("SMC plain", 7, down(PLAIN, command(1)), "TS 24.301 5.4.3.2"),
        ("SMC ciphered", 7, down(CIPHERED, command(1)), "TS 24.301 5.4.3.2"),
        (
            "SMC COMPLETE plain",
            8,
            up(PLAIN, M::SecurityModeComplete),
            "TS 24.301 5.4.3.3",
        ),
        (
            "SMC COMPLETE old context",
            8,
            up(CIPHERED, M::SecurityModeComplete),
            "TS 24.301 5.4.3.3",
        ),
        (
            "new-context header downlink",
            11,
            down(NEW, M::AttachAccept),
            "TS 24.301 9.3.1",
        ),
        (
            "new-context header uplink",
            12,
            up(CIPHERED_NEW, M::AttachComplete),
            "TS 24.301 9.3.1",
        ),
        (
            "unprotected after SMC, uplink",
            10,
            up(PLAIN, ESM_INFORMATION_RESPONSE),
            "TS 24.301 4.4.4.3",
        ),
        (
            "unprotected after SMC, downlink",
            11,
            down(PLAIN, M::AttachAccept),
            "TS 24.301 4.4.4.2",
        ),
        (
            "unprotected identity after SMC",
            9,
            down(
                PLAIN,
                M::IdentityRequest {
                    kind: IdentityKind::IMSI,
                },
            ),
            "TS 24.301 4.4.4.2",
        ),
        (
            "not ciphered after SMC",
            12,
            up(INTEGRITY, M::AttachComplete),
            "TS 24.301 4.4.5",
        ),
        (
            "ATTACH ACCEPT before security",
            3,
            down(PLAIN, M::AttachAccept),
            "TS 24.301 4.4.4.2",
        ),
        (
            "IMEI asked without protection",
            1,
            down(
                PLAIN,
                M::IdentityRequest {
                    kind: IdentityKind::IMEI,
                },
            ),
            "TS 24.301 4.4.4.2",
        ),
        (
            "#25 without protection",
            3,
            down(PLAIN, M::AttachReject { cause: 25 }),
            "TS 24.301 4.4.4.2",
        ),
    ];
    for (name, at, step, clause) in cases {
        flagged(name, new, &with(at, step), at, clause);
    }
}

#[test]
fn headers_of_initial_messages_and_wrong_macs() {
    let new = State::DEREGISTERED;
    let with = |at: usize, step: Step| attach_with(|steps| steps[at] = step);
    let short = up(Protection::ShortMac, attach_request(1));
    flagged("a short MAC elsewhere", new, &[short], 0, "TS 24.301 9.3.1");
    let plain = up(PLAIN, M::ServiceRequest { ksi: Ksi(1) });
    flagged(
        "SERVICE REQUEST plain",
        registered(),
        &[plain],
        0,
        "TS 24.301 9.3.1",
    );
    let ciphered = up(CIPHERED, attach_request(1));
    flagged(
        "an initial message ciphered",
        new,
        &[ciphered],
        0,
        "TS 24.301 4.4.5",
    );
    let wrong_way = down(PLAIN, attach_request(7));
    flagged(
        "ATTACH REQUEST of the network",
        new,
        &[wrong_way],
        0,
        "TS 24.301 8.2",
    );
    let bad_mac = Protection::Protected {
        header: Header::Ciphered,
        verified: Some(false),
    };
    let steps = with(11, down(bad_mac, M::AttachAccept));
    flagged("a wrong MAC downlink", new, &steps, 11, "TS 24.301 4.4.3.3");
    let steps = with(12, up(bad_mac, M::AttachComplete));
    flagged("a wrong MAC uplink", new, &steps, 12, "TS 24.301 4.4.4.3");
}

#[test]
fn order_of_the_specific_procedures() {
    let new = State::DEREGISTERED;
    let steps = attach_with(|steps| remove(steps, 11));
    flagged("COMPLETE without ACCEPT", new, &steps, 11, "TS 24.301 5.5.1.2.4");
    let update = up(INTEGRITY, M::TrackingAreaUpdateRequest { ksi: Ksi(1) });
    let accept = down(CIPHERED, M::TrackingAreaUpdateAccept { guti: false });
    let steps = [update, accept, up(CIPHERED, M::TrackingAreaUpdateComplete)];
    flagged(
        "TAU COMPLETE without a GUTI",
        registered(),
        &steps,
        2,
        "TS 24.301 5.5.3.2.4",
    );
    let steps = [update, down(CIPHERED, M::AttachAccept)];
    flagged(
        "ATTACH ACCEPT of an update",
        registered(),
        &steps,
        1,
        "TS 24.301 5.5.1.2.4",
    );
    let service = up(Protection::ShortMac, M::ServiceRequest { ksi: Ksi(1) });
    flagged(
        "SERVICE ACCEPT of a SERVICE REQUEST",
        registered(),
        &[service, down(CIPHERED, M::ServiceAccept)],
        1,
        "TS 24.301 5.6.1.4.2",
    );
    let steps = [update, accept, down(CIPHERED, M::ServiceReject { cause: 9 })];
    flagged(
        "SERVICE REJECT without a request",
        registered(),
        &steps,
        2,
        "TS 24.301 5.6.1.5",
    );
    let mut steps = attach();
    steps.push(service);
    flagged(
        "SERVICE REQUEST while connected",
        new,
        &steps,
        14,
        "TS 24.301 5.6.1.1",
    );
    let mut steps = attach();
    steps.push(up(CIPHERED, M::DetachAccept));
    flagged("DETACH ACCEPT unasked", new, &steps, 14, "TS 24.301 5.5.2.3.2");
    let off = M::DetachRequestByUe {
        ksi: Ksi(1),
        switch_off: true,
    };
    let steps = [up(INTEGRITY, off), down(CIPHERED, M::DetachAccept)];
    flagged(
        "DETACH ACCEPT after switch off",
        registered(),
        &steps,
        1,
        "TS 24.301 5.5.2.2.2",
    );
    let mut steps = attach();
    steps.push(up(CIPHERED, M::GutiReallocationComplete));
    flagged("GUTI confirmed unasked", new, &steps, 14, "TS 24.301 5.4.1.3");
    let steps = attach_with(|steps| steps[11] = down(CIPHERED, M::GutiReallocationCommand));
    flagged("GUTI before registration", new, &steps, 11, "TS 24.301 5.4.1.2");
    let steps =
        attach_with(|steps| steps[9] = down(CIPHERED, M::DetachRequestByNetwork { imsi_detach: false }));
    flagged(
        "detach of an unregistered UE",
        new,
        &steps,
        9,
        "TS 24.301 5.5.2.3.1",
    );
    let mut steps = attach();
    steps.push(down(CIPHERED, M::AttachReject { cause: 11 }));
    flagged(
        "ATTACH REJECT after ACCEPT",
        new,
        &steps,
        14,
        "TS 24.301 5.5.1.2.5",
    );
}

#[test]
fn an_observer_may_start_anywhere() {
    for from in 0..attach().len() {
        let state =
            run(State::UNOBSERVED, &attach()[from..]).unwrap_or_else(|why| panic!("from {from}: {why:?}"));
        assert!(state.is_secure(), "from {from}");
    }
    // And knows soon: what it saw is no longer free.
    let seen = run(State::UNOBSERVED, &attach()[5..7]).expect("AKA");
    assert_eq!(
        (seen.common, seen.fresh),
        (Common::None, Fresh::Agreed { ksi: Some(Ksi(1)) })
    );
    assert_eq!(
        seen.apply(down(NEW, command(2))).map_err(|why| why.clause),
        Err("TS 24.301 5.4.3.2")
    );
}

#[test]
fn an_observer_without_keys_sees_the_procedures_of_security() {
    let steps: Vec<Step> = attach()
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
    let state = run(State::DEREGISTERED, &steps).expect("a good attach");
    assert!(state.is_secure());
    flagged(
        "on without SMC",
        State::DEREGISTERED,
        &[&steps[..7], &steps[9..]].concat(),
        7,
        "TS 24.301 4.4.2.3",
    );
}

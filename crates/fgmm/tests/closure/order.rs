//! Good traces in another order, and what comes unasked: each is flagged with its clause.

use crate::steps::*;
use quintet_fgmm::path::{IdentityKind, Ksi, MessageView as M, Registration, Step};

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
fn order_of_the_specific_procedures() {
    let off = M::DeregistrationRequestByUe {
        ksi: Ksi(1),
        switch_off: true,
    };
    let update = up(INTEGRITY, update(1));
    let accept = down(CIPHERED, ACCEPT_ONLY);
    let service = up(INTEGRITY, M::ServiceRequest { ksi: Ksi(1) });
    let asked = down(CIPHERED, identity_request(IdentityKind::IMEI));
    let old: [(&str, Vec<Step>, usize, &str); 7] = [
        (
            "SERVICE ACCEPT before the answer to IDENTITY REQUEST",
            vec![service, asked, down(CIPHERED, M::ServiceAccept)],
            2,
            "TS 24.501 5.6.1.4",
        ),
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
}

#[test]
fn what_comes_unasked_or_too_early() {
    let away = M::DeregistrationRequestByNetwork {
        reregistration: false,
    };
    let new: [(&str, Vec<Step>, usize, &str); 10] = [
        (
            "ACCEPT before the answer to IDENTITY REQUEST",
            with(|s| s.insert(10, down(CIPHERED, ACCEPT))),
            10,
            "TS 24.501 5.5.1.2.4",
        ),
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

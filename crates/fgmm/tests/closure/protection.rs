//! Good traces spoilt in their keys, headers and protection: each is flagged with its clause.

use crate::steps::*;
use quintet_fgmm::path::{Algorithms, Header, IdentityKind, Ksi, MessageView as M, Protection, Step};

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
fn headers_fit_their_messages() {
    let cases: [(&str, usize, Step, &str); 8] = [
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
    ];
    for (name, at, step, clause) in cases {
        flagged(name, NEW_UE, &replaced(at, step), at, clause);
    }
}

#[test]
fn what_must_be_protected_or_ciphered() {
    let suci = identity_request(IdentityKind::SUCI);
    let imei = identity_request(IdentityKind::IMEI);
    let bad_mac = Protection::Protected {
        header: Header::Ciphered,
        verified: Some(false),
    };
    let cases: [(&str, usize, Step, &str); 11] = [
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
}

#[test]
fn protection_of_initial_messages() {
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

//! Protection, COUNTs, continuation and the connection.

use super::*;
use crate::findings::catalogue as code;
use crate::trail::{End, Offence};
use quintet_emm::Violation;

fn offence(clause: &'static str) -> impl FnOnce(&mut crate::trail::Sighting) {
    move |sighting| {
        sighting.offence = Some(Offence {
            by: sighting.direction,
            violation: Violation {
                got: "EMM INFORMATION",
                expected: "something else",
                clause,
            },
        });
    }
}

pub(in super::super) const ROWS: &[Row] = &[
    Row {
        code: &code::NO_PROTECTED_CONTINUATION,
        has: secured,
        has_not: || secured().cut_after_ms(500),
    },
    Row {
        code: &code::NO_PROTECTED_CONTINUATION,
        has: || secured().down(&attach_reject(17)),
        has_not: || secured().hidden(Downlink),
    },
    Row {
        code: &code::PLAIN_AFTER_SECURITY,
        has: || secured().up(DETACH_BY_UE).down_under(2, &accept(true)),
        has_not: || secured().up_under(2, DETACH_BY_UE),
    },
    Row {
        code: &code::UNPROTECTED_REJECT_AFTER_SECURITY,
        has: || secured().down(&attach_reject(11)),
        has_not: || secured().down_under(2, &attach_reject(11)),
    },
    Row {
        code: &code::UNPROTECTED_LASTING_REJECT,
        has: || begun().down(&attach_reject(8)),
        has_not: || begun().down(&attach_reject(17)),
    },
    Row {
        code: &code::UNEXPECTED_PROTECTION,
        has: || {
            begun()
                .down_under(1, INFORMATION)
                .last(offence("TS 24.301 4.4.2.3"))
        },
        has_not: || begun().down(INFORMATION).last(offence("TS 24.301 5.5.1.2.4")),
    },
    Row {
        code: &code::NOT_ALLOWED_HERE,
        has: || begun().down(INFORMATION).last(offence("TS 24.301 5.5.1.2.4")),
        has_not: || {
            begun()
                .down(&attach_reject(11))
                .last(offence("TS 24.301 5.5.1.2.4"))
        },
    },
    Row {
        code: &code::COUNT_REPLAYED,
        has: || healthy().message(Uplink, 2, Some(1), ATTACH_COMPLETE, true),
        has_not: || {
            // SECURITY MODE COMMAND octet for octet under T3460, as many networks do it.
            commanded()
                .wait_ms(6000)
                .message(Downlink, 3, Some(0), &command(0x22, 0, ALL_FOUR), true)
        },
    },
    Row {
        code: &code::COUNT_REUSED,
        has: || healthy().message(Uplink, 2, Some(1), DETACH_BY_UE, true),
        has_not: || healthy().up_under(2, DETACH_BY_UE),
    },
    Row {
        code: &code::COUNT_GAP,
        has: || healthy().message(Uplink, 2, Some(9), DETACH_BY_UE, true),
        has_not: healthy,
    },
    Row {
        code: &code::COUNT_WENT_BACK,
        has: || reused().message(Uplink, 2, Some(12), DETACH_BY_UE, true),
        has_not: || reused().up_under(2, DETACH_BY_UE),
    },
    Row {
        code: &code::COUNT_NOT_FROM_ZERO,
        has: || {
            authenticated()
                .sequences(0, 7)
                .down_under(3, &command(0x22, 0, ALL_FOUR))
        },
        has_not: || {
            // No new keys: the count goes on.
            Tale::new(Procedure::Attach)
                .sequences(12, 7)
                .up_under(1, &attach_request(0, ALL_FOUR))
                .down_under(3, &command(0x22, 0, ALL_FOUR))
        },
    },
    Row {
        code: &code::COUNT_WRAPPED,
        has: || {
            Tale::new(Procedure::Attach)
                .sequences(40, 255)
                .up_under(1, &attach_request(3, ALL_FOUR))
                .down_under(2, &accept(true))
                .down_under(2, INFORMATION)
        },
        has_not: healthy,
    },
    Row {
        code: &code::COUNT_NEAR_END,
        has: || reused().last(|sighting| sighting.count = Some((1 << 24) - 5)),
        has_not: || reused().last(|sighting| sighting.count = Some(300)),
    },
    Row {
        code: &code::MALFORMED_NAS,
        has: || begun().down(&[0x07, 0x52, 0]),
        has_not: begun,
    },
    Row {
        code: &code::CONTINUATION_FAILED,
        has: || secured().down_under(2, &attach_reject_esm(27)),
        has_not: || authenticated().down(&attach_reject(19)),
    },
    Row {
        code: &code::CONTINUATION_FAILED,
        has: || {
            secured().hidden(Downlink).signal(
                Uplink,
                "INITIAL CONTEXT SETUP FAILURE",
                Some("radioNetwork: unspecified"),
            )
        },
        has_not: healthy,
    },
    Row {
        code: &code::CONTINUATION_FAILED,
        has: || secured().hidden(Downlink).released("nas: normal-release"),
        has_not: || {
            secured()
                .hidden(Downlink)
                .signal(Downlink, "INITIAL CONTEXT SETUP REQUEST", None)
                .released("nas: normal-release")
        },
    },
    Row {
        code: &code::PLAIN_AFTER_SECURITY,
        has: || {
            Tale::new(Procedure::Detach).up(DETACH_BY_UE).last(|sighting| {
                sighting.offence = Some(Offence {
                    by: Uplink,
                    violation: Violation {
                        got: "DETACH REQUEST",
                        expected: "a protected message: secure exchange is established",
                        clause: "TS 24.301 4.4.4.3",
                    },
                });
            })
        },
        has_not: || Tale::new(Procedure::Detach).up(DETACH_BY_UE),
    },
    Row {
        code: &code::ACCEPT_UNANSWERED,
        has: || {
            secured()
                .down_under(2, &accept(true))
                .wait_ms(6000)
                .down_under(2, &accept(true))
                .wait_ms(6000)
                .released("nas: unspecified")
        },
        has_not: || {
            secured()
                .down_under(2, &accept(true))
                .up_under(2, ATTACH_COMPLETE)
        },
    },
    Row {
        code: &code::ACCEPT_UNANSWERED,
        has: || secured().hidden(Downlink).wait_ms(6000).hidden(Downlink),
        has_not: || {
            secured()
                .hidden(Downlink)
                .hidden(Uplink)
                .hidden(Downlink)
                .hidden(Downlink)
                .succeeded()
        },
    },
    Row {
        code: &code::REJECT_IGNORED,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .down(&attach_reject(17))
                .up(RESPONSE)
        },
        has_not: || {
            begun()
                .down(&challenge(0, 1))
                .up(RESPONSE)
                .down(&attach_reject(17))
        },
    },
    Row {
        code: &code::INITIAL_CONTEXT_SETUP_FAILED,
        has: || {
            secured()
                .signal(Downlink, "INITIAL CONTEXT SETUP REQUEST", None)
                .signal(
                    Uplink,
                    "INITIAL CONTEXT SETUP FAILURE",
                    Some("transport: transport-resource-unavailable"),
                )
        },
        has_not: || secured().signal(Uplink, "INITIAL CONTEXT SETUP RESPONSE", None),
    },
    Row {
        code: &code::RELEASED_ABNORMALLY,
        has: || begun().down(ASK_IMSI).up(GIVE_IMSI).released("nas: unspecified"),
        has_not: || {
            begun()
                .down(ASK_IMSI)
                .up(GIVE_IMSI)
                .released("nas: normal-release")
        },
    },
    Row {
        code: &code::RADIO_LOST,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .signal(
                    Uplink,
                    "UE CONTEXT RELEASE REQUEST",
                    Some("radioNetwork: radio-connection-with-ue-lost"),
                )
                .released("radioNetwork: radio-connection-with-ue-lost")
        },
        has_not: || {
            begun().signal(
                Uplink,
                "UE CONTEXT RELEASE REQUEST",
                Some("radioNetwork: user-inactivity"),
            )
        },
    },
    Row {
        code: &code::NAS_NOT_DELIVERED,
        has: || {
            begun().down(&challenge(0, 1)).signal(
                Uplink,
                "NAS NON DELIVERY INDICATION",
                Some("radioNetwork: x2-handover-triggered"),
            )
        },
        has_not: begun,
    },
    Row {
        code: &code::ERROR_INDICATION,
        has: || {
            begun().signal(
                Downlink,
                "ERROR INDICATION",
                Some("radioNetwork: unknown-mme-ue-s1ap-id"),
            )
        },
        has_not: begun,
    },
    Row {
        code: &code::CONNECTION_LOST,
        has: || {
            begun()
                .down(ASK_IMSI)
                .up(GIVE_IMSI)
                .with(|trail| trail.end = End::ConnectionLost)
        },
        has_not: || healthy().with(|trail| trail.end = End::ConnectionLost),
    },
    Row {
        code: &code::S1_SETUP_FAILED,
        has: || Tale::new(Procedure::None).signal(Downlink, "S1 SETUP FAILURE", Some("misc: unknown-plmn")),
        has_not: || Tale::new(Procedure::None).signal(Downlink, "S1 SETUP RESPONSE", None),
    },
    Row {
        code: &code::BEGAN_AGAIN,
        has: || {
            begun()
                .down(ASK_IMSI)
                .up(GIVE_IMSI)
                .with(|trail| trail.end = End::BeganAgain)
        },
        has_not: || healthy().with(|trail| trail.end = End::BeganAgain),
    },
    Row {
        code: &code::ESM_REJECTED,
        has: || healthy().down_under(2, PDN_REJECT),
        has_not: healthy,
    },
    Row {
        code: &code::EMM_STATUS,
        has: || begun().down(STATUS),
        has_not: begun,
    },
    Row {
        code: &code::GUTI_NOT_REALLOCATED,
        has: || {
            secured()
                .down_under(2, &accept(false))
                .up_under(2, ATTACH_COMPLETE)
        },
        has_not: healthy,
    },
    Row {
        code: &code::DETACHED_BY_NETWORK,
        has: || healthy().down_under(2, DETACH_BY_NETWORK),
        has_not: healthy,
    },
    Row {
        code: &code::REPEATED_SECURITY_LOOP,
        has: || secured().with(|trail| trail.history.full_security_in_a_row = 2),
        has_not: || secured().with(|trail| trail.history.full_security_in_a_row = 1),
    },
    Row {
        code: &code::REPEATED_SECURITY_LOOP,
        has: || {
            (1..4).fold(secured(), |tale, round| {
                tale.down_under(2, &challenge(round, round))
                    .up_under(2, RESPONSE)
                    .sequences(0, 0)
                    .down_under(3, &command(0x22, round, ALL_FOUR))
                    .up_under(4, COMPLETE)
            })
        },
        has_not: healthy,
    },
    Row {
        code: &code::REPEATED_FAILURE,
        has: || authenticated().failed_before(2),
        has_not: || authenticated().failed_before(1),
    },
];

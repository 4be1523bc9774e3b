//! Identification and authentication.

use super::*;
use crate::findings::catalogue as code;
use crate::report::Ending;
use crate::trail::Tap;

pub(in super::super) const ROWS: &[Row] = &[
    Row {
        code: &code::IDENTITY_UNANSWERED,
        has: || {
            begun()
                .down(ASK_IMSI)
                .wait_ms(6000)
                .down(ASK_IMSI)
                .released("nas: unspecified")
        },
        has_not: || begun().down(ASK_IMSI).cut_after_ms(2000),
    },
    Row {
        code: &code::IMSI_IN_CLEAR,
        has: || begun().down(ASK_IMSI).up(GIVE_IMSI),
        has_not: || begun().down(ASK_IMSI).up(GIVE_NOTHING),
    },
    Row {
        code: &code::DEVICE_IDENTITY_BEFORE_SECURITY,
        has: || begun().down(ASK_IMEI).up(GIVE_IMEI),
        has_not: || secured().down_under(2, ASK_IMEI).up_under(2, GIVE_IMEI),
    },
    Row {
        code: &code::POSSIBLE_IMSI_CATCHER,
        has: || begun().down(ASK_IMSI).up(GIVE_IMSI).down(&attach_reject(15)),
        has_not: || {
            begun()
                .down(ASK_IMSI)
                .up(GIVE_IMSI)
                .down(&challenge(0, 1))
                .up(RESPONSE)
                .down(&attach_reject(15))
        },
    },
    Row {
        code: &code::IDENTITY_NOT_AVAILABLE,
        has: || begun().down(ASK_IMSI).up(GIVE_NOTHING),
        has_not: || begun().down(ASK_IMSI).up(GIVE_IMSI),
    },
    Row {
        code: &code::AUTHENTICATION_UNANSWERED,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .wait_ms(6000)
                .down(&challenge(0, 1))
        },
        has_not: || begun().down(&challenge(0, 1)).cut_after_ms(400),
    },
    Row {
        code: &code::AUTHENTICATION_UNANSWERED,
        has: || begun().down(&challenge(0, 1)).released("nas: unspecified"),
        // The network goes on as if it had been answered: the answer is what is missing.
        has_not: || {
            begun()
                .down(&challenge(0, 1))
                .down_under(3, &command(0x22, 0, ALL_FOUR))
        },
    },
    Row {
        code: &code::AUTHENTICATION_UNANSWERED,
        has: || begun().down(&challenge(0, 1)).down(&challenge(1, 2)),
        has_not: || begun().down(&challenge(0, 1)).down(&challenge(1, 2)).up(RESPONSE),
    },
    Row {
        code: &code::AUTHENTICATION_REJECTED,
        has: || authenticated().down(AUTHENTICATION_REJECT),
        has_not: || {
            begun()
                .down(&challenge(0, 1))
                .up(&failure(20))
                .down(AUTHENTICATION_REJECT)
        },
    },
    Row {
        code: &code::AUTHENTICATION_MAC_FAILURE,
        has: || begun().down(&challenge(0, 1)).up(&failure(20)),
        has_not: || begun().down(&challenge(0, 1)).up(&failure(21)),
    },
    Row {
        code: &code::AUTHENTICATION_SYNC_FAILURE,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .up(&failure(21))
                .released("nas: authentication-failure")
        },
        has_not: || {
            begun()
                .down(&challenge(0, 1))
                .up(&failure(21))
                .down(&challenge(0, 2))
                .up(RESPONSE)
        },
    },
    Row {
        code: &code::AUTHENTICATION_RESYNCHRONISED,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .up(&failure(21))
                .down(&challenge(0, 2))
                .up(RESPONSE)
        },
        has_not: || begun().down(&challenge(0, 1)).up(&failure(21)),
    },
    Row {
        code: &code::AUTHENTICATION_SYNC_LOOP,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .up(&failure(21))
                .down(&challenge(0, 2))
                .up(&failure(21))
        },
        has_not: || begun().down(&challenge(0, 1)).up(&failure(21)),
    },
    Row {
        code: &code::NON_EPS_AUTHENTICATION_UNACCEPTABLE,
        has: || begun().down(&challenge_of(0, 1, [0, 0])).up(&failure(26)),
        has_not: || begun().down(&challenge_of(0, 1, [0, 0])).up(RESPONSE),
    },
    Row {
        code: &code::AUTHENTICATION_NOT_SEPARATED,
        has: || begun().down(&challenge_of(0, 1, [0x7f, 0xff])).up(RESPONSE),
        has_not: authenticated,
    },
    Row {
        code: &code::AUTHENTICATION_FAILED_OTHERWISE,
        has: || begun().down(&challenge(0, 1)).up(&failure(95)),
        has_not: || begun().down(&challenge(0, 1)).up(&failure(26)),
    },
    Row {
        code: &code::AUTHENTICATION_REFUSED,
        has: || begun().down(AUTHENTICATION_REJECT),
        has_not: || authenticated().down(AUTHENTICATION_REJECT),
    },
    Row {
        code: &code::KSI_IN_USE,
        has: || {
            Tale::new(Procedure::Attach)
                .up_under(1, &attach_request(3, ALL_FOUR))
                .down(&challenge(3, 1))
        },
        has_not: || {
            Tale::new(Procedure::Attach)
                .up(&attach_request(3, ALL_FOUR))
                .down(&challenge(4, 1))
        },
    },
    Row {
        code: &code::CHALLENGE_REPEATED,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .wait_ms(6000)
                .down(&challenge(0, 1))
                .up(RESPONSE)
        },
        has_not: authenticated,
    },
    Row {
        code: &code::SEVERAL_CHALLENGES,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .up(RESPONSE)
                .down(&challenge(1, 2))
                .up(RESPONSE)
        },
        has_not: || begun().down(&challenge(0, 1)).down(&challenge(0, 1)).up(RESPONSE),
    },
    Row {
        code: &code::CHALLENGE_REUSED,
        has: || secured().down(&challenge(1, 1)).up(&failure(21)),
        has_not: || secured().down(&challenge(1, 2)).up(RESPONSE),
    },
    Row {
        code: &code::CAPTURE_ENDS_MIDWAY,
        has: || begun().down(&challenge(0, 1)).cut_after_ms(400),
        has_not: || begun().down(&challenge(0, 1)).cut_after_ms(7000),
    },
    Row {
        code: &code::CAPTURE_STARTS_MIDWAY,
        has: || {
            Tale::new(Procedure::Unknown)
                .down(&challenge(0, 1))
                .with(|trail| trail.from_the_start = false)
        },
        has_not: healthy,
    },
    Row {
        code: &code::ONE_DIRECTION,
        has: || {
            Tale::new(Procedure::Unknown)
                .down(&challenge(0, 1))
                .with(|trail| trail.both_directions = false)
        },
        has_not: healthy,
    },
    Row {
        code: &code::CAPTURE_LOSSY,
        has: || begun().with(|trail| trail.lossy = true),
        has_not: healthy,
    },
    Row {
        code: &code::TOO_MANY_MESSAGES,
        has: || healthy().with(|trail| trail.dropped = 3),
        has_not: healthy,
    },
    Row {
        code: &code::MERGED_ATTEMPTS,
        has: || {
            authenticated()
                .failed_before(2)
                .with(|trail| trail.history.endings = vec![Ending::AuthenticationRejected])
        },
        has_not: || authenticated().failed_before(2),
    },
    Row {
        code: &code::MERGED_ATTEMPTS,
        has: || authenticated().began_while_another_ran(),
        has_not: || {
            let noted = healthy().with(|trail| trail.dropped = 3);
            noted.began_while_another_ran()
        },
    },
    Row {
        code: &code::CIPHERED,
        has: || secured().hidden(Downlink),
        has_not: healthy,
    },
    Row {
        code: &code::NO_NETWORK_ANSWER,
        has: || begun().wait_ms(15_000),
        has_not: || begun().cut_after_ms(3000),
    },
    Row {
        code: &code::NO_NETWORK_ANSWER,
        has: || begun().with(|trail| trail.tap = Tap::Radio),
        has_not: || begun().down(ASK_IMSI),
    },
    Row {
        code: &code::RELEASED_BEFORE_AUTHENTICATION,
        has: || begun().released("radioNetwork: user-inactivity"),
        has_not: || authenticated().released("radioNetwork: user-inactivity"),
    },
];

//! Security mode, algorithms and key sets.

use super::*;
use crate::findings::catalogue as code;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};

/// Up to SECURITY MODE COMMAND with other octets.
fn commanded_with(algorithms: u8, ksi: u8, replayed: [u8; 2]) -> Tale {
    authenticated().down_under(3, &command(algorithms, ksi, replayed))
}

pub(in super::super) const ROWS: &[Row] = &[
    Row {
        code: &code::SMC_NEVER_STARTED,
        has: authenticated,
        has_not: || authenticated().cut_after_ms(300),
    },
    Row {
        code: &code::SMC_NEVER_STARTED,
        has: || authenticated().down(&attach_reject(23)),
        has_not: commanded,
    },
    Row {
        code: &code::SMC_DELAYED,
        has: || {
            authenticated()
                .wait_ms(3000)
                .down_under(3, &command(0x22, 0, ALL_FOUR))
        },
        has_not: commanded,
    },
    Row {
        code: &code::SMC_WITHOUT_AUTHENTICATION,
        has: || begun().down_under(3, &command(0x22, 0, ALL_FOUR)),
        has_not: || {
            Tale::new(Procedure::Attach)
                .up_under(1, &attach_request(2, ALL_FOUR))
                .down_under(3, &command(0x22, 2, ALL_FOUR))
        },
    },
    Row {
        code: &code::SMC_BEFORE_AUTHENTICATION_ENDED,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .down_under(3, &command(0x22, 0, ALL_FOUR))
        },
        has_not: commanded,
    },
    Row {
        code: &code::SMC_BEFORE_AUTHENTICATION_ENDED,
        has: || {
            begun()
                .down(&challenge(0, 1))
                .up(&failure(20))
                .down_under(3, &command(0x22, 0, ALL_FOUR))
        },
        has_not: healthy,
    },
    Row {
        code: &code::SMC_REJECTED_CAPABILITIES,
        has: || commanded().up(&command_reject(23)),
        has_not: || commanded().up(&command_reject(24)),
    },
    Row {
        code: &code::SMC_REJECTED,
        has: || commanded().up(&command_reject(24)),
        has_not: || commanded().up(&command_reject(23)),
    },
    Row {
        code: &code::SMC_UNANSWERED,
        has: || {
            commanded()
                .wait_ms(6000)
                .down_under(3, &command(0x22, 0, ALL_FOUR))
        },
        has_not: || commanded().cut_after_ms(1000),
    },
    Row {
        code: &code::SMC_REPEATED,
        has: || {
            commanded()
                .wait_ms(6000)
                .down_under(3, &command(0x22, 0, ALL_FOUR))
                .up_under(4, COMPLETE)
        },
        has_not: secured,
    },
    Row {
        code: &code::SMC_COMPLETE_NOT_ACCEPTED,
        has: || secured().wait_ms(6000).down_under(3, &command(0x22, 0, ALL_FOUR)),
        has_not: || {
            secured()
                .down_under(2, &challenge(1, 2))
                .up_under(2, RESPONSE)
                .down_under(3, &command(0x22, 1, ALL_FOUR))
        },
    },
    Row {
        code: &code::SMC_WRONG_HEADER,
        has: || authenticated().down_under(1, &command(0x22, 0, ALL_FOUR)),
        has_not: commanded,
    },
    Row {
        code: &code::SMC_COMPLETE_WRONG_HEADER,
        has: || commanded().up_under(2, COMPLETE),
        has_not: secured,
    },
    Row {
        code: &code::SMC_COMPLETE_UNPROTECTED,
        has: || commanded().up(COMPLETE),
        has_not: secured,
    },
    Row {
        code: &code::IMEISV_NOT_GIVEN,
        has: || {
            let mut asks = command(0x22, 0, ALL_FOUR);
            asks.push(0xc1);
            authenticated().down_under(3, &asks).up_under(4, COMPLETE)
        },
        has_not: secured,
    },
    Row {
        code: &code::ALGORITHM_NOT_OFFERED,
        has: || commanded().with(|trail| trail.reported = Some(vec![0xf0, 0xc0])),
        has_not: commanded,
    },
    Row {
        code: &code::ALGORITHM_NOT_ALLOWED,
        has: || Tale {
            integrity: Some(vec![IntegrityAlgorithm::EIA1]),
            ciphering: Some(vec![CipheringAlgorithm::EEA2]),
            ..commanded()
        },
        has_not: || Tale {
            integrity: Some(vec![IntegrityAlgorithm::EIA2]),
            ciphering: Some(vec![CipheringAlgorithm::EEA2]),
            ..commanded()
        },
    },
    Row {
        code: &code::NULL_INTEGRITY,
        has: || commanded_with(0x00, 0, ALL_FOUR),
        has_not: || {
            Tale::new(Procedure::Attach)
                .up(&attach_of_type(7, ALL_FOUR, 6))
                .down_under(3, &command(0, 0, ALL_FOUR))
        },
    },
    Row {
        code: &code::NULL_INTEGRITY_EMERGENCY,
        has: || {
            Tale::new(Procedure::Attach)
                .up(&attach_of_type(7, ALL_FOUR, 6))
                .down_under(3, &command(0, 0, ALL_FOUR))
        },
        has_not: || commanded_with(0x00, 0, ALL_FOUR),
    },
    Row {
        code: &code::NULL_CIPHERING,
        has: || commanded_with(0x02, 0, ALL_FOUR),
        has_not: commanded,
    },
    Row {
        code: &code::CAPABILITIES_REPLAYED_DIFFERENTLY,
        has: || commanded_with(0x22, 0, [0xf0, 0xe0]),
        has_not: commanded,
    },
    Row {
        code: &code::CAPABILITIES_SEEM_REDUCED,
        has: || {
            Tale::new(Procedure::Attach)
                .up(&attach_request(7, [0x80, 0x40]))
                .with(|trail| trail.reported = Some(vec![0x80, 0x40]))
        },
        has_not: begun,
    },
    Row {
        code: &code::SMC_KSI_DIFFERS,
        has: || commanded_with(0x22, 1, ALL_FOUR),
        has_not: commanded,
    },
    Row {
        code: &code::SMC_STALE_KSI,
        has: || {
            Tale::new(Procedure::Attach)
                .up_under(1, &attach_request(2, ALL_FOUR))
                .down_under(3, &command(0x22, 4, ALL_FOUR))
        },
        has_not: || {
            Tale::new(Procedure::Attach)
                .up_under(1, &attach_request(2, ALL_FOUR))
                .down_under(3, &command(0x22, 2, ALL_FOUR))
        },
    },
    Row {
        code: &code::KSI_NOT_KNOWN,
        has: || {
            Tale::new(Procedure::ServiceRequest)
                .message(Uplink, 12, Some(5), &service_request(3, 5), true)
                .down(&challenge(4, 1))
        },
        has_not: authenticated,
    },
    Row {
        code: &code::KSI_NOT_KNOWN,
        has: || {
            Tale::new(Procedure::ServiceRequest)
                .message(Uplink, 12, Some(5), &service_request(3, 5), true)
                .hidden(Downlink)
                .hidden(Uplink)
                .down_under(3, &command(0x22, 4, ALL_FOUR))
        },
        has_not: || {
            Tale::new(Procedure::ServiceRequest)
                .message(Uplink, 12, Some(5), &service_request(3, 5), true)
                .hidden(Downlink)
                .down_under(3, &command(0x22, 3, ALL_FOUR))
        },
    },
    Row {
        code: &code::KSI_NOT_CONTINUED,
        has: || healthy().up_under(2, &update_request(5)),
        has_not: || healthy().up_under(2, &update_request(0)),
    },
];

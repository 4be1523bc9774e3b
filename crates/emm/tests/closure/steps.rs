//! Steps by hand: what goes over the wire, as the table sees it.

use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_emm::path::{Algorithms, Header, IdentityKind, Ksi, MessageView as M, Protection, State, Step};

pub(crate) const EIA2: Algorithms = Algorithms {
    integrity: IntegrityAlgorithm::EIA2,
    ciphering: CipheringAlgorithm::EEA2,
};

pub(crate) const EIA0: Algorithms = Algorithms {
    integrity: IntegrityAlgorithm::EIA0,
    ciphering: CipheringAlgorithm::EEA0,
};

const fn protected(header: Header) -> Protection {
    Protection::Protected {
        header,
        verified: None,
    }
}

pub(crate) const PLAIN: Protection = Protection::Plain;
pub(crate) const INTEGRITY: Protection = protected(Header::Integrity);
pub(crate) const CIPHERED: Protection = protected(Header::Ciphered);
pub(crate) const NEW: Protection = protected(Header::NewContext);
pub(crate) const CIPHERED_NEW: Protection = protected(Header::CipheredNewContext);

pub(crate) const fn up(protection: Protection, message: M) -> Step {
    Step {
        direction: Direction::Uplink,
        protection,
        message,
    }
}

pub(crate) const fn down(protection: Protection, message: M) -> Step {
    Step {
        direction: Direction::Downlink,
        protection,
        message,
    }
}

pub(crate) const fn attach_request(ksi: u8) -> M {
    M::AttachRequest {
        ksi: Ksi(ksi),
        emergency: false,
    }
}

pub(crate) const fn command(ksi: u8) -> M {
    M::SecurityModeCommand {
        ksi: Ksi(ksi),
        algorithms: EIA2,
    }
}

pub(crate) const fn authentication_request(ksi: u8) -> M {
    M::AuthenticationRequest { ksi: Ksi(ksi) }
}

pub(crate) const SYNCH_FAILURE: M = M::AuthenticationFailure {
    cause: 21,
    auts: true,
};
pub(crate) const ESM_INFORMATION_REQUEST: M = M::Esm { message_type: 0xd9 };
pub(crate) const ESM_INFORMATION_RESPONSE: M = M::Esm { message_type: 0xda };

/// An attach by an unknown GUTI, with everything that a good one may have.
pub(crate) fn attach() -> Vec<Step> {
    vec![
        up(PLAIN, attach_request(7)),
        down(
            PLAIN,
            M::IdentityRequest {
                kind: IdentityKind::IMSI,
            },
        ),
        up(
            PLAIN,
            M::IdentityResponse {
                kind: IdentityKind::IMSI,
            },
        ),
        down(PLAIN, authentication_request(0)),
        up(PLAIN, SYNCH_FAILURE),
        down(PLAIN, authentication_request(1)),
        up(PLAIN, M::AuthenticationResponse),
        down(NEW, command(1)),
        up(CIPHERED_NEW, M::SecurityModeComplete),
        down(CIPHERED, ESM_INFORMATION_REQUEST),
        up(CIPHERED, ESM_INFORMATION_RESPONSE),
        down(CIPHERED, M::AttachAccept),
        up(CIPHERED, M::AttachComplete),
        down(CIPHERED, M::EmmInformation),
    ]
}

/// Applies all; where and why one is refused.
pub(crate) fn run(from: State, steps: &[Step]) -> Result<State, (usize, quintet_emm::Violation)> {
    let mut state = from;
    for (at, step) in steps.iter().enumerate() {
        state = state.apply(*step).map_err(|why| (at, why))?;
    }
    Ok(state)
}

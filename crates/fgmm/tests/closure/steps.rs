//! Steps by hand: what goes over the wire, as the table sees it.

use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_fgmm::path::{
    Algorithms, AuthenticationMethod, Candidates, Header, IdentityKind, Ksi, MessageView as M, Protection,
    RegistrationKind, State, Step,
};

pub(crate) const NIA2: Algorithms = Algorithms {
    integrity: IntegrityAlgorithm::EIA2,
    ciphering: CipheringAlgorithm::EEA2,
};

pub(crate) const NIA0: Algorithms = Algorithms {
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
/// Of EPS alone.
pub(crate) const PARTIAL: Protection = protected(Header::PartiallyCiphered);

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

pub(crate) const fn request(ksi: u8) -> M {
    M::RegistrationRequest {
        ksi: Ksi(ksi),
        kind: RegistrationKind::Initial,
    }
}

pub(crate) const fn update(ksi: u8) -> M {
    M::RegistrationRequest {
        ksi: Ksi(ksi),
        kind: RegistrationKind::MobilityUpdating,
    }
}

pub(crate) const fn command(ksi: u8) -> M {
    M::SecurityModeCommand {
        ksi: Ksi(ksi),
        algorithms: NIA2,
        rinmr: true,
        hdp: false,
        eap: None,
    }
}

pub(crate) const COMPLETE: M = M::SecurityModeComplete { container: true };

pub(crate) const fn aka(ksi: u8) -> M {
    M::AuthenticationRequest {
        ksi: Ksi(ksi),
        method: AuthenticationMethod::Aka,
    }
}

pub(crate) const fn eap(ksi: u8) -> M {
    M::AuthenticationRequest {
        ksi: Ksi(ksi),
        method: AuthenticationMethod::Eap,
    }
}

pub(crate) const RES_STAR: M = M::AuthenticationResponse {
    method: AuthenticationMethod::Aka,
};
pub(crate) const EAP_RESPONSE: M = M::AuthenticationResponse {
    method: AuthenticationMethod::Eap,
};
pub(crate) const EAP_SUCCESS: M = M::AuthenticationResult { success: true };
pub(crate) const EAP_FAILURE: M = M::AuthenticationResult { success: false };

pub(crate) const fn identity_request(kind: IdentityKind) -> M {
    M::IdentityRequest { kind }
}

pub(crate) const fn identity_response(kind: IdentityKind) -> M {
    M::IdentityResponse { kind }
}

pub(crate) const SYNCH_FAILURE: M = M::AuthenticationFailure {
    cause: 21,
    auts: true,
};
pub(crate) const ACCEPT: M = M::RegistrationAccept { needs_complete: true };
pub(crate) const ACCEPT_ONLY: M = M::RegistrationAccept {
    needs_complete: false,
};

/// A registration by an unknown GUTI, with everything that a good one may have.
pub(crate) fn registration() -> Vec<Step> {
    vec![
        up(PLAIN, request(7)),
        down(PLAIN, identity_request(IdentityKind::SUCI)),
        up(PLAIN, identity_response(IdentityKind::SUCI)),
        down(PLAIN, aka(0)),
        up(PLAIN, SYNCH_FAILURE),
        down(PLAIN, aka(1)),
        up(PLAIN, RES_STAR),
        down(NEW, command(1)),
        up(CIPHERED_NEW, COMPLETE),
        down(CIPHERED, identity_request(IdentityKind::IMEISV)),
        up(CIPHERED, identity_response(IdentityKind::IMEISV)),
        down(CIPHERED, ACCEPT),
        up(CIPHERED, M::RegistrationComplete),
        down(CIPHERED, M::ConfigurationUpdateCommand { ack: true }),
        up(CIPHERED, M::UlNasTransport),
        up(CIPHERED, M::ConfigurationUpdateComplete),
        down(CIPHERED, M::DlNasTransport),
    ]
}

/// Applies all; where and why one is refused.
pub(crate) fn run(from: State, steps: &[Step]) -> Result<State, (usize, quintet_fgmm::Violation)> {
    let mut state = from;
    for (at, step) in steps.iter().enumerate() {
        state = state.apply(*step).map_err(|why| (at, why))?;
    }
    Ok(state)
}

/// A UE that was never registered.
pub(crate) const NEW_UE: State = State::DEREGISTERED;

/// A UE that has registered, without a connection.
pub(crate) fn registered() -> State {
    run(NEW_UE, &registration())
        .expect("a good registration")
        .released()
}

/// A mutation of a good trace: the first step that is wrong, and the clause it violates.
pub(crate) fn flagged(name: &str, from: State, steps: &[Step], at: usize, clause: &str) {
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

/// The good registration, changed.
pub(crate) fn with(change: impl FnOnce(&mut Vec<Step>)) -> Vec<Step> {
    let mut steps = registration();
    change(&mut steps);
    steps
}

/// With another step there.
pub(crate) fn replaced(at: usize, step: Step) -> Vec<Step> {
    with(|steps| steps[at] = step)
}

/// Without the step there.
pub(crate) fn without(at: usize) -> Vec<Step> {
    with(|steps| {
        steps.remove(at);
    })
}

/// And this after it.
pub(crate) fn followed_by(step: Step) -> Vec<Step> {
    with(|steps| steps.push(step))
}

/// Steps of [`registration`].
pub(crate) const LAST: usize = 17;

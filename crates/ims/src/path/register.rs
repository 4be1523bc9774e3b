//! REGISTER: to begin, to answer a challenge, to refuse one.

use super::message::{Credentials, Message, Method, Nonce, Protection, Register, Verify};
use super::state::{Answer, Associations, Exchange, LastNonce, MAX_INVALID_CHALLENGES, State};
use crate::Violation;

/// REGISTER. A new one abandons a challenge that has no answer: the UE may find the proposal of the P-CSCF unacceptable
/// (TS 33.203 7.3.2.2), or have lost it.
pub(super) fn register(state: &State, message: &Message, register: Register) -> Result<State, Violation> {
    if state.is_waiting() {
        return Err(message.violates(
            "RFC 3261 10.2",
            "the final response to the REGISTER before it, or its time-out",
        ));
    }
    if (state.associations, register.protection) == (Associations::None, Protection::Established) {
        return Err(message.violates("TS 33.203 7.1", "no association: none is established"));
    }
    match register.credentials {
        Credentials::None => begin(state, message, register, false),
        Credentials::Response { nonce } => response(state, message, register, nonce),
        Credentials::Empty { nonce } => refusal(state, message, register, nonce, Answer::Empty),
        Credentials::Auts { nonce } => refusal(state, message, register, nonce, Answer::Auts),
    }
}

/// One that answers no challenge: SM1 (TS 24.229 5.1.1.2), or a re-registration (5.1.1.4), which may bring the last response
/// `again`.
fn begin(state: &State, message: &Message, register: Register, again: bool) -> Result<State, Violation> {
    if register.protection == Protection::New {
        return Err(message.violates(
            "TS 33.203 7.4.1a",
            "the response to the challenge as first message of new associations",
        ));
    }
    Ok(State {
        invalid: 0,
        ..state.with(Exchange::Requested {
            purpose: register.purpose,
            protection: register.protection,
            client: register.client,
            again,
        })
    })
}

/// SM7 (TS 24.229 5.1.1.5.1, TS 33.203 7.2): through the associations that the challenge set up, with its list.
fn response(state: &State, message: &Message, register: Register, nonce: Nonce) -> Result<State, Violation> {
    let (method, agreed) = match state.exchange {
        Exchange::Challenged {
            method,
            nonce: asked,
            agreed,
            ..
        } if asked == nonce => (Some(method), agreed),
        _ if matches!(state.last, LastNonce::Of(last) if last == nonce) => {
            return begin(state, message, register, true);
        }
        Exchange::Challenged { .. } => {
            return Err(message.violates("RFC 3310 3.3", "a response over the nonce of the challenge"));
        }
        Exchange::Unknown => (None, false),
        _ if state.last.may_be(nonce) => return begin(state, message, register, true),
        _ => return Err(message.violates("TS 24.229 5.1.1.5.1", "a challenge before it")),
    };
    if agreed {
        protected(message, register)?;
    } else if method.is_some() && register.protection == Protection::New {
        return Err(message.violates("TS 33.203 7.2", "no new association: the challenge set up none"));
    }
    Ok(State {
        invalid: 0,
        ..answered(state, register, method, nonce, Answer::Response)
    })
}

/// What associations that the challenge set up ask of the response to it.
fn protected(message: &Message, register: Register) -> Result<(), Violation> {
    if !matches!(register.protection, Protection::New | Protection::Unknown) {
        return Err(message.violates(
            "TS 24.229 5.1.1.5.1",
            "a response through the associations that the challenge set up",
        ));
    }
    match register.verify {
        Verify::Same => Ok(()),
        Verify::Missing => Err(message.violates("RFC 3329 2.3.1", "Security-Verify in it")),
        Verify::Differs => Err(message.violates(
            "TS 33.203 7.3.2.3",
            "the list of Security-Server in Security-Verify",
        )),
    }
}

/// The UE finds the challenge invalid (TS 33.203 6.1.2.2, 6.1.3, 7.3.1.2, 7.3.1.3): through established associations
/// or none, never through those of the challenge (TS 24.229 5.1.1.5.3).
fn refusal(
    state: &State,
    message: &Message,
    register: Register,
    nonce: Nonce,
    answer: Answer,
) -> Result<State, Violation> {
    let method = match state.exchange {
        Exchange::Challenged {
            method: Method::Digest,
            ..
        } => return Err(message.violates("RFC 3310 3.4", "a response: the challenge has no AUTN")),
        Exchange::Challenged { nonce: asked, .. } if asked != nonce => {
            return Err(message.violates("RFC 3310 3.4", "the nonce of the challenge"));
        }
        Exchange::Challenged { method, .. } => Some(method),
        Exchange::Unknown => None,
        _ => return Err(message.violates("TS 24.229 5.1.1.5.3", "a challenge before it")),
    };
    if register.protection == Protection::New {
        return Err(message.violates("TS 24.229 5.1.1.5.3", "associations established before, or none"));
    }
    if state.invalid >= MAX_INVALID_CHALLENGES {
        return Err(message.violates(
            "TS 24.229 5.1.1.5.3",
            "silence: two challenges in a row were invalid",
        ));
    }
    Ok(State {
        invalid: state.invalid + 1,
        ..answered(state, register, method, nonce, answer)
    })
}

fn answered(
    state: &State,
    register: Register,
    method: Option<Method>,
    nonce: Nonce,
    answer: Answer,
) -> State {
    state.with(Exchange::Answered {
        purpose: register.purpose,
        method,
        nonce,
        answer,
        protection: register.protection,
        client: register.client,
    })
}

//! What the network answers to a REGISTER.

use super::message::{Message, Method, Nonce, Protection, Purpose};
use super::state::{Answer, Associations, Exchange, LastNonce, Registration, State};
use crate::Violation;

/// SM6 (TS 33.203 6.1.1): to a REGISTER, to AUTS (6.1.3), or once more to a wrong response (TS 24.229 5.4.1.2.3B); never to
/// an empty one. Each vector is good for one challenge.
pub(super) fn challenge(
    state: &State,
    message: &Message,
    nonce: Nonce,
    method: Method,
    server: bool,
) -> Result<State, Violation> {
    let (purpose, before, client) = match state.exchange {
        Exchange::Requested { purpose, client, .. } => (purpose, None, Some(client)),
        Exchange::Answered {
            answer: Answer::Empty,
            ..
        } => {
            return Err(message.violates("TS 33.203 6.1.2.2", "an error without security parameters"));
        }
        Exchange::Answered {
            purpose,
            nonce,
            client,
            ..
        } => (purpose, Some(nonce), Some(client)),
        Exchange::Unknown => (Purpose::Registration, None, None),
        Exchange::None | Exchange::Challenged { .. } => {
            return Err(message.violates("RFC 3261 8.2", "a REGISTER before it"));
        }
    };
    let used = before == Some(nonce) || state.last == LastNonce::Of(nonce);
    if used && method == Method::Aka {
        return Err(message.violates("TS 33.203 6.1.1", "a vector that was not used before"));
    }
    if server && client == Some(false) {
        return Err(message.violates(
            "RFC 3329 2.3.1",
            "no Security-Server: the REGISTER had no Security-Client",
        ));
    }
    if server && method == Method::Digest {
        return Err(message.violates("TS 33.203 7.1", "AKA, whose keys the associations take"));
    }
    Ok(state.with(Exchange::Challenged {
        purpose,
        method,
        nonce,
        agreed: server,
    }))
}

/// SM12 (TS 33.203 6.1.1): to the response; or at once to what an established association, or the last response again,
/// authenticates (TS 24.229 5.4.1.2.2).
pub(super) fn ok(state: &State, message: &Message, expires: Option<u32>) -> Result<State, Violation> {
    let (purpose, last, protection) = match state.exchange {
        Exchange::Answered {
            purpose,
            nonce,
            answer: Answer::Response,
            protection,
            ..
        } => (Some(purpose), LastNonce::Of(nonce), protection),
        Exchange::Answered {
            answer: Answer::Empty,
            ..
        } => {
            return Err(message.violates("TS 33.203 6.1.2.2", "an error: the UE found the MAC wrong"));
        }
        Exchange::Answered {
            answer: Answer::Auts, ..
        } => return Err(message.violates("TS 33.203 6.1.3", "a challenge with another vector")),
        Exchange::Requested {
            purpose,
            protection,
            again,
            ..
        } => {
            let known = state.registration != Registration::NotRegistered;
            if !known || (protection == Protection::None && !again) {
                return Err(message.violates("TS 33.203 6.1.1", "a challenge before it"));
            }
            (Some(purpose), state.last, protection)
        }
        Exchange::Unknown => (None, LastNonce::Unknown, Protection::Unknown),
        Exchange::None | Exchange::Challenged { .. } => {
            return Err(message.violates("RFC 3261 8.2", "a REGISTER before it"));
        }
    };
    let state = State {
        last,
        ..state.timed_out()
    };
    if purpose == Some(Purpose::Deregistration) || expires == Some(0) {
        return Ok(state.expired());
    }
    Ok(State {
        registration: Registration::Registered,
        associations: match protection {
            Protection::New => Associations::Established,
            Protection::Unknown => Associations::Unknown,
            Protection::None | Protection::Established => state.associations,
        },
        ..state
    })
}

/// An error (TS 33.203 6.1.2, 7.3): the exchange is over, with the associations it set up. It de-registers nobody
/// (6.1.1).
pub(super) fn reject(state: &State, message: &Message, status: u16) -> Result<State, Violation> {
    if !(300..=699).contains(&status) {
        return Err(message.violates("RFC 3261 7.2", "a status of 300 to 699"));
    }
    match state.exchange {
        Exchange::None | Exchange::Challenged { .. } => {
            Err(message.violates("RFC 3261 8.2", "a REGISTER before it"))
        }
        Exchange::Requested { .. } | Exchange::Answered { .. } | Exchange::Unknown => Ok(state.timed_out()),
    }
}

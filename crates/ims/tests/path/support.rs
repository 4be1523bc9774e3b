//! Messages by short names, and their play.

use quintet_crypto::Direction::{self, Downlink, Uplink};
use quintet_ims::Violation;
use quintet_ims::path::{Credentials, Message, Method, Nonce, Protection, Purpose, Register, State, Verify};

pub(crate) const N1: Nonce = Nonce(1);
pub(crate) const N2: Nonce = Nonce(2);
pub(crate) const N3: Nonce = Nonce(3);

pub(crate) const SM1: Message = Message::Register(Register::INITIAL);
pub(crate) const OK: Message = Message::Ok { expires: Some(3600) };

pub(crate) const fn sm6(nonce: Nonce) -> Message {
    Message::Challenge {
        nonce,
        method: Method::Aka,
        server: true,
    }
}

pub(crate) const fn register(credentials: Credentials, protection: Protection, verify: Verify) -> Message {
    Message::Register(Register {
        purpose: Purpose::Registration,
        credentials,
        protection,
        client: true,
        verify,
    })
}

pub(crate) const fn sm7(nonce: Nonce) -> Message {
    register(Credentials::Response { nonce }, Protection::New, Verify::Same)
}

pub(crate) const fn empty(nonce: Nonce) -> Message {
    register(Credentials::Empty { nonce }, Protection::None, Verify::Missing)
}

pub(crate) const fn auts(nonce: Nonce) -> Message {
    register(Credentials::Auts { nonce }, Protection::None, Verify::Missing)
}

pub(crate) const fn reject(status: u16) -> Message {
    Message::Reject { status }
}

pub(crate) const fn direction(message: &Message) -> Direction {
    match message.direction() {
        Some(direction) => direction,
        None => Uplink,
    }
}

/// All of them, or the first that may not come.
pub(crate) fn play(state: State, messages: &[Message]) -> Result<State, Violation> {
    messages
        .iter()
        .try_fold(state, |state, message| state.apply(direction(message), message))
}

/// After all of them.
pub(crate) fn after(messages: &[Message]) -> State {
    play(State::NOT_REGISTERED, messages).expect("each may come")
}

/// The clause by which `message` may not come in `state`.
pub(crate) fn refused(state: &State, message: &Message) -> &'static str {
    state
        .apply(direction(message), message)
        .expect_err("it may not come")
        .clause
}

pub(crate) const TERMINATING: (Direction, Message) = (
    Downlink,
    Message::Request {
        protection: Protection::Established,
    },
);

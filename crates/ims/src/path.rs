//! What may follow what between a UE and its IMS: the transition table of a registration, role-free (TS 33.203 6.1, 7.3).
//!
//! ```text
//!                 SM1–SM3                SM4–SM6                    SM7–SM9
//!   None ──REGISTER──► Requested ──401──► Challenged ──REGISTER(RES)──► Answered ──200──► None, Registered
//!    ▲                  │  │  ▲              │  └──────REGISTER(AUTS)──► Answered ──401, another vector──► Challenged
//!    │                  │  │  └──REGISTER────┤  └──────REGISTER(empty)─► Answered ──4xx──► None
//!    │◄──200 by old SA──┘  │   (abandoned)   │
//!    └◄──3xx–6xx───────────┴◄────timed out───┘
//!
//!   beside:  registration (not registered │ registered), which no failed authentication ends;
//!            associations (none │ established), which a 200 inside new ones replaces
//! ```
//!
//! A [`State`] is what either end of the interface between UE and P-CSCF knows of one registration. [`State::apply`] is
//! total and pure. Both ends send and accept through it; an observer only applies it. Each part may be unknown to an
//! observer that came late; what is unknown forbids nothing.
//!
//! Left out: retransmissions and provisional responses, which are the transactions' matter (RFC 3261 17); what needs keys
//! (RES, MAC of AUTN, ESP), and what needs the text of lists (SPIs, ports, algorithms): the ends check those and say only
//! whether Security-Verify is the list that was sent. That an association's lifetime or a timer ends is no message: see
//! [`State::timed_out`] and [`State::expired`].

mod answer;
mod apply;
mod message;
mod register;
mod state;
mod violation;

pub use message::{Credentials, Message, Method, Nonce, Protection, Purpose, Register, Step, Verify};
pub use quintet_crypto::Direction;
pub use state::{Answer, Associations, Exchange, LastNonce, MAX_INVALID_CHALLENGES, Registration, State};

/// What an observer knows of one end: the set of states it may be in.
pub type Candidates = quintet_procedure::Candidates<State>;

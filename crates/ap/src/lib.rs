//! What the application protocols between radio and core have in common (S1AP, TS 36.413; NGAP, TS 38.413).
//!
//! Both are elementary procedures of messages, a message is a container of IEs, an IE has a number, a criticality and a
//! value in aligned PER, and clause 10 of both says in the same words what a message is owed that is not understood. So
//! here are the table of a message ([`message!`]), the walk from a container of IEs to a struct and back ([`Intake`],
//! [`Outlet`]), the judgement of what is wrong ([`decode`], [`Fault`], [`judgement`]), and the description for people
//! ([`describe`]). Names, values and identities are of the protocol's own crate, which says with [`ApplicationProtocol`]
//! what its generated layer is. Clauses are cited of TS 38.413 where both are meant.
//!
//! Values are read and written by [`Value`], which has the protocol as parameter: so a crate gives the identities and
//! keys of other crates a form on its own wire. Sans-IO; nothing panics on input.

#![forbid(unsafe_code)]

mod address;
mod answer;
mod cause;
mod container;
mod criticality;
mod decode;
mod describe;
mod diagnostics;
mod enumerated;
mod failure;
mod other;
mod plmn;
mod protocol;
mod stream;
mod table;
mod value;

pub use address::TransportLayerAddress;
pub use answer::{Judgement, judgement};
pub use container::{Field, Ie, Intake, Outlet, Row};
pub use criticality::{Criticality, PduType};
pub use decode::{Decoded, Envelope, Pdus, Refusal, any_message, decode, encode, envelope};
pub use describe::{Description, Secrets, SoftError, describe};
pub use diagnostics::{CriticalityDiagnostics, IeDiagnostics, MAX_ERRORS, TypeOfError};
pub use failure::{Answer, FailureKind, FatalCause, Fault, FaultKind};
pub use other::{OtherIe, OtherIes};
pub use oxirush_aper as aper;
pub use plmn::{plmn_octets, plmn_of};
pub use protocol::{ApplicationProtocol, GeneratedField, GeneratedPdu};
pub use stream::{COMMON_STREAM, stream_of_ue};
pub use table::{Message, key};
pub use value::{Codec, EncodeError, Generated, Plain, Source, Value, cow, read_generated, write_generated};

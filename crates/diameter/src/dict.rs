//! Dictionaries: what AVPs and commands there are.
//!
//! The applications are files in `dict/`, written from the specifications in their own grammar. The build script makes
//! the constants below of them; [`Dictionary`] reads them, and a user's own, at run time. Names are the
//! specifications'; in a constant `-` is `_` and a leading `3GPP` is `TGPP`.

mod dictionary;
mod grammar;
mod lines;
mod rules;
mod table;
mod words;

pub use dictionary::{
    AvpDefinition, CommandDefinition, Dictionary, Grammar, MAX_AVP_DEFINITIONS, MAX_COUNTED_RULES,
    MAX_RULES_PER_GRAMMAR, Rule,
};
pub(crate) use dictionary::{Occurs, Slot};
pub use lines::{AvpType, DictionaryError, Show};

include!(concat!(env!("OUT_DIR"), "/constants.rs"));

//! Authentications under way and those that ended, by an identifier nobody can guess.

use crate::config::{CONTEXT_LIFETIME, MAX_CONTEXTS, MAX_DONE};
use core::time::Duration;
use quintet_crypto::fgs::{KAusf, ServingNetworkName};
use quintet_eap::Server;
use quintet_identity::Supi;
use quintet_sbi::SecretHex;
use quintet_sbi::nausf::{ConfirmationDataResponse, EapSession};
use quintet_sbi::nudm::ueau::AuthType;
use std::collections::{HashMap, VecDeque};

/// authCtxId: 128 bits of entropy. Who knows it may answer the challenge, so it is drawn, not counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ContextId(pub(crate) [u8; 16]);

impl ContextId {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let octets = u128::from_str_radix(text, 16).ok()?.to_be_bytes();
        let id = Self(octets);
        (id.to_string() == text).then_some(id)
    }
}

impl std::fmt::Display for ContextId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl std::fmt::Debug for ContextId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContextId(redacted)")
    }
}

/// Whom it is about, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Party {
    pub(crate) supi: Supi,
    pub(crate) serving: ServingNetworkName,
}

/// What is awaited.
#[derive(Debug)]
pub(crate) enum Challenge {
    /// RES*.
    FgAka { xres_star: SecretHex<16>, k_ausf: KAusf },
    /// An EAP response; `None` while a step of it is worked on.
    Eap(Option<Box<Server>>),
}

impl Challenge {
    pub(crate) fn auth_type(&self) -> AuthType {
        match self {
            Self::FgAka { .. } => AuthType::FiveGAka,
            Self::Eap(_) => AuthType::EapAkaPrime,
        }
    }
}

/// An authentication under way.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) party: Party,
    pub(crate) challenge: Challenge,
}

/// What was answered, and to what.
#[derive(Clone, Debug)]
pub(crate) enum Answered {
    FgAka {
        res_star: Option<SecretHex<16>>,
        answer: ConfirmationDataResponse,
    },
    Eap {
        packet: Vec<u8>,
        answer: EapSession,
    },
}

/// An authentication that ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) party: Party,
    pub(crate) auth_type: AuthType,
    pub(crate) success: bool,
    pub(crate) answered: Answered,
    /// authEventId, when the UDM told it.
    pub(crate) event: Option<String>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Contexts {
    /// Until when, and what.
    waiting: HashMap<ContextId, (Duration, Context)>,
    /// In order, for all wait equally long. Entries of those that are gone, or wait longer now, are skipped.
    deadlines: VecDeque<(Duration, ContextId)>,
    done: HashMap<ContextId, Done>,
    /// As `deadlines`, of those in `done`.
    ended: VecDeque<(Duration, ContextId)>,
}

impl Contexts {
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn done(&self) -> usize {
        self.done.len()
    }

    pub(crate) fn has_room(&self) -> bool {
        self.waiting.len() < MAX_CONTEXTS
    }

    pub(crate) fn insert(&mut self, now: Duration, id: ContextId, context: Context) {
        let until = now + CONTEXT_LIFETIME;
        self.waiting.insert(id, (until, context));
        self.wait(until, id);
    }

    /// Another request is out, and is given as long as the first one.
    pub(crate) fn renew(&mut self, now: Duration, id: ContextId) {
        let until = now + CONTEXT_LIFETIME;
        if let Some((of, _)) = self.waiting.get_mut(&id).filter(|(of, _)| *of != until) {
            *of = until;
            self.wait(until, id);
        }
    }

    fn wait(&mut self, until: Duration, id: ContextId) {
        self.deadlines.push_back((until, id));
        // Ended and renewed ones leave entries behind; no more than as many again.
        if self.deadlines.len() > 2 * self.waiting.len() + 64 {
            let waiting = &self.waiting;
            self.deadlines
                .retain(|(at, id)| waiting.get(id).is_some_and(|(until, _)| until == at));
        }
    }

    pub(crate) fn waiting(&mut self, id: ContextId) -> Option<&mut Context> {
        self.waiting.get_mut(&id).map(|(_, context)| context)
    }

    pub(crate) fn take(&mut self, id: ContextId) -> Option<Context> {
        self.waiting.remove(&id).map(|(_, context)| context)
    }

    pub(crate) fn ended(&mut self, id: ContextId) -> Option<&mut Done> {
        self.done.get_mut(&id)
    }

    pub(crate) fn forget(&mut self, id: ContextId) -> Option<Done> {
        self.done.remove(&id)
    }

    /// Keeps an authentication that ended.
    pub(crate) fn end(&mut self, now: Duration, id: ContextId, done: Done) {
        while self.done.len() >= MAX_DONE {
            let Some((_, oldest)) = self.ended.pop_front() else {
                break;
            };
            self.done.remove(&oldest);
        }
        self.done.insert(id, done);
        self.ended.push_back((now + CONTEXT_LIFETIME, id));
    }

    /// An authentication that nobody answered in time. Those that ended long ago go silently.
    pub(crate) fn expired(&mut self, now: Duration) -> Option<Context> {
        while let Some(&(at, id)) = self.ended.front().filter(|(at, _)| *at <= now) {
            let _ = at;
            self.ended.pop_front();
            self.done.remove(&id);
        }
        while let Some(&(_, id)) = self.deadlines.front().filter(|(at, _)| *at <= now) {
            self.deadlines.pop_front();
            if self.waiting.get(&id).is_some_and(|(until, _)| *until <= now) {
                return self.take(id);
            }
        }
        None
    }

    /// The next deadline. It may belong to one that is gone: then waking up costs nothing but the waking.
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        let first = |queue: &VecDeque<(Duration, ContextId)>| queue.front().map(|(at, _)| *at);
        first(&self.deadlines).into_iter().chain(first(&self.ended)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_one_form() {
        let id = ContextId([0x0a; 16]);
        assert_eq!(ContextId::parse(&id.to_string()), Some(id));
        for wrong in [
            "",
            "0a",
            "+a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
            "0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A",
            "../x",
        ] {
            assert_eq!(ContextId::parse(wrong), None, "{wrong}");
        }
        assert!(!format!("{id:?}").contains("0a0a"));
    }
}

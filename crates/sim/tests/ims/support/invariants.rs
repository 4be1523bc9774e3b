//! What must hold whatever happens.

use quintet_ims::ue::Event;
use quintet_sim::ims::{SimEvent, UserEvent};
use quintet_sip::{Message, Name};
use std::collections::HashMap;

/// What was seen, and what was wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Invariants {
    pub(crate) broken: Vec<String>,
    /// Every card is genuine, and nobody replays: none sees a number twice, nor a challenge of somebody else's.
    pub(crate) honest: bool,
    /// Registrations, re-registrations, de-registrations, failures and services that were told.
    pub(crate) told: [u32; 5],
    /// Each challenge, and the REGISTER that it answers.
    nonces: HashMap<String, (String, u32)>,
}

impl Invariants {
    /// A message left the S-CSCF: a vector goes into one challenge (TS 33.203 6.1.1).
    pub(crate) fn scscf(&mut self, octets: &[u8]) {
        let Ok(message) = Message::parse(octets) else {
            self.broken.push("the S-CSCF sent what is no SIP".to_owned());
            return;
        };
        if message.status().is_none_or(|status| status.code() != 401) {
            return;
        }
        let (Some(Ok(challenge)), Ok(call_id), Ok(cseq)) =
            (message.challenges().next(), message.call_id(), message.cseq())
        else {
            return;
        };
        let aka = challenge.algorithm().is_some_and(|name| name.starts_with("AKA"));
        let Some(nonce) = challenge.nonce().filter(|_| aka) else {
            return;
        };
        // RAND and AUTN: server data may differ.
        let vector = nonce.chars().take(42).collect::<String>();
        let of = (call_id.to_owned(), cseq.number);
        let before = self.nonces.entry(vector).or_insert_with(|| of.clone());
        if *before != of {
            self.broken
                .push(format!("one vector challenged {before:?} and {of:?}"));
        }
    }

    /// A message leaves the P-CSCF for a UE: CK and IK stay behind (TS 33.203 6.1.1).
    pub(crate) fn leaves_for_ue(&mut self, octets: &[u8]) {
        let Ok(message) = Message::parse(octets) else {
            self.broken.push("the P-CSCF sent what is no SIP".to_owned());
            return;
        };
        for header in message.headers(Name::WwwAuthenticate) {
            if header.contains("ck=") || header.contains("ik=") {
                self.broken.push("CK or IK went to a UE".to_owned());
            }
        }
    }

    pub(crate) fn user(&mut self, event: &SimEvent) {
        match &event.what {
            UserEvent::Ue(Event::KeysLeaked) => {
                self.broken.push(format!("user {}: keys leaked", event.user.0))
            }
            UserEvent::Ue(Event::SynchFailure | Event::MacFailure) if self.honest => {
                let what = &event.what;
                self.broken.push(format!("user {}: {what:?}", event.user.0));
            }
            UserEvent::Ue(Event::Registered { initial: true, .. }) => self.told[0] += 1,
            UserEvent::Ue(Event::Registered { .. }) => self.told[1] += 1,
            UserEvent::Ue(Event::Deregistered(_)) => self.told[2] += 1,
            UserEvent::Ue(Event::Failed { .. }) => self.told[3] += 1,
            UserEvent::Answered(_, 200) => self.told[4] += 1,
            _ => {}
        }
    }
}

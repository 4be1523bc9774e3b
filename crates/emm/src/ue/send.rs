//! How messages leave: through the table, protected as the connection is.

use super::output::{Abandonment, Event, Output};
use super::{Ue, Work};
use crate::path::{self, Header, MessageView, Step};
use quintet_crypto::Direction;
use quintet_identity::STmsi;
use quintet_nas::eps::{EmmCause, EmmMessage, EmmStatus};
use quintet_nas::security::{ProtectError, Protection};

impl Ue {
    /// Opens a connection with an initial message, protected with the current context if there is one, and never ciphered
    /// (TS 24.301 4.4.5). Within a connection it is sent as any other message. Whether it went.
    pub(super) fn send_initial(
        &mut self,
        work: &mut Work<'_>,
        message: &EmmMessage<'_>,
        s_tmsi: Option<STmsi>,
    ) -> bool {
        let plain = message.to_octets();
        let view = MessageView::of(message);
        if self.connection.is_some() {
            return self.send(work, view, &plain);
        }
        let mut nas = Vec::with_capacity(plain.len() + 6);
        let mut count = None;
        let protection = match &mut self.contexts.current {
            Some(current) => match current.nas.protect(Protection::Integrity, &plain, &mut nas) {
                Ok(used) => {
                    count = Some(used);
                    path::Protection::verified(Header::Integrity)
                }
                Err(_) => return false,
            },
            None => {
                nas = plain;
                path::Protection::Plain
            }
        };
        if !self.allowed(work, protection, view) {
            return false;
        }
        self.connection.get_or_insert_default().k_enb_count = count;
        work.outputs.push(Output::Initial { nas, s_tmsi });
        true
    }

    /// Sends a message in the connection: ciphered once secure exchange is established; before that integrity protected as
    /// the initial message was, or plain as that was (TS 24.301 4.4.4.1, 4.4.5, 5.4.3.5). Whether it went.
    pub(super) fn send(&mut self, work: &mut Work<'_>, view: MessageView, plain: &[u8]) -> bool {
        if self.path.is_secure() {
            return self.send_protected(work, Protection::Ciphered, Header::Ciphered, view, plain);
        }
        let in_use = self.connection.as_ref().is_some_and(|c| c.k_enb_count.is_some());
        if in_use && self.contexts.current.is_some() {
            return self.send_protected(work, Protection::Integrity, Header::Integrity, view, plain);
        }
        if !self.allowed(work, path::Protection::Plain, view) {
            return false;
        }
        work.outputs.push(Output::Uplink(plain.to_vec()));
        true
    }

    /// Sends a message of mobility management.
    pub(super) fn send_emm(&mut self, work: &mut Work<'_>, message: &EmmMessage<'_>) -> bool {
        self.send(work, MessageView::of(message), &message.to_octets())
    }

    /// Sends a message under the current context.
    pub(super) fn send_protected(
        &mut self,
        work: &mut Work<'_>,
        protection: Protection,
        header: Header,
        view: MessageView,
        plain: &[u8],
    ) -> bool {
        let mut nas = Vec::with_capacity(plain.len() + 6);
        let Some(current) = &mut self.contexts.current else {
            return false;
        };
        let count = match current.nas.protect(protection, plain, &mut nas) {
            Ok(count) => count,
            Err(ProtectError::CountExhausted) => {
                self.count_exhausted(work);
                return false;
            }
            Err(_) => return false,
        };
        if !self.allowed(work, path::Protection::verified(header), view) {
            return false;
        }
        if let (Header::CipheredNewContext, Some(connection)) = (header, &mut self.connection) {
            connection.k_enb_count = Some(count);
        }
        work.outputs.push(Output::Uplink(nas));
        true
    }

    /// Whether the table lets the message go; if not, nothing is sent.
    pub(super) fn allowed(
        &mut self,
        work: &mut Work<'_>,
        protection: path::Protection,
        message: MessageView,
    ) -> bool {
        let step = Step {
            direction: Direction::Uplink,
            protection,
            message,
        };
        match self.path.apply(step) {
            Ok(path) => {
                self.path = path;
                true
            }
            Err(violation) => {
                debug_assert!(false, "a UE about to send {violation:?} in {:?}", self.path);
                work.event(Event::Internal(violation));
                false
            }
        }
    }

    /// No COUNT is left: the context is of no more use, nor is the connection (TS 24.301 4.4.3.5).
    fn count_exhausted(&mut self, work: &mut Work<'_>) {
        self.contexts.forget();
        if self.procedure().is_some() {
            self.abandon(work, Abandonment::CountExhausted);
        } else {
            self.release(work);
        }
    }

    /// EMM STATUS, if there is a way to say it (TS 24.301 5.7, 7.4 to 7.6).
    pub(super) fn send_status(&mut self, work: &mut Work<'_>, cause: EmmCause) -> bool {
        self.path.is_secure() && self.send_emm(work, &EmmMessage::EmmStatus(EmmStatus::new(cause)))
    }
}

//! How messages leave: through the table, protected as the connection is.
//!
//! ```text
//!   initial message   no context   cleartext elements, plain                             the rest in SECURITY MODE COMPLETE
//!                     a context    cleartext elements, integrity protected,
//!                                  and the whole message, ciphered, in the NAS message container
//!   in a connection                the whole message; ciphered once secure exchange is established
//! ```

use super::output::{Abandonment, Event, Output};
use super::{Ue, Work};
use crate::path::{self, Header, MessageView, Step};
use quintet_crypto::Direction;
use quintet_identity::fgs::STmsi;
use quintet_nas::fgs::{FgmmCause, FgmmMessage, FgmmStatus};
use quintet_nas::security::fgs::cleartext;
use quintet_nas::security::{ProtectError, Protection};

/// An initial message.
pub(super) struct Initial<'m> {
    /// Whole: what of it is not cleartext is hidden on the way.
    pub(super) whole: FgmmMessage<'m>,
    /// 5G-S-TMSI, if the UE names itself by it.
    pub(super) s_tmsi: Option<STmsi>,
    /// Under the current context, if there is one.
    pub(super) with_context: bool,
}

impl Ue {
    /// Opens a connection with an initial message (TS 24.501 4.4.6). Within a connection it is sent as any other message.
    /// Whether it went.
    pub(super) fn send_initial(&mut self, work: &mut Work<'_>, message: &Initial<'_>) -> bool {
        let plain = message.whole.to_octets();
        let view = MessageView::of(&message.whole);
        if self.connection.is_some() {
            let sent = self.send(work, view, &plain);
            if let Some(connection) = self.connection.as_mut().filter(|_| sent) {
                connection.request = plain;
            }
            return sent;
        }
        let current = self.contexts.current.as_mut().filter(|_| message.with_context);
        let bare = current.is_none();
        let mut count = None;
        let mut nas = Vec::new();
        let protection = match current {
            Some(current) => match current.nas.protect_initial(&message.whole, &mut nas) {
                Ok(used) => {
                    count = Some(used);
                    path::Protection::verified(Header::Integrity)
                }
                Err(_) => return false,
            },
            None => {
                nas = cleartext(&message.whole).map_or_else(|| plain.clone(), |clear| clear.to_octets());
                path::Protection::Plain
            }
        };
        if !self.allowed(work, protection, view) {
            return false;
        }
        let connection = self.connection.get_or_insert_default();
        connection.k_gnb_count = count;
        connection.initial_count = count;
        connection.request = plain;
        connection.bare = bare;
        let s_tmsi = message.s_tmsi;
        work.outputs.push(Output::Initial { nas, s_tmsi });
        true
    }

    /// Sends a message in the connection: ciphered once secure exchange is established; before that integrity protected as
    /// the initial message was, or plain as that was (TS 24.501 4.4.4.1, 4.4.5, 5.4.2.5). Whether it went.
    pub(super) fn send(&mut self, work: &mut Work<'_>, view: MessageView, plain: &[u8]) -> bool {
        if self.path.is_secure() {
            return self.send_protected(work, Protection::Ciphered, Header::Ciphered, view, plain);
        }
        let in_use = self.connection.as_ref().is_some_and(|c| c.k_gnb_count.is_some());
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
    pub(super) fn send_fgmm(&mut self, work: &mut Work<'_>, message: &FgmmMessage<'_>) -> bool {
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
        let mut nas = Vec::with_capacity(plain.len() + 7);
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
            connection.k_gnb_count = Some(count);
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

    /// Deletes a context that cannot protect another message, before a connection is opened; within one it ends the
    /// connection (TS 24.501 4.4.3.5).
    pub(super) fn drop_exhausted(&mut self) {
        if self.connection.is_none() {
            self.contexts.drop_exhausted();
        }
    }

    /// No COUNT is left: the context is of no more use, nor is the connection (TS 24.501 4.4.3.5).
    fn count_exhausted(&mut self, work: &mut Work<'_>) {
        self.contexts.forget();
        if self.procedure().is_some() {
            self.abandon(work, Abandonment::CountExhausted);
        } else {
            self.release(work);
        }
    }

    /// 5GMM STATUS, if there is a way to say it (TS 24.501 5.4.6, 7.4 to 7.6).
    pub(super) fn send_status(&mut self, work: &mut Work<'_>, cause: FgmmCause) -> bool {
        self.path.is_secure() && self.send_fgmm(work, &FgmmMessage::FgmmStatus(FgmmStatus::new(cause)))
    }
}

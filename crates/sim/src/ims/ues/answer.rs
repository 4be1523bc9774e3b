//! What others ask users (RFC 3261 8.2, 11.2, 13.3, 15.1.2; TS 24.229 5.1.2A.2, 5.1.4).

use super::request::SDP;
use super::{Ues, service};
use crate::ims::dialog::{Dialog, MAX_DIALOGS};
use crate::ims::event::{Service, UserEvent};
use crate::ims::text;
use crate::ims::user::UserId;
use quintet_sip::transaction::ServerId;
use quintet_sip::transport::Hop;
use quintet_sip::{Message, Method, Name, Status, Writer};
use std::time::Duration;

/// What users answer (RFC 3261 20.5).
const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS, NOTIFY";

impl Ues {
    /// A request that no transaction knew.
    pub(super) fn request(
        &mut self,
        now: Duration,
        id: UserId,
        server: ServerId,
        method: Method<'_>,
        message: &Message<'_>,
    ) {
        match (method, service(method)) {
            (Method::Notify, _) => self.notify(now, id, server, message),
            (Method::Bye, _) => self.bye(now, id, server, message),
            (Method::Invite, Some(_)) => self.invited(now, id, server, message),
            (_, Some(service)) => {
                if self.answer(now, id, server, message, Status::OK, None) {
                    self.report(id, UserEvent::Asked(service));
                }
            }
            _ => {
                self.answer(now, id, server, message, Status::METHOD_NOT_ALLOWED, None);
            }
        }
    }

    /// INVITE is answered at once; one inside a call changes nothing.
    fn invited(&mut self, now: Duration, id: UserId, server: ServerId, message: &Message<'_>) {
        let inside = message.to().is_ok_and(|to| to.tag().is_some());
        if !inside && self.user(id).dialogs.len() == MAX_DIALOGS {
            self.answer(now, id, server, message, Status::BUSY_HERE, None);
            return;
        }
        let tag = self.tag();
        if self.answer(now, id, server, message, Status::OK, Some((&tag, SDP))) && !inside {
            let dialog = Dialog::of_request(message, &tag);
            self.user_mut(id).dialogs.extend(dialog);
            self.report(id, UserEvent::Asked(Service::Invite));
        }
    }

    /// The ACK of a 2xx.
    pub(super) fn acknowledged(&mut self, id: UserId, message: &Message<'_>) {
        if self.dialog_of(id, message).is_some() {
            self.report(id, UserEvent::Established);
        }
    }

    fn dialog_of(&self, id: UserId, message: &Message<'_>) -> Option<usize> {
        let call_id = message.call_id().ok()?;
        let dialogs = &self.user(id).dialogs;
        dialogs.iter().position(|dialog| dialog.call_id == call_id)
    }

    fn bye(&mut self, now: Duration, id: UserId, server: ServerId, message: &Message<'_>) {
        let Some(place) = self.dialog_of(id, message) else {
            self.answer(now, id, server, message, Status::CALL_DOES_NOT_EXIST, None);
            return;
        };
        self.user_mut(id).dialogs.remove(place);
        self.answer(now, id, server, message, Status::OK, None);
        self.report(id, UserEvent::Ended);
    }

    /// CANCEL: what was answered already is not taken back (RFC 3261 9.2).
    pub(super) fn cancelled(
        &mut self,
        now: Duration,
        server: ServerId,
        invite: Option<ServerId>,
        message: &Message<'_>,
        hop: Hop,
    ) {
        let Some(id) = self.user_at(&hop) else { return };
        let status = if invite.is_some() {
            Status::OK
        } else {
            Status::CALL_DOES_NOT_EXIST
        };
        self.answer(now, id, server, message, status, None);
    }

    /// Answers a request; whether the transaction wanted it. With a tag and a body it is the answer that makes a call.
    pub(super) fn answer(
        &mut self,
        now: Duration,
        id: UserId,
        server: ServerId,
        message: &Message<'_>,
        status: Status,
        call: Option<(&str, &str)>,
    ) -> bool {
        let Some(hop) = self.layer.hop(server) else {
            return false;
        };
        let tag = call.map_or_else(|| self.tag(), |(tag, _)| tag.to_owned());
        let mut out = Vec::with_capacity(1_024);
        let Ok(mut writer) = Writer::response_to(&mut out, message, status, &tag, hop.remote) else {
            return false;
        };
        if status == Status::METHOD_NOT_ALLOWED || message.method() == Some(Method::Options) {
            writer = writer.header(Name::Allow, ALLOW);
        }
        match call {
            Some((_, body)) => {
                let user = self.user(id);
                let username = user.ue.identity().impi.username();
                let contact = user.contact.unwrap_or_else(|| user.ue.way().heard_at);
                writer
                    .header(Name::Contact, text::contact_of(username, contact, None))
                    .body("application/sdp", body.as_bytes());
            }
            None => writer.finish(),
        }
        self.layer.respond(now, server, out)
    }
}

//! The subscription to the own registration state (TS 24.229 5.1.1.3, 5.1.1.6A; RFC 3680, RFC 6665).

use super::Ues;
use super::request::{Outgoing, Pending};
use crate::ims::dialog::{Dialog, Subscription};
use crate::ims::event::UserEvent;
use crate::ims::reginfo;
use crate::ims::user::UserId;
use quintet_ims::ue::Input;
use quintet_sip::transaction::ServerId;
use quintet_sip::{Message, Method, Name, Status};
use std::time::Duration;

impl Ues {
    /// SUBSCRIBE: the first one, or one that refreshes.
    pub(super) fn subscribe(&mut self, now: Duration, id: UserId, expires_s: u32) {
        let mut subscription = match self.user_mut(id).subscription.take() {
            Some(subscription) => subscription,
            None => Box::new(Subscription {
                call_id: format!("{:016x}", self.random.next()),
                tag: self.tag(),
                cseq: 0,
                dialog: None,
                active: false,
            }),
        };
        subscription.cseq += 1;
        let first = self.first_routes(id);
        let impu = self.user(id).ue.identity().impu.to_string();
        let (from, to) = (format!("<{impu}>;tag={}", subscription.tag), format!("<{impu}>"));
        let (uri, from, to, routes) = match &subscription.dialog {
            Some(dialog) => (&*dialog.target, &*dialog.local, &*dialog.remote, &*dialog.routes),
            None => (&*impu, &*from, &*to, &*first),
        };
        let expires = expires_s.to_string();
        let own = format!("<{impu}>");
        let outgoing = Outgoing {
            method: Method::Subscribe,
            uri,
            from,
            to,
            call_id: &subscription.call_id,
            cseq: subscription.cseq,
            routes,
            more: &[
                (Name::Event, "reg"),
                (Name::Expires, &expires),
                (Name::Accept, "application/reginfo+xml"),
                (Name::PPreferredIdentity, &own),
            ],
            body: None,
        };
        if !self.send_outgoing(now, id, &outgoing, Pending::Subscribe) {
            self.report(id, UserEvent::Subscribed(503));
        }
        self.user_mut(id).subscription = Some(subscription);
    }

    /// The answer to SUBSCRIBE.
    pub(super) fn subscribed(&mut self, id: UserId, message: &Message<'_>) {
        let status = message.status().map_or(0, Status::code);
        if let Some(subscription) = &mut self.user_mut(id).subscription {
            subscription.active = status / 100 == 2;
            if subscription.active && subscription.dialog.is_none() {
                subscription.dialog = Dialog::of_response(message);
            }
        }
        // A dialog that the notifier has forgotten is begun anew with the next registration (RFC 6665 4.1.2.2).
        if status == Status::CALL_DOES_NOT_EXIST.code() {
            self.user_mut(id).subscription = None;
        }
        self.report(id, UserEvent::Subscribed(status));
    }

    /// NOTIFY: of the own subscription, or nobody's (RFC 6665 4.1.3). It may come before the answer to SUBSCRIBE.
    pub(super) fn notify(&mut self, now: Duration, id: UserId, server: ServerId, message: &Message<'_>) {
        let user = self.user(id);
        let is_own = |subscription: &Subscription| {
            message
                .call_id()
                .is_ok_and(|call_id| call_id == subscription.call_id)
                && message.to().is_ok_and(|to| to.tag() == Some(&*subscription.tag))
        };
        let event = message.event().ok().flatten().map_or("", |event| event.value);
        if !user.subscription.as_deref().is_some_and(is_own) {
            self.answer(now, id, server, message, Status::CALL_DOES_NOT_EXIST, None);
            return;
        }
        if !event.eq_ignore_ascii_case("reg") {
            self.answer(now, id, server, message, Status::BAD_EVENT, None);
            return;
        }
        self.answer(now, id, server, message, Status::OK, None);
        let contact = self.user(id).contact;
        let bindings = contact.map(|contact| reginfo::read(message.body(), contact));
        self.report(id, UserEvent::Notified);
        if let Some(bindings) = bindings {
            self.act(now, id, Input::Notified(&bindings));
        }
        let ended = message
            .subscription_state()
            .is_ok_and(|state| state.is_some_and(|state| state.value.eq_ignore_ascii_case("terminated")));
        if ended {
            self.user_mut(id).subscription = None;
        }
    }
}

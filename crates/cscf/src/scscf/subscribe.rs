//! SUBSCRIBE to the registration state (TS 24.229 5.4.2.1.1).

use super::read::{MAX_CALL_ID_OCTETS, MAX_VALUE_OCTETS, impu_of};
use super::subscription::Subscription;
use super::{Cycle, Request, Scscf};
use crate::proxy::Routed;
use quintet_identity::Impu;
use quintet_sip::{Contact, Message, Name, NameAddr, Status, Uri, Writer};
use std::time::Duration;

/// The user of our contact in these dialogs.
const USER: &str = "reg-event";

/// Most Record-Routes of a dialog that are kept.
const MAX_ROUTES: usize = 16;

impl Scscf {
    /// Whether a SUBSCRIBE is for us: of the registration state of a user of ours, or in a dialog of that.
    pub(crate) fn is_for_reg_event(
        &self,
        message: &Message<'_>,
        routed: &Routed<'_>,
        in_dialog: bool,
    ) -> bool {
        if in_dialog {
            return routed.routes.is_empty()
                && self.config.own.owns(&routed.uri)
                && routed.uri.user == Some(USER);
        }
        let reg = message
            .event()
            .is_ok_and(|event| event.is_some_and(|event| event.is("reg")));
        reg && impu_of(&routed.uri).is_some_and(|impu| !self.table.by_impu(&impu).is_empty())
    }

    pub(crate) fn subscribe(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, routed: &Routed<'_>) {
        let message = request.message;
        let Ok(expires) = message.expires() else {
            return self.reject(cycle, request, Status::BAD_REQUEST);
        };
        let expires = expires
            .unwrap_or(self.config.max_subscription)
            .min(self.config.max_subscription);
        let tag = message.to().ok().and_then(|to| to.tag());
        if let Some(tag) = tag {
            return self.resubscribe(cycle, request, tag, expires);
        }
        let Some(impu) = impu_of(&routed.uri) else {
            return self.reject(cycle, request, Status::NOT_FOUND);
        };
        if self.registered(&impu).is_none() {
            return self.reject(cycle, request, Status::TEMPORARILY_UNAVAILABLE);
        }
        if !self.may_watch(request, &impu) {
            return self.reject(cycle, request, Status::FORBIDDEN);
        }
        let our_tag = self.relay.tag();
        let until = cycle.at.now + Duration::from_secs(u64::from(expires));
        let Some(subscription) = dialog(message, impu, &our_tag, until) else {
            return self.reject(cycle, request, Status::BAD_REQUEST);
        };
        let Some(id) = self.subscriptions.insert(subscription, &mut self.schedule) else {
            return self.reject(cycle, request, Status::SERVICE_UNAVAILABLE);
        };
        self.accept(cycle, request, &our_tag, expires);
        self.notify_state(cycle, id);
        if expires == 0 {
            self.subscriptions.remove(id, &mut self.schedule);
        }
    }

    /// A refresh, or the end.
    fn resubscribe(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, tag: &str, expires: u32) {
        let message = request.message;
        let call_id = message.call_id().unwrap_or_default();
        let found = self.subscriptions.of_dialog(call_id, tag);
        let cseq = message.cseq().map_or(0, |cseq| cseq.number);
        let Some(id) = found else {
            return self.reject(cycle, request, Status::CALL_DOES_NOT_EXIST);
        };
        if let Some(subscription) = self.subscriptions.get_mut(id) {
            if cseq <= subscription.remote_cseq {
                // RFC 3261 12.2.2.
                return self.reject(cycle, request, Status::SERVER_INTERNAL_ERROR);
            }
            subscription.remote_cseq = cseq;
            if let Some(target) = contact(message) {
                subscription.target = target;
            }
        }
        let until = cycle.at.now + Duration::from_secs(u64::from(expires));
        self.subscriptions.extend(id, until, &mut self.schedule);
        self.accept(cycle, request, tag, expires);
        self.notify_state(cycle, id);
        if expires == 0 {
            self.subscriptions.remove(id, &mut self.schedule);
        }
    }

    fn accept(&mut self, cycle: &mut Cycle<'_>, request: Request<'_, '_>, tag: &str, expires: u32) {
        let mut octets = Vec::with_capacity(512);
        let source = request.hop.remote;
        let contact = self.own_uri(USER);
        let contact = contact.trim_end_matches(";lr");
        if let Ok(writer) = Writer::response_to(&mut octets, request.message, Status::OK, tag, source) {
            writer
                .header(Name::Expires, expires)
                .header(Name::Contact, format_args!("<{contact}>"))
                .finish();
        }
        self.relay.answer(cycle.at.now, request.id, octets);
    }

    /// Our contact in the dialogs.
    pub(crate) fn reg_event_contact(&self) -> String {
        self.own_uri(USER).trim_end_matches(";lr").to_owned()
    }

    /// Who may know: the user itself, by any identity of the set, the P-CSCFs on its Paths, and the application servers of its
    /// criteria, each by what is asserted (TS 24.229 5.4.2.1.1).
    fn may_watch(&self, request: Request<'_, '_>, impu: &Impu) -> bool {
        let Some(set) = self.registered(impu) else {
            return false;
        };
        let paths = || set.bindings.iter().flat_map(|binding| &binding.path);
        let criteria = || {
            let services = set.profile.service_profiles.iter();
            services.flat_map(|service| &service.filter_criteria)
        };
        request.message.p_asserted_identities().flatten().any(|asserted| {
            // A node has no user part, or that of its URI: a user of a domain of the same name is none.
            let is = |uri: &Uri<'_>| {
                let user = asserted.uri.user;
                uri.host.eq_ignore_ascii_case(asserted.uri.host) && (user.is_none() || user == uri.user)
            };
            let named = impu_of(&asserted.uri);
            let member = named.is_some_and(|impu| set.has(&impu));
            let on_path = || {
                let mut hops = paths().filter_map(|hop| NameAddr::parse(hop).ok());
                hops.any(|hop| is(&hop.uri))
            };
            let serves = || {
                let mut servers = criteria().map(|criteria| criteria.application_server.server_name.as_str());
                servers.any(|server| Uri::parse(server).is_ok_and(|server| is(&server)))
            };
            member || (asserted.uri.is_sip() && (on_path() || serves()))
        })
    }
}

fn contact(message: &Message<'_>) -> Option<String> {
    match message.contacts().next()?.ok()? {
        Contact::Address(address) => Some(address.uri.as_str().to_owned()),
        Contact::All => None,
    }
}

fn dialog(message: &Message<'_>, impu: Impu, tag: &str, until: Duration) -> Option<Subscription> {
    let (from, to) = (message.from().ok()?, message.to().ok()?);
    from.tag()?;
    let call_id = message.call_id().ok()?;
    let routes: Vec<String> = message
        .record_routes()
        .map(|route| route.map(|route| route.as_str().to_owned()))
        .collect::<Result<_, _>>()
        .ok()?;
    let target = contact(message)?;
    let long = routes
        .iter()
        .chain([&target])
        .any(|value| value.len() > MAX_VALUE_OCTETS)
        || from.as_str().len() > MAX_VALUE_OCTETS
        || to.as_str().len() > MAX_VALUE_OCTETS
        || call_id.len() > MAX_CALL_ID_OCTETS
        || routes.len() > MAX_ROUTES;
    if long {
        return None;
    }
    let event = message.event().ok()??;
    Some(Subscription {
        impu,
        call_id: call_id.to_owned(),
        local: format!("{};tag={tag}", to.as_str()),
        remote: from.as_str().to_owned(),
        target,
        routes,
        event_id: event.params.get("id").map(str::to_owned),
        cseq: 0,
        version: 0,
        remote_cseq: message.cseq().ok()?.number,
        until,
        armed: None,
        tag: tag.to_owned(),
    })
}

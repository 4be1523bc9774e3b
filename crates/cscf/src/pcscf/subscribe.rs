//! The registration state of its users, as their registrar tells it: how a P-CSCF learns that the network ended one
//! (TS 24.229 5.2.3, 5.2.5.2; RFC 3680).

use super::event::Ended;
use super::node::{Come, Pcscf};
use super::table::{Bound, Subscription};
use super::ue::token_of;
use crate::proxy::{MAX_FORWARDS, Rejection};
use quintet_ims::registrar::At;
use quintet_sip::reginfo::{CONTENT_TYPE, ContactEvent, ContactState, Reginfo, RegistrationState};
use quintet_sip::{Contact, Message, Method, Name, NameAddr, Status, Uri, Writer};
use std::time::Duration;

/// How much longer than the registration a subscription is asked for: it must tell of the registration's end
/// (TS 24.229 5.2.3.1).
const LONGER: Duration = Duration::from_secs(600);

/// The most Routes of a subscription.
const MAX_ROUTES: usize = 8;

impl Pcscf {
    /// Subscribes to the state of who has registered, or refreshes the subscription.
    pub(super) fn subscribe(&mut self, at: At, place: u32, first: bool, granted: Duration) {
        let until = at.now + granted + LONGER;
        let Some(registration) = self.registration(place) else {
            return;
        };
        let token = registration.token;
        let mut subscription = match &registration.subscription {
            Some(subscription) if !first && subscription.until > at.now + granted => return,
            Some(subscription) if !first && !subscription.to_tag.is_empty() => subscription.clone(),
            _ => {
                let tag = self.relay.tag();
                Subscription {
                    call_id: format!("{tag}@{}", self.config.name),
                    from_tag: tag,
                    ..Subscription::default()
                }
            }
        };
        let Some(identity) = self
            .registration(place)
            .and_then(|it| Some(sip_identity(it.bound.as_ref()?)?.to_owned()))
        else {
            return;
        };
        subscription.cseq += 1;
        subscription.until = until;
        let next = match (subscription.routes.first(), subscription.target.is_empty()) {
            (Some(route), _) => NameAddr::parse(route)
                .ok()
                .and_then(|route| self.target(&route.uri)),
            (None, false) => Uri::parse(&subscription.target)
                .ok()
                .and_then(|uri| self.target(&uri)),
            (None, true) => Uri::parse(&identity).ok().and_then(|uri| {
                let host = self.config.entry.as_deref().unwrap_or(uri.host);
                self.config.hosts.target(host, None, None)
            }),
        };
        let Some(target) = next else {
            return;
        };
        let branch = self.branches.own();
        let charging = self.charging_vector();
        let uri = if subscription.target.is_empty() {
            &identity
        } else {
            &subscription.target
        };
        let own = &self.config.name;
        let mut octets = Vec::with_capacity(1_024);
        let mut writer = Writer::request(&mut octets, Method::Subscribe, uri)
            .header(
                Name::Via,
                format_args!("SIP/2.0/{} {};branch={branch}", target.protocol, self.config.core),
            )
            .header(Name::MaxForwards, MAX_FORWARDS);
        for route in &subscription.routes {
            writer = writer.header(Name::Route, route);
        }
        let to_tag = match subscription.to_tag.as_str() {
            "" => String::new(),
            tag => format!(";tag={tag}"),
        };
        writer
            .header(
                Name::From,
                format_args!("<sip:{own}>;tag={}", subscription.from_tag),
            )
            .header(Name::To, format_args!("<{identity}>{to_tag}"))
            .header(Name::CallId, &subscription.call_id)
            .header(Name::CSeq, format_args!("{} SUBSCRIBE", subscription.cseq))
            .header(
                Name::Contact,
                format_args!("<sip:{token:016x}@{own}:{}>", self.config.core.port()),
            )
            .header(Name::Event, "reg")
            .header(Name::Accept, CONTENT_TYPE)
            .header(Name::Expires, (granted + LONGER).as_secs())
            .header(Name::PAssertedIdentity, format_args!("<sip:{own}>"))
            .header(Name::PChargingVector, charging)
            .finish();
        let hop = self.core_hop(target);
        let sent = self.relay.request(at.now, hop, octets, token).is_ok();
        if let Some(registration) = self.table.get_mut(place) {
            registration.subscription = sent.then_some(subscription);
        }
    }

    /// An answer to a SUBSCRIBE.
    pub(super) fn subscribed(&mut self, at: At, token: u64, message: &Message<'_>) {
        let Some(status) = message.status().filter(|status| status.is_final()) else {
            return;
        };
        if !status.is_success() {
            self.subscription_failed(token);
            return;
        }
        let Some(place) = self.table.by_token(token) else {
            return;
        };
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        let Some(subscription) = registration.subscription.as_mut() else {
            return;
        };
        if message.call_id().ok() != Some(&*subscription.call_id) {
            return;
        }
        if let Ok(Some(expires)) = message.expires() {
            subscription.until = at.now + Duration::from_secs(u64::from(expires));
        }
        if let Ok(to) = message.to() {
            subscription.to_tag = to.tag().unwrap_or_default().to_owned();
        }
        if let Some(Ok(Contact::Address(contact))) = message.contacts().next() {
            subscription.target = contact.uri.as_str().to_owned();
        }
        let routes = message.record_routes().flatten().take(MAX_ROUTES);
        subscription.routes = routes.map(|route| route.as_str().to_owned()).collect();
        subscription.routes.reverse();
        self.saves.note(place);
    }

    /// There is no subscription: the registration ends by time, by the UE, or when a request fails.
    pub(super) fn subscription_failed(&mut self, token: u64) {
        let place = self.table.by_token(token);
        if let Some(registration) = place.and_then(|place| self.table.get_mut(place)) {
            registration.subscription = None;
        }
    }

    /// A NOTIFY to this node: what ended is deleted here too (TS 24.229 5.2.5.2).
    pub(super) fn notified(&mut self, come: Come<'_, '_>) {
        let message = come.message;
        let place = message
            .request_uri()
            .ok()
            .and_then(|uri| self.table.by_token(token_of(&uri)?));
        let known = place.filter(|place| {
            let subscription = self.registration(*place).and_then(|it| it.subscription.as_ref());
            subscription.is_some_and(|subscription| {
                message.call_id().ok() == Some(&*subscription.call_id)
                    && message.to().ok().and_then(|to| to.tag()) == Some(&*subscription.from_tag)
            })
        });
        let Some(place) = known else {
            self.reject(
                come,
                &Rejection::new(Status::CALL_DOES_NOT_EXIST, "no such subscription"),
            );
            return;
        };
        let event = message.event().ok().flatten();
        if !event.is_some_and(|event| event.is("reg")) {
            self.reject(
                come,
                &Rejection::new(Status::BAD_EVENT, "").with(Name::AllowEvents, "reg"),
            );
            return;
        }
        self.reject(come, &Rejection::new(Status::OK, Status::OK.phrase()));
        let state = message.subscription_state().ok().flatten();
        if state.is_some_and(|state| state.is("terminated"))
            && let Some(registration) = self.table.get_mut(place)
        {
            registration.subscription = None;
        }
        let told = told(message.body());
        let left = self.table.get_mut(place).and_then(|registration| {
            let bound = registration.bound.as_mut()?;
            let before = bound.aors.clone();
            follow(bound, come.at.now, &told);
            (bound.aors != before).then_some(bound.aors.len())
        });
        match left {
            Some(0) => self.end(come.at, place, Ended::Network),
            Some(_) => {
                self.saves.note(place);
                self.settle(place);
            }
            None => {}
        }
    }
}

/// What a document says of a contact that has less time than it had.
struct Told {
    /// The identity.
    aor: String,
    /// Its contact's URI; `None` if the identity has none left.
    contact: Option<String>,
    /// What is left of it, seconds: 0 if it is not registered any more, else it was shortened (TS 24.229 5.4.1.6).
    left: u32,
}

/// What a document says has ended or been shortened; what is none says nothing.
fn told(document: &[u8]) -> Vec<Told> {
    let Ok(document) = Reginfo::from_xml(document) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for registration in document.registrations {
        let aor = registration.aor;
        if registration.state == RegistrationState::Terminated {
            found.push(Told {
                aor: aor.clone(),
                contact: None,
                left: 0,
            });
        }
        found.extend(registration.contacts.into_iter().filter_map(|contact| {
            let left = match (contact.state, contact.event) {
                (ContactState::Terminated, _) => 0,
                (ContactState::Active, ContactEvent::Shortened) => contact.expires?,
                (ContactState::Active, _) => return None,
            };
            let (aor, contact) = (aor.clone(), Some(contact.uri));
            Some(Told { aor, contact, left })
        }));
    }
    found
}

/// Takes the identities away that are not registered any more with this contact, each with its implicit set, and gives less time
/// to those that were shortened.
fn follow(bound: &mut Bound, now: Duration, told: &[Told]) {
    let contact = bound.contact.clone();
    let ours = |other: &str| match (Uri::parse(&contact), Uri::parse(other)) {
        (Ok(a), Ok(b)) => {
            a.host.eq_ignore_ascii_case(b.host)
                && a.port_or_default() == b.port_or_default()
                && a.user == b.user
        }
        _ => false,
    };
    for Told { aor, contact, left } in told {
        if contact.as_deref().is_some_and(|contact| !ours(contact)) {
            continue;
        }
        let Ok(aor) = Uri::parse(aor) else {
            continue;
        };
        let aor = aor.to_canonical();
        let until = now + Duration::from_secs(u64::from(*left));
        for known in bound.aors.iter_mut().filter(|known| known.has(&aor)) {
            known.expires = known.expires.min(until);
        }
        bound.aors.retain(|known| known.expires > now);
    }
}

/// The default identity, as a SIP URI.
fn sip_identity(bound: &Bound) -> Option<&str> {
    let uris = bound
        .identities()
        .filter_map(|identity| NameAddr::parse(identity).ok());
    uris.map(|identity| identity.uri)
        .find(Uri::is_sip)
        .map(|uri| uri.as_str())
}

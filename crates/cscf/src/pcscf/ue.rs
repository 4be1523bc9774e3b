//! Requests of UEs other than REGISTER (TS 24.229 5.2.6.3).

use super::emergency::is_emergency;
use super::event::PcscfEvent;
use super::headers;
use super::node::{Come, Pcscf, Side};
use super::said::verify;
use super::table::Bound;
use crate::proxy::{self, Rejection, Routed, Target};
use quintet_ims::agreement::Which;
use quintet_ims::registrar::At;
use quintet_sip::transaction::{ClientId, ServerId};
use quintet_sip::transport::{Hop, Protocol};
use quintet_sip::{Edit, Message, Method, Name, NameAddr, Status, Uri};

impl Pcscf {
    /// A request of a UE.
    pub(super) fn ue_asks(&mut self, come: Come<'_, '_>, side: Side) {
        if let Err(rejection) = self.originate(come, side) {
            self.reject(come, &rejection);
        }
    }

    fn originate(&mut self, come: Come<'_, '_>, side: Side) -> Result<(), Rejection> {
        let emergency = is_emergency(come.message);
        let place = match self.owner(come.at, &come.hop, side) {
            Some(place) => place,
            None if emergency => return self.emergency(come, None),
            None => {
                self.counters.unprotected += 1;
                let source = come.hop.remote;
                self.report(|| PcscfEvent::Unprotected { source });
                return Err(Rejection::new(
                    Status::FORBIDDEN,
                    "not through security associations of a registration",
                ));
            }
        };
        self.verify(come, place, side)?;
        if emergency {
            return self.emergency(come, Some(place));
        }
        let Some(registration) = self.registration(place) else {
            return Err(Rejection::new(Status::FORBIDDEN, "not registered"));
        };
        if registration.emergency {
            return Err(Rejection::new(
                Status::FORBIDDEN,
                "registered for emergencies only",
            ));
        }
        let token = registration.token;
        let read = |error: quintet_sip::ParseError| Rejection::new(Status::BAD_REQUEST, error.to_string());
        let routed = proxy::route(come.message, &self.own, 2).map_err(read)?;
        let in_dialog = come.message.to().is_ok_and(|to| to.tag().is_some());
        let (edit, target) = match in_dialog {
            true => self.within_dialog(come, token, &routed)?,
            false => self.initial(come, place, &routed)?,
        };
        self.counters.originating += 1;
        self.send_to_core(come, target, edit);
        Ok(())
    }

    /// Whose request this is: through associations that a registration has established, or from where somebody registered
    /// without any. What is temporary protects REGISTERs alone (TS 33.203 7.4).
    fn owner(&mut self, at: At, hop: &Hop, side: Side) -> Option<u32> {
        let place = match side {
            Side::Protected(_, Which::Temporary) | Side::Core => return None,
            Side::Protected(place, which) => {
                self.table.get_mut(place)?.sets.heard(at.now, which);
                if which == Which::New {
                    self.saves.note(place);
                    self.settle(place);
                }
                place
            }
            Side::Access => self.table.by_flow(hop)?,
        };
        self.registration(place)?.bound.as_ref().map(|_| place)
    }

    /// Security-Verify in a request within associations is what was agreed on (RFC 3329 2.3.1).
    fn verify(&mut self, come: Come<'_, '_>, place: u32, side: Side) -> Result<(), Rejection> {
        let Side::Protected(_, which) = side else {
            return Ok(());
        };
        if !come.message.has(Name::SecurityVerify) {
            return Ok(());
        }
        let registration = self.registration(place);
        // The set that was new is the current one since it was heard.
        let which = if which == Which::New {
            Which::Current
        } else {
            which
        };
        let set = registration.and_then(|registration| registration.sets.get(which));
        let choice = set.and_then(|entry| registration?.choice(entry.associations.set));
        let Some((Err(why), server)) = choice.map(|choice| {
            (
                choice.verify_server(verify(come.message)),
                choice.security_server().to_owned(),
            )
        }) else {
            return Ok(());
        };
        self.counters.tampered += 1;
        let impi = self
            .registration(place)
            .map(|registration| registration.impi.clone())
            .unwrap_or_default();
        self.report(|| PcscfEvent::Tampered { impi, why });
        let status = Status::new(why.status()).unwrap_or(Status::BAD_REQUEST);
        Err(Rejection::new(status, why.to_string()).with(Name::SecurityServer, server))
    }

    /// A request that begins something goes the service route, whatever Routes the UE gave it (TS 24.229 5.2.6.3.3).
    fn initial<'m, 'a>(
        &mut self,
        come: Come<'m, 'a>,
        place: u32,
        routed: &Routed<'a>,
    ) -> Result<(Edit<'m, 'a>, Target), Rejection> {
        let message = come.message;
        let charging = self.charging_vector();
        let Some((registration, bound)) = self
            .registration(place)
            .and_then(|registration| Some((registration, registration.bound.as_ref()?)))
        else {
            return Err(Rejection::new(Status::FORBIDDEN, "not registered"));
        };
        let (identity, route) = identity(bound, message);
        let next = route.first().map(|route| NameAddr::parse(route));
        let target = match &next {
            Some(Ok(next)) => self.target(&next.uri),
            Some(Err(_)) => None,
            // No service route: the home network finds its way (TS 24.229 5.2.2.1 makes one mandatory; others do without).
            None => self.entry_of(bound),
        };
        let target =
            target.ok_or_else(|| Rejection::new(Status::SERVICE_UNAVAILABLE, "no way to the S-CSCF"))?;
        let mut edit = proxy::untrusted(Edit::new(message), message);
        edit = self.stripped(edit, message);
        edit = routed
            .apply_other(edit, route.iter().map(String::as_str))
            .append(Name::PAssertedIdentity, identity)
            .append(Name::PChargingVector, charging);
        if makes_dialog(message) {
            edit = edit.push(Name::RecordRoute, self.route_of(registration.token, ";lr"));
        }
        Ok((edit, target))
    }

    /// A request within a dialog goes where its Routes say, the first of which must be the one that this node made for this UE.
    fn within_dialog<'m, 'a>(
        &mut self,
        come: Come<'m, 'a>,
        token: u64,
        routed: &Routed<'a>,
    ) -> Result<(Edit<'m, 'a>, Target), Rejection> {
        if !routed.own.iter().any(|own| token_of(&own.uri) == Some(token)) {
            return Err(Rejection::new(
                Status::FORBIDDEN,
                "the Route is not the one of a dialog of this UE",
            ));
        }
        if !self.may_follow(routed) {
            return Err(Rejection::new(
                Status::FORBIDDEN,
                "the Routes are not those of a dialog of this UE",
            ));
        }
        let target = self.target(routed.next());
        let target = target.ok_or_else(|| Rejection::new(Status::NOT_FOUND, "no way to the next hop"))?;
        let mut edit = proxy::untrusted(Edit::new(come.message), come.message);
        edit = self.stripped(edit, come.message);
        edit = routed.apply(edit);
        if makes_dialog(come.message) {
            edit = edit.push(Name::RecordRoute, self.route_of(token, ";lr"));
        }
        Ok((edit, target))
    }

    /// Whether a UE may send along these Routes. Behind ours stands the S-CSCF's, who is on the way of every dialog; nothing of a
    /// UE comes back to this node as if the core had sent it.
    fn may_follow(&self, routed: &Routed<'_>) -> bool {
        let next = routed.routes.first();
        next.is_some_and(|next| !self.own.owns(&next.uri))
    }

    /// Without what was for this node only.
    pub(super) fn stripped<'m, 'a>(&self, mut edit: Edit<'m, 'a>, message: &Message<'a>) -> Edit<'m, 'a> {
        for name in [
            Name::SecurityVerify,
            Name::SecurityClient,
            Name::PPreferredIdentity,
        ] {
            if message.has(name) {
                edit = edit.remove(name);
            }
        }
        edit = headers::tags(edit, message, Name::Require, &["sec-agree"], None);
        headers::tags(edit, message, Name::ProxyRequire, &["sec-agree"], None)
    }

    /// The home network's entry for a user without a service route.
    fn entry_of(&self, bound: &Bound) -> Option<Target> {
        let identity = bound
            .identities()
            .find_map(|identity| NameAddr::parse(identity).ok())?;
        let host = self.config.entry.as_deref().unwrap_or(identity.uri.host);
        self.config.hosts.target(host, None, None)
    }

    /// Where a URI is.
    pub(super) fn target(&self, uri: &Uri<'_>) -> Option<Target> {
        if !uri.is_sip() {
            return None;
        }
        let transport = uri.transport().and_then(Protocol::of);
        self.config.hosts.target(uri.host, uri.port, transport)
    }

    /// An ACK of a 2xx goes where its Routes say; it is never answered.
    pub(super) fn acknowledge(&mut self, at: At, hop: Hop, message: &Message<'_>, side: Side) {
        if proxy::check(message, &[]).is_err() || proxy::is_loop(message, &self.own) {
            return;
        }
        let Ok(routed) = proxy::route(message, &self.own, 2) else {
            return;
        };
        if side == Side::Core {
            self.acknowledge_to_ue(hop, message, &routed);
            return;
        }
        let Some(token) = self
            .owner(at, &hop, side)
            .and_then(|place| self.registration(place))
            .map(|registration| registration.token)
        else {
            return;
        };
        if !routed.own.iter().any(|own| token_of(&own.uri) == Some(token)) || !self.may_follow(&routed) {
            return;
        }
        let Some(target) = self.target(routed.next()) else {
            return;
        };
        let via = self.via(target.protocol, self.config.core, message);
        let mut octets = Vec::new();
        let edit = self.stripped(proxy::untrusted(Edit::new(message), message), message);
        proxy::came_from(routed.apply(edit), message, &hop)
            .replace(Name::MaxForwards, proxy::max_forwards(message))
            .push(Name::Via, via)
            .write(&mut octets);
        let hop = self.core_hop(target);
        self.relay.send(hop, octets);
    }

    /// A response goes back: to a UE without what is not its own, from a UE with who it is.
    pub(super) fn pass_response(
        &mut self,
        at: At,
        client: ClientId,
        server: ServerId,
        message: &Message<'_>,
        from: Option<u32>,
    ) {
        let edit = Edit::new(message).pop(Name::Via);
        let to_core = self.relay.hop(server).is_some_and(|hop| self.is_core(&hop));
        let edit = match to_core {
            true => self.callee_says(proxy::untrusted(edit, message), message, from),
            // A registrar's keys could stand in any late 401.
            false => proxy::without_keys(headers::for_ue(edit, message), message),
        };
        let mut octets = Vec::new();
        edit.write(&mut octets);
        self.relay.pass(at.now, client, octets);
    }

    /// Who answers (TS 24.229 5.2.6.4.4): the UE that the response came from, whatever its headers say. What it prefers to be
    /// called is taken if it is its own.
    fn callee_says<'m, 'a>(
        &self,
        mut edit: Edit<'m, 'a>,
        message: &Message<'a>,
        from: Option<u32>,
    ) -> Edit<'m, 'a> {
        edit = self.stripped(edit, message);
        let bound = from.and_then(|place| self.registration(place)?.bound.as_ref());
        match bound {
            Some(bound) => edit.append(Name::PAssertedIdentity, identity(bound, message).0),
            None => edit,
        }
    }

    pub(super) fn is_core(&self, hop: &Hop) -> bool {
        hop.local.ip() == self.config.core.ip()
            && hop.local.port() != self.config.access.port()
            && hop.local.port() != self.config.protected_server_port
            && !self.config.protected_client_ports.contains(&hop.local.port())
            || hop.local == self.config.core
    }
}

/// The token in a URI of ours.
pub(super) fn token_of(uri: &Uri<'_>) -> Option<u64> {
    let user = uri.user.filter(|user| user.len() == 16)?;
    u64::from_str_radix(user, 16).ok()
}

/// Whether it may begin a dialog (RFC 3261 12.1, RFC 6665, RFC 3515).
pub(super) fn makes_dialog(message: &Message<'_>) -> bool {
    matches!(
        message.method(),
        Some(Method::Invite | Method::Subscribe | Method::Refer | Method::Notify)
    )
}

/// Who asks: the identity that the UE prefers, if it is registered, else its default one (TS 24.229 5.2.6.3.1); with the service
/// route of that identity.
pub(super) fn identity(bound: &Bound, message: &Message<'_>) -> (String, Vec<String>) {
    let preferred = message.p_preferred_identities().flatten().find_map(|preferred| {
        let wanted = preferred.uri.to_canonical();
        let same = |identity: &&String| {
            NameAddr::parse(identity).is_ok_and(|identity| identity.uri.to_canonical() == wanted)
        };
        bound
            .aors
            .iter()
            .find_map(|aor| Some((aor.identities.iter().find(same)?, aor)))
    });
    let default = || {
        bound
            .aors
            .last()
            .and_then(|aor| Some((aor.identities.first()?, aor)))
    };
    preferred
        .or_else(default)
        .map(|(identity, aor)| (identity.clone(), aor.service_route.clone()))
        .unwrap_or_default()
}

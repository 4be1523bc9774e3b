//! REGISTERs of UEs: SM1 and SM7 (TS 33.203 6.1, 7.2; TS 24.229 5.2.2).

use super::config::Unprotected;
use super::event::PcscfEvent;
use super::headers::{self, IntegrityProtected};
use super::node::{Come, Pcscf, Side};
use super::said::{Who, behind_nat, contact, verify, wants_outbound, who};
use super::table::{Attempt, Registration};
use crate::proxy::{self, Rejection, Target, literal};
use quintet_esp::SaSet;
use quintet_ims::agreement::{Encapsulation, Proposal, REG_AWAIT_AUTH, Refusal, VerifyFailure, Which};
use quintet_sip::transport::Hop;
use quintet_sip::{Edit, Message, Name, Status};
use std::net::SocketAddr;

/// A REGISTER at the registrar.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) place: u32,
    pub(super) hop: Hop,
    /// The URI of its Contact; `None` for a query, `*` for all.
    pub(super) contact: Option<String>,
    /// The identity that is registered, in its canonical form.
    pub(super) to: String,
    /// Whether it wants flows kept alive (RFC 5626 5.4).
    pub(super) outbound: bool,
    /// The set that it came through.
    pub(super) over: Option<SaSet>,
}

impl Pcscf {
    /// A REGISTER of a UE.
    pub(super) fn register(&mut self, come: Come<'_, '_>, side: Side) {
        let result = match side {
            Side::Protected(place, which) => self.register_protected(come, place, which),
            Side::Access | Side::Core => self.register_unprotected(come),
        };
        if let Err(rejection) = result {
            self.reject(come, &rejection);
        }
    }

    /// Through associations: SM7 if it is through those of a challenge, else SM1 of a re-registration.
    fn register_protected(&mut self, come: Come<'_, '_>, place: u32, which: Which) -> Result<(), Rejection> {
        let who = who(come.message)?;
        let Some(registration) = self.table.get(place) else {
            return Err(Rejection::new(Status::SERVER_INTERNAL_ERROR, "no registration"));
        };
        // The associations say who it is: nobody registers another private identity through them (TS 24.229 5.2.2.1).
        if who.owner != registration.impi {
            return Err(Rejection::new(
                Status::FORBIDDEN,
                "the associations are another private identity's",
            ));
        }
        let temporary = registration
            .sets
            .get(Which::Temporary)
            .map(|entry| entry.associations.set);
        let answers = registration.sets.protects(Which::Temporary, &come.hop)
            && temporary
                .and_then(|set| registration.choice(set))
                .is_some_and(|choice| {
                    which == Which::Temporary || verified(choice.verify_server(verify(come.message)))
                });
        if let Some(set) = temporary.filter(|_| answers) {
            return self.answer_came(come, place, set);
        }
        let Some(entry) = registration.sets.get(which) else {
            return Err(Rejection::new(Status::SERVER_INTERNAL_ERROR, "no associations"));
        };
        let set = entry.associations.set;
        let behind_nat = entry.associations.encapsulation != Encapsulation::Transport;
        if let Some(choice) = registration.choice(set)
            && let Err(why) = choice.verify_server(verify(come.message))
        {
            let server = choice.security_server().to_owned();
            return Err(self.tampered(place, why, server));
        }
        let proposal = self.proposal(come, place, behind_nat)?;
        if let Some(registration) = self.table.get_mut(place) {
            registration.sets.heard(come.at.now, which);
        }
        if which == Which::New {
            self.saves.note(place);
        }
        self.start(come, place, Some(proposal), Some(set), IntegrityProtected::Yes)
    }

    /// SM7: what was said in SM1 and SM6 must come back letter by letter.
    fn answer_came(&mut self, come: Come<'_, '_>, place: u32, set: SaSet) -> Result<(), Rejection> {
        let Some(registration) = self.table.get_mut(place) else {
            return Err(Rejection::new(Status::SERVER_INTERNAL_ERROR, "no registration"));
        };
        let checked = registration.choice(set).map(|choice| {
            let client = come.message.headers(Name::SecurityClient);
            let server = choice.security_server().to_owned();
            choice
                .verify(client, verify(come.message))
                .map_err(|why| (why, server))
        });
        if let Some(Err((why, server))) = checked {
            let rejection = self.tampered(place, why, server);
            // TS 33.203 7.3.2.3: the registration is aborted.
            self.abort(place);
            return Err(rejection);
        }
        registration.sets.answered();
        if let Some(attempt) = &mut registration.attempt {
            attempt.answered = true;
        }
        let over = registration.attempt.as_ref().and_then(|attempt| attempt.over);
        self.pass_register(come, place, IntegrityProtected::Yes, over.or(Some(set)))
    }

    fn tampered(&mut self, place: u32, why: VerifyFailure, server: String) -> Rejection {
        self.counters.tampered += 1;
        let impi = self
            .registration(place)
            .map(|registration| registration.impi.clone())
            .unwrap_or_default();
        self.report(|| PcscfEvent::Tampered { impi, why });
        let status = Status::new(why.status()).unwrap_or(Status::BAD_REQUEST);
        Rejection::new(status, why.to_string()).with(Name::SecurityServer, server)
    }

    /// The attempt comes to nothing: its associations are deleted.
    fn abort(&mut self, place: u32) {
        if let Some(registration) = self.table.get_mut(place) {
            registration.sets.fail();
            registration.attempt = None;
        }
        self.settle(place);
    }

    /// Outside of associations: SM1, an answer that tells of a failure (TS 33.203 6.1.2.2, 6.1.3), or SIP Digest.
    fn register_unprotected(&mut self, come: Come<'_, '_>) -> Result<(), Rejection> {
        let who = who(come.message)?;
        if who.emergency && !self.config.emergency {
            return Err(Rejection::new(
                Status::FORBIDDEN,
                "no emergency registrations here",
            ));
        }
        let found = self.table.by_owner(&who.owner, come.hop.remote.ip());
        let proposes = come.message.has(Name::SecurityClient);
        let agreed = found
            .and_then(|place| self.table.get(place))
            .is_some_and(|registration| registration.bound.is_some() && !registration.sets.is_empty());
        if !proposes && (self.config.unprotected == Unprotected::Refused || agreed) {
            return Err(self.refused(come, Refusal::Missing));
        }
        let proposal = match proposes {
            true => Some(self.proposal(
                come,
                found.unwrap_or(u32::MAX),
                behind_nat(come.message, &come.hop),
            )?),
            false => None,
        };
        let place = match found {
            Some(place) => place,
            None => self.admit(&who, come)?,
        };
        // What came through the associations of a challenge is not interrupted by what anybody can send.
        let answered = |registration: &Registration| {
            registration
                .attempt
                .as_ref()
                .is_some_and(|attempt| attempt.answered && attempt.client.is_some())
        };
        if self.registration(place).is_some_and(answered) {
            let busy = Rejection::new(Status::SERVICE_UNAVAILABLE, "a registration is under way");
            return Err(busy.with(Name::RetryAfter, "5"));
        }
        let protected = match (&proposal, self.table.by_flow(&come.hop) == Some(place)) {
            (Some(_), _) => IntegrityProtected::No,
            (None, true) => IntegrityProtected::IpAssocYes,
            (None, false) => IntegrityProtected::IpAssocPending,
        };
        self.start(come, place, proposal, None, protected)
    }

    /// A place for a UE that is not known.
    fn admit(&mut self, who: &Who, come: Come<'_, '_>) -> Result<u32, Rejection> {
        let busy = || Rejection::new(Status::SERVICE_UNAVAILABLE, "too many registrations under way");
        if self.table.pending() >= self.config.limits.pending {
            self.counters.full += 1;
            return Err(busy().with(Name::RetryAfter, "10"));
        }
        let mut registration = Registration::new(who.owner.clone(), come.hop.remote.ip(), self.draw());
        registration.emergency = who.emergency;
        self.table
            .insert(registration)
            .ok_or_else(|| busy().with(Name::RetryAfter, "60"))
    }

    /// What the UE proposes, if it is taken and its ports are nobody else's.
    fn proposal(&mut self, come: Come<'_, '_>, place: u32, behind_nat: bool) -> Result<Proposal, Rejection> {
        let values = come.message.headers(Name::SecurityClient);
        let judged = self.config.policy.judge(behind_nat, values);
        let proposal = judged.map_err(|why| self.refused(come, why))?;
        let ports = proposal.ports();
        let others = [ports.client, ports.server].into_iter().any(|port| {
            let end = SocketAddr::new(come.hop.remote.ip(), port);
            self.table.by_end(end).is_some_and(|other| other != place)
        });
        if others {
            return Err(self.refused(come, Refusal::Numbers("a port is another UE's")));
        }
        Ok(proposal)
    }

    /// TS 33.203 7.3.2.1: an error in answer to SM1; what would be taken is said (RFC 3329 2.3.1).
    fn refused(&mut self, come: Come<'_, '_>, why: Refusal) -> Rejection {
        self.counters.proposals_refused += 1;
        let source = come.hop.remote;
        self.report(|| PcscfEvent::Proposal { source, why });
        let asks = [Name::Require, Name::ProxyRequire, Name::Supported]
            .into_iter()
            .any(|name| come.message.lists(name, "sec-agree"));
        if why == Refusal::Missing && !asks {
            let rejection = Rejection::new(Status::EXTENSION_REQUIRED, why.to_string());
            return rejection.with(Name::Require, "sec-agree");
        }
        let status = Status::new(why.status()).unwrap_or(Status::BAD_REQUEST);
        let rejection = Rejection::new(status, why.to_string());
        match status {
            Status::SECURITY_AGREEMENT_REQUIRED => {
                rejection.with(Name::SecurityServer, self.config.policy.security_server())
            }
            _ => rejection,
        }
    }

    /// SM1 goes on. An attempt before is forgotten; its associations stay until the next challenge, for somebody else may have
    /// sent this (TS 33.203 7.4).
    fn start(
        &mut self,
        come: Come<'_, '_>,
        place: u32,
        proposal: Option<Proposal>,
        over: Option<SaSet>,
        protected: IntegrityProtected,
    ) -> Result<(), Rejection> {
        if let Some(registration) = self.table.get_mut(place) {
            registration.attempt = Some(Attempt {
                proposal,
                over,
                client: None,
                answered: false,
                until: come.at.now + REG_AWAIT_AUTH,
            });
        }
        let passed = self.pass_register(come, place, protected, over);
        if passed.is_err() {
            if let Some(registration) = self.table.get_mut(place) {
                registration.attempt = None;
            }
            self.settle(place);
        }
        passed
    }

    /// SM2, SM8: the REGISTER as the home network gets it.
    fn pass_register(
        &mut self,
        come: Come<'_, '_>,
        place: u32,
        protected: IntegrityProtected,
        over: Option<SaSet>,
    ) -> Result<(), Rejection> {
        let message = come.message;
        let target = self.registrar(message)?;
        let Some(token) = self.registration(place).map(|registration| registration.token) else {
            return Err(Rejection::new(Status::SERVER_INTERNAL_ERROR, "no registration"));
        };
        let contact = contact(message)?;
        let to = message
            .to()
            .map_err(|error| Rejection::new(Status::BAD_REQUEST, error.to_string()))?;
        let outbound = wants_outbound(message);
        let path = self.route_of(token, if outbound { ";lr;ob" } else { ";lr" });
        let charging = self.charging_vector();
        let mut edit = proxy::untrusted(Edit::new(message), message);
        for name in [Name::SecurityClient, Name::SecurityVerify, Name::Route] {
            if message.has(name) {
                edit = edit.remove(name);
            }
        }
        edit = headers::authorization(edit, message, protected);
        edit = headers::tags(edit, message, Name::Require, &["sec-agree"], Some("path"));
        edit = headers::tags(edit, message, Name::ProxyRequire, &["sec-agree"], None);
        edit = edit
            .push(Name::Path, path)
            .append(
                Name::PVisitedNetworkId,
                quintet_sip::Quoted(&self.config.visited_network),
            )
            .append(Name::PChargingVector, charging);
        let exchange = Exchange {
            place,
            hop: come.hop,
            contact,
            to: to.uri.to_canonical(),
            outbound,
            over,
        };
        let Some(client) = self.send_to_core(come, target, edit) else {
            // It was answered 503: nothing waits for the home network.
            self.abort(place);
            return Ok(());
        };
        self.exchanges.insert(client, exchange);
        if let Some(attempt) = self
            .table
            .get_mut(place)
            .and_then(|registration| registration.attempt.as_mut())
        {
            attempt.client = Some(client);
        }
        self.settle(place);
        Ok(())
    }

    /// Where REGISTERs go: the configured entry, or the home domain's (TS 24.229 5.2.2.1).
    fn registrar(&self, message: &Message<'_>) -> Result<Target, Rejection> {
        let uri = message
            .request_uri()
            .map_err(|error| Rejection::new(Status::BAD_REQUEST, error.to_string()))?;
        if !uri.is_sip() {
            return Err(Rejection::new(Status::BAD_REQUEST, "a registrar is a SIP URI"));
        }
        // A home network has a name (TS 23.003 13.2): an address would make us send wherever somebody points.
        if self.config.entry.is_none() && literal(uri.host).is_some() {
            return Err(Rejection::new(Status::NOT_FOUND, "a home network has a name"));
        }
        let host = self.config.entry.as_deref().unwrap_or(uri.host);
        // The UE's port and transport are for the way to us, not for the way on.
        let target = self.config.hosts.target(host, None, None);
        target.ok_or_else(|| Rejection::new(Status::NOT_FOUND, "no way to the home network"))
    }

    /// A Path or Record-Route of ours.
    pub(super) fn route_of(&self, token: u64, parameters: &str) -> String {
        format!(
            "<sip:{token:016x}@{}:{}{parameters}>",
            self.config.name,
            self.config.core.port()
        )
    }

    /// P-Charging-Vector of a new dialog or transaction (RFC 7315 4.6; TS 24.229 4.5).
    pub(super) fn charging_vector(&mut self) -> String {
        let icid = self.draw();
        let access = self.config.core.ip();
        format!(
            "icid-value=\"{icid:016x}\";icid-generated-at={};orig-ioi=\"{}\"",
            bracketed(access),
            self.config.visited_network
        )
    }
}

fn bracketed(ip: std::net::IpAddr) -> String {
    match ip {
        std::net::IpAddr::V4(v4) => v4.to_string(),
        std::net::IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

fn verified(result: Result<(), VerifyFailure>) -> bool {
    result.is_ok()
}

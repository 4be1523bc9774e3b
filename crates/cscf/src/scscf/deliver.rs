//! A request reaches its user: one branch to each contact, along the contact's Path (TS 24.229 5.4.3.3).

use super::sending::records;
use super::{Cycle, Request, Scscf};
use crate::proxy::{MAX_BRANCHES, Routed, outgoing};
use quintet_identity::Impu;
use quintet_ims::registrar::Binding;
use quintet_sip::{Name, NameAddr, Status};

impl Scscf {
    pub(crate) fn deliver(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
        impu: &Impu,
    ) {
        let bindings = self.bindings(impu);
        if bindings.is_empty() {
            return self.reject(cycle, request, Status::TEMPORARILY_UNAVAILABLE);
        }
        let mut last = Status::TEMPORARILY_UNAVAILABLE;
        let mut sent = 0;
        for binding in bindings.iter().take(MAX_BRANCHES) {
            match self.branch(cycle, request, routed, binding, impu) {
                Ok(()) => sent += 1,
                Err(status) => last = status,
            }
        }
        if sent == 0 {
            self.reject(cycle, request, last);
        }
    }

    /// The contacts of a public identity, of all who registered it, the preferred first. Those of emergency registrations
    /// take no calls (TS 24.229 5.4.3.3).
    fn bindings(&self, impu: &Impu) -> Vec<Binding> {
        let sessions = self
            .table
            .by_impu(impu)
            .iter()
            .filter_map(|place| self.table.session(*place));
        let sets = sessions.filter_map(|session| session.set_of(impu));
        let mut bindings: Vec<Binding> = sets
            .flat_map(|set| &set.bindings)
            .filter(|binding| !binding.contact.emergency)
            .cloned()
            .collect();
        bindings.sort_by_key(|binding| std::cmp::Reverse(binding.contact.q.unwrap_or(1000)));
        // Several flows of one device are one: the newest (RFC 5626 6).
        let mut seen: Vec<String> = Vec::new();
        bindings.retain(|binding| match &binding.contact.instance {
            Some(instance) if binding.contact.reg_id.is_some() => {
                let new = !seen.contains(instance);
                if new {
                    seen.push(instance.clone());
                }
                new
            }
            _ => true,
        });
        bindings
    }

    fn branch(
        &mut self,
        cycle: &mut Cycle<'_>,
        request: Request<'_, '_>,
        routed: &Routed<'_>,
        binding: &Binding,
        impu: &Impu,
    ) -> Result<(), Status> {
        let uri = &binding.contact.uri;
        let mut edit = outgoing(request, routed)
            .uri(uri)
            .replace(Name::PCalledPartyId, format_args!("<{impu}>"))
            .remove(Name::PServedUser)
            .remove(Name::Route);
        for hop in &binding.path {
            edit = edit.append(Name::Route, hop);
        }
        if records(request.message.method()) {
            edit = edit.push(Name::RecordRoute, format_args!("<{}>", self.own_uri("dialog")));
        }
        let next = match binding.path.first() {
            Some(hop) => NameAddr::parse(hop)
                .map_err(|_| Status::TEMPORARILY_UNAVAILABLE)?
                .uri
                .as_str(),
            None => uri,
        };
        self.pass_on(cycle, request, edit, next)
            .map(|_| ())
            .map_err(|status| match status {
                // What a UE registered leads nowhere: it is not reached, but known.
                Status::NOT_FOUND | Status::BAD_REQUEST => Status::TEMPORARILY_UNAVAILABLE,
                other => other,
            })
    }
}

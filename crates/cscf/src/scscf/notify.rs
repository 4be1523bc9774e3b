//! NOTIFY of the registration state (TS 24.229 5.4.2.1.2, RFC 3680).

use super::originating::is_barred_in;
use super::reginfo;
use super::register::ChangedSet;
use super::sending::Own;
use super::{Cycle, Scscf};
use quintet_identity::Impu;
use quintet_ims::registrar::{Binding, ContactEvent, RegistrationSet, SetChange};
use quintet_sip::{Method, Name, NameAddr, Status, Writer};

impl Scscf {
    /// Tells a subscriber how things are.
    pub(crate) fn notify_state(&mut self, cycle: &mut Cycle<'_>, id: u64) {
        let Some(impu) = self.subscriptions.get(id).map(|found| found.impu.clone()) else {
            return;
        };
        let set = self.registered(&impu).cloned();
        let (impus, contacts) = match &set {
            Some(set) => (set.associated().cloned().collect(), current(set)),
            None => (vec![impu], Vec::new()),
        };
        let contacts: Vec<(&Binding, ContactEvent)> = contacts
            .iter()
            .map(|(binding, event)| (binding, *event))
            .collect();
        self.notify(
            cycle,
            id,
            &impus,
            &contacts,
            set.is_none().then_some("noresource"),
        );
    }

    /// Tells the subscribers of a registration what became of it.
    pub(crate) fn notify_change(
        &mut self,
        cycle: &mut Cycle<'_>,
        place: u32,
        set: &ChangedSet<'_>,
        contacts: &[(Binding, ContactEvent)],
    ) {
        let ids = self.subscriptions.of(set.impus);
        if ids.is_empty() {
            return;
        }
        if set.change == SetChange::Dropped {
            for id in ids {
                self.subscriptions.remove(id, &mut self.schedule);
            }
            return;
        }
        let found = self.table.session(place).and_then(|session| {
            let found = session.sets().iter().find(|found| found.id == set.id);
            found.cloned()
        });
        let impus: Vec<Impu> = match &found {
            Some(set) => set.associated().cloned().collect(),
            None => usable(set),
        };
        let rest = found.as_ref().map_or_else(Vec::new, current);
        let unchanged = rest.iter().filter(|(binding, _)| {
            !contacts
                .iter()
                .any(|(of, _)| of.contact.uri == binding.contact.uri)
        });
        let all: Vec<(&Binding, ContactEvent)> = contacts
            .iter()
            .chain(unchanged)
            .map(|(binding, event)| (binding, *event))
            .collect();
        let over = (set.change == SetChange::Deregistered).then_some("noresource");
        for id in ids {
            self.notify(cycle, id, &impus, &all, over);
            if over.is_some() {
                self.subscriptions.remove(id, &mut self.schedule);
            }
        }
    }

    fn notify(
        &mut self,
        cycle: &mut Cycle<'_>,
        id: u64,
        impus: &[Impu],
        contacts: &[(&Binding, ContactEvent)],
        over: Option<&str>,
    ) {
        let Some(subscription) = self.subscriptions.get_mut(id) else {
            return;
        };
        subscription.cseq += 1;
        let subscription_now = subscription.clone();
        subscription.version += 1;
        let document = reginfo::document(subscription_now.version, impus, contacts, cycle.at.now);
        let left = subscription_now.until.saturating_sub(cycle.at.now).as_secs();
        let state = match over {
            Some(reason) => format!("terminated;reason={reason}"),
            None if left == 0 => "terminated;reason=timeout".to_owned(),
            None => format!("active;expires={left}"),
        };
        let event = match &subscription_now.event_id {
            Some(id) => format!("reg;id={id}"),
            None => "reg".to_owned(),
        };
        let contact = self.reg_event_contact();
        let next = subscription_now
            .routes
            .first()
            .and_then(|route| NameAddr::parse(route).ok());
        let next = next.map_or(subscription_now.target.as_str(), |route| route.uri.as_str());
        let next = next.to_owned();
        let sent = self.send_own(cycle, &next, Own::Notify(id), |via, out| {
            let mut writer = Writer::request(out, Method::Notify, &subscription_now.target)
                .header(Name::Via, via)
                .header(Name::MaxForwards, crate::proxy::MAX_FORWARDS);
            for route in &subscription_now.routes {
                writer = writer.header(Name::Route, route);
            }
            writer
                .header(Name::From, &subscription_now.local)
                .header(Name::To, &subscription_now.remote)
                .header(Name::CallId, &subscription_now.call_id)
                .header(Name::CSeq, format_args!("{} NOTIFY", subscription_now.cseq))
                .header(Name::Contact, format_args!("<{contact}>"))
                .header(Name::Event, event)
                .header(Name::SubscriptionState, state)
                .body(quintet_sip::reginfo::CONTENT_TYPE, document.as_bytes());
        });
        self.counters.notified += u64::from(sent);
    }

    /// A NOTIFY is answered: who does not know the dialog, or is not there, is told no more (RFC 6665 4.2.2).
    pub(crate) fn notified(&mut self, id: u64, status: Status) {
        if !status.is_success() {
            self.subscriptions.remove(id, &mut self.schedule);
        }
    }

    /// A subscription was not refreshed.
    pub(crate) fn subscription_due(&mut self, cycle: &mut Cycle<'_>, id: u64) {
        if let Some(subscription) = self.subscriptions.get_mut(id) {
            subscription.armed = None;
        }
        self.notify_state(cycle, id);
        self.subscriptions.remove(id, &mut self.schedule);
    }
}

/// The contacts of a registration as they are.
fn current(set: &RegistrationSet) -> Vec<(Binding, ContactEvent)> {
    let as_is = |binding: &Binding| (binding.clone(), ContactEvent::Registered);
    set.bindings.iter().map(as_is).collect()
}

/// The identities of a registration that is over, without those that nobody is to hear of.
fn usable(set: &ChangedSet<'_>) -> Vec<Impu> {
    let usable = |impu: &&Impu| !is_barred_in(set.profile, impu);
    set.impus.iter().filter(usable).cloned().collect()
}

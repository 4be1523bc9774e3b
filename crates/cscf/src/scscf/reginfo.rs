//! What is registered, as the document of the registration event package says it (RFC 3680 5), in full state.

use quintet_identity::Impu;
use quintet_ims::registrar::{Binding, ContactEvent};
use quintet_sip::reginfo::{
    ContactEvent as Event, ContactInfo, ContactState, DocumentState, Reginfo, Registration, RegistrationState,
};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::time::Duration;

/// The document of public identities that have the same contacts.
pub(crate) fn document(
    version: u32,
    impus: &[Impu],
    contacts: &[(&Binding, ContactEvent)],
    now: Duration,
) -> String {
    let active = contacts.iter().any(|(_, event)| !event.is_terminated());
    let registration = |impu: &Impu| Registration {
        aor: impu.as_str().to_owned(),
        id: id(impu),
        state: match active {
            true => RegistrationState::Active,
            false => RegistrationState::Terminated,
        },
        contacts: contacts
            .iter()
            .map(|(binding, event)| contact(impu, binding, *event, now))
            .collect(),
    };
    let document = Reginfo {
        version,
        state: DocumentState::Full,
        registrations: impus.iter().map(registration).collect(),
    };
    document.to_xml()
}

fn contact(impu: &Impu, binding: &Binding, event: ContactEvent, now: Duration) -> ContactInfo {
    let over = event.is_terminated();
    let state = match over {
        true => ContactState::Terminated,
        false => ContactState::Active,
    };
    let event = match event {
        // What was registered with another identity of the set was created for this one (TS 24.229 5.4.2.1.2).
        ContactEvent::Registered if binding.impu != *impu => Event::Created,
        ContactEvent::Registered => Event::Registered,
        ContactEvent::Created => Event::Created,
        ContactEvent::Refreshed => Event::Refreshed,
        ContactEvent::Shortened => Event::Shortened,
        ContactEvent::Expired => Event::Expired,
        ContactEvent::Deactivated => Event::Deactivated,
        ContactEvent::Rejected => Event::Rejected,
        ContactEvent::Unregistered => Event::Unregistered,
    };
    let of = &binding.contact;
    let mut info = ContactInfo::new(id(&(impu, &of.uri)), of.uri.clone(), state, event);
    info.expires = (!over).then(|| binding.remaining(now));
    info.q = of.q.map(|q| format!("{}.{:03}", q / 1000, q % 1000));
    info.call_id = Some(binding.call_id.clone());
    info.cseq = Some(binding.cseq);
    let instance = of.instance.iter();
    info.params
        .extend(instance.map(|instance| ("+sip.instance".to_owned(), format!("\"{instance}\""))));
    info
}

fn id(of: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

//! Contacts: several, flows, refreshed, replaced, refused (RFC 3261 10.3, RFC 5626, TS 24.229 5.4.1.2).

use crate::support::*;
use quintet_cx::ServerAssignmentType;
use quintet_ims::registrar::*;

const OTHER: &str = "sip:alice@10.0.0.10:5062";

fn trusting() -> Bench {
    let mut bench = Bench::registered();
    bench.policy.rechallenge = Rechallenge::Never;
    bench
}

fn with(mut register: Register, contacts: Vec<Contact>) -> Register {
    register.contacts = ContactSet::These(contacts);
    register
}

fn contact(uri: &str) -> Contact {
    Contact {
        uri: uri.to_owned(),
        ..Contact::default()
    }
}

fn flow(uri: &str, instance: &str, reg_id: u32) -> Contact {
    Contact {
        instance: Some(instance.to_owned()),
        reg_id: Some(reg_id),
        ..contact(uri)
    }
}

fn granted_again(bench: &mut Bench) -> Box<Accepted> {
    bench.sar(ServerAssignmentType::RE_REGISTRATION);
    bench.input(Input::Assigned(Ok(Assigned::default())));
    bench.accepted()
}

#[test]
fn another_contact_joins_through_the_association() {
    let mut bench = trusting();
    bench.contact = OTHER.to_owned();
    let another = bench.protected();
    bench.send(another);
    let accepted = granted_again(&mut bench);
    assert_eq!(accepted.contacts.len(), 2, "200 tells of all");
    assert_eq!(bench.contacts(), [CONTACT, OTHER]);
    assert_eq!(
        bench.contact_events(),
        [(OTHER.to_owned(), ContactEvent::Registered)]
    );
}

#[test]
fn an_initial_registration_takes_the_place_of_what_was() {
    let mut bench = Bench::registered();
    bench.call_id = "call-2".to_owned();
    bench.contact = OTHER.to_owned();
    let challenge = {
        let initial = bench.initial();
        bench.send(initial);
        bench.mar();
        bench.input(Input::Vectors(Ok(vec![aka(2)])));
        bench.challenge()
    };
    assert_eq!(bench.contacts(), [CONTACT], "not before the response");
    let answer = bench.answer(&challenge, 2);
    bench.send(answer);
    granted_again(&mut bench);
    assert_eq!(bench.contacts(), [OTHER]);
    assert_eq!(
        bench.contact_events(),
        [
            (CONTACT.to_owned(), ContactEvent::Deactivated),
            (OTHER.to_owned(), ContactEvent::Registered)
        ]
    );
}

#[test]
fn an_initial_registration_leaves_the_flows_of_others() {
    let mut bench = trusting();
    let of_tablet = "sip:a@10.0.0.1";
    let register = with(bench.protected(), vec![flow(of_tablet, "<urn:uuid:1>", 1)]);
    bench.send(register);
    granted_again(&mut bench);
    bench.call_id = "call-2".to_owned();
    bench.contact = OTHER.to_owned();
    let challenge = bench.challenged_with(2);
    let answer = bench.answer(&challenge, 2);
    bench.send(answer);
    bench.cx();
    bench.input(Input::Assigned(granted()));
    bench.accepted();
    assert_eq!(bench.contacts(), [of_tablet, OTHER]);
}

#[test]
fn flows_of_one_instance_stand_side_by_side_and_replace_themselves() {
    let mut bench = trusting();
    let urn = "<urn:uuid:1>";
    for (uri, reg_id) in [
        ("sip:a@10.0.0.1", 1),
        ("sip:a@10.0.0.2", 2),
        ("sip:a@10.0.0.3", 1),
    ] {
        let register = with(bench.protected(), vec![flow(uri, urn, reg_id)]);
        bench.send(register);
        granted_again(&mut bench);
    }
    assert_eq!(bench.contacts(), [CONTACT, "sip:a@10.0.0.3", "sip:a@10.0.0.2"]);
}

#[test]
fn several_in_one_request_each_with_its_time() {
    let mut bench = trusting();
    let times = vec![
        Contact {
            expires: Some(100),
            ..contact(OTHER)
        },
        Contact {
            expires: Some(0),
            ..contact(CONTACT)
        },
        contact("sip:alice@10.0.0.11"),
    ];
    let register = with(bench.protected(), times);
    bench.send(register);
    let accepted = granted_again(&mut bench);
    let times: Vec<_> = accepted
        .contacts
        .iter()
        .map(|(binding, left)| (binding.contact.uri.as_str(), *left))
        .collect();
    assert_eq!(times, [(OTHER, 100), ("sip:alice@10.0.0.11", 600)]);
}

#[test]
fn there_are_no_more_contacts_than_allowed() {
    let mut bench = trusting();
    bench.policy.max_contacts = 2;
    let two = with(
        bench.protected(),
        vec![contact(OTHER), contact("sip:alice@10.0.0.11")],
    );
    bench.send(two);
    assert_eq!(bench.refused(), (403, RefusalCause::TooManyContacts));
    let three = with(
        bench.protected(),
        vec![contact("sip:1@h"), contact("sip:2@h"), contact("sip:3@h")],
    );
    bench.send(three);
    assert_eq!(bench.refused(), (403, RefusalCause::TooManyContacts));
    let another = with(bench.protected(), vec![contact(OTHER)]);
    bench.send(another);
    granted_again(&mut bench);
    bench.silent();
    // What is refreshed does not count twice.
    let same = with(bench.protected(), vec![contact(OTHER), contact(CONTACT)]);
    bench.send(same);
    granted_again(&mut bench);
}

#[test]
fn too_brief_is_423_before_anything_else() {
    for (header, own, brief) in [
        (Some(59), None, true),
        (Some(60), None, false),
        (None, None, false),
        (Some(600), Some(10), true),
        (Some(10), Some(600), false),
    ] {
        let mut bench = Bench::new();
        let mut register = bench.initial();
        register.expires = header;
        register.contacts = ContactSet::These(vec![Contact {
            expires: own,
            ..contact(CONTACT)
        }]);
        bench.send(register);
        if brief {
            match bench.reply() {
                Reply::Refused(refusal) => {
                    assert_eq!((refusal.status, refusal.min_expires), (423, Some(60)));
                }
                other => panic!("{other:?}"),
            }
            assert!(bench.session.is_over());
        } else {
            bench.mar();
        }
    }
}

#[test]
fn the_longest_time_is_the_operators_and_so_is_the_default() {
    for (asked, granted) in [(Some(10_000), 1_000), (None, 700), (Some(100), 100)] {
        let mut bench = trusting();
        (bench.policy.max_expires, bench.policy.default_expires) = (1_000, 700);
        let mut register = bench.protected();
        register.expires = asked;
        bench.send(register);
        assert_eq!(granted_again(&mut bench).contacts[0].1, granted);
    }
}

#[test]
fn all_contacts_with_a_time_is_a_bad_request() {
    for expires in [None, Some(600)] {
        let mut bench = trusting();
        let mut register = bench.protected();
        (register.contacts, register.expires) = (ContactSet::All, expires);
        bench.send(register);
        assert_eq!(bench.refused(), (400, RefusalCause::BadRequest));
        assert_eq!(bench.contacts(), [CONTACT]);
    }
}

#[test]
fn what_comes_late_changes_nothing() {
    let mut bench = trusting();
    let mut late = bench.protected();
    late.cseq = 1;
    late.expires = Some(0);
    bench.send(late);
    assert_eq!(bench.refused(), (500, RefusalCause::OutOfOrder));
    assert_eq!(bench.contacts(), [CONTACT]);
    bench.silent();
}

#[test]
fn without_contacts_it_asks_which_there_are() {
    let mut bench = trusting();
    let query = with(bench.protected(), Vec::new());
    bench.send(query);
    let accepted = bench.accepted();
    assert_eq!((accepted.contacts.len(), accepted.registered), (1, true));
    assert_eq!(bench.changes, 1, "of the registration before");
    bench.silent();
}

#[test]
fn an_emergency_registration_is_as_short_as_it_likes_and_no_longer_than_allowed() {
    for (asked, granted) in [(10, 10), (600_000, 3_600)] {
        let mut bench = trusting();
        let sos = Contact {
            emergency: true,
            ..contact("sip:alice@10.0.0.9:5062;sos")
        };
        let mut register = with(bench.protected(), vec![sos]);
        register.expires = Some(asked);
        assert!(register.is_emergency());
        bench.send(register);
        let accepted = granted_again(&mut bench);
        let (_, left) = accepted
            .contacts
            .iter()
            .find(|(binding, _)| binding.contact.emergency)
            .expect("it");
        assert_eq!(*left, granted);
        assert_eq!(bench.contacts().len(), 2, "beside the other");
    }
}

#[test]
fn a_path_has_an_end() {
    let mut bench = Bench::new();
    let mut register = bench.initial();
    register.path = vec!["<sip:p.test;lr>".to_owned(); MAX_PATH + 1];
    bench.send(register);
    assert_eq!(bench.refused(), (400, RefusalCause::BadRequest));
}

#[test]
fn nobody_is_kept_from_calling_for_help() {
    for emergency in [true, false] {
        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let mut answer = bench.answer(&challenge, 1);
        let contact = Contact {
            emergency,
            ..contact(CONTACT)
        };
        answer.contacts = ContactSet::These(vec![contact]);
        bench.send(answer);
        bench.sar(ServerAssignmentType::REGISTRATION);
        bench.input(Input::Assigned(Ok(Assigned {
            profile: Some(profile_of(&[(ALICE, true)])),
            shared: false,
        })));
        if emergency {
            assert!(bench.accepted().associated.is_empty());
        } else {
            bench.sar(ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION);
        }
    }
}

#[test]
fn a_wildcard_is_nobody() {
    use quintet_cx::profile::IdentityType;
    let wildcard = "sip:alice!.*!@home.test";
    for kind in [IdentityType::WILDCARDED_IMPU, IdentityType::WILDCARDED_PSI] {
        let mut profile = (*profile_of(&[(ALICE, false), (wildcard, false)])).clone();
        profile.service_profiles[0].public_identities[1].identity_type = Some(kind);
        let mut bench = Bench::new();
        let challenge = bench.challenged_with(1);
        let answer = bench.answer(&challenge, 1);
        bench.send(answer);
        bench.sar(ServerAssignmentType::REGISTRATION);
        bench.input(Input::Assigned(Ok(Assigned {
            profile: Some(std::sync::Arc::new(profile)),
            shared: false,
        })));
        assert_eq!(bench.accepted().associated, [impu(ALICE)]);
        assert!(!bench.session.is_registered(&impu(wildcard)));
    }
}

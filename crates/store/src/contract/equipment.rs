//! Equipment: rules, bindings, and how front ends follow them.

use super::fixture::{imsi, subscriber};
use super::{Make, call};
use crate::command::{Command, PutMode};
use crate::equipment::{EquipmentCommand, EquipmentReply};
use crate::port::{Revision, Store};
use crate::reply::{Reply, StoreError};
use quintet_subscriber::eir::{
    BoundEquipment, Equipment, EquipmentBinding, EquipmentEntry, EquipmentPattern, EquipmentRule,
    EquipmentStatus,
};

fn pattern(text: &str) -> EquipmentPattern {
    text.parse().expect("digits")
}

fn rule(text: &str, status: EquipmentStatus) -> EquipmentRule {
    EquipmentRule {
        equipment: pattern(text),
        status,
        note: text.starts_with('9').then(|| format!("of {text}")),
    }
}

fn binding(n: u64, patterns: &[&str]) -> EquipmentBinding {
    let bound = |text: &&str| BoundEquipment {
        equipment: pattern(text),
        learnt: false,
    };
    EquipmentBinding {
        imsi: imsi(n),
        equipment: patterns.iter().map(bound).collect(),
    }
}

fn ask(store: &mut dyn Store, command: EquipmentCommand) -> Result<EquipmentReply, StoreError> {
    match call(store, Command::Equipment(command))? {
        Reply::Equipment(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

fn put(store: &mut dyn Store, rules: &[EquipmentRule]) -> EquipmentReply {
    let rules = rules.to_vec();
    ask(store, EquipmentCommand::Put { rules }).expect("a put")
}

fn bind(store: &mut dyn Store, bindings: &[EquipmentBinding]) -> EquipmentReply {
    let bindings = bindings.to_vec();
    ask(store, EquipmentCommand::Bind { bindings }).expect("a binding")
}

fn found(store: &mut dyn Store, imei: &str, n: Option<u64>) -> (Option<EquipmentStatus>, Option<usize>) {
    let equipment = Equipment::of_imei(imei.parse().expect("an IMEI"));
    let imsi = n.map(imsi);
    match ask(store, EquipmentCommand::Find { equipment, imsi }) {
        Ok(EquipmentReply::Found { status, binding }) => {
            (status, binding.map(|binding| binding.equipment.len()))
        }
        other => panic!("{other:?}"),
    }
}

fn changes(store: &mut dyn Store, since: u64, limit: usize) -> (u64, u64, Vec<EquipmentEntry>) {
    let since = Revision(since);
    match ask(store, EquipmentCommand::Changes { since, limit }) {
        Ok(EquipmentReply::Changes {
            revision,
            floor,
            entries,
        }) => (revision.0, floor.0, entries),
        other => panic!("{other:?}"),
    }
}

fn revision(reply: EquipmentReply) -> u64 {
    match reply {
        EquipmentReply::Revision(revision) => revision.0,
        other => panic!("{other:?}"),
    }
}

/// The rule with most digits that fit counts; one that is put again is another.
pub fn the_longest_pattern_is_found(make: Make<'_>) {
    use EquipmentStatus::{Black, Grey, White};
    let store = &mut *make();
    put(
        store,
        &[
            rule("35", White),
            rule("35209900", Grey),
            rule("35209900176148", Black),
            rule("3520990017614823", White),
        ],
    );
    assert_eq!(found(store, "352099001761481", None).0, Some(Black));
    assert_eq!(found(store, "35209900000000", None).0, Some(Grey));
    assert_eq!(found(store, "35000000000000", None).0, Some(White));
    assert_eq!(found(store, "36000000000000", None).0, None);
    let equipment = Equipment::of_imeisv("3520990017614823".parse().expect("an IMEISV"));
    let command = EquipmentCommand::Find {
        equipment,
        imsi: None,
    };
    let (status, binding) = (Some(White), None);
    assert_eq!(ask(store, command), Ok(EquipmentReply::Found { status, binding }));
    put(store, &[rule("35209900", White)]);
    assert_eq!(found(store, "35209900000000", None).0, Some(White));
}

/// A removal of what is not there removes nothing.
pub fn rules_are_removed_all_or_none(make: Make<'_>) {
    let store = &mut *make();
    put(store, &[rule("35", EquipmentStatus::White)]);
    let remove = |equipment: &[&str]| EquipmentCommand::Remove {
        equipment: equipment.iter().map(|text| pattern(text)).collect(),
    };
    for wrong in [&["35", "36"][..], &["35", "35"]] {
        let equipment = pattern(wrong[1]);
        assert_eq!(
            ask(store, remove(wrong)),
            Err(StoreError::NoEquipment { equipment })
        );
        assert!(found(store, "35000000000000", None).0.is_some());
    }
    ask(store, remove(&["35"])).expect("a removal");
    assert_eq!(found(store, "35000000000000", None).0, None);
}

/// An IMSI is bound to what was said last, whether it is a subscriber or not; to nothing is unbound.
pub fn bindings_are_replaced_and_ended(make: Make<'_>) {
    let store = &mut *make();
    bind(store, &[binding(1, &["35", "36"]), binding(2, &["37"])]);
    assert_eq!(found(store, "35000000000000", Some(1)), (None, Some(2)));
    bind(store, &[binding(1, &["38"])]);
    assert_eq!(found(store, "35000000000000", Some(1)), (None, Some(1)));
    bind(store, &[binding(1, &[]), binding(3, &[])]);
    assert_eq!(found(store, "35000000000000", Some(1)), (None, None));
    assert_eq!(found(store, "35000000000000", Some(2)), (None, Some(1)));
}

/// Who learns first is right; who comes later is told what was learnt.
pub fn the_first_equipment_is_learnt(make: Make<'_>) {
    let store = &mut *make();
    let learn = |text: &str| EquipmentCommand::Learn {
        imsi: imsi(1),
        equipment: pattern(text),
    };
    let unknown = StoreError::NoSubscriber { imsi: imsi(1) };
    assert_eq!(ask(store, learn("35209900176148")), Err(unknown));
    let command = Command::Put {
        subscribers: vec![subscriber(1)],
        mode: PutMode::Insert,
    };
    call(store, command).expect("a subscriber");
    let mut learnt = binding(1, &["35209900176148"]);
    learnt.equipment[0].learnt = true;
    let learnt = EquipmentReply::Binding(learnt);
    assert_eq!(ask(store, learn("35209900176148")), Ok(learnt.clone()));
    assert_eq!(ask(store, learn("86000000000000")), Ok(learnt), "it stays");
    let provisioned = binding(1, &["86"]);
    bind(store, std::slice::from_ref(&provisioned));
    assert_eq!(
        ask(store, learn("35209900176148")),
        Ok(EquipmentReply::Binding(provisioned))
    );
}

/// Each entry once, at its last change, and pages miss nothing.
pub fn equipment_changes_page_in_order(make: Make<'_>) {
    let store = &mut *make();
    assert_eq!(changes(store, 0, 10), (0, 0, vec![]));
    let rules: Vec<_> = (10..20)
        .map(|n| rule(&n.to_string(), EquipmentStatus::White))
        .collect();
    assert_eq!(revision(put(store, &rules)), 10);
    let bound = binding(1, &["9990", "99912345678901"]);
    assert_eq!(revision(bind(store, std::slice::from_ref(&bound))), 11);
    let noted = rule("9", EquipmentStatus::Black);
    put(store, std::slice::from_ref(&noted));
    assert_eq!(revision(put(store, &rules[..1])), 13);
    let mut expected: Vec<_> = rules[1..].iter().cloned().map(EquipmentEntry::Rule).collect();
    expected.push(EquipmentEntry::Binding(bound));
    expected.push(EquipmentEntry::Rule(noted));
    expected.push(EquipmentEntry::Rule(rules[0].clone()));
    for limit in 1..15 {
        let (mut since, mut all) = (0, Vec::new());
        loop {
            let (revision, floor, page) = changes(store, since, limit);
            assert_eq!(floor, 0);
            assert!(page.len() <= limit);
            if page.is_empty() {
                assert_eq!(revision, 13);
                break;
            }
            since = revision;
            all.extend(page);
        }
        assert_eq!(all, expected, "limit {limit}");
    }
    assert_eq!(changes(store, u64::MAX >> 1, 10), (13, 0, vec![]), "the future");
}

/// Whatever is removed, whoever follows learns that something was.
pub fn a_removal_moves_the_floor(make: Make<'_>) {
    let store = &mut *make();
    put(
        store,
        &[
            rule("35", EquipmentStatus::White),
            rule("36", EquipmentStatus::Black),
        ],
    );
    bind(store, &[binding(1, &["35"])]);
    assert_eq!(changes(store, 0, 10).1, 0);
    let equipment = vec![pattern("35")];
    let removed = revision(ask(store, EquipmentCommand::Remove { equipment }).expect("a removal"));
    assert_eq!((removed, changes(store, 3, 10)), (4, (4, 4, vec![])));
    assert_eq!(revision(bind(store, &[binding(1, &[])])), 5);
    assert_eq!(changes(store, 4, 10), (5, 5, vec![]));
    assert_eq!(revision(bind(store, &[binding(1, &[])])), 5, "nothing to remove");
    let left = EquipmentEntry::Rule(rule("36", EquipmentStatus::Black));
    assert_eq!(changes(store, 0, 10), (2, 5, vec![left]));
}

/// Subscribers' changes are another matter, and a binding outlives its subscriber.
pub fn equipment_is_no_provisioning_change(make: Make<'_>) {
    let store = &mut *make();
    put(store, &[rule("35", EquipmentStatus::White)]);
    let subscribers = vec![subscriber(1)];
    let mode = PutMode::Insert;
    let put_one = call(store, Command::Put { subscribers, mode });
    assert_eq!(put_one, Ok(Reply::Revision(Revision(1))));
    bind(store, &[binding(1, &["35"])]);
    let imsis = vec![imsi(1)];
    assert_eq!(
        call(store, Command::Remove { imsis }),
        Ok(Reply::Revision(Revision(2)))
    );
    assert_eq!(found(store, "36000000000000", Some(1)), (None, Some(1)));
}

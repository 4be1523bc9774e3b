//! S13: what MMEs are told of equipment, before and after the index is whole, and what is learnt.

#![cfg(test)]

#[path = "support/recorded.rs"]
#[expect(dead_code, reason = "tshark's verdict alone is used")]
mod judge;
mod support;

use quintet_diameter::dict::{avp, command};
use quintet_diameter::{ConnectionId, MessageWriter};
use quintet_hss::{HssConfig, HssEvent, S13};
use quintet_identity::Imsi;
use quintet_store::faulty::Fault;
use quintet_store::{Command, EquipmentCommand, EquipmentReply, Reply, StoreError};
use quintet_subscriber::eir::{
    BoundEquipment, EirPolicy, EquipmentBinding, EquipmentRule, EquipmentStatus, UnknownEquipment, Verdict,
};
use std::time::Duration;
use support::*;

const IMEI: &str = "35209900176148";
const UNKNOWN: (u32, Option<u32>) = (5422, None);
const WHITE: (u32, Option<u32>) = (2001, Some(0));
const BLACK: (u32, Option<u32>) = (2001, Some(1));
const GREY: (u32, Option<u32>) = (2001, Some(2));

/// An HSS with an MME; every pair of messages is kept for tshark.
struct Eir {
    rig: Rig,
    mme: ConnectionId,
    id: u32,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Eir {
    fn with(policy: EirPolicy) -> Self {
        let mut config = HssConfig::new(vec![plmn(HOME)]);
        config.eir = policy;
        let mut rig = Rig::new(config);
        rig.provision_many(2, &subscription());
        Self {
            mme: ConnectionId(0),
            id: 0,
            pairs: Vec::new(),
            rig,
        }
    }

    fn started(policy: EirPolicy, rules: &[(&str, EquipmentStatus)]) -> Self {
        let mut eir = Self::with(policy);
        eir.put(rules);
        eir.start();
        eir
    }

    fn start(&mut self) {
        self.rig.start();
        self.mme = self.rig.mme("mme");
    }

    fn command(&mut self, command: EquipmentCommand) -> EquipmentReply {
        match self.rig.direct(Command::Equipment(command)).unwrap() {
            Reply::Equipment(reply) => reply,
            other => panic!("{other:?}"),
        }
    }

    fn put(&mut self, rules: &[(&str, EquipmentStatus)]) {
        let rule = |(pattern, status): &(&str, EquipmentStatus)| EquipmentRule {
            equipment: pattern.parse().unwrap(),
            status: *status,
            note: None,
        };
        let rules = rules.iter().map(rule).collect();
        self.command(EquipmentCommand::Put { rules });
    }

    fn bind(&mut self, n: u32, pattern: &str) {
        let bound = BoundEquipment {
            equipment: pattern.parse().unwrap(),
            learnt: false,
        };
        let bindings = vec![EquipmentBinding {
            imsi: imsi(n),
            equipment: vec![bound],
        }];
        self.command(EquipmentCommand::Bind { bindings });
    }

    /// Another process wrote.
    fn noticed(&mut self) {
        self.rig.hss.store_changed(self.rig.now);
        self.rig.pump();
    }

    fn ecr(&mut self, who: Option<Imsi>, more: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
        self.id += 1;
        let id = self.id;
        message(command::ME_IDENTITY_CHECK, S13, id, |w| {
            w.text(avp::SESSION_ID, &format!("mme;1;{id}"));
            w.u32(avp::AUTH_SESSION_STATE, 1);
            w.text(avp::ORIGIN_HOST, &format!("mme.{REALM}"));
            w.text(avp::ORIGIN_REALM, REALM);
            w.text(avp::DESTINATION_REALM, REALM);
            more(w);
            if let Some(who) = who {
                w.text(avp::USER_NAME, &who.to_string());
            }
        })
    }

    fn of_imei(&mut self, who: Option<Imsi>, imei: &str) -> Vec<u8> {
        self.ecr(who, |w| {
            w.group(avp::TERMINAL_INFORMATION, |w| {
                w.text(avp::IMEI, &imei[..imei.len().min(15)]);
                if let Some(version) = imei.get(14..16) {
                    w.text(avp::SOFTWARE_VERSION, version);
                }
            });
        })
    }

    fn ask(&mut self, request: Vec<u8>) -> (u32, Option<u32>) {
        let answer = self.rig.ask(self.mme, &request);
        let status = (result_of(&answer), value(&answer, &[avp::EQUIPMENT_STATUS]));
        self.pairs.push((request, answer));
        status
    }

    fn check(&mut self, who: Option<u32>, imei: &str) -> (u32, Option<u32>) {
        let request = self.of_imei(who.map(imsi), imei);
        self.ask(request)
    }
}

#[test]
fn the_longest_rule_is_answered_and_tshark_reads_it() {
    use EquipmentStatus::{Black, Grey, White};
    let mut eir = Eir::started(
        EirPolicy::default(),
        &[("35", White), ("35209900", Grey), (IMEI, Black)],
    );
    assert_eq!(eir.check(None, "35000000000000"), WHITE);
    assert_eq!(eir.check(Some(1), "352099000000000"), GREY);
    assert_eq!(eir.check(Some(1), "3520990017614823"), BLACK);
    assert_eq!(eir.check(Some(1), "86000000000000"), UNKNOWN);
    let reported = |event: &HssEvent| match event {
        HssEvent::Equipment { verdict, .. } => Some(*verdict),
        _ => None,
    };
    let events: Vec<_> = eir.rig.events.iter().filter_map(reported).collect();
    assert_eq!(
        events,
        [Verdict::Status(Grey), Verdict::Status(Black), Verdict::Unknown]
    );
    judge::judged_by_tshark(&eir.pairs);
}

/// What no rule names is what the operator says; rules and bindings go before that.
#[test]
fn equipment_that_no_rule_names_is_what_the_operator_says() {
    for (unknown, answer) in [
        (UnknownEquipment::Unknown, UNKNOWN),
        (UnknownEquipment::White, WHITE),
        (UnknownEquipment::Grey, GREY),
        (UnknownEquipment::Black, BLACK),
    ] {
        let policy = EirPolicy {
            unknown,
            ..EirPolicy::default()
        };
        let mut eir = Eir::with(policy);
        eir.put(&[("35209900", EquipmentStatus::White)]);
        eir.bind(2, "86000000000001");
        eir.start();
        for who in [None, Some(1)] {
            assert_eq!(eir.check(who, "86000000000000"), answer, "{unknown:?} of {who:?}");
            assert_eq!(eir.check(who, IMEI), WHITE, "{unknown:?}: a rule names it");
        }
        assert_eq!(
            eir.check(Some(2), "86000000000001"),
            WHITE,
            "{unknown:?}: it is his"
        );
        judge::judged_by_tshark(&eir.pairs);
    }
}

#[test]
fn what_is_wrong_with_a_request_is_told() {
    let mut eir = Eir::started(EirPolicy::default(), &[]);
    let nothing = eir.ecr(None, |_| ());
    assert_eq!(eir.ask(nothing), (5005, None));
    // The group that is missing is named by an empty one (RFC 6733 7.5), of which tshark warns.
    eir.pairs.clear();
    let empty = eir.ecr(None, |w| w.group(avp::TERMINAL_INFORMATION, |_| ()));
    assert_eq!(eir.ask(empty), (5005, None));
    let letters = eir.of_imei(None, "3520990017614X");
    assert_eq!(eir.ask(letters), (5004, None));
    let version = eir.ecr(None, |w| {
        w.group(avp::TERMINAL_INFORMATION, |w| {
            w.text(avp::IMEI, IMEI);
            w.text(avp::SOFTWARE_VERSION, "123");
        });
    });
    assert_eq!(eir.ask(version), (5014, None));
    let meid = eir.ecr(None, |w| {
        w.group(avp::TERMINAL_INFORMATION, |w| w.octets(avp::TGPP2_MEID, &[1; 7]));
    });
    assert_eq!(eir.ask(meid), UNKNOWN);
    let subscriber = eir.ecr(None, |w| {
        w.group(avp::TERMINAL_INFORMATION, |w| w.text(avp::IMEI, IMEI));
        w.text(avp::USER_NAME, "nobody@example.org");
    });
    assert_eq!(eir.ask(subscriber), (5004, None));
    judge::judged_by_tshark(&eir.pairs);
}

#[test]
fn the_store_is_asked_until_the_index_is_whole_and_not_after() {
    let mut eir = Eir::with(EirPolicy::default());
    eir.put(&[(IMEI, EquipmentStatus::Black)]);
    let page = |command: &Command| matches!(command, Command::Equipment(EquipmentCommand::Changes { .. }));
    eir.rig
        .store
        .fail_when(move |command| page(command).then_some(Fault::Refused(StoreError::Busy)));
    eir.start();
    assert!(eir.rig.hss.equipment().is_none());
    assert_eq!(eir.check(None, IMEI), BLACK);
    eir.rig.store.fail_when(|_| None);
    eir.rig.advance(Duration::from_secs(2));
    assert_eq!(eir.rig.hss.equipment().unwrap().rules(), 1);
    eir.rig.store.outage(Some(StoreError::Busy));
    assert_eq!(eir.check(None, IMEI), BLACK, "answered from memory");
}

#[test]
fn a_store_that_fails_before_the_index_is_whole_is_5012() {
    let mut eir = Eir::with(EirPolicy::default());
    eir.rig
        .store
        .outage(Some(StoreError::Unavailable("outage".to_owned())));
    eir.start();
    assert_eq!(eir.check(None, IMEI), (5012, None));
    eir.rig.store.outage(Some(StoreError::Busy));
    assert_eq!(eir.check(None, IMEI), (3004, None));
}

#[test]
fn what_another_process_changes_is_seen() {
    let mut eir = Eir::started(EirPolicy::default(), &[(IMEI, EquipmentStatus::White)]);
    assert_eq!(eir.check(Some(1), IMEI), WHITE);
    eir.put(&[(IMEI, EquipmentStatus::Black)]);
    eir.noticed();
    assert_eq!(eir.check(Some(1), IMEI), BLACK);
    let equipment = vec![IMEI.parse().unwrap()];
    eir.command(EquipmentCommand::Remove { equipment });
    eir.noticed();
    assert_eq!(eir.check(Some(1), IMEI), UNKNOWN);
    eir.bind(1, IMEI);
    eir.noticed();
    assert_eq!(eir.check(Some(1), IMEI), WHITE);
    assert_eq!(eir.check(Some(2), IMEI), UNKNOWN);
    assert_eq!(eir.check(Some(1), "86000000000000"), GREY);
}

#[test]
fn the_first_equipment_is_learnt_and_another_is_refused() {
    let policy = EirPolicy {
        unknown: UnknownEquipment::White,
        other_equipment: EquipmentStatus::Black,
        learn: true,
    };
    let mut eir = Eir::started(policy, &[]);
    assert_eq!(eir.check(Some(1), "352099001761481"), WHITE);
    assert_eq!(eir.check(Some(1), "3520990017614800"), WHITE, "the same IMEI");
    assert_eq!(eir.check(Some(1), "86000000000000"), BLACK);
    assert_eq!(eir.check(Some(2), "86000000000000"), WHITE);
    assert_eq!(eir.check(None, "35000000000000"), WHITE, "nobody to bind");
    let bindings = eir.rig.hss.equipment().unwrap().bindings();
    assert_eq!(bindings, 2);
    // An IMSI of another network is bound by nobody here.
    let request = eir.of_imei(Some("262010000000001".parse().unwrap()), IMEI);
    assert_eq!(eir.ask(request), WHITE);
    assert_eq!(eir.rig.hss.equipment().unwrap().bindings(), bindings);
}

#[test]
fn another_front_end_that_learnt_first_is_right() {
    let policy = EirPolicy {
        unknown: UnknownEquipment::White,
        learn: true,
        ..EirPolicy::default()
    };
    let mut eir = Eir::started(policy, &[]);
    eir.bind(1, "86");
    assert_eq!(
        eir.check(Some(1), IMEI),
        GREY,
        "not noticed yet, and told by the store"
    );
    // One that cannot be stored is answered all the same.
    let learn = |command: &Command| matches!(command, Command::Equipment(EquipmentCommand::Learn { .. }));
    eir.rig
        .store
        .fail_when(move |command| learn(command).then_some(Fault::Refused(StoreError::TooMuchEquipment)));
    assert_eq!(eir.check(Some(2), IMEI), WHITE);
}

#[test]
fn two_first_uses_at_once_are_one_after_the_other() {
    let policy = EirPolicy {
        unknown: UnknownEquipment::White,
        other_equipment: EquipmentStatus::Black,
        learn: true,
    };
    let mut eir = Eir::started(policy, &[]);
    eir.rig.store.hold();
    let (one, two) = (
        eir.of_imei(Some(imsi(1)), IMEI),
        eir.of_imei(Some(imsi(1)), "86000000000000"),
    );
    let mme = eir.mme;
    for request in [&one, &two] {
        assert_eq!(
            eir.rig.feed(mme, request),
            Some(quintet_hss::Disposition::Waiting)
        );
    }
    eir.rig.store.release_all();
    eir.rig.pump();
    let status = |octets: Vec<u8>| value(&octets, &[avp::EQUIPMENT_STATUS]);
    assert_eq!(status(eir.rig.answer(mme)), Some(0));
    assert_eq!(status(eir.rig.answer(mme)), Some(1));
}

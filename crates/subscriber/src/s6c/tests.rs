//! The decisions, row by row.

use super::*;
use crate::sh::ShRecord;
use quintet_slh::s6c::{DeliveryOutcome, SmDeliveryOutcome};

/// Gdd-in-SGSN of Feature-List-ID 2.
const GDD: u32 = 1 << 12;

fn number(text: &str) -> Msisdn {
    text.parse().unwrap()
}

fn centre(n: u32) -> ServiceCentre {
    ServiceCentre {
        address: number(&format!("4917{n:03}")),
        host: format!("gmsc{n}.example.org"),
        realm: "example.org".to_owned(),
    }
}

/// A node that takes short messages.
fn node(host: &str) -> Registered {
    Registered {
        host: host.to_owned(),
        realm: "example.org".to_owned(),
        visited_plmn: None,
        rat_type: None,
        features: 0,
        features_2: GDD,
        purged: false,
        ims_voice: None,
        srvcc: None,
        imei: None,
        imeisv: None,
        mme_number_for_mt_sms: Some(number("4930")),
        since: 0,
    }
}

fn user(mme: Option<Registered>, sgsn: Option<Registered>, waiting: Option<MessageWaiting>) -> ShUser {
    ShUser {
        imsi: "001010000000001".parse().unwrap(),
        msisdn: Some(number("4915112345")),
        ims: None,
        location: Some(Location {
            mme,
            sgsn,
            message_waiting: waiting,
            ..Location::default()
        }),
        record: ShRecord::default(),
        version: 0,
    }
}

fn asked() -> Srr {
    Srr {
        user: UserIdentifier::number(number("4915112345")),
        sc_address: Some(centre(1).address),
        ..Srr::default()
    }
}

fn decide(request: &Srr, user: &ShUser, mt_sms: MtSms) -> Result<Decision<Sra>, Outcome> {
    let subscription = Subscription {
        mt_sms,
        ..crate::s6a::tests::subscription()
    };
    let home = "00101".parse().unwrap();
    route(request, user, &subscription, Some(home), Some(centre(1)))
}

fn granted(request: &Srr, user: &ShUser) -> Decision<Sra> {
    decide(request, user, MtSms::Subscribed).unwrap()
}

#[test]
fn a_node_that_takes_short_messages_is_told() {
    let both = user(Some(node("mme")), Some(node("sgsn")), None);
    let found = granted(&asked(), &both);
    let told = found.answer.serving_node.unwrap();
    assert_eq!(told.mme.unwrap().name, "mme");
    assert_eq!(told.mme_number_for_mt_sms, Some(number("4930")));
    assert_eq!(
        found.answer.additional_serving_node, None,
        "one alone was asked for"
    );
    assert_eq!((found.answer.mwd_status, found.change), (None, None));
    assert_eq!(found.answer.user_identifier, None, "the number was known");
    let two = Srr {
        flags: SrrFlags::GPRS_INDICATOR,
        ..asked()
    };
    let second = granted(&two, &both).answer.additional_serving_node;
    assert_eq!(second.unwrap().sgsn.unwrap().name, "sgsn");
    let elsewhere = Registered {
        mme_number_for_mt_sms: None,
        ..node("mme")
    };
    let found = granted(&asked(), &user(Some(elsewhere), Some(node("sgsn")), None));
    assert!(found.answer.serving_node.unwrap().sgsn.is_some(), "over Gdd");
}

#[test]
fn who_came_meanwhile_is_who_was_not_there() {
    let at = |mme, sgsn| user(mme, sgsn, None).location.unwrap();
    let mme = || Some(node("mme"));
    let again = || {
        Some(Registered {
            since: 1,
            ..node("mme")
        })
    };
    let deaf = || {
        Some(Registered {
            mme_number_for_mt_sms: None,
            ..node("mme")
        })
    };
    let rows = [
        (None, at(mme(), None), (true, false)),
        (Some(at(None, None)), at(mme(), Some(node("sgsn"))), (true, true)),
        (Some(at(mme(), None)), at(mme(), None), (false, false)),
        (
            Some(at(mme(), None)),
            at(mme(), Some(node("sgsn"))),
            (false, true),
        ),
        (Some(at(mme(), None)), at(again(), None), (true, false)),
        (Some(at(None, None)), at(deaf(), None), (false, false)),
    ];
    for (before, now, expected) in rows {
        let presence = came(before.as_ref(), &now);
        assert_eq!((presence.mme, presence.sgsn), expected, "{before:?} {now:?}");
        assert!(!presence.memory);
    }
}

/// The number of somebody else beside the IMSI.
#[test]
fn identities_of_two_users_contradict_each_other() {
    let served = user(Some(node("mme")), None, None);
    let two = UserIdentifier {
        imsi: Some(served.imsi),
        msisdn: Some(number("4915100000")),
    };
    let request = Srr { user: two, ..asked() };
    assert_eq!(
        decide(&request, &served, MtSms::Subscribed).unwrap_err().code(),
        5007
    );
    let reported = Rdr {
        user: two,
        ..over_mme(SmDeliveryCause::SUCCESSFUL_TRANSFER, None)
    };
    assert_eq!(report(&reported, &served, None).unwrap_err().code(), 5007);
}

#[test]
fn services_that_are_barred_or_not_subscribed_are_refused() {
    let served = user(Some(node("mme")), None, None);
    for (service, code) in [(MtSms::Barred, 5557), (MtSms::NotSubscribed, 5556)] {
        assert_eq!(decide(&asked(), &served, service).unwrap_err().code(), code);
    }
    let mut both = asked();
    both.user.imsi = Some(served.imsi);
    assert!(decide(&both, &served, MtSms::Subscribed).is_ok());
    both.user.msisdn = Some(number("4915199999"));
    assert_eq!(
        decide(&both, &served, MtSms::Subscribed).unwrap_err().code(),
        5007
    );
}

#[test]
fn identities_alone_are_told_wherever_the_ue_is() {
    let nowhere = user(None, None, None);
    let of = |not_intended| Srr {
        not_intended: Some(not_intended),
        ..asked()
    };
    let imsi = granted(&of(SmDeliveryNotIntended::ONLY_IMSI_REQUESTED), &nowhere);
    assert_eq!(imsi.answer.user_name, Some(UserName::Imsi(nowhere.imsi)));
    let network = granted(&of(SmDeliveryNotIntended::ONLY_MCC_MNC_REQUESTED), &nowhere);
    assert_eq!(
        network.answer.user_name,
        Some(UserName::Network("00101".parse().unwrap()))
    );
    assert_eq!((imsi.change, network.change), (None, None));
}

#[test]
fn who_finds_nobody_waits() {
    let gone = Registered {
        purged: true,
        ..node("mme")
    };
    for (mme, diagnostic) in [(None, 3), (Some(gone), 4)] {
        let found = granted(&asked(), &user(mme, None, None));
        assert_eq!(found.answer.outcome.code(), 5550);
        assert_eq!(found.answer.mme_diagnostic, Some(diagnostic));
        assert_eq!(found.answer.mwd_status, Some(MwdStatus::MNRF_SET));
        let after = MessageWaiting::changed(None, &found.change.unwrap()).unwrap();
        assert_eq!(
            (after.centres, after.mnrf, after.mnrg),
            (vec![centre(1)], true, false)
        );
    }
    let once = Srr {
        flags: SrrFlags::SINGLE_ATTEMPT_DELIVERY,
        ..asked()
    };
    let found = granted(&once, &user(None, None, None));
    let status = MwdStatus(MwdStatus::MNRF_SET.0 | MwdStatus::SC_ADDRESS_NOT_INCLUDED.0);
    assert_eq!(found.answer.mwd_status, Some(status));
    let after = MessageWaiting::changed(None, &found.change.unwrap()).unwrap();
    assert!(after.centres.is_empty());
}

#[test]
fn who_waits_is_told_the_number_that_alerts_name() {
    let nowhere = user(None, None, None);
    let stored = nowhere.msisdn.map(UserIdentifier::number);
    let by_imsi = Srr {
        user: UserIdentifier {
            imsi: Some(nowhere.imsi),
            msisdn: None,
        },
        ..asked()
    };
    let away = Rdr {
        user: by_imsi.user,
        ..over_mme(SmDeliveryCause::ABSENT_USER, None)
    };
    let kept = report(&away, &nowhere, Some(centre(1))).unwrap();
    assert_eq!(kept.answer.user_identifier, stored);
    for (request, told) in [(by_imsi, stored), (asked(), None)] {
        let found = granted(&request, &nowhere);
        assert_eq!(found.answer.outcome.code(), 5550);
        assert_eq!(found.answer.user_identifier, told);
        let served = granted(&request, &user(Some(node("mme")), None, None));
        assert_eq!(served.answer.user_identifier, told);
    }
}

#[test]
fn who_did_not_answer_is_tried_for_priority_alone() {
    let waiting = MessageWaiting {
        mnrf: true,
        mme_diagnostic: Some(1),
        ..MessageWaiting::default()
    };
    let away = user(Some(node("mme")), None, Some(waiting));
    let found = granted(&asked(), &away);
    assert_eq!(
        (found.answer.outcome.code(), found.answer.mme_diagnostic),
        (5550, Some(1))
    );
    assert_eq!(
        found.answer.mwd_status,
        Some(MwdStatus::MNRF_SET),
        "it waits too now"
    );
    let urgent = Srr {
        flags: SrrFlags::SM_RP_PRI,
        ..asked()
    };
    let found = granted(&urgent, &away);
    assert!(found.answer.serving_node.is_some());
    let status = MwdStatus(MwdStatus::MNRF_SET.0 | MwdStatus::SC_ADDRESS_NOT_INCLUDED.0);
    assert_eq!((found.answer.mwd_status, found.change), (Some(status), None));
    // A full memory is said, and tried.
    let full = MessageWaiting {
        centres: vec![centre(1)],
        mcef: true,
        ..MessageWaiting::default()
    };
    let found = granted(&asked(), &user(Some(node("mme")), None, Some(full)));
    assert_eq!(found.answer.mwd_status, Some(MwdStatus::MCEF_SET));
    assert!(found.answer.serving_node.is_some());
}

fn over_mme(cause: SmDeliveryCause, diagnostic: Option<u32>) -> Rdr {
    Rdr {
        user: UserIdentifier::number(number("4915112345")),
        sc_address: Some(centre(1).address),
        delivery: SmDeliveryOutcome {
            mme: Some(DeliveryOutcome { cause, diagnostic }),
            ..SmDeliveryOutcome::default()
        },
        ..Rdr::default()
    }
}

#[test]
fn what_is_reported_is_kept() {
    let served = user(Some(node("mme")), None, None);
    let decided = |request: &Rdr| report(request, &served, Some(centre(1))).unwrap();
    let after = |request: &Rdr| MessageWaiting::changed(None, &decided(request).change.unwrap()).unwrap();
    let away = after(&over_mme(SmDeliveryCause::ABSENT_USER, Some(1)));
    assert_eq!(
        (away.mnrf, away.mme_diagnostic, away.mcef),
        (true, Some(1), false)
    );
    assert_eq!(away.centres, [centre(1)]);
    let full = after(&over_mme(SmDeliveryCause::UE_MEMORY_CAPACITY_EXCEEDED, None));
    assert_eq!((full.mnrf, full.mcef), (false, true));
    let mut packet = over_mme(SmDeliveryCause::ABSENT_USER, None);
    packet.delivery.sgsn = packet.delivery.mme.take();
    assert!(after(&packet).mnrg);
    let mut once = over_mme(SmDeliveryCause::ABSENT_USER, None);
    once.flags = RdrFlags::SINGLE_ATTEMPT_DELIVERY;
    assert!(after(&once).centres.is_empty());
    let done = decided(&over_mme(SmDeliveryCause::SUCCESSFUL_TRANSFER, None));
    assert_eq!(done.change, None);
    assert!(done.presence.mme && done.presence.memory && !done.presence.sgsn);
}

#[test]
fn each_node_is_reported_of_by_itself() {
    let served = user(Some(node("mme")), Some(node("sgsn")), None);
    let over = |which: usize, cause, diagnostic| {
        let outcome = Some(DeliveryOutcome { cause, diagnostic });
        let of = |n| outcome.filter(|_| n == which);
        Rdr {
            delivery: SmDeliveryOutcome {
                msc: of(0),
                sgsn: of(1),
                ..SmDeliveryOutcome::default()
            },
            ..over_mme(cause, diagnostic)
        }
    };
    let decided = |request: &Rdr| report(request, &served, Some(centre(1))).unwrap();
    for (which, circuit) in [(0, true), (1, false)] {
        let done = decided(&over(which, SmDeliveryCause::SUCCESSFUL_TRANSFER, None)).presence;
        assert_eq!((done.mme, done.sgsn, done.memory), (circuit, !circuit, true));
        let change = decided(&over(which, SmDeliveryCause::ABSENT_USER, Some(6)))
            .change
            .unwrap();
        let mut waiting = MessageWaiting::changed(None, &change).unwrap();
        assert_eq!((waiting.mnrf, waiting.mnrg), (circuit, !circuit));
        let said = [waiting.mme_diagnostic, waiting.sgsn_diagnostic];
        assert_eq!(said, [circuit.then_some(6), (!circuit).then_some(6)]);
        // What one node did not reach, the other shows nothing of.
        let here = Presence {
            mme: !circuit,
            sgsn: circuit,
            memory: false,
        };
        let before = waiting.clone();
        waiting.apply(&WaitingChange::Present(here));
        assert_eq!(waiting, before);
        waiting.apply(&WaitingChange::Present(done));
        let left = MessageWaiting {
            centres: vec![centre(1)],
            ..MessageWaiting::default()
        };
        assert_eq!(waiting, left);
    }
}

#[test]
fn an_sgsn_that_did_not_answer_is_said_with_why() {
    let waiting = MessageWaiting {
        centres: vec![centre(1)],
        mnrf: true,
        mnrg: true,
        mme_diagnostic: Some(1),
        sgsn_diagnostic: Some(6),
        ..MessageWaiting::default()
    };
    let found = granted(&asked(), &user(None, Some(node("sgsn")), Some(waiting.clone())));
    assert_eq!(found.answer.outcome.code(), 5550);
    let said = (found.answer.mme_diagnostic, found.answer.sgsn_diagnostic);
    assert_eq!(said, (Some(1), Some(6)));
    assert_eq!(found.change, None, "all of it is kept already");
    let gone = Registered {
        purged: true,
        ..node("sgsn")
    };
    let found = granted(&asked(), &user(None, Some(gone), None));
    assert_eq!(found.answer.sgsn_diagnostic, Some(8));
    let after = MessageWaiting::changed(None, &found.change.unwrap()).unwrap();
    assert_eq!((after.mnrg, after.sgsn_diagnostic), (true, Some(8)));
    // Who asks through another node now is alerted there.
    let mut moved = waiting;
    let centre = ServiceCentre {
        host: "gmsc9.example.org".to_owned(),
        ..centre(1)
    };
    moved.apply(&WaitingChange::Missed {
        centre: Some(centre.clone()),
        mnrf: None,
        mnrg: None,
        mcef: false,
    });
    assert_eq!(moved.centres, [centre]);
}

#[test]
fn a_full_list_is_said_and_who_waits_already_is_no_more() {
    let full = MessageWaiting {
        centres: (10..10 + crate::model::MAX_WAITING_CENTRES as u32)
            .map(centre)
            .collect(),
        mnrf: true,
        ..MessageWaiting::default()
    };
    let served = user(Some(node("mme")), None, Some(full.clone()));
    let away = over_mme(SmDeliveryCause::ABSENT_USER, None);
    let refused = report(&away, &served, Some(centre(1))).unwrap_err();
    assert_eq!(refused.code(), 5558);
    let mut crowded = full.clone();
    crowded.apply(&WaitingChange::Missed {
        centre: Some(centre(1)),
        mnrf: None,
        mnrg: None,
        mcef: true,
    });
    assert_eq!((crowded.centres, crowded.mcef), (full.centres.clone(), true));
    let again = report(&away, &served, Some(centre(10))).unwrap();
    let after = MessageWaiting::changed(Some(&full), &again.change.unwrap()).unwrap();
    assert_eq!(after.centres.len(), full.centres.len());
    // Routing information is given, or not, all the same: that one does not wait is said.
    let found = granted(&asked(), &served);
    assert!(
        found
            .answer
            .mwd_status
            .unwrap()
            .has(MwdStatus::SC_ADDRESS_NOT_INCLUDED)
    );
}

#[test]
fn nobody_is_alerted_while_the_memory_is_full() {
    let mut waiting = MessageWaiting {
        centres: vec![centre(1), centre(2)],
        mnrf: true,
        ..MessageWaiting::default()
    };
    let here = registered(Domain::Mme, &node("mme"));
    assert!(here.mme && !here.sgsn);
    assert_eq!(alerted(&waiting, here).len(), 2);
    assert_eq!(alerted(&waiting, Presence::default()), []);
    waiting.mcef = true;
    assert_eq!(alerted(&waiting, here), []);
    let room = Presence {
        memory: true,
        ..Presence::default()
    };
    assert_eq!(alerted(&waiting, room).len(), 2);
    // What is left when all was told is nothing.
    waiting.apply(&WaitingChange::Present(Presence { memory: true, ..here }));
    let told = |waiting: &MessageWaiting, n| {
        MessageWaiting::changed(Some(waiting), &WaitingChange::Told(centre(n).address))
    };
    let one = told(&waiting, 1).unwrap();
    assert_eq!(told(&one, 2), None);
    assert!(registered(Domain::Sgsn, &node("sgsn")).sgsn);
    let mute = Registered {
        features_2: 0,
        mme_number_for_mt_sms: None,
        ..node("x")
    };
    assert!(!registered(Domain::Sgsn, &mute).is_any() && !registered(Domain::Mme, &mute).is_any());
}

//! S6c: where short messages are sent, what is kept of those that were not delivered, and who is alerted when.

#![cfg(test)]

#[path = "support/recorded.rs"]
#[expect(dead_code, reason = "tshark's verdict alone is used")]
mod judge;
mod support;

use quintet_cx::{Outcome, write_session};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{ConnectionId, Message, MessageWriter};
use quintet_hss::{HssConfig, S6C};
use quintet_identity::Msisdn;
use quintet_slh::s6c::{
    Ala, Answer, DeliveryOutcome, MwdStatus, Rdr, Request, SmDeliveryCause, SmDeliveryOutcome, Sra, Srr,
    SrrFlags, UserIdentifier,
};
use quintet_store::{Command, PutMode, StoreError};
use quintet_subscriber::model::{MessageWaiting, MtSms, Subscription};
use std::sync::Arc;
use std::time::Duration;
use support::*;

const MSISDN: &str = "49123456789";
const CENTRE: &str = "4917000001";
const ULR_S6A: u32 = 2;

/// An HSS with two SMS-GMSCs and an MME; every pair of messages is kept for tshark.
struct Sms {
    rig: Rig,
    gmscs: [ConnectionId; 2],
    mme: ConnectionId,
    id: u32,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

fn number(text: &str) -> Msisdn {
    text.parse().unwrap()
}

impl Sms {
    fn started() -> Self {
        let mut config = HssConfig::new(vec![plmn(HOME)]);
        config.s6c = true;
        config.sms_in_mme = true;
        let mut rig = Rig::new(config);
        rig.provision_many(2, &subscription());
        rig.start();
        Self {
            gmscs: ["gmsc1", "gmsc2"].map(|name| rig.mme(name)),
            mme: rig.mme("mme"),
            id: 0,
            pairs: Vec::new(),
            rig,
        }
    }

    fn octets(&mut self, from: &str, code: u32, write: impl FnOnce(&mut MessageWriter<'_>)) -> Vec<u8> {
        self.id += 1;
        let id = self.id;
        message(code, S6C, id, |w| {
            write_session(w, &format!("{from};1;{id}"));
            write(w);
            w.text(avp::ORIGIN_HOST, &format!("{from}.{REALM}"));
            w.text(avp::ORIGIN_REALM, REALM);
            w.text(avp::DESTINATION_REALM, REALM);
        })
    }

    /// Asks from the first SMS-GMSC, or the second.
    fn ask(&mut self, which: usize, request: &Request) -> Answer {
        let from = ["gmsc1", "gmsc2"][which];
        let octets = self.octets(from, request.command(), |w| request.write(w));
        let answer = self.rig.ask(self.gmscs[which], &octets);
        let read = Answer::read(&Message::decode(&answer).unwrap()).unwrap();
        self.pairs.push((octets, answer));
        read
    }

    fn route(&mut self, srr: Srr) -> Sra {
        match self.ask(0, &Request::RoutingInfo(srr)) {
            Answer::RoutingInfo(sra) => *sra,
            other => panic!("{other:?}"),
        }
    }

    /// Reports from an SMS-GMSC what became of a message over the MME.
    fn report(&mut self, which: usize, cause: SmDeliveryCause) -> u32 {
        let outcome = DeliveryOutcome {
            cause,
            diagnostic: None,
        };
        let rdr = Rdr {
            user: UserIdentifier::number(number(MSISDN)),
            sc_address: Some(number([CENTRE, "4917000002"][which])),
            delivery: SmDeliveryOutcome {
                mme: Some(outcome),
                ..SmDeliveryOutcome::default()
            },
            ..Rdr::default()
        };
        let answer = self.ask(which, &Request::ReportDeliveryStatus(rdr));
        answer.outcome().code()
    }

    /// The MME registers the first subscriber, and itself for short messages.
    fn register(&mut self) {
        self.id += 1;
        let request = ulr(self.id, "mme", imsi(1), ULR_S6A, |w| {
            features(w, 2, 1);
            w.octets(avp::MME_NUMBER_FOR_MT_SMS, &[0x94, 0x03]);
            w.u32(avp::SMS_REGISTER_REQUEST, 0);
        });
        let answer = self.rig.ask(self.mme, &request);
        assert_eq!(result_of(&answer), 2001);
    }

    /// The MME notifies with these NOR-Flags.
    fn notify(&mut self, flags: u32, alert_reason: Option<u32>) {
        self.id += 1;
        let request = s6a(command::NOTIFY, self.id, "mme", imsi(1), |w| {
            w.u32(avp::NOR_FLAGS, flags);
            if let Some(reason) = alert_reason {
                w.u32(avp::ALERT_REASON, reason);
            }
        });
        let answer = self.rig.ask(self.mme, &request);
        assert_eq!(result_of(&answer), 2001);
    }

    /// The next alert, confirmed with a result: to whom, and for which service centre.
    fn alerted(&mut self, result: u32) -> Option<(ConnectionId, Msisdn)> {
        let sent = self.rig.request_of(S6C)?;
        self.rig.confirm(&sent, result);
        let Request::AlertServiceCentre(alr) = Request::read(&Message::decode(&sent.1).unwrap()).unwrap()
        else {
            panic!("no alert")
        };
        assert_eq!(alr.user, UserIdentifier::number(number(MSISDN)));
        self.pairs.push((sent.1.clone(), confirmation(&sent.1)));
        Some((sent.0, alr.sc_address))
    }

    fn waiting(&mut self) -> Option<MessageWaiting> {
        self.rig.location(imsi(1)).message_waiting
    }
}

/// An ALA, for tshark.
fn confirmation(request: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let request = Message::decode(request).unwrap();
    let mut w = MessageWriter::answer(&mut out, &request, false);
    w.raw(request.find(avp::SESSION_ID).unwrap().raw);
    w.u32(avp::RESULT_CODE, 2001);
    w.text(avp::ORIGIN_HOST, "gmsc");
    w.text(avp::ORIGIN_REALM, REALM);
    Ala::new(Outcome::SUCCESS).write(&mut w);
    w.finish();
    out
}

fn srr() -> Srr {
    Srr {
        user: UserIdentifier::number(number(MSISDN)),
        sc_address: Some(number(CENTRE)),
        ..Srr::default()
    }
}

#[test]
fn a_short_message_finds_the_mme() {
    let mut sms = Sms::started();
    sms.register();
    let sra = sms.route(srr());
    let node = sra.serving_node.unwrap();
    assert_eq!(node.mme.unwrap().name, format!("mme.{REALM}"));
    assert_eq!(node.mme_number_for_mt_sms, Some(number("4930")));
    let unknown = Srr {
        user: UserIdentifier::number(number("4999")),
        ..srr()
    };
    assert_eq!(sms.route(unknown).outcome.code(), 5001);
    for (mt_sms, code) in [(MtSms::Barred, 5557), (MtSms::NotSubscribed, 5556)] {
        let changed = Subscription {
            mt_sms,
            ..subscription()
        };
        let subscribers = vec![subscriber(imsi(1), &Arc::new(changed))];
        let mode = PutMode::Upsert;
        sms.rig.direct(Command::Put { subscribers, mode }).unwrap();
        sms.rig.hss.store_changed(sms.rig.now);
        sms.rig.pump();
        assert_eq!(sms.route(srr()).outcome.code(), code);
    }
    judge::judged_by_tshark(&sms.pairs);
}

#[test]
fn who_found_nobody_is_alerted_when_the_ue_registers() {
    let mut sms = Sms::started();
    let sra = sms.route(srr());
    assert_eq!(
        (sra.outcome.code(), sra.mwd_status),
        (5550, Some(MwdStatus::MNRF_SET))
    );
    assert!(sms.waiting().is_some(), "durable before it was answered");
    sms.register();
    assert_eq!(sms.alerted(2001), Some((sms.gmscs[0], number(CENTRE))));
    assert_eq!(sms.alerted(2001), None, "once");
    assert_eq!(sms.waiting(), None, "nobody waits any more");
    sms.register();
    assert_eq!(sms.alerted(2001), None);
    judge::judged_by_tshark(&sms.pairs);
}

#[test]
fn a_full_memory_holds_alerts_until_there_is_room() {
    let mut sms = Sms::started();
    sms.register();
    assert_eq!(sms.report(0, SmDeliveryCause::UE_MEMORY_CAPACITY_EXCEEDED), 2001);
    assert_eq!(sms.report(1, SmDeliveryCause::ABSENT_USER), 2001);
    let sra = sms.route(srr());
    let both = MwdStatus(MwdStatus::MNRF_SET.0 | MwdStatus::MCEF_SET.0);
    assert_eq!((sra.outcome.code(), sra.mwd_status), (5550, Some(both)));
    let urgent = Srr {
        flags: SrrFlags::SM_RP_PRI,
        ..srr()
    };
    assert!(sms.route(urgent).serving_node.is_some());
    // Ready for SM from the MME: first the UE is there, then there is room.
    const READY_FOR_SM_FROM_MME: u32 = 1 << 6;
    sms.notify(READY_FOR_SM_FROM_MME, Some(0));
    assert_eq!(sms.alerted(2001), None);
    assert_eq!(sms.route(srr()).mwd_status, Some(MwdStatus::MCEF_SET));
    sms.notify(READY_FOR_SM_FROM_MME, Some(1));
    let first = sms.alerted(2001).unwrap();
    let second = sms.alerted(2001).unwrap();
    assert_eq!([first.0, second.0], sms.gmscs);
    assert_eq!((sms.alerted(2001), sms.waiting()), (None, None));
    judge::judged_by_tshark(&sms.pairs);
}

#[test]
fn a_success_alerts_the_others() {
    let mut sms = Sms::started();
    sms.register();
    for which in [0, 1] {
        assert_eq!(sms.report(which, SmDeliveryCause::ABSENT_USER), 2001);
    }
    assert_eq!(sms.report(0, SmDeliveryCause::SUCCESSFUL_TRANSFER), 2001);
    assert_eq!(sms.alerted(2001).map(|alert| alert.0), Some(sms.gmscs[1]));
    assert_eq!((sms.alerted(2001), sms.waiting()), (None, None));
}

#[test]
fn who_could_not_be_alerted_is_alerted_next_time() {
    let mut sms = Sms::started();
    let _ = sms.route(srr());
    sms.register();
    assert!(sms.alerted(5012).is_some(), "it could not take it");
    let waiting = sms.waiting().unwrap();
    assert_eq!((waiting.centres.len(), waiting.mnrf), (1, false));
    sms.register();
    assert!(sms.alerted(5001).is_some(), "it knows nobody of this number");
    assert_eq!(sms.waiting(), None);
    // One that is tried again and again keeps its place as well.
    let _ = sms.report(0, SmDeliveryCause::ABSENT_USER);
    sms.register();
    for _ in 0..4 {
        assert!(sms.alerted(3004).is_some());
        sms.rig.advance(Duration::from_secs(8));
    }
    assert_eq!(sms.waiting().map(|waiting| waiting.centres.len()), Some(1));
}

#[test]
fn a_ue_that_registers_while_it_is_missed_is_not_missed() {
    let mut sms = Sms::started();
    sms.rig.hold = |command| matches!(command, Command::ChangeWaiting { .. });
    let request = Request::RoutingInfo(srr());
    let octets = sms.octets("gmsc1", request.command(), |w| request.write(w));
    let _ = sms.rig.feed(sms.gmscs[0], &octets);
    sms.register();
    sms.rig.release();
    assert_eq!(result_of(&sms.rig.answer(sms.gmscs[0])), 5550);
    assert_eq!(sms.alerted(2001), Some((sms.gmscs[0], number(CENTRE))));
    assert_eq!((sms.alerted(2001), sms.waiting()), (None, None));
    // Who is missed where it was all the time is.
    let _ = sms.report(0, SmDeliveryCause::ABSENT_USER);
    assert_eq!(sms.alerted(2001), None);
    assert!(sms.waiting().unwrap().mnrf);
}

#[test]
fn what_cannot_be_kept_is_not_promised() {
    let mut sms = Sms::started();
    let changes = |command: &Command| matches!(command, Command::ChangeWaiting { .. });
    let outage = StoreError::Unavailable("outage".to_owned());
    sms.rig.store.fail_when(move |command| {
        changes(command).then(|| quintet_store::faulty::Fault::Refused(outage.clone()))
    });
    assert_eq!(sms.route(srr()).outcome.code(), 5012);
    assert_eq!(sms.report(0, SmDeliveryCause::ABSENT_USER), 5012);
    sms.rig.store.fail_when(|_| None);
    for n in 0..17 {
        let rdr = Rdr {
            user: UserIdentifier::number(number(MSISDN)),
            sc_address: Some(number(&format!("49170{n:05}"))),
            delivery: SmDeliveryOutcome {
                mme: Some(DeliveryOutcome {
                    cause: SmDeliveryCause::ABSENT_USER,
                    diagnostic: None,
                }),
                ..SmDeliveryOutcome::default()
            },
            ..Rdr::default()
        };
        let answer = sms.ask(0, &Request::ReportDeliveryStatus(rdr));
        assert_eq!(answer.outcome().code(), if n < 16 { 2001 } else { 5558 }, "{n}");
    }
    judge::judged_by_tshark(&sms.pairs);
}

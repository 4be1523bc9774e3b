//! The stories.

use super::story::Story;
use crate::findings::catalogue::{self as c, Code};
use crate::s6a::support::*;
use crate::trail::Area;
use quintet_crypto::Direction;
use quintet_diameter::CommandFlags;
use quintet_diameter::dict::{avp, command};
use quintet_identity::Tai;
use quintet_mme::s6a::{AnswerOutcome, S6A, write_application};

type Tell = fn(&mut Story);

/// Long enough for any answer.
const FOREVER: i64 = 40_000;

/// An attach up to its challenge, then the location.
pub(super) fn attach(s: &mut Story) {
    s.attach();
    s.fetch(&[(1, 11)]);
    s.challenge(1, 11);
    attach_located(s);
}

/// The same seen on S6a alone.
pub(super) fn attach_of_s6a(s: &mut Story) {
    s.fetch(&[(1, 11)]);
    attach_located(s);
}

fn attach_located(s: &mut Story) {
    let asked = ulr(s.id(), IMSI);
    s.ask(&asked, &ula(&asked));
}

/// A refusal with the base protocol's code, or 3GPP's.
macro_rules! base {
    ($code:literal) => {
        |s| s.refuse(AnswerOutcome::base($code))
    };
}
macro_rules! ours {
    ($code:literal) => {
        |s| s.refuse(AnswerOutcome::experimental($code))
    };
}

/// A request of the HSS that the MME answers.
fn told(s: &mut Story, code: u32, outcome: AnswerOutcome) {
    let asked = request(code, s.id(), |w| {
        w.text(avp::USER_NAME, IMSI);
        w.u32(avp::CANCELLATION_TYPE, 0);
    });
    s.told(&asked, &answer(&asked, outcome, |_| {}));
}

fn capabilities(s: &mut Story, outcome: u32) {
    let asked = base(command::CAPABILITIES_EXCHANGE, s.id(), |w| {
        w.u32(avp::AUTH_APPLICATION_ID, S6A);
    });
    s.ask(&asked, &answer(&asked, AnswerOutcome::base(outcome), |_| {}));
}

/// The challenge uses a vector fetched this long ago.
fn after(s: &mut Story, ms: i64) {
    s.fetch(&[(1, 11)]);
    s.wait(ms);
    s.attach();
    s.challenge(1, 11);
}

/// The answer comes after this time, and the MME may have turned the UE away meanwhile.
fn slow(s: &mut Story, ms: i64) {
    s.attach();
    let asked = air(s.id(), IMSI);
    s.tap.pass(1, To::Hss, &asked);
    s.wait(ms);
    s.tap.pass(1, To::Mme, &aia(&asked, &[(1, 11)]));
    s.challenge(1, 11);
}

pub(super) const TABLE: &[(&Code, Tell, Tell)] = &[
    (
        &c::VECTORS_UNANSWERED,
        |s| {
            attach(s);
            let asked = air(s.id(), IMSI);
            s.tap.pass(1, To::Hss, &asked);
            s.wait(FOREVER);
        },
        // The capture ends while the answer may still come.
        |s| {
            attach(s);
            let asked = air(s.id(), IMSI);
            s.tap.pass(1, To::Hss, &asked);
            s.wait(500);
        },
    ),
    (&c::VECTORS_LATE, |s| slow(s, 5_000), |s| slow(s, 500)),
    (
        &c::VECTORS_MISSING,
        |s| {
            let asked = air(s.id(), IMSI);
            s.ask(&asked, &answer(&asked, AnswerOutcome::SUCCESS, |_| {}));
        },
        attach,
    ),
    (
        &c::VECTORS_UNUSED,
        |s| {
            s.attach();
            s.fetch(&[(1, 11)]);
            s.wait(10_000);
        },
        |s| {
            attach(s);
            s.wait(10_000);
        },
    ),
    (&c::SUBSCRIBER_UNKNOWN, ours!(5001), base!(5001)),
    (&c::EPS_SUBSCRIPTION_UNKNOWN, ours!(5420), base!(5420)),
    (&c::RAT_NOT_ALLOWED, ours!(5421), ours!(5420)),
    (&c::ROAMING_NOT_ALLOWED, ours!(5004), base!(5004)),
    (&c::EQUIPMENT_UNKNOWN, ours!(5422), base!(5422)),
    (&c::SERVING_NODE_UNKNOWN, ours!(5423), ours!(5422)),
    (&c::AUTHENTICATION_DATA_UNAVAILABLE, ours!(4181), base!(4181)),
    (&c::HSS_AUTHORIZATION_REJECTED, base!(5003), ours!(5004)),
    (&c::HSS_UNREACHABLE, base!(3002), base!(3003)),
    (&c::HSS_REALM_NOT_SERVED, base!(3003), base!(3002)),
    (&c::HSS_TOO_BUSY, base!(3004), base!(3003)),
    (&c::HSS_LOOP, base!(3005), base!(3004)),
    (&c::HSS_REDIRECTS, base!(3006), base!(3005)),
    (&c::HSS_APPLICATION_UNSUPPORTED, base!(3007), base!(3006)),
    (&c::HSS_PEER_UNKNOWN, base!(3010), base!(3008)),
    (&c::S6A_AVP_MISSING, base!(5005), base!(5004)),
    (&c::S6A_AVP_INVALID, base!(5004), ours!(5004)),
    (&c::S6A_AVP_REFUSED, base!(5009), base!(5005)),
    (&c::S6A_HEADER_REFUSED, base!(5011), base!(5012)),
    (&c::HSS_UNABLE_TO_COMPLY, base!(5012), base!(5011)),
    (&c::HSS_REFUSED, ours!(5999), attach),
    (
        &c::MME_REFUSED_HSS,
        |s| {
            told(
                s,
                command::INSERT_SUBSCRIBER_DATA,
                AnswerOutcome::experimental(5001),
            )
        },
        |s| told(s, command::INSERT_SUBSCRIBER_DATA, AnswerOutcome::SUCCESS),
    ),
    (
        &c::LOCATION_UNANSWERED,
        |s| {
            s.fetch(&[(1, 11)]);
            let asked = ulr(s.id(), IMSI);
            s.tap.pass(1, To::Hss, &asked);
            s.wait(FOREVER);
        },
        attach,
    ),
    (
        &c::S6A_UNANSWERED,
        |s| {
            attach(s);
            let asked = request(command::PURGE_UE, s.id(), |w| w.text(avp::USER_NAME, IMSI));
            s.tap.pass(1, To::Hss, &asked);
            s.wait(FOREVER);
        },
        attach,
    ),
    (
        &c::S6A_REPEATED,
        |s| {
            let asked = air(s.id(), IMSI);
            s.tap.pass(1, To::Hss, &asked);
            let mut again = asked.clone();
            again[4] |= CommandFlags::RETRANSMITTED;
            s.tap.pass(2, To::Hss, &again);
            s.tap.pass(2, To::Mme, &aia(&again, &[(1, 11)]));
        },
        // An agent passes it on.
        |s| {
            let asked = air(s.id(), IMSI);
            s.tap.pass(1, To::Hss, &asked);
            s.tap.pass(2, To::Hss, &asked);
            s.tap.pass(2, To::Mme, &aia(&asked, &[(1, 11)]));
            s.tap.pass(1, To::Mme, &aia(&asked, &[(1, 11)]));
        },
    ),
    (
        &c::S6A_INCOMPLETE,
        |s| {
            let asked = ulr(s.id(), IMSI);
            s.ask(&asked, &answer(&asked, AnswerOutcome::SUCCESS, |_| {}));
        },
        // Skip-Subscriber-Data.
        |s| {
            let asked = request(command::UPDATE_LOCATION, s.id(), |w| {
                w.text(avp::USER_NAME, IMSI);
                w.u32(avp::ULR_FLAGS, 0x26);
            });
            s.ask(
                &asked,
                &answer(&asked, AnswerOutcome::SUCCESS, |w| w.u32(avp::ULA_FLAGS, 1)),
            );
        },
    ),
    (
        &c::S6A_IRREGULAR,
        |s| s.refused_elsewhere("001010000000001@realm", "x"),
        |s| s.refused_elsewhere("001010000000001", "x"),
    ),
    (
        &c::S6A_WRONG_APPLICATION,
        |s| {
            let mut header = header(command::AUTHENTICATION_INFORMATION, s.id());
            header.application_id = 0;
            let asked = message(&header, |w| {
                write_application(w, "a");
                w.text(avp::USER_NAME, IMSI);
            });
            s.ask(&asked, &aia(&asked, &[(1, 11)]));
        },
        attach,
    ),
    (
        &c::HSS_CONNECTION_REFUSED,
        |s| capabilities(s, 5010),
        |s| {
            capabilities(s, 2001);
            attach(s);
        },
    ),
    (
        &c::HSS_CONNECTION_DOWN,
        |s| {
            capabilities(s, 2001);
            s.close();
            s.attach();
            s.reject(17);
        },
        |s| {
            capabilities(s, 2001);
            attach(s);
            s.close();
        },
    ),
    (
        &c::LOCATION_CANCELLED,
        |s| {
            attach(s);
            told(s, command::CANCEL_LOCATION, AnswerOutcome::SUCCESS);
        },
        |s| told(s, command::CANCEL_LOCATION, AnswerOutcome::SUCCESS),
    ),
    (
        &c::SUBSCRIPTION_CHANGED,
        |s| {
            attach(s);
            told(s, command::INSERT_SUBSCRIBER_DATA, AnswerOutcome::SUCCESS);
        },
        |s| told(s, command::INSERT_SUBSCRIBER_DATA, AnswerOutcome::SUCCESS),
    ),
    (
        &c::HSS_RESET,
        |s| {
            attach(s);
            told(s, command::RESET, AnswerOutcome::SUCCESS);
        },
        attach,
    ),
    (
        &c::RESYNC_NOT_FORWARDED,
        |s| {
            attach(s);
            s.out_of_sync(7);
            s.fetch(&[(2, 12)]);
        },
        |s| {
            attach(s);
            s.out_of_sync(7);
            s.resync(1, 7, &[(2, 12)]);
        },
    ),
    (
        &c::RESYNC_ALTERED,
        |s| {
            attach(s);
            s.out_of_sync(7);
            s.resync(1, 8, &[(2, 12)]);
        },
        |s| {
            attach(s);
            s.out_of_sync(7);
            s.resync(1, 7, &[(2, 12)]);
        },
    ),
    (
        &c::RESYNC_ANSWERED,
        |s| {
            attach(s);
            s.out_of_sync(7);
            s.resync(1, 7, &[(2, 12)]);
        },
        |s| {
            attach(s);
            s.out_of_sync(7);
            s.resync(1, 7, &[(1, 11)]);
        },
    ),
    (
        &c::RESYNC_REFUSED,
        |s| {
            let asked = air_resync(s.id(), IMSI, 1, 7);
            let refusal = answer(&asked, AnswerOutcome::base(5012), |_| {});
            s.ask(&asked, &refusal);
        },
        |s| {
            let asked = air_resync(s.id(), IMSI, 1, 7);
            let refusal = answer(&asked, AnswerOutcome::experimental(5001), |_| {});
            s.ask(&asked, &refusal);
        },
    ),
    (
        &c::RESYNC_STALE_VECTOR,
        |s| {
            s.fetch(&[(1, 11)]);
            s.resync(1, 7, &[(1, 11)]);
        },
        |s| {
            s.fetch(&[(1, 11)]);
            s.resync(1, 7, &[(2, 12)]);
        },
    ),
    (
        &c::RESYNC_LOOP,
        |s| {
            s.resync(1, 7, &[(2, 12)]);
            s.resync(2, 8, &[(3, 13)]);
        },
        |s| s.resync(1, 7, &[(2, 12)]),
    ),
    (
        &c::VECTOR_REUSED,
        |s| {
            attach(s);
            s.again();
            s.attach();
            s.challenge(1, 11);
        },
        |s| {
            attach(s);
            s.again();
            s.fetch(&[(2, 12)]);
            s.challenge(2, 12);
        },
    ),
    (
        &c::VECTOR_OUT_OF_ORDER,
        |s| {
            s.fetch(&[(1, 11), (2, 12)]);
            s.challenge(2, 12);
            s.challenge(1, 11);
        },
        |s| {
            s.fetch(&[(1, 11), (2, 12)]);
            s.challenge(1, 11);
            s.challenge(2, 12);
        },
    ),
    (
        &c::VECTOR_BEFORE_RESYNC,
        |s| {
            s.fetch(&[(1, 11), (2, 12)]);
            s.challenge(1, 11);
            s.out_of_sync(7);
            s.resync(1, 7, &[(3, 13)]);
            s.challenge(2, 12);
        },
        |s| {
            s.fetch(&[(1, 11), (2, 12)]);
            s.challenge(1, 11);
            s.out_of_sync(7);
            s.resync(1, 7, &[(3, 13)]);
            s.challenge(3, 13);
        },
    ),
    (&c::VECTOR_OLD, |s| after(s, 3_700_000), |s| after(s, 3_500_000)),
    (
        &c::VECTOR_OF_OTHER_NETWORK,
        |s| {
            attach(s);
            s.trail().area = Some(Area::Eps(Tai {
                plmn: plmn("001001"),
                tac: 7,
            }));
        },
        attach,
    ),
    (
        &c::VECTOR_OF_OTHER_SUBSCRIBER,
        |s| {
            let asked = air(s.id(), "001010000000002");
            s.ask(&asked, &aia(&asked, &[(1, 11)]));
            s.challenge(1, 11);
        },
        attach,
    ),
    (
        &c::VECTOR_NOT_HANDED_OUT,
        |s| {
            s.fetch(&[(1, 11)]);
            s.challenge(5, 15);
        },
        // No S6a of this subscriber at all.
        |s| s.challenge(5, 15),
    ),
    (
        &c::VECTOR_TOKEN_ALTERED,
        |s| {
            s.fetch(&[(1, 11)]);
            s.challenge(1, 12);
        },
        attach,
    ),
    (
        &c::RAND_REPEATED,
        |s| {
            s.fetch(&[(1, 11)]);
            s.fetch(&[(1, 12)]);
            s.challenge(1, 12);
        },
        |s| {
            s.fetch(&[(1, 11)]);
            s.fetch(&[(2, 12)]);
            s.challenge(2, 12);
        },
    ),
];

#[test]
fn an_mme_that_gave_up_makes_a_late_answer_a_fault() {
    let severity = |tell: Tell| {
        let mut story = Story::new();
        tell(&mut story);
        let late = story
            .findings()
            .into_iter()
            .find(|finding| finding.code == c::VECTORS_LATE.name);
        late.expect("a late answer").severity
    };
    assert_eq!(severity(|s| slow(s, 5_000)), crate::report::Severity::Warning);
    let given_up: [Tell; 2] = [
        |s| {
            let asked = air(s.id(), IMSI);
            s.tap.pass(1, To::Hss, &asked);
            s.wait(5_000);
            s.reject(17);
            s.tap.pass(1, To::Mme, &aia(&asked, &[(1, 11)]));
        },
        |s| {
            let asked = air(s.id(), IMSI);
            s.tap.pass(1, To::Hss, &asked);
            s.wait(5_000);
            s.release();
            s.tap.pass(1, To::Mme, &aia(&asked, &[(1, 11)]));
        },
    ];
    for tell in given_up {
        assert_eq!(severity(tell), crate::report::Severity::Fault);
    }
}

#[test]
fn an_attempt_that_ends_before_its_answer_was_due_names_the_silence() {
    let codes = |ms| {
        let mut story = Story::new();
        story.goes_on = true;
        story.attach();
        let asked = air(story.id(), IMSI);
        story.tap.pass(1, To::Hss, &asked);
        story.wait(ms);
        story.reject(17);
        let found = story.findings();
        found.iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(10_000), [c::VECTORS_UNANSWERED.name]);
    assert_eq!(codes(500), [] as [&str; 0]);
}

#[test]
fn who_needs_no_hss_does_not_miss_it() {
    let mut story = Story::new();
    capabilities(&mut story, 2001);
    story.close();
    story.attach();
    // ATTACH ACCEPT, without what follows in it.
    let accept = [
        0x07, 0x42, 1, 0x21, 6, 0, 0x00, 0xf1, 0x10, 0, 1, 0, 4, 2, 1, 0xd0, 0x31,
    ];
    story.nas(Direction::Downlink, &accept);
    assert!(story.findings().is_empty());
}

#[test]
fn security_mode_tells_whether_another_network_mattered() {
    let severity = |octets: &[u8]| {
        let mut story = Story::new();
        attach(&mut story);
        story.nas(Direction::Uplink, octets);
        story.trail().area = Some(Area::Eps(Tai {
            plmn: plmn("001001"),
            tac: 7,
        }));
        let found = story.findings();
        let other = found.iter().find(|f| f.code == c::VECTOR_OF_OTHER_NETWORK.name);
        other.expect("another network").severity
    };
    assert_eq!(severity(&[0x07, 0x5f, 24]), crate::report::Severity::Fault);
    assert_eq!(severity(&[0x07, 0x5e]), crate::report::Severity::Warning);
}

/// The codes of a story that has not ended the capture's way.
fn codes(tell: Tell) -> Vec<&'static str> {
    let mut story = Story::new();
    tell(&mut story);
    story.findings().iter().map(|finding| finding.code).collect()
}

#[test]
fn who_was_answered_does_not_miss_the_connection() {
    let found = codes(|s| {
        capabilities(s, 2001);
        s.attach();
        s.refuse(AnswerOutcome::experimental(5001));
        s.close();
        s.reject(8);
    });
    assert_eq!(found, [c::SUBSCRIBER_UNKNOWN.name]);
}

#[test]
fn a_challenge_is_not_missed_before_its_time() {
    let found = codes(|s| {
        s.attach();
        s.fetch(&[(1, 11)]);
        s.wait(500);
    });
    assert_eq!(found, [] as [&str; 0]);
}

#[test]
fn another_rand_in_the_resynchronisation_is_noticed() {
    let found = codes(|s| {
        attach(s);
        s.out_of_sync(7);
        s.resync(9, 7, &[(2, 12)]);
    });
    assert!(found.contains(&c::RESYNC_ALTERED.name), "{found:?}");
}

#[test]
fn a_refused_resynchronisation_is_told_once() {
    let found = codes(|s| {
        let asked = air_resync(s.id(), IMSI, 1, 7);
        let refusal = answer(&asked, AnswerOutcome::base(5012), |_| {});
        s.ask(&asked, &refusal);
    });
    assert_eq!(found, [c::RESYNC_REFUSED.name]);
}

#[test]
fn the_mme_before_is_cancelled_as_a_matter_of_course() {
    let severity = |during: bool| {
        let mut s = Story::new();
        s.fetch(&[(1, 11)]);
        let asked = ulr(s.id(), IMSI);
        s.tap.pass(1, To::Hss, &asked);
        if during {
            told(&mut s, command::CANCEL_LOCATION, AnswerOutcome::SUCCESS);
        }
        s.tap.pass(1, To::Mme, &ula(&asked));
        if !during {
            told(&mut s, command::CANCEL_LOCATION, AnswerOutcome::SUCCESS);
        }
        s.findings()[0].severity
    };
    assert_eq!(severity(true), crate::report::Severity::Note);
    assert_eq!(severity(false), crate::report::Severity::Warning);
}

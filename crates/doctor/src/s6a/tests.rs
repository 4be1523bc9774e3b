//! The observer, the vectors and the attempts of S6a alone, on messages made by hand.

mod alone;
mod connections;
mod vectors;

use super::support::*;
use super::*;
use crate::report::{Ending, Outcome};
use quintet_capture::{FlowEvent, FlowId, Seen, Timestamp};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{CommandFlags, Header};
use quintet_mme::s6a::AnswerOutcome;

/// Changes octets of a message's header.
fn patched(message: &[u8], patch: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = Header::decode(message).unwrap();
    patch(&mut header);
    let mut out = Vec::new();
    header.encode(&mut out);
    out.extend_from_slice(&message[20..]);
    out
}

#[test]
fn an_answer_completes_its_request() {
    let mut tap = Tap::new();
    let asked = air(7, IMSI);
    tap.pass(1, To::Hss, &asked);
    assert_eq!(tap.last().state, State::Open);
    assert_eq!(tap.last().imsi, Some(imsi(IMSI)));
    assert_eq!(tap.last().requested, Some(1));
    assert_eq!(tap.last().visited, Some(plmn(HOME)));
    tap.pass(1, To::Mme, &aia(&asked, &[(1, 11)]));
    let done = tap.last();
    assert_eq!((tap.exchanges.len(), tap.told), (1, 2));
    assert_eq!(done.state, State::Answered);
    assert_eq!(done.outcome, Some(AnswerOutcome::SUCCESS));
    assert_eq!(done.vectors.len(), 1);
    assert_eq!(done.took_ns(), Some(1_000_000));
    assert!(done.missing.is_empty() && done.remarks.is_empty(), "{done:?}");
    tap.finish();
    assert_eq!(tap.told, 2, "an answered exchange is not told again");
}

#[test]
fn identifiers_pair_not_the_order() {
    let mut tap = Tap::new();
    let (a, b) = (air(1, IMSI), air(2, "001010000000002"));
    tap.pass(1, To::Hss, &a);
    tap.pass(1, To::Hss, &b);
    tap.pass(1, To::Mme, &aia(&b, &[(2, 2)]));
    tap.pass(1, To::Mme, &aia(&a, &[(1, 1)]));
    let rands: Vec<_> = tap
        .exchanges
        .values()
        .map(|e| (e.imsi.unwrap().to_string(), e.vectors[0].rand[0]))
        .collect();
    assert_eq!(rands, [(IMSI.to_owned(), 1), ("001010000000002".to_owned(), 2)]);
}

#[test]
fn the_same_identifier_both_ways_and_on_two_connections_is_two_requests() {
    let mut tap = Tap::new();
    let asked = air(5, IMSI);
    let cancel = patched(
        &request(command::CANCEL_LOCATION, 5, |w| w.text(avp::USER_NAME, IMSI)),
        |h| h.end_to_end = 99,
    );
    tap.pass(1, To::Hss, &asked);
    tap.pass(1, To::Mme, &cancel);
    tap.pass(2, To::Hss, &air(5, "001010000000009"));
    tap.pass(1, To::Hss, &answer(&cancel, AnswerOutcome::SUCCESS, |_| {}));
    tap.pass(1, To::Mme, &aia(&asked, &[(1, 1)]));
    let states: Vec<_> = tap.exchanges.values().map(|e| (e.command, e.state)).collect();
    assert_eq!(
        states,
        [
            (command::AUTHENTICATION_INFORMATION, State::Answered),
            (command::CANCEL_LOCATION, State::Answered),
            (command::AUTHENTICATION_INFORMATION, State::Open),
        ]
    );
}

#[test]
fn hops_through_an_agent_are_one_exchange_and_the_first_hop_counts() {
    let mut tap = Tap::new();
    let first = air(5, IMSI);
    let second = patched(&first, |h| h.hop_by_hop = 77);
    tap.pass(1, To::Hss, &first);
    tap.pass(2, To::Hss, &second);
    let granted = tap.pass(2, To::Mme, &aia(&second, &[(1, 1)]));
    assert_eq!(
        tap.last().answer,
        Some(granted),
        "the far hop counts until the near one is heard"
    );
    let busy = answer(&first, AnswerOutcome::base(3004), |_| {});
    let heard = tap.pass(1, To::Mme, &busy);
    let done = tap.last();
    assert_eq!((tap.exchanges.len(), done.legs.len()), (1, 2));
    assert_eq!(
        (done.answer, done.outcome),
        (Some(heard), Some(AnswerOutcome::base(3004)))
    );
    assert!(done.repeated.is_empty() && done.vectors.is_empty() && done.error_bit);
}

#[test]
fn what_the_near_hop_said_stays() {
    let mut tap = Tap::new();
    let first = air(5, IMSI);
    let second = patched(&first, |h| h.hop_by_hop = 77);
    tap.pass(1, To::Hss, &first);
    tap.pass(2, To::Hss, &second);
    let heard = tap.pass(1, To::Mme, &answer(&first, AnswerOutcome::base(3004), |_| {}));
    tap.pass(2, To::Mme, &aia(&second, &[(1, 1)]));
    assert_eq!(tap.last().answer, Some(heard));
    assert_eq!(tap.last().outcome, Some(AnswerOutcome::base(3004)));
}

#[test]
fn among_equal_identifiers_command_and_end_to_end_decide() {
    let mut tap = Tap::new();
    let first = air(5, IMSI);
    let second = patched(&air(5, "001010000000002"), |h| h.end_to_end = 7);
    tap.pass(1, To::Hss, &first);
    tap.pass(1, To::Hss, &second);
    tap.pass(1, To::Mme, &answer(&ulr(5, IMSI), AnswerOutcome::SUCCESS, |_| {}));
    tap.pass(1, To::Mme, &aia(&second, &[(1, 1)]));
    let states: Vec<_> = tap.exchanges.values().map(|e| (e.command, e.state)).collect();
    assert_eq!(
        states,
        [
            (command::AUTHENTICATION_INFORMATION, State::Open),
            (command::AUTHENTICATION_INFORMATION, State::Answered),
            (command::UPDATE_LOCATION, State::Answered),
        ]
    );
}

#[test]
fn a_request_sent_again_is_the_same_exchange() {
    let mut tap = Tap::new();
    let first = air(5, IMSI);
    let again = patched(&first, |h| {
        h.hop_by_hop = 6;
        h.flags = CommandFlags(h.flags.0 | CommandFlags::RETRANSMITTED);
    });
    tap.pass(1, To::Hss, &first);
    // The connection broke: over another one.
    let seen = tap.pass(2, To::Hss, &again);
    tap.pass(2, To::Mme, &aia(&again, &[(1, 1)]));
    assert_eq!(tap.exchanges.len(), 1);
    assert_eq!(tap.last().repeated, [seen]);
    assert_eq!(tap.last().state, State::Answered);
    tap.finish();
    assert_eq!(
        tap.last().state,
        State::Answered,
        "answered on one hop is answered"
    );
}

#[test]
fn no_answer_is_told_after_its_time_and_at_the_end() {
    let mut tap = Tap::new();
    tap.pass(1, To::Hss, &air(1, IMSI));
    tap.wait(UNANSWERED_AFTER / 1_000_000 - 1);
    assert_eq!(tap.last().state, State::Open);
    tap.wait(1);
    assert_eq!(tap.last().state, State::Unanswered(Unanswered::TimedOut));
    assert!(!tap.last().other_direction, "nobody spoke the other way");
    tap.pass(1, To::Hss, &ulr(2, IMSI));
    tap.finish();
    assert_eq!(tap.last().state, State::Unanswered(Unanswered::CaptureEnds));
}

#[test]
fn waiting_requests_are_bounded() {
    let mut tap = Tap::new();
    let ids = u32::try_from(MAX_PENDING).unwrap() + 10;
    for id in 0..ids {
        tap.pass(1, To::Hss, &air(id, IMSI));
    }
    let crowded = tap
        .exchanges
        .values()
        .filter(|e| e.state == State::Unanswered(Unanswered::Crowded))
        .count();
    assert_eq!(crowded, 10);
    assert_eq!(tap.exchanges[&1].state, State::Unanswered(Unanswered::Crowded));
}

#[test]
fn an_answer_alone_is_an_exchange() {
    let mut tap = Tap::new();
    tap.pass(1, To::Mme, &aia(&air(1, IMSI), &[(1, 1)]));
    let alone = tap.last();
    assert_eq!((alone.request, alone.state), (None, State::Answered));
    assert_eq!(alone.session_id, "mme;1;1");
    assert_eq!(alone.vectors.len(), 1);
}

#[test]
fn sloppy_peers_are_read() {
    let mut tap = Tap::new();
    // No Vendor-Specific-Application-Id, M flags nowhere, realm behind the IMSI, another End-to-End Identifier and
    // Session-Id in the answer, an Experimental-Result without vendor.
    let plain = |id: quintet_diameter::AvpId| quintet_diameter::AvpId::new(id.code, id.vendor_id, false);
    let asked = message(&header(command::AUTHENTICATION_INFORMATION, 3), |w| {
        w.text(plain(avp::SESSION_ID), "a");
        w.text(plain(avp::USER_NAME), "001010000000001@realm");
        w.octets(plain(avp::VISITED_PLMN_ID), &[1, 2]);
    });
    let mut reply = message(&header(command::AUTHENTICATION_INFORMATION, 3), |w| {
        w.text(avp::SESSION_ID, "b");
        w.group(avp::EXPERIMENTAL_RESULT, |w| {
            w.u32(avp::EXPERIMENTAL_RESULT_CODE, 5001)
        });
    });
    reply = patched(&reply, |h| {
        h.flags = CommandFlags(0);
        h.end_to_end = 4;
    });
    tap.asked(&asked, &reply);
    let done = tap.last();
    assert_eq!(done.imsi, Some(imsi(IMSI)));
    assert_eq!(done.outcome, Some(AnswerOutcome::experimental(5001)));
    assert_eq!(done.remarks.len(), 3, "{:?}", done.remarks);
    assert_eq!(tap.exchanges.len(), 1);
}

#[test]
fn other_applications_and_broken_messages_do_not_disturb() {
    let mut tap = Tap::new();
    tap.pass(1, To::Hss, &request(command::MULTIMEDIA_AUTH, 1, |_| {}));
    tap.pass(1, To::Hss, &[]);
    tap.pass(1, To::Hss, &air(2, IMSI)[..60]);
    let mut cut = air(3, IMSI);
    // The last AVP claims more octets than there are.
    let at = cut.len() - 16 + 7;
    cut[at] = 0xff;
    tap.pass(1, To::Hss, &cut);
    assert_eq!(tap.exchanges.len(), 1);
    assert_eq!(
        tap.last().imsi,
        Some(imsi(IMSI)),
        "what stands before the damage is read"
    );
    assert!(
        tap.last().remarks[0].contains("does not parse"),
        "{:?}",
        tap.last().remarks
    );
}

#[test]
fn an_error_message_shows_no_identity() {
    let mut tap = Tap::new();
    let asked = air(1, IMSI);
    let refusal = answer(&asked, AnswerOutcome::experimental(5001), |w| {
        w.text(avp::ERROR_MESSAGE, "user 001010000000001 unknown\u{7}");
        w.group(avp::FAILED_AVP, |w| w.text(avp::USER_NAME, IMSI));
        w.u32(avp::ERROR_DIAGNOSTIC, 2);
    });
    tap.asked(&asked, &refusal);
    let done = tap.last();
    assert_eq!(done.diagnostic, Some(2));
    assert_eq!(
        done.remarks,
        ["Error-Message: user … unknown\u{fffd}", "Failed-AVP: User-Name"]
    );
}

#[test]
fn what_a_granting_answer_lacks_is_named() {
    let mut tap = Tap::new();
    let asked = air(1, IMSI);
    tap.asked(&asked, &answer(&asked, AnswerOutcome::SUCCESS, |_| {}));
    assert_eq!(tap.last().missing, ["Authentication-Info"]);
    let asked = air(2, IMSI);
    let half = answer(&asked, AnswerOutcome::SUCCESS, |w| {
        w.group(avp::AUTHENTICATION_INFO, |w| {
            w.group(avp::E_UTRAN_VECTOR, |w| w.octets(avp::RAND, &[1; 16]));
        });
    });
    tap.asked(&asked, &half);
    assert_eq!(tap.last().missing, ["E-UTRAN-Vector: AUTN"]);
    let asked = ulr(3, IMSI);
    tap.asked(&asked, &answer(&asked, AnswerOutcome::SUCCESS, |_| {}));
    assert_eq!(tap.last().missing, ["ULA-Flags", "Subscription-Data"]);
    let asked = ulr(4, IMSI);
    tap.asked(&asked, &ula(&asked));
    assert!(tap.last().missing.is_empty(), "{:?}", tap.last().missing);
}

#[test]
fn damaged_messages_neither_panic_nor_fill_tables() {
    const SEED: u64 = 0x5eed_0005;
    println!("seed {SEED:#x}");
    let mut state = SEED;
    let mut random = move |below: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ z >> 31) % below as u64).unwrap()
    };
    let (asked, located) = (air_resync(1, IMSI, 1, 2), ulr(2, IMSI));
    let capabilities = base(command::CAPABILITIES_EXCHANGE, 3, |w| {
        w.u32(avp::AUTH_APPLICATION_ID, quintet_mme::s6a::S6A);
    });
    let messages = [
        aia(&asked, &[(1, 1), (2, 2)]),
        asked,
        ula(&located),
        located,
        answer(&capabilities, AnswerOutcome::base(5010), |_| {}),
        capabilities,
    ];
    let mut tap = Tap::new();
    let mut lone = Lone::new();
    for _ in 0..20_000 {
        let mut octets = messages[random(messages.len())].clone();
        for _ in 0..random(4) {
            let at = random(octets.len());
            octets[at] = octets[at].wrapping_add(u8::try_from(random(255)).unwrap());
        }
        octets.truncate(octets.len() - random(20) / 19 * random(octets.len()));
        let to = if random(2) == 0 { To::Hss } else { To::Mme };
        tap.pass(random(5) as u64, to, &octets);
        for (_, exchange) in std::mem::take(&mut tap.exchanges) {
            assert!(exchange.remarks.len() <= MAX_REMARKS && exchange.legs.len() <= MAX_LEGS);
            lone.add(exchange);
        }
    }
    tap.finish();
    lone.finish();
    let ended = std::iter::from_fn(|| lone.poll(tap.at())).inspect(|trail| {
        assert!(trail.s6a.len() <= MAX_LONE_EXCHANGES);
        let _ = verdict(trail);
    });
    assert!(ended.count() > 0);
}

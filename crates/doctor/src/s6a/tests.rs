//! The observer, the vectors and the attempts of S6a alone, on messages made by hand.

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

mod connections {
    use super::*;

    fn capabilities(id: u32, application: u32) -> Vec<u8> {
        base(command::CAPABILITIES_EXCHANGE, id, |w| {
            w.u32(avp::AUTH_APPLICATION_ID, application);
        })
    }

    fn troubles(tap: &Tap) -> Vec<Trouble> {
        tap.observer
            .path(Timestamp(0), tap.at())
            .map(|fact| fact.trouble)
            .collect()
    }

    #[test]
    fn a_refused_capabilities_exchange_is_an_exchange() {
        let mut tap = Tap::new();
        let asked = capabilities(1, quintet_mme::s6a::S6A);
        tap.asked(&asked, &answer(&asked, AnswerOutcome::base(5010), |_| {}));
        assert_eq!(tap.last().command, command::CAPABILITIES_EXCHANGE);
        assert_eq!(tap.last().outcome, Some(AnswerOutcome::base(5010)));
        assert_eq!(
            troubles(&tap),
            [Trouble::CapabilitiesRefused(AnswerOutcome::base(5010))]
        );
    }

    #[test]
    fn one_of_cx_is_not() {
        let mut tap = Tap::new();
        let asked = capabilities(1, 16_777_216);
        tap.pass(1, To::Hss, &asked);
        tap.pass(1, To::Mme, &answer(&asked, AnswerOutcome::base(5010), |_| {}));
        tap.pass(2, To::Hss, &asked);
        tap.wait(60_000);
        assert!(tap.exchanges.is_empty() && troubles(&tap).is_empty());
    }

    #[test]
    fn a_cer_and_a_watchdog_without_answer_are_noticed() {
        let mut tap = Tap::new();
        tap.pass(1, To::Hss, &capabilities(1, quintet_mme::s6a::S6A));
        tap.pass(1, To::Hss, &base(command::DEVICE_WATCHDOG, 2, |_| {}));
        tap.wait(UNANSWERED_AFTER / 1_000_000 + 1_000);
        assert_eq!(
            troubles(&tap),
            [Trouble::CapabilitiesUnanswered, Trouble::WatchdogUnanswered]
        );
        assert_eq!(tap.last().state, State::Unanswered(Unanswered::TimedOut));
    }

    #[test]
    fn a_connection_that_came_back_is_no_trouble_for_who_came_later() {
        let mut tap = Tap::new();
        let cer = capabilities(1, quintet_mme::s6a::S6A);
        tap.pass(1, To::Hss, &cer);
        tap.pass(1, To::Mme, &answer(&cer, AnswerOutcome::SUCCESS, |_| {}));
        tap.pass(1, To::Mme, &base(command::DISCONNECT_PEER, 2, |_| {}));
        let down = tap.at();
        tap.wait(1_000);
        // An agent says that it cannot deliver: that mends nothing.
        let asked = air(3, IMSI);
        tap.asked(&asked, &answer(&asked, AnswerOutcome::base(3002), |_| {}));
        let still_down = tap.at();
        tap.wait(1_000);
        let again = capabilities(4, quintet_mme::s6a::S6A);
        tap.pass(2, To::Hss, &again);
        tap.pass(2, To::Mme, &answer(&again, AnswerOutcome::SUCCESS, |_| {}));
        tap.wait(1_000);
        let troubles = |from| tap.observer.path(from, tap.at()).count();
        assert_eq!(
            (troubles(down), troubles(still_down), troubles(tap.at())),
            (1, 1, 0)
        );
    }

    #[test]
    fn traffic_stands_for_a_watchdog_answer() {
        let mut tap = Tap::new();
        let asked = air(1, IMSI);
        tap.pass(1, To::Hss, &base(command::DEVICE_WATCHDOG, 2, |_| {}));
        tap.asked(&asked, &aia(&asked, &[(1, 1)]));
        tap.wait(UNANSWERED_AFTER / 1_000_000 + 1_000);
        assert_eq!(troubles(&tap), []);
    }

    #[test]
    fn an_application_that_was_not_advertised_is_noticed() {
        let mut tap = Tap::new();
        let cer = capabilities(1, quintet_mme::s6a::S6A);
        let cea = answer(&cer, AnswerOutcome::SUCCESS, |w| {
            w.u32(avp::AUTH_APPLICATION_ID, 16_777_216);
        });
        tap.pass(1, To::Hss, &cer);
        tap.pass(1, To::Mme, &cea);
        let asked = air(2, IMSI);
        tap.asked(&asked, &answer(&asked, AnswerOutcome::base(3007), |_| {}));
        let path: Vec<_> = tap.last().path.iter().map(|fact| fact.trouble).collect();
        assert_eq!(path, [Trouble::ApplicationNotAdvertised]);
    }

    #[test]
    fn other_flows_do_not_push_facts_out() {
        let mut tap = Tap::new();
        let cer = capabilities(1, quintet_mme::s6a::S6A);
        tap.asked(&cer, &answer(&cer, AnswerOutcome::base(5010), |_| {}));
        let seen = Seen {
            file: 0,
            frame: 3,
            time: tap.at(),
        };
        for flow in 0..1_000 {
            tap.observer.flow(seen, FlowId(100 + flow), FlowEvent::Closed);
        }
        assert_eq!(troubles(&tap).len(), 1);
    }

    #[test]
    fn disconnection_explains_an_unanswered_request() {
        let mut tap = Tap::new();
        let asked = air(1, IMSI);
        tap.asked(&asked, &aia(&asked, &[(1, 1)]));
        tap.pass(1, To::Hss, &air(2, IMSI));
        tap.pass(
            1,
            To::Mme,
            &base(command::DISCONNECT_PEER, 3, |w| w.u32(avp::DISCONNECT_CAUSE, 0)),
        );
        let closed = Seen {
            file: 0,
            frame: 100,
            time: tap.at(),
        };
        tap.observer.flow(closed, FlowId(1), FlowEvent::Closed);
        tap.observer.flow(closed, FlowId(9), FlowEvent::Closed);
        tap.wait(UNANSWERED_AFTER / 1_000_000);
        let last = tap.last();
        assert_eq!(last.state, State::Unanswered(Unanswered::ConnectionClosed));
        let path: Vec<_> = last.path.iter().map(|fact| fact.trouble).collect();
        assert_eq!(path, [Trouble::Disconnected(Some(0)), Trouble::Closed]);
    }
}

mod vectors {
    use super::*;

    fn challenge(tap: &mut Tap, attempt: u64, rand: u8, autn: u8) -> Origin {
        tap.now_ms += 10;
        let seen = Seen {
            file: 0,
            frame: 1_000 + attempt,
            time: tap.at(),
        };
        let challenge = Challenge {
            attempt,
            seen,
            rand: [rand; 16],
            autn: [autn; 16],
            imsi: Some(imsi(IMSI)),
        };
        tap.observer.vectors_mut().challenged(&challenge).origin
    }

    fn handed(tap: &mut Tap, id: u32, vectors: &[(u8, u8)]) {
        let asked = air(id, IMSI);
        tap.asked(&asked, &aia(&asked, vectors));
    }

    #[test]
    fn a_challenge_finds_its_answer_and_whose_it_is() {
        let mut tap = Tap::new();
        handed(&mut tap, 1, &[(1, 11), (2, 12)]);
        let found = tap
            .observer
            .vectors()
            .vector_of(&[2; 16], Some(&[12; 16]), None)
            .unwrap();
        assert_eq!((found.imsi, found.order, found.of), (Some(imsi(IMSI)), 1, 2));
        let Origin::Handed {
            order,
            used_before: None,
            later_used: None,
            resynchronized: None,
            same_rand: None,
            ..
        } = challenge(&mut tap, 1, 1, 11)
        else {
            panic!("handed out")
        };
        assert_eq!(order, 0);
    }

    #[test]
    fn the_second_use_and_the_wrong_order_show() {
        let mut tap = Tap::new();
        handed(&mut tap, 1, &[(1, 11), (2, 12), (3, 13)]);
        challenge(&mut tap, 1, 2, 12);
        let Origin::Handed {
            used_before: None,
            later_used: Some(later),
            ..
        } = challenge(&mut tap, 2, 1, 11)
        else {
            panic!("out of order")
        };
        assert_eq!(later.attempt, 1);
        let Origin::Handed {
            used_before: Some(before),
            ..
        } = challenge(&mut tap, 3, 2, 12)
        else {
            panic!("used twice")
        };
        assert_eq!(before.attempt, 1);
        let third = challenge(&mut tap, 4, 3, 13);
        assert!(
            matches!(
                third,
                Origin::Handed {
                    used_before: None,
                    later_used: None,
                    ..
                }
            ),
            "{third:?}"
        );
    }

    #[test]
    fn a_vector_handed_out_twice_is_still_one_vector() {
        let mut tap = Tap::new();
        handed(&mut tap, 1, &[(1, 11)]);
        challenge(&mut tap, 1, 1, 11);
        handed(&mut tap, 2, &[(1, 11)]);
        let Origin::Handed {
            used_before: Some(_),
            same_rand: Some(_),
            ..
        } = challenge(&mut tap, 2, 1, 11)
        else {
            panic!("used before")
        };
    }

    #[test]
    fn a_fixed_rand_confuses_nobody() {
        let mut tap = Tap::new();
        handed(&mut tap, 1, &[(1, 11)]);
        let asked = air(2, "001010000000002");
        tap.asked(&asked, &aia(&asked, &[(1, 12)]));
        let vectors = tap.observer.vectors();
        let whose = |autn: &[u8; 16]| vectors.vector_of(&[1; 16], Some(autn), None).and_then(|h| h.imsi);
        assert_eq!(whose(&[11; 16]), Some(imsi(IMSI)));
        assert_eq!(whose(&[12; 16]), Some(imsi("001010000000002")));
        assert!(
            vectors.vector_of(&[1; 16], None, None).is_none(),
            "RAND alone does not tell"
        );
        let origin = challenge(&mut tap, 1, 1, 11);
        assert!(
            matches!(origin, Origin::Handed { same_rand: None, .. }),
            "{origin:?}"
        );
    }

    #[test]
    fn one_key_and_one_rand_for_all_confuse_nobody() {
        let mut tap = Tap::new();
        handed(&mut tap, 1, &[(1, 11)]);
        let other = "001010000000002";
        let asked = air(2, other);
        tap.asked(&asked, &aia(&asked, &[(1, 11)]));
        let vectors = tap.observer.vectors();
        let whose = |imsi| vectors.vector_of(&[1; 16], Some(&[11; 16]), imsi).map(|h| h.imsi);
        assert_eq!(whose(None), None, "nobody can tell");
        assert_eq!(whose(Some(imsi(IMSI))), Some(Some(imsi(IMSI))));
        for (attempt, whose) in [(1, other), (2, IMSI)] {
            let seen = Seen {
                file: 0,
                frame: 1_000 + attempt,
                time: tap.at(),
            };
            let challenge = Challenge {
                attempt,
                seen,
                rand: [1; 16],
                autn: [11; 16],
                imsi: Some(imsi(whose)),
            };
            let origin = tap.observer.vectors_mut().challenged(&challenge).origin;
            let Origin::Handed {
                imsi: Some(found),
                used_before: None,
                ..
            } = origin
            else {
                panic!("{origin:?}")
            };
            assert_eq!(found, imsi(whose));
            let unknown = Challenge {
                imsi: None,
                ..challenge
            };
            let origin = tap.observer.vectors_mut().challenged(&unknown).origin;
            assert!(matches!(origin, Origin::Shared { .. }), "{origin:?}");
        }
    }

    #[test]
    fn both_hops_hand_out_the_vector_once() {
        let mut tap = Tap::new();
        let asked = air(1, IMSI);
        tap.pass(1, To::Hss, &asked);
        tap.pass(2, To::Hss, &asked);
        tap.pass(2, To::Mme, &aia(&asked, &[(1, 11)]));
        tap.pass(1, To::Mme, &aia(&asked, &[(1, 11)]));
        let origin = challenge(&mut tap, 1, 1, 11);
        assert!(
            matches!(origin, Origin::Handed { same_rand: None, .. }),
            "{origin:?}"
        );
    }

    #[test]
    fn another_subscribers_rand_is_no_altered_token() {
        let mut tap = Tap::new();
        let asked = air(1, "001010000000002");
        tap.asked(&asked, &aia(&asked, &[(1, 12)]));
        assert_eq!(challenge(&mut tap, 1, 1, 11), Origin::NotShown);
    }

    #[test]
    fn strangers_are_told_apart() {
        let mut tap = Tap::new();
        assert_eq!(challenge(&mut tap, 1, 9, 9), Origin::NotShown);
        handed(&mut tap, 1, &[(1, 11)]);
        let last = tap.last().answer.unwrap();
        assert_eq!(
            challenge(&mut tap, 1, 9, 9),
            Origin::NotHanded { answers: 1, last }
        );
        let origin = challenge(&mut tap, 1, 1, 99);
        assert!(
            matches!(origin, Origin::OtherAutn { answer, .. } if answer == last),
            "{origin:?}"
        );
    }

    #[test]
    fn a_resynchronisation_makes_older_vectors_stale() {
        let mut tap = Tap::new();
        handed(&mut tap, 1, &[(1, 11), (2, 12)]);
        challenge(&mut tap, 1, 1, 11);
        let asked = air_resync(2, IMSI, 1, 5);
        tap.asked(&asked, &aia(&asked, &[(3, 13)]));
        assert_eq!(tap.last().resynchronization, Some(([1; 16], [5; 14])));
        let fresh = challenge(&mut tap, 1, 3, 13);
        assert!(
            matches!(
                fresh,
                Origin::Handed {
                    resynchronized: None,
                    ..
                }
            ),
            "{fresh:?}"
        );
        let stale = challenge(&mut tap, 1, 2, 12);
        assert!(
            matches!(
                stale,
                Origin::Handed {
                    resynchronized: Some(_),
                    ..
                }
            ),
            "{stale:?}"
        );
    }

    #[test]
    fn the_table_is_bounded() {
        let mut tap = Tap::new();
        let lots: Vec<(u8, u8)> = (0..32).map(|n| (n, n)).collect();
        handed(&mut tap, 1, &[(200, 200)]);
        for id in 0..u32::try_from(MAX_VECTORS).unwrap() / 32 {
            handed(&mut tap, 2 + id, &lots);
        }
        let vectors = tap.observer.vectors();
        assert!(
            vectors.vector_of(&[200; 16], None, None).is_none(),
            "the oldest is forgotten"
        );
        assert!(vectors.vector_of(&[0; 16], None, None).is_some());
    }
}

mod alone {
    use super::*;

    /// Feeds what the tap saw to the table of unclaimed exchanges.
    fn lone(tap: &Tap) -> Lone {
        let mut lone = Lone::new();
        for exchange in tap.exchanges.values() {
            lone.add(exchange.clone());
        }
        lone
    }

    fn trails(mut lone: Lone) -> Vec<crate::eps::Trail> {
        lone.finish();
        std::iter::from_fn(|| lone.poll(Timestamp(0))).collect()
    }

    #[test]
    fn exchanges_of_a_subscriber_are_one_attempt() {
        let mut tap = Tap::new();
        let (a, u, other) = (air(1, IMSI), ulr(2, IMSI), air(3, "001010000000002"));
        tap.asked(&a, &aia(&a, &[(1, 1)]));
        tap.asked(&other, &answer(&other, AnswerOutcome::experimental(5001), |_| {}));
        tap.asked(&u, &ula(&u));
        let trails = trails(lone(&tap));
        let came: Vec<_> = trails
            .iter()
            .map(|trail| (trail.s6a.len(), verdict(trail).ending, verdict(trail).outcome))
            .collect();
        assert_eq!(
            came,
            [
                (2, Ending::AnsweredByHss, Outcome::Success),
                (1, Ending::RefusedByHss, Outcome::Failure)
            ]
        );
        assert_eq!(verdict(&trails[1]).cause.as_deref(), Some("5001 USER_UNKNOWN"));
        assert_eq!(verdict(&trails[1]).broken_at, Some("vectors"));
    }

    #[test]
    fn a_new_request_for_vectors_is_a_new_attempt_but_a_resynchronisation_is_not() {
        let mut tap = Tap::new();
        let (a, r, b) = (air(1, IMSI), air_resync(2, IMSI, 1, 5), air(3, IMSI));
        tap.asked(&a, &aia(&a, &[(1, 1)]));
        tap.asked(&r, &aia(&r, &[(2, 2)]));
        tap.asked(&b, &aia(&b, &[(3, 3)]));
        let sizes: Vec<_> = trails(lone(&tap)).iter().map(|trail| trail.s6a.len()).collect();
        assert_eq!(sizes, [2, 1]);
    }

    #[test]
    fn silence_ends_an_attempt() {
        let mut tap = Tap::new();
        let a = air(1, IMSI);
        tap.asked(&a, &aia(&a, &[(1, 1)]));
        let mut lone = lone(&tap);
        assert!(lone.poll(tap.at()).is_none());
        let later = Timestamp(tap.at().0 + SILENCE);
        let trail = lone.poll(later).expect("it ended");
        assert_eq!((trail.end.clone(), trail.now), (crate::eps::End::Silent, later));
        assert_eq!(
            verdict(&trail).outcome,
            Outcome::Incomplete,
            "what the UE did is not shown"
        );
    }

    #[test]
    fn what_comes_after_silence_is_another_attempt() {
        let mut tap = Tap::new();
        let (a, u) = (air(1, IMSI), ulr(2, IMSI));
        tap.asked(&a, &aia(&a, &[(1, 1)]));
        tap.now_ms += SILENCE / 1_000_000;
        tap.asked(&u, &ula(&u));
        assert_eq!(trails(lone(&tap)).len(), 2);
    }

    #[test]
    fn an_open_request_keeps_its_attempt() {
        let mut tap = Tap::new();
        tap.pass(1, To::Hss, &air(1, IMSI));
        let mut open = lone(&tap);
        let later = Timestamp(tap.at().0 + SILENCE);
        assert!(open.poll(later).is_none());
        tap.wait(UNANSWERED_AFTER / 1_000_000);
        open.add(tap.last().clone());
        let trail = open.poll(later).expect("it ended");
        assert_eq!(trail.s6a[0].state, State::Unanswered(Unanswered::TimedOut));
    }

    #[test]
    fn an_attempt_of_the_radio_claims_what_came_before() {
        let mut tap = Tap::new();
        let (a, u) = (air(1, IMSI), ulr(2, IMSI));
        tap.asked(&a, &aia(&a, &[(1, 1)]));
        let since = tap.at();
        tap.asked(&u, &ula(&u));
        let mut lone = lone(&tap);
        let claimed: Vec<_> = lone.claim(imsi(IMSI), since).iter().map(|e| e.command).collect();
        assert_eq!(claimed, [command::UPDATE_LOCATION]);
        assert_eq!(lone.claim(imsi(IMSI), Timestamp(0)).len(), 1);
        assert!(trails(lone).is_empty());
    }

    #[test]
    fn attempts_are_bounded() {
        let mut tap = Tap::new();
        let mut lone = Lone::new();
        for n in 0..u32::try_from(MAX_LONE).unwrap() + 5 {
            let whose = format!("00101{:010}", n);
            tap.pass(1, To::Hss, &air(n, &whose));
            lone.add(tap.last().clone());
        }
        let ended = std::iter::from_fn(|| lone.poll(tap.at())).count();
        assert_eq!(ended, 5);
    }
}

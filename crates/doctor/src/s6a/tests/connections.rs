//! What befalls connections.

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

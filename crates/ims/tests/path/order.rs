//! Every message in every state: what is unknown forbids nothing, what is known does not change by a message that may not
//! come.

use crate::support::{N1, N2, OK, SM1, auts, direction, empty, register, reject, sm6, sm7};
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_ims::path::{Candidates, Credentials, Message, Protection, Registration, State, Step, Verify};
use std::collections::HashSet;

fn all() -> Vec<Message> {
    let established = Protection::Established;
    vec![
        SM1,
        register(Credentials::None, established, Verify::Same),
        sm7(N1),
        sm7(N2),
        register(
            Credentials::Response { nonce: N1 },
            Protection::None,
            Verify::Missing,
        ),
        empty(N1),
        auts(N1),
        auts(N2),
        sm6(N1),
        sm6(N2),
        OK,
        Message::Ok { expires: Some(0) },
        reject(403),
        reject(200),
        Message::NetworkDeregistration,
        Message::Request {
            protection: established,
        },
    ]
}

/// Every state that the messages lead to.
fn reachable(start: State) -> HashSet<State> {
    let mut seen = HashSet::from([start]);
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        let messages = all();
        let by_message = messages
            .iter()
            .filter_map(|message| state.apply(direction(message), message).ok());
        for next in by_message.chain([state.timed_out(), state.expired()]) {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen
}

#[test]
fn the_table_is_finite_and_each_refusal_has_a_clause() {
    let states = reachable(State::NOT_REGISTERED);
    assert!(states.len() > 20 && states.len() < 500, "{} states", states.len());
    let mut refusals = HashSet::new();
    for state in &states {
        for message in all() {
            if let Err(violation) = state.apply(direction(&message), &message) {
                assert!(
                    violation.clause.starts_with("TS ") || violation.clause.starts_with("RFC "),
                    "{violation:?}"
                );
                refusals.insert(violation.clause);
            }
        }
    }
    assert!(refusals.len() > 8, "{refusals:?}");
}

#[test]
fn no_failure_ends_a_registration() {
    for state in reachable(State::NOT_REGISTERED) {
        let after = [state.apply(Downlink, &reject(403)).ok(), Some(state.timed_out())];
        for after in after.into_iter().flatten() {
            assert_eq!(after.registration, state.registration, "{state:?}");
            assert_eq!(after.associations, state.associations, "{state:?}");
        }
    }
}

#[test]
fn registered_only_by_an_accepted_response() {
    for state in reachable(State::NOT_REGISTERED) {
        for message in all() {
            if let Ok(after) = state.apply(direction(&message), &message)
                && after.registration == Registration::Registered
                && state.registration != Registration::Registered
            {
                assert_eq!(message, OK, "{state:?}");
            }
        }
    }
}

#[test]
fn an_observer_that_came_late_allows_every_first_message() {
    for message in all().into_iter().filter(|message| *message != reject(200)) {
        let late = State::UNOBSERVED.apply(direction(&message), &message);
        let new = matches!(
            message,
            Message::Register(register) if register.protection == Protection::New
                && register.credentials == Credentials::None
        );
        assert!(late.is_ok() || new, "{message:?}: {late:?}");
    }
}

#[test]
fn messages_have_one_direction() {
    for message in all() {
        let Some(only) = message.direction() else { continue };
        let other = if only == Uplink { Downlink } else { Uplink };
        let violation = State::UNOBSERVED
            .apply(other, &message)
            .expect_err("the other way");
        assert_eq!(violation.clause, "TS 24.229 5.1.1");
    }
}

#[test]
fn an_observer_of_a_loss_follows() {
    let step = |message: Message| Step {
        direction: direction(&message),
        message,
    };
    let mut ue = Candidates::new(State::NOT_REGISTERED);
    ue.sent(step(SM1)).expect("it begins");
    ue.towards(step(sm6(N1)));
    assert_eq!(ue.states().len(), 2);
    ue.sent(step(sm7(N1))).expect("it took the challenge");
    assert_eq!(ue.states().len(), 1);
}

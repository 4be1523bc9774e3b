//! Whatever is sent, in whatever order: no panic, no growth, and no registration lost by a failure.

use crate::support::*;
use proptest::prelude::*;
use quintet_cx::ReasonCode;
use quintet_ims::registrar::*;

#[test]
fn who_waits_is_bounded() {
    let mut bench = Bench::new();
    let register = bench.initial();
    bench.send(register);
    bench.mar();
    for _ in 0..MAX_WAITING {
        let more = bench.initial();
        bench.send(more);
        bench.silent();
    }
    for _ in 0..1_000 {
        let more = bench.initial();
        bench.send(more);
        match bench.reply() {
            Reply::Refused(refusal) => {
                assert_eq!((refusal.status, refusal.cause), (500, RefusalCause::Overload));
                assert!(refusal.retry_after.is_some());
            }
            other => panic!("{other:?}"),
        }
    }
    // Each of those that wait is answered in the end.
    for n in 0..=MAX_WAITING {
        bench.input(Input::Vectors(Ok(vec![aka(n as u8)])));
        bench.challenge();
        if n < MAX_WAITING {
            bench.mar();
        }
    }
    bench.silent();
}

#[test]
fn answers_that_nobody_asked_for_are_ignored() {
    let mut bench = Bench::registered();
    let before = bench.session.sets().to_vec();
    bench.input(Input::Vectors(Ok(vec![aka(9)])));
    bench.input(Input::Assigned(granted()));
    bench.input(Input::Vectors(Err(CxFailure::NoAnswer)));
    bench.input(Input::Assigned(Err(CxFailure::UserUnknown)));
    bench.silent();
    assert_eq!(bench.session.sets(), before);
}

#[derive(Clone, Debug)]
enum Act {
    Register {
        protection: u8,
        nonce: u8,
        answer: u8,
        expires: Option<u32>,
        contacts: u8,
        call: u8,
    },
    Vectors(Option<u8>),
    Assigned(Option<bool>),
    Terminate(u32),
    Time(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let register = (
        0..4u8,
        0..4u8,
        0..4u8,
        proptest::option::of(0..5_000u32),
        0..4u8,
        0..3u8,
    )
        .prop_map(
            |(protection, nonce, answer, expires, contacts, call)| Act::Register {
                protection,
                nonce,
                answer,
                expires,
                contacts,
                call,
            },
        );
    prop_oneof![
        6 => register,
        4 => proptest::option::weighted(0.8, any::<u8>()).prop_map(Act::Vectors),
        4 => proptest::option::weighted(0.8, any::<bool>()).prop_map(Act::Assigned),
        1 => (0..5u32).prop_map(Act::Terminate),
        2 => (0..2_000u64).prop_map(Act::Time),
    ]
}

struct Play {
    bench: Bench,
    challenge: Option<Box<Challenge>>,
    vector: u8,
    owed: usize,
}

impl Play {
    fn act(&mut self, act: Act) {
        match act {
            Act::Register {
                protection,
                nonce,
                answer,
                expires,
                contacts,
                call,
            } => self.register(protection, nonce, answer, expires, contacts, call),
            Act::Vectors(Some(n)) => {
                self.vector = n;
                self.bench.input(Input::Vectors(Ok(vec![aka(n)])));
            }
            Act::Vectors(None) => self.bench.input(Input::Vectors(Err(CxFailure::NoAnswer))),
            Act::Assigned(Some(true)) => self.bench.input(Input::Assigned(granted())),
            Act::Assigned(Some(false)) => self.bench.input(Input::Assigned(Ok(Assigned::default()))),
            Act::Assigned(None) => self.bench.input(Input::Assigned(Err(CxFailure::NoAnswer))),
            Act::Terminate(reason) => self.bench.input(Input::Terminate {
                impus: &[],
                reason: ReasonCode(reason),
            }),
            Act::Time(seconds) => self.bench.pass(seconds),
        }
        self.look();
    }

    fn register(
        &mut self,
        protection: u8,
        nonce: u8,
        answer: u8,
        expires: Option<u32>,
        contacts: u8,
        call: u8,
    ) {
        let mut register = match (&self.challenge, answer) {
            (Some(challenge), 0) => {
                let challenge = challenge.clone();
                let vector = self.vector;
                self.bench.answer(&challenge, vector)
            }
            _ => self.bench.initial(),
        };
        register.expires = expires;
        register.call_id = format!("call-{call}");
        register.protection = [
            IntegrityProtected::No,
            IntegrityProtected::Yes,
            IntegrityProtected::Absent,
        ]
        .get(usize::from(protection))
        .copied()
        .unwrap_or(register.protection);
        let authorization = register.authorization.as_mut().expect("credentials");
        match (nonce, &self.challenge) {
            (1, Some(challenge)) => authorization.nonce.clone_from(&challenge.nonce),
            (2, _) => authorization.nonce = "made up".to_owned(),
            _ => {}
        }
        match answer {
            1 => authorization.response = "0".repeat(32),
            2 => authorization.auts = Some(Some(auts())),
            _ => {}
        }
        register.contacts = match contacts {
            0 => ContactSet::All,
            n => ContactSet::These(
                (1..n)
                    .map(|n| Contact {
                        uri: format!("sip:alice@10.0.0.{n}"),
                        ..Contact::default()
                    })
                    .collect(),
            ),
        };
        self.owed += 1;
        self.bench.send(register);
    }

    fn look(&mut self) {
        while let Some(output) = self.bench.next() {
            if let Output::Reply { reply, .. } = output {
                self.owed -= 1;
                if let Reply::Challenge(challenge) = reply {
                    self.challenge = Some(challenge);
                }
            }
        }
        let session = &self.bench.session;
        assert!(self.owed <= MAX_WAITING + 1, "each REGISTER is answered");
        assert!(session.sets().len() <= MAX_SETS);
        assert!(
            session
                .sets()
                .iter()
                .all(|set| set.bindings.len() <= MAX_CONTACTS)
        );
        assert!(session.is_waiting() || self.owed == 0, "nobody waits for nothing");
    }
}

proptest! {
    #[test]
    fn any_order_of_anything(acts in proptest::collection::vec(act(), 1..80)) {
        let mut play = Play { bench: Bench::new(), challenge: None, vector: 0, owed: 0 };
        for act in acts {
            play.act(act);
        }
    }

    /// Without a right answer and without an association nobody's registration changes (TS 33.203 6.1.1).
    #[test]
    fn no_failure_ends_a_registration(acts in proptest::collection::vec(act(), 1..60)) {
        let mut play = Play { bench: Bench::registered(), challenge: None, vector: 0, owed: 0 };
        let before = play.bench.session.sets().to_vec();
        for act in acts {
            let act = match act {
                Act::Register { protection: 1 | 3, nonce, answer, expires, contacts, call } =>
                    Act::Register { protection: 0, nonce, answer, expires, contacts, call },
                Act::Terminate(_) => continue,
                Act::Time(_) => Act::Time(1),
                other => other,
            };
            play.act(act);
            prop_assert_eq!(play.bench.session.sets(), &before[..]);
        }
    }
}

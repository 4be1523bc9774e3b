//! Whatever the network says that it may say, what the UE sends is what may follow; and it keeps no more than it may.

use crate::support::{Rig, Said, ok, s, status};
use quintet_ims::path::{
    Credentials, Direction, Message, Method, Nonce, Protection, Purpose, Register as Seen, State, Verify,
};
use quintet_ims::ue::{Binding, Departure, Event, Input, Procedure, Register, Reply, Start, Way};

/// Seeds of a run, and what happens in each.
const SEEDS: u64 = 300;
const STEPS: usize = 120;

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb) % bound
    }
}

struct Run {
    rig: Rig,
    state: State,
    established: Option<Way>,
    /// Of the challenge that was sent last.
    server: Option<String>,
    /// What waits for an answer.
    open: Option<Register>,
    registered: u32,
}

/// What the table sees of a REGISTER.
fn seen(run: &Run, register: &Register) -> Message {
    let nonce = Nonce::of(register.authorization.nonce.as_bytes());
    let credentials = match &register.authorization {
        authorization if authorization.nonce.is_empty() => Credentials::None,
        authorization if authorization.auts.is_some() => Credentials::Auts { nonce },
        authorization if authorization.response.is_empty() => Credentials::Empty { nonce },
        _ => Credentials::Response { nonce },
    };
    let protection = match register.way {
        way if !way.protected => Protection::None,
        way if Some(way) == run.established => Protection::Established,
        _ => Protection::New,
    };
    let verify = match (&register.security_verify, protection) {
        (None, _) => Verify::Missing,
        (verify, Protection::New) if *verify != run.server => Verify::Differs,
        _ => Verify::Same,
    };
    Message::Register(Seen {
        purpose: if register.procedure == Procedure::Deregistration {
            Purpose::Deregistration
        } else {
            Purpose::Registration
        },
        credentials,
        protection,
        client: register.security_client.is_some(),
        verify,
    })
}

impl Run {
    fn took(&mut self, said: Said) {
        for event in &said.events {
            match event {
                Event::Registered { .. } => {
                    self.registered += 1;
                    let way = self.rig.ue.way();
                    self.established = Some(way).filter(|way| way.protected);
                }
                Event::Deregistered(Departure::Expired | Departure::Unconfirmed) => {
                    self.state = self.state.expired();
                    self.established = None;
                }
                Event::Deregistered(_) => self.established = None,
                Event::Failed { .. } => self.state = self.state.timed_out(),
                _ => {}
            }
        }
        for register in said.registers {
            let message = seen(self, &register);
            match self.state.apply(Direction::Uplink, &message) {
                Ok(state) => self.state = state,
                Err(violation) => panic!("{violation:?}\n{register:#?}\n{:?}", self.state),
            }
            self.open = Some(register);
        }
        assert!(self.rig.sets.len() <= 3, "three sets at most");
    }

    /// The network answers, if it may so.
    fn answer(&mut self, dice: &mut Dice) {
        let Some(register) = self.open.take() else {
            return;
        };
        let leaving = register.procedure == Procedure::Deregistration;
        let reply = match dice.below(12) {
            0..=5 => self.rig.challenge(&register),
            6 => self.rig.foreign_challenge(&register),
            7..=9 => ok(if leaving { 0 } else { 600 }),
            10 => status([403, 500, 504, 494][dice.below(4) as usize]),
            _ => Reply {
                min_expires_s: Some(700_000 + dice.below(9) as u32),
                ..status(423)
            },
        };
        let message = match (reply.status, reply.challenges.first()) {
            (401, Some(challenge)) => Message::Challenge {
                nonce: Nonce::of(challenge.nonce.as_bytes()),
                method: Method::Aka,
                server: !reply.security_server.is_empty(),
            },
            (200, _) => Message::Ok {
                expires: reply.expires_s,
            },
            (status, _) => Message::Reject { status },
        };
        // A 200 without any challenge is for who comes over associations.
        let trusts = register.way.protected || reply.status != 200;
        match self.state.apply(Direction::Downlink, &message) {
            Ok(state) if trusts => self.state = state,
            _ => {
                self.open = Some(register);
                return;
            }
        }
        if reply.status == 401 {
            self.server = reply.security_server.first().cloned();
        }
        let said = self.rig.answer(&register, &reply);
        self.took(said);
    }

    fn step(&mut self, dice: &mut Dice) {
        match dice.below(16) {
            0 => {
                let start = [Start::Register, Start::RegisterAnew, Start::Deregister][dice.below(3) as usize];
                let said = self.rig.start(start);
                self.took(said);
            }
            1 => {
                if let Some(register) = self.open.take() {
                    self.state = self.state.timed_out();
                    let said = self.rig.no_answer(&register);
                    self.took(said);
                }
            }
            2 | 3 => {
                if let Some(due) = self.rig.ue.poll_timeout() {
                    self.rig.now = self.rig.now.max(due);
                    let said = self.rig.handle(Input::Timeout);
                    self.took(said);
                }
            }
            4 if self.rig.ue.is_registered() => {
                let bindings = [Binding {
                    aor: self.rig.ue.identity().impu.to_string(),
                    own: true,
                    active: false,
                    event: ["deactivated", "rejected"][dice.below(2) as usize].to_owned(),
                    expires_s: None,
                    retry_after_s: None,
                }];
                if let Ok(state) = self
                    .state
                    .apply(Direction::Downlink, &Message::NetworkDeregistration)
                {
                    self.state = state;
                    let said = self.rig.handle(Input::Notified(&bindings));
                    self.took(said);
                }
            }
            5 => {
                // The card saw a number elsewhere.
                let quintet = self.rig.quintet();
                let autn = quintet.autn.octets().unwrap();
                self.rig.card.answer(&quintet.rand, &autn);
                self.rig.now += s(1);
            }
            6 => self.rig.now += s(dice.below(100)),
            _ => self.answer(dice),
        }
    }
}

#[test]
fn what_a_ue_sends_may_follow() {
    let mut registered = 0;
    for seed in 0..SEEDS {
        println!("seed {seed}");
        let mut dice = Dice(seed);
        let mut run = Run {
            rig: Rig::new(),
            state: State::NOT_REGISTERED,
            established: None,
            server: None,
            open: None,
            registered: 0,
        };
        for _ in 0..STEPS {
            run.step(&mut dice);
        }
        registered += run.registered;
    }
    assert!(registered > SEEDS as u32, "{registered} registrations");
}

//! A UE with its card, and the network's words.

use quintet_crypto::digest::AkaNonce;
use quintet_crypto::{Amf, AuthenticationFunctions, K, Op, Opc, Quintet, Sqn};
use quintet_esp::{SaCommand, SaSet, Spi};
use quintet_identity::{Imsi, Plmn};
use quintet_ims::agreement::{Here, Policy, Ports, Spis, UePolicy};
use quintet_ims::ue::{
    Answer, Challenge, Configuration, Event, Identity, Input, Output, Register, Reply, Security, Start,
    TimerValues, Ue, Unanswered,
};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use quintet_subscriber::usim::Usim;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const REALM: &str = "ims.mnc001.mcc001.3gppnetwork.org";

pub(crate) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What a UE has said since it was asked last.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) registers: Vec<Register>,
    pub(crate) events: Vec<Event>,
    pub(crate) subscribes: usize,
}

impl Said {
    /// The only REGISTER.
    pub(crate) fn register(self) -> Register {
        let [register] = <[Register; 1]>::try_from(self.registers).expect("one REGISTER");
        register
    }
}

/// A UE, its card, its associations as whoever holds them has them, and an AuC.
pub(crate) struct Rig {
    pub(crate) now: Duration,
    pub(crate) ue: Ue,
    pub(crate) card: Usim,
    functions: AuthenticationFunctions,
    seq: u64,
    random: u64,
    /// The sets that are installed.
    pub(crate) sets: BTreeSet<SaSet>,
    /// Whether the card is asked at all.
    pub(crate) answers: bool,
}

pub(crate) fn configuration(change: impl FnOnce(&mut Configuration)) -> Arc<Configuration> {
    let mut configuration = Configuration {
        pcscf: "10.0.0.2:5060".parse().unwrap(),
        port: 5060,
        server_port: 5064,
        client_ports: 5070..=5079,
        security: Security::Ipsec(UePolicy::default()),
        expires_s: 600_000,
        subscribes: true,
        automatic: true,
        timers: TimerValues::default(),
    };
    change(&mut configuration);
    Arc::new(configuration)
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(crate) fn with(change: impl FnOnce(&mut Configuration)) -> Self {
        let imsi: Imsi = "001010000000001".parse().unwrap();
        let home: Plmn = "00101".parse().unwrap();
        let k = K::new_128([0x46; 16]);
        let opc = Opc::derive(&k, &Op::new([0xcd; 16])).unwrap();
        let authentication = Authentication {
            k,
            algorithm: Algorithm::Milenage { opc },
            amf: Amf([0x80, 0]),
            sqn_profile: SqnProfile::TIME_BASED,
            dif: None,
            seq_seed: 0,
        };
        let identity = Identity::derived(imsi, home).unwrap();
        Self {
            now: s(1_000),
            ue: Ue::new(
                configuration(change),
                identity,
                "10.0.0.1".parse().unwrap(),
                1 << 12,
            ),
            card: Usim::new(&authentication).unwrap(),
            functions: authentication.functions().unwrap(),
            seq: 1,
            random: 7,
            sets: BTreeSet::new(),
            answers: true,
        }
    }

    /// Something happens; the card answers within.
    pub(crate) fn handle(&mut self, input: Input<'_>) -> Said {
        let (mut outputs, mut said) = (Vec::new(), Said::default());
        let random = &mut self.random;
        let mut entropy = |to: &mut [u8]| {
            for octet in to {
                *random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                *octet = (*random >> 56) as u8;
            }
        };
        self.ue.handle(self.now, input, &mut entropy, &mut outputs);
        let mut asked = None;
        self.take(outputs, &mut said, &mut asked);
        if let Some((rand, autn)) = asked
            && self.answers
        {
            let answer = self.card.answer(&rand, &autn);
            let more = self.handle(Input::Challenged(answer));
            said.registers.extend(more.registers);
            said.events.extend(more.events);
        }
        said
    }

    fn take(
        &mut self,
        outputs: Vec<Output>,
        said: &mut Said,
        asked: &mut Option<(quintet_crypto::Rand, [u8; 16])>,
    ) {
        for output in outputs {
            match output {
                Output::Register(register) => {
                    if register.way.protected {
                        assert!(!self.sets.is_empty(), "a set is there before it is used");
                    }
                    said.registers.push(*register);
                }
                Output::Challenge { rand, autn } => *asked = Some((rand, autn)),
                Output::Sa(SaCommand::Install(sa)) => drop(self.sets.insert(sa.set)),
                Output::Sa(SaCommand::RemoveSet(set)) => drop(self.sets.remove(&set)),
                Output::Sa(_) => {}
                Output::Subscribe { .. } => said.subscribes += 1,
                Output::Event(event) => said.events.push(event),
            }
        }
    }

    pub(crate) fn start(&mut self, start: Start) -> Said {
        self.handle(Input::Start(start))
    }

    pub(crate) fn answer(&mut self, to: &Register, reply: &Reply) -> Said {
        self.handle(Input::Answered { cseq: to.cseq, reply })
    }

    pub(crate) fn no_answer(&mut self, to: &Register) -> Said {
        let why = Unanswered::TimerF;
        self.handle(Input::Unanswered { cseq: to.cseq, why })
    }

    /// Time passes, until the UE has something to do.
    pub(crate) fn wait(&mut self) -> Said {
        self.now = self.ue.poll_timeout().expect("a timer runs");
        self.handle(Input::Timeout)
    }

    pub(crate) fn quintet(&mut self) -> Quintet {
        self.seq += 1;
        self.functions.quintet(
            &[self.seq as u8; 16],
            Sqn::new(self.seq << 5).unwrap(),
            Amf([0x80, 0]),
        )
    }

    /// 401 with a challenge of the AuC's, and what a P-CSCF adds.
    pub(crate) fn challenge(&mut self, to: &Register) -> Reply {
        let quintet = self.quintet();
        challenge(to, &quintet)
    }

    /// Registers from nothing: the last REGISTER, and what was said at 200.
    pub(crate) fn register(&mut self) -> (Register, Said) {
        let first = self.start(Start::Register).register();
        let reply = self.challenge(&first);
        let second = self.answer(&first, &reply).register();
        let said = self.answer(&second, &ok(3_600));
        (second, said)
    }

    /// The answer of a card that does not know K.
    pub(crate) fn foreign_challenge(&mut self, to: &Register) -> Reply {
        let mut reply = self.challenge(to);
        let mut quintet = self.quintet();
        quintet.autn.mac = quintet_crypto::Mac::new(&[0; 8]).unwrap();
        reply.challenges[0].nonce = nonce(&quintet);
        reply
    }
}

pub(crate) fn nonce(quintet: &Quintet) -> String {
    AkaNonce {
        rand: quintet.rand,
        autn: quintet.autn.octets().unwrap(),
        server_data: Vec::new(),
    }
    .to_string()
}

pub(crate) fn challenge(to: &Register, quintet: &Quintet) -> Reply {
    let policy = Policy::default();
    let spi = |n| Spi::new(n).unwrap();
    let here = Here {
        set: SaSet(1),
        address: "10.0.0.2".parse().unwrap(),
        ports: Ports {
            client: 6_000 + (to.cseq % 100) as u16,
            server: 5_999,
        },
        spis: Spis {
            client: spi(300 + 2 * to.cseq),
            server: spi(301 + 2 * to.cseq),
        },
    };
    let server = to.security_client.as_deref().map(|client| {
        let proposal = policy.judge(false, [client]).expect("an offer that is taken");
        let choice = proposal.choose(&policy, "10.0.0.1".parse().unwrap(), here);
        choice.security_server().to_owned()
    });
    Reply {
        status: 401,
        challenges: vec![Challenge {
            realm: REALM.to_owned(),
            nonce: nonce(quintet),
            algorithm: "AKAv1-MD5".to_owned(),
            ..Challenge::default()
        }],
        security_server: server.into_iter().collect(),
        ..Reply::default()
    }
}

pub(crate) fn ok(expires_s: u32) -> Reply {
    Reply {
        status: 200,
        expires_s: Some(expires_s),
        service_route: vec!["<sip:orig@scscf.test;lr>".to_owned()],
        associated: vec!["sip:one@test".to_owned(), "tel:+1".to_owned()],
        ..Reply::default()
    }
}

pub(crate) fn status(status: u16) -> Reply {
    Reply {
        status,
        ..Reply::default()
    }
}

/// The card's verdict on what it has seen already.
pub(crate) const fn is_synch_failure(answer: &Answer) -> bool {
    matches!(answer, Answer::SynchFailure(_))
}

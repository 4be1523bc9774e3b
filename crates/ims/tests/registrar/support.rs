//! A session with its HSS and UE in the hands of a test.

use quintet_crypto::digest::{AkaPassword, DigestAlgorithm, DigestInput, HashA1, Qop};
use quintet_crypto::{Auts, Ck, Ik, Res};
use quintet_cx::ServerAssignmentType;
use quintet_cx::profile::{ImsSubscription, PublicIdentity, ServiceProfile};
use quintet_identity::Impu;
use quintet_ims::registrar::*;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const REALM: &str = "home.test";
pub(crate) const IMPI: &str = "alice@home.test";
pub(crate) const ALICE: &str = "sip:alice@home.test";
pub(crate) const TEL: &str = "tel:+4930123";
pub(crate) const BARRED: &str = "sip:temporary@home.test";
pub(crate) const CONTACT: &str = "sip:alice@10.0.0.9:5062";

pub(crate) fn impu(text: &str) -> Impu {
    text.parse().expect("a public identity")
}

/// Octets that a test can tell apart.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, to: &mut [u8]) {
        for octet in to {
            self.0 = self.0.wrapping_add(1);
            *octet = self.0;
        }
    }
}

/// The vector number `n`.
pub(crate) fn vector(n: u8) -> Vector {
    Vector {
        algorithm: DigestAlgorithm::AkaV1Md5,
        rand: [n; 16],
        autn: [n ^ 0xff; 16],
        xres: Res::new(&[n, 2, 3, 4, 5, 6, 7, 8]).expect("8 octets"),
        ck: Ck::new_128([n; 16]),
        ik: Ik::new_128([n.wrapping_add(1); 16]),
    }
}

pub(crate) fn aka(n: u8) -> AuthenticationItem {
    AuthenticationItem::Aka(Box::new(vector(n)))
}

pub(crate) fn auts() -> Auts {
    Auts::from_octets(&[7; 14]).expect("14 octets")
}

pub(crate) fn profile_of(identities: &[(&str, bool)]) -> Arc<ImsSubscription> {
    let identity = |(uri, barred): &(&str, bool)| PublicIdentity {
        barred: *barred,
        ..PublicIdentity::new(*uri)
    };
    Arc::new(ImsSubscription {
        private_id: IMPI.to_owned(),
        service_profiles: vec![ServiceProfile {
            public_identities: identities.iter().map(identity).collect(),
            ..ServiceProfile::default()
        }],
        imsi: None,
    })
}

pub(crate) fn profile() -> Arc<ImsSubscription> {
    profile_of(&[(BARRED, true), (ALICE, false), (TEL, false)])
}

pub(crate) fn granted() -> Result<Assigned, CxFailure> {
    Ok(Assigned {
        profile: Some(profile()),
        shared: false,
    })
}

pub(crate) struct Bench {
    pub(crate) session: Session,
    pub(crate) policy: Policy,
    pub(crate) now: Duration,
    pub(crate) cseq: u32,
    pub(crate) call_id: String,
    pub(crate) contact: String,
    pub(crate) events: Vec<Event>,
    pub(crate) changes: usize,
    id: u64,
    entropy: Counting,
    outputs: VecDeque<Output>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self {
            session: Session::new(IMPI.parse().expect("a private identity")),
            policy: Policy::new(REALM),
            now: Duration::from_secs(1_000),
            cseq: 0,
            call_id: "call-1".to_owned(),
            contact: CONTACT.to_owned(),
            events: Vec::new(),
            changes: 0,
            id: 0,
            entropy: Counting(0),
            outputs: VecDeque::new(),
        }
    }

    /// One whose user is registered by AKA, protected, for 600 seconds.
    pub(crate) fn registered() -> Self {
        let mut bench = Self::new();
        bench.authenticate(1);
        bench.events.clear();
        bench
    }

    /// Registers with vector `n`.
    pub(crate) fn authenticate(&mut self, n: u8) -> Box<Accepted> {
        let challenge = self.challenged_with(n);
        let answer = self.answer(&challenge, n);
        self.input(Input::Register(Box::new(answer)));
        self.sar(ServerAssignmentType::REGISTRATION);
        self.input(Input::Assigned(granted()));
        self.accepted()
    }

    /// A REGISTER, MAR, vector `n`, 401.
    pub(crate) fn challenged_with(&mut self, n: u8) -> Box<Challenge> {
        let register = self.initial();
        self.send(register);
        self.mar();
        self.input(Input::Vectors(Ok(vec![aka(n)])));
        self.challenge()
    }

    pub(crate) fn at(&self) -> At {
        At {
            now: self.now,
            wall: self.now + Duration::from_secs(1_700_000_000),
        }
    }

    pub(crate) fn input(&mut self, input: Input<'_>) {
        let mut outputs = Vec::new();
        let at = self.at();
        self.session.handle(
            &mut Environment {
                policy: &self.policy,
                entropy: &mut self.entropy,
                outputs: &mut outputs,
                at,
            },
            input,
        );
        for output in outputs {
            match output {
                Output::Event(event) => self.events.push(event),
                Output::Changed => self.changes += 1,
                other => self.outputs.push_back(other),
            }
        }
    }

    pub(crate) fn send(&mut self, register: Register) {
        self.input(Input::Register(Box::new(register)));
    }

    /// Lets time pass until the session's next deadline.
    pub(crate) fn wait(&mut self) {
        self.now = self.session.poll_timeout().expect("a deadline");
        self.input(Input::Timeout);
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.input(Input::Timeout);
    }

    /// A REGISTER without an answer, outside of a security association.
    pub(crate) fn initial(&mut self) -> Register {
        self.id += 1;
        self.cseq += 1;
        Register {
            id: RegisterId(self.id),
            impu: impu(ALICE),
            contacts: ContactSet::These(vec![Contact {
                uri: self.contact.clone(),
                ..Contact::default()
            }]),
            expires: Some(600),
            path: vec!["<sip:pcscf.visited.test;lr>".to_owned()],
            call_id: self.call_id.clone(),
            cseq: self.cseq,
            authorization: Some(Authorization {
                username: IMPI.to_owned(),
                realm: REALM.to_owned(),
                uri: "sip:home.test".to_owned(),
                ..Authorization::default()
            }),
            protection: IntegrityProtected::No,
            visited_network: Some("visited.test".to_owned()),
            body: Vec::new(),
        }
    }

    /// The same through a security association.
    pub(crate) fn protected(&mut self) -> Register {
        Register {
            protection: IntegrityProtected::Yes,
            ..self.initial()
        }
    }

    /// The right answer to a challenge of vector `n`.
    pub(crate) fn answer(&mut self, challenge: &Challenge, n: u8) -> Register {
        let mut register = self.protected();
        let vector = vector(n);
        let password = AkaPassword::new(challenge.algorithm, &vector.xres, &vector.ck, &vector.ik);
        let hash = HashA1::new(challenge.algorithm, IMPI, REALM, password.expose());
        let authorization = register.authorization.as_mut().expect("credentials");
        answer_with(authorization, challenge, &hash, 1);
        register
    }

    /// The next output, if there is one.
    pub(crate) fn next(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn output(&mut self) -> Output {
        self.outputs.pop_front().expect("an output")
    }

    pub(crate) fn cx(&mut self) -> CxRequest {
        match self.output() {
            Output::Cx(request) => *request,
            other => panic!("a request to the HSS, not {other:?}"),
        }
    }

    pub(crate) fn mar(&mut self) -> (u32, Option<([u8; 16], Auts)>) {
        match self.cx() {
            CxRequest::Mar {
                count,
                resynchronisation,
                ..
            } => (count, resynchronisation),
            other => panic!("MAR, not {other:?}"),
        }
    }

    pub(crate) fn sar(&mut self, expected: ServerAssignmentType) -> Vec<Impu> {
        match self.cx() {
            CxRequest::Sar {
                impus, assignment, ..
            } => {
                assert_eq!(assignment, expected);
                impus
            }
            other => panic!("SAR, not {other:?}"),
        }
    }

    pub(crate) fn reply(&mut self) -> Reply {
        match self.output() {
            Output::Reply { reply, .. } => reply,
            other => panic!("a reply, not {other:?}"),
        }
    }

    pub(crate) fn challenge(&mut self) -> Box<Challenge> {
        match self.reply() {
            Reply::Challenge(challenge) => challenge,
            other => panic!("401, not {other:?}"),
        }
    }

    pub(crate) fn accepted(&mut self) -> Box<Accepted> {
        match self.reply() {
            Reply::Accepted(accepted) => accepted,
            other => panic!("200, not {other:?}"),
        }
    }

    pub(crate) fn refused(&mut self) -> (u16, RefusalCause) {
        match self.reply() {
            Reply::Refused(refusal) => (refusal.status, refusal.cause),
            other => panic!("a refusal, not {other:?}"),
        }
    }

    /// Nothing more is to be done.
    pub(crate) fn silent(&mut self) {
        assert!(self.outputs.is_empty(), "{:?}", self.outputs);
    }

    /// The contacts that are bound.
    pub(crate) fn contacts(&self) -> Vec<&str> {
        let sets = self.session.sets().iter();
        sets.flat_map(|set| &set.bindings)
            .map(|binding| binding.contact.uri.as_str())
            .collect()
    }

    /// What became of sets, in order.
    pub(crate) fn set_changes(&self) -> Vec<SetChange> {
        let of = |event: &Event| match event {
            Event::Set { change, .. } => Some(*change),
            Event::Phase(_) => None,
        };
        self.events.iter().filter_map(of).collect()
    }

    /// What became of contacts, in order.
    pub(crate) fn contact_events(&self) -> Vec<(String, ContactEvent)> {
        let mut found = Vec::new();
        for event in &self.events {
            if let Event::Set { contacts, .. } = event {
                found.extend(
                    contacts
                        .iter()
                        .map(|(binding, event)| (binding.contact.uri.clone(), *event)),
                );
            }
        }
        found
    }

    pub(crate) fn phases(&self) -> Vec<Phase> {
        let of = |event: &Event| match event {
            Event::Phase(phase) => Some(*phase),
            Event::Set { .. } => None,
        };
        self.events.iter().filter_map(of).collect()
    }
}

/// Answers a challenge with what somebody knows.
pub(crate) fn answer_with(
    authorization: &mut Authorization,
    challenge: &Challenge,
    hash: &HashA1,
    count: u32,
) {
    authorization.realm.clone_from(&challenge.realm);
    authorization.nonce.clone_from(&challenge.nonce);
    authorization.algorithm = Some(challenge.algorithm.to_string());
    let nc = format!("{count:08x}");
    let qop = match challenge.qop {
        Some(_) => Qop::Auth {
            nc: &nc,
            cnonce: "c0ffee",
        },
        None => Qop::None,
    };
    if challenge.qop.is_some() {
        authorization.qop = Some("auth".to_owned());
        authorization.cnonce = Some("c0ffee".to_owned());
        authorization.nonce_count = Some(count);
    }
    let input = DigestInput {
        algorithm: challenge.algorithm,
        method: "REGISTER",
        uri: &authorization.uri,
        nonce: &challenge.nonce,
        qop,
    };
    authorization.response = input.response(hash).as_str().to_owned();
}

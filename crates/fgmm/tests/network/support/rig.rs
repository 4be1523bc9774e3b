//! One session, its environment, and what it left.

use super::{Request, Table, Ue, plain};
use quintet_crypto::fgs::{KSeaf, ResStar};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{
    AlgorithmLists, At, AuthenticationRequest, Challenge, Confirmation, ContextSetup, Entropy, Environment,
    EstablishmentCause, Event, Initial, Input, Output, Phase, Policy, ReauthenticationPolicy, ReleaseCause,
    Session, SubscribedSNssai, Subscription, Timers,
};
use quintet_identity::fgs::{AmfId, Guami, Ncgi, STmsi, Tac, Tai};
use quintet_identity::{SNssai, Supi};
use quintet_nas::fgs::{FgmmCause, FgmmMessage, RegistrationAccept, RegistrationComplete};
use quintet_subscriber::model::Ambr;
use std::time::Duration;

/// KSEAF of the n-th challenge, but for its first octet.
const K_SEAF: [u8; 32] = [0x5a; 32];

pub(crate) fn supi(last: u8) -> Supi {
    Supi::Imsi(format!("0010100000000{last:02}").parse().expect("an IMSI"))
}

pub(crate) fn guami() -> Guami {
    Guami {
        plmn: "00101".parse().expect("a PLMN"),
        amf_id: AmfId::new(2, 1, 1).expect("an AMF identifier"),
    }
}

pub(crate) fn tai() -> Tai {
    Tai {
        plmn: "00101".parse().expect("a PLMN"),
        tac: Tac::new(7).expect("24 bits"),
    }
}

/// RES* that answers the n-th challenge.
pub(crate) fn res_star(n: u8) -> ResStar {
    ResStar::new([n ^ 0x33; 16])
}

/// KSEAF of the n-th challenge.
pub(crate) fn k_seaf(n: u8) -> KSeaf {
    let mut octets = K_SEAF;
    octets[0] = n;
    KSeaf::new(octets)
}

/// The n-th challenge of 5G AKA: every part depends on n.
pub(crate) fn challenge(n: u8) -> Challenge {
    Challenge::Aka {
        rand: [n; 16],
        autn: [n ^ 0xff; 16],
        hxres_star: res_star(n).hres_star(&[n; 16]),
    }
}

pub(crate) fn subscription() -> Subscription {
    Subscription {
        nssai: vec![
            SubscribedSNssai {
                s_nssai: SNssai::EMBB,
                default: true,
            },
            SubscribedSNssai {
                s_nssai: SNssai::new(2),
                default: false,
            },
        ],
        ambr: Some(Ambr {
            uplink: 1_000_000,
            downlink: 2_000_000,
        }),
        ..Subscription::default()
    }
}

fn policy() -> Policy {
    let lists = AlgorithmLists {
        integrity: vec![IntegrityAlgorithm::EIA2, IntegrityAlgorithm::EIA1],
        ciphering: vec![CipheringAlgorithm::EEA2, CipheringAlgorithm::EEA0],
    };
    Policy {
        guami: guami(),
        tracking_areas: vec![tai()],
        slices: vec![SNssai::EMBB, SNssai::new(2)],
        algorithms: lists.clone(),
        eps_algorithms: None,
        emergency: true,
        unauthenticated_emergency: false,
        reauthentication: ReauthenticationPolicy {
            every: None,
            after: None,
        },
        change_k_amf_on_mobility: false,
        request_imeisv: false,
        events: true,
        timers: Timers::default(),
        smf: false,
        emergency_dnn: None,
        network_name: None,
        time_zone: None,
    }
}

struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, to: &mut [u8]) {
        for octet in to {
            self.0 = self.0.wrapping_add(1);
            *octet = self.0;
        }
    }
}

pub(crate) struct Rig {
    pub(crate) policy: Policy,
    pub(crate) table: Table,
    pub(crate) session: Box<Session>,
    pub(crate) now: Duration,
    pub(crate) wall: Duration,
    pub(crate) from: Initial,
    entropy: Counter,
    outputs: Vec<Output>,
    pub(crate) events: Vec<Event>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let from = Initial {
            s_tmsi: None,
            tai: tai(),
            ncgi: Ncgi::new(tai().plmn, 1).expect("a cell"),
            establishment_cause: EstablishmentCause::MoSignalling,
            context_requested: true,
        };
        Self {
            policy: policy(),
            table: Table::default(),
            session: Session::new(from),
            now: Duration::ZERO,
            wall: Duration::from_secs(1_700_000_000),
            from,
            entropy: Counter(0),
            outputs: Vec::new(),
            events: Vec::new(),
        }
    }

    /// The next connection, with a 5G-S-TMSI for the gNB if there is one.
    pub(crate) fn reconnect_with(&mut self, s_tmsi: Option<STmsi>) {
        self.from.s_tmsi = s_tmsi;
        self.session = Session::new(self.from);
        self.outputs.clear();
        self.events.clear();
    }

    /// The next connection of this UE.
    pub(crate) fn reconnect(&mut self, ue: &Ue) {
        self.reconnect_with(ue.guti.map(|guti| guti.s_tmsi()));
    }

    pub(crate) fn input(&mut self, input: Input<'_>) -> Disposition {
        let mut env = Environment {
            policy: &self.policy,
            contexts: &mut self.table,
            entropy: &mut self.entropy,
            outputs: &mut self.outputs,
            at: At {
                now: self.now,
                wall: self.wall,
            },
        };
        self.session.handle(&mut env, input)
    }

    pub(crate) fn initial(&mut self, nas: &[u8]) -> Disposition {
        let from = self.from;
        self.input(Input::Initial { nas, from })
    }

    pub(crate) fn uplink(&mut self, nas: &[u8]) -> Disposition {
        let Initial { tai, ncgi, .. } = self.from;
        self.input(Input::Uplink { nas, tai, ncgi })
    }

    /// An uplink that is taken.
    pub(crate) fn send(&mut self, nas: &[u8]) {
        assert_eq!(self.uplink(nas), Disposition::Handled, "{nas:02x?}");
    }

    /// Time passes until the session's deadline.
    pub(crate) fn expire(&mut self) {
        self.now = self.session.poll_timeout().expect("a timer runs");
        assert_eq!(self.input(Input::Timeout), Disposition::Handled);
    }

    /// All outputs but events, which are kept aside.
    pub(crate) fn take(&mut self) -> Vec<Output> {
        let (events, outputs): (Vec<_>, Vec<_>) = self
            .outputs
            .drain(..)
            .partition(|output| matches!(output, Output::Event(_)));
        self.events
            .extend(events.into_iter().filter_map(|output| match output {
                Output::Event(event) => Some(event),
                _ => None,
            }));
        outputs
    }

    /// All outputs as they came.
    pub(crate) fn raw(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// The phases reached so far on this connection.
    pub(crate) fn phases(&mut self) -> Vec<Phase> {
        let kept = self.take();
        self.outputs = kept;
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Phase { phase, .. } => Some(*phase),
                Event::Message { .. } => None,
            })
            .collect()
    }

    /// The one downlink there is, octets as on the wire.
    pub(crate) fn downlink(&mut self) -> Vec<u8> {
        let mut all = self.downlinks();
        assert_eq!(all.len(), 1, "one downlink: {all:02x?}");
        all.remove(0)
    }

    /// All downlinks; what else there was is dropped.
    pub(crate) fn downlinks(&mut self) -> Vec<Vec<u8>> {
        self.take()
            .into_iter()
            .filter_map(|output| match output {
                Output::Downlink(nas) => Some(nas),
                _ => None,
            })
            .collect()
    }

    /// The one request for authentication there is.
    pub(crate) fn authentication(&mut self) -> AuthenticationRequest {
        let mut all: Vec<_> = self
            .take()
            .into_iter()
            .filter_map(|output| match output {
                Output::Authenticate(request) => Some(*request),
                _ => None,
            })
            .collect();
        assert_eq!(all.len(), 1, "one request for authentication");
        all.remove(0)
    }

    /// Downlinks and the release.
    pub(crate) fn ending(&mut self) -> (Vec<Vec<u8>>, Option<ReleaseCause>) {
        let mut release = None;
        let mut downlinks = Vec::new();
        for output in self.take() {
            match output {
                Output::Downlink(nas) => downlinks.push(nas),
                Output::Release(cause) => release = Some(cause),
                _ => {}
            }
        }
        assert_eq!(release.is_some(), self.session.is_over());
        (downlinks, release)
    }

    /// A reject that came plain, its cause, and the release with it.
    pub(crate) fn rejected(&mut self) -> FgmmCause {
        let (downlinks, release) = self.ending();
        assert_eq!(release, Some(ReleaseCause::NormalRelease));
        assert_eq!(downlinks.len(), 1, "one reject: {downlinks:02x?}");
        cause(&downlinks[0])
    }

    /// A reject under the UE's context, its cause, and the release with it.
    pub(crate) fn rejected_to(&mut self, ue: &mut Ue) -> FgmmCause {
        let (downlinks, release) = self.ending();
        assert_eq!(release, Some(ReleaseCause::NormalRelease));
        assert_eq!(downlinks.len(), 1, "one reject: {downlinks:02x?}");
        cause(&ue.read(&downlinks[0]))
    }

    /// REGISTRATION REQUEST by SUCI, and the n-th challenge: AUTHENTICATION REQUEST is the only output left.
    pub(crate) fn challenge(&mut self, n: u8) {
        assert_eq!(
            self.initial(&Request::by_suci(1).cleartext()),
            Disposition::Handled
        );
        let _ = self.authentication();
        self.give(n);
    }

    /// The AUSF answers with the n-th challenge.
    pub(crate) fn give(&mut self, n: u8) {
        assert_eq!(
            self.input(Input::Challenge(Ok(challenge(n)))),
            Disposition::Handled
        );
    }

    /// The AUSF confirms the n-th challenge.
    pub(crate) fn confirm(&mut self, n: u8) {
        let outputs = self.take();
        let asked = outputs
            .iter()
            .any(|output| matches!(output, Output::Confirm { res_star: r } if *r == res_star(n)));
        assert!(asked, "{outputs:?}");
        let confirmation = Confirmation {
            supi: supi(1),
            k_seaf: k_seaf(n),
        };
        assert_eq!(
            self.input(Input::Confirmed(Ok(confirmation))),
            Disposition::Handled
        );
    }

    /// From AUTHENTICATION REQUEST, which is the one downlink, to SECURITY MODE COMMAND.
    pub(crate) fn answer(&mut self, n: u8, request: Request) -> Ue {
        let downlink = self.downlink();
        let ue = Ue::challenged(plain(&downlink), n, request);
        self.send(&ue.response());
        self.confirm(n);
        ue
    }

    /// Up to SECURITY MODE COMMAND, which is left for the UE to take.
    pub(crate) fn command(&mut self, n: u8) -> Ue {
        self.challenge(n);
        self.answer(n, Request::by_suci(1))
    }

    /// Up to a secure connection: SECURITY MODE COMPLETE is accepted, the UDM is asked.
    pub(crate) fn secure(&mut self, n: u8) -> Ue {
        let mut ue = self.command(n);
        let command = self.downlink();
        let _ = ue.take_command(&command);
        self.send(&ue.complete());
        ue
    }

    /// The UDM answers.
    pub(crate) fn subscribe(&mut self) {
        assert_eq!(
            self.input(Input::Subscription(Ok(&subscription()))),
            Disposition::Handled
        );
    }

    /// The context that is set up.
    pub(crate) fn context_setup(&mut self) -> Box<ContextSetup> {
        let mut all: Vec<_> = self
            .take()
            .into_iter()
            .filter_map(|output| match output {
                Output::ContextSetup(setup) => Some(setup),
                _ => None,
            })
            .collect();
        assert_eq!(all.len(), 1, "one context is set up");
        all.remove(0)
    }

    /// Takes REGISTRATION ACCEPT of a context setup, and completes the registration.
    pub(crate) fn complete(&mut self, ue: &mut Ue) -> RegistrationAccept<'static> {
        let setup = self.context_setup();
        let nas = setup.nas.expect("with REGISTRATION ACCEPT");
        let accept = ue.accept(&nas);
        assert_eq!(self.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
        let complete = ue.ciphered(RegistrationComplete::new().into());
        self.send(&complete);
        accept
    }

    /// Up to REGISTRATION COMPLETE: the UE is registered and connected, and nothing is under way.
    pub(crate) fn registered(&mut self, n: u8) -> Ue {
        let mut ue = self.secure(n);
        let _ = self.take();
        self.subscribe();
        let _ = self.complete(&mut ue);
        let _ = self.take();
        ue
    }

    /// The same, and then a new connection.
    pub(crate) fn idle(&mut self, n: u8) -> Ue {
        let ue = self.registered(n);
        assert_eq!(self.input(Input::ConnectionLost), Disposition::Handled);
        self.reconnect(&ue);
        ue
    }
}

impl Rig {
    /// The name of a downlink that is not ciphered.
    pub(crate) fn name(nas: &[u8]) -> &'static str {
        FgmmMessage::decode_downlink(plain(nas))
            .expect("a message")
            .message
            .name()
    }
}

/// The 5GMM cause of a plain message.
fn cause(nas: &[u8]) -> FgmmCause {
    match FgmmMessage::decode_downlink(nas).expect("a message").message {
        FgmmMessage::RegistrationReject(m) => m.fgmm_cause,
        FgmmMessage::ServiceReject(m) => m.fgmm_cause,
        other => panic!("a reject, not {}", other.name()),
    }
}

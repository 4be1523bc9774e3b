//! One session, its environment, and what it left.

use super::{Table, Ue, attach_request, plain};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme, Res};
use quintet_emm::Disposition;
use quintet_emm::network::{
    At, BearerSetup, Entropy, Environment, Event, Initial, Input, Location, Output, Phase, Policy,
    ReauthenticationPolicy, ReleaseCause, Session, Timers, Vector, VectorRequest,
};
use quintet_identity::{Ecgi, Gummei, Imsi, Tai};
use quintet_nas::eps::{AttachAccept, AttachComplete, EmmMessage, EsmMessageContainer};
use quintet_subscriber::model::{AllocationRetentionPriority, Ambr, ApnConfiguration, PdnType, QosClass};
use std::time::Duration;

/// Every timer of the rig.
pub(crate) const TIMER: Duration = Duration::from_secs(6);

/// KASME of the n-th vector.
pub(crate) const KASME: [u8; 32] = [0x5a; 32];

pub(crate) fn imsi(last: u8) -> Imsi {
    format!("0010100000000{last:02}").parse().expect("an IMSI")
}

pub(crate) fn gummei() -> Gummei {
    Gummei {
        plmn: "00101".parse().expect("a PLMN"),
        mme_group_id: 0x8001,
        mme_code: 1,
    }
}

/// The n-th vector: every part depends on n.
pub(crate) fn eutran_vector(n: u8) -> Vector {
    let mut kasme = KASME;
    kasme[0] = n;
    Vector {
        rand: [n; 16],
        xres: Res::new(&[n, 1, 2, 3, 4, 5, 6, 7]).expect("8 octets"),
        autn: [n ^ 0xff; 16],
        kasme: Kasme::new(kasme),
    }
}

pub(crate) fn policy() -> Policy {
    Policy {
        plmn: "00101".parse().expect("a PLMN"),
        tracking_areas: vec![tai()],
        integrity: vec![IntegrityAlgorithm::EIA2, IntegrityAlgorithm::EIA1],
        ciphering: vec![CipheringAlgorithm::EEA2, CipheringAlgorithm::EEA0],
        unauthenticated_emergency: false,
        emergency_apn: Some("sos".parse().expect("an APN")),
        reauthentication: ReauthenticationPolicy {
            every: None,
            after: None,
        },
        vectors_at_once: 1,
        request_imeisv: false,
        events: true,
        timers: Timers {
            t3422: TIMER,
            t3450: TIMER,
            t3460: TIMER,
            t3470: TIMER,
            t3489: TIMER,
            t3412: Duration::from_secs(3240),
            retransmissions: 4,
        },
        address_pool: ([10, 0, 0, 0], 16),
        dns: None,
        network_name: None,
    }
}

fn location() -> Location {
    let apn = ApnConfiguration {
        context_identifier: 1,
        apn: "internet".parse().expect("an APN"),
        pdn_type: PdnType::Ipv4,
        qci: QosClass(9),
        arp: AllocationRetentionPriority {
            priority_level: 8,
            pre_emption_capability: false,
            pre_emption_vulnerability: true,
        },
        ambr: None,
        served_party_ip_addresses: vec![],
        pdn_gw_addresses: vec![],
        pdn_gw_host: None,
        pdn_gw_realm: None,
        pdn_gw_dynamic: false,
        vplmn_dynamic_address_allowed: false,
        charging_characteristics: None,
    };
    Location {
        access_restriction: None,
        barred: false,
        ambr: Some(Ambr {
            uplink: 1_000_000,
            downlink: 2_000_000,
        }),
        default_context_identifier: Some(1),
        apn_configurations: vec![apn],
    }
}

fn tai() -> Tai {
    Tai {
        plmn: "00101".parse().expect("a PLMN"),
        tac: 7,
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
    entropy: Counter,
    outputs: Vec<Output>,
    pub(crate) events: Vec<Event>,
    s_tmsi: Option<quintet_identity::STmsi>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self {
            policy: policy(),
            table: Table::default(),
            session: Session::new(initial(None)),
            now: Duration::ZERO,
            wall: Duration::from_secs(1_700_000_000),
            entropy: Counter(0),
            outputs: Vec::new(),
            events: Vec::new(),
            s_tmsi: None,
        }
    }

    /// The next connection, with the S-TMSI of this UE.
    pub(crate) fn reconnect(&mut self, ue: Option<&Ue>) {
        self.s_tmsi = ue.and_then(|ue| ue.guti).map(|guti| guti.s_tmsi());
        self.session = Session::new(initial(self.s_tmsi));
        self.outputs.clear();
        self.events.clear();
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
        let from = initial(self.s_tmsi);
        self.input(Input::Initial { nas, from })
    }

    pub(crate) fn uplink(&mut self, nas: &[u8]) -> Disposition {
        let Initial { tai, ecgi, .. } = initial(None);
        self.input(Input::Uplink { nas, tai, ecgi })
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

    /// The phases reached so far.
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

    /// The one request for vectors there is.
    pub(crate) fn vector_request(&mut self) -> VectorRequest {
        let outputs = self.take();
        outputs
            .into_iter()
            .find_map(|output| match output {
                Output::FetchVectors(request) => Some(*request),
                _ => None,
            })
            .expect("vectors are asked for")
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

    /// ATTACH REQUEST by IMSI, and the n-th vector: AUTHENTICATION REQUEST is the only output left.
    pub(crate) fn challenge(&mut self, n: u8) {
        assert_eq!(self.initial(&attach_request()), Disposition::Handled);
        assert_eq!(self.vector_request().imsi, imsi(1));
        self.give(n);
    }

    /// The HSS answers with the n-th vector.
    pub(crate) fn give(&mut self, n: u8) {
        assert_eq!(
            self.input(Input::Vectors(Ok(vec![eutran_vector(n)]))),
            Disposition::Handled
        );
    }

    /// Up to SECURITY MODE COMMAND, which is left for the UE to take.
    pub(crate) fn command(&mut self, n: u8) -> Ue {
        self.challenge(n);
        let request = self.downlink();
        let ue = Ue::challenged(&request, &eutran_vector(n));
        assert_eq!(self.uplink(&ue.response()), Disposition::Handled);
        ue
    }

    /// Up to a secure connection: SECURITY MODE COMPLETE is accepted.
    pub(crate) fn secure(&mut self, n: u8) -> Ue {
        let mut ue = self.command(n);
        let command = self.downlink();
        ue.take_command(&command);
        assert_eq!(self.uplink(&ue.complete()), Disposition::Handled);
        ue.guti = Some(self.table.only().guti);
        ue
    }

    /// The HSS takes the location: the context that is set up.
    pub(crate) fn locate(&mut self) -> Box<BearerSetup> {
        assert_eq!(self.input(Input::Location(Ok(&location()))), Disposition::Handled);
        let setup = self.take().into_iter().find_map(|output| match output {
            Output::ContextSetup(setup) => Some(setup),
            _ => None,
        });
        setup.expect("a context is set up")
    }

    /// Up to ATTACH COMPLETE: the UE is registered and connected, and nothing is under way.
    pub(crate) fn attached(&mut self, n: u8) -> Ue {
        let mut ue = self.secure(n);
        let _ = self.take();
        let nas = self.locate().nas.expect("with ATTACH ACCEPT");
        assert_eq!(ue.read(&nas)[1], AttachAccept::MESSAGE_TYPE);
        assert_eq!(self.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
        // ACTIVATE DEFAULT EPS BEARER CONTEXT ACCEPT.
        let complete = AttachComplete::new(EsmMessageContainer(&[0x52, 0, 0xc2]));
        assert_eq!(self.uplink(&ue.ciphered(complete.into())), Disposition::Handled);
        for nas in self.downlinks() {
            let _ = ue.read(&nas);
        }
        ue.guti = Some(self.table.only().guti);
        ue
    }

    /// The same on a new connection, idle: nothing under way, the context as after an attach.
    pub(crate) fn registered(&mut self, n: u8) -> Ue {
        let ue = self.secure(n);
        let context = self.table.only_mut();
        context.state = quintet_emm::network::EmmState::Registered;
        context.registration = Some(quintet_emm::network::Registration {
            emergency: false,
            default_bearer: 5,
            apn: "internet".parse().expect("an APN"),
            address: [10, 0, 0, 1],
            qci: 9,
            arp_priority: 8,
            ambr: (1, 1),
        });
        self.reconnect(Some(&ue));
        ue
    }

    /// The name of a plain downlink.
    pub(crate) fn name(nas: &[u8]) -> &'static str {
        EmmMessage::decode_downlink(plain(nas))
            .expect("a message")
            .message
            .name()
    }
}

fn initial(s_tmsi: Option<quintet_identity::STmsi>) -> Initial {
    let tai = tai();
    Initial {
        s_tmsi,
        tai,
        ecgi: Ecgi::new(tai.plmn, 1).expect("a cell"),
    }
}

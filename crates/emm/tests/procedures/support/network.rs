//! The network: contexts, policy, one session, its outputs.

use super::phone::{Phone, attach_request};
use super::table::Table;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme, Res};
use quintet_emm::Disposition;
use quintet_emm::network::{
    At, BearerSetup, Context, Entropy, Environment, Initial, Input, Location, Output, Policy,
    ReauthenticationPolicy, ReleaseCause, Session, Timers, Vector,
};
use quintet_identity::{Ecgi, Imsi, STmsi, Tai};
use quintet_nas::eps::EsmMessageContainer;
use quintet_subscriber::model::{AllocationRetentionPriority, Ambr, ApnConfiguration, PdnType, QosClass};
use std::time::Duration;

pub(crate) fn imsi() -> Imsi {
    "001010000000001".parse().unwrap()
}

pub(crate) fn tai(tac: u16) -> Tai {
    Tai {
        plmn: "00101".parse().unwrap(),
        tac,
    }
}

/// KASME of the n-th vector.
pub(crate) fn vector(n: u8) -> Vector {
    Vector {
        rand: [n; 16],
        xres: Res::new(&[n, 1, 2, 3, 4, 5, 6, 7]).unwrap(),
        autn: [n ^ 0xff; 16],
        kasme: Kasme::new([n; 32]),
    }
}

fn configuration(context_identifier: u32, apn: &str, pdn_type: PdnType) -> ApnConfiguration {
    ApnConfiguration {
        context_identifier,
        apn: apn.parse().unwrap(),
        pdn_type,
        qci: QosClass(9),
        arp: AllocationRetentionPriority {
            priority_level: 8,
            pre_emption_capability: false,
            pre_emption_vulnerability: false,
        },
        ambr: Some(Ambr {
            uplink: 50_000_000,
            downlink: 100_000_000,
        }),
        served_party_ip_addresses: Vec::new(),
        pdn_gw_addresses: Vec::new(),
        pdn_gw_host: None,
        pdn_gw_realm: None,
        pdn_gw_dynamic: false,
        vplmn_dynamic_address_allowed: false,
        charging_characteristics: None,
    }
}

/// A subscription with a default APN, and another one.
pub(crate) fn location() -> Location {
    Location {
        access_restriction: None,
        barred: false,
        ambr: Some(Ambr {
            uplink: 10_000_000,
            downlink: 200_000_000,
        }),
        default_context_identifier: Some(1),
        apn_configurations: vec![
            configuration(1, "internet", PdnType::Ipv4v6),
            configuration(2, "private", PdnType::Ipv6),
        ],
    }
}

struct Zeros;

impl Entropy for Zeros {
    fn fill(&mut self, to: &mut [u8]) {
        to.fill(0);
    }
}

pub(crate) struct Network {
    pub(crate) policy: Policy,
    pub(crate) table: Table,
    pub(crate) session: Box<Session>,
    pub(crate) tai: Tai,
    now: Duration,
    outputs: Vec<Output>,
}

impl Network {
    pub(crate) fn new() -> Self {
        let timer = Duration::from_secs(6);
        let policy = Policy {
            plmn: "00101".parse().unwrap(),
            tracking_areas: vec![tai(7), tai(8)],
            integrity: vec![IntegrityAlgorithm::EIA2],
            ciphering: vec![CipheringAlgorithm::EEA2],
            unauthenticated_emergency: true,
            emergency_apn: Some("sos".parse().unwrap()),
            reauthentication: ReauthenticationPolicy {
                every: None,
                after: None,
            },
            vectors_at_once: 1,
            request_imeisv: false,
            events: false,
            timers: Timers {
                t3422: timer,
                t3450: timer,
                t3460: timer,
                t3470: timer,
                t3489: timer,
                t3412: Duration::from_secs(3240),
                retransmissions: 4,
            },
            address_pool: ([10, 9, 0, 0], 16),
            dns: Some([9, 9, 9, 9]),
            network_name: None,
        };
        Self {
            policy,
            table: Table::default(),
            session: Session::new(initial(tai(7), None)),
            tai: tai(7),
            now: Duration::ZERO,
            outputs: Vec::new(),
        }
    }

    /// A new connection.
    pub(crate) fn connect(&mut self, s_tmsi: Option<STmsi>, nas: &[u8]) -> Disposition {
        let from = initial(self.tai, s_tmsi);
        self.session = Session::new(from);
        self.outputs.clear();
        self.input(Input::Initial { nas, from })
    }

    pub(crate) fn input(&mut self, input: Input<'_>) -> Disposition {
        let mut env = Environment {
            policy: &self.policy,
            contexts: &mut self.table,
            entropy: &mut Zeros,
            outputs: &mut self.outputs,
            at: At {
                now: self.now,
                wall: Duration::from_secs(1_700_000_000),
            },
        };
        self.session.handle(&mut env, input)
    }

    pub(crate) fn uplink(&mut self, nas: &[u8]) -> Disposition {
        let Initial { tai, ecgi, .. } = initial(self.tai, None);
        self.input(Input::Uplink { nas, tai, ecgi })
    }

    pub(crate) fn expire(&mut self) {
        self.now = self.session.poll_timeout().expect("a timer runs");
        assert_eq!(self.input(Input::Timeout), Disposition::Handled);
    }

    /// What is to be done; what is only reported is dropped.
    pub(crate) fn take(&mut self) -> Vec<Output> {
        let mut outputs = std::mem::take(&mut self.outputs);
        outputs.retain(|output| !matches!(output, Output::Event(_)));
        outputs
    }

    /// What goes to the UE, plain; with it the context setup and the release, if there are.
    pub(crate) fn told(&mut self, phone: &mut Phone) -> Told {
        let mut told = Told::default();
        for output in self.take() {
            match output {
                Output::Downlink(nas) => told.messages.push(phone.read(&nas)),
                Output::ContextSetup(setup) => {
                    told.messages
                        .extend(setup.nas.as_ref().map(|nas| phone.read(nas)));
                    told.setup = Some(*setup);
                }
                Output::Release(cause) => told.release = Some(cause),
                Output::UpdateLocation { initial_attach, .. } => told.locates = Some(initial_attach),
                Output::Changed(_) => told.changed = true,
                Output::Removed(_) => told.removed = true,
                _ => {}
            }
        }
        told
    }

    /// AKA with the n-th vector and security mode; the phone has new keys then.
    pub(crate) fn secure(&mut self, phone: &mut Phone, n: u8) -> Disposition {
        assert!(
            self.take().iter().any(|o| matches!(o, Output::FetchVectors(_))),
            "vectors are asked for"
        );
        let _ = self.input(Input::Vectors(Ok(vec![vector(n)])));
        let challenge = self.downlink();
        let _ = self.uplink(&phone.respond(&challenge, &vector(n)));
        let command = self.downlink();
        let complete = phone.complete(&command);
        self.uplink(&complete)
    }

    fn downlink(&mut self) -> Vec<u8> {
        let all = self.take();
        all.into_iter()
            .find_map(|output| match output {
                Output::Downlink(nas) => Some(nas),
                _ => None,
            })
            .expect("a downlink")
    }

    /// An attach by IMSI up to the question where the UE is.
    pub(crate) fn located(request: &[u8]) -> (Self, Phone) {
        let (mut network, mut phone) = (Self::new(), Phone::default());
        assert_eq!(network.connect(None, request), Disposition::Handled);
        let _ = network.secure(&mut phone, 1);
        assert!(network.session.is_secure());
        (network, phone)
    }

    /// Up to ATTACH ACCEPT, which the phone has.
    pub(crate) fn accepted() -> (Self, Phone, Told) {
        let (mut network, mut phone) =
            Self::located(&attach_request(&EsmMessageContainer(&[2, 1, 0xd0, 0x31])));
        assert_eq!(network.told(&mut phone).locates, Some(true));
        assert_eq!(
            network.input(Input::Location(Ok(&location()))),
            Disposition::Handled
        );
        let told = network.told(&mut phone);
        phone.accept(&told.messages[0]);
        (network, phone, told)
    }

    /// An attached UE, on its connection.
    pub(crate) fn attached() -> (Self, Phone) {
        let (mut network, mut phone, _) = Self::accepted();
        assert_eq!(network.input(Input::ContextSetup(Ok(()))), Disposition::Handled);
        let complete = phone.attach_complete();
        assert_eq!(network.uplink(&complete), Disposition::Handled);
        network.take();
        (network, phone)
    }

    /// The only context there is.
    pub(crate) fn context(&mut self) -> &mut Context {
        assert_eq!(self.table.contexts.len(), 1);
        self.table.contexts.values_mut().next().unwrap()
    }
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) setup: Option<BearerSetup>,
    pub(crate) release: Option<ReleaseCause>,
    pub(crate) locates: Option<bool>,
    pub(crate) changed: bool,
    pub(crate) removed: bool,
}

fn initial(tai: Tai, s_tmsi: Option<STmsi>) -> Initial {
    Initial {
        s_tmsi,
        tai,
        ecgi: Ecgi::new(tai.plmn, 1).unwrap(),
    }
}

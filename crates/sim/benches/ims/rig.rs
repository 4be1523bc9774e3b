//! UEs, P-, I- and S-CSCF and HSS in one thread, handing each other whole batches, so that what each costs can be told apart.

use crate::cscfs::{ACCESS, at, icscf_config, pcscf_config, scscf_config};
use crate::cx::Home;
use crate::esp::End;
use crate::memory;
use quintet_cscf::icscf::Icscf;
use quintet_cscf::pcscf::Pcscf;
use quintet_cscf::scscf::Scscf;
use quintet_esp::{Suite, Transmit};
use quintet_ims::agreement::UePolicy;
use quintet_ims::ue::{Configuration, Identity, SET_NAMES, Security, Start, TimerValues, Ue};
use quintet_sim::Usim;
use quintet_sim::demo::{Population, home_plmn};
use quintet_sim::ims::{Carriage, LabTimers, Provision, Ues, User, subscription};
use quintet_sip::transport::Hop;
use rustix::time::{ClockId, clock_gettime};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

/// UEs that register together: what a batch of datagrams brings.
const BATCH: u32 = 128;

/// How far apart two registrations are on the rig's clock: 10,000 a second.
const STEP: Duration = Duration::from_micros(100);

/// How long the last ones may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Subscribers of one transaction of the store.
const PROVISIONED: u32 = 10_000;

/// The Diameter nodes of I- and S-CSCF.
pub(super) const I: usize = 0;
pub(super) const S: usize = 1;

/// Whose work is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Ues,
    UeEsp,
    PcscfEsp,
    Pcscf,
    Icscf,
    Scscf,
    Home,
}

impl Part {
    pub(crate) const ALL: [Self; 7] = [
        Self::Ues,
        Self::UeEsp,
        Self::PcscfEsp,
        Self::Pcscf,
        Self::Icscf,
        Self::Scscf,
        Self::Home,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ues => "UEs",
            Self::UeEsp => "UEs' ESP",
            Self::PcscfEsp => "P-CSCF's ESP",
            Self::Pcscf => "P-CSCF",
            Self::Icscf => "I-CSCF",
            Self::Scscf => "S-CSCF",
            Self::Home => "HSS",
        }
    }
}

/// What a part took so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    pub(crate) allocations: u64,
}

/// Everything.
pub(crate) struct Rig {
    pub(super) now: Duration,
    pub(crate) ues: Ues,
    pub(super) ue_end: End,
    pub(crate) pcscf: Pcscf,
    pub(crate) pcscf_end: End,
    pub(crate) icscf: Icscf,
    pub(crate) scscf: Scscf,
    pub(super) home: Home,
    configuration: Arc<Configuration>,
    population: Population,
    next: u32,
    pub(crate) costs: [Cost; 7],
    pub(crate) registered: u32,
    /// SIP messages that were sent, and their octets.
    pub(crate) messages: (u64, u64),
    /// What is on its way to UEs, P-, I- and S-CSCF outside of associations.
    pub(super) queues: [Vec<(Hop, Vec<u8>)>; 4],
    /// Packets to the UEs and to the P-CSCF.
    pub(super) packets: [Vec<Transmit>; 2],
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Does the work and counts what it takes.
pub(super) fn measure<T>(cost: &mut Cost, work: impl FnOnce() -> T) -> T {
    let (begin, allocations) = (processor_time(), memory::allocations());
    let done = work();
    cost.time += processor_time() - begin;
    cost.allocations += memory::allocations() - allocations;
    done
}

fn configuration(suite: Option<Suite>) -> Configuration {
    Configuration {
        pcscf: ACCESS.into(),
        port: 5060,
        server_port: 5064,
        client_ports: 5070..=5099,
        security: match suite {
            Some(suite) => Security::Ipsec(UePolicy {
                suites: vec![suite],
                encapsulation: false,
            }),
            None => Security::AkaAlone,
        },
        expires_s: 600_000,
        subscribes: false,
        automatic: false,
        timers: TimerValues::default(),
    }
}

impl Rig {
    /// With so many subscribers, who agree on this suite or do without associations; with `reg_event` the P-CSCF subscribes to
    /// the state of each registration.
    pub(crate) fn new(subscribers: u32, suite: Option<Suite>, reg_event: bool) -> Self {
        let timers = LabTimers::specified();
        let mut pcscf = pcscf_config(&timers);
        pcscf.reg_event = reg_event;
        let mut scscf = scscf_config(&timers);
        scscf.policy.aka_needs_protection = suite.is_some();
        let mut rig = Self {
            now: Duration::ZERO,
            ues: Ues::new(timers.air, 1),
            ue_end: End::new([2; 32]),
            pcscf: Pcscf::new(pcscf, [3; 32]),
            pcscf_end: End::new([4; 32]),
            icscf: Icscf::new(icscf_config(&timers), [5; 32]),
            scscf: Scscf::new(scscf, [6; 32]),
            home: Home::new(7),
            configuration: Arc::new(configuration(suite)),
            population: Population::new(),
            next: 0,
            costs: Default::default(),
            registered: 0,
            messages: (0, 0),
            queues: Default::default(),
            packets: Default::default(),
        };
        rig.provision(subscribers);
        rig.home
            .nodes
            .iter_mut()
            .for_each(|node| node.timeout(Duration::ZERO));
        rig.run(Duration::from_secs(1));
        rig
    }

    fn provision(&mut self, subscribers: u32) {
        let mut first = 0;
        while first < subscribers {
            let end = subscribers.min(first + PROVISIONED);
            let batch = (first..end).filter_map(|n| self.population.subscriber(n));
            let batch: Vec<_> = batch.collect();
            let ims = batch
                .iter()
                .filter_map(|subscriber| subscription(subscriber, Provision::Ordinary).ok());
            let ims = ims.map(Arc::new).collect();
            self.home.add(self.now, batch, ims);
            first = end;
        }
    }

    /// Registers as many more.
    pub(crate) fn register(&mut self, count: u32) {
        let end = self.next + count;
        while self.next < end {
            let begin = self.now;
            let batch = BATCH.min(end - self.next);
            for _ in 0..batch {
                self.start_next();
            }
            self.run(begin + STEP * batch);
        }
        let limit = self.now + PATIENCE;
        while self.registered < self.next && self.now < limit {
            self.run(self.now + STEP * BATCH);
        }
    }

    fn start_next(&mut self) {
        let n = self.next;
        self.next += 1;
        let address = Ipv4Addr::from_bits(u32::from_be_bytes([10, 2, 0, 0]) + n);
        let user = self.population.subscriber(n).and_then(|subscriber| {
            let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default()).ok()?;
            let identity = Identity::derived(subscriber.imsi, home_plmn()).ok()?;
            let configuration = Arc::clone(&self.configuration);
            let ue = Ue::new(configuration, identity, address.into(), (n + 1) * SET_NAMES);
            Some(User::new(ue, Some(card)))
        });
        let id = user.and_then(|user| self.ues.add(user)).expect("room for a user");
        self.ues.user_mut(id).set_carriage(Carriage::Udp);
        let (ues, now) = (&mut self.ues, self.now);
        measure(&mut self.costs[Part::Ues as usize], || {
            ues.start(now, id, Start::Register)
        });
    }

    /// Runs until nothing is left to be done before `end`.
    fn run(&mut self, end: Duration) {
        loop {
            while self.turn() {}
            match self.next_moment() {
                Some(next) if next <= end => self.now = self.now.max(next),
                _ => {
                    self.now = self.now.max(end);
                    return;
                }
            }
            self.time();
        }
    }

    fn next_moment(&self) -> Option<Duration> {
        let all = [
            self.home.poll_timeout(),
            self.ues.poll_timeout(),
            self.ue_end.endpoint.poll_timeout(),
            self.pcscf.poll_timeout(),
            self.pcscf_end.endpoint.poll_timeout(),
            self.icscf.poll_timeout(),
            self.scscf.poll_timeout(),
        ];
        all.into_iter().flatten().min()
    }

    /// What is due.
    fn time(&mut self) {
        let (now, at) = (self.now, at(self.now));
        let due = |when: Option<Duration>| when.is_some_and(|when| when <= now);
        let costs = &mut self.costs;
        if due(self.ues.poll_timeout()) {
            measure(&mut costs[Part::Ues as usize], || self.ues.timeout(now));
        }
        if due(self.pcscf.poll_timeout()) {
            measure(&mut costs[Part::Pcscf as usize], || self.pcscf.timeout(at));
        }
        let [node_i, node_s] = &mut self.home.nodes[..] else {
            return;
        };
        if due(self.icscf.poll_timeout()) {
            measure(&mut costs[Part::Icscf as usize], || {
                self.icscf.timeout(at, node_i)
            });
        }
        if due(self.scscf.poll_timeout()) {
            measure(&mut costs[Part::Scscf as usize], || {
                self.scscf.timeout(at, node_s)
            });
        }
        self.ue_end.endpoint.timeout(now);
        self.pcscf_end.endpoint.timeout(now);
        self.home.timeout(now);
    }

    /// So long nothing happens: what is kept of transactions goes.
    pub(crate) fn rest(&mut self, time: Duration) {
        self.run(self.now + time);
    }
}

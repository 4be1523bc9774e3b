//! AUSF and UDM, with the store.

use quintet_ausf::{Ausf, AusfConfig, AusfEvent};
use quintet_sbi::Target;
use quintet_sim::demo;
use quintet_sim::fgs::{LabTimers, home_network_keys};
use quintet_sim::gnb::Random;
use quintet_store::{Command, MemoryStore, PutMode, Store};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_subscriber::model::Subscriber;
use quintet_udm::{HomeNetworkKeys, Udm, UdmConfig, UdmEvent};
use std::time::Duration;

/// Wall clock at virtual time zero.
pub(crate) const WALL: Duration = Duration::from_secs(1_760_000_000);

pub(crate) fn target(host: &str) -> Target {
    Target {
        tls: false,
        authority: format!("{host}:80"),
    }
}

fn entropy(seed: u64) -> impl FnMut(&mut [u8]) + Send {
    let mut random = Random::new(seed);
    move |out: &mut [u8]| out.iter_mut().for_each(|octet| *octet = random.next() as u8)
}

pub(crate) struct Home {
    pub(crate) ausf: Ausf,
    pub(crate) udm: Udm,
    store: MemoryStore,
    pub(crate) ausf_events: Vec<AusfEvent>,
    pub(crate) udm_events: Vec<UdmEvent>,
}

impl Home {
    pub(crate) fn new(seed: u64, timers: &LabTimers) -> Self {
        let mut keys = HomeNetworkKeys::new();
        for (id, key) in home_network_keys() {
            assert!(keys.add(id, key));
        }
        let config = UdmConfig::new(vec![demo::home_plmn()]);
        let mut udm = Udm::new(config, keys, ChallengeKey::new(&[7; 16]), Box::new(entropy(seed)));
        udm.start();
        udm.listen(true);
        let id = "00000000-0000-4000-8000-00000000000a".to_owned();
        let mut config = AusfConfig::new(id, target("ausf"), Some(target("udm")));
        config.udm_timeout = timers.udm_timeout;
        let mut ausf = Ausf::new(config, Box::new(entropy(!seed)));
        ausf.listen(true);
        Self {
            ausf,
            udm,
            store: MemoryStore::new(),
            ausf_events: Vec::new(),
            udm_events: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, subscribers: Vec<Subscriber>) {
        let mode = PutMode::Upsert;
        self.store.execute(Command::Put { subscribers, mode }).unwrap();
        if self.store.changed() {
            self.udm.store_changed();
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let own = [self.ausf.poll_timeout(), self.udm.poll_timeout()];
        own.into_iter().flatten().min()
    }

    pub(crate) fn timeout(&mut self, now: Duration) {
        self.ausf.handle_timeout(now);
        self.udm.handle_timeout(now, WallClock(WALL + now));
    }

    /// Does what is to be done at the store now, and collects reports; whether anything was.
    pub(crate) fn settle(&mut self, now: Duration) -> bool {
        let mut busy = false;
        while let Some((ticket, command)) = self.udm.poll_store() {
            self.store.submit(ticket, command);
        }
        while let Some((ticket, reply)) = self.store.poll() {
            busy = true;
            self.udm.handle_store(now, WallClock(WALL + now), ticket, reply);
        }
        self.ausf_events
            .extend(std::iter::from_fn(|| self.ausf.poll_event()));
        self.udm_events
            .extend(std::iter::from_fn(|| self.udm.poll_event()));
        busy
    }
}

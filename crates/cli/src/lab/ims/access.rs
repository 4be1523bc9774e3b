//! The UEs of a lab of IMS as an application of the driver: their sockets, their associations, and who tells them what to do.
//!
//! All UEs share two sockets that hear the whole loopback device, one for what is not protected and one for ESP; which
//! UE a datagram is for, its address says.

use super::Network;
use super::ground::{Ground, Ipsec, PLAY_ADDRESSES};
use super::journal::{self, JournalTap, Tapped};
use super::network::silent_node;
use crate::lab::director::{Director, Post};
use crate::lab::hss::SHUTDOWN_TIMEOUT;
use crate::lab::journal::Journal;
use crate::lab::technology::{Plays, Station, Technology, Users};
use anyhow::{Context, Result};
use quintet_cscf::pcscf::PcscfEvent;
use quintet_cscf::scscf::ScscfEvent;
use quintet_diameter::node::{ConnectionId, DisconnectCause, Event as NodeEvent, Inbound, Node};
use quintet_esp::{DropReason, SaCommand};
use quintet_runtime::{Application, Driver, EspBackend, EspSettings, Moment, SipSettings};
use quintet_sim::ims::{Demand, Play, SimEvent, Ues};
use quintet_sip::transport::{Hop, SipOutput};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinHandle, LocalSet};

/// The device of loopback addresses.
const LOOPBACK: &str = "lo";

/// UEs, and where they are.
pub(in crate::lab) struct Access {
    pub(super) ues: Ues,
    /// Addresses of UEs behind a NAT, and what the network sees of them.
    pub(super) nat: Vec<(IpAddr, IpAddr)>,
    /// The first address of a play.
    pub(super) first: Ipv4Addr,
}

impl Users for Access {
    type Event = SimEvent;
}

/// A report of a CSCF.
#[derive(Clone, Debug)]
pub(in crate::lab) enum Report {
    Pcscf(PcscfEvent),
    Scscf(ScscfEvent),
    /// The P-CSCF's end of ESP dropped a packet.
    Dropped(DropReason),
}

impl Plays<Access> for Play {
    type Report = Report;
    type Demand = Demand;

    fn hear(&mut self, now: Duration, access: &mut Access, report: &Report) {
        match report {
            Report::Pcscf(event) => self.handle_pcscf_event(now, &access.ues, event),
            Report::Scscf(event) => self.handle_scscf_event(now, event),
            Report::Dropped(DropReason::MacFailed { .. }) => self.esp_dropped(now),
            Report::Dropped(_) => {}
        }
    }

    fn see(&mut self, now: Duration, access: &mut Access, event: &SimEvent) {
        self.handle_user_event(now, &mut access.ues, event);
    }

    fn proceed(&mut self, now: Duration, access: &mut Access) {
        self.advance(now, &mut access.ues);
    }

    fn demand(&mut self) -> Option<Demand> {
        self.poll_demand()
    }

    fn deadline(&self) -> Option<Duration> {
        self.poll_timeout()
    }

    fn subscribers(&self) -> Vec<Subscriber> {
        Play::subscribers(self).into_iter().map(|(it, _)| it).collect()
    }

    fn ims_subscriptions(&self) -> Vec<ImsSubscription> {
        Play::subscribers(self).into_iter().map(|(_, it)| it).collect()
    }
}

/// The UEs.
struct AccessApplication {
    access: Access,
    director: Director<Network>,
    post: Rc<Post<Network>>,
    journal: Rc<RefCell<Journal>>,
    /// The port of UEs where nothing is protected.
    ue_port: u16,
    /// When something happened last.
    now: Moment,
}

impl AccessApplication {
    /// The NATs that a hop of a UE's passes: none inside an association, whose inner addresses no NAT sees.
    fn nats(&self, hop: &Hop) -> &[(IpAddr, IpAddr)] {
        if [0, self.ue_port].contains(&hop.local.port()) {
            &self.access.nat
        } else {
            &[]
        }
    }

    /// A hop of the network's as its UE knows it.
    fn inward(&self, mut hop: Hop) -> Hop {
        let mut nats = self.nats(&hop).iter();
        if let Some((inside, _)) = nats.find(|(_, outside)| *outside == hop.local.ip()) {
            hop.local.set_ip(*inside);
        }
        hop
    }

    /// A hop of a UE's as the network knows it.
    fn outward(&self, mut hop: Hop) -> Hop {
        let mut nats = self.nats(&hop).iter();
        if let Some((_, outside)) = nats.find(|(inside, _)| *inside == hop.local.ip()) {
            hop.local.set_ip(*outside);
        }
        hop
    }

    /// Tells of what somebody between changed.
    fn watch(&mut self) {
        while let Some(mut altered) = self.access.ues.poll_altered() {
            altered.hop = self.outward(altered.hop);
            journal::altered(&mut self.journal.borrow_mut(), self.now.wall, &altered);
        }
    }

    /// Works off what the CSCFs, the director and the UEs have to say, until they have nothing more.
    fn work(&mut self, at: Moment) {
        self.now = at;
        loop {
            self.director.direct(at.now, &mut self.access, &self.post);
            let mut said = false;
            while let Some(event) = self.access.ues.poll_event() {
                said = true;
                Network::show(&mut self.journal.borrow_mut(), at.wall, &event);
                self.director.see(at.now, &mut self.access, &event);
            }
            if !said {
                return;
            }
        }
    }
}

impl Application for AccessApplication {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        self.work(at);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let own = [self.access.ues.poll_timeout(), self.director.deadline()];
        own.into_iter().flatten().min()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        self.access.ues.timeout(at.now);
    }

    fn sip(&mut self, at: Moment, _: &mut Node, hop: Hop, octets: &[u8]) {
        self.now = at;
        let hop = self.inward(hop);
        self.access.ues.handle_sip(at.now, hop, octets);
        self.watch();
    }

    fn sip_failed(&mut self, at: Moment, _: &mut Node, hop: Hop) {
        let hop = self.inward(hop);
        self.access.ues.hop_failed(at.now, hop);
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
        let output = self.access.ues.poll_sip();
        self.watch();
        Some(match output? {
            SipOutput::Send { hop, octets } => SipOutput::Send {
                hop: self.outward(hop),
                octets,
            },
            SipOutput::Close { hop } => SipOutput::Close {
                hop: self.outward(hop),
            },
        })
    }

    fn poll_sa(&mut self) -> Option<SaCommand> {
        self.access.ues.poll_sa()
    }
}

/// The UEs at work, in tasks of their own that end with them.
pub(in crate::lab) struct AccessStation {
    driver: Driver<AccessApplication>,
    post: Rc<Post<Network>>,
    tasks: JoinHandle<()>,
}

impl Station<Network> for AccessStation {
    async fn start(network: &Network, access: Access, journal: &Rc<RefCell<Journal>>) -> Result<Self> {
        let post: Rc<Post<Network>> = Rc::default();
        *network.posts.borrow_mut() = Some(Rc::clone(&post));
        let ground = &network.ground;
        let esp = esp(ground, &access, network.esp_port);
        let tap = JournalTap::new(Tapped::Ues, ground, journal).behind(access.nat.clone());
        let own = own(&access);
        let application = AccessApplication {
            access,
            director: Director::Nobody,
            post: Rc::clone(&post),
            journal: Rc::clone(journal),
            ue_port: ground.ue_port,
            now: network.clock.moment(),
        };
        let node = silent_node("ue", network.clock.moment())?;
        let local = LocalSet::new();
        let driver = {
            let _entered = local.enter();
            let pump = Arc::clone(&post.pump);
            let driver = Driver::start(network.clock, node, application, Some(Box::new(tap)), pump);
            driver.open_esp(&esp).context("IPsec of the UEs")?;
            for settings in bare(ground, &own) {
                let address = settings.address;
                driver
                    .listen_sip(settings)
                    .with_context(|| format!("the UEs of the lab cannot hear {address}"))?;
            }
            driver
        };
        Ok(Self {
            driver,
            post,
            tasks: tokio::task::spawn_local(local),
        })
    }

    fn post(&self) -> &Post<Network> {
        &self.post
    }

    fn with_director<R>(&self, work: impl FnOnce(&mut Director<Network>) -> R) -> R {
        self.driver
            .with(|_, _, application| work(&mut application.director))
    }

    async fn stop(self, network: &Network) {
        self.direct(Director::Nobody);
        *network.posts.borrow_mut() = None;
        let shutdown = self.driver.shutdown(DisconnectCause::REBOOTING);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown).await;
        self.tasks.abort();
        let _ = self.tasks.await;
    }
}

/// Where UEs hear what is not protected. No connection is made to a UE there (RFC 3261 18.2.2 answers on the one there is).
fn bare(ground: &Ground, own: &[IpAddr]) -> Vec<SipSettings> {
    let on = |address: IpAddr, interface: Option<&str>| {
        let mut settings = SipSettings::cleartext(SocketAddr::new(address, ground.ue_port));
        settings.tcp = false;
        settings.interface = interface.map(Box::from);
        settings
    };
    match ground.ipsec {
        Ipsec::User => vec![on(Ipv4Addr::UNSPECIFIED.into(), Some(LOOPBACK))],
        Ipsec::Kernel => own.iter().map(|address| on(*address, None)).collect(),
    }
}

/// The addresses of a play as the network sees them.
fn own(access: &Access) -> Vec<IpAddr> {
    let first = u32::from(access.first);
    let inside = (0..PLAY_ADDRESSES).map(|n| IpAddr::from(Ipv4Addr::from(first + n)));
    let outside = access.nat.iter().map(|(_, outside)| *outside);
    inside.chain(outside).collect()
}

/// What carries the UEs' associations.
fn esp(ground: &Ground, access: &Access, pcscf: Option<u16>) -> EspSettings {
    let mut esp = match ground.ipsec {
        Ipsec::User => EspSettings::new(vec![Ipv4Addr::UNSPECIFIED.into()], EspBackend::Udp),
        Ipsec::Kernel => EspSettings::new(own(access), EspBackend::RawIp),
    };
    esp.nat.clone_from(&access.nat);
    if ground.ipsec == Ipsec::User {
        esp.interface = Some(LOOPBACK.into());
        esp.udp_port = 0;
        esp.remote_udp_port = pcscf.unwrap_or(esp.remote_udp_port);
    }
    esp
}

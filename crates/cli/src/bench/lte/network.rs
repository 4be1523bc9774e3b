//! The servers of the benchmark, and the eNBs' end of S1.

use super::load::Load;
use crate::bench::server::Server;
use anyhow::{Context, Result};
use quintet_diameter::node::{Node, NodeConfig};
use quintet_identity::Tai;
use quintet_runtime::sctp::{SctpBackend, SctpRemote, SctpSettings, SctpUse};
use quintet_runtime::{Clock, Drbg, Driver};
use quintet_sim::demo::home_plmn;
use quintet_sim::enb::{Enb, EnbConfig};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Notify;

/// HSS and MME, a process each.
pub(super) struct Servers {
    pub(super) hss: Server,
    pub(super) mme: Server,
    /// Where eNBs connect to.
    s1: SctpRemote,
}

impl Servers {
    /// Starts both; the MME's contexts go to a file in `directory`.
    pub(super) async fn start(clock: Clock, database: &Path, directory: &Path) -> Result<Self> {
        let hss = Server::hss(clock, database, directory)?;
        let s6a = hss.address().await?;
        hss.preloaded().await?;
        let udp_port = free_udp_port()?;
        let contexts = directory.join("mme.db");
        let configuration = format!(
            "[mme]\nhss = \"{s6a}\"\nlisten = [\"127.0.0.1:{}\"]\ndatabase = {:?}\n\
             address_pool = \"10.0.0.0/8\"\n[sctp]\nbackend = \"udp\"\nudp_port = {udp_port}\n",
            quintet_s1ap::PORT,
            contexts.display().to_string(),
        );
        let mme = Server::mme(clock, directory, &configuration)?;
        let address = mme.address().await?;
        let s1 = SctpRemote {
            address,
            udp_port: Some(udp_port),
        };
        Ok(Self { hss, mme, s1 })
    }

    /// Ends both.
    pub(super) async fn stop(self) -> Result<()> {
        self.mme.stop().await?;
        self.hss.stop().await
    }
}

/// A UDP port that nobody uses at the moment.
fn free_udp_port() -> Result<u16> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).context("no UDP port is free")?;
    Ok(socket.local_addr()?.port())
}

/// So many eNBs, each with an association of its own being set up.
pub(super) fn connect(
    clock: Clock,
    servers: &Servers,
    enbs: u32,
    (pump, done): (&Arc<Notify>, &Rc<Notify>),
) -> Result<Driver<Load>> {
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    // The driver has a Diameter node; here it has nobody to talk to.
    let realm = home_plmn().epc_realm();
    let node = NodeConfig::new(format!("enbs.{realm}"), realm, local);
    let node = Node::new(node, Drbg::new()?.next_u64())?;
    let driver = Driver::start(clock, node, Load::new(Rc::clone(done)), None, Arc::clone(pump));
    let tai = Tai {
        plmn: home_plmn(),
        tac: 1,
    };
    for number in 1..=enbs {
        let settings = SctpSettings::connecting(SocketAddr::new(local, 0), SctpBackend::Udp);
        let transport = driver.open_sctp(&settings, SctpUse::Application)?;
        let association = driver.connect_sctp(transport, servers.s1)?;
        let enb = Enb::new(EnbConfig::new(format!("eNB {number}"), tai, number));
        driver.with(|_, _, load| load.add(enb, association));
    }
    Ok(driver)
}

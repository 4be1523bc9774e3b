//! The servers of the benchmark, and the UEs' end of the access.

use super::load::Load;
use super::{Arguments, Core};
use crate::bench::server::Server;
use anyhow::{Context, Result};
use quintet_diameter::node::{Node, NodeConfig};
use quintet_esp::{Encryption, Integrity, Suite};
use quintet_ims::agreement::UePolicy;
use quintet_ims::ue::{Configuration, DEFAULT_EXPIRES_S, Security, TimerValues};
use quintet_runtime::{Clock, Drbg, Driver, EspBackend, EspSettings, SipSettings};
use quintet_sim::demo::home_plmn;
use quintet_sim::ims::MAX_USERS;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Protected ports of a UE, inside of ESP: nobody else hears there.
const SERVER_PORT: u16 = 5064;
const CLIENT_PORTS: std::ops::RangeInclusive<u16> = 5070..=5099;

/// Where servers are.
const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// HSS, P-, I- and S-CSCF, a process each.
pub(super) struct Servers {
    pub(super) hss: Server,
    pub(super) scscf: Server,
    pub(super) icscf: Server,
    pub(super) pcscf: Server,
    access: SocketAddr,
    /// The P-CSCF's UDP port of ESP.
    esp: u16,
}

/// Where UEs register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) access: SocketAddr,
    /// The UDP port of ESP, where there is any.
    pub(super) esp: Option<u16>,
}

/// What was taken by each process so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Times {
    pub(super) pcscf: Option<Duration>,
    pub(super) icscf: Option<Duration>,
    pub(super) scscf: Option<Duration>,
    pub(super) hss: Option<Duration>,
}

impl Servers {
    /// Starts them; registrations go to files in `directory`.
    pub(super) async fn start(
        clock: Clock,
        database: &Path,
        directory: &Path,
        arguments: &Arguments,
    ) -> Result<Self> {
        let hss = Server::hss(clock, database, directory)?;
        let cx = hss.address().await?;
        hss.preloaded().await?;
        let domain = home_plmn().ims_domain();
        let [access, core, of_icscf, of_scscf] = free_ports()?;
        let esp = free_port()?;
        let reg_event = arguments.reg_event;
        let over = match arguments.core {
            Core::Tcp => "tcp:",
            Core::Udp => "",
        };
        let common = format!(
            "[ims]\ndomain = \"{domain}\"\nhss = \"{cx}\"\n[ims.hosts]\n\"pcscf.{domain}\" = \"{over}{core}\"\n\
             \"icscf.{domain}\" = \"{over}{of_icscf}\"\n\"scscf.{domain}\" = \"{over}{of_scscf}\"\n\
             \"{domain}\" = \"{over}{of_icscf}\"\n"
        );
        let file = |name: &str| directory.join(name).display().to_string();
        let own = format!(
            "{common}[scscf]\nlisten = \"{of_scscf}\"\naka_needs_protection = false\ndatabase = {:?}\n",
            file("scscf.db")
        );
        let scscf = Server::cscf(clock, directory, "scscf", &own)?;
        let own = format!(
            "{common}[icscf]\nlisten = \"{of_icscf}\"\n[[icscf.scscf]]\nname = \"sip:scscf.{domain}:{}\"\n",
            of_scscf.port()
        );
        let icscf = Server::cscf(clock, directory, "icscf", &own)?;
        let own = format!(
            "{common}[pcscf]\naccess = \"{access}\"\ncore = \"{core}\"\nipsec = \"udp\"\nipsec_udp_port = {esp}\n\
             digest = true\nreg_event = {reg_event}\nregisters_per_second = 0\ndatabase = {:?}\n",
            file("pcscf.db")
        );
        let pcscf = Server::cscf(clock, directory, "pcscf", &own)?;
        for server in [&scscf, &icscf, &pcscf] {
            server.address().await?;
        }
        Ok(Self {
            hss,
            scscf,
            icscf,
            pcscf,
            access,
            esp,
        })
    }

    /// Where UEs register.
    pub(super) const fn target(&self) -> Target {
        Target {
            access: self.access,
            esp: Some(self.esp),
        }
    }

    /// Processor times so far.
    pub(super) fn times(&self) -> Times {
        Times {
            pcscf: self.pcscf.processor_time(),
            icscf: self.icscf.processor_time(),
            scscf: self.scscf.processor_time(),
            hss: self.hss.processor_time(),
        }
    }

    /// Ends them, who asks first.
    pub(super) async fn stop(self) -> Result<()> {
        self.pcscf.stop().await?;
        self.icscf.stop().await?;
        self.scscf.stop().await?;
        self.hss.stop().await
    }
}

/// A UDP port that nobody uses at the moment.
fn free_port() -> Result<u16> {
    Ok(free_ports::<1>()?[0].port())
}

/// Addresses of UDP ports that nobody uses at the moment.
fn free_ports<const N: usize>() -> Result<[SocketAddr; N]> {
    let mut sockets = Vec::with_capacity(N);
    let mut addresses = [SocketAddr::new(LOCAL, 0); N];
    for address in &mut addresses {
        let socket = UdpSocket::bind(*address).context("no UDP port is free")?;
        *address = socket.local_addr()?;
        sockets.push(socket);
    }
    Ok(addresses)
}

fn configuration(target: &Target, port: u16, suite: Option<Suite>) -> Configuration {
    Configuration {
        pcscf: target.access,
        port,
        server_port: SERVER_PORT,
        client_ports: CLIENT_PORTS,
        security: suite.map_or(Security::AkaAlone, |suite| {
            Security::Ipsec(UePolicy {
                suites: vec![suite],
                encapsulation: false,
            })
        }),
        expires_s: DEFAULT_EXPIRES_S,
        subscribes: false,
        // Nobody tries twice: a failure is to be seen.
        automatic: false,
        timers: TimerValues::default(),
    }
}

/// What UEs with IPsec agree on.
pub(super) fn suite() -> Result<Suite> {
    Suite::new(Integrity::HmacSha1_96, Encryption::AesCbc).context("no suite of sec-agree")
}

/// The UEs, all of 127/8 at one socket.
pub(super) fn connect(
    clock: Clock,
    target: &Target,
    suite: Option<Suite>,
    (pump, done): (&Arc<Notify>, &Rc<Notify>),
) -> Result<Driver<Load>> {
    let mut drbg = Drbg::new()?;
    let port = free_port()?;
    let load = Load::new(
        configuration(target, port, suite),
        drbg.next_u64(),
        Rc::clone(done),
    );
    // The driver has a Diameter node; here it has nobody to talk to.
    let realm = home_plmn().ims_domain();
    let node = Node::new(
        NodeConfig::new(format!("ues.{realm}"), realm, LOCAL),
        drbg.next_u64(),
    )?;
    let driver = Driver::start(clock, node, load, None, Arc::clone(pump));
    let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    if let (Some(_), Some(port)) = (suite, target.esp) {
        let settings = EspSettings::new(vec![everywhere], EspBackend::Udp);
        let mut settings = settings.for_registrations(MAX_USERS);
        settings.udp_port = 0;
        settings.remote_udp_port = port;
        driver.open_esp(&settings).context("ESP of the UEs")?;
    }
    let mut settings = SipSettings::cleartext(SocketAddr::new(everywhere, port));
    settings.tcp = false;
    driver.listen_sip(settings).context("SIP of the UEs")?;
    Ok(driver)
}

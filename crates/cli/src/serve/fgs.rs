//! The 5G nodes of `quintet serve`: AMF, AUSF and UDM, each on a driver of its own, over HTTP/2 between them.

use super::certificates::Certificates;
use super::{contexts, domain};
use crate::config::{Config, Role};
use crate::metrics::Sources;
use anyhow::{Context, Result, anyhow, bail};
use quintet_amf::{Amf, Save, SbiConfig};
use quintet_ausf::{Ausf, AusfConfig, ServingNetworks};
use quintet_diameter::node::{DisconnectCause, Node, NodeConfig};
use quintet_fgmm::network::At;
use quintet_fgmm::network::durable::Stop;
use quintet_identity::Plmn;
use quintet_runtime::sctp::SctpUse;
use quintet_runtime::{
    AmfApplication, AusfApplication, Clock, Drbg, Driver, NetworkFunction, SbiMember, SbiSettings, Tap,
    UdmApplication,
};
use quintet_sbi::Target;
use quintet_store_sqlite::{ContextStore, Owner};
use quintet_subscriber::auc::Slot;
use quintet_subscriber::s6a::VisitedPlmns;
use quintet_udm::{HomeNetworkKeys, Udm, UdmConfig};
use sha2::{Digest, Sha256};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Notify;

/// The 5G nodes at work.
#[derive(Default)]
pub(super) struct Running {
    amf: Option<RunningAmf>,
    ausf: Option<Driver<SbiMember<AusfApplication>>>,
    udm: Option<Driver<SbiMember<UdmApplication>>>,
}

/// An AMF at work.
struct RunningAmf {
    driver: Driver<SbiMember<AmfApplication>>,
    contexts: Option<Rc<ContextStore>>,
}

/// Who watches each node.
pub(super) struct Taps {
    pub(super) amf: Option<Box<dyn Tap>>,
    pub(super) ausf: Option<Box<dyn Tap>>,
    pub(super) udm: Option<Box<dyn Tap>>,
}

/// Checks what can be checked without touching anything.
pub(super) fn check(config: &Config) -> Result<()> {
    let has = |role| config.roles.0.contains(&role);
    if has(Role::Amf) {
        amf_config(config)?;
    }
    if has(Role::Ausf) {
        ausf_udm(config)?;
    }
    if has(Role::Udm) {
        udm_config(config)?;
    }
    Ok(())
}

/// Starts those of the configuration: first who is asked, then who asks.
pub(super) fn start(
    config: &Config,
    clock: Clock,
    taps: Taps,
    certificates: &Certificates,
) -> Result<Running> {
    let has = |role| config.roles.0.contains(&role);
    let mut running = Running::default();
    if has(Role::Udm) {
        running.udm = Some(start_udm(config, clock, taps.udm, certificates)?);
    }
    if has(Role::Ausf) {
        running.ausf = Some(start_ausf(config, clock, taps.ausf, certificates)?);
    }
    if has(Role::Amf) {
        running.amf = Some(start_amf(config, clock, taps.amf, certificates)?);
    }
    Ok(running)
}

impl Running {
    /// Those that run are asked for metrics.
    pub(super) fn measured_by(&self, sources: &mut Sources) {
        if let Some(amf) = &self.amf {
            sources.add(&amf.driver);
            if let Some(tracer) = sources.tracer() {
                amf.driver.with(|_, _, member| member.inner().trace(tracer));
            }
        }
        if let Some(ausf) = &self.ausf {
            sources.add(ausf);
        }
        if let Some(udm) = &self.udm {
            sources.add(udm);
        }
    }

    /// Stops them, who asks first, and writes the AMF's contexts as they are at last.
    pub(super) async fn stop(self) {
        if let Some(RunningAmf { driver, contexts }) = self.amf {
            domain::leave(&driver).await;
            driver.shutdown(DisconnectCause::REBOOTING).await;
            let last = driver.with(|_, _, member| member.inner().retire());
            contexts::close(contexts, last);
        }
        if let Some(ausf) = self.ausf {
            domain::leave(&ausf).await;
            ausf.shutdown(DisconnectCause::REBOOTING).await;
        }
        if let Some(udm) = self.udm {
            domain::leave(&udm).await;
            udm.shutdown(DisconnectCause::REBOOTING).await;
        }
    }
}

/// The Diameter node of an application that speaks none: the driver has one all the same.
pub(super) fn silent_node(name: &str, drbg: &mut Drbg) -> Result<Node> {
    let config = NodeConfig::new(
        format!("{name}.localdomain"),
        "localdomain",
        Ipv4Addr::LOCALHOST.into(),
    );
    Ok(Node::new(config, drbg.next_u64())?)
}

/// Listens for requests, readies TLS for our own, and joins the NRF's domain.
fn open_sbi<A: NetworkFunction + 'static>(
    certificates: &Certificates,
    driver: &Driver<SbiMember<A>>,
    (key, listen): (&str, SocketAddr),
) -> Result<()> {
    if let Some(tls) = &certificates.sbi_client {
        driver.secure_sbi(tls.clone());
    }
    let mut settings = SbiSettings::cleartext(listen);
    settings.tls.clone_from(&certificates.sbi_server);
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let local = driver.listen_sbi(settings).map_err(|error| {
        anyhow!(
            "cannot listen on {listen} ({key}): {error}; choose another address, or stop what listens there"
        )
    })?;
    tracing::info!(address = %local, scheme, key, "service based interface: listening");
    driver.with(|_, _, member| member.join());
    Ok(())
}

/// An NF instance's UUID: the same after every start of the same node, so that the UDM knows an AMF again (RFC 9562 5.8).
fn instance_id(role: &str, of: &str) -> String {
    let digest = Sha256::digest(format!("quintet {role} {of}"));
    let mut octets = [0; 16];
    octets.copy_from_slice(&digest[..16]);
    octets[6] = octets[6] & 0x0f | 0x80;
    octets[8] = octets[8] & 0x3f | 0x80;
    let text = hex::encode(octets);
    format!(
        "{}-{}-{}-{}-{}",
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..]
    )
}

/// The network functions of a kind: as configured, or the one of this process. None are to be found by the NRF.
fn peers(
    config: &Config,
    configured: Vec<Target>,
    (role, listen): (Role, SocketAddr),
    what: &str,
) -> Result<Vec<Target>> {
    if !configured.is_empty() {
        return Ok(configured);
    }
    if config.roles.0.contains(&role) {
        return Ok(vec![config.sbi.own(listen)]);
    }
    if config.sbi.nrf.is_some() {
        return Ok(Vec::new());
    }
    bail!(
        "{what} = \"http://address:port\", sbi.nrf to find it by, or run it in the same process (roles = [\"amf\", \
         \"ausf\", \"udm\"])"
    )
}

/// The AMF's configuration.
fn amf_config(config: &Config) -> Result<quintet_amf::Config> {
    let amf = &config.amf;
    let mut policy = amf.policy()?;
    // It may be found at any time.
    policy.smf |= config.sbi.nrf.is_some();
    let targets = |list: &[crate::config::NfUri]| list.iter().map(|uri| uri.0.clone()).collect::<Vec<_>>();
    let ausf = peers(
        config,
        targets(&amf.ausf),
        (Role::Ausf, config.ausf.listen),
        "the AMF has no AUSF: give amf.ausf",
    )?;
    let udm = peers(
        config,
        targets(&amf.udm),
        (Role::Udm, config.udm.listen),
        "the AMF has no UDM: give amf.udm",
    )?;
    let own = amf
        .own
        .as_ref()
        .map_or_else(|| config.sbi.own(amf.sbi_listen), |uri| uri.0.clone());
    let sbi = SbiConfig {
        nf_instance_id: instance_id("amf", &policy.guami.to_string()),
        own,
        ausf,
        udm,
        smf: targets(&amf.smf),
        timeout: amf.sbi_timeout_ms.duration(),
        retries: 1,
    };
    let mut node = quintet_amf::Config::new(amf.name.clone(), policy, sbi);
    node.relative_capacity = amf.relative_capacity;
    Ok(node)
}

fn start_amf(
    config: &Config,
    clock: Clock,
    tap: Option<Box<dyn Tap>>,
    certificates: &Certificates,
) -> Result<RunningAmf> {
    let mut drbg = Drbg::new()?;
    let mut seed = [0; 32];
    drbg.fill(&mut seed);
    let moment = clock.moment();
    let at = At {
        now: moment.now,
        wall: moment.wall,
    };
    // What is wrong is said before a database is made.
    let mut amf_config = amf_config(config)?;
    // AMF UE NGAP ID has 40 bits.
    amf_config.last_connection = drbg.next_u64() >> 24;
    let sbi = &amf_config.sbi;
    let own = sbi.own.clone();
    let profile = domain::amf_profile(sbi.nf_instance_id.clone(), &amf_config.policy);
    let configured = [("AUSF", &sbi.ausf), ("UDM", &sbi.udm), ("SMF", &sbi.smf)];
    let configured = configured.into_iter().filter(|(_, targets)| !targets.is_empty());
    let configured = configured.map(|(nf_type, _)| nf_type).collect();
    let mut amf = Amf::new(amf_config, seed);
    let contexts = match config.amf.keep_contexts {
        true => {
            let file = contexts::File {
                key: "amf.database",
                path: config.amf.database.as_deref(),
                default: "amf.db",
                owner: Owner::Amf,
                after_crash: contexts::AUTHENTICATED_ANEW,
                keys: &config.keys,
            };
            let restore = |key, record: &[u8], clean| {
                amf.restore(at, key, record, if clean { Stop::Clean } else { Stop::Unclean })
            };
            Some(Rc::new(contexts::open(&file, restore)?))
        }
        false => {
            tracing::warn!("amf.keep_contexts = false: every UE registers anew after a restart");
            None
        }
    };
    let node = silent_node("amf", &mut drbg)?;
    let mut application = AmfApplication::new(amf);
    if let Some(contexts) = &contexts {
        let contexts = Rc::clone(contexts);
        application = application.keeping(Box::new(move |save| match save {
            Save::Put { key, record } => contexts.put(key, record),
            Save::Delete { key } => contexts.delete(key),
        }));
    }
    let member = domain::member(config, application, own, profile, configured)?;
    let driver = Driver::start(clock, node, member, tap, Arc::new(Notify::new()));
    for address in &config.amf.listen {
        let transport = driver.open_sctp(&config.sctp.listening(*address), SctpUse::Application)?;
        if let Some(local) = driver.sctp_address(transport) {
            tracing::info!(address = %local.address, carrier = %local.carrier, name = config.amf.name, "NGAP: listening");
        }
    }
    open_sbi(certificates, &driver, ("amf.sbi_listen", config.amf.sbi_listen))?;
    Ok(RunningAmf { driver, contexts })
}

/// The UDM that the AUSF asks; none until the NRF has found one.
fn ausf_udm(config: &Config) -> Result<Option<Target>> {
    let configured = config.ausf.udm.iter().map(|uri| uri.0.clone()).collect();
    let udm = peers(
        config,
        configured,
        (Role::Udm, config.udm.listen),
        "the AUSF has no UDM: give ausf.udm",
    )?;
    Ok(udm.into_iter().next())
}

fn start_ausf(
    config: &Config,
    clock: Clock,
    tap: Option<Box<dyn Tap>>,
    certificates: &Certificates,
) -> Result<Driver<SbiMember<AusfApplication>>> {
    let ausf = &config.ausf;
    let mut drbg = Drbg::new()?;
    let own = ausf
        .own
        .as_ref()
        .map_or_else(|| config.sbi.own(ausf.listen), |uri| uri.0.clone());
    let id = instance_id("ausf", &own.authority);
    let udm = ausf_udm(config)?;
    let configured = udm.iter().map(|_| "UDM").collect();
    let profile = domain::profile(id.clone());
    let mut node_config = AusfConfig::new(id, own.clone(), udm);
    node_config.udm_timeout = ausf.udm_timeout_ms.duration();
    if let Some(plmns) = &ausf.serving_networks {
        node_config.serving_networks = ServingNetworks::Only(plmns.clone());
    }
    let node = silent_node("ausf", &mut drbg)?;
    let application = AusfApplication::new(Ausf::new(
        node_config,
        Box::new(move |octets: &mut [u8]| drbg.fill(octets)),
    ));
    let member = domain::member(config, application, own, profile, configured)?;
    let driver = Driver::start(clock, node, member, tap, Arc::new(Notify::new()));
    open_sbi(certificates, &driver, ("ausf.listen", ausf.listen))?;
    Ok(driver)
}

/// The UDM's configuration and keys.
fn udm_config(config: &Config) -> Result<(UdmConfig, HomeNetworkKeys)> {
    let udm = &config.udm;
    let home_plmns: Vec<Plmn> = if udm.home_plmns.is_empty() {
        super::hss::home_plmns(config).context("the UDM needs a home network: give udm.home_plmns")?
    } else {
        udm.home_plmns.clone()
    };
    let slot = Slot::new(udm.slot.0).context("udm.slot is 0 to 7")?;
    if config.roles.0.contains(&Role::Hss) && udm.slot == config.hss.slot {
        bail!(
            "udm.slot and hss.slot are both {}: front ends that run at once need different ones",
            udm.slot.0
        );
    }
    let mut node = UdmConfig::new(home_plmns);
    node.slot = slot;
    node.in_memory = config.store.subscribers_in_memory;
    node.equivalent_plmns.clone_from(&config.hss.equivalent_plmns);
    node.null_scheme = udm.null_scheme;
    if let Some(plmns) = &udm.serving_networks {
        node.serving_networks = VisitedPlmns::Only(plmns.clone());
    }
    Ok((node, udm.keys(&config.keys.sources())?))
}

fn start_udm(
    config: &Config,
    clock: Clock,
    tap: Option<Box<dyn Tap>>,
    certificates: &Certificates,
) -> Result<Driver<SbiMember<UdmApplication>>> {
    let (node_config, keys) = udm_config(config)?;
    let pump = Arc::new(Notify::new());
    let mut drbg = Drbg::new()?;
    let (store, challenge) = super::store::open_store(config, node_config.slot, &pump, &mut drbg)?;
    let node = silent_node("udm", &mut drbg)?;
    let known = keys.len();
    let udm = Udm::new(
        node_config,
        keys,
        challenge,
        Box::new(move |octets: &mut [u8]| drbg.fill(octets)),
    );
    let own = config
        .udm
        .own
        .as_ref()
        .map_or_else(|| config.sbi.own(config.udm.listen), |uri| uri.0.clone());
    let profile = domain::profile(instance_id("udm", &own.authority));
    let member = domain::member(config, UdmApplication::new(udm, store), own, profile, Vec::new())?;
    let driver = Driver::start(clock, node, member, tap, pump);
    driver.with(|_, _, member| member.inner().start());
    tracing::info!(keys = known, null_scheme = config.udm.null_scheme, "UDM: SUCIs");
    open_sbi(certificates, &driver, ("udm.listen", config.udm.listen))?;
    Ok(driver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_keeps_its_identity() {
        let id = instance_id("amf", "00101-010041");
        assert_eq!(id, instance_id("amf", "00101-010041"));
        assert_ne!(id, instance_id("ausf", "00101-010041"));
        let groups: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(
            (&id[14..15], id.as_bytes()[19] & 0x0c),
            ("8", b'8' & 0x0c),
            "{id}"
        );
    }

    #[test]
    fn network_functions_of_one_process_find_each_other() {
        let all = Config::parse("roles = [\"amf\", \"ausf\", \"udm\"]\n").unwrap();
        check(&all).unwrap();
        assert_eq!(amf_config(&all).unwrap().sbi.ausf[0].authority, "127.0.0.1:7781");
        assert_eq!(ausf_udm(&all).unwrap().unwrap().authority, "127.0.0.1:7782");
        let alone = Config::parse("roles = [\"amf\"]\n").unwrap();
        assert!(format!("{:#}", check(&alone).unwrap_err()).contains("amf.ausf"));
    }

    #[test]
    fn the_nrf_finds_whom_nobody_configured() {
        let text = "roles = [\"amf\", \"ausf\"]\n[sbi]\nnrf = \"http://127.0.0.10:8000\"\n";
        let config = Config::parse(text).unwrap();
        check(&config).unwrap();
        let amf = amf_config(&config).unwrap();
        assert_eq!(
            (amf.sbi.ausf.len(), amf.sbi.udm.len(), amf.policy.smf),
            (1, 0, true)
        );
        assert_eq!(ausf_udm(&config).unwrap(), None);
        let profile = domain::amf_profile("1".to_owned(), &amf.policy);
        let info = profile.amf_info.unwrap();
        assert_eq!(
            (info.amf_region_id.as_str(), info.amf_set_id.as_str()),
            ("01", "001")
        );
        assert_eq!(
            (info.guami_list.len(), info.tai_list[0].tac.as_str()),
            (1, "000001")
        );
        for (keys, part) in [
            ("oauth2 = true", "sbi.nrf"),
            ("nrf_public_key = \"k.pem\"", "sbi.oauth2"),
        ] {
            let error = format!("{:#}", Config::parse(&format!("[sbi]\n{keys}\n")).unwrap_err());
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn two_front_ends_have_two_slots() {
        let config = Config::parse("roles = [\"hss\", \"udm\"]\n[udm]\nslot = 0\n").unwrap();
        assert!(format!("{:#}", check(&config).unwrap_err()).contains("udm.slot and hss.slot"));
    }
}

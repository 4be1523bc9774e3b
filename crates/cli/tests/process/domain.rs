//! `[sbi]` as it is documented and as it works: three nodes that know of nothing but an NRF register there with profiles of
//! TS 29.510, live, find each other, and leave when they are told to stop.

use crate::support::core::{Core, Role, own_address, stop};
use crate::support::nodes::Player;
use crate::support::server::{Server, quintet};
use crate::support::{PATIENCE, subscribers};
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_runtime::{Application, Moment, SbiSettings};
use quintet_sbi::{Method, Output, Request, RequestId, Response, path};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The documentation of every key.
const DOCUMENT: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/configuration.md"
));

/// Certificates of a test authority.
const CERTIFICATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/tests/sbi/certificates");

/// A public key of P-256: its base point.
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n\
    6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n\
    -----END PUBLIC KEY-----\n";

/// What an NRF knows and was told.
#[derive(Default)]
struct Register {
    profiles: BTreeMap<String, Value>,
    /// By NF instance: how often it said that it lives, and whether it left.
    heartbeats: BTreeMap<String, u32>,
    left: Vec<String>,
    /// What TS 29.510 does not have.
    faults: Vec<String>,
}

#[derive(Default)]
struct Shared {
    register: Mutex<Register>,
    news: Condvar,
}

impl Shared {
    fn wait(&self, what: &str, shows: impl Fn(&Register) -> bool) {
        let began = Instant::now();
        let mut register = self.register.lock().unwrap();
        while !shows(&register) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            assert!(
                !left.is_zero(),
                "waited in vain for {what}: {:?}",
                register.profiles
            );
            register = self.news.wait_timeout(register, left).unwrap().0;
        }
    }

    fn profile(&self, nf_type: &str) -> Value {
        let register = self.register.lock().unwrap();
        let mut profiles = register.profiles.values();
        profiles.find(|nf| nf["nfType"] == nf_type).cloned().unwrap()
    }
}

/// An NRF that reads what is sent as JSON and nothing else.
struct Nrf {
    shared: Arc<Shared>,
    outputs: VecDeque<Output>,
}

impl Nrf {
    fn serve(&self, request: &Request) -> Response {
        let mut register = self
            .shared
            .register
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let path = path::Path::parse(&request.path).unwrap();
        let body = || serde_json::from_slice::<Value>(&request.body).unwrap();
        let response = match (request.method, &path.segments()[..]) {
            (Method::Put, ["nnrf-nfm", "v1", "nf-instances", id]) => {
                let mut profile = body();
                let own = profile["nfInstanceId"] == *id && request.content_type == "application/json";
                let wrong = if own {
                    fault_of(&profile)
                } else {
                    Some("nfInstanceId")
                };
                register
                    .faults
                    .extend(wrong.map(|what| format!("{what}: {profile}")));
                profile["heartBeatTimer"] = json!(1);
                register.profiles.insert((*id).to_owned(), profile.clone());
                Response::json(201, &profile)
            }
            (Method::Patch, ["nnrf-nfm", "v1", "nf-instances", id])
                if register.profiles.contains_key(*id) =>
            {
                let alive = json!([{"op": "replace", "path": "/nfStatus", "value": "REGISTERED"}]);
                if body() != alive || request.content_type != "application/json-patch+json" {
                    register.faults.push(format!("heartbeat: {request:?}"));
                }
                *register.heartbeats.entry((*id).to_owned()).or_default() += 1;
                Response::new(204)
            }
            (Method::Delete, ["nnrf-nfm", "v1", "nf-instances", id]) => {
                register.profiles.remove(*id);
                register.left.push((*id).to_owned());
                Response::new(204)
            }
            (Method::Get, ["nnrf-disc", "v1", "nf-instances"]) => {
                let query = |name: &str| path.query(name).unwrap().unwrap_or_default().into_owned();
                let (wanted, services) = (query("target-nf-type"), query("service-names"));
                let offers = |nf: &&Value| {
                    let mut offered = nf["nfServices"].as_array().into_iter().flatten();
                    nf["nfType"] == wanted.as_str()
                        && offered.any(|service| service["serviceName"] == services.as_str())
                };
                let found: Vec<_> = register.profiles.values().filter(offers).collect();
                Response::json(200, &json!({"validityPeriod": 1, "nfInstances": found}))
            }
            _ => Response::new(404),
        };
        self.shared.news.notify_all();
        response
    }
}

/// What of a profile is not as TS 29.510 6.1.6.2.2 and 6.1.6.2.3 have it.
fn fault_of(profile: &Value) -> Option<&'static str> {
    let text = |value: &Value, name: &str| value[name].as_str().is_some_and(|text| !text.is_empty());
    let uuid = profile["nfInstanceId"].as_str().unwrap_or_default();
    let groups: Vec<_> = uuid.split('-').map(str::len).collect();
    let services = profile["nfServices"].as_array();
    let service_fault = |service: &Value| {
        let versions = service["versions"].as_array();
        let version = |v: &Value| text(v, "apiVersionInUri") && text(v, "apiFullVersion");
        let point = &service["ipEndPoints"][0];
        let checks = [
            (text(service, "serviceInstanceId"), "serviceInstanceId"),
            (text(service, "serviceName"), "serviceName"),
            (
                versions.is_some_and(|all| !all.is_empty() && all.iter().all(version)),
                "versions",
            ),
            (service["scheme"] == "http", "scheme"),
            (service["nfServiceStatus"] == "REGISTERED", "nfServiceStatus"),
            (
                point["ipv4Address"] == profile["ipv4Addresses"][0] && point["port"].is_u64(),
                "ipEndPoints",
            ),
        ];
        checks.into_iter().find(|(good, _)| !good).map(|(_, what)| what)
    };
    let checks = [
        (groups == [8, 4, 4, 4, 12], "nfInstanceId"),
        (
            ["AMF", "AUSF", "UDM"].iter().any(|nf| profile["nfType"] == *nf),
            "nfType",
        ),
        (profile["nfStatus"] == "REGISTERED", "nfStatus"),
        (
            profile["ipv4Addresses"][0].is_string() || text(profile, "fqdn"),
            "ipv4Addresses",
        ),
        (services.is_some_and(|all| !all.is_empty()), "nfServices"),
    ];
    let wrong = checks.into_iter().find(|(good, _)| !good).map(|(_, what)| what);
    wrong.or_else(|| services.into_iter().flatten().find_map(service_fault))
}

impl Application for Nrf {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}

    fn pump(&mut self, _: Moment, _: &mut Node) {}

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    fn timeout(&mut self, _: Moment, _: &mut Node) {}

    fn sbi_request(&mut self, _: Moment, _: &mut Node, id: RequestId, request: Request) {
        let response = self.serve(&request);
        self.outputs.push_back(Output::Respond { id, response });
    }

    fn poll_sbi(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

fn start_nrf(shared: &Arc<Shared>) -> (Player, SocketAddr) {
    let address = SocketAddr::new(own_address().into(), 7777);
    let shared = Arc::clone(shared);
    let (tell, told) = std::sync::mpsc::channel();
    let player = Player::start(
        move || Nrf {
            shared,
            outputs: VecDeque::new(),
        },
        move |driver| {
            driver.listen_sbi(SbiSettings::cleartext(address)).unwrap();
            tell.send(()).unwrap();
        },
    );
    told.recv().unwrap();
    (player, address)
}

#[test]
fn nodes_that_know_only_the_nrf_register_live_find_each_other_and_leave() {
    let directory = tempfile::tempdir().unwrap();
    let shared = Arc::new(Shared::default());
    let (_nrf, address) = start_nrf(&shared);
    let core = Core::discovering(directory.path(), &format!("[sbi]\nnrf = \"http://{address}\"\n"));
    subscribers::provision(&core.database(), [subscribers::imsi(1)]);
    let mut servers: Vec<Server> = Role::ALL.map(|role| core.start(role)).into();
    for server in &servers {
        server.await_line("registered at the NRF");
    }
    // UDM, AUSF, AMF: nobody was told of another.
    for (server, found) in [(1, "nudm-ueau"), (2, "nausf-auth"), (2, "nudm-uecm")] {
        let line = servers[server].await_line(&format!("service=\"{found}\""));
        assert!(line.contains("found"), "{line}");
    }
    shared.wait("two heartbeats of each", |register| {
        register.heartbeats.len() == 3 && register.heartbeats.values().all(|count| *count > 1)
    });
    let amf = shared.profile("AMF");
    assert_eq!(amf["amfInfo"]["amfRegionId"], "01");
    assert_eq!(amf["amfInfo"]["amfSetId"], "001");
    let guami = &amf["amfInfo"]["guamiList"][0];
    assert_eq!(
        *guami,
        json!({"plmnId": {"mcc": "001", "mnc": "01"}, "amfId": "010041"})
    );
    assert_eq!(amf["amfInfo"]["taiList"][0]["tac"], "000001");
    let named = |nf: &str| -> Vec<String> {
        let profile = shared.profile(nf);
        let services = profile["nfServices"].as_array().unwrap().clone();
        services
            .iter()
            .map(|service| service["serviceName"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(named("AUSF"), ["nausf-auth"]);
    for service in ["nudm-ueau", "nudm-uecm", "nudm-sdm"] {
        assert!(named("UDM").iter().any(|offered| offered == service), "{service}");
    }
    for server in servers.iter_mut().rev() {
        stop(server);
    }
    let register = shared.register.lock().unwrap();
    assert_eq!(register.left.len(), 3, "each left: {:?}", register.left);
    assert!(register.profiles.is_empty(), "{:?}", register.profiles);
    assert_eq!(register.faults, Vec::<String>::new());
}

/// The documentation's TOML.
fn documented() -> &'static str {
    let begin = DOCUMENT.find("```toml\n").unwrap() + "```toml\n".len();
    let length = DOCUMENT[begin..].find("```").unwrap();
    &DOCUMENT[begin..begin + length]
}

fn check(file: &Path) -> (Option<i32>, String) {
    let output = quintet([Path::new("check-config"), file]);
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The documented file, and what it names, in a directory.
fn written(directory: &Path, text: &str) -> PathBuf {
    let copy = |from: &str, to: &str| {
        std::fs::copy(Path::new(CERTIFICATES).join(from), directory.join(to)).unwrap();
    };
    copy("server.pem", "nf.pem");
    copy("server.key.pem", "nf.key");
    copy("authority.pem", "ca.pem");
    copy("authority.pem", "authority.pem");
    for of in ["api", "hss", "mme", "ims"] {
        copy("server.pem", &format!("{of}.pem"));
        copy("server.key.pem", &format!("{of}.key.pem"));
    }
    std::fs::write(directory.join("nrf.pem"), PUBLIC_KEY).unwrap();
    std::fs::write(directory.join("home-network-1.key"), "01".repeat(32)).unwrap();
    let place = directory.to_str().unwrap();
    let text = text
        .replace("/etc/quintet", place)
        .replace("/var/lib/quintet", place);
    let file = directory.join("quintet.toml");
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn the_documented_file_is_valid_for_every_role() {
    let directory = tempfile::tempdir().unwrap();
    for role in ["hss", "mme", "amf", "ausf", "udm", "icscf", "scscf"] {
        let text = documented().replacen("roles = [\"hss\"]", &format!("roles = [\"{role}\"]"), 1);
        assert!(text.starts_with(&format!("roles = [\"{role}\"]")));
        let file = written(directory.path(), &text);
        let (code, said) = check(&file);
        assert_eq!(code, Some(0), "{role}: {said}");
    }
    // What is not documented is not taken, so that the above says something.
    let unknown = documented().replacen("oauth2 = true", "oauth3 = true", 1);
    let (code, said) = check(&written(directory.path(), &unknown));
    assert!(code == Some(2) && said.contains("oauth3"), "{said}");
}

#[test]
fn a_node_starts_with_the_documented_table_of_sbi() {
    let directory = tempfile::tempdir().unwrap();
    let begin = documented().find("[sbi]").unwrap();
    let end = documented().find("[amf]").unwrap();
    let ip = own_address();
    let table = documented()[begin..end].replace("10.0.0.4", &ip.to_string());
    let text =
        format!("roles = [\"ausf\"]\n{table}[ausf]\nlisten = \"{ip}:7781\"\nown = \"https://{ip}:7781\"\n");
    let file = written(directory.path(), &text);
    let mut server = Server::start(&file);
    let line = server.await_line("service based interface: listening");
    assert!(line.contains("scheme=\"https\""), "{line}");
    // Nobody is at the NRF's address: that is said, and tried again.
    assert!(server.await_line("not registered at the NRF").contains("sbi.nrf"));
    stop(&mut server);
}

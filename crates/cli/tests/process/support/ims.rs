//! An IMS of four processes, HSS, S-CSCF, I-CSCF and P-CSCF, on a loopback address that no other test has.

use super::await_some;
use super::core::own_address;
use super::server::{PROGRAM, Server};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The home network's domain.
pub(crate) const DOMAIN: &str = "ims.mnc001.mcc001.3gppnetwork.org";

/// The P-CSCF's protected client ports: a UE that registers again without a pause has more sets than three.
const CLIENT_PORTS: [u16; 8] = [6101, 6102, 6103, 6104, 6105, 6106, 6107, 6108];

/// One of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Role {
    Hss,
    Scscf,
    Icscf,
    Pcscf,
}

impl Role {
    pub(crate) const ALL: [Self; 4] = [Self::Hss, Self::Scscf, Self::Icscf, Self::Pcscf];

    const fn name(self) -> &'static str {
        match self {
            Self::Hss => "hss",
            Self::Scscf => "scscf",
            Self::Icscf => "icscf",
            Self::Pcscf => "pcscf",
        }
    }

    /// What the log says last before the node serves.
    const fn ready(self) -> &'static str {
        match self {
            Self::Hss => "S6a: listening",
            Self::Scscf => "key=\"scscf.listen\"",
            Self::Icscf => "key=\"icscf.listen\"",
            Self::Pcscf => "key=\"pcscf.core\"",
        }
    }
}

/// Where it is and what it keeps. Servers are started from here, and again after they are killed.
pub(crate) struct Network {
    directory: PathBuf,
    address: Ipv4Addr,
}

impl Network {
    /// One whose files are in `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        let network = Self {
            directory: directory.to_owned(),
            address: own_address(),
        };
        std::fs::create_dir(network.runtime_directory()).unwrap();
        for role in Role::ALL {
            std::fs::write(network.file(role), network.configuration(role)).unwrap();
        }
        network
    }

    fn file(&self, role: Role) -> PathBuf {
        self.directory.join(role.name()).with_extension("toml")
    }

    /// Where servers are asked.
    fn runtime_directory(&self) -> PathBuf {
        self.directory.join("run")
    }

    /// The HSS's database.
    pub(crate) fn database(&self) -> PathBuf {
        self.directory.join("q.db")
    }

    fn configuration(&self, role: Role) -> String {
        let ip = self.address;
        let database = |name: &str| {
            format!(
                "database = {:?}\n",
                self.directory.join(name).display().to_string()
            )
        };
        let own = match role {
            Role::Hss => format!(
                "listen = [\"{ip}:3868\"]\n[hss]\nhome_plmns = [\"00101\"]\n[store]\npath = {:?}\n",
                self.database().display().to_string()
            ),
            Role::Scscf => format!(
                "[scscf]\nlisten = \"{ip}:6060\"\nregisters_per_second = 1000\n{}",
                database("scscf.db")
            ),
            Role::Icscf => format!(
                "[icscf]\nlisten = \"{ip}:4060\"\n[[icscf.scscf]]\nname = \"sip:scscf.{DOMAIN}:6060\"\n"
            ),
            Role::Pcscf => format!(
                "[pcscf]\naccess = \"{ip}:5060\"\ncore = \"{ip}:5070\"\nipsec = \"udp\"\nregisters_per_second = 0\n\
                 protected_client_ports = {CLIENT_PORTS:?}\n{}",
                database("pcscf.db")
            ),
        };
        let hosts = format!(
            "\"{DOMAIN}\" = \"{ip}:4060\"\n\"scscf.{DOMAIN}\" = \"{ip}:6060\"\n\"pcscf.{DOMAIN}\" = \"{ip}:5070\"\n"
        );
        format!(
            "roles = [\"{}\"]\n[diameter]\nreconnect_ms = 100\n{own}[ims]\nhss = \"{ip}:3868\"\n[ims.hosts]\n{hosts}",
            role.name()
        )
    }

    /// Where UEs reach the P-CSCF without protection.
    pub(crate) fn access(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(self.address), 5060)
    }

    /// Starts one and waits until it serves.
    pub(crate) fn start(&self, role: Role) -> Server {
        let server = self.begin(role);
        server.await_line(role.ready());
        server
    }

    /// Starts one.
    pub(crate) fn begin(&self, role: Role) -> Server {
        let mut command = Command::new(PROGRAM);
        command
            .args(["serve", "-c"])
            .arg(self.file(role))
            .env("XDG_RUNTIME_DIR", self.runtime_directory());
        Server::run(command)
    }

    /// The answer of `quintet ims users --json` or `quintet ims sa --json`: the list in it.
    pub(crate) fn ask(&self, what: &str, list: &str) -> Vec<Value> {
        // A server that has just begun may not be asked yet.
        await_some(&format!("an answer to `quintet ims {what}`"), || {
            let output = Command::new(PROGRAM)
                .args(["ims", what, "--json"])
                .env("XDG_RUNTIME_DIR", self.runtime_directory())
                .env("HOME", "/nonexistent")
                .env_remove("QUINTET_LOG")
                .output()
                .unwrap();
            // 1 says that the list is empty.
            if !matches!(output.status.code(), Some(0 | 1)) {
                return None;
            }
            let mut answer: Value = serde_json::from_slice(&output.stdout).unwrap();
            match answer[list].take() {
                Value::Array(rows) => Some(rows),
                other => panic!("{list} is {other}"),
            }
        })
    }
}

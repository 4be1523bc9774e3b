//! A 5G core of three processes, AMF, AUSF and UDM, on a loopback address that no other test has.

use super::server::{PROGRAM, Server};
use rustix::process::Signal;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// What the log says once a node is ready.
const READY: &str = "service based interface: listening";

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Role {
    Amf,
    Ausf,
    Udm,
}

impl Role {
    pub(crate) const ALL: [Self; 3] = [Self::Udm, Self::Ausf, Self::Amf];

    const fn name(self) -> &'static str {
        match self {
            Self::Amf => "amf",
            Self::Ausf => "ausf",
            Self::Udm => "udm",
        }
    }
}

/// An address of 127/8 that this process uses once: ports on it are nobody else's.
pub(crate) fn own_address() -> Ipv4Addr {
    static USED: AtomicU32 = AtomicU32::new(1);
    const PID_BITS: u32 = 20;
    let number = USED.fetch_add(1, Ordering::Relaxed);
    assert!(number < 16, "more bits are needed");
    let [_, a, b, c] = (number << PID_BITS | std::process::id() & ((1 << PID_BITS) - 1)).to_be_bytes();
    Ipv4Addr::new(127, a, b, c)
}

/// Where it is and what it keeps. Servers are started from here, and again after they are killed.
pub(crate) struct Core {
    directory: PathBuf,
    address: Ipv4Addr,
    /// The table `[sbi]`; without one each node is told where the others are.
    sbi: Option<String>,
}

impl Core {
    /// Nodes that are told where the others are.
    pub(crate) fn new(directory: &Path) -> Self {
        Self::with(directory, None)
    }

    /// Nodes that have a table `[sbi]` to find the others by.
    pub(crate) fn discovering(directory: &Path, sbi: &str) -> Self {
        Self::with(directory, Some(sbi.to_owned()))
    }

    fn with(directory: &Path, sbi: Option<String>) -> Self {
        let core = Self {
            directory: directory.to_owned(),
            address: own_address(),
            sbi,
        };
        for role in Role::ALL {
            std::fs::write(core.file(role), core.configuration(role)).unwrap();
        }
        core
    }

    fn file(&self, role: Role) -> PathBuf {
        self.directory.join(role.name()).with_extension("toml")
    }

    /// The UDM's database.
    pub(crate) fn database(&self) -> PathBuf {
        self.directory.join("q.db")
    }

    fn configuration(&self, role: Role) -> String {
        let ip = self.address;
        let (ausf, udm) = match &self.sbi {
            Some(_) => (String::new(), <[String; 2]>::default()),
            None => (
                format!("ausf = [\"http://{ip}:7781\"]\n"),
                [
                    format!("udm = \"http://{ip}:7782\"\n"),
                    format!("udm = [\"http://{ip}:7782\"]\n"),
                ],
            ),
        };
        let own = match role {
            Role::Udm => format!(
                "[udm]\nlisten = \"{ip}:7782\"\nhome_plmns = [\"00101\"]\n[store]\npath = {:?}\n",
                self.database().display().to_string()
            ),
            Role::Ausf => format!("[ausf]\nlisten = \"{ip}:7781\"\n{}", udm[0]),
            Role::Amf => format!(
                "[amf]\nlisten = [\"{ip}:38412\"]\nsbi_listen = \"{ip}:7780\"\n{ausf}{}reauthenticate_every = 3\n\
                 database = {:?}\n[sctp]\nbackend = \"udp\"\n",
                udm[1],
                self.directory.join("amf.db").display().to_string()
            ),
        };
        format!(
            "roles = [\"{}\"]\n{own}{}",
            role.name(),
            self.sbi.as_deref().unwrap_or_default()
        )
    }

    /// NGAP's address; SCTP goes over UDP there, at the usual port.
    pub(crate) fn n2(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(self.address), 38412)
    }

    /// The UDM's address.
    pub(crate) fn udm(&self) -> String {
        format!("{}:7782", self.address)
    }

    /// Starts one and waits until it is ready.
    pub(crate) fn start(&self, role: Role) -> Server {
        let server = self.begin(role);
        server.await_line(READY);
        server
    }

    /// Starts one.
    pub(crate) fn begin(&self, role: Role) -> Server {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "-c"]).arg(self.file(role));
        Server::run(command)
    }
}

/// Ends a server as an operator does.
pub(crate) fn stop(server: &mut Server) {
    server.signal(Signal::TERM);
    assert_eq!(server.await_end().code(), Some(0), "{}", server.log());
}

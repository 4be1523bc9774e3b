//! One end of TS 33.203's four associations, for trying back ends against each other: every pair of algorithms, UDP and
//! TCP, begun by either end.
//!
//! ```sh
//! esp_peer pcscf kernel|raw|udp LOCAL REMOTE [DES]   # until everything was tried
//! esp_peer ue    kernel|raw|udp LOCAL REMOTE [DES]   # begins; DES: who sends with 3DES in the last turn, ue or pcscf
//! ```
//!
//! The P-CSCF says `ready` when it is; both say `ok …` for each turn and end with 0, or say what failed and end with 1.

mod kernel;
mod plan;
mod space;

use plan::{Plan, Role};
use quintet_runtime::{EspBackend, hop_of};
use quintet_sip::transport::Hop;
use std::collections::HashMap;
use std::net::IpAddr;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

const USAGE: &str = "esp_peer ue|pcscf kernel|raw|udp LOCAL REMOTE [ue|pcscf]";

/// How long anything may take: a kernel loads its algorithms when they are first asked for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Octets of the datagram and of the stream of a turn.
const DATAGRAM: usize = 1100;
const STREAM: usize = 20_000;

/// What carries hops: the kernel's sockets or our own stack.
trait Carrier {
    fn send(&mut self, hop: Hop, octets: &[u8]) -> Result<(), String>;
    /// The next octets that come, on whichever hop.
    fn receive(&mut self) -> Result<(Hop, Vec<u8>), String>;
    /// Works on for a moment, so that the last answer is on its way.
    fn linger(&mut self);
}

/// A carrier, and what came before it was asked for.
struct Link<'a> {
    carrier: &'a mut dyn Carrier,
    early: HashMap<Hop, Vec<u8>>,
}

impl Link<'_> {
    /// Receives from one hop so many octets.
    fn receive(&mut self, hop: Hop, octets: usize) -> Result<Vec<u8>, String> {
        loop {
            let came = self.early.entry(hop).or_default();
            if came.len() >= octets {
                return Ok(came.drain(..octets).collect());
            }
            let count = came.len();
            let (from, more) = self
                .carrier
                .receive()
                .map_err(|error| format!("{hop:?} after {count} octets: {error}"))?;
            self.early.entry(from).or_default().extend(more);
        }
    }

    /// Sends and has it back.
    fn begin(&mut self, hop: Hop, octets: usize) -> Result<(), String> {
        let sent = pattern(octets);
        self.carrier.send(hop, &sent)?;
        let back = self.receive(hop, octets)?;
        if back == sent {
            Ok(())
        } else {
            Err(format!("{hop:?}: other octets came back"))
        }
    }

    /// Gives back what comes.
    fn answer(&mut self, hop: Hop, octets: usize) -> Result<(), String> {
        let came = self.receive(hop, octets)?;
        self.carrier.send(hop, &came)
    }
}

fn pattern(octets: usize) -> Vec<u8> {
    (0..octets).map(|at| (at % 253) as u8).collect()
}

/// One suite: the UE begins over UDP and TCP, then the P-CSCF.
fn turn(link: &mut Link<'_>, role: Role, plan: &Plan) -> Result<(), String> {
    for (begins, flows) in plan.turns(role) {
        for (flow, octets) in flows.into_iter().zip([DATAGRAM, STREAM]) {
            let hop = hop_of(flow);
            if begins {
                link.begin(hop, octets)?
            } else {
                link.answer(hop, octets)?
            }
        }
    }
    Ok(())
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [role, backend, local, remote, des @ ..] = arguments else {
        return Err(USAGE.to_owned());
    };
    let role = Role::named(role).ok_or(USAGE)?;
    let backend = match backend.as_str() {
        "kernel" => EspBackend::Kernel,
        "raw" => EspBackend::RawIp,
        "udp" => EspBackend::Udp,
        _ => return Err(USAGE.to_owned()),
    };
    let address = |text: &str| text.parse::<IpAddr>().map_err(|error| format!("{text}: {error}"));
    let (local, remote) = (address(local)?, address(remote)?);
    let des = des.first().and_then(|name| Role::named(name));
    let plans = Plan::all(role, local, remote, des);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = Rc::new(runtime.map_err(|error| error.to_string())?);
    let mut space = space::Space::open(runtime, local, backend, &plans)?;
    let mut sockets = match backend {
        EspBackend::Kernel => Some(kernel::Sockets::open(&plans)?),
        _ => None,
    };
    if role == Role::Pcscf {
        println!("ready");
    }
    let carrier: &mut dyn Carrier = match &mut sockets {
        Some(sockets) => sockets,
        None => &mut space,
    };
    let mut link = Link {
        carrier,
        early: HashMap::new(),
    };
    for plan in &plans {
        turn(&mut link, role, plan).map_err(|error| format!("{}: {error}", plan.name()))?;
        println!("ok {}", plan.name());
    }
    link.carrier.linger();
    for status in space.associations() {
        println!(
            "{:?} {} packets {} sequence {}",
            status.key.direction, status.suite, status.packets, status.sequence
        );
        if status.packets == 0 {
            return Err(format!("{:?} {}: nothing went through", status.key, status.suite));
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("failed: {error}");
            ExitCode::FAILURE
        }
    }
}

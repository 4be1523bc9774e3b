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
use std::net::IpAddr;
use std::process::ExitCode;
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

/// Receives from one hop so many octets.
fn receive(carrier: &mut dyn Carrier, hop: Hop, octets: usize) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    while all.len() < octets {
        let (from, more) = carrier
            .receive()
            .map_err(|error| format!("{hop:?} after {} octets: {error}", all.len()))?;
        if from == hop {
            all.extend(more);
        }
    }
    Ok(all)
}

fn pattern(octets: usize) -> Vec<u8> {
    (0..octets).map(|at| (at % 253) as u8).collect()
}

/// Sends and has it back.
fn begin(carrier: &mut dyn Carrier, hop: Hop, octets: usize) -> Result<(), String> {
    let sent = pattern(octets);
    carrier.send(hop, &sent)?;
    let back = receive(carrier, hop, octets)?;
    if back == sent {
        Ok(())
    } else {
        Err(format!("{hop:?}: other octets came back"))
    }
}

/// Gives back what comes.
fn answer(carrier: &mut dyn Carrier, hop: Hop, octets: usize) -> Result<(), String> {
    let came = receive(carrier, hop, octets)?;
    carrier.send(hop, &came)
}

/// One suite: the UE begins over UDP and TCP, then the P-CSCF.
fn turn(carrier: &mut dyn Carrier, role: Role, plan: &Plan) -> Result<(), String> {
    for (begins, flows) in plan.turns(role) {
        for (flow, octets) in flows.into_iter().zip([DATAGRAM, STREAM]) {
            let step = if begins { begin } else { answer };
            step(carrier, hop_of(flow), octets)?;
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
    let runtime = runtime.map_err(|error| error.to_string())?;
    let mut space = runtime.block_on(async { space::Space::open(&runtime, local, backend, &plans) })?;
    let mut sockets = match backend {
        EspBackend::Kernel => Some(kernel::Sockets::open(&plans, role)?),
        _ => None,
    };
    if role == Role::Pcscf {
        println!("ready");
    }
    for plan in &plans {
        let carrier: &mut dyn Carrier = match &mut sockets {
            Some(sockets) => sockets,
            None => &mut space,
        };
        turn(carrier, role, plan).map_err(|error| format!("{}: {error}", plan.name()))?;
        println!("ok {}", plan.name());
    }
    match &mut sockets {
        Some(sockets) => sockets.linger(),
        None => space.linger(),
    }
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

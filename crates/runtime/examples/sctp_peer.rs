//! An SCTP peer for trying transports and measuring them: one side echoes, the other sends and counts.
//!
//! ```sh
//! sctp_peer echo kernel|raw|udp LOCAL:PORT                                   # until its peer's association ends
//! sctp_peer ping kernel|raw|udp LOCAL:PORT REMOTE:PORT MESSAGES OCTETS WINDOW  # WINDOW messages under way at a time
//! ```
//!
//! Over UDP the echo is on port 9899 and the pinger on one that is chosen. Both print the processor time they took.

use quintet_diameter::node::{ConnectionId, DisconnectCause, Event as NodeEvent, Inbound, Node, NodeConfig};
use quintet_runtime::sctp::{SctpBackend, SctpCommand, SctpRemote, SctpSettings, SctpUse};
use quintet_runtime::{Application, Clock, Driver, Moment};
use quintet_sctp::{AssociationId, Event, Message};
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

const USAGE: &str = "sctp_peer echo|ping kernel|raw|udp LOCAL:PORT [REMOTE:PORT MESSAGES OCTETS WINDOW]";

/// Payload protocol identifier of S1AP.
const PPID: u32 = 18;

/// What a pinger does.
#[derive(Clone, Copy)]
struct Plan {
    messages: u64,
    octets: usize,
    window: u64,
}

struct Peer {
    /// None: an echo.
    plan: Option<Plan>,
    sent: u64,
    received: u64,
    began: Duration,
    took: Duration,
    commands: VecDeque<SctpCommand>,
    down: Rc<Notify>,
    wrong: u64,
}

impl Peer {
    /// Keeps the window full.
    fn fill(&mut self, association: AssociationId) {
        let Some(plan) = self.plan else { return };
        while self.sent < plan.messages && self.sent - self.received < plan.window {
            let mut payload = vec![0x5a; plan.octets.max(8)];
            payload[..8].copy_from_slice(&self.sent.to_be_bytes());
            self.sent += 1;
            let message = Message {
                stream: 0,
                ppid: PPID,
                unordered: false,
                payload,
            };
            self.commands
                .push_back(SctpCommand::Send { association, message });
        }
        if self.received == plan.messages {
            self.commands.push_back(SctpCommand::Shutdown { association });
        }
    }
}

impl Application for Peer {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}
    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}
    fn pump(&mut self, _: Moment, _: &mut Node) {}
    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
    fn timeout(&mut self, _: Moment, _: &mut Node) {}

    fn sctp(&mut self, at: Moment, _: &mut Node, event: Event) {
        match event {
            Event::Up {
                association,
                peer,
                streams,
                ..
            } => {
                eprintln!(
                    "up: {peer}, {} streams out, {} in",
                    streams.outbound, streams.inbound
                );
                self.began = at.now;
                self.fill(association);
            }
            Event::Message { association, message } => {
                if self.plan.is_none() {
                    self.received += 1;
                    self.commands
                        .push_back(SctpCommand::Send { association, message });
                } else {
                    if message.payload.get(..8) != Some(&self.received.to_be_bytes()) {
                        self.wrong += 1;
                    }
                    self.received += 1;
                    self.took = at.now - self.began;
                    self.fill(association);
                }
            }
            Event::Down { reason, .. } => {
                eprintln!("down: {reason:?}");
                self.down.notify_one();
            }
            other => eprintln!("{other:?}"),
        }
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        self.commands.pop_front()
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let plan = parse(&arguments);
    let Some((backend, local, plan)) = plan else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, run(backend, local, plan));
}

type Parsed = (SctpBackend, SocketAddr, Option<(SocketAddr, Plan)>);

fn parse(arguments: &[String]) -> Option<Parsed> {
    let (role, rest) = arguments.split_first()?;
    let (backend, rest) = rest.split_first()?;
    let backend = match backend.as_str() {
        "kernel" => SctpBackend::Kernel,
        "raw" => SctpBackend::RawIp,
        "udp" => SctpBackend::Udp,
        _ => return None,
    };
    let (local, rest) = rest.split_first()?;
    let local = local.parse().ok()?;
    match (role.as_str(), rest) {
        ("echo", []) => Some((backend, local, None)),
        ("ping", [remote, messages, octets, window]) => {
            let plan = Plan {
                messages: messages.parse().ok()?,
                octets: octets.parse().ok()?,
                window: window.parse().ok()?,
            };
            Some((backend, local, Some((remote.parse().ok()?, plan))))
        }
        _ => None,
    }
}

async fn run(backend: SctpBackend, local: SocketAddr, ping: Option<(SocketAddr, Plan)>) {
    let config = NodeConfig::new("peer.example.net", "example.net", Ipv4Addr::LOCALHOST.into());
    let node = Node::new(config, 1).expect("the configuration is a valid one");
    let down = Rc::new(Notify::new());
    let peer = Peer {
        plan: ping.map(|(_, plan)| plan),
        sent: 0,
        received: 0,
        began: Duration::ZERO,
        took: Duration::ZERO,
        commands: VecDeque::new(),
        down: Rc::clone(&down),
        wrong: 0,
    };
    let driver = Driver::start(Clock::start(), node, peer, None, Arc::new(Notify::new()));
    let settings = match ping {
        Some(_) => SctpSettings::connecting(local, backend),
        None => SctpSettings::listening(local, backend),
    };
    let transport = match driver.open_sctp(&settings, SctpUse::Application) {
        Ok(transport) => transport,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(2);
        }
    };
    if let Some(address) = driver.sctp_address(transport) {
        eprintln!("{} over {}", address.address, address.carrier);
    }
    if let Some((remote, _)) = ping
        && let Err(error) = driver.connect_sctp(transport, SctpRemote::from(remote))
    {
        eprintln!("{error}");
        std::process::exit(1);
    }
    down.notified().await;
    driver.shutdown(DisconnectCause::REBOOTING).await;
    let (received, wrong, took) = driver.with(|_, _, peer| (peer.received, peer.wrong, peer.took));
    let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let cpu_ns = cpu.tv_sec as f64 * 1e9 + cpu.tv_nsec as f64;
    let count = received.max(1) as f64;
    let rate = if took.is_zero() {
        0.0
    } else {
        count / took.as_secs_f64()
    };
    println!(
        "messages {received}, out of place {wrong}, per second {rate:.0}, processor {:.2} us each",
        cpu_ns / count / 1e3
    );
    let complete = ping.is_none_or(|(_, plan)| received == plan.messages && wrong == 0);
    std::process::exit(i32::from(!complete));
}

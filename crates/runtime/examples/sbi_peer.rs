//! A peer on a service based interface, for trying HTTP/2 and measuring it.
//!
//! ```sh
//! sbi_peer echo LOCAL:PORT [CERTIFICATE.pem KEY.pem]   # answers every request with its body, until it is stopped
//! sbi_peer load REMOTE:PORT CALLS WINDOW OCTETS        # WINDOW calls under way at a time, OCTETS of body each
//! ```
//!
//! `load` prints the rate, how long calls took, and the processor time it took itself.

use quintet_diameter::node::{ConnectionId, Event, Inbound, Node, NodeConfig};
use quintet_runtime::{Alpn, Application, Clock, Driver, Moment, SbiSettings, ServerTls};
use quintet_sbi::{Body, CallFailure, CallId, Method, Output, Request, RequestId, Response, Target};
use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

const USAGE: &str = "sbi_peer echo LOCAL:PORT [CERTIFICATE KEY] | load REMOTE:PORT CALLS WINDOW OCTETS";

/// What a load does.
struct Plan {
    target: Target,
    calls: u64,
    window: u64,
    body: Vec<u8>,
}

#[derive(Default)]
struct Peer {
    plan: Option<Plan>,
    outputs: VecDeque<Output>,
    begun: HashMap<CallId, Duration>,
    took: Vec<Duration>,
    failed: u64,
    next: u64,
    done: Rc<Notify>,
}

impl Peer {
    fn call(&mut self, at: Moment) {
        let Some(plan) = &self.plan else { return };
        while self.next < plan.calls && (self.begun.len() as u64) < plan.window {
            let id = CallId(self.next);
            self.next += 1;
            self.begun.insert(id, at.now);
            let request = Request {
                content_type: "application/json".to_owned(),
                body: Body::from(plan.body.as_slice()),
                ..Request::new(Method::Post, "/nausf-auth/v1/ue-authentications")
            };
            self.outputs.push_back(Output::Call {
                id,
                target: plan.target.clone(),
                request,
                timeout: Duration::from_secs(10),
            });
        }
    }
}

impl Application for Peer {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}
    fn event(&mut self, _: Moment, _: &mut Node, _: &Event) {}
    fn pump(&mut self, _: Moment, _: &mut Node) {}
    fn poll_timeout(&self) -> Option<Duration> {
        None
    }
    fn timeout(&mut self, _: Moment, _: &mut Node) {}

    fn sbi_request(&mut self, _: Moment, _: &mut Node, id: RequestId, request: Request) {
        let response = Response {
            content_type: request.content_type,
            body: request.body,
            ..Response::new(200)
        };
        self.outputs.push_back(Output::Respond { id, response });
    }

    fn sbi_response(&mut self, at: Moment, _: &mut Node, id: CallId, outcome: Result<Response, CallFailure>) {
        if let Some(begun) = self.begun.remove(&id) {
            self.took.push(at.now.saturating_sub(begun));
        }
        self.failed += u64::from(!outcome.is_ok_and(|response| response.status == 200));
        self.call(at);
        if self.begun.is_empty() {
            self.done.notify_one();
        }
    }

    fn poll_sbi(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

/// Processor time of this process so far.
fn processor() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

async fn run(words: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let config = NodeConfig::new("peer.example.net", "example.net", Ipv4Addr::LOCALHOST.into());
    let node = Node::new(config, 1).map_err(|error| format!("{error:?}"))?;
    let clock = Clock::start();
    let peer = Peer::default();
    let done = Rc::clone(&peer.done);
    let driver = Driver::start(clock, node, peer, None, Arc::new(Notify::new()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["echo", local, tls @ ..] => {
            let mut settings = SbiSettings::cleartext(local.parse::<SocketAddr>()?);
            if let [certificate, key] = tls {
                let tls =
                    ServerTls::from_pem(Alpn::H2, &std::fs::read(certificate)?, &std::fs::read(key)?, None)?;
                settings = settings.with_tls(tls);
            }
            println!("listening on {}", driver.listen_sbi(settings)?);
            tokio::signal::ctrl_c().await?;
            println!("processor {:?}", processor());
        }
        ["load", remote, calls, window, octets] => {
            let plan = Plan {
                target: Target {
                    tls: false,
                    authority: (*remote).to_owned(),
                },
                calls: calls.parse()?,
                window: window.parse()?,
                body: vec![b' '; octets.parse()?],
            };
            let began = clock.moment().now;
            driver.with(|at, _, peer| {
                peer.plan = Some(plan);
                peer.call(at);
            });
            done.notified().await;
            let elapsed = clock.moment().now.saturating_sub(began);
            let (mut took, failed) = driver.with(|_, _, peer| (std::mem::take(&mut peer.took), peer.failed));
            took.sort_unstable();
            let part = |per_mille: usize| {
                took.get(took.len() * per_mille / 1000)
                    .copied()
                    .unwrap_or_default()
            };
            println!(
                "{} calls, {failed} failed, {:.0}/s, p50 {:?}, p99 {:?}, p99.9 {:?}, processor {:?}",
                took.len(),
                took.len() as f64 / elapsed.as_secs_f64(),
                part(500),
                part(990),
                part(999),
                processor()
            );
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run(&words))
}

//! A simulated eNB that connects to an MME over SCTP in UDP, and whose UEs attach once it is set up.

use super::nodes::Player;
use super::subscribers;
use quintet_crypto::Sqn;
use quintet_diameter::node::{ConnectionId, Event as NodeEvent, Inbound, Node};
use quintet_emm::ue::{Configuration, Start};
use quintet_identity::Tai;
use quintet_runtime::sctp::{SctpBackend, SctpCommand, SctpConnectError, SctpRemote, SctpSettings, SctpUse};
use quintet_runtime::{Application, Moment};
use quintet_s1ap::PPID;
use quintet_sctp::{AssociationId, Event, Message};
use quintet_sim::Usim;
use quintet_sim::enb::{Enb, EnbConfig, EnbEvent, EnbOutput, UeId};
use quintet_sim::ue::Ue;
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Before another association is tried: the MME may still be about to listen.
const PAUSE: Duration = Duration::from_millis(50);

/// The only transport there is.
const TOKEN: u64 = 1;

/// The eNB and its UEs, until this is dropped.
pub(crate) struct Station(#[expect(dead_code, reason = "it ends when this is dropped")] Player);

impl Station {
    /// UEs with the card that every subscriber of these tests has, under these IMSIs, at an MME.
    pub(crate) fn start(mme: SocketAddr, imsis: Vec<String>) -> Self {
        Self(Player::start(
            move || Radio::new(&imsis),
            move |driver| {
                let local = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
                let settings = SctpSettings::connecting(local, SctpBackend::Udp);
                let transport = driver.open_sctp(&settings, SctpUse::Application).unwrap();
                driver.with(|_, _, radio| {
                    radio.connect = Some(SctpCommand::Connect {
                        transport,
                        to: SctpRemote::from(mme),
                        token: TOKEN,
                    });
                });
            },
        ))
    }
}

/// The eNB on its driver.
struct Radio {
    enb: Enb,
    connect: Option<SctpCommand>,
    association: Option<AssociationId>,
    /// When to connect; `None` while that is tried or is done.
    reconnect: Option<Duration>,
    commands: VecDeque<SctpCommand>,
}

impl Radio {
    fn new(imsis: &[String]) -> Self {
        let plmn = quintet_sim::demo::home_plmn();
        let mut enb = Enb::new(EnbConfig::new("station", Tai { plmn, tac: 1 }, 1));
        // Who is refused does not try again: an attempt is to be one.
        let configuration = Arc::new(Configuration {
            automatic: false,
            ..Configuration::default()
        });
        let device = (
            "490154203237518".parse().unwrap(),
            "4901542032375186".parse().unwrap(),
        );
        for imsi in imsis {
            let imsi = imsi.parse().unwrap();
            let card = Usim::new(imsi, &subscribers::authentication(), Sqn::default()).unwrap();
            enb.add_ue(Ue::new(Arc::clone(&configuration), device, Some(card), plmn));
        }
        Self {
            enb,
            connect: None,
            association: None,
            reconnect: Some(Duration::ZERO),
            commands: VecDeque::new(),
        }
    }

    fn work(&mut self, now: Duration) {
        while let Some(output) = self.enb.poll_output() {
            match output {
                EnbOutput::Send { stream, payload } => {
                    if let Some(association) = self.association {
                        let message = Message {
                            stream,
                            ppid: PPID,
                            unordered: false,
                            payload,
                        };
                        self.commands
                            .push_back(SctpCommand::Send { association, message });
                    }
                }
                EnbOutput::Event(EnbEvent::SetUp { .. }) => {
                    for n in 0..self.enb.ue_count() {
                        self.enb.start(now, UeId(n as u32), Start::ATTACH);
                    }
                }
                EnbOutput::Event(_) => {}
            }
        }
    }
}

impl Application for Radio {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        if self.reconnect.is_some_and(|due| due <= at.now)
            && let Some(connect) = &self.connect
        {
            self.reconnect = None;
            self.commands.push_back(connect.clone());
        }
        self.work(at.now);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let due = [self.enb.poll_timeout(), self.reconnect];
        due.into_iter().flatten().min()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        if self.enb.poll_timeout().is_some_and(|due| due <= at.now) {
            self.enb.handle_timeout(at.now);
        }
    }

    fn sctp(&mut self, at: Moment, _: &mut Node, event: Event) {
        match event {
            Event::Up { streams, .. } | Event::Restarted { streams, .. } => {
                self.enb.handle_up(at.now, streams.outbound);
            }
            Event::Message { message, .. } => {
                self.enb.handle_message(at.now, message.stream, &message.payload);
            }
            Event::Down { .. } => {
                self.association = None;
                self.reconnect = Some(at.now + PAUSE);
                self.enb.handle_down(at.now);
            }
            Event::Writable { .. } => {}
        }
    }

    fn sctp_connecting(
        &mut self,
        at: Moment,
        _: &mut Node,
        _: u64,
        outcome: Result<AssociationId, SctpConnectError>,
    ) {
        match outcome {
            Ok(association) => self.association = Some(association),
            Err(_) => self.reconnect = Some(at.now + PAUSE),
        }
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        self.commands.pop_front()
    }
}

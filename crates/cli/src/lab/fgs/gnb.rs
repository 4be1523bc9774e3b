//! The gNB and the plays of 5GS as every lab has them.

use crate::lab::technology::{Plays, Ran, RanOutput};
use quintet_amf::AmfEvent;
use quintet_ausf::AusfEvent;
use quintet_sctp::Message;
use quintet_sim::fgs::{Demand, Play};
use quintet_sim::gnb::{Gnb, GnbEvent, GnbOutput};
use quintet_subscriber::model::Subscriber;
use quintet_udm::UdmEvent;
use std::time::Duration;

impl Ran for Gnb {
    type Event = GnbEvent;
    const PPID: u32 = quintet_ngap::PPID;

    fn is_up(&self) -> bool {
        Gnb::is_up(self)
    }

    fn poll(&mut self) -> Option<RanOutput<GnbEvent>> {
        Some(match self.poll_output()? {
            GnbOutput::Send { stream, payload } => RanOutput::Send { stream, payload },
            GnbOutput::Event(event) => RanOutput::Event(event),
        })
    }

    fn deadline(&self) -> Option<Duration> {
        self.poll_timeout()
    }

    fn timeout(&mut self, now: Duration) {
        self.handle_timeout(now);
    }

    fn up(&mut self, now: Duration, streams: u16) {
        self.handle_up(now, streams);
    }

    fn down(&mut self, now: Duration) {
        self.handle_down(now);
    }

    fn message(&mut self, now: Duration, message: Message) {
        self.handle_message(now, message.stream, &message.payload);
        self.recycle(message.payload);
    }
}

/// A report of the core or of the home network.
#[derive(Clone, Debug)]
pub(in crate::lab) enum Report {
    Amf(AmfEvent),
    Ausf(AusfEvent),
    Udm(UdmEvent),
}

impl Plays<Gnb> for Play {
    type Report = Report;
    type Demand = Demand;

    fn hear(&mut self, now: Duration, report: &Report) {
        match report {
            Report::Amf(event) => self.handle_amf_event(now, event),
            Report::Ausf(event) => self.handle_ausf_event(now, event),
            Report::Udm(event) => self.handle_udm_event(now, event),
        }
    }

    fn see(&mut self, now: Duration, gnb: &mut Gnb, event: &GnbEvent) {
        self.handle_gnb_event(now, gnb, event);
    }

    fn proceed(&mut self, now: Duration, gnb: &mut Gnb) {
        self.advance(now, gnb);
    }

    fn demand(&mut self) -> Option<Demand> {
        self.poll_demand()
    }

    fn deadline(&self) -> Option<Duration> {
        self.poll_timeout()
    }

    fn subscribers(&self) -> Vec<Subscriber> {
        Play::subscribers(self)
    }
}

//! The plays of 5GS as every lab has them.

use crate::lab::technology::Plays;
use quintet_amf::AmfEvent;
use quintet_ausf::AusfEvent;
use quintet_sim::fgs::{Demand, Play};
use quintet_sim::gnb::{Gnb, GnbEvent};
use quintet_subscriber::model::Subscriber;
use quintet_udm::UdmEvent;
use std::time::Duration;

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

    fn hear(&mut self, now: Duration, _: &mut Gnb, report: &Report) {
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

//! The plays of LTE as every lab has them.

use crate::lab::technology::Plays;
use quintet_mme::MmeEvent;
use quintet_sim::enb::{Enb, EnbEvent};
use quintet_sim::lte::{Demand, Play};
use quintet_subscriber::model::Subscriber;
use std::time::Duration;

impl Plays<Enb> for Play {
    type Report = MmeEvent;
    type Demand = Demand;

    fn hear(&mut self, now: Duration, _: &mut Enb, report: &MmeEvent) {
        self.handle_mme_event(now, report);
    }

    fn see(&mut self, now: Duration, enb: &mut Enb, event: &EnbEvent) {
        self.handle_enb_event(now, enb, event);
    }

    fn proceed(&mut self, now: Duration, enb: &mut Enb) {
        self.advance(now, enb);
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

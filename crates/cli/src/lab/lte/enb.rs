//! The eNB and the plays of LTE as every lab has them.

use crate::lab::technology::{Plays, Ran, RanOutput};
use quintet_mme::MmeEvent;
use quintet_sctp::Message;
use quintet_sim::enb::{Enb, EnbEvent, EnbOutput};
use quintet_sim::lte::{Demand, Play};
use quintet_subscriber::model::Subscriber;
use std::time::Duration;

impl Ran for Enb {
    type Event = EnbEvent;
    const PPID: u32 = quintet_s1ap::PPID;

    fn is_up(&self) -> bool {
        Enb::is_up(self)
    }

    fn poll(&mut self) -> Option<RanOutput<EnbEvent>> {
        Some(match self.poll_output()? {
            EnbOutput::Send { stream, payload } => RanOutput::Send { stream, payload },
            EnbOutput::Event(event) => RanOutput::Event(event),
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

impl Plays<Enb> for Play {
    type Report = MmeEvent;
    type Demand = Demand;

    fn hear(&mut self, now: Duration, report: &MmeEvent) {
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

//! The I-CSCF as an application of the driver.

use crate::pcscf::at;
use crate::peer_log::log_hss;
use crate::{Application, Moment, about};
use quintet_cscf::icscf::Icscf;
use quintet_diameter::node::{ConnectionId, Event, Inbound, Node};
use quintet_sip::transport::{Hop, SipOutput};
use std::time::Duration;

/// An I-CSCF. Nothing of it outlives a request.
pub struct IcscfApplication {
    icscf: Icscf,
}

impl IcscfApplication {
    /// An I-CSCF to drive.
    #[must_use]
    pub fn new(icscf: Icscf) -> Self {
        Self { icscf }
    }

    /// The I-CSCF, to look at.
    #[must_use]
    pub fn view(&self) -> &Icscf {
        &self.icscf
    }
}

/// What becomes of requests while a CSCF has no HSS.
pub(crate) const WITHOUT_HSS: &str = "who registers is answered 504";

impl Application for IcscfApplication {
    fn handle(&mut self, moment: Moment, node: &mut Node, connection: ConnectionId, inbound: Inbound<'_>) {
        self.icscf.about(about::of_diameter(&inbound));
        self.icscf.handle(at(moment), node, connection, inbound);
        self.icscf.about(None);
    }

    fn event(&mut self, moment: Moment, node: &mut Node, event: &Event) {
        log_hss(node, event, WITHOUT_HSS);
        self.icscf.handle_event(at(moment), node, event);
    }

    fn pump(&mut self, _: Moment, _: &mut Node) {}

    fn poll_timeout(&self) -> Option<Duration> {
        self.icscf.poll_timeout()
    }

    fn timeout(&mut self, moment: Moment, node: &mut Node) {
        self.icscf.timeout(at(moment), node);
    }

    fn sip(&mut self, moment: Moment, node: &mut Node, hop: Hop, octets: &[u8]) {
        self.icscf.about(about::of_sip(octets));
        self.icscf.handle_sip(at(moment), node, hop, octets);
        self.icscf.about(None);
    }

    fn sip_failed(&mut self, moment: Moment, node: &mut Node, hop: Hop) {
        self.icscf.hop_failed(at(moment), node, hop);
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
        self.icscf.poll_sip()
    }
}

//! What routing and duplicate detection need from a message, gathered in one walk.

use super::Priority;
use crate::dict::avp;
use crate::{Avp, Message};

/// Most Route-Record AVPs of a request: no sane path is longer, so it is a loop that nobody closes.
pub(crate) const MAX_ROUTE_RECORDS: usize = 32;

/// The AVPs of the base protocol that decide where a message goes; the first of each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Envelope<'m> {
    pub(crate) session_id: &'m [u8],
    pub(crate) origin_host: &'m [u8],
    pub(crate) destination_host: Option<&'m [u8]>,
    pub(crate) destination_realm: Option<&'m [u8]>,
    /// How many Route-Record AVPs there are.
    pub(crate) route_records: usize,
    /// Result-Code or Experimental-Result-Code.
    pub(crate) result: u32,
    /// DRMP as it is on the wire.
    pub(crate) priority: Option<u32>,
    /// Whether there is an overload report.
    pub(crate) overload_report: bool,
    /// The walk ended at an AVP whose length cannot be.
    pub(crate) malformed: bool,
}

impl<'m> Envelope<'m> {
    pub(crate) fn of(message: &Message<'m>) -> Self {
        let mut envelope = Self::default();
        for avp in message.avps() {
            let Ok(avp) = avp else {
                envelope.malformed = true;
                break;
            };
            // Base AVPs only: a vendor may use the same codes for its own.
            if avp.vendor_id == 0 {
                envelope.note(&avp);
            }
        }
        envelope
    }

    /// The request's priority.
    pub(crate) fn priority(&self) -> Priority {
        self.priority.map_or(Priority::DEFAULT, Priority::from_wire)
    }

    fn note(&mut self, avp: &Avp<'m>) {
        const SESSION_ID: u32 = avp::SESSION_ID.code;
        const ORIGIN_HOST: u32 = avp::ORIGIN_HOST.code;
        const DESTINATION_HOST: u32 = avp::DESTINATION_HOST.code;
        const DESTINATION_REALM: u32 = avp::DESTINATION_REALM.code;
        const ROUTE_RECORD: u32 = avp::ROUTE_RECORD.code;
        const RESULT_CODE: u32 = avp::RESULT_CODE.code;
        const EXPERIMENTAL_RESULT: u32 = avp::EXPERIMENTAL_RESULT.code;
        const DRMP: u32 = avp::DRMP.code;
        const OC_OLR: u32 = avp::OC_OLR.code;
        match avp.code {
            SESSION_ID if self.session_id.is_empty() => self.session_id = avp.data,
            ORIGIN_HOST if self.origin_host.is_empty() => self.origin_host = avp.data,
            DESTINATION_HOST if self.destination_host.is_none() => self.destination_host = Some(avp.data),
            DESTINATION_REALM if self.destination_realm.is_none() => self.destination_realm = Some(avp.data),
            ROUTE_RECORD => self.route_records += 1,
            DRMP if self.priority.is_none() => self.priority = avp.u32().ok(),
            OC_OLR => self.overload_report = true,
            RESULT_CODE => self.result = avp.u32().unwrap_or(0),
            EXPERIMENTAL_RESULT => {
                let code = avp
                    .group()
                    .find(avp::EXPERIMENTAL_RESULT_CODE)
                    .and_then(|a| a.u32().ok());
                self.result = code.unwrap_or(0);
            }
            _ => {}
        }
    }
}

/// Whether a Route-Record of the message names `identity` (RFC 6733 6.1.3).
pub(crate) fn went_through(message: &Message<'_>, identity: &[u8]) -> bool {
    message
        .avps()
        .map_while(Result::ok)
        .any(|avp| avp.is(avp::ROUTE_RECORD) && avp.data.eq_ignore_ascii_case(identity))
}

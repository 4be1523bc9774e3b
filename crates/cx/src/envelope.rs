//! What every message of Cx has, whatever its command.

use crate::VENDOR_3GPP;
use quintet_diameter::dict::avp;
use quintet_diameter::{Message, MessageWriter};

/// NO_STATE_MAINTAINED: Cx and Sh have no sessions (TS 29.229 5.3, TS 29.329 5.3).
const NO_STATE_MAINTAINED: u32 = 1;

/// Who sent a message, and to whom (TS 29.229 5.5, TS 29.329 5.5). The Diameter node has judged them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// Session-Id; empty if it is missing.
    pub session_id: &'a str,
    /// Origin-Host: where RTR and PPR go.
    pub origin_host: &'a str,
    /// Origin-Realm.
    pub origin_realm: &'a str,
    /// Destination-Host.
    pub destination_host: Option<&'a str>,
    /// Destination-Realm.
    pub destination_realm: Option<&'a str>,
}

impl<'a> Envelope<'a> {
    /// Reads it; what is missing or not UTF-8 is empty.
    #[must_use]
    pub fn of(message: &Message<'a>) -> Self {
        let mut envelope = Self {
            session_id: "",
            origin_host: "",
            origin_realm: "",
            destination_host: None,
            destination_realm: None,
        };
        for found in message.avps().map_while(Result::ok) {
            if found.is(avp::SESSION_ID) {
                envelope.session_id = found.text().unwrap_or_default();
            } else if found.is(avp::ORIGIN_HOST) {
                envelope.origin_host = found.text().unwrap_or_default();
            } else if found.is(avp::ORIGIN_REALM) {
                envelope.origin_realm = found.text().unwrap_or_default();
            } else if found.is(avp::DESTINATION_HOST) {
                envelope.destination_host = found.text().ok();
            } else if found.is(avp::DESTINATION_REALM) {
                envelope.destination_realm = found.text().ok();
            }
        }
        envelope
    }
}

/// Session-Id, the first AVP of a request.
pub fn write_session(w: &mut MessageWriter<'_>, session_id: &str) {
    w.text(avp::SESSION_ID, session_id);
}

/// Vendor-Specific-Application-Id and Auth-Session-State (TS 29.229 5.3, 5.6; TS 29.329 5.3, 5.6).
pub fn write_application(w: &mut MessageWriter<'_>, application: u32) {
    w.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |w| {
        w.u32(avp::VENDOR_ID, VENDOR_3GPP);
        w.u32(avp::AUTH_APPLICATION_ID, application);
    });
    w.u32(avp::AUTH_SESSION_STATE, NO_STATE_MAINTAINED);
}

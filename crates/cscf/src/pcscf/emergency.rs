//! Calls for help (TS 24.229 5.2.10).

use super::node::{Come, Pcscf};
use super::ue::identity;
use crate::proxy::{self, Rejection};
use quintet_sip::{Edit, Message, Name, Status, Uri};

/// How the body of a 380 is called (TS 24.229 7.6).
const IMS_XML: &str = "application/3gpp-ims+xml";

/// What a 380 says: an emergency call belongs elsewhere (TS 24.229 7.6.2).
const ALTERNATIVE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ims-3gpp version=\"1\"><alternative-service>\
    <type>emergency</type><reason>emergency calls are not served here</reason></alternative-service></ims-3gpp>\r\n";

impl Pcscf {
    /// An emergency call, of a registered UE or of any (TS 24.229 5.2.10).
    pub(super) fn emergency(&mut self, come: Come<'_, '_>, place: Option<u32>) -> Result<(), Rejection> {
        let ecscf = self.config.ecscf.clone().filter(|_| self.config.emergency);
        let Some(ecscf) = ecscf else {
            let tag = self.relay.tag();
            let mut octets = Vec::with_capacity(1_024);
            let writer = quintet_sip::Writer::response_to(
                &mut octets,
                come.message,
                Status::ALTERNATIVE_SERVICE,
                &tag,
                come.hop.remote,
            );
            match writer {
                Ok(writer) => writer.body(IMS_XML, ALTERNATIVE.as_bytes()),
                Err(error) => return Err(Rejection::new(Status::BAD_REQUEST, error.to_string())),
            }
            self.relay.answer(come.at.now, come.server, octets);
            return Ok(());
        };
        // The answers and what follows them would find no way back to a UE that nobody knows: it is to register, for
        // emergencies if need be (TS 24.229 5.2.10.2).
        let Some(place) = place else {
            return Err(Rejection::new(
                Status::FORBIDDEN,
                "calls for help are taken from registered UEs",
            ));
        };
        let uri = Uri::parse(&ecscf).ok();
        let target = uri.and_then(|uri| self.target(&uri));
        let target =
            target.ok_or_else(|| Rejection::new(Status::SERVICE_UNAVAILABLE, "no way to the E-CSCF"))?;
        let charging = self.charging_vector();
        let asserted = self.registration(place).and_then(|registration| {
            let bound = registration.bound.as_ref()?;
            Some((identity(bound, come.message).0, registration.token))
        });
        let mut edit = proxy::untrusted(Edit::new(come.message), come.message);
        edit = self.stripped(edit, come.message);
        edit = edit
            .remove(Name::Route)
            .append(Name::Route, format_args!("<{ecscf}>"))
            .append(Name::PChargingVector, charging);
        if let Some((identity, token)) = asserted {
            edit = edit.append(Name::PAssertedIdentity, identity);
            edit = edit.push(Name::RecordRoute, self.route_of(token, ";lr"));
        }
        self.counters.originating += 1;
        self.send_to_core(come, target, edit);
        Ok(())
    }
}

/// Whether it calls for help (RFC 5031, TS 24.229 5.2.10).
pub(super) fn is_emergency(message: &Message<'_>) -> bool {
    let uri = message.request_uri();
    uri.is_ok_and(|uri| {
        let (start, rest) = uri.as_str().split_at_checked(15).unwrap_or_default();
        start.eq_ignore_ascii_case("urn:service:sos") && (rest.is_empty() || rest.starts_with('.'))
    })
}

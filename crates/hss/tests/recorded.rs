//! Requests recorded from other MMEs, answered by this HSS and judged by tshark: no malformed field, and the AVPs that
//! TS 29.272 7.2 lists as mandatory.
//!
//! Needs tshark and the recorded messages (`vectors/diameter.json` beside the checkout or below `QUINTET_SHARED`).
//! Without them the test says so and passes, unless `CI=true`: there it must run.

#![cfg(test)]

#[path = "support/recorded.rs"]
mod requests;
mod support;

use quintet_diameter::dict::avp;
use quintet_diameter::{AvpId, Message};
use quintet_hss::HssConfig;
use requests::{judged_by_tshark, owed, recorded, subject};
use support::*;

#[test]
fn every_recorded_request_gets_a_complete_answer() {
    let Some(requests) = recorded() else { return };
    assert!(requests.len() >= 10, "{} requests", requests.len());
    let mut rig = Rig::new(HssConfig::new(vec![plmn(HOME)]));
    for (_, request) in &requests {
        rig.provision(subject(request).0, &subscription());
    }
    rig.start();
    let mut pairs = Vec::new();
    for (id, request) in &requests {
        let message = Message::decode(request).unwrap();
        let text = |avp: AvpId| message.find(avp).unwrap().text().unwrap().to_owned();
        let (host, realm) = (text(avp::ORIGIN_HOST), text(avp::ORIGIN_REALM));
        let connection = rig.connect(&host, &realm);
        // What was recorded was meant for another HSS: its name and realm are replaced, as a proxy on the way would.
        let request = readdressed(&message);
        let answer = rig.ask(connection, &request);
        rig.node.closed(rig.now, connection);
        // A subscriber that moved leaves a CLR for the recorded MME before.
        rig.out.clear();
        let code = message.header().code;
        let resynchronises = find(
            &request,
            &[
                avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO,
                avp::RE_SYNCHRONIZATION_INFO,
            ],
        );
        if resynchronises.is_some() {
            // Its RAND is another AuC's: refused, as it must be.
            assert_eq!(result_of(&answer), 4181, "{id}");
        } else {
            assert_eq!(result_of(&answer), 2001, "{id}");
            for path in owed(code) {
                assert!(find(&answer, &path).is_some(), "{id}: no {path:?}");
            }
        }
        pairs.push((request, answer));
    }
    judged_by_tshark(&pairs);
}

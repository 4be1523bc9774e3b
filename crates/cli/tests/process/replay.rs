//! Every recorded AIR and ULR, octet by octet as other MMEs sent it, over TCP to servers that are who it was sent to.

#[path = "../../../hss/tests/support/recorded.rs"]
mod recorded;

use crate::support::mme::{Mme, Octets, find, result};
use crate::support::server::{Server, Settings};
use crate::support::subscribers;
use quintet_diameter::dict::avp;
use quintet_diameter::{AvpId, Message};
use std::collections::{BTreeMap, BTreeSet};

/// Who a request was sent to: Destination-Host, if it says, and Destination-Realm.
type Addressee = (Option<String>, String);

const AUTHENTICATION_DATA_UNAVAILABLE: u32 = 4181;

fn text(request: &[u8], id: AvpId) -> Option<String> {
    find(request, &[id]).map(|avp| avp.text().unwrap().to_owned())
}

/// Plays the requests to one addressee to a server of that name, and answers request and answer of each.
fn replayed(addressee: &Addressee, requests: &[(String, Octets)]) -> Vec<(Octets, Octets)> {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("q.db");
    let subjects: Vec<_> = requests
        .iter()
        .map(|(_, request)| recorded::subject(request))
        .collect();
    let imsis: BTreeSet<String> = subjects.iter().map(|(imsi, _)| imsi.to_string()).collect();
    subscribers::provision(&database, imsis);
    let mut settings = Settings::new(database);
    settings.identity = addressee
        .0
        .clone()
        .unwrap_or_else(|| format!("hss.{}", addressee.1));
    settings.realm = addressee.1.clone();
    settings.rest = format!("[hss]\nhome_plmns = [\"{}\"]\n", subjects[0].1);
    let server = Server::start(&settings.write(directory.path()));
    let address = server.address();
    let mut mmes = BTreeMap::<String, Mme>::new();
    let mut pairs = Vec::new();
    for (id, request) in requests {
        let host = text(request, avp::ORIGIN_HOST).unwrap();
        let mme = mmes
            .entry(host.clone())
            .or_insert_with(|| Mme::connect(address, &host));
        let answer = mme.ask(request).unwrap();
        let resynchronises = find(
            request,
            &[
                avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO,
                avp::RE_SYNCHRONIZATION_INFO,
            ],
        );
        if resynchronises.is_some() {
            // Its RAND is another AuC's: refused, as it must be.
            assert_eq!(result(&answer), AUTHENTICATION_DATA_UNAVAILABLE, "{id}");
        } else {
            assert_eq!(result(&answer), 2001, "{id}");
            for path in recorded::owed(Message::decode(request).unwrap().header().code) {
                assert!(find(&answer, &path).is_some(), "{id}: the answer has no {path:?}");
            }
        }
        let (asked, answered) = (
            Message::decode(request).unwrap(),
            Message::decode(&answer).unwrap(),
        );
        assert_eq!(answered.header().end_to_end, asked.header().end_to_end, "{id}");
        assert_eq!(
            text(&answer, avp::SESSION_ID),
            text(request, avp::SESSION_ID),
            "{id}"
        );
        assert_eq!(
            text(&answer, avp::ORIGIN_REALM).as_ref(),
            Some(&addressee.1),
            "{id}"
        );
        pairs.push((request.clone(), answer));
    }
    pairs
}

#[test]
fn every_recorded_request_is_answered_over_tcp() {
    let Some(requests) = recorded::recorded() else {
        return;
    };
    let count = requests.len();
    assert!(count >= 10, "only {count} requests");
    let mut by_addressee = BTreeMap::<Addressee, Vec<(String, Octets)>>::new();
    for (id, request) in requests {
        let realm = text(&request, avp::DESTINATION_REALM).unwrap();
        let host = text(&request, avp::DESTINATION_HOST);
        by_addressee.entry((host, realm)).or_default().push((id, request));
    }
    let pairs: Vec<_> = by_addressee
        .iter()
        .flat_map(|(who, requests)| replayed(who, requests))
        .collect();
    assert_eq!(pairs.len(), count);
    recorded::judged_by_tshark(&pairs);
}

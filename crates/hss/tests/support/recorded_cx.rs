//! Cx requests recorded from other CSCFs.

use crate::requests::skip;
use quintet_capture::{Dissector, DissectorOptions, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, read_all};
use quintet_diameter::Message;
use std::path::{Path, PathBuf};

#[derive(Default)]
struct CxRequests(Vec<Vec<u8>>);

impl Sink for CxRequests {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let is_cx = |message: Message<'_>| {
            message.header().application_id == quintet_cx::CX && message.header().flags.request()
        };
        if pdu.protocol == Protocol::Diameter && Message::decode(pdu.octets).is_ok_and(is_cx) {
            self.0.push(pdu.octets.to_vec());
        }
    }

    fn flow(&mut self, _: Seen, _: FlowId, _: FlowEvent) {}
}

/// The Cx requests of a capture.
pub(crate) fn requests(name: &str) -> Option<Vec<Vec<u8>>> {
    let directory = std::env::var_os("QUINTET_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
        PathBuf::from,
    );
    let Ok(file) = std::fs::read(directory.join(name)) else {
        skip(&format!(
            "no {name} in {}; set QUINTET_CORPUS",
            directory.display()
        ));
        return None;
    };
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut found = CxRequests::default();
    read_all(&file, 0, |frame| dissector.frame(frame, &mut found), |_| {});
    dissector.finish(&mut found);
    Some(found.0)
}

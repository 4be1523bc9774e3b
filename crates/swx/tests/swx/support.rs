//! Messages made and taken apart.

use quintet_cx::write_session;
use quintet_diameter::dict::{self, avp};
use quintet_diameter::node::AnswerResult;
use quintet_diameter::{CommandFlags, Header, Message, MessageWriter};
use quintet_swx::{Answer, Request, SWX};

pub(crate) const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";

pub(crate) fn header(code: u32, request: bool) -> Header {
    let flags = CommandFlags::PROXIABLE | if request { CommandFlags::REQUEST } else { 0 };
    Header {
        version: 1,
        length: 0,
        flags: CommandFlags(flags),
        code,
        application_id: SWX,
        hop_by_hop: 0x0102_0304,
        end_to_end: 0x0506_0708,
    }
}

/// A request as the node would send it.
pub(crate) fn request(request: &Request<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header(request.command(), true));
    write_session(&mut w, "aaa.example.org;1;2");
    request.write(&mut w);
    w.text(avp::ORIGIN_HOST, "aaa.example.org");
    w.text(avp::ORIGIN_REALM, REALM);
    w.text(avp::DESTINATION_HOST, "hss.example.org");
    w.text(avp::DESTINATION_REALM, REALM);
    w.finish();
    out
}

/// An answer as the node would send it.
pub(crate) fn answer(answer: &Answer) -> Vec<u8> {
    let mut out = Vec::new();
    let mut w = MessageWriter::new(&mut out, &header(answer.command(), false));
    write_session(&mut w, "aaa.example.org;1;2");
    match answer.outcome().into() {
        AnswerResult::Base(code) => w.u32(avp::RESULT_CODE, code.0),
        AnswerResult::Experimental { vendor_id, code } => w.group(avp::EXPERIMENTAL_RESULT, |w| {
            w.u32(avp::VENDOR_ID, vendor_id);
            w.u32(avp::EXPERIMENTAL_RESULT_CODE, code);
        }),
    }
    w.text(avp::ORIGIN_HOST, "hss.example.org");
    w.text(avp::ORIGIN_REALM, REALM);
    answer.write(&mut w);
    w.finish();
    out
}

/// What was written is what the dictionary says.
pub(crate) fn valid(octets: &[u8]) {
    let message = Message::decode(octets).unwrap();
    if let Err(rejection) = quintet_diameter::validate(dict::Dictionary::builtin(), &message) {
        panic!("{rejection:?}");
    }
}

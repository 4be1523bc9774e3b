//! Messages made and taken apart.

use quintet_cx::{Fault, Outcome, write_session};
use quintet_diameter::dict::{self, avp};
use quintet_diameter::node::AnswerResult;
use quintet_diameter::{CommandFlags, Header, Message, MessageWriter};
use quintet_slh::s6c::{self, S6C};
use quintet_slh::{Ria, Rir, SLH};

pub(crate) const REALM: &str = "epc.mnc001.mcc001.3gppnetwork.org";

/// A request of either application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Slh(Rir),
    S6c(s6c::Request),
}

/// An answer of either application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Slh(Box<Ria>),
    S6c(s6c::Answer),
}

impl Asked {
    pub(crate) fn read(message: &Message<'_>) -> Result<Self, Fault> {
        match message.header().application_id {
            SLH => Rir::read(message).map(Self::Slh),
            _ => s6c::Request::read(message).map(Self::S6c),
        }
    }

    pub(crate) fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::Slh(request) => request.write(w),
            Self::S6c(request) => request.write(w),
        }
    }

    pub(crate) fn code(&self) -> (u32, u32) {
        match self {
            Self::Slh(_) => (SLH, Rir::COMMAND),
            Self::S6c(request) => (S6C, request.command()),
        }
    }

    /// As the node would send it.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let (application, code) = self.code();
        let mut out = Vec::new();
        let mut w = MessageWriter::new(&mut out, &header(application, code, true));
        write_session(&mut w, "gmlc.example.org;1;2");
        self.write(&mut w);
        w.text(avp::ORIGIN_HOST, "gmlc.example.org");
        w.text(avp::ORIGIN_REALM, REALM);
        w.text(avp::DESTINATION_HOST, "hss.example.org");
        w.text(avp::DESTINATION_REALM, REALM);
        w.finish();
        out
    }
}

impl Given {
    pub(crate) fn read(message: &Message<'_>) -> Result<Self, Fault> {
        match message.header().application_id {
            SLH => Ria::read(message).map(|answer| Self::Slh(Box::new(answer))),
            _ => s6c::Answer::read(message).map(Self::S6c),
        }
    }

    pub(crate) fn write(&self, w: &mut MessageWriter<'_>) {
        match self {
            Self::Slh(answer) => answer.write(w),
            Self::S6c(answer) => answer.write(w),
        }
    }

    pub(crate) fn code(&self) -> (u32, u32) {
        match self {
            Self::Slh(_) => (SLH, Rir::COMMAND),
            Self::S6c(answer) => (S6C, answer.command()),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::Slh(answer) => answer.outcome,
            Self::S6c(answer) => answer.outcome(),
        }
    }

    /// As the node would send it.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let (application, code) = self.code();
        let mut out = Vec::new();
        let mut w = MessageWriter::new(&mut out, &header(application, code, false));
        write_session(&mut w, "gmlc.example.org;1;2");
        match self.outcome().into() {
            AnswerResult::Base(code) => w.u32(avp::RESULT_CODE, code.0),
            AnswerResult::Experimental { vendor_id, code } => w.group(avp::EXPERIMENTAL_RESULT, |w| {
                w.u32(avp::VENDOR_ID, vendor_id);
                w.u32(avp::EXPERIMENTAL_RESULT_CODE, code);
            }),
        }
        w.text(avp::ORIGIN_HOST, "hss.example.org");
        w.text(avp::ORIGIN_REALM, REALM);
        self.write(&mut w);
        w.finish();
        out
    }
}

pub(crate) fn header(application_id: u32, code: u32, request: bool) -> Header {
    let flags = CommandFlags::PROXIABLE | if request { CommandFlags::REQUEST } else { 0 };
    Header {
        version: 1,
        length: 0,
        flags: CommandFlags(flags),
        code,
        application_id,
        hop_by_hop: 0x0102_0304,
        end_to_end: 0x0506_0708,
    }
}

/// What was written is what the dictionary says.
pub(crate) fn valid(octets: &[u8]) {
    let message = Message::decode(octets).unwrap();
    if let Err(rejection) = quintet_diameter::validate(dict::Dictionary::builtin(), &message) {
        panic!("{rejection:?}");
    }
}

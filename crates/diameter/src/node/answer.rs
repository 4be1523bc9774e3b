//! Answering requests (RFC 6733 6.2, 7).

use super::duplicates::Duplicates;
use super::overload::Overload;
use super::refusal::{copy_from_request, write_reasons, write_session_state};
use super::transactions::Transactions;
use super::{ConnectionId, Counters, Direction, Latencies, Node};
use crate::dict::avp;
use crate::{CommandFlags, Header, MAX_MESSAGE_OCTETS, Message, MessageWriter, ResultCode};
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// Result-Code or Experimental-Result of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerResult {
    /// Result-Code (RFC 6733 7.1).
    Base(ResultCode),
    /// Experimental-Result (RFC 6733 7.6).
    Experimental {
        /// Vendor-Id.
        vendor_id: u32,
        /// Experimental-Result-Code.
        code: u32,
    },
}

impl AnswerResult {
    /// The code, whoever's.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::Base(result) => result.0,
            Self::Experimental { code, .. } => code,
        }
    }

    fn write(self, writer: &mut MessageWriter<'_>) {
        match self {
            Self::Base(result) => writer.u32(avp::RESULT_CODE, result.0),
            Self::Experimental { vendor_id, code } => writer.group(avp::EXPERIMENTAL_RESULT, |group| {
                group.u32(avp::VENDOR_ID, vendor_id);
                group.u32(avp::EXPERIMENTAL_RESULT_CODE, code);
            }),
        }
    }
}

impl From<ResultCode> for AnswerResult {
    fn from(result: ResultCode) -> Self {
        Self::Base(result)
    }
}

/// An answer being written: Session-Id, result, Origin-Host and Origin-Realm are there, the caller adds the rest, and
/// [`AnswerWriter::finish`] completes it. Dropped unfinished, nothing is sent, and the request may come again.
#[derive(Debug)]
pub struct AnswerWriter<'n, 'm> {
    writer: MessageWriter<'n>,
    request: Message<'m>,
    memory: Option<(&'n mut Duplicates, usize)>,
    counters: &'n mut Counters,
    latencies: &'n mut Latencies,
    transactions: &'n mut Transactions,
    now: Duration,
    header: Header,
    result: AnswerResult,
    identity: (&'n str, &'n str),
    /// Of a reporting node.
    overload: Option<&'n Overload>,
    finished: bool,
}

impl<'n> Deref for AnswerWriter<'n, '_> {
    type Target = MessageWriter<'n>;

    fn deref(&self) -> &Self::Target {
        &self.writer
    }
}

impl DerefMut for AnswerWriter<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.writer
    }
}

impl AnswerWriter<'_, '_> {
    /// Adds the request's Proxy-Info AVPs in their order (RFC 6733 6.2) and what is to be said of overload, fills in the
    /// length, and remembers the answer for duplicates of the request. An answer above [`MAX_MESSAGE_OCTETS`] becomes 5012.
    pub fn finish(mut self) {
        copy_from_request(&mut self.writer, &self.request, self.overload);
        if self.writer.len() > MAX_MESSAGE_OCTETS {
            self.writer.abandon();
            self.result = ResultCode::UNABLE_TO_COMPLY.into();
            self.writer.restart(&self.header);
            write_head(&mut self.writer, &self.request, self.result, self.identity);
            write_reasons(&mut self.writer, None, Some("the answer is too long"));
            copy_from_request(&mut self.writer, &self.request, self.overload);
        }
        self.finished = true;
        let octets = self.writer.seal();
        if let Some((memory, slot)) = &mut self.memory {
            memory.remember(*slot, Some(octets));
            self.latencies.served(&self.header, memory.seen(*slot), self.now);
            let what = (&self.header, self.result.code());
            self.transactions
                .note(&self.request, what, (memory.seen(*slot), None));
        }
        self.counters
            .count(Direction::Sent, &self.header, ResultCode(self.result.code()));
    }
}

impl Drop for AnswerWriter<'_, '_> {
    fn drop(&mut self) {
        if !self.finished {
            self.writer.abandon();
            if let Some((memory, slot)) = &mut self.memory {
                memory.remember(*slot, None);
            }
        }
    }
}

/// Session-Id of the request, result, Origin-Host, Origin-Realm.
fn write_head(
    writer: &mut MessageWriter<'_>,
    request: &Message<'_>,
    result: AnswerResult,
    (identity, realm): (&str, &str),
) {
    if let Some(session) = request.find(avp::SESSION_ID) {
        writer.raw(session.raw);
    }
    result.write(writer);
    writer.text(avp::ORIGIN_HOST, identity);
    writer.text(avp::ORIGIN_REALM, realm);
}

impl Node {
    /// Starts the answer to a request this node handed out as [`super::Inbound::Request`] on `id`. Exactly one answer, or
    /// [`Node::reject`], ends each of them.
    ///
    /// It goes to where the latest copy of the request came from. If that connection is gone, the answer is written all
    /// the same while the request is remembered, so that a retransmission over another connection finds it (RFC 6733
    /// 5.5.4); `None` if it would be of no use to anybody.
    pub fn answer<'n, 'm>(
        &'n mut self,
        id: ConnectionId,
        request: &Message<'m>,
        result: impl Into<AnswerResult>,
    ) -> Option<AnswerWriter<'n, 'm>> {
        let result = result.into();
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.in_progress = connection.in_progress.saturating_sub(1);
        }
        let slot = self.duplicates.latest(id, request.header()).or_else(|| {
            let envelope = super::envelope::Envelope::of(request);
            let key = self
                .duplicates
                .key(request.header(), envelope.origin_host, envelope.session_id);
            self.duplicates.find(key)
        });
        let (to, hop_by_hop) = match slot {
            Some(slot) => self.duplicates.destination(slot),
            None => (id, request.header().hop_by_hop),
        };
        if let Some(peer) = self.connections.get(&to).and_then(|c| c.peer) {
            self.peers[peer.index as usize].counters.answers_sent += 1;
        }
        self.wrote(to);
        let gone = self
            .connections
            .get(&to)
            .is_none_or(|c| c.phase == super::Phase::Closed);
        let out = if !gone {
            &mut self.connections.get_mut(&to)?.output
        } else if slot.is_some() {
            self.undeliverable.clear();
            &mut self.undeliverable
        } else {
            return None;
        };
        let error = matches!(result, AnswerResult::Base(code) if code.is_protocol_error());
        let proxiable = request.header().flags.0 & CommandFlags::PROXIABLE;
        let flags = CommandFlags(proxiable | if error { CommandFlags::ERROR } else { 0 });
        let header = Header {
            flags,
            hop_by_hop,
            ..*request.header()
        };
        let identity = (self.config.identity.as_str(), self.config.realm.as_str());
        let mut writer = MessageWriter::new(out, &header);
        write_head(&mut writer, request, result, identity);
        let memory = slot.map(|slot| (&mut self.duplicates, slot));
        Some(AnswerWriter {
            writer,
            request: *request,
            memory,
            counters: &mut self.counters,
            latencies: &mut self.latencies,
            transactions: &mut self.transactions,
            now: self.now,
            header,
            result,
            identity,
            overload: self.config.overload.report.then_some(&self.overload),
            finished: false,
        })
    }

    /// Answers a request with an error (RFC 6733 7.2 for 3xxx, the command's own grammar for the rest). `failed_avp` is
    /// a whole AVP, header and data; `error_message` is for people.
    pub fn reject(
        &mut self,
        id: ConnectionId,
        request: &Message<'_>,
        result: ResultCode,
        failed_avp: Option<&[u8]>,
        error_message: Option<&str>,
    ) {
        let dictionary = self.config.dictionary;
        let Some(mut answer) = self.answer(id, request, result) else {
            return;
        };
        write_session_state(&mut answer, dictionary, request.header(), result);
        write_reasons(&mut answer, failed_avp, error_message);
        answer.finish();
    }
}

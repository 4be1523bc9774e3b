//! Refusing a message: error answers of the node itself (RFC 6733 7).

use super::overload::Overload;
use super::security::Unproven;
use super::{ConnectionId, Direction, Node, Phase};
use crate::dict::{Dictionary, avp};
use crate::validate::{Rejection, validate};
use crate::{Avps, CommandFlags, HEADER_OCTETS, Header, Message, MessageWriter, ResultCode};

/// Octets of one AVP copied into Failed-AVP: enough to recognise it, not an amplifier.
pub(crate) const MAX_FAILED_AVP_OCTETS: usize = 4096;

/// Why a request, or a capabilities exchange, is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) result: ResultCode,
    /// The offending AVP, whole, as Failed-AVP carries it.
    pub(crate) failed_avp: Option<Vec<u8>>,
    /// Error-Message, for people.
    pub(crate) text: Option<String>,
    /// What the peer did not prove, if that is why.
    pub(crate) unproven: Option<Unproven>,
}

impl Refusal {
    /// 3004: neither the request nor its sender is to blame.
    pub(crate) fn busy() -> Self {
        Self::new(
            ResultCode::TOO_BUSY,
            "no more requests of this priority are taken now",
        )
    }

    pub(crate) fn new(result: ResultCode, text: &str) -> Self {
        Self {
            result,
            failed_avp: None,
            text: Some(text.to_owned()),
            unproven: None,
        }
    }
}

impl From<&Rejection<'_>> for Refusal {
    fn from(rejection: &Rejection<'_>) -> Self {
        let mut octets = Vec::new();
        let header = Header {
            version: 1,
            length: 0,
            flags: CommandFlags(0),
            code: 0,
            application_id: 0,
            hop_by_hop: 0,
            end_to_end: 0,
        };
        rejection
            .failed_avp
            .write(&mut MessageWriter::new(&mut octets, &header));
        let failed = Avps::new(&octets[HEADER_OCTETS..], 0).find(avp::FAILED_AVP);
        Self {
            result: rejection.result,
            failed_avp: failed.map(|failed| failed.data.to_vec()),
            text: Some(rejection.why.to_owned()),
            unproven: None,
        }
    }
}

/// Auth-Session-State NO_STATE_MAINTAINED (RFC 6733 8.11).
const NO_STATE_MAINTAINED: u32 = 1;

/// Adds the Auth-Session-State that the command's own answer (RFC 6733 7.1.5: without E) must have, whatever the request
/// has there: a request that is refused begins no session, and a broken AVP must not come back.
pub(super) fn write_session_state(
    writer: &mut MessageWriter<'_>,
    dictionary: &Dictionary,
    request: &Header,
    result: ResultCode,
) {
    let answer = dictionary.command(request.application_id, request.code, false);
    let demanded = answer.is_some_and(|answer| {
        let mut rules = answer.grammar().rules().iter();
        rules.any(|rule| rule.avp == avp::AUTH_SESSION_STATE && rule.minimum > 0)
    });
    if demanded && !result.is_protocol_error() {
        writer.u32(avp::AUTH_SESSION_STATE, NO_STATE_MAINTAINED);
    }
}

/// The AVPs after Origin-Realm that an error answer may have (RFC 6733 7.2, 7.3, 7.5).
pub(super) fn write_reasons(
    writer: &mut MessageWriter<'_>,
    failed_avp: Option<&[u8]>,
    error_message: Option<&str>,
) {
    if let Some(text) = error_message {
        writer.text(avp::ERROR_MESSAGE, text);
    }
    if let Some(failed) = failed_avp.filter(|f| f.len() <= MAX_FAILED_AVP_OCTETS) {
        writer.group(avp::FAILED_AVP, |group| group.raw(failed));
    }
}

/// Adds what an answer has because its request has it: Proxy-Info AVPs in their order (RFC 6733 6.2), and what a reporting node
/// says of overload to who understands it.
pub(super) fn copy_from_request(
    writer: &mut MessageWriter<'_>,
    request: &Message<'_>,
    overload: Option<&Overload>,
) {
    const PROXY_INFO: u32 = avp::PROXY_INFO.code;
    const OC_SUPPORTED_FEATURES: u32 = avp::OC_SUPPORTED_FEATURES.code;
    let mut features = None;
    for avp in request.avps().map_while(Result::ok) {
        match (avp.code, avp.vendor_id) {
            (PROXY_INFO, 0) => writer.raw(avp.raw),
            (OC_SUPPORTED_FEATURES, 0) => features = Some(avp.data),
            _ => {}
        }
    }
    if let (Some(overload), Some(features)) = (overload, features) {
        overload.write_statement(features, writer);
    }
}

impl Node {
    /// Judges header bits and grammar of a request for this node (RFC 6733 7.1.3, 7.1.5).
    pub(super) fn judge(&self, message: &Message<'_>) -> Result<(), Refusal> {
        match validate(self.config.dictionary, message) {
            Ok(_) => Ok(()),
            Err(rejection) => Err(Refusal::from(&rejection)),
        }
    }

    /// Answers a request that never reached an application.
    pub(super) fn refuse(&mut self, id: ConnectionId, message: &Message<'_>, refusal: &Refusal) {
        let connection = self.connections.get_mut(&id);
        let Some(connection) = connection.filter(|c| c.phase != Phase::Closed) else {
            return;
        };
        let result = refusal.result;
        let application_id = message.header().application_id;
        // What is not served here is not this node's to report on.
        let served = self.config.applications.iter().any(|a| a.id == application_id);
        let overload = (served && self.config.overload.report).then_some(&self.overload);
        let mut writer = MessageWriter::answer(&mut connection.output, message, result.is_protocol_error());
        if let Some(session) = message.find(avp::SESSION_ID) {
            writer.raw(session.raw);
        }
        writer.u32(avp::RESULT_CODE, result.0);
        writer.text(avp::ORIGIN_HOST, &self.config.identity);
        writer.text(avp::ORIGIN_REALM, &self.config.realm);
        write_session_state(&mut writer, self.config.dictionary, message.header(), result);
        write_reasons(
            &mut writer,
            refusal.failed_avp.as_deref(),
            refusal.text.as_deref(),
        );
        copy_from_request(&mut writer, message, overload);
        writer.finish();
        self.counters.count(Direction::Sent, message.header(), result);
        if let Some(peer) = connection.peer {
            self.peers[peer.index as usize].counters.answers_sent += 1;
        }
        self.wrote(id);
    }
}

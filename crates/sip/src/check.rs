//! What every element checks before it does anything else (RFC 3261 8.1.1, 8.2, 16.3): a message with what transactions, responses
//! and routing need, or a refusal.

use crate::{Message, Method, Name, NameAddr, ParseError, ParseErrorKind, StartLine, Status, Writer};
use std::net::SocketAddr;

/// Headers of which a second would leave open which one counts.
const ONCE: [Name; 6] = [
    Name::From,
    Name::To,
    Name::CallId,
    Name::CSeq,
    Name::MaxForwards,
    Name::ContentType,
];

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong with it.
    pub error: ParseError,
    /// The status it was refused with, if a response could be written: it is no response itself, no ACK, and has what one needs.
    pub answered: Option<Status>,
}

/// Reads and checks what came from `source`. What is refused has its response in `out`, if it can have one.
///
/// # Errors
/// What [`Message::parse`] and [`Message::check`] find.
pub fn admit<'a>(octets: &'a [u8], source: SocketAddr, out: &mut Vec<u8>) -> Result<Message<'a>, Refused> {
    let (message, defect) = Message::parse_head(octets).map_err(|error| Refused {
        error,
        answered: None,
    })?;
    let Err((status, error)) =
        defect.map_or_else(|| message.check(), |error| Err((Status::BAD_REQUEST, error)))
    else {
        return Ok(message);
    };
    let answered = message.is_request() && message.method() != Some(Method::Ack);
    let answered = answered && refuse(&message, status, &error, source, out);
    Err(Refused {
        error,
        answered: answered.then_some(status),
    })
}

/// Writes a refusal, the fault as its phrase; whether it could be.
fn refuse(
    message: &Message<'_>,
    status: Status,
    error: &ParseError,
    source: SocketAddr,
    out: &mut Vec<u8>,
) -> bool {
    if message.top_via().is_err() {
        return false;
    }
    let start = out.len();
    let mut writer = match status {
        Status::BAD_REQUEST => Writer::response_with(out, status, format_args!("Bad Request ({error})")),
        _ => Writer::response(out, status),
    };
    for name in [Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq] {
        let Some(value) = message.header(name) else {
            out.truncate(start);
            return false;
        };
        writer = match name {
            Name::Via => writer.via(message, source),
            // What cannot be read goes back as it came, without a tag of ours.
            Name::To if NameAddr::parse(value).is_ok_and(|to| to.tag().is_none()) => {
                writer.header(name, format_args!("{value};tag=refused"))
            }
            _ => writer.header(name, value),
        };
    }
    writer.finish();
    true
}

impl Message<'_> {
    /// Whether the message is of version 2.0 and has what everybody needs: every Via readable, From, To, Call-ID and CSeq once each
    /// and readable; a request also a Request-URI without headers, its method in CSeq, and a readable Max-Forwards if any.
    ///
    /// # Errors
    /// The status to refuse it with, and what is wrong.
    pub fn check(&self) -> Result<(), (Status, ParseError)> {
        if !self.version().eq_ignore_ascii_case("SIP/2.0") {
            return Err((Status::VERSION_NOT_SUPPORTED, ParseError::expected(0, "SIP/2.0")));
        }
        self.check_headers().map_err(|error| (Status::BAD_REQUEST, error))
    }

    fn check_headers(&self) -> Result<(), ParseError> {
        for name in ONCE {
            if self.headers(name).nth(1).is_some() {
                return Err(ParseError {
                    at: 0,
                    kind: ParseErrorKind::Repeated(name),
                });
            }
        }
        let mut vias = self.vias();
        vias.next().ok_or(ParseError::missing(Name::Via))??;
        vias.try_for_each(|via| via.map(drop))?;
        self.from()?;
        self.to()?;
        self.call_id()?;
        let cseq = self.cseq()?;
        if let StartLine::Request { method, .. } = *self.start() {
            if self.request_uri()?.headers.is_some() {
                return Err(ParseError::expected(0, "a Request-URI without headers"));
            }
            if cseq.method != method {
                return Err(ParseError::expected(0, "the method of the request in CSeq"));
            }
            self.max_forwards()?;
        }
        Ok(())
    }
}

//! Whether a message is what its dictionary says, and what its sender is owed if not (RFC 6733 3, 4.1, 7.1, 7.5).
//!
//! [`frame`] judges the header's version and length, [`validate`] the rest: application, command, header bits, and each
//! AVP with its flags, length, value and number, inside groups too. The first thing that is wrong makes a [`Rejection`]
//! with the Result-Code and the Failed-AVP. Judging a message that is right allocates nothing.
//!
//! Where the specifications leave room:
//! - Reserved header bits are ignored (RFC 6733 3), so 5013 is never answered. A clear P bit is accepted in a proxiable
//!   command: it says that this message stays here.
//! - The M bit of a known AVP is ignored (TS 29.272 table 7.3.1/1 note 2), the old P bit too. A reserved AVP bit, or V
//!   with Vendor-ID 0 (RFC 6733 4.1.1), is 3009, which serves for 5016 as well.
//! - An AVP that no rule names is accepted where `* [ AVP ]` stands, and elsewhere without M. Else it is 5001 if it is
//!   unknown and 5008 if it is known.
//! - Places of AVPs (`< Session-Id >` first) are not judged: a receiver has no use for them. The content of Failed-AVP
//!   is not judged: it holds what another node could not accept.

use crate::dict::{AvpType, CommandDefinition, Dictionary, Grammar, MAX_COUNTED_RULES, Occurs, Slot, avp};
use crate::{
    Avp, AvpFlags, AvpId, Avps, Header, MAX_AVP_DEPTH, MAX_IDENTITY_OCTETS, MAX_MESSAGE_OCTETS, Message,
    MessageWriter, ResultCode,
};
use std::fmt;

/// The most AVPs of one message, nested ones included. A subscription with 50 APNs has about 1,500; the longest message
/// could hold 32,768 empty ones, each of which would cost a lookup.
pub const MAX_AVPS_PER_MESSAGE: usize = 8192;

/// Octets of an AVP header without Vendor-ID.
const AVP_HEADER_OCTETS: usize = 8;

/// The AVP a Failed-AVP shows (RFC 6733 7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offender<'a> {
    /// No AVP is to blame.
    None,
    /// The AVP as received: header and data, without padding.
    Copy(&'a [u8]),
    /// An AVP made up: it was missing, or its length does not let it be copied.
    Example {
        /// Code, vendor and flags.
        id: AvpId,
        /// How many zero octets of data it has: the fewest its type allows.
        octets: usize,
    },
}

/// What the answer's Failed-AVP holds: the offender inside the groups it stood in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedAvp<'a> {
    // Empty, and so not allocated, unless an AVP inside a group is to blame.
    groups: Vec<AvpId>,
    /// The AVP itself.
    pub offender: Offender<'a>,
}

impl<'a> FailedAvp<'a> {
    /// No AVP is to blame.
    pub const NONE: FailedAvp<'static> = FailedAvp::of(Offender::None);

    /// An offender at the top level of the message.
    #[must_use]
    pub const fn of(offender: Offender<'a>) -> Self {
        Self {
            groups: Vec::new(),
            offender,
        }
    }

    /// The groups the offender stood in, from the outermost.
    #[must_use]
    pub fn groups(&self) -> &[AvpId] {
        &self.groups
    }

    /// Writes the Failed-AVP, or nothing if no AVP is to blame.
    pub fn write(&self, writer: &mut MessageWriter<'_>) {
        if self.offender != Offender::None {
            writer.group(avp::FAILED_AVP, |inner| self.write_level(inner, 0));
        }
    }

    fn write_level(&self, writer: &mut MessageWriter<'_>, level: usize) {
        if let Some(group) = self.groups().get(level) {
            writer.group(*group, |inner| self.write_level(inner, level + 1));
            return;
        }
        match self.offender {
            Offender::None => {}
            Offender::Copy(raw) => writer.raw(raw),
            Offender::Example { id, octets } => writer.with(id, |out| out.resize(out.len() + octets, 0)),
        }
    }
}

/// Why a message cannot be accepted, and what its sender is answered if it was a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection<'a> {
    /// Result-Code of the answer; [`ResultCode::is_protocol_error`] says whether it has the E bit.
    pub result: ResultCode,
    /// What the answer's Failed-AVP holds.
    pub failed_avp: FailedAvp<'a>,
    /// Why, for people and for Error-Message.
    pub why: &'static str,
    /// Offset of the offending octet from the start of the message; of a missing AVP, of what lacks it.
    pub at: usize,
}

impl Rejection<'_> {
    const fn plain(result: ResultCode, why: &'static str, at: usize) -> Self {
        Rejection {
            result,
            failed_avp: FailedAvp::NONE,
            why,
            at,
        }
    }
}

impl fmt::Display for Rejection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: octet {}: {}", self.result, self.at, self.why)
    }
}

impl std::error::Error for Rejection<'_> {}

/// A message that fills `octets` exactly; [`Message::decode`] with the answer its sender is owed.
///
/// # Errors
/// 5011 for a version other than 1; 5015 for a length below 20, not a multiple of 4, above [`MAX_MESSAGE_OCTETS`] or
/// other than the octets given.
pub fn frame(octets: &[u8]) -> Result<Message<'_>, Rejection<'static>> {
    let version = octets.first().copied().unwrap_or(1);
    if version != 1 {
        return Err(Rejection::plain(
            ResultCode::UNSUPPORTED_VERSION,
            "the version is not 1",
            0,
        ));
    }
    const { assert!(MAX_MESSAGE_OCTETS < 1 << 24) };
    Message::decode(octets).map_err(|_| {
        let why = "the message length is below 20, not a multiple of 4, too large, or not what was received";
        Rejection::plain(ResultCode::INVALID_MESSAGE_LENGTH, why, 1)
    })
}

/// Judges a message against its command's definition.
///
/// # Errors
/// 3007 for an application and 3001 for a command the dictionary does not have; 3008, 3009, 5001, 5004, 5005, 5008,
/// 5009, 5014 as RFC 6733 7.1 says; 5012 for more than [`MAX_AVPS_PER_MESSAGE`] AVPs or deeper than [`MAX_AVP_DEPTH`].
pub fn validate<'d, 'm>(
    dictionary: &'d Dictionary,
    message: &Message<'m>,
) -> Result<&'d CommandDefinition, Rejection<'m>> {
    let command = command_of(dictionary, message.header())?;
    let mut walk = Walk {
        dictionary,
        groups: [AvpId::new(0, 0, false); MAX_AVP_DEPTH],
        depth: 0,
        avps: 0,
    };
    walk.level(message.avps(), 0, Some(command.grammar()))?;
    Ok(command)
}

/// Application, command and header bits.
fn command_of<'d>(
    dictionary: &'d Dictionary,
    header: &Header,
) -> Result<&'d CommandDefinition, Rejection<'static>> {
    let flags = header.flags;
    let refuse = |result, why, at| Err(Rejection::plain(result, why, at));
    let Some(command) = dictionary.command(header.application_id, header.code, flags.request()) else {
        return if dictionary.application(header.application_id).is_none() {
            refuse(
                ResultCode::APPLICATION_UNSUPPORTED,
                "the dictionary does not have the application",
                8,
            )
        } else {
            refuse(
                ResultCode::COMMAND_UNSUPPORTED,
                "the application does not have the command",
                5,
            )
        };
    };
    if flags.request() && flags.error() {
        return refuse(ResultCode::INVALID_HDR_BITS, "E is set in a request", 4);
    }
    if !flags.request() && flags.retransmitted() {
        return refuse(ResultCode::INVALID_HDR_BITS, "T is set in an answer", 4);
    }
    if flags.proxiable() && !command.proxiable {
        return refuse(
            ResultCode::INVALID_HDR_BITS,
            "P is set in a command that is not proxiable",
            4,
        );
    }
    if flags.error() {
        return Ok(dictionary.answer_message().unwrap_or(command));
    }
    Ok(command)
}

/// The groups around the AVP at hand, and how many AVPs there were.
struct Walk<'d> {
    dictionary: &'d Dictionary,
    groups: [AvpId; MAX_AVP_DEPTH],
    depth: usize,
    avps: usize,
}

impl Walk<'_> {
    /// Judges the AVPs of the message or of a group that starts at octet `start`.
    fn level<'m>(
        &mut self,
        mut avps: Avps<'m>,
        start: usize,
        grammar: Option<&Grammar>,
    ) -> Result<(), Rejection<'m>> {
        let mut seen = 0u128;
        let mut counts = [0u32; MAX_COUNTED_RULES];
        loop {
            let rest = avps.rest();
            let Some(item) = avps.next() else { break };
            let Ok(avp) = item else {
                return Err(self.broken(rest, avps.at()));
            };
            self.avps += 1;
            if self.avps > MAX_AVPS_PER_MESSAGE {
                return Err(self.reject(
                    ResultCode::UNABLE_TO_COMPLY,
                    Offender::None,
                    "too many AVPs",
                    avp.at,
                ));
            }
            let named = grammar.and_then(|grammar| grammar.slot(avp.vendor_id, avp.code));
            if let Some(slot) = named {
                let bit = 1u128 << slot.rule;
                let surplus = match slot.occurs {
                    Occurs::Any => false,
                    Occurs::Once => seen & bit != 0,
                    Occurs::Counted(n) => {
                        let count = &mut counts[usize::from(n)];
                        *count += 1;
                        grammar
                            .is_some_and(|grammar| *count > grammar.rules()[usize::from(slot.rule)].maximum)
                    }
                };
                if surplus {
                    return Err(self.surplus(&avp, slot, grammar));
                }
                seen |= bit;
            }
            self.one(&avp, named, grammar)?;
        }
        match grammar {
            Some(grammar) => self.complete(grammar, seen, &counts, start),
            None => Ok(()),
        }
    }

    /// One AVP: known, flags, value, what is inside.
    #[inline]
    fn one<'m>(
        &mut self,
        avp: &Avp<'m>,
        named: Option<Slot>,
        grammar: Option<&Grammar>,
    ) -> Result<(), Rejection<'m>> {
        let slot = match named {
            Some(slot) => slot,
            None => match self.dictionary.slot(avp.vendor_id, avp.code) {
                Some(slot) => {
                    if avp.flags.mandatory() && grammar.is_some_and(|grammar| !grammar.wildcard()) {
                        return Err(self.copy(
                            ResultCode::AVP_NOT_ALLOWED,
                            avp,
                            "the AVP is not allowed here",
                        ));
                    }
                    slot
                }
                None if avp.flags.mandatory() => {
                    return Err(self.copy(ResultCode::AVP_UNSUPPORTED, avp, "an unknown AVP has the M bit"));
                }
                None => return Ok(()),
            },
        };
        if avp.flags.0 & AvpFlags::RESERVED != 0 {
            return Err(self.copy(ResultCode::INVALID_AVP_BITS, avp, "a reserved AVP flag is set"));
        }
        if avp.flags.vendor() && avp.vendor_id == 0 {
            return Err(self.copy(ResultCode::INVALID_AVP_BITS, avp, "V is set with Vendor-ID 0"));
        }
        if slot.kind == AvpType::Grouped {
            return self.group(avp, slot);
        }
        match self.judge_value(avp.data, slot) {
            Judgement::Good => Ok(()),
            Judgement::Length => Err(self.copy(
                ResultCode::INVALID_AVP_LENGTH,
                avp,
                "the length is not that of the AVP's type",
            )),
            Judgement::Value(why) => Err(self.copy(ResultCode::INVALID_AVP_VALUE, avp, why)),
        }
    }

    fn group<'m>(&mut self, avp: &Avp<'m>, slot: Slot) -> Result<(), Rejection<'m>> {
        let definition = self.dictionary.definition(slot);
        if definition.id == crate::dict::avp::FAILED_AVP {
            return Ok(());
        }
        if self.depth == MAX_AVP_DEPTH {
            return Err(self.reject(
                ResultCode::UNABLE_TO_COMPLY,
                Offender::None,
                "AVPs nest too deep",
                avp.at,
            ));
        }
        self.groups[self.depth] = AvpId {
            code: avp.code,
            vendor_id: avp.vendor_id,
            flags: avp.flags,
        };
        self.depth += 1;
        self.level(avp.group(), avp.at, definition.group())?;
        self.depth -= 1;
        Ok(())
    }

    #[inline]
    fn judge_value(&self, data: &[u8], slot: Slot) -> Judgement {
        let length = |right: bool| if right { Judgement::Good } else { Judgement::Length };
        match slot.kind {
            AvpType::OctetString | AvpType::Grouped => Judgement::Good,
            AvpType::Integer32 | AvpType::Unsigned32 | AvpType::Float32 | AvpType::Time => {
                length(data.len() == 4)
            }
            AvpType::Integer64 | AvpType::Unsigned64 | AvpType::Float64 => length(data.len() == 8),
            AvpType::Enumerated => match data.try_into() {
                Ok(value) if slot.closed => {
                    if self.dictionary.definition(slot).allows(i32::from_be_bytes(value)) {
                        Judgement::Good
                    } else {
                        Judgement::Value("the value is not one of the enumeration")
                    }
                }
                Ok(_) => Judgement::Good,
                Err(_) => Judgement::Length,
            },
            AvpType::Utf8String | AvpType::IpFilterRule => {
                if data.is_ascii() || std::str::from_utf8(data).is_ok() {
                    Judgement::Good
                } else {
                    Judgement::Value("the text is not UTF-8")
                }
            }
            AvpType::DiameterIdentity => identity(data),
            AvpType::DiameterUri => uri(data),
            AvpType::Address => address(data),
        }
    }

    /// What is missing at the end of a level.
    #[inline]
    fn complete<'m>(
        &self,
        grammar: &Grammar,
        seen: u128,
        counts: &[u32; MAX_COUNTED_RULES],
        start: usize,
    ) -> Result<(), Rejection<'m>> {
        let missing = grammar.required() & !seen;
        let rule = if missing == 0 {
            match grammar.short_of(counts) {
                None => return Ok(()),
                Some(rule) => rule,
            }
        } else {
            &grammar.rules()[missing.trailing_zeros() as usize]
        };
        let id = rule.avp;
        let kind = self
            .dictionary
            .avp(id.vendor_id, id.code)
            .map_or(AvpType::OctetString, |avp| avp.kind);
        let offender = Offender::Example {
            id,
            octets: kind.minimum_octets(),
        };
        Err(self.reject(
            ResultCode::MISSING_AVP,
            offender,
            "an AVP that must be there is missing",
            start,
        ))
    }

    /// The AVP at the start of `octets`, whose header or length is wrong (RFC 6733 7.1.5, 5014).
    #[cold]
    fn broken<'m>(&self, octets: &[u8], at: usize) -> Rejection<'m> {
        // A header cut short is filled up with zeros.
        let mut header = [0u8; 12];
        let there = octets.len().min(header.len());
        header[..there].copy_from_slice(&octets[..there]);
        let [c0, c1, c2, c3, flags, _, _, _, v0, v1, v2, v3] = header;
        let flags = AvpFlags(if there < AVP_HEADER_OCTETS { 0 } else { flags });
        let vendor_id = if flags.vendor() {
            u32::from_be_bytes([v0, v1, v2, v3])
        } else {
            0
        };
        let code = u32::from_be_bytes([c0, c1, c2, c3]);
        let octets = self
            .dictionary
            .avp(vendor_id, code)
            .map_or(0, |avp| avp.kind.minimum_octets());
        let offender = Offender::Example {
            id: AvpId {
                code,
                vendor_id,
                flags,
            },
            octets,
        };
        let why = "an AVP's length is less than its header or more than what holds it";
        self.reject(ResultCode::INVALID_AVP_LENGTH, offender, why, at)
    }

    #[cold]
    fn surplus<'m>(&self, avp: &Avp<'m>, slot: Slot, grammar: Option<&Grammar>) -> Rejection<'m> {
        let none = grammar.is_some_and(|grammar| grammar.rules()[usize::from(slot.rule)].maximum == 0);
        if none {
            return self.copy(ResultCode::AVP_NOT_ALLOWED, avp, "the AVP is not allowed here");
        }
        self.copy(
            ResultCode::AVP_OCCURS_TOO_MANY_TIMES,
            avp,
            "the AVP is there too many times",
        )
    }

    #[cold]
    fn copy<'m>(&self, result: ResultCode, avp: &Avp<'m>, why: &'static str) -> Rejection<'m> {
        self.reject(result, Offender::Copy(avp.raw), why, avp.at)
    }

    #[cold]
    fn reject<'m>(
        &self,
        result: ResultCode,
        offender: Offender<'m>,
        why: &'static str,
        at: usize,
    ) -> Rejection<'m> {
        let failed_avp = FailedAvp {
            groups: self.groups[..self.depth].to_vec(),
            offender,
        };
        Rejection {
            result,
            failed_avp,
            why,
            at,
        }
    }
}

enum Judgement {
    Good,
    Length,
    Value(&'static str),
}

/// A DiameterIdentity is a domain name: letters, digits, hyphens and dots (RFC 6733 4.3.1), as many as
/// [`MAX_IDENTITY_OCTETS`]; underscores, which real hosts have, are let through.
fn identity(data: &[u8]) -> Judgement {
    if is_host(data) {
        Judgement::Good
    } else {
        Judgement::Value("the identity is not a domain name")
    }
}

fn is_host(data: &[u8]) -> bool {
    if data.is_empty() || data.len() > MAX_IDENTITY_OCTETS {
        return false;
    }
    const LANES: usize = 16;
    // No branch inside, so that one instruction does many octets; what is left over is filled up with good ones.
    let wrong = |octets: &[u8; LANES]| {
        octets.iter().fold(0u8, |wrong, byte| {
            let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
            let digit = byte.wrapping_sub(b'0') < 10;
            let mark = (*byte == b'.') | (*byte == b'-') | (*byte == b'_');
            wrong | u8::from(!(letter | digit | mark))
        })
    };
    let (whole, rest) = data.as_chunks::<LANES>();
    let mut last = [b'a'; LANES];
    last[..rest.len()].copy_from_slice(rest);
    whole.iter().fold(wrong(&last), |bad, octets| bad | wrong(octets)) == 0
}

/// `aaa://host` or `aaas://host`, then port, transport and protocol (RFC 6733 4.3.1).
fn uri(data: &[u8]) -> Judgement {
    let host = data
        .strip_prefix(b"aaa://")
        .or_else(|| data.strip_prefix(b"aaas://"));
    let name = host.map(|rest| {
        rest.split(|byte| matches!(byte, b':' | b';'))
            .next()
            .unwrap_or(rest)
    });
    if data.is_ascii() && name.is_some_and(is_host) {
        Judgement::Good
    } else {
        Judgement::Value("the URI is not aaa:// or aaas:// and a host")
    }
}

/// A family, and as many octets as it says (RFC 6733 4.3.1). Families other than IPv4 and IPv6 have any length.
fn address(data: &[u8]) -> Judgement {
    let right = match data {
        [0, 1, rest @ ..] => rest.len() == 4,
        [0, 2, rest @ ..] => rest.len() == 16,
        _ => data.len() >= 2,
    };
    if right { Judgement::Good } else { Judgement::Length }
}

//! One name for an attempt on all nodes that take part in it: sixteen octets, as W3C Trace Context has them.
//!
//! An attempt is what somebody begins and waits for: an attach, a registration, a REGISTER, a bare request of vectors. No node
//! asks another for its name; each finds it in what the messages hold anyhow:
//!
//! | interface | the name |
//! |---|---|
//! | S1AP, NGAP | a digest of the cell and of both identities of the connection: eNB and MME, gNB and AMF know all three |
//! | Diameter | what stands after the third semicolon of Session-Id (RFC 6733 8.8: "optional value"), if that is one; else a digest of the Session-Id |
//! | SBI | the trace-id of `traceparent` (W3C Trace Context, level 1) |
//! | SIP | a digest of Call-ID |
//!
//! So no AVP and no header of our own goes to anybody, and a capture is enough to find the log lines of an attempt. A digest
//! hides nothing and need not: there is no identity of a subscriber and no key in what goes into it.

use sha2::{Digest, Sha256};
use std::fmt;

/// The optional value of a Session-Id that has one: 32 digits.
const DIGITS: usize = 32;

/// The name of an attempt; also the trace-id of its spans.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId([u8; 16]);

impl AttemptId {
    /// From octets; `None` for zeros, which name nothing (W3C Trace Context 3.2.2.3).
    #[must_use]
    pub fn new(octets: [u8; 16]) -> Option<Self> {
        (octets != [0; 16]).then_some(Self(octets))
    }

    /// The octets.
    #[must_use]
    pub const fn octets(&self) -> &[u8; 16] {
        &self.0
    }

    /// A digest of parts that together occur once: `kind` keeps interfaces apart.
    #[must_use]
    pub fn derived(kind: &str, parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let digest = digest.finalize();
        let mut octets = [0; 16];
        octets.copy_from_slice(&digest[..16]);
        // One in 2¹²⁸.
        Self::new(octets).unwrap_or(Self([1; 16]))
    }

    /// Of a UE-associated connection between a radio node and its core (TS 36.413, TS 38.413 3.1): the cell as the INITIAL UE
    /// MESSAGE names it (PLMN and cell identity), and the identities that radio node and core gave the connection.
    #[must_use]
    pub fn of_connection((plmn, cell): ([u8; 3], u64), ran: u64, core: u64) -> Self {
        let numbers = [cell, ran, core].map(u64::to_be_bytes);
        Self::derived("connection", &[&plmn, &numbers[0], &numbers[1], &numbers[2]])
    }

    /// Of a Session-Id of Diameter.
    #[must_use]
    pub fn of_session_id(session: &[u8]) -> Self {
        Self::carried_by(session).unwrap_or_else(|| Self::derived("session", &[session]))
    }

    /// What a Session-Id carries of it: cheap, for whoever would not make a digest for each request.
    #[must_use]
    pub fn carried_by(session: &[u8]) -> Option<Self> {
        let (before, digits) = session.split_at_checked(session.len().checked_sub(DIGITS)?)?;
        // Origin, high, low come before it.
        let ends = before.last() == Some(&b';') && before.iter().filter(|octet| **octet == b';').count() == 3;
        ends.then(|| Self::of_digits(digits))?
    }

    /// Of a Call-ID of SIP.
    #[must_use]
    pub fn of_call_id(call_id: &str) -> Self {
        Self::derived("call", &[call_id.as_bytes()])
    }

    /// Of a `traceparent` header; `None` if it is none.
    #[must_use]
    pub fn of_traceparent(value: &str) -> Option<Self> {
        let mut parts = value.split('-');
        let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |text: &str, digits| {
            text.len() == digits
                && text
                    .bytes()
                    .all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'))
        };
        // Version 00 has four parts; a later one may have more (W3C Trace Context 4.3).
        let version_holds = hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
        let parent_holds = hex(parent, 16) && parent.bytes().any(|octet| octet != b'0');
        (version_holds && parent_holds && hex(flags, 2)).then(|| Self::of_digits(trace.as_bytes()))?
    }

    /// The `traceparent` header that carries it, from a span whose number is `span`.
    #[must_use]
    pub fn traceparent(self, span: u64, sampled: bool) -> String {
        format!("00-{self}-{:016x}-{:02x}", span.max(1), u8::from(sampled))
    }

    /// Ends a Session-Id with it.
    pub fn end_session_id(self, session: &mut String) {
        session.push(';');
        session.push_str(&self.to_string());
    }

    fn of_digits(digits: &[u8]) -> Option<Self> {
        if digits.len() != DIGITS {
            return None;
        }
        let mut octets = [0; 16];
        for (octet, pair) in octets.iter_mut().zip(digits.chunks(2)) {
            let [high, low] = [pair[0], pair[1]].map(|digit| match digit {
                b'0'..=b'9' => Some(digit - b'0'),
                b'a'..=b'f' => Some(digit - b'a' + 10),
                _ => None,
            });
            *octet = high? << 4 | low?;
        }
        Self::new(octets)
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn named() -> AttemptId {
        AttemptId::of_digits(NAME.as_bytes()).unwrap()
    }

    #[test]
    fn both_ends_of_a_connection_give_it_one_name() {
        let cell = ([0x00, 0xf1, 0x10], 0x100);
        let one = AttemptId::of_connection(cell, 7, 1);
        assert_eq!(one, AttemptId::of_connection(cell, 7, 1));
        let others = [
            AttemptId::of_connection(cell, 7, 2),
            AttemptId::of_connection(cell, 1, 7),
            AttemptId::of_connection((cell.0, 0x101), 7, 1),
        ];
        assert!(!others.contains(&one), "{one} {others:?}");
    }

    #[test]
    fn a_session_id_carries_a_name_or_has_one() {
        let mut session = "mme.epc.mnc001.mcc001.3gppnetwork.org;1;2".to_owned();
        let own = AttemptId::of_session_id(session.as_bytes());
        named().end_session_id(&mut session);
        assert_eq!(AttemptId::of_session_id(session.as_bytes()), named());
        assert_ne!(own, named());
        for other in [
            &session[..session.len() - 1],
            &session.to_uppercase(),
            &format!("a;{session}"),
            &session.replace(NAME, &"0".repeat(32)),
            "",
        ] {
            assert_ne!(AttemptId::of_session_id(other.as_bytes()), named(), "{other}");
        }
    }

    #[test]
    fn traceparents_are_those_of_w3c() {
        let header = named().traceparent(0x00f0_67aa_0ba9_02b7, true);
        assert_eq!(header, format!("00-{NAME}-00f067aa0ba902b7-01"));
        assert_eq!(AttemptId::of_traceparent(&header), Some(named()));
        assert_eq!(
            AttemptId::of_traceparent(&format!("cc-{NAME}-00f067aa0ba902b7-01-what-comes")),
            Some(named()),
            "a later version"
        );
        for wrong in [
            String::new(),
            "00".to_owned(),
            format!("ff-{NAME}-00f067aa0ba902b7-01"),
            format!("00-{NAME}-00f067aa0ba902b7-01-more"),
            format!("00-{NAME}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{}-00f067aa0ba902b7-01", NAME.to_uppercase()),
            format!("00-{NAME}-00f067aa0ba902b7"),
        ] {
            assert_eq!(AttemptId::of_traceparent(&wrong), None, "{wrong}");
        }
    }
}

//! A context in octets, for the node's store (the MME's restart): compact, versioned, with its secrets.
//!
//! ```text
//!  0         1          2      3
//!  version │ which parts │ flags │ IMSI? IMEI? IMEISV? GUTI old GUTI? TAI capabilities? security? registration?
//! ```
//!
//! **COUNTs over a restart.** A COUNT must never protect two messages under one key (TS 33.401 6.5), but a store that wrote
//! each COUNT would be written for each message. So what is stored of the downlink COUNT is a bound that runs ahead of
//! what is in use, by [`DOWNLINK_RESERVE`]: `reserve` moves it, and asks for a write ([`super::Output::Changed`], which
//! stands before the message in the outputs), when half of the reserve is gone. So a node has half a reserve of messages
//! of time to write, and nothing is written for most messages. The uplink COUNT that is stored may lag behind: a message
//! that was accepted before might be accepted once more. A context that was read back after a stop that lost writes is
//! therefore [`super::SecurityContext::stale`]: good to tell whose an initial message is, good for nothing else before a
//! new AKA. A node that stops cleanly writes every context with [`Counts::Exact`] last of all, and says so in a mark of
//! its own; the mark must be gone, durably, before the node serves again.

use super::{Context, EmmState, Registration, SecurityContext};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme};
use quintet_identity::{Guti, Imei, Imeisv, Imsi, Tai};
use quintet_nas::eps::NasKsi;
use quintet_nas::security::{NasCount, NasCounts, NasSecurityContext, Role};
use quintet_wire::{DecodeError, DecodeErrorKind, Reader, put};
use std::time::Duration;
use zeroize::Zeroizing;

/// How far the stored downlink COUNT may run ahead of the one in use. An attach takes five; half of it, what is left when
/// a write is asked for, lasts for several procedures. 2²⁴ COUNTs have room for a quarter of a million restarts.
pub const DOWNLINK_RESERVE: u32 = 64;

/// The most octets a context takes: with 13 octets of UE network capability, 8 of MS network capability and an APN of
/// 99. The longest capability that TS 24.008 10.5.5.12 allows fits too.
pub const MAX_OCTETS: usize = 512;

/// The version of this coding.
const VERSION: u8 = 1;

/// Longest UE network capability and MS network capability, in octets (TS 24.301 9.9.3.34; TS 24.008 10.5.5.12: 8, more
/// is kept as it came, within an octet's count).
const MAX_CAPABILITY: usize = 64;

/// Which parts are there.
mod part {
    pub(super) const IMSI: u8 = 1 << 0;
    pub(super) const IMEI: u8 = 1 << 1;
    pub(super) const IMEISV: u8 = 1 << 2;
    pub(super) const OLD_GUTI: u8 = 1 << 3;
    pub(super) const MS_CAPABILITY: u8 = 1 << 4;
    pub(super) const ADDITIONAL_CAPABILITY: u8 = 1 << 5;
    pub(super) const SECURITY: u8 = 1 << 6;
    pub(super) const REGISTRATION: u8 = 1 << 7;
}

/// What is on or off.
mod flag {
    pub(super) const REGISTERED: u8 = 1 << 0;
    pub(super) const EXACT: u8 = 1 << 1;
    pub(super) const EMERGENCY: u8 = 1 << 2;
    pub(super) const STALE: u8 = 1 << 3;
    pub(super) const ALL: u8 = REGISTERED | EXACT | EMERGENCY | STALE;
}

/// What the COUNTs in an encoding are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counts {
    /// While the node runs: the downlink COUNT is the bound ahead of use.
    Reserved,
    /// At a clean stop, when nothing follows: as they are.
    Exact,
}

/// How the node stopped that wrote what is now read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stop {
    /// Every context was written with [`Counts::Exact`], and the node has not served since.
    Clean,
    /// Anything else.
    Unclean,
}

/// Makes sure that the next downlink COUNTs are below the stored bound; `true` if the bound has moved, so that the
/// context must be written.
pub(super) fn reserve(security: &mut SecurityContext) -> bool {
    let next = next_downlink(security);
    if (next + DOWNLINK_RESERVE / 2).min(NO_COUNT_LEFT) <= security.downlink_reserved {
        return false;
    }
    security.downlink_reserved = (next + DOWNLINK_RESERVE).min(NO_COUNT_LEFT);
    true
}

/// The COUNT after the last (TS 24.301 4.4.3.1): stored when no message can be protected any more.
const NO_COUNT_LEFT: u32 = NasCount::MAX.value() + 1;

/// The next downlink COUNT.
fn next_downlink(security: &SecurityContext) -> u32 {
    security
        .nas
        .counts()
        .next_sent
        .map_or(NO_COUNT_LEFT, NasCount::value)
}

/// The octets of a context; at most [`MAX_OCTETS`], wiped when dropped.
#[must_use]
pub fn encode(context: &Context, counts: Counts) -> Zeroizing<Vec<u8>> {
    // One allocation of full size: one that grew would leave copies of keys behind.
    let mut out = Zeroizing::new(Vec::with_capacity(MAX_OCTETS));
    let o = &mut *out;
    o.extend_from_slice(&[VERSION, parts(context), flags(context, counts)]);
    for digits in [
        context.imsi.map(Imsi::packed),
        context.imei.map(Imei::packed),
        context.imeisv.map(Imeisv::packed),
    ]
    .into_iter()
    .flatten()
    {
        put::u64(o, digits);
    }
    o.extend_from_slice(&context.guti.octets());
    if let Some(old) = context.old_guti {
        o.extend_from_slice(&old.octets());
    }
    o.extend_from_slice(&context.tai.octets());
    put_short(o, &context.ue_network_capability, MAX_CAPABILITY);
    if let Some(ms) = &context.ms_network_capability {
        put_short(o, ms, MAX_CAPABILITY);
    }
    if let Some(additional) = context.ue_additional_security_capability {
        o.extend_from_slice(&additional);
    }
    if let Some(security) = &context.security {
        put_security(o, security, counts);
    }
    if let Some(registration) = &context.registration {
        put_registration(o, registration);
    }
    out
}

/// A context from its octets.
///
/// # Errors
/// What is wrong, and where: another version, an element that is cut short or does not hold what it must, octets left
/// over. Nothing that is read back partly is of use.
pub fn decode(octets: &[u8], stop: Stop) -> Result<Context, DecodeError> {
    let mut r = Reader::new(octets);
    let version = r.u8()?;
    if version != VERSION {
        return Err(value(0, u64::from(version), "version 1").within("version"));
    }
    let (parts, flags) = (r.u8()?, r.u8()?);
    if flags & !flag::ALL != 0 {
        return Err(value(2, u64::from(flags), "flags that are known").within("flags"));
    }
    let has = |part| parts & part != 0;
    let context = Context {
        imsi: when(has(part::IMSI), || digits(&mut r, "IMSI", Imsi::from_packed))?,
        imei: when(has(part::IMEI), || digits(&mut r, "IMEI", Imei::from_packed))?,
        imeisv: when(has(part::IMEISV), || {
            digits(&mut r, "IMEISV", Imeisv::from_packed)
        })?,
        guti: guti(&mut r, "GUTI")?,
        old_guti: when(has(part::OLD_GUTI), || guti(&mut r, "old GUTI"))?,
        tai: tai(&mut r)?,
        ue_network_capability: short(&mut r, "UE network capability")?,
        ms_network_capability: when(has(part::MS_CAPABILITY), || {
            short(&mut r, "MS network capability")
        })?,
        ue_additional_security_capability: when(has(part::ADDITIONAL_CAPABILITY), || r.array())?,
        security: when(has(part::SECURITY), || security(&mut r, flags, stop))?,
        state: if flags & flag::REGISTERED == 0 {
            EmmState::Deregistered
        } else {
            EmmState::Registered
        },
        registration: when(has(part::REGISTRATION), || registration(&mut r, flags))?,
    };
    if !r.is_empty() {
        let octets = r.remaining();
        return Err(DecodeError::new(r.at(), DecodeErrorKind::Trailing { octets }));
    }
    Ok(context)
}

fn parts(c: &Context) -> u8 {
    [
        (c.imsi.is_some(), part::IMSI),
        (c.imei.is_some(), part::IMEI),
        (c.imeisv.is_some(), part::IMEISV),
        (c.old_guti.is_some(), part::OLD_GUTI),
        (c.ms_network_capability.is_some(), part::MS_CAPABILITY),
        (
            c.ue_additional_security_capability.is_some(),
            part::ADDITIONAL_CAPABILITY,
        ),
        (c.security.is_some(), part::SECURITY),
        (c.registration.is_some(), part::REGISTRATION),
    ]
    .into_iter()
    .fold(0, |all, (there, part)| if there { all | part } else { all })
}

fn flags(c: &Context, counts: Counts) -> u8 {
    [
        (c.state == EmmState::Registered, flag::REGISTERED),
        (counts == Counts::Exact, flag::EXACT),
        (
            c.registration.as_ref().is_some_and(|r| r.emergency),
            flag::EMERGENCY,
        ),
        (c.security.as_ref().is_some_and(|s| s.stale), flag::STALE),
    ]
    .into_iter()
    .fold(0, |all, (on, flag)| if on { all | flag } else { all })
}

/// Octets behind a count of one octet; what is longer than anything a UE may send is cut.
fn put_short(out: &mut Vec<u8>, octets: &[u8], limit: usize) {
    let octets = octets.get(..limit).unwrap_or(octets);
    out.push(octets.len() as u8);
    out.extend_from_slice(octets);
}

fn put_security(out: &mut Vec<u8>, s: &SecurityContext, counts: Counts) {
    out.push(s.ksi.0);
    out.extend_from_slice(s.kasme.expose());
    out.extend_from_slice(&[s.nas.integrity().0, s.nas.ciphering().0]);
    // The next COUNT of either direction: zero before the first message.
    let uplink = s.nas.counts().last_received.map_or(0, |last| last.value() + 1);
    let downlink = match counts {
        Counts::Exact => next_downlink(s),
        Counts::Reserved => next_downlink(s).max(s.downlink_reserved),
    };
    put::u32(out, uplink);
    put::u32(out, downlink);
    put::u32(out, s.uses);
    put::u64(out, s.authenticated_at.as_secs());
}

fn security(r: &mut Reader<'_>, flags: u8, stop: Stop) -> Result<SecurityContext, DecodeError> {
    let within = |e: DecodeError| e.within("security context");
    let ksi = NasKsi(r.u8().map_err(within)?);
    let kasme = Kasme::new(r.array().map_err(within)?);
    let at = r.at();
    let (integrity, ciphering) = (r.u8().map_err(within)?, r.u8().map_err(within)?);
    let nas = NasSecurityContext::derive(
        Role::Network,
        &kasme,
        IntegrityAlgorithm(integrity),
        CipheringAlgorithm(ciphering),
    )
    .map_err(|_| {
        within(value(
            at,
            u64::from(integrity.max(ciphering)),
            "an algorithm from 0 to 3",
        ))
    })?;
    let uplink = count(r).map_err(within)?;
    let downlink = count(r).map_err(within)?;
    let nas = nas.with_counts(NasCounts {
        next_sent: NasCount::new(downlink),
        last_received: uplink.checked_sub(1).and_then(NasCount::new),
    });
    Ok(SecurityContext {
        ksi,
        kasme,
        nas,
        uses: r.u32().map_err(within)?,
        authenticated_at: Duration::from_secs(r.u64().map_err(within)?),
        stale: flags & flag::STALE != 0 || flags & flag::EXACT == 0 || stop == Stop::Unclean,
        downlink_reserved: downlink,
    })
}

/// A COUNT of 24 bits; one past the last means that no message can be protected any more (TS 24.301 4.4.3.5).
fn count(r: &mut Reader<'_>) -> Result<u32, DecodeError> {
    let at = r.at();
    let count = r.u32()?;
    if count > NO_COUNT_LEFT {
        return Err(value(at, u64::from(count), "a COUNT of 24 bits"));
    }
    Ok(count)
}

fn put_registration(out: &mut Vec<u8>, registration: &Registration) {
    out.push(registration.default_bearer);
    put_short(
        out,
        registration.apn.as_str().as_bytes(),
        quintet_identity::MAX_APN_OCTETS,
    );
    out.extend_from_slice(&registration.address);
    out.extend_from_slice(&[registration.qci, registration.arp_priority]);
    put::u64(out, registration.ambr.0);
    put::u64(out, registration.ambr.1);
}

fn registration(r: &mut Reader<'_>, flags: u8) -> Result<Registration, DecodeError> {
    let within = |e: DecodeError| e.within("registration");
    let at = r.at();
    let default_bearer = r.u8().map_err(within)?;
    if !(5..=15).contains(&default_bearer) {
        let got = u64::from(default_bearer);
        return Err(within(value(at, got, "an EPS bearer identity from 5 to 15")));
    }
    let at = r.at();
    let name = short(r, "APN").map_err(within)?;
    let apn = std::str::from_utf8(&name).ok().and_then(|text| text.parse().ok());
    Ok(Registration {
        emergency: flags & flag::EMERGENCY != 0,
        default_bearer,
        apn: apn.ok_or_else(|| {
            let expected = "an access point name";
            within(DecodeError::new(at, DecodeErrorKind::Text { expected }).within("APN"))
        })?,
        address: r.array().map_err(within)?,
        qci: r.u8().map_err(within)?,
        arp_priority: r.u8().map_err(within)?,
        ambr: (r.u64().map_err(within)?, r.u64().map_err(within)?),
    })
}

fn when<T>(there: bool, read: impl FnOnce() -> Result<T, DecodeError>) -> Result<Option<T>, DecodeError> {
    there.then(read).transpose()
}

fn value(at: usize, got: u64, expected: &'static str) -> DecodeError {
    DecodeError::new(at, DecodeErrorKind::Value { got, expected })
}

fn digits<T, E>(
    r: &mut Reader<'_>,
    name: &str,
    make: impl FnOnce(u64) -> Result<T, E>,
) -> Result<T, DecodeError> {
    let at = r.at();
    let expected = "decimal digits";
    let packed = r.u64().map_err(|e| e.within(name))?;
    make(packed).map_err(|_| DecodeError::new(at, DecodeErrorKind::Text { expected }).within(name))
}

fn guti(r: &mut Reader<'_>, name: &str) -> Result<Guti, DecodeError> {
    let at = r.at();
    let expected = "a PLMN of digits";
    let octets = r.array().map_err(|e| e.within(name))?;
    Guti::from_octets(octets)
        .map_err(|_| DecodeError::new(at, DecodeErrorKind::Text { expected }).within(name))
}

fn tai(r: &mut Reader<'_>) -> Result<Tai, DecodeError> {
    let at = r.at();
    let expected = "a PLMN of digits";
    let octets = r.array().map_err(|e| e.within("TAI"))?;
    Tai::from_octets(octets)
        .map_err(|_| DecodeError::new(at, DecodeErrorKind::Text { expected }).within("TAI"))
}

fn short(r: &mut Reader<'_>, name: &str) -> Result<Box<[u8]>, DecodeError> {
    let length = r.u8().map_err(|e| e.within(name))?;
    Ok(r.take(usize::from(length)).map_err(|e| e.within(name))?.into())
}

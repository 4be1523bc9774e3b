//! From octets to a context.

use super::{
    MAX_CAPABILITY, MAX_FORBIDDEN, MAX_SLICES, NO_COUNT_LEFT, NO_EPS_ALGORITHMS, Stop, VERSION, flag, part,
};
use crate::network::{Context, FgmmState, PduSessions, Registration, SecurityContext, SubscribedSNssai};
use quintet_crypto::fgs::KAmf;
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_identity::fgs::{Guti, Tac, Tai};
use quintet_identity::{Imei, Imeisv, Imsi, Nai, SNssai, Supi};
use quintet_nas::fgs::{NasKsi, UeSecurityCapability};
use quintet_nas::security::{Access, NasCount, NasCounts, NasSecurityContext, Role};
use quintet_procedure::Algorithms;
use quintet_subscriber::model::Ambr;
use quintet_wire::{DecodeError, DecodeErrorKind, Reader};
use std::time::Duration;

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
        supi: when(has(part::SUPI), || supi(&mut r))?,
        imei: when(has(part::IMEI), || digits(&mut r, "IMEI", Imei::from_packed))?,
        imeisv: when(has(part::IMEISV), || {
            digits(&mut r, "IMEISV", Imeisv::from_packed)
        })?,
        guti: guti(&mut r, "GUTI")?,
        old_guti: when(has(part::OLD_GUTI), || guti(&mut r, "old GUTI"))?,
        tai: tai(&mut r)?,
        ue_security_capability: when(has(part::CAPABILITY), || capability(&mut r))?,
        fgmm_capability: fgmm_capability(&mut r)?,
        security: when(has(part::SECURITY), || security(&mut r, flags, stop))?,
        state: if flags & flag::REGISTERED == 0 {
            FgmmState::Deregistered
        } else {
            FgmmState::Registered
        },
        registration: when(has(part::REGISTRATION), || {
            registration(&mut r, flags, has(part::AMBR)).map_err(|e| e.within("registration"))
        })?,
    };
    if !r.is_empty() {
        let octets = r.remaining();
        return Err(DecodeError::new(r.at(), DecodeErrorKind::Trailing { octets }));
    }
    Ok(context)
}

fn supi(r: &mut Reader<'_>) -> Result<Supi, DecodeError> {
    let at = r.at();
    let text = short(r, "SUPI")?;
    if text.is_empty() {
        return digits(r, "SUPI", Imsi::from_packed).map(Supi::Imsi);
    }
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| Supi::try_from(text.parse::<Nai>().ok()?).ok())
        .ok_or_else(|| wrong_text(at, "a network access identifier").within("SUPI"))
}

fn capability(r: &mut Reader<'_>) -> Result<UeSecurityCapability, DecodeError> {
    let octets = short(r, "UE security capability")?;
    UeSecurityCapability::from_octets(octets).map_err(|e| e.within("UE security capability"))
}

fn fgmm_capability(r: &mut Reader<'_>) -> Result<Box<[u8]>, DecodeError> {
    let at = r.at();
    let octets = short(r, "5GMM capability")?;
    if octets.len() > MAX_CAPABILITY {
        let got = octets.len() as u64;
        return Err(value(at, got, "at most 13 octets").within("5GMM capability"));
    }
    Ok(octets.into())
}

fn security(r: &mut Reader<'_>, flags: u8, stop: Stop) -> Result<SecurityContext, DecodeError> {
    let within = |e: DecodeError| e.within("security context");
    let ksi = NasKsi(r.u8().map_err(within)?);
    let k_amf = KAmf::new(r.array().map_err(within)?);
    let at = r.at();
    let (integrity, ciphering) = (r.u8().map_err(within)?, r.u8().map_err(within)?);
    let eps = r.u8().map_err(within)?;
    let nas = NasSecurityContext::derive_fgs(
        Role::Network,
        Access::ThreeGpp,
        &k_amf,
        IntegrityAlgorithm(integrity),
        CipheringAlgorithm(ciphering),
    )
    .map_err(|_| {
        let got = u64::from(integrity.max(ciphering));
        within(value(at, got, "an algorithm from 0 to 3"))
    })?;
    let uplink = count(r).map_err(within)?;
    let downlink = count(r).map_err(within)?;
    let nas = nas.with_counts(NasCounts {
        next_sent: NasCount::new(downlink),
        last_received: uplink.checked_sub(1).and_then(NasCount::new),
    });
    Ok(SecurityContext {
        ksi,
        k_amf,
        nas,
        eps_algorithms: (eps != NO_EPS_ALGORITHMS).then_some(Algorithms {
            integrity: IntegrityAlgorithm(eps >> 4),
            ciphering: CipheringAlgorithm(eps & 0x0f),
        }),
        uses: r.u32().map_err(within)?,
        authenticated_at: Duration::from_secs(r.u64().map_err(within)?),
        stale: flags & flag::STALE != 0 || flags & flag::EXACT == 0 || stop == Stop::Unclean,
        downlink_reserved: downlink,
    })
}

/// A COUNT of 24 bits; one past the last means that no message can be protected any more (TS 24.501 4.4.3.5).
fn count(r: &mut Reader<'_>) -> Result<u32, DecodeError> {
    let at = r.at();
    let count = r.u32()?;
    if count > NO_COUNT_LEFT {
        return Err(value(at, u64::from(count), "a COUNT of 24 bits"));
    }
    Ok(count)
}

fn registration(r: &mut Reader<'_>, flags: u8, has_ambr: bool) -> Result<Registration, DecodeError> {
    let ambr = when(has_ambr, || {
        Ok(Ambr {
            uplink: r.u64()?,
            downlink: r.u64()?,
        })
    })?;
    let at = r.at();
    let octets: [u8; 2] = r.array()?;
    let pdu_sessions = PduSessions::from_octets(octets);
    if pdu_sessions.octets() != octets {
        return Err(value(at, u64::from(octets[0]), "no PDU session 0"));
    }
    let subscribed = list(r, MAX_SLICES, |r| {
        let at = r.at();
        let default = match r.u8()? {
            0 => false,
            1 => true,
            other => return Err(value(at, u64::from(other), "0 or 1")),
        };
        Ok(SubscribedSNssai {
            default,
            s_nssai: slice(r)?,
        })
    })?;
    Ok(Registration {
        emergency: flags & flag::EMERGENCY != 0,
        ambr,
        subscribed,
        allowed: list(r, MAX_SLICES, slice)?,
        forbidden_tacs: list(r, MAX_FORBIDDEN, |r| r.array().map(Tac::from_octets))?,
        pdu_sessions,
    })
}

fn list<T>(
    r: &mut Reader<'_>,
    limit: usize,
    mut one: impl FnMut(&mut Reader<'_>) -> Result<T, DecodeError>,
) -> Result<Box<[T]>, DecodeError> {
    let at = r.at();
    let number = usize::from(r.u8()?);
    if number > limit {
        return Err(value(at, number as u64, "no more than are kept"));
    }
    (0..number).map(|_| one(r)).collect()
}

fn slice(r: &mut Reader<'_>) -> Result<SNssai, DecodeError> {
    let at = r.at();
    let [sst, a, b, c] = r.array()?;
    let sd = u32::from_be_bytes([0, a, b, c]);
    SNssai::with_sd(sst, sd).map_err(|_| value(at, u64::from(sd), "a differentiator of 24 bits"))
}

fn when<T>(there: bool, read: impl FnOnce() -> Result<T, DecodeError>) -> Result<Option<T>, DecodeError> {
    there.then(read).transpose()
}

fn value(at: usize, got: u64, expected: &'static str) -> DecodeError {
    DecodeError::new(at, DecodeErrorKind::Value { got, expected })
}

fn wrong_text(at: usize, expected: &'static str) -> DecodeError {
    DecodeError::new(at, DecodeErrorKind::Text { expected })
}

fn digits<T, E>(
    r: &mut Reader<'_>,
    name: &str,
    make: impl FnOnce(u64) -> Result<T, E>,
) -> Result<T, DecodeError> {
    let at = r.at();
    let packed = r.u64().map_err(|e| e.within(name))?;
    make(packed).map_err(|_| wrong_text(at, "decimal digits").within(name))
}

fn guti(r: &mut Reader<'_>, name: &str) -> Result<Guti, DecodeError> {
    let at = r.at();
    let octets = r.array().map_err(|e| e.within(name))?;
    Guti::from_octets(octets).map_err(|_| wrong_text(at, "a PLMN of digits").within(name))
}

fn tai(r: &mut Reader<'_>) -> Result<Tai, DecodeError> {
    let at = r.at();
    let octets = r.array().map_err(|e| e.within("TAI"))?;
    Tai::from_octets(octets).map_err(|_| wrong_text(at, "a PLMN of digits").within("TAI"))
}

fn short<'a>(r: &mut Reader<'a>, name: &str) -> Result<&'a [u8], DecodeError> {
    let length = r.u8().map_err(|e| e.within(name))?;
    r.take(usize::from(length)).map_err(|e| e.within(name))
}

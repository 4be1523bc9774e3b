//! From a context to octets.

use super::{
    Counts, MAX_CAPABILITY, MAX_FORBIDDEN, MAX_OCTETS, MAX_SLICES, NO_EPS_ALGORITHMS, VERSION, flag,
    next_downlink, part,
};
use crate::network::{Context, FgmmState, Registration, SecurityContext};
use quintet_identity::{Imei, Imeisv, SNssai, Supi};
use quintet_wire::put;
use zeroize::Zeroizing;

/// The octets of a context; at most [`MAX_OCTETS`], wiped when dropped.
#[must_use]
pub fn encode(context: &Context, counts: Counts) -> Zeroizing<Vec<u8>> {
    // One allocation of full size: one that grew would leave copies of keys behind.
    let mut out = Zeroizing::new(Vec::with_capacity(MAX_OCTETS));
    let o = &mut *out;
    o.extend_from_slice(&[VERSION, parts(context), flags(context, counts)]);
    if let Some(supi) = &context.supi {
        put_supi(o, supi);
    }
    for digits in [context.imei.map(Imei::packed), context.imeisv.map(Imeisv::packed)]
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
    if let Some(capability) = &context.ue_security_capability {
        put_short(o, capability.octets());
    }
    let fgmm = &context.fgmm_capability;
    put_short(o, fgmm.get(..MAX_CAPABILITY).unwrap_or(fgmm));
    if let Some(security) = &context.security {
        put_security(o, security, counts);
    }
    if let Some(registration) = &context.registration {
        put_registration(o, registration);
    }
    out
}

fn parts(c: &Context) -> u8 {
    let ambr = c.registration.as_ref().is_some_and(|r| r.ambr.is_some());
    [
        (c.supi.is_some(), part::SUPI),
        (c.imei.is_some(), part::IMEI),
        (c.imeisv.is_some(), part::IMEISV),
        (c.old_guti.is_some(), part::OLD_GUTI),
        (c.ue_security_capability.is_some(), part::CAPABILITY),
        (ambr, part::AMBR),
        (c.security.is_some(), part::SECURITY),
        (c.registration.is_some(), part::REGISTRATION),
    ]
    .into_iter()
    .fold(0, |all, (there, part)| if there { all | part } else { all })
}

fn flags(c: &Context, counts: Counts) -> u8 {
    [
        (c.state == FgmmState::Registered, flag::REGISTERED),
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

/// An IMSI in its packed form behind a zero, or a NAI behind its length, which is not zero.
fn put_supi(out: &mut Vec<u8>, supi: &Supi) {
    match supi {
        Supi::Imsi(imsi) => {
            out.push(0);
            put::u64(out, imsi.packed());
        }
        Supi::Nai(nai) => put_short(out, nai.as_str().as_bytes()),
    }
}

/// Octets behind a count of one octet. What comes here has fewer than 256.
fn put_short(out: &mut Vec<u8>, octets: &[u8]) {
    out.push(octets.len() as u8);
    out.extend_from_slice(octets);
}

fn put_security(out: &mut Vec<u8>, s: &SecurityContext, counts: Counts) {
    out.push(s.ksi.0);
    out.extend_from_slice(s.k_amf.expose());
    out.extend_from_slice(&[s.nas.integrity().0, s.nas.ciphering().0]);
    out.push(
        s.eps_algorithms
            .map_or(NO_EPS_ALGORITHMS, |eps| eps.integrity.0 << 4 | eps.ciphering.0),
    );
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

fn put_registration(out: &mut Vec<u8>, registration: &Registration) {
    if let Some(ambr) = registration.ambr {
        put::u64(out, ambr.uplink);
        put::u64(out, ambr.downlink);
    }
    out.extend_from_slice(&registration.pdu_sessions.octets());
    let subscribed = registration.subscribed.iter().take(MAX_SLICES);
    out.push(subscribed.len() as u8);
    for slice in subscribed {
        out.push(u8::from(slice.default));
        put_slice(out, slice.s_nssai);
    }
    let allowed = registration.allowed.iter().take(MAX_SLICES);
    out.push(allowed.len() as u8);
    for slice in allowed {
        put_slice(out, *slice);
    }
    let forbidden = registration.forbidden_tacs.iter().take(MAX_FORBIDDEN);
    out.push(forbidden.len() as u8);
    for tac in forbidden {
        out.extend_from_slice(&tac.octets());
    }
}

fn put_slice(out: &mut Vec<u8>, slice: SNssai) {
    out.push(slice.sst());
    let [_, sd @ ..] = slice.sd().unwrap_or(SNssai::NO_SD).to_be_bytes();
    out.extend_from_slice(&sd);
}

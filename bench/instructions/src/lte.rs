//! The MME's hot paths: NAS, S1AP, and a whole attach.

use crate::rig::{Rig, Unmeasured};
use anyhow::{Context, Result, ensure};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, Kasme};
use quintet_identity::{Ecgi, Plmn, Tai};
use quintet_nas::eps::EmmMessage;
use quintet_nas::security::{NasCounts, NasSecurityContext, Protection, Role};
use quintet_s1ap::message::UplinkNasTransport;
use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId, S1apPdu};
use std::hint::black_box;

/// ATTACH REQUEST with eKSI 7, the IMSI 001011000000000, capabilities f0 f0 and a PDN CONNECTIVITY REQUEST.
const ATTACH_REQUEST: [u8; 21] = [
    0x07, 0x41, 0x71, 8, 0x09, 0x10, 0x10, 0x11, 0, 0, 0, 0, 2, 0xf0, 0xf0, 0, 4, 0x02, 0x01, 0xd0, 0x11,
];

/// As long as an ATTACH ACCEPT.
const PLAIN: [u8; 96] = [0x42; 96];

/// Octets of a NAS message in S1AP: a protected AUTHENTICATION RESPONSE has about as many.
const NAS: [u8; 24] = [0x07; 24];

/// An ATTACH REQUEST taken apart.
pub(super) fn nas_decode(count: u64) -> Result<()> {
    for _ in 0..count {
        let decoded = EmmMessage::decode_uplink(black_box(&ATTACH_REQUEST));
        ensure!(black_box(decoded).is_ok(), "the message does not decode");
    }
    Ok(())
}

/// The two ends of a security context with 128-EIA2 and 128-EEA2.
fn contexts() -> Result<(NasSecurityContext, NasSecurityContext)> {
    let context = |role| {
        NasSecurityContext::derive(
            role,
            &Kasme::new([7; 32]),
            IntegrityAlgorithm(2),
            CipheringAlgorithm(2),
        )
    };
    let network = context(Role::Network).context("known algorithms")?;
    Ok((network, context(Role::Ue).context("known algorithms")?))
}

/// A message protected: both algorithms.
pub(super) fn nas_protect(count: u64) -> Result<()> {
    let (mut network, _) = contexts()?;
    let mut pdu = Vec::with_capacity(128);
    for _ in 0..count {
        pdu.clear();
        let protected = network.protect(Protection::Ciphered, black_box(&PLAIN), &mut pdu);
        ensure!(protected.is_ok(), "COUNT is used up");
        black_box(&pdu);
    }
    Ok(())
}

/// A message checked and deciphered.
pub(super) fn nas_unprotect(count: u64) -> Result<()> {
    let (mut network, mut ue) = contexts()?;
    let (mut pdu, mut plain) = (Vec::with_capacity(128), Vec::with_capacity(128));
    network
        .protect(Protection::Ciphered, &PLAIN, &mut pdu)
        .context("COUNT 0")?;
    for _ in 0..count {
        // Each time as the first message: the same is not taken twice.
        ue = ue.with_counts(NasCounts::NEW);
        plain.clear();
        ensure!(ue.unprotect(black_box(&pdu), &mut plain).is_ok(), "not taken");
    }
    Ok(())
}

fn uplink() -> Result<S1apPdu<'static>> {
    let plmn = Plmn::from_ascii(b"00101").context("a PLMN")?;
    let (cell, area) = (Ecgi::new(plmn, 0x12345)?, Tai { plmn, tac: 1 });
    let (mme, enb) = (MmeUeS1apId(0x0102_0304), EnbUeS1apId(7));
    Ok(UplinkNasTransport::new(mme, enb, NAS.to_vec().into(), cell, area).into())
}

/// An UPLINK NAS TRANSPORT taken apart.
pub(super) fn s1ap_decode(count: u64) -> Result<()> {
    let mut octets = Vec::new();
    uplink()?.encode(&mut octets)?;
    for _ in 0..count {
        ensure!(
            black_box(S1apPdu::decode(black_box(&octets))).is_ok(),
            "does not decode"
        );
    }
    Ok(())
}

/// An UPLINK NAS TRANSPORT written.
pub(super) fn s1ap_encode(count: u64) -> Result<()> {
    let message = uplink()?;
    let mut octets = Vec::with_capacity(128);
    for _ in 0..count {
        octets.clear();
        black_box(&message).encode(&mut octets)?;
        black_box(&octets);
    }
    Ok(())
}

/// Attaches, each of a UE of its own, and their release: what the MME and its Diameter node execute if the counter counts
/// in `Core::work` alone.
pub(super) fn attach(count: u64) -> Result<()> {
    let mut rig = Rig::new();
    let registered = rig.attach(u32::try_from(count)?, &mut Unmeasured);
    ensure!(
        registered == count && rig.core.saved >= count,
        "{registered} of {count} UEs are registered"
    );
    Ok(())
}

//! The figures of 5G: home environment vectors, and SUCIs deconcealed.

use super::{Bench, Goal, Row, challenge, ns, per_second};
use anyhow::{Context, Result, ensure};
use quintet_crypto::fgs::{HeAv, ServingNetworkName};
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_crypto::{Amf, AuthenticationFunctions, K, Milenage, Opc};
use quintet_runtime::Drbg;
use std::hint::black_box;

/// SUCIs taken in turn: an ephemeral key is never the same twice.
const SUCIS: usize = 64;

/// An MSIN of ten digits, as it is concealed.
const MSIN: [u8; 5] = [0x10, 0x32, 0x54, 0x76, 0x98];

/// All of them.
pub(super) fn rows(bench: &Bench, rows: &mut Vec<Row>) -> Result<()> {
    let name = ServingNetworkName::of_plmn(&[0x00, 0xf1, 0x10]).context("a PLMN has digits only")?;
    let (k, opc) = ([0x46; 16], [0xcd; 16]);
    let vectors = bench.measure(|n| {
        let (rand, sqn) = challenge(n);
        let (k, opc) = black_box((&k, &opc));
        let milenage = Milenage::new(K::new_128(*k), Opc::new(*opc)).ok()?;
        let quintet = AuthenticationFunctions::Milenage(milenage).quintet(&rand, sqn, Amf([0x80, 0]));
        HeAv::derive(&quintet, &name)
    });
    rows.push(ns("5G HE AV from K and OPc", vectors));
    rows.push(per_second("5G HE AVs, per core", vectors).goal(Goal::AtLeast(1_800_000.0)));
    for (profile, what, goal) in [
        (Profile::A, "SUCIs deconcealed, profile A, per core", 15_000.0),
        (Profile::B, "SUCIs deconcealed, profile B, per core", 8_000.0),
    ] {
        let (private, outputs) = concealed(profile)?;
        let opened = private.deconceal(&outputs[0])?;
        ensure!(
            opened[..] == MSIN,
            "a SUCI of profile {profile:?} does not come back as it was concealed"
        );
        let quantiles = bench.measure(|n| private.deconceal(black_box(&outputs[n as usize % SUCIS])));
        rows.push(per_second(what, quantiles).goal(Goal::AtLeast(goal)));
    }
    Ok(())
}

/// A home network's key, and scheme outputs for it.
fn concealed(profile: Profile) -> Result<(HomeNetworkPrivateKey, Vec<Vec<u8>>)> {
    let mut drbg = Drbg::new()?;
    let mut octets = || {
        let mut octets = [0; 32];
        drbg.fill(&mut octets);
        octets
    };
    let private = HomeNetworkPrivateKey::new(profile, &octets())?;
    let public = private.public_key();
    let outputs = (0..SUCIS).map(|_| public.conceal(&octets(), &MSIN));
    let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
    Ok((private, outputs))
}

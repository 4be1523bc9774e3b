//! `quintet aka 5g`, `eap` and `kamf`: the keys of 5GS that follow from a challenge (TS 33.501 Annex A, RFC 9048).

use super::{Challenge, random};
use crate::octets::{Octets, exactly};
use crate::output::{Finding, print_json, print_rows};
use anyhow::{Context, Result, bail};
use quintet_crypto::eap_aka_prime::MasterKeys;
use quintet_crypto::fgs::{ABBA, HeAv, KAusf, KSeaf, ServingNetworkName};
use quintet_crypto::{Amf, CkIkPrime, Quintet, Sqn};
use quintet_identity::{Plmn, Supi};
use serde::Serialize;

pub(super) const FGS_EXAMPLE: &str = "Example:
  quintet aka 5g --plmn 00101 --k 465b5ce8b199b49faa5f0a2ee238a6bc --opc cd63cb71954a9f4e48a5994e37a02baf --json";
pub(super) const EAP_EXAMPLE: &str =
    "With --supi the keys that follow from the identity as well: MSK, EMSK, KAUSF, KSEAF.
Example:
  quintet aka eap --snn 5G:mnc001.mcc001.3gppnetwork.org --supi imsi-001010000000001 --k HEX --opc HEX";
pub(super) const KAMF_EXAMPLE: &str = "Example:
  quintet aka kamf --kseaf HEX --supi imsi-001010000000001 --abba 0000";

/// The network that serves: whom the keys are bound to.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Serving {
    /// Serving network, MCC and MNC
    #[arg(long, value_name = "MCCMNC")]
    plmn: Option<Plmn>,
    /// Serving network name, as 5G:mnc001.mcc001.3gppnetwork.org
    #[arg(long, value_name = "NAME")]
    snn: Option<ServingNetworkName>,
}

impl Serving {
    fn name(&self) -> Result<ServingNetworkName> {
        match (self.snn, self.plmn) {
            (Some(name), _) => Ok(name),
            (None, Some(plmn)) => ServingNetworkName::of_plmn(&plmn.octets()).context("--plmn has no name"),
            (None, None) => bail!("give --plmn or --snn: keys of 5GS are bound to the serving network"),
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct FgsChallenge {
    #[command(flatten)]
    challenge: Challenge,
    #[command(flatten)]
    serving: Serving,
}

#[derive(clap::Args)]
pub(crate) struct EapChallenge {
    #[command(flatten)]
    challenge: Challenge,
    #[command(flatten)]
    serving: Serving,
    /// Who authenticates: `imsi-<digits>` or `nai-<user>@<realm>`
    #[arg(long, value_name = "SUPI")]
    supi: Option<Supi>,
}

#[derive(clap::Args)]
pub(crate) struct Kamf {
    /// KSEAF, 32 octets
    #[arg(long, value_name = "HEX", value_parser = exactly::<32>)]
    kseaf: [u8; 32],
    /// `imsi-<digits>` or `nai-<user>@<realm>`
    #[arg(long, value_name = "SUPI")]
    supi: Supi,
    /// ABBA as it was sent [default: 0000]
    #[arg(long, value_name = "HEX")]
    abba: Option<Octets>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct FgsAnswer {
    snn: String,
    rand: String,
    autn: String,
    xres: String,
    xres_star: String,
    hxres_star: String,
    kausf: String,
    kseaf: String,
}

#[derive(Serialize)]
struct EapAnswer {
    snn: String,
    rand: String,
    autn: String,
    xres: String,
    ck_prime: String,
    ik_prime: String,
    #[serde(flatten)]
    keys: Option<EapKeys>,
}

#[derive(Serialize)]
struct EapKeys {
    k_encr: String,
    k_aut: String,
    k_re: String,
    msk: String,
    emsk: String,
    kausf: String,
    kseaf: String,
}

#[derive(Serialize)]
struct KamfAnswer {
    kamf: String,
}

/// CK and IK of another length make no key of 5GS.
const SHORT_KEYS: &str =
    "keys of 5GS take CK and IK of 128 bits (TS 33.501 A.2): set --ck-bits and --ik-bits";

fn quintet(challenge: &Challenge) -> Result<Quintet> {
    let functions = challenge.keys.functions()?;
    let rand = challenge.rand.map_or_else(random, Ok)?;
    Ok(functions.quintet(&rand, Sqn::from_octets(challenge.sqn), Amf(challenge.amf)))
}

fn autn(quintet: &Quintet) -> String {
    let mut octets = quintet.autn.concealed_sqn.to_vec();
    octets.extend(quintet.autn.amf.0);
    octets.extend(quintet.autn.mac.octets());
    hex::encode(octets)
}

pub(super) fn fgs(asked: &FgsChallenge) -> Result<Finding> {
    let name = asked.serving.name()?;
    let quintet = quintet(&asked.challenge)?;
    let vector = HeAv::derive(&quintet, &name).context(SHORT_KEYS)?;
    let answer = FgsAnswer {
        snn: name.to_string(),
        rand: hex::encode(vector.rand),
        autn: autn(&quintet),
        xres: hex::encode(quintet.xres.octets()),
        xres_star: hex::encode(vector.xres_star.expose()),
        hxres_star: hex::encode(vector.xres_star.hres_star(&vector.rand).expose()),
        kausf: hex::encode(vector.k_ausf.expose()),
        kseaf: hex::encode(vector.k_ausf.k_seaf(&name).expose()),
    };
    if asked.challenge.json {
        print_json("quintet.aka.5g/1", &answer)?;
        return Ok(Finding::Positive);
    }
    print_rows(&[
        ("serving network", answer.snn),
        ("RAND", answer.rand),
        ("AUTN", answer.autn),
        ("XRES (f2)", answer.xres),
        ("XRES*", answer.xres_star),
        ("HXRES*", answer.hxres_star),
        ("KAUSF", answer.kausf),
        ("KSEAF", answer.kseaf),
    ])?;
    Ok(Finding::Positive)
}

pub(super) fn eap(asked: &EapChallenge) -> Result<Finding> {
    let name = asked.serving.name()?;
    let quintet = quintet(&asked.challenge)?;
    let concealed = &quintet.autn.concealed_sqn;
    let prime = CkIkPrime::eap_aka_prime(&quintet.ck, &quintet.ik, name.octets(), concealed);
    let prime = prime.context(SHORT_KEYS)?;
    let keys = match &asked.supi {
        None => None,
        Some(supi) => {
            let keys = MasterKeys::derive(&prime, supi.value().as_bytes()).context(SHORT_KEYS)?;
            let k_ausf = KAusf::from_emsk(&keys.emsk);
            Some(EapKeys {
                k_encr: hex::encode(keys.k_encr.expose()),
                k_aut: hex::encode(keys.k_aut.expose()),
                k_re: hex::encode(keys.k_re.expose()),
                msk: hex::encode(keys.msk.expose()),
                emsk: hex::encode(keys.emsk.expose()),
                kseaf: hex::encode(k_ausf.k_seaf(&name).expose()),
                kausf: hex::encode(k_ausf.expose()),
            })
        }
    };
    let answer = EapAnswer {
        snn: name.to_string(),
        rand: hex::encode(quintet.rand),
        autn: autn(&quintet),
        xres: hex::encode(quintet.xres.octets()),
        ck_prime: hex::encode(prime.ck.expose()),
        ik_prime: hex::encode(prime.ik.expose()),
        keys,
    };
    if asked.challenge.json {
        print_json("quintet.aka.eap/1", &answer)?;
        return Ok(Finding::Positive);
    }
    let mut rows = vec![
        ("serving network", answer.snn),
        ("RAND", answer.rand),
        ("AUTN", answer.autn),
        ("XRES (f2)", answer.xres),
        ("CK'", answer.ck_prime),
        ("IK'", answer.ik_prime),
    ];
    if let Some(keys) = answer.keys {
        rows.extend([
            ("K_encr", keys.k_encr),
            ("K_aut", keys.k_aut),
            ("K_re", keys.k_re),
            ("MSK", keys.msk),
            ("EMSK", keys.emsk),
            ("KAUSF", keys.kausf),
            ("KSEAF", keys.kseaf),
        ]);
    }
    print_rows(&rows)?;
    Ok(Finding::Positive)
}

pub(super) fn kamf(asked: &Kamf) -> Result<Finding> {
    let abba = asked.abba.as_ref().map_or(&ABBA[..], |octets| &octets.0);
    let k_amf = KSeaf::new(asked.kseaf).k_amf(&asked.supi.value(), abba);
    let k_amf = k_amf.context("--abba: more octets than a key derivation takes")?;
    let kamf = hex::encode(k_amf.expose());
    if asked.json {
        print_json("quintet.aka.kamf/1", &KamfAnswer { kamf })?;
    } else {
        print_rows(&[("KAMF", kamf)])?;
    }
    Ok(Finding::Positive)
}

//! `quintet aka`: the functions of the USIM and the AuC, by hand (TS 33.102 6.3, TS 33.401 Annex A.2,
//! TS 33.501 Annex A, TS 33.203 6.1).

mod fgs;
mod ims;
mod keys;

use crate::octets::{Octets, exactly};
use crate::output::{Finding, print_json, print_rows};
use anyhow::{Context, Result, anyhow};
use keys::Keys;
use quintet_crypto::{Amf, Auts, Kasme, Rand, Sqn};
use quintet_identity::Plmn;
use serde::Serialize;

const VECTOR_EXAMPLE: &str = "Example:
  quintet aka vector --k 465b5ce8b199b49faa5f0a2ee238a6bc --opc cd63cb71954a9f4e48a5994e37a02baf \\
      --rand 23553cbe9637a89d218ae64dae47bf35 --sqn ff9bb4d0b607 --amf b9b9";
const EPS_EXAMPLE: &str = "Example:
  quintet aka eps --plmn 00101 --k 465b5ce8b199b49faa5f0a2ee238a6bc --opc cd63cb71954a9f4e48a5994e37a02baf --json";
const RESYNC_EXAMPLE: &str = "Exit code 1 says that MAC-S does not hold.
Example:
  quintet aka resync --k HEX --opc HEX --rand HEX --auts HEX";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// All functions f1 to f5* for one challenge, and AUTN.
    #[command(after_help = VECTOR_EXAMPLE)]
    Vector(Challenge),
    /// The EPS vector: RAND, XRES, AUTN and KASME.
    #[command(after_help = EPS_EXAMPLE)]
    Eps(EpsChallenge),
    /// The vector of 5G AKA: XRES*, HXRES*, KAUSF and KSEAF.
    #[command(name = "5g", after_help = fgs::FGS_EXAMPLE)]
    Fgs(fgs::FgsChallenge),
    /// The vector of EAP-AKA': CK', IK', and the keys of an identity.
    #[command(after_help = fgs::EAP_EXAMPLE)]
    Eap(fgs::EapChallenge),
    /// KAMF of KSEAF, SUPI and ABBA.
    #[command(after_help = fgs::KAMF_EXAMPLE)]
    Kamf(fgs::Kamf),
    /// The challenge of IMS AKA as SIP carries it, and the response to it.
    #[command(after_help = ims::EXAMPLE)]
    Ims(ims::ImsChallenge),
    /// Make the AUTS a USIM sends when SQN is out of range.
    Auts(SynchronisationFailure),
    /// Check an AUTS and tell SQN_MS.
    #[command(after_help = RESYNC_EXAMPLE)]
    Resync(Resynchronisation),
}

#[derive(clap::Args)]
pub(crate) struct Challenge {
    #[command(flatten)]
    keys: Keys,
    /// The challenge [default: random]
    #[arg(long, value_name = "HEX", value_parser = exactly::<16>)]
    rand: Option<Rand>,
    /// Sequence number, 6 octets
    #[arg(long, value_name = "HEX", value_parser = exactly::<6>, default_value = "000000000000")]
    sqn: [u8; 6],
    /// Authentication management field, 2 octets; the first bit is the separation bit
    #[arg(long, value_name = "HEX", value_parser = exactly::<2>, default_value = "8000")]
    amf: [u8; 2],
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct EpsChallenge {
    #[command(flatten)]
    challenge: Challenge,
    /// Serving network, MCC and MNC
    #[arg(long, value_name = "MCCMNC")]
    plmn: Plmn,
}

#[derive(clap::Args)]
pub(crate) struct SynchronisationFailure {
    #[command(flatten)]
    keys: Keys,
    /// The challenge that was refused
    #[arg(long, value_name = "HEX", value_parser = exactly::<16>)]
    rand: Rand,
    /// SQN_MS, 6 octets
    #[arg(long, value_name = "HEX", value_parser = exactly::<6>)]
    sqn: [u8; 6],
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Resynchronisation {
    #[command(flatten)]
    keys: Keys,
    /// The challenge that was refused
    #[arg(long, value_name = "HEX", value_parser = exactly::<16>)]
    rand: Rand,
    /// The token the USIM sent: 14 octets
    #[arg(long, value_name = "HEX")]
    auts: Octets,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// Octet strings are lowercase hex (design, command line).
#[derive(Serialize)]
struct VectorAnswer {
    rand: String,
    sqn: String,
    amf: String,
    ak: String,
    ak_star: String,
    autn: String,
    xres: String,
    ck: String,
    ik: String,
    mac_a: String,
    mac_s: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kasme: Option<String>,
}

#[derive(Serialize)]
struct AutsAnswer {
    auts: String,
}

#[derive(Serialize)]
struct ResyncAnswer {
    valid: bool,
    sqn_ms: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    match command {
        Command::Vector(challenge) => vector("quintet.aka.vector/1", &challenge, None),
        Command::Eps(eps) => vector("quintet.aka.eps/1", &eps.challenge, Some(eps.plmn)),
        Command::Fgs(challenge) => fgs::fgs(&challenge),
        Command::Eap(challenge) => fgs::eap(&challenge),
        Command::Kamf(asked) => fgs::kamf(&asked),
        Command::Ims(challenge) => ims::ims(&challenge),
        Command::Auts(failure) => auts(&failure),
        Command::Resync(resynchronisation) => resync(&resynchronisation),
    }
}

fn vector(schema: &str, challenge: &Challenge, serving: Option<Plmn>) -> Result<Finding> {
    let functions = challenge.keys.functions()?;
    let rand = challenge.rand.map_or_else(random, Ok)?;
    let (sqn, amf) = (Sqn::from_octets(challenge.sqn), Amf(challenge.amf));
    let quintet = functions.quintet(&rand, sqn, amf);
    let outputs = functions.outputs(&rand, sqn, amf);
    let kasme = match serving {
        Some(plmn) => {
            let concealed_sqn = &quintet.autn.concealed_sqn;
            let kasme = Kasme::derive(&quintet.ck, &quintet.ik, &plmn.octets(), concealed_sqn)
                .context("KASME takes CK and IK of 128 bits (TS 33.401 A.2): set --ck-bits and --ik-bits")?;
            Some(hex::encode(kasme.expose()))
        }
        None => None,
    };
    let mut autn = quintet.autn.concealed_sqn.to_vec();
    autn.extend(amf.0);
    autn.extend(quintet.autn.mac.octets());
    let answer = VectorAnswer {
        rand: hex::encode(rand),
        sqn: hex::encode(sqn.octets()),
        amf: hex::encode(amf.0),
        ak: hex::encode(outputs.ak.expose()),
        ak_star: hex::encode(outputs.ak_star.expose()),
        autn: hex::encode(autn),
        xres: hex::encode(quintet.xres.octets()),
        ck: hex::encode(quintet.ck.expose()),
        ik: hex::encode(quintet.ik.expose()),
        mac_a: hex::encode(outputs.mac_a.octets()),
        mac_s: hex::encode(outputs.mac_s.octets()),
        kasme,
    };
    if challenge.json {
        print_json(schema, &answer)?;
    } else {
        print_vector(answer)?;
    }
    Ok(Finding::Positive)
}

fn print_vector(answer: VectorAnswer) -> Result<()> {
    let mut rows = vec![
        ("RAND", answer.rand),
        ("SQN", answer.sqn),
        ("AMF", answer.amf),
        ("AUTN", answer.autn),
        ("XRES (f2)", answer.xres),
        ("CK (f3)", answer.ck),
        ("IK (f4)", answer.ik),
        ("AK (f5)", answer.ak),
        ("AK* (f5*)", answer.ak_star),
        ("MAC-A (f1)", answer.mac_a),
        ("MAC-S (f1*)", answer.mac_s),
    ];
    rows.extend(answer.kasme.map(|kasme| ("KASME", kasme)));
    print_rows(&rows)
}

fn auts(failure: &SynchronisationFailure) -> Result<Finding> {
    let mut octets = Vec::new();
    failure
        .keys
        .functions()?
        .auts(&failure.rand, Sqn::from_octets(failure.sqn))
        .put(&mut octets);
    let auts = hex::encode(octets);
    if failure.json {
        print_json("quintet.aka.auts/1", &AutsAnswer { auts })?;
    } else {
        print_rows(&[("AUTS", auts)])?;
    }
    Ok(Finding::Positive)
}

fn resync(resynchronisation: &Resynchronisation) -> Result<Finding> {
    let octets = &resynchronisation.auts.0;
    let auts = Auts::from_octets(octets).with_context(|| {
        format!(
            "--auts: {} octets given, 14 needed (SQN_MS ⊕ AK* ‖ MAC-S)",
            octets.len()
        )
    })?;
    let verdict = resynchronisation
        .keys
        .functions()?
        .verify_auts(&resynchronisation.rand, &auts);
    let answer = match &verdict {
        Ok(sqn_ms) => ResyncAnswer {
            valid: true,
            sqn_ms: Some(hex::encode(sqn_ms.octets())),
            reason: None,
        },
        Err(failure) => ResyncAnswer {
            valid: false,
            sqn_ms: None,
            reason: Some(failure.to_string()),
        },
    };
    if resynchronisation.json {
        print_json("quintet.aka.resync/1", &answer)?;
    } else {
        let mut rows = vec![("MAC-S", if answer.valid { "valid" } else { "invalid" }.to_owned())];
        rows.extend(answer.sqn_ms.map(|sqn| ("SQN_MS", sqn)));
        rows.extend(answer.reason.map(|reason| ("why", reason)));
        print_rows(&rows)?;
    }
    Ok(if verdict.is_ok() {
        Finding::Positive
    } else {
        Finding::Negative
    })
}

#[expect(clippy::disallowed_methods, reason = "the program is where entropy enters")]
fn random() -> Result<Rand> {
    let mut rand = [0; 16];
    getrandom::fill(&mut rand).map_err(|error| anyhow!("no entropy for RAND: {error}"))?;
    Ok(rand)
}

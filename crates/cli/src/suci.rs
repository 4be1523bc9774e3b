//! `quintet suci`: conceals SUPIs, reveals SUCIs, makes the home network's keys (TS 33.501 6.12, Annex C; TS 23.003 2.2B).

use crate::keys::{MasterKeyOption, home_network};
use crate::octets::{Octets, exactly};
use crate::output::{Finding, print_json, print_rows};
use crate::private;
use anyhow::{Context, Result, anyhow, bail};
use quintet_crypto::suci::{HomeNetworkPrivateKey, HomeNetworkPublicKey, Profile, SuciError};
use quintet_identity::{Plmn, ProtectionScheme, RoutingIndicator, Suci, Supi};
use quintet_vault::Secret;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Draws of a key until one is in its range. P-256 refuses one in 2^32; two in a row are no accident.
const MAX_DRAWS: usize = 8;

const CONCEAL_EXAMPLES: &str = "Examples:
  quintet suci conceal imsi-001010000000001 --plmn 00101 --profile a --key-id 1 --public-key HEX
  quintet suci conceal nai-user@example.com --profile null --json";
const DECONCEAL_EXAMPLES: &str =
    "Exit code 1 says that the SUCI was not concealed for this key, or was changed.
Examples:
  quintet suci deconceal suci-0-001-01-0-1-1-HEX --key-file home-network.key
  quintet suci deconceal suci-0-001-01-0-0-0-0000000001 --json";
const KEYGEN_EXAMPLES: &str =
    "The file holds the private key in 64 hex digits, or sealed under the master key (--sealed), and is for its owner alone:
give it to the UDM ([[udm.home_network_key]]). The public key goes onto the USIMs.
Examples:
  quintet suci keygen --profile b --out home-network.key
  quintet suci keygen --profile a --out home-network.key --sealed --master-key file:/etc/quintet/master.key";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Conceal a SUPI, as a USIM or ME does.
    #[command(after_help = CONCEAL_EXAMPLES)]
    Conceal(Conceal),
    /// Reveal the SUPI of a SUCI, as the SIDF of a UDM does.
    #[command(after_help = DECONCEAL_EXAMPLES)]
    Deconceal(Deconceal),
    /// Make a key pair of the home network.
    #[command(after_help = KEYGEN_EXAMPLES)]
    Keygen(Keygen),
}

/// A protection scheme (TS 33.501 Annex C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Scheme {
    /// Nothing is concealed
    Null,
    /// ECIES over X25519
    A,
    /// ECIES over P-256
    B,
}

impl Scheme {
    fn profile(self) -> Option<Profile> {
        match self {
            Self::Null => None,
            Self::A => Some(Profile::A),
            Self::B => Some(Profile::B),
        }
    }
}

/// A scheme with keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum KeyedScheme {
    /// X25519
    A,
    /// P-256
    B,
}

#[derive(clap::Args)]
pub(crate) struct Conceal {
    /// `imsi-<digits>` or `nai-<user>@<realm>`
    supi: Supi,
    /// Home network of an IMSI, MCC and MNC: an IMSI alone does not tell where its MNC ends
    #[arg(long, value_name = "MCCMNC")]
    plmn: Option<Plmn>,
    /// Protection scheme
    #[arg(long, value_enum)]
    profile: Scheme,
    /// The home network's public key: 32 octets (A), 33 octets compressed (B)
    #[arg(long, value_name = "HEX")]
    public_key: Option<Octets>,
    /// Home network public key identifier
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    key_id: u8,
    /// Routing indicator, 1 to 4 digits
    #[arg(long, value_name = "DIGITS", default_value = "0")]
    routing_indicator: RoutingIndicator,
    /// The ephemeral private key, for what must be repeatable [default: random]
    #[arg(long, value_name = "HEX", value_parser = exactly::<32>)]
    ephemeral_key: Option<[u8; 32]>,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Deconceal {
    /// `suci-0-<MCC>-<MNC>-<routing indicator>-<scheme>-<key>-<output>`, or with a realm `suci-1-<realm>-…`, or the NAI that
    /// carries it (TS 23.003 28.7.3)
    suci: String,
    /// The file with the private key, in 64 hex digits or sealed
    #[arg(long, value_name = "FILE", conflicts_with = "private_key")]
    key_file: Option<PathBuf>,
    /// The private key itself, 32 octets; others on this machine may read it here: --key-file is for real ones
    #[arg(long, value_name = "HEX", value_parser = exactly::<32>)]
    private_key: Option<[u8; 32]>,
    #[command(flatten)]
    key: MasterKeyOption,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Keygen {
    /// Protection scheme
    #[arg(long, value_enum)]
    profile: KeyedScheme,
    /// Where the private key goes; a file that is there is not overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seal the private key in the file under the master key
    #[arg(long)]
    sealed: bool,
    #[command(flatten)]
    key: MasterKeyOption,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct ConcealAnswer {
    suci: String,
    scheme_output: String,
}

#[derive(Serialize)]
struct DeconcealAnswer {
    supi: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct KeygenAnswer {
    profile: &'static str,
    public_key: String,
    file: String,
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    match command {
        Command::Conceal(conceal) => run_conceal(&conceal),
        Command::Deconceal(deconceal) => run_deconceal(&deconceal),
        Command::Keygen(keygen) => run_keygen(&keygen),
    }
}

fn run_conceal(conceal: &Conceal) -> Result<Finding> {
    let plmn = match (&conceal.supi, conceal.plmn) {
        (_, Some(plmn)) => plmn,
        // A NAI has its home in its realm; the PLMN plays no part.
        (Supi::Nai(_), None) => "00101".parse()?,
        (Supi::Imsi(_), None) => bail!("--plmn is missing: an IMSI alone does not tell where its MNC ends"),
    };
    let (home, input) = Suci::scheme_input(&conceal.supi, plmn)?;
    let input = Zeroizing::new(input);
    let (scheme, key_id, output) = match conceal.profile.profile() {
        None => (ProtectionScheme::NULL, 0, input.to_vec()),
        Some(profile) => {
            let octets = conceal.public_key.as_ref().context("--public-key is missing")?;
            let key = HomeNetworkPublicKey::new(profile, &octets.0).context("--public-key")?;
            let output = match &conceal.ephemeral_key {
                Some(ephemeral) => key.conceal(ephemeral, &input).context("--ephemeral-key")?,
                None => draw(|ephemeral| key.conceal(ephemeral, &input))?,
            };
            (ProtectionScheme(profile.scheme()), conceal.key_id, output)
        }
    };
    let suci = Suci::new(home, conceal.routing_indicator, scheme, key_id, &output)?;
    let answer = ConcealAnswer {
        suci: suci.to_string(),
        scheme_output: hex::encode(&output),
    };
    if conceal.json {
        print_json("quintet.suci.conceal/1", &answer)?;
    } else {
        print_rows(&[("SUCI", answer.suci), ("scheme output", answer.scheme_output)])?;
    }
    Ok(Finding::Positive)
}

/// A SUCI in either of its texts.
fn read_suci(text: &str) -> Result<Suci> {
    if text.contains('@') {
        return Ok(Suci::from_nai(text)?);
    }
    Ok(text.parse()?)
}

fn run_deconceal(deconceal: &Deconceal) -> Result<Finding> {
    let suci = read_suci(&deconceal.suci)?;
    let outcome = reveal(deconceal, &suci)?;
    let answer = match &outcome {
        Ok(supi) => DeconcealAnswer {
            supi: Some(supi.to_string()),
            reason: None,
        },
        Err(why) => DeconcealAnswer {
            supi: None,
            reason: Some(why.clone()),
        },
    };
    if deconceal.json {
        print_json("quintet.suci.deconceal/1", &answer)?;
    } else {
        let rows = [
            answer.supi.map(|supi| ("SUPI", supi)),
            answer.reason.map(|why| ("why", why)),
        ];
        print_rows(&rows.into_iter().flatten().collect::<Vec<_>>())?;
    }
    Ok(match outcome {
        Ok(_) => Finding::Positive,
        Err(_) => Finding::Negative,
    })
}

/// The SUPI, or why this key does not reveal one.
///
/// # Errors
/// What is wrong with the options, not with the SUCI.
fn reveal(deconceal: &Deconceal, suci: &Suci) -> Result<Result<Supi, String>> {
    if suci.scheme() == ProtectionScheme::NULL {
        return Ok(suci.null_supi().ok_or_else(|| "it is anonymous".to_owned()));
    }
    let profile = Profile::of_scheme(suci.scheme().0)?;
    let octets = match (&deconceal.key_file, &deconceal.private_key) {
        (Some(file), _) => home_network::read(file, &deconceal.key.sources()).context("the private key")?,
        (None, Some(octets)) => Secret::new(*octets),
        (None, None) => bail!("it is concealed: give --key-file with the home network's private key"),
    };
    let key = HomeNetworkPrivateKey::new(profile, &octets).context("the private key")?;
    Ok(match key.deconceal(suci.output()) {
        Ok(input) => suci.supi(&input).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    })
}

fn run_keygen(keygen: &Keygen) -> Result<Finding> {
    let (profile, name) = match keygen.profile {
        KeyedScheme::A => (Profile::A, "A"),
        KeyedScheme::B => (Profile::B, "B"),
    };
    if keygen.out.exists() {
        bail!(
            "{} is there already: a private key is not overwritten; choose another file",
            keygen.out.display()
        );
    }
    let mut secret = Secret::default();
    let public = draw(|octets| {
        let key = HomeNetworkPrivateKey::new(profile, octets)?;
        *secret = *octets;
        Ok(*key.public_key())
    })?;
    let text = Zeroizing::new(match keygen.sealed {
        true => home_network::sealed(&secret, &keygen.key.sources())?,
        false => hex::encode(&secret[..]) + "\n",
    });
    let cannot = || format!("cannot write {}", keygen.out.display());
    let mut file = private::create(&keygen.out).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)?;
    let answer = KeygenAnswer {
        profile: name,
        public_key: hex::encode(public.octets()),
        file: keygen.out.display().to_string(),
    };
    if keygen.json {
        print_json("quintet.suci.keygen/1", &answer)?;
    } else {
        print_rows(&[
            ("profile", name.to_owned()),
            ("public key", answer.public_key),
            ("private key in", answer.file),
        ])?;
    }
    Ok(Finding::Positive)
}

/// Makes something of a random key that is in its range.
fn draw<T>(mut make: impl FnMut(&[u8; 32]) -> Result<T, SuciError>) -> Result<T> {
    for _ in 0..MAX_DRAWS {
        let octets = random()?;
        match make(&octets) {
            Err(SuciError::PrivateKey) => {}
            other => return Ok(other?),
        }
    }
    bail!("no random key was in its range: this machine's entropy is broken")
}

#[expect(clippy::disallowed_methods, reason = "the program is where entropy enters")]
fn random() -> Result<Zeroizing<[u8; 32]>> {
    let mut octets = Zeroizing::new([0; 32]);
    getrandom::fill(&mut octets[..]).map_err(|error| anyhow!("no entropy for a key: {error}"))?;
    Ok(octets)
}

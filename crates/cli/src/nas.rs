//! `quintet nas`: what a NAS message says, and its protection by hand (TS 24.301 4.4, 9; TS 24.501 4.4, 9).

mod decode;
mod keys;
mod message;

pub(crate) use decode::nested;

use crate::octets::Octets;
use crate::output::{Finding, print_json, print_rows};
use anyhow::{Context, Result, bail};
use keys::SecurityArguments;
use quintet_nas::eps::ServiceRequest;
use quintet_nas::fgs::FgmmMessage;
use quintet_nas::security::fgs::cleartext;
use quintet_nas::security::{Discard, NasCount, Protection, Role, SecurityHeaderType};
use serde::Serialize;

const DECODE_EXAMPLE: &str = "The input is hex, or the name of a file with hex or with the octets of one message; `-` reads standard input.
A ciphered message is read with --knas-enc, --knas-int, --count, --direction, --eia and --eea; without them, it is tried
as if the null algorithm had ciphered it, and the answer says so.

Examples:
  quintet nas decode --eps 0741710809101010325476980005e060c04000
  quintet nas decode --eps smc.bin --json
  quintet nas decode --eps 27eec81e21040201d9 --knas-int HEX --count 4 --direction down --eia 1
  quintet nas decode --5gs 7e004179000d0100f110f0ff000000000000102e04f0f0f0f0";
const PROTECT_EXAMPLE: &str = "SERVICE REQUEST of EPS is given whole; its sequence number and short MAC are made anew.
With --initial, what need not be read before the context is known goes into a ciphered NAS message container (TS 24.501 4.4.6).

Examples:
  quintet nas protect --eps 0201d9 --knas-int ab3b40d1049aeb3ab37ded54ca6c1dad --count 4 --direction down --eia 1
  quintet nas protect --eps c7000000 --header-type 12 --knas-int HEX --count 31 --direction up --eia 3 --json
  quintet nas protect --5gs 7e0043 --knas-int HEX --knas-enc HEX --count 2 --direction up --eia 2 --eea 2
  quintet nas protect --5gs 7e004c100007f40040c0ffee0140022000 --initial --access non-3gpp --knas-int HEX --knas-enc HEX --count 7 \\
      --direction up --eia 2 --eea 2";
const UNPROTECT_EXAMPLE: &str = "Exit code 1 says that the MAC does not hold.

Example:
  quintet nas unprotect --eps 27eec81e21040201d9 --knas-int ab3b40d1049aeb3ab37ded54ca6c1dad \\
      --count 4 --direction down --eia 1
  quintet nas unprotect --5gs 7e02318bc737017e0043 --knas-int ab3b40d1049aeb3ab37ded54ca6c1dad \\
      --count 1 --direction up --eia 2";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show the security header and every element with its name, value and offset.
    #[command(after_help = DECODE_EXAMPLE)]
    Decode(decode::Arguments),
    /// Cipher a plain message and put the security header before it.
    #[command(after_help = PROTECT_EXAMPLE)]
    Protect(Protect),
    /// Check the MAC of a protected message and decipher it.
    #[command(after_help = UNPROTECT_EXAMPLE)]
    Unprotect(Unprotect),
}

/// Which system's NAS.
#[derive(Clone, Copy, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct System {
    /// NAS of EPS (TS 24.301)
    #[arg(long)]
    eps: bool,
    /// NAS of 5GS (TS 24.501)
    #[arg(long = "5gs")]
    fgs: bool,
}

impl System {
    /// Whether the message is one of the system that was named.
    fn check(self, octets: &[u8]) -> Result<()> {
        let Some(first) = octets.first() else {
            bail!("the message is empty");
        };
        let fgs = message::is_fgs(octets);
        if self.fgs && !fgs {
            bail!("--5gs: a message of 5GS begins with 7e or 2e, not with {first:02x}");
        }
        if self.eps && fgs {
            bail!("--eps: a message that begins with {first:02x} is one of 5GS: give --5gs");
        }
        Ok(())
    }
}

#[derive(clap::Args)]
pub(crate) struct Protect {
    #[command(flatten)]
    system: System,
    /// The plain message
    #[arg(value_name = "HEX")]
    message: Octets,
    #[command(flatten)]
    security: SecurityArguments,
    /// Security header type: 1 to 4, in EPS also 5, and 12 for SERVICE REQUEST
    #[arg(long, value_name = "N", default_value_t = 2)]
    header_type: u8,
    /// Protect an initial message of 5GS: hide what can be hidden in a NAS message container
    #[arg(long, conflicts_with_all = ["eps", "header_type"])]
    initial: bool,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Unprotect {
    #[command(flatten)]
    system: System,
    /// The protected message
    #[arg(value_name = "HEX")]
    message: Octets,
    #[command(flatten)]
    security: SecurityArguments,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct ProtectAnswer {
    pdu: String,
}

#[derive(Serialize)]
struct UnprotectAnswer {
    plain: Option<String>,
    /// The whole initial message of 5GS that `plain` has in its container.
    #[serde(skip_serializing_if = "Option::is_none")]
    initial: Option<String>,
    mac: &'static str,
    count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    match command {
        Command::Decode(arguments) => decode::run(&arguments),
        Command::Protect(arguments) => protect(&arguments),
        Command::Unprotect(arguments) => unprotect(&arguments),
    }
}

fn protect(arguments: &Protect) -> Result<Finding> {
    let plain = &arguments.message.0;
    arguments.system.check(plain)?;
    let header_type = SecurityHeaderType(arguments.header_type);
    let fgs = arguments.system.fgs;
    let mut context = arguments.security.context(fgs, Role::sends)?;
    let mut pdu = Vec::new();
    if arguments.initial {
        let message = FgmmMessage::decode_uplink(plain).context("--initial takes a plain initial message")?;
        if cleartext(&message.message).is_none() {
            bail!("--initial: {} is no initial message", message.message.name());
        }
        context.protect_initial(&message.message, &mut pdu)?;
    } else if fgs {
        let protection = header_type
            .protection()
            .filter(|protection| *protection != Protection::PartiallyCiphered)
            .with_context(|| {
                format!(
                    "--header-type {}: 1 to 4 protect a message of 5GS",
                    arguments.header_type
                )
            })?;
        context.protect(protection, plain, &mut pdu)?;
    } else if header_type == SecurityHeaderType::SERVICE_REQUEST {
        let request = ServiceRequest::decode(plain)
            .context("--header-type 12 takes a SERVICE REQUEST: c7, KSI and sequence number, short MAC")?;
        context.protect_service_request(request.ksi(), &mut pdu)?;
    } else {
        let protection = header_type.protection().with_context(|| {
            format!(
                "--header-type {}: 1 to 5 and 12 protect a message",
                arguments.header_type
            )
        })?;
        context.protect(protection, plain, &mut pdu)?;
    }
    let pdu = hex::encode(pdu);
    if arguments.json {
        print_json("quintet.nas.protect/1", &ProtectAnswer { pdu })?;
    } else {
        print_rows(&[("PDU", pdu)])?;
    }
    Ok(Finding::Positive)
}

fn unprotect(arguments: &Unprotect) -> Result<Finding> {
    let pdu = &arguments.message.0;
    arguments.system.check(pdu)?;
    let fgs = arguments.system.fgs;
    let context = arguments.security.context(fgs, Role::receives)?;
    let (mut out, mut initial) = (Vec::new(), None);
    let opened = if !fgs
        && pdu
            .first()
            .is_some_and(|first| ServiceRequest::is_first_octet(*first))
    {
        context
            .verify_service_request(pdu)
            .map(|verified| (verified.count(), pdu.clone()))
    } else {
        context.verify(pdu, &mut out).map(|verified| {
            initial = decode::initial(&context, &verified).map(hex::encode);
            (verified.count(), verified.message().to_vec())
        })
    };
    let answer = UnprotectAnswer {
        initial,
        ..verdict(opened)?
    };
    if arguments.json {
        print_json("quintet.nas.unprotect/1", &answer)?;
    } else {
        let mut rows = vec![("MAC", answer.mac.to_owned())];
        rows.extend(answer.count.map(|count| ("COUNT", count.to_string())));
        rows.extend(answer.plain.clone().map(|plain| ("plain", plain)));
        rows.extend(answer.initial.clone().map(|initial| ("initial", initial)));
        rows.extend(answer.reason.clone().map(|reason| ("why", reason)));
        print_rows(&rows)?;
    }
    Ok(match answer.plain {
        Some(_) => Finding::Positive,
        None => Finding::Negative,
    })
}

/// A MAC that does not hold is an answer; a message that cannot be checked is an error.
fn verdict(opened: Result<(NasCount, Vec<u8>), Discard>) -> Result<UnprotectAnswer> {
    let invalid = |count: Option<NasCount>, why: &Discard| UnprotectAnswer {
        plain: None,
        initial: None,
        mac: "invalid",
        count: count.map(NasCount::value),
        reason: Some(why.to_string()),
    };
    Ok(match opened {
        Ok((count, plain)) => UnprotectAnswer {
            plain: Some(hex::encode(plain)),
            initial: None,
            mac: "valid",
            count: Some(count.value()),
            reason: None,
        },
        Err(why @ Discard::Mac { estimate }) => invalid(Some(estimate), &why),
        Err(why @ Discard::Replayed { count }) => invalid(Some(count), &why),
        Err(why @ Discard::CountExhausted) => invalid(None, &why),
        Err(other) => return Err(other.into()),
    })
}

//! Keys, algorithms and COUNT on the command line.

use crate::octets::exactly;
use anyhow::{Context, Result};
use clap::ValueEnum;
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm, KNasEnc, KNasInt};
use quintet_nas::security::{self, NasCount, NasCounts, NasSecurityContext, Role, System};

/// Which way the message goes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Way {
    /// From the UE
    #[value(alias = "uplink")]
    Up,
    /// To the UE
    #[value(alias = "downlink")]
    Down,
}

/// Access to 5GS.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Access {
    /// 3GPP access: NAS connection identifier 1
    #[value(name = "3gpp")]
    ThreeGpp,
    /// Non-3GPP access: NAS connection identifier 2
    #[value(name = "non-3gpp")]
    NonThreeGpp,
}

#[derive(clap::Args)]
pub(crate) struct SecurityArguments {
    /// Integrity key KNASint; not needed with EIA0
    #[arg(long, value_name = "HEX", value_parser = exactly::<16>)]
    knas_int: Option<[u8; 16]>,
    /// Ciphering key KNASenc; not needed with EEA0
    #[arg(long, value_name = "HEX", value_parser = exactly::<16>)]
    knas_enc: Option<[u8; 16]>,
    /// NAS COUNT of the message, 24 bits: decimal, or hex after 0x. A received message may have a later one, up to 255 on
    #[arg(long, value_name = "N", value_parser = parse_count)]
    count: Option<NasCount>,
    /// Which way the message goes
    #[arg(long, value_name = "WAY")]
    direction: Option<Way>,
    /// Integrity algorithm: 0 null, 1 SNOW 3G, 2 AES, 3 ZUC
    #[arg(long, alias = "nia", value_name = "N", value_parser = clap::value_parser!(u8).range(0..=3))]
    eia: Option<u8>,
    /// Ciphering algorithm: 0 null, 1 SNOW 3G, 2 AES, 3 ZUC
    #[arg(long, alias = "nea", value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=3))]
    eea: u8,
    /// Access that the message goes over, with --5gs
    #[arg(long, value_name = "ACCESS", default_value = "3gpp", conflicts_with = "eps")]
    access: Access,
}

impl SecurityArguments {
    /// Whether the message's protection is to be looked at.
    pub(super) fn given(&self) -> Option<&Self> {
        let keys = self.knas_int.is_some() || self.knas_enc.is_some() || self.eia.is_some();
        (keys || self.count.is_some() || self.direction.is_some()).then_some(self)
    }

    /// The context of the end whose messages go, by `goes`, the way that was given; COUNT is next for it.
    pub(super) fn context(&self, fgs: bool, goes: impl Fn(Role) -> Direction) -> Result<NasSecurityContext> {
        let eia = self
            .eia
            .context("--eia is needed: the integrity algorithm, 0 to 3")?;
        let count = self
            .count
            .context("--count is needed: the NAS COUNT of the message")?;
        let direction = match self.direction.context("--direction is needed: up or down")? {
            Way::Up => Direction::Uplink,
            Way::Down => Direction::Downlink,
        };
        let role = if goes(Role::Ue) == direction {
            Role::Ue
        } else {
            Role::Network
        };
        let k_nas_int = match self.knas_int {
            None if eia != 0 => None,
            key => Some(KNasInt::new(key.unwrap_or_default())),
        };
        let k_nas_enc = match self.knas_enc {
            None if self.eea != 0 => None,
            key => Some(KNasEnc::new(key.unwrap_or_default())),
        };
        let integrity = IntegrityAlgorithm(eia);
        let ciphering = CipheringAlgorithm(self.eea);
        let system = match self.access {
            _ if !fgs => System::Eps,
            Access::ThreeGpp => System::Fgs(security::Access::ThreeGpp),
            Access::NonThreeGpp => System::Fgs(security::Access::NonThreeGpp),
        };
        let context = NasSecurityContext::of(
            system,
            role,
            (
                integrity,
                k_nas_int.with_context(|| format!("{integrity} needs --knas-int"))?,
            ),
            (
                ciphering,
                k_nas_enc.with_context(|| format!("{ciphering} needs --knas-enc"))?,
            ),
        )?;
        Ok(context.with_counts(NasCounts {
            next_sent: Some(count),
            last_received: count.value().checked_sub(1).and_then(NasCount::new),
        }))
    }
}

fn parse_count(text: &str) -> Result<NasCount, String> {
    let value = match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => text.parse(),
    };
    value
        .ok()
        .and_then(NasCount::new)
        .ok_or_else(|| "a COUNT is 0 to 16777215, or 0x0 to 0xffffff".to_owned())
}

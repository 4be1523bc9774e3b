//! The options that name a USIM: K, operator constant, algorithm and sizes.

use crate::octets::Octets;
use anyhow::{Context, Result, bail};
use quintet_crypto::{AuthenticationFunctions, K, Milenage, Op, Opc, Top, Topc, Tuak, TuakSizes, Xor};

/// Which functions the USIM runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Algorithm {
    /// TS 35.206
    Milenage,
    /// TS 35.231
    Tuak,
    /// The test algorithm of TS 34.108 8.1.2
    Xor,
}

/// The USIM.
#[derive(clap::Args)]
#[command(next_help_heading = "USIM")]
pub(crate) struct Keys {
    /// Subscriber key: 16 octets (TUAK also 32)
    #[arg(long, value_name = "HEX")]
    k: Octets,
    /// OP, 16 octets; TOP of TUAK, 32 octets
    #[arg(long, value_name = "HEX", conflicts_with = "opc")]
    op: Option<Octets>,
    /// OPc, 16 octets; TOPc of TUAK, 32 octets
    #[arg(long, value_name = "HEX")]
    opc: Option<Octets>,
    /// The USIM's functions
    #[arg(long, value_enum, default_value = "milenage")]
    algorithm: Algorithm,
    /// TUAK: Keccak iterations
    #[arg(long, value_name = "N", default_value_t = 1)]
    keccak_iterations: u8,
    /// TUAK: length of RES
    #[arg(long, value_name = "N", default_value_t = 64)]
    res_bits: u16,
    /// TUAK: length of MAC-A and MAC-S
    #[arg(long, value_name = "N", default_value_t = 64)]
    mac_bits: u16,
    /// TUAK: length of CK
    #[arg(long, value_name = "N", default_value_t = 128)]
    ck_bits: u16,
    /// TUAK: length of IK
    #[arg(long, value_name = "N", default_value_t = 128)]
    ik_bits: u16,
}

/// The operator constant as given.
enum Constant<const N: usize> {
    Op([u8; N]),
    Opc([u8; N]),
}

impl Keys {
    /// The USIM's functions.
    ///
    /// # Errors
    /// A length that the algorithm does not take; a missing operator constant.
    pub(crate) fn functions(&self) -> Result<AuthenticationFunctions> {
        let k = K::new(&self.k.0)
            .with_context(|| format!("--k: {} octets given, 16 (TUAK: or 32) needed", self.k.0.len()))?;
        Ok(match self.algorithm {
            Algorithm::Milenage => {
                let opc = match self.constant()? {
                    Constant::Op(op) => Opc::derive(&k, &Op::new(op))?,
                    Constant::Opc(opc) => Opc::new(opc),
                };
                AuthenticationFunctions::Milenage(Milenage::new(k, opc)?)
            }
            Algorithm::Tuak => {
                let sizes = TuakSizes::new(
                    self.res_bits,
                    self.mac_bits,
                    self.ck_bits,
                    self.ik_bits,
                    self.keccak_iterations,
                )?;
                let topc = match self.constant()? {
                    Constant::Op(top) => Topc::derive(&k, &Top::new(top), sizes),
                    Constant::Opc(topc) => Topc::new(topc),
                };
                AuthenticationFunctions::Tuak(Tuak::new(k, topc, sizes))
            }
            Algorithm::Xor => AuthenticationFunctions::Xor(Xor::new(k)?),
        })
    }

    fn constant<const N: usize>(&self) -> Result<Constant<N>> {
        let fixed = |option: &str, octets: &Octets| {
            let length = octets.0.len();
            <[u8; N]>::try_from(&octets.0[..]).map_err(|_| {
                anyhow::anyhow!("{option}: {length} octets given, {N} needed for this algorithm")
            })
        };
        match (&self.op, &self.opc) {
            (Some(op), _) => Ok(Constant::Op(fixed("--op", op)?)),
            (_, Some(opc)) => Ok(Constant::Opc(fixed("--opc", opc)?)),
            _ => bail!("give --op or --opc: this algorithm needs the operator's constant"),
        }
    }
}

//! What is stored, written as a declared network: subscribers one after another, and the profiles they share behind them.

use super::profile::Profile;
use crate::hex_octets::Hex;
use crate::record::{AlgorithmName, Record, Sizes};
use quintet_identity::{Imsi, Msisdn};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::{Subscriber, Subscription};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::Arc;

/// The first lines.
const HEAD: &str = "# Subscribers, and the profiles they share: read by `quintet apply -f`.\nsubscribers:\n";

#[derive(Serialize)]
struct Line<'a> {
    imsi: Imsi,
    #[serde(skip_serializing_if = "Option::is_none")]
    msisdn: Option<Msisdn>,
    profile: &'a str,
    #[serde(skip_serializing_if = "is_milenage")]
    algorithm: AlgorithmName,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<Hex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opc: Option<Hex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tuak: Option<Sizes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amf: Option<Hex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqn: Option<Hex>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ind_bits: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ims: Option<&'a ImsSubscription>,
}

fn is_milenage(algorithm: &AlgorithmName) -> bool {
    *algorithm == AlgorithmName::Milenage
}

/// Writes a declared network. Memory grows with the number of different subscriptions, not of subscribers.
pub struct Exported<W: Write> {
    output: W,
    names: HashMap<Arc<Subscription>, String>,
}

impl<W: Write> Exported<W> {
    /// To an output.
    ///
    /// # Errors
    /// Those of the output.
    pub fn new(mut output: W) -> io::Result<Self> {
        output.write_all(HEAD.as_bytes())?;
        Ok(Self {
            output,
            names: HashMap::new(),
        })
    }

    /// Writes a subscriber; K and OPc only with keys. `ims` is without SIP Digest credentials unless they shall be written.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(
        &mut self,
        subscriber: &Subscriber,
        ims: Option<&ImsSubscription>,
        sqn: Option<Hex>,
        with_keys: bool,
    ) -> io::Result<()> {
        let next = match self.names.len() {
            0 => "default".to_owned(),
            n => format!("profile-{}", n + 1),
        };
        let name = self
            .names
            .entry(Arc::clone(&subscriber.subscription))
            .or_insert(next);
        let record = Record::of(subscriber, with_keys);
        let line = Line {
            imsi: record.imsi,
            msisdn: record.msisdn,
            profile: name,
            algorithm: record.algorithm,
            k: record.k,
            opc: record.opc,
            tuak: record.tuak,
            amf: record.amf,
            sqn: sqn.filter(|_| with_keys),
            ind_bits: record.ind_bits.filter(|bits| *bits != 5),
            ims,
        };
        let text = serde_saphyr::to_string(&[line]).map_err(io::Error::other)?;
        for line in text.lines() {
            writeln!(self.output, "  {line}")?;
        }
        Ok(())
    }

    /// Writes the profiles.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        if self.names.is_empty() {
            self.output.write_all(b"  []\n")?;
            return self.output.flush();
        }
        let profiles: BTreeMap<&str, Profile> = self
            .names
            .iter()
            .map(|(subscription, name)| (name.as_str(), Profile::of(subscription)))
            .collect();
        let text = serde_saphyr::to_string(&profiles).map_err(io::Error::other)?;
        self.output.write_all(b"profiles:\n")?;
        for line in text.lines() {
            writeln!(self.output, "  {line}")?;
        }
        self.output.flush()
    }
}

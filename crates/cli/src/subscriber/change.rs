//! `add` and `set`: one subscriber from options of the command line.

use super::fgs::FgsOptions;
use super::ims::{ImsChange, ImsOptions};
use crate::octets::Octets;
use anyhow::{Context, Result, bail};
use quintet_crypto::Sqn;
use quintet_identity::{Apn, Imsi, Msisdn};
use quintet_provisioning::Hex;
use quintet_provisioning::record::{AlgorithmName, Non3gpp, Record, default_subscription};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;

#[derive(clap::Args)]
pub(super) struct Add {
    imsi: Imsi,
    /// Subscriber key: 16 octets (TUAK also 32)
    #[arg(long, value_name = "HEX")]
    k: Octets,
    /// OP, 16 octets; TOP of TUAK, 32 octets
    #[arg(long, value_name = "HEX", conflicts_with = "opc")]
    op: Option<Octets>,
    /// OPc, 16 octets; TOPc of TUAK, 32 octets
    #[arg(long, value_name = "HEX")]
    opc: Option<Octets>,
    #[command(flatten)]
    rest: Changes,
}

#[derive(clap::Args)]
pub(super) struct Set {
    imsi: Imsi,
    /// Subscriber key; the SIM was replaced
    #[arg(long, value_name = "HEX", requires = "constant")]
    k: Option<Octets>,
    /// OP, 16 octets; TOP of TUAK, 32 octets
    #[arg(long, value_name = "HEX", group = "constant", requires = "k")]
    op: Option<Octets>,
    /// OPc, 16 octets; TOPc of TUAK, 32 octets
    #[arg(long, value_name = "HEX", group = "constant", requires = "k")]
    opc: Option<Octets>,
    #[command(flatten)]
    rest: Changes,
}

/// What both `add` and `set` take.
#[derive(clap::Args)]
pub(super) struct Changes {
    /// The number
    #[arg(long)]
    msisdn: Option<Msisdn>,
    /// The USIM's functions: milenage, tuak or xor
    #[arg(long, value_name = "NAME")]
    algorithm: Option<AlgorithmName>,
    /// Authentication management field, 2 octets
    #[arg(long, value_name = "HEX")]
    amf: Option<Octets>,
    /// The highest SQN another HSS issued, 6 octets (of a SIM that is here already: only with --k)
    #[arg(long, value_name = "HEX")]
    sqn: Option<Octets>,
    /// Bits of IND the USIM uses: 5, or 0 for one that compares whole numbers
    #[arg(long, value_name = "N")]
    ind_bits: Option<u8>,
    /// An APN with the usual bearer; the first is the default one (repeat for more) [default: internet, ims]
    #[arg(long = "apn", value_name = "APN")]
    apns: Vec<Apn>,
    /// UE-AMBR uplink, bit/s
    #[arg(long, value_name = "BPS")]
    ambr_uplink: Option<u64>,
    /// UE-AMBR downlink, bit/s
    #[arg(long, value_name = "BPS")]
    ambr_downlink: Option<u64>,
    /// Access that is not 3GPP's (SWx): true, false, barred, or `non_3gpp` of a subscription as JSON [default: true]
    #[arg(long = "non-3gpp", value_name = "WHAT")]
    non_3gpp: Option<Non3gpp>,
    /// The whole subscription as JSON, as `show --json` prints it (or @FILE)
    #[arg(long, value_name = "JSON", conflicts_with_all = ["apns", "ambr_uplink", "ambr_downlink", "authentication_method", "nssai", "subscribed", "non_3gpp"])]
    subscription: Option<String>,
    #[command(flatten)]
    fgs: FgsOptions,
    #[command(flatten)]
    ims: ImsOptions,
}

impl Changes {
    /// Puts what was named into the record.
    fn apply(&self, record: &mut Record) -> Result<()> {
        let hex = |octets: &Option<Octets>| octets.as_ref().map(|o| Hex::new(o.0.clone()));
        record.msisdn = self.msisdn.or(record.msisdn);
        record.algorithm = self.algorithm.unwrap_or(record.algorithm);
        record.amf = hex(&self.amf).or(record.amf.take());
        record.sqn = hex(&self.sqn).or(record.sqn.take());
        record.ind_bits = self.ind_bits.or(record.ind_bits);
        if let Some(json) = &self.subscription {
            let text = match json.strip_prefix('@') {
                Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?,
                None => json.clone(),
            };
            record.subscription = Some(serde_json::from_str(&text).context("--subscription")?);
        }
        let mut subscription = record
            .subscription
            .take()
            .unwrap_or_else(|| default_subscription(&self.apns));
        if !self.apns.is_empty() {
            let named = default_subscription(&self.apns);
            subscription.apn_configurations = named.apn_configurations;
            subscription.default_context_identifier = named.default_context_identifier;
        }
        subscription.ambr.uplink = self.ambr_uplink.unwrap_or(subscription.ambr.uplink);
        subscription.ambr.downlink = self.ambr_downlink.unwrap_or(subscription.ambr.downlink);
        self.fgs.said().apply(&mut subscription);
        if let Some(non_3gpp) = &self.non_3gpp {
            non_3gpp.apply(&mut subscription);
        }
        record.subscription = Some(subscription);
        Ok(())
    }
}

impl Add {
    /// The record these options describe.
    ///
    /// # Errors
    /// A subscription that cannot be read.
    pub(super) fn record(&self) -> Result<Record> {
        let hex = |octets: &Octets| Hex::new(octets.0.clone());
        let mut record = Record::new(self.imsi);
        record.k = Some(hex(&self.k));
        record.op = self.op.as_ref().map(hex);
        record.opc = self.opc.as_ref().map(hex);
        self.rest.apply(&mut record)?;
        Ok(record)
    }

    /// What the options say of IMS.
    ///
    /// # Errors
    /// What is no identity, no filter criteria, or contradicts itself.
    pub(super) fn ims(&self) -> Result<ImsChange> {
        self.rest.ims.change(self.imsi, self.rest.msisdn, None)
    }
}

impl Set {
    /// Who is changed.
    pub(super) fn imsi(&self) -> Imsi {
        self.imsi
    }

    /// What the options change of the IMS subscription, if there is one.
    ///
    /// # Errors
    /// As [`Add::ims`].
    pub(super) fn ims(
        &self,
        subscriber: &Subscriber,
        current: Option<&ImsSubscription>,
    ) -> Result<ImsChange> {
        let msisdn = self.rest.msisdn.or(subscriber.msisdn);
        self.rest.ims.change(self.imsi, msisdn, current)
    }

    /// The subscriber's record with what was named changed. `highest` is the highest SQN that may have been issued: a
    /// SIM that turns out to count otherwise (`--ind-bits`) goes on above it.
    ///
    /// # Errors
    /// A subscription that cannot be read; `--sqn` for a SIM whose sequence numbers this HSS issues already.
    pub(super) fn record(&self, subscriber: &Subscriber, highest: Option<Sqn>) -> Result<Record> {
        let mut record = Record::of(subscriber, true);
        let ind_bits = self.rest.ind_bits.or(record.ind_bits);
        if let Some(k) = &self.k {
            let hex = |octets: &Option<Octets>| octets.as_ref().map(|o| Hex::new(o.0.clone()));
            (record.k, record.op, record.opc) = (Some(Hex::new(k.0.clone())), hex(&self.op), hex(&self.opc));
        } else if self.rest.sqn.is_some() {
            bail!(
                "--sqn is for a SIM that another HSS served before, with --k: this HSS issues the sequence numbers of \
                 this one already, and a SIM that is ahead of them resynchronises by itself"
            );
        } else if ind_bits != record.ind_bits {
            record.sqn = highest.map(|sqn| Hex::new(sqn.octets().to_vec()));
        }
        self.rest.apply(&mut record)?;
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use quintet_subscriber::model::SqnProfile;

    #[derive(clap::Parser)]
    struct SetOnly {
        #[command(flatten)]
        set: Set,
    }

    #[derive(clap::Parser)]
    struct AddOnly {
        #[command(flatten)]
        add: Add,
    }

    const IMSI: &str = "001010000000001";
    const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";

    /// The subscriber after `set` with these options.
    fn set(options: &[&str]) -> Result<Subscriber> {
        let add = AddOnly::parse_from(["", IMSI, "--k", K, "--opc", K]).add;
        let before = add.record()?.subscriber()?;
        let set = SetOnly::parse_from(["", IMSI].iter().chain(options)).set;
        Ok(set.record(&before, Sqn::new(77 << 5 | 31))?.subscriber()?)
    }

    #[test]
    fn a_sim_that_counts_otherwise_goes_on_above_what_was_issued() {
        let same = set(&["--msisdn", "1"]).unwrap().authentication;
        assert_eq!((same.seq_seed, same.sqn_profile), (0, SqnProfile::TIME_BASED));
        let plain = set(&["--ind-bits", "0"]).unwrap().authentication;
        assert_eq!(
            (plain.seq_seed, plain.sqn_profile),
            (77 << 5 | 31, SqnProfile::PLAIN)
        );
    }

    #[test]
    fn other_access_is_changed_by_itself() {
        let of = |options: &[&str]| set(options).unwrap().subscription;
        assert!(of(&["--non-3gpp", "barred"]).non_3gpp.barred);
        assert!(!of(&["--non-3gpp", "false"]).non_3gpp.subscribed);
        let before = of(&[]);
        assert!(before.non_3gpp.is_default());
        assert_eq!(before, of(&["--non-3gpp", "true"]));
    }

    #[test]
    fn a_sequence_number_goes_with_a_new_sim_alone() {
        let error = set(&["--sqn", "0000000007e0"]).unwrap_err().to_string();
        assert!(error.contains("--k"), "{error}");
        let new = set(&["--k", K, "--opc", K, "--sqn", "0000000007e0"]).unwrap();
        assert_eq!(new.authentication.seq_seed, 63);
        let new = set(&["--k", K, "--opc", K]).unwrap();
        assert_eq!(new.authentication.seq_seed, 0, "nothing of the old SIM's");
    }
}

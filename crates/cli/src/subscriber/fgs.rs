//! The 5GS part of a subscription, as options of the command line and columns of files have it.

use anyhow::{Context, Result};
use quintet_identity::SNssai;
use quintet_subscriber::model::{AuthenticationMethod, SubscribedSNssai, Subscription};
use serde::{Deserialize, Serialize};

/// A method by the name that scripts write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub(crate) enum Method {
    /// TS 33.501 6.1.3.2
    #[serde(rename = "5g-aka")]
    #[value(name = "5g-aka")]
    FgAka,
    /// TS 33.501 6.1.3.1
    #[serde(rename = "eap-aka-prime")]
    #[value(name = "eap-aka-prime")]
    EapAkaPrime,
}

/// What is said of 5GS.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub(crate) struct Fgs {
    /// How 5GS authenticates the UE [default: 5g-aka]
    #[arg(long, value_enum)]
    pub(crate) authentication_method: Option<Method>,
    /// Subscribed slices, SST or SST-SD (repeat, or separate by commas); the first is the default one [default: 1]
    #[arg(long, value_name = "S-NSSAI", value_delimiter = ',')]
    pub(crate) nssai: Vec<SNssai>,
    /// Whether 5GS serves the subscriber [default: true]
    #[arg(long = "5gs", value_name = "BOOL")]
    pub(crate) subscribed: Option<bool>,
}

impl Fgs {
    /// From the columns of a file; slices are separated by `;` there.
    ///
    /// # Errors
    /// What is no S-NSSAI.
    pub(crate) fn of_columns(authentication_method: Option<Method>, nssai: Option<&str>) -> Result<Self> {
        let slices = nssai.into_iter().flat_map(|list| list.split(';'));
        let nssai = slices
            .map(|slice| slice.trim().parse())
            .collect::<Result<_, _>>()
            .context("column nssai")?;
        Ok(Self {
            authentication_method,
            nssai,
            subscribed: None,
        })
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts what was said into a subscription. A slice that is there already keeps its DNNs.
    pub(crate) fn apply(&self, subscription: &mut Subscription) {
        let fgs = &mut subscription.fgs;
        if let Some(method) = self.authentication_method {
            fgs.authentication_method = match method {
                Method::FgAka => AuthenticationMethod::FgAka,
                Method::EapAkaPrime => AuthenticationMethod::EapAkaPrime,
            };
        }
        fgs.subscribed = self.subscribed.unwrap_or(fgs.subscribed);
        if self.nssai.is_empty() {
            return;
        }
        let old = std::mem::take(&mut fgs.nssai);
        let slices = self.nssai.iter().enumerate().map(|(i, &s_nssai)| {
            let known = old.iter().find(|slice| slice.s_nssai == s_nssai);
            SubscribedSNssai {
                s_nssai,
                default: i == 0,
                dnns: known.map_or_else(Vec::new, |slice| slice.dnns.clone()),
            }
        });
        fgs.nssai = slices.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::default_subscription;
    use super::*;

    #[test]
    fn what_is_said_and_no_more() {
        let mut subscription = default_subscription(&[]);
        let before = subscription.clone();
        Fgs::default().apply(&mut subscription);
        assert_eq!(subscription, before, "nothing said, nothing changed");
        let fgs = Fgs::of_columns(Some(Method::EapAkaPrime), Some("2; 1-00abcd")).unwrap();
        assert!(!fgs.is_empty());
        fgs.apply(&mut subscription);
        subscription.check().unwrap();
        let slices: Vec<_> = subscription
            .fgs
            .nssai
            .iter()
            .map(|s| (s.s_nssai.to_string(), s.default))
            .collect();
        assert_eq!(slices, [("2".to_owned(), true), ("1-00abcd".to_owned(), false)]);
        assert_eq!(
            subscription.fgs.authentication_method,
            AuthenticationMethod::EapAkaPrime
        );
        assert!(Fgs::of_columns(None, Some("256")).is_err());
    }
}

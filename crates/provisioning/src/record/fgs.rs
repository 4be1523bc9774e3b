//! The 5GS part of a subscription, as options of the command line and columns of files have it.

use crate::row::{At, Refusal};
use quintet_identity::SNssai;
use quintet_subscriber::model::{AuthenticationMethod, SubscribedSNssai, Subscription};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A method by the name that scripts write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// TS 33.501 6.1.3.2
    #[serde(rename = "5g-aka")]
    FgAka,
    /// TS 33.501 6.1.3.1
    #[serde(rename = "eap-aka-prime")]
    EapAkaPrime,
}

impl FromStr for Method {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "5g-aka" => Ok(Self::FgAka),
            "eap-aka-prime" => Ok(Self::EapAkaPrime),
            _ => Err(format!("{text:?} is not 5g-aka or eap-aka-prime")),
        }
    }
}

/// What is said of 5GS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fgs {
    /// How 5GS authenticates the UE.
    pub authentication_method: Option<Method>,
    /// Subscribed slices; the first is the default one.
    pub nssai: Vec<SNssai>,
    /// Whether 5GS serves the subscriber.
    pub subscribed: Option<bool>,
}

impl Fgs {
    /// From the columns of a file; slices are separated by `;` there.
    ///
    /// # Errors
    /// What is no S-NSSAI.
    pub fn of_columns(authentication_method: Option<Method>, nssai: Option<&str>) -> Result<Self, Refusal> {
        let slices = nssai.into_iter().flat_map(|list| list.split(';'));
        let nssai = slices
            .map(|slice| slice.trim().parse())
            .collect::<Result<_, _>>()
            .at("column nssai")?;
        Ok(Self {
            authentication_method,
            nssai,
            subscribed: None,
        })
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts what was said into a subscription. A slice that is there already keeps its DNNs.
    pub fn apply(&self, subscription: &mut Subscription) {
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
    use super::super::default_subscription;
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

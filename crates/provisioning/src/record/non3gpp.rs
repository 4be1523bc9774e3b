//! Access that is not 3GPP's, as an option of the command line and a column of files have it.

use quintet_subscriber::model::{Non3gppSubscription, Subscription};
use std::str::FromStr;

/// What is said of it: `true`, `false`, `barred`, or the whole of it as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Non3gpp(Non3gppSubscription);

impl FromStr for Non3gpp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut said = Non3gppSubscription::default();
        match text.trim() {
            "true" => {}
            "false" => said.subscribed = false,
            "barred" => said.barred = true,
            json if json.starts_with('{') => {
                said = serde_json::from_str(json).map_err(|error| error.to_string())?;
            }
            _ => {
                return Err(format!(
                    "{text:?} is not true, false, barred, or JSON of `non_3gpp` of a subscription"
                ));
            }
        }
        Ok(Self(said))
    }
}

impl Non3gpp {
    /// Puts what was said into a subscription.
    pub fn apply(&self, subscription: &mut Subscription) {
        subscription.non_3gpp = self.0.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::super::default_subscription;
    use super::*;
    use quintet_subscriber::model::Non3gppRat;

    #[test]
    fn three_words_or_the_whole_of_it() {
        let mut subscription = default_subscription(&[]);
        let mut after = |text: &str| {
            text.parse::<Non3gpp>().unwrap().apply(&mut subscription);
            subscription.non_3gpp.clone()
        };
        assert!(!after("false").subscribed);
        assert!(after(" barred ").barred);
        let whole = after("{\"apns_enabled\":false,\"restricted_rats\":[\"wlan\"]}");
        assert_eq!(
            (whole.subscribed, whole.apns_enabled, whole.restricted_rats),
            (true, false, vec![Non3gppRat::Wlan])
        );
        assert!(after("true").is_default());
        for wrong in ["", "yes", "{\"wlan\":true}", "[]"] {
            assert!(wrong.parse::<Non3gpp>().is_err(), "{wrong:?}");
        }
    }
}

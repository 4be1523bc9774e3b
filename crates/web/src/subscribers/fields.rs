//! What the form of a subscriber has: read out of a record, read out of a form, and as a merge patch. All else is edited as JSON.

use crate::form::Posted;
use crate::rate;
use quintet_admin::Problem;
use quintet_provisioning::record::Record;
use quintet_subscriber::model::{Roaming, SubscriberStatus};
use serde_json::{Value, json};

/// How the form says that service is granted, or barred.
const GRANTED: &str = "service_granted";
const BARRED: &str = "operator_determined_barring";

/// The fields, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) msisdn: String,
    pub(crate) status: String,
    pub(crate) eps: bool,
    pub(crate) uplink: String,
    pub(crate) downlink: String,
    pub(crate) rfsp: String,
    pub(crate) default_apn: String,
    /// `everywhere`, `only` or `except`.
    pub(crate) roaming: String,
    /// PLMNs with blanks between.
    pub(crate) plmns: String,
}

/// A field that others changed too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) label: &'static str,
    pub(crate) mine: String,
    pub(crate) theirs: String,
}

/// What a subscriber may do, in a word or two; whether that is nothing.
pub(crate) fn status_text(record: &Record) -> (&'static str, bool) {
    match record
        .subscription
        .as_ref()
        .map(|subscription| subscription.subscriber_status)
    {
        Some(SubscriberStatus::OperatorDeterminedBarring) => ("barred", true),
        _ => ("service granted", false),
    }
}

impl Fields {
    /// Of a record.
    pub(crate) fn of(record: &Record) -> Self {
        let msisdn = record.msisdn.map(|msisdn| msisdn.to_string()).unwrap_or_default();
        let Some(subscription) = &record.subscription else {
            return Self {
                msisdn,
                ..Self::default()
            };
        };
        let (roaming, plmns) = match &subscription.roaming {
            Roaming::Everywhere => ("everywhere", &[][..]),
            Roaming::Only(plmns) => ("only", &plmns[..]),
            Roaming::Except(plmns) => ("except", &plmns[..]),
        };
        let plmns: Vec<String> = plmns.iter().map(ToString::to_string).collect();
        Self {
            msisdn,
            status: match subscription.subscriber_status {
                SubscriberStatus::ServiceGranted => GRANTED.to_owned(),
                SubscriberStatus::OperatorDeterminedBarring => BARRED.to_owned(),
            },
            eps: subscription.eps,
            uplink: rate::text(subscription.ambr.uplink),
            downlink: rate::text(subscription.ambr.downlink),
            rfsp: subscription.rfsp.map(|rfsp| rfsp.to_string()).unwrap_or_default(),
            default_apn: subscription.default_context_identifier.to_string(),
            roaming: roaming.to_owned(),
            plmns: plmns.join(" "),
        }
    }

    /// Of a form.
    pub(crate) fn posted(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self {
            msisdn: text("msisdn"),
            status: text("status"),
            eps: posted.is_ticked("eps"),
            uplink: text("uplink"),
            downlink: text("downlink"),
            rfsp: text("rfsp"),
            default_apn: text("default_apn"),
            roaming: text("roaming"),
            plmns: text("plmns"),
        }
    }

    /// What changes between this and what is stored now, field by field.
    pub(crate) fn against(&self, now: &Self) -> Vec<Difference> {
        let difference = |(label, mine, theirs): (&'static str, &str, &str)| {
            (mine != theirs).then(|| Difference {
                label,
                mine: mine.to_owned(),
                theirs: theirs.to_owned(),
            })
        };
        let yes_no = |yes: bool| if yes { "yes" } else { "no" };
        [
            ("MSISDN", self.msisdn.as_str(), now.msisdn.as_str()),
            ("Status", &self.status, &now.status),
            ("E-UTRAN", yes_no(self.eps), yes_no(now.eps)),
            ("AMBR up", &self.uplink, &now.uplink),
            ("AMBR down", &self.downlink, &now.downlink),
            ("RFSP", &self.rfsp, &now.rfsp),
            ("Default APN", &self.default_apn, &now.default_apn),
            ("Roaming", &self.roaming, &now.roaming),
            ("PLMNs", &self.plmns, &now.plmns),
        ]
        .into_iter()
        .filter_map(difference)
        .collect()
    }

    /// As a merge patch (RFC 7396).
    pub(crate) fn patch(&self) -> Result<Value, Problem> {
        let rate = |field: &'static str, text: &str| {
            rate::parse(text).map_err(|why| Problem::invalid(why).at(field))
        };
        let number = |field: &'static str, text: &str| match text {
            "" => Ok(Value::Null),
            text => text
                .parse::<u32>()
                .map(Value::from)
                .map_err(|_| Problem::invalid(format_args!("{text:?} is no number")).at(field)),
        };
        let plmns: Vec<&str> = self
            .plmns
            .split([' ', ','])
            .filter(|plmn| !plmn.is_empty())
            .collect();
        // The other kind has to go: patches merge.
        let roaming = match self.roaming.as_str() {
            "only" => json!({"only": plmns, "except": null}),
            "except" => json!({"except": plmns, "only": null}),
            _ => json!("everywhere"),
        };
        let msisdn = Some(self.msisdn.trim_start_matches('+')).filter(|msisdn| !msisdn.is_empty());
        Ok(json!({
            "msisdn": msisdn,
            "subscription": {
                "subscriber_status": self.status,
                "eps": self.eps,
                "ambr": {"uplink": rate("AMBR up", &self.uplink)?, "downlink": rate("AMBR down", &self.downlink)?},
                "rfsp": number("RFSP", &self.rfsp)?,
                "default_context_identifier": number("Default APN", &self.default_apn)?,
                "roaming": roaming,
            }
        }))
    }
}

/// The keys that a form says, as a merge patch; `None`: it says none. A SIM is changed as a whole.
pub(crate) fn keys(posted: &Posted) -> Option<Value> {
    let names = ["k", "opc", "op", "sqn"];
    if names.iter().all(|name| posted.text(name).is_empty()) {
        return None;
    }
    let mut patch = json!({"algorithm": posted.text("algorithm")});
    for name in names {
        let text = posted.text(name);
        if !text.is_empty() {
            patch[name] = Value::from(text);
        }
    }
    Some(patch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_provisioning::record::default_subscription;

    #[test]
    fn what_is_shown_and_sent_back_changes_nothing() {
        let mut record = Record::new("001010000000001".parse().unwrap());
        record.msisdn = Some("33612345678".parse().unwrap());
        let mut subscription = default_subscription(&[]);
        subscription.roaming = Roaming::Except(vec!["20801".parse().unwrap(), "310410".parse().unwrap()]);
        record.subscription = Some(subscription.clone());
        let fields = Fields::of(&record);
        let patch = fields.patch().unwrap();
        assert_eq!(patch["msisdn"], "33612345678");
        let whole = serde_json::to_value(&subscription).unwrap();
        for (name, value) in patch["subscription"].as_object().unwrap() {
            if name == "roaming" {
                assert_eq!(value["except"], whole["roaming"]["except"]);
                assert!(value["only"].is_null());
            } else if !value.is_null() {
                assert_eq!(value, &whole[name], "{name}");
            }
        }
        assert!(fields.against(&fields).is_empty());
    }

    #[test]
    fn what_differs_is_told_by_field() {
        let mine = Fields {
            uplink: "1G".to_owned(),
            ..Fields::default()
        };
        let theirs = Fields {
            uplink: "2G".to_owned(),
            ..Fields::default()
        };
        let differences = mine.against(&theirs);
        assert_eq!(differences.len(), 1);
        assert_eq!(
            (
                differences[0].label,
                differences[0].mine.as_str(),
                differences[0].theirs.as_str()
            ),
            ("AMBR up", "1G", "2G")
        );
        let wrong = Fields {
            uplink: "fast".to_owned(),
            ..Fields::default()
        };
        assert_eq!(wrong.patch().unwrap_err().field(), Some("AMBR up"));
    }
}

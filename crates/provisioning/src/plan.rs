//! What a change would do: field by field, and which requests it would cause at the nodes that serve the subscriber. Pure; the nodes
//! themselves decide by the same functions when the change is stored.

use crate::declared::Desired;
use crate::record::{MncDigits, Record, home};
use quintet_cx::ReasonCode;
use quintet_identity::{Imsi, Plmn};
use quintet_subscriber::ims::{Deregister, ImsRecord, ImsSubscription};
use quintet_subscriber::model::{ContextData, Location, ServingNode, Subscriber};
use quintet_subscriber::s6a::{Features, difference};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// The longest text of a value that is shown.
const MAX_SHOWN_CHARS: usize = 80;

/// What becomes of a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// He is new.
    Add,
    /// Something changes.
    Update,
    /// Nothing changes.
    Keep,
    /// He goes.
    Remove,
}

/// A field that changes. Keys show as stars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldChange {
    /// Which, as it is written in a provisioning file.
    pub field: String,
    /// What it was; none: it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it will be; none: it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A request that a change causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Push {
    /// Its name in its specification.
    pub request: &'static str,
    /// To whom.
    pub to: String,
    /// What it says.
    pub why: String,
}

/// What becomes of one subscriber, and what it causes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shown {
    /// Who.
    pub imsi: Imsi,
    /// What.
    pub change: Change,
    /// What changes of one who stays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// The requests it causes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pushes: Vec<Push>,
}

/// What a declared network changes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// How many are new.
    pub added: usize,
    /// How many change.
    pub updated: usize,
    /// How many go.
    pub removed: usize,
    /// How many stay as they are.
    pub kept: usize,
    /// All but those.
    pub changes: Vec<Shown>,
}

impl Difference {
    /// Of what becomes of everybody.
    #[must_use]
    pub fn of(dry_run: bool, mut all: Vec<Shown>) -> Self {
        let count = |change| all.iter().filter(|shown| shown.change == change).count();
        let (added, updated) = (count(Change::Add), count(Change::Update));
        let (removed, kept) = (count(Change::Remove), count(Change::Keep));
        all.retain(|shown| shown.change != Change::Keep);
        Self {
            dry_run,
            added,
            updated,
            removed,
            kept,
            changes: all,
        }
    }
}

/// Who serves a subscriber, as the store knows it.
#[derive(Clone, Debug, Default)]
pub struct Serving {
    /// MME and SGSN.
    pub location: Option<Location>,
    /// AMF, and who subscribed to changes.
    pub context: Option<ContextData>,
    /// The S-CSCF.
    pub ims: Option<ImsRecord>,
}

/// What a change of one subscriber comes to; `after` is none if he goes.
#[must_use]
pub fn plan(
    before: Option<(&Subscriber, Option<&ImsSubscription>)>,
    after: Option<&Desired>,
    serving: &Serving,
) -> (Change, Vec<FieldChange>, Vec<Push>) {
    let fields = fields(before, after);
    let change = match (before, after) {
        (None, _) => Change::Add,
        (Some(_), None) => Change::Remove,
        (Some(_), Some(_)) if fields.is_empty() => Change::Keep,
        (Some(_), Some(_)) => Change::Update,
    };
    let mut pushes = Vec::new();
    if let (Some((subscriber, ims)), false) = (before, change == Change::Keep) {
        s6a(subscriber, after, serving, &mut pushes);
        nudm(subscriber, after, serving, &mut pushes);
        cx(ims, after, serving, &mut pushes);
    }
    (change, fields, pushes)
}

/// What changes, field by field: every field of one who comes or goes. Keys show as stars.
#[must_use]
pub fn differences(
    before: Option<(&Subscriber, Option<&ImsSubscription>)>,
    after: Option<&Desired>,
) -> Vec<FieldChange> {
    if before.is_some() && after.is_some() {
        return fields(before, after);
    }
    let nobody = || Value::Object(serde_json::Map::new());
    let old = before.map_or_else(nobody, |(subscriber, ims)| shown(subscriber, ims));
    let new = after.map_or_else(nobody, |new| shown(&new.subscriber, new.ims.as_ref()));
    let mut found = Vec::new();
    compare("", &old, &new, &mut found);
    found
}

/// What a record says, without secrets.
fn shown(subscriber: &Subscriber, ims: Option<&ImsSubscription>) -> Value {
    let mut value = serde_json::to_value(Record::of(subscriber, false)).unwrap_or_default();
    if let (Some(ims), Some(map)) = (ims, value.as_object_mut()) {
        let mut ims = ims.clone();
        ims.private.iter_mut().for_each(|private| private.digest = None);
        map.insert("ims".to_owned(), serde_json::to_value(&ims).unwrap_or_default());
    }
    value
}

fn fields(
    before: Option<(&Subscriber, Option<&ImsSubscription>)>,
    after: Option<&Desired>,
) -> Vec<FieldChange> {
    let mut found = Vec::new();
    let (Some((old, old_ims)), Some(new)) = (before, after) else {
        return found;
    };
    let secret = |field: &str| FieldChange {
        field: field.to_owned(),
        before: Some("***".to_owned()),
        after: Some("*** (another)".to_owned()),
    };
    let (a, b) = (&old.authentication, &new.subscriber.authentication);
    if a.k != b.k {
        found.push(secret("k"));
    }
    if a.algorithm != b.algorithm {
        found.push(secret("opc"));
    }
    compare(
        "",
        &shown(old, old_ims),
        &shown(&new.subscriber, new.ims.as_ref()),
        &mut found,
    );
    let digests = |ims: Option<&ImsSubscription>| -> Vec<_> {
        let private = ims.map_or(&[][..], |ims| &ims.private[..]);
        private.iter().map(|private| private.digest.clone()).collect()
    };
    let (a, b) = (digests(old_ims), digests(new.ims.as_ref()));
    if a.len() == b.len() && a != b {
        found.push(secret("ims.private.digest"));
    }
    found
}

/// Puts what differs between two values, by the names of members.
fn compare(at: &str, before: &Value, after: &Value, found: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let join = |name: &str| match at {
        "" => name.to_owned(),
        at => format!("{at}.{name}"),
    };
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            for name in names {
                let (a, b) = (a.get(name), b.get(name));
                compare(
                    &join(name),
                    a.unwrap_or(&Value::Null),
                    b.unwrap_or(&Value::Null),
                    found,
                );
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for i in 0..a.len().max(b.len()) {
                let (a, b) = (a.get(i), b.get(i));
                let at = format!("{at}[{i}]");
                compare(&at, a.unwrap_or(&Value::Null), b.unwrap_or(&Value::Null), found);
            }
        }
        _ => found.push(FieldChange {
            field: at.to_owned(),
            before: text(before),
            after: text(after),
        }),
    }
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let length = text.chars().count();
    Some(match length > MAX_SHOWN_CHARS {
        true => {
            let head: String = text.chars().take(MAX_SHOWN_CHARS).collect();
            format!("{head}… ({length} characters)")
        }
        false => text,
    })
}

/// The home networks that an IMSI may mean: what a server is configured with is not known here.
fn homes(imsi: Imsi) -> Vec<Plmn> {
    let both = [MncDigits::Two, MncDigits::Three];
    both.into_iter()
        .filter_map(|digits| home(imsi, digits).ok())
        .collect()
}

fn s6a(old: &Subscriber, after: Option<&Desired>, serving: &Serving, pushes: &mut Vec<Push>) {
    let Some(location) = &serving.location else { return };
    let nodes = location.mme.iter().chain(&location.sgsn);
    for node in nodes.filter(|node| !node.purged) {
        let mut push = |request, why: &str| {
            pushes.push(Push {
                request,
                to: node.host.clone(),
                why: why.to_owned(),
            });
        };
        let Some(new) = after else {
            push(
                "Cancel-Location-Request",
                "SUBSCRIPTION_WITHDRAWAL: the subscriber goes",
            );
            continue;
        };
        if !new.subscriber.subscription.eps || !may_be(node, new) {
            push(
                "Cancel-Location-Request",
                "SUBSCRIPTION_WITHDRAWAL: no service there any more",
            );
            continue;
        }
        let changes = difference(
            (&old.subscription, old.msisdn),
            (&new.subscriber.subscription, new.subscriber.msisdn),
            Features::new(node.features, node.features_2),
        );
        if !changes.insert.is_empty() {
            push("Insert-Subscriber-Data-Request", "the parts that changed");
        }
        if !changes.delete.is_empty() {
            push("Delete-Subscriber-Data-Request", "the parts that went");
        }
    }
}

fn may_be(node: &ServingNode, new: &Desired) -> bool {
    let subscription = &new.subscriber.subscription;
    node.visited_plmn
        .is_none_or(|plmn| subscription.may_roam(plmn, &homes(new.subscriber.imsi)))
}

fn nudm(old: &Subscriber, after: Option<&Desired>, serving: &Serving, pushes: &mut Vec<Push>) {
    let Some(context) = &serving.context else { return };
    let goes = after.is_none_or(|new| !new.subscriber.subscription.fgs.subscribed);
    if let Some(amf) = context.amf.as_ref().filter(|amf| !amf.purged && goes) {
        pushes.push(Push {
            request: "Nudm_UECM_DeregistrationNotification",
            to: amf.dereg_callback_uri.clone(),
            why: "SUBSCRIPTION_WITHDRAWN".to_owned(),
        });
    }
    let Some(new) = after else { return };
    if old.subscription == new.subscriber.subscription && old.msisdn == new.subscriber.msisdn {
        return;
    }
    for subscription in &context.sdm_subscriptions {
        pushes.push(Push {
            request: "Nudm_SDM_Notification",
            to: subscription.callback_reference.clone(),
            why: "if it monitors what changed".to_owned(),
        });
    }
}

fn cx(old: Option<&ImsSubscription>, after: Option<&Desired>, serving: &Serving, pushes: &mut Vec<Push>) {
    let (Some(old), Some(record)) = (old, &serving.ims) else {
        return;
    };
    let ims = after.and_then(|new| new.ims.as_ref());
    let Some(new) = ims else {
        let reason = ReasonCode::PERMANENT_TERMINATION;
        let ended = record.deregister(&Deregister::All, reason);
        pushes.extend(ended.cancel.into_iter().map(|cancellation| Push {
            request: "Registration-Termination-Request",
            to: cancellation.server.host,
            why: "PERMANENT_TERMINATION: the IMS subscription goes".to_owned(),
        }));
        return;
    };
    if new == old {
        return;
    }
    let now = ImsRecord {
        subscription: Arc::new(new.clone()),
        registrations: record.registrations.clone(),
        version: record.version,
    };
    let followed = now.follow(old);
    pushes.extend(followed.cancel.into_iter().map(|cancellation| Push {
        request: "Registration-Termination-Request",
        to: cancellation.server.host,
        why: "PERMANENT_TERMINATION: what is registered goes, or its default identity is another".to_owned(),
    }));
    if let Some(server) = followed.answer.server {
        pushes.push(Push {
            request: "Push-Profile-Request",
            to: server.host,
            why: "the profile, charging functions or credentials that changed".to_owned(),
        });
    }
}

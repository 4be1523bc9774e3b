//! Subscribers in pages, or those whom an identity means.

use super::fields::status_text;
use crate::form::{address, parameter};
use crate::frame::{Frame, Place, page};
use crate::rate;
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use quintet_admin::{Area, Problem, Sought};
use quintet_identity::Imsi;
use quintet_provisioning::record::Record;
use quintet_subscriber::eir::EquipmentRule;
use serde::Deserialize;

/// Subscribers of a page.
const PAGE: &str = "50";

/// Most SIMs shown that are bound to one kind of equipment.
const MAX_BOUND: usize = 200;

#[derive(Deserialize)]
struct Listed {
    subscribers: Vec<Record>,
    #[serde(default)]
    next: Option<String>,
}

struct Row {
    imsi: Imsi,
    msisdn: String,
    status: &'static str,
    is_barred: bool,
    apns: String,
    ambr: String,
    has_ims: bool,
}

impl Row {
    fn of(record: &Record) -> Self {
        let subscription = record.subscription.as_ref();
        let apns = subscription.map_or_else(Vec::new, |subscription| {
            subscription
                .apn_configurations
                .iter()
                .map(|apn| apn.apn.to_string())
                .collect()
        });
        let (status, is_barred) = status_text(record);
        Self {
            imsi: record.imsi,
            msisdn: record.msisdn.map(|msisdn| msisdn.to_string()).unwrap_or_default(),
            status,
            is_barred,
            apns: apns.join(", "),
            ambr: subscription.map_or_else(String::new, |subscription| {
                format!(
                    "{} up, {} down",
                    rate::text(subscription.ambr.uplink),
                    rate::text(subscription.ambr.downlink)
                )
            }),
            has_ims: record.ims.is_some(),
        }
    }
}

#[derive(Template)]
#[template(path = "subscribers/list.html")]
struct List {
    frame: Frame,
    sought: String,
    prefix: String,
    /// What is said above the list, such as that nobody has this identity.
    said: Option<String>,
    rows: Vec<Row>,
    rule: Option<EquipmentRule>,
    bound: Vec<Imsi>,
    next: Option<String>,
    may_create: bool,
}

pub(crate) async fn list(State(web): State<Web>, uri: Uri, visitor: Visitor) -> Result<Response, Problem> {
    let sought = parameter(&uri, "q");
    if sought.is_empty() {
        let (prefix, cursor) = (parameter(&uri, "prefix"), parameter(&uri, "cursor"));
        return by_prefix(&web, &visitor, &prefix, &cursor, None).await;
    }
    let found = match web.inside().find(&visitor.caller, &sought).await {
        Ok(found) => found,
        // What is no identity is not wrong, it finds nobody.
        Err(problem) if problem.status() == 400 => {
            let said = Some(format!("{}: {}", sought, problem.detail()));
            return Ok(page(&shown(&visitor, &sought, said, Sought::default())));
        }
        Err(problem) => return Err(problem),
    };
    let is_equipment = found.rule.is_some() || !found.bound.is_empty();
    match found.subscribers.as_slice() {
        [one] if !is_equipment => Ok(Redirect::to(&format!("/ui/subscribers/{}", one.imsi)).into_response()),
        [] if !is_equipment && sought.len() <= 15 && sought.bytes().all(|digit| digit.is_ascii_digit()) => {
            let said = format!("Nobody has exactly {sought}; IMSIs that begin so:");
            by_prefix(&web, &visitor, &sought, "", Some(said)).await
        }
        [] if !is_equipment => {
            let said = Some(format!("Nobody is found by {sought}."));
            Ok(page(&shown(&visitor, &sought, said, found)))
        }
        _ => Ok(page(&shown(&visitor, &sought, None, found))),
    }
}

/// A page of what was found.
fn shown(visitor: &Visitor, sought: &str, said: Option<String>, mut found: Sought) -> List {
    found.bound.truncate(MAX_BOUND);
    List {
        frame: visitor.frame(Place::Subscribers),
        sought: sought.to_owned(),
        prefix: String::new(),
        said,
        rows: found.subscribers.iter().map(Row::of).collect(),
        rule: found.rule,
        bound: found.bound,
        next: None,
        may_create: may_create(visitor),
    }
}

fn may_create(visitor: &Visitor) -> bool {
    visitor.caller.may_write(Area::Subscribers) && visitor.caller.may_set_secrets()
}

async fn by_prefix(
    web: &Web,
    visitor: &Visitor,
    prefix: &str,
    cursor: &str,
    said: Option<String>,
) -> Result<Response, Problem> {
    let path = address(
        "/api/v1/subscribers",
        &[("limit", PAGE), ("imsi_prefix", prefix), ("cursor", cursor)],
    );
    let (listed, _) = visitor.read::<Listed>(web, path).await?;
    let next = listed
        .next
        .map(|cursor| address("/ui/subscribers", &[("prefix", prefix), ("cursor", &cursor)]));
    Ok(page(&List {
        frame: visitor.frame(Place::Subscribers),
        sought: String::new(),
        prefix: prefix.to_owned(),
        said,
        rows: listed.subscribers.iter().map(Row::of).collect(),
        rule: None,
        bound: Vec::new(),
        next,
        may_create: may_create(visitor),
    }))
}

//! One APN configuration: made, changed, taken away.

use super::{back, imsi_of, read, resource};
use crate::form::Posted;
use crate::frame::{Frame, Place, page};
use crate::rate;
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{Method, StatusCode};
use quintet_admin::{Area, Problem};
use quintet_identity::Imsi;
use quintet_provisioning::record::Record;
use serde_json::{Value, json};

/// The fields, as text.
#[derive(Default)]
struct Fields {
    apn: String,
    pdn_type: String,
    qci: String,
    priority: String,
    capability: bool,
    vulnerability: bool,
    uplink: String,
    downlink: String,
}

#[derive(Template)]
#[template(path = "subscribers/apn.html")]
struct Apn {
    frame: Frame,
    imsi: Imsi,
    id: u32,
    is_new: bool,
    fields: Fields,
    etag: String,
    problem: Option<Problem>,
}

impl Fields {
    /// Of the configuration, as JSON.
    fn of(apn: &Value) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let rate = |value: &Value| value.as_u64().map(rate::text).unwrap_or_default();
        Self {
            apn: text(&apn["apn"]),
            pdn_type: text(&apn["pdn_type"]),
            qci: text(&apn["qci"]),
            priority: text(&apn["arp"]["priority_level"]),
            capability: apn["arp"]["pre_emption_capability"] == true,
            vulnerability: apn["arp"]["pre_emption_vulnerability"] == true,
            uplink: rate(&apn["ambr"]["uplink"]),
            downlink: rate(&apn["ambr"]["downlink"]),
        }
    }

    fn posted(posted: &Posted) -> Self {
        let text = |name| posted.text(name).to_owned();
        Self {
            apn: text("apn"),
            pdn_type: text("pdn_type"),
            qci: text("qci"),
            priority: text("priority"),
            capability: posted.is_ticked("capability"),
            vulnerability: posted.is_ticked("vulnerability"),
            uplink: text("uplink"),
            downlink: text("downlink"),
        }
    }

    /// Into the configuration: what the form has not stays.
    fn write(&self, apn: &mut Value) -> Result<(), Problem> {
        let number = |field: &'static str, text: &str| {
            let number = text.parse::<u8>();
            number.map_err(|_| Problem::invalid(format_args!("{text:?} is no number up to 255")).at(field))
        };
        let rate = |field: &'static str, text: &str| {
            rate::parse(text).map_err(|why| Problem::invalid(why).at(field))
        };
        apn["apn"] = json!(self.apn);
        apn["pdn_type"] = json!(self.pdn_type);
        apn["qci"] = json!(number("QCI", &self.qci)?);
        apn["arp"] = json!({
            "priority_level": number("Priority", &self.priority)?,
            "pre_emption_capability": self.capability,
            "pre_emption_vulnerability": self.vulnerability,
        });
        if let Some(members) = apn.as_object_mut() {
            members.remove("ambr");
        }
        if !(self.uplink.is_empty() && self.downlink.is_empty()) {
            apn["ambr"] = json!({"uplink": rate("AMBR up", &self.uplink)?, "downlink": rate("AMBR down", &self.downlink)?});
        }
        Ok(())
    }
}

fn id_of(text: &str) -> Result<u32, Problem> {
    text.parse()
        .map_err(|_| Problem::not_found(format_args!("{text:?} is no Context-Identifier")))
}

/// The configuration as JSON; none: there is none of this number.
fn found(record: &Record, id: u32) -> Option<Value> {
    let apns = &record.subscription.as_ref()?.apn_configurations;
    let apn = apns.iter().find(|apn| apn.context_identifier == id)?;
    serde_json::to_value(apn).ok()
}

pub(crate) async fn form(
    State(web): State<Web>,
    Path((imsi, id)): Path<(String, String)>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    if !visitor.caller.may_write(Area::Subscribers) {
        return Err(Problem::forbidden("this token changes no subscribers"));
    }
    let (imsi, id) = (imsi_of(&imsi)?, id_of(&id)?);
    let (record, etag) = read(&web, &visitor, imsi).await?;
    let known = found(&record, id);
    let usual = json!({"pdn_type": "ipv4v6", "qci": 9, "arp": {"priority_level": 8, "pre_emption_vulnerability": true}});
    Ok(page(&Apn {
        frame: visitor.frame(Place::Subscribers),
        imsi,
        id,
        is_new: known.is_none(),
        fields: Fields::of(&known.unwrap_or(usual)),
        etag,
        problem: None,
    }))
}

pub(crate) async fn save(
    State(web): State<Web>,
    Path((imsi, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Problem> {
    let (imsi, id) = (imsi_of(&imsi)?, id_of(&id)?);
    let visitor = &posted.visitor;
    let path = format!("{}/apn-configurations/{id}", resource(imsi));
    let (record, now) = read(&web, visitor, imsi).await?;
    let known = found(&record, id);
    let is_new = known.is_none();
    let fields = Fields::posted(&posted);
    let etag = posted.text("etag");
    let saved = match posted.text("what") {
        "remove" => visitor.write(&web, Method::DELETE, path, etag, None::<&()>).await,
        _ => {
            let mut apn = known.unwrap_or_else(|| json!({"context_identifier": id}));
            match fields.write(&mut apn) {
                Ok(()) => visitor.write(&web, Method::PUT, path, etag, Some(&apn)).await,
                Err(problem) => Err(problem),
            }
        }
    };
    let problem = match saved {
        Ok(_) => return Ok(back(imsi, "saved")),
        Err(problem) if problem.status() == StatusCode::FORBIDDEN => return Err(problem),
        Err(problem) => problem,
    };
    let status = problem.status();
    let etag = match status {
        StatusCode::PRECONDITION_FAILED => now,
        _ => etag.to_owned(),
    };
    let mut response = page(&Apn {
        frame: visitor.frame(Place::Subscribers),
        imsi,
        id,
        is_new,
        fields,
        etag,
        problem: Some(problem),
    });
    *response.status_mut() = status;
    Ok(response)
}

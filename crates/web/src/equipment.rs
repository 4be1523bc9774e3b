//! The register of equipment: rules and bindings.

use crate::form::{Posted, address, parameter};
use crate::frame::{Frame, Place, page};
use crate::state::Web;
use crate::visitor::Visitor;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{Method, StatusCode, Uri};
use quintet_admin::{Area, Problem};
use quintet_subscriber::eir::{EquipmentBinding, EquipmentRule};
use serde::Deserialize;
use serde_json::{Value, json};

/// Entries of a page.
const PAGE: &str = "200";

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/equipment", get(list))
        .route("/equipment/rule", post(rule))
        .route("/equipment/binding", post(binding))
}

#[derive(Deserialize)]
struct Listed {
    rules: Vec<EquipmentRule>,
    bindings: Vec<EquipmentBinding>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "equipment.html")]
struct Equipment {
    frame: Frame,
    rules: Vec<EquipmentRule>,
    bindings: Vec<EquipmentBinding>,
    next: Option<String>,
    may_write: bool,
    problem: Option<Problem>,
}

async fn shown(
    web: &Web,
    visitor: &Visitor,
    cursor: &str,
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let path = address("/api/v1/eir/rules", &[("limit", PAGE), ("cursor", cursor)]);
    let (listed, _) = visitor.read::<Listed>(web, path).await?;
    let status = problem.as_ref().map_or(StatusCode::OK, Problem::status);
    let mut response = page(&Equipment {
        frame: visitor.frame(Place::Equipment),
        rules: listed.rules,
        bindings: listed
            .bindings
            .into_iter()
            .filter(|binding| !binding.equipment.is_empty())
            .collect(),
        next: listed
            .next
            .map(|cursor| address("/ui/equipment", &[("cursor", &cursor)])),
        may_write: visitor.caller.may_write(Area::Equipment),
        problem,
    });
    *response.status_mut() = status;
    Ok(response)
}

async fn list(State(web): State<Web>, uri: Uri, visitor: Visitor) -> Result<Response, Problem> {
    shown(&web, &visitor, &parameter(&uri, "cursor"), None).await
}

/// Does it, and shows the list again: with what was wrong, if something was.
async fn change(
    web: &Web,
    visitor: &Visitor,
    method: Method,
    path: String,
    body: Option<&Value>,
) -> Result<Response, Problem> {
    match visitor.write(web, method, path, "", body).await {
        Ok(_) => Ok(Redirect::to("/ui/equipment").into_response()),
        Err(problem) if problem.status() == StatusCode::FORBIDDEN => Err(problem),
        Err(problem) => shown(web, visitor, "", Some(problem)).await,
    }
}

/// What a form says that becomes part of a path: digits, or it is refused.
fn digits<'a>(text: &'a str, field: &'static str) -> Result<&'a str, Problem> {
    match !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) {
        true => Ok(text),
        false => Err(Problem::invalid("digits are expected").at(field)),
    }
}

async fn rule(State(web): State<Web>, posted: Posted) -> Result<Response, Problem> {
    let visitor = &posted.visitor;
    let equipment = match digits(posted.text("equipment"), "Equipment") {
        Ok(equipment) => equipment,
        Err(problem) => return shown(&web, visitor, "", Some(problem)).await,
    };
    let path = format!("/api/v1/eir/rules/{equipment}");
    if posted.text("what") == "remove" {
        return change(&web, visitor, Method::DELETE, path, None).await;
    }
    let note = Some(posted.text("note")).filter(|note| !note.is_empty());
    let rule = json!({"equipment": equipment, "status": posted.text("status"), "note": note});
    change(&web, visitor, Method::PUT, path, Some(&rule)).await
}

async fn binding(State(web): State<Web>, posted: Posted) -> Result<Response, Problem> {
    let visitor = &posted.visitor;
    let imsi = match digits(posted.text("imsi"), "IMSI") {
        Ok(imsi) => imsi,
        Err(problem) => return shown(&web, visitor, "", Some(problem)).await,
    };
    let path = format!("/api/v1/eir/bindings/{imsi}");
    if posted.text("what") == "remove" {
        return change(&web, visitor, Method::DELETE, path, None).await;
    }
    let equipment = posted
        .text("equipment")
        .split([' ', ','])
        .filter(|equipment| !equipment.is_empty());
    let equipment: Vec<Value> = equipment
        .map(|equipment| json!({"equipment": equipment}))
        .collect();
    let binding = json!({"imsi": imsi, "equipment": equipment});
    change(&web, visitor, Method::PUT, path, Some(&binding)).await
}

//! The register of equipment: rules, and bindings of SIMs.

use crate::access::{Access, Area};
use crate::ask::{Ask, Params, answer, imsi_of_path, of_path, ok, page_size, text};
use crate::audit::{Done, entry};
use crate::problem::Problem;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use quintet_identity::Imsi;
use quintet_store::{
    AdminCommand, Command, EquipmentCommand, EquipmentReply, MAX_EQUIPMENT_LISTED, Reply, Revision,
};
use quintet_subscriber::eir::{
    EquipmentBinding, EquipmentEntry, EquipmentPattern, EquipmentRule, MAX_BOUND_EQUIPMENT, MAX_NOTE_OCTETS,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Entries of a page when nobody says how many.
const DEFAULT_LIMIT: usize = 1_000;

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EquipmentQuery {
    /// At most so many.
    #[param(minimum = 1, maximum = 16384)]
    limit: Option<usize>,
    /// Where the page before ended: its `next`.
    cursor: Option<String>,
}

/// A page of the register, in the order of the last change.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct EquipmentPage {
    rules: Vec<EquipmentRule>,
    bindings: Vec<EquipmentBinding>,
    /// The `cursor` of the next page; none: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

async fn page(ask: &Ask, query: &EquipmentQuery) -> Result<EquipmentPage, Problem> {
    let since = match &query.cursor {
        None => 0,
        Some(cursor) => cursor
            .strip_prefix('e')
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| Problem::unreadable("it is no cursor of an answer").at("cursor"))?,
    };
    let limit = page_size(query.limit, DEFAULT_LIMIT, MAX_EQUIPMENT_LISTED)?;
    let since = Revision(since);
    let command = Command::Equipment(EquipmentCommand::Changes { since, limit });
    let Reply::Equipment(EquipmentReply::Changes {
        revision, entries, ..
    }) = ask.app.execute(command).await?
    else {
        return Err(Problem::defect("the store gave another answer than equipment"));
    };
    let mut page = EquipmentPage {
        next: (entries.len() == limit).then(|| format!("e{}", revision.0)),
        ..EquipmentPage::default()
    };
    for entry in entries {
        match entry {
            EquipmentEntry::Rule(rule) => page.rules.push(rule),
            EquipmentEntry::Binding(binding) => page.bindings.push(binding),
        }
    }
    Ok(page)
}

/// Rules and bindings, in pages. Of what changes while it is read, a page may have an entry again.
#[utoipa::path(get, path = "/eir/rules", tag = "equipment", operation_id = "listEquipment", params(EquipmentQuery),
    responses((status = 200, body = EquipmentPage)))]
pub(crate) async fn list(Params(query): Params<EquipmentQuery>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may_for_all(Access::read(Area::Equipment))?;
    ok(&page(&ask, &query).await?)
}

/// Gives equipment a status, or another one.
#[utoipa::path(put, path = "/eir/rules/{equipment}", tag = "equipment", operation_id = "putRule",
    params(("equipment" = EquipmentPattern, Path, description = "The first digits of an IMEI, or an IMEISV")),
    request_body = EquipmentRule,
    responses((status = 200, body = EquipmentRule), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_rule(Path(equipment): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may_for_all(Access::write(Area::Equipment))?;
    let equipment: EquipmentPattern = of_path("equipment", &equipment)?;
    let rule: EquipmentRule = ask.json()?;
    if rule.equipment != equipment {
        let why = format!("it says {}, the path {equipment}", rule.equipment);
        return Err(Problem::invalid(why).at("/equipment"));
    }
    let length = rule.note.as_ref().map_or(0, String::len);
    if length > MAX_NOTE_OCTETS {
        let why = format!("it has {length} octets: {MAX_NOTE_OCTETS} at most");
        return Err(Problem::invalid(why).at("/note"));
    }
    let body = text(&rule)?;
    let done = Done::of("equipment.put", equipment).with(&rule);
    write(&ask, EquipmentCommand::Put { rules: vec![rule] }, &done).await?;
    Ok(answer(StatusCode::OK, body, None, ""))
}

/// Removes a rule.
#[utoipa::path(delete, path = "/eir/rules/{equipment}", tag = "equipment", operation_id = "deleteRule",
    params(("equipment" = EquipmentPattern, Path, description = "The first digits of an IMEI, or an IMEISV")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn delete_rule(Path(equipment): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may_for_all(Access::write(Area::Equipment))?;
    let equipment: EquipmentPattern = of_path("equipment", &equipment)?;
    let done = Done::of("equipment.remove", equipment);
    let equipment = vec![equipment];
    write(&ask, EquipmentCommand::Remove { equipment }, &done).await?;
    Ok(answer(StatusCode::NO_CONTENT, Vec::new(), None, ""))
}

/// Lets a SIM be used in this equipment only; what it was bound to before goes.
#[utoipa::path(put, path = "/eir/bindings/{imsi}", tag = "equipment", operation_id = "putBinding",
    params(("imsi" = Imsi, Path, description = "Whose SIM")), request_body = EquipmentBinding,
    responses((status = 200, body = EquipmentBinding), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_binding(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let imsi = imsi_of_path(&imsi)?;
    ask.caller.may_for(Access::write(Area::Equipment), imsi)?;
    let binding: EquipmentBinding = ask.json()?;
    if binding.imsi != imsi {
        let why = format!("it is of IMSI {}, the request of {imsi}", binding.imsi);
        return Err(Problem::invalid(why).at("/imsi"));
    }
    let count = binding.equipment.len();
    if !(1..=MAX_BOUND_EQUIPMENT).contains(&count) {
        let why = format!("a SIM is bound to 1 to {MAX_BOUND_EQUIPMENT} kinds of equipment, not {count}");
        return Err(Problem::invalid(why)
            .at("/equipment")
            .remedy("DELETE ends a binding"));
    }
    let body = text(&binding)?;
    let done = Done::of("equipment.bind", imsi).with(&binding);
    let bindings = vec![binding];
    write(&ask, EquipmentCommand::Bind { bindings }, &done).await?;
    Ok(answer(StatusCode::OK, body, None, ""))
}

/// Lets a SIM be used in any equipment, or learn anew.
#[utoipa::path(delete, path = "/eir/bindings/{imsi}", tag = "equipment", operation_id = "deleteBinding",
    params(("imsi" = Imsi, Path, description = "Whose SIM")), responses((status = 204)))]
pub(crate) async fn delete_binding(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let imsi = imsi_of_path(&imsi)?;
    ask.caller.may_for(Access::write(Area::Equipment), imsi)?;
    let bindings = vec![EquipmentBinding {
        imsi,
        equipment: Vec::new(),
    }];
    let done = Done::of("equipment.unbind", imsi);
    write(&ask, EquipmentCommand::Bind { bindings }, &done).await?;
    Ok(answer(StatusCode::NO_CONTENT, Vec::new(), None, ""))
}

async fn write(ask: &Ask, command: EquipmentCommand, done: &Done) -> Result<(), Problem> {
    let transaction = quintet_store::Transaction {
        commands: vec![Command::Equipment(command)],
        audit: vec![entry(ask, done)],
        ..ask.app.transaction()
    };
    ask.app.ask(AdminCommand::Transact(Box::new(transaction))).await?;
    Ok(())
}

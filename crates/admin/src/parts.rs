//! Parts of a subscriber's record as resources of their own: IMS, APN configurations, roaming. Each has the subscriber's ETag.

use crate::ask::{Ask, imsi_of_path, of_path, text};
use crate::change::{Edit, Planned, change, record_of};
use crate::problem::Problem;
use crate::subscribers::{IdempotencyKey, IfMatch, IfNoneMatch, found, shown_if_new};
use axum::extract::Path;
use axum::response::Response;
use quintet_identity::Imsi;
use quintet_provisioning::edit::shown;
use quintet_provisioning::record::{ImsRecord, Record};
use quintet_store::Provisioned;
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::{ApnConfiguration, Roaming, Subscription};
use serde::Serialize;
use utoipa::ToSchema;

/// The APN configurations of a subscriber.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApnConfigurations {
    apn_configurations: Vec<ApnConfiguration>,
    /// The Context-Identifier of the default one.
    default_context_identifier: u32,
}

/// The IMS subscription: identities, service profile with its filter criteria, S-CSCF capabilities.
#[utoipa::path(get, path = "/subscribers/{imsi}/ims", tag = "subscribers", operation_id = "getIms",
    params(("imsi" = Imsi, Path, description = "Who"), IfNoneMatch),
    responses((status = 200, body = ImsSubscription), (status = 304), (status = 404, body = Problem)))]
pub(crate) async fn ims(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let found = found(&ask, &imsi).await?;
    match record_of(&found).ims {
        Some(ims) => shown_if_new(&ask, found.revision, &ims),
        None => Err(no_ims(&imsi)),
    }
}

fn no_ims(imsi: &str) -> Problem {
    Problem::not_found(format_args!("IMSI {imsi} has no IMS subscription"))
        .remedy("PUT true makes the one that follows from IMSI and number")
}

/// Replaces the IMS subscription, or makes one: all of it, or `true` for the one that follows from IMSI and number. Credentials of
/// SIP Digest that are left out stay.
#[utoipa::path(put, path = "/subscribers/{imsi}/ims", tag = "subscribers", operation_id = "putIms",
    params(("imsi" = Imsi, Path, description = "Who"), IdempotencyKey, IfMatch),
    request_body(content = ImsRecord, example = json!(true)),
    responses((status = 200, body = ImsSubscription), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put_ims(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let ims: ImsRecord = ask.json()?;
    if let ImsRecord::Derived(false) = ims {
        return Err(
            Problem::invalid("true, or an IMS subscription, is expected").remedy("DELETE takes it away")
        );
    }
    let edit = |mut record: Record| {
        record.ims = Some(ims.clone());
        Ok(record)
    };
    let body = |_: Option<&Provisioned>, planned: &Planned| part(planned, |record| text(&record.ims));
    change(&ask, imsi_of_path(&imsi)?, Edit::Change(&edit), &body).await
}

/// Takes the IMS subscription away; the S-CSCF is told.
#[utoipa::path(delete, path = "/subscribers/{imsi}/ims", tag = "subscribers", operation_id = "deleteIms",
    params(("imsi" = Imsi, Path, description = "Who"), IdempotencyKey, IfMatch),
    responses((status = 200, body = Record), (status = 404, body = Problem), (status = 412, body = Problem)))]
pub(crate) async fn delete_ims(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let edit = |mut record: Record| match record.ims.take() {
        Some(_) => Ok(record),
        None => Err(no_ims(&imsi)),
    };
    let parsed = imsi_of_path(&imsi)?;
    change(&ask, parsed, Edit::Change(&edit), &crate::subscribers::whole).await
}

/// A part of what a subscriber shall be.
fn part(planned: &Planned, take: impl Fn(&Record) -> Result<Vec<u8>, Problem>) -> Result<Vec<u8>, Problem> {
    let desired = planned.desired.as_ref();
    let desired = desired.ok_or_else(|| Problem::defect("nobody is shown who goes"))?;
    take(&shown(&desired.subscriber, desired.ims.as_ref()))
}

/// The subscription of a record of somebody who is there.
fn subscription(record: &mut Record) -> Result<&mut Subscription, Problem> {
    let subscription = record.subscription.as_mut();
    subscription.ok_or_else(|| Problem::defect("a subscriber has no subscription"))
}

/// The APN configurations.
#[utoipa::path(get, path = "/subscribers/{imsi}/apn-configurations", tag = "subscribers",
    operation_id = "listApnConfigurations", params(("imsi" = Imsi, Path, description = "Who"), IfNoneMatch),
    responses((status = 200, body = ApnConfigurations), (status = 304), (status = 404, body = Problem)))]
pub(crate) async fn apns(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let found = found(&ask, &imsi).await?;
    let subscription = &found.subscriber.subscription;
    let shown = ApnConfigurations {
        apn_configurations: subscription.apn_configurations.clone(),
        default_context_identifier: subscription.default_context_identifier,
    };
    shown_if_new(&ask, found.revision, &shown)
}

/// Adds an APN configuration, or replaces that of the same Context-Identifier; the serving MME is told.
#[utoipa::path(put, path = "/subscribers/{imsi}/apn-configurations/{context_identifier}", tag = "subscribers",
    operation_id = "putApnConfiguration", request_body = ApnConfiguration,
    params(("imsi" = Imsi, Path, description = "Who"), ("context_identifier" = u32, Path, description = "Which"),
        IdempotencyKey, IfMatch),
    responses((status = 200, body = ApnConfiguration), (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put_apn(Path((imsi, id)): Path<(String, String)>, ask: Ask) -> Result<Response, Problem> {
    let id: u32 = of_path("context_identifier", &id)?;
    let new: ApnConfiguration = ask.json()?;
    if new.context_identifier != id {
        let why = format!("it says {}, the path {id}", new.context_identifier);
        return Err(Problem::invalid(why).at("/context_identifier"));
    }
    let edit = |mut record: Record| {
        let all = &mut subscription(&mut record)?.apn_configurations;
        match all.iter_mut().find(|apn| apn.context_identifier == id) {
            Some(old) => *old = new.clone(),
            None => all.push(new.clone()),
        }
        Ok(record)
    };
    let body = |_: Option<&Provisioned>, _: &Planned| text(&new);
    change(&ask, imsi_of_path(&imsi)?, Edit::Change(&edit), &body).await
}

/// Takes an APN configuration away; the serving MME is told.
#[utoipa::path(delete, path = "/subscribers/{imsi}/apn-configurations/{context_identifier}", tag = "subscribers",
    operation_id = "deleteApnConfiguration",
    params(("imsi" = Imsi, Path, description = "Who"), ("context_identifier" = u32, Path, description = "Which"),
        IdempotencyKey, IfMatch),
    responses((status = 200, body = Record), (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn delete_apn(
    Path((imsi, id)): Path<(String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    let id: u32 = of_path("context_identifier", &id)?;
    let edit = |mut record: Record| {
        let all = &mut subscription(&mut record)?.apn_configurations;
        let before = all.len();
        all.retain(|apn| apn.context_identifier != id);
        match all.len() == before {
            true => Err(Problem::not_found(format_args!(
                "there is no APN configuration {id}"
            ))),
            false => Ok(record),
        }
    };
    let parsed = imsi_of_path(&imsi)?;
    change(&ask, parsed, Edit::Change(&edit), &crate::subscribers::whole).await
}

/// Where the subscriber may roam.
#[utoipa::path(get, path = "/subscribers/{imsi}/roaming", tag = "subscribers", operation_id = "getRoaming",
    params(("imsi" = Imsi, Path, description = "Who"), IfNoneMatch),
    responses((status = 200, body = Roaming), (status = 304), (status = 404, body = Problem)))]
pub(crate) async fn roaming(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let found = found(&ask, &imsi).await?;
    shown_if_new(&ask, found.revision, &found.subscriber.subscription.roaming)
}

/// Says where the subscriber may roam; where he may be no longer, his location is cancelled.
#[utoipa::path(put, path = "/subscribers/{imsi}/roaming", tag = "subscribers", operation_id = "putRoaming",
    params(("imsi" = Imsi, Path, description = "Who"), IdempotencyKey, IfMatch), request_body = Roaming,
    responses((status = 200, body = Roaming), (status = 404, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put_roaming(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let new: Roaming = ask.json()?;
    let edit = |mut record: Record| {
        subscription(&mut record)?.roaming = new.clone();
        Ok(record)
    };
    let body = |_: Option<&Provisioned>, _: &Planned| text(&new);
    change(&ask, imsi_of_path(&imsi)?, Edit::Change(&edit), &body).await
}

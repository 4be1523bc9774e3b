//! Subscribers: listed, made, read, replaced, merged, removed.

use crate::access::{Access, Area, no_subscriber};
use crate::ask::{Ask, Match, Params, answer, imsi_of_path, of_path, of_value, ok, page_size, text};
use crate::change::{Edit, Planned, change, record_of};
use crate::problem::Problem;
use crate::ranges::{of_prefix, visible};
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use quintet_identity::{Impu, Imsi, Msisdn};
use quintet_provisioning::Hex;
use quintet_provisioning::edit::shown;
use quintet_provisioning::record::Record;
use quintet_provisioning::sqn;
use quintet_store::{AdminCommand, AdminReply, MAX_ADMIN_LISTED, Provisioned, Revision, SubscriberKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Subscribers of a page when nobody says how many.
const DEFAULT_LIMIT: usize = 100;

/// What a cursor begins with, before the packed IMSI to go on at, in hex.
const CURSOR: &str = "s";

/// Which subscribers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// At most so many.
    #[param(minimum = 1, maximum = 1024)]
    limit: Option<usize>,
    /// Where the page before ended: its `next`.
    cursor: Option<String>,
    /// The first digits of the IMSI.
    #[param(example = "00101")]
    imsi_prefix: Option<String>,
    /// The number.
    msisdn: Option<String>,
    /// A public identity of the IMS.
    impu: Option<String>,
}

/// A page of subscribers, in ascending order of IMSI.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubscriberPage {
    subscribers: Vec<Record>,
    /// The `cursor` of the next page; none: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A subscriber who went.
#[derive(Serialize, ToSchema)]
pub(crate) struct Removed {
    imsi: Imsi,
    /// The highest SQN that may have been issued: `sqn` of the record if the same SIM comes back.
    #[schema(value_type = Option<String>, example = "16f3b3f70fff")]
    sqn: Option<Hex>,
}

/// Subscribers in pages, or those of a number or public identity.
#[utoipa::path(get, path = "/subscribers", tag = "subscribers", operation_id = "listSubscribers", params(ListQuery),
    responses((status = 200, body = SubscriberPage), (status = 400, body = Problem)))]
pub(crate) async fn list(Params(query): Params<ListQuery>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may(Access::read(Area::Subscribers))?;
    let prefix = query.imsi_prefix.as_deref();
    if prefix.is_some_and(|prefix| of_prefix(prefix).is_empty()) {
        return Err(Problem::unreadable("1 to 15 digits are expected").at("imsi_prefix"));
    }
    let key = match (&query.msisdn, &query.impu) {
        (Some(_), Some(_)) => {
            return Err(Problem::unreadable("it cannot stand beside msisdn").at("impu"));
        }
        (Some(msisdn), None) => Some(SubscriberKey::Msisdn(of_path::<Msisdn>("msisdn", msisdn)?)),
        (None, Some(impu)) => Some(SubscriberKey::Public(of_path::<Impu>("impu", impu)?)),
        (None, None) => None,
    };
    if let Some(key) = key {
        let mut found = ask.app.find(vec![key]).await?;
        found.retain(|found| {
            let imsi = found.subscriber.imsi;
            ask.caller.sees(imsi) && prefix.is_none_or(|prefix| imsi.to_string().starts_with(prefix))
        });
        return page(&found, None);
    }
    let from = match &query.cursor {
        None => 0,
        Some(cursor) => cursor
            .strip_prefix(CURSOR)
            .and_then(|packed| u64::from_str_radix(packed, 16).ok())
            .ok_or_else(|| Problem::unreadable("it is no cursor of an answer").at("cursor"))?,
    };
    let limit = page_size(query.limit, DEFAULT_LIMIT, MAX_ADMIN_LISTED)?;
    let mut found: Vec<Provisioned> = Vec::new();
    for range in visible(ask.caller.scopes.prefixes(), prefix, from) {
        let limit = limit - found.len();
        if limit == 0 {
            break;
        }
        match ask.app.ask(AdminCommand::List { range, limit }).await? {
            AdminReply::Found(more) => found.extend(more),
            _ => return Err(Problem::defect("the store gave another answer than subscribers")),
        }
    }
    let next = (found.len() == limit).then(|| found.last().map(|last| last.subscriber.imsi.packed() + 1));
    page(&found, next.flatten())
}

fn page(found: &[Provisioned], next: Option<u64>) -> Result<Response, Problem> {
    ok(&SubscriberPage {
        subscribers: found.iter().map(record_of).collect(),
        next: next.map(|packed| format!("{CURSOR}{packed:x}")),
    })
}

/// The record as it shall be, as an answer's body.
pub(crate) fn whole(_: Option<&Provisioned>, planned: &Planned) -> Result<Vec<u8>, Problem> {
    let desired = planned.desired.as_ref();
    let desired = desired.ok_or_else(|| Problem::defect("nobody is shown who goes"))?;
    text(&shown(&desired.subscriber, desired.ims.as_ref()))
}

/// Makes a subscriber.
#[utoipa::path(post, path = "/subscribers", tag = "subscribers", operation_id = "createSubscriber",
    params(IdempotencyKey), request_body(content = Record, example = json!({"imsi": "001010000000001", "msisdn": "33612345678",
        "k": "00112233445566778899aabbccddeeff", "opc": "63bfa50ee6523365ff14c1f45f88737d", "ims": true})),
    responses((status = 201, body = Record), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(ask: Ask) -> Result<Response, Problem> {
    ask.caller.may(Access::write(Area::Subscribers))?;
    let record: Record = ask.json()?;
    change(&ask, record.imsi, Edit::Create(record), &whole).await
}

/// One subscriber.
#[utoipa::path(get, path = "/subscribers/{imsi}", tag = "subscribers", operation_id = "getSubscriber",
    params(("imsi" = Imsi, Path, description = "Who"), IfNoneMatch),
    responses((status = 200, body = Record), (status = 304), (status = 404, body = Problem)))]
pub(crate) async fn read(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let found = found(&ask, &imsi).await?;
    shown_if_new(&ask, found.revision, &record_of(&found))
}

/// The subscriber of the path, if the caller may see it.
pub(crate) async fn found(ask: &Ask, imsi: &str) -> Result<Provisioned, Problem> {
    let imsi = imsi_of_path(imsi)?;
    ask.caller.may_for(Access::read(Area::Subscribers), imsi)?;
    ask.app.find_one(imsi).await?.ok_or_else(|| no_subscriber(imsi))
}

/// An answer with its ETag; 304 if that is what the caller has.
pub(crate) fn shown_if_new(
    ask: &Ask,
    revision: Revision,
    body: &impl Serialize,
) -> Result<Response, Problem> {
    if ask.if_none_match != Match::Absent && ask.if_none_match.holds(Some(revision)) {
        return Ok(answer(StatusCode::NOT_MODIFIED, Vec::new(), Some(revision), ""));
    }
    Ok(answer(StatusCode::OK, text(body)?, Some(revision), ""))
}

/// Replaces a subscriber, or makes one. Secrets that are left out stay; all else that is left out goes.
#[utoipa::path(put, path = "/subscribers/{imsi}", tag = "subscribers", operation_id = "putSubscriber",
    params(("imsi" = Imsi, Path, description = "Who"), IdempotencyKey, IfMatch, IfNoneMatch),
    request_body(content = Record, example = json!({"imsi": "001010000000001", "msisdn": "33612345678", "ims": true})),
    responses((status = 200, body = Record), (status = 201, body = Record), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may(Access::write(Area::Subscribers))?;
    change(&ask, imsi_of_path(&imsi)?, Edit::Put(ask.json()?), &whole).await
}

/// Changes what is said (RFC 7396): `null` takes away, lists are replaced whole.
#[utoipa::path(patch, path = "/subscribers/{imsi}", tag = "subscribers", operation_id = "patchSubscriber",
    params(("imsi" = Imsi, Path, description = "Who"), IdempotencyKey, IfMatch),
    request_body(content = Object, content_type = "application/merge-patch+json", example = json!({"msisdn": "33612345678"})),
    responses((status = 200, body = Record), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn patch(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may(Access::write(Area::Subscribers))?;
    let patch: Value = ask.json()?;
    let merge = |record: Record| merged(&record, &patch);
    change(&ask, imsi_of_path(&imsi)?, Edit::Change(&merge), &whole).await
}

/// A record with a patch in it.
pub(crate) fn merged(record: &Record, patch: &Value) -> Result<Record, Problem> {
    if !patch.is_object() {
        return Err(Problem::invalid("a merge patch of a subscriber is an object").at("/"));
    }
    let value = serde_json::to_value(record);
    let mut value = value.map_err(|_| Problem::defect("a record has no JSON form"))?;
    merge(&mut value, patch);
    of_value(value)
}

/// RFC 7396 2. JSON is read with a bounded depth, so this ends.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Removes a subscriber; serving nodes are told.
#[utoipa::path(delete, path = "/subscribers/{imsi}", tag = "subscribers", operation_id = "deleteSubscriber",
    params(("imsi" = Imsi, Path, description = "Who"), IdempotencyKey, IfMatch),
    responses((status = 200, body = Removed), (status = 404, body = Problem), (status = 412, body = Problem)))]
pub(crate) async fn remove(Path(imsi): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may(Access::write(Area::Subscribers))?;
    let wall = ask.app.wall();
    let body = move |found: Option<&Provisioned>, _: &Planned| {
        let found = found.ok_or_else(|| Problem::defect("nobody is removed"))?;
        let highest = sqn::highest(&found.subscriber.authentication, wall);
        text(&Removed {
            imsi: found.subscriber.imsi,
            sqn: highest.map(|sqn| Hex::new(sqn.octets().to_vec())),
        })
    };
    change(&ask, imsi_of_path(&imsi)?, Edit::Remove, &body).await
}

/// A request that is done once.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is described here, and read where it counts")]
pub(crate) struct IdempotencyKey {
    /// The request is done once within a day, however often it is sent with this key: 1 to 128 octets, such as a UUID.
    #[param(rename = "Idempotency-Key", value_type = String, required = false, min_length = 1, max_length = 128)]
    idempotency_key: Option<String>,
}

/// A change of what was read.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is described here, and read where it counts")]
pub(crate) struct IfMatch {
    /// Only if this is the ETag there is; 412 if not.
    #[param(rename = "If-Match", value_type = String, required = false)]
    if_match: Option<String>,
}

/// A read of what may have changed since.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is described here, and read where it counts")]
pub(crate) struct IfNoneMatch {
    /// Only if the ETag is another one by now; 304 if not. On PUT, `*`: only if nothing is there; 412 if not.
    #[param(rename = "If-None-Match", value_type = String, required = false)]
    if_none_match: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_of_rfc_7396_appendix_a() {
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let of = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            let mut merged = of(target);
            merge(&mut merged, &of(patch));
            assert_eq!(merged, of(result), "{target} {patch}");
        }
    }
}

//! Many changes in one request and one transaction, with a result for each row.
//!
//! Rows are an array, or one object a line. A row is `{"action", "subscriber"}`, or a record alone, which is put: what
//! `quintet subscriber export` writes can be sent as it is.

use crate::access::{Access, Area};
use crate::ask::{Ask, Params, answer, json, of_value, text};
use crate::audit::entry;
use crate::change::{Edit, Planned, plan};
use crate::once::Once;
use crate::problem::Problem;
use crate::subscribers::{IdempotencyKey, merged};
use axum::response::Response;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use quintet_identity::Imsi;
use quintet_provisioning::record::Record;
use quintet_store::{
    AdminCommand, AdminReply, Condition, Provisioned, Revision, StoreError, SubscriberKey, Transaction,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Most rows of a request: a transaction of some hundred milliseconds.
pub(crate) const MAX_ROWS: usize = 10_000;

/// How often the transaction is made anew because something else came first, or a row turned out to be refused.
const MAX_ATTEMPTS: usize = 64;

/// How rows are treated.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BulkQuery {
    /// Whether a row that is refused keeps all others from being done; else they are done without it.
    #[param(default = true)]
    atomic: bool,
}

impl Default for BulkQuery {
    fn default() -> Self {
        Self { atomic: true }
    }
}

/// What is done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// The subscriber is made; it must not be there.
    Create,
    /// It is replaced, or made.
    Put,
    /// What is said is changed.
    Patch,
    /// It goes.
    Delete,
}

/// A row.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkRow {
    action: Action,
    /// A record; of `patch` and `delete` the `imsi` at least.
    #[schema(value_type = Object, example = json!({"imsi": "001010000000001", "msisdn": "33612345678"}))]
    subscriber: Value,
}

/// What came of a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkResult {
    /// Which, from 1.
    row: usize,
    /// Whose, as far as that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    imsi: Option<Imsi>,
    /// As if it had been asked for alone; 424 for a row that failed with another one.
    #[schema(example = 201)]
    status: u16,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// What came of all rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkAnswer {
    /// How many were done.
    done: usize,
    /// How many were not.
    refused: usize,
    rows: Vec<BulkResult>,
}

/// A row under way.
struct Row {
    imsi: Option<Imsi>,
    outcome: Result<Work, Problem>,
    status: StatusCode,
}

/// What a row wants.
enum Work {
    Create(Record),
    Put(Record),
    Patch(Value),
    Delete,
}

/// Changes many subscribers at once: in one transaction, all of them or (`atomic=false`) all that can be.
#[utoipa::path(post, path = "/subscribers:bulk", tag = "subscribers", operation_id = "bulkSubscribers",
    params(BulkQuery, IdempotencyKey), request_body = Vec<BulkRow>,
    responses((status = 200, body = BulkAnswer), (status = 422, body = BulkAnswer, description = "Nothing was done")))]
pub(crate) async fn bulk(Params(query): Params<BulkQuery>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may(Access::write(Area::Subscribers))?;
    let once = Once::of(&ask)?;
    if let Some(response) = Once::replay(once.as_ref(), &ask).await? {
        return Ok(response);
    }
    let mut rows = rows(&ask)?;
    for _ in 0..MAX_ATTEMPTS {
        match attempt(&ask, &mut rows, query.atomic, once.as_ref()).await? {
            Some(response) => return Ok(response),
            None => continue,
        }
    }
    Err(Problem::busy("others change the same subscribers all the time"))
}

fn rows(ask: &Ask) -> Result<Vec<Row>, Problem> {
    let kind = ask
        .parts
        .headers
        .get(CONTENT_TYPE)
        .map(http::HeaderValue::as_bytes);
    let by_line = kind.is_some_and(|kind| {
        kind.starts_with(b"application/x-ndjson") || kind.starts_with(b"application/jsonl")
    });
    let values: Vec<Result<Value, Problem>> = if by_line {
        let lines = ask.body.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
        let lines = lines.filter(|line| !line.is_empty()).take(MAX_ROWS + 1);
        lines.map(json).collect()
    } else {
        ask.json::<Vec<Value>>()?.into_iter().map(Ok).collect()
    };
    if values.len() > MAX_ROWS {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        let why = format!("a request has {MAX_ROWS} rows at most");
        return Err(
            Problem::new(status, "too-large", "too many rows", why).remedy("send them in several requests")
        );
    }
    let mut seen = BTreeMap::new();
    let mut rows = Vec::with_capacity(values.len());
    for (at, value) in values.into_iter().enumerate() {
        let mut row = row(value, ask);
        if let (Some(imsi), true) = (row.imsi, row.outcome.is_ok())
            && let Some(first) = seen.insert(imsi, at + 1)
        {
            let why = format!("IMSI {imsi} stands in row {first} already");
            row.outcome = Err(Problem::invalid(why).at("/imsi"));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn row(value: Result<Value, Problem>, ask: &Ask) -> Row {
    let mut imsi = None;
    let outcome = value.and_then(|value| {
        let row = match value.get("subscriber") {
            Some(_) => of_value::<BulkRow>(value)?,
            None => BulkRow {
                action: Action::Put,
                subscriber: value,
            },
        };
        let named = row.subscriber.get("imsi").cloned().unwrap_or(Value::Null);
        let named: Imsi = of_value(named).map_err(|problem| problem.at("/imsi"))?;
        imsi = Some(named);
        ask.caller.may_for(Access::write(Area::Subscribers), named)?;
        Ok(match row.action {
            Action::Create => Work::Create(of_value(row.subscriber)?),
            Action::Put => Work::Put(record_of_file(row.subscriber)?),
            Action::Patch => Work::Patch(row.subscriber),
            Action::Delete => Work::Delete,
        })
    });
    Row {
        imsi,
        outcome,
        status: StatusCode::OK,
    }
}

/// A record, perhaps out of an export without keys: the sequence number that stands there is for whoever has no such subscriber.
fn record_of_file(value: Value) -> Result<Record, Problem> {
    let mut record: Record = of_value(value)?;
    if record.k.is_none() {
        record.sqn = None;
    }
    Ok(record)
}

/// One try at a transaction; none: again.
async fn attempt(
    ask: &Ask,
    rows: &mut [Row],
    atomic: bool,
    once: Option<&Once>,
) -> Result<Option<Response>, Problem> {
    let stored = stored(ask, rows).await?;
    let mut transaction = ask.app.transaction();
    // Which row each command is of.
    let mut owners = Vec::new();
    for (at, row) in rows.iter_mut().enumerate() {
        let (Some(imsi), Ok(work)) = (row.imsi, &row.outcome) else {
            continue;
        };
        let found = stored.get(&imsi);
        match planned(ask, imsi, found, work) {
            Err(problem) => row.outcome = Err(problem),
            Ok(planned) => {
                row.status = if planned.is_new {
                    StatusCode::CREATED
                } else {
                    StatusCode::OK
                };
                add(ask, &mut transaction, &mut owners, (at, imsi, found), planned);
            }
        }
    }
    if atomic && rows.iter().any(|row| row.outcome.is_err()) {
        return Ok(Some(refused(rows)?));
    }
    let body = answered(rows)?;
    if let Some(once) = once {
        let remembered = once.remembered(transaction.now, StatusCode::OK, &body, "")?;
        transaction.request = Some(Box::new(remembered));
    }
    match ask.app.ask(AdminCommand::Transact(Box::new(transaction))).await {
        Ok(AdminReply::Committed { .. }) => Ok(Some(answer(StatusCode::OK, body, None, ""))),
        Ok(AdminReply::Replayed(known)) => match once {
            Some(once) => once.answer(*known).map(Some),
            None => Err(Problem::defect("a request without a key was known")),
        },
        Ok(_) => Err(Problem::defect("the store gave another answer to a change")),
        Err(StoreError::Changed { .. }) => Ok(None),
        Err(StoreError::Refused { at, why }) => {
            let owner = owners.get(at).copied();
            let row = owner.and_then(|owner| rows.get_mut(owner));
            let row = row.ok_or_else(|| Problem::defect("a command of no row was refused"))?;
            row.outcome = Err((*why).into());
            match atomic {
                true => Ok(Some(refused(rows)?)),
                false => Ok(None),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// What is stored of those whom rows name.
async fn stored(ask: &Ask, rows: &[Row]) -> Result<BTreeMap<Imsi, Provisioned>, Problem> {
    let wanted = rows.iter().filter(|row| row.outcome.is_ok());
    let keys = wanted
        .filter_map(|row| row.imsi.map(SubscriberKey::Imsi))
        .collect();
    let found = ask.app.find(keys).await?;
    Ok(found
        .into_iter()
        .map(|found| (found.subscriber.imsi, found))
        .collect())
}

fn planned(ask: &Ask, imsi: Imsi, found: Option<&Provisioned>, work: &Work) -> Result<Planned, Problem> {
    match work {
        Work::Create(record) => plan(ask, imsi, found, &Edit::Create(record.clone())),
        Work::Put(record) => plan(ask, imsi, found, &Edit::Put(record.clone())),
        Work::Patch(patch) => plan(ask, imsi, found, &Edit::Change(&|record| merged(&record, patch))),
        Work::Delete => plan(ask, imsi, found, &Edit::Remove),
    }
}

fn add(
    ask: &Ask,
    transaction: &mut Transaction,
    owners: &mut Vec<usize>,
    (at, imsi, found): (usize, Imsi, Option<&Provisioned>),
    planned: Planned,
) {
    if planned.commands.is_empty() {
        return;
    }
    let revision: Option<Revision> = found.map(|found| found.revision);
    transaction.conditions.push(Condition { imsi, revision });
    transaction.audit.push(entry(ask, &planned.done));
    owners.extend(planned.commands.iter().map(|_| at));
    transaction.commands.extend(planned.commands);
}

/// The answer if all that is not refused is done.
fn answered(rows: &[Row]) -> Result<Vec<u8>, Problem> {
    let results: Vec<BulkResult> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| BulkResult {
            row: at + 1,
            imsi: row.imsi,
            status: row
                .outcome
                .as_ref()
                .map_or_else(Problem::status, |_| row.status)
                .as_u16(),
            problem: row.outcome.as_ref().err().cloned(),
        })
        .collect();
    let refused = rows.iter().filter(|row| row.outcome.is_err()).count();
    let done = rows.len() - refused;
    text(&BulkAnswer {
        done,
        refused,
        rows: results,
    })
}

/// The answer if nothing was done because of some rows.
fn refused(rows: &mut [Row]) -> Result<Response, Problem> {
    for row in rows.iter_mut().filter(|row| row.outcome.is_ok()) {
        let why = "another row was refused, and the request is atomic";
        let problem = Problem::new(
            StatusCode::FAILED_DEPENDENCY,
            "dependency",
            "nothing was done",
            why,
        );
        row.outcome = Err(problem.remedy("correct the other rows, or send atomic=false"));
    }
    let body = answered(rows)?;
    Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, body, None, ""))
}

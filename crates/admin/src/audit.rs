//! Who did what: written with each change, read here.

use crate::access::{Access, Area};
use crate::app::App;
use crate::ask::{Ask, Params, ok, page_size};
use crate::problem::Problem;
use axum::response::Response;
use quintet_provisioning::FieldChange;
use quintet_store::{AdminCommand, AdminReply, AuditEntry, AuditFilter, MAX_ADMIN_LISTED, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

/// Most fields that are written down of one change.
const MAX_FIELDS: usize = 256;

/// The last moment that may be asked for, milliseconds since 1970: the end of the year 9999.
const MAX_TIME_MS: u64 = 253_402_300_799_999;

/// Entries of a page when nobody says how many.
const DEFAULT_LIMIT: usize = 100;

/// What is written down of a change.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    what: &'static str,
    subject: String,
    outcome: String,
    fields: String,
}

impl Done {
    /// Something that was done to somebody.
    pub(crate) fn of(what: &'static str, subject: impl ToString) -> Self {
        Self {
            what,
            subject: subject.to_string(),
            outcome: "done".to_owned(),
            fields: "[]".to_owned(),
        }
    }

    /// With the fields that changed.
    pub(crate) fn changing(mut self, fields: &[FieldChange]) -> Self {
        let fields = &fields[..fields.len().min(MAX_FIELDS)];
        self.fields = serde_json::to_string(fields).unwrap_or_else(|_| "[]".to_owned());
        self
    }

    /// With what was made, field by field.
    pub(crate) fn with(self, made: &impl Serialize) -> Self {
        let value = serde_json::to_value(made).unwrap_or_default();
        let members = value.as_object().into_iter().flatten();
        let fields: Vec<FieldChange> = members
            .map(|(field, value)| FieldChange {
                field: field.clone(),
                before: None,
                after: Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            })
            .collect();
        self.changing(&fields)
    }

    fn refused(mut self, problem: &Problem) -> Self {
        self.outcome = format!("refused: {}", problem.detail());
        self
    }
}

/// The entry of something that the caller does.
pub(crate) fn entry(ask: &Ask, done: &Done) -> AuditEntry {
    AuditEntry {
        at_ms: ask.app.now().as_millis() as u64,
        who: ask.caller.who(),
        what: done.what.to_owned(),
        subject: done.subject.clone(),
        outcome: done.outcome.clone(),
        fields: done.fields.clone(),
    }
}

impl App {
    /// A transaction of nothing, at this time.
    pub(crate) fn transaction(&self) -> Transaction {
        let now = self.now();
        Transaction {
            now: now.as_secs(),
            audit_since_ms: now.saturating_sub(self.settings().audit_kept).as_millis() as u64,
            ..Transaction::default()
        }
    }
}

/// Writes down what was refused, and goes on refusing it. Reads that are refused are for the log alone.
pub(crate) async fn refuse(ask: &Ask, done: Done, problem: Problem) -> Problem {
    if matches!(problem.status().as_u16(), 403 | 409 | 412) {
        let transaction = Transaction {
            audit: vec![entry(ask, &done.refused(&problem))],
            ..ask.app.transaction()
        };
        let written = ask.app.ask(AdminCommand::Transact(Box::new(transaction))).await;
        if let Err(error) = written {
            tracing::warn!(%error, "API: a refusal is not in the audit log");
        }
    }
    problem
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// By whom, such as `token billing`.
    who: Option<String>,
    /// What begins so, such as `subscriber.`.
    what: Option<String>,
    /// To whom or what, such as an IMSI.
    subject: Option<String>,
    /// Not before, milliseconds since 1970.
    #[param(maximum = 253402300799999_i64)]
    since_ms: Option<u64>,
    /// Before, milliseconds since 1970.
    #[param(maximum = 253402300799999_i64)]
    until_ms: Option<u64>,
    /// At most so many.
    #[param(minimum = 1, maximum = 1024)]
    limit: Option<usize>,
    /// Where the page before ended: its `next`.
    cursor: Option<String>,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditShown {
    /// Its number: higher than that of any before.
    number: u64,
    /// When, milliseconds since 1970.
    at_ms: u64,
    /// Who.
    #[schema(example = "token billing")]
    who: String,
    /// What.
    #[schema(example = "subscriber.update")]
    what: String,
    /// To whom or what.
    #[schema(example = "001010000000001")]
    subject: String,
    /// `done`, or why not.
    outcome: String,
    /// What changed. Keys show as stars.
    #[schema(value_type = Vec<FieldChange>)]
    fields: Box<RawValue>,
}

/// A page of the audit log, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    entries: Vec<AuditShown>,
    /// The `cursor` of the next page; none: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The audit log, the latest entry first.
#[utoipa::path(get, path = "/audit", tag = "audit", operation_id = "listAudit", params(AuditQuery),
    responses((status = 200, body = AuditPage)))]
pub(crate) async fn list(Params(query): Params<AuditQuery>, ask: Ask) -> Result<Response, Problem> {
    ask.caller.may_for_all(Access::read(Area::Audit))?;
    let before = match &query.cursor {
        None => None,
        Some(cursor) => {
            let number = cursor.strip_prefix('n').and_then(|number| number.parse().ok());
            Some(number.ok_or_else(|| Problem::unreadable("it is no cursor of an answer").at("cursor"))?)
        }
    };
    for (name, moment) in [("since_ms", query.since_ms), ("until_ms", query.until_ms)] {
        if moment.is_some_and(|moment| moment > MAX_TIME_MS) {
            return Err(Problem::unreadable(format_args!("{MAX_TIME_MS} is the most")).at(name));
        }
    }
    let limit = page_size(query.limit, DEFAULT_LIMIT, MAX_ADMIN_LISTED)?;
    let filter = Box::new(AuditFilter {
        who: query.who,
        what: query.what,
        subject: query.subject,
        since_ms: query.since_ms,
        until_ms: query.until_ms,
    });
    let command = AdminCommand::Audit {
        before,
        filter,
        limit,
    };
    let AdminReply::Audit(found) = ask.app.ask(command).await? else {
        return Err(Problem::defect(
            "the store gave another answer than the audit log",
        ));
    };
    let next = (found.len() == limit).then(|| found.last().map(|last| format!("n{}", last.number)));
    let entries = found.into_iter().map(|audited| AuditShown {
        number: audited.number,
        at_ms: audited.entry.at_ms,
        who: audited.entry.who,
        what: audited.entry.what,
        subject: audited.entry.subject,
        outcome: audited.entry.outcome,
        fields: RawValue::from_string(audited.entry.fields).unwrap_or_default(),
    });
    ok(&AuditPage {
        entries: entries.collect(),
        next: next.flatten(),
    })
}

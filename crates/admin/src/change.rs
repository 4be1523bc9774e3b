//! A change of one subscriber: read, edited, written if it is still what was read.
//!
//! ```text
//!  read ─► If-Match? ─► edit ─► what differs ─► Transaction ─┬─► answer with the new ETag
//!   ▲                                                        │ Changed, and no If-Match
//!   └────────────────────────────────────────────────────────┘
//! ```

use crate::access::{Access, Area, no_subscriber};
use crate::ask::{Ask, Match, answer};
use crate::audit::{Done, entry, refuse};
use crate::once::Once;
use crate::problem::Problem;
use axum::response::Response;
use http::StatusCode;
use quintet_identity::Imsi;
use quintet_provisioning::declared::Desired;
use quintet_provisioning::edit::{edited, says_secrets, shown};
use quintet_provisioning::record::Record;
use quintet_provisioning::{differences, sqn};
use quintet_store::{
    AdminCommand, AdminReply, Command, Condition, Provisioned, PutMode, Revision, StoreError, Transaction,
};
use std::sync::Arc;

/// How often a change is made anew because another one came first.
const MAX_ATTEMPTS: usize = 16;

/// Makes an answer's body of what a subscriber was and shall be.
pub(crate) type MakeBody<'a> =
    dyn Fn(Option<&Provisioned>, &Planned) -> Result<Vec<u8>, Problem> + Send + Sync + 'a;

/// What becomes of a subscriber.
pub(crate) enum Edit<'a> {
    /// It is made of the record; it must not be there.
    Create(Record),
    /// It is what the record says, whether it is there or not.
    Put(Record),
    /// It is what this makes of its record; it must be there.
    Change(&'a (dyn Fn(Record) -> Result<Record, Problem> + Send + Sync)),
    /// It goes.
    Remove,
}

impl Edit<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "subscriber.create",
            Self::Put(_) => "subscriber.put",
            Self::Change(_) => "subscriber.update",
            Self::Remove => "subscriber.remove",
        }
    }
}

/// What a change comes to.
pub(crate) struct Planned {
    pub(crate) commands: Vec<Command>,
    pub(crate) done: Done,
    /// What the subscriber shall be; none: it goes.
    pub(crate) desired: Option<Desired>,
    pub(crate) is_new: bool,
}

/// The record of what is stored, without secrets.
pub(crate) fn record_of(found: &Provisioned) -> Record {
    shown(&found.subscriber, found.ims.as_deref())
}

/// What an edit makes of what is stored.
pub(crate) fn plan(
    ask: &Ask,
    imsi: Imsi,
    found: Option<&Provisioned>,
    edit: &Edit<'_>,
) -> Result<Planned, Problem> {
    let stored = found.map(|found| (&found.subscriber, found.ims.as_deref()));
    if let Edit::Create(record) | Edit::Put(record) = edit
        && says_secrets(record)
    {
        // Whoever may not make a subscriber is not told who is there.
        ask.caller.may(Access::SECRETS)?;
    }
    let record = match (edit, found) {
        (Edit::Create(_), Some(_)) => return Err(StoreError::Exists { imsi }.into()),
        (Edit::Change(_) | Edit::Remove, None) => return Err(no_subscriber(imsi)),
        (Edit::Create(record) | Edit::Put(record), _) => record.clone(),
        (Edit::Change(change), Some(found)) => change(record_of(found))?,
        (Edit::Remove, Some(_)) => {
            return Ok(Planned {
                commands: vec![Command::Remove { imsis: vec![imsi] }],
                done: Done::of(edit.name(), imsi).changing(&differences(stored, None)),
                desired: None,
                is_new: false,
            });
        }
    };
    if record.imsi != imsi {
        let why = format!("the record is of IMSI {}, the request of {imsi}", record.imsi);
        return Err(Problem::invalid(why).at("/imsi"));
    }
    if says_secrets(&record) {
        ask.caller.may(Access::SECRETS)?;
    }
    let mut desired = edited(stored, record, ask.app.mnc_digits(imsi), ask.app.wall())?;
    let mut commands = Vec::new();
    // What is not provisioned, but counted, is no difference.
    if let Some(found) = found {
        desired.subscriber.authentication.dif = found.subscriber.authentication.dif;
    }
    if found.is_none_or(|found| found.subscriber != desired.subscriber) {
        commands.push(Command::Put {
            subscribers: vec![sqn::provisioned(desired.subscriber.clone(), ask.app.wall())],
            mode: PutMode::Upsert,
        });
    }
    let ims = found.and_then(|found| found.ims.as_deref());
    match (&desired.ims, ims) {
        (None, Some(_)) => commands.push(Command::RemoveIms { imsis: vec![imsi] }),
        (Some(new), old) if old != Some(new) => commands.push(Command::PutIms {
            subscriptions: vec![Arc::new(new.clone())],
            mode: PutMode::Upsert,
        }),
        _ => {}
    }
    Ok(Planned {
        commands,
        done: Done::of(edit.name(), imsi).changing(&differences(stored, Some(&desired))),
        desired: Some(desired),
        is_new: found.is_none(),
    })
}

/// Checks If-Match and If-None-Match (RFC 9110 13.1).
fn check_conditions(ask: &Ask, current: Option<Revision>) -> Result<(), Problem> {
    if ask.if_match != Match::Absent && !ask.if_match.holds(current) {
        let why = "If-Match names another version than the one there is";
        return Err(Problem::precondition(why, current).at("If-Match"));
    }
    if ask.if_none_match.holds(current) {
        let why = "If-None-Match names the version there is";
        return Err(Problem::precondition(why, current).at("If-None-Match"));
    }
    Ok(())
}

/// Changes one subscriber. `body` makes the answer's body of what the subscriber was and shall be.
pub(crate) async fn change(
    ask: &Ask,
    imsi: Imsi,
    edit: Edit<'_>,
    body: &MakeBody<'_>,
) -> Result<Response, Problem> {
    ask.caller.may_for(Access::write(Area::Subscribers), imsi)?;
    let once = Once::of(ask)?;
    if let Some(response) = Once::replay(once.as_ref(), ask).await? {
        return Ok(response);
    }
    match attempts(ask, imsi, &edit, once.as_ref(), body).await {
        Ok(response) => Ok(response),
        Err(problem) => Err(refuse(ask, Done::of(edit.name(), imsi), problem).await),
    }
}

async fn attempts(
    ask: &Ask,
    imsi: Imsi,
    edit: &Edit<'_>,
    once: Option<&Once>,
    body: &MakeBody<'_>,
) -> Result<Response, Problem> {
    for _ in 0..MAX_ATTEMPTS {
        let found = ask.app.find_one(imsi).await?;
        let current = found.as_ref().map(|found| found.revision);
        if matches!(edit, Edit::Change(_) | Edit::Remove) && found.is_none() {
            return Err(no_subscriber(imsi));
        }
        check_conditions(ask, current)?;
        let mut planned = plan(ask, imsi, found.as_ref(), edit)?;
        let status = match planned.is_new {
            true => StatusCode::CREATED,
            false => StatusCode::OK,
        };
        let location = match planned.is_new {
            true => format!("/api/v1/subscribers/{imsi}"),
            false => String::new(),
        };
        let body = body(found.as_ref(), &planned)?;
        if planned.commands.is_empty() && once.is_none() {
            return Ok(answer(status, body, current, &location));
        }
        let mut transaction = Transaction {
            conditions: vec![Condition {
                imsi,
                revision: current,
            }],
            commands: std::mem::take(&mut planned.commands),
            ..ask.app.transaction()
        };
        let is_change = !transaction.commands.is_empty();
        if is_change {
            transaction.audit = vec![entry(ask, &planned.done)];
        }
        if let Some(once) = once {
            let remembered = once.remembered(transaction.now, status, &body, &location)?;
            transaction.request = Some(Box::new(remembered));
        }
        match ask.app.ask(AdminCommand::Transact(Box::new(transaction))).await {
            Ok(AdminReply::Committed { revision }) => {
                let revision = match (is_change, planned.desired.is_some()) {
                    (true, true) => Some(revision),
                    (false, _) => current,
                    (true, false) => None,
                };
                return Ok(answer(status, body, revision, &location));
            }
            Ok(AdminReply::Replayed(known)) => {
                let once = once.ok_or_else(|| Problem::defect("a request without a key was known"))?;
                return once.answer(*known);
            }
            Ok(_) => return Err(Problem::defect("the store gave another answer to a change")),
            Err(StoreError::Changed { revision, .. }) if ask.if_match != Match::Absent => {
                let why = "another change came first";
                return Err(Problem::precondition(why, revision).at("If-Match"));
            }
            // Read again: what was true of the old one may not be of the new.
            Err(StoreError::Changed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::busy("others change the same subscriber all the time"))
}

//! A declared network, made true: what `quintet apply` does, in one transaction.

use crate::access::{Access, Area};
use crate::app::App;
use crate::ask::{Ask, Params, ok};
use crate::audit::{Done, entry};
use crate::problem::Problem;
use axum::response::Response;
use http::StatusCode;
use quintet_identity::Imsi;
use quintet_provisioning::declared::{Declared, DeclaredError, Desired, Secret};
use quintet_provisioning::{Change, Difference, Hex, Shown, differences, plan, sqn};
use quintet_store::{
    AdminCommand, AdminReply, Command, Condition, MAX_ADMIN_LISTED, Provisioned, PutMode, StoreError,
    SubscriberKey, Transaction,
};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::IntoParams;

/// Most subscribers of a declared network over HTTP: each is looked up with where it is registered. More are for `quintet apply`.
const MAX_DECLARED: usize = 10_000;

/// Subscribers looked up at once.
const AT_ONCE: usize = 256;

/// How often all of it is made anew because something else came first.
const MAX_ATTEMPTS: usize = 4;

/// How.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApplyQuery {
    /// Show the difference and what it would cause, and write nothing.
    dry_run: bool,
    /// Remove subscribers that are not declared.
    prune: bool,
}

/// What becomes of one subscriber.
struct Planned {
    shown: Shown,
    found: Option<Provisioned>,
    desired: Option<Desired>,
}

/// Makes the subscribers what the declared network says (docs/provisioning.md), and answers what that changes and which requests it
/// causes. Keys stand in the file itself: `env` and `file` are of the machine that reads it, and refused here.
#[utoipa::path(post, path = "/apply", tag = "apply", operation_id = "apply", params(ApplyQuery),
    request_body(content = String, content_type = "application/yaml",
        example = "subscribers:\n  - {imsi: \"001010000000001\", msisdn: \"33612345678\"}\n"),
    responses((status = 200, body = Difference), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn apply(Params(query): Params<ApplyQuery>, ask: Ask) -> Result<Response, Problem> {
    let access = match query.dry_run {
        true => Access::read(Area::Subscribers),
        false => Access::write(Area::Subscribers),
    };
    ask.caller.may(access)?;
    if query.prune {
        ask.caller.may_for_all(access)?;
    }
    let text = std::str::from_utf8(&ask.body);
    let text = text.map_err(|_| Problem::unreadable("the file is not UTF-8"))?;
    let declared = Declared::read(text).map_err(located)?;
    if declared.imsis().len() > MAX_DECLARED {
        let why = format!(
            "{} subscribers are declared, {MAX_DECLARED} at most over HTTP",
            declared.imsis().len()
        );
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(
            Problem::new(status, "too-large", "too many subscribers", why).remedy("use `quintet apply`")
        );
    }
    for imsi in declared.imsis() {
        ask.caller.may_for(access, imsi)?;
    }
    for _ in 0..MAX_ATTEMPTS {
        let planned = plan_all(&ask, &declared, query.prune).await?;
        let changed = planned.iter().any(|planned| planned.shown.change != Change::Keep);
        if !query.dry_run && changed {
            match write(&ask, &planned).await {
                Ok(()) => {}
                Err(StoreError::Changed { .. }) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        let shown = planned.into_iter().map(|planned| planned.shown).collect();
        return ok(&Difference::of(query.dry_run, shown));
    }
    Err(Problem::busy("others change the same subscribers all the time"))
}

/// An error of the file, with its place.
fn located(error: DeclaredError) -> Problem {
    let problem = Problem::invalid(&error.why);
    match error.line {
        0 => problem,
        line => problem.at(format!("line {line}, column {}", error.column)),
    }
}

async fn plan_all(ask: &Ask, declared: &Declared, prune: bool) -> Result<Vec<Planned>, Problem> {
    let mut resolve = |secret: &Secret| -> Result<Hex, String> {
        match secret {
            Secret::Inline(hex) => Ok(hex.clone()),
            Secret::Env(_) | Secret::File(_) => {
                Err("a secret of env or file cannot be read over HTTP: write it into the file".to_owned())
            }
        }
    };
    let imsis: Vec<Imsi> = declared.imsis().collect();
    let mut planned = Vec::with_capacity(imsis.len());
    for chunk in imsis.chunks(AT_ONCE) {
        let keys = chunk.iter().copied().map(SubscriberKey::Imsi).collect();
        let mut found = ask.app.find(keys).await?.into_iter().peekable();
        for imsi in chunk {
            let found = found.next_if(|found| found.subscriber.imsi == *imsi);
            let before = found
                .as_ref()
                .map(|found| (&found.subscriber, found.ims.as_deref()));
            let desired = declared
                .desired(planned.len(), before, &mut resolve)
                .map_err(located)?;
            check_secrets(ask, found.as_ref(), &desired)?;
            planned.push(one(&ask.app, *imsi, found, Some(desired)).await?);
        }
    }
    if prune {
        let kept: BTreeSet<Imsi> = imsis.into_iter().collect();
        for gone in undeclared(ask, &kept).await? {
            planned.push(one(&ask.app, gone.subscriber.imsi, Some(gone), None).await?);
        }
    }
    Ok(planned)
}

/// Refuses new secrets to who may set none.
fn check_secrets(ask: &Ask, found: Option<&Provisioned>, desired: &Desired) -> Result<(), Problem> {
    let (new, old) = (
        &desired.subscriber.authentication,
        found.map(|found| &found.subscriber.authentication),
    );
    let digests = |ims: Option<&quintet_subscriber::ims::ImsSubscription>| -> Vec<_> {
        let private = ims.map_or(&[][..], |ims| &ims.private[..]);
        private
            .iter()
            .filter_map(|private| private.digest.clone())
            .collect()
    };
    let before = digests(found.and_then(|found| found.ims.as_deref()));
    let is_same = old.is_some_and(|old| old.k == new.k && old.algorithm == new.algorithm)
        && digests(desired.ims.as_ref())
            .iter()
            .all(|digest| before.contains(digest));
    if is_same {
        return Ok(());
    }
    ask.caller.may(Access::SECRETS)
}

/// Those who are not declared; as many as may be changed at once.
async fn undeclared(ask: &Ask, declared: &BTreeSet<Imsi>) -> Result<Vec<Provisioned>, Problem> {
    let (mut from, mut gone) = (0, Vec::new());
    loop {
        let command = AdminCommand::List {
            range: from..=*crate::ranges::ALL.end(),
            limit: MAX_ADMIN_LISTED,
        };
        let AdminReply::Found(page) = ask.app.ask(command).await? else {
            return Err(Problem::defect("the store gave another answer than subscribers"));
        };
        let Some(last) = page.last() else { return Ok(gone) };
        from = last.subscriber.imsi.packed() + 1;
        gone.extend(
            page.into_iter()
                .filter(|found| !declared.contains(&found.subscriber.imsi)),
        );
        if gone.len() > MAX_DECLARED {
            let why = format!("more than {MAX_DECLARED} subscribers are not declared and would go");
            return Err(Problem::invalid(why)
                .at("prune")
                .remedy("use `quintet apply --prune`"));
        }
    }
}

async fn one(
    app: &App,
    imsi: Imsi,
    found: Option<Provisioned>,
    desired: Option<Desired>,
) -> Result<Planned, Problem> {
    let serving = match &found {
        Some(_) => app.serving(imsi).await?,
        None => quintet_provisioning::Serving::default(),
    };
    let before = found
        .as_ref()
        .map(|found| (&found.subscriber, found.ims.as_deref()));
    let (change, fields, pushes) = plan(before, desired.as_ref(), &serving);
    let shown = Shown {
        imsi,
        change,
        fields,
        pushes,
    };
    Ok(Planned {
        shown,
        found,
        desired,
    })
}

async fn write(ask: &Ask, planned: &[Planned]) -> Result<(), StoreError> {
    let mut transaction = ask.app.transaction();
    for Planned {
        shown,
        found,
        desired,
    } in planned
    {
        if shown.change == Change::Keep {
            continue;
        }
        let imsi = shown.imsi;
        transaction.conditions.push(Condition {
            imsi,
            revision: found.as_ref().map(|found| found.revision),
        });
        let before = found
            .as_ref()
            .map(|found| (&found.subscriber, found.ims.as_deref()));
        let fields = differences(before, desired.as_ref());
        transaction
            .audit
            .push(entry(ask, &Done::of("apply", imsi).changing(&fields)));
        add(
            ask,
            &mut transaction,
            imsi,
            before.is_some_and(|(_, ims)| ims.is_some()),
            desired.as_ref(),
        );
    }
    ask.app.ask(AdminCommand::Transact(Box::new(transaction))).await?;
    Ok(())
}

fn add(ask: &Ask, transaction: &mut Transaction, imsi: Imsi, had_ims: bool, desired: Option<&Desired>) {
    let commands = &mut transaction.commands;
    let Some(desired) = desired else {
        commands.push(Command::Remove { imsis: vec![imsi] });
        return;
    };
    commands.push(Command::Put {
        subscribers: vec![sqn::provisioned(desired.subscriber.clone(), ask.app.wall())],
        mode: PutMode::Upsert,
    });
    match &desired.ims {
        Some(ims) => commands.push(Command::PutIms {
            subscriptions: vec![Arc::new(ims.clone())],
            mode: PutMode::Upsert,
        }),
        None if had_ims => commands.push(Command::RemoveIms { imsis: vec![imsi] }),
        None => {}
    }
}

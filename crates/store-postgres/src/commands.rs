//! Which function does which command, and which of them are one statement.

use crate::fault::Failure;
use crate::sealing::Keys;
use crate::session::{Local, Session};
use crate::{admin, context_data, equipment, ims, location, provision, sh, slot};
use quintet_store::{Command, Reply, StoreError};

/// Statements that are sent in rows without waiting: a connection that writes prepares them before anything else.
pub(crate) const SENT_IN_ROWS: &[&str] = &[
    slot::TAKEOVER,
    slot::RAISE_BOUND,
    slot::SET_DIF,
    location::SET_MME,
    location::SET_SGSN,
    location::SET_MMES,
    location::ATTACH_MMES,
    location::SET_SGSNS,
    location::PURGE,
    location::CLEAR,
    context_data::CLEAR,
    ims::SET_REGISTRATIONS,
];

/// A command that writes by one statement of [`SENT_IN_ROWS`], which it sends when it is polled first. Its refusals are
/// found by that statement, which then changed nothing.
pub(crate) fn one_statement<'a>(
    session: &'a Session,
    command: &'a Command,
) -> Option<Local<'a, Result<Reply, Failure>>> {
    Some(match command {
        Command::Takeover { slot } => Box::pin(slot::takeover(session, *slot)),
        Command::RaiseBound { slot, epoch, h } => Box::pin(slot::raise_bound(session, *slot, *epoch, *h)),
        Command::SetDif {
            imsi,
            slot,
            epoch,
            expected,
            dif,
        } => Box::pin(slot::set_dif(session, *imsi, (*slot, *epoch), *expected, *dif)),
        Command::SetMme {
            imsi,
            mme,
            clear_gateways,
        } => Box::pin(location::register(
            session,
            location::SET_MME,
            *imsi,
            mme,
            *clear_gateways,
        )),
        Command::SetSgsn { imsi, sgsn } => Box::pin(location::register(
            session,
            location::SET_SGSN,
            *imsi,
            sgsn,
            false,
        )),
        Command::Purge { imsi, host } => Box::pin(location::purge(session, *imsi, host)),
        Command::ClearLocation { imsi } => Box::pin(location::clear(session, *imsi)),
        Command::ClearContextData { imsi } => Box::pin(context_data::clear(session, *imsi)),
        Command::SetRegistrations {
            imsi,
            expected,
            registrations,
            told,
        } if !registrations.is_empty() => Box::pin(ims::set_registrations(
            session,
            *imsi,
            *expected,
            registrations,
            *told,
        )),
        _ => return None,
    })
}

/// Does the first of these commands, which is not [`one_statement`], and with it those behind it that can be stored together;
/// answers each of them.
pub(crate) async fn write_first(
    session: &Session,
    keys: &mut Keys,
    commands: &[Command],
) -> Result<Vec<Reply>, Failure> {
    match (provision::puts(commands), commands.first()) {
        (Some((alike, mode)), _) => provision::put_all(session, keys, &alike, mode).await,
        (None, Some(command)) => Ok(vec![write(session, keys, command).await?]),
        (None, None) => Ok(Vec::new()),
    }
}

/// Does a command that writes, whichever it is.
pub(crate) async fn write(session: &Session, keys: &mut Keys, command: &Command) -> Result<Reply, Failure> {
    if let Some(work) = one_statement(session, command) {
        return work.await;
    }
    match command {
        Command::Fence { h } => slot::fence(session, *h).await,
        Command::SetGateway {
            imsi,
            host,
            gateway,
            remove,
        } => location::set_gateway(session, *imsi, host, gateway.as_deref(), remove).await,
        Command::ChangeWaiting { imsi, change } => location::change_waiting(session, *imsi, change).await,
        Command::SetAaa { imsi, expected, aaa } => {
            location::set_aaa(session, *imsi, expected.as_deref(), aaa.as_deref()).await
        }
        Command::ChangeContextData { imsi, change } => context_data::change(session, *imsi, change).await,
        Command::Put { subscribers, mode } => {
            let mut replies = provision::put_all(session, keys, &[subscribers], *mode).await?;
            replies
                .pop()
                .ok_or_else(|| Failure::content("a put", "it has no answer"))
        }
        Command::Remove { imsis } => provision::remove(session, keys, imsis).await,
        Command::PutIms { subscriptions, mode } => ims::put(session, keys, subscriptions, *mode).await,
        Command::RemoveIms { imsis } => ims::remove(session, keys, imsis).await,
        Command::SetRegistrations {
            imsi,
            expected,
            registrations,
            told,
        } => ims::set_registrations(session, *imsi, *expected, registrations, *told).await,
        Command::Equipment(command) => equipment::write(session, command).await,
        Command::Sh(command) => sh::write(session, command).await,
        Command::Admin(command) => admin::write(session, keys, command).await,
        Command::ChallengeKey { fresh } => slot::challenge_key(session, keys, fresh).await,
        _ => Err(StoreError::Unavailable("a read came to the writer".to_owned()).into()),
    }
}

/// Whether other processes ask for what this changes ([`quintet_store::Store::changed`]).
pub(crate) fn is_provisioning(command: &Command) -> bool {
    matches!(
        command,
        Command::Put { .. }
            | Command::Remove { .. }
            | Command::PutIms { .. }
            | Command::RemoveIms { .. }
            | Command::Equipment(_)
            | Command::Sh(_)
            | Command::Admin(_)
    )
}

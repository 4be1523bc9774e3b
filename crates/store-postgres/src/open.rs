//! The first connection: is the server fit, are the tables there, and the keys.

use crate::address::Address;
use crate::check;
use crate::fault::Failure;
use crate::options::OpenError;
use crate::schema::{self, SCHEMA_VERSION};
use crate::sealing::Keys;
use crate::session::{Purpose, Session, within};
use crate::writer::begin;
use quintet_vault::Masters;
use std::sync::Arc;
use std::time::Duration;

/// How long a migration may take: it may rewrite tables of ten million rows.
const MIGRATION_PATIENCE: Duration = Duration::from_secs(600);

/// Makes or migrates what is needed; answers what whoever runs the server should know.
pub(crate) async fn first(
    address: &Address,
    masters: &Arc<dyn Masters>,
    instance: &str,
) -> Result<Vec<String>, OpenError> {
    let migrating = prepare(address, masters, instance);
    within(MIGRATION_PATIENCE, "a migration", migrating)
        .await
        .map_err(|failure| OpenError::of(&address.place, failure))
        .and_then(|(found, warnings)| {
            if found > SCHEMA_VERSION {
                let place = address.place.clone();
                return Err(OpenError::Newer { place, found });
            }
            Ok(warnings)
        })
}

async fn prepare(
    address: &Address,
    masters: &Arc<dyn Masters>,
    instance: &str,
) -> Result<(i32, Vec<String>), Failure> {
    let session = Session::open(address, Purpose::Write, instance, Box::new(|_| {})).await?;
    let server = check::server(&session, address).await?;
    // Nothing is written where nothing has to be made.
    let found = schema::version(&session).await?;
    if found > SCHEMA_VERSION {
        return Ok((found, server.warnings));
    }
    session
        .batch(&format!(
            "SET statement_timeout = {}",
            MIGRATION_PATIENCE.as_millis()
        ))
        .await?;
    session.batch(&begin(address.lock_number())).await?;
    let found = schema::migrate(&session, &address.schema).await?;
    if found <= SCHEMA_VERSION {
        let mut keys = Keys::load(&session, masters).await?;
        keys.make_first(&session).await?;
    }
    session.batch("COMMIT").await?;
    if found < SCHEMA_VERSION {
        tracing::info!(database = %address.place, from = found, to = SCHEMA_VERSION, "the schema was brought up to date");
    }
    Ok((found, server.warnings))
}

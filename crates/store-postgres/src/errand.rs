//! Work on a database for which no store is opened: one connection, and a runtime of its own.

use crate::address::Address;
use crate::check;
use crate::fault::Failure;
use crate::options::{OpenError, Options};
use crate::schema::{self, SCHEMA_VERSION};
use crate::session::{Purpose, Session};
use crate::store::instance;

/// Connects for some work, with a runtime of its own.
pub(crate) fn at_server<T>(
    url: &str,
    options: &Options,
    work: impl AsyncFnOnce(&Address, Session) -> Result<T, Failure>,
) -> Result<T, OpenError> {
    let address = Address::new(url, options)?;
    let instance = instance()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| OpenError::Fault(format!("no runtime for the database: {error}")))?;
    runtime
        .block_on(async {
            let session = Session::open(&address, Purpose::Write, &instance, Box::new(|_| {})).await?;
            check::server(&session, &address).await?;
            work(&address, session).await
        })
        .map_err(|failure| OpenError::of(&address.place, failure))
}

/// A database of another version is not worked on here.
pub(crate) async fn only_this_version(session: &Session) -> Result<(), Failure> {
    match schema::version(session).await? {
        0 => Err(Failure::Unfit(
            "it has no tables of Quintet's in this schema; make them with `quintet subscriber add --db …`"
                .to_owned(),
        )),
        found if found < SCHEMA_VERSION => Err(Failure::Unfit(format!(
            "its schema has version {found}, older than {SCHEMA_VERSION}: run `quintet subscriber list --db …` on it once, \
             which brings it up to date"
        ))),
        _ => check::schema(session).await,
    }
}

//! Rows of subscribers, read into the model (`quintet_store_rows` knows what stands in them).

use crate::fault::Failure;
use crate::sealing::Keys;
use crate::shared::Subscriptions;
use quintet_crypto::K;
use quintet_identity::Imsi;
use quintet_store_rows::{ColumnError, Columns, at_keys, opened_keys};
use quintet_subscriber::model::{Algorithm, Subscriber};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

/// The columns [`subscriber`] reads, in order.
macro_rules! subscriber_columns {
    () => {
        "imsi, keys, algorithm, tuak_sizes, amf, ind_bits, delta_bits, dif, seq_seed, msisdn, subscription"
    };
}
pub(crate) use subscriber_columns;

/// A column of a packed IMSI that cannot be.
fn wrong(packed: i64, column: &str) -> Failure {
    let imsi = Imsi::from_packed(packed as u64);
    Failure::content("subscriber", format!("{column} of {imsi:?}"))
}

/// K and the algorithm with its constants, from the columns `keys`, `algorithm` and `tuak_sizes`.
pub(crate) fn opened(
    connection: &Connection,
    keys: &mut Keys,
    packed: i64,
    (sealed, algorithm, sizes): (ValueRef<'_>, i64, ValueRef<'_>),
) -> Result<(K, Algorithm), Failure> {
    let unreadable = |_| wrong(packed, "keys");
    let sealed = sealed.as_blob().map_err(unreadable)?;
    let sizes = sizes.as_str_or_null().map_err(unreadable)?;
    let octets = at_keys(packed, algorithm, sizes, |place| {
        keys.open(connection, place, sealed)
    })?;
    opened_keys(octets, algorithm, sizes).map_err(|error| wrong(packed, error.column))
}

/// A subscriber from a row of [`subscriber_columns`].
pub(crate) fn subscriber(
    row: &Row<'_>,
    connection: &Connection,
    subscriptions: &mut Subscriptions,
    keys: &mut Keys,
) -> Result<Subscriber, Failure> {
    let columns = Columns {
        imsi: row.get(0)?,
        amf: row.get(4)?,
        ind_bits: row.get(5)?,
        delta_bits: row.get(6)?,
        dif: row.get(7)?,
        seq_seed: row.get(8)?,
        msisdn: row.get(9)?,
    };
    let packed = columns.imsi;
    let wrong = |error: ColumnError| wrong(packed, error.column);
    let imsi = imsi(packed)?;
    let sealed = (row.get_ref(1)?, row.get(2)?, row.get_ref(3)?);
    let opened = opened(connection, keys, packed, sealed)?;
    Ok(Subscriber {
        imsi,
        msisdn: columns.msisdn().map_err(wrong)?,
        authentication: columns.authentication(opened).map_err(wrong)?,
        subscription: subscriptions.at(connection, row.get(10)?)?,
    })
}

pub(crate) fn imsi(packed: i64) -> Result<Imsi, Failure> {
    Imsi::from_packed(packed as u64).map_err(|error| Failure::content("imsi", error))
}

//! Rows of subscribers, read into the model (`quintet_store_rows` knows what stands in them), and JSON of columns.

use crate::fault::Failure;
use crate::sealing::Keys;
use quintet_identity::{Imsi, Msisdn};
use quintet_store_rows::{ColumnError, Columns, algorithm_columns, at_keys, key_octets, opened_keys};
use quintet_subscriber::model::Authentication;
use tokio_postgres::Row;

/// The columns [`subscriber`] reads, in order, and after them `msisdn` and `subscription`.
macro_rules! subscriber_columns {
    ($t:literal) => {
        concat!(
            $t,
            "imsi, ",
            $t,
            "keys, ",
            $t,
            "algorithm, ",
            $t,
            "tuak_sizes, ",
            $t,
            "amf, ",
            $t,
            "ind_bits, ",
            $t,
            "delta_bits, ",
            $t,
            "dif, ",
            $t,
            "seq_seed, ",
            $t,
            "msisdn, ",
            $t,
            "subscription"
        )
    };
}
pub(crate) use subscriber_columns;

/// The column `keys` of a subscriber.
pub(crate) fn sealed(
    keys: &mut Keys,
    imsi: Imsi,
    authentication: &Authentication,
) -> Result<Vec<u8>, Failure> {
    let (algorithm, sizes) = algorithm_columns(&authentication.algorithm);
    at_keys(imsi.packed() as i64, algorithm, sizes.as_deref(), |place| {
        keys.seal(place, &key_octets(authentication))
    })
}

/// IMSI, authentication data, MSISDN and the subscription's number, from [`subscriber_columns`] at `first`.
pub(crate) fn subscriber(
    row: &Row,
    first: usize,
    keys: &mut Keys,
) -> Result<(Imsi, Option<Msisdn>, Authentication, i64), Failure> {
    let columns = Columns {
        imsi: row.try_get(first)?,
        amf: row.try_get::<_, i32>(first + 4)?.into(),
        ind_bits: row.try_get::<_, i16>(first + 5)?.into(),
        delta_bits: row.try_get::<_, i16>(first + 6)?.into(),
        dif: row.try_get(first + 7)?,
        seq_seed: row.try_get(first + 8)?,
        msisdn: row.try_get(first + 9)?,
    };
    let packed = columns.imsi;
    let imsi = imsi(packed)?;
    let wrong = |error: ColumnError| Failure::content("subscriber", format!("{} of {imsi:?}", error.column));
    let sealed: &[u8] = row.try_get(first + 1)?;
    let algorithm = i64::from(row.try_get::<_, i16>(first + 2)?);
    let sizes: Option<&str> = row.try_get(first + 3)?;
    let octets = at_keys(packed, algorithm, sizes, |place| keys.open(place, sealed))?;
    let opened = opened_keys(octets, algorithm, sizes).map_err(wrong)?;
    Ok((
        imsi,
        columns.msisdn().map_err(wrong)?,
        columns.authentication(opened).map_err(wrong)?,
        row.try_get(first + 10)?,
    ))
}

pub(crate) fn imsi(packed: i64) -> Result<Imsi, Failure> {
    Imsi::from_packed(packed as u64).map_err(|error| Failure::content("imsi", error))
}

pub(crate) fn msisdn(packed: i64) -> Result<Msisdn, Failure> {
    Msisdn::from_packed(packed as u64).map_err(|error| Failure::content("msisdn", error))
}

/// What a list of packed identities starts behind.
pub(crate) fn behind(after: Option<Imsi>) -> i64 {
    after.map_or(i64::MIN, |imsi| imsi.packed() as i64)
}

/// JSON of a column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    table: &str,
    imsi: Imsi,
    text: &str,
) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::content(table, format!("json of {imsi:?}: {error}")))
}

/// JSON for a column.
pub(crate) fn to_json<T: serde::Serialize + ?Sized>(what: &str, value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| {
        quintet_store::StoreError::Unavailable(format!("{what} has no JSON form: {error}")).into()
    })
}

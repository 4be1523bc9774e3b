//! Between rows and the model.

use crate::fault::Failure;
use crate::sealing::Keys;
use quintet_crypto::{Amf, K, Opc, Topc, TuakSizes};
use quintet_identity::{Imsi, Msisdn};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use quintet_vault::Place;
use std::borrow::Cow;
use tokio_postgres::Row;
use zeroize::Zeroizing;

/// The columns [`authentication`] reads, in order, and after them `msisdn` and `subscription`.
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

/// Numbers of `subscriber.algorithm`.
const MILENAGE: i16 = 0;
const TUAK: i16 = 1;
const XOR: i16 = 2;

/// An algorithm as its two columns: number, sizes.
pub(crate) fn algorithm_columns(algorithm: &Algorithm) -> (i16, Option<String>) {
    match algorithm {
        Algorithm::Milenage { .. } => (MILENAGE, None),
        Algorithm::Tuak { sizes, .. } => (TUAK, Some(sizes_text(*sizes))),
        Algorithm::Xor => (XOR, None),
    }
}

/// Octets of K and OPc or TOPc at most, and of the length of K before them.
const MAX_KEY_OCTETS: usize = 1 + 32 + 32;

/// What is sealed in `subscriber.keys`: how many octets K has, K, OPc or TOPc.
fn key_octets(authentication: &Authentication) -> Zeroizing<Vec<u8>> {
    let opc: &[u8] = match &authentication.algorithm {
        Algorithm::Milenage { opc } => opc.expose(),
        Algorithm::Tuak { topc, .. } => topc.expose(),
        Algorithm::Xor => &[],
    };
    let k = authentication.k.expose();
    let mut octets = Zeroizing::new(Vec::with_capacity(MAX_KEY_OCTETS));
    octets.push(k.len() as u8);
    octets.extend_from_slice(k);
    octets.extend_from_slice(opc);
    octets
}

/// What decides how a key is used, and so must not be changed beside it: to take XOR for MILENAGE would give K away.
fn beside(algorithm: i16, sizes: Option<&str>) -> Cow<'static, [u8]> {
    match (algorithm, sizes) {
        (MILENAGE, None) => Cow::Borrowed(&[MILENAGE as u8]),
        (XOR, None) => Cow::Borrowed(&[XOR as u8]),
        (number, sizes) => {
            let sizes = sizes.unwrap_or_default().as_bytes();
            Cow::Owned([&i64::from(number).to_be_bytes()[..], sizes].concat())
        }
    }
}

/// Works with the place where the keys of a subscriber are sealed.
fn at_keys<T>(packed: i64, algorithm: i16, sizes: Option<&str>, work: impl FnOnce(&Place<'_>) -> T) -> T {
    work(&Place {
        table: "subscriber",
        column: "keys",
        row: packed as u64,
        beside: &beside(algorithm, sizes),
    })
}

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

fn sizes_text(sizes: TuakSizes) -> String {
    let [res, mac, ck, ik] = [
        sizes.res_bits(),
        sizes.mac_bits(),
        sizes.ck_bits(),
        sizes.ik_bits(),
    ];
    format!("{res} {mac} {ck} {ik} {}", sizes.keccak_iterations())
}

fn sizes_from_text(text: &str) -> Option<TuakSizes> {
    let mut numbers = text.split(' ').map(|number| number.parse::<u16>().ok());
    let mut next = || numbers.next()?;
    let (res, mac, ck, ik, iterations) = (next()?, next()?, next()?, next()?, next()?);
    TuakSizes::new(res, mac, ck, ik, u8::try_from(iterations).ok()?).ok()
}

/// IMSI, authentication data, MSISDN and the subscription's number, from [`subscriber_columns`] at `first`.
pub(crate) fn subscriber(
    row: &Row,
    first: usize,
    keys: &mut Keys,
) -> Result<(Imsi, Option<Msisdn>, Authentication, i64), Failure> {
    let packed: i64 = row.try_get(first)?;
    let imsi = imsi(packed)?;
    let wrong = |column: &str| Failure::content("subscriber", format!("{column} of {imsi:?}"));
    let sealed: &[u8] = row.try_get(first + 1)?;
    let number: i16 = row.try_get(first + 2)?;
    let sizes: Option<&str> = row.try_get(first + 3)?;
    let octets = at_keys(packed, number, sizes, |place| keys.open(place, sealed))?;
    let (length, octets) = octets.split_first().ok_or_else(|| wrong("keys"))?;
    let (k, opc) = octets
        .split_at_checked(usize::from(*length))
        .ok_or_else(|| wrong("keys"))?;
    let k = K::new(k).ok_or_else(|| wrong("keys"))?;
    let algorithm = algorithm(number, opc, sizes).ok_or_else(|| wrong("algorithm"))?;
    let bits = |at: usize, column: &str| -> Result<u8, Failure> {
        u8::try_from(row.try_get::<_, i16>(first + at)?).map_err(|_| wrong(column))
    };
    let amf = u16::try_from(row.try_get::<_, i32>(first + 4)?).map_err(|_| wrong("amf"))?;
    let authentication = Authentication {
        k,
        algorithm,
        amf: Amf(amf.to_be_bytes()),
        sqn_profile: SqnProfile {
            ind_bits: bits(5, "ind_bits")?,
            delta_bits: bits(6, "delta_bits")?,
        },
        dif: row.try_get(first + 7)?,
        seq_seed: row.try_get::<_, i64>(first + 8)? as u64,
    };
    let number: Option<i64> = row.try_get(first + 9)?;
    Ok((
        imsi,
        number.map(msisdn).transpose()?,
        authentication,
        row.try_get(first + 10)?,
    ))
}

pub(crate) fn imsi(packed: i64) -> Result<Imsi, Failure> {
    Imsi::from_packed(packed as u64).map_err(|error| Failure::content("imsi", error))
}

pub(crate) fn msisdn(packed: i64) -> Result<Msisdn, Failure> {
    Msisdn::from_packed(packed as u64).map_err(|error| Failure::content("msisdn", error))
}

/// An algorithm from its columns and its constant.
fn algorithm(number: i16, opc: &[u8], sizes: Option<&str>) -> Option<Algorithm> {
    match number {
        MILENAGE => Some(Algorithm::Milenage {
            opc: Opc::new(opc.try_into().ok()?),
        }),
        TUAK => Some(Algorithm::Tuak {
            topc: Topc::new(opc.try_into().ok()?),
            sizes: sizes_from_text(sizes?)?,
        }),
        XOR if opc.is_empty() => Some(Algorithm::Xor),
        _ => None,
    }
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

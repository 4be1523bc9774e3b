//! Between rows and the model.

use crate::fault::Failure;
use crate::sealing::Keys;
use crate::shared::Subscriptions;
use quintet_crypto::{Amf, K, Opc, Topc, TuakSizes};
use quintet_identity::Imsi;
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile, Subscriber};
use quintet_vault::Place;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// The columns [`subscriber`] reads, in order.
macro_rules! subscriber_columns {
    () => {
        "imsi, keys, algorithm, tuak_sizes, amf, ind_bits, delta_bits, dif, seq_seed, msisdn, subscription"
    };
}
pub(crate) use subscriber_columns;

/// Numbers of `subscriber.algorithm`.
const MILENAGE: i64 = 0;
const TUAK: i64 = 1;
const XOR: i64 = 2;

/// An algorithm as its two columns: number, sizes.
pub(crate) fn algorithm_columns(algorithm: &Algorithm) -> (i64, Option<String>) {
    match algorithm {
        Algorithm::Milenage { .. } => (MILENAGE, None),
        Algorithm::Tuak { sizes, .. } => (TUAK, Some(sizes_text(*sizes))),
        Algorithm::Xor => (XOR, None),
    }
}

/// Octets of K and OPc or TOPc at most, and of the length of K before them.
const MAX_KEY_OCTETS: usize = 1 + 32 + 32;

/// What is sealed in `subscriber.keys`: how many octets K has, K, OPc or TOPc.
pub(crate) fn key_octets(authentication: &Authentication) -> Zeroizing<Vec<u8>> {
    let opc: &[u8] = match &authentication.algorithm {
        Algorithm::Milenage { opc } => opc.expose(),
        Algorithm::Tuak { topc, .. } => topc.expose(),
        Algorithm::Xor => &[],
    };
    joined_keys(authentication.k.expose(), opc)
}

/// The same of its parts.
pub(crate) fn joined_keys(k: &[u8], opc: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut octets = Zeroizing::new(Vec::with_capacity(MAX_KEY_OCTETS));
    octets.push(k.len() as u8);
    octets.extend_from_slice(k);
    octets.extend_from_slice(opc);
    octets
}

/// What decides how a key is used, and so must not be changed beside it: to take XOR for MILENAGE would give K away.
fn beside(algorithm: i64, sizes: Option<&str>) -> Cow<'static, [u8]> {
    match (algorithm, sizes) {
        (MILENAGE, None) => Cow::Borrowed(&[MILENAGE as u8]),
        (XOR, None) => Cow::Borrowed(&[XOR as u8]),
        (number, sizes) => {
            let sizes = sizes.unwrap_or_default().as_bytes();
            Cow::Owned([&number.to_be_bytes()[..], sizes].concat())
        }
    }
}

/// Works with the place where the keys of a subscriber are sealed.
pub(crate) fn at_keys<T>(
    packed: i64,
    algorithm: i64,
    sizes: Option<&str>,
    work: impl FnOnce(&Place<'_>) -> T,
) -> T {
    work(&Place {
        table: "subscriber",
        column: "keys",
        row: packed as u64,
        beside: &beside(algorithm, sizes),
    })
}

/// K and the algorithm with its constants, from the columns `keys`, `algorithm` and `tuak_sizes`.
pub(crate) fn opened(
    connection: &Connection,
    keys: &mut Keys,
    packed: i64,
    (sealed, number, sizes): (ValueRef<'_>, i64, ValueRef<'_>),
) -> Result<(K, Algorithm), Failure> {
    let wrong = || {
        Failure::content(
            "subscriber",
            format!("keys of {:?}", Imsi::from_packed(packed as u64)),
        )
    };
    let sealed = sealed.as_blob().map_err(|_| wrong())?;
    let sizes = sizes.as_str_or_null().map_err(|_| wrong())?;
    let octets = at_keys(packed, number, sizes, |place| {
        keys.open(connection, place, sealed)
    })?;
    let (length, octets) = octets.split_first().ok_or_else(wrong)?;
    let (k, opc) = octets.split_at_checked(usize::from(*length)).ok_or_else(wrong)?;
    let k = K::new(k).ok_or_else(wrong)?;
    Ok((k, algorithm(number, opc, sizes).ok_or_else(wrong)?))
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

/// A subscriber from a row of [`subscriber_columns`].
pub(crate) fn subscriber(
    row: &Row<'_>,
    connection: &Connection,
    subscriptions: &mut Subscriptions,
    keys: &mut Keys,
) -> Result<Subscriber, Failure> {
    let packed = row.get(0)?;
    let imsi = imsi(packed)?;
    let wrong = |column: &str| Failure::content("subscriber", format!("{column} of {imsi:?}"));
    let columns = (row.get_ref(1)?, row.get(2)?, row.get_ref(3)?);
    let (k, algorithm) = opened(connection, keys, packed, columns)?;
    let msisdn: Option<i64> = row.get(9)?;
    let msisdn = msisdn.map(|packed| quintet_identity::Msisdn::from_packed(packed as u64));
    Ok(Subscriber {
        imsi,
        msisdn: msisdn.transpose().map_err(|_| wrong("msisdn"))?,
        authentication: Authentication {
            k,
            algorithm,
            amf: Amf(row.get::<_, u16>(4)?.to_be_bytes()),
            sqn_profile: SqnProfile {
                ind_bits: row.get(5)?,
                delta_bits: row.get(6)?,
            },
            dif: row.get(7)?,
            seq_seed: row.get::<_, i64>(8)? as u64,
        },
        subscription: subscriptions.at(connection, row.get(10)?)?,
    })
}

pub(crate) fn imsi(packed: i64) -> Result<Imsi, Failure> {
    Imsi::from_packed(packed as u64).map_err(|error| Failure::content("imsi", error))
}

/// An algorithm from its columns and its constant.
fn algorithm(number: i64, opc: &[u8], sizes: Option<&str>) -> Option<Algorithm> {
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

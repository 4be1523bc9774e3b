//! Between rows and the model.

use crate::fault::Failure;
use crate::shared::Subscriptions;
use quintet_crypto::{Amf, K, Opc, Topc, TuakSizes};
use quintet_identity::Imsi;
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile, Subscriber};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

/// The columns [`subscriber`] reads, in order.
macro_rules! subscriber_columns {
    () => {
        "imsi, k, algorithm, opc, tuak_sizes, amf, ind_bits, delta_bits, dif, seq_seed, msisdn, subscription"
    };
}
pub(crate) use subscriber_columns;

/// Numbers of `subscriber.algorithm`.
const MILENAGE: i64 = 0;
const TUAK: i64 = 1;
const XOR: i64 = 2;

/// An algorithm as its three columns: number, OPc or TOPc, sizes.
pub(crate) fn algorithm_columns(algorithm: &Algorithm) -> (i64, Option<&[u8]>, Option<String>) {
    match algorithm {
        Algorithm::Milenage { opc } => (MILENAGE, Some(opc.expose()), None),
        Algorithm::Tuak { topc, sizes } => (TUAK, Some(topc.expose()), Some(sizes_text(*sizes))),
        Algorithm::Xor => (XOR, None, None),
    }
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
) -> Result<Subscriber, Failure> {
    let imsi = imsi(row.get(0)?)?;
    let wrong = |column: &str| Failure::content("subscriber", format!("{column} of {imsi:?}"));
    let algorithm =
        algorithm(row.get(2)?, row.get_ref(3)?, row.get_ref(4)?).ok_or_else(|| wrong("algorithm"))?;
    let msisdn: Option<i64> = row.get(10)?;
    let msisdn = msisdn.map(|packed| quintet_identity::Msisdn::from_packed(packed as u64));
    Ok(Subscriber {
        imsi,
        msisdn: msisdn.transpose().map_err(|_| wrong("msisdn"))?,
        authentication: Authentication {
            k: row
                .get_ref(1)?
                .as_blob()
                .ok()
                .and_then(K::new)
                .ok_or_else(|| wrong("k"))?,
            algorithm,
            amf: Amf(row.get::<_, u16>(5)?.to_be_bytes()),
            sqn_profile: SqnProfile {
                ind_bits: row.get(6)?,
                delta_bits: row.get(7)?,
            },
            dif: row.get(8)?,
            seq_seed: row.get::<_, i64>(9)? as u64,
        },
        subscription: subscriptions.at(connection, row.get(11)?)?,
    })
}

pub(crate) fn imsi(packed: i64) -> Result<Imsi, Failure> {
    Imsi::from_packed(packed as u64).map_err(|error| Failure::content("imsi", error))
}

/// An algorithm from its columns.
pub(crate) fn algorithm(number: i64, opc: ValueRef<'_>, sizes: ValueRef<'_>) -> Option<Algorithm> {
    match number {
        MILENAGE => Some(Algorithm::Milenage {
            opc: Opc::new(opc.as_blob().ok()?.try_into().ok()?),
        }),
        TUAK => Some(Algorithm::Tuak {
            topc: Topc::new(opc.as_blob().ok()?.try_into().ok()?),
            sizes: sizes_from_text(sizes.as_str().ok()?)?,
        }),
        XOR => Some(Algorithm::Xor),
        _ => None,
    }
}

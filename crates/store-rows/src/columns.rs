//! Between the columns of a subscriber and the model, and the places where fields are sealed.

use quintet_crypto::{Amf, K, Opc, Topc, TuakSizes};
use quintet_identity::{Imsi, Msisdn};
use quintet_subscriber::model::{Algorithm, Authentication, SqnProfile};
use quintet_vault::Place;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// Numbers of `subscriber.algorithm`.
const MILENAGE: i64 = 0;
const TUAK: i64 = 1;
const XOR: i64 = 2;

/// Octets of K and OPc or TOPc at most, and of the length of K before them.
const MAX_KEY_OCTETS: usize = 1 + 32 + 32;

/// A column holds what no program of ours wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnError {
    /// Which column.
    pub column: &'static str,
}

/// The columns of a subscriber that are no secret. Numbers are as wide as a database may hold them.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// The packed IMSI.
    pub imsi: i64,
    /// AMF of TS 33.102, 16 bits.
    pub amf: i64,
    /// Bits of IND.
    pub ind_bits: i64,
    /// Bits of Δ.
    pub delta_bits: i64,
    /// DIF, once it is known.
    pub dif: Option<i64>,
    /// What DIF starts from.
    pub seq_seed: i64,
    /// The packed MSISDN.
    pub msisdn: Option<i64>,
}

impl Columns {
    /// Whose row it is.
    ///
    /// # Errors
    /// [`ColumnError`].
    pub fn imsi(&self) -> Result<Imsi, ColumnError> {
        Imsi::from_packed(self.imsi as u64).map_err(|_| ColumnError { column: "imsi" })
    }

    /// His MSISDN.
    ///
    /// # Errors
    /// [`ColumnError`].
    pub fn msisdn(&self) -> Result<Option<Msisdn>, ColumnError> {
        let read = self.msisdn.map(|packed| Msisdn::from_packed(packed as u64));
        read.transpose().map_err(|_| ColumnError { column: "msisdn" })
    }

    /// The authentication data, with what the columns of keys held.
    ///
    /// # Errors
    /// [`ColumnError`].
    pub fn authentication(&self, (k, algorithm): (K, Algorithm)) -> Result<Authentication, ColumnError> {
        let bits = |value: i64, column| u8::try_from(value).map_err(|_| ColumnError { column });
        let amf = u16::try_from(self.amf).map_err(|_| ColumnError { column: "amf" })?;
        Ok(Authentication {
            k,
            algorithm,
            amf: Amf(amf.to_be_bytes()),
            sqn_profile: SqnProfile {
                ind_bits: bits(self.ind_bits, "ind_bits")?,
                delta_bits: bits(self.delta_bits, "delta_bits")?,
            },
            dif: self.dif,
            seq_seed: self.seq_seed as u64,
        })
    }
}

/// An algorithm as its two columns: number, sizes.
#[must_use]
pub fn algorithm_columns(algorithm: &Algorithm) -> (i64, Option<String>) {
    match algorithm {
        Algorithm::Milenage { .. } => (MILENAGE, None),
        Algorithm::Tuak { sizes, .. } => (TUAK, Some(sizes_text(*sizes))),
        Algorithm::Xor => (XOR, None),
    }
}

/// What is sealed in `subscriber.keys`: how many octets K has, K, OPc or TOPc.
#[must_use]
pub fn key_octets(authentication: &Authentication) -> Zeroizing<Vec<u8>> {
    let opc: &[u8] = match &authentication.algorithm {
        Algorithm::Milenage { opc } => opc.expose(),
        Algorithm::Tuak { topc, .. } => topc.expose(),
        Algorithm::Xor => &[],
    };
    joined_keys(authentication.k.expose(), opc)
}

/// The same of its parts.
#[must_use]
pub fn joined_keys(k: &[u8], opc: &[u8]) -> Zeroizing<Vec<u8>> {
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

/// Works with the place where the keys of the subscriber of a packed IMSI are sealed.
pub fn at_keys<T>(packed: i64, algorithm: i64, sizes: Option<&str>, work: impl FnOnce(&Place<'_>) -> T) -> T {
    work(&Place {
        table: "subscriber",
        column: "keys",
        row: packed as u64,
        beside: &beside(algorithm, sizes),
    })
}

/// K and the algorithm with its constants, from the opened column `keys` and the columns `algorithm` and `tuak_sizes`.
///
/// # Errors
/// [`ColumnError`].
pub fn opened_keys(
    octets: &[u8],
    algorithm: i64,
    sizes: Option<&str>,
) -> Result<(K, Algorithm), ColumnError> {
    let read = || {
        let (length, octets) = octets.split_first()?;
        let (k, opc) = octets.split_at_checked(usize::from(*length))?;
        Some((K::new(k)?, opc))
    };
    let (k, opc) = read().ok_or(ColumnError { column: "keys" })?;
    let algorithm = of_number(algorithm, opc, sizes).ok_or(ColumnError { column: "algorithm" })?;
    Ok((k, algorithm))
}

/// An algorithm from its columns and its constant.
fn of_number(number: i64, opc: &[u8], sizes: Option<&str>) -> Option<Algorithm> {
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

/// Where the key of RANDs is sealed.
pub const CHALLENGE_KEY: Place<'static> = Place {
    table: "state",
    column: "challenge_key",
    row: 1,
    beside: &[],
};

/// Where an IMS profile is sealed: the same for both of its columns, for it moves from one to the other.
#[must_use]
pub fn profile_place(packed: i64) -> Place<'static> {
    Place {
        table: "ims_subscription",
        column: "json",
        row: packed as u64,
        beside: &[],
    }
}

/// Whether an IMS profile has something of SIP Digest in it, which is a password or as good as one: then it is sealed.
#[must_use]
pub fn holds_secret(json: &str) -> bool {
    json.contains("\"digest\"")
}

/// The text of an opened IMS profile.
///
/// # Errors
/// [`ColumnError`].
pub fn clear_profile(octets: &[u8]) -> Result<Zeroizing<String>, ColumnError> {
    let text = std::str::from_utf8(octets).map_err(|_| ColumnError { column: "json" })?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_algorithm_come_back() {
        let sizes = TuakSizes::new(64, 64, 128, 128, 1).unwrap();
        let all = [
            Algorithm::Milenage {
                opc: Opc::new([7; 16]),
            },
            Algorithm::Tuak {
                topc: Topc::new([9; 32]),
                sizes,
            },
            Algorithm::Xor,
        ];
        for algorithm in all {
            let authentication = Authentication {
                k: K::new(&[5; 16]).unwrap(),
                algorithm,
                amf: Amf([0x80, 0]),
                sqn_profile: SqnProfile::default(),
                dif: Some(-3),
                seq_seed: 1,
            };
            let (number, sizes) = algorithm_columns(&authentication.algorithm);
            let octets = key_octets(&authentication);
            let (k, algorithm) = opened_keys(&octets, number, sizes.as_deref()).unwrap();
            assert_eq!(k, authentication.k);
            assert_eq!(algorithm, authentication.algorithm);
            assert!(
                opened_keys(&octets[..3], number, sizes.as_deref()).is_err(),
                "K is cut"
            );
            assert!(opened_keys(&octets, 7, None).is_err(), "no such algorithm");
        }
    }

    #[test]
    fn what_is_beside_a_key_binds_it() {
        let seen = |algorithm, sizes| at_keys(1, algorithm, sizes, |place| place.beside.to_vec());
        let mut all = vec![
            seen(MILENAGE, None),
            seen(XOR, None),
            seen(TUAK, Some("64 64 128 128 1")),
            seen(TUAK, Some("64 64 128 128 2")),
        ];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn a_number_out_of_range_names_its_column() {
        let columns = Columns {
            imsi: -1,
            amf: 1 << 16,
            ind_bits: 5,
            delta_bits: 28,
            dif: None,
            seq_seed: 0,
            msisdn: None,
        };
        assert_eq!(columns.imsi().unwrap_err().column, "imsi");
        let keys = (K::new(&[5; 16]).unwrap(), Algorithm::Xor);
        assert_eq!(columns.authentication(keys).unwrap_err().column, "amf");
    }
}

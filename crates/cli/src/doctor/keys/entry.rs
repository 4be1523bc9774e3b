//! One subscriber of a key file, or one home network key, before it is a key.

use anyhow::{Context, Result, anyhow, bail};
use quintet_crypto::suci::{HomeNetworkPrivateKey, Profile};
use quintet_crypto::{K, Op, Opc, Top, Topc, TuakSizes};
use quintet_doctor::keys::{Operator, SubscriberKey};
use quintet_identity::Imsi;
use zeroize::Zeroizing;

/// A value of a file, wiped when it is dropped.
pub(super) type Secret = Zeroizing<String>;

/// What a file says of one subscriber; empty values count as absent.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) imsi: Option<String>,
    pub(super) k: Option<Secret>,
    pub(super) op: Option<Secret>,
    pub(super) opc: Option<Secret>,
    /// `milenage`, `tuak`, `xor`; and `mil`, as srsRAN has it.
    pub(super) algorithm: Option<String>,
    /// `RES/MAC/CK/IK/iterations`.
    pub(super) tuak: Option<String>,
    /// A home network's private key, instead of a subscriber's: 32 octets (TS 33.501 C.3).
    pub(super) home_network_key: Option<Secret>,
    /// Its identifier: 0 to 255, as SUCIs have it.
    pub(super) id: Option<String>,
    /// Its profile: `A` or `B`.
    pub(super) profile: Option<String>,
}

impl Entry {
    /// Sets a field by the name that one of the formats has for it; other fields are left alone.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let value = value.trim();
        if value.is_empty() || value.eq_ignore_ascii_case("null") || value.eq_ignore_ascii_case("none") {
            return;
        }
        let secret = || Some(Zeroizing::new(value.to_owned()));
        match field(name) {
            Some(Field::Imsi) => self.imsi = Some(value.to_owned()),
            Some(Field::K) => self.k = secret(),
            Some(Field::Op) => self.op = secret(),
            Some(Field::Opc) => self.opc = secret(),
            Some(Field::Algorithm) => self.algorithm = Some(value.to_lowercase()),
            Some(Field::Tuak) => self.tuak = Some(value.to_owned()),
            Some(Field::HomeNetworkKey) => self.home_network_key = secret(),
            Some(Field::Id) => self.id = Some(value.to_owned()),
            Some(Field::Profile) => self.profile = Some(value.to_uppercase()),
            None => {}
        }
    }

    /// The key.
    ///
    /// # Errors
    /// What is missing or malformed, by the name of its field and without its value.
    pub(super) fn key(self, name: String) -> Result<SubscriberKey> {
        let imsi = self.imsi.as_deref().map(imsi).transpose().context("field imsi")?;
        let k = self
            .k
            .as_ref()
            .ok_or_else(|| anyhow!("field k (or ki): missing"))?;
        let octets = octets(k).context("field k")?;
        let k =
            K::new(&octets).ok_or_else(|| length("field k", octets.len(), "16 octets, or 32 with TUAK"))?;
        let operator = self.operator()?;
        Ok(SubscriberKey::new(imsi, name, k, operator)?)
    }

    /// Identifier and key, if it is a home network's.
    ///
    /// # Errors
    /// What is missing or malformed, by the name of its field and without its value.
    pub(super) fn home_network_key(&self) -> Result<Option<(u8, HomeNetworkPrivateKey)>> {
        let Some(key) = &self.home_network_key else {
            return Ok(None);
        };
        let profile = match self.profile.as_deref() {
            Some("A" | "1") => Profile::A,
            Some("B" | "2") => Profile::B,
            _ => bail!("field profile: expected A or B"),
        };
        let id = self.id.as_deref().and_then(|id| id.parse::<u8>().ok());
        let id = id.context("field id: expected a number from 0 to 255")?;
        let octets = exactly::<32>(key, "field home_network_key")?;
        let key = HomeNetworkPrivateKey::new(profile, &octets).context("field home_network_key")?;
        Ok(Some((id, key)))
    }

    fn operator(&self) -> Result<Operator> {
        let algorithm = self.algorithm.as_deref().unwrap_or("milenage");
        let given = match (&self.opc, &self.op) {
            (Some(opc), _) => Some(("field opc", opc, true)),
            (None, Some(op)) => Some(("field op", op, false)),
            (None, None) => None,
        };
        match (algorithm, given) {
            ("xor" | "test", _) => Ok(Operator::Xor),
            ("milenage" | "mil", Some((field, value, is_opc))) => {
                let value = exactly::<16>(value, field)?;
                Ok(match is_opc {
                    true => Operator::Opc(Opc::new(*value)),
                    false => Operator::Op(Op::new(*value)),
                })
            }
            ("tuak", Some((field, value, is_opc))) => {
                let value = exactly::<32>(value, field)?;
                let sizes = self.sizes()?;
                Ok(match is_opc {
                    true => Operator::Topc(Topc::new(*value), sizes),
                    false => Operator::Top(Top::new(*value), sizes),
                })
            }
            ("milenage" | "mil" | "tuak", None) => bail!("field opc (or op): missing"),
            _ => bail!("field algorithm: none of milenage, tuak, xor"),
        }
    }

    fn sizes(&self) -> Result<TuakSizes> {
        let Some(text) = &self.tuak else {
            return Ok(TuakSizes::default());
        };
        let form = "field tuak: expected RES/MAC/CK/IK/iterations, like 64/64/128/128/1";
        let numbers: Vec<u16> = text
            .split(['/', ' '])
            .map(|number| number.trim().parse().ok().context(form))
            .collect::<Result<_>>()?;
        let &[res, mac, ck, ik, iterations] = &numbers[..] else {
            bail!("{form}");
        };
        let iterations = u8::try_from(iterations).ok().context(form)?;
        TuakSizes::new(res, mac, ck, ik, iterations).context("field tuak")
    }
}

/// A field by all the names that the formats have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Imsi,
    K,
    Op,
    Opc,
    Algorithm,
    Tuak,
    HomeNetworkKey,
    Id,
    Profile,
}

/// Which field a name is of.
pub(super) fn field(name: &str) -> Option<Field> {
    let name = name
        .trim()
        .trim_matches('"')
        .to_lowercase()
        .replace(['-', ' '], "_");
    Some(match name.as_str() {
        "imsi" | "ue_id" | "ueid" | "supi" => Field::Imsi,
        "k" | "ki" | "key" | "permanentkeyvalue" | "encpermanentkey" => Field::K,
        "op" | "top" | "opvalue" => Field::Op,
        "opc" | "topc" | "opcvalue" | "encopckey" => Field::Opc,
        "algorithm" | "algo" | "auth" | "algorithmid" => Field::Algorithm,
        "tuak" | "tuak_sizes" => Field::Tuak,
        "home_network_key" | "home_network_private_key" | "hnet_key" => Field::HomeNetworkKey,
        "id" | "key_id" | "home_network_key_id" => Field::Id,
        "profile" => Field::Profile,
        _ => return None,
    })
}

/// An IMSI, also as `imsi-001010000000001`.
fn imsi(text: &str) -> Result<Imsi> {
    let digits = text.strip_prefix("imsi-").unwrap_or(text);
    // The error of the type names no digit.
    Ok(digits.parse()?)
}

/// Octets of hex: blanks, `:`, `-` and a leading `0x` are ignored.
fn octets(text: &str) -> Result<Zeroizing<Vec<u8>>> {
    let bare = text
        .strip_prefix("0x")
        .or(text.strip_prefix("0X"))
        .unwrap_or(text);
    let digits: Secret = Zeroizing::new(
        bare.chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-'))
            .collect(),
    );
    if let Some(at) = digits.chars().position(|c| !c.is_ascii_hexdigit()) {
        bail!("character {} is no hex digit", at + 1);
    }
    if !digits.len().is_multiple_of(2) {
        bail!("{} hex digits: an octet has two", digits.len());
    }
    Ok(Zeroizing::new(hex::decode(digits.as_bytes()).unwrap_or_default()))
}

fn exactly<const N: usize>(text: &str, field: &'static str) -> Result<Zeroizing<[u8; N]>> {
    let octets = octets(text).context(field)?;
    let exact = octets.as_slice().try_into().ok();
    exact.map(Zeroizing::new).ok_or_else(|| {
        length(
            field,
            octets.len(),
            if N == 16 { "16 octets" } else { "32 octets" },
        )
    })
}

fn length(field: &str, got: usize, expected: &str) -> anyhow::Error {
    anyhow!("{field}: {got} octets, expected {expected}")
}

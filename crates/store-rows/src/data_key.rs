//! Rows of `data_key`: data keys that a master key wraps.

use crate::nonces::Nonces;
use quintet_vault::{DataKeyNumber, Fingerprint, Master, Masters, NoMaster, Nonce, Secret, WrapError};

/// Why data keys cannot be had, or a field not be sealed or opened.
#[derive(Debug)]
pub enum KeyFault {
    /// The master key is not there.
    NoMaster(NoMaster),
    /// The master key is there, and does not unwrap; or a data key cannot be.
    Damaged(String),
}

impl From<NoMaster> for KeyFault {
    fn from(error: NoMaster) -> Self {
        Self::NoMaster(error)
    }
}

/// What data keys are wrapped for: a wrapped key of one kind of database is none of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Subscribers.
    Subscribers,
    /// Records of a node.
    Contexts,
}

impl KeyPurpose {
    fn name(self) -> &'static str {
        match self {
            Self::Subscribers => "subscribers",
            Self::Contexts => "contexts",
        }
    }
}

/// A row of `data_key`.
#[derive(Clone, Debug)]
pub struct WrappedKey {
    /// 1 and up; the highest one seals.
    pub number: DataKeyNumber,
    /// The master key that wraps it.
    pub master: Fingerprint,
    /// What it wraps.
    pub wrapped: Vec<u8>,
    /// When it was made, seconds of Unix time.
    pub made: i64,
}

impl WrappedKey {
    /// A row from its columns.
    ///
    /// # Errors
    /// [`KeyFault::Damaged`] if they are none of a data key's.
    pub fn of_columns(number: i64, master: &[u8], wrapped: &[u8], made: i64) -> Result<Self, KeyFault> {
        let wrong = |what: &str| KeyFault::Damaged(format!("{what} of data key {number}"));
        let known = u16::try_from(number).ok().and_then(DataKeyNumber::new);
        let master = master.try_into().map_err(|_| wrong("the master key's name"))?;
        Ok(Self {
            number: known.ok_or_else(|| wrong("the number"))?,
            master: Fingerprint(master),
            wrapped: wrapped.to_vec(),
            made,
        })
    }

    /// The data key.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn unwrap(&self, kind: KeyPurpose, masters: &dyn Masters) -> Result<Secret, KeyFault> {
        let master = masters.named(self.master)?;
        let unwrapped = master.unwrap(&self.number.purpose(kind.name()), &self.wrapped);
        unwrapped.map_err(|error| match error {
            WrapError::Device(why) => unusable(self.master, why),
            error => KeyFault::Damaged(format!("data key {} does not unwrap: {error}", self.number)),
        })
    }
}

fn unusable(master: Fingerprint, why: String) -> KeyFault {
    KeyFault::NoMaster(NoMaster::Unusable {
        place: format!("(master key {master})"),
        why,
    })
}

/// Wraps a data key, and sees that it comes out again: a device may do otherwise than it says.
pub(crate) fn wrap(
    kind: KeyPurpose,
    number: DataKeyNumber,
    master: &dyn Master,
    key: &Secret,
    nonce: &Nonce,
) -> Result<Vec<u8>, KeyFault> {
    let name = master.fingerprint();
    let purpose = number.purpose(kind.name());
    let wrapped = master
        .wrap(nonce, &purpose, key)
        .map_err(|error| unusable(name, error.to_string()))?;
    let back = master
        .unwrap(&purpose, &wrapped)
        .map_err(|error| unusable(name, error.to_string()))?;
    if back != *key {
        let why = "what it wraps does not come out again as it was";
        return Err(unusable(name, why.to_owned()));
    }
    Ok(wrapped)
}

/// The same data keys wrapped by another master key, for their rows.
///
/// # Errors
/// [`KeyFault`].
pub fn rewrapped(
    kind: KeyPurpose,
    keys: &[WrappedKey],
    masters: &dyn Masters,
    new: &dyn Master,
) -> Result<Vec<WrappedKey>, KeyFault> {
    let mut nonces = Nonces::default();
    let anew = keys.iter().map(|key| {
        let octets = key.unwrap(kind, masters)?;
        Ok(WrappedKey {
            master: new.fingerprint(),
            wrapped: wrap(kind, key.number, new, &octets, &nonces.draw()?)?,
            ..key.clone()
        })
    });
    anew.collect()
}

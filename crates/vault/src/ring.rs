//! Data keys and what they seal.

use crate::cipher::{Cipher, NONCE_OCTETS, Nonce, TAG_OCTETS};
use crate::master::Secret;
use std::fmt;
use zeroize::Zeroizing;

/// The form of a sealed field: its first octet.
const FORM: u8 = 1;

/// Octets before the nonce: form, number of the data key.
const HEADER_OCTETS: usize = 3;

/// Octets that sealing adds to a field.
pub const SEALING_OCTETS: usize = HEADER_OCTETS + NONCE_OCTETS + TAG_OCTETS;

/// Longest field: far more than a record of a UE has, far less than the cipher takes.
pub const MAX_FIELD_OCTETS: usize = 1 << 24;

/// Octets of additional data that need no second allocation.
const USUAL_ADDITIONAL_OCTETS: usize = 96;

/// Which data key: 1 and up, in the order in which they were made, never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataKeyNumber(u16);

impl DataKeyNumber {
    /// The first.
    pub const FIRST: Self = Self(1);

    /// From a number; there is no key 0.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        (number != 0).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn value(self) -> u16 {
        self.0
    }

    /// The next one; `None` after the last: one a day lasts for 179 years.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }

    /// What a master key wraps this data key for ([`Master::wrap`](crate::Master::wrap)). `kind` names the kind of
    /// database, so that one's wrapped key is no other's.
    #[must_use]
    pub fn purpose(self, kind: &str) -> Vec<u8> {
        [b"data key of ", kind.as_bytes(), b"\0", &self.0.to_be_bytes()].concat()
    }
}

impl fmt::Display for DataKeyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a field stands. A field opens in its own place only.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Of which table; at most 255 octets.
    pub table: &'a str,
    /// Of which column; at most 255 octets.
    pub column: &'a str,
    /// In which row.
    pub row: u64,
    /// What else of the row must be as it was when the field was sealed: what decides how a key is used.
    pub beside: &'a [u8],
}

impl Place<'_> {
    fn additional(&self, header: [u8; HEADER_OCTETS]) -> Vec<u8> {
        let mut octets = Vec::with_capacity(USUAL_ADDITIONAL_OCTETS);
        octets.extend_from_slice(&header);
        for name in [self.table, self.column] {
            octets.push(u8::try_from(name.len()).expect("names of tables and columns are short"));
            octets.extend_from_slice(name.as_bytes());
        }
        octets.extend_from_slice(&self.row.to_be_bytes());
        octets.extend_from_slice(self.beside);
        octets
    }
}

/// Why a field does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Too short, or too long.
    #[error("it is no sealed field ({0} octets)")]
    Length(usize),
    /// A later version sealed it.
    #[error("it is sealed in a form that this version does not know ({0})")]
    Form(u8),
    /// Its data key is not here.
    #[error("it is sealed under data key {0}, which is not here")]
    NoDataKey(DataKeyNumber),
    /// It was changed, or stood elsewhere.
    #[error("it was changed after it was sealed, or belongs to another row")]
    Refused,
}

/// The data keys of a database: the newest one seals, all of them open. Keys are zeroised when dropped.
#[derive(Clone, Default)]
pub struct Ring {
    /// In ascending order of numbers.
    keys: Vec<(DataKeyNumber, Cipher)>,
}

impl Ring {
    /// Without keys: it opens nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a data key, or replaces the one of this number.
    pub fn insert(&mut self, number: DataKeyNumber, key: &Secret) {
        self.remove(number);
        let at = self.keys.partition_point(|(other, _)| *other < number);
        self.keys.insert(at, (number, Cipher::new(key)));
    }

    /// Forgets a data key.
    pub fn remove(&mut self, number: DataKeyNumber) {
        self.keys.retain(|(other, _)| *other != number);
    }

    /// Whether it has this key.
    #[must_use]
    pub fn has(&self, number: DataKeyNumber) -> bool {
        self.keys.iter().any(|(other, _)| *other == number)
    }

    /// The numbers of its keys, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = DataKeyNumber> + '_ {
        self.keys.iter().map(|(number, _)| *number)
    }

    /// The data key that seals: the newest.
    #[must_use]
    pub fn current(&self) -> Option<DataKeyNumber> {
        self.keys.last().map(|(number, _)| *number)
    }

    /// The number of the data key a field was sealed under.
    ///
    /// # Errors
    /// [`OpenError::Length`], [`OpenError::Form`].
    pub fn number_of(sealed: &[u8]) -> Result<DataKeyNumber, OpenError> {
        let wrong = OpenError::Length(sealed.len());
        if !(SEALING_OCTETS..=SEALING_OCTETS + MAX_FIELD_OCTETS).contains(&sealed.len()) {
            return Err(wrong);
        }
        match sealed[..HEADER_OCTETS] {
            [FORM, high, low] => DataKeyNumber::new(u16::from_be_bytes([high, low])).ok_or(wrong),
            [form, ..] => Err(OpenError::Form(form)),
            [] => Err(wrong),
        }
    }

    /// Seals a field of up to [`MAX_FIELD_OCTETS`] under the newest key. `None` without a key, or for a longer field.
    #[must_use]
    pub fn seal(&self, nonce: &Nonce, place: &Place<'_>, plain: &[u8]) -> Option<Vec<u8>> {
        let (number, cipher) = self.keys.last()?;
        if plain.len() > MAX_FIELD_OCTETS {
            return None;
        }
        let [high, low] = number.0.to_be_bytes();
        let header = [FORM, high, low];
        let mut sealed = Vec::with_capacity(SEALING_OCTETS + plain.len());
        sealed.extend_from_slice(&header);
        cipher.seal(nonce, &place.additional(header), plain, &mut sealed);
        Some(sealed)
    }

    /// Opens a field into `plain`, in place of what was there.
    ///
    /// # Errors
    /// [`OpenError`]; `plain` is empty then, or as it was.
    pub fn open(
        &self,
        place: &Place<'_>,
        sealed: &[u8],
        plain: &mut Zeroizing<Vec<u8>>,
    ) -> Result<(), OpenError> {
        let number = Self::number_of(sealed)?;
        let key = self.keys.iter().rev().find(|(other, _)| *other == number);
        let (_, cipher) = key.ok_or(OpenError::NoDataKey(number))?;
        let (header, rest) = sealed.split_at(HEADER_OCTETS);
        let header = [header[0], header[1], header[2]];
        cipher
            .open(&place.additional(header), rest, plain)
            .map_err(|_| OpenError::Refused)
    }
}

impl fmt::Debug for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.numbers()).finish()
    }
}

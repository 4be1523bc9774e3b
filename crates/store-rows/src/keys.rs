//! The data keys of a database as one connection knows them, and fields sealed under them.

use crate::commits::Commits;
use crate::data_key::{KeyFault, KeyPurpose, WrappedKey, wrap};
use crate::nonces::{Nonces, entropy};
use quintet_vault::{DataKeyNumber, Masters, OpenError, Place, Ring, Secret};
use std::sync::Arc;
use zeroize::Zeroizing;

/// See the module. Another process adds and removes data keys: [`read`](Self::read) takes what is there now.
pub struct Keys {
    kind: KeyPurpose,
    masters: Arc<dyn Masters>,
    ring: Ring,
    nonces: Nonces,
    plain: Zeroizing<Vec<u8>>,
    /// Where fields that do not open are counted.
    counted: Arc<Commits>,
}

/// A data key that was made, and is not stored yet.
pub struct Fresh {
    /// Its number.
    pub number: DataKeyNumber,
    /// Fingerprint of the master key, and what it wraps.
    pub master: [u8; quintet_vault::Fingerprint::OCTETS],
    /// The column `wrapped`.
    pub wrapped: Vec<u8>,
    key: Secret,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({:?}, {:?})", self.kind, self.ring)
    }
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fresh({})", self.number)
    }
}

impl Keys {
    /// No data keys yet.
    #[must_use]
    pub fn new(kind: KeyPurpose, masters: &Arc<dyn Masters>) -> Self {
        Self {
            kind,
            masters: masters.clone(),
            ring: Ring::new(),
            nonces: Nonces::default(),
            plain: Zeroizing::default(),
            counted: Arc::default(),
        }
    }

    /// Counts fields that do not open there from now on.
    pub fn counted_by(&mut self, commits: &Arc<Commits>) {
        self.counted = Arc::clone(commits);
    }

    /// Takes the rows there are: what is not among them is gone.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn read(&mut self, rows: &[WrappedKey]) -> Result<(), KeyFault> {
        let gone: Vec<_> = self
            .ring
            .numbers()
            .filter(|number| rows.iter().all(|row| row.number != *number))
            .collect();
        gone.into_iter().for_each(|number| self.ring.remove(number));
        for row in rows {
            if !self.ring.has(row.number) {
                let key = row.unwrap(self.kind, &*self.masters)?;
                self.ring.insert(row.number, &key);
            }
        }
        Ok(())
    }

    /// Whether these are the data keys of that number that are known, and no others.
    #[must_use]
    pub fn are(&self, numbers: impl IntoIterator<Item = i64>) -> bool {
        let known = self.ring.numbers().map(|number| i64::from(number.value()));
        let (mut known, mut there): (Vec<_>, Vec<_>) = (known.collect(), numbers.into_iter().collect());
        known.sort_unstable();
        there.sort_unstable();
        known == there
    }

    /// Whether the data key of a sealed field is known; of what is none, yes: to open it says what is wrong.
    #[must_use]
    pub fn knows_key_of(&self, sealed: &[u8]) -> bool {
        Ring::number_of(sealed).map_or(true, |number| self.ring.has(number))
    }

    /// The data key that seals.
    #[must_use]
    pub fn current(&self) -> Option<DataKeyNumber> {
        self.ring.current()
    }

    /// Makes the next data key, for a row of its own; when that is stored, it is [`take`](Self::take)n.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn make(&mut self) -> Result<Fresh, KeyFault> {
        let number = match self.ring.current() {
            None => DataKeyNumber::FIRST,
            Some(last) => last
                .next()
                .ok_or_else(|| KeyFault::Damaged("there is no number after the last data key".to_owned()))?,
        };
        let master = self.masters.for_new()?;
        let mut key = Secret::default();
        entropy(&mut key[..])?;
        let wrapped = wrap(self.kind, number, &*master, &key, &self.nonces.draw()?)?;
        Ok(Fresh {
            number,
            master: master.fingerprint().0,
            wrapped,
            key,
        })
    }

    /// A data key that was made is stored: it seals from now on.
    pub fn take(&mut self, fresh: &Fresh) {
        self.ring.insert(fresh.number, &fresh.key);
    }

    /// Seals a field under the current key.
    ///
    /// # Errors
    /// [`KeyFault`]: there is no key, the field is too long, or there is no entropy.
    pub fn seal(&mut self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let nonce = self.nonces.draw()?;
        self.ring.seal(&nonce, place, plain).ok_or_else(|| {
            KeyFault::Damaged(format!(
                "no data key for {} octets of {}",
                plain.len(),
                place.table
            ))
        })
    }

    /// Opens a field.
    ///
    /// # Errors
    /// [`OpenError::NoDataKey`] if it is sealed under a data key that is not known here: the rows may have changed.
    pub fn open(&mut self, place: &Place<'_>, sealed: &[u8]) -> Result<&[u8], OpenError> {
        match self.ring.open(place, sealed, &mut self.plain) {
            Ok(()) => Ok(&self.plain),
            // Another process made the key, and it is read; or the read fails, and says so.
            Err(error @ OpenError::NoDataKey(_)) => Err(error),
            Err(error) => {
                self.counted.did_not_open();
                Err(error)
            }
        }
    }
}

//! The data keys of a file, and fields sealed under them (`quintet_vault`).
//!
//! ```text
//!  data_key (number, master, wrapped) ──Masters──► Ring ──seal, open──► field
//!        ▲ another process adds and removes some: read again when a field asks for one that is not here
//! ```
//!
//! Each connection has a ring of its own: what it sees of `data_key` is of the same snapshot as the fields.

use crate::fault::Failure;
use quintet_vault::{
    DataKeyNumber, Master, Masters, NONCE_OCTETS, NoMaster, Nonce, OpenError as FieldError, Place, Ring,
    Secret, WrapError,
};
use rusqlite::{Connection, params};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The table of data keys, and whether octets that were not sealed may still be in free pages.
pub(crate) const TABLES: &str = "
CREATE TABLE data_key (
    number INTEGER PRIMARY KEY,           -- 1 and up; the highest one seals
    master BLOB NOT NULL,                 -- the fingerprint of the master key
    wrapped BLOB NOT NULL,
    made INTEGER NOT NULL                 -- seconds of Unix time
);
CREATE TABLE scrub (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    owed INTEGER NOT NULL                 -- 1: what was in the clear may still be in free pages
);
INSERT INTO scrub VALUES (1, 0);
";

/// Nonces drawn at once: a call of the system costs as much as sealing.
const NONCES_AT_ONCE: usize = 256;

/// Why data keys cannot be had.
#[derive(Debug)]
pub(crate) enum KeyFault {
    /// SQLite says no.
    Sqlite(rusqlite::Error),
    /// The master key is not there.
    NoMaster(NoMaster),
    /// The master key is there, and does not unwrap.
    Damaged(String),
}

impl From<rusqlite::Error> for KeyFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<NoMaster> for KeyFault {
    fn from(error: NoMaster) -> Self {
        Self::NoMaster(error)
    }
}

impl From<KeyFault> for Failure {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::Sqlite(error) => Self::Sqlite(error),
            KeyFault::NoMaster(error) => Self::NoMaster(error),
            KeyFault::Damaged(why) => Self::content("data_key", why),
        }
    }
}

/// What a file's data keys are wrapped for: a wrapped key of one kind of file is none of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Subscribers.
    Subscribers,
    /// Records of a node.
    Contexts,
}

impl FileKind {
    fn name(self) -> &'static str {
        match self {
            Self::Subscribers => "subscribers",
            Self::Contexts => "contexts",
        }
    }
}

/// A row of `data_key`.
pub(crate) struct WrappedKey {
    pub(crate) number: DataKeyNumber,
    pub(crate) master: quintet_vault::Fingerprint,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) made: i64,
}

/// All rows of `data_key`, by number.
pub(crate) fn wrapped_keys(connection: &Connection) -> Result<Vec<WrappedKey>, KeyFault> {
    let mut select =
        connection.prepare_cached("SELECT number, master, wrapped, made FROM data_key ORDER BY number")?;
    let mut rows = select.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let wrong = |what: &str| KeyFault::Damaged(format!("{what} of data key {number}"));
        let known = u16::try_from(number).ok().and_then(DataKeyNumber::new);
        let master: Vec<u8> = row.get(1)?;
        keys.push(WrappedKey {
            number: known.ok_or_else(|| wrong("the number"))?,
            master: quintet_vault::Fingerprint(
                master.try_into().map_err(|_| wrong("the master key's name"))?,
            ),
            wrapped: row.get(2)?,
            made: row.get(3)?,
        });
    }
    Ok(keys)
}

impl WrappedKey {
    /// The data key.
    pub(crate) fn unwrap(&self, kind: FileKind, masters: &dyn Masters) -> Result<Secret, KeyFault> {
        let master = masters.named(self.master)?;
        let unwrapped = master.unwrap(&self.number.purpose(kind.name()), &self.wrapped);
        unwrapped.map_err(|error| match error {
            WrapError::Device(why) => KeyFault::NoMaster(NoMaster::Unusable {
                place: format!("(master key {})", self.master),
                why,
            }),
            error => KeyFault::Damaged(format!("data key {} does not unwrap: {error}", self.number)),
        })
    }
}

/// Wraps a data key, and sees that it comes out again: a device may do otherwise than it says.
pub(crate) fn wrap(
    kind: FileKind,
    number: DataKeyNumber,
    master: &dyn Master,
    key: &Secret,
    nonce: &Nonce,
) -> Result<Vec<u8>, KeyFault> {
    let unusable = |why: String| {
        KeyFault::NoMaster(NoMaster::Unusable {
            place: format!("(master key {})", master.fingerprint()),
            why,
        })
    };
    let purpose = number.purpose(kind.name());
    let wrapped = master
        .wrap(nonce, &purpose, key)
        .map_err(|error| unusable(error.to_string()))?;
    let back = master
        .unwrap(&purpose, &wrapped)
        .map_err(|error| unusable(error.to_string()))?;
    if back != *key {
        return Err(unusable(
            "what it wraps does not come out again as it was".to_owned(),
        ));
    }
    Ok(wrapped)
}

/// Has another master key wrap all data keys, in a transaction of the caller's. Answers how many.
pub(crate) fn rewrap(
    kind: FileKind,
    connection: &Connection,
    masters: &dyn Masters,
    new: &dyn Master,
) -> Result<usize, KeyFault> {
    let keys = wrapped_keys(connection)?;
    for key in &keys {
        let octets = key.unwrap(kind, masters)?;
        let wrapped = wrap(kind, key.number, new, &octets, &nonce()?)?;
        connection
            .prepare_cached("UPDATE data_key SET master = ?2, wrapped = ?3 WHERE number = ?1")?
            .execute(params![key.number.value(), &new.fingerprint().0[..], wrapped])?;
    }
    Ok(keys.len())
}

/// The keys of a connection.
pub(crate) struct Keys {
    kind: FileKind,
    masters: Arc<dyn Masters>,
    ring: Ring,
    nonces: Nonces,
    plain: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({:?}, {:?})", self.kind, self.ring)
    }
}

impl Keys {
    /// The data keys of a file, as many as it has.
    pub(crate) fn load(
        kind: FileKind,
        connection: &Connection,
        masters: &Arc<dyn Masters>,
    ) -> Result<Self, KeyFault> {
        let mut keys = Self {
            kind,
            masters: masters.clone(),
            ring: Ring::new(),
            nonces: Nonces::default(),
            plain: Zeroizing::default(),
        };
        keys.refresh(connection)?;
        Ok(keys)
    }

    /// Reads the data keys again: others may be there, or gone.
    pub(crate) fn refresh(&mut self, connection: &Connection) -> Result<(), KeyFault> {
        let rows = wrapped_keys(connection)?;
        let gone: Vec<_> = self
            .ring
            .numbers()
            .filter(|number| rows.iter().all(|row| row.number != *number))
            .collect();
        gone.into_iter().for_each(|number| self.ring.remove(number));
        for row in &rows {
            if !self.ring.has(row.number) {
                self.ring
                    .insert(row.number, &row.unwrap(self.kind, &*self.masters)?);
            }
        }
        Ok(())
    }

    /// The data key that seals.
    pub(crate) fn current(&self) -> Option<DataKeyNumber> {
        self.ring.current()
    }

    /// Makes a data key that seals from now on. The caller is in a transaction that writes.
    pub(crate) fn add(&mut self, connection: &Connection) -> Result<DataKeyNumber, KeyFault> {
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
        connection
            .prepare_cached(
                "INSERT INTO data_key (number, master, wrapped, made) VALUES (?1, ?2, ?3, unixepoch())",
            )?
            .execute(params![number.value(), &master.fingerprint().0[..], wrapped])?;
        self.ring.insert(number, &key);
        Ok(number)
    }

    /// Seals a field under the current key.
    pub(crate) fn seal(&mut self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let nonce = self.nonces.draw()?;
        self.ring.seal(&nonce, place, plain).ok_or_else(|| {
            KeyFault::Damaged(format!(
                "no data key for {} octets of {}",
                plain.len(),
                place.table
            ))
        })
    }

    /// Opens a field. One under a data key that is not here has the keys read again.
    pub(crate) fn open(
        &mut self,
        connection: &Connection,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<&[u8], Failure> {
        let mut opened = self.ring.open(place, sealed, &mut self.plain);
        if let Err(FieldError::NoDataKey(_)) = opened {
            self.refresh(connection)?;
            opened = self.ring.open(place, sealed, &mut self.plain);
        }
        match opened {
            Ok(()) => Ok(&self.plain),
            Err(error) => Err(Failure::content(
                place.table,
                format!("{} of row {:#x}: {error}", place.column, place.row),
            )),
        }
    }
}

/// Nonces, drawn some hundred at a time.
struct Nonces {
    drawn: [u8; NONCE_OCTETS * NONCES_AT_ONCE],
    used: usize,
}

impl Default for Nonces {
    fn default() -> Self {
        Self {
            drawn: [0; NONCE_OCTETS * NONCES_AT_ONCE],
            used: NONCES_AT_ONCE,
        }
    }
}

impl Nonces {
    fn draw(&mut self) -> Result<Nonce, KeyFault> {
        if self.used == NONCES_AT_ONCE {
            entropy(&mut self.drawn)?;
            self.used = 0;
        }
        let at = self.used * NONCE_OCTETS;
        self.used += 1;
        let mut nonce = [0; NONCE_OCTETS];
        nonce.copy_from_slice(&self.drawn[at..at + NONCE_OCTETS]);
        Ok(nonce)
    }
}

/// One nonce.
pub(crate) fn nonce() -> Result<Nonce, KeyFault> {
    let mut nonce = [0; NONCE_OCTETS];
    entropy(&mut nonce)?;
    Ok(nonce)
}

#[expect(clippy::disallowed_methods, reason = "data keys and nonces are made here")]
fn entropy(octets: &mut [u8]) -> Result<(), KeyFault> {
    getrandom::fill(octets).map_err(|error| {
        KeyFault::NoMaster(NoMaster::Unusable {
            place: "this system".to_owned(),
            why: format!("there is no entropy: {error}"),
        })
    })
}

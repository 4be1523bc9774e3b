//! The data keys of the database, and fields sealed under them (`quintet_vault`). The fields have the form and the places
//! of the SQLite store's.

use crate::fault::Failure;
use crate::session::Session;
use quintet_vault::{
    DataKeyNumber, Fingerprint, Master, Masters, NONCE_OCTETS, NoMaster, Nonce, OpenError as FieldError,
    Place, Ring, Secret, WrapError,
};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What data keys are wrapped for: a wrapped key of one kind of database is none of another.
const KIND: &str = "subscribers";

/// Nonces drawn at once: a call of the system costs as much as sealing.
const NONCES_AT_ONCE: usize = 256;

/// The keys as one connection knows them.
pub(crate) struct Keys {
    masters: Arc<dyn Masters>,
    ring: Ring,
    drawn: [u8; NONCE_OCTETS * NONCES_AT_ONCE],
    used: usize,
    plain: Zeroizing<Vec<u8>>,
}

impl Keys {
    /// The data keys of the database, as many as it has.
    pub(crate) async fn load(session: &Session, masters: &Arc<dyn Masters>) -> Result<Self, Failure> {
        let mut keys = Self {
            masters: masters.clone(),
            ring: Ring::new(),
            drawn: [0; NONCE_OCTETS * NONCES_AT_ONCE],
            used: NONCES_AT_ONCE,
            plain: Zeroizing::default(),
        };
        let rows = session
            .query(
                "SELECT number, master, wrapped FROM data_key ORDER BY number",
                &[],
            )
            .await?;
        for row in rows {
            let number: i32 = row.try_get(0)?;
            let wrong = |what: &str| Failure::content("data_key", format!("{what} of data key {number}"));
            let known = u16::try_from(number).ok().and_then(DataKeyNumber::new);
            let known = known.ok_or_else(|| wrong("the number"))?;
            let master: &[u8] = row.try_get(1)?;
            let name = Fingerprint(master.try_into().map_err(|_| wrong("the master key's name"))?);
            let master = keys.masters.named(name).map_err(Failure::NoMaster)?;
            let wrapped: &[u8] = row.try_get(2)?;
            let key = master
                .unwrap(&known.purpose(KIND), wrapped)
                .map_err(|error| match error {
                    WrapError::Device(why) => unusable(&*master, why),
                    error => {
                        Failure::content("data_key", format!("data key {number} does not unwrap: {error}"))
                    }
                })?;
            keys.ring.insert(known, &key);
        }
        Ok(keys)
    }

    /// Makes the first data key, if there is none. The caller is in a transaction that holds the schema's lock.
    pub(crate) async fn make_first(&mut self, session: &Session) -> Result<(), Failure> {
        if self.ring.current().is_some() {
            return Ok(());
        }
        let number = DataKeyNumber::FIRST;
        let master = self.masters.for_new().map_err(Failure::NoMaster)?;
        let mut key = Secret::default();
        entropy(&mut key[..])?;
        let purpose = number.purpose(KIND);
        let wrapped = master
            .wrap(&self.nonce()?, &purpose, &key)
            .map_err(|error| unusable(&*master, error.to_string()))?;
        // A device may do otherwise than it says.
        let back = master
            .unwrap(&purpose, &wrapped)
            .map_err(|error| unusable(&*master, error.to_string()))?;
        if back != key {
            return Err(unusable(
                &*master,
                "what it wraps does not come out again as it was".to_owned(),
            ));
        }
        let sql = "INSERT INTO data_key (number, master, wrapped, made)
                   VALUES ($1, $2, $3, extract(epoch FROM now())::bigint)";
        let row: (i32, &[u8], &[u8]) = (number.value().into(), &master.fingerprint().0, &wrapped);
        session.execute(sql, &[&row.0, &row.1, &row.2]).await?;
        self.ring.insert(number, &key);
        Ok(())
    }

    /// Seals a field under the current key.
    pub(crate) fn seal(&mut self, place: &Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        let nonce = self.nonce()?;
        self.ring.seal(&nonce, place, plain).ok_or_else(|| {
            Failure::content(
                "data_key",
                format!("no key for {} octets of {}", plain.len(), place.table),
            )
        })
    }

    /// Opens a field.
    pub(crate) fn open(&mut self, place: &Place<'_>, sealed: &[u8]) -> Result<&[u8], Failure> {
        match self.ring.open(place, sealed, &mut self.plain) {
            Ok(()) => Ok(&self.plain),
            Err(FieldError::NoDataKey(_)) => Err(Failure::NewDataKey),
            Err(error) => {
                let which = format!("{} of row {:#x}: {error}", place.column, place.row);
                Err(Failure::content(place.table, which))
            }
        }
    }

    fn nonce(&mut self) -> Result<Nonce, Failure> {
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

fn unusable(master: &dyn Master, why: String) -> Failure {
    Failure::NoMaster(NoMaster::Unusable {
        place: format!("(master key {})", master.fingerprint()),
        why,
    })
}

#[expect(clippy::disallowed_methods, reason = "data keys and nonces are made here")]
fn entropy(octets: &mut [u8]) -> Result<(), Failure> {
    getrandom::fill(octets).map_err(|error| {
        Failure::NoMaster(NoMaster::Unusable {
            place: "this system".to_owned(),
            why: format!("there is no entropy: {error}"),
        })
    })
}

//! What survives a restart, leaving and coming back.

use super::{At, Due, Scscf};
use quintet_ims::registrar::Session;
use quintet_procedure::node::Save;
use zeroize::Zeroizing;

impl Scscf {
    /// The next change to keep durably. The first, second … of them is the number that [`saved`](Self::saved) is told.
    pub fn poll_save(&mut self, at: At) -> Option<Save> {
        let table = &self.table;
        let record = |place| table.session(place)?.encode(at).map(Zeroizing::new);
        let save = self.saves.next(record)?;
        let (Save::Put { key, .. } | Save::Delete { key }) = &save;
        self.registers.leaves(*key);
        Some(save)
    }

    /// Takes back a record of before a restart, in the order of keys.
    ///
    /// # Errors
    /// The reason, if it is of no use: it cannot be read, or contradicts another.
    pub fn restore(&mut self, at: At, key: u32, record: &[u8]) -> Result<(), String> {
        let session = Session::decode(record, at).map_err(|error| error.to_string())?;
        let due = session.poll_timeout();
        if !self.table.insert_at(key, session) {
            return Err(
                "another record has its place or its private identity, or there are too many".to_owned(),
            );
        }
        if let Some(record) = self.table.get_mut(key) {
            self.schedule.set(&mut record.armed, due, Due::Session(key));
        }
        Ok(())
    }
}

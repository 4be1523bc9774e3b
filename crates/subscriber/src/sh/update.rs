//! Repository data (TS 29.328 6.1.2.1).

use super::{MAX_REPOSITORY_ENTRIES, MAX_REPOSITORY_OCTETS, RepositoryEntry, ShRecord};
use quintet_cx::{ExperimentalResult, Outcome};
use quintet_identity::Impu;
use quintet_sh::user_data::RepositoryData;

/// After this Sequence-Number comes 1: 0 is for what is new.
const LAST_SEQUENCE_NUMBER: u32 = 65_535;

/// Why data are not stored, and which of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateRefused {
    /// The result.
    pub outcome: Outcome,
    /// Its Service-Indication.
    pub service_indication: String,
    /// Its Sequence-Number.
    pub sequence_number: u32,
}

impl ShRecord {
    /// Stores, replaces or removes repository data of a public identity, all or none. `limit` is how many octets each may have.
    ///
    /// # Errors
    /// [`UpdateRefused`]: the first that cannot be.
    pub fn update(
        &mut self,
        impu: &Impu,
        data: &[RepositoryData],
        limit: usize,
    ) -> Result<(), UpdateRefused> {
        let mut changed = self.repository.clone();
        for new in data {
            let refused = |outcome: ExperimentalResult| UpdateRefused {
                outcome: outcome.into(),
                service_indication: new.service_indication.clone(),
                sequence_number: new.sequence_number,
            };
            let at = changed
                .iter()
                .position(|old| old.impu == *impu && old.service_indication == new.service_indication);
            let there = at.map(|at| &changed[at]).filter(|old| old.data.is_some());
            let follows = match there {
                Some(old) => new.sequence_number == old.sequence_number % LAST_SEQUENCE_NUMBER + 1,
                None => new.sequence_number == 0,
            };
            if !follows {
                return Err(refused(ExperimentalResult::ERROR_TRANSPARENT_DATA_OUT_OF_SYNC));
            }
            if there.is_none() && new.service_data.is_none() {
                return Err(refused(ExperimentalResult::ERROR_OPERATION_NOT_ALLOWED));
            }
            if new.service_data.as_ref().is_some_and(|data| data.len() > limit) {
                return Err(refused(ExperimentalResult::ERROR_TOO_MUCH_DATA));
            }
            let entry = RepositoryEntry {
                impu: impu.clone(),
                service_indication: new.service_indication.clone(),
                sequence_number: new.sequence_number,
                data: new.service_data.clone(),
            };
            match at {
                Some(at) => changed[at] = entry,
                None => changed.push(entry),
            }
            let octets: usize = changed
                .iter()
                .map(|entry| entry.data.as_ref().map_or(0, String::len))
                .sum();
            if changed.len() > MAX_REPOSITORY_ENTRIES || octets > MAX_REPOSITORY_OCTETS {
                return Err(refused(ExperimentalResult::ERROR_TOO_MUCH_DATA));
            }
        }
        self.repository = changed;
        Ok(())
    }
}

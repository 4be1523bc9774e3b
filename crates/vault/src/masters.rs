//! Where master keys are found.

use crate::master::{Fingerprint, Master, MasterKey};
use std::sync::Arc;

/// What finds master keys by name. It may be asked at any time: after a rotation somebody else made, for one.
pub trait Masters: Send + Sync {
    /// The master key of this name.
    ///
    /// # Errors
    /// [`NoMaster`], in words that say where it was looked for and what to do.
    fn named(&self, name: Fingerprint) -> Result<Arc<dyn Master>, NoMaster>;

    /// The master key for what has none yet. It may be made at this moment.
    ///
    /// # Errors
    /// [`NoMaster`].
    fn for_new(&self) -> Result<Arc<dyn Master>, NoMaster>;
}

/// Why there is no master key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoMaster {
    /// None is where it should be.
    #[error(
        "no master key: {looked}; restore the key from its backup, or say where it is (--master-key SOURCE, keys.master, \
         QUINTET_MASTER_KEY_SOURCE)"
    )]
    Missing {
        /// Where it was looked for, and what was found there.
        looked: String,
    },
    /// Another one is there.
    #[error(
        "the master key {wanted} is needed, and {looked}; say where it is (--master-key SOURCE, keys.master, \
         QUINTET_MASTER_KEY_SOURCE)"
    )]
    Other {
        /// The one that is needed.
        wanted: Fingerprint,
        /// Where it was looked for, and what was found there.
        looked: String,
    },
    /// It is there and cannot be used.
    #[error("the master key in {place} cannot be used: {why}")]
    Unusable {
        /// Where.
        place: String,
        /// Why, and what to do.
        why: String,
    },
}

impl Masters for MasterKey {
    fn named(&self, name: Fingerprint) -> Result<Arc<dyn Master>, NoMaster> {
        if self.fingerprint() == name {
            return Ok(Arc::new(self.clone()));
        }
        Err(NoMaster::Other {
            wanted: name,
            looked: format!("the only one at hand is {}", self.fingerprint()),
        })
    }

    fn for_new(&self) -> Result<Arc<dyn Master>, NoMaster> {
        Ok(Arc::new(self.clone()))
    }
}

/// No master key at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMasters;

impl Masters for NoMasters {
    fn named(&self, wanted: Fingerprint) -> Result<Arc<dyn Master>, NoMaster> {
        Err(NoMaster::Other {
            wanted,
            looked: "none was given".to_owned(),
        })
    }

    fn for_new(&self) -> Result<Arc<dyn Master>, NoMaster> {
        Err(NoMaster::Missing {
            looked: "none was given".to_owned(),
        })
    }
}

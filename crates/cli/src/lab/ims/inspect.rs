//! What HSS, S-CSCF and P-CSCF know of a user, for the play that asks.

use super::Network;
use crate::database::Database;
use crate::lab::hss::{Keeping, Shared};
use anyhow::Result;
use quintet_identity::Imsi;
use quintet_ims::agreement::{OLD_SET_GRACE, Which};
use quintet_sim::ims::{HomeFacts, Inspection};
use quintet_store::{Command, ImsKey, Reply};
use quintet_subscriber::ims::ImsRecord;

/// Where what the HSS knows can be looked at.
pub(super) enum HomeView {
    Memory(Shared),
    /// Read beside the HSS.
    Database(Box<Database>),
}

impl HomeView {
    /// # Errors
    /// If the database cannot be opened.
    pub(super) fn of(keeping: &Keeping<'_>) -> Result<Self> {
        Ok(match keeping {
            Keeping::Memory(store) => Self::Memory(store.clone()),
            Keeping::Database(path) => Self::Database(Box::new(Database::open_beside(path, false)?)),
        })
    }

    fn record(&mut self, imsi: Imsi) -> Result<Option<ImsRecord>> {
        let command = Command::LoadIms {
            key: ImsKey::Imsi(imsi),
        };
        let reply = match self {
            Self::Memory(store) => store.execute(command)?,
            Self::Database(database) => database.execute(command)?,
        };
        Ok(match reply {
            Reply::Ims(stored) => stored.and_then(|stored| stored.record()),
            _ => None,
        })
    }
}

impl Network {
    /// What they know.
    ///
    /// # Errors
    /// If the HSS's store cannot be read, or there is no S-CSCF.
    pub(super) fn inspect(&mut self, whom: &Inspection) -> Result<HomeFacts> {
        let record = self.home.record(whom.imsi)?;
        let set = record
            .as_ref()
            .and_then(|record| record.subscription.sets.first());
        let known = record.as_ref().zip(set.map(|set| set.id));
        let pending = |(record, id): (&ImsRecord, u16)| record.registrations.is_pending(id, &whom.impi);
        let scscf = self.with_scscf(|scscf| {
            let session = scscf.session(&whom.impi);
            session.is_some_and(|session| session.is_registered(&whom.impu))
        })?;
        // What is closed lives on for answers.
        let closed = self.clock.moment().now + OLD_SET_GRACE;
        let pcscf = self.pcscf.with(|_, _, application| {
            application.view().associations().any(|(of, which, entry)| {
                let in_use = matches!(which, Which::Current | Which::New);
                of == whom.impi.as_str() && in_use && entry.expires > closed
            })
        });
        Ok(HomeFacts {
            hss: known.map(|(record, id)| record.registrations.state(id)),
            pending: known.is_some_and(pending),
            scscf,
            pcscf,
        })
    }
}

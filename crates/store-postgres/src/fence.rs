//! A database that came out of a copy is fenced, so that no sequence number comes twice.

use crate::errand::{at_server, only_this_version};
use crate::fault::Failure;
use crate::options::{OpenError, Options};
use crate::slot;
use crate::watch::{holder_of_slot, slot_lock};
use crate::writer::begin;
use quintet_subscriber::auc::Slot;
use std::time::Duration;

/// How long it may take: every row of a subscriber is written.
const FENCE_PATIENCE: Duration = Duration::from_secs(1_800);

/// Fences a database that `pg_restore` or a point-in-time recovery made of a copy; `h` is the lowest bound of each slot, in
/// ticks: see [`quintet_store::Command::Fence`].
///
/// # Errors
/// [`OpenError`]; [`OpenError::InUse`] if a front end serves on it. Nothing has changed then.
pub fn fence(url: &str, options: &Options, h: i64) -> Result<(), OpenError> {
    let served = at_server(url, options, async |address, session| {
        only_this_version(&session).await?;
        for slot in (0..=u8::MAX).map_while(Slot::new) {
            let lock = slot_lock(address, slot);
            if let Some(holder) = holder_of_slot(&session, lock).await? {
                return Ok(Some((slot, holder)));
            }
        }
        let patience = FENCE_PATIENCE.as_millis();
        session.batch(&begin(address.lock_number())).await?;
        session
            .batch(&format!(
                "SET LOCAL statement_timeout = {patience}; SET LOCAL enable_seqscan = on"
            ))
            .await?;
        slot::fence(&session, h).await?;
        session.batch("COMMIT").await?;
        Ok::<_, Failure>(None)
    })?;
    match served {
        None => Ok(()),
        Some((slot, holder)) => Err(OpenError::InUse {
            slot: slot.value(),
            holder,
        }),
    }
}

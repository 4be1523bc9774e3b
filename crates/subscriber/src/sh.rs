//! What application servers keep in the HSS and what they are told (TS 29.328), decided without a wire and without a store.
//!
//! ```text
//!   ShUser = subscriber + ImsSubscription + Registrations + Location + ShRecord (repository, subscriptions)
//!
//!   ShUser + Asked           ──► ShData                        6.1.1   what is true now, and what there is not
//!   ShRecord + repository    ──► ShRecord                      6.1.2   sequence numbers
//!   ShRecord + subscription  ──► ShRecord                      6.1.3
//!   ShUser                   ──► ShRecord, Notification…       6.1.4   what an application server was told is no more true
//! ```
//!
//! Each subscription remembers a digest of what its application server was told last. So whoever changes the data, and whether an
//! HSS runs meanwhile or not: the next look finds the difference. Data that were removed stay as a tombstone until that
//! was told.
//!
//! Left out: wildcarded identities, DSAI, aliases' repository data, UE reachability, what only serving nodes know.

mod follow;
mod read;
mod record;
mod subscribe;
#[cfg(test)]
mod tests;
mod update;
mod user;

pub use follow::{Followed, Notification};
pub use record::{
    ApplicationServer, MAX_REPOSITORY_ENTRIES, MAX_REPOSITORY_OCTETS, MAX_SH_SUBSCRIPTIONS, RepositoryEntry,
    ShRecord, ShSubscription, Subject,
};
pub use subscribe::Subscribe;
pub use update::UpdateRefused;
pub use user::{Asked, ShUser, is_notifiable, is_readable};

/// FNV-1a: the same on every machine and in every version, which the standard library's hashes are not.
#[must_use]
pub fn digest(octets: &[u8]) -> u64 {
    octets.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

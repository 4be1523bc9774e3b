//! What an MME and an AMF keep UEs in: places, indices, deadlines, and what is to be written of them.

mod index;
mod save;
mod schedule;
mod slots;

pub use index::{Identities, Index, MAX_DRAWS};
pub use save::{Save, Saves};
pub use schedule::Schedule;
pub use slots::Slots;

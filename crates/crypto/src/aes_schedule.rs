//! An AES-128 key schedule for the time of one message, wiped after it.
//!
//! The `aes` crate wipes a schedule octet by octet, 700 octets of it, room for its slowest back end: as much work as a
//! short NAS message itself. Here the schedule of the zero key is copied over it in one piece instead.

use std::mem::ManuallyDrop;
use std::sync::LazyLock;

use aes::Aes128Enc;
use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherEncClosure, BlockCipherEncrypt, KeyInit};
use zeroize::optimization_barrier;

/// What remains in the place of a schedule.
static ZERO_KEY: LazyLock<Aes128Enc> = LazyLock::new(|| Aes128Enc::new(&[0; 16].into()));

/// Runs `mode` on the back end of this processor with `key` scheduled.
#[inline]
pub(crate) fn encipher(key: &[u8; 16], mode: impl BlockCipherEncClosure<BlockSize = U16>) {
    let mut schedule = ManuallyDrop::new(Aes128Enc::new(key.into()));
    schedule.encrypt_with_backend(mode);
    schedule = ManuallyDrop::new(ZERO_KEY.clone());
    optimization_barrier(&*schedule);
}

//! The cards of a scenario's UEs.

use crate::Usim;
use quintet_crypto::{K, Sqn, WrongKeyLength};
use quintet_identity::{Imei, Imeisv};
use quintet_subscriber::model::Subscriber;

/// The card in the UE, beside what the home network knows of its subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// It has the home network's keys.
    Genuine,
    /// Another K.
    WrongKey,
    /// The home network was given OP where OPc belongs.
    OpUsedAsOpc,
    /// Its SQN is ahead of the AuC's.
    Ahead,
    /// Its SQN leaps ahead of the AuC's with every challenge.
    AlwaysAhead,
    /// There is none.
    None,
}

/// A K that is nobody's.
const WRONG_K: [u8; 16] = *b"not the HSS's K!";

/// MILENAGE takes a K of 128 bits, so this does not happen.
pub(crate) type NobodysCard = WrongKeyLength;

/// The card of a UE: as it was issued, whatever the home network was told. `ahead` is the SQN of one that is.
///
/// # Errors
/// None: MILENAGE takes a K of 128 bits.
pub(crate) fn card(card: Card, issued: &Subscriber, ahead: u64) -> Result<Option<Usim>, NobodysCard> {
    let mut authentication = issued.authentication.clone();
    let sqn_ms = match card {
        Card::None => return Ok(None),
        Card::Ahead | Card::AlwaysAhead => Sqn::new(ahead).unwrap_or_default(),
        Card::WrongKey => {
            authentication.k = K::new_128(WRONG_K);
            Sqn::default()
        }
        Card::Genuine | Card::OpUsedAsOpc => Sqn::default(),
    };
    Usim::new(issued.imsi, &authentication, sqn_ms).map(Some)
}

/// The device of the n-th UE. Its IMEI is of a type approval code for tests (GSMA TS.06: 00 1xx).
pub(crate) fn device(n: u32) -> (Imei, Imeisv) {
    let imei = format!("00101700{:06}0", n % 1_000_000);
    let imeisv = format!("00101700{:06}01", n % 1_000_000);
    (
        imei.parse().expect("fifteen digits"),
        imeisv.parse().expect("sixteen digits"),
    )
}

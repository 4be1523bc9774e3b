//! What the words of both technologies have in common.

use quintet_nas::security::{NasCount, NasCounts};
use quintet_procedure::{Discard, Disposition};
use quintet_sim::radio::Tampered;

/// What somebody did with a message, if it is worth a word; `cause` names the technology's causes.
pub(super) fn disposition<C>(disposition: Disposition<C>, cause: impl Fn(C) -> String) -> Option<String> {
    Some(match disposition {
        Disposition::Handled => return None,
        Disposition::Replied(with) => format!("answered with {}", cause(with)),
        Disposition::Silent(why) => format!("discarded: {}", discard(why)),
    })
}

fn discard(why: Discard) -> String {
    match why {
        Discard::TooShort => "too short".to_owned(),
        Discard::ProtocolDiscriminator => "not a NAS message of this system".to_owned(),
        Discard::SecurityHeader => "security header out of place".to_owned(),
        Discard::Mac => "the MAC does not hold".to_owned(),
        Discard::Replay => "replayed: its COUNT was used".to_owned(),
        Discard::Unprotected => "not protected".to_owned(),
        Discard::NoContext => "no security context to check it".to_owned(),
        Discard::Malformed => "malformed".to_owned(),
        Discard::Released => "the connection is being released".to_owned(),
        Discard::Path(violation) => format!("not now ({})", violation.clause),
        Discard::Repetition => "a repetition".to_owned(),
    }
}

/// What the radio did to a NAS PDU.
pub(super) fn tampered(how: Tampered) -> &'static str {
    match how {
        Tampered::Dropped => "lost on the radio",
        Tampered::Repeated => "an earlier one, sent again by the radio",
        Tampered::Delayed => "delayed by the radio",
        Tampered::Altered => "changed on the radio",
        Tampered::Injected => "injected on the radio",
    }
}

/// COUNTs of one end.
pub(super) fn told_counts(counts: &NasCounts) -> String {
    let told =
        |count: Option<NasCount>| count.map_or_else(|| "none".to_owned(), |count| count.value().to_string());
    format!(
        "next downlink {}, last uplink {}",
        told(counts.next_sent),
        told(counts.last_received)
    )
}

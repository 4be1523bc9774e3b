//! SERVICE REQUEST: the contexts with its KSI, a MAC of 16 bits, and five bits of COUNT (TS 24.301 9.9.3.17, 9.9.3.19, 9.9.3.28).

use super::context::Context;
use super::open::{accept, note_of, unverifiable};
use super::subscriber::Subscriber;
use super::{KeyNote, Opened};
use crate::report::MacVerdict;
use quintet_crypto::Direction;
use quintet_nas::security::{NasCount, ServiceRequestHeader};

/// Rounds of five bits that the COUNT of a SERVICE REQUEST may be off by. Few: its MAC has 16 bits.
const SHORT_ROUNDS: u32 = 2;

/// SERVICE REQUEST: a short MAC, and five bits of COUNT.
pub(super) fn open(state: &mut Subscriber, header: &ServiceRequestHeader, pdu: &[u8]) -> Opened {
    let covered = &pdu[..2];
    let [high, low] = header.short_mac;
    let short = [0, 0, high, low];
    let direction = Direction::Uplink;
    let holds = |context: &Context, count: NasCount| {
        let mac = context.mac(context.input(count, direction), covered);
        mac.is_some_and(|[_, _, short @ ..]| short == header.short_mac)
    };
    let order: Vec<usize> = (0..state.contexts.len())
        .filter(|&at| state.contexts[at].ksi == header.ksi && !state.contexts[at].is_null_integrity())
        .collect();
    let mut known = false;
    for at in order {
        let context = &mut state.contexts[at];
        let last = context.window(direction).last();
        let Some(estimate) = NasCount::estimate::<5>(last, header.sequence_number) else {
            continue;
        };
        known = true;
        let at_count = |mac, count: NasCount, notes| Opened {
            mac,
            count: Some(count.value()),
            notes,
            ..unverifiable()
        };
        if holds(context, estimate) {
            accept(context, direction, estimate, short);
            return at_count(MacVerdict::Valid, estimate, Vec::new());
        }
        if let Some(last) = last
            && let Some(count) = NasCount::latest_used::<5>(Some(last), header.sequence_number)
            && holds(context, count)
        {
            let notes = note_of(context.window(direction), count, short)
                .into_iter()
                .collect();
            accept(context, direction, count, short);
            return at_count(MacVerdict::Valid, count, notes);
        }
        let expected = estimate.value();
        let ahead = (1..=SHORT_ROUNDS).filter_map(|round| NasCount::new(expected + (round << 5)));
        if let Some(count) = ahead.into_iter().find(|count| holds(context, *count)) {
            accept(context, direction, count, short);
            let note = KeyNote::OtherCount {
                count: count.value(),
                expected,
            };
            return at_count(MacVerdict::Invalid, count, vec![note]);
        }
    }
    if !known {
        state.blind = true;
    }
    match known && !state.blind {
        true => Opened {
            mac: MacVerdict::Invalid,
            ..unverifiable()
        },
        false => unverifiable(),
    }
}

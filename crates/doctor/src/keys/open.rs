//! Opening a protected message: which context, which COUNT, does the MAC hold, what is inside (TS 24.301 4.4.2 to 4.4.5).
//!
//! ```text
//!   SERVICE REQUEST ───────► contexts with its KSI, COUNT from five bits
//!   SECURITY MODE COMMAND ─► `command`: the context it takes into use
//!   any other ─► contexts in use, COUNT estimated ──no──► the COUNT of a message before ──no──► hypotheses ──► older contexts
//! ```

use super::command;
use super::context::{Before, Context, Window};
use super::hypotheses::{Case, Found};
use super::message::Message;
use super::round::Round;
use super::subscriber::Subscriber;
use super::{KeyNote, Opened, short_mac};
use crate::report::MacVerdict;
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_nas::security::{NasCount, ServiceRequestHeader};

/// Messages in a row without a fitting hypothesis after which none is tried until a MAC holds again: a trace of altered
/// messages costs a hundred MACs each otherwise.
const MAX_FRUITLESS: u8 = 8;

/// Ciphering that is not known: SECURITY MODE COMMAND was not seen.
pub(super) const UNKNOWN_CIPHERING: CipheringAlgorithm = CipheringAlgorithm(0xff);

/// Nothing can be said of the MAC.
pub(super) fn unverifiable() -> Opened {
    Opened {
        mac: MacVerdict::Unverifiable,
        count: None,
        plain: None,
        deciphered: false,
        notes: Vec::new(),
    }
}

/// Any PDU with a security header, and SERVICE REQUEST.
pub(super) fn open(state: &mut Subscriber, direction: Direction, pdu: &[u8]) -> Opened {
    if let Ok(header) = ServiceRequestHeader::parse(pdu) {
        let opened = short_mac::open(state, &header, pdu);
        return Opened {
            plain: Some(pdu.into()),
            ..opened
        };
    }
    let Some(message) = Message::parse(direction, pdu) else {
        return unverifiable();
    };
    let mut opened = match command::Command::of(&message) {
        Some(command) => command::take(state, &message, &command),
        None => other(state, &message),
    };
    if opened.plain.is_none() && !message.is_ciphered() {
        opened.plain = Some(message.header.payload.into());
    }
    opened.deciphered = opened
        .plain
        .as_deref()
        .is_some_and(|plain| plain != message.header.payload);
    opened
}

/// A MAC that held under the context at `at` with `count`.
pub(super) fn valid(state: &mut Subscriber, at: usize, message: &Message<'_>, count: NasCount) -> Opened {
    let Some(context) = state.contexts.get_mut(at) else {
        return unverifiable();
    };
    if context.ciphering == UNKNOWN_CIPHERING && message.protection.is_ciphered() {
        find_ciphering(context, message, count);
    }
    let plain = message.plain(context, count);
    accept(context, message.direction, count, message.header.mac);
    Opened {
        mac: MacVerdict::Valid,
        count: Some(count.value()),
        plain,
        ..unverifiable()
    }
}

/// A MAC held: COUNT is used up, and what the UE uses is in use.
pub(super) fn accept(context: &mut Context, direction: Direction, count: NasCount, mac: [u8; 4]) {
    context.window_mut(direction).mark(count, mac);
    context.fruitless = 0;
    context.confirmed |= direction == Direction::Uplink;
}

/// The algorithm with which a ciphered message reads as one.
fn find_ciphering(context: &mut Context, message: &Message<'_>, count: NasCount) {
    for algorithm in (0..=3).map(CipheringAlgorithm) {
        let tried = context.with_ciphering(algorithm);
        if message
            .plain(&tried, count)
            .is_some_and(|plain| message.reads_plain(&plain))
        {
            *context = tried;
            return;
        }
    }
}

/// Any message but SECURITY MODE COMMAND.
fn other(state: &mut Subscriber, message: &Message<'_>) -> Opened {
    let named = message.initial_ksi();
    if let Some(ksi) = named
        && !state.contexts.iter().any(|context| context.ksi == ksi)
    {
        // A context from before the capture.
        state.blind = true;
    }
    if let Some(at) = take_up_without_command(state, message) {
        return valid(
            state,
            at,
            message,
            NasCount::from_parts(0, message.header.sequence_number),
        );
    }
    let order = order(state, named);
    if let Some(&at) = order.first()
        && state.contexts[at].is_null_integrity()
    {
        return without_integrity(&mut state.contexts[at], message);
    }
    for &at in &order {
        let context = &state.contexts[at];
        if let Some(count) = message.estimate(context)
            && message.holds(context, count)
        {
            return valid(state, at, message, count);
        }
    }
    for &at in &order {
        if let Some(opened) = used_before(state, at, message) {
            return opened;
        }
    }
    if message.header.mac == [0; 4] {
        return mac_zero(state, message);
    }
    if let Some(opened) = previous_context(state, &order, message) {
        return opened;
    }
    match order.first() {
        Some(&at) => why(state, at, message),
        None => unverifiable(),
    }
}

/// The contexts in use; those of the KSI that the message names come first.
fn order(state: &Subscriber, named: Option<u8>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..state.in_use()).collect();
    if let Some(ksi) = named {
        order = (0..state.contexts.len())
            .filter(|&at| state.contexts[at].ksi == ksi)
            .collect();
    }
    order
}

/// A challenge whose SECURITY MODE COMMAND is not in the capture: the context is made with the algorithm that fits.
fn take_up_without_command(state: &mut Subscriber, message: &Message<'_>) -> Option<usize> {
    let round = state.round()?;
    if !round.is_keyed() || state.contexts.iter().any(|context| context.round == round.number) {
        return None;
    }
    let count = NasCount::from_parts(0, message.header.sequence_number);
    let context = round
        .candidates()
        .filter(|candidate| candidate.mistake.is_none())
        .find_map(|candidate| {
            (1..=3).map(IntegrityAlgorithm).find_map(|integrity| {
                let systems = candidate.root.systems(round.network_known);
                systems.iter().find_map(|system| {
                    let context = Context::new(
                        (round.ksi, round.number),
                        candidate.root.clone(),
                        *system,
                        (integrity, UNKNOWN_CIPHERING),
                    );
                    message.holds(&context, count).then_some(context)
                })
            })
        })?;
    state.take_into_use(context);
    Some(0)
}

/// EIA0: there is no MAC, and nothing is replay protected (TS 33.401 B.0).
fn without_integrity(context: &mut Context, message: &Message<'_>) -> Opened {
    let Some(count) = message.estimate(context) else {
        return unverifiable();
    };
    context
        .window_mut(message.direction)
        .mark(count, message.header.mac);
    Opened {
        plain: message.plain(context, count),
        ..unverifiable()
    }
}

/// The MAC holds with a COUNT that was used or passed: the message is repeated, or late.
fn used_before(state: &mut Subscriber, at: usize, message: &Message<'_>) -> Option<Opened> {
    let context = state.contexts.get(at)?;
    let window = context.window(message.direction);
    let last = window.last()?;
    let count = NasCount::latest_used::<8>(Some(last), message.header.sequence_number)?;
    if !message.holds(context, count) {
        return None;
    }
    let note = note_of(window, count, message.header.mac)?;
    let mut opened = valid(state, at, message, count);
    opened.notes.push(note);
    Some(opened)
}

/// A MAC that held with a COUNT that is not above the last: late, the same once more, or another message.
pub(super) fn note_of(window: &Window, count: NasCount, mac: [u8; 4]) -> Option<KeyNote> {
    let (last, count_of_it) = (window.last()?.value(), count.value());
    Some(match window.before(count, mac) {
        Before::Nothing => KeyNote::Late {
            count: count_of_it,
            last,
        },
        Before::TheSame | Before::LongAgo => KeyNote::Repeated { count: count_of_it },
        Before::Another => KeyNote::CountReused { count: count_of_it },
    })
}

/// A MAC of zeros where there should be another.
fn mac_zero(state: &mut Subscriber, message: &Message<'_>) -> Opened {
    let mut opened = Opened {
        notes: vec![KeyNote::MacZero],
        ..unverifiable()
    };
    if message.is_ciphered() && message.reads_plain(message.header.payload) {
        opened.plain = Some(message.header.payload.into());
    } else if let Some(context) = state.contexts.front() {
        opened.plain = guess(context, message);
    }
    opened
}

/// A context that is out of use.
fn previous_context(state: &mut Subscriber, order: &[usize], message: &Message<'_>) -> Option<Opened> {
    let at = (0..state.contexts.len())
        .filter(|at| !order.contains(at))
        .find(|&at| {
            let context = &state.contexts[at];
            !context.is_null_integrity()
                && message
                    .estimate(context)
                    .is_some_and(|count| message.holds(context, count))
        })?;
    let context = &state.contexts[at];
    let (ksi, count) = (context.ksi, message.estimate(context)?);
    let plain = message.plain(context, count);
    state.contexts[at]
        .window_mut(message.direction)
        .mark(count, message.header.mac);
    Some(Opened {
        mac: MacVerdict::Invalid,
        count: Some(count.value()),
        plain,
        notes: vec![KeyNote::PreviousContext { ksi }],
        ..unverifiable()
    })
}

/// Hypotheses about a MAC that does not hold under the context at `at`.
fn why(state: &mut Subscriber, at: usize, message: &Message<'_>) -> Opened {
    let Some(found) = hypothesis(state, at, message) else {
        let context = &mut state.contexts[at];
        context.fruitless = context.fruitless.saturating_add(1);
        // Under keys from before the capture, or of a challenge that no key fits, it may well hold.
        let mac = if state.blind {
            MacVerdict::Unverifiable
        } else {
            MacVerdict::Invalid
        };
        let plain = guess(&state.contexts[at], message);
        return Opened {
            mac,
            plain,
            ..unverifiable()
        };
    };
    let context = &mut state.contexts[at];
    adopt(context, &found);
    let plain = message.plain(context, found.count);
    accept(context, message.direction, found.count, message.header.mac);
    Opened {
        mac: MacVerdict::Invalid,
        count: Some(found.count.value()),
        plain,
        notes: vec![found.note],
        ..unverifiable()
    }
}

/// What fits is what both ends may go on with.
pub(super) fn adopt(context: &mut Context, found: &Found) {
    if let Some(root) = &found.root {
        context.k_nas_enc = root.k_nas_enc(context.ciphering);
        context.k_nas_int = root.k_nas_int(context.integrity);
        context.root = root.clone();
    }
}

fn hypothesis(state: &Subscriber, at: usize, message: &Message<'_>) -> Option<Found> {
    let context = state.contexts.get(at)?;
    if context.fruitless >= MAX_FRUITLESS {
        return None;
    }
    let estimate = message.estimate(context)?;
    first_that_fits(state, context, message, estimate, Suspect::Message)
}

/// What is suspected first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspect {
    /// The key: a new context stands or falls with it.
    Key,
    /// COUNT, direction or algorithm: the context held before.
    Message,
}

/// The first hypothesis under which the MAC holds.
pub(super) fn first_that_fits(
    state: &Subscriber,
    context: &Context,
    message: &Message<'_>,
    estimate: NasCount,
    suspect: Suspect,
) -> Option<Found> {
    let deciphered = covered_plain(context, message, estimate);
    let case = Case {
        context,
        message: message.protected(),
        estimate,
        deciphered: &deciphered,
    };
    let about_the_key = || {
        let of_the_round = state.round_of(context.round).into_iter();
        let others = state.rounds.iter().filter(|round| round.number != context.round);
        case.mistaken_root(of_the_round.flat_map(Round::wrong_networks))
            .or_else(|| case.earlier_challenge(others.flat_map(|round| round.candidates())))
    };
    let found = match suspect {
        Suspect::Key => about_the_key().or_else(|| case.about_the_message()),
        Suspect::Message => case.about_the_message().or_else(about_the_key),
    };
    found
        .or_else(|| case.other_derivation())
        .or_else(|| case.other_octets())
}

/// Sequence number and plain message: what a MAC over the wrong octets covers.
fn covered_plain(context: &Context, message: &Message<'_>, count: NasCount) -> Vec<u8> {
    let mut octets = vec![message.header.sequence_number];
    match message.plain(context, count) {
        Some(plain) => octets.extend_from_slice(&plain),
        None => octets.extend_from_slice(message.header.payload),
    }
    octets
}

/// What is inside although the MAC does not hold: told by how it reads.
pub(super) fn guess(context: &Context, message: &Message<'_>) -> Option<Box<[u8]>> {
    let window = context.window(message.direction);
    let low = message.header.sequence_number;
    let estimate = NasCount::estimate::<8>(window.last(), low);
    let counts = [estimate, NasCount::latest_used::<8>(window.last(), low)];
    counts
        .into_iter()
        .flatten()
        .filter_map(|count| message.plain(context, count))
        .find(|plain| message.reads_plain(plain))
}

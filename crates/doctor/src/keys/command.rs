//! SECURITY MODE COMMAND: the context it takes into use (TS 24.301 5.4.3.2; TS 33.401 7.2.4.4; TS 24.501 5.4.2.2; TS 33.501 6.7.2).

use super::context::Context;
use super::message::Message;
use super::open::{Suspect, adopt, first_that_fits, note_of, unverifiable, valid};
use super::round::Round;
use super::subscriber::Subscriber;
use super::{KeyNote, Opened};
use crate::report::{MacVerdict, Technology};
use quintet_crypto::fgs::Mobility;
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_nas::eps::EmmMessage;
use quintet_nas::fgs::FgmmMessage;
use quintet_nas::security::NasCount;

/// What it says.
#[derive(Clone, Debug)]
pub(super) struct Command {
    integrity: IntegrityAlgorithm,
    ciphering: CipheringAlgorithm,
    ksi: u8,
    hash_mme: Option<[u8; 8]>,
    /// Of 5GS: an ABBA beside EAP's success.
    abba: Option<Box<[u8]>>,
    /// Of 5GS: KAMF is derived anew of the one in use (HDP).
    horizontal: bool,
}

impl Command {
    /// Of a message, if it is one.
    pub(super) fn of(message: &Message<'_>) -> Option<Self> {
        if message.direction != Direction::Downlink || message.is_ciphered() {
            return None;
        }
        match message.technology {
            Technology::Eps | Technology::Ims => Self::of_eps(message),
            Technology::Fgs => Self::of_fgs(message),
        }
    }

    fn of_eps(message: &Message<'_>) -> Option<Self> {
        let [0x07, 0x5d, algorithms, ksi, ..] = *message.header.payload else {
            return None;
        };
        let hash_mme =
            match EmmMessage::decode_downlink(message.header.payload).map(|decoded| decoded.message) {
                Ok(EmmMessage::SecurityModeCommand(command)) => command.hash_mme.map(|hash| hash.0),
                _ => None,
            };
        Some(Self {
            integrity: IntegrityAlgorithm(algorithms & 7),
            ciphering: CipheringAlgorithm(algorithms >> 4 & 7),
            ksi: ksi & 0x0f,
            hash_mme,
            abba: None,
            horizontal: false,
        })
    }

    fn of_fgs(message: &Message<'_>) -> Option<Self> {
        let [0x7e, 0, 0x5d, algorithms, ksi, ..] = *message.header.payload else {
            return None;
        };
        let decoded = FgmmMessage::decode_downlink(message.header.payload).map(|decoded| decoded.message);
        let (abba, horizontal) = match decoded {
            Ok(FgmmMessage::SecurityModeCommand(command)) => (
                command.abba.map(|abba| abba.0.into()),
                command
                    .additional_5g_security_information
                    .is_some_and(|information| information.kamf_derivation_required()),
            ),
            _ => (None, false),
        };
        Some(Self {
            integrity: IntegrityAlgorithm(algorithms & 0x0f),
            ciphering: CipheringAlgorithm(algorithms >> 4),
            ksi: ksi & 0x0f,
            hash_mme: None,
            abba,
            horizontal,
        })
    }

    fn algorithms(&self) -> (IntegrityAlgorithm, CipheringAlgorithm) {
        (self.integrity, self.ciphering)
    }
}

/// Takes it in.
pub(super) fn take(state: &mut Subscriber, message: &Message<'_>, command: &Command) -> Opened {
    if let (Some(abba), Some(fgs)) = (
        &command.abba,
        state.rounds.front_mut().and_then(|r| r.fgs.as_mut()),
    ) {
        fgs.abba(abba);
    }
    let mut opened = horizontal(state, message, command).unwrap_or_else(|| judge(state, message, command));
    if let (Some(of_mme), Some((_, of_ue))) = (command.hash_mme, state.initial)
        && of_mme != of_ue
    {
        opened.notes.push(KeyNote::HashMmeDiffers);
    }
    opened
}

/// KAMF for an AMF that the UE moved to, of the one in use and the uplink COUNT of what the UE sent last (TS 33.501 6.9.3).
fn horizontal(state: &mut Subscriber, message: &Message<'_>, command: &Command) -> Option<Opened> {
    if !command.horizontal {
        return None;
    }
    let count = NasCount::from_parts(0, message.header.sequence_number);
    let context = state.contexts.iter().find_map(|before| {
        let uplink_nas_count = before.window(Direction::Uplink).last()?.value();
        let root = before.root.at_mobility(Mobility::Idle { uplink_nas_count })?;
        let context = Context::new(
            (command.ksi, before.round),
            root,
            before.system,
            command.algorithms(),
        );
        message.holds(&context, count).then_some(context)
    })?;
    state.take_into_use(context);
    Some(valid(state, 0, message, count))
}

fn judge(state: &mut Subscriber, message: &Message<'_>, command: &Command) -> Opened {
    let round = state
        .rounds
        .iter()
        .find(|round| round.ksi == command.ksi)
        .or(state.round())
        .map(|round| (round.number, round.is_keyed()));
    let known = state.contexts.iter().position(|context| {
        context.ksi == command.ksi && round.is_none_or(|(number, _)| number == context.round)
    });
    match (known, round) {
        (Some(at), _) => again(state, at, message, command),
        (None, Some((number, true))) => fresh(state, number, message, command),
        (None, _) => {
            state.blind = true;
            unverifiable()
        }
    }
}

/// The context is in use already: the command is repeated, or brings other algorithms.
fn again(state: &mut Subscriber, at: usize, message: &Message<'_>, command: &Command) -> Opened {
    let (integrity, ciphering) = command.algorithms();
    let context = &state.contexts[at];
    if (context.integrity, context.ciphering) != (integrity, ciphering) {
        let context = context.with_algorithms(integrity, ciphering);
        state.take_into_use(context);
        state.blind = is_guess(state, 0);
        return under(state, 0, message);
    }
    state.blind = is_guess(state, at);
    under(state, at, message)
}

/// Whether the context at `at` is for a network that nobody named, and no message of the UE held under it yet.
fn is_guess(state: &Subscriber, at: usize) -> bool {
    let context = &state.contexts[at];
    let named = |round: &Round| round.network_known;
    !context.confirmed && !state.round_of(context.round).is_none_or(named)
}

/// The first message of a new context.
fn fresh(state: &mut Subscriber, number: u64, message: &Message<'_>, command: &Command) -> Opened {
    let count = NasCount::from_parts(0, message.header.sequence_number);
    let Some(round) = state.round_of(number) else {
        return unverifiable();
    };
    let (source, network_known) = (round.source.clone(), round.network_known);
    let mut first = None;
    let mut fits = None;
    let right = round.candidates().filter(|candidate| candidate.mistake.is_none());
    for (candidate, system) in right.flat_map(|candidate| {
        let systems = candidate.root.systems(network_known);
        systems.iter().map(move |system| (candidate.clone(), *system))
    }) {
        let context = Context::new(
            (command.ksi, number),
            candidate.root,
            system,
            command.algorithms(),
        );
        if message.holds(&context, count) && !context.is_null_integrity() {
            fits = Some(context);
            break;
        }
        first.get_or_insert(context);
    }
    state.source = source;
    if let Some(context) = fits {
        state.take_into_use(context);
        return valid(state, 0, message, count);
    }
    let Some(context) = first else {
        // K is known, and for no network that anybody named.
        state.blind = true;
        return unverifiable();
    };
    let not_reset = count_not_reset(state, &context, message);
    state.take_into_use(context);
    // A MAC that does not hold under a KASME or KAMF for a network that is a guess may hold under the right one.
    state.blind = !network_known;
    if let Some(count) = not_reset {
        let note = KeyNote::CountNotReset { count: count.value() };
        let opened = valid(state, 0, message, count);
        return Opened {
            mac: MacVerdict::Invalid,
            notes: vec![note],
            ..opened
        };
    }
    under(state, 0, message)
}

/// The COUNT with which the MAC holds if the new context went on counting where the old one was.
fn count_not_reset(state: &Subscriber, context: &Context, message: &Message<'_>) -> Option<NasCount> {
    let old = state.contexts.front()?.window(Direction::Downlink).last();
    let count = NasCount::estimate::<8>(old, message.header.sequence_number)?;
    (count.overflow() > 0 && message.holds(context, count)).then_some(count)
}

/// Under the context at `at`: as it must be, repeated, or with one thing changed.
fn under(state: &mut Subscriber, at: usize, message: &Message<'_>) -> Opened {
    let context = &state.contexts[at];
    if context.is_null_integrity() {
        return unverifiable();
    }
    let estimate = message.estimate(context);
    if let Some(count) = estimate
        && message.holds(context, count)
    {
        return valid(state, at, message, count);
    }
    let window = context.window(Direction::Downlink);
    if let Some(count) = NasCount::latest_used::<8>(window.last(), message.header.sequence_number)
        && message.holds(context, count)
    {
        let note = note_of(window, count, message.header.mac);
        let mut opened = valid(state, at, message, count);
        opened.notes.extend(note);
        return opened;
    }
    let Some(estimate) = estimate else {
        return unverifiable();
    };
    let context = &state.contexts[at];
    let Some(found) = first_that_fits(state, context, message, estimate, Suspect::Key) else {
        let mac = if state.blind {
            MacVerdict::Unverifiable
        } else {
            MacVerdict::Invalid
        };
        return Opened {
            mac,
            ..unverifiable()
        };
    };
    let context = &mut state.contexts[at];
    adopt(context, &found);
    context
        .window_mut(Direction::Downlink)
        .mark(found.count, message.header.mac);
    Opened {
        mac: MacVerdict::Invalid,
        count: Some(found.count.value()),
        notes: vec![found.note],
        ..unverifiable()
    }
}

//! What a lab of LTE tells its journal: the tap of the MME, the reports of MME, eNB and UEs.

use super::view::view;
use super::words;
use crate::lab::capture::{MME_ADDRESS, address};
use crate::lab::describe::describe;
use crate::lab::journal::{CORE, Guard, Journal, Language, NasReport, Said, carries_data};
use crate::lab::reached::Stage;
use crate::ladder::Tone;
use quintet_capture::Side;
use quintet_crypto::Direction;
use quintet_diameter::Message as DiameterMessage;
use quintet_emm::network::{Event, Phase, Protection};
use quintet_mme::MmeEvent;
use quintet_nas::eps::EmmMessage;
use quintet_nas::security::SecurityHeaderType;
use quintet_runtime::{Link, SctpLink, SctpWire, Tap, Way};
use quintet_s1ap::PPID;
use quintet_sctp::Message;
use quintet_sim::enb::Eutran;
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

/// The last lifeline.
pub(super) const HSS: usize = 3;

/// Room for `INITIAL CONTEXT SETUP RESPONSE` and for `AIA 2001`.
pub(super) const LANGUAGE: Language = Language {
    lifelines: &["UE", "eNB", "MME", "HSS"],
    steps: &[6, 38, 16],
    ran_protocol: "S1AP",
    nas_protocol: "NAS-EPS",
    ran_key: "KeNB",
    key_set: "KSI",
    challenge,
    header: |nas| SecurityHeaderType::of_emm(*nas.first()?),
    header_name: SecurityHeaderType::name,
};

/// Key set and RAND of an AUTHENTICATION REQUEST: which of the HSS's vectors it is.
fn challenge(nas: &[u8]) -> Option<(u8, [u8; 16])> {
    let decoded = EmmMessage::decode_downlink(nas).ok()?;
    let EmmMessage::AuthenticationRequest(request) = decoded.message else {
        return None;
    };
    let ksi = request.nas_key_set_identifier_asme.identifier();
    Some((ksi, request.authentication_parameter_rand))
}

fn guard(protection: &Protection) -> Guard {
    Guard {
        header: protection.header,
        count: protection.count,
        ksi: protection.ksi.identifier(),
        integrity: protection.integrity.to_string(),
        ciphering: protection.ciphering.to_string(),
    }
}

fn stage(phase: Phase) -> Option<Stage> {
    Some(match phase {
        Phase::Identified => Stage::Identified,
        Phase::VectorsRequested => Stage::VectorsRequested,
        Phase::VectorsReceived => Stage::VectorsReceived,
        Phase::Authenticated => Stage::Authenticated,
        Phase::ContextReused => Stage::ContextReused,
        Phase::SecurityModeCommanded => Stage::SecurityModeCommanded,
        Phase::SecurityModeComplete => Stage::SecurityModeComplete,
        Phase::FirstProtected => Stage::FirstProtected,
        Phase::Located => Stage::Located,
        Phase::Attached | Phase::Updated | Phase::Served => Stage::Complete,
        Phase::Detached | Phase::Rejected(_) | Phase::AuthenticationRejected | Phase::GivenUp(_) => {
            return None;
        }
    })
}

/// A report of the MME.
pub(super) fn mme_event(journal: &mut Journal, wall: Duration, event: &MmeEvent) {
    if journal.is_mute() {
        return;
    }
    match event {
        MmeEvent::Emm {
            association,
            connection,
            event,
            ..
        } => emm(journal, wall, (association.0, connection.0.into()), event),
        MmeEvent::S1 { disposition, why, .. } => {
            journal.note(wall, CORE, words::s1(disposition, why), Tone::Refused);
        }
        MmeEvent::PagingFailed { .. } => {
            let text = "a paged UE does not answer".to_owned();
            journal.note(wall, CORE, text, Tone::Refused);
        }
        MmeEvent::ImplicitlyDetached { .. } => {
            journal.note(wall, CORE, "detached implicitly".to_owned(), Tone::Plain);
        }
        _ => {}
    }
}

fn emm(journal: &mut Journal, wall: Duration, link: (u64, u64), event: &Event) {
    match event {
        Event::Phase { phase, .. } => {
            if let Some(stage) = stage(*phase) {
                journal.path.take(stage);
            }
            if let Some((text, tone)) = words::phase(*phase) {
                journal.note(wall, CORE, text, tone);
            }
        }
        Event::Message {
            direction,
            name,
            protection,
            cause,
            disposition,
            repeated,
        } => {
            let uplink = *direction == Direction::Uplink;
            if let Some(protection) = protection
                && !uplink
                && !repeated
                && *name == "SECURITY MODE COMMAND"
            {
                journal.path.command(protection.ksi.identifier());
            }
            let note = if *repeated {
                Some("sent again: its timer expired".to_owned())
            } else {
                disposition.and_then(words::disposition)
            };
            let report = NasReport {
                uplink,
                name,
                guard: protection.as_ref().map(guard),
                cause: cause.map(words::cause),
                note,
            };
            journal.nas(wall, link, report);
        }
    }
}

/// What is said of reports of eNB and UE.
pub(super) const SAID: Said<Eutran> = Said {
    ue: words::ue,
    disposition: words::disposition,
};

/// A message of S6a.
fn diameter(journal: &mut Journal, wall: Duration, (link, way): (&Link, Way), octets: &[u8]) {
    let Ok(message) = DiameterMessage::decode(octets) else {
        return;
    };
    let description = describe(&message, journal.show_keys);
    let sent = way == Way::Sent;
    let comment = match journal.scenario() {
        Some(scenario) => format!("{scenario}: {}", description.name),
        None => description.name.clone(),
    };
    if let Some(capture) = journal.capture() {
        let client = SocketAddr::new(address(MME_ADDRESS), link.local.port());
        let from = if sent { Side::Client } else { Side::Server };
        capture.message(wall, (link.connection.0, client), from, octets, &comment);
    }
    if journal.is_mute() {
        return;
    }
    let ends = if sent { (CORE, HSS) } else { (HSS, CORE) };
    let cause = description.outcome.filter(|outcome| !outcome.is_success());
    let mut passed = journal.passed(wall, ends, "S6a", description.name.clone());
    passed.cause = cause.map(|outcome| outcome.to_string());
    journal.push(wall, description.arrow(ends.0, ends.1), Some(passed));
}

/// The journal as the MME's tap.
pub(super) struct JournalTap(pub(super) Rc<RefCell<Journal>>);

impl Tap for JournalTap {
    fn opened(&mut self, _: Duration, _: &Link) {}

    fn message(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]) {
        diameter(&mut self.0.borrow_mut(), wall, (link, way), octets);
    }

    fn closed(&mut self, wall: Duration, link: &Link) {
        if let Some(capture) = self.0.borrow_mut().capture() {
            capture.closed(wall, (address(MME_ADDRESS), link.connection.0));
        }
    }

    fn sctp_message(&mut self, wall: Duration, link: &SctpLink, way: Way, message: &Message) {
        let mut journal = self.0.borrow_mut();
        if message.ppid == PPID && !journal.is_mute() {
            let view = view(&message.payload);
            journal.transport(wall, link.association.0, way == Way::Received, &view);
        }
    }

    fn sctp_packet(&mut self, wall: Duration, _: &SctpWire, way: Way, packet: &[u8]) {
        let mut journal = self.0.borrow_mut();
        let (enb, mme) = (address(journal.ran_address()), address(MME_ADDRESS));
        let ends = if way == Way::Received {
            (enb, mme)
        } else {
            (mme, enb)
        };
        let comment = journal.scenario().filter(|_| carries_data(packet));
        if let Some(capture) = journal.capture() {
            capture.sctp(wall, ends, packet, comment);
        }
    }
}

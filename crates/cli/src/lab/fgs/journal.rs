//! What a lab of 5GS tells its journal: the taps of AMF and AUSF, the reports of all nodes, of gNB and UEs.

use super::gnb::Report;
use super::view::view;
use super::words;
use super::{AMF_ADDRESS, AUSF_ADDRESS, UDM_ADDRESS, address};
use crate::lab::journal::{CORE, Guard, Journal, Language, NasReport, Said, carries_data};
use crate::lab::reached::Stage;
use crate::ladder::{Arrow, Tone};
use quintet_amf::AmfEvent;
use quintet_ausf::AusfEvent;
use quintet_capture::Side;
use quintet_crypto::Direction;
use quintet_fgmm::network::{Event, Phase, Protection};
use quintet_nas::fgs::FgmmMessage;
use quintet_nas::security::SecurityHeaderType;
use quintet_ngap::PPID;
use quintet_runtime::{Link, SbiLink, SctpLink, SctpWire, Tap, Way};
use quintet_sctp::Message;
use quintet_sim::gnb::NgRan;
use quintet_udm::UdmEvent;
use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

/// The last lifelines.
pub(super) const AUSF: usize = 3;
pub(super) const UDM: usize = 4;

/// Room for `INITIAL CONTEXT SETUP RESPONSE`; what passes between network functions is named there too.
pub(super) const LANGUAGE: Language = Language {
    lifelines: &["UE", "gNB", "AMF", "AUSF", "UDM"],
    steps: &[6, 38, 7, 7],
    ran_protocol: "NGAP",
    nas_protocol: "NAS-5GS",
    ran_key: "KgNB",
    key_set: "ngKSI",
    challenge,
    header: SecurityHeaderType::of_fgmm,
    header_name: SecurityHeaderType::fgs_name,
};

/// Key set and RAND of an AUTHENTICATION REQUEST of 5G AKA: which of the home network's vectors it is.
fn challenge(nas: &[u8]) -> Option<(u8, [u8; 16])> {
    let decoded = FgmmMessage::decode_downlink(nas).ok()?;
    let FgmmMessage::AuthenticationRequest(request) = decoded.message else {
        return None;
    };
    Some((
        request.ng_ksi.identifier(),
        request.authentication_parameter_rand?,
    ))
}

fn guard(protection: &Protection) -> Guard {
    Guard {
        header: protection.header,
        count: protection.count,
        ksi: protection.ksi.identifier(),
        integrity: words::integrity(protection.integrity),
        ciphering: words::ciphering(protection.ciphering),
    }
}

fn stage(phase: Phase) -> Option<Stage> {
    Some(match phase {
        Phase::Identified => Stage::Identified,
        Phase::ChallengeRequested => Stage::VectorsRequested,
        Phase::ChallengeReceived(_) => Stage::VectorsReceived,
        Phase::Authenticated => Stage::Authenticated,
        Phase::ContextReused => Stage::ContextReused,
        Phase::SecurityModeCommanded => Stage::SecurityModeCommanded,
        Phase::SecurityModeComplete => Stage::SecurityModeComplete,
        Phase::FirstProtected => Stage::FirstProtected,
        Phase::Subscribed => Stage::Located,
        Phase::Registered | Phase::Served => Stage::Complete,
        Phase::ResponseRight
        | Phase::ResponseWrong
        | Phase::ConfigurationUpdated
        | Phase::Deregistered
        | Phase::Rejected(_)
        | Phase::AuthenticationRejected
        | Phase::ContextTransferNotSupported
        | Phase::GivenUp(_) => return None,
    })
}

/// A report of AMF, AUSF or UDM.
pub(super) fn report(journal: &mut Journal, wall: Duration, report: &Report) {
    if journal.is_mute() {
        return;
    }
    match report {
        Report::Amf(event) => amf(journal, wall, event),
        Report::Ausf(AusfEvent::Answered {
            operation,
            status,
            cause,
            ..
        }) => answered(
            journal,
            wall,
            (AUSF, CORE),
            (*operation, *status, cause.as_deref()),
        ),
        Report::Ausf(AusfEvent::Expired { .. }) => {
            let text = "nobody answered the challenge".to_owned();
            journal.note(wall, AUSF, text, Tone::Refused);
        }
        Report::Udm(UdmEvent::Answered {
            operation,
            status,
            cause,
            ..
        }) => {
            // Only the AUSF authenticates; all else is the AMF's.
            let of_ausf = operation.contains("UEAuthentication");
            let to = if of_ausf { AUSF } else { CORE };
            answered(journal, wall, (UDM, to), (*operation, *status, cause.as_deref()));
        }
        Report::Ausf(_) | Report::Udm(_) => {}
    }
}

/// A network function answered another one.
fn answered(
    journal: &mut Journal,
    wall: Duration,
    (from, to): (usize, usize),
    (operation, status, cause): (&'static str, u16, Option<&str>),
) {
    let name = if operation.is_empty() {
        "request of no service"
    } else {
        operation
    };
    // `Nudm_UEAuthentication_Get`: which network function it is of is seen by the arrow.
    let short = name.split_once('_').map_or(name, |(_, short)| short);
    let good = status / 100 == 2;
    let arrow = Arrow {
        from,
        to,
        label: format!("{short} {status}"),
        short: None,
        tone: if good { Tone::Plain } else { Tone::Refused },
        lost: false,
        details: cause.iter().map(|cause| (*cause).to_owned()).collect(),
    };
    let mut passed = journal.passed(wall, (from, to), "SBI", format!("{name} {status}"));
    passed.cause = cause.map(str::to_owned);
    journal.push(wall, arrow, Some(passed));
}

fn amf(journal: &mut Journal, wall: Duration, event: &AmfEvent) {
    match event {
        AmfEvent::Fgmm {
            association,
            connection,
            event,
            ..
        } => fgmm(journal, wall, (association.0, connection.0), event),
        AmfEvent::N2 { disposition, why, .. } => {
            journal.note(wall, CORE, words::n2(disposition, why), Tone::Refused);
        }
        AmfEvent::CallFailed {
            service,
            what,
            why,
            again,
        } => {
            let again = if *again { "; once more" } else { "" };
            let text = format!("{} {what}: {why}{again}", words::service(*service));
            journal.note(wall, CORE, text, Tone::Refused);
        }
        AmfEvent::Served { what, status, .. } => answered(journal, wall, (CORE, UDM), (*what, *status, None)),
        AmfEvent::PagingFailed { .. } => {
            let text = "a paged UE does not answer".to_owned();
            journal.note(wall, CORE, text, Tone::Refused);
        }
        AmfEvent::ImplicitlyDeregistered { .. } => {
            journal.note(wall, CORE, "deregistered implicitly".to_owned(), Tone::Plain);
        }
        _ => {}
    }
}

fn fgmm(journal: &mut Journal, wall: Duration, link: (u64, u64), event: &Event) {
    match event {
        Event::Phase { phase, .. } => {
            // SECURITY MODE COMPLETE brings the whole request, which the AMF takes as it takes any under this context.
            let brought =
                *phase == Phase::ContextReused && journal.path.latest() == Some(Stage::SecurityModeComplete);
            if let Some(stage) = stage(*phase) {
                journal.path.take(stage);
            }
            let told = if brought {
                Some(words::whole_request())
            } else {
                words::phase(*phase)
            };
            if let Some((text, tone)) = told {
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

/// What is said of reports of gNB and UE.
pub(super) const SAID: Said<NgRan> = Said {
    ue: words::ue,
    disposition: words::disposition,
};

/// Which node's tap it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tapped {
    Amf,
    Ausf,
}

/// The journal as the tap of AMF or AUSF. What passes between those two the AMF's sees.
pub(super) struct JournalTap {
    pub(super) journal: Rc<RefCell<Journal>>,
    pub(super) node: Tapped,
    /// Where clients find the AUSF.
    pub(super) ausf: SocketAddr,
    /// The how manieth of its kind the node is: it numbers its connections anew.
    pub(super) instance: u32,
}

impl JournalTap {
    fn owner(&self) -> IpAddr {
        address(match self.node {
            Tapped::Amf => AMF_ADDRESS,
            Tapped::Ausf => AUSF_ADDRESS,
        })
    }

    /// A connection among those of all nodes.
    fn key(&self, link: &SbiLink) -> (IpAddr, u64) {
        (self.owner(), u64::from(self.instance) << 32 | link.connection)
    }

    /// Client, with its port, and server of a connection; `None` of one that another tap sees.
    fn ends(&self, link: &SbiLink) -> Option<(SocketAddr, IpAddr)> {
        let (own, udm) = (self.owner(), address(UDM_ADDRESS));
        match (self.node, link.initiated) {
            (Tapped::Ausf, false) => None,
            // The UDM's notifications.
            (Tapped::Amf, false) => Some((SocketAddr::new(udm, link.remote.port()), own)),
            (Tapped::Amf, true) if link.remote == self.ausf => {
                Some((SocketAddr::new(own, link.local.port()), address(AUSF_ADDRESS)))
            }
            (_, true) => Some((SocketAddr::new(own, link.local.port()), udm)),
        }
    }
}

impl Tap for JournalTap {
    fn opened(&mut self, _: Duration, _: &Link) {}

    fn message(&mut self, _: Duration, _: &Link, _: Way, _: &[u8]) {}

    fn closed(&mut self, _: Duration, _: &Link) {}

    fn sctp_message(&mut self, wall: Duration, link: &SctpLink, way: Way, message: &Message) {
        let mut journal = self.journal.borrow_mut();
        if message.ppid == PPID && !journal.is_mute() {
            let view = view(&message.payload);
            journal.transport(wall, link.association.0, way == Way::Received, &view);
        }
    }

    fn sctp_packet(&mut self, wall: Duration, _: &SctpWire, way: Way, packet: &[u8]) {
        let mut journal = self.journal.borrow_mut();
        let (gnb, amf) = (address(journal.ran_address()), address(AMF_ADDRESS));
        let ends = if way == Way::Received {
            (gnb, amf)
        } else {
            (amf, gnb)
        };
        let comment = journal.scenario().filter(|_| carries_data(packet));
        if let Some(capture) = journal.capture() {
            capture.sctp(wall, ends, packet, comment);
        }
    }

    fn sbi_octets(&mut self, wall: Duration, link: &SbiLink, way: Way, octets: &[u8]) {
        let Some(ends) = self.ends(link) else {
            return;
        };
        let from = if (way == Way::Sent) == link.initiated {
            Side::Client
        } else {
            Side::Server
        };
        let key = self.key(link);
        if let Some(capture) = self.journal.borrow_mut().capture() {
            capture.http(wall, key, ends, from, octets);
        }
    }

    fn sbi_closed(&mut self, wall: Duration, link: &SbiLink) {
        let key = self.key(link);
        if let Some(capture) = self.journal.borrow_mut().capture() {
            capture.http_closed(wall, key);
        }
    }
}

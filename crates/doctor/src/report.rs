//! The report: what the doctor says of a capture. Its JSON is a contract (`docs/doctor.schema.json`), its types the one
//! form that the terminal, the page, JSON and metrics read.
//!
//! Octet strings are lowercase hex, numbers are numbers, names are the specification's, no value is a key.

mod build;
mod details;
mod names;
mod pseudonym;
mod shown;

pub use build::Builder;
pub(crate) use build::{blank, put_in_order};
pub(crate) use details::{counted, mobility_cause};
pub use pseudonym::Pseudonyms;
use serde::Serialize;

/// Value of `schema`.
pub const SCHEMA: &str = "quintet.doctor/1";

/// Which access or service an attempt is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Technology {
    /// LTE: NAS of TS 24.301, S1AP, S6a.
    Eps,
    /// 5G: NAS of TS 24.501, NGAP, service based interfaces.
    #[serde(rename = "5gs")]
    Fgs,
    /// IMS: SIP, ESP, Cx.
    Ims,
}

/// How an attempt came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It reached what it wanted.
    Success,
    /// It was refused, or broke.
    Failure,
    /// The capture does not show its end, or it wanted nothing of the security path (detach, release).
    Incomplete,
}

/// How far an attempt came on the security path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reached {
    /// Its first message.
    Initial,
    /// The network asked for an identity.
    Identity,
    /// Vectors were asked of the HSS, or of AUSF and UDM.
    Vectors,
    /// A challenge was sent.
    Authentication,
    /// SECURITY MODE COMMAND was sent.
    SecurityMode,
    /// A protected message followed SECURITY MODE COMPLETE, or an existing context was taken into use.
    Protected,
    /// The procedure itself was completed.
    Complete,
}

/// What an attempt's end was, finer than [`Outcome`]. In JSON: these names in kebab-case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ending {
    /// Authentication, security mode, acceptance.
    Success,
    /// As before; the acceptance is ciphered and inferred from the context set-up.
    SuccessInferred,
    /// A protected initial message was accepted without a new authentication.
    SuccessReusedContext,
    /// As before; the acceptance is ciphered and inferred from the context set-up.
    SuccessReusedContextInferred,
    /// A reject before any challenge.
    RejectedBeforeAuthentication,
    /// A reject after a good RES, before SECURITY MODE COMMAND.
    RejectedAfterAuthentication,
    /// A reject while SECURITY MODE COMMAND waited.
    RejectedDuringSecurityMode,
    /// A reject after SECURITY MODE COMPLETE.
    RejectedAfterSecurityMode,
    /// AUTHENTICATION REJECT.
    AuthenticationRejected,
    /// The UE refused the challenge, then the network refused the UE.
    RejectedAfterAuthenticationFailure,
    /// The UE's AUTHENTICATION FAILURE with cause #20 was the last step seen.
    AuthenticationMacFailure,
    /// That with cause #21.
    AuthenticationSyncFailure,
    /// That with cause #26.
    NonEpsAuthenticationUnacceptable,
    /// That with cause #71 of 5GS.
    NgKsiInUse,
    /// AUTHENTICATION REQUEST was never answered.
    AuthenticationNoResponse,
    /// AUTHENTICATION RESPONSE, then neither SECURITY MODE COMMAND nor a reject.
    AuthenticationOkSmcNeverStarted,
    /// SECURITY MODE REJECT.
    SmcRejected,
    /// SECURITY MODE COMMAND was never answered.
    SmcNoResponse,
    /// SECURITY MODE COMMAND was repeated although SECURITY MODE COMPLETE answered it.
    SmcCompleteNotAccepted,
    /// The accept was repeated: no valid complete came.
    AcceptRetransmittedNoComplete,
    /// Nothing after SECURITY MODE COMPLETE.
    SmcCompleteThenNothing,
    /// Security was established; the rest is not visible in this kind of trace.
    SecurityEstablishedEndUnknown,
    /// The first message was never answered.
    NoNetworkAnswer,
    /// The connection was released before authentication.
    ReleasedBeforeAuthentication,
    /// The HSS refused, or never answered; no NAS is in the capture.
    RefusedByHss,
    /// An answer of the HSS, without NAS in the capture.
    AnsweredByHss,
    /// The answer to a service request is radio bearer set-up, which this kind of trace does not show.
    ServiceRequestAnswerNotVisible,
    /// The connection's beginning is not in the capture, and no security procedure is.
    PartialNoSecurity,
    /// Signalling of a connection without NAS.
    NoNas,
    /// A detach.
    Detach,
    /// REGISTER was answered with 200 without a challenge; of IMS, as are those below.
    SuccessNoChallenge,
    /// 401 was never answered.
    ChallengeUnanswered,
    /// Behind 401 there is ESP that no key opens.
    ChallengeThenProtectedLegEncrypted,
    /// REGISTER with a response was never answered.
    ProtectedRegisterNoFinalAnswer,
    /// REGISTER was never answered.
    NoFinalResponse,
    /// 3xx to 6xx, or another challenge for a response.
    Rejected,
    /// The capture ends, or begins, in the middle.
    Incomplete,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Not in order, yet not what broke the attempt.
    Warning,
    /// The broken link, or a violation that security rests on.
    Fault,
}

/// A likely cause of a finding; the likeliest stands first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// What may be wrong.
    pub why: String,
    /// What in the capture speaks for it, or against it.
    pub evidence: String,
}

/// Something the doctor found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its stable name (`docs/findings.md`).
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// Frames that prove it, of the capture that the attempt's messages name.
    pub frames: Vec<u64>,
    /// Which of the captures each of `frames` is in, from 0.
    pub captures: Vec<u16>,
    /// The clause that says how it should be.
    pub clause: &'static str,
    /// What happened. Names no identity.
    pub what: String,
    /// Likely causes in order.
    pub causes: Vec<Cause>,
    /// What to do next.
    pub next: String,
    /// A display filter of Wireshark that shows it.
    pub display_filter: String,
}

/// What is known of a message's MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MacVerdict {
    /// Recomputed, and equal.
    Valid,
    /// Recomputed, and different.
    Invalid,
    /// There is none, or no key to check it.
    Unverifiable,
}

/// One message of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Which of `captures` the frame is in, from 0.
    pub capture: u16,
    /// The frame that completed it.
    pub frame: u64,
    /// When, RFC 3339 with nanoseconds, UTC.
    pub time: String,
    /// Sender: `UE`, `eNB`, `MME`, `HSS`, `P-CSCF`.
    pub from: &'static str,
    /// Receiver.
    pub to: &'static str,
    /// `NAS-EPS`, `S1AP`, `S6a`, `SIP`, `Cx`.
    pub protocol: &'static str,
    /// The specification's name.
    pub name: String,
    /// Its security header in words; of NAS alone.
    pub header: Option<&'static str>,
    /// The sequence number on the wire: NAS COUNT modulo 256, or modulo 32 in SERVICE REQUEST; of protected NAS alone.
    pub sequence: Option<u8>,
    /// NAS COUNT: the one that the MAC holds with; `None` if no key says it.
    pub count: Option<u32>,
    /// Whether its MAC holds; of protected NAS alone.
    pub mac: Option<MacVerdict>,
    /// Its cause, by number and name, if it carries one.
    pub cause: Option<String>,
    /// What else is worth seeing beside it: RAND, KSI, algorithms, result code. No keys.
    pub details: Vec<String>,
    /// Whether it repeats an earlier message octet for octet.
    pub repeated: bool,
}

/// Who an attempt is of. Pseudonyms, unless identities were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subscriber {
    /// IMSI.
    pub imsi: Option<String>,
    /// GUTI, or S-TMSI as far as it is known: `001-01-8001-01-c0000001`.
    pub guti: Option<String>,
    /// SUCI.
    pub suci: Option<String>,
    /// IMS private identity.
    pub impi: Option<String>,
    /// IMS public identity.
    pub impu: Option<String>,
}

/// What ties an attempt's messages together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Links {
    /// MME UE S1AP ID.
    pub mme_ue_s1ap_id: Option<u32>,
    /// eNB UE S1AP ID.
    pub enb_ue_s1ap_id: Option<u32>,
    /// AMF UE NGAP ID; of 5GS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amf_ue_ngap_id: Option<u64>,
    /// RAN UE NGAP ID; of 5GS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ran_ue_ngap_id: Option<u32>,
    /// Diameter Session-Ids of its transactions.
    pub session_ids: Vec<String>,
    /// SIP Call-IDs.
    pub call_ids: Vec<String>,
}

/// What security an attempt came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Security {
    /// KSI: of the last SECURITY MODE COMMAND, else of the challenge, else of the initial message. Bit 4 is TSC.
    pub ksi: Option<u8>,
    /// `EIA0`, `128-EIA1`, …; of IMS `hmac-sha-1-96` and its like, as agreed.
    pub integrity: Option<&'static str>,
    /// `EEA0`, `128-EEA1`, …
    pub ciphering: Option<&'static str>,
    /// Algorithms the UE offered.
    pub offered: Vec<&'static str>,
    /// The first protected message after SECURITY MODE COMPLETE; of IMS the first REGISTER with a response.
    pub first_protected_frame: Option<u64>,
    /// Where the keys that opened it came from, in words; `None` without keys.
    pub keys: Option<String>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// From 1.
    pub id: u64,
    /// EPS, and what comes.
    pub technology: Technology,
    /// `attach`, `tau`, `service-request`, `detach`, `none`, `unknown`, `s6a`; of IMS `register`, `deregister`.
    pub procedure: &'static str,
    /// Whose.
    pub subscriber: Subscriber,
    /// By what its messages belong together.
    pub links: Links,
    /// First and last frame, of the capture that its first message is in.
    pub frames: [u64; 2],
    /// How it came out.
    pub outcome: Outcome,
    /// Finer.
    pub ending: Ending,
    /// How far it came.
    pub reached: Reached,
    /// The link that broke: `initial-message`, `identification`, `vectors`, `authentication`,
    /// `authentication->security-mode`, `security-mode`, `post-security`; of IMS also `challenge->protected-register`,
    /// `protected-register->200`.
    pub broken_at: Option<&'static str>,
    /// The cause that the network or the UE gave: number and name.
    pub cause: Option<String>,
    /// Its security.
    pub security: Security,
    /// Its messages, the first [`crate::trail::MAX_MESSAGES`] of them.
    pub messages: Vec<Message>,
    /// What was found, gravest first.
    pub findings: Vec<Finding>,
    /// What the capture could not show: `ends 0.4 s after the challenge`, `no S6a in this capture`.
    pub not_shown: Vec<String>,
}

/// One capture file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capture {
    /// As it was named.
    pub file: String,
    /// Frames read.
    pub frames: u64,
    /// Time of the earliest frame.
    pub first: Option<String>,
    /// Time of the latest.
    pub last: Option<String>,
    /// Where the file is broken, in words.
    pub damage: Vec<String>,
}

/// How many attempts came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// [`Outcome::Success`].
    pub success: u64,
    /// [`Outcome::Failure`].
    pub failure: u64,
    /// [`Outcome::Incomplete`].
    pub incomplete: u64,
}

impl Totals {
    /// One more that came out so.
    pub const fn count(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Success => &mut self.success,
            Outcome::Failure => &mut self.failure,
            Outcome::Incomplete => &mut self.incomplete,
        } += 1;
    }
}

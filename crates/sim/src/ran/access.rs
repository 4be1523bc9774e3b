//! What tells an eNB from a gNB: S1AP from NGAP.

use super::Node;
use super::event::Config;
use super::ue::Terminal;
use crate::radio::System;
use quintet_ap::{CriticalityDiagnostics, EncodeError};
use std::fmt::Debug;
use std::time::Duration;

/// The causes that a node gives of its own.
#[derive(Clone, Copy, Debug)]
pub struct Causes<C: 'static> {
    /// The UE has left.
    pub radio_connection_lost: C,
    /// The radio interface's procedure failed.
    pub radio_procedure_failed: C,
    /// The identity is none of this node's.
    pub unknown_ran_id: C,
    /// The identity is none that the core gave a connection of this node.
    pub unknown_core_id: C,
    /// Both identities are known, and not of one connection.
    pub unknown_pair: C,
    /// A message that comes at the wrong time.
    pub incompatible_state: C,
    /// By these the core says that it has no such connection.
    pub lost: &'static [C],
}

/// What an ERROR INDICATION says.
#[derive(Clone, Debug)]
pub struct Indication<A: Access> {
    /// The core's identity of the UE.
    pub core_id: Option<A::CoreId>,
    /// The node's identity of the UE.
    pub ran_id: Option<A::RanId>,
    /// Why.
    pub cause: A::Cause,
    /// What was wrong with a message.
    pub diagnostics: Option<CriticalityDiagnostics>,
}

/// A radio access network: the application protocol between its node and the core. Messages carry what the name of the
/// function says; their clauses are in TS 36.413 8 and TS 38.413 8.
pub trait Access: Terminal {
    /// The identity of the node, its cell and tracking areas.
    type Cell: Clone + Debug;
    /// The node's identity of a connection.
    type RanId: Copy + Debug + PartialEq + Eq + PartialOrd + Ord;
    /// The core's identity of a connection.
    type CoreId: Copy + Debug + PartialEq + Eq;
    /// What a UE's user plane consists of, as far as the node keeps it.
    type UserPlane: Clone + Debug + Default;
    /// Why.
    type Cause: Copy + Debug + PartialEq + Eq + 'static;
    /// How long a refused node is to wait.
    type TimeToWait: Copy + Debug + PartialEq + Eq;
    /// Why a UE wants a connection.
    type EstablishmentCause: Copy + Debug + PartialEq + Eq;
    /// What an overloaded core still takes.
    type Overload: Copy + Debug + PartialEq + Eq;
    /// What happens in this network alone.
    type Happening: Clone + Debug + PartialEq + Eq;
    /// A message.
    type Pdu;

    /// SCTP's payload protocol identifier of its messages.
    const PPID: u32;
    /// Whose NAS it carries.
    const SYSTEM: System;
    /// What it gives as causes.
    const CAUSES: Causes<Self::Cause>;
    /// Signalling of the UE's own account: what a UE connects for unless more is known.
    const MO_SIGNALLING: Self::EstablishmentCause;
    /// The answer to paging.
    const MT_ACCESS: Self::EstablishmentCause;

    /// The node's identity of a number.
    fn ran_id(number: u32) -> Self::RanId;

    /// The number of an identity of the node's.
    fn number(id: Self::RanId) -> u32;

    /// The number of an identity of the core's.
    fn core_number(id: Self::CoreId) -> u64;

    /// PLMN and cell identity, as INITIAL UE MESSAGE names the cell.
    fn cell_number(cell: &Self::Cell) -> ([u8; 3], u64);

    /// What a UE connects for.
    fn establishment_cause(start: &Self::Start) -> Self::EstablishmentCause;

    /// Whether an overloaded core still takes this.
    fn admitted(overload: Self::Overload, cause: Self::EstablishmentCause) -> bool;

    /// How long it is.
    fn wait(time: Self::TimeToWait) -> Duration;

    /// The specification's name of a cause.
    fn cause_name(cause: Self::Cause) -> &'static str;

    /// The octets of a message, behind those that `out` has.
    ///
    /// # Errors
    /// A value that the protocol has no room for.
    fn encode(message: &Self::Pdu, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// The specification's name of a message.
    fn name(message: &Self::Pdu) -> &'static str;

    /// Acts on a message of the core.
    fn receive(node: &mut Node<Self>, now: Duration, payload: &[u8]);

    /// S1 SETUP REQUEST, NG SETUP REQUEST.
    fn setup_request(config: &Config<Self>) -> Self::Pdu;

    /// RESET, NG RESET of the whole interface.
    fn reset() -> Self::Pdu;

    /// ERROR INDICATION.
    fn error_indication(indication: Indication<Self>) -> Self::Pdu;

    /// INITIAL UE MESSAGE.
    fn initial_ue_message(
        config: &Config<Self>,
        ran: Self::RanId,
        nas: Vec<u8>,
        s_tmsi: Option<Self::STmsi>,
        cause: Self::EstablishmentCause,
    ) -> Self::Pdu;

    /// UPLINK NAS TRANSPORT.
    fn uplink_nas_transport(
        config: &Config<Self>,
        ids: (Self::CoreId, Self::RanId),
        nas: Vec<u8>,
    ) -> Self::Pdu;

    /// NAS NON DELIVERY INDICATION.
    fn nas_non_delivery(ids: (Self::CoreId, Self::RanId), nas: Vec<u8>, cause: Self::Cause) -> Self::Pdu;

    /// INITIAL CONTEXT SETUP FAILURE.
    fn context_failure(ids: (Self::CoreId, Self::RanId), cause: Self::Cause) -> Self::Pdu;

    /// UE CONTEXT RELEASE REQUEST.
    fn release_request(
        ids: (Self::CoreId, Self::RanId),
        user_plane: Self::UserPlane,
        cause: Self::Cause,
    ) -> Self::Pdu;

    /// UE CONTEXT RELEASE COMPLETE.
    fn release_complete(
        config: &Config<Self>,
        ids: (Self::CoreId, Self::RanId),
        user_plane: Self::UserPlane,
    ) -> Self::Pdu;
}

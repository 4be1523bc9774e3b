//! A message of S1AP or NGAP as the observer sees it: whose it is, which way it goes, the NAS messages in it.

use crate::trail::{Area, Short};
use quintet_crypto::Direction;
use std::borrow::Cow;

/// What kind of message it is to the observer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// INITIAL UE MESSAGE.
    Initial {
        /// The short temporary identity beside the NAS message.
        short: Option<Short>,
    },
    /// UE CONTEXT RELEASE COMMAND.
    ReleaseCommand,
    /// UE CONTEXT RELEASE COMPLETE.
    ReleaseComplete,
    /// PATH SWITCH REQUEST: the UE is now elsewhere under this number of the core's.
    PathSwitchRequest,
    /// S1 or NG SETUP REQUEST, RESET of everything: all of the association begins anew.
    Anew,
    /// RESET of these connections, by the core's number and that of the radio access network.
    Reset(Vec<(Option<u64>, Option<u32>)>),
    /// Any other message of a UE's connection.
    Of,
    /// No UE's.
    Node,
}

/// A message as the observer sees it.
#[derive(Clone, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    /// `None` if the message goes either way.
    pub(crate) direction: Option<Direction>,
    /// MME UE S1AP ID, AMF UE NGAP ID.
    pub(crate) core_ue_id: Option<u64>,
    /// eNB UE S1AP ID, RAN UE NGAP ID.
    pub(crate) ran_ue_id: Option<u32>,
    /// In the protocol's words: `radioNetwork: user-inactivity`.
    pub(crate) cause: Option<String>,
    /// In order.
    pub(crate) nas: Vec<Cow<'a, [u8]>>,
    /// Tracking area, where an uplink message tells it.
    pub(crate) area: Option<Area>,
}

impl Reading<'_> {
    /// Of a message of this name, with nothing in it.
    pub(crate) const fn new(name: &'static str, kind: Kind, direction: Option<Direction>) -> Self {
        Self {
            kind,
            name,
            direction,
            core_ue_id: None,
            ran_ue_id: None,
            cause: None,
            nas: Vec::new(),
            area: None,
        }
    }
}

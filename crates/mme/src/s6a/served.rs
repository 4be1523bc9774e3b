//! The requests an HSS makes of an MME, read: CLR, IDR, DSR, RSR (TS 29.272 7.2.7, 7.2.9, 7.2.11, 7.2.15).

use super::{SubscriptionData, read_subscription};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, AvpId, ConnectionId, Message, MessageWriter, Node, ResultCode};
use quintet_identity::{Ecgi, Imsi, Tai};
use quintet_subscriber::s6a::{ClrFlags, DsrFlags, IdrFlags};

/// The most digits of a User-Id that are compared: an IMSI has no more.
const MAX_USER_ID_DIGITS: usize = 15;

/// User-State (TS 29.272 7.3.109).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserState(pub u32);

impl UserState {
    /// DETACHED.
    pub const DETACHED: Self = Self(0);
    /// ATTACHED_REACHABLE_FOR_PAGING: idle.
    pub const ATTACHED_REACHABLE_FOR_PAGING: Self = Self(2);
    /// CONNECTED_REACHABLE_FOR_PAGING.
    pub const CONNECTED_REACHABLE_FOR_PAGING: Self = Self(4);
}

/// Cancellation-Type (TS 29.272 7.3.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CancellationType(pub u32);

impl CancellationType {
    /// MME_UPDATE_PROCEDURE: the UE is with another MME now.
    pub const MME_UPDATE_PROCEDURE: Self = Self(0);
    /// SUBSCRIPTION_WITHDRAWAL.
    pub const SUBSCRIPTION_WITHDRAWAL: Self = Self(2);
    /// INITIAL_ATTACH_PROCEDURE: the UE attached elsewhere.
    pub const INITIAL_ATTACH_PROCEDURE: Self = Self(4);
}

/// A request of an HSS.
#[derive(Debug)]
pub enum FromHss<'a> {
    /// Cancel-Location-Request.
    CancelLocation {
        /// Whose.
        imsi: Imsi,
        /// Why.
        cancellation_type: CancellationType,
        /// The UE is to attach again at once.
        reattach: bool,
    },
    /// Insert-Subscriber-Data-Request. One that only asks carries empty data.
    InsertSubscriberData {
        /// Whose.
        imsi: Imsi,
        /// What replaces what was known.
        data: Box<SubscriptionData>,
        /// What is asked for.
        flags: IdrFlags,
    },
    /// Delete-Subscriber-Data-Request.
    DeleteSubscriberData {
        /// Whose.
        imsi: Imsi,
        /// What goes.
        flags: DsrFlags,
        /// The APN configurations that go.
        context_identifiers: Vec<u32>,
    },
    /// Reset-Request.
    Reset(UserIds<'a>),
}

/// Whose locations a Reset is about.
#[derive(Clone, Copy, Debug)]
pub struct UserIds<'a>(&'a Message<'a>);

impl UserIds<'_> {
    /// Whether it is about this subscriber: no User-Id at all, or one with which the IMSI begins.
    #[must_use]
    pub fn include(&self, imsi: Imsi) -> bool {
        let (digits, n) = imsi.ascii();
        let mut none = true;
        for id in self.0.avps().map_while(Result::ok).filter(|a| a.is(avp::USER_ID)) {
            none = false;
            if id.data.len() <= MAX_USER_ID_DIGITS && digits[..n].starts_with(id.data) {
                return true;
            }
        }
        none
    }
}

/// Reads a request of an HSS; one that cannot be read is answered here, and `None` returned.
pub fn read_request<'a>(
    node: &mut Node,
    connection: ConnectionId,
    request: &'a Message<'a>,
) -> Option<FromHss<'a>> {
    let code = request.header().code;
    let mut reject = |result, failed: Option<&Avp<'_>>, why| {
        node.reject(connection, request, result, failed.map(|a| a.raw), why);
        None
    };
    match code {
        command::RESET => return Some(FromHss::Reset(UserIds(request))),
        command::CANCEL_LOCATION | command::INSERT_SUBSCRIBER_DATA | command::DELETE_SUBSCRIBER_DATA => {}
        _ => return reject(ResultCode::COMMAND_UNSUPPORTED, None, None),
    }
    let Some(name) = request.find(avp::USER_NAME) else {
        return reject(ResultCode::MISSING_AVP, None, Some("User-Name is missing"));
    };
    let Ok(imsi) = Imsi::from_ascii(name.data) else {
        return reject(ResultCode::INVALID_AVP_VALUE, Some(&name), None);
    };
    Some(match code {
        command::CANCEL_LOCATION => FromHss::CancelLocation {
            imsi,
            cancellation_type: CancellationType(u32_of(request, avp::CANCELLATION_TYPE).unwrap_or(0)),
            reattach: ClrFlags(u32_of(request, avp::CLR_FLAGS).unwrap_or(0)).has(ClrFlags::REATTACH_REQUIRED),
        },
        command::INSERT_SUBSCRIBER_DATA => match read_subscription(request) {
            Ok(data) => FromHss::InsertSubscriberData {
                imsi,
                data: Box::new(data.unwrap_or_default()),
                flags: IdrFlags(u32_of(request, avp::IDR_FLAGS).unwrap_or(0)),
            },
            Err(_) => {
                let data = request.find(avp::SUBSCRIPTION_DATA);
                return reject(ResultCode::INVALID_AVP_VALUE, data.as_ref(), None);
            }
        },
        _ => FromHss::DeleteSubscriberData {
            imsi,
            flags: DsrFlags(u32_of(request, avp::DSR_FLAGS).unwrap_or(0)),
            context_identifiers: request
                .avps()
                .map_while(Result::ok)
                .filter(|a| a.is(avp::CONTEXT_IDENTIFIER))
                .filter_map(|a| a.u32().ok())
                .collect(),
        },
    })
}

fn u32_of(message: &Message<'_>, id: AvpId) -> Option<u32> {
    message.find(id)?.u32().ok()
}

/// Writes what an IDR asks for (TS 29.272 7.3.103, 7.3.110, 7.3.111).
pub fn write_state(w: &mut MessageWriter<'_>, flags: IdrFlags, state: UserState, (tai, ecgi): (Tai, Ecgi)) {
    if flags.has(IdrFlags::EPS_USER_STATE) {
        w.group(avp::EPS_USER_STATE, |w| {
            w.group(avp::MME_USER_STATE, |w| w.u32(avp::USER_STATE, state.0));
        });
    }
    if flags.has(IdrFlags::EPS_LOCATION) {
        w.group(avp::EPS_LOCATION_INFORMATION, |w| {
            w.group(avp::MME_LOCATION_INFORMATION, |w| {
                w.octets(avp::E_UTRAN_CELL_GLOBAL_IDENTITY, &ecgi.octets());
                w.octets(avp::TRACKING_AREA_IDENTITY, &tai.octets());
            });
        });
    }
}

//! The requests an MME serves: CLR, IDR, DSR, RSR (TS 29.272 5.2.1.2.2, 5.2.2.1.2, 5.2.2.2.2, 5.2.4.1.2).

use super::Mme;
use super::event::MmeEvent;
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{AvpId, ConnectionId, Message, MessageWriter, Node, ResultCode};
use quintet_identity::{Imsi, Plmn};
use quintet_mme::s6a::{self, AnswerOutcome, read_subscription};
use quintet_subscriber::s6a::{DsrFlags, IdrFlags};

/// USER_UNKNOWN (TS 29.272 7.4.3.1).
const USER_UNKNOWN: AnswerOutcome = AnswerOutcome::experimental(5001);

/// User-State CONNECTED (TS 29.272 7.3.109).
const CONNECTED: u32 = 2;

/// Tracking area code and cell of everybody: this MME has one of each.
const TRACKING_AREA_CODE: [u8; 2] = [0, 1];
const CELL: [u8; 4] = [0, 0, 1, 1];

/// The most digits of a User-Id that are compared: an IMSI has no more.
const MAX_USER_ID_DIGITS: usize = 15;

impl Mme {
    /// Answers one request of an HSS.
    pub(super) fn serve(&mut self, node: &mut Node, connection: ConnectionId, request: &Message<'_>) {
        let code = request.header().code;
        if code == command::RESET {
            self.reset(request);
            self.report(MmeEvent::Served {
                command: code,
                imsi: None,
                outcome: AnswerOutcome::SUCCESS,
            });
            return s6a::write_answer(node, connection, request, AnswerOutcome::SUCCESS, |_| ());
        }
        let known = [
            command::CANCEL_LOCATION,
            command::INSERT_SUBSCRIBER_DATA,
            command::DELETE_SUBSCRIBER_DATA,
        ];
        if !known.contains(&code) {
            return node.reject(connection, request, ResultCode::COMMAND_UNSUPPORTED, None, None);
        }
        let Some(found) = request.find(avp::USER_NAME) else {
            return node.reject(
                connection,
                request,
                ResultCode::MISSING_AVP,
                None,
                Some("User-Name is missing"),
            );
        };
        let Ok(imsi) = Imsi::from_ascii(found.data) else {
            return node.reject(
                connection,
                request,
                ResultCode::INVALID_AVP_VALUE,
                Some(found.raw),
                None,
            );
        };
        let outcome = match code {
            command::CANCEL_LOCATION => self.cancel_location(imsi, request),
            command::INSERT_SUBSCRIBER_DATA => self.insert_subscriber_data(imsi, request),
            _ => self.delete_subscriber_data(imsi, request),
        };
        self.report(MmeEvent::Served {
            command: code,
            imsi: Some(imsi),
            outcome,
        });
        let features = self.config.features;
        let plmn = self.config.plmn;
        let flags = IdrFlags(u32_of(request, avp::IDR_FLAGS).unwrap_or(0));
        s6a::write_answer(node, connection, request, outcome, |w| {
            if request.find(avp::SUPPORTED_FEATURES).is_some() {
                s6a::write_features(w, features);
            }
            if code == command::INSERT_SUBSCRIBER_DATA && outcome.is_success() {
                write_state(w, flags, plmn);
            }
        });
    }

    /// CLR: the context goes. An IMSI that is not known is a success all the same: the HSS has what it wants.
    fn cancel_location(&mut self, imsi: Imsi, request: &Message<'_>) -> AnswerOutcome {
        if self.contexts.remove(&imsi).is_some() {
            let cancellation_type = u32_of(request, avp::CANCELLATION_TYPE).unwrap_or(0);
            self.report(MmeEvent::Cancelled {
                imsi,
                cancellation_type,
            });
        }
        AnswerOutcome::SUCCESS
    }

    /// IDR: what is there replaces what was known.
    fn insert_subscriber_data(&mut self, imsi: Imsi, request: &Message<'_>) -> AnswerOutcome {
        let Some(context) = self.contexts.get_mut(&imsi) else {
            return USER_UNKNOWN;
        };
        let Ok(new) = read_subscription(request) else {
            return AnswerOutcome::base(ResultCode::INVALID_AVP_VALUE.0);
        };
        // An IDR that only asks (for the location, say) carries empty Subscription-Data.
        let new = new.unwrap_or_default();
        let changed = new != Default::default();
        context.subscription.get_or_insert_default().insert(new);
        if changed {
            self.report(MmeEvent::SubscriptionChanged { imsi });
        }
        AnswerOutcome::SUCCESS
    }

    /// DSR: what its flags name goes. A Context-Identifier that is not known is a failure (TS 29.272 5.2.2.2.2).
    fn delete_subscriber_data(&mut self, imsi: Imsi, request: &Message<'_>) -> AnswerOutcome {
        let Some(context) = self.contexts.get_mut(&imsi) else {
            return USER_UNKNOWN;
        };
        let flags = DsrFlags(u32_of(request, avp::DSR_FLAGS).unwrap_or(0));
        let found = request
            .avps()
            .map_while(Result::ok)
            .filter(|a| a.is(avp::CONTEXT_IDENTIFIER));
        let ids: Vec<u32> = found.filter_map(|a| a.u32().ok()).collect();
        let all_known = context.subscription.get_or_insert_default().delete(flags, &ids);
        self.report(MmeEvent::SubscriptionChanged { imsi });
        if all_known {
            AnswerOutcome::SUCCESS
        } else {
            AnswerOutcome::base(ResultCode::UNABLE_TO_COMPLY.0)
        }
    }

    /// RSR: the locations of those whose IMSI begins with a User-Id, or of all, await confirmation.
    fn reset(&mut self, request: &Message<'_>) {
        let user_ids = || {
            request
                .avps()
                .map_while(Result::ok)
                .filter(|a| a.is(avp::USER_ID))
        };
        let all = user_ids().next().is_none();
        let mut contexts = 0;
        for (imsi, context) in &mut self.contexts {
            let (digits, n) = imsi.ascii();
            let meant = |id: &[u8]| id.len() <= MAX_USER_ID_DIGITS && digits[..n].starts_with(id);
            if all || user_ids().any(|a| meant(a.data)) {
                context.confirmed = false;
                contexts += 1;
            }
        }
        self.report(MmeEvent::Reset { contexts });
    }
}

fn u32_of(message: &Message<'_>, id: AvpId) -> Option<u32> {
    message.find(id)?.u32().ok()
}

/// What an IDR asks for (TS 29.272 7.3.103, 7.3.110, 7.3.111).
fn write_state(w: &mut MessageWriter<'_>, flags: IdrFlags, plmn: Plmn) {
    if flags.has(IdrFlags::EPS_USER_STATE) {
        w.group(avp::EPS_USER_STATE, |w| {
            w.group(avp::MME_USER_STATE, |w| w.u32(avp::USER_STATE, CONNECTED));
        });
    }
    if flags.has(IdrFlags::EPS_LOCATION) {
        w.group(avp::EPS_LOCATION_INFORMATION, |w| {
            w.group(avp::MME_LOCATION_INFORMATION, |w| {
                let place = |tail: &[u8]| [&plmn.octets()[..], tail].concat();
                w.octets(avp::E_UTRAN_CELL_GLOBAL_IDENTITY, &place(&CELL));
                w.octets(avp::TRACKING_AREA_IDENTITY, &place(&TRACKING_AREA_CODE));
            });
        });
    }
}

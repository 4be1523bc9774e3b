//! The requests an MME serves: CLR, IDR, DSR, RSR (TS 29.272 5.2.1.2.2, 5.2.2.1.2, 5.2.2.2.2, 5.2.4.1.2).

use super::Mme;
use super::event::MmeEvent;
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message, Node, ResultCode};
use quintet_identity::{Ecgi, Imsi, Tai};
use quintet_mme::s6a::{
    self, AnswerOutcome, CancellationType, FromHss, SubscriptionData, UserIds, UserState,
};
use quintet_subscriber::s6a::DsrFlags;

/// USER_UNKNOWN (TS 29.272 7.4.3.1).
const USER_UNKNOWN: AnswerOutcome = AnswerOutcome::experimental(5001);

/// Tracking area code and cell of everybody: this MME has one of each.
const TRACKING_AREA_CODE: u16 = 1;
const CELL: u32 = 0x101;

impl Mme {
    /// Answers one request of an HSS.
    pub(super) fn serve(&mut self, node: &mut Node, connection: ConnectionId, request: &Message<'_>) {
        let Some(asked) = s6a::read_request(node, connection, request) else {
            return;
        };
        let features = self.config.features;
        let place = self.place();
        let (imsi, outcome, wanted) = match asked {
            FromHss::Reset(user_ids) => {
                self.reset(&user_ids);
                (None, AnswerOutcome::SUCCESS, None)
            }
            FromHss::CancelLocation {
                imsi,
                cancellation_type,
                ..
            } => (Some(imsi), self.cancel_location(imsi, cancellation_type), None),
            FromHss::InsertSubscriberData { imsi, data, flags } => {
                (Some(imsi), self.insert_subscriber_data(imsi, *data), Some(flags))
            }
            FromHss::DeleteSubscriberData {
                imsi,
                flags,
                context_identifiers,
            } => {
                let outcome = self.delete_subscriber_data(imsi, flags, &context_identifiers);
                (Some(imsi), outcome, None)
            }
        };
        self.report(MmeEvent::Served {
            command: request.header().code,
            imsi,
            outcome,
        });
        s6a::write_answer(node, connection, request, outcome, |w| {
            if imsi.is_some() && request.find(avp::SUPPORTED_FEATURES).is_some() {
                s6a::write_features(w, features);
            }
            if let (Some(flags), Some((tai, ecgi))) = (wanted.filter(|_| outcome.is_success()), place) {
                // Its UEs are always connected.
                s6a::write_state(w, flags, UserState::CONNECTED_REACHABLE_FOR_PAGING, (tai, ecgi));
            }
        });
    }

    /// Where everybody is: this MME has one tracking area and one cell.
    fn place(&self) -> Option<(Tai, Ecgi)> {
        let plmn = self.config.plmn;
        let ecgi = Ecgi::new(plmn, CELL).ok()?;
        Some((
            Tai {
                plmn,
                tac: TRACKING_AREA_CODE,
            },
            ecgi,
        ))
    }

    /// CLR: the context goes. An IMSI that is not known is a success all the same: the HSS has what it wants.
    fn cancel_location(&mut self, imsi: Imsi, cancellation_type: CancellationType) -> AnswerOutcome {
        if self.contexts.remove(&imsi).is_some() {
            self.report(MmeEvent::Cancelled {
                imsi,
                cancellation_type: cancellation_type.0,
            });
        }
        AnswerOutcome::SUCCESS
    }

    /// IDR: what is there replaces what was known.
    fn insert_subscriber_data(&mut self, imsi: Imsi, new: SubscriptionData) -> AnswerOutcome {
        let Some(context) = self.contexts.get_mut(&imsi) else {
            return USER_UNKNOWN;
        };
        // An IDR that only asks (for the location, say) carries empty Subscription-Data.
        let changed = new != Default::default();
        context.subscription.get_or_insert_default().insert(new);
        if changed {
            self.report(MmeEvent::SubscriptionChanged { imsi });
        }
        AnswerOutcome::SUCCESS
    }

    /// DSR: what its flags name goes. A Context-Identifier that is not known is a failure (TS 29.272 5.2.2.2.2).
    fn delete_subscriber_data(&mut self, imsi: Imsi, flags: DsrFlags, ids: &[u32]) -> AnswerOutcome {
        let Some(context) = self.contexts.get_mut(&imsi) else {
            return USER_UNKNOWN;
        };
        let all_known = context.subscription.get_or_insert_default().delete(flags, ids);
        self.report(MmeEvent::SubscriptionChanged { imsi });
        if all_known {
            AnswerOutcome::SUCCESS
        } else {
            AnswerOutcome::base(ResultCode::UNABLE_TO_COMPLY.0)
        }
    }

    /// RSR: the locations of those it is about await confirmation.
    fn reset(&mut self, user_ids: &UserIds<'_>) {
        let mut contexts = 0;
        for (imsi, context) in &mut self.contexts {
            if user_ids.include(*imsi) {
                context.confirmed = false;
                contexts += 1;
            }
        }
        self.report(MmeEvent::Reset { contexts });
    }
}

//! The requests of the HSS: CLR, IDR, DSR, RSR (TS 29.272 5.2.1.2.2, 5.2.2.1.2, 5.2.2.2.2, 5.2.4.1.2).

use crate::event::MmeEvent;
use crate::mme::{Cycle, Mme};
use crate::s6a::{self, AnswerOutcome, CancellationType, FromHss, SubscriptionData, UserIds};
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message};
use quintet_emm::network::{ContextId, Contexts as _};
use quintet_identity::{Ecgi, Imsi, Tai};
use quintet_nas::eps::EmmCause;

/// USER_UNKNOWN (TS 29.272 7.4.3.1).
const USER_UNKNOWN: AnswerOutcome = AnswerOutcome::experimental(5001);

impl Mme {
    pub(crate) fn serve(&mut self, cycle: &mut Cycle<'_>, connection: ConnectionId, request: &Message<'_>) {
        let Some(asked) = s6a::read_request(cycle.node, connection, request) else {
            return;
        };
        let mut wanted = None;
        let (imsi, outcome) = match asked {
            FromHss::Reset(user_ids) => {
                self.locations_lost(&user_ids);
                (None, AnswerOutcome::SUCCESS)
            }
            FromHss::CancelLocation {
                imsi,
                cancellation_type,
                reattach,
            } => {
                self.cancel_location(cycle, imsi, cancellation_type, reattach);
                (Some(imsi), AnswerOutcome::SUCCESS)
            }
            FromHss::InsertSubscriberData { imsi, data, flags } => {
                wanted = self.place(imsi).map(|place| (flags, place));
                (Some(imsi), self.insert_subscriber_data(cycle, imsi, &data))
            }
            // What a DSR deletes (further APNs, restrictions) is not kept beside the one default bearer.
            FromHss::DeleteSubscriberData { imsi, .. } => (Some(imsi), self.known(imsi)),
        };
        self.report(|| MmeEvent::Served {
            command: request.header().code,
            imsi,
            outcome,
        });
        s6a::write_answer(cycle.node, connection, request, outcome, |w| {
            if imsi.is_some() && request.find(avp::SUPPORTED_FEATURES).is_some() {
                s6a::write_features(w, crate::hss::FEATURES);
            }
            if let Some((flags, (tai, ecgi))) = wanted.filter(|_| outcome.is_success()) {
                s6a::write_state(w, flags, tai, ecgi);
            }
        });
    }

    fn known(&self, imsi: Imsi) -> AnswerOutcome {
        match self.table.by_imsi(imsi) {
            Some(_) => AnswerOutcome::SUCCESS,
            None => USER_UNKNOWN,
        }
    }

    /// Where a UE is, or was heard last. An idle one's cell is not known: the tracking area's cell 0 stands for it.
    fn place(&self, imsi: Imsi) -> Option<(Tai, Ecgi)> {
        let id = self.table.by_imsi(imsi)?;
        let record = self.table.record(id)?;
        let cell = record.connection.and_then(|id| self.connections.get(id));
        let tai = record.context.tai;
        let nowhere = Ecgi::new(tai.plmn, 0).ok()?;
        Some((tai, cell.map_or(nowhere, |connection| connection.ecgi)))
    }

    /// CLR. The UE that went to another MME is not told; one whose subscription ended is detached (TS 23.401 5.3.8.4). An
    /// IMSI that is not known is a success all the same: the HSS has what it wants.
    fn cancel_location(
        &mut self,
        cycle: &mut Cycle<'_>,
        imsi: Imsi,
        cancellation_type: CancellationType,
        reattach: bool,
    ) {
        let Some(id) = self.table.by_imsi(imsi) else {
            return;
        };
        if cancellation_type == CancellationType::SUBSCRIPTION_WITHDRAWAL {
            let cause = (!reattach).then_some(EmmCause::EPS_SERVICES_NOT_ALLOWED);
            let _ = self.detach_context(cycle, id, reattach, cause);
            return;
        }
        self.drop_context(cycle, id);
    }

    /// The context is another MME's now.
    fn drop_context(&mut self, cycle: &mut Cycle<'_>, id: ContextId) {
        let connection = self.table.record(id).and_then(|record| record.connection);
        if let Some(connection) = connection {
            let superseded = quintet_emm::network::Input::Superseded { by: id };
            let _ = self.drive(cycle, connection, superseded);
        }
        self.delete(id);
    }

    /// IDR: the UE-AMBR of a registered UE is taken over; one who may not be here any more is detached.
    fn insert_subscriber_data(
        &mut self,
        cycle: &mut Cycle<'_>,
        imsi: Imsi,
        data: &SubscriptionData,
    ) -> AnswerOutcome {
        let Some(id) = self.table.by_imsi(imsi) else {
            return USER_UNKNOWN;
        };
        let registration = self
            .table
            .get_mut(id)
            .and_then(|context| context.registration.as_mut());
        if let (Some(registration), Some(ambr)) = (registration, data.ambr) {
            registration.ambr = (ambr.uplink, ambr.downlink);
            self.saves.note(id);
        }
        if data.subscriber_status == Some(1) {
            let _ = self.detach_context(cycle, id, false, Some(EmmCause::EPS_SERVICES_NOT_ALLOWED));
        }
        AnswerOutcome::SUCCESS
    }

    /// RSR: the locations of those it is about are told again at their next contact.
    fn locations_lost(&mut self, user_ids: &UserIds<'_>) {
        for record in self.table.iter_mut() {
            if record.context.imsi.is_some_and(|imsi| user_ids.include(imsi)) {
                record.location_confirmed = false;
            }
        }
    }
}

//! The requests of the HSS: CLR, IDR, DSR, RSR (TS 29.272 5.2.1.2.2, 5.2.2.1.2, 5.2.2.2.2, 5.2.4.1.2).

use crate::event::MmeEvent;
use crate::mme::{Cycle, Mme};
use crate::s6a::{self, AnswerOutcome, CancellationType, FromHss, SubscriptionData, UserIds, UserState};
use quintet_diameter::dict::avp;
use quintet_diameter::{ConnectionId, Message};
use quintet_emm::network::{ContextId, Contexts as _, EmmState};
use quintet_identity::{Ecgi, Imsi, Tai};
use quintet_nas::eps::EmmCause;
use quintet_subscriber::model::AccessRestriction;
use quintet_subscriber::s6a::DsrFlags;

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
            FromHss::DeleteSubscriberData { imsi, flags, .. } => {
                (Some(imsi), self.delete_subscriber_data(cycle, imsi, flags))
            }
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
            if let Some((flags, (state, place))) = wanted.filter(|_| outcome.is_success()) {
                s6a::write_state(w, flags, state, place);
            }
        });
    }

    /// How a UE is, and where it is or was heard last. An idle one's cell is not known: the tracking area's cell 0 stands
    /// for it.
    fn place(&self, imsi: Imsi) -> Option<(UserState, (Tai, Ecgi))> {
        let id = self.table.by_imsi(imsi)?;
        let record = self.table.record(id)?;
        let state = match (record.context.state, record.connection) {
            (EmmState::Deregistered, _) => UserState::DETACHED,
            (EmmState::Registered, None) => UserState::ATTACHED_REACHABLE_FOR_PAGING,
            (EmmState::Registered, Some(_)) => UserState::CONNECTED_REACHABLE_FOR_PAGING,
        };
        let cell = record.connection.and_then(|id| self.connections.get(id));
        let tai = record.context.tai;
        let nowhere = Ecgi::new(tai.plmn, 0).ok()?;
        let ecgi = cell.map_or(nowhere, |connection| connection.ecgi);
        Some((state, (tai, ecgi)))
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

    /// IDR: the UE-AMBR of a registered UE is taken over, for its next context setup; one who may not be here any more is
    /// detached.
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
            // Of UE-AMBR and APN-AMBR the lesser holds (TS 23.401 4.7.3). An APN-AMBR that is not said again is at least
            // what holds now.
            let mut configurations = data.apn_configurations.iter();
            let of_apn = configurations.find(|c| c.apn == registration.apn);
            let bound = of_apn.and_then(|c| c.ambr).map(|a| (a.uplink, a.downlink));
            let (up, down) = bound.unwrap_or(registration.ambr);
            registration.ambr = (ambr.uplink.min(up), ambr.downlink.min(down));
            self.saves.note(id.0);
        }
        let e_utran = AccessRestriction::WB_E_UTRAN;
        if data.subscriber_status == Some(1) {
            let _ = self.detach_context(cycle, id, false, Some(EmmCause::EPS_SERVICES_NOT_ALLOWED));
        } else if data.access_restriction.is_some_and(|r| r.forbids(e_utran)) {
            let cause = EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA;
            let _ = self.detach_context(cycle, id, false, Some(cause));
        }
        AnswerOutcome::SUCCESS
    }

    /// DSR. What it deletes is not kept beside the one default bearer; without any APN there is no bearer.
    fn delete_subscriber_data(
        &mut self,
        cycle: &mut Cycle<'_>,
        imsi: Imsi,
        flags: DsrFlags,
    ) -> AnswerOutcome {
        let Some(id) = self.table.by_imsi(imsi) else {
            return USER_UNKNOWN;
        };
        if flags.has(DsrFlags::COMPLETE_APN_CONFIGURATION_PROFILE) {
            let _ = self.detach_context(cycle, id, false, None);
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

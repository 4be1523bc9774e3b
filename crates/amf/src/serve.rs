//! What other network functions ask of the AMF: callbacks of the UDM (TS 29.503 6.1.5.2, 6.2.5.2), Namf_Communication
//! (TS 29.518 5.2.2.3).

use crate::amf::Amf;
use crate::callback::Purpose;
use crate::event::AmfEvent;
use quintet_fgmm::network::{At, ContextId, Contexts as _, Input};
use quintet_identity::Supi;
use quintet_nas::fgs::FgmmCause;
use quintet_sbi::namf::{CallbackKey, Operation};
use quintet_sbi::nudm::uecm::{DeregistrationData, DeregistrationReason};
use quintet_sbi::ts29571::AccessType;
use quintet_sbi::{ProblemDetails, Request, RequestId, Response, cause};

impl Amf {
    /// A request of another network function. It is answered by [`poll_sbi`](Self::poll_sbi), with this identity.
    pub fn handle_request(&mut self, at: At, id: RequestId, request: &Request) {
        let mut what = "a request that is not known";
        let mut supi = None;
        let response = self
            .serve(at, request, &mut what, &mut supi)
            .unwrap_or_else(|problem| problem.response());
        let status = response.status;
        self.report(|| AmfEvent::Served { what, supi, status });
        self.calls.respond(id, response);
        self.follow(at);
    }

    fn serve(
        &mut self,
        at: At,
        request: &Request,
        what: &mut &'static str,
        whose: &mut Option<Supi>,
    ) -> Result<Response, Box<ProblemDetails>> {
        match Operation::read(request)? {
            Operation::DeregistrationNotification { supi, key, data } => {
                *what = "deregistration notification";
                let id = self.called_back(&supi, Purpose::Deregistration, &key, whose)?;
                self.deregistered_by_udm(at, id, &data);
            }
            Operation::DataChangeNotification { supi, key, .. } => {
                *what = "data change notification";
                let id = self.called_back(&supi, Purpose::DataChange, &key, whose)?;
                // The notification's patch is not applied: what the UDM has now is read, whole.
                self.read_again(id);
            }
            Operation::SmContextStatusNotification {
                supi,
                key,
                pdu_session_id,
                notification,
            } => {
                *what = "SM context status notification";
                let id = self.called_back(&supi, Purpose::SmContext(pdu_session_id), &key, whose)?;
                self.sm_context_status(at, id, pdu_session_id, &notification);
            }
            Operation::N1N2MessageTransfer {
                ue_context_id,
                data,
                parts,
            } => {
                *what = "N1N2MessageTransfer";
                let id = self.subject(&ue_context_id, whose)?;
                return self.n1_n2_message_transfer(at, id, &data, &parts);
            }
        }
        Ok(Response::new(204))
    }

    /// The context that a callback is about. Without the key that its URI was given out with it is answered as one about
    /// nobody: whoever tries learns nothing.
    fn called_back(
        &self,
        supi: &str,
        purpose: Purpose,
        key: &CallbackKey,
        whose: &mut Option<Supi>,
    ) -> Result<ContextId, Box<ProblemDetails>> {
        if !self.callbacks.is_right(purpose, supi, key) {
            return Err(ProblemDetails::new(cause::CONTEXT_NOT_FOUND).into());
        }
        self.subject(supi, whose)
    }

    /// The context of whom a path names.
    fn subject(&self, supi: &str, whose: &mut Option<Supi>) -> Result<ContextId, Box<ProblemDetails>> {
        let unknown = || Box::new(ProblemDetails::new(cause::CONTEXT_NOT_FOUND));
        let supi: Supi = supi.parse().map_err(|_| unknown())?;
        let id = self.table.by_supi(&supi);
        *whose = Some(supi);
        id.ok_or_else(unknown)
    }

    /// The UDM ends this AMF's registration of a UE (TS 23.502 4.2.2.2.2 step 14d, 4.2.2.3.3).
    fn deregistered_by_udm(&mut self, at: At, id: ContextId, data: &DeregistrationData) {
        use DeregistrationReason as Reason;
        // The UE's registration over non-3GPP access is none of this AMF's.
        if data.access_type == Some(AccessType::NonThreeGpp) {
            return;
        }
        if let Some(record) = self.table.record_mut(id) {
            // It wants nothing of this AMF any more, and its subscription went with the registration.
            record.at_udm = false;
            record.sdm_subscription = None;
        }
        match data.dereg_reason {
            // The UE is elsewhere: it is not told.
            Reason::UeInitialRegistration
            | Reason::UeRegistrationAreaChange
            | Reason::MobilityToEps
            | Reason::MobilityToEpsInitial => self.drop_context(at, id),
            Reason::SubscriptionWithdrawn => {
                let cause = FgmmCause::FGS_SERVICES_NOT_ALLOWED;
                let _ = self.deregister_context(at, id, false, Some(cause));
            }
            Reason::ReregistrationRequired => {
                let _ = self.deregister_context(at, id, true, None);
            }
            Reason::SmfContextTransferred | Reason::Other(_) => {
                let _ = self.deregister_context(at, id, false, None);
            }
        }
    }

    /// The context is another AMF's now.
    fn drop_context(&mut self, at: At, id: ContextId) {
        let connection = self.table.record(id).and_then(|record| record.connection);
        if let Some(connection) = connection {
            let _ = self.drive(at, connection, Input::Superseded { by: id });
        }
        self.delete(id);
    }
}

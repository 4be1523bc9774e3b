//! N8: what the AMF tells the UDM and reads there (TS 29.503 5.3.2.2, 5.2.2.2, 5.2.2.3; TS 23.502 4.2.2.2.2 step 14).
//!
//! ```text
//!   Output::Register ──PUT amf-3gpp-access──► GET smf-select-data (with an SMF) ──► GET am-data ──► Input::Subscription
//!                                                                                       └──► POST sdm-subscriptions
//!   deregistered     ──DELETE sdm-subscriptions/…, PATCH amf-3gpp-access (purged)──► nobody waits
//! ```

mod late;

use crate::amf::Amf;
use crate::callback::Purpose;
use crate::calls::{Call, For, Outcome, Ticket};
use crate::event::Service;
use crate::seaf::read;
use quintet_fgmm::network::{
    At, ConfigurationChange, ContextId, Contexts as _, FgmmState, Input, SubscribedSNssai, Subscription,
    SubscriptionFailure,
};
use quintet_identity::{SNssai, Supi};
use quintet_ngap::AmfUeNgapId;
use quintet_sbi::nudm::sdm::{
    self, AccessAndMobilitySubscriptionData, DataSet, SdmSubscription, SmfSelectionSubscriptionData,
};
use quintet_sbi::nudm::uecm::{self, Amf3GppAccessRegistration};
use quintet_sbi::ts29571::{self, AccessType, PlmnId, RatType};
use quintet_sbi::{Hex, Method, ProblemDetails, Request, cause, namf, path};
use quintet_subscriber::model::Ambr;

/// `imsVoPs` (TS 29.503 6.2.6.3.2): there is no voice over PS here.
const NO_VOICE: &str = "HOMOGENEOUS_NON_SUPPORT";

/// `coreNetworkTypeRestrictions` of 5GC (TS 29.571 5.4.3.21).
const CORE_5GC: &str = "5GC";

/// What a registration at the UDM waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The registration itself.
    Register,
    /// SMF selection data.
    SmfSelection,
    /// Access and mobility data.
    AmData,
}

/// A registration at the UDM under way.
#[derive(Debug)]
pub(crate) struct Registering {
    /// The call that it waits for, and what that is.
    asked: Option<(Ticket, Step)>,
    supi: Supi,
}

impl Amf {
    /// Nudm_UECM_Registration; Nudm_SDM_Get follows.
    pub(crate) fn register(&mut self, at: At, id: AmfUeNgapId, supi: Supi, initial: bool) {
        let context = self.table.by_supi(&supi).and_then(|id| self.table.get(id));
        let imeisv = context.and_then(|context| context.imeisv);
        let emergency = context
            .and_then(|context| context.registration.as_ref())
            .is_some_and(|registration| registration.emergency);
        let supi_text = supi.to_string();
        let callback_key = self.callbacks.key(Purpose::Deregistration, &supi_text);
        let callback = namf::dereg_callback(&supi_text, &callback_key);
        let registration = Amf3GppAccessRegistration {
            amf_instance_id: self.config.sbi.nf_instance_id.clone(),
            supported_features: None,
            purge_flag: None,
            pei: imeisv.map(|imeisv| format!("imeisv-{imeisv}")),
            ims_vo_ps: Some(NO_VOICE.to_owned()),
            dereg_callback_uri: path::uri(&self.config.sbi.own, &callback),
            amf_service_name_dereg: None,
            pcscf_restoration_callback_uri: None,
            initial_registration_ind: Some(initial),
            emergency_registration_ind: emergency.then_some(true),
            guami: self.sbi_guami(),
            dr_flag: None,
            rat_type: RatType::Nr,
            urrp_indicator: None,
            registration_time: Some(ts29571::date_time(at.wall)),
            no_ee_subscription_ind: None,
            supi: Some(supi_text.clone()),
            re_registration_required: None,
        };
        self.give_up_registering(id);
        if let Some(connection) = self.connections.get_mut(id) {
            connection.registering = Some(Box::new(Registering { asked: None, supi }));
            // The UE registers anew: of its sessions before, those that are being made are not wanted either.
            if let Some(context) = connection.context {
                self.release_sm_contexts(context);
            }
        }
        let request = uecm::register_amf(&supi_text, &registration);
        self.ask_udm(id, Step::Register, "registration of the AMF", request);
    }

    fn ask_udm(&mut self, id: AmfUeNgapId, step: Step, what: &'static str, mut request: Request) {
        self.name_attempt(id, &mut request);
        let ticket = self.calls.make(Call {
            whose: For::Registration(id, step),
            service: Service::Udm,
            what,
            at: None,
            request,
        });
        let registering = self.connections.get_mut(id).and_then(|c| c.registering.as_mut());
        if let Some(registering) = registering {
            registering.asked = ticket.map(|ticket| (ticket, step));
        }
        self.made(
            id,
            ticket,
            Input::Subscription(Err(SubscriptionFailure::NoAnswer)),
        );
    }

    /// A step of a registration came to its end.
    pub(crate) fn udm_answered(&mut self, at: At, id: AmfUeNgapId, step: Step, outcome: &Outcome) {
        let connection = self.connections.get_mut(id);
        let context = connection.as_ref().and_then(|connection| connection.context);
        let waiting = connection.and_then(|connection| connection.registering.as_mut());
        let Some(registering) = waiting.filter(|r| r.asked == Some((outcome.ticket, step))) else {
            return self.registered_late(outcome);
        };
        registering.asked = None;
        let supi = registering.supi.to_string();
        let plmn = PlmnId::from(self.config.plmn());
        match step {
            Step::Register => {
                if late::may_be_granted(outcome)
                    && let Some(record) = context.and_then(|id| self.table.record_mut(id))
                {
                    record.at_udm = true;
                }
                if let Err(failure) = granted(outcome) {
                    let _ = self.drive(at, id, Input::Subscription(Err(failure)));
                    return;
                }
                if self.config.policy.smf {
                    let request = sdm::get(&supi, DataSet::SmfSelectData, Some(&plmn), None, None);
                    self.ask_udm(id, Step::SmfSelection, "SMF selection data", request);
                } else {
                    let request = sdm::get(&supi, DataSet::AmData, Some(&plmn), None, None);
                    self.ask_udm(id, Step::AmData, "access and mobility data", request);
                }
            }
            Step::SmfSelection => {
                // Without it the UE's own DNN is taken, or none.
                if let (Some(context), Ok(data)) = (context, read::<SmfSelectionSubscriptionData>(outcome)) {
                    self.select_dnns(context, &data);
                }
                let request = sdm::get(&supi, DataSet::AmData, Some(&plmn), None, None);
                self.ask_udm(id, Step::AmData, "access and mobility data", request);
            }
            Step::AmData => {
                let read = read::<AccessAndMobilitySubscriptionData>(outcome);
                let subscription = read
                    .map(|data| subscription(&data))
                    .map_err(|problem| failure(problem.as_deref()));
                connection_registered(self, id);
                let good = subscription.is_ok();
                let input = Input::Subscription(subscription.as_ref().map_err(|failure| *failure));
                let _ = self.drive(at, id, input);
                if let Some(context) = context.filter(|_| good) {
                    self.subscribe(context);
                }
            }
        }
    }

    /// Asks to hear of changes of a UE's data, once.
    fn subscribe(&mut self, context: ContextId) {
        let Some(record) = self.table.record(context) else {
            return;
        };
        let Some(supi) = record.context.supi.as_ref().map(Supi::to_string) else {
            return;
        };
        if record.sdm_subscription.is_some() || !record.at_udm {
            return;
        }
        let callback = namf::sdm_callback(&supi, &self.callbacks.key(Purpose::DataChange, &supi));
        let subscription = SdmSubscription {
            nf_instance_id: self.config.sbi.nf_instance_id.clone(),
            implicit_unsubscribe: Some(true),
            callback_reference: path::uri(&self.config.sbi.own, &callback),
            monitored_resource_uris: vec![format!(
                "/{}/{}/{}/am-data",
                sdm::API,
                sdm::VERSION,
                path::encode(&supi)
            )],
            plmn_id: Some(PlmnId::from(self.config.plmn())),
            ..SdmSubscription::default()
        };
        self.calls.make(Call {
            whose: For::SdmSubscription(context),
            service: Service::Udm,
            what: "subscription to changes",
            at: None,
            request: sdm::subscribe(&supi, &subscription),
        });
    }

    /// The UDM has taken the subscription, or not: then changes come with the next registration.
    pub(crate) fn subscribed(&mut self, context: ContextId, outcome: &Outcome) {
        if !self.table.is_about(context, outcome.ticket) {
            return;
        }
        let Ok(response) = &outcome.result else {
            return;
        };
        if response.status != 201 {
            return;
        }
        let location = response.location.as_deref().unwrap_or_default();
        // It is ended at whatever UDM is called then: only the path counts.
        let path = match path::split_uri(location) {
            Some((_, path)) => path,
            None => location.to_owned(),
        };
        let Some(record) = self.table.record_mut(context) else {
            return;
        };
        if path.starts_with('/') && path.len() <= MAX_SUBSCRIPTION_PATH && record.at_udm {
            record.sdm_subscription = Some(path.into());
        }
    }

    /// A UE's connection ended. If that was before its registration was accepted, the UDM has this AMF as one that serves it,
    /// and hears that it does not (TS 29.503 5.3.2.4.2).
    pub(crate) fn leave_unregistered(&mut self, context: ContextId) {
        let Some(record) = self.table.record(context) else {
            return;
        };
        if record.at_udm
            && record.context.state != FgmmState::Registered
            && let Some(supi) = record.context.supi.clone()
        {
            self.leave_home(&supi);
        }
    }

    /// The UE has left: its SMFs and the UDM are told, the latter unless it wanted this.
    pub(crate) fn leave_home(&mut self, supi: &Supi) {
        let Some(id) = self.table.by_supi(supi) else {
            return;
        };
        self.release_sm_contexts(id);
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        let subscription = record.sdm_subscription.take();
        let at_udm = std::mem::take(&mut record.at_udm);
        self.end_subscription(subscription);
        if !at_udm {
            return;
        }
        self.purge_at_udm(supi);
    }

    pub(crate) fn end_subscription(&mut self, subscription: Option<Box<str>>) {
        if let Some(path) = subscription {
            self.calls.make(Call {
                whose: For::Nobody,
                service: Service::Udm,
                what: "end of a subscription to changes",
                at: None,
                request: Request::new(Method::Delete, path),
            });
        }
    }

    /// Reads the data of a UE anew, as they changed. One call at a time: what comes meanwhile makes it one more afterwards,
    /// however often they change.
    pub(crate) fn read_again(&mut self, id: ContextId) {
        let Some(record) = self.table.record_mut(id) else {
            return;
        };
        record.outdated = record.reading.is_some();
        if record.outdated {
            return;
        }
        let Some(supi) = record.context.supi.as_ref() else {
            return;
        };
        let plmn = PlmnId::from(self.config.plmn());
        let request = sdm::get(&supi.to_string(), DataSet::AmData, Some(&plmn), None, None);
        let reading = self.calls.make(Call {
            whose: For::Change(id),
            service: Service::Udm,
            what: "access and mobility data",
            at: None,
            request,
        });
        if let Some(record) = self.table.record_mut(id) {
            record.reading = reading;
        }
    }

    /// The data of a UE as they are now: taken into its registration, and told to it (TS 23.502 4.5.1, 4.2.4.2).
    pub(crate) fn changed(&mut self, at: At, id: ContextId, outcome: &Outcome) {
        // Of another UE that had this place, otherwise.
        let record = self.table.record_mut(id);
        let Some(record) = record.filter(|record| record.reading == Some(outcome.ticket)) else {
            return;
        };
        record.reading = None;
        if record.outdated {
            return self.read_again(id);
        }
        let Ok(data) = read::<AccessAndMobilitySubscriptionData>(outcome) else {
            return;
        };
        let now = subscription(&data);
        if now.nr_restricted || now.core_network_restricted {
            let cause = quintet_nas::fgs::FgmmCause::FGS_SERVICES_NOT_ALLOWED;
            let _ = self.deregister_context(at, id, false, Some(cause));
            return;
        }
        let Some(context) = self.table.get_mut(id) else {
            return;
        };
        let Some(registration) = context.registration.as_mut() else {
            return;
        };
        let ambr_changed = registration.ambr != now.ambr;
        // An emergency is not of the subscription's slices, and data without any say nothing of them.
        let told = data.nssai.is_some() && !registration.emergency;
        let nssai_changed = told && *registration.subscribed != *now.nssai;
        registration.ambr = now.ambr;
        let mut served = true;
        if nssai_changed {
            // What is not subscribed any more is not allowed any more; for what is new the UE has to ask.
            let subscribed = |slice: &SNssai| now.nssai.iter().any(|s| s.s_nssai == *slice);
            registration.allowed = registration.allowed.iter().copied().filter(subscribed).collect();
            served = !registration.allowed.is_empty();
            registration.subscribed = now.nssai.into();
        }
        if ambr_changed || nssai_changed {
            self.saves.note(id.0);
        }
        if !served {
            let _ = self.deregister_context(at, id, true, None);
        } else if nssai_changed {
            let change = ConfigurationChange {
                nssai: true,
                ..ConfigurationChange::default()
            };
            let _ = self.configure(at, id, change);
        }
    }

    pub(crate) fn sbi_guami(&self) -> ts29571::Guami {
        let guami = self.config.policy.guami;
        ts29571::Guami {
            plmn_id: guami.plmn.into(),
            amf_id: Hex(guami.amf_id.octets()),
        }
    }
}

/// The longest path of a subscription that is kept with a context.
const MAX_SUBSCRIPTION_PATH: usize = 256;

fn connection_registered(amf: &mut Amf, id: AmfUeNgapId) {
    if let Some(connection) = amf.connections.get_mut(id) {
        connection.registering = None;
    }
}

/// Whether the UDM granted what was asked, body or not.
fn granted(outcome: &Outcome) -> Result<(), SubscriptionFailure> {
    match &outcome.result {
        Ok(response) if response.is_success() => Ok(()),
        Ok(response) => Err(failure(Some(&ProblemDetails::from_response(response)))),
        Err(_) => Err(failure(None)),
    }
}

/// Why there are no data (TS 29.503 tables 6.1.7.3-1, 6.2.7.3-1).
fn failure(problem: Option<&ProblemDetails>) -> SubscriptionFailure {
    use SubscriptionFailure as Why;
    let Some(problem) = problem else {
        return Why::NoAnswer;
    };
    let named = [
        (cause::USER_NOT_FOUND, Why::UserNotFound),
        (cause::DATA_NOT_FOUND, Why::UserNotFound),
        (cause::UNKNOWN_5GS_SUBSCRIPTION, Why::UnknownFgsSubscription),
        (cause::NO_PS_SUBSCRIPTION, Why::UnknownFgsSubscription),
        (cause::ACCESS_NOT_ALLOWED, Why::UnknownFgsSubscription),
        (cause::ROAMING_NOT_ALLOWED, Why::RoamingNotAllowed),
        (cause::RAT_NOT_ALLOWED, Why::RatNotAllowed),
    ];
    let by_name = named.iter().find(|(cause, _)| problem.is(*cause));
    by_name.map_or_else(
        || match problem.status {
            Some(502) | None => Why::NoAnswer,
            // A 403 or 404 without a name may be a proxy's: it says nothing of the subscriber.
            _ => Why::Unavailable,
        },
        |(_, why)| *why,
    )
}

/// What registration needs of access and mobility data. Service area restrictions are not read.
fn subscription(data: &AccessAndMobilitySubscriptionData) -> Subscription {
    let of = |slices: &[ts29571::Snssai], default: bool| -> Vec<SubscribedSNssai> {
        let slices = slices.iter().filter_map(slice);
        slices
            .map(|s_nssai| SubscribedSNssai { s_nssai, default })
            .collect()
    };
    let mut nssai = Vec::new();
    if let Some(subscribed) = &data.nssai {
        nssai = of(&subscribed.default_single_nssais, true);
        nssai.extend(of(&subscribed.single_nssais, false));
    }
    let no_5gc = data.core_network_type_restrictions.iter().any(|c| c == CORE_5GC);
    let no_access = data.access_type_restrictions.contains(&AccessType::ThreeGpp);
    Subscription {
        nssai,
        ambr: data.subscribed_ue_ambr.as_ref().map(|ambr| Ambr {
            uplink: ambr.uplink.0,
            downlink: ambr.downlink.0,
        }),
        nr_restricted: data.rat_restrictions.contains(&RatType::Nr),
        core_network_restricted: no_5gc || no_access,
        forbidden_tacs: Vec::new(),
    }
}

/// A slice as JSON has it; `None` for one that does not exist.
pub(crate) fn slice(slice: &ts29571::Snssai) -> Option<SNssai> {
    match slice.sd {
        None => Some(SNssai::new(slice.sst)),
        Some(Hex([a, b, c])) => SNssai::with_sd(slice.sst, u32::from_be_bytes([0, a, b, c])).ok(),
    }
}

/// A slice as JSON has it.
pub(crate) fn sbi_slice(slice: SNssai) -> ts29571::Snssai {
    ts29571::Snssai {
        sst: slice.sst(),
        sd: slice.sd().map(|sd| {
            let [_, a, b, c] = sd.to_be_bytes();
            Hex([a, b, c])
        }),
    }
}

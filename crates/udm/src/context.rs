//! What 5GC tells of a subscriber and asks about it: Nudm_UECM, Nudm_SDM, and the outcome of authentications (TS 29.503
//! 5.2, 5.3, 5.4.2.3).
//!
//! ```text
//!   start ─┬─ needs the subscription: memory or Load ─┬─ data ─────────────────────────────► answer
//!          │                                          └─ may that AMF serve? ─┐
//!          └─ needs context data ─────────────────────────────────────────────┴─► Change ─► answer, old AMF is told
//! ```

use crate::changes::deregistration;
use crate::notify::DEREGISTRATION;
use crate::serve::{Stage, Step, store_problem};
use crate::subscribed;
use crate::udm::{At, Udm};
use quintet_home::{EntropySource, Known, Need, StoreReply};
use quintet_identity::fgs::Guami;
use quintet_identity::{Imsi, Supi};
use quintet_sbi::cause::{
    CONTEXT_NOT_FOUND, DATA_NOT_FOUND, INVALID_GUAMI, MANDATORY_IE_INCORRECT, RAT_NOT_ALLOWED,
    ROAMING_NOT_ALLOWED, SUBSCRIPTION_NOT_FOUND, SYSTEM_FAILURE, UNKNOWN_5GS_SUBSCRIPTION,
    UNSUPPORTED_RESOURCE_URI, USER_NOT_FOUND,
};
use quintet_sbi::nudm::sdm::{self, DataSet};
use quintet_sbi::nudm::ueau::{self, AuthEvent};
use quintet_sbi::nudm::uecm::{self, Amf3GppAccessRegistration, DeregistrationReason};
use quintet_sbi::path::split_uri;
use quintet_sbi::problem::ProblemDetails;
use quintet_sbi::ts29571::Snssai;
use quintet_sbi::{Hex, Response};
use quintet_store::{Command, Reply};
use quintet_subscriber::model::{
    AmfModification, AmfRegistration, AuthenticationEvent, ContextChange, ContextData,
    MAX_CONTEXT_TEXT_OCTETS, MAX_MONITORED_RESOURCES, RatType, SdmSubscription,
};
use quintet_subscriber::nudm::{Refusal, admit};

/// Octets of entropy in an identifier that names a resource.
const ID_OCTETS: usize = 8;

type Refused = Box<ProblemDetails>;

/// One request, read and checked.
#[derive(Clone, Debug)]
pub(crate) enum ContextTask {
    /// The outcome of an authentication, and the identifier it gets.
    ConfirmAuth(Box<AuthEvent>, String),
    /// The outcome with this id is to be removed.
    DeleteAuth(String),
    /// An AMF registers.
    RegisterAmf(Box<Amf3GppAccessRegistration>, Guami),
    /// It changes its registration.
    UpdateAmf(Guami, AmfModification),
    /// Which AMF serves?
    GetAmf,
    /// The operator ends the registration.
    DeregisterAmf(DeregistrationReason),
    /// Subscriber data.
    Get {
        set: DataSet,
        slice: Option<Snssai>,
        dnn: Option<String>,
    },
    /// Changes of data are to be told; the identifier that the subscription gets.
    Subscribe(Box<sdm::SdmSubscription>, String),
    /// No more.
    Unsubscribe(String),
}

fn wrong(param: &str, reason: &str) -> Refused {
    ProblemDetails::new(MANDATORY_IE_INCORRECT)
        .invalid(param, reason)
        .into()
}

/// Text that another network function has stored here.
fn bounded(text: &str, param: &str) -> Result<(), Refused> {
    if (1..=MAX_CONTEXT_TEXT_OCTETS).contains(&text.len()) {
        return Ok(());
    }
    Err(wrong(param, "1 to 1024 octets are expected"))
}

fn callback(uri: &str, param: &str) -> Result<(), Refused> {
    bounded(uri, param)?;
    match split_uri(uri) {
        Some(_) => Ok(()),
        None => Err(wrong(param, "an absolute URI of http or https is expected")),
    }
}

fn guami(guami: &quintet_sbi::ts29571::Guami) -> Result<Guami, Refused> {
    let plmn = guami.plmn_id.plmn();
    let plmn = plmn.ok_or_else(|| wrong("/guami/plmnId", "3 digits of MCC, 2 or 3 of MNC are expected"))?;
    Ok(Guami {
        plmn,
        amf_id: quintet_identity::fgs::AmfId::from_octets(guami.amf_id.0),
    })
}

fn rat_type(rat: &quintet_sbi::ts29571::RatType) -> Option<RatType> {
    [RatType::Nr, RatType::Eutra, RatType::Wlan, RatType::NrRedcap]
        .into_iter()
        .find(|known| known.name() == rat.as_str())
}

impl ContextTask {
    pub(crate) fn confirm_auth(event: AuthEvent, id: impl FnOnce() -> String) -> Result<Self, Refused> {
        bounded(&event.nf_instance_id, "/nfInstanceId")?;
        bounded(&event.serving_network_name, "/servingNetworkName")?;
        bounded(&event.time_stamp, "/timeStamp")?;
        bounded(event.auth_type.as_str(), "/authType")?;
        Ok(Self::ConfirmAuth(Box::new(event), id()))
    }

    /// Whom an operation of Nudm_UECM is about, and what it is.
    pub(crate) fn of_uecm(operation: uecm::Operation) -> Result<(String, Self), Refused> {
        Ok(match operation {
            uecm::Operation::RegisterAmf { ue_id, registration } => {
                bounded(&registration.amf_instance_id, "/amfInstanceId")?;
                callback(&registration.dereg_callback_uri, "/deregCallbackUri")?;
                for (text, param) in [(&registration.pei, "/pei"), (&registration.ims_vo_ps, "/imsVoPs")] {
                    text.as_ref().map_or(Ok(()), |text| bounded(text, param))?;
                }
                let guami = guami(&registration.guami)?;
                (ue_id, Self::RegisterAmf(registration, guami))
            }
            uecm::Operation::UpdateAmf { ue_id, modification } => {
                let guami = guami(&modification.guami)?;
                for (text, param) in [(&modification.pei, "/pei"), (&modification.ims_vo_ps, "/imsVoPs")] {
                    text.as_ref().map_or(Ok(()), |text| bounded(text, param))?;
                }
                let modification = AmfModification {
                    purged: modification.purge_flag,
                    pei: modification.pei,
                    ims_vo_ps: modification.ims_vo_ps,
                };
                (ue_id, Self::UpdateAmf(guami, modification))
            }
            uecm::Operation::GetAmf { ue_id } => (ue_id, Self::GetAmf),
            uecm::Operation::DeregisterAmf { ue_id, info } => (ue_id, Self::DeregisterAmf(info.dereg_reason)),
        })
    }

    /// Whom an operation of Nudm_SDM is about, and what it is.
    pub(crate) fn of_sdm(
        operation: sdm::Operation,
        id: impl FnOnce() -> String,
    ) -> Result<(String, Self), Refused> {
        Ok(match operation {
            sdm::Operation::Get {
                supi,
                set,
                single_nssai: slice,
                dnn,
                ..
            } => (supi, Self::Get { set, slice, dnn }),
            sdm::Operation::Subscribe { ue_id, subscription } => {
                bounded(&subscription.nf_instance_id, "/nfInstanceId")?;
                callback(&subscription.callback_reference, "/callbackReference")?;
                let uris = &subscription.monitored_resource_uris;
                if !(1..=MAX_MONITORED_RESOURCES).contains(&uris.len()) {
                    return Err(wrong("/monitoredResourceUris", "1 to 16 of them are expected"));
                }
                for uri in uris {
                    bounded(uri, "/monitoredResourceUris")?;
                    if monitored(uri).is_none() {
                        return Err(ProblemDetails::new(UNSUPPORTED_RESOURCE_URI).into());
                    }
                }
                (ue_id, Self::Subscribe(subscription, id()))
            }
            sdm::Operation::Unsubscribe {
                ue_id,
                subscription_id,
            } => (ue_id, Self::Unsubscribe(subscription_id)),
        })
    }

    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::ConfirmAuth(..) => "Nudm_UEAuthentication_ResultConfirmation",
            Self::DeleteAuth(_) => "Nudm_UEAuthentication_ResultConfirmation (removal)",
            Self::RegisterAmf(..) => "Nudm_UECM_Registration",
            Self::UpdateAmf(..) => "Nudm_UECM_Update",
            Self::GetAmf => "Nudm_UECM_Get",
            Self::DeregisterAmf(_) => "Nudm_UECM_AMFDeregistration",
            Self::Get { .. } => "Nudm_SDM_Get",
            Self::Subscribe(..) => "Nudm_SDM_Subscribe",
            Self::Unsubscribe(_) => "Nudm_SDM_Unsubscribe",
        }
    }

    fn needs_subscription(&self) -> bool {
        matches!(self, Self::RegisterAmf(..) | Self::Get { .. })
    }
}

/// The data set that a monitored resource is: the last segment of its URI.
pub(crate) fn monitored(uri: &str) -> Option<DataSet> {
    let segment = uri.split('?').next()?.trim_end_matches('/').rsplit('/').next()?;
    [
        DataSet::Nssai,
        DataSet::AmData,
        DataSet::SmfSelectData,
        DataSet::SmData,
    ]
    .into_iter()
    .find(|set| set.segment() == segment)
}

impl Udm {
    pub(crate) fn context(
        &mut self,
        at: At,
        imsi: Imsi,
        task: &ContextTask,
        stage: Stage,
        reply: Option<StoreReply>,
    ) -> Step {
        match (stage, reply) {
            (_, Some(Err(error))) => store_problem(&error).into(),
            (Stage::Loading, Some(Ok(Reply::Subscriber { subscriber, epoch }))) => {
                match self.front.take_in(imsi, subscriber, epoch) {
                    Some(known) => self.known(at, imsi, task, &known),
                    None => ProblemDetails::new(USER_NOT_FOUND).into(),
                }
            }
            (Stage::Stored, Some(Ok(Reply::ContextData(data)))) => {
                self.stored(imsi, task, data.map(|data| *data))
            }
            (_, Some(Ok(_))) => ProblemDetails::new(SYSTEM_FAILURE).into(),
            (_, None) if task.needs_subscription() => match self.front.remembered(imsi) {
                Some(known) => self.known(at, imsi, task, &known),
                None => {
                    let slot = self.config.slot;
                    Step::Wait(Need::Command(Command::Load { imsi, slot }), Stage::Loading)
                }
            },
            (_, None) => {
                let command = match Self::change(task) {
                    Some(change) => Command::ChangeContextData {
                        imsi,
                        change: Box::new(change),
                    },
                    None => Command::LoadContextData { imsi },
                };
                Step::Wait(Need::Command(command), Stage::Stored)
            }
        }
    }

    /// What a task changes without knowing the subscription.
    fn change(task: &ContextTask) -> Option<ContextChange> {
        Some(match task {
            ContextTask::ConfirmAuth(event, id) => {
                ContextChange::PutAuthenticationEvent(AuthenticationEvent {
                    id: id.clone(),
                    nf_instance_id: event.nf_instance_id.clone(),
                    success: event.success,
                    time_stamp: event.time_stamp.clone(),
                    auth_type: event.auth_type.as_str().to_owned(),
                    serving_network_name: event.serving_network_name.clone(),
                })
            }
            ContextTask::DeleteAuth(id) => ContextChange::RemoveAuthenticationEvent(id.clone()),
            ContextTask::UpdateAmf(guami, modification) => {
                ContextChange::ModifyAmf(*guami, modification.clone())
            }
            ContextTask::Subscribe(subscription, id) => ContextChange::PutSdmSubscription(SdmSubscription {
                id: id.clone(),
                nf_instance_id: subscription.nf_instance_id.clone(),
                callback_reference: subscription.callback_reference.clone(),
                monitored_resource_uris: subscription.monitored_resource_uris.clone(),
            }),
            ContextTask::Unsubscribe(id) => ContextChange::RemoveSdmSubscription(id.clone()),
            ContextTask::RegisterAmf(..)
            | ContextTask::GetAmf
            | ContextTask::DeregisterAmf(_)
            | ContextTask::Get { .. } => return None,
        })
    }

    /// The subscription is there.
    fn known(&mut self, at: At, imsi: Imsi, task: &ContextTask, known: &Known) -> Step {
        let subscription = &*known.subscription;
        let (registration, guami) = match task {
            ContextTask::RegisterAmf(registration, guami) => (registration, *guami),
            ContextTask::Get { set, slice, dnn } => {
                return Step::Answer(match set {
                    DataSet::Nssai => Response::json(200, &subscribed::nssai(subscription)),
                    DataSet::AmData => Response::json(200, &subscribed::am_data(known)),
                    DataSet::SmfSelectData => Response::json(200, &subscribed::smf_select_data(subscription)),
                    DataSet::SmData => match subscribed::sm_data(subscription, *slice, dnn.as_deref()) {
                        none if none.is_empty() => ProblemDetails::new(DATA_NOT_FOUND).response(),
                        found => Response::json(200, &found),
                    },
                    // SMFs do not register here, so there is nothing to tell.
                    DataSet::UeContextInSmfData => Response::json(200, &sdm::UeContextInSmfData::default()),
                });
            }
            _ => return ProblemDetails::new(SYSTEM_FAILURE).into(),
        };
        let rat = rat_type(&registration.rat_type);
        let rat_type = match admit(subscription, rat, guami.plmn, &self.own_plmns) {
            Ok(rat) => rat,
            Err(refusal) => {
                let cause = match refusal {
                    Refusal::RatNotAllowed => RAT_NOT_ALLOWED,
                    Refusal::RoamingNotAllowed => ROAMING_NOT_ALLOWED,
                    _ => UNKNOWN_5GS_SUBSCRIPTION,
                };
                return ProblemDetails::new(cause).into();
            }
        };
        let change = ContextChange::SetAmf(AmfRegistration {
            amf_instance_id: registration.amf_instance_id.clone(),
            guami,
            dereg_callback_uri: registration.dereg_callback_uri.clone(),
            rat_type,
            pei: registration.pei.clone(),
            ims_vo_ps: registration.ims_vo_ps.clone(),
            initial_registration: registration.initial_registration_ind.unwrap_or(false),
            purged: false,
            since: at.wall.0.as_secs(),
        });
        let command = Command::ChangeContextData {
            imsi,
            change: Box::new(change),
        };
        Step::Wait(Need::Command(command), Stage::Stored)
    }

    /// The store has done it; `before` is what it had.
    fn stored(&mut self, imsi: Imsi, task: &ContextTask, before: Option<ContextData>) -> Step {
        let before = before.unwrap_or_default();
        let found = |there: bool, cause| {
            if there {
                Step::Answer(Response::new(204))
            } else {
                ProblemDetails::new(cause).into()
            }
        };
        match task {
            ContextTask::ConfirmAuth(event, id) => {
                let location = ueau::auth_event_resource(&Supi::from(imsi).to_string(), id);
                created(location, &**event)
            }
            ContextTask::DeleteAuth(id) => {
                let there = before.authentication_events.iter().any(|event| event.id == *id);
                found(there, CONTEXT_NOT_FOUND)
            }
            ContextTask::RegisterAmf(registration, guami) => {
                self.registered(imsi, registration, *guami, before.amf)
            }
            ContextTask::UpdateAmf(guami, _) => match &before.amf {
                None => ProblemDetails::new(CONTEXT_NOT_FOUND).into(),
                Some(amf) if amf.guami != *guami => ProblemDetails::new(INVALID_GUAMI).into(),
                Some(_) => Step::Answer(Response::new(204)),
            },
            ContextTask::GetAmf => match &before.amf {
                None => ProblemDetails::new(CONTEXT_NOT_FOUND).into(),
                Some(amf) => Step::Answer(Response::json(200, &registration_of(imsi, amf))),
            },
            ContextTask::DeregisterAmf(reason) => match &before.amf {
                None => ProblemDetails::new(CONTEXT_NOT_FOUND).into(),
                Some(amf) => {
                    let body = deregistration(reason.clone());
                    self.notify(imsi, DEREGISTRATION, &amf.dereg_callback_uri, &body);
                    Step::Answer(Response::new(204))
                }
            },
            ContextTask::Subscribe(subscription, id) => {
                let location = sdm::subscription_resource(&Supi::from(imsi).to_string(), id);
                let subscription = sdm::SdmSubscription {
                    subscription_id: Some(id.clone()),
                    ..(**subscription).clone()
                };
                created(location, &subscription)
            }
            ContextTask::Unsubscribe(id) => {
                let there = before.sdm_subscriptions.iter().any(|known| known.id == *id);
                found(there, SUBSCRIPTION_NOT_FOUND)
            }
            ContextTask::Get { .. } => ProblemDetails::new(SYSTEM_FAILURE).into(),
        }
    }

    /// An AMF is registered: the one before, if it is another, serves no more (TS 29.503 5.3.2.2.2, 5.3.2.3).
    fn registered(
        &mut self,
        imsi: Imsi,
        registration: &Amf3GppAccessRegistration,
        guami: Guami,
        old: Option<AmfRegistration>,
    ) -> Step {
        self.notifications
            .withdraw_deregistration(imsi, &registration.dereg_callback_uri);
        let another = |old: &AmfRegistration| {
            !old.purged && (old.amf_instance_id != registration.amf_instance_id || old.guami != guami)
        };
        if let Some(old) = old.as_ref().filter(|old| another(old)) {
            let reason = if registration.initial_registration_ind == Some(true) {
                DeregistrationReason::UeInitialRegistration
            } else {
                DeregistrationReason::UeRegistrationAreaChange
            };
            let body = deregistration(reason);
            self.notify(imsi, DEREGISTRATION, &old.dereg_callback_uri, &body);
        }
        if old.is_some() {
            return Step::Answer(Response::new(204));
        }
        let location = uecm::registration_resource(&Supi::from(imsi).to_string());
        created(location, registration)
    }
}

/// 201 with what was made and where it is.
fn created<T: serde::Serialize>(location: String, body: &T) -> Step {
    Step::Answer(Response {
        location: Some(location),
        ..Response::json(201, body)
    })
}

/// A random identifier.
pub(crate) fn fresh_id(entropy: &mut EntropySource) -> String {
    let mut octets = [0; ID_OCTETS];
    entropy(&mut octets);
    format!("{:016x}", u64::from_be_bytes(octets))
}

/// A registration as it is told.
fn registration_of(imsi: Imsi, amf: &AmfRegistration) -> Amf3GppAccessRegistration {
    Amf3GppAccessRegistration {
        amf_instance_id: amf.amf_instance_id.clone(),
        supported_features: None,
        purge_flag: amf.purged.then_some(true),
        pei: amf.pei.clone(),
        ims_vo_ps: amf.ims_vo_ps.clone(),
        dereg_callback_uri: amf.dereg_callback_uri.clone(),
        amf_service_name_dereg: None,
        pcscf_restoration_callback_uri: None,
        initial_registration_ind: Some(amf.initial_registration),
        emergency_registration_ind: None,
        guami: quintet_sbi::ts29571::Guami {
            plmn_id: amf.guami.plmn.into(),
            amf_id: Hex(amf.guami.amf_id.octets()),
        },
        dr_flag: None,
        rat_type: amf.rat_type.name().into(),
        urrp_indicator: None,
        registration_time: Some(quintet_sbi::ts29571::date_time(core::time::Duration::from_secs(
            amf.since,
        ))),
        no_ee_subscription_ind: None,
        supi: Some(Supi::from(imsi).to_string()),
        re_registration_required: None,
    }
}

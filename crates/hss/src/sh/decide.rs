//! From a request of Sh and a user to what is done (TS 29.328 6.1.1, 6.1.2, 6.1.3).

use crate::config::{ShConfig, ShPermissions};
use quintet_cx::{Envelope, ExperimentalResult, Fault, FeatureList, Outcome};
use quintet_diameter::dict::avp;
use quintet_diameter::{AvpId, ResultCode};
use quintet_identity::Impu;
use quintet_sh::user_data::{RepositoryData, ShData};
use quintet_sh::{
    Answer, DataReference, Features, IdentitySet, Pua, Pur, RepositoryDataId, Request, SendDataIndication,
    Sna, Snr, SubsReqType, Uda, Udr, UserIdentity, feature_list, features_of,
};
use quintet_subscriber::auc::WallClock;
use quintet_subscriber::sh::{
    ApplicationServer, Asked, ShRecord, ShSubscription, ShUser, Subject, Subscribe, is_notifiable,
    is_readable,
};

/// What this HSS supports.
const FEATURES: Features = Features(Features::NOTIF_EFF.0 | Features::UPDATE_EFF.0);

/// Seconds from 1900 to 1970, and those of an era of Time (RFC 6733 4.3.1).
const NTP_TO_UNIX: u64 = 2_208_988_800;
const NTP_ERA: u64 = 1 << 32;

/// Why a request is not looked at further.
#[derive(Debug)]
pub(super) enum Refused {
    Fault(Fault),
    Outcome(Outcome),
}

impl From<ExperimentalResult> for Refused {
    fn from(result: ExperimentalResult) -> Self {
        Self::Outcome(result.into())
    }
}

/// What a request leads to.
#[derive(Debug)]
pub(super) enum Decided {
    /// An answer that changes nothing.
    Answer(Answer),
    /// An answer once this is stored.
    Store(Box<ShRecord>, Box<Answer>),
}

/// A request of an application server that may make it.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) subject: Subject,
    pub(super) server: ApplicationServer,
    request: &'a Request,
}

/// An answer that says nothing but its result; who required a feature that is not there is told which are.
pub(super) fn refusal(command: u32, outcome: Outcome) -> Option<Answer> {
    let mut answer = Answer::refusal(command, outcome)?;
    if outcome == ExperimentalResult::ERROR_FEATURE_UNSUPPORTED.into() {
        let told = vec![feature_list(FEATURES)];
        match &mut answer {
            Answer::UserData(uda) => uda.features = told,
            Answer::ProfileUpdate(pua) => pua.features = told,
            Answer::SubscribeNotifications(sna) => sna.features = told,
            Answer::PushNotification(_) => {}
        }
    }
    Some(answer)
}

/// Whether all of the data are on a list, and are data that this is possible with.
fn may(
    allowed: Option<&Vec<DataReference>>,
    data: &[DataReference],
    is_possible: fn(DataReference) -> bool,
) -> bool {
    allowed.is_some_and(|allowed| {
        data.iter()
            .all(|data| allowed.contains(data) && is_possible(*data))
    })
}

/// What chooses among data must be there.
fn need(wanted: bool, there: bool, id: AvpId, why: &'static str) -> Result<(), Refused> {
    if wanted && !there {
        return Err(Refused::Fault(Fault::missing(id, why)));
    }
    Ok(())
}

/// Whom User-Identity names.
pub(super) fn subject(identity: &UserIdentity) -> Result<Subject, Refused> {
    match identity {
        UserIdentity {
            public_identity: Some(name),
            ..
        } => match name.parse::<Impu>() {
            Ok(impu) => Ok(Subject::Public(impu)),
            // What is no identity is nobody's.
            Err(_) => Err(ExperimentalResult::ERROR_USER_UNKNOWN.into()),
        },
        UserIdentity {
            msisdn: Some(msisdn), ..
        } => Ok(Subject::Number(*msisdn)),
        _ => Err(Refused::Fault(Fault::missing(
            avp::PUBLIC_IDENTITY,
            "User-Identity names nobody that is known here",
        ))),
    }
}

impl<'a> Question<'a> {
    /// Whether the application server may ask this, and what it asks.
    pub(super) fn of(
        config: &ShConfig,
        request: &'a Request,
        envelope: &Envelope<'_>,
    ) -> Result<Self, Refused> {
        let server = ApplicationServer {
            host: envelope.origin_host.to_owned(),
            realm: envelope.origin_realm.to_owned(),
        };
        let permissions = config.permissions(&server.host);
        let (identity, features) = match request {
            Request::UserData(udr) => (&udr.identity, &udr.features),
            Request::ProfileUpdate(pur) => (&pur.identity, &pur.features),
            Request::SubscribeNotifications(snr) => (&snr.identity, &snr.features),
            Request::PushNotification(_) => {
                return Err(Refused::Outcome(ResultCode::COMMAND_UNSUPPORTED.into()));
            }
        };
        if features.iter().any(|list| list.is_lacking(FEATURES.0)) {
            return Err(ExperimentalResult::ERROR_FEATURE_UNSUPPORTED.into());
        }
        let mut question = Self {
            subject: Subject::Number(quintet_identity::Msisdn::from_ascii(b"0").expect("one digit")),
            server,
            request,
        };
        match request {
            Request::UserData(udr) => check_pull(permissions, udr)?,
            Request::ProfileUpdate(pur) => check_update(permissions, pur)?,
            Request::SubscribeNotifications(snr) => check_subscription(permissions, snr)?,
            Request::PushNotification(_) => {}
        }
        question.subject = subject(identity)?;
        Ok(question)
    }

    /// User-Name. It chooses among several of the user's where that makes a difference (TS 29.328 table 7.6.1 note 5), which it does in
    /// nothing that is served here; but it must be one of them.
    pub(super) fn private_identity(&self) -> Option<&str> {
        let name = match self.request {
            Request::UserData(udr) => &udr.user_name,
            Request::ProfileUpdate(pur) => &pur.user_name,
            Request::SubscribeNotifications(snr) => &snr.user_name,
            Request::PushNotification(_) => &None,
        };
        name.as_deref()
    }

    /// Decides. `others` is how many subscriptions the application server has to other users' data.
    pub(super) fn decide(&self, config: &ShConfig, user: ShUser, others: usize, wall: WallClock) -> Decided {
        match self.request {
            Request::UserData(udr) => Decided::Answer(self.pull(udr, &user)),
            Request::ProfileUpdate(pur) => self.update(config, pur, user),
            Request::SubscribeNotifications(snr) => self.subscribe(config, snr, user, others, wall),
            Request::PushNotification(_) => {
                Decided::Answer(Answer::UserData(Uda::new(ResultCode::COMMAND_UNSUPPORTED)))
            }
        }
    }

    /// Each kind of data, with what chooses among it. What is named twice is asked once.
    fn asked(&'a self) -> Vec<Asked<'a>> {
        let (data, indications, sets, server_name) = match self.request {
            Request::UserData(udr) => (
                &udr.data,
                &udr.service_indications,
                &udr.identity_sets,
                &udr.server_name,
            ),
            Request::SubscribeNotifications(snr) => (
                &snr.data,
                &snr.service_indications,
                &snr.identity_sets,
                &snr.server_name,
            ),
            _ => return Vec::new(),
        };
        let mut asked = Vec::new();
        for (at, data_reference) in data.iter().enumerate() {
            if data[..at].contains(data_reference) {
                continue;
            }
            let mut one = Asked::new(&self.subject, *data_reference);
            match *data_reference {
                DataReference::REPOSITORY_DATA => {
                    for (at, indication) in indications.iter().enumerate() {
                        if !indications[..at].contains(indication) {
                            one.service_indication = Some(indication);
                            asked.push(one);
                        }
                    }
                }
                DataReference::IMS_PUBLIC_IDENTITY if !sets.is_empty() => {
                    one.several_sets = sets.len() > 1;
                    for (at, set) in sets.iter().enumerate() {
                        if !sets[..at].contains(set) {
                            one.identity_set = Some(*set);
                            asked.push(one);
                        }
                    }
                }
                DataReference::INITIAL_FILTER_CRITERIA => {
                    one.server_name = server_name.as_deref();
                    asked.push(one);
                }
                _ => asked.push(one),
            }
        }
        asked
    }

    /// Sh-Pull (TS 29.328 6.1.1.1).
    fn pull(&self, udr: &Udr, user: &ShUser) -> Answer {
        let mut asked = self.asked();
        for one in &mut asked {
            (one.domain, one.nodes) = (udr.domain, udr.nodes);
        }
        let efficient = features_of(&udr.features).has(Features::NOTIF_EFF);
        let data = match user.read(&asked, efficient) {
            Ok(data) => data,
            Err(outcome) => return Answer::UserData(Uda::new(outcome)),
        };
        let mut answer = Uda::new(Outcome::SUCCESS);
        answer.user_data = data.map(|data| data.to_xml().into_bytes());
        answer.features = told(&udr.features);
        Answer::UserData(answer)
    }

    /// Sh-Update (TS 29.328 6.1.2.1). Who is nobody, and what is no access key, is said before what the data are looked at for.
    fn update(&self, config: &ShConfig, pur: &Pur, mut user: ShUser) -> Decided {
        let refused = |outcome: Outcome| Decided::Answer(Answer::ProfileUpdate(Pua::new(outcome)));
        let Subject::Public(impu) = &self.subject else {
            return refused(ExperimentalResult::ERROR_OPERATION_NOT_ALLOWED.into());
        };
        let update = match read_update(pur) {
            Ok(update) => update,
            Err(outcome) => return refused(outcome),
        };
        let mut answer = Pua::new(Outcome::SUCCESS);
        answer.features = told(&pur.features);
        if let Err(refused) = user.record.update(impu, &update, config.max_data_octets) {
            answer.outcome = refused.outcome;
            answer.repository_data_id = Some(RepositoryDataId {
                service_indication: refused.service_indication,
                sequence_number: refused.sequence_number,
            });
            answer.data = Some(DataReference::REPOSITORY_DATA);
            return Decided::Answer(Answer::ProfileUpdate(answer));
        }
        // Who wrote knows what is written.
        let mut subscriptions = std::mem::take(&mut user.record.subscriptions);
        for subscription in &mut subscriptions {
            let is_written = |data: &RepositoryData| {
                subscription.service_indication.as_ref() == Some(&data.service_indication)
            };
            if subscription.server.is_node(&self.server.host)
                && subscription.subject == self.subject
                && update.iter().any(is_written)
            {
                user.tell(subscription);
            }
        }
        user.record.subscriptions = subscriptions;
        Decided::Store(Box::new(user.record), Box::new(Answer::ProfileUpdate(answer)))
    }

    /// Sh-Subs-Notif (TS 29.328 6.1.3.1).
    fn subscribe(
        &self,
        config: &ShConfig,
        snr: &Snr,
        mut user: ShUser,
        others: usize,
        wall: WallClock,
    ) -> Decided {
        let now = wall.0.as_secs();
        let refused = |outcome: Outcome| Decided::Answer(Answer::SubscribeNotifications(Sna::new(outcome)));
        let latest = config.max_expiry.map(|longest| now + longest.as_secs());
        let asked_for = snr.expiry_time.map(unix_of);
        if asked_for.is_some_and(|at| at <= now) && snr.kind == SubsReqType::SUBSCRIBE {
            return refused(ResultCode::INVALID_AVP_VALUE.into());
        }
        let expires = match (asked_for, latest) {
            (Some(asked_for), Some(latest)) => Some(asked_for.min(latest)),
            (asked_for, latest) => asked_for.or(latest),
        };
        let together = features_of(&snr.features).has(Features::NOTIF_EFF);
        let wanted = self.asked().into_iter().map(|asked| ShSubscription {
            server: self.server.clone(),
            subject: self.subject.clone(),
            data: asked.data.0,
            service_indication: asked.service_indication.map(str::to_owned),
            server_name: asked.server_name.map(str::to_owned),
            identity_set: asked.identity_set.map(|IdentitySet(set)| set),
            expires,
            together,
            told: 0,
        });
        let request = Subscribe {
            wanted: wanted.collect(),
            subscribe: snr.kind == SubsReqType::SUBSCRIBE,
            now,
        };
        let before = user.record.clone();
        let data = match user.subscribe(&request) {
            Ok(data) => data,
            Err(outcome) => return refused(outcome),
        };
        let own = user.record.subscriptions.iter();
        let own = own.filter(|one| one.server.is_node(&self.server.host)).count();
        if request.subscribe && others + own > config.max_subscriptions {
            return refused(ResultCode::RESOURCES_EXCEEDED.into());
        }
        let mut answer = Sna::new(Outcome::SUCCESS);
        answer.features = told(&snr.features);
        if request.subscribe {
            answer.expiry_time = expires.map(ntp_of);
            if snr.send_data == Some(SendDataIndication::USER_DATA_REQUESTED) {
                answer.user_data = data.map(|data| data.to_xml().into_bytes());
            }
        }
        let answer = Answer::SubscribeNotifications(answer);
        if user.record == before {
            return Decided::Answer(answer);
        }
        Decided::Store(Box::new(user.record), Box::new(answer))
    }
}

/// Supported-Features of an answer: told to who told theirs (TS 29.229 7.2.1).
fn told(lists: &[FeatureList]) -> Vec<FeatureList> {
    if lists.is_empty() {
        Vec::new()
    } else {
        vec![feature_list(FEATURES)]
    }
}

fn check_pull(permissions: Option<&ShPermissions>, udr: &Udr) -> Result<(), Refused> {
    if !may(permissions.map(|may| &may.read), &udr.data, is_readable) {
        return Err(ExperimentalResult::ERROR_USER_DATA_CANNOT_BE_READ.into());
    }
    let wants = |data| udr.data.contains(&data);
    let elsewhere = wants(DataReference::USER_STATE);
    let why = "the domain must be said";
    need(elsewhere, udr.domain.is_some(), avp::REQUESTED_DOMAIN, why)?;
    check_choice(&udr.data, &udr.service_indications, udr.server_name.as_ref())
}

/// What repository data and filter criteria are chosen by.
fn check_choice(
    data: &[DataReference],
    indications: &[String],
    server_name: Option<&String>,
) -> Result<(), Refused> {
    let (repository, criteria) = (
        data.contains(&DataReference::REPOSITORY_DATA),
        data.contains(&DataReference::INITIAL_FILTER_CRITERIA),
    );
    let why = "which repository data must be said";
    need(repository, !indications.is_empty(), avp::SERVICE_INDICATION, why)?;
    let why = "whose filter criteria must be said";
    need(criteria, server_name.is_some(), avp::SERVER_NAME, why)
}

fn check_update(permissions: Option<&ShPermissions>, pur: &Pur) -> Result<(), Refused> {
    let is_writable = |data| data == DataReference::REPOSITORY_DATA;
    if !may(permissions.map(|may| &may.write), &pur.data, is_writable) {
        return Err(ExperimentalResult::ERROR_USER_DATA_CANNOT_BE_MODIFIED.into());
    }
    Ok(())
}

/// Reads what is to be stored.
fn read_update(pur: &Pur) -> Result<Vec<RepositoryData>, Outcome> {
    let data = ShData::from_xml(&pur.user_data)
        .map_err(|_| Outcome::from(ExperimentalResult::ERROR_USER_DATA_NOT_RECOGNIZED))?;
    if data.repository.is_empty() {
        // The data are not those that Data-Reference names.
        return Err(ResultCode::UNABLE_TO_COMPLY.into());
    }
    Ok(data.repository)
}

fn check_subscription(permissions: Option<&ShPermissions>, snr: &Snr) -> Result<(), Refused> {
    if !may(permissions.map(|may| &may.subscribe), &snr.data, is_notifiable) {
        return Err(ExperimentalResult::ERROR_USER_DATA_CANNOT_BE_NOTIFIED.into());
    }
    let wants_data = snr.send_data == Some(SendDataIndication::USER_DATA_REQUESTED);
    if wants_data && !may(permissions.map(|may| &may.read), &snr.data, is_readable) {
        return Err(ExperimentalResult::ERROR_USER_DATA_CANNOT_BE_READ.into());
    }
    check_choice(&snr.data, &snr.service_indications, snr.server_name.as_ref())
}

/// Seconds since 1970 of a Time: its first bit says which era it counts in (RFC 6733 4.3.1, RFC 5905 6).
fn unix_of(time: u32) -> u64 {
    let time = u64::from(time);
    let era = if time >= NTP_ERA / 2 { 0 } else { NTP_ERA };
    (time + era).saturating_sub(NTP_TO_UNIX)
}

/// The Time of seconds since 1970.
fn ntp_of(unix: u64) -> u32 {
    ((unix + NTP_TO_UNIX) % NTP_ERA) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_eras_come_back() {
        for unix in [0, 1_760_000_000, 2_085_978_495, 2_085_978_496, 4_000_000_000] {
            assert_eq!(unix_of(ntp_of(unix)), unix);
        }
        assert_eq!(ntp_of(0), 2_208_988_800);
    }
}

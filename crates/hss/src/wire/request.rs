//! The four requests an HSS receives (TS 29.272 7.2.5, 7.2.3, 7.2.13, 7.2.17).

use super::read::{self, Fault};
use quintet_crypto::{Auts, Rand};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, Message};
use quintet_identity::{Apn, Imsi, Msisdn};
use quintet_subscriber::s6a::{
    AirFlags, AuthenticationInformation, Features, NorFlags, Notification, PurFlags, PurgeUe, RatType,
    ReportedGateway, RequestedVectors, SmsRegisterRequest, UlrFlags, UpdateLocation,
};

/// The most Active-APN kept of one request: a UE has at most 11 bearers, hence so many PDN connections
/// (TS 24.301 6.5.0).
pub(crate) const MAX_ACTIVE_APNS: usize = 11;

/// RAND ‖ AUTS of Re-Synchronization-Info (TS 29.272 7.3.15).
pub(crate) struct Resynchronisation {
    pub(crate) rand: Rand,
    pub(crate) auts: Auts,
}

/// An AIR as read.
pub(crate) struct AuthenticationRequest<'a> {
    /// Origin-Realm.
    realm: &'a [u8],
    pub(crate) request: AuthenticationInformation,
    pub(crate) resynchronisation: Option<Resynchronisation>,
    pub(crate) features: Option<Features>,
    pub(crate) flags: AirFlags,
}

impl AuthenticationRequest<'_> {
    /// Whether an Origin-Realm that names a PLMN (TS 23.003 19.2) names the one that the vectors are for. Others do
    /// not tell.
    pub(crate) fn realm_fits(&self) -> bool {
        let Ok(realm) = std::str::from_utf8(self.realm) else {
            return true;
        };
        let realm = realm.to_ascii_lowercase();
        let names_a_plmn = realm.starts_with("epc.mnc") && realm.ends_with(".3gppnetwork.org");
        !names_a_plmn || realm == self.request.visited_plmn.epc_realm()
    }
}

/// A ULR as read.
pub(crate) struct UpdateRequest<'a> {
    pub(crate) request: UpdateLocation<'a>,
    pub(crate) features_present: bool,
    pub(crate) active_apns: Vec<ActiveApn<'a>>,
}

/// One Active-APN (TS 29.272 7.3.127).
pub(crate) struct ActiveApn<'a> {
    pub(crate) context_identifier: u32,
    pub(crate) apn: Option<Apn>,
    pub(crate) gateway: ReportedGateway<'a>,
}

/// User-Name alone: which subscriber a request is about, before it is read whole.
pub(crate) fn read_imsi<'a>(message: &Message<'a>) -> Result<Imsi, Fault<'a>> {
    message
        .find(avp::USER_NAME)
        .map_or(Err(Fault::missing(avp::USER_NAME)), |avp| read::imsi(&avp))
}

/// Requested-EUTRAN- or Requested-UTRAN-GERAN-Authentication-Info.
fn requested<'a>(
    avp: &Avp<'a>,
    resynchronisation: &mut Option<Resynchronisation>,
) -> Result<RequestedVectors, Fault<'a>> {
    let mut vectors = RequestedVectors::default();
    for inner in avp.group() {
        let inner = inner.map_err(Fault::framing)?;
        if inner.is(avp::NUMBER_OF_REQUESTED_VECTORS) {
            vectors.number = Some(read::u32(&inner)?);
        } else if inner.is(avp::IMMEDIATE_RESPONSE_PREFERRED) {
            vectors.immediate = true;
        } else if inner.is(avp::RE_SYNCHRONIZATION_INFO) {
            let (rand, auts) = inner.data.split_first_chunk::<16>().ok_or(Fault::length(inner))?;
            let auts = Auts::from_octets(auts).ok_or(Fault::length(inner))?;
            *resynchronisation = Some(Resynchronisation { rand: *rand, auts });
        }
    }
    Ok(vectors)
}

/// Authentication-Information-Request.
pub(crate) fn read_air<'a>(message: &Message<'a>) -> Result<AuthenticationRequest<'a>, Fault<'a>> {
    let (mut imsi, mut plmn, mut eutran, mut utran) = (None, None, None, None);
    let mut realm = &[][..];
    let (mut resynchronisation, mut features, mut flags) = (None, None, AirFlags::default());
    for avp in message.avps() {
        let avp = avp.map_err(Fault::framing)?;
        if avp.is(avp::USER_NAME) {
            imsi = Some(read::imsi(&avp)?);
        } else if avp.is(avp::VISITED_PLMN_ID) {
            plmn = Some(read::plmn(&avp)?);
        } else if avp.is(avp::REQUESTED_EUTRAN_AUTHENTICATION_INFO) {
            eutran = Some(requested(&avp, &mut resynchronisation)?);
        } else if avp.is(avp::REQUESTED_UTRAN_GERAN_AUTHENTICATION_INFO) {
            utran = Some(requested(&avp, &mut resynchronisation)?);
        } else if avp.is(avp::SUPPORTED_FEATURES) {
            read::features(&avp, features.get_or_insert_default())?;
        } else if avp.is(avp::ORIGIN_REALM) {
            realm = avp.data;
        } else if avp.is(avp::AIR_FLAGS) {
            flags = AirFlags(read::u32(&avp)?);
        }
    }
    let request = AuthenticationInformation {
        imsi: imsi.ok_or(Fault::missing(avp::USER_NAME))?,
        visited_plmn: plmn.ok_or(Fault::missing(avp::VISITED_PLMN_ID))?,
        eutran,
        utran,
    };
    Ok(AuthenticationRequest {
        realm,
        request,
        resynchronisation,
        features,
        flags,
    })
}

/// One Active-APN; `None` without Context-Identifier or gateway, which leaves nothing to store.
fn active_apn<'a>(avp: &Avp<'a>) -> Result<Option<ActiveApn<'a>>, Fault<'a>> {
    let (mut id, mut apn, mut gateway) = (None, None, None);
    for inner in avp.group() {
        let inner = inner.map_err(Fault::framing)?;
        if inner.is(avp::CONTEXT_IDENTIFIER) {
            id = Some(read::u32(&inner)?);
        } else if inner.is(avp::SERVICE_SELECTION) {
            apn = read::text(&inner)?.parse().ok();
        } else if inner.is(avp::MIP6_AGENT_INFO) {
            gateway = Some(read::gateway(&inner)?);
        }
    }
    let Some((context_identifier, gateway)) = id.zip(gateway) else {
        return Ok(None);
    };
    Ok(Some(ActiveApn {
        context_identifier,
        apn,
        gateway,
    }))
}

/// Update-Location-Request.
pub(crate) fn read_ulr<'a>(message: &Message<'a>) -> Result<UpdateRequest<'a>, Fault<'a>> {
    let (mut imsi, mut host, mut realm, mut plmn, mut rat, mut flags) = (None, None, None, None, None, None);
    let (mut features, mut ims_voice, mut srvcc) = (None, None, None);
    let (mut terminal, mut sms, mut number) = ((None, None), None, None);
    let mut active_apns = Vec::new();
    for avp in message.avps() {
        let avp = avp.map_err(Fault::framing)?;
        if avp.is(avp::USER_NAME) {
            imsi = Some(read::imsi(&avp)?);
        } else if avp.is(avp::ORIGIN_HOST) {
            host = Some(read::text(&avp)?);
        } else if avp.is(avp::ORIGIN_REALM) {
            realm = Some(read::text(&avp)?);
        } else if avp.is(avp::VISITED_PLMN_ID) {
            plmn = Some(read::plmn(&avp)?);
        } else if avp.is(avp::RAT_TYPE) {
            rat = Some(RatType(read::u32(&avp)?));
        } else if avp.is(avp::ULR_FLAGS) {
            flags = Some(UlrFlags(read::u32(&avp)?));
        } else if avp.is(avp::SUPPORTED_FEATURES) {
            read::features(&avp, features.get_or_insert_default())?;
        } else if avp.is(avp::HOMOGENEOUS_SUPPORT_OF_IMS_VOICE_OVER_PS_SESSIONS) {
            ims_voice = Some(read::u32(&avp)? != 0);
        } else if avp.is(avp::UE_SRVCC_CAPABILITY) {
            srvcc = Some(read::u32(&avp)? != 0);
        } else if avp.is(avp::TERMINAL_INFORMATION) {
            terminal = read::terminal(&avp)?;
        } else if avp.is(avp::SMS_REGISTER_REQUEST) {
            sms = match read::u32(&avp)? {
                0 => Some(SmsRegisterRequest::Required),
                1 => Some(SmsRegisterRequest::NotPreferred),
                2 => Some(SmsRegisterRequest::NoPreference),
                _ => return Err(Fault::value(avp)),
            };
        } else if avp.is(avp::MME_NUMBER_FOR_MT_SMS) {
            number = Some(Msisdn::from_tbcd(avp.data).map_err(|_| Fault::value(avp))?);
        } else if avp.is(avp::ACTIVE_APN) && active_apns.len() < MAX_ACTIVE_APNS {
            active_apns.extend(active_apn(&avp)?);
        }
    }
    let request = UpdateLocation {
        imsi: imsi.ok_or(Fault::missing(avp::USER_NAME))?,
        host: host.ok_or(Fault::missing(avp::ORIGIN_HOST))?,
        realm: realm.ok_or(Fault::missing(avp::ORIGIN_REALM))?,
        visited_plmn: plmn.ok_or(Fault::missing(avp::VISITED_PLMN_ID))?,
        rat_type: rat.ok_or(Fault::missing(avp::RAT_TYPE))?,
        flags: flags.ok_or(Fault::missing(avp::ULR_FLAGS))?,
        features: features.unwrap_or_default(),
        ims_voice,
        srvcc,
        imei: terminal.0,
        imeisv: terminal.1,
        sms_register_request: sms,
        mme_number_for_mt_sms: number,
        active_apns: !active_apns.is_empty(),
    };
    Ok(UpdateRequest {
        request,
        features_present: features.is_some(),
        active_apns,
    })
}

/// Purge-UE-Request.
pub(crate) fn read_pur<'a>(message: &Message<'a>) -> Result<PurgeUe<'a>, Fault<'a>> {
    let (mut imsi, mut host, mut flags) = (None, None, None);
    for avp in message.avps() {
        let avp = avp.map_err(Fault::framing)?;
        if avp.is(avp::USER_NAME) {
            imsi = Some(read::imsi(&avp)?);
        } else if avp.is(avp::ORIGIN_HOST) {
            host = Some(read::text(&avp)?);
        } else if avp.is(avp::PUR_FLAGS) {
            flags = Some(PurFlags(read::u32(&avp)?));
        }
    }
    Ok(PurgeUe {
        imsi: imsi.ok_or(Fault::missing(avp::USER_NAME))?,
        host: host.ok_or(Fault::missing(avp::ORIGIN_HOST))?,
        flags,
    })
}

/// Notify-Request.
pub(crate) fn read_nor<'a>(message: &Message<'a>) -> Result<Notification<'a>, Fault<'a>> {
    let (mut imsi, mut host, mut flags) = (None, None, NorFlags::default());
    let (mut context_identifier, mut apn, mut gateway) = (None, None, None);
    let (mut terminal, mut srvcc, mut ims_voice, mut alert_reason) = ((None, None), None, None, None);
    for avp in message.avps() {
        let avp = avp.map_err(Fault::framing)?;
        if avp.is(avp::USER_NAME) {
            imsi = Some(read::imsi(&avp)?);
        } else if avp.is(avp::ORIGIN_HOST) {
            host = Some(read::text(&avp)?);
        } else if avp.is(avp::NOR_FLAGS) {
            flags = NorFlags(read::u32(&avp)?);
        } else if avp.is(avp::ALERT_REASON) {
            alert_reason = Some(read::u32(&avp)?);
        } else if avp.is(avp::CONTEXT_IDENTIFIER) {
            context_identifier = Some(read::u32(&avp)?);
        } else if avp.is(avp::SERVICE_SELECTION) {
            apn = Some(read::text(&avp)?.parse().map_err(|_| Fault::value(avp))?);
        } else if avp.is(avp::MIP6_AGENT_INFO) {
            gateway = Some(read::gateway(&avp)?);
        } else if avp.is(avp::TERMINAL_INFORMATION) {
            terminal = read::terminal(&avp)?;
        } else if avp.is(avp::UE_SRVCC_CAPABILITY) {
            srvcc = Some(read::u32(&avp)? != 0);
        } else if avp.is(avp::HOMOGENEOUS_SUPPORT_OF_IMS_VOICE_OVER_PS_SESSIONS) {
            ims_voice = Some(read::u32(&avp)? != 0);
        }
    }
    Ok(Notification {
        imsi: imsi.ok_or(Fault::missing(avp::USER_NAME))?,
        host: host.ok_or(Fault::missing(avp::ORIGIN_HOST))?,
        flags,
        alert_reason,
        context_identifier,
        apn,
        gateway,
        imei: terminal.0,
        imeisv: terminal.1,
        srvcc,
        ims_voice,
    })
}

//! SCSCF-Restoration-Info (TS 29.229 6.3.46 to 6.3.52; TS 23.380).
//!
//! Header fields of SIP are octets here, as they stood in the message; several of one name are joined by commas.

use crate::{AuthenticationScheme, Fault, read};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};

/// What an S-CSCF lets the HSS keep of one private identity's registrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScscfRestorationInfo {
    /// User-Name: the private identity.
    pub user_name: String,
    /// One for each registered contact; at least one.
    pub restorations: Vec<RestorationInfo>,
    /// Registration-Time-Out: when the registration ends, s since 1900 (RFC 6733 4.3.1).
    pub registration_time_out: Option<u32>,
    /// How the user was authenticated.
    pub authentication_scheme: Option<AuthenticationScheme>,
}

/// One registered contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestorationInfo {
    /// Path of the REGISTER.
    pub path: Vec<u8>,
    /// Contact, with its parameters.
    pub contact: Vec<u8>,
    /// Initial-CSeq-Sequence-Number.
    pub initial_cseq: Option<u32>,
    /// Call-ID of the REGISTER.
    pub call_id: Option<Vec<u8>>,
    /// The UE's subscription to the reg event package.
    pub subscription: Option<SubscriptionInfo>,
    /// The P-CSCF's.
    pub pcscf_subscription: Option<PcscfSubscriptionInfo>,
}

/// The dialog of a UE's subscription (TS 29.229 6.3.49).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionInfo {
    /// Call-ID.
    pub call_id: Vec<u8>,
    /// From.
    pub from: Vec<u8>,
    /// To.
    pub to: Vec<u8>,
    /// Record-Route.
    pub record_route: Vec<u8>,
    /// Contact.
    pub contact: Vec<u8>,
}

/// The dialog of a P-CSCF's subscription (TS 29.229 6.3.70).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PcscfSubscriptionInfo {
    /// Call-ID.
    pub call_id: Vec<u8>,
    /// From.
    pub from: Vec<u8>,
    /// To.
    pub to: Vec<u8>,
    /// Contact.
    pub contact: Vec<u8>,
}

impl ScscfRestorationInfo {
    pub(crate) fn read(avp: &Avp<'_>) -> Result<Self, Fault> {
        let (mut user_name, mut restorations) = (None, Vec::new());
        let (mut registration_time_out, mut authentication_scheme) = (None, None);
        read::group(avp, |inner| {
            if inner.is(avp::USER_NAME) {
                user_name = Some(read::text(inner)?);
            } else if inner.is(avp::RESTORATION_INFO) {
                restorations.push(RestorationInfo::read(inner)?);
            } else if inner.is(avp::REGISTRATION_TIME_OUT) {
                registration_time_out = Some(read::u32(inner)?);
            } else if inner.is(avp::SIP_AUTHENTICATION_SCHEME) {
                authentication_scheme = Some(AuthenticationScheme::new(&read::text(inner)?));
            }
            Ok(())
        })?;
        let missing = |fault: Fault| fault.within(avp::SCSCF_RESTORATION_INFO);
        Ok(Self {
            user_name: read::need(user_name, avp::USER_NAME, "User-Name is missing").map_err(missing)?,
            restorations,
            registration_time_out,
            authentication_scheme,
        })
    }

    pub(crate) fn write(&self, w: &mut MessageWriter<'_>) {
        w.group(avp::SCSCF_RESTORATION_INFO, |w| {
            w.text(avp::USER_NAME, &self.user_name);
            for restoration in &self.restorations {
                restoration.write(w);
            }
            read::put_u32(w, avp::REGISTRATION_TIME_OUT, self.registration_time_out);
            if let Some(scheme) = &self.authentication_scheme {
                w.text(avp::SIP_AUTHENTICATION_SCHEME, scheme.as_str());
            }
        });
    }
}

impl RestorationInfo {
    fn read(avp: &Avp<'_>) -> Result<Self, Fault> {
        let mut info = Self::default();
        read::group(avp, |inner| {
            if inner.is(avp::PATH) {
                info.path = inner.data.to_vec();
            } else if inner.is(avp::CONTACT) {
                info.contact = inner.data.to_vec();
            } else if inner.is(avp::INITIAL_CSEQ_SEQUENCE_NUMBER) {
                info.initial_cseq = Some(read::u32(inner)?);
            } else if inner.is(avp::CALL_ID_SIP_HEADER) {
                info.call_id = Some(inner.data.to_vec());
            } else if inner.is(avp::SUBSCRIPTION_INFO) {
                info.subscription = Some(read_subscription(inner)?);
            } else if inner.is(avp::P_CSCF_SUBSCRIPTION_INFO) {
                let found = read_subscription(inner)?;
                info.pcscf_subscription = Some(PcscfSubscriptionInfo {
                    call_id: found.call_id,
                    from: found.from,
                    to: found.to,
                    contact: found.contact,
                });
            }
            Ok(())
        })?;
        Ok(info)
    }

    fn write(&self, w: &mut MessageWriter<'_>) {
        w.group(avp::RESTORATION_INFO, |w| {
            w.octets(avp::PATH, &self.path);
            w.octets(avp::CONTACT, &self.contact);
            read::put_u32(w, avp::INITIAL_CSEQ_SEQUENCE_NUMBER, self.initial_cseq);
            read::put_octets(w, avp::CALL_ID_SIP_HEADER, self.call_id.as_ref());
            if let Some(info) = &self.subscription {
                w.group(avp::SUBSCRIPTION_INFO, |w| {
                    write_dialog(w, [&info.call_id, &info.from, &info.to]);
                    w.octets(avp::RECORD_ROUTE, &info.record_route);
                    w.octets(avp::CONTACT, &info.contact);
                });
            }
            if let Some(info) = &self.pcscf_subscription {
                w.group(avp::P_CSCF_SUBSCRIPTION_INFO, |w| {
                    write_dialog(w, [&info.call_id, &info.from, &info.to]);
                    w.octets(avp::CONTACT, &info.contact);
                });
            }
        });
    }
}

fn read_subscription(avp: &Avp<'_>) -> Result<SubscriptionInfo, Fault> {
    let mut info = SubscriptionInfo::default();
    read::group(avp, |inner| {
        if inner.is(avp::CALL_ID_SIP_HEADER) {
            info.call_id = inner.data.to_vec();
        } else if inner.is(avp::FROM_SIP_HEADER) {
            info.from = inner.data.to_vec();
        } else if inner.is(avp::TO_SIP_HEADER) {
            info.to = inner.data.to_vec();
        } else if inner.is(avp::RECORD_ROUTE) {
            info.record_route = inner.data.to_vec();
        } else if inner.is(avp::CONTACT) {
            info.contact = inner.data.to_vec();
        }
        Ok(())
    })?;
    Ok(info)
}

fn write_dialog(w: &mut MessageWriter<'_>, [call_id, from, to]: [&[u8]; 3]) {
    w.octets(avp::CALL_ID_SIP_HEADER, call_id);
    w.octets(avp::FROM_SIP_HEADER, from);
    w.octets(avp::TO_SIP_HEADER, to);
}

//! Subscribe-Notifications (TS 29.329 6.1.5, 6.1.6; TS 29.328 6.1.3).

use crate::pull::{need_data, push};
use crate::{DataReference, IdentitySet, SH, SendDataIndication, SubsReqType, UserIdentity};
use quintet_cx::{Fault, FeatureList, Outcome, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, Message, MessageWriter};

/// Subscribe-Notifications-Request: tell when these data change, or no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snr {
    /// User-Identity.
    pub identity: UserIdentity,
    /// Wildcarded-PSI.
    pub wildcarded_psi: Option<String>,
    /// Wildcarded-IMPU.
    pub wildcarded_impu: Option<String>,
    /// Service-Indication: which repository data.
    pub service_indications: Vec<String>,
    /// Send-Data-Indication.
    pub send_data: Option<SendDataIndication>,
    /// Server-Name: of the application server, by which filter criteria are chosen.
    pub server_name: Option<String>,
    /// Subs-Req-Type.
    pub kind: SubsReqType,
    /// Data-Reference; at least one.
    pub data: Vec<DataReference>,
    /// Identity-Set.
    pub identity_sets: Vec<IdentitySet>,
    /// Expiry-Time: seconds since 1900, as RFC 6733 4.3.1 has them.
    pub expiry_time: Option<u32>,
    /// One-Time-Notification.
    pub one_time: bool,
    /// User-Name: one of the private identities.
    pub user_name: Option<String>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Snr {
    /// Command Code.
    pub const COMMAND: u32 = command::SUBSCRIBE_NOTIFICATIONS;

    /// A request with what every one has.
    #[must_use]
    pub fn new(identity: UserIdentity, kind: SubsReqType, data: Vec<DataReference>) -> Self {
        Self {
            identity,
            wildcarded_psi: None,
            wildcarded_impu: None,
            service_indications: Vec::new(),
            send_data: None,
            server_name: None,
            kind,
            data,
            identity_sets: Vec::new(),
            expiry_time: None,
            one_time: false,
            user_name: None,
            features: Vec::new(),
        }
    }

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut identity, mut kind) = (None, None);
        let mut request = Self::new(UserIdentity::default(), SubsReqType::SUBSCRIBE, Vec::new());
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_IDENTITY) {
                identity = Some(UserIdentity::read(&found)?);
            } else if found.is(avp::SUBS_REQ_TYPE) {
                let value = SubsReqType(read::u32(&found)?);
                if value.name().is_none() {
                    return Err(Fault::value(&found, "neither Subscribe nor Unsubscribe"));
                }
                kind = Some(value);
            } else {
                request.read_optional(&found)?;
            }
        }
        request.identity = read::need(identity, avp::USER_IDENTITY, "User-Identity is missing")?;
        request.kind = read::need(kind, avp::SUBS_REQ_TYPE, "Subs-Req-Type is missing")?;
        need_data(&request.data)?;
        Ok(request)
    }

    fn read_optional(&mut self, found: &Avp<'_>) -> Result<(), Fault> {
        if found.is(avp::DATA_REFERENCE) {
            push(&mut self.data, DataReference(read::u32(found)?), found)?;
        } else if found.is(avp::SERVICE_INDICATION) {
            push(&mut self.service_indications, read::text(found)?, found)?;
        } else if found.is(avp::IDENTITY_SET) {
            push(&mut self.identity_sets, IdentitySet(read::u32(found)?), found)?;
        } else if found.is(avp::WILDCARDED_PSI) {
            self.wildcarded_psi = Some(read::text(found)?);
        } else if found.is(avp::WILDCARDED_IMPU) {
            self.wildcarded_impu = Some(read::text(found)?);
        } else if found.is(avp::SEND_DATA_INDICATION) {
            self.send_data = Some(SendDataIndication(read::u32(found)?));
        } else if found.is(avp::SERVER_NAME) {
            self.server_name = Some(read::text(found)?);
        } else if found.is(avp::EXPIRY_TIME) {
            self.expiry_time = Some(read::u32(found)?);
        } else if found.is(avp::ONE_TIME_NOTIFICATION) {
            self.one_time = true;
        } else if found.is(avp::USER_NAME) {
            self.user_name = Some(read::text(found)?);
        } else if found.is(avp::SUPPORTED_FEATURES) {
            push(&mut self.features, FeatureList::read(found)?, found)?;
        }
        Ok(())
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SH);
        FeatureList::write_all(w, &self.features);
        self.identity.write(w);
        read::put_text(w, avp::WILDCARDED_PSI, self.wildcarded_psi.as_ref());
        read::put_text(w, avp::WILDCARDED_IMPU, self.wildcarded_impu.as_ref());
        read::put_texts(w, avp::SERVICE_INDICATION, &self.service_indications);
        read::put_u32(w, avp::SEND_DATA_INDICATION, self.send_data.map(|send| send.0));
        read::put_text(w, avp::SERVER_NAME, self.server_name.as_ref());
        w.u32(avp::SUBS_REQ_TYPE, self.kind.0);
        for data in &self.data {
            w.u32(avp::DATA_REFERENCE, data.0);
        }
        for set in &self.identity_sets {
            w.u32(avp::IDENTITY_SET, set.0);
        }
        read::put_u32(w, avp::EXPIRY_TIME, self.expiry_time);
        if self.one_time {
            w.u32(avp::ONE_TIME_NOTIFICATION, 0);
        }
        read::put_text(w, avp::USER_NAME, self.user_name.as_ref());
    }
}

/// Subscribe-Notifications-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sna {
    /// The result.
    pub outcome: Outcome,
    /// User-Data: XML, if it was asked for.
    pub user_data: Option<Vec<u8>>,
    /// Expiry-Time: when the subscription ends; none: never.
    pub expiry_time: Option<u32>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Sna {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            user_data: None,
            expiry_time: None,
            features: Vec::new(),
        }
    }

    /// Reads the answer; User-Data stay octets.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut answer = Self::new(Outcome::of(message));
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::SH_USER_DATA) {
                answer.user_data = Some(found.data.to_vec());
            } else if found.is(avp::EXPIRY_TIME) {
                answer.expiry_time = Some(read::u32(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                push(&mut answer.features, FeatureList::read(&found)?, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SH);
        FeatureList::write_all(w, &self.features);
        read::put_octets(w, avp::SH_USER_DATA, self.user_data.as_ref());
        read::put_u32(w, avp::EXPIRY_TIME, self.expiry_time);
    }
}

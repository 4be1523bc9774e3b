//! Profile-Update (TS 29.329 6.1.3, 6.1.4; TS 29.328 6.1.2).

use crate::pull::{need_data, push};
use crate::{DataReference, SH, UserIdentity};
use quintet_cx::{Fault, FeatureList, Outcome, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, Message, MessageWriter};

/// Profile-Update-Request: these data are to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pur {
    /// User-Identity.
    pub identity: UserIdentity,
    /// Wildcarded-PSI.
    pub wildcarded_psi: Option<String>,
    /// Wildcarded-IMPU.
    pub wildcarded_impu: Option<String>,
    /// User-Name: one of the private identities.
    pub user_name: Option<String>,
    /// Data-Reference; at least one.
    pub data: Vec<DataReference>,
    /// User-Data: XML, for [`crate::user_data::ShData::from_xml`].
    pub user_data: Vec<u8>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Pur {
    /// Command Code.
    pub const COMMAND: u32 = command::PROFILE_UPDATE;

    /// Reads the request; User-Data stay octets.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut request, mut identity, mut user_data) = (Self::default(), None, None);
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_IDENTITY) {
                identity = Some(UserIdentity::read(&found)?);
            } else if found.is(avp::SH_USER_DATA) {
                user_data = Some(found.data.to_vec());
            } else if found.is(avp::DATA_REFERENCE) {
                push(&mut request.data, DataReference(read::u32(&found)?), &found)?;
            } else if found.is(avp::WILDCARDED_PSI) {
                request.wildcarded_psi = Some(read::text(&found)?);
            } else if found.is(avp::WILDCARDED_IMPU) {
                request.wildcarded_impu = Some(read::text(&found)?);
            } else if found.is(avp::USER_NAME) {
                request.user_name = Some(read::text(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                push(&mut request.features, FeatureList::read(&found)?, &found)?;
            }
        }
        request.identity = read::need(identity, avp::USER_IDENTITY, "User-Identity is missing")?;
        need_data(&request.data)?;
        request.user_data = read::need(user_data, avp::SH_USER_DATA, "User-Data is missing")?;
        Ok(request)
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SH);
        FeatureList::write_all(w, &self.features);
        self.identity.write(w);
        read::put_text(w, avp::WILDCARDED_PSI, self.wildcarded_psi.as_ref());
        read::put_text(w, avp::WILDCARDED_IMPU, self.wildcarded_impu.as_ref());
        read::put_text(w, avp::USER_NAME, self.user_name.as_ref());
        for data in &self.data {
            w.u32(avp::DATA_REFERENCE, data.0);
        }
        w.octets(avp::SH_USER_DATA, &self.user_data);
    }
}

/// Repository-Data-ID (TS 29.329 6.3.24): which repository data an answer is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryDataId {
    /// Service-Indication.
    pub service_indication: String,
    /// Sequence-Number.
    pub sequence_number: u32,
}

impl RepositoryDataId {
    fn read(avp: &Avp<'_>) -> Result<Self, Fault> {
        let (mut service_indication, mut sequence_number) = (None, None);
        read::group(avp, |inner| {
            if inner.is(avp::SERVICE_INDICATION) {
                service_indication = Some(read::text(inner)?);
            } else if inner.is(avp::SEQUENCE_NUMBER) {
                sequence_number = Some(read::u32(inner)?);
            }
            Ok(())
        })?;
        let within = |fault: Fault| fault.within(avp::REPOSITORY_DATA_ID);
        Ok(Self {
            service_indication: read::need(
                service_indication,
                avp::SERVICE_INDICATION,
                "Service-Indication is missing",
            )
            .map_err(within)?,
            sequence_number: read::need(
                sequence_number,
                avp::SEQUENCE_NUMBER,
                "Sequence-Number is missing",
            )
            .map_err(within)?,
        })
    }
}

/// Profile-Update-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pua {
    /// The result.
    pub outcome: Outcome,
    /// Repository-Data-ID: what of several the result is about.
    pub repository_data_id: Option<RepositoryDataId>,
    /// Data-Reference: what of several the result is about.
    pub data: Option<DataReference>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Pua {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            repository_data_id: None,
            data: None,
            features: Vec::new(),
        }
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut answer = Self::new(Outcome::of(message));
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::REPOSITORY_DATA_ID) {
                answer.repository_data_id = Some(RepositoryDataId::read(&found)?);
            } else if found.is(avp::DATA_REFERENCE) {
                answer.data = Some(DataReference(read::u32(&found)?));
            } else if found.is(avp::SUPPORTED_FEATURES) {
                push(&mut answer.features, FeatureList::read(&found)?, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SH);
        if let Some(id) = &self.repository_data_id {
            w.group(avp::REPOSITORY_DATA_ID, |w| {
                w.text(avp::SERVICE_INDICATION, &id.service_indication);
                w.u32(avp::SEQUENCE_NUMBER, id.sequence_number);
            });
        }
        read::put_u32(w, avp::DATA_REFERENCE, self.data.map(|data| data.0));
        FeatureList::write_all(w, &self.features);
    }
}

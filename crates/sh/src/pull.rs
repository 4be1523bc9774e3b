//! User-Data (TS 29.329 6.1.1, 6.1.2; TS 29.328 6.1.1).

use crate::{
    CurrentLocation, DataReference, IdentitySet, MAX_LISTED, RequestedDomain, RequestedNodes, SH,
    UserIdentity,
};
use quintet_cx::{Fault, FeatureList, Outcome, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, Message, MessageWriter};

/// User-Data-Request: these data, please.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Udr {
    /// User-Identity.
    pub identity: UserIdentity,
    /// Wildcarded-PSI.
    pub wildcarded_psi: Option<String>,
    /// Wildcarded-IMPU.
    pub wildcarded_impu: Option<String>,
    /// Server-Name: of the application server, by which filter criteria are chosen.
    pub server_name: Option<String>,
    /// Service-Indication: which repository data.
    pub service_indications: Vec<String>,
    /// Data-Reference; at least one.
    pub data: Vec<DataReference>,
    /// Identity-Set.
    pub identity_sets: Vec<IdentitySet>,
    /// Requested-Domain.
    pub domain: Option<RequestedDomain>,
    /// Current-Location.
    pub current_location: Option<CurrentLocation>,
    /// User-Name: one of the private identities.
    pub user_name: Option<String>,
    /// Requested-Nodes.
    pub nodes: Option<RequestedNodes>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

/// Takes one more of a list that is bounded.
pub(crate) fn push<T>(list: &mut Vec<T>, value: T, found: &Avp<'_>) -> Result<(), Fault> {
    if list.len() >= MAX_LISTED {
        return Err(Fault::value(found, "too many AVPs of this name"));
    }
    list.push(value);
    Ok(())
}

/// Data-Reference must be there once at least.
pub(crate) fn need_data(data: &[DataReference]) -> Result<(), Fault> {
    if data.is_empty() {
        return Err(Fault::missing(avp::DATA_REFERENCE, "Data-Reference is missing"));
    }
    Ok(())
}

impl Udr {
    /// Command Code.
    pub const COMMAND: u32 = command::USER_DATA;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut request, mut identity) = (Self::default(), None);
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_IDENTITY) {
                identity = Some(UserIdentity::read(&found)?);
            } else {
                request.read_optional(&found)?;
            }
        }
        request.identity = read::need(identity, avp::USER_IDENTITY, "User-Identity is missing")?;
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
        } else if found.is(avp::SERVER_NAME) {
            self.server_name = Some(read::text(found)?);
        } else if found.is(avp::REQUESTED_DOMAIN) {
            self.domain = Some(RequestedDomain(read::u32(found)?));
        } else if found.is(avp::CURRENT_LOCATION) {
            self.current_location = Some(CurrentLocation(read::u32(found)?));
        } else if found.is(avp::USER_NAME) {
            self.user_name = Some(read::text(found)?);
        } else if found.is(avp::REQUESTED_NODES) {
            self.nodes = Some(RequestedNodes(read::u32(found)?));
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
        read::put_text(w, avp::SERVER_NAME, self.server_name.as_ref());
        read::put_texts(w, avp::SERVICE_INDICATION, &self.service_indications);
        for data in &self.data {
            w.u32(avp::DATA_REFERENCE, data.0);
        }
        for set in &self.identity_sets {
            w.u32(avp::IDENTITY_SET, set.0);
        }
        read::put_u32(w, avp::REQUESTED_DOMAIN, self.domain.map(|domain| domain.0));
        read::put_u32(
            w,
            avp::CURRENT_LOCATION,
            self.current_location.map(|wanted| wanted.0),
        );
        read::put_text(w, avp::USER_NAME, self.user_name.as_ref());
        read::put_u32(w, avp::REQUESTED_NODES, self.nodes.map(|nodes| nodes.0));
    }
}

/// User-Data-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uda {
    /// The result.
    pub outcome: Outcome,
    /// User-Data: XML, for [`crate::user_data::ShData::from_xml`].
    pub user_data: Option<Vec<u8>>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Uda {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            user_data: None,
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
    }
}

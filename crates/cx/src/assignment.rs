//! Server-Assignment (TS 29.229 6.1.3, 6.1.4; TS 29.228 6.1.2).

use crate::envelope::write_application;
use crate::server::{read_names, write_names};
use crate::{
    ChargingInformation, Fault, FeatureList, Outcome, SarFlags, ScscfRestorationInfo, ServerAssignmentType,
    SessionPriority, read,
};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, Message, MessageWriter};

/// Server-Assignment-Request: what became of a registration, and the profile please.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sar {
    /// User-Name: the private identity. Absent for services and identities that are not registered.
    pub user_name: Option<String>,
    /// Public-Identity; one, or any number with de-registrations.
    pub public_identities: Vec<String>,
    /// Wildcarded-PSI.
    pub wildcarded_psi: Option<String>,
    /// Wildcarded-IMPU.
    pub wildcarded_impu: Option<String>,
    /// Server-Name: the S-CSCF, by its SIP URI.
    pub server_name: String,
    /// Server-Assignment-Type.
    pub assignment_type: ServerAssignmentType,
    /// User-Data-Already-Available: the profile is not needed.
    pub user_data_already_available: bool,
    /// SCSCF-Restoration-Info to be kept by the HSS.
    pub restoration: Option<ScscfRestorationInfo>,
    /// Multiple-Registration-Indication: the contact registered by RFC 5626.
    pub multiple_registration: Option<bool>,
    /// Session-Priority.
    pub session_priority: Option<SessionPriority>,
    /// SAR-Flags.
    pub flags: SarFlags,
    /// Failed-PCSCF: the AVPs of the group as they are.
    pub failed_pcscf: Option<Vec<u8>>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Sar {
    /// Command Code.
    pub const COMMAND: u32 = command::SERVER_ASSIGNMENT;

    /// A request with what every one has.
    #[must_use]
    pub fn new(server_name: impl Into<String>, assignment_type: ServerAssignmentType) -> Self {
        Self {
            user_name: None,
            public_identities: Vec::new(),
            wildcarded_psi: None,
            wildcarded_impu: None,
            server_name: server_name.into(),
            assignment_type,
            user_data_already_available: false,
            restoration: None,
            multiple_registration: None,
            session_priority: None,
            flags: SarFlags::default(),
            failed_pcscf: None,
            features: Vec::new(),
        }
    }

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut request = Self::new(String::new(), ServerAssignmentType::NO_ASSIGNMENT);
        let (mut server_name, mut assignment_type, mut available) = (None, None, None);
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::SERVER_NAME) {
                server_name = Some(read::text(&found)?);
            } else if found.is(avp::SERVER_ASSIGNMENT_TYPE) {
                assignment_type = Some(ServerAssignmentType(read::u32(&found)?));
            } else if found.is(avp::USER_DATA_ALREADY_AVAILABLE) {
                available = Some(read::u32(&found)? == 1);
            } else {
                request.read_optional(&found)?;
            }
        }
        request.server_name = read::need(server_name, avp::SERVER_NAME, "Server-Name is missing")?;
        request.assignment_type = read::need(
            assignment_type,
            avp::SERVER_ASSIGNMENT_TYPE,
            "Server-Assignment-Type is missing",
        )?;
        request.user_data_already_available = read::need(
            available,
            avp::USER_DATA_ALREADY_AVAILABLE,
            "User-Data-Already-Available is missing",
        )?;
        Ok(request)
    }

    fn read_optional(&mut self, found: &Avp<'_>) -> Result<(), Fault> {
        if found.is(avp::USER_NAME) {
            self.user_name = Some(read::text(found)?);
        } else if found.is(avp::PUBLIC_IDENTITY) {
            self.public_identities.push(read::text(found)?);
        } else if found.is(avp::WILDCARDED_PSI) {
            self.wildcarded_psi = Some(read::text(found)?);
        } else if found.is(avp::WILDCARDED_IMPU) {
            self.wildcarded_impu = Some(read::text(found)?);
        } else if found.is(avp::SCSCF_RESTORATION_INFO) {
            self.restoration = Some(ScscfRestorationInfo::read(found)?);
        } else if found.is(avp::MULTIPLE_REGISTRATION_INDICATION) {
            self.multiple_registration = Some(read::u32(found)? == 1);
        } else if found.is(avp::SESSION_PRIORITY) {
            self.session_priority = Some(SessionPriority(read::u32(found)?));
        } else if found.is(avp::SAR_FLAGS) {
            self.flags = SarFlags(read::u32(found)?);
        } else if found.is(avp::FAILED_PCSCF) {
            self.failed_pcscf = Some(found.data.to_vec());
        } else if found.is(avp::SUPPORTED_FEATURES) {
            self.features.push(FeatureList::read(found)?);
        }
        Ok(())
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        read::put_text(w, avp::USER_NAME, self.user_name.as_ref());
        FeatureList::write_all(w, &self.features);
        read::put_texts(w, avp::PUBLIC_IDENTITY, &self.public_identities);
        read::put_text(w, avp::WILDCARDED_PSI, self.wildcarded_psi.as_ref());
        read::put_text(w, avp::WILDCARDED_IMPU, self.wildcarded_impu.as_ref());
        w.text(avp::SERVER_NAME, &self.server_name);
        w.u32(avp::SERVER_ASSIGNMENT_TYPE, self.assignment_type.0);
        w.u32(
            avp::USER_DATA_ALREADY_AVAILABLE,
            u32::from(self.user_data_already_available),
        );
        if let Some(restoration) = &self.restoration {
            restoration.write(w);
        }
        let multiple = self.multiple_registration.map(u32::from);
        read::put_u32(w, avp::MULTIPLE_REGISTRATION_INDICATION, multiple);
        read::put_u32(w, avp::SESSION_PRIORITY, self.session_priority.map(|p| p.0));
        if self.flags != SarFlags::default() {
            w.u32(avp::SAR_FLAGS, self.flags.0);
        }
        read::put_octets(w, avp::FAILED_PCSCF, self.failed_pcscf.as_ref());
    }
}

/// Allowed-WAF-WWSF-Identities (TS 29.229 6.3.64).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedWafWwsfIdentities {
    /// WebRTC-Authentication-Function-Name.
    pub waf: Vec<String>,
    /// WebRTC-Web-Server-Function-Name.
    pub wwsf: Vec<String>,
}

impl AllowedWafWwsfIdentities {
    /// None if it says nothing.
    pub(crate) fn read(avp: &Avp<'_>) -> Result<Option<Self>, Fault> {
        let mut identities = Self::default();
        read::group(avp, |inner| {
            if inner.is(avp::WEBRTC_AUTHENTICATION_FUNCTION_NAME) {
                identities.waf.push(read::text(inner)?);
            } else if inner.is(avp::WEBRTC_WEB_SERVER_FUNCTION_NAME) {
                identities.wwsf.push(read::text(inner)?);
            }
            Ok(())
        })?;
        Ok((identities != Self::default()).then_some(identities))
    }

    /// Nothing if it says nothing.
    pub(crate) fn write(&self, w: &mut MessageWriter<'_>) {
        if *self == Self::default() {
            return;
        }
        w.group(avp::ALLOWED_WAF_WWSF_IDENTITIES, |w| {
            read::put_texts(w, avp::WEBRTC_AUTHENTICATION_FUNCTION_NAME, &self.waf);
            read::put_texts(w, avp::WEBRTC_WEB_SERVER_FUNCTION_NAME, &self.wwsf);
        });
    }
}

/// Server-Assignment-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saa {
    /// The result.
    pub outcome: Outcome,
    /// User-Name.
    pub user_name: Option<String>,
    /// User-Data: XML, for [`crate::profile::ImsSubscription::from_xml`].
    pub user_data: Option<Vec<u8>>,
    /// Charging-Information.
    pub charging: Option<ChargingInformation>,
    /// Associated-Identities: all private identities of the subscription.
    pub associated_identities: Vec<String>,
    /// Loose-Route-Indication.
    pub loose_route: Option<bool>,
    /// SCSCF-Restoration-Info, of each private identity that is registered.
    pub restoration: Vec<ScscfRestorationInfo>,
    /// Associated-Registered-Identities: private identities that registered the public one.
    pub associated_registered: Vec<String>,
    /// Server-Name.
    pub server_name: Option<String>,
    /// Wildcarded-PSI.
    pub wildcarded_psi: Option<String>,
    /// Priviledged-Sender-Indication (spelt so in the specification).
    pub priviledged_sender: Option<bool>,
    /// Allowed-WAF-WWSF-Identities.
    pub allowed_waf_wwsf: Option<AllowedWafWwsfIdentities>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Saa {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            user_name: None,
            user_data: None,
            charging: None,
            associated_identities: Vec::new(),
            loose_route: None,
            restoration: Vec::new(),
            associated_registered: Vec::new(),
            server_name: None,
            wildcarded_psi: None,
            priviledged_sender: None,
            allowed_waf_wwsf: None,
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
            if found.is(avp::USER_NAME) {
                answer.user_name = Some(read::text(&found)?);
            } else if found.is(avp::CX_USER_DATA) {
                answer.user_data = Some(found.data.to_vec());
            } else if found.is(avp::CHARGING_INFORMATION) {
                answer.charging = ChargingInformation::read(&found)?;
            } else if found.is(avp::ASSOCIATED_IDENTITIES) {
                answer.associated_identities = read_names(&found)?;
            } else if found.is(avp::LOOSE_ROUTE_INDICATION) {
                answer.loose_route = Some(read::u32(&found)? == 1);
            } else if found.is(avp::SCSCF_RESTORATION_INFO) {
                answer.restoration.push(ScscfRestorationInfo::read(&found)?);
            } else if found.is(avp::ASSOCIATED_REGISTERED_IDENTITIES) {
                answer.associated_registered = read_names(&found)?;
            } else if found.is(avp::SERVER_NAME) {
                answer.server_name = Some(read::text(&found)?);
            } else if found.is(avp::WILDCARDED_PSI) {
                answer.wildcarded_psi = Some(read::text(&found)?);
            } else if found.is(avp::PRIVILEDGED_SENDER_INDICATION) {
                answer.priviledged_sender = Some(read::u32(&found)? == 1);
            } else if found.is(avp::ALLOWED_WAF_WWSF_IDENTITIES) {
                answer.allowed_waf_wwsf = AllowedWafWwsfIdentities::read(&found)?;
            } else if found.is(avp::SUPPORTED_FEATURES) {
                answer.features.push(FeatureList::read(&found)?);
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, crate::CX);
        read::put_text(w, avp::USER_NAME, self.user_name.as_ref());
        FeatureList::write_all(w, &self.features);
        read::put_octets(w, avp::CX_USER_DATA, self.user_data.as_ref());
        if let Some(charging) = &self.charging {
            charging.write(w);
        }
        write_names(w, avp::ASSOCIATED_IDENTITIES, &self.associated_identities);
        read::put_u32(w, avp::LOOSE_ROUTE_INDICATION, self.loose_route.map(u32::from));
        for restoration in &self.restoration {
            restoration.write(w);
        }
        write_names(
            w,
            avp::ASSOCIATED_REGISTERED_IDENTITIES,
            &self.associated_registered,
        );
        read::put_text(w, avp::SERVER_NAME, self.server_name.as_ref());
        read::put_text(w, avp::WILDCARDED_PSI, self.wildcarded_psi.as_ref());
        let sender = self.priviledged_sender.map(u32::from);
        read::put_u32(w, avp::PRIVILEDGED_SENDER_INDICATION, sender);
        if let Some(identities) = &self.allowed_waf_wwsf {
            identities.write(w);
        }
    }
}

//! What an ATTACH REQUEST asks for: the attach type, and the PDN connection in its ESM message container
//! (TS 24.301 5.5.1.2.2, 6.5.1.2, 8.2.4, 8.3.20).

use crate::network::bearer;
use quintet_identity::Apn;
use quintet_nas::eps::{
    ApnIe, AttachRequest, EpsAttachType, EpsMobileIdentity, EsmCause, EsmInformationResponse,
    EsmInformationTransferFlag, PdnConnectivityRequest, PdnType, ProcedureTransactionIdentity,
    ProtocolConfigurationOptions, RequestType,
};

/// Container identifier of a request for an IPv4 address of a DNS server (TS 24.008 10.5.6.3).
const DNS_SERVER_IPV4: u16 = 0x000d;

/// The PDN connection that comes with an attach.
#[derive(Debug)]
pub(in crate::network) struct Pdn {
    /// PTI: the answer carries it back.
    pub(super) transaction: ProcedureTransactionIdentity,
    /// PDN type.
    pub(super) pdn_type: PdnType,
    /// Of emergency bearer services.
    pub(super) emergency: bool,
    /// The UE has an APN or options it tells under protection only (TS 24.301 6.6.1.2).
    pub(super) information_follows: bool,
    /// The APN it named, without operator identifier.
    pub(super) apn: Option<Apn>,
    /// It wants to know a DNS server.
    pub(super) wants_dns: bool,
}

/// What an attach is for.
#[derive(Debug)]
pub(in crate::network) struct Requested {
    /// EPS attach type.
    pub(super) attach_type: EpsAttachType,
    /// The UE named itself by its IMEI.
    pub(super) by_imei: bool,
    /// The PDN connection, or why there is none: the PTI it has, if any, and the ESM cause.
    pub(super) pdn: Result<Pdn, (ProcedureTransactionIdentity, EsmCause)>,
}

impl Requested {
    /// From the message.
    pub(super) fn read(request: &AttachRequest<'_>) -> Self {
        Self {
            attach_type: request.eps_attach_type.interpreted(),
            by_imei: matches!(request.eps_mobile_identity, EpsMobileIdentity::Imei(_)),
            pdn: Pdn::read(request.esm_message_container.0),
        }
    }

    /// Whether the UE also wants the CS domain.
    pub(super) fn combined(&self) -> bool {
        self.attach_type == EpsAttachType::COMBINED_EPS_IMSI_ATTACH
    }
}

impl Pdn {
    /// From PDN CONNECTIVITY REQUEST.
    fn read(octets: &[u8]) -> Result<Self, (ProcedureTransactionIdentity, EsmCause)> {
        let unassigned = ProcedureTransactionIdentity::UNASSIGNED;
        let (_, transaction) = quintet_nas::eps::EsmMessage::identities(octets)
            .map_err(|_| (unassigned, EsmCause::PROTOCOL_ERROR_UNSPECIFIED))?;
        let wrong = |cause| (transaction, cause);
        let (request, soft) = PdnConnectivityRequest::decode(octets)
            .map_err(|_| wrong(EsmCause::INVALID_MANDATORY_INFORMATION))?;
        // TS 24.301 7.3.1 a: a PTI that names no procedure.
        if matches!(
            transaction,
            ProcedureTransactionIdentity::UNASSIGNED | ProcedureTransactionIdentity::RESERVED
        ) {
            return Err(wrong(EsmCause::INVALID_PTI_VALUE));
        }
        if soft.comprehension_required() {
            return Err(wrong(EsmCause::INVALID_MANDATORY_INFORMATION));
        }
        let emergency = matches!(
            request.request_type,
            RequestType::EMERGENCY | RequestType::HANDOVER_OF_EMERGENCY_BEARER_SERVICES
        );
        let mut pdn = Self {
            transaction,
            pdn_type: request.pdn_type,
            emergency,
            information_follows: request.esm_information_transfer_flag
                == Some(EsmInformationTransferFlag::REQUIRED),
            apn: None,
            wants_dns: false,
        };
        pdn.learn(
            request.access_point_name.as_ref(),
            request.protocol_configuration_options.as_ref(),
            request.extended_protocol_configuration_options.as_ref(),
        )
        .map_err(wrong)?;
        Ok(pdn)
    }

    /// From ESM INFORMATION RESPONSE (TS 24.301 6.6.1.2.4).
    pub(super) fn informed(&mut self, response: &EsmInformationResponse<'_>) -> Result<(), EsmCause> {
        self.information_follows = false;
        self.learn(
            response.access_point_name.as_ref(),
            response.protocol_configuration_options.as_ref(),
            response.extended_protocol_configuration_options.as_ref(),
        )
    }

    fn learn(
        &mut self,
        apn: Option<&ApnIe<'_>>,
        options: Option<&ProtocolConfigurationOptions<'_>>,
        extended: Option<&ProtocolConfigurationOptions<'_>>,
    ) -> Result<(), EsmCause> {
        if let Some(apn) = apn {
            let text = apn.text();
            let name = bearer::without_operator(&text);
            // The wild card is a subscription's; a UE names one APN (TS 23.003 9.2.1).
            let parsed = name.parse().ok().filter(|_| name != bearer::WILD_CARD);
            self.apn = Some(parsed.ok_or(EsmCause::MISSING_OR_UNKNOWN_APN)?);
        }
        self.wants_dns |= [options, extended]
            .into_iter()
            .flatten()
            .any(|options| options.option(DNS_SERVER_IPV4).is_some());
        Ok(())
    }

    /// The options of the answer: what was asked for and is known.
    pub(super) fn answer(&self, dns: Option<[u8; 4]>) -> Option<ProtocolConfigurationOptions<'static>> {
        let dns = dns.filter(|_| self.wants_dns)?;
        Some(ProtocolConfigurationOptions::of(&[(DNS_SERVER_IPV4, &dns)]))
    }
}

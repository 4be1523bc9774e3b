//! Send-Routing-Info-for-SM (TS 29.338 5.2.1, 5.3.2.3, 5.3.2.4): where a short message for a UE is to be sent.

use super::{S6C, UserIdentifier};
use crate::ServingNode;
use quintet_cx::{Fault, FeatureList, Outcome, enumerated, flags, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, Message, MessageWriter};
use quintet_identity::{Imsi, Msisdn, Plmn};

enumerated! {
    /// SM-RP-MTI (TS 29.338 5.3.3.2): what kind of short message it is.
    SmRpMti {
        /// A short message.
        SM_DELIVER = 0,
        /// A status report.
        SM_STATUS_REPORT = 1,
    }
}

enumerated! {
    /// SM-Delivery-Not-Intended (TS 29.338 5.3.3.5): nothing will be sent.
    SmDeliveryNotIntended {
        /// The IMSI alone is wanted.
        ONLY_IMSI_REQUESTED = 0,
        /// The network alone is wanted.
        ONLY_MCC_MNC_REQUESTED = 1,
    }
}

flags! {
    /// SRR-Flags (TS 29.338 5.3.3.4).
    SrrFlags {
        /// GPRS-Indicator: two serving nodes may be answered.
        GPRS_INDICATOR = 0,
        /// SM-RP-PRI: a message of priority, to be tried even if the service centre waits for the UE.
        SM_RP_PRI = 1,
        /// Single-Attempt-Delivery: nobody will wait for the UE.
        SINGLE_ATTEMPT_DELIVERY = 2,
    }
}

flags! {
    /// MWD-Status (TS 29.338 5.3.3.8): what the message waiting data are.
    MwdStatus {
        /// SC-Address-Not-Included: the service centre does not wait for the UE.
        SC_ADDRESS_NOT_INCLUDED = 0,
        /// MNRF-Set: not reachable over MSC or MME.
        MNRF_SET = 1,
        /// MCEF-Set: the UE's memory is full.
        MCEF_SET = 2,
        /// MNRG-Set: not reachable over the SGSN.
        MNRG_SET = 3,
    }
}

/// Send-Routing-Info-for-SM-Request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Srr {
    /// MSISDN and User-Name.
    pub user: UserIdentifier,
    /// SC-Address: the service centre.
    pub sc_address: Option<Msisdn>,
    /// SM-RP-MTI.
    pub sm_rp_mti: Option<SmRpMti>,
    /// SRR-Flags.
    pub flags: SrrFlags,
    /// SM-Delivery-Not-Intended.
    pub not_intended: Option<SmDeliveryNotIntended>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Srr {
    /// Command Code.
    pub const COMMAND: u32 = command::SEND_ROUTING_INFO_FOR_SM;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed: one that names nobody lacks MSISDN.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut request = Self::default();
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                request.user.imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::MSISDN) {
                request.user.msisdn = Some(read::number(&found)?);
            } else if found.is(avp::SC_ADDRESS) {
                request.sc_address = Some(read::number(&found)?);
            } else if found.is(avp::SM_RP_MTI) {
                request.sm_rp_mti = Some(SmRpMti(read::u32(&found)?));
            } else if found.is(avp::SRR_FLAGS) {
                request.flags = SrrFlags(read::u32(&found)?);
            } else if found.is(avp::SM_DELIVERY_NOT_INTENDED) {
                request.not_intended = Some(SmDeliveryNotIntended(read::u32(&found)?));
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut request.features, &found)?;
            }
        }
        if !request.user.names_somebody() {
            return Err(Fault::missing(
                avp::MSISDN,
                "neither MSISDN nor User-Name says for whom",
            ));
        }
        Ok(request)
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, S6C);
        read::put_number(w, avp::MSISDN, self.user.msisdn);
        if let Some(imsi) = self.user.imsi {
            read::put_imsi(w, imsi);
        }
        FeatureList::write_all(w, &self.features);
        read::put_number(w, avp::SC_ADDRESS, self.sc_address);
        read::put_u32(w, avp::SM_RP_MTI, self.sm_rp_mti.map(|mti| mti.0));
        if self.flags != SrrFlags::default() {
            w.u32(avp::SRR_FLAGS, self.flags.0);
        }
        read::put_u32(
            w,
            avp::SM_DELIVERY_NOT_INTENDED,
            self.not_intended.map(|not| not.0),
        );
    }
}

/// User-Name of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserName {
    /// The subscriber.
    Imsi(Imsi),
    /// The subscriber's network, if no more was asked for.
    Network(Plmn),
}

impl UserName {
    /// MCC and MNC have six digits at most, an IMSI has more.
    const MAX_PLMN_DIGITS: usize = 6;

    fn read(found: &Avp<'_>) -> Result<Self, Fault> {
        if found.data.len() > Self::MAX_PLMN_DIGITS {
            return read::imsi(found).map(Self::Imsi);
        }
        let digits = found.text().ok().and_then(|digits| digits.parse().ok());
        digits
            .map(Self::Network)
            .ok_or_else(|| Fault::value(found, "User-Name is neither an IMSI nor a network"))
    }

    fn write(self, w: &mut MessageWriter<'_>) {
        match self {
            Self::Imsi(imsi) => read::put_imsi(w, imsi),
            Self::Network(plmn) => {
                let (digits, n) = plmn.ascii();
                w.octets(avp::USER_NAME, &digits[..n]);
            }
        }
    }
}

/// Send-Routing-Info-for-SM-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sra {
    /// The result.
    pub outcome: Outcome,
    /// User-Name.
    pub user_name: Option<UserName>,
    /// Serving-Node.
    pub serving_node: Option<ServingNode>,
    /// Additional-Serving-Node.
    pub additional_serving_node: Option<ServingNode>,
    /// User-Identifier: the number to wait under, if it is another than was asked about.
    pub user_identifier: Option<UserIdentifier>,
    /// MWD-Status.
    pub mwd_status: Option<MwdStatus>,
    /// MME-Absent-User-Diagnostic-SM (TS 23.040 3.3.2).
    pub mme_diagnostic: Option<u32>,
    /// MSC-Absent-User-Diagnostic-SM.
    pub msc_diagnostic: Option<u32>,
    /// SGSN-Absent-User-Diagnostic-SM.
    pub sgsn_diagnostic: Option<u32>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Sra {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            user_name: None,
            serving_node: None,
            additional_serving_node: None,
            user_identifier: None,
            mwd_status: None,
            mme_diagnostic: None,
            msc_diagnostic: None,
            sgsn_diagnostic: None,
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
            if found.is(avp::USER_NAME) {
                answer.user_name = Some(UserName::read(&found)?);
            } else if found.is(avp::SERVING_NODE) {
                answer.serving_node = Some(ServingNode::read(&found)?);
            } else if found.is(avp::ADDITIONAL_SERVING_NODE) {
                answer.additional_serving_node = Some(ServingNode::read(&found)?);
            } else if found.is(avp::USER_IDENTIFIER) {
                answer.user_identifier = Some(UserIdentifier::read(&found)?);
            } else if found.is(avp::MWD_STATUS) {
                answer.mwd_status = Some(MwdStatus(read::u32(&found)?));
            } else if found.is(avp::MME_ABSENT_USER_DIAGNOSTIC_SM) {
                answer.mme_diagnostic = Some(read::u32(&found)?);
            } else if found.is(avp::MSC_ABSENT_USER_DIAGNOSTIC_SM) {
                answer.msc_diagnostic = Some(read::u32(&found)?);
            } else if found.is(avp::SGSN_ABSENT_USER_DIAGNOSTIC_SM) {
                answer.sgsn_diagnostic = Some(read::u32(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut answer.features, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, S6C);
        if let Some(name) = self.user_name {
            name.write(w);
        }
        FeatureList::write_all(w, &self.features);
        if let Some(node) = &self.serving_node {
            node.write(w, avp::SERVING_NODE);
        }
        if let Some(node) = &self.additional_serving_node {
            node.write(w, avp::ADDITIONAL_SERVING_NODE);
        }
        if let Some(user) = self.user_identifier {
            user.write(w);
        }
        read::put_u32(w, avp::MWD_STATUS, self.mwd_status.map(|status| status.0));
        read::put_u32(w, avp::MME_ABSENT_USER_DIAGNOSTIC_SM, self.mme_diagnostic);
        read::put_u32(w, avp::MSC_ABSENT_USER_DIAGNOSTIC_SM, self.msc_diagnostic);
        read::put_u32(w, avp::SGSN_ABSENT_USER_DIAGNOSTIC_SM, self.sgsn_diagnostic);
    }
}

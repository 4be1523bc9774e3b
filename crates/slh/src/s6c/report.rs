//! Report-SM-Delivery-Status (TS 29.338 5.2.3, 5.3.2.7, 5.3.2.8): what became of a short message.

use super::{S6C, UserIdentifier};
use quintet_cx::{Fault, FeatureList, Outcome, enumerated, flags, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, AvpId, Message, MessageWriter};
use quintet_identity::Msisdn;

enumerated! {
    /// SM-Delivery-Cause (TS 29.338 5.3.3.19).
    SmDeliveryCause {
        /// The UE's memory is full.
        UE_MEMORY_CAPACITY_EXCEEDED = 0,
        /// The UE could not be reached.
        ABSENT_USER = 1,
        /// The UE has it.
        SUCCESSFUL_TRANSFER = 2,
    }
}

flags! {
    /// RDR-Flags (TS 29.338 5.3.3.21).
    RdrFlags {
        /// Single-Attempt-Delivery: the service centre does not wait for the UE.
        SINGLE_ATTEMPT_DELIVERY = 0,
    }
}

/// What became of it over one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryOutcome {
    /// SM-Delivery-Cause.
    pub cause: SmDeliveryCause,
    /// Absent-User-Diagnostic-SM (TS 23.040 3.3.2).
    pub diagnostic: Option<u32>,
}

impl DeliveryOutcome {
    /// `None` without a cause, which says nothing.
    fn read(group: &Avp<'_>) -> Result<Option<Self>, Fault> {
        let (mut cause, mut diagnostic) = (None, None);
        read::group(group, |inner| {
            if inner.is(avp::SM_DELIVERY_CAUSE) {
                cause = Some(SmDeliveryCause(read::u32(inner)?));
            } else if inner.is(avp::ABSENT_USER_DIAGNOSTIC_SM) {
                diagnostic = Some(read::u32(inner)?);
            }
            Ok(())
        })?;
        Ok(cause.map(|cause| Self { cause, diagnostic }))
    }

    fn write(self, w: &mut MessageWriter<'_>, id: AvpId) {
        w.group(id, |w| {
            w.u32(avp::SM_DELIVERY_CAUSE, self.cause.0);
            read::put_u32(w, avp::ABSENT_USER_DIAGNOSTIC_SM, self.diagnostic);
        });
    }
}

/// SM-Delivery-Outcome (TS 29.338 5.3.3.14): what became of it over each node that was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SmDeliveryOutcome {
    /// MME-SM-Delivery-Outcome.
    pub mme: Option<DeliveryOutcome>,
    /// MSC-SM-Delivery-Outcome.
    pub msc: Option<DeliveryOutcome>,
    /// SGSN-SM-Delivery-Outcome.
    pub sgsn: Option<DeliveryOutcome>,
    /// IP-SM-GW-SM-Delivery-Outcome.
    pub ip_sm_gw: Option<DeliveryOutcome>,
}

impl SmDeliveryOutcome {
    /// Each that is there.
    pub fn iter(&self) -> impl Iterator<Item = DeliveryOutcome> + '_ {
        [self.mme, self.msc, self.sgsn, self.ip_sm_gw]
            .into_iter()
            .flatten()
    }

    fn read(group: &Avp<'_>) -> Result<Self, Fault> {
        let mut outcome = Self::default();
        read::group(group, |inner| {
            let slot = if inner.is(avp::MME_SM_DELIVERY_OUTCOME) {
                &mut outcome.mme
            } else if inner.is(avp::MSC_SM_DELIVERY_OUTCOME) {
                &mut outcome.msc
            } else if inner.is(avp::SGSN_SM_DELIVERY_OUTCOME) {
                &mut outcome.sgsn
            } else if inner.is(avp::IP_SM_GW_SM_DELIVERY_OUTCOME) {
                &mut outcome.ip_sm_gw
            } else {
                return Ok(());
            };
            *slot = DeliveryOutcome::read(inner)?;
            Ok(())
        })?;
        Ok(outcome)
    }

    fn write(self, w: &mut MessageWriter<'_>) {
        let each = [
            (avp::MME_SM_DELIVERY_OUTCOME, self.mme),
            (avp::MSC_SM_DELIVERY_OUTCOME, self.msc),
            (avp::SGSN_SM_DELIVERY_OUTCOME, self.sgsn),
            (avp::IP_SM_GW_SM_DELIVERY_OUTCOME, self.ip_sm_gw),
        ];
        w.group(avp::SM_DELIVERY_OUTCOME, |w| {
            for (id, outcome) in each {
                if let Some(outcome) = outcome {
                    outcome.write(w, id);
                }
            }
        });
    }
}

/// Report-SM-Delivery-Status-Request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rdr {
    /// User-Identifier.
    pub user: UserIdentifier,
    /// SC-Address: the service centre.
    pub sc_address: Option<Msisdn>,
    /// SM-Delivery-Outcome.
    pub delivery: SmDeliveryOutcome,
    /// RDR-Flags.
    pub flags: RdrFlags,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Rdr {
    /// Command Code.
    pub const COMMAND: u32 = command::REPORT_SM_DELIVERY_STATUS;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed: one that names nobody, or says nothing of a node, lacks what would.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let (mut user, mut delivery) = (None, None);
        let mut request = Self::default();
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_IDENTIFIER) {
                user = Some(UserIdentifier::read(&found)?);
            } else if found.is(avp::SC_ADDRESS) {
                request.sc_address = Some(read::number(&found)?);
            } else if found.is(avp::SM_DELIVERY_OUTCOME) {
                delivery = Some(SmDeliveryOutcome::read(&found)?);
            } else if found.is(avp::RDR_FLAGS) {
                request.flags = RdrFlags(read::u32(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut request.features, &found)?;
            }
        }
        let user = user.filter(UserIdentifier::names_somebody);
        request.user = read::need(user, avp::USER_IDENTIFIER, "User-Identifier names nobody")?;
        let delivery = delivery.filter(|delivery| delivery.iter().next().is_some());
        let why = "SM-Delivery-Outcome says of no node what became of the message";
        request.delivery = read::need(delivery, avp::SM_DELIVERY_OUTCOME, why)?;
        Ok(request)
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, S6C);
        FeatureList::write_all(w, &self.features);
        self.user.write(w);
        read::put_number(w, avp::SC_ADDRESS, self.sc_address);
        self.delivery.write(w);
        if self.flags != RdrFlags::default() {
            w.u32(avp::RDR_FLAGS, self.flags.0);
        }
    }
}

/// Report-SM-Delivery-Status-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rda {
    /// The result.
    pub outcome: Outcome,
    /// User-Identifier: the number an alert will name, if it is another than was reported.
    pub user_identifier: Option<UserIdentifier>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Rda {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            user_identifier: None,
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
            if found.is(avp::USER_IDENTIFIER) {
                answer.user_identifier = Some(UserIdentifier::read(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut answer.features, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, S6C);
        FeatureList::write_all(w, &self.features);
        if let Some(user) = self.user_identifier {
            user.write(w);
        }
    }
}

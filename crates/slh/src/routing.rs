//! LCS-Routing-Info (TS 29.173 5.2.1, 6.2.3, 6.2.4): a GMLC asks where a UE is served.

use crate::serving_node::{read_address, write_address};
use crate::{SLH, ServingNode};
use quintet_cx::{Fault, FeatureList, Outcome, flags, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Message, MessageWriter};
use quintet_identity::{Imsi, Msisdn};
use std::net::IpAddr;

/// The most Additional-Serving-Node kept of one answer: a UE has an MME, an SGSN, an MSC and a 3GPP AAA server at most.
pub const MAX_ADDITIONAL_NODES: usize = 3;

flags! {
    /// RIA-Flags (TS 29.173 6.4.15).
    RiaFlags {
        /// The node is a combined MME/SGSN that can be asked once for both.
        COMBINED_MME_SGSN_SUPPORTING_OPTIMIZED_LCS_PROC = 0,
    }
}

/// LCS-Routing-Info-Request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rir {
    /// User-Name.
    pub imsi: Option<Imsi>,
    /// MSISDN.
    pub msisdn: Option<Msisdn>,
    /// GMLC-Number.
    pub gmlc_number: Option<Msisdn>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Rir {
    /// Command Code.
    pub const COMMAND: u32 = command::LCS_ROUTING_INFO;

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed: one that names nobody lacks User-Name.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut request = Self::default();
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                request.imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::MSISDN) {
                request.msisdn = Some(read::number(&found)?);
            } else if found.is(avp::GMLC_NUMBER) {
                request.gmlc_number = Some(read::number(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut request.features, &found)?;
            }
        }
        if request.imsi.is_none() && request.msisdn.is_none() {
            return Err(Fault::missing(
                avp::USER_NAME,
                "neither User-Name nor MSISDN says whom",
            ));
        }
        Ok(request)
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SLH);
        if let Some(imsi) = self.imsi {
            read::put_imsi(w, imsi);
        }
        read::put_number(w, avp::MSISDN, self.msisdn);
        read::put_number(w, avp::GMLC_NUMBER, self.gmlc_number);
        FeatureList::write_all(w, &self.features);
    }
}

/// LCS-Routing-Info-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ria {
    /// The result.
    pub outcome: Outcome,
    /// User-Name.
    pub imsi: Option<Imsi>,
    /// MSISDN.
    pub msisdn: Option<Msisdn>,
    /// Serving-Node.
    pub serving_node: Option<ServingNode>,
    /// Additional-Serving-Node.
    pub additional_serving_nodes: Vec<ServingNode>,
    /// GMLC-Address: the H-GMLC.
    pub gmlc_address: Option<IpAddr>,
    /// PPR-Address: the privacy profile register.
    pub ppr_address: Option<IpAddr>,
    /// RIA-Flags.
    pub flags: RiaFlags,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Ria {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            imsi: None,
            msisdn: None,
            serving_node: None,
            additional_serving_nodes: Vec::new(),
            gmlc_address: None,
            ppr_address: None,
            flags: RiaFlags::default(),
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
                answer.imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::MSISDN) {
                answer.msisdn = Some(read::number(&found)?);
            } else if found.is(avp::SERVING_NODE) {
                answer.serving_node = Some(ServingNode::read(&found)?);
            } else if found.is(avp::ADDITIONAL_SERVING_NODE) {
                if answer.additional_serving_nodes.len() < MAX_ADDITIONAL_NODES {
                    answer.additional_serving_nodes.push(ServingNode::read(&found)?);
                }
            } else if found.is(avp::GMLC_ADDRESS) {
                answer.gmlc_address = read_address(&found)?;
            } else if found.is(avp::PPR_ADDRESS) {
                answer.ppr_address = read_address(&found)?;
            } else if found.is(avp::RIA_FLAGS) {
                answer.flags = RiaFlags(read::u32(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut answer.features, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SLH);
        FeatureList::write_all(w, &self.features);
        if let Some(imsi) = self.imsi {
            read::put_imsi(w, imsi);
        }
        read::put_number(w, avp::MSISDN, self.msisdn);
        if let Some(node) = &self.serving_node {
            node.write(w, avp::SERVING_NODE);
        }
        for node in &self.additional_serving_nodes {
            node.write(w, avp::ADDITIONAL_SERVING_NODE);
        }
        write_address(w, avp::GMLC_ADDRESS, self.gmlc_address);
        write_address(w, avp::PPR_ADDRESS, self.ppr_address);
        if self.flags != RiaFlags::default() {
            w.u32(avp::RIA_FLAGS, self.flags.0);
        }
    }
}

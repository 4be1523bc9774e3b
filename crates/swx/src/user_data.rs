//! Non-3GPP-User-Data (TS 29.273 8.2.3.1) as a 3GPP AAA server reads it: whether and where a UE may go. Charging, QoS and the
//! rest of an APN-Configuration are for gateways, and are skipped here.

use crate::AgentInfo;
use quintet_cx::{Fault, read};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, Avps};

/// The most APN configurations that are read: as many as a subscription has at most.
pub const MAX_APNS: usize = 50;

/// One APN-Configuration (TS 29.272 7.3.35), as far as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apn<'a> {
    /// Context-Identifier.
    pub context_identifier: u32,
    /// Service-Selection.
    pub name: &'a str,
    /// PDN-Type.
    pub pdn_type: Option<u32>,
    /// MIP6-Agent-Info: the PDN gateway in use, or fixed.
    pub gateway: Option<AgentInfo<'a>>,
}

/// The profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserData<'a> {
    /// Subscription-Id-Data of an END_USER_E164.
    pub msisdn: Option<&'a str>,
    /// Non-3GPP-IP-Access is NON_3GPP_SUBSCRIPTION_BARRED.
    pub barred: bool,
    /// Non-3GPP-IP-Access-APN is NON_3GPP_APNS_DISABLE.
    pub apns_disabled: bool,
    /// RAT-Type: access technologies that are not allowed.
    pub restricted_rats: Vec<u32>,
    /// AMBR, bit/s: uplink and downlink.
    pub ambr: Option<(u32, u32)>,
    /// Context-Identifier of the default APN.
    pub default_context_identifier: Option<u32>,
    /// APN-Configuration.
    pub apns: Vec<Apn<'a>>,
}

impl<'a> UserData<'a> {
    /// Reads the AVPs of the group.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(octets: &'a [u8]) -> Result<Self, Fault> {
        let mut data = Self::default();
        for found in Avps::new(octets, 0) {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::SUBSCRIPTION_ID) {
                data.read_number(&found)?;
            } else if found.is(avp::NON_3GPP_IP_ACCESS) {
                data.barred = read::u32(&found)? != 0;
            } else if found.is(avp::NON_3GPP_IP_ACCESS_APN) {
                data.apns_disabled = read::u32(&found)? != 0;
            } else if found.is(avp::RAT_TYPE) {
                if data.restricted_rats.len() < MAX_APNS {
                    data.restricted_rats.push(read::u32(&found)?);
                }
            } else if found.is(avp::AMBR) {
                data.read_ambr(&found)?;
            } else if found.is(avp::CONTEXT_IDENTIFIER) {
                data.default_context_identifier = Some(read::u32(&found)?);
            } else if found.is(avp::APN_CONFIGURATION) && data.apns.len() < MAX_APNS {
                data.apns.push(Apn::read(&found)?);
            }
        }
        Ok(data)
    }

    fn read_number(&mut self, group: &Avp<'a>) -> Result<(), Fault> {
        const END_USER_E164: u32 = 0;
        let (mut kind, mut value) = (None, None);
        read::group(group, |inner| {
            if inner.is(avp::SUBSCRIPTION_ID_TYPE) {
                kind = Some(read::u32(inner)?);
            } else if inner.is(avp::SUBSCRIPTION_ID_DATA) {
                value = inner.text().ok();
            }
            Ok(())
        })?;
        if kind == Some(END_USER_E164) {
            self.msisdn = value;
        }
        Ok(())
    }

    fn read_ambr(&mut self, group: &Avp<'a>) -> Result<(), Fault> {
        let (mut uplink, mut downlink) = (None, None);
        read::group(group, |inner| {
            if inner.is(avp::MAX_REQUESTED_BANDWIDTH_UL) {
                uplink = Some(read::u32(inner)?);
            } else if inner.is(avp::MAX_REQUESTED_BANDWIDTH_DL) {
                downlink = Some(read::u32(inner)?);
            }
            Ok(())
        })?;
        self.ambr = uplink.zip(downlink);
        Ok(())
    }
}

impl<'a> Apn<'a> {
    fn read(group: &Avp<'a>) -> Result<Self, Fault> {
        let (mut id, mut name, mut pdn_type, mut gateway) = (None, None, None, None);
        read::group(group, |inner| {
            if inner.is(avp::CONTEXT_IDENTIFIER) {
                id = Some(read::u32(inner)?);
            } else if inner.is(avp::SERVICE_SELECTION) {
                let text = inner.text();
                name = Some(text.map_err(|_| Fault::value(inner, "the value is not UTF-8"))?);
            } else if inner.is(avp::PDN_TYPE) {
                pdn_type = Some(read::u32(inner)?);
            } else if inner.is(avp::MIP6_AGENT_INFO) {
                gateway = Some(AgentInfo::read(inner)?);
            }
            Ok(())
        })?;
        let within = |fault: Fault| fault.within(avp::APN_CONFIGURATION);
        let id = read::need(id, avp::CONTEXT_IDENTIFIER, "Context-Identifier is missing");
        let name = read::need(name, avp::SERVICE_SELECTION, "Service-Selection is missing");
        Ok(Self {
            context_identifier: id.map_err(within)?,
            name: name.map_err(within)?,
            pdn_type,
            gateway,
        })
    }
}

//! Serving-Node and Additional-Serving-Node (TS 29.173 6.4.3, 6.4.8), as SLh and S6c tell them.

use quintet_cx::{Fault, read};
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, AvpId, MessageWriter};
use quintet_identity::Msisdn;
use std::net::IpAddr;

/// A node by its Diameter identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeName {
    /// MME-Name or SGSN-Name.
    pub name: String,
    /// MME-Realm or SGSN-Realm.
    pub realm: Option<String>,
}

/// One node that serves a UE; which it is, the members say that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServingNode {
    /// MME-Name and MME-Realm.
    pub mme: Option<NodeName>,
    /// MME-Number-for-MT-SMS: of S6c.
    pub mme_number_for_mt_sms: Option<Msisdn>,
    /// SGSN-Name and SGSN-Realm.
    pub sgsn: Option<NodeName>,
    /// SGSN-Number.
    pub sgsn_number: Option<Msisdn>,
    /// MSC-Number.
    pub msc_number: Option<Msisdn>,
    /// 3GPP-AAA-Server-Name.
    pub aaa_server: Option<String>,
    /// LCS-Capabilities-Sets: a bit for each set of TS 29.002 (SupportedLCS-CapabilitySets), the first one the lowest.
    pub lcs_capabilities_sets: Option<u32>,
    /// GMLC-Address: the V-GMLC of this node.
    pub gmlc_address: Option<IpAddr>,
}

impl ServingNode {
    /// An MME.
    #[must_use]
    pub fn of_mme(name: &str, realm: &str) -> Self {
        Self {
            mme: Some(NodeName {
                name: name.to_owned(),
                realm: Some(realm.to_owned()),
            }),
            ..Self::default()
        }
    }

    /// An SGSN.
    #[must_use]
    pub fn of_sgsn(name: &str, realm: &str) -> Self {
        Self {
            sgsn: Some(NodeName {
                name: name.to_owned(),
                realm: Some(realm.to_owned()),
            }),
            ..Self::default()
        }
    }

    /// A 3GPP AAA server.
    #[must_use]
    pub fn of_aaa(name: &str) -> Self {
        Self {
            aaa_server: Some(name.to_owned()),
            ..Self::default()
        }
    }

    pub(crate) fn read(group: &Avp<'_>) -> Result<Self, Fault> {
        let mut node = Self::default();
        let (mut mme, mut mme_realm, mut sgsn, mut sgsn_realm) = (None, None, None, None);
        read::group(group, |inner| {
            if inner.is(avp::MME_NAME) {
                mme = Some(read::text(inner)?);
            } else if inner.is(avp::MME_REALM) {
                mme_realm = Some(read::text(inner)?);
            } else if inner.is(avp::MME_NUMBER_FOR_MT_SMS) {
                node.mme_number_for_mt_sms = Some(read::number(inner)?);
            } else if inner.is(avp::SGSN_NAME) {
                sgsn = Some(read::text(inner)?);
            } else if inner.is(avp::SGSN_REALM) {
                sgsn_realm = Some(read::text(inner)?);
            } else if inner.is(avp::SGSN_NUMBER) {
                node.sgsn_number = Some(read::number(inner)?);
            } else if inner.is(avp::MSC_NUMBER) {
                node.msc_number = Some(read::number(inner)?);
            } else if inner.is(avp::TGPP_AAA_SERVER_NAME) {
                node.aaa_server = Some(read::text(inner)?);
            } else if inner.is(avp::LCS_CAPABILITIES_SETS) {
                node.lcs_capabilities_sets = Some(read::u32(inner)?);
            } else if inner.is(avp::GMLC_ADDRESS) {
                node.gmlc_address = read_address(inner)?;
            }
            Ok(())
        })?;
        // A realm without a name leads nowhere.
        node.mme = mme.map(|name| NodeName {
            name,
            realm: mme_realm,
        });
        node.sgsn = sgsn.map(|name| NodeName {
            name,
            realm: sgsn_realm,
        });
        Ok(node)
    }

    pub(crate) fn write(&self, w: &mut MessageWriter<'_>, id: AvpId) {
        w.group(id, |w| {
            read::put_number(w, avp::SGSN_NUMBER, self.sgsn_number);
            write_name(w, avp::SGSN_NAME, avp::SGSN_REALM, self.sgsn.as_ref());
            write_name(w, avp::MME_NAME, avp::MME_REALM, self.mme.as_ref());
            read::put_number(w, avp::MSC_NUMBER, self.msc_number);
            read::put_text(w, avp::TGPP_AAA_SERVER_NAME, self.aaa_server.as_ref());
            read::put_u32(w, avp::LCS_CAPABILITIES_SETS, self.lcs_capabilities_sets);
            write_address(w, avp::GMLC_ADDRESS, self.gmlc_address);
            read::put_number(w, avp::MME_NUMBER_FOR_MT_SMS, self.mme_number_for_mt_sms);
        });
    }
}

fn write_name(w: &mut MessageWriter<'_>, name: AvpId, realm: AvpId, node: Option<&NodeName>) {
    if let Some(node) = node {
        w.text(name, &node.name);
        read::put_text(w, realm, node.realm.as_ref());
    }
}

/// An Address; one of a family that is none of IP's is skipped.
pub(crate) fn read_address(found: &Avp<'_>) -> Result<Option<IpAddr>, Fault> {
    found.address().map_err(|_| Fault::length(found))
}

pub(crate) fn write_address(w: &mut MessageWriter<'_>, id: AvpId, address: Option<IpAddr>) {
    if let Some(address) = address {
        w.address(id, address);
    }
}

//! MIP6-Agent-Info (RFC 5447 4.2.1, TS 29.272 7.3.45): a PDN gateway, as S6a and SWx tell it.

use quintet_cx::Fault;
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, MessageWriter};
use quintet_wire::DecodeError;
use std::net::IpAddr;

/// The most addresses kept of one PDN gateway: MIP6-Agent-Info allows one IPv4 and one IPv6 (RFC 5447 4.2.1).
pub const MAX_AGENT_ADDRESSES: usize = 2;

/// What is wrong inside a group.
#[derive(Clone, Debug)]
pub enum ReadError<'a> {
    /// Octets that are no AVP.
    Framing(DecodeError),
    /// An AVP of another length than its type has.
    Length(Avp<'a>),
    /// An AVP whose value is not allowed.
    Value(Avp<'a>),
}

impl From<ReadError<'_>> for Fault {
    fn from(error: ReadError<'_>) -> Self {
        match error {
            ReadError::Framing(error) => Self::framing(error),
            ReadError::Length(avp) => Self::length(&avp),
            ReadError::Value(avp) => Self::value(&avp, "the value is not UTF-8"),
        }
    }
}

/// A PDN gateway: its name, its addresses, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentInfo<'a> {
    /// Destination-Host of MIP-Home-Agent-Host.
    pub host: Option<&'a str>,
    /// Destination-Realm of MIP-Home-Agent-Host.
    pub realm: Option<&'a str>,
    /// MIP-Home-Agent-Address: [`MAX_AGENT_ADDRESSES`] at most, others are skipped.
    pub addresses: Vec<IpAddr>,
}

impl<'a> AgentInfo<'a> {
    /// Reads the group.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(group: &Avp<'a>) -> Result<Self, ReadError<'a>> {
        let mut agent = Self::default();
        for inner in group.group() {
            let inner = inner.map_err(ReadError::Framing)?;
            if inner.is(avp::MIP_HOME_AGENT_ADDRESS) {
                let address = inner.address().map_err(|_| ReadError::Length(inner))?;
                if agent.addresses.len() < MAX_AGENT_ADDRESSES {
                    agent.addresses.extend(address);
                }
            } else if inner.is(avp::MIP_HOME_AGENT_HOST) {
                for name in inner.group() {
                    let name = name.map_err(ReadError::Framing)?;
                    let text = || name.text().map_err(|_| ReadError::Value(name));
                    if name.is(avp::DESTINATION_HOST) {
                        agent.host = Some(text()?);
                    } else if name.is(avp::DESTINATION_REALM) {
                        agent.realm = Some(text()?);
                    }
                }
            }
        }
        // MIP-Home-Agent-Host has both or is none.
        (agent.host, agent.realm) = agent.host.zip(agent.realm).unzip();
        Ok(agent)
    }

    /// Writes the group. MIP-Home-Agent-Host needs a realm and a host.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        Self::write_parts(w, self.host, self.realm, &self.addresses);
    }

    /// Writes the group of a gateway that is kept in another form.
    pub fn write_parts(
        w: &mut MessageWriter<'_>,
        host: Option<&str>,
        realm: Option<&str>,
        addresses: &[IpAddr],
    ) {
        w.group(avp::MIP6_AGENT_INFO, |w| {
            for address in addresses {
                w.address(avp::MIP_HOME_AGENT_ADDRESS, *address);
            }
            if let Some((host, realm)) = host.zip(realm) {
                w.group(avp::MIP_HOME_AGENT_HOST, |w| {
                    w.text(avp::DESTINATION_REALM, realm);
                    w.text(avp::DESTINATION_HOST, host);
                });
            }
        });
    }
}

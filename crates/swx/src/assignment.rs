//! Server-Assignment (TS 29.273 8.1.2.2.2, 8.2.2.3): what became of a UE at a 3GPP AAA server, and the profile please.

use crate::{AgentInfo, SWX, Terminal};
use quintet_cx::{Fault, FeatureList, Outcome, ServerAssignmentType, read, write_application};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Avp, Message, MessageWriter};
use quintet_identity::Imsi;

/// The most Active-APN kept of one request: a UE has at most 11 bearers, hence so many PDN connections (TS 24.301 6.5.0).
pub const MAX_ACTIVE_APNS: usize = 11;

/// Active-APN (TS 29.272 7.3.127): a PDN connection that a AAA server knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveApn<'a> {
    /// Context-Identifier.
    pub context_identifier: u32,
    /// Service-Selection.
    pub apn: Option<&'a str>,
    /// MIP6-Agent-Info.
    pub gateway: AgentInfo<'a>,
}

impl<'a> ActiveApn<'a> {
    /// `None` without Context-Identifier or gateway, which leaves nothing to store.
    fn read(group: &Avp<'a>) -> Result<Option<Self>, Fault> {
        let (mut id, mut apn, mut gateway) = (None, None, None);
        read::group(group, |inner| {
            if inner.is(avp::CONTEXT_IDENTIFIER) {
                id = Some(read::u32(inner)?);
            } else if inner.is(avp::SERVICE_SELECTION) {
                apn = inner.text().ok();
            } else if inner.is(avp::MIP6_AGENT_INFO) {
                gateway = Some(AgentInfo::read(inner)?);
            }
            Ok(())
        })?;
        Ok(id.zip(gateway).map(|(context_identifier, gateway)| Self {
            context_identifier,
            apn,
            gateway,
        }))
    }

    fn write(&self, w: &mut MessageWriter<'_>) {
        w.group(avp::ACTIVE_APN, |w| {
            w.u32(avp::CONTEXT_IDENTIFIER, self.context_identifier);
            if let Some(apn) = self.apn {
                w.text(avp::SERVICE_SELECTION, apn);
            }
            self.gateway.write(w);
        });
    }
}

/// Server-Assignment-Request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sar<'a> {
    /// User-Name.
    pub imsi: Imsi,
    /// Server-Assignment-Type.
    pub assignment_type: ServerAssignmentType,
    /// Service-Selection: the APN whose PDN gateway is told.
    pub apn: Option<&'a str>,
    /// Context-Identifier: its configuration.
    pub context_identifier: Option<u32>,
    /// MIP6-Agent-Info: its PDN gateway; none: the gateway is to be forgotten.
    pub gateway: Option<AgentInfo<'a>>,
    /// Visited-Network-Identifier.
    pub visited_network: Option<&'a str>,
    /// Terminal-Information.
    pub terminal: Terminal,
    /// Active-APN: what a AAA server restores.
    pub active_apns: Vec<ActiveApn<'a>>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl<'a> Sar<'a> {
    /// Command Code.
    pub const COMMAND: u32 = command::SERVER_ASSIGNMENT;

    /// A request with what every one has.
    #[must_use]
    pub fn new(imsi: Imsi, assignment_type: ServerAssignmentType) -> Self {
        Self {
            imsi,
            assignment_type,
            apn: None,
            context_identifier: None,
            gateway: None,
            visited_network: None,
            terminal: Terminal::default(),
            active_apns: Vec::new(),
            features: Vec::new(),
        }
    }

    /// Reads the request.
    ///
    /// # Errors
    /// [`Fault`] for what the sender is owed.
    pub fn read(message: &Message<'a>) -> Result<Self, Fault> {
        let (mut imsi, mut assignment_type) = (None, None);
        let (mut apn, mut context_identifier, mut gateway, mut visited_network) = (None, None, None, None);
        let (mut terminal, mut active_apns, mut features) = (Terminal::default(), Vec::new(), Vec::new());
        let not_utf8 = "the value is not UTF-8";
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::SERVER_ASSIGNMENT_TYPE) {
                assignment_type = Some(ServerAssignmentType(read::u32(&found)?));
            } else if found.is(avp::SERVICE_SELECTION) {
                apn = Some(found.text().map_err(|_| Fault::value(&found, not_utf8))?);
            } else if found.is(avp::CONTEXT_IDENTIFIER) {
                context_identifier = Some(read::u32(&found)?);
            } else if found.is(avp::MIP6_AGENT_INFO) {
                gateway = Some(AgentInfo::read(&found)?);
            } else if found.is(avp::VISITED_NETWORK_IDENTIFIER) {
                visited_network = Some(found.text().map_err(|_| Fault::value(&found, not_utf8))?);
            } else if found.is(avp::TERMINAL_INFORMATION) {
                terminal = Terminal::read(&found).map_err(Fault::framing)?;
            } else if found.is(avp::ACTIVE_APN) && active_apns.len() < MAX_ACTIVE_APNS {
                active_apns.extend(ActiveApn::read(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut features, &found)?;
            }
        }
        let why = "Server-Assignment-Type is missing";
        Ok(Self {
            imsi: read::need(imsi, avp::USER_NAME, "User-Name is missing")?,
            assignment_type: read::need(assignment_type, avp::SERVER_ASSIGNMENT_TYPE, why)?,
            apn,
            context_identifier,
            gateway,
            visited_network,
            terminal,
            active_apns,
            features,
        })
    }

    /// Writes all but Session-Id and the routing AVPs.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SWX);
        if let Some(apn) = self.apn {
            w.text(avp::SERVICE_SELECTION, apn);
        }
        read::put_u32(w, avp::CONTEXT_IDENTIFIER, self.context_identifier);
        if let Some(gateway) = &self.gateway {
            gateway.write(w);
        }
        if let Some(visited) = self.visited_network {
            w.text(avp::VISITED_NETWORK_IDENTIFIER, visited);
        }
        read::put_imsi(w, self.imsi);
        w.u32(avp::SERVER_ASSIGNMENT_TYPE, self.assignment_type.0);
        for active in &self.active_apns {
            active.write(w);
        }
        self.terminal.write(w);
        FeatureList::write_all(w, &self.features);
    }
}

/// Server-Assignment-Answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saa {
    /// The result.
    pub outcome: Outcome,
    /// User-Name.
    pub imsi: Option<Imsi>,
    /// Non-3GPP-User-Data: the AVPs of the group, for [`crate::UserData::read`].
    pub user_data: Option<Vec<u8>>,
    /// 3GPP-AAA-Server-Name: who serves the UE already.
    pub aaa_server: Option<String>,
    /// Supported-Features.
    pub features: Vec<FeatureList>,
}

impl Saa {
    /// An answer that says nothing but its result.
    #[must_use]
    pub fn new(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            imsi: None,
            user_data: None,
            aaa_server: None,
            features: Vec::new(),
        }
    }

    /// Reads the answer; Non-3GPP-User-Data stay octets.
    ///
    /// # Errors
    /// [`Fault`] if it cannot be used.
    pub fn read(message: &Message<'_>) -> Result<Self, Fault> {
        let mut answer = Self::new(Outcome::of(message));
        for found in message.avps() {
            let found = found.map_err(Fault::framing)?;
            if found.is(avp::USER_NAME) {
                answer.imsi = Some(read::imsi(&found)?);
            } else if found.is(avp::NON_3GPP_USER_DATA) {
                answer.user_data = Some(found.data.to_vec());
            } else if found.is(avp::TGPP_AAA_SERVER_NAME) {
                answer.aaa_server = Some(read::text(&found)?);
            } else if found.is(avp::SUPPORTED_FEATURES) {
                FeatureList::push(&mut answer.features, &found)?;
            }
        }
        Ok(answer)
    }

    /// Writes what follows the result and the origin.
    pub fn write(&self, w: &mut MessageWriter<'_>) {
        write_application(w, SWX);
        if let Some(imsi) = self.imsi {
            read::put_imsi(w, imsi);
        }
        read::put_octets(w, avp::NON_3GPP_USER_DATA, self.user_data.as_ref());
        read::put_text(w, avp::TGPP_AAA_SERVER_NAME, self.aaa_server.as_ref());
        FeatureList::write_all(w, &self.features);
    }
}

//! Capabilities exchange (RFC 6733 5.3): CER and CEA, written and judged.

use super::introduction::Introduction;
use super::refusal::Refusal;
use super::{
    Application, ApplicationKind, Candidate, Capabilities, ConnectionId, Direction, DownReason, Event, Node,
    NodeConfig, PeerConfig, PeerId, PeerMachineEvent as Happened, PeerState, Phase, RELAY_APPLICATION,
    RefusedReason,
};
use crate::dict::{avp, command};
use crate::{CommandFlags, Header, Message, MessageWriter, ResultCode};
use std::net::IpAddr;

/// What CER and CEA have in common, after Result-Code.
fn write_capabilities(config: &NodeConfig, writer: &mut MessageWriter<'_>, local: Option<IpAddr>) {
    writer.text(avp::ORIGIN_HOST, &config.identity);
    writer.text(avp::ORIGIN_REALM, &config.realm);
    // The address this connection uses, if it is known, goes first.
    let others = config.addresses.iter().copied().filter(|a| Some(*a) != local);
    for address in local.into_iter().filter(|a| !a.is_unspecified()).chain(others) {
        writer.address(avp::HOST_IP_ADDRESS, address);
    }
    writer.u32(avp::VENDOR_ID, config.vendor_id);
    writer.text(avp::PRODUCT_NAME, &config.product_name);
    if let Some(state) = config.origin_state_id {
        writer.u32(avp::ORIGIN_STATE_ID, state);
    }
    for (i, application) in config.applications.iter().enumerate() {
        let vendor = application.vendor_id;
        let earlier = &config.applications[..i];
        if vendor != 0 && !earlier.iter().any(|a| a.vendor_id == vendor) {
            writer.u32(avp::SUPPORTED_VENDOR_ID, vendor);
        }
    }
    if config.relay {
        writer.u32(avp::AUTH_APPLICATION_ID, RELAY_APPLICATION);
    }
    for application in &config.applications {
        write_application(writer, application);
    }
    if let Some(revision) = config.firmware_revision {
        writer.u32(avp::FIRMWARE_REVISION, revision);
    }
}

fn write_application(writer: &mut MessageWriter<'_>, application: &Application) {
    let id = match application.kind {
        ApplicationKind::Auth => avp::AUTH_APPLICATION_ID,
        ApplicationKind::Acct => avp::ACCT_APPLICATION_ID,
    };
    if application.vendor_id == 0 {
        writer.u32(id, application.id);
    } else {
        writer.group(avp::VENDOR_SPECIFIC_APPLICATION_ID, |group| {
            group.u32(avp::VENDOR_ID, application.vendor_id);
            group.u32(id, application.id);
        });
    }
}

impl Node {
    // --- Ours -------------------------------------------------------------------------------------------------------

    pub(super) fn send_cer(&mut self, id: PeerId) {
        let Some(connection) = self.peers[id.index as usize].initiator else {
            return;
        };
        let local = self.connections.get(&connection).and_then(|c| c.local);
        let fill = |config: &NodeConfig, writer: &mut MessageWriter<'_>| {
            write_capabilities(config, writer, local);
        };
        let hop_by_hop = self.write_request(connection, command::CAPABILITIES_EXCHANGE, fill);
        if let Some(connection) = self.connections.get_mut(&connection) {
            let header = Header::decode(&connection.output).ok();
            connection.cer = header.map(|header| Header { hop_by_hop, ..header });
        }
    }

    pub(super) fn send_cea(&mut self, id: PeerId) {
        let Some(responder) = self.peers[id.index as usize].responder else {
            return;
        };
        let Some(cer) = self.connections.get_mut(&responder).and_then(|c| c.cer.take()) else {
            return;
        };
        self.write_cea(responder, &cer, ResultCode::SUCCESS, None);
    }

    /// CEA, success or not; also a refused CER is answered with who we are.
    fn write_cea(&mut self, id: ConnectionId, cer: &Header, result: ResultCode, refusal: Option<&Refusal>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let error = if result.is_protocol_error() {
            CommandFlags::ERROR
        } else {
            0
        };
        let header = Header {
            flags: CommandFlags(error),
            ..*cer
        };
        let mut writer = MessageWriter::new(&mut connection.output, &header);
        writer.u32(avp::RESULT_CODE, result.0);
        write_capabilities(&self.config, &mut writer, None);
        if let Some(refusal) = refusal {
            super::refusal::write_reasons(
                &mut writer,
                refusal.failed_avp.as_deref(),
                refusal.text.as_deref(),
            );
        }
        writer.finish();
        self.counters.count(Direction::Sent, &header, result);
        self.wrote(id);
    }

    // --- The peer's CER ---------------------------------------------------------------------------------------------

    /// Process-CER: a bad one is answered and the connection closed, a good one becomes an R-Conn-CER.
    pub(super) fn receive_cer(&mut self, id: ConnectionId, message: &Message<'_>) {
        match self.judge_cer(id, message) {
            Ok((peer, capabilities)) => self.take_cer(id, peer, capabilities, message.header()),
            Err(refusal) => {
                self.write_cea(id, message.header(), refusal.result, Some(&refusal));
                let reason = match refusal.unproven {
                    Some(unproven) => RefusedReason::Unproven(unproven),
                    None => RefusedReason::CapabilitiesRefused(refusal.result),
                };
                self.fail_after_flush(id, DownReason::ProtocolError, reason);
            }
        }
    }

    fn judge_cer(
        &mut self,
        id: ConnectionId,
        message: &Message<'_>,
    ) -> Result<(PeerId, Capabilities), Refusal> {
        self.judge(message)?;
        let introduction = Introduction::read(message)?;
        let identity = introduction.identity;
        let unknown = |text: &str| Refusal::new(ResultCode::UNKNOWN_PEER, text);
        if self.config.is_us(identity.as_bytes()) {
            return Err(unknown("this is my own Origin-Host"));
        }
        let remote = self.connections.get(&id).and_then(|c| c.remote);
        let known = self.peer_by_identity(identity.as_bytes());
        let config = known.map(|peer| &self.peers[peer.index as usize].config);
        match config {
            Some(config) => {
                if !config.addresses.is_empty() && !remote.is_some_and(|r| config.addresses.contains(&r)) {
                    return Err(unknown("this peer is expected from another address"));
                }
                if !realm_fits(config, &introduction.capabilities) {
                    return Err(unknown("this peer is expected in another realm"));
                }
            }
            None if !self.config.unknown_peers.admit(remote) => {
                return Err(unknown("this peer is not configured"));
            }
            None => {}
        }
        self.check_security(id, config, identity)?;
        let offered = &introduction.capabilities;
        if config.is_some_and(|config| !offered.meet(config)) {
            return Err(Refusal::new(
                ResultCode::NO_COMMON_APPLICATION,
                "this peer is configured for other applications",
            ));
        }
        if let Some((avp, false)) = introduction.security {
            return Err(Refusal {
                failed_avp: Some(avp.raw.to_vec()),
                ..Refusal::new(
                    ResultCode::NO_COMMON_SECURITY,
                    "only NO_INBAND_SECURITY is supported",
                )
            });
        }
        if !self.shares_application(&introduction.capabilities) {
            return Err(Refusal::new(
                ResultCode::NO_COMMON_APPLICATION,
                "no application in common",
            ));
        }
        let peer = match known {
            Some(peer) => peer,
            None => {
                let config = PeerConfig {
                    identity: identity.to_owned(),
                    ..PeerConfig::default()
                };
                let busy = || Refusal::new(ResultCode::TOO_BUSY, "too many peers");
                self.add_unknown_peer(config).ok_or_else(busy)?
            }
        };
        Ok((peer, introduction.capabilities))
    }

    fn take_cer(&mut self, id: ConnectionId, peer: PeerId, capabilities: Capabilities, cer: &Header) {
        let present = self.connections.get(&id).and_then(|c| c.peer);
        if let Some(present) = present {
            // CER on an open connection: new capabilities of the same peer, not a new connection.
            if present == peer {
                self.learn(peer, capabilities);
                self.write_cea(id, cer, ResultCode::SUCCESS, None);
            } else {
                let refusal = Refusal::new(ResultCode::UNKNOWN_PEER, "Origin-Host has changed");
                self.write_cea(id, cer, refusal.result, Some(&refusal));
                let reason = RefusedReason::CapabilitiesRefused(refusal.result);
                self.fail_after_flush(id, DownReason::ProtocolError, reason);
            }
            return;
        }
        let p = &self.peers[peer.index as usize];
        let restarted = capabilities
            .origin_state_id
            .zip(p.capabilities.origin_state_id)
            .is_some_and(|(new, known)| new > known);
        // A higher Origin-State-Id comes from a new process: the connection of the old one cannot be alive, and R-Reject
        // would keep the peer out until the watchdog finds that out.
        if restarted
            && matches!(p.state, PeerState::IOpen | PeerState::ROpen | PeerState::Closing)
            && let Some(old) = p.connection()
        {
            self.fail(old, DownReason::Restarted, RefusedReason::SecondConnection);
        }
        self.peers[peer.index as usize].candidate = Some(Candidate {
            connection: id,
            capabilities,
            cer: *cer,
        });
        self.drive(peer, Happened::RConnCer);
    }

    // --- The peer's CEA ---------------------------------------------------------------------------------------------

    /// Process-CEA on a connection this node made; anything but the right CEA is I-Rcv-Non-CEA.
    pub(super) fn receive_first_answer(&mut self, id: ConnectionId, message: &Message<'_>) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let Some(peer) = connection.peer else { return };
        let header = message.header();
        let ours = connection
            .cer
            .is_some_and(|cer| cer.hop_by_hop == header.hop_by_hop);
        let is_cea = header.code == command::CAPABILITIES_EXCHANGE && !header.flags.request() && ours;
        let judged = if is_cea {
            self.judge_cea(id, peer, message)
        } else {
            Err(RefusedReason::NotCapabilities)
        };
        match judged {
            Ok(capabilities) => {
                self.learn(peer, capabilities);
                self.drive(peer, Happened::IRcvCea);
            }
            Err(reason) => {
                self.event(Event::Refused {
                    connection: id,
                    reason,
                });
                self.drive(peer, Happened::IRcvNonCea);
            }
        }
    }

    fn judge_cea(
        &self,
        id: ConnectionId,
        peer: PeerId,
        message: &Message<'_>,
    ) -> Result<Capabilities, RefusedReason> {
        let result = message
            .find(avp::RESULT_CODE)
            .and_then(|avp| avp.u32().ok())
            .map(ResultCode);
        match result {
            Some(result) if !result.is_success() => return Err(RefusedReason::RefusedByPeer(result)),
            Some(_) => {}
            None => return Err(RefusedReason::NotCapabilities),
        }
        let introduction = Introduction::read(message).map_err(|_| RefusedReason::NotCapabilities)?;
        let config = &self.peers[peer.index as usize].config;
        let right = introduction.identity.eq_ignore_ascii_case(&config.identity)
            && realm_fits(config, &introduction.capabilities)
            && self.shares_application(&introduction.capabilities);
        if !right {
            return Err(RefusedReason::WrongPeer);
        }
        self.check_security(id, Some(config), &config.identity)
            .map_err(RefusedReason::Unproven)?;
        Ok(introduction.capabilities)
    }

    // --- Both -------------------------------------------------------------------------------------------------------

    fn shares_application(&self, theirs: &Capabilities) -> bool {
        theirs.relay
            || self.config.relay
            || self
                .config
                .applications
                .iter()
                .any(|a| theirs.applications.contains(&(a.id, a.kind)))
    }

    /// Takes over what a peer says about itself.
    pub(super) fn learn(&mut self, id: PeerId, capabilities: Capabilities) {
        self.learn_state(id, capabilities.origin_state_id);
        let known = &mut self.peers[id.index as usize].capabilities;
        let origin_state_id = capabilities.origin_state_id.or(known.origin_state_id);
        *known = Capabilities {
            origin_state_id,
            ..capabilities
        };
    }

    /// A place for a peer that is not configured: a new one, or that of the longest closed one; `None` if all are busy.
    fn add_unknown_peer(&mut self, config: PeerConfig) -> Option<PeerId> {
        let unknown = self.peers.iter().filter(|p| !p.configured);
        if unknown.clone().count() < self.config.limits.unknown_peers {
            return Some(self.add_peer(config, false));
        }
        let free = unknown.filter(|p| p.state == PeerState::Closed && p.outstanding == 0);
        let old = free.min_by_key(|p| p.closed_at)?;
        let id = PeerId {
            index: old.id.index,
            generation: old.id.generation + 1,
        };
        let key = old.config.identity.to_ascii_lowercase().into_bytes();
        self.identities.remove(key.as_slice());
        let key = config
            .identity
            .to_ascii_lowercase()
            .into_bytes()
            .into_boxed_slice();
        self.identities.insert(key, id);
        self.peers[id.index as usize] = super::Peer::new(id, config, false);
        Some(id)
    }

    /// A connection that waits for its CER got a message.
    pub(super) fn receive_first(&mut self, id: ConnectionId, message: &Message<'_>) {
        let header = message.header();
        let is_cer = header.code == command::CAPABILITIES_EXCHANGE && header.flags.request();
        if is_cer && header.application_id == 0 {
            self.receive_cer(id, message);
        } else {
            self.fail(id, DownReason::ProtocolError, RefusedReason::NotCapabilities);
        }
    }

    /// Whether the connection may carry anything but capabilities exchange.
    pub(super) fn is_established(phase: Phase) -> bool {
        matches!(phase, Phase::Open | Phase::Disconnecting)
    }
}

fn realm_fits(config: &PeerConfig, theirs: &Capabilities) -> bool {
    config
        .realm
        .as_ref()
        .is_none_or(|realm| realm.eq_ignore_ascii_case(&theirs.realm))
}

//! One object for the driver, whatever keeps the associations.

use super::settings::{EspBackend, EspCarrier, EspError, EspSettings};
use super::sockets::Sockets;
use crate::datagram::PacketSocket;
use crate::tap::{Tap, Way};
use crate::xfrm::Xfrm;
use crate::{Drbg, Moment};
use quintet_esp::{
    CommandError, Config, Encapsulation, Endpoint, Event, Flow, Mode, SaCommand, SaStatus, SendError,
    Transport,
};
use quintet_sip::transport::{Hop, Protocol};
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;
use zeroize::Zeroize;

/// Packets that wait for full sockets, beyond which those that follow are lost as in any full queue.
const MAX_WAITING: usize = 65_536;

/// Our own stack with its sockets.
struct Packets {
    endpoint: Endpoint,
    sockets: Sockets,
}

/// Security associations with what carries them. To be owned by one thread, as the driver's other transports are:
/// feed it what its sockets have ([`receive`](Self::receive)), take events ([`poll_event`](Self::poll_event)), then have it
/// send ([`transmit`](Self::transmit)), and call [`timeout`](Self::timeout) when due.
pub struct EspTransport {
    kernel: Option<Box<Xfrm>>,
    /// Beside a kernel: for tunnels, if their UDP port could be had.
    packets: Option<Box<Packets>>,
    carrier: EspCarrier,
}

/// A socket to wait for.
#[derive(Clone)]
pub struct EspSocket(Rc<PacketSocket>);

impl EspSocket {
    /// Waits until packets may have come.
    ///
    /// # Errors
    /// As the runtime says.
    pub async fn readable(&self) -> io::Result<()> {
        self.0.readable().await
    }

    /// Waits until it may take packets.
    ///
    /// # Errors
    /// As the runtime says.
    pub async fn writable(&self) -> io::Result<()> {
        self.0.writable().await
    }
}

/// The hop that a flow is to a SIP node.
#[must_use]
pub fn hop_of(flow: Flow) -> Hop {
    let protocol = match flow.transport {
        Transport::Udp => Protocol::Udp,
        Transport::Tcp => Protocol::Tcp,
    };
    Hop {
        protocol,
        local: flow.local,
        remote: flow.remote,
    }
}

/// The flow that a hop is to ESP; `None` for TLS, which nobody runs inside ESP.
#[must_use]
pub fn flow_of(hop: Hop) -> Option<Flow> {
    let transport = match hop.protocol {
        Protocol::Udp => Transport::Udp,
        Protocol::Tcp => Transport::Tcp,
        Protocol::Tls => return None,
    };
    Some(Flow {
        transport,
        local: hop.local,
        remote: hop.remote,
    })
}

/// The switch that takes the loopback interface out of the kernel's ESP, if one of our addresses is on it. With it, what is
/// sent there goes bare, and what comes bare is taken: nobody would notice.
fn exemption(local: &[IpAddr], read: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
    const IPV4: [&str; 2] = [
        "/proc/sys/net/ipv4/conf/lo/disable_xfrm",
        "/proc/sys/net/ipv4/conf/lo/disable_policy",
    ];
    const IPV6: [&str; 1] = ["/proc/sys/net/ipv6/conf/lo/disable_policy"];
    let loopback = |v4| local.iter().any(move |ip| ip.is_loopback() && ip.is_ipv4() == v4);
    let v4 = IPV4.into_iter().filter(|_| loopback(true));
    let v6 = IPV6.into_iter().filter(|_| loopback(false));
    v4.chain(v6)
        .find(|switch| read(switch).is_some_and(|text| text.trim() != "0"))
}

impl EspTransport {
    /// Opens what the settings ask for. To be called within the runtime that drives it.
    ///
    /// # Errors
    /// [`EspError`], which says what to do.
    pub fn open(settings: &EspSettings) -> Result<Self, EspError> {
        match settings.backend {
            EspBackend::Kernel => Self::kernel(settings),
            EspBackend::Auto => match Self::kernel(settings) {
                Err(EspError::NoKernel(_)) => match Self::packets(settings, EspBackend::RawIp) {
                    Err(EspError::NoRawSockets(_)) => Self::packets(settings, EspBackend::Udp),
                    other => other,
                },
                other => other,
            },
            backend => Self::packets(settings, backend),
        }
    }

    fn kernel(settings: &EspSettings) -> Result<Self, EspError> {
        if let Some(switch) = exemption(&settings.local, &|switch| std::fs::read_to_string(switch).ok()) {
            let why = format!("{switch} exempts addresses of this machine: write 0 to it");
            return Err(EspError::NoKernel(io::Error::other(why)));
        }
        let xfrm = Xfrm::open(settings.max_associations).map_err(EspError::NoKernel)?;
        let tunnels = Packets::open(settings, EspBackend::Udp);
        let packets = tunnels.map(|(packets, _)| Box::new(packets));
        if let Err(error) = &packets {
            tracing::warn!(%error, "no UDP-encapsulated tunnels");
        }
        Ok(Self {
            kernel: Some(Box::new(xfrm)),
            packets: packets.ok(),
            carrier: EspCarrier::Kernel,
        })
    }

    fn packets(settings: &EspSettings, backend: EspBackend) -> Result<Self, EspError> {
        let (packets, carrier) = Packets::open(settings, backend)?;
        Ok(Self {
            kernel: None,
            packets: Some(Box::new(packets)),
            carrier,
        })
    }

    /// What keeps the associations.
    #[must_use]
    pub fn carrier(&self) -> EspCarrier {
        self.carrier
    }

    /// Whether SIP protected in transport mode goes through ordinary sockets on the protected ports: somebody has to listen
    /// there then.
    #[must_use]
    pub fn wants_sockets(&self) -> bool {
        self.kernel.is_some()
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// [`CommandError`]: nothing changed. What the kernel refuses is logged and told as [`CommandError::BackEnd`].
    pub fn command(
        &mut self,
        at: Moment,
        tap: &mut Option<Box<dyn Tap>>,
        command: SaCommand,
    ) -> Result<(), CommandError> {
        let installed = match &command {
            SaCommand::Install(parameters) if tap.is_some() => Some(parameters.clone()),
            _ => None,
        };
        match (&mut self.kernel, &mut self.packets) {
            (Some(xfrm), Some(packets)) => {
                let in_kernel = match &command {
                    SaCommand::Install(parameters) => parameters.mode == Mode::Transport,
                    SaCommand::Prefer(key) | SaCommand::Remove(key) | SaCommand::SetLifetime { key, .. } => {
                        xfrm.has(*key)
                    }
                    SaCommand::RemoveSet(_) => {
                        packets.endpoint.command(at.now, command.clone())?;
                        true
                    }
                };
                if in_kernel {
                    xfrm.command(at.now, command)?
                } else {
                    packets.endpoint.command(at.now, command)?
                }
            }
            (Some(xfrm), None) => xfrm.command(at.now, command)?,
            (None, Some(packets)) => packets.endpoint.command(at.now, command)?,
            (None, None) => return Err(CommandError::NotSupported),
        }
        if let (Some(parameters), Some(tap)) = (installed, tap) {
            tap.esp_installed(at.wall, &parameters);
        }
        Ok(())
    }

    /// Whether a hop is carried here: there is an association to send on it, and it is ours and not the kernel's.
    #[must_use]
    pub fn carries(&self, hop: Hop) -> bool {
        let packets = self.packets.as_ref();
        packets
            .zip(flow_of(hop))
            .is_some_and(|(packets, flow)| packets.endpoint.can_send(flow))
    }

    /// Sends a datagram, or octets of a stream on a connection that is begun if there is none.
    ///
    /// # Errors
    /// [`SendError`]: nothing was taken.
    pub fn send(&mut self, at: Moment, hop: Hop, octets: &[u8]) -> Result<(), SendError> {
        let packets = self.packets.as_mut().ok_or(SendError::NoAssociation)?;
        let flow = flow_of(hop).ok_or(SendError::NoAssociation)?;
        packets.endpoint.send(at.now, flow, octets)
    }

    /// Ends a connection once everything is sent; nothing if there is none.
    pub fn close(&mut self, at: Moment, hop: Hop) {
        if let (Some(packets), Some(flow)) = (&mut self.packets, flow_of(hop)) {
            packets.endpoint.close(at.now, flow);
        }
    }

    /// What happened next. Flows are hops by [`hop_of`].
    pub fn poll_event(&mut self) -> Option<Event> {
        let kernel = self.kernel.as_mut().and_then(|xfrm| xfrm.poll_event());
        kernel.or_else(|| self.packets.as_mut()?.endpoint.poll_event())
    }

    /// When [`timeout`](Self::timeout) is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let kernel = self.kernel.as_ref().and_then(|xfrm| xfrm.poll_timeout());
        let packets = self
            .packets
            .as_ref()
            .and_then(|packets| packets.endpoint.poll_timeout());
        [kernel, packets].into_iter().flatten().min()
    }

    /// Time passed.
    pub fn timeout(&mut self, at: Moment) {
        if let Some(xfrm) = &mut self.kernel {
            xfrm.timeout(at.now);
        }
        if let Some(packets) = &mut self.packets {
            packets.endpoint.timeout(at.now);
        }
    }

    /// The associations as they stand, for `quintet ims sa`.
    #[must_use]
    pub fn associations(&mut self, at: Moment) -> Vec<SaStatus> {
        let mut all = self
            .kernel
            .as_mut()
            .map(|xfrm| xfrm.associations(at.now))
            .unwrap_or_default();
        all.extend(
            self.packets
                .iter()
                .flat_map(|packets| packets.endpoint.associations()),
        );
        all
    }

    /// The sockets to wait for, numbered as [`receive`](Self::receive) wants them.
    #[must_use]
    pub fn sockets(&self) -> Vec<EspSocket> {
        self.packets
            .iter()
            .flat_map(|packets| packets.sockets.all())
            .map(EspSocket)
            .collect()
    }

    /// A socket has packets: feeds the endpoint what waits, a bounded number.
    ///
    /// # Errors
    /// As the system says; the socket stays in use.
    pub fn receive(&mut self, at: Moment, tap: &mut Option<Box<dyn Tap>>, socket: usize) -> io::Result<()> {
        let Some(packets) = &mut self.packets else {
            return Ok(());
        };
        let endpoint = &mut packets.endpoint;
        packets.sockets.receive(socket, &mut |path, packet| {
            if let Some(tap) = tap {
                tap.esp_packet(at.wall, path, Way::Received, packet);
            }
            endpoint.packet(at.now, path, packet);
        })
    }

    /// Sends what there is for the network. Answers the numbers of sockets that are full: call again when one takes more.
    pub fn transmit(&mut self, at: Moment, tap: &mut Option<Box<dyn Tap>>) -> Vec<usize> {
        let Some(packets) = &mut self.packets else {
            return Vec::new();
        };
        while let Some(transmit) = packets.endpoint.poll_packet() {
            if packets.sockets.waiting() >= MAX_WAITING {
                continue;
            }
            if let Some(tap) = tap {
                tap.esp_packet(at.wall, transmit.path, Way::Sent, &transmit.octets);
            }
            packets.sockets.push(transmit);
        }
        packets.sockets.flush()
    }
}

impl Packets {
    /// Opens the sockets of one of the two back ends that are made of packets.
    fn open(settings: &EspSettings, backend: EspBackend) -> Result<(Self, EspCarrier), EspError> {
        let (sockets, carrier) = Sockets::open(settings, backend)?;
        let encapsulation = match carrier {
            EspCarrier::Udp { port } => Some(Encapsulation {
                local_port: port,
                remote_port: settings.remote_udp_port,
            }),
            _ => None,
        };
        let config = Config {
            max_associations: settings.max_associations,
            max_connections: settings.max_connections,
            encapsulation,
            keep_alive: settings.keep_alive,
        };
        let mut seed = [0; 32];
        Drbg::new()?.fill(&mut seed);
        let endpoint = Endpoint::new(config, seed);
        seed.zeroize();
        Ok((Self { endpoint, sockets }, carrier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_not_taken_where_the_loopback_interface_is_exempt() {
        let on = |name: &'static str| {
            move |switch: &str| Some(if switch.ends_with(name) { "1\n" } else { "0\n" }.into())
        };
        let addresses = |text: &str| vec![text.parse::<IpAddr>().unwrap()];
        for (local, switch, exempt) in [
            ("127.0.0.7", "ipv4/conf/lo/disable_xfrm", true),
            ("127.0.0.7", "ipv4/conf/lo/disable_policy", true),
            ("127.0.0.7", "ipv6/conf/lo/disable_policy", false),
            ("127.0.0.7", "none", false),
            ("::1", "ipv6/conf/lo/disable_policy", true),
            ("::1", "ipv4/conf/lo/disable_policy", false),
            ("192.0.2.1", "ipv4/conf/lo/disable_policy", false),
        ] {
            let found = exemption(&addresses(local), &on(switch));
            assert_eq!(found.is_some(), exempt, "{local} with {switch}: {found:?}");
        }
        // Without a kernel that has such switches there is no such kernel either.
        assert_eq!(exemption(&addresses("127.0.0.1"), &|_| None), None);
    }
}

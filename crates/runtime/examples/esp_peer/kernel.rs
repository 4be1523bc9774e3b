//! Ordinary sockets on the protected ports: the kernel's policies see to ESP.

use super::{Carrier, PATIENCE};
use crate::plan::Plan;
use quintet_sip::transport::{Hop, Protocol};
use socket2::{Domain, SockAddr, Socket, Type};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// For the last segments and their acknowledgements.
const LINGER: Duration = Duration::from_secs(3);

type Streams = Arc<Mutex<HashMap<Hop, TcpStream>>>;
type Came = (Hop, Vec<u8>);

pub(crate) struct Sockets {
    datagrams: HashMap<SocketAddr, UdpSocket>,
    streams: Streams,
    sender: Sender<Came>,
    receiver: Receiver<Came>,
}

impl Sockets {
    pub(crate) fn open(plans: &[Plan]) -> Result<Self, String> {
        let (sender, receiver) = channel();
        let mut sockets = Self {
            datagrams: HashMap::new(),
            streams: Streams::default(),
            sender,
            receiver,
        };
        for plan in plans {
            let (server, client) = plan.addresses();
            for local in [server, client] {
                sockets
                    .datagram(local)
                    .map_err(|error| format!("{local}: {error}"))?;
            }
            sockets
                .listen(server)
                .map_err(|error| format!("{server}: {error}"))?;
        }
        Ok(sockets)
    }

    fn datagram(&mut self, local: SocketAddr) -> std::io::Result<()> {
        let socket = UdpSocket::bind(local)?;
        let (reader, sender) = (socket.try_clone()?, self.sender.clone());
        spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok((octets, remote)) = reader.recv_from(&mut buffer) {
                let hop = Hop {
                    protocol: Protocol::Udp,
                    local,
                    remote,
                };
                if sender.send((hop, buffer[..octets].to_vec())).is_err() {
                    return;
                }
            }
        });
        self.datagrams.insert(local, socket);
        Ok(())
    }

    fn listen(&mut self, local: SocketAddr) -> std::io::Result<()> {
        #[expect(clippy::disallowed_methods, reason = "an example of the runtime")]
        let listener = TcpListener::bind(local)?;
        let (streams, sender) = (Arc::clone(&self.streams), self.sender.clone());
        spawn(move || {
            while let Ok((stream, remote)) = listener.accept() {
                adopt(
                    &streams,
                    &sender,
                    stream,
                    Hop {
                        protocol: Protocol::Tcp,
                        local,
                        remote,
                    },
                );
            }
        });
        Ok(())
    }

    fn connect(&mut self, hop: Hop) -> std::io::Result<()> {
        let socket = Socket::new(Domain::for_address(hop.local), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&SockAddr::from(hop.local))?;
        socket.connect_timeout(&SockAddr::from(hop.remote), PATIENCE)?;
        adopt(&self.streams, &self.sender, socket.into(), hop);
        Ok(())
    }

    fn write(&mut self, hop: Hop, octets: &[u8]) -> std::io::Result<()> {
        match hop.protocol {
            Protocol::Udp => match self.datagrams.get(&hop.local) {
                Some(socket) => socket.send_to(octets, hop.remote).map(drop),
                None => Err(std::io::ErrorKind::AddrNotAvailable.into()),
            },
            _ => {
                if !self.streams.lock().expect("not poisoned").contains_key(&hop) {
                    self.connect(hop)?;
                }
                let streams = self.streams.lock().expect("not poisoned");
                let stream = streams.get(&hop).ok_or(std::io::ErrorKind::NotConnected)?;
                (&mut &*stream).write_all(octets)
            }
        }
    }
}

/// Reads a connection from now on.
fn adopt(streams: &Streams, sender: &Sender<Came>, stream: TcpStream, hop: Hop) {
    let (Ok(mut reader), sender) = (stream.try_clone(), sender.clone()) else {
        return;
    };
    streams.lock().expect("not poisoned").insert(hop, stream);
    spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(octets @ 1..) = reader.read(&mut buffer) {
            if sender.send((hop, buffer[..octets].to_vec())).is_err() {
                return;
            }
        }
    });
}

#[expect(clippy::disallowed_methods, reason = "an example of the runtime")]
fn spawn(work: impl FnOnce() + Send + 'static) {
    drop(std::thread::spawn(work));
}

impl Carrier for Sockets {
    fn send(&mut self, hop: Hop, octets: &[u8]) -> Result<(), String> {
        self.write(hop, octets)
            .map_err(|error| format!("{hop:?}: {error}"))
    }

    fn receive(&mut self) -> Result<Came, String> {
        self.receiver
            .recv_timeout(PATIENCE)
            .map_err(|_| "nothing came".to_owned())
    }

    fn linger(&mut self) {
        // The kernel sends what it has while its associations stand.
        let _ = self.receiver.recv_timeout(LINGER);
    }
}

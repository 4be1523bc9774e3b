//! Frames of a network interface as they pass: a packet socket (packet(7)), of Linux alone. Wants CAP_NET_RAW.
//!
//! One system call brings a batch of frames; the kernel's time stamps and its count of frames it had no room for come
//! with them. No ring is mapped: that would take `unsafe` for what a large socket buffer does as well
//! at the rates of signalling. The loopback interface shows each frame twice, as it goes out and as it comes in; who reads on
//! must bear duplicates anyhow.

use nix::cmsg_space;
use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::sockopt::{RcvBuf, RcvBufForce, ReceiveTimestampns, RxqOvfl};
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, MultiHeaders, SockFlag, SockProtocol, SockType,
    bind, recvmmsg, setsockopt, socket,
};
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

/// The longest frame that is taken whole: what the kernel's loopback and offloading interfaces hand over at most.
pub const MAX_FRAME_OCTETS: usize = 65_536 + 64;

/// Frames that one system call brings at most.
const BATCH: usize = 32;

/// What the kernel is asked to keep for us while we compute: at 10,000 frames a second of 300 octets, several seconds.
const RECEIVE_BUFFER_OCTETS: usize = 32 << 20;

/// ARPHRD_ETHER and ARPHRD_LOOPBACK: frames begin with an Ethernet header (`linux/if_arp.h`).
const ETHERNET_LIKE: [u16; 2] = [1, 772];

/// ARPHRD_NONE: frames begin with an IP header, as those of a tunnel do.
const NO_HEADER: u16 = 0xfffe;

/// What frames of an interface begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveLink {
    /// An Ethernet header.
    Ethernet,
    /// An IPv4 or IPv6 header.
    Ip,
}

/// A frame as it passed.
#[derive(Clone, Copy, Debug)]
pub struct LiveFrame<'a> {
    /// The kernel's time stamp, since the epoch.
    pub time: Duration,
    /// Its octets.
    pub octets: &'a [u8],
}

/// Why an interface cannot be watched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// There is none of this name.
    #[error("there is no interface {name} (there are: {known})")]
    NoInterface {
        /// As asked for.
        name: String,
        /// Those there are.
        known: String,
    },
    /// Its frames begin with a header we do not read.
    #[error("{name} is of hardware type {hardware}: only Ethernet, loopback and IP tunnels can be watched")]
    Hardware {
        /// The interface.
        name: String,
        /// Its ARPHRD number.
        hardware: u16,
    },
    /// Not permitted.
    #[error("watching an interface wants CAP_NET_RAW: run as root, or `setcap cap_net_raw+ep` the program")]
    NotPermitted,
    /// The system refuses otherwise.
    #[error("cannot watch {name}: {error}")]
    System {
        /// The interface.
        name: String,
        /// What it said.
        error: io::Error,
    },
}

/// An interface being watched.
#[derive(Debug)]
pub struct LiveCapture {
    socket: OwnedFd,
    link: LiveLink,
    buffers: Vec<Vec<u8>>,
    lost: u32,
}

impl LiveCapture {
    /// Begins to watch the interface of this name.
    ///
    /// # Errors
    /// [`LiveError`].
    pub fn open(name: &str) -> Result<Self, LiveError> {
        let system = |error: Errno| match error {
            Errno::EPERM | Errno::EACCES => LiveError::NotPermitted,
            error => LiveError::System {
                name: name.to_owned(),
                error: error.into(),
            },
        };
        let address = find(name)?;
        let link = match address.hatype() {
            hardware if ETHERNET_LIKE.contains(&hardware) => LiveLink::Ethernet,
            NO_HEADER => LiveLink::Ip,
            hardware => {
                return Err(LiveError::Hardware {
                    name: name.to_owned(),
                    hardware,
                });
            }
        };
        let socket = socket(
            AddressFamily::Packet,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
            SockProtocol::EthAll,
        )
        .map_err(system)?;
        bind(socket.as_raw_fd(), &address).map_err(system)?;
        setsockopt(&socket, ReceiveTimestampns, &true).map_err(system)?;
        setsockopt(&socket, RxqOvfl, &1).map_err(system)?;
        // Past the system's limit only with CAP_NET_ADMIN: as much as is allowed then.
        if setsockopt(&socket, RcvBufForce, &RECEIVE_BUFFER_OCTETS).is_err() {
            setsockopt(&socket, RcvBuf, &RECEIVE_BUFFER_OCTETS).map_err(system)?;
        }
        Ok(Self {
            socket,
            link,
            buffers: vec![vec![0; MAX_FRAME_OCTETS]; BATCH],
            lost: 0,
        })
    }

    /// What its frames begin with.
    #[must_use]
    pub const fn link(&self) -> LiveLink {
        self.link
    }

    /// Frames that the kernel had no room for so far.
    #[must_use]
    pub const fn lost(&self) -> u32 {
        self.lost
    }

    /// Waits at most `patience` for frames and hands on those that are there. Says how many; a signal ends the wait with 0.
    ///
    /// # Errors
    /// If the interface is gone or down.
    pub fn read(&mut self, patience: Duration, mut on_frame: impl FnMut(LiveFrame<'_>)) -> io::Result<usize> {
        let patience = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
        match poll(
            &mut [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)],
            patience,
        ) {
            Ok(0) | Err(Errno::EINTR) => return Ok(0),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut slices: Vec<_> = self
            .buffers
            .iter_mut()
            .map(|buffer| [IoSliceMut::new(buffer)])
            .collect();
        let control = cmsg_space!(nix::sys::time::TimeSpec, u32);
        let mut headers = MultiHeaders::<LinkAddr>::preallocate(slices.len(), Some(control));
        let messages = match recvmmsg(
            self.socket.as_raw_fd(),
            &mut headers,
            slices.iter_mut(),
            MsgFlags::empty(),
            None,
        ) {
            Ok(messages) => messages,
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        let mut frames = 0;
        for message in messages {
            let mut time = Duration::ZERO;
            for control in message.cmsgs()? {
                match control {
                    ControlMessageOwned::ScmTimestampns(stamp) => time = Duration::from(stamp),
                    ControlMessageOwned::RxqOvfl(lost) => self.lost = lost,
                    _ => {}
                }
            }
            if let Some(octets) = message.iovs().next() {
                on_frame(LiveFrame { time, octets });
                frames += 1;
            }
        }
        Ok(frames)
    }
}

/// The link-layer address of an interface: its number and hardware type are in it.
fn find(name: &str) -> Result<LinkAddr, LiveError> {
    let mut known = Vec::new();
    let interfaces = getifaddrs().map_err(|error| LiveError::System {
        name: name.to_owned(),
        error: error.into(),
    })?;
    for interface in interfaces {
        let Some(address) = interface
            .address
            .as_ref()
            .and_then(|address| address.as_link_addr().copied())
        else {
            continue;
        };
        if interface.interface_name == name {
            return Ok(address);
        }
        known.push(interface.interface_name);
    }
    Err(LiveError::NoInterface {
        name: name.to_owned(),
        known: known.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    /// Watches the loopback interface; says why not, and gives `None`, where that is not permitted.
    fn loopback() -> Option<LiveCapture> {
        match LiveCapture::open("lo") {
            Ok(capture) => Some(capture),
            Err(LiveError::NotPermitted) => {
                eprintln!("skipped: watching an interface wants CAP_NET_RAW");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn what_passes_is_seen_with_its_time() {
        let Some(mut capture) = loopback() else { return };
        assert_eq!(capture.link(), LiveLink::Ethernet);
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        let payload = format!("watch me {:?}", socket.local_addr());
        socket
            .send_to(payload.as_bytes(), socket.local_addr().expect("bound"))
            .expect("sent");
        let mut times = Vec::new();
        for _ in 0..1000 {
            capture
                .read(Duration::from_secs(10), |frame| {
                    if frame.octets.ends_with(payload.as_bytes()) {
                        assert_eq!(frame.octets[12..14], [8, 0], "IPv4 behind an Ethernet header");
                        times.push(frame.time);
                    }
                })
                .expect("readable");
            if !times.is_empty() {
                break;
            }
        }
        let year_2025 = Duration::from_secs(1_735_689_600);
        assert!(times.first().is_some_and(|time| *time > year_2025), "{times:?}");
    }

    #[test]
    fn an_interface_that_is_not_there_is_named_with_those_that_are() {
        let error = LiveCapture::open("no-such-if").expect_err("there is none");
        let text = error.to_string();
        assert!(text.contains("no-such-if") && text.contains("lo"), "{text}");
    }
}

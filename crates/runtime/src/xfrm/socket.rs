//! The netlink socket: one question at a time, answered at once.

use super::message::Message;
use super::record::{PolicyRecord, StateRecord};
use rustix::fd::OwnedFd;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

/// The kernel answers within microseconds; this is for when it does not answer at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// As much as a kernel puts into one part of a dump.
const BUFFER_OCTETS: usize = 64 * 1024;

/// Octets of `nlmsghdr`.
const HEADER: usize = 16;

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;

pub(super) struct NetlinkSocket {
    socket: OwnedFd,
    sequence: u32,
    buffer: Vec<u8>,
}

impl NetlinkSocket {
    pub(super) fn open() -> io::Result<Self> {
        let protocol = Some(netlink::XFRM);
        let socket = rustix::net::socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            protocol,
        )?;
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, 0))?;
        Ok(Self {
            socket,
            sequence: 0,
            buffer: vec![0; BUFFER_OCTETS],
        })
    }

    /// Has a command carried out.
    pub(super) fn command(&mut self, message: Message) -> io::Result<()> {
        self.ask(message, |_| {})
    }

    pub(super) fn states(&mut self) -> io::Result<Vec<StateRecord>> {
        let mut states = Vec::new();
        self.ask(Message::read_states(), |body| {
            states.extend(StateRecord::read(body))
        })?;
        Ok(states)
    }

    pub(super) fn policies(&mut self) -> io::Result<Vec<PolicyRecord>> {
        let mut policies = Vec::new();
        self.ask(Message::read_policies(), |body| {
            policies.extend(PolicyRecord::read(body))
        })?;
        Ok(policies)
    }

    pub(super) fn state(&mut self, destination: IpAddr, spi: u32) -> Option<StateRecord> {
        let mut state = None;
        let question = Message::read_state(destination, spi).with_acknowledgement();
        self.ask(question, |body| state = StateRecord::read(body)).ok()?;
        state
    }

    /// Sends, and hands out what comes until the end or the acknowledgement.
    fn ask(&mut self, mut message: Message, mut sink: impl FnMut(&[u8])) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let sequence = self.sequence;
        let kernel = SocketAddrNetlink::new(0, 0);
        rustix::net::sendto(
            &self.socket,
            message.finish(sequence),
            SendFlags::empty(),
            &kernel,
        )?;
        loop {
            let (octets, _) = rustix::net::recv(&self.socket, &mut self.buffer[..], RecvFlags::empty())?;
            let mut rest = &self.buffer[..octets];
            while let Some((kind, number, body, after)) = next(rest) {
                rest = after;
                if number != sequence {
                    // The late answer to a question that was given up.
                    continue;
                }
                match kind {
                    NLMSG_ERROR => return outcome(body),
                    NLMSG_DONE => return Ok(()),
                    _ => sink(body),
                }
            }
        }
    }
}

/// A message: type, number, body; and what follows it.
fn next(octets: &[u8]) -> Option<(u16, u32, &[u8], &[u8])> {
    let header: &[u8; HEADER] = octets.first_chunk()?;
    let [l0, l1, l2, l3, k0, k1, _, _, n0, n1, n2, n3, ..] = *header;
    let length = u32::from_ne_bytes([l0, l1, l2, l3]) as usize;
    let body = octets.get(HEADER..length)?;
    let after = octets.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((
        u16::from_ne_bytes([k0, k1]),
        u32::from_ne_bytes([n0, n1, n2, n3]),
        body,
        after,
    ))
}

/// `nlmsgerr`: 0 is an acknowledgement, else a negative error number.
fn outcome(body: &[u8]) -> io::Result<()> {
    let error = body.first_chunk().map_or(0, |error| i32::from_ne_bytes(*error));
    if error == 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(-error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let mut octets = vec![0; 20];
        octets[0] = 20;
        octets[4] = 2;
        octets[8] = 7;
        octets[16..20].copy_from_slice(&(-17_i32).to_ne_bytes());
        let (kind, number, body, after) = next(&octets).unwrap();
        assert_eq!((kind, number, after.len()), (NLMSG_ERROR, 7, 0));
        assert_eq!(outcome(body).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(outcome(&[0; 4]).is_ok());
        assert!(next(&octets[..19]).is_none());
        octets[0] = 3;
        assert!(next(&octets).is_none());
    }
}

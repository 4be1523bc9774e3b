//! What a Diameter connection's octets travel in: TCP, or TLS on it (RFC 6733 2.2, 13.1).
//!
//! The engine writes without waiting; so TLS is not a stream of its own here but a pair of buffers between the engine and the
//! socket: what TLS holds for the socket is flushed first, and bounds what more is taken.

use rustls::Connection as Tls;
use std::cell::{Cell, RefCell};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// The octets under a connection.
pub(crate) struct Carrier {
    stream: TcpStream,
    tls: Option<Box<Secured>>,
}

struct Secured {
    connection: RefCell<Tls>,
    /// Octets that are deciphered and not read: the socket does not tell of them.
    waiting: Cell<usize>,
}

/// The socket as TLS wants it: whatever it does not take or give now is `WouldBlock`.
struct Socket<'a>(&'a TcpStream);

impl Read for Socket<'_> {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(octets)
    }
}

impl Write for Socket<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.try_write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Carrier {
    /// TCP.
    pub(crate) const fn plain(stream: TcpStream) -> Self {
        Self { stream, tls: None }
    }

    /// TLS whose handshake is done.
    pub(crate) fn secured(stream: TcpStream, connection: Tls) -> Self {
        let secured = Secured {
            connection: RefCell::new(connection),
            // The first message may have come with the end of the handshake.
            waiting: Cell::new(1),
        };
        Self {
            stream,
            tls: Some(Box::new(secured)),
        }
    }

    /// This end, and the other.
    pub(crate) fn ends(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.stream.local_addr()?, self.stream.peer_addr()?))
    }

    pub(crate) fn set_nodelay(&self) -> io::Result<()> {
        self.stream.set_nodelay(true)
    }

    /// Returns when there may be something to read.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        match &self.tls {
            Some(tls) if tls.waiting.get() > 0 => Ok(()),
            _ => self.stream.readable().await,
        }
    }

    /// Returns when more may be written.
    pub(crate) async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    /// Reads what is there; 0 at the end, `WouldBlock` if there is nothing now.
    pub(crate) fn try_read(&self, octets: &mut [u8]) -> io::Result<usize> {
        match &self.tls {
            None => self.stream.try_read(octets),
            Some(tls) => tls.read(&self.stream, octets),
        }
    }

    /// Takes as many octets as there is room for now; `WouldBlock` if there is none.
    pub(crate) fn try_write(&self, octets: &[u8]) -> io::Result<usize> {
        match &self.tls {
            None => self.stream.try_write(octets),
            Some(tls) => {
                if !tls.flush(&self.stream)? {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                let taken = tls.connection.borrow_mut().writer().write(octets)?;
                tls.flush(&self.stream)?;
                Ok(taken)
            }
        }
    }

    /// Hands the socket what was taken before. Answers whether it has all of it.
    pub(crate) fn flush(&self) -> io::Result<bool> {
        self.tls.as_ref().map_or(Ok(true), |tls| tls.flush(&self.stream))
    }

    /// Says that nothing more follows, as far as the socket takes it.
    pub(crate) fn close(&self) {
        if let Some(tls) = &self.tls {
            tls.connection.borrow_mut().send_close_notify();
            // The peer is going anyhow: whether it hears of it changes nothing.
            let _ = tls.flush(&self.stream);
        }
    }
}

impl Secured {
    fn read(&self, stream: &TcpStream, octets: &mut [u8]) -> io::Result<usize> {
        let mut connection = self.connection.borrow_mut();
        loop {
            match connection.reader().read(octets) {
                Ok(n) => {
                    self.waiting.set(self.waiting.get().saturating_sub(n));
                    return Ok(n);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.waiting.set(0),
                Err(error) => return Err(error),
            }
            // An end without close_notify is one that somebody between may have made: `reader` says so the next time.
            connection.read_tls(&mut Socket(stream))?;
            match connection.process_new_packets() {
                Ok(state) => {
                    self.waiting.set(state.plaintext_bytes_to_read());
                    // TLS has its own to say (KeyUpdate); what the socket does not take now goes with the next octets.
                    if connection.wants_write() {
                        let _ = connection.write_tls(&mut Socket(stream));
                    }
                }
                Err(error) => {
                    // The alert says why.
                    while connection.wants_write() && connection.write_tls(&mut Socket(stream)).is_ok() {}
                    return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                }
            }
        }
    }

    fn flush(&self, stream: &TcpStream) -> io::Result<bool> {
        let mut connection = self.connection.borrow_mut();
        while connection.wants_write() {
            match connection.write_tls(&mut Socket(stream)) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

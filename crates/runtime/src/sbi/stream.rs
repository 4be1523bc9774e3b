//! The octets below HTTP/2: TCP or TLS, seen by the tap as HTTP/2 sees them.

use crate::tap::Way;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Shows octets to the tap.
pub(crate) type Witness = Rc<dyn Fn(Way, &[u8])>;

/// A transport.
pub(crate) enum Transport {
    Tcp(TcpStream),
    Server(Box<tokio_rustls::server::TlsStream<TcpStream>>),
    Client(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

/// A transport and, where there is a tap, who tells it.
pub(crate) struct Tapped {
    transport: Transport,
    witness: Option<Witness>,
}

impl Tapped {
    pub(crate) fn new(transport: Transport, witness: Option<Witness>) -> Self {
        Self { transport, witness }
    }
}

macro_rules! with_transport {
    ($self:ident, $stream:ident => $work:expr) => {
        match &mut $self.transport {
            Transport::Tcp(stream) => {
                let $stream = Pin::new(stream);
                $work
            }
            Transport::Server(stream) => {
                let $stream = Pin::new(stream.as_mut());
                $work
            }
            Transport::Client(stream) => {
                let $stream = Pin::new(stream.as_mut());
                $work
            }
        }
    };
}

impl AsyncRead for Tapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(with_transport!(self, stream => stream.poll_read(cx, buffer)))?;
        if let Some(witness) = &self.witness {
            let read = &buffer.filled()[before..];
            if !read.is_empty() {
                witness(Way::Received, read);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tapped {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(with_transport!(self, stream => stream.poll_write(cx, octets)))?;
        if let Some(witness) = &self.witness {
            witness(Way::Sent, &octets[..written]);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(with_transport!(self, stream => stream.poll_write_vectored(cx, slices)))?;
        if let Some(witness) = &self.witness {
            let mut left = written;
            for slice in slices {
                let part = left.min(slice.len());
                if part > 0 {
                    witness(Way::Sent, &slice[..part]);
                }
                left -= part;
            }
        }
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Tcp(stream) => stream.is_write_vectored(),
            Transport::Server(stream) => stream.is_write_vectored(),
            Transport::Client(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_transport!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_transport!(self, stream => stream.poll_shutdown(cx))
    }
}

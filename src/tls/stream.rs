//! The stream to a server, which remembers why the server broke it off.

use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::error::Refusal;

/// The encrypted stream to a server that we called.
///
/// In TLS 1.3 the server judges us after our side of the handshake has ended, so its refusal comes as an alert to
/// whoever reads next. That is a library for HTTP, which reports a broken connection and loses the reason on its way;
/// [`ClientStream::late`] keeps it.
#[derive(Debug)]
pub struct ClientStream<S> {
    inner: tokio_rustls::client::TlsStream<S>,
    late: Late,
}

/// Where the server's late refusal will stand, if there is one.
#[derive(Clone, Debug, Default)]
pub struct Late(Arc<OnceLock<Refusal>>);

impl Late {
    /// Why the server broke the connection off, if it said so.
    pub fn refusal(&self) -> Option<Refusal> {
        self.0.get().cloned()
    }
}

impl<S> ClientStream<S> {
    pub(super) fn new(inner: tokio_rustls::client::TlsStream<S>) -> Self {
        ClientStream { inner, late: Late::default() }
    }

    /// To be kept by whoever gives the stream away.
    pub fn late(&self) -> Late {
        self.late.clone()
    }

    fn noted<T>(&self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &result
            && let Some(refusal) = Refusal::among_causes(error)
        {
            let _ = self.late.0.set(refusal);
        }
        result
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for ClientStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.inner).poll_read(cx, into);
        self.noted(read)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for ClientStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.noted(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        self.noted(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

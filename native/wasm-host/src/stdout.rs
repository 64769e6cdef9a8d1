//! The guest's standard outputs.

use bytes::Bytes;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use thirdwave_protocol::{Clock, Replies};
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Where bytes go.
pub trait Sink: Send + 'static {
    fn push(&mut self, bytes: &[u8]);
}

impl Sink for thirdwave_protocol::Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }
}

/// Output that remembers when its first byte came and answers requests whose replies are whole.
pub struct Stamped<F> {
    clock: Clock,
    replies: Arc<Mutex<Replies>>,
    first_byte_ns: Option<i64>,
    on_first_byte: F,
    output: thirdwave_protocol::Head,
}

impl<F: FnMut(i64) + Send + 'static> Stamped<F> {
    pub fn new(clock: Clock, limit_bytes: usize, replies: Arc<Mutex<Replies>>, on_first_byte: F) -> Self {
        let output = thirdwave_protocol::Head::new(limit_bytes);
        Self { clock, replies, first_byte_ns: None, on_first_byte, output }
    }

    pub fn first_byte_ns(&self) -> Option<i64> {
        self.first_byte_ns
    }

    pub fn output(&self) -> &thirdwave_protocol::Head {
        &self.output
    }
}

impl<F: FnMut(i64) + Send + 'static> Sink for Stamped<F> {
    /// The stamp comes first: copying and telling are not the guest's time to its first byte.
    fn push(&mut self, bytes: &[u8]) {
        if self.first_byte_ns.is_none() && !bytes.is_empty() {
            let at_ns = self.clock.now_ns();
            self.first_byte_ns = Some(at_ns);
            (self.on_first_byte)(at_ns);
        }
        let mut replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
        replies.received(bytes.len(), || self.clock.now_ns());
        self.output.push(bytes);
    }
}

/// A WASI stream into a sink: always ready, never closed. Every stream the guest opens shares the sink.
pub struct Output<S>(Arc<Mutex<S>>);

impl<S: Sink> Output<S> {
    pub fn new(sink: S) -> Self {
        Self(Arc::new(Mutex::new(sink)))
    }

    pub fn lock(&self) -> MutexGuard<'_, S> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Clone for Output<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Sink> IsTerminal for Output<S> {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl<S: Sink> StdoutStream for Output<S> {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    /// The default would wrap `async_stream` in a task of its own, and the stamp would include a thread switch.
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl<S: Sink> Pollable for Output<S> {
    async fn ready(&mut self) {}
}

impl<S: Sink> OutputStream for Output<S> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.lock().push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    /// As much as wasmtime's own streams allow at once.
    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 * 1024)
    }
}

impl<S: Sink> AsyncWrite for Output<S> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lock().push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

//! The guest's standard streams: an output that stamps its first byte, an input that can be held open.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use thirdwave_protocol::Clock;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Captured output; shared by every stream the guest opens on it.
#[derive(Clone)]
pub struct Capture {
    state: Arc<Mutex<Captured>>,
    clock: Clock,
    limit: usize,
    on_first_byte: Option<Arc<dyn Fn(i64) + Send + Sync>>,
}

#[derive(Default)]
pub struct Captured {
    pub bytes: Vec<u8>,
    pub total: u64,
    pub first_byte_ns: Option<i64>,
}

impl Capture {
    pub fn new(clock: Clock, limit: usize, on_first_byte: Option<Arc<dyn Fn(i64) + Send + Sync>>) -> Self {
        Self { state: Arc::default(), clock, limit, on_first_byte }
    }

    pub fn take(&self) -> Captured {
        std::mem::take(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The stamp is the first thing that happens when bytes reach the host.
    fn accept(&self, bytes: &[u8]) {
        let at_ns = self.clock.now_ns();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.first_byte_ns.is_none() && !bytes.is_empty() {
            state.first_byte_ns = Some(at_ns);
            if let Some(tell) = &self.on_first_byte {
                tell(at_ns);
            }
        }
        let room = self.limit.saturating_sub(state.bytes.len()).min(bytes.len());
        state.bytes.extend_from_slice(&bytes[..room]);
        state.total += bytes.len() as u64;
    }
}

impl IsTerminal for Capture {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Capture {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Capture {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.accept(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Capture {
    async fn ready(&mut self) {}
}

impl OutputStream for Capture {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.accept(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 * 1024)
    }
}

/// Input that gives its bytes and then waits until it is released before it gives end-of-file.
#[derive(Clone)]
pub struct Input {
    state: Arc<Mutex<InputState>>,
}

struct InputState {
    rest: Vec<u8>,
    held: bool,
    waiting: Vec<Waker>,
}

impl Input {
    pub fn new(bytes: Vec<u8>, held: bool) -> Self {
        Self { state: Arc::new(Mutex::new(InputState { rest: bytes, held, waiting: Vec::new() })) }
    }

    pub fn release(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.held = false;
        for waker in state.waiting.drain(..) {
            waker.wake();
        }
    }
}

impl IsTerminal for Input {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Input {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncRead for Input {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.rest.is_empty() && state.held {
            state.waiting.push(context.waker().clone());
            return Poll::Pending;
        }
        let count = state.rest.len().min(buffer.remaining());
        buffer.put_slice(&state.rest[..count]);
        state.rest.drain(..count);
        Poll::Ready(Ok(()))
    }
}

//! The guest's standard input.

use bytes::{Bytes, BytesMut};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, ReadBuf};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdinStream};
use wasmtime_wasi::p2::{InputStream, Pollable, StreamError, StreamResult};

/// Gives its bytes, then end-of-file; if it is held, more bytes may come, and end-of-file only when it is released. Every
/// stream the guest opens reads on where the others stopped.
#[derive(Clone)]
pub struct Input(Arc<Mutex<State>>);

struct State {
    rest: BytesMut,
    held: bool,
    waiting: Vec<Waker>,
}

impl Input {
    pub fn new(bytes: &[u8], held: bool) -> Self {
        Self(Arc::new(Mutex::new(State { rest: bytes.into(), held, waiting: Vec::new() })))
    }

    /// End-of-file for a guest that waits.
    pub fn release(&self) {
        let mut state = self.lock();
        state.held = false;
        state.waiting.drain(..).for_each(Waker::wake);
    }

    /// More for a guest that waits.
    pub fn write(&self, bytes: &[u8]) {
        let mut state = self.lock();
        state.rest.extend_from_slice(bytes);
        state.waiting.drain(..).for_each(Waker::wake);
    }

    /// Until it is released.
    pub fn is_held(&self) -> bool {
        self.lock().held
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ready when there are bytes or there is end-of-file.
    fn poll_ready(&self, context: &Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.held && state.rest.is_empty() {
            state.waiting.push(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    /// At most `size` bytes; none at end-of-file.
    fn take(&self, size: usize) -> Bytes {
        let rest = &mut self.lock().rest;
        let count = size.min(rest.len());
        rest.split_to(count).freeze()
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

    /// As with stdout: without a task in between.
    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Input {
    async fn ready(&mut self) {
        poll_fn(|context| self.poll_ready(context)).await;
    }
}

impl InputStream for Input {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let bytes = self.take(size);
        if bytes.is_empty() && size > 0 && !self.lock().held { Err(StreamError::Closed) } else { Ok(bytes) }
    }
}

impl AsyncRead for Input {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_ready(context).map(|()| {
            buffer.put_slice(&self.take(buffer.remaining()));
            Ok(())
        })
    }
}

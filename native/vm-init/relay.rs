//! From the second serial port to the stdin of a held program.

use crate::ports::{self, Port};
use crate::sys::{self, Errno, Fd};

/// EOT: what a terminal takes for end of file.
const END_OF_FILE: u8 = 0x04;

pub struct Relay {
    /// the pipe's end that keeps the program's stdin open
    to: Option<Fd>,
    /// taken from the port, not yet in the pipe
    pending: Option<u8>,
}

impl Relay {
    pub fn none() -> Self {
        Self { to: None, pending: None }
    }

    /// Writes that would block do not: a program that does not read its input must not keep its output from leaving.
    pub fn to(pipe: Fd) -> Result<Self, Errno> {
        sys::make_nonblocking(pipe)?;
        Ok(Self { to: Some(pipe), pending: None })
    }

    /// Until end of file.
    pub fn is_open(&self) -> bool {
        self.to.is_some()
    }

    /// Hands on one byte, if there is one and room for it; whether it did, and more may follow at once.
    pub fn turn(&mut self) -> bool {
        let Some(pipe) = self.to else { return false };
        if self.pending.is_none() && ports::serial_has_input(Port::CONTROL) {
            self.pending = Some(ports::read_byte(Port::CONTROL));
        }
        let Some(byte) = self.pending else { return false };
        match if byte == END_OF_FILE { Ok(0) } else { sys::send(pipe, &[byte]) } {
            Ok(1) => self.pending = None,
            Err(Errno::AGAIN) => return false,
            // End of file, or nobody reads any more.
            _ => {
                sys::close(pipe);
                *self = Self::none();
            }
        }
        true
    }
}

//! I/O ports: how bytes leave a guest without a driver.
use core::arch::asm;

pub struct Port;

impl Port {
    pub const STDOUT: u16 = 0xe9;
    pub const STDERR: u16 = 0xea;
    pub const MARKS: u16 = 0xeb;
    pub const EXIT: u16 = 0x501;
    /// second serial port (COM2)
    pub const CONTROL: u16 = 0x2f8;
    /// Cloud Hypervisor's port for shutdown (its ACPI tables name it), and S5 as that port wants it
    pub const POWER: u16 = 0x600;
    pub const POWER_OFF: u8 = 5 << 2 | 1 << 5;
    /// first serial port (COM1)
    pub const SERIAL: u16 = 0x3f8;
}

const LINE_STATUS: u16 = 5;
const INPUT_READY: u8 = 0x01;
const OUTPUT_EMPTY: u8 = 0x20;
/// no device answers
const NOTHING_THERE: u8 = 0xff;

pub fn write_byte(port: u16, byte: u8) {
    // SAFETY: the port belongs to this process (iopl); no memory is touched.
    unsafe { asm!("out dx, al", in("dx") port, in("al") byte, options(nomem, nostack, preserves_flags)) }
}

pub fn read_byte(port: u16) -> u8 {
    let byte: u8;
    // SAFETY: as above.
    unsafe { asm!("in al, dx", in("dx") port, out("al") byte, options(nomem, nostack, preserves_flags)) }
    byte
}

pub fn serial_has_input(port: u16) -> bool {
    let status = read_byte(port + LINE_STATUS);
    status != NOTHING_THERE && status & INPUT_READY != 0
}

/// All bytes with one instruction: a hypervisor takes many of them per exit.
fn write_all(port: u16, bytes: &[u8]) {
    // SAFETY: reads `bytes.len()` bytes from `bytes`.
    unsafe {
        asm!("rep outsb", in("dx") port, inout("rsi") bytes.as_ptr() => _, inout("rcx") bytes.len() => _, options(nostack, preserves_flags));
    }
}

fn write_serial(bytes: &[u8]) {
    for byte in bytes {
        while read_byte(Port::SERIAL + LINE_STATUS) & OUTPUT_EMPTY == 0 {}
        write_byte(Port::SERIAL, *byte);
    }
}

/// Where the program's output and the marks go.
pub struct Wires {
    serial: bool,
}

impl Wires {
    pub fn new(serial: bool) -> Self {
        Self { serial }
    }

    /// Whether output and marks take the same way.
    pub fn shared(&self) -> bool {
        self.serial
    }

    pub fn stdout(&self, bytes: &[u8]) {
        self.send(Port::STDOUT, bytes);
    }

    /// One serial port has no second channel: there stderr is dropped, not mixed into the output that is verified.
    pub fn stderr(&self, bytes: &[u8]) {
        if !self.serial {
            write_all(Port::STDERR, bytes);
        }
    }

    pub fn marks(&self) -> Line<'_> {
        Line { wires: self, bytes: [0; 200], length: 0 }
    }

    fn send(&self, port: u16, bytes: &[u8]) {
        if self.serial { write_serial(bytes) } else { write_all(port, bytes) }
    }
}

/// Words and numbers with blanks between them, sent in one piece.
pub struct Line<'a> {
    wires: &'a Wires,
    bytes: [u8; 200],
    length: usize,
}

impl Line<'_> {
    pub fn word(&mut self, text: &str) -> &mut Self {
        if self.length > 0 {
            self.push(b' ');
        }
        for byte in text.bytes() {
            self.push(byte);
        }
        self
    }

    pub fn number(&mut self, value: u64) -> &mut Self {
        let mut digits = [0u8; 20];
        let mut rest = value;
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        // SAFETY: digits are ASCII.
        self.word(unsafe { core::str::from_utf8_unchecked(&digits[start..]) })
    }

    pub fn end_line(&mut self) {
        self.push(b'\n');
        if self.wires.serial {
            write_serial(&[0]);
        }
        self.wires.send(Port::MARKS, &self.bytes[..self.length]);
    }

    fn push(&mut self, byte: u8) {
        if self.length < self.bytes.len() {
            self.bytes[self.length] = byte;
            self.length += 1;
        }
    }
}

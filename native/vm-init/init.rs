//! The first process of a guest. It starts the workload's own static binary and does nothing a program on a host would not have around it:
//! no mounts, no files but `/w`, no network, no session. What the program prints leaves through I/O ports, so no driver is needed.
//!
//! | Port | Direction | What |
//! | --- | --- | --- |
//! | 0xe9 | out | the program's stdout, unchanged |
//! | 0xea | out | the program's stderr |
//! | 0xeb | out | marks: one line at the start, one at the end (below) |
//! | 0x2f8 | in | second serial port: stdin of a held program, byte by byte; 0x04 is its end of file |
//! | 0x501 | out | exit code, at most 127: ends the virtual machine |
//!
//! `/w/program` is run with the NUL-terminated strings of `/w/args` and `/w/env`, and `/w/stdin` as its input; where `/w/hold` exists its input is a
//! pipe that stays open until the 0x04 at 0x2f8. With `/w/serial` (a monitor without these ports) stdout goes to the first serial port instead, the last
//! mark behind it and a NUL byte, and the end is a power-off (0x600) or a reboot.
//!
//! Marks: `begin <tsc>` as the first act: the time stamp counter at the first instruction; then
//! `end <tsc begin> <tsc spawned> <tsc first byte> <tsc exit> exited|killed <code or signal>`, or `failed <what> <errno>`. Under QEMU the counter starts at 0 with
//! the virtual CPU and runs with the host's, which is how the host places these moments on its own clock.
#![no_std]
#![no_main]

mod ports;
mod relay;
mod sys;

use ports::{Port, Wires};
use relay::Relay;
use sys::{Errno, Fd};

const TEXT_LIMIT: usize = 128 * 1024;
const STRING_LIMIT: usize = 1024;
/// How long a request can lie at the serial port, which has no driver here and so cannot wake anybody. Oftener would cost the host more of its processor
/// for every guest that only waits.
const RELAY_POLL_MS: i32 = 5;
/// What a shell says of a program that cannot be run.
const CANNOT_RUN: u64 = 127;

/// What went wrong before the program ran: which step, and the kernel's word for it.
pub struct Failure(&'static str, Errno);

core::arch::global_asm!(
    ".globl _start",
    "_start:",
    "rdtsc",
    "shl rdx, 32",
    "or rax, rdx",
    "mov rdi, rax",
    "and rsp, -16",
    "call begin",
    "ud2",
);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    sys::reboot()
}

#[no_mangle]
extern "C" fn begin(begin_tsc: u64) -> ! {
    // Without the ports nothing can be said at all; the kernel's panic then is the message.
    if sys::iopl(3).is_err() {
        sys::exit(1);
    }
    let wires = Wires::new(sys::exists(c"/w/serial"));
    // On a line shared with the program's output the first byte must be the program's.
    if !wires.shared() {
        wires.marks().word("begin").number(begin_tsc).end_line();
    }
    let code = match live(&wires) {
        Ok(story) => {
            let mut marks = wires.marks();
            marks.word("end").number(begin_tsc).number(story.spawned_tsc).number(story.first_byte_tsc).number(story.exit_tsc);
            marks.word(if story.killed { "killed" } else { "exited" }).number(story.code).end_line();
            if story.killed { 128 + story.code } else { story.code }
        }
        Err(Failure(what, errno)) => {
            wires.marks().word("failed").word(what).number(errno.0).end_line();
            CANNOT_RUN
        }
    };
    ports::write_byte(Port::EXIT, code.min(127) as u8);
    // Monitors without that port: one ends with the power, the other with a reboot.
    if wires.shared() {
        ports::write_byte(Port::POWER, Port::POWER_OFF);
    }
    sys::reboot()
}

/// The life of the program. `first_byte_tsc` is 0 where it printed nothing.
struct Story {
    spawned_tsc: u64,
    first_byte_tsc: u64,
    exit_tsc: u64,
    killed: bool,
    code: u64,
}

static mut ARGS: [u8; TEXT_LIMIT] = [0; TEXT_LIMIT];
static mut ENV: [u8; TEXT_LIMIT] = [0; TEXT_LIMIT];
static mut ARG_POINTERS: [*const u8; STRING_LIMIT] = [core::ptr::null(); STRING_LIMIT];
static mut ENV_POINTERS: [*const u8; STRING_LIMIT] = [core::ptr::null(); STRING_LIMIT];
static mut CHUNK: [u8; 65536] = [0; 65536];

fn live(wires: &Wires) -> Result<Story, Failure> {
    // SAFETY: there is one thread, and these are borrowed here only.
    let (args, env, arg_pointers, env_pointers) = unsafe {
        (
            &mut *core::ptr::addr_of_mut!(ARGS),
            &mut *core::ptr::addr_of_mut!(ENV),
            &mut *core::ptr::addr_of_mut!(ARG_POINTERS),
            &mut *core::ptr::addr_of_mut!(ENV_POINTERS),
        )
    };
    strings(c"/w/args", args, arg_pointers).map_err(|errno| Failure("args", errno))?;
    strings(c"/w/env", env, env_pointers).map_err(|errno| Failure("env", errno))?;
    sys::fill_standard_descriptors();
    let (input, mut relay) = input().map_err(|errno| Failure("stdin", errno))?;
    let (out_read, out_write) = sys::pipe().map_err(|errno| Failure("pipe", errno))?;
    let (err_read, err_write) = sys::pipe().map_err(|errno| Failure("pipe", errno))?;
    let child = sys::fork().map_err(|errno| Failure("fork", errno))?;
    if child == 0 {
        become_program(input, out_write, err_write, arg_pointers, env_pointers);
    }
    let spawned_tsc = sys::tsc();
    for fd in [input, out_write, err_write] {
        sys::close(fd);
    }
    let process = sys::pidfd_open(child).map_err(|errno| Failure("pidfd", errno))?;
    let mut first_byte_tsc = 0;
    let mut open = [process, out_read, err_read];
    loop {
        let timeout_ms = match (relay.turn(), relay.is_open()) {
            (true, _) => 0,
            (false, true) => RELAY_POLL_MS,
            (false, false) => -1,
        };
        let ready = sys::poll(open, timeout_ms);
        if ready[1] && !copy(out_read, &mut first_byte_tsc, |bytes| wires.stdout(bytes)) {
            open[1] = Fd::NONE;
        }
        if ready[2] && !copy(err_read, &mut 0, |bytes| wires.stderr(bytes)) {
            open[2] = Fd::NONE;
        }
        if ready[0] {
            break;
        }
    }
    let exit_tsc = sys::tsc();
    // What the pipes still hold was written before the exit. A descendant that keeps one open is not waited for.
    while sys::poll([Fd::NONE, open[1], Fd::NONE], 0)[1] && copy(out_read, &mut first_byte_tsc, |bytes| wires.stdout(bytes)) {}
    while sys::poll([Fd::NONE, Fd::NONE, open[2]], 0)[2] && copy(err_read, &mut 0, |bytes| wires.stderr(bytes)) {}
    let (killed, code) = sys::wait(child);
    Ok(Story { spawned_tsc, first_byte_tsc, exit_tsc, killed, code })
}

/// The program's stdin, and what is relayed to it where the program is held.
fn input() -> Result<(Fd, Relay), Errno> {
    if !sys::exists(c"/w/hold") {
        return Ok((sys::open(c"/w/stdin")?, Relay::none()));
    }
    let (read, write) = sys::pipe()?;
    Ok((read, Relay::to(write)?))
}

/// In the child. Pipes are close-on-exec; access to I/O ports ends here.
fn become_program(input: Fd, output: Fd, errors: Fd, args: &[*const u8], env: &[*const u8]) -> ! {
    for (from, to) in [(input, 0), (output, 1), (errors, 2)] {
        sys::duplicate(from, to);
    }
    let _ = sys::iopl(0);
    let errno = sys::execute(c"/w/program", args, env);
    sys::write(2, b"thirdwave-vm-init: the kernel refused to run the program: ");
    sys::write(2, errno.name().as_bytes());
    sys::write(2, b"\n");
    sys::exit(CANNOT_RUN as i32)
}

/// Reads once and hands on; false at end of file.
fn copy(from: Fd, first_byte_tsc: &mut u64, hand_on: impl FnOnce(&[u8])) -> bool {
    // SAFETY: one thread, and the borrow ends with this call.
    let chunk = unsafe { &mut *core::ptr::addr_of_mut!(CHUNK) };
    let length = sys::read(from, chunk).unwrap_or(0);
    if length > 0 && *first_byte_tsc == 0 {
        *first_byte_tsc = sys::tsc();
    }
    hand_on(&chunk[..length]);
    length > 0
}

/// Reads a file of NUL-terminated strings and points at each of them; the list ends with a null pointer.
fn strings(path: &core::ffi::CStr, text: &mut [u8], pointers: &mut [*const u8]) -> Result<(), Errno> {
    let fd = sys::open(path)?;
    let mut length = 0;
    while length < text.len() {
        match sys::read(fd, &mut text[length..])? {
            0 => break,
            more => length += more,
        }
    }
    sys::close(fd);
    let mut count = 0;
    let mut start = 0;
    for (index, byte) in text[..length].iter().enumerate() {
        if *byte == 0 {
            if count + 1 == pointers.len() {
                return Err(Errno::TOO_LONG);
            }
            pointers[count] = text[start..].as_ptr();
            count += 1;
            start = index + 1;
        }
    }
    if start == length && length < text.len() { Ok(()) } else { Err(Errno::TOO_LONG) }
}

//! A Wasm module that imports nothing: `nop` for warm loops, `_start` so that a WASI host can run it as a command.
#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
mod exports {
    /// The function warm loops call: no parameters, no result, no work.
    #[allow(unsafe_code, reason = "exporting a symbol under a fixed name; no pointer is touched")]
    #[unsafe(no_mangle)]
    pub extern "C" fn nop() {}

    /// The entry point of a WASI command.
    #[allow(unsafe_code, reason = "exporting a symbol under a fixed name; no pointer is touched")]
    #[unsafe(no_mangle)]
    pub extern "C" fn _start() {}

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo) -> ! {
        core::arch::wasm32::unreachable()
    }
}

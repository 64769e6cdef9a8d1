use crate::{command, file, program, run, scratch, text};
use std::io::Write;
use std::process::Stdio;
use wasmtime::{Config, Engine};

/// Writes a text of six bytes, then returns.
const HELLO: &str = r#"(data (i32.const 16) "hello\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 6))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"#;

/// Writes what a pair of WASI functions (sizes, then content) has put into memory.
fn listing(name: &str) -> String {
    format!(
        r#"(func (export "_start")
      (drop (call ${name}_sizes_get (i32.const 0) (i32.const 4)))
      (drop (call ${name}_get (i32.const 64) (i32.const 1024)))
      (i32.store (i32.const 8) (i32.const 1024)) (i32.store (i32.const 12) (i32.load (i32.const 4)))
      (drop (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16))))"#
    )
}

#[test]
fn what_the_guest_writes_and_its_return_are_the_program_s() {
    let output = run(&command("hello", &["fd_write"], HELLO));
    assert_eq!((output.status.code(), text(&output.stdout), text(&output.stderr)), (Some(0), "hello\n", ""));
}

#[test]
fn a_precompiled_module_is_known_by_its_content() {
    let wasm = std::fs::read(command("aot-source", &["fd_write"], HELLO)).expect("read");
    let code = Engine::new(&Config::new()).expect("an engine").precompile_module(&wasm).expect("compiled");
    let output = run(&file("named-as-anything", &code));
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "hello\n"));
}

#[test]
fn arguments_begin_with_the_module_s_name() {
    let path = command("args", &["args_sizes_get", "args_get", "fd_write"], &listing("args"));
    let output = program().arg(&path).args(["one", "", "zwei ü"]).output().expect("started");
    assert_eq!(text(&output.stdout), format!("{}\0one\0\0zwei ü\0", path.display()));
}

#[test]
fn the_environment_is_inherited() {
    let path = command("environ", &["environ_sizes_get", "environ_get", "fd_write"], &listing("environ"));
    let output = program().arg(path).env("NAME", "a=b").output().expect("started");
    assert_eq!(text(&output.stdout), "NAME=a=b\0");
}

#[test]
fn stdin_is_read_to_its_end_and_the_exit_code_is_the_guest_s() {
    let cat = command(
        "cat",
        &["fd_read", "fd_write", "proc_exit"],
        r#"(func (export "_start")
          (loop $more
            (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 4096))
            (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
            (if (i32.load (i32.const 8)) (then
              (i32.store (i32.const 4) (i32.load (i32.const 8)))
              (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
              (br $more))))
          (call $proc_exit (i32.const 3)))"#,
    );
    let mut child = program().arg(cat).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
    let sent = "0123456789".repeat(2000);
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn({
        let sent = sent.clone();
        move || stdin.write_all(sent.as_bytes()).expect("written")
    });
    let output = child.wait_with_output().expect("ended");
    writer.join().expect("written");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(3), sent.as_str()));
}

#[test]
fn a_trap_is_exit_code_134_with_its_reason() {
    let output =
        run(&command("trap", &[], r#"(func $deep unreachable) (func (export "_start") (call $deep))"#));
    assert_eq!(output.status.code(), Some(134));
    assert!(text(&output.stderr).contains("unreachable"), "{}", text(&output.stderr));
}

#[test]
fn running_out_of_stack_is_a_trap_as_well() {
    let output =
        run(&command("stack", &[], r#"(func $again (call $again)) (export "_start" (func $again))"#));
    assert_eq!(output.status.code(), Some(134), "{}", text(&output.stderr));
}

#[test]
fn files_are_found_from_the_root_folder() {
    let path = file("content.txt", b"");
    let name = path.to_str().expect("text").trim_start_matches('/');
    let open = format!(
        r#"(data (i32.const 64) "{name}")
        (func (export "_start") (call $proc_exit (call $path_open
          (i32.const 3) (i32.const 0) (i32.const 64) (i32.const {}) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 0))))"#,
        name.len()
    );
    assert_eq!(run(&command("open", &["path_open", "proc_exit"], &open)).status.code(), Some(0));
    std::fs::remove_file(path).expect("removed");
    const NO_ENTRY: i32 = 44;
    assert_eq!(run(&scratch("open.wasm")).status.code(), Some(NO_ENTRY));
}

#[test]
fn a_guest_can_sleep() {
    let sleep = r#"(func (export "_start")
      (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 1000000))
      (call $proc_exit (call $poll_oneoff (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))"#;
    assert_eq!(run(&command("sleep", &["poll_oneoff", "proc_exit"], sleep)).status.code(), Some(0));
}

//! Counters advance, and every read carries its time.

use crate::{CPU_CLOCK, SOFTWARE, TASK_CLOCK, count, event, number, open, read, reader};
use serde_json::json;
use thirdwave_protocol::Clock;

#[test]
fn it_says_hello_with_its_version() {
    let reader = reader();
    assert_eq!(reader.hello["program"], "thirdwave-power-reader");
    assert_eq!(reader.hello["version"], env!("CARGO_PKG_VERSION"));
    assert!(reader.finish().success());
}

#[test]
fn a_software_event_advances_from_read_to_read() {
    let mut reader = reader();
    let events = [event(SOFTWARE, CPU_CLOCK, 0), event(SOFTWARE, TASK_CLOCK, 0)];
    assert_eq!(open(&mut reader, 1, &events), json!([{ "index": 0 }, { "index": 1 }]));
    let first = read(&mut reader, 2);
    let second = read(&mut reader, 3);
    for (index, (earlier, later)) in first.iter().zip(&second).enumerate() {
        assert_eq!((&earlier["index"], &later["index"]), (&json!(index), &json!(index)));
        assert!(count(later) > count(earlier), "{earlier} {later}");
    }
    assert_eq!((first.len(), second.len()), (2, 2));
}

#[test]
fn the_clock_of_a_cpu_and_the_times_of_the_reads_agree() {
    let mut reader = reader();
    open(&mut reader, 1, &[event(SOFTWARE, CPU_CLOCK, 0)]);
    let first = read(&mut reader, 2);
    std::thread::sleep(std::time::Duration::from_millis(20));
    let second = read(&mut reader, 3);
    // The event counts nanoseconds: what it counted and what passed differ by no more than the two reads took.
    let counted_ns = (count(&second[0]) - count(&first[0])) as f64;
    let passed_ns = (number(&second[0]["atNs"]) - number(&first[0]["atNs"])) as f64;
    let slack_ns = (number(&first[0]["latencyNs"]) + number(&second[0]["latencyNs"])) as f64;
    assert!(
        (counted_ns / passed_ns - 1.0).abs() < 0.01 + slack_ns / passed_ns,
        "{counted_ns} {passed_ns} {slack_ns}"
    );
}

#[test]
fn the_time_of_a_read_lies_between_question_and_answer_on_the_callers_clock() {
    let mut reader = reader();
    open(&mut reader, 1, &[event(SOFTWARE, CPU_CLOCK, 0)]);
    let clock = Clock::new(0);
    let asked_ns = clock.now_ns();
    let reads = read(&mut reader, 2);
    let answered_ns = clock.now_ns();
    let (at_ns, latency_ns) = (number(&reads[0]["atNs"]), number(&reads[0]["latencyNs"]));
    assert!(asked_ns <= at_ns - latency_ns / 2 && at_ns + latency_ns / 2 <= answered_ns);
}

#[test]
fn events_opened_later_follow_in_the_same_list() {
    let mut reader = reader();
    open(&mut reader, 1, &[event(SOFTWARE, CPU_CLOCK, 0)]);
    assert_eq!(open(&mut reader, 2, &[event(SOFTWARE, TASK_CLOCK, 0)]), json!([{ "index": 1 }]));
    assert_eq!(read(&mut reader, 3).len(), 2);
}

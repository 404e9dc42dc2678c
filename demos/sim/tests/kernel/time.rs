use sim::{Duration, Time};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn lengths_of_time_read_as_people_write_them() {
    let table = [
        (0, "0 ms"),
        (499, "0 ms"),
        (500, "1 ms"),
        (412_000, "412 ms"),
        (9_999_499, "9999 ms"),
        (9_999_500, "10 s"),
        (12_400_000, "12.4 s"),
        (12_449_999, "12.4 s"),
        (12_450_000, "12.5 s"),
        (60_000_000, "60 s"),
    ];
    for (micros, text) in table {
        assert_eq!(Duration::from_micros(micros).to_string(), text, "{micros} us");
        assert_eq!(Time::from_micros(micros).to_string(), text, "{micros} us");
    }
}

#[test]
fn time_neither_wraps_round_nor_runs_backwards() {
    assert_eq!(Time::MAX + Duration::from_secs(1), Time::MAX);
    assert_eq!(Time::from_millis(3).since(Time::from_millis(5)), Duration::ZERO);
    assert_eq!(Time::from_millis(5).since(Time::from_millis(3)), Duration::from_millis(2));
    assert_eq!(Duration::from_secs(2).saturating_mul(u64::MAX).as_micros(), u64::MAX);
}

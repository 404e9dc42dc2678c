//! How many schedules and states there are, pinned.

use crate::common::{all_calls, calls};
use protocols::rpc::{Semantics, Transport};
use search::{Calls, Matrix};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

// A count that changes by accident is a bug of the model, of its alphabet of faults or of the search.
// After a change on purpose, copy the table from the failure: it is printed as it stands here. The
// numbers are those of seed 1: latencies come from the seed, and on them depends, for a few schedules,
// which of two messages is first.

/// The rows of these calls as text.
fn table(all: impl IntoIterator<Item = (Calls, u8)>) -> String {
    let mut text = String::from(
        "
transport semantics             k schedules states correct clean cannot-tell lost receipt-lost repeated broken
",
    );
    for (calls, faults) in all {
        let semantics = calls.scenario.semantics;
        for row in Matrix::new(calls, &[semantics], faults).finish() {
            let [a, b, c, d, e, f] = row.cells.map(|cell| cell.schedules);
            let (schedules, states, broken) = (row.schedules, row.states, row.broken.schedules);
            text += &format!(
                "{:9} {:21} {faults} {schedules:9} {states:6} {a:7} {b:5} {c:11} {d:4} {e:12} {f:8} {broken:6}\n",
                calls.scenario.transport.name(),
                semantics.name(),
            );
        }
    }
    text
}

#[test]
fn up_to_two_faults() {
    let table = table(all_calls().flat_map(|calls| (0..=2).map(move |faults| (calls, faults))));
    assert!(table == UP_TO_TWO, "the counts are now{table}");
}

#[test]
fn three_faults() {
    let all = [Semantics::Maybe, Semantics::AtLeastOnce, Semantics::AtMostOnceDurable, Semantics::Outbox];
    let table = table(Transport::ALL.into_iter().flat_map(|transport| all.map(|s| (calls(s, transport), 3))));
    assert!(table == THREE, "the counts are now{table}");
}

const UP_TO_TWO: &str = "
transport semantics             k schedules states correct clean cannot-tell lost receipt-lost repeated broken
datagram  maybe                 0         1      4       1     0           0    0            0        0      0
datagram  maybe                 1        23     16       4     0          10    8            0        1      0
datagram  maybe                 2       109     32       7     0          47   31            0       24      0
datagram  at-least-once         0         1      4       1     0           0    0            0        0      0
datagram  at-least-once         1        23     57       8     0           3    4            0        8      0
datagram  at-least-once         2       417    497      77     0          65   66            0      209      0
datagram  at-most-once-volatile 0         1      4       1     0           0    0            0        0      0
datagram  at-most-once-volatile 1        23     45      14     0           3    4            0        2      2
datagram  at-most-once-volatile 2       375    345     168     0          80   66            0       61     61
datagram  at-most-once-durable  0         1      4       1     0           0    0            0        0      0
datagram  at-most-once-durable  1        23     50      14     0           4    5            0        0      0
datagram  at-most-once-durable  2       363    385     173     0          99   91            0        0      0
datagram  idempotent            0         1      4       1     0           0    0            0        0      0
datagram  idempotent            1        23     57      16     0           3    4            0        0      0
datagram  idempotent            2       417    497     261     0          90   66            0        0      0
datagram  key-checked-apart     0         1      5       1     0           0    0            0        0      0
datagram  key-checked-apart     1        23     74      13     0           3    4            0        3      3
datagram  key-checked-apart     2       402    663     151     0          91   66            0       94     94
datagram  idempotency-key       0         1      4       1     0           0    0            0        0      0
datagram  idempotency-key       1        23     57      16     0           3    4            0        0      0
datagram  idempotency-key       2       417    523     261     0          90   66            0        0      0
datagram  key-then-mail         0         1      4       1     0           0    0            0        0      0
datagram  key-then-mail         1        27     63      18     0           2    4            3        0      3
datagram  key-then-mail         2       485    703     281     0          69   66           69        0     69
datagram  outbox                0         1      5       1     0           0    0            0        0      0
datagram  outbox                1        27     75      20     0           3    4            0        0      0
datagram  outbox                2       505    780     337     0         102   66            0        0      0
stream    maybe                 0         1      4       1     0           0    0            0        0      0
stream    maybe                 1        19      7       1     0          10    8            0        0      0
stream    maybe                 2        44     10       1     0          28   15            0        0      0
stream    at-least-once         0         1      4       1     0           0    0            0        0      0
stream    at-least-once         1        19     48       7     0           3    4            0        5      0
stream    at-least-once         2       259    241      21     0          88   69            0       81      0
stream    at-most-once-volatile 0         1      4       1     0           0    0            0        0      0
stream    at-most-once-volatile 1        19     42      10     0           3    4            0        2      2
stream    at-most-once-volatile 2       240    192      48     0          95   69            0       28     28
stream    at-most-once-durable  0         1      4       1     0           0    0            0        0      0
stream    at-most-once-durable  1        19     43      10     0           4    5            0        0      0
stream    at-most-once-durable  2       228    191      50     0         100   78            0        0      0
stream    idempotent            0         1      4       1     0           0    0            0        0      0
stream    idempotent            1        19     48      12     0           3    4            0        0      0
stream    idempotent            2       259    241      69     0         121   69            0        0      0
stream    key-checked-apart     0         1      5       1     0           0    0            0        0      0
stream    key-checked-apart     1        19     59      10     0           3    4            0        2      2
stream    key-checked-apart     2       247    280      39     0         102   69            0       37     37
stream    idempotency-key       0         1      4       1     0           0    0            0        0      0
stream    idempotency-key       1        19     48      12     0           3    4            0        0      0
stream    idempotency-key       2       259    244      69     0         121   69            0        0      0
stream    key-then-mail         0         1      4       1     0           0    0            0        0      0
stream    key-then-mail         1        23     55      14     0           2    4            3        0      3
stream    key-then-mail         2       311    339      95     0          87   69           60        0     60
stream    outbox                0         1      5       1     0           0    0            0        0      0
stream    outbox                1        23     63      16     0           3    4            0        0      0
stream    outbox                2       331    424     129     0         133   69            0        0      0
";

const THREE: &str = "
transport semantics             k schedules states correct clean cannot-tell lost receipt-lost repeated broken
datagram  maybe                 3       291     36       9     0         103   53            0      126      0
datagram  at-least-once         3      5355   2325     459     0        1129  748            0     3019      0
datagram  at-most-once-durable  3      4211   1503    1358     0        1761 1092            0        0      0
datagram  outbox                3      7011   5117    3582     0        2681  748            0        0      0
stream    maybe                 3        70     10       1     0          48   21            0        0      0
stream    at-least-once         3      1409    626      62     0         478  282            0      587      0
stream    at-most-once-durable  3      1186    428     155     0         699  332            0        0      0
stream    outbox                3      2373   1885     685     0        1406  282            0        0      0
";

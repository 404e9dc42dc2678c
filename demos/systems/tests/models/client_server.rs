use crate::random;
use sim::{Duration, NodeId, Rng, Stream, Time};
use std::collections::BTreeSet;
use systems::client_server::{Action, Change, Levels, Node, Run, SERVER, Scenario, Server, quantile};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

type Simulation = sim::Simulation<Node>;

fn server(run: &Simulation) -> &Server {
    match run.process(SERVER) {
        Node::Server(server) => server,
        Node::Client(_) => unreachable!("node 0 is the server"),
    }
}

/// Requests that clients have sent and that are neither answered nor given up.
fn waiting(run: &Simulation) -> BTreeSet<(NodeId, u32)> {
    let mut all = BTreeSet::new();
    for (id, node) in (0..).map(NodeId).zip(run.processes()) {
        if let Node::Client(client) = node {
            all.extend(client.waiting.iter().map(|(n, _)| (id, *n)));
        }
    }
    all
}

fn actions(texts: &[&str]) -> Vec<Action> {
    texts.iter().map(|text| Action::parse(text).expect(text)).collect()
}

#[test]
fn every_request_is_served_or_rejected_or_given_up_or_still_waits() {
    for number in 0..150 {
        let run = random::service(number).finish();
        let total = run.observer().total();
        let settled = total.served + total.rejected + total.timed_out;
        assert_eq!(total.sent, settled + waiting(&run).len() as u32, "run {number}");
        assert_eq!(total.latencies.len() as u32, total.served, "run {number}");

        let (mut served, mut failed) = (0, 0);
        for node in run.processes() {
            if let Node::Client(client) = node {
                (served, failed) = (served + client.served, failed + client.failed);
            }
        }
        assert_eq!((served, failed), (total.served, total.rejected + total.timed_out), "run {number}");
    }
}

#[test]
fn no_more_work_is_done_than_there_is_capacity_and_all_time_is_booked() {
    for number in 0..150 {
        let run = random::service(number);
        let finished = run.finish();
        let windows = finished.observer().windows();
        assert!(windows.iter().all(|window| window.busy <= window.capacity), "run {number}");
        let capacity: u64 = windows.iter().map(|window| window.capacity).sum();
        // At least one worker at all times, whether the server is up or down.
        assert!(capacity >= run.scenario.length.as_micros(), "run {number}: {capacity}");
        assert_eq!(windows.len(), 10, "run {number}");
    }
}

#[test]
fn an_answer_takes_at_least_two_latencies_and_comes_within_the_timeout() {
    for number in 0..50 {
        let run = random::service(number);
        let (latency, timeout) = (run.scenario.latency.as_micros(), run.scenario.timeout.as_micros());
        for took in run.finish().observer().total().latencies {
            assert!((2 * latency..=timeout).contains(&u64::from(took)), "run {number}: {took}");
        }
    }
}

#[test]
fn a_stopped_server_serves_nobody_and_loses_all_that_waits() {
    for seed in 1..=20 {
        let scenario = Scenario { load: 30, timeout: Duration::from_secs(5), ..Scenario::default() };
        let run = Run { scenario, seed, actions: actions(&["at 10 s stop server", "at 20 s restart server"]) };
        let mut run = run.start();
        run.run_until(Time::from_micros(9_999_999));
        let held: BTreeSet<_> = server(&run).queue.iter().chain(&server(&run).serving).copied().collect();
        assert!(held.len() > 15, "one is served, and the queue is nearly full");

        run.run_until(Time::from_secs(10));
        assert!(!run.is_up(SERVER) && server(&run).queue.is_empty() && server(&run).serving.is_empty());

        // What was held is never answered, not even after the restart.
        let (mut lost, mut before) = (0, waiting(&run));
        let mut served_before = run.observer().total().served;
        while run.now() < Time::from_secs(30) && run.step() {
            let (after, served) = (waiting(&run), run.observer().total().served);
            for gone in before.difference(&after).filter(|request| held.contains(request)) {
                assert_eq!(served, served_before, "seed {seed}: {gone:?} was served");
                lost += 1;
            }
            (before, served_before) = (after, served);
        }
        assert_eq!(lost, held.len(), "seed {seed}");

        let windows = run.observer().windows();
        // Replies on their way when the server stops still arrive, within 80 ms.
        assert!(windows[11..20].iter().all(|window| window.served == 0), "seed {seed}");
        assert!(windows[10..20].iter().all(|window| window.busy == 0), "seed {seed}");
        assert!(windows[21..29].iter().all(|window| window.served > 0), "seed {seed}");
    }
}

#[test]
fn who_sends_to_a_full_server_is_turned_away() {
    let scenario = Scenario { load: 60, queue: 0, ..Scenario::default() };
    let total = Run { scenario, ..Run::default() }.finish().observer().total();
    assert!(total.rejected > total.served && total.timed_out < total.sent / 10, "{total:?}");
}

#[test]
fn without_load_nothing_is_sent() {
    let run = Run { actions: actions(&["at 10 s set load to 0", "at 20 s set load to 8"]), ..Run::default() };
    let finished = run.finish();
    let sent: Vec<u32> = finished.observer().windows().iter().map(|window| window.sent).collect();
    assert!(sent[..10].iter().sum::<u32>() > 40 && sent[20..].iter().sum::<u32>() > 200, "{sent:?}");
    assert_eq!(sent[10..20].iter().sum::<u32>(), 0, "{sent:?}");
}

#[test]
fn more_workers_clear_the_queue_and_fewer_finish_what_they_began() {
    let scenario = Scenario { load: 20, queue: 200, timeout: Duration::from_secs(10), ..Scenario::default() };
    let run =
        Run { scenario, actions: actions(&["at 20 s set workers to 8", "at 40 s set workers to 1"]), ..Run::default() };
    let mut simulation = run.start();
    let mut at = |ms| {
        simulation.run_until(Time::from_millis(ms));
        (server(&simulation).queue.len(), server(&simulation).serving.len())
    };
    let (queue, serving) = at(19_999);
    assert!(queue > 50 && serving == 1, "{queue} wait, {serving} are served");
    assert_eq!(at(20_000).1, 8);
    assert_eq!(at(39_000).0, 0);
    let (_, before) = at(39_999);
    assert!(at(40_000).1 <= before);
    assert_eq!(at(45_000).1, 1);
}

#[test]
fn load_is_gathered_as_under_the_curve() {
    let mut rng = Rng::new(5, Stream::Node(NodeId(0)));
    for _ in 0..5_000 {
        let changes: Vec<_> =
            (0..rng.below(5)).map(|_| (Time::from_micros(rng.below(40)), rng.below(4) as u32)).collect();
        let levels = Levels::new(rng.below(4) as u32, changes);
        let (now, need) = (rng.below(50), rng.below(100));
        // One microsecond after the other; after the last change the curve stays as it is.
        let mut area = 0;
        let brute = (now..400).find_map(|at| {
            area += u64::from(levels.at(Time::from_micros(at)));
            (area >= need.max(1)).then_some(Time::from_micros(at + 1))
        });
        assert_eq!(levels.time_to_gather(Time::from_micros(now), need), brute, "{levels:?} from {now} for {need}");
    }
}

#[test]
fn levels_are_what_was_last_said() {
    let at = Time::from_secs;
    let levels = Levels::new(1, vec![(at(20), 4), (at(10), 2), (at(10), 3)]);
    let table =
        [(0, 1, Some(10)), (9, 1, Some(10)), (10, 3, Some(20)), (19, 3, Some(20)), (20, 4, None), (99, 4, None)];
    for (now, value, next) in table {
        assert_eq!((levels.at(at(now)), levels.next_change(at(now))), (value, next.map(at)), "at {now} s");
    }
}

#[test]
fn doing_something_now_keeps_the_past_and_writes_the_future_anew() {
    let run = Run {
        actions: actions(&[
            "at 5 s set load to 20",
            "at 10 s stop server",
            "at 10 s set load to 9",
            "at 20 s restart server",
        ]),
        ..Run::default()
    };
    let after = |text: &str| -> Vec<String> {
        run.with(Action::parse(text).expect(text)).actions.iter().map(Action::to_string).collect()
    };
    assert_eq!(after("at 30 s set load to 1")[3..], ["at 20 s restart server", "at 30 s set load to 1"]);
    assert_eq!(after("at 7 s stop server"), ["at 5 s set load to 20", "at 7 s stop server"]);
    // At the same moment: one of a kind, the latest.
    assert_eq!(
        after("at 10 s set load to 3"),
        ["at 5 s set load to 20", "at 10 s stop server", "at 10 s set load to 3"]
    );
    assert_eq!(after("at 0 s set workers to 2"), ["at 0 s set workers to 2"]);

    let rewritten = run.with(Action::parse("at 7 s stop server").expect("reads"));
    let settings = |run: &Run, s| run.settings(Time::from_secs(s));
    assert_eq!(settings(&run, 15), (9, 1, false));
    assert_eq!(settings(&run, 25), (9, 1, true));
    assert_eq!(settings(&rewritten, 25), (20, 1, false));
}

#[test]
fn an_action_reads_back_as_it_is_said() {
    for text in [
        "at 10 s stop server",
        "at 20 s restart server",
        "at 2500 ms set load to 20",
        "at 8 s set workers to 2",
        "at 1234567 us stop server",
    ] {
        assert_eq!(Action::parse(text).map(|action| action.to_string()).as_deref(), Ok(text));
    }
    assert_eq!(
        Action::parse("at 2.5 s set load to 20"),
        Ok(Action { at: Time::from_millis(2_500), change: Change::Load(20) })
    );
}

#[test]
fn a_wrong_action_is_shown_where_it_is_wrong() {
    // The wrong words in brackets, what is wrong with them, what could stand there.
    let table: &[(&str, &str, &[&str])] = &[
        ("[stop] server", "unknown word `stop`", &["at"]),
        ("at [noon] stop server", "`noon` is not a time", &["a time such as 400 ms or 2.5 s"]),
        ("at 5 s [halt] server", "unknown word `halt`", &["stop", "restart", "set"]),
        ("at 5 s stop [sever]", "unknown word `sever`", &["server"]),
        ("at 5 s set [lod] to 5", "unknown word `lod`", &["load", "workers"]),
        ("at 5 s set load to [61]", "61 is out of bounds", &["0 to 60"]),
        ("at 5 s set load to [0061]  ", "61 is out of bounds", &["0 to 60"]),
        ("at 5 s set workers to [0] please", "0 is out of bounds", &["1 to 8"]),
        ("at 5 s set workers to [two]", "`two` is not a whole number", &["1 to 8"]),
        ("at 5 s set workers to 2 [please]", "`please` is too much here", &[]),
    ];
    for (marked, message, choices) in table {
        let text = marked.replace(['[', ']'], "");
        let start = marked.find('[').expect("the place is marked");
        let end = marked.find(']').expect("the place is marked") - 1;
        let error = Action::parse(&text).expect_err(marked);
        assert_eq!((error.message.as_str(), error.at.clone()), (*message, start..end), "{marked}");
        assert_eq!(error.choices, *choices, "{marked}");
    }
}

#[test]
fn a_quantile_is_a_value_that_so_many_do_not_exceed() {
    let mut rng = Rng::new(6, Stream::Node(NodeId(0)));
    for _ in 0..500 {
        let values: Vec<u32> = (0..1 + rng.below(40)).map(|_| rng.below(20) as u32).collect();
        for percent in [0, 1, 50, 95, 99, 100] {
            let at_most = |limit: u32| values.iter().filter(|value| **value <= limit).count() * 100;
            let enough = |limit: u32| at_most(limit) >= values.len() * percent as usize;
            let smallest = values.iter().copied().filter(|value| enough(*value)).min();
            assert_eq!(quantile(&values, percent), smallest, "{percent} % of {values:?}");
        }
    }
    assert_eq!(quantile(&[], 50), None);
}

//! What is checked of every overlay, and helpers.

use architectures::live::{Action, Change, Frame, Kind, Live, Model, Run, Settings};
use proptest::prelude::*;
use sim::{Duration, Time};

/// The run of that code, played to its end.
pub fn finished(code: &str) -> Live {
    let live = architectures::finished(architectures::run_of(code).unwrap_or_else(|error| panic!("{code}: {error:?}")));
    assert_eq!(live.stopped(), None, "{code}");
    live
}

/// A fact in thousandths.
pub fn maybe(live: &Live, name: &str) -> Option<i64> {
    let place = live.run().model.all_facts().position(|fact| fact.name == name).unwrap_or_else(|| panic!("no {name}"));
    live.world().facts()[place]
}

/// A fact that there is, in thousandths.
pub fn fact(live: &Live, name: &str) -> i64 {
    maybe(live, name).unwrap_or_else(|| panic!("nothing measured as {name}"))
}

/// What has been told.
pub fn told(live: &Live) -> String {
    live.world().story().iter().map(|line| format!("{line:?}")).collect()
}

/// The mean over these seeds, and how far the true mean may be from it (95 %, Student's t for 10 seeds).
pub fn over_ten_seeds(value: impl Fn(u64) -> f64) -> (f64, f64) {
    let values: Vec<f64> = (1..=10).map(value).collect();
    let mean = values.iter().sum::<f64>() / 10.0;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 9.0;
    (mean, 2.262 * (variance / 10.0).sqrt())
}

/// A frame's picture lies within its borders, and survives the way to the page.
pub fn check_frame(frame: &Frame, what: &str) {
    assert_eq!(Frame::unpack(&frame.pack()).as_ref(), Some(frame), "{what}");
    let scene = &frame.scene;
    assert!(scene.width == 420 && scene.height <= 320, "{what}");
    assert!(!scene.summary.is_empty() && scene.dots.len() <= 120, "{what}: {} dots", scene.dots.len());
    let round = |kind: Kind| matches!(kind, Kind::Client | Kind::Peer | Kind::Device | Kind::Seed);
    for (i, a) in scene.nodes.iter().enumerate() {
        let (x, y) = if round(a.kind) { (16, 16) } else { (48, 28) };
        assert!((x..=scene.width - x).contains(&a.x) && (y..=scene.height - y).contains(&a.y), "{what}: {a:?}");
        assert!(a.word.chars().count() <= 14 && a.fill <= 1_000, "{what}: {a:?}");
        for b in &scene.nodes[..i] {
            let (dx, dy) = (i32::from(a.x.abs_diff(b.x)), i32::from(a.y.abs_diff(b.y)));
            let apart = match (round(a.kind), round(b.kind)) {
                (true, true) => dx * dx + dy * dy >= 33 * 33,
                (false, false) => dx >= 96 || dy >= 62,
                _ => dx >= 44 + 13 || dy >= 25 + 13,
            };
            assert!(apart, "{what}: {a:?} {b:?}");
        }
    }
    let nodes = scene.nodes.len() as u16;
    assert!(scene.links.iter().all(|link| link.a < nodes && link.b < nodes && link.a != link.b), "{what}");
    assert!(scene.dots.iter().all(|dot| dot.from < nodes && dot.to < nodes && dot.way <= 1_000), "{what}");
    if let Some(crowd) = &scene.crowd {
        assert_eq!(crowd.legend.iter().map(|entry| entry.2 as usize).sum::<usize>(), crowd.cells.len(), "{what}");
    }
}

/// However the run is cut into slices, it is the same.
pub fn check_slices(code: &str) {
    let run = architectures::run_of(code).expect("a code");
    assert_eq!(architectures::run_of(&run.code()).as_ref(), Ok(&run), "{code}");
    let whole = architectures::finished(run.clone()).frame();
    check_frame(&whole, code);
    for slice in [1, 7, 1_000] {
        let mut live = architectures::begun(run.clone());
        live.seek(run.end());
        while !live.advance(slice) {}
        assert_eq!(live.frame(), whole, "{code} in slices of {slice}");
    }
    let mut live = architectures::begun(run.clone());
    for millis in (0..u64::from(run.seconds) * 1_000).step_by(333) {
        live.seek(Time::from_millis(millis));
        while !live.advance(1 << 20) {}
        check_frame(&live.frame(), code);
    }
    live.seek(Time::from_millis(u64::from(run.seconds) * 500));
    while !live.advance(1 << 20) {}
    live.seek(run.end());
    while !live.advance(1 << 20) {}
    assert_eq!(live.frame(), whole, "{code} after going back");
}

/// What is done at a moment changes nothing before it, and something after it.
pub fn check_past(code: &str, actions: &[&str]) {
    let run = architectures::run_of(code).expect("a code");
    for text in actions {
        let action = Action::parse(run.model, &run.settings, text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(action.written(run.model, &run.settings), *text);
        let with = run.with(action);
        let just_before = Time::from_micros(action.at.as_micros() - 1);
        let [a, b] = [&run, &with].map(|run| architectures::played(run.clone(), just_before).frame());
        assert_eq!(a, b, "{text}");
        let [a, b] = [&run, &with].map(|run| architectures::finished(run.clone()).frame());
        assert_ne!((a.hash, a.events), (b.hash, b.events), "{text} does nothing");
    }
}

/// Settings with each knob at its least, its default, its greatest or any value, but not so large that it takes long.
pub fn settings(model: &'static Model, most_users: u32) -> impl Strategy<Value = Settings> {
    proptest::collection::vec((0..5u32, any::<u64>()), model.knobs.len()).prop_map(move |drawn| {
        let mut settings = Settings::new(model.knobs);
        for (place, (how, value)) in drawn.into_iter().enumerate() {
            let knob = &model.knobs[place];
            let most = if knob.name == "users" { most_users } else { knob.bounds.1 };
            let value = match how {
                0 => u64::from(knob.bounds.0),
                1 => u64::from(most),
                2 => u64::from(knob.bounds.0) + value % u64::from(most - knob.bounds.0 + 1),
                _ => u64::from(knob.default),
            };
            settings.set(place, value);
        }
        settings
    })
}

/// Whatever is done to it: nothing crashes, the pictures are sound, the code reads back.
pub fn check_anything(model: &'static Model, settings: Settings, seed: u64, changes: &[(u64, u8, u64, u64, u64)]) {
    let mut run = Run::new(model);
    (run.settings, run.seed, run.seconds) = (settings, seed, 6);
    let names = model.names(&run.settings);
    for (at, what, a, b, c) in changes {
        let nodes = u64::from(names.count());
        let (one, other) = ((a % nodes) as u32, (b % nodes) as u32);
        let group = (*a % names.groups().len() as u64) as usize;
        let live: Vec<usize> = (0..model.knobs.len()).filter(|knob| model.knobs[*knob].live).collect();
        let knob = live[(*a % live.len() as u64) as usize];
        let bounds = model.knobs[knob].bounds;
        let change = match what % 9 {
            0 => Change::Stop(one),
            1 => Change::Restart(one),
            2 => Change::Slow(one, 1 + (b % 100) as u32),
            3 => Change::Cut(one, other),
            4 => Change::Heal(one, other),
            5 => Change::Delay(one, other, Duration::from_millis(c % 10_001)),
            6 => Change::StopShare { group, percent: 1 + (b % 100) as u32 },
            7 => Change::RestartAll { group },
            _ => Change::Set { knob, value: bounds.0 + (b % u64::from(bounds.1.min(50) - bounds.0 + 1)) as u32 },
        };
        if (model.accepts)(&run.settings, &change).is_ok() {
            run.actions.push(Action { at: Time::from_micros(at % 6_000_000), change });
        }
    }
    run.actions.sort_by_key(|action| action.at);
    let code = run.code();
    assert_eq!(architectures::run_of(&code).as_ref(), Ok(&run), "{code}");
    let mut live = architectures::begun(run);
    for millis in [1_500, 3_100, 4_700, 6_000] {
        live.seek(Time::from_millis(millis));
        // Extreme settings can have any number of events; a part of them is enough.
        for _ in 0..4 {
            if live.advance(10_000) {
                break;
            }
        }
        check_frame(&live.frame(), &code);
    }
}

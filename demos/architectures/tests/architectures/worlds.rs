//! What every architecture promises, whatever is done to it: the same run gives the same system however it is cut
//! into slices, two runs that differ in an action agree until then, pictures stay within their borders, and
//! nothing that a reader can set or do brings it down.

use architectures::live::{Action, Change, Crowd, Frame, Kind, Live, Model, Run};
use sim::{Duration, NodeId, Rng, Stream, Time};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn one<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.below(of.len() as u64) as usize]
}

/// Something that can be done to the system, unless the model refuses it.
fn change(rng: &mut Rng, run: &Run) -> Change {
    let names = run.model.names(&run.settings);
    let groups: Vec<usize> = (0..names.groups().len()).filter(|group| names.groups()[*group].count > 0).collect();
    // Each group as likely as another: clients are many, servers few.
    let node = |rng: &mut Rng| {
        let group = one(rng, &groups);
        names.first(group) + rng.below(names.groups()[group].count.into()) as u32
    };
    match rng.below(12) {
        0..=2 => Change::Stop(node(rng)),
        3..=4 => Change::Restart(node(rng)),
        5 => Change::Slow(node(rng), one(rng, &[1, 3, 100])),
        6 => Change::Cut(node(rng), node(rng)),
        7 => Change::Heal(node(rng), node(rng)),
        8 => Change::Delay(node(rng), node(rng), Duration::from_millis(one(rng, &[0, 40, 10_000]))),
        9 => Change::StopShare { group: one(rng, &groups), percent: one(rng, &[1, 30, 100]) },
        10 => Change::RestartAll { group: one(rng, &groups) },
        _ => {
            let live: Vec<usize> = (0..run.model.knobs.len()).filter(|knob| run.model.knobs[*knob].live).collect();
            let knob = one(rng, &live);
            let (least, most) = run.model.knobs[knob].bounds;
            let between = least + rng.below(u64::from(most - least) + 1) as u32;
            let value = one(rng, &[least, most, between, run.settings.at(knob)]);
            Change::Set { knob, value }
        }
    }
}

/// A run of that model, numbered: usual or extreme settings, and up to twelve actions.
pub fn random(model: &'static Model, number: u64, extreme: bool) -> Run {
    let rng = &mut Rng::new(number, Stream::Node(NodeId(7)));
    let mut run = Run::new(model);
    run.seed = rng.below(1_000);
    run.seconds = model.seconds.0;
    for (place, knob) in model.knobs.iter().enumerate() {
        let (least, most) = knob.bounds;
        let near = u64::from(least) + rng.below(u64::from(knob.default) * 3 + 2);
        let anywhere = u64::from(least) + rng.below(u64::from(most - least) + 1);
        let value = match (rng.below(8), knob.choices.is_empty()) {
            (0..=3, true) => knob.default.into(),
            (4, _) if extreme => least.into(),
            (5, _) if extreme => most.into(),
            (_, true) => near,
            _ => anywhere,
        };
        run.settings.set(place, value);
    }
    let mut at = vec![];
    for _ in 0..rng.below(13) {
        at.push(rng.below(u64::from(run.seconds) * 1_000_000));
    }
    at.sort_unstable();
    for at in at {
        let change = change(rng, &run);
        if (model.accepts)(&run.settings, &change).is_ok() {
            run.actions.push(Action { at: Time::from_micros(at), change });
        }
    }
    run
}

fn check(frame: &Frame, what: &str) {
    assert_eq!(Frame::unpack(&frame.pack()).as_ref(), Some(frame), "{what}");
    let scene = &frame.scene;
    assert_eq!(scene.width, 420, "{what}");
    assert!((28..=320).contains(&scene.height), "{what}: height {}", scene.height);
    assert!(!scene.summary.is_empty(), "{what}");
    let round = |kind: Kind| matches!(kind, Kind::Client | Kind::Peer | Kind::Device | Kind::Seed);
    for (place, node) in scene.nodes.iter().enumerate() {
        let (w, h) = if round(node.kind) { (16, 16) } else { (48, 28) };
        assert!((w..=scene.width - w).contains(&node.x), "{what}: x of {node:?}");
        assert!((h..=scene.height - h).contains(&node.y), "{what}: y of {node:?} of {}", scene.height);
        let longest = if round(node.kind) { 24 } else { 14 };
        assert!(node.word.chars().count() <= longest && node.fill <= 1_000, "{what}: {node:?}");
        for other in &scene.nodes[..place] {
            let (x, y) = (node.x.abs_diff(other.x), node.y.abs_diff(other.y));
            let apart = match (round(node.kind), round(other.kind)) {
                (true, true) => u32::from(x).pow(2) + u32::from(y).pow(2) >= 34 * 34,
                (false, false) => x >= 96 || y >= 62,
                _ => x >= 58 || y >= 39,
            };
            assert!(apart, "{what}: {node:?} touches {other:?}");
        }
    }
    let places = 0..scene.nodes.len() as u16;
    assert!(scene.links.iter().all(|link| places.contains(&link.a) && places.contains(&link.b)), "{what}");
    assert!(scene.dots.len() <= 120, "{what}");
    assert!(scene.dots.iter().all(|d| places.contains(&d.from) && places.contains(&d.to) && d.way <= 1_000), "{what}");
    if let Some(Crowd { cells, legend, .. }) = &scene.crowd {
        let told: u32 = legend.iter().map(|(_, _, count)| count).sum();
        assert_eq!(told as usize, cells.len(), "{what}: the legend counts every cell");
    }
}

/// Plays the run for so many events at most.
pub fn played(run: &Run, slices: &[u32], mut events: u32) -> Live {
    let mut live = architectures::begun(run.clone());
    live.seek(run.end());
    for most in slices.iter().copied().cycle() {
        let most = most.min(events);
        events -= most;
        if live.advance(most) || events == 0 {
            break;
        }
    }
    live
}

#[test]
fn a_run_is_the_same_however_it_is_cut_into_slices() {
    for model in architectures::ALL {
        for number in 0..12 {
            let run = random(model, number, false);
            let whole = played(&run, &[u32::MAX / 2], 400_000);
            let sliced = played(&run, &[1, 7, 300], 400_000);
            assert_eq!(whole.frame(), sliced.frame(), "{}", run.code());
            // Back, and there again.
            let mut back = sliced;
            back.seek(Time::from_secs(3));
            while !back.advance(1_000) {}
            check(&back.frame(), &run.code());
            if whole.world().now() == run.end() {
                back.seek(run.end());
                while !back.advance(10_000) {}
                assert_eq!(whole.frame(), back.frame(), "{}", run.code());
            }
        }
    }
}

#[test]
fn runs_agree_until_they_are_told_apart() {
    for model in architectures::ALL {
        for number in 100..112 {
            let mut run = random(model, number, false);
            run.actions.retain(|action| action.at < Time::from_secs(5));
            let rng = &mut Rng::new(number, Stream::Node(NodeId(8)));
            let change =
                (0..50).map(|_| change(rng, &run)).find(|change| (model.accepts)(&run.settings, change).is_ok());
            let action = Action { at: Time::from_secs(5), change: change.expect("something can be done") };
            let other = run.with(action);
            let until = Time::from_micros(4_999_999);
            let frames = [&run, &other].map(|run| architectures::played(run.clone(), until).frame());
            assert_eq!(frames[0], frames[1], "{} and {}", run.code(), other.code());
        }
    }
}

#[test]
fn nothing_that_can_be_set_or_done_brings_a_system_down() {
    for model in architectures::ALL {
        for number in 200..260 {
            let mut run = random(model, number, true);
            // Very large systems take long to build: a few do.
            let users = run.settings.place("users").expect("users");
            if !number.is_multiple_of(20) && run.settings.at(users) > 2_000 {
                run = run.with_knob(users, 2_000);
            }
            let code = run.code();
            let read = architectures::run_of(&code).unwrap_or_else(|error| panic!("{code}: {error}"));
            assert_eq!(read, run, "{code}");
            let live = played(&run, &[10_000], 60_000);
            check(&live.frame(), &code);
        }
    }
}

/// All knobs at their least, and all at their greatest, each with each word.
#[test]
fn the_bounds_of_all_knobs_make_a_system() {
    for model in architectures::ALL {
        for greatest in [false, true] {
            for word in 0..6 {
                let mut run = Run::new(model);
                run.seconds = model.seconds.0;
                for (place, knob) in model.knobs.iter().enumerate() {
                    let value = match (knob.choices.is_empty(), greatest) {
                        (false, _) => word,
                        (_, false) => knob.bounds.0,
                        (_, true) => knob.bounds.1,
                    };
                    run.settings.set(place, value.into());
                }
                check(&played(&run, &[10_000], 20_000).frame(), &run.code());
            }
        }
    }
}

#[test]
fn every_picture_of_a_small_system_is_in_order() {
    for model in architectures::ALL {
        let users = model.knobs.iter().position(|knob| knob.name == "users").expect("users");
        for number in 300..330 {
            let mut run = random(model, number, false);
            run.settings.set(users, 1 + number % 45);
            run.actions.clear();
            let mut live = architectures::begun(run.clone());
            for millis in [0, 40, 500, 2_000] {
                live.seek(Time::from_millis(millis));
                while !live.advance(10_000) {}
                check(&live.frame(), &run.code());
            }
        }
    }
}

#[test]
fn models_tell_what_they_measure() {
    for model in architectures::ALL {
        let run = Run::new(model);
        let live = architectures::finished(run.clone());
        let frame = live.frame();
        let curves: usize = model.charts.iter().map(|chart| chart.curves.len()).sum();
        assert!(!frame.rows.is_empty() && frame.rows.iter().all(|row| row.len() == curves), "{}", model.name);
        assert_eq!(frame.facts.len(), model.all_facts().count(), "{}", model.name);
        assert!(model.names(&run.settings).find(model.victim).is_some(), "{}", model.name);
        assert!(frame.events > 0 && live.stopped().is_none(), "{}", model.name);
    }
}

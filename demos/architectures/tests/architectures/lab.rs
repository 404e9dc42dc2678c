use architectures::file_sharing::{Day, Design, HOURS, Outcome, QUESTIONS};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ANSWER: [&str; 6] = ["peers", "small", "dht", "both", "tit-for-tat", "signed"];

fn design(choices: [&str; 6]) -> Design {
    let mut design = Design::default();
    for (place, (question, name)) in QUESTIONS.iter().zip(choices).enumerate() {
        let choice = question.choices.iter().position(|choice| choice.name == name).expect(name);
        design = design.with(place, choice);
    }
    design
}

// Natively only: whole days, many of them.
#[cfg(not(target_arch = "wasm32"))]
mod days {
    use super::*;
    use Target::{Availability, Corrupted, Cost, Time};
    use architectures::file_sharing::{Cause, Target};

    /// How many days a claim about the answer, and about the designs that come to mind first, is tried on.
    const MANY: u64 = 2;
    /// How many days each choice that is taken back is tried on.
    const SOME: u64 = 1;

    /// The model answer with one choice taken back.
    fn without(question: &str, name: &str) -> Design {
        let mut choices = ANSWER;
        choices[QUESTIONS.iter().position(|one| one.name == question).expect(question)] = name;
        design(choices)
    }

    /// Checks a claim on so many days; on one in ten it may fail.
    fn on_days(design: Design, days: u64, claim: impl Fn(&Outcome) -> bool) {
        let mut held = 0;
        for day in 1..=days {
            let design = design.on_day(day);
            let outcome = Day::new(design).finish();
            if claim(&outcome) {
                held += 1;
            } else {
                eprintln!("{}: {} {:?}", design.code(), outcome.verdict(), outcome.why(&design));
            }
        }
        assert!(held >= days - days / 10, "{}: held on {held} of {days} days", design.words());
    }

    /// Whether just these targets are missed.
    fn misses(outcome: &Outcome, targets: &[Target]) -> bool {
        Target::ALL.into_iter().all(|target| outcome.meets(target) != targets.contains(&target))
    }

    fn failed_by(outcome: &Outcome) -> Option<Cause> {
        outcome.failed_by().map(|(cause, _)| cause)
    }

    #[test]
    fn the_model_answer_passes() {
        on_days(design(ANSWER), MANY, |outcome| outcome.passes() == 4);
    }

    #[test]
    fn other_good_answers_pass_too() {
        for (question, name) in [("discovery", "trackers"), ("replication", "rare"), ("pieces", "large")] {
            on_days(without(question, name), SOME, |outcome| outcome.passes() == 4);
        }
        let backbone = ["super-peers", "small", "dht", "rare", "tit-for-tat", "signed"];
        on_days(design(backbone), SOME, |outcome| outcome.passes() == 4);
    }

    #[test]
    fn one_server_has_too_narrow_a_line_and_costs_too_much() {
        on_days(Design::default(), MANY, |outcome| {
            misses(outcome, &[Availability, Cost]) && failed_by(outcome) == Some(Cause::Server)
        });
    }

    #[test]
    fn mirrors_do_everything_but_cost_too_much_for_what_they_send() {
        on_days(without("model", "mirrors"), SOME, |outcome| {
            misses(outcome, &[Cost]) && outcome.traffic() > outcome.cost() / 2
        });
    }

    #[test]
    fn plain_peers_fail_for_their_index_their_uplinks_and_their_trust() {
        let plain = ["peers", "whole", "index", "none", "none", "none"];
        on_days(design(plain), MANY, |outcome| {
            misses(outcome, &[Availability, Time, Corrupted])
                && failed_by(outcome) == Some(Cause::Down)
                && outcome.slow_by().is_some_and(|(cause, _)| cause == Cause::Uplink)
        });
    }

    #[test]
    fn a_central_index_fails_for_its_outage() {
        on_days(without("discovery", "index"), SOME, |outcome| {
            misses(outcome, &[Availability]) && failed_by(outcome) == Some(Cause::Down)
        });
    }

    #[test]
    fn a_flood_ends_before_it_finds_what_is_rare() {
        on_days(without("discovery", "flooding"), SOME, |outcome| {
            !outcome.meets(Availability) && failed_by(outcome) == Some(Cause::Horizon)
        });
    }

    #[test]
    fn without_copies_nobody_who_has_a_rare_file_is_there() {
        on_days(without("replication", "none"), SOME, |outcome| {
            misses(outcome, &[Availability]) && failed_by(outcome) == Some(Cause::Nobody)
        });
    }

    #[test]
    fn without_a_reward_those_who_take_do_not_give() {
        on_days(without("incentive", "none"), SOME, |outcome| {
            misses(outcome, &[Availability]) && failed_by(outcome) == Some(Cause::Takers)
        });
    }

    #[test]
    fn whole_files_come_too_slowly() {
        on_days(without("pieces", "whole"), SOME, |outcome| {
            !outcome.meets(Time) && outcome.slow_by().is_some_and(|(cause, _)| cause == Cause::Uplink)
        });
    }

    #[test]
    fn without_a_check_garbage_is_kept() {
        on_days(without("verification", "none"), SOME, |outcome| {
            misses(outcome, &[Corrupted]) && outcome.corrupted[0] > outcome.corrupted[2]
        });
    }

    #[test]
    fn a_hash_for_the_file_finds_garbage_too_late() {
        on_days(without("verification", "file"), SOME, |outcome| {
            !outcome.meets(Availability) && failed_by(outcome) == Some(Cause::Garbage)
        });
    }

    #[test]
    fn unsigned_hashes_fit_the_forgery() {
        on_days(without("verification", "piece"), SOME, |outcome| {
            misses(outcome, &[Corrupted]) && outcome.corrupted[0] + outcome.corrupted[1] == 0
        });
    }
}

/// What every outcome has to be.
fn sound(design: &Design, outcome: &Outcome) {
    let code = design.code();
    assert_eq!(outcome.complete + outcome.failures(), outcome.requests, "{code}");
    assert!(outcome.slow.iter().sum::<u32>() <= outcome.complete, "{code}");
    assert!(outcome.all_corrupted() <= outcome.complete, "{code}");
    assert!(outcome.median <= outcome.p95 && outcome.p95 <= 3_602, "{code}: {} {}", outcome.median, outcome.p95);
    let hours = outcome.hours.map(|hours| hours.iter().sum::<u32>());
    assert_eq!(hours, [outcome.requests, outcome.complete, outcome.failures()], "{code}");
    assert_eq!(outcome.hours[0][HOURS - 1], 0, "{code}");
    let slow = outcome.slow.iter().sum::<u32>();
    assert!(outcome.slow_release <= slow, "{code}");
    // 300 MB a file: nothing arrives that nobody has sent.
    let sent = u64::from(outcome.sent) + u64::from(outcome.passed);
    assert!(sent * 10 + 10 >= u64::from(outcome.complete) * 3, "{code}: {sent} GB for {} files", outcome.complete);
    if !design.peers() {
        assert_eq!((outcome.passed, outcome.all_corrupted(), outcome.copies), (0, 0, 0), "{code}");
    }
    if design.code().contains("verification.signed") {
        assert_eq!(outcome.all_corrupted(), 0, "{code}");
    }
    let why = outcome.why(design);
    assert_eq!(why.len(), (4 - outcome.passes()).max(1), "{code}: {why:?}");
    assert_eq!(Outcome::parse(&outcome.written()).as_ref(), Some(outcome), "{code}");
    assert_eq!(Design::from_code(&code).as_ref(), Ok(design));
}

fn any_design() -> impl Strategy<Value = Design> {
    (proptest::array::uniform6(0_usize..4), 1_u64..1_000).prop_map(|(choices, day)| {
        let design = Design::default().on_day(day);
        choices
            .into_iter()
            .enumerate()
            .fold(design, |design, (at, choice)| design.with(at, choice % QUESTIONS[at].choices.len()))
    })
}

proptest! {
    #![proptest_config(Config { cases: 12, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_design_has_a_sound_day(design in any_design(), users in 1_u32..4_000) {
        sound(&design, &Day::among(design, users).finish());
    }

    #[test]
    fn a_day_is_the_same_in_slices(design in any_design(), slice in 1_u64..200_000) {
        let whole = Day::among(design, 1_500).finish();
        let mut day = Day::among(design, 1_500);
        let mut last = 0;
        while !day.advance(slice) {
            prop_assert!((last..=100).contains(&day.progress()));
            last = day.progress();
        }
        prop_assert_eq!(day.outcome(), &whole);
        prop_assert_eq!(day.progress(), 100);
    }
}

#[test]
fn all_designs_have_a_sound_day_in_a_small_town() {
    let mut number = 0;
    let counts: [usize; 6] = std::array::from_fn(|at| QUESTIONS[at].choices.len());
    for index in 0..counts.iter().product() {
        let mut rest: usize = index;
        let mut design = Design::default();
        for (place, count) in counts.iter().enumerate() {
            design = design.with(place, rest % count);
            rest /= count;
        }
        // Every twenty-third: all kinds of each choice, in all pairs.
        if index % 23 == 0 {
            sound(&design, &Day::among(design, 300).finish());
            number += 1;
        }
    }
    assert_eq!(number, 67);
}

#[test]
fn what_is_not_asked_makes_no_difference_among_servers() {
    let plain = Day::among(Design::default(), 3_000).finish();
    let other = Design::default().with(2, 3).with(3, 3).with(4, 1).with(5, 3);
    assert_eq!(Day::among(other, 3_000).finish(), plain);
    assert_eq!(other.words(), "One server, whole files");
}

#[test]
fn the_requests_of_a_day_do_not_depend_on_the_design() {
    let asked = |design: Design| Day::among(design, 3_000).finish().hours[0];
    assert_eq!(asked(Design::default()), asked(design(ANSWER)));
    assert_ne!(asked(Design::default()), asked(Design::default().on_day(2)));
}

#[test]
fn a_whole_day_is_the_same_on_every_machine_and_fits() {
    let mut day = Day::new(design(ANSWER));
    let mut most = day.bytes();
    while !day.advance(5_000_000) {
        most = most.max(day.bytes());
    }
    assert!(most < 50_000_000, "{most} bytes");
    sound(&day.design(), day.outcome());
    assert_eq!(day.outcome().hash, "31a8720b5b3e7afc");
}

#[test]
fn damaged_codes_are_told() {
    for (code, why) in [
        ("2~peer-to-peer", "not a link to this figure"),
        ("2~design-lab~colour.red", "nothing of that name"),
        ("2~design-lab~model.cloud", "expected server, mirrors, peers, super-peers"),
        ("2~design-lab~seed.many", "a number is missing"),
        ("1~design-lab", "version"),
    ] {
        let error = Design::from_code(code).expect_err(code).to_string();
        assert!(error.contains(why), "{code}: {error}");
    }
    let outcome = Day::among(Design::default(), 50).finish().written();
    assert!(Outcome::parse(&outcome[..outcome.len() - 1]).is_none());
    assert!(Outcome::parse(&format!("{outcome} 1")).is_none());
    assert!(Outcome::parse("").is_none());
}

use sim::{Agenda, Duration, Time};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn events_move_the_time_and_so_does_their_absence() {
    let mut agenda = Agenda::<&str>::default();
    agenda.at(Time::from_secs(3), "third");
    agenda.after(SECOND, "first");
    assert_eq!((agenda.now(), agenda.next_time(), agenda.pending()), (Time::ZERO, Some(Time::from_secs(1)), 2));
    assert_eq!((agenda.pop_until(Time::from_secs(2)), agenda.now()), (Some("first"), Time::from_secs(1)));
    agenda.after(SECOND, "second");
    // Up to and including.
    assert_eq!((agenda.pop_until(Time::from_secs(2)), agenda.now()), (Some("second"), Time::from_secs(2)));
    let later = Time::from_micros(2_500_000);
    assert_eq!((agenda.pop_until(later), agenda.now()), (None, later));
    assert_eq!((agenda.pop_until(Time::ZERO), agenda.now()), (None, later), "back");
    assert_eq!((agenda.pop_until(Time::MAX), agenda.now()), (Some("third"), Time::from_secs(3)));
    assert_eq!((agenda.pop_until(Time::MAX), agenda.pending(), agenda.handled()), (None, 0, 3));
}

#[test]
fn what_is_scheduled_for_the_past_happens_now_behind_its_like() {
    let mut agenda = Agenda::<u32>::default();
    agenda.at(Time::from_secs(1), 1);
    agenda.at(Time::from_secs(1), 2);
    assert_eq!(agenda.pop_until(Time::MAX), Some(1));
    agenda.at(Time::ZERO, 3);
    agenda.after(Duration::ZERO, 4);
    for event in [2, 3, 4] {
        assert_eq!((agenda.pop_until(Time::MAX), agenda.now()), (Some(event), Time::from_secs(1)));
    }
}

#[test]
fn a_clone_goes_on_by_itself() {
    let mut agenda = Agenda::<u32>::default();
    for n in 0..100 {
        agenda.after(SECOND.saturating_mul(u64::from(n * 37 % 100)), n);
    }
    assert_eq!(agenda.pop_until(Time::MAX), Some(0));
    let mut other = Agenda::<u32>::default();
    other.at(Time::ZERO, 7);
    other.clone_from(&agenda);
    let mut third = agenda.clone();
    agenda.after(Duration::ZERO, 1_000);
    let rest = |agenda: &mut Agenda<u32>| {
        let mut rest = vec![];
        while let Some(event) = agenda.pop_until(Time::MAX) {
            rest.push((agenda.now(), event));
        }
        (rest, agenda.handled())
    };
    assert_eq!(agenda.pop_until(Time::MAX), Some(1_000));
    let (all, handled) = rest(&mut other);
    assert_eq!((all.len(), handled), (99, 100));
    assert_eq!(rest(&mut third), (all.clone(), 100));
    assert_eq!(rest(&mut agenda), (all, 101));
}

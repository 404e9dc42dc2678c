use sim::{Agenda, Duration, EventQueue, HeapQueue, NodeId, Rng, Stream, Time, TraceHash, Ziggurat};
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

/// What a model of many users would do: births, deaths, and a beat that all keep.
fn crowd<Q: EventQueue<(u8, u32)> + Default>() -> (String, u64) {
    let mut agenda = Agenda::<(u8, u32), Q>::default();
    let (mut rng, ziggurat) = (Rng::new(9, Stream::Node(NodeId(0))), Ziggurat::new());
    let (mut hash, mut users) = (TraceHash::default(), 0);
    agenda.at(Time::ZERO, (0, 0));
    while let Some((kind, user)) = agenda.pop_until(Time::from_secs(100)) {
        hash.word(agenda.now().as_micros() << 2 | u64::from(kind));
        hash.word(u64::from(user));
        match kind {
            0 => {
                users += 1;
                agenda.after(ziggurat.exponential_with_mean(&mut rng, SECOND.saturating_mul(5)), (1, users));
                agenda.at(Time::from_secs(agenda.now().as_millis() / 1_000 + 1), (2, users));
                agenda.after(ziggurat.exponential_with_mean(&mut rng, Duration::from_millis(2)), (0, 0));
            }
            1 => {}
            _ if user % 3 > 0 => agenda.after(SECOND, (2, user)),
            _ => {}
        }
    }
    (hash.to_string(), agenda.handled())
}

#[test]
fn a_model_does_the_same_over_either_queue() {
    let (hash, handled) = crowd::<sim::LadderQueue<_>>();
    assert_eq!((hash.clone(), handled), crowd::<HeapQueue<_>>());
    assert!(handled > 1_000_000, "{handled}");
    // The same natively and in WebAssembly.
    assert_eq!(hash, "8d365180db8d0d1b");
}

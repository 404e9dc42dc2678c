use architectures::distribution::{Bounds, Plan, Term};
use sim::Duration;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const PLAN: Plan = Plan { file_mb: 1_000, server_mbps: 1_000, down_mbps: 50, up_mbps: 10, peers_max: 1_000 };

#[test]
fn the_bounds_are_those_worked_out_by_hand() {
    use Term::{AllUploads, Download, FirstCopy, ServerUpload};
    // F/u_s = 8 s, F/d = 160 s, F/u = 800 s. Users, client–server, peer-to-peer, in milliseconds.
    let table = [
        (1, (160_000, Download), (160_000, Download)),
        // 20 copies at 1000 Mbit/s fill 50 Mbit/s each: equal, and the download is named.
        (20, (160_000, Download), (160_000, Download)),
        (21, (168_000, ServerUpload), (160_000, Download)),
        (25, (200_000, ServerUpload), (160_000, Download)),
        // 26 × 8·10^9 bits / 1.26·10^9 bit/s.
        (26, (208_000, ServerUpload), (165_079, AllUploads)),
        (100, (800_000, ServerUpload), (400_000, AllUploads)),
        // 8·10^12 bits / 1.1·10^10 bit/s.
        (1_000, (8_000_000, ServerUpload), (727_273, AllUploads)),
        (1_000_000, (8_000_000_000, ServerUpload), (799_920, AllUploads)),
    ];
    let bound = |bound: architectures::distribution::Bound| (bound.time.as_millis(), bound.term);
    for (users, alone, together) in table {
        assert_eq!(bound(PLAN.client_server(users)), alone, "{users} users, server alone");
        assert_eq!(bound(PLAN.peer_to_peer(users)), together, "{users} users together");
    }
    // A server slower than its users' downlinks is what the first copy waits for.
    let slow = Plan { server_mbps: 10, down_mbps: 100, up_mbps: 50, ..PLAN };
    assert_eq!(bound(slow.peer_to_peer(50)), (800_000, FirstCopy));
    assert_eq!(bound(slow.client_server(50)), (40_000_000, ServerUpload));
}

#[test]
fn the_crossings_are_where_the_terms_change_and_nowhere_else() {
    let plans = [
        PLAN,
        Plan { up_mbps: 50, ..PLAN },
        Plan { up_mbps: 49, ..PLAN },
        Plan { up_mbps: 0, ..PLAN },
        Plan { server_mbps: 10, ..PLAN },
        Plan { server_mbps: 7, down_mbps: 3, up_mbps: 2, ..PLAN },
        Plan { server_mbps: 1, down_mbps: 1, up_mbps: 1, ..PLAN },
    ];
    for plan in plans {
        for users in 1..=2_000 {
            let n = u64::from(users);
            let (alone, together) = (plan.client_server(users), plan.peer_to_peer(users));
            assert_eq!(alone.term == Term::ServerUpload, n >= plan.server_saturates_from(), "{plan}: {users}");
            let saturated = plan.uploads_saturate_from().is_some_and(|from| n >= from);
            assert_eq!(together.term == Term::AllUploads, saturated, "{plan}: {users}");
            let wins = plan.peers_win_from().is_some_and(|from| n >= from);
            assert_eq!(together.time < alone.time, wins, "{plan}: {users}");
        }
    }
}

#[test]
fn more_users_never_take_less_time_and_help_never_hurts() {
    for plan in [PLAN, Plan { up_mbps: 0, ..PLAN }, Plan { up_mbps: 400, ..PLAN }, Plan { server_mbps: 3, ..PLAN }] {
        let limit = plan.peer_to_peer_limit();
        for users in 1..1_000 {
            let (now, next) = (plan.peer_to_peer(users), plan.peer_to_peer(users + 1));
            assert!(now.time <= next.time && plan.client_server(users).time <= plan.client_server(users + 1).time);
            assert!(now.time <= plan.client_server(users).time);
            assert!(limit.is_none_or(|limit| next.time <= limit.time), "{plan}: {users}");
        }
    }
    assert_eq!(PLAN.peer_to_peer_limit().map(|limit| limit.time), Some(Duration::from_secs(800)));
    assert_eq!(Plan { up_mbps: 0, ..PLAN }.peer_to_peer_limit(), None);
}

#[test]
fn the_largest_plan_is_exact_as_well() {
    let largest = Plan {
        file_mb: *Bounds::FILE_MB.end(),
        server_mbps: *Bounds::SERVER_MBPS.start(),
        down_mbps: *Bounds::DOWN_MBPS.start(),
        up_mbps: *Bounds::UP_MBPS.start(),
        peers_max: *Bounds::PEERS.end(),
    };
    let users = largest.peers_max;
    assert_eq!(largest.client_server(users).time, Duration::from_secs(800_000_000_000));
    assert_eq!(largest.peer_to_peer(users).time, Duration::from_secs(800_000_000_000));
    let quick = Plan { file_mb: 1, server_mbps: 100_000, down_mbps: 10_000, up_mbps: 10_000, peers_max: 1 };
    assert_eq!(quick.client_server(1).time, Duration::from_millis(1));
}

#[test]
fn both_bounds_are_told_with_what_they_come_from() {
    assert_eq!(
        PLAN.sentence(1_000),
        "1000 users: the server alone needs 8000 s at least (the limit is the server, which sends every copy itself), \
         with the users’ help 727.3 s (the limit is all uploads together, the server’s and the users’)."
    );
    assert_eq!(
        PLAN.sentence(1),
        "1 user: 160 s at least, with or without the users’ help. The limit is each user’s own download."
    );
    assert_eq!(PLAN.to_string(), "1000 MB; server 1000 Mbit/s; each user 50 Mbit/s down, 10 Mbit/s up");
}

//! Whatever both sides put on a bad way is allowed by the table, and with peace everything comes right.

use crate::world::{Way, World};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many runs of each kind.
const SEEDS: u64 = 1_000;

/// How many states an observer may have to think of.
const MOST_CANDIDATES: [(Way, usize); 2] = [(Way::InOrder, 16), (Way::Disorder, 80)];

/// How many runs may end in AUTHENTICATION REJECT behind disorder: a challenge that overtakes the next one makes the USIM
/// lose its step twice in a row, which the network cannot tell from a card that never comes into step.
const MOST_REFUSED: usize = 3;

/// Long enough for every series of attempts: T3502 is twelve minutes.
const PEACE: Duration = Duration::from_secs(3_000);

/// What the runs must have gone through, or they are not what they are for.
const SEEN: [&str; 13] = [
    "KgNB agreed",
    "registered",
    "updated",
    "served",
    "deregistered",
    "abandoned",
    "a challenge refused",
    "KAMF derived anew",
    "configured anew",
    "no session",
    "UE restarted",
    "AMF restarted",
    "dropped or refused by the AMF",
];

#[test]
fn what_both_sides_say_is_allowed_and_everything_comes_right() {
    for (way, most) in MOST_CANDIDATES {
        let mut counted = BTreeMap::new();
        let mut candidates = 0;
        for seed in 0..SEEDS {
            let mut world = World::new(way, seed);
            if let Err(why) = world.run(PEACE) {
                panic!("{way:?}, seed {seed}: {why}; {}", world.describe());
            }
            assert!(world.is_well(), "{way:?}, seed {seed}: {}", world.describe());
            candidates = candidates.max(world.candidates);
            for (what, times) in world.counted {
                *counted.entry(what).or_insert(0) += times;
            }
        }
        assert!(candidates <= most, "{way:?}: {candidates} candidates");
        for what in SEEN {
            let times = counted.get(what).copied().unwrap_or_default();
            assert!(times > 100, "{way:?}, {what}: {counted:?}");
        }
        let refused = counted.get("AUTHENTICATION REJECT").copied().unwrap_or_default();
        let bearable = if way == Way::InOrder { 0 } else { MOST_REFUSED };
        assert!(refused <= bearable, "{way:?}: {refused} refused for good");
    }
}

#[test]
fn a_seed_replays() {
    let run = || {
        let mut world = World::new(Way::Disorder, 7);
        let _ = world.run(PEACE);
        world.describe()
    };
    assert_eq!(run(), run());
}

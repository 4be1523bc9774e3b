//! Closure: UE ∥ P-CSCF over a link that loses, delays and reorders. Whatever is lost, a registered UE has the set that the
//! P-CSCF sends over, the P-CSCF has the set that the UE sends over, and nothing is held for ever.

use super::tests::{World, carry_out, registered_name};

#[test]
fn whatever_is_lost_each_end_has_what_the_other_sends_over() {
    let mut registrations = 0;
    for seed in 0..400 {
        let mut world = World::new(seed);
        for _ in 0..120 {
            world.step();
            carry_out(&mut world.ue, &mut world.ue_installed);
            carry_out(&mut world.pcscf, &mut world.pcscf_installed);
        }
        registrations += world.registrations;
        world.end();
        assert!(
            registered_name(&world.ue).is_none() && registered_name(&world.pcscf).is_none(),
            "seed {seed}"
        );
    }
    assert!(registrations > 400, "{registrations}");
}

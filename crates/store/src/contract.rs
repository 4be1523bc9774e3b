//! The contract as tests: one function for each sentence of it, and a macro that makes a `#[test]` of each for a back
//! end (feature `testing`).
//!
//! ```text
//! quintet_store::contract_suite!(Box::new(MyStore::new_and_empty()));
//! ```
//!
//! A back end may answer later: [`call`] polls until it does.

pub mod admin;
pub mod changes;
pub mod context;
pub mod equipment;
pub mod fixture;
pub mod ims;
pub mod locations;
pub mod model;
pub mod provisioning;
pub mod sh;
pub mod slots;

use crate::command::Command;
use crate::port::{Store, Ticket};
use crate::reply::{Reply, StoreError};

/// Makes an empty store for one test.
pub type Make<'a> = &'a mut dyn FnMut() -> Box<dyn Store>;

/// Submits one command and waits for its reply.
///
/// # Panics
/// If another ticket is answered.
pub fn call(store: &mut dyn Store, command: Command) -> Result<Reply, StoreError> {
    const TICKET: Ticket = Ticket(0x7e57);
    store.submit(TICKET, command);
    let (ticket, reply) = wait(store);
    assert_eq!(ticket, TICKET, "a ticket nobody waits for was answered");
    reply
}

/// The next reply, however long it takes.
pub fn wait(store: &mut dyn Store) -> (Ticket, Result<Reply, StoreError>) {
    loop {
        if let Some(answer) = store.poll() {
            return answer;
        }
        std::thread::yield_now();
    }
}

/// Makes a `#[test]` of each sentence of the contract. The argument is an expression that gives an empty, fresh
/// `Box<dyn Store>` whenever it is evaluated.
#[macro_export]
macro_rules! contract_suite {
    ($make:expr) => {
        $crate::contract_suite!(@tests $make;
            slots: takeover_starts_at_epoch_one_and_counts, takeover_keeps_the_bound, slots_are_independent, a_fence_raises_everything,
                raise_bound_is_fenced, raise_bound_never_lowers, set_dif_conflicts, set_dif_is_fenced_first,
                load_tells_the_epoch, a_takeover_race_has_one_winner_per_epoch,
                the_first_challenge_key_stays;
            provisioning: a_put_is_all_or_none, a_remove_is_all_or_none, insert_refuses_what_is_there,
                update_refuses_what_is_not, update_keeps_dif_and_seed, other_secrets_take_the_given_dif,
                upsert_does_either, everything_survives_the_way, scan_pages_in_order, count_counts,
                removed_subscribers_are_gone, one_named_twice_is_treated_twice;
            changes: every_put_and_remove_raises_the_revision, each_imsi_once_oldest_first,
                removed_and_added_again_is_put, a_limit_cuts_and_goes_on, the_future_has_no_changes,
                dif_and_location_are_no_changes, a_failed_command_changes_no_revision;
            locations: set_mme_tells_what_was_before, set_mme_keeps_gateways_unless_cleared,
                set_sgsn_keeps_mme_and_gateways, locations_need_a_subscriber, purge_marks_only_the_current_host,
                purge_marks_both_domains_of_a_combined_node, a_new_registration_ends_the_purge,
                gateways_come_from_the_current_host_only, gateways_are_replaced_and_removed_by_identifier,
                gateways_are_bounded, clear_location_takes_everything, a_removed_subscriber_leaves_its_location,
                a_subscriber_added_again_finds_its_location, scan_served_pages_in_order, hosts_ignore_case,
                every_field_of_a_location_survives,
                a_aaa_server_is_replaced_if_it_is_the_expected_one, a_aaa_server_tells_gateways,
                a_removed_subscriber_leaves_its_aaa_server, who_waits_is_kept_and_outlives_a_cleared_location;
            context: changes_tell_what_was_before, every_field_of_context_data_survives, context_data_need_a_subscriber,
                another_amf_is_not_modified, lists_stay_bounded, a_removed_subscriber_leaves_its_context_data;
            ims: identities_lead_to_the_subscription, ims_needs_a_subscriber, modes_of_put_ims,
                an_identity_has_one_subscription, a_put_ims_is_all_or_none, identities_that_went_are_free,
                registrations_are_written_by_version, versions_never_come_again, provisioning_keeps_registrations,
                what_was_told_is_remembered, a_removed_ims_leaves_its_registrations, a_removed_subscriber_leaves_them_too,
                scan_ims_pages_in_order, provisioning_ims_is_a_change, every_field_of_ims_survives;
            equipment: the_longest_pattern_is_found, rules_are_removed_all_or_none, bindings_are_replaced_and_ended,
                the_first_equipment_is_learnt, equipment_changes_page_in_order, a_removal_moves_the_floor,
                equipment_is_no_provisioning_change;
            sh: an_sh_user_is_found_by_each_key, a_number_may_be_an_identitys, sh_records_are_written_by_version,
                sh_changes_page_in_order, a_removed_ims_takes_its_sh_record;
            admin: subscribers_are_found_with_their_revision, ranges_of_subscribers_are_listed,
                conditions_are_checked_with_the_change, a_transaction_is_all_or_none, a_request_is_done_once,
                tokens_are_kept_by_name, the_audit_log_is_read_backwards;
            model: random_commands_agree_with_the_model, replies_come_once_for_each_ticket;
        );
    };
    (@tests $make:expr; $($module:ident: $($name:ident),+;)+) => {
        $($(
            #[test]
            fn $name() {
                $crate::contract::$module::$name(&mut || $make);
            }
        )+)+
    };
}

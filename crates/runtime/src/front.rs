//! What front ends of the AuC have in common above the driver: what is logged and counted, and the store's pump.

use quintet_hss::FrontEvent;
use quintet_store::StoreError;
use quintet_subscriber::auc::Slot;
use quintet_telemetry::AttemptId;

/// An attempt as log lines tell it: nothing where there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown(pub(crate) Option<AttemptId>);

impl Shown {
    /// The value of the field `attempt`.
    pub(crate) fn field(self) -> Option<tracing::field::DisplayValue<AttemptId>> {
        self.0.map(tracing::field::display)
    }
}

/// What is counted for metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Whether vectors are issued.
    pub issuing: bool,
    /// Store commands of the node itself that failed.
    pub store_failures: u64,
    /// Resynchronisations granted.
    pub resynchronised: u64,
    /// Resynchronisations that lowered DIF: an alarm (TS 33.102 Annex C; see `subscriber::auc::Resync`).
    pub dif_decreases: u64,
    /// Resynchronisations refused.
    pub resynchronisations_refused: u64,
    /// Requests of the node that nobody took.
    pub given_up: u64,
}

impl Tally {
    /// Logs and counts an event of the front end that has `slot`, set by `setting`, and the attempt that it is about.
    pub(crate) fn report(&mut self, (slot, setting): (Slot, &str), attempt: Shown, event: FrontEvent) {
        let (slot, attempt) = (slot.value(), attempt.field());
        match event {
            FrontEvent::Issuing => {
                self.issuing = true;
                tracing::info!(slot, "issuing vectors");
            }
            FrontEvent::Fenced { .. } => {
                self.issuing = false;
                tracing::error!(
                    slot,
                    "another front end took this slot over: no vectors are issued here any more; give each front end \
                     its own {setting}, and restart this one"
                );
            }
            FrontEvent::StoreFailed { what, error } => {
                self.store_failures += 1;
                match error {
                    // Its text has all digits of the IMSI; a log has not.
                    StoreError::NoSubscriber { imsi } | StoreError::TooManyGateways { imsi } => {
                        tracing::warn!(
                            attempt,
                            what,
                            ?imsi,
                            "the subscriber was removed, or has too many PDN gateways"
                        );
                    }
                    error => tracing::error!(attempt, what, %error, "the store failed"),
                }
            }
            FrontEvent::ClockJump { jump } => {
                self.issuing = false;
                tracing::error!(%jump, "no vectors are issued");
            }
            FrontEvent::Unusable { imsi, error } => {
                tracing::warn!(attempt, ?imsi, %error, "no vector can be made of what is provisioned");
            }
            FrontEvent::NotIssued { imsi, error } => {
                tracing::warn!(attempt, ?imsi, %error, "no sequence number is left for this subscriber here");
            }
            FrontEvent::TableFull => tracing::warn!("memory holds as many subscribers as it can"),
            FrontEvent::Preloaded { subscribers } => {
                tracing::info!(subscribers, "all subscribers are in memory");
            }
            FrontEvent::Resynchronised { imsi, decrease } => {
                self.resynchronised += 1;
                if decrease {
                    self.dif_decreases += 1;
                    tracing::warn!(
                        attempt,
                        ?imsi,
                        "resynchronised downwards: the USIM's SQN is far below what was issued; is the SIM a copy, or \
                         was its SQN reset?"
                    );
                } else {
                    tracing::info!(attempt, ?imsi, "resynchronised");
                }
            }
            FrontEvent::ResynchronisationRefused { imsi } => {
                self.resynchronisations_refused += 1;
                tracing::warn!(
                    attempt,
                    ?imsi,
                    "resynchronisation refused: MAC-S does not hold, or the RAND is not ours"
                );
            }
        }
    }
}

//! The table: every metric there is. [`page`](crate::page) makes docs/metrics.md of it.

use crate::{Kind, Metric, Unit};

/// Makes the table: a constant for each row, and all of them in the order of the page.
macro_rules! table {
    ($($constant:ident $kind:ident $unit:ident $name:literal [$($label:literal)*] $help:literal)*) => {
        $(
            #[doc = $help]
            pub static $constant: Metric = Metric {
                name: concat!("quintet_", $name),
                kind: Kind::$kind,
                unit: Unit::$unit,
                help: $help,
                labels: &[$($label),*],
            };
        )*

        /// Every metric.
        pub static METRICS: &[&Metric] = &[$(&$constant),*];
    };
}

table! {
    UP Gauge Count "up" ["node"]
        "1 for each node that runs in this process"
    BUILD Gauge Count "build_info" ["version"]
        "1, with the version of the program"
    TRACE_SPANS Counter Count "trace_spans" ["outcome"]
        "Spans of traced attempts: `exported`, `lost` (the queue was full, or the collector did not take them)"
    CERTIFICATE_REMAINING Gauge Seconds "certificate_remaining_seconds" ["section"]
        "Seconds until our own certificate ends, or the first of its chain, by the section of the configuration that names it; below 0 afterwards"
    TLS_FAILED Counter Count "tls_failed" ["node" "protocol"]
        "Connections on which TLS failed, where there is TLS: `diameter`, `sip` or `sbi`; the log has one line of an address and kind of failure in a minute"
    STARTED Gauge Seconds "start_time_seconds" []
        "When the process started, in seconds since 1970"
    DIAMETER_MESSAGES Counter Count "diameter_messages" ["node" "direction" "kind" "application" "command" "result"]
        "Messages: `received` or `sent`, `request` or `answer`, and for an answer its Result-Code or Experimental-Result-Code (0 for a request)"
    DIAMETER_REQUEST_DURATION Histogram Seconds "diameter_request_duration_seconds" ["node" "application" "command"]
        "From reading a request until its answer was handed to the system, for requests that this node serves itself"
    DIAMETER_ANSWER_WAIT Histogram Seconds "diameter_answer_wait_seconds" ["node" "application" "command"]
        "From sending a request of this node until its answer was there, failovers included"
    DIAMETER_CONNECTIONS Counter Count "diameter_connections" ["node"]
        "Connections accepted or made"
    DIAMETER_CONNECTIONS_REFUSED Counter Count "diameter_connections_refused" ["node"]
        "Connections turned away by a limit"
    DIAMETER_HALF_OPEN_CLOSED Counter Count "diameter_half_open_closed" ["node"]
        "Connections closed without capabilities exchange"
    DIAMETER_SLOW_READERS_CLOSED Counter Count "diameter_slow_readers_closed" ["node"]
        "Connections closed because the peer did not read"
    DIAMETER_BAD_FRAMES Counter Count "diameter_bad_frames" ["node"]
        "Streams that lost their framing"
    DIAMETER_DROPPED Counter Count "diameter_dropped" ["node"]
        "Messages dropped, for their sender may not send in its state"
    DIAMETER_UNEXPECTED_ANSWERS Counter Count "diameter_unexpected_answers" ["node"]
        "Answers to no request"
    DIAMETER_DUPLICATES_ANSWERED Counter Count "diameter_duplicates_answered" ["node"]
        "Duplicates answered from memory"
    DIAMETER_DUPLICATES_IN_PROGRESS Counter Count "diameter_duplicates_in_progress" ["node"]
        "Duplicates of requests that are still worked on"
    DIAMETER_RELAYED Counter Count "diameter_relayed" ["node"]
        "Requests relayed to another peer"
    DIAMETER_FAILOVERS Counter Count "diameter_failovers" ["node"]
        "Requests sent again to another peer"
    DIAMETER_TIMEOUTS Counter Count "diameter_timeouts" ["node"]
        "Requests without an answer in time"
    DIAMETER_UNCOUNTED Counter Count "diameter_uncounted" ["node"]
        "Messages whose combination of command and result found no room in the table of counters"
    DIAMETER_OPEN_CONNECTIONS Gauge Count "diameter_open_connections" ["node"]
        "Connections open now"
    DIAMETER_OUTSTANDING Gauge Count "diameter_outstanding" ["node"]
        "Requests sent and not answered yet"
    DIAMETER_TOO_BUSY Counter Count "diameter_too_busy" ["node"]
        "Requests refused with 3004, by a limit or for overload"
    DIAMETER_SHED Counter Count "diameter_shed" ["node" "priority"]
        "Requests refused for overload, by priority (DRMP, RFC 7944)"
    DIAMETER_THROTTLED Counter Count "diameter_throttled" ["node" "priority"]
        "Requests of this node not sent because their host or realm asked for less, by priority"
    DIAMETER_OVERLOAD_REPORTS Counter Count "diameter_overload_reports" ["node" "outcome"]
        "Overload reports received (RFC 7683), `heeded` or `ignored`"
    DIAMETER_OVERLOAD_REDUCTION Gauge Percent "diameter_overload_reduction_percent" ["node"]
        "Share of their requests that peers are asked not to send"
    DIAMETER_PRESSURE Gauge Permille "diameter_pressure_permille" ["node"]
        "Waiting time in thousandths of diameter.overload.target_wait_ms"
    DIAMETER_PEER_UP Gauge Count "diameter_peer_up" ["node" "peer"]
        "1 if the peer is open; of peers that are not configured, how many are"
    DIAMETER_PEER_REQUESTS_RECEIVED Counter Count "diameter_peer_requests_received" ["node" "peer"]
        "Requests received from the peer"
    DIAMETER_PEER_REQUESTS_SENT Counter Count "diameter_peer_requests_sent" ["node" "peer"]
        "Requests sent to the peer"
    DIAMETER_PEER_TIMEOUTS Counter Count "diameter_peer_timeouts" ["node" "peer"]
        "Requests that the peer did not answer in time"
    DIAMETER_PEER_WATCHDOGS_MISSED Counter Count "diameter_peer_watchdogs_missed" ["node" "peer"]
        "Watchdogs that the peer left unanswered (RFC 3539)"
    HOME_ISSUING Gauge Count "home_issuing" ["node"]
        "1 if this front end issues vectors"
    HOME_SUBSCRIBERS Gauge Count "home_subscribers" ["node"]
        "Subscribers in memory"
    HOME_WAITING Gauge Count "home_waiting" ["node"]
        "Requests that wait for the store"
    HOME_OWED Gauge Count "home_owed" ["node"]
        "Requests to serving nodes, or notifications, that are on their way or put off"
    HOME_STORE_FAILURES Counter Count "home_store_failures" ["node"]
        "Store commands of the node itself that failed"
    HOME_RESYNCHRONISATIONS Counter Count "home_resynchronisations" ["node" "outcome"]
        "Resynchronisations of SIMs, `granted` or `refused` (MAC-S does not hold, or the RAND is not ours)"
    HOME_DIF_DECREASES Counter Count "home_dif_decreases" ["node"]
        "Resynchronisations that lowered DIF: look at those SIMs"
    HOME_REQUESTS_GIVEN_UP Counter Count "home_requests_given_up" ["node"]
        "CLR, IDR, DSR, RSR, RTR, PPR, PNR or notifications that nobody took"
    STORE_COMMIT_DURATION Histogram Seconds "store_commit_duration_seconds" ["node"]
        "From the beginning of a transaction until it was durable"
    STORE_COMMANDS Counter Count "store_commands" ["node"]
        "Commands that were done in transactions that became durable: by the number of these, how many share one"
    STORE_FAILED_COMMITS Counter Count "store_failed_commits" ["node"]
        "Transactions that were not done"
    STORE_UNOPENED_FIELDS Counter Count "store_unopened_fields" ["node"]
        "Sealed fields that did not open: they were changed after they were sealed, or are another row's"
    STORE_QUEUE Gauge Count "store_queue" ["node" "lane"]
        "Commands that wait, of `writes`, of `rows` (reading single rows) and of `runs` (reading many)"
    VAULT_DATA_KEYS Gauge Count "vault_data_keys" []
        "Data keys of the database; more than one while a rotation is under way, or was interrupted"
    VAULT_DATA_KEY_AGE Gauge Seconds "vault_data_key_age_seconds" []
        "How long ago the data key that seals was made"
    VAULT_SEALED_ROWS Gauge Count "vault_sealed_rows" ["key"]
        "Subscribers whose keys are sealed under the data key of this number"
    VAULT_ROTATED Gauge Permille "vault_rotated_permille" []
        "Share of the subscribers whose keys are sealed under the newest data key, in thousandths: 1000 unless a rotation is under way"
    VAULT_MASTER_KEYS Gauge Count "vault_master_keys" ["state"]
        "Master keys that wrap a data key of the database, `at-hand` or `missing`: without one that is missing the program starts no more"
    VAULT_LOOK_AGE Gauge Seconds "vault_look_age_seconds" []
        "How old these figures are: the database is asked for them every five minutes"
    VAULT_LOOKS_FAILED Counter Count "vault_looks_failed" []
        "Looks at the keys of the database that failed"
    SBI_REQUESTS Counter Count "sbi_requests" ["node" "operation" "status"]
        "Requests of other network functions by service operation and HTTP status of the answer"
    SBI_CALLS Counter Count "sbi_calls" ["node"]
        "Calls of other network functions"
    SBI_CALLS_FAILED Counter Count "sbi_calls_failed" ["node" "service"]
        "Calls of other network functions that were refused or got no response"
    MME_S1_MESSAGES Counter Count "mme_s1_messages" ["direction"]
        "S1AP messages"
    MME_S1_FAULTY Counter Count "mme_s1_faulty" []
        "S1AP messages dropped or answered with an error"
    MME_REFUSED Counter Count "mme_refused" []
        "INITIAL UE MESSAGEs that a limit refused"
    MME_NAS_DISCARDED Counter Count "mme_nas_discarded" []
        "NAS messages dropped without an answer"
    MME_PHASES Counter Count "mme_phases" ["phase"]
        "How often a session came so far: `identified`, `vectors-received`, `authenticated`, `security-mode-complete`, `first-protected`, `attached`, `rejected`, …"
    MME_REJECTIONS Counter Count "mme_rejections" ["cause"]
        "Procedures refused, by EMM cause (TS 24.301 9.9.3.9)"
    MME_GIVEN_UP Counter Count "mme_given_up" ["timer"]
        "Messages sent as often as they may be without an answer, by timer"
    MME_SILENT Counter Count "mme_silent" ["outcome"]
        "Idle UEs that do not answer: `paging-failed`, `detached`"
    MME_CONTEXTS Gauge Count "mme_contexts" []
        "UE contexts"
    MME_CONNECTIONS Gauge Count "mme_connections" []
        "UEs that are connected"
    MME_ENBS Gauge Count "mme_enbs" []
        "eNBs that are connected"
    AMF_N2_MESSAGES Counter Count "amf_n2_messages" ["direction"]
        "NGAP messages"
    AMF_N2_FAULTY Counter Count "amf_n2_faulty" []
        "NGAP messages dropped or answered with an error"
    AMF_REFUSED Counter Count "amf_refused" []
        "INITIAL UE MESSAGEs that a limit refused"
    AMF_NAS_DISCARDED Counter Count "amf_nas_discarded" []
        "NAS messages dropped without an answer"
    AMF_PHASES Counter Count "amf_phases" ["phase"]
        "How often a session came so far: `identified`, `challenge-received`, `authenticated`, `security-mode-complete`, `first-protected`, `registered`, `rejected`, …"
    AMF_REJECTIONS Counter Count "amf_rejections" ["cause"]
        "Procedures refused, by 5GMM cause (TS 24.501 9.11.3.2)"
    AMF_GIVEN_UP Counter Count "amf_given_up" ["timer"]
        "Messages sent as often as they may be without an answer, by timer"
    AMF_SILENT Counter Count "amf_silent" ["outcome"]
        "Idle UEs that do not answer: `paging-failed`, `deregistered`"
    AMF_CONTEXTS Gauge Count "amf_contexts" []
        "UE contexts"
    AMF_CONNECTIONS Gauge Count "amf_connections" []
        "UEs that are connected"
    AMF_GNBS Gauge Count "amf_gnbs" []
        "gNBs that are connected"
    AUSF_AUTHENTICATIONS Counter Count "ausf_authentications" ["outcome"]
        "Authentications: `confirmed`, `failed`, `expired` (nobody answered the challenge)"
    AUSF_UDM_FAILURES Counter Count "ausf_udm_failures" []
        "Calls of the UDM that failed"
    AUSF_RESULTS_LOST Counter Count "ausf_results_lost" []
        "Authentications of whose end the UDM was not told"
    AUSF_WAITING Gauge Count "ausf_waiting" []
        "Challenges that wait for their answer"
    PCSCF_MESSAGES Counter Count "pcscf_messages" []
        "SIP messages received"
    PCSCF_MALFORMED Counter Count "pcscf_malformed" []
        "Messages that were no SIP"
    PCSCF_REGISTERS Counter Count "pcscf_registers" ["outcome"]
        "REGISTERs: `challenged`, `registered`, `refused` by the home network, `flooded` (past the rate of their source), `full` (too many are pending), `proposal-refused`, `tampered` (Security-Verify or Security-Client does not hold)"
    PCSCF_UNPROTECTED Counter Count "pcscf_unprotected" []
        "Messages refused for coming outside of security associations"
    PCSCF_FORGED Counter Count "pcscf_forged" []
        "Responses dropped for coming from a UE that was not asked"
    PCSCF_ASSOCIATIONS_REFUSED Counter Count "pcscf_security_associations_refused" []
        "Security associations that kernel or user space would not set up; of a challenge, its UE is answered 500"
    PCSCF_REQUESTS Counter Count "pcscf_requests" ["direction"]
        "Requests passed on, `originating` from UEs or `terminating` at them"
    PCSCF_REGISTRATIONS Gauge Count "pcscf_registrations" ["state"]
        "Registrations, `registered` or `pending`"
    PCSCF_ASSOCIATIONS Gauge Count "pcscf_security_associations" []
        "Sets of security associations"
    ICSCF_REQUESTS Counter Count "icscf_requests" ["outcome"]
        "Requests: `forwarded`, `selected-again` (passed to another S-CSCF than the first), `refused`"
    ICSCF_ASKED Counter Count "icscf_asked" []
        "UARs and LIRs to the HSS"
    ICSCF_MALFORMED Counter Count "icscf_malformed" []
        "Messages that could not be read"
    SCSCF_REGISTERS Counter Count "scscf_registers" ["outcome"]
        "REGISTERs: `challenged`, `accepted`, `rejected`, `refused` for their number"
    SCSCF_FORWARDED Counter Count "scscf_forwarded" []
        "Requests passed on"
    SCSCF_MALFORMED Counter Count "scscf_malformed" []
        "Messages that could not be read"
    SCSCF_NOTIFIED Counter Count "scscf_notified" []
        "NOTIFYs sent to who subscribed to a registration"
    SCSCF_THIRD_PARTY Counter Count "scscf_third_party" []
        "REGISTERs to application servers"
    SCSCF_REGISTRATIONS Gauge Count "scscf_registrations" ["state"]
        "Registrations, `registered` or `pending`"
    SCSCF_SUBSCRIPTIONS Gauge Count "scscf_subscriptions" []
        "Subscriptions to registrations (RFC 3680)"
}

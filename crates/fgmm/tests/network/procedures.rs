//! Registration, service request, de-registration, configuration update, NAS transport (TS 24.501 5.4.4, 5.4.5, 5.5, 5.6).

mod configuration_update;
mod connection;
mod deregistration;
mod durable;
mod everywhere;
mod registration;
mod registration_failures;
mod service_request;
mod transport;
mod update;

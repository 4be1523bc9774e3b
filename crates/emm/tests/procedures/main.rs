//! The MME's side of attach, tracking area updating, service request, detach and GUTI reallocation, and its contexts over
//! a restart, against a UE that is scripted by hand with the codec and the cryptography alone.
#![cfg(test)]

mod attach;
mod attach_failures;
mod detach;
mod durable;
mod esm;
mod guti;
mod kenb;
mod service_request;
mod support;
mod tracking_area_update;

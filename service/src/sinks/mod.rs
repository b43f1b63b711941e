//! Outputs that belong to the service: the library sees no broker.

pub mod mqtt;

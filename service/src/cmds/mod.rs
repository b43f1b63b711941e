//! The subcommands, one file each.

pub mod detect_mot;
pub mod doctor;
pub mod list_models;
pub mod reload;
pub mod run;
pub mod schema;
pub mod serve;
pub mod track_mot;
pub mod validate_config;

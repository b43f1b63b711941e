//! Many cameras in one process: each has a pipeline, and changes of the configuration
//! restart only what they affect.
//!
//! - [`Registry`](registry::Registry) has the cameras and the configuration in force.
//! - [`ConfigFile`](config_file::ConfigFile) makes changes: it checks a new
//!   configuration as a whole, saves it, then activates it camera by camera.
//! - [`Manager`] is both of them, and the thread that reports events and status.
//!
//! One lock serialises changes. Readers wait no longer than copying a pointer takes.
//! Opening and stopping, which may block, happen on the pipelines' own threads.

pub mod camera;
pub mod camera_event;
mod change;
mod config_file;
mod event;
pub mod policy;
pub mod preview;
mod registry;
mod service;
pub mod snapshot_channel;
pub mod status;

pub use change::{ChangeError, ConfigChange, NewConfig};
pub use config_file::{FileState, SETTLE_TIME};
pub use event::ManagerEvent;
pub use service::Manager;

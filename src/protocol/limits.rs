//! Version and size limit of messages.

/// The version of the messages. A reader rejects every other version.
pub const VERSION: u32 = 1;

/// Largest message that is read, in bytes. A snapshot of 256 slots has about 60 kB.
pub const MESSAGE_MAX: usize = 256 * 1024;

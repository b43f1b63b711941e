//! Work that waits for the disk or a camera, on a thread that may block.

use super::problem::{Problem, ProblemType};
use crate::manager::ChangeError;

/// Runs a change of the configuration on a blocking thread.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ChangeError> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(Problem::from),
        Err(error) => {
            // The text of a panic is for developers and stays in the log.
            debug_assert!(error.is_panic());
            Err(Problem::new(
                ProblemType::Internal,
                "the service has a defect; please report this with the log",
            ))
        }
    }
}

//! A task in one line.

use serde::{Deserialize, Serialize};

use super::{
    Task,
    validate::{Faults, Validate},
};
use crate::quick::Quick;

/// Most characters in a line.
pub const QUICK_MAX: usize = 12_000;

/// Body of `POST /api/tasks/quick`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuickTask {
    /// The line, e.g. `Call the bank tomorrow 10:00 @home p1`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 12000))]
    pub text: String,
    /// Only tell what is understood.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// Answer of `POST /api/tasks/quick`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuickResult {
    /// What was understood.
    pub parsed: Quick,
    /// The task that was made; `null` with `dry_run`.
    pub task: Option<Task>,
}

impl Validate for QuickTask {
    fn check(&self, faults: &mut Faults) {
        faults.visible("text", &self.text, QUICK_MAX);
    }
}

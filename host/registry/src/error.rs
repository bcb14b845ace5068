//! Why a call failed.

use std::sync::Arc;
use std::time::Duration;

use kamodo_compute::EvaluateError;
use kamodo_expr::{Diagnostic, listed};

use crate::Exceeded;

/// Why a call failed. Each names the function and, where one is at fault, the argument.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// No function has this name.
    #[error("`{name}` is not served (generation {generation})")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The generation that was searched.
        generation: u64,
        /// A served name like it.
        similar: Option<String>,
    },
    /// A function had this name, and went.
    #[error("`{name}` is no longer served: it went with generation {removed} (now {generation})")]
    Removed {
        /// The name asked for.
        name: String,
        /// The first generation without it.
        removed: u64,
        /// The generation that was searched.
        generation: u64,
    },
    /// The function calls others that no origin provides.
    #[error("`{function}` waits for {}, which no origin provides", listed(missing))]
    Waiting {
        /// The function.
        function: String,
        /// The names that it waits for.
        missing: Vec<String>,
    },
    /// The function, or one that it calls, does not fit what another server has changed.
    #[error("`{function}` does not fit what it calls: {}{}", at(function, reason), reason.message)]
    Unfit {
        /// The function.
        function: String,
        /// What is wrong, in whose definition.
        reason: Arc<Diagnostic>,
    },
    /// More positional arguments than parameters.
    #[error("`{function}` takes {expected} argument{}, found {found}", if *expected == 1 { "" } else { "s" })]
    TooMany {
        /// The function's call form.
        function: String,
        /// How many it takes.
        expected: usize,
        /// How many it was given.
        found: usize,
    },
    /// Parameters without a default that the call leaves out.
    #[error("`{function}`: missing argument{} {}", if missing.len() == 1 { "" } else { "s" }, listed(missing))]
    Missing {
        /// The function's call form.
        function: String,
        /// The parameters' names.
        missing: Vec<String>,
    },
    /// A keyword that is no parameter.
    #[error("`{function}` has no argument `{argument}`")]
    UnknownArgument {
        /// The function's call form.
        function: String,
        /// The keyword.
        argument: String,
        /// A parameter like it.
        similar: Option<String>,
    },
    /// An argument given by position and by keyword.
    #[error("`{function}`: argument `{argument}` is given by position and by keyword")]
    Twice {
        /// The function's call form.
        function: String,
        /// The argument.
        argument: String,
    },
    /// The evaluation of the function's expression fails.
    #[error("`{function}`: {source}")]
    Evaluate {
        /// The function.
        function: String,
        /// Why.
        source: EvaluateError,
    },
    /// The function's own code says no, such as an argument outside its domain.
    #[error("`{function}`: {message}")]
    Failed {
        /// The function.
        function: String,
        /// Its reason.
        message: String,
    },
    /// A plugin's code panicked; the panic was contained.
    #[error("`{function}`: plugin `{plugin}` panicked: {message}")]
    Panicked {
        /// The function.
        function: String,
        /// The plugin.
        plugin: String,
        /// What the panic said.
        message: String,
    },
    /// A plugin's code is not called any more, for what it did to the server.
    #[error("`{function}`: plugin `{plugin}` is not called any more: {reason}")]
    Refused {
        /// The function.
        function: String,
        /// The plugin.
        plugin: String,
        /// What it did, and when.
        reason: String,
        /// What its author does instead.
        hint: &'static str,
    },
    /// An argument is of a kind that the function does not take.
    #[error("`{function}`: argument `{argument}`: expected {expected}, found {found}")]
    Argument {
        /// The function.
        function: String,
        /// The argument.
        argument: String,
        /// What it takes.
        expected: String,
        /// What it was given.
        found: String,
    },
    /// The function runs on another server, which is not reachable.
    #[error(
        "`{function}`: upstream {address} is not reachable: {cause}; next attempt {}",
        if next.as_secs() == 0 { "now".to_owned() } else { format!("in {} s", next.as_secs()) }
    )]
    Unreachable {
        /// The function.
        function: String,
        /// Where it runs.
        address: String,
        /// Why nobody answers there.
        cause: String,
        /// How long it is until somebody is asked again.
        next: Duration,
    },
    /// The connection to the server on which the function runs ended while it ran.
    #[error("`{function}`: upstream {address} was lost during the call: {cause}")]
    Lost {
        /// The function.
        function: String,
        /// Where it ran.
        address: String,
        /// Why the connection ended.
        cause: String,
    },
    /// The server on which the function runs did not answer in time.
    #[error("`{function}`: upstream {address} did not answer within {after:?}")]
    Late {
        /// The function.
        function: String,
        /// Where it runs.
        address: String,
        /// How long it was given.
        after: Duration,
    },
    /// As many calls wait for the server on which the function runs as may.
    #[error("`{function}`: {queued} calls are waiting for upstream {address} already")]
    Crowded {
        /// The function.
        function: String,
        /// Where it runs.
        address: String,
        /// How many wait.
        queued: usize,
    },
    /// The server on which the function runs says no.
    #[error("`{function}`: upstream {address}: {message}")]
    Upstream {
        /// The function.
        function: String,
        /// Where it runs.
        address: String,
        /// What that server says.
        message: String,
        /// What it advises.
        hint: Option<String>,
        /// Whether the same call may succeed later.
        overloaded: bool,
    },
    /// A result on the way to others is larger than what may be held.
    #[error("`{function}`: {source}")]
    Memory {
        /// The function.
        function: String,
        /// How large it is.
        source: Exceeded,
    },
    /// Nobody waits for the result any more.
    #[error("`{function}`: cancelled")]
    Cancelled {
        /// The function.
        function: String,
    },
    /// The pool's queue is full, or the server is stopping.
    #[error("`{function}`: {queued} calls are waiting for a thread already")]
    Overloaded {
        /// The function.
        function: String,
        /// The length of the queue.
        queued: usize,
    },
    /// As many calls wait for the threads of a plugin as may.
    #[error("`{function}`: {queued} calls are waiting for a thread of {plugin} already")]
    Busy {
        /// The function.
        function: String,
        /// The plugin.
        plugin: String,
        /// How many wait.
        queued: usize,
    },
    /// As many calls of a plugin do not return as it may have threads.
    #[error(
        "`{function}`: {n_calls} calls of {} have not returned for up to {} s, and {plugin} gets no more threads",
        listed(of), after.as_secs()
    )]
    Stuck {
        /// The function.
        function: String,
        /// The plugin.
        plugin: String,
        /// How many calls do not return.
        n_calls: usize,
        /// The functions that they are calls of.
        of: Vec<String>,
        /// How long the first of them has been running.
        after: Duration,
    },
    /// The host's own code panicked while it evaluated: a bug of ours.
    #[error("`{function}`: the evaluation ended with a panic")]
    Bug {
        /// The function.
        function: String,
    },
}

// === impl CallError ===

impl CallError {
    /// Returns what the caller may do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { similar: Some(similar), .. }
            | Self::UnknownArgument { similar: Some(similar), .. } => {
                Some(format!("did you mean `{similar}`?"))
            }
            Self::UnknownArgument { function, .. }
            | Self::TooMany { function, .. }
            | Self::Missing { function, .. } => Some(format!("call it as `{function}`")),
            Self::Twice { argument, .. } => Some(format!("leave out one of the two `{argument}`")),
            Self::Waiting { missing, .. } => Some(format!(
                "it works as soon as a plugin, an upstream or an edit brings {}",
                listed(missing)
            )),
            Self::Overloaded { .. } | Self::Crowded { .. } | Self::Busy { .. } => {
                Some("try again later".to_owned())
            }
            Self::Stuck { .. } => Some(
                "replace the plugin by one whose calls return, then ask for `reload`, or restart the server"
                    .to_owned(),
            ),
            Self::Refused { hint, .. } => {
                Some(format!("replace the plugin's file by one that does not do it; its author: {hint}"))
            }
            Self::Late { .. } => {
                Some("give it longer with the `timeout` of its `!KamodoClient`, or leave that out".to_owned())
            }
            Self::Upstream { hint, .. } => hint.clone(),
            Self::Evaluate { source, .. } => source.hint(),
            Self::Memory { source, .. } => Some(source.hint()),
            Self::Unfit { reason, .. } => reason.hint.clone(),
            Self::Bug { .. } => Some("the server's log has the panic; please report it".to_owned()),
            _ => None,
        }
    }

    /// Says which function was called, if it is not known.
    pub(crate) fn of(mut self, name: &str) -> Self {
        if let Self::Stuck { function, .. } = &mut self
            && function.is_empty()
        {
            name.clone_into(function);
        }
        self
    }

    /// Returns whether the same call may succeed later: what was missing is time, room or a connection.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Overloaded { .. }
                | Self::Busy { .. }
                | Self::Stuck { .. }
                | Self::Crowded { .. }
                | Self::Late { .. }
                | Self::Unreachable { .. }
                | Self::Lost { .. }
                | Self::Upstream { overloaded: true, .. }
        )
    }
}

/// The other function in whose definition something is wrong.
fn at(function: &str, reason: &Diagnostic) -> String {
    let other = reason.function.as_deref().filter(|name| *name != function);
    other.map(|name| format!("`{name}`: ")).unwrap_or_default()
}

//! Why a call failed.

/// Why a call failed. Each names the function and, where one is at fault, the argument.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
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
    /// Nobody waits for the result any more.
    #[error("`{function}`: cancelled")]
    Cancelled {
        /// The function.
        function: String,
    },
}

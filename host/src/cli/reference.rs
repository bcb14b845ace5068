//! The commands that tell what the language knows.

use clap::Args;

use super::{Printed, TableFormat};

/// `units`
#[derive(Debug, Args)]
pub struct Units {
    /// Tell what this unit means, such as `nPa` or `kg/m^3`
    #[arg(value_name = "UNIT")]
    pub text: Option<String>,
    /// Show the table whole, however wide the terminal is
    #[arg(long)]
    pub wide: bool,
    /// How to print it
    #[command(flatten)]
    pub printed: Printed<TableFormat>,
}

/// `functions`
#[derive(Debug, Args)]
pub struct Functions {
    /// Tell what these functions or constants are
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Show the table whole, however wide the terminal is
    #[arg(long)]
    pub wide: bool,
    /// How to print it
    #[command(flatten)]
    pub printed: Printed<TableFormat>,
}

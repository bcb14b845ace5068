//! Units of measurement.

/// A unit, such as `kg/m**3`. (Seam; to be filled.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {}

//! What an author says of a function: its code, and its signature in a chain of short calls.

use std::fmt;

use crate::array::{ArrayCode, Inputs};
use crate::pointwise::{Pointwise, Rows};

/// A function with units: what a plugin consists of.
///
/// # Examples
/// ```
/// use kamodo_plugin_api::Function;
///
/// /// Dynamic pressure of protons, in nPa.
/// fn dynamic_pressure(n: f64, v: f64) -> f64 {
///     1.6726e-6 * n * v * v
/// }
///
/// let function = Function::new("p_dyn", dynamic_pressure)
///     .argument("n", "1/cm^3")
///     .argument("v", "km/s").default(400.0)
///     .unit("nPa")
///     .equation(r"1.6726\times 10^{-6} n v^{2}")
///     .example([5.0, 400.0], 1.338_08).within(1e-5);
/// ```
pub struct Function {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) doc: String,
    pub(crate) citation: String,
    pub(crate) equation: String,
    pub(crate) cheap: bool,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) examples: Vec<Example>,
    pub(crate) code: Code,
}

/// One argument of a function.
#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) default: Option<f64>,
    pub(crate) hidden: bool,
}

/// A call and what it gives.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) arguments: Vec<Sample>,
    pub(crate) result: Sample,
    pub(crate) tolerance: Option<f64>,
}

/// Numbers of an example, with their shape: made from an `f64`, an array or a `Vec`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

/// How a function computes.
pub(crate) enum Code {
    /// Each element alone.
    Pointwise { arity: usize, rows: Box<Rows> },
    /// All elements together.
    Array(ArrayCode),
}

// === impl Function ===

impl Function {
    /// Makes a function of plain numbers: of any `fn(f64, …) -> f64` or `-> Result<f64, E>`, or closure
    /// of that form, with up to eight numbers.
    ///
    /// It is called for each element where a call passes arrays, whose shapes are broadcast as numpy
    /// does it. An `Err` fails the whole call, with the place of the element; to go on instead, return NaN.
    pub fn new<Form>(name: impl Into<String>, code: impl Pointwise<Form>) -> Self {
        let (arity, rows) = code.into_rows();
        Self::of(name.into(), Code::Pointwise { arity, rows })
    }

    /// Makes a function of whole arrays, such as a cumulative sum or a field along a line.
    ///
    /// `shape` says, of the inputs' shapes, which shape the output has, or what is wrong with them; the
    /// output is then made, and `code` fills it, in C order.
    ///
    /// # Examples
    /// ```
    /// use kamodo_plugin_api::{Function, Inputs};
    ///
    /// fn running_sum(inputs: &Inputs<'_>, output: &mut [f64]) -> Result<(), String> {
    ///     let mut sum = 0.0;
    ///     for (sum_here, x) in output.iter_mut().zip(inputs[0].values()) {
    ///         sum += x;
    ///         *sum_here = sum;
    ///     }
    ///     Ok(())
    /// }
    ///
    /// fn as_input(shapes: &[&[usize]]) -> Result<Vec<usize>, String> {
    ///     Ok(shapes[0].to_vec())
    /// }
    ///
    /// Function::array("running_sum", as_input, running_sum)
    ///     .argument("x", "")
    ///     .example([[1.0, 2.0, 4.0]], [1.0, 3.0, 7.0]);
    /// ```
    pub fn array<E: fmt::Display>(
        name: impl Into<String>,
        shape: impl Fn(&[&[usize]]) -> Result<Vec<usize>, E> + Send + Sync + 'static,
        code: impl Fn(&Inputs<'_>, &mut [f64]) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        Self::of(name.into(), Code::Array(ArrayCode::new(shape, code)))
    }

    fn of(name: String, code: Code) -> Self {
        Self {
            name,
            unit: String::new(),
            doc: String::new(),
            citation: String::new(),
            equation: String::new(),
            cheap: false,
            arguments: Vec::new(),
            examples: Vec::new(),
            code,
        }
    }

    /// Adds an argument, in the order of the code's own. Its unit is empty where it has none.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, unit: impl Into<String>) -> Self {
        self.arguments.push(Argument { name: name.into(), unit: unit.into(), default: None, hidden: false });
        self
    }

    /// Lets a call leave out the argument before this.
    ///
    /// # Panics
    /// Where there is no argument before this.
    #[must_use]
    pub fn default(mut self, value: f64) -> Self {
        self.last_argument("default").default = Some(value);
        self
    }

    /// Says that the equation does not show the argument before this.
    ///
    /// # Panics
    /// Where there is no argument before this.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.last_argument("hidden").hidden = true;
        self
    }

    #[track_caller]
    fn last_argument(&mut self, setting: &str) -> &mut Argument {
        let Self { name, arguments, .. } = self;
        arguments.last_mut().unwrap_or_else(|| panic!("`{name}`: `.{setting}` stands before any `.argument`"))
    }

    /// Sets the unit of the result.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Sets the description in words.
    #[must_use]
    pub fn doc(mut self, doc: impl Into<String>) -> Self {
        self.doc = doc.into();
        self
    }

    /// Sets whom to cite.
    #[must_use]
    pub fn citation(mut self, citation: impl Into<String>) -> Self {
        self.citation = citation.into();
        self
    }

    /// Sets the right-hand side in LaTeX, without `$`.
    #[must_use]
    pub fn equation(mut self, latex: impl Into<String>) -> Self {
        self.equation = latex.into();
        self
    }

    /// Declares that a call on one element takes microseconds at most, so that a host may call it where
    /// the request arrives instead of handing it to another thread. While such a call runs nobody else is served
    /// there: a host hands on all calls of a function that was seen to take longer.
    #[must_use]
    pub fn cheap(mut self) -> Self {
        self.cheap = true;
        self
    }

    /// Adds a call and what it gives, which [`check_examples`](crate::testing::check_examples) tries, and
    /// a host before it serves the function: a plugin whose examples do not hold is refused.
    #[must_use]
    pub fn example<A: Into<Sample>>(
        mut self,
        arguments: impl IntoIterator<Item = A>,
        result: impl Into<Sample>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        self.examples.push(Example { arguments, result: result.into(), tolerance: None });
        self
    }

    /// Sets how far, in the unit of the result, the example before this may be off. Without it: by one
    /// part in 10¹².
    ///
    /// # Panics
    /// Where there is no example before this.
    #[must_use]
    pub fn within(mut self, tolerance: f64) -> Self {
        let Self { name, examples, .. } = &mut self;
        match examples.last_mut() {
            Some(example) => example.tolerance = Some(tolerance),
            None => panic!("`{name}`: `.within` stands before any `.example`"),
        }
        self
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("name", &self.name)
            .field("arguments", &self.arguments)
            .field("unit", &self.unit)
            .finish_non_exhaustive()
    }
}

// === impl Sample ===

impl From<f64> for Sample {
    fn from(value: f64) -> Self {
        Self { shape: Vec::new(), values: vec![value] }
    }
}

impl From<Vec<f64>> for Sample {
    fn from(values: Vec<f64>) -> Self {
        Self { shape: vec![values.len()], values }
    }
}

impl<const N: usize> From<[f64; N]> for Sample {
    fn from(values: [f64; N]) -> Self {
        values.to_vec().into()
    }
}

impl<const M: usize, const N: usize> From<[[f64; N]; M]> for Sample {
    fn from(rows: [[f64; N]; M]) -> Self {
        Self { shape: vec![M, N], values: rows.concat() }
    }
}

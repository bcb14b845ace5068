//! A plugin as a whole: its functions, and the tables that a host reads.

use std::ffi::c_void;
use std::fmt;

use crate::Function;
use crate::abi::{
    ArgumentTable, CHEAP, ExampleTable, FunctionTable, HAS_DEFAULT, HAS_TOLERANCE, HIDDEN, MAX_ARGUMENTS,
    Numbers, PluginTable, Text,
};
use crate::entry;
use crate::function::{Argument, Code, Example, Sample};

/// All functions of one plugin. [`export!`](crate::export) makes it.
#[derive(Debug)]
pub struct Plugin {
    name: String,
    version: String,
    functions: Vec<Function>,
}

/// Why a plugin does not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartError(String);

// === impl Plugin ===

impl Plugin {
    /// Gathers the functions of a plugin.
    ///
    /// # Errors
    /// [`StartError`] where the code of a function takes another number of arguments than its signature
    /// names. What else a host asks of a signature, the host says.
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        functions: impl IntoIterator<Item = Function>,
    ) -> Result<Self, StartError> {
        let functions: Vec<_> = functions.into_iter().collect();
        for Function { name, arguments, code, .. } in &functions {
            let named = arguments.len();
            match code {
                Code::Pointwise { arity, .. } if *arity != named => {
                    let message =
                        format!("`{name}`: its code takes {arity} arguments, its signature names {named}");
                    return Err(StartError(message));
                }
                _ if named > MAX_ARGUMENTS => {
                    let message = format!("`{name}`: has {named} arguments; at most {MAX_ARGUMENTS}");
                    return Err(StartError(message));
                }
                _ => {}
            }
        }
        Ok(Self { name: name.into(), version: version.into(), functions })
    }

    /// Returns the functions, in the order of the list.
    #[must_use]
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// Lays out the tables of the plugin, for as long as the process runs.
    pub(crate) fn into_table(self) -> &'static PluginTable {
        let functions: Vec<_> = self.functions.into_iter().map(function_table).collect();
        let functions: &'static [FunctionTable] = functions.leak();
        Box::leak(Box::new(PluginTable {
            size: size_of::<PluginTable>(),
            name: leak(self.name),
            version: leak(self.version),
            functions: functions.as_ptr(),
            n_functions: functions.len(),
            function_size: size_of::<FunctionTable>(),
            argument_size: size_of::<ArgumentTable>(),
            example_size: size_of::<ExampleTable>(),
        }))
    }
}

fn function_table(mut function: Function) -> FunctionTable {
    let arguments: Vec<_> = function.arguments.drain(..).map(argument_table).collect();
    let arguments: &'static [ArgumentTable] = arguments.leak();
    let examples: Vec<_> = function.examples.drain(..).map(example_table).collect();
    let examples: &'static [ExampleTable] = examples.leak();
    let is_array = matches!(function.code, Code::Array(_));
    FunctionTable {
        name: leak(std::mem::take(&mut function.name)),
        unit: leak(std::mem::take(&mut function.unit)),
        doc: leak(std::mem::take(&mut function.doc)),
        citation: leak(std::mem::take(&mut function.citation)),
        equation: leak(std::mem::take(&mut function.equation)),
        flags: if function.cheap { CHEAP } else { 0 },
        arguments: arguments.as_ptr(),
        n_arguments: arguments.len(),
        call: entry::call,
        shape: is_array.then_some(entry::shape),
        examples: examples.as_ptr(),
        n_examples: examples.len(),
        context: std::ptr::from_ref(Box::leak(Box::new(function))).cast::<c_void>(),
    }
}

fn argument_table(argument: Argument) -> ArgumentTable {
    let Argument { name, unit, default, hidden } = argument;
    let flags = if default.is_some() { HAS_DEFAULT } else { 0 } | if hidden { HIDDEN } else { 0 };
    ArgumentTable { name: leak(name), unit: leak(unit), flags, default: default.unwrap_or(0.0) }
}

fn example_table(example: Example) -> ExampleTable {
    let Example { arguments, result, tolerance } = example;
    let arguments: &'static [Numbers] = arguments.into_iter().map(numbers).collect::<Vec<_>>().leak();
    ExampleTable {
        arguments: arguments.as_ptr(),
        n_arguments: arguments.len(),
        result: numbers(result),
        flags: if tolerance.is_some() { HAS_TOLERANCE } else { 0 },
        tolerance: tolerance.unwrap_or(0.0),
    }
}

fn numbers(sample: Sample) -> Numbers {
    let Sample { shape, values } = sample;
    Numbers { rank: shape.len(), shape: shape.leak().as_ptr(), data: values.leak().as_ptr() }
}

fn leak(text: String) -> Text {
    Text::new(text.leak())
}

// === impl StartError ===

impl StartError {
    /// Takes the words of an author's own error.
    pub fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

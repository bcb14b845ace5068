//! What a plugin says of itself: copied from its tables, and checked, all of it at once.

#![allow(unsafe_code)]

use std::collections::HashSet;
use std::mem::offset_of;

use kamodo_plugin_api::abi::{
    ArgumentTable, CHEAP, ExampleTable, FunctionTable, HAS_DEFAULT, HAS_TOLERANCE, HIDDEN, MAX_ARGUMENTS,
    MAX_RANK, Numbers as NumbersTable, PluginTable, Text, has,
};
use kamodo_registry::{Cost, Remark, reserved_name};
use kamodo_units::Unit;
use kamodo_value::{Meta, Parameter, Signature, Value, is_name};

use crate::entry::Entry;
use crate::error::ErrorKind;
use crate::example::{Example, Numbers};
use crate::fault::SpecFault;

/// A plugin's word of itself.
#[derive(Debug)]
pub(crate) struct PluginSpec {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) functions: Vec<FunctionSpec>,
}

/// A plugin's word of one function.
#[derive(Debug)]
pub(crate) struct FunctionSpec {
    pub(crate) signature: Signature,
    pub(crate) meta: Meta,
    pub(crate) cost: Cost,
    pub(crate) entry: Entry,
    pub(crate) examples: Vec<Example>,
    /// What is to be said of it though it can be loaded.
    pub(crate) remarks: Vec<Remark>,
}

// === reading ===

/// Copies and checks everything that a plugin says of itself.
pub(crate) fn read(table: *const PluginTable) -> Result<PluginSpec, ErrorKind> {
    let mut faults = Vec::new();
    // SAFETY: `library::start` got the table from a plugin whose ABI version and root module were checked;
    // it lives for ever. Fields are read one by one, since an older plugin's table may be shorter than
    // ours. Would fail every test that loads a plugin.
    let spec = unsafe { read_plugin(table, &mut faults) };
    match faults.is_empty() {
        true => Ok(spec),
        false => Err(ErrorKind::Spec { faults }),
    }
}

/// # Safety
/// `table` is a plugin's, of the ABI version that it claims.
unsafe fn read_plugin(table: *const PluginTable, faults: &mut Vec<SpecFault>) -> PluginSpec {
    let mut spec = PluginSpec { name: String::new(), version: String::new(), functions: Vec::new() };
    let mut is_whole = |table: &'static str, found: usize, has: bool, expected: usize| {
        if !has {
            faults.push(SpecFault::Table { table, expected, found });
        }
        has
    };
    // SAFETY: every table begins with its size.
    let size = unsafe { (*table).size };
    if !is_whole(
        "plugin",
        size,
        has!(size, PluginTable, argument_size),
        offset_of!(PluginTable, example_size),
    ) {
        return spec;
    }
    // SAFETY: the table has these fields, as was just seen.
    let (first, n, function_size, argument_size) =
        unsafe { ((*table).functions, (*table).n_functions, (*table).function_size, (*table).argument_size) };
    // Plugins of earlier days have no examples in their tables.
    let example_size = match has!(size, PluginTable, example_size) {
        // SAFETY: as above.
        true => unsafe { (*table).example_size },
        false => 0,
    };
    let has_examples = has!(function_size, FunctionTable, n_examples) && example_size > 0;
    let functions = has!(function_size, FunctionTable, shape);
    let arguments = has!(argument_size, ArgumentTable, default);
    let examples = !has_examples || has!(example_size, ExampleTable, tolerance);
    if !is_whole("function", function_size, functions, offset_of!(FunctionTable, examples))
        | !is_whole("argument", argument_size, arguments, size_of::<ArgumentTable>())
        | !is_whole("example", example_size, examples, size_of::<ExampleTable>())
    {
        return spec;
    }
    // SAFETY: as above.
    let (name, version) = unsafe { ((*table).name, (*table).version) };
    spec.name = text(name, || "the plugin's name".to_owned(), faults);
    spec.version = text(version, || "the plugin's version".to_owned(), faults);
    if n == 0 {
        faults.push(SpecFault::NoFunctions);
    }
    for index in 0..n {
        // SAFETY: `n` functions stand `function_size` bytes apart.
        let mut function =
            unsafe { read_function(first.byte_add(index * function_size), argument_size, index, faults) };
        if has_examples {
            // SAFETY: as above, and the function's table has its examples.
            unsafe {
                let table = first.byte_add(index * function_size);
                let (first, n) = ((*table).examples, (*table).n_examples);
                read_examples(first, n, example_size, &mut function, faults);
            }
        }
        spec.functions.push(function);
    }
    let mut names = HashSet::new();
    for FunctionSpec { signature, .. } in &spec.functions {
        if !names.insert(&signature.name) {
            faults.push(SpecFault::FunctionTwice { function: signature.name.clone() });
        }
    }
    spec
}

/// # Safety
/// `table` is a function's, of a plugin of the ABI version that it claims.
unsafe fn read_function(
    table: *const FunctionTable,
    argument_size: usize,
    index: usize,
    faults: &mut Vec<SpecFault>,
) -> FunctionSpec {
    // SAFETY: the table has these fields, as `read_plugin` has seen; the texts live for ever.
    let (texts, flags, first, n, entry) = unsafe {
        let texts = [(*table).name, (*table).unit, (*table).doc, (*table).citation, (*table).equation];
        let entry = Entry::new((*table).context, (*table).call, (*table).shape);
        (texts, (*table).flags, (*table).arguments, (*table).n_arguments, entry)
    };
    let [name, unit, doc, citation, equation] = texts;
    let name = text(name, || format!("function {}: its name", index + 1), faults);
    if !is_name(&name) {
        faults.push(SpecFault::Name { place: format!("function {}", index + 1), found: name.clone() });
    }
    let place = || format!("function {}", index + 1);
    faults.extend(reserved(&name, "a function of a plugin", place));
    let mut remarks = Vec::new();
    let unit = read_unit(unit, &format!("`{name}`"), "its unit", faults, &mut remarks);
    let mut meta = Meta {
        doc: text(doc, || format!("`{name}`: its description"), faults),
        citation: text(citation, || format!("`{name}`: its citation"), faults),
        equation: text(equation, || format!("`{name}`: its equation"), faults),
        hidden_args: Vec::new(),
    };
    let mut parameters: Vec<Parameter> = Vec::new();
    if n > MAX_ARGUMENTS {
        faults.push(SpecFault::TooManyArguments { function: name.clone(), found: n });
    }
    for index in 0..n.min(MAX_ARGUMENTS) {
        // SAFETY: `n` arguments stand `argument_size` bytes apart, and have these fields.
        let (argument, unit, flags, default) = unsafe {
            let table = first.byte_add(index * argument_size);
            ((*table).name, (*table).unit, (*table).flags, (*table).default)
        };
        let argument = text(argument, || format!("`{name}`: argument {}: its name", index + 1), faults);
        if !is_name(&argument) {
            let place = format!("`{name}`: argument {}", index + 1);
            faults.push(SpecFault::Name { place, found: argument.clone() });
        }
        let place = || format!("`{name}`: argument {}", index + 1);
        // A word of Python means nothing in an expression, and the published client is shown it otherwise.
        faults.extend(reserved(&argument, "an argument", place).filter(
            |fault| !matches!(fault, SpecFault::Reserved { taken, .. } if taken.ends_with("Python")),
        ));
        if parameters.iter().any(|parameter| parameter.name == argument) {
            faults.push(SpecFault::ArgumentTwice { function: name.clone(), argument: argument.clone() });
        }
        let default = (flags & HAS_DEFAULT != 0).then_some(Value::Float(default));
        if let (None, Some(Parameter { name: before, default: Some(_), .. })) = (&default, parameters.last())
        {
            let (function, argument, before) = (name.clone(), argument.clone(), before.clone());
            faults.push(SpecFault::NoDefault { function, argument, before });
        }
        if flags & HIDDEN != 0 {
            meta.hidden_args.push(argument.clone());
        }
        let place = format!("`{name}`: argument `{argument}`");
        let what = format!("the unit of its argument `{argument}`");
        let unit = read_unit(unit, &place, &what, faults, &mut remarks);
        parameters.push(Parameter { name: argument, unit, default });
    }
    let cost = if flags & CHEAP != 0 { Cost::Cheap } else { Cost::Unknown };
    let signature = Signature { name, parameters, unit };
    FunctionSpec { signature, meta, cost, entry, examples: Vec::new(), remarks }
}

/// # Safety
/// `n` examples stand `size` bytes apart from `first` on, of a plugin of the ABI version that it claims.
unsafe fn read_examples(
    first: *const ExampleTable,
    n: usize,
    size: usize,
    function: &mut FunctionSpec,
    faults: &mut Vec<SpecFault>,
) {
    let expected = function.signature.parameters.len();
    for index in 0..n {
        // SAFETY: promised by the caller; the numbers live for ever.
        let (arguments, n, result, flags, tolerance) = unsafe {
            let table = first.byte_add(index * size);
            ((*table).arguments, (*table).n_arguments, (*table).result, (*table).flags, (*table).tolerance)
        };
        if n != expected {
            let place = format!("`{}`: example {}", function.signature.name, index + 1);
            faults.push(SpecFault::Example { place, expected, found: n.to_string() });
            continue;
        }
        // SAFETY: `n` arguments stand one after the other.
        let arguments = (0..n).map(|index| unsafe { numbers(*arguments.add(index)) }).collect();
        function.examples.push(Example {
            arguments,
            // SAFETY: as above.
            result: unsafe { numbers(result) },
            tolerance: (flags & HAS_TOLERANCE != 0).then_some(tolerance),
        });
    }
}

/// Copies numbers of a plugin.
///
/// # Safety
/// They are as the ABI says.
unsafe fn numbers(table: NumbersTable) -> Numbers {
    let rank = table.rank.min(MAX_RANK);
    // SAFETY: `rank` lengths, and as many elements as they ask for; of none, the pointer may be null. Would
    // fail `examples_are_tried`.
    unsafe {
        let shape = if rank == 0 { &[] } else { std::slice::from_raw_parts(table.shape, rank) };
        let n = shape.iter().product();
        let values = if n == 0 { &[] } else { std::slice::from_raw_parts(table.data, n) };
        Numbers { shape: shape.to_vec(), values: values.to_vec() }
    }
}

/// A name of the language, which nothing else may have: one name has one meaning, whoever calls it.
fn reserved(name: &str, needed: &str, place: impl Fn() -> String) -> Option<SpecFault> {
    let taken = reserved_name(name)?.to_owned();
    Some(SpecFault::Reserved { place: place(), found: name.to_owned(), taken, needed: needed.to_owned() })
}

/// Copies a unit; `what` is how a remark on the function calls it.
fn read_unit(
    unit: Text,
    place: &str,
    what: &str,
    faults: &mut Vec<SpecFault>,
    remarks: &mut Vec<Remark>,
) -> Option<Unit> {
    let text = text(unit, || format!("{place}: its unit"), faults);
    if text.is_empty() {
        return None;
    }
    match Unit::read(&text) {
        Ok((unit, ambiguity)) => {
            remarks.extend(ambiguity.map(|ambiguity| Remark {
                message: format!("{what}: {}", ambiguity.message()),
                hint: ambiguity.hint(),
            }));
            Some(unit)
        }
        Err(error) => {
            faults.push(SpecFault::Unit { place: place.to_owned(), text, error });
            None
        }
    }
}

/// Copies a text of a plugin.
fn text(text: Text, place: impl Fn() -> String, faults: &mut Vec<SpecFault>) -> String {
    // SAFETY: a text of a plugin's table lives for ever, as the ABI says; the table is the plugin's, by
    // `read`. Would fail `signatures_are_copied_whole`.
    let bytes = unsafe { text.bytes() };
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|error| {
        let found = error.as_bytes().escape_ascii().to_string();
        faults.push(SpecFault::Text { place: place(), found });
        // A name that does, so that only its text is at fault.
        "_".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use kamodo_plugin_api::Function;
    use kamodo_plugin_api::abi::{Call, Status};

    use super::*;

    unsafe extern "C" fn never(_: *const std::ffi::c_void, _: *const Call) -> Status {
        Status::FAILED
    }

    fn function_table(name: Text, arguments: &[ArgumentTable]) -> FunctionTable {
        let none = Text::new("");
        FunctionTable {
            name,
            unit: none,
            doc: none,
            citation: none,
            equation: none,
            flags: 0,
            arguments: arguments.as_ptr(),
            n_arguments: arguments.len(),
            context: std::ptr::null(),
            call: never,
            shape: None,
            examples: std::ptr::null(),
            n_examples: 0,
        }
    }

    fn plugin_table(functions: &[FunctionTable]) -> PluginTable {
        PluginTable {
            size: size_of::<PluginTable>(),
            name: Text::new("made by hand"),
            version: Text::new("1.0.0"),
            functions: functions.as_ptr(),
            n_functions: functions.len(),
            function_size: size_of::<FunctionTable>(),
            argument_size: size_of::<ArgumentTable>(),
            example_size: size_of::<ExampleTable>(),
        }
    }

    #[track_caller]
    fn refusal(table: &PluginTable) -> String {
        read(table).unwrap_err().to_string()
    }

    #[test]
    fn tables_shorter_than_the_first() {
        let short = PluginTable { size: 8, ..plugin_table(&[]) };
        insta::assert_snapshot!(refusal(&short), @"plugin table: expected at least 72 bytes, found 8");
        let short = PluginTable { function_size: 16, argument_size: 24, ..plugin_table(&[]) };
        insta::assert_snapshot!(refusal(&short), @r"
        does not hold together:
          function table: expected at least 128 bytes, found 16
          argument table: expected at least 48 bytes, found 24
        ");
    }

    #[test]
    fn tables_longer_than_ours_are_stepped_through() {
        #[repr(C)]
        struct Longer(FunctionTable, [u64; 3]);
        let functions = [
            Longer(function_table(Text::new("f"), &[]), [1; 3]),
            Longer(function_table(Text::new("g"), &[]), [2; 3]),
        ];
        let table = PluginTable {
            size: size_of::<PluginTable>() + 8,
            functions: functions.as_ptr().cast(),
            n_functions: functions.len(),
            function_size: size_of::<Longer>(),
            ..plugin_table(&[])
        };
        let spec = read(&table).unwrap();
        let names: Vec<_> = spec.functions.into_iter().map(|function| function.signature.name).collect();
        assert_eq!(names, ["f", "g"]);
    }

    #[test]
    fn tables_of_before_there_were_examples() {
        // As the first plugins laid them out, with something else right behind.
        #[repr(C)]
        struct First([u8; offset_of!(FunctionTable, examples)]);
        let functions = [function_table(Text::new("f"), &[]), function_table(Text::new("g"), &[])];
        let bytes = |function: &FunctionTable| {
            // SAFETY: the table is longer, and every byte of it is written: it has no gaps.
            First(unsafe { std::ptr::from_ref(function).cast::<[u8; size_of::<First>()]>().read() })
        };
        let older = [bytes(&functions[0]), bytes(&functions[1])];
        let table = PluginTable {
            size: offset_of!(PluginTable, example_size),
            functions: older.as_ptr().cast(),
            n_functions: 2,
            function_size: size_of::<First>(),
            example_size: usize::MAX, // beyond the table's end: never read
            ..plugin_table(&[])
        };
        let spec = read(&table).unwrap();
        let names: Vec<_> = spec.functions.iter().map(|function| &*function.signature.name).collect();
        assert_eq!(names, ["f", "g"]);
        assert!(spec.functions.iter().all(|function| function.examples.is_empty()));
    }

    #[test]
    fn examples_are_copied() {
        let (values, shape) = ([1.0, 2.0, 3.0], [3]);
        let row = NumbersTable { data: values.as_ptr(), shape: shape.as_ptr(), rank: 1 };
        let number = NumbersTable { data: values.as_ptr(), shape: std::ptr::null(), rank: 0 };
        let arguments = [ArgumentTable { name: Text::new("x"), unit: Text::new(""), flags: 0, default: 0.0 }];
        let example = |n_arguments, flags| ExampleTable {
            arguments: &raw const row,
            n_arguments,
            result: number,
            flags,
            tolerance: 0.5,
        };
        let examples = [example(1, 0), example(1, HAS_TOLERANCE)];
        let function = FunctionTable {
            examples: examples.as_ptr(),
            n_examples: 2,
            ..function_table(Text::new("f"), &arguments)
        };
        let spec = read(&plugin_table(std::slice::from_ref(&function))).unwrap();
        let expected = |tolerance| Example {
            arguments: vec![Numbers { shape: vec![3], values: values.to_vec() }],
            result: Numbers { shape: vec![], values: vec![1.0] },
            tolerance,
        };
        assert_eq!(spec.functions[0].examples, [expected(None), expected(Some(0.5))]);
        let two = [example(2, 0)];
        let function = FunctionTable { examples: two.as_ptr(), n_examples: 1, ..function };
        insta::assert_snapshot!(refusal(&plugin_table(&[function])), @"`f`: example 1: expected 1 arguments, found 2");
    }

    #[test]
    fn nothing_to_serve() {
        insta::assert_snapshot!(refusal(&plugin_table(&[])), @"expected functions, found none");
    }

    #[test]
    fn texts_that_are_not_utf8() {
        let bytes: &'static [u8] = b"B\xffz";
        let text = Text { data: bytes.as_ptr(), len: bytes.len() };
        insta::assert_snapshot!(refusal(&plugin_table(&[function_table(text, &[])])), @r"function 1: its name: expected UTF-8, found `B\xffz`");
    }

    #[test]
    fn more_arguments_than_a_call_carries() {
        let name = |index: usize| Text::new(format!("x{index}").leak());
        let argument =
            |index| ArgumentTable { name: name(index), unit: Text::new(""), flags: 0, default: 0.0 };
        let arguments: Vec<_> = (0..=MAX_ARGUMENTS).map(argument).collect();
        let functions = [function_table(Text::new("f"), &arguments)];
        insta::assert_snapshot!(refusal(&plugin_table(&functions)), @"`f`: expected at most 32 arguments, found 33");
    }

    #[test]
    fn code_and_signature_that_differ() {
        let function = Function::new("f", |x: f64| x).argument("x", "").argument("y", "");
        let error = kamodo_plugin_api::Plugin::new("p", "1.0.0", [function]).unwrap_err();
        insta::assert_snapshot!(error, @"`f`: its code takes 1 arguments, its signature names 2");
    }
}

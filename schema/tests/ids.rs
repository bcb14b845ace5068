//! Every id, ordinal, offset and type of the interface is the published one.
//!
//! `published.txt` holds those of the published schema in the form of [`describe`]. A line of it that
//! is missing here breaks clients; a line that is here alone is an extension and may stay.

#![allow(clippy::unwrap_used)] // a test to the last line

use capnp::message::ReaderOptions;
use capnp::schema_capnp::{code_generator_request, field, node, type_};
use capnp::traits::HasTypeId;

/// Makes one line of each node, method and field.
fn describe(mut request: &[u8]) -> Vec<String> {
    let message = capnp::serialize::read_message(&mut request, ReaderOptions::new()).unwrap();
    let request: code_generator_request::Reader<'_> = message.get_root().unwrap();
    let mut lines: Vec<_> = request.get_nodes().unwrap().iter().flat_map(describe_node).collect();
    lines.sort();
    lines
}

fn describe_node(node: node::Reader<'_>) -> Vec<String> {
    let name = node.get_display_name().unwrap().to_str().unwrap();
    let name = name.split_once(':').map_or("file", |(_, name)| name);
    let id = format!("{name} {:#018x}", node.get_id());
    match node.which().unwrap() {
        node::Struct(body) => {
            let fields = body.get_fields().unwrap();
            let lines = fields.iter().map(|field| format!("{name}.{}", describe_field(field)));
            let size = format!("{} words, {} pointers", body.get_data_word_count(), body.get_pointer_count());
            std::iter::once(format!("{id} struct of {size}")).chain(lines).collect()
        }
        node::Interface(body) => {
            let methods = body.get_methods().unwrap();
            let lines = methods.iter().enumerate().map(|(ordinal, method)| {
                let method_name = method.get_name().unwrap().to_str().unwrap();
                let (params, results) = (method.get_param_struct_type(), method.get_result_struct_type());
                format!("{name}.{method_name} method @{ordinal} {params:#018x} -> {results:#018x}")
            });
            std::iter::once(format!("{id} interface")).chain(lines).collect()
        }
        _ => vec![id],
    }
}

fn describe_field(field: field::Reader<'_>) -> String {
    let name = field.get_name().unwrap().to_str().unwrap();
    let union = match field.get_discriminant_value() {
        field::NO_DISCRIMINANT => String::new(),
        value => format!(" union {value}"),
    };
    let ordinal = match field.get_ordinal().which().unwrap() {
        field::ordinal::Implicit(()) => String::from("implicit"),
        field::ordinal::Explicit(ordinal) => format!("@{ordinal}"),
    };
    match field.which().unwrap() {
        field::Slot(slot) => {
            let type_ = describe_type(slot.get_type().unwrap());
            format!("{name} field {ordinal}{union} offset {} {type_}", slot.get_offset())
        }
        field::Group(group) => format!("{name} group {ordinal}{union} {:#018x}", group.get_type_id()),
    }
}

fn describe_type(reader: type_::Reader<'_>) -> String {
    match reader.which().unwrap() {
        type_::List(list) => format!("List({})", describe_type(list.get_element_type().unwrap())),
        type_::Struct(body) => format!("{:#018x}", body.get_type_id()),
        type_::Interface(body) => format!("{:#018x}", body.get_type_id()),
        type_::Void(()) => String::from("Void"),
        type_::Bool(()) => String::from("Bool"),
        type_::Int8(()) => String::from("Int8"),
        type_::Int16(()) => String::from("Int16"),
        type_::Int32(()) => String::from("Int32"),
        type_::Int64(()) => String::from("Int64"),
        type_::Uint8(()) => String::from("UInt8"),
        type_::Uint16(()) => String::from("UInt16"),
        type_::Uint32(()) => String::from("UInt32"),
        type_::Uint64(()) => String::from("UInt64"),
        type_::Float32(()) => String::from("Float32"),
        type_::Float64(()) => String::from("Float64"),
        type_::Text(()) => String::from("Text"),
        type_::Data(()) => String::from("Data"),
        type_::Enum(body) => format!("enum {:#018x}", body.get_type_id()),
        type_::AnyPointer(_) => String::from("AnyPointer"),
    }
}

#[test]
fn everything_published_is_there_unchanged() {
    let ours = describe(include_bytes!("../kamodo.request"));
    let published: Vec<_> = include_str!("published.txt").lines().collect();
    assert_eq!(published.len(), PUBLISHED_LINES, "the record itself must not shrink");
    let missing: Vec<_> = published.iter().filter(|line| !ours.iter().any(|our| our == *line)).collect();
    assert!(missing.is_empty(), "the published schema has, and ours has not:\n{missing:#?}");
}

/// The lines of `published.txt`, counted when it was made.
const PUBLISHED_LINES: usize = 89;

/// The generated code is of the compiled schema, not of an older one.
#[test]
fn generated_code_has_the_ids_of_the_request() {
    use kamodo_schema::{
        administration, argument, array, expression, extension, field, function, literal, meta, rational,
        value,
    };
    let ours = describe(include_bytes!("../kamodo.request"));
    let generated = [
        ("Kamodo", kamodo_schema::Client::TYPE_ID),
        ("Kamodo.Value", value::Client::TYPE_ID),
        ("Kamodo.Function", function::Client::TYPE_ID),
        ("Kamodo.Expression", expression::Reader::TYPE_ID),
        ("Kamodo.Literal", literal::Reader::TYPE_ID),
        ("Kamodo.Rational", rational::Reader::TYPE_ID),
        ("Kamodo.Field", field::Reader::TYPE_ID),
        ("Kamodo.Meta", meta::Reader::TYPE_ID),
        ("Kamodo.Argument", argument::Reader::TYPE_ID),
        ("Kamodo.Array", array::Reader::TYPE_ID),
        ("Kamodo.Function.call$Params", function::call_params::Reader::TYPE_ID),
        ("Kamodo.Function.call$Results", function::call_results::Reader::TYPE_ID),
        ("Extension", extension::Client::TYPE_ID),
        ("Extension.Description", extension::description::Reader::TYPE_ID),
        ("Administration", administration::Client::TYPE_ID),
    ];
    for (name, id) in generated {
        let prefix = format!("{name} {id:#018x} ");
        assert!(ours.iter().any(|line| line.starts_with(&prefix)), "no line starts with `{prefix}`");
    }
}

//! Values through a message and back, and what is refused on the way.

#![allow(clippy::unwrap_used)] // a test to the last line

use capnp::message::{Builder, HeapAllocator, ReaderOptions};
use half::f16;
use insta::assert_snapshot;
use kamodo_schema::{array, literal as schema};
use kamodo_value::{Array, Buffer, Dtype, Scalar, TextArray, Value};
use kamodo_wire::literal::{self, Error, MAX_BLOB_BYTES, as_received};
use num_bigint::BigInt;
use num_complex::Complex;
use num_rational::BigRational;
use proptest::prelude::*;

/// What comes of a value that is written, sent and read.
fn travel(value: &Value) -> Result<Value, Error> {
    let mut message = Builder::new_default();
    literal::write(message.init_root(), value)?;
    let bytes = capnp::serialize::write_message_to_words(&message);
    let message = capnp::serialize::read_message(&mut bytes.as_slice(), ReaderOptions::new())?;
    literal::read(message.get_root()?)
}

/// Reads a literal as another client might have written it.
fn read(write: impl FnOnce(schema::Builder<'_>)) -> Result<Value, Error> {
    let mut message = Builder::new(HeapAllocator::new());
    write(message.init_root());
    literal::read(message.get_root_as_reader()?)
}

fn read_array(dtype: &str, shape: &[u32], bytes: &[u8]) -> Result<Value, Error> {
    read(|literal| {
        let mut array: array::Builder<'_> = literal.init_array();
        array.set_dtype(dtype);
        array.set_shape(shape).unwrap();
        array.set_data(bytes);
    })
}

#[track_caller]
fn refused(result: Result<Value, Error>) -> String {
    let error = result.unwrap_err();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{hint}")
}

/// Bit for bit, so that NaN and -0.0 count as what they are.
fn same(left: &Value, right: &Value) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

fn scalars() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        any::<bool>().prop_map(Scalar::Bool),
        any::<i8>().prop_map(Scalar::Int8),
        any::<i16>().prop_map(Scalar::Int16),
        any::<i32>().prop_map(Scalar::Int32),
        any::<i64>().prop_map(Scalar::Int64),
        any::<u8>().prop_map(Scalar::Uint8),
        any::<u16>().prop_map(Scalar::Uint16),
        any::<u32>().prop_map(Scalar::Uint32),
        any::<u64>().prop_map(Scalar::Uint64),
        any::<u16>().prop_map(|bits| Scalar::Float16(f16::from_bits(bits))),
        any::<f32>().prop_map(Scalar::Float32),
        any::<f64>().prop_map(Scalar::Float64),
        any::<(f32, f32)>().prop_map(|(re, im)| Scalar::Complex64(Complex::new(re, im))),
        any::<(f64, f64)>().prop_map(|(re, im)| Scalar::Complex128(Complex::new(re, im))),
    ]
}

fn buffer(dtype: Dtype, bits: &[u64]) -> Buffer {
    match dtype {
        Dtype::Bool => Buffer::Bool(bits.iter().map(|&bits| bits & 1 == 1).collect()),
        Dtype::Int8 => Buffer::Int8(bits.iter().map(|&bits| bits as i8).collect()),
        Dtype::Int16 => Buffer::Int16(bits.iter().map(|&bits| bits as i16).collect()),
        Dtype::Int32 => Buffer::Int32(bits.iter().map(|&bits| bits as i32).collect()),
        Dtype::Int64 => Buffer::Int64(bits.iter().map(|&bits| bits as i64).collect()),
        Dtype::Uint8 => Buffer::Uint8(bits.iter().map(|&bits| bits as u8).collect()),
        Dtype::Uint16 => Buffer::Uint16(bits.iter().map(|&bits| bits as u16).collect()),
        Dtype::Uint32 => Buffer::Uint32(bits.iter().map(|&bits| bits as u32).collect()),
        Dtype::Uint64 => Buffer::Uint64(bits.to_vec()),
        Dtype::Float16 => Buffer::Float16(bits.iter().map(|&bits| f16::from_bits(bits as u16)).collect()),
        Dtype::Float32 => Buffer::Float32(bits.iter().map(|&bits| f32::from_bits(bits as u32)).collect()),
        Dtype::Float64 => Buffer::Float64(bits.iter().map(|&bits| f64::from_bits(bits)).collect()),
        Dtype::Complex64 => Buffer::Complex64(
            bits.iter()
                .map(|&bits| Complex::new(f32::from_bits(bits as u32), f32::from_bits((bits >> 32) as u32)))
                .collect(),
        ),
        Dtype::Complex128 => Buffer::Complex128(
            bits.iter().map(|&bits| Complex::new(f64::from_bits(bits), f64::from_bits(!bits))).collect(),
        ),
    }
}

fn arrays() -> impl Strategy<Value = Array> {
    (prop::sample::select(Dtype::ALL), prop::collection::vec(0_usize..4, 0..4)).prop_flat_map(
        |(dtype, shape)| {
            let n_elements = shape.iter().product::<usize>();
            prop::collection::vec(any::<u64>(), n_elements)
                .prop_map(move |bits| Array::new(shape.clone(), buffer(dtype, &bits)).unwrap())
        },
    )
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<(i128, u8)>()
            .prop_map(|(base, power)| Value::Int(BigInt::from(base).pow(u32::from(power % 5)))),
        any::<f64>().prop_map(Value::Float),
        any::<(f64, f64)>().prop_map(|(re, im)| Value::Complex(Complex::new(re, im))),
        any::<(i64, i64)>()
            .prop_filter("a ratio", |(_, q)| *q != 0 && *q != i64::MIN)
            .prop_map(|(p, q)| Value::Rational(BigRational::new((p / 2).into(), q.into()))),
        any::<String>().prop_map(Value::Text),
        any::<Vec<u8>>().prop_map(Value::Data),
        scalars().prop_map(Value::Scalar),
        arrays().prop_map(Value::Array),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| prop::collection::vec(inner, 0..5).prop_map(Value::List))
}

proptest! {
    #[test]
    fn a_value_arrives_as_what_it_is(value in values()) {
        let arrived = travel(&value).unwrap();
        prop_assert!(same(&arrived, &as_received(value.clone())), "{value:?} arrived as {arrived:?}");
        // What has arrived once does not change any more.
        prop_assert!(same(&travel(&arrived).unwrap(), &arrived));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut padded = bytes;
        padded.resize(padded.len().next_multiple_of(8), 0);
        let segments: &[&[u8]] = &[&padded];
        let aligned = capnp::Word::allocate_zeroed_vec(padded.len() / 8);
        let mut aligned = aligned;
        capnp::Word::words_to_bytes_mut(&mut aligned).copy_from_slice(segments[0]);
        let segments = [capnp::Word::words_to_bytes(&aligned)];
        let message = capnp::message::Reader::new(
            capnp::message::SegmentArray::new(&segments), ReaderOptions::new());
        if let Ok(root) = message.get_root() {
            let _ = literal::read(root); // an error or a value, never a panic
        }
    }
}

#[test]
fn what_has_no_variant_arrives_as_its_nearest() {
    let zero_d = |buffer: Buffer| Value::Array(Array::new([], buffer).unwrap());
    let pairs = [
        (Value::Float(2.5), Value::Scalar(Scalar::Float64(2.5))),
        (Value::Scalar(Scalar::Bool(true)), Value::Bool(true)),
        (Value::Complex(Complex::new(1.0, -2.0)), zero_d(vec![Complex::new(1.0, -2.0)].into())),
        (Value::Scalar(Scalar::Float16(f16::ONE)), zero_d(vec![f16::ONE].into())),
    ];
    for (sent, expect) in pairs {
        assert_eq!(travel(&sent).unwrap(), expect);
    }
}

#[test]
fn short_forms_of_lists() {
    let integers = read(|literal| {
        let mut list = literal.init_listint64(2);
        list.set(0, -1);
        list.set(1, i64::MAX);
    });
    assert_eq!(integers.unwrap(), Value::List(vec![Value::Int((-1).into()), Value::Int(i64::MAX.into())]));
    let floats = read(|literal| literal.init_listfloat64(1).set(0, 0.5));
    assert_eq!(floats.unwrap(), Value::List(vec![Value::Scalar(Scalar::Float64(0.5))]));
}

#[test]
fn an_int_is_text_in_the_spelling_of_python() {
    let parse = |text: &str| read(|mut literal| literal.set_int(text));
    assert_eq!(parse(" +1_000 ").unwrap(), Value::Int(1000.into()));
    assert_snapshot!(refused(parse("0x10")), @"int: expected decimal digits, found `0x10`");
    assert_snapshot!(refused(parse("")), @"int: expected decimal digits, found ``");
    assert_snapshot!(refused(parse(&"1".repeat(50_000))), @"int: 50000 digits, expected at most 20000");
}

#[test]
fn ratios() {
    let ratio = |p, q| {
        read(|literal| {
            let mut ratio = literal.init_rational();
            ratio.set_p(p);
            ratio.set_q(q);
        })
    };
    assert_eq!(ratio(6, -4).unwrap(), Value::Rational(BigRational::new((-3).into(), 2.into())));
    assert_snapshot!(refused(ratio(3, 0)), @"rational: `3/0` has no value");
    let large = BigRational::new(BigInt::from(3).pow(50), 7.into());
    assert_snapshot!(refused(travel(&Value::Rational(large))), @"rational: `717897987691852588770249/7` does not fit two int64");
}

#[test]
fn empty_arrays() {
    // The published client sends every empty array without dtype and shape.
    assert_eq!(read_array("", &[], b"").unwrap(), Value::Array(Array::vector(Vec::<f64>::new())));
    let empty = Array::new([3, 0], Vec::<i32>::new()).unwrap();
    assert_eq!(read_array("int32", &[3, 0], b"").unwrap(), Value::Array(empty));
    // No dimension is one element, not none.
    assert_snapshot!(refused(read_array("int32", &[], b"")), @"array: shape [] of int32 takes 4 bytes, found 0");
}

#[test]
fn arrays_that_are_none() {
    assert_snapshot!(refused(read_array("object", &[1], &[0; 8])), @r"
    array: unknown dtype `object`
    hint: give the array a numeric dtype, e.g. `a.astype('float64')`
    ");
    assert_snapshot!(refused(read_array("datetime64[ns]", &[1], &[0; 8])), @r"
    array: unknown dtype `datetime64[ns]`
    hint: one of bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128
    ");
    assert_snapshot!(refused(read_array("<U0", &[1], &[])), @"
    array: unknown dtype `<U0`
    hint: one of bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128
    ");
    assert_snapshot!(refused(read_array("<U2", &[2], &[0; 8])), @"array: shape [2] of <U2 takes 16 bytes, found 8");
    assert_snapshot!(refused(read_array("float64", &[2, 3], &[0; 40])), @"array: shape [2, 3] of float64 takes 48 bytes, found 40");
    assert_snapshot!(refused(read_array("int8", &[u32::MAX; 5], &[0; 8])), @"array: shape [4294967295, 4294967295, 4294967295, 4294967295, 4294967295] of int8 takes 340282366920938463463374607431768211455 bytes, found 8");
    assert_snapshot!(refused(read_array("int8", &[1; 65], &[0])), @"array: 65 dimensions, expected at most 64");
    // The codes are the names' equals.
    assert_eq!(read_array("d", &[1], &[0; 8]).unwrap(), read_array("float64", &[1], &[0; 8]).unwrap());
    assert_eq!(read_array("<f8", &[1], &[0; 8]).unwrap(), read_array("float64", &[1], &[0; 8]).unwrap());
    assert_eq!(read_array(">u1", &[1], &[7]).unwrap(), read_array("uint8", &[1], &[7]).unwrap());
}

#[test]
fn the_other_byte_order() {
    let two = [0x40, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(read_array(">f8", &[1], &two).unwrap(), Value::Array(Array::vector(vec![2.0])));
    let complex = [0x40, 0, 0, 0, 0x3f, 0x80, 0, 0];
    let expected = Array::vector(vec![num_complex::Complex::new(2.0_f32, 1.0)]);
    assert_eq!(read_array(">c8", &[1], &complex).unwrap(), Value::Array(expected));
}

#[test]
fn arrays_of_text() {
    let words = |dtype, bytes: &[u8]| match read_array(dtype, &[2], bytes).unwrap() {
        Value::TextArray(array) => (array.dtype(), array.elements().collect::<Vec<_>>()),
        other => panic!("{other:?}"),
    };
    let expected = ("<U2".to_owned(), vec!["ab".to_owned(), "c".to_owned()]);
    assert_eq!(words("<U2", b"a\0\0\0b\0\0\0c\0\0\0\0\0\0\0"), expected);
    assert_eq!(words(">U2", b"\0\0\0a\0\0\0b\0\0\0c\0\0\0\0"), expected);
    let array = Value::TextArray(TextArray::new([2, 1], 1, vec![97, 0x1f30d]).unwrap());
    assert!(same(&travel(&array).unwrap(), &array));
}

/// Dimensions whose product is beyond counting hold nothing where one of them is zero.
#[test]
fn an_empty_array_of_large_dimensions() {
    let shape = [u32::MAX, u32::MAX, u32::MAX, 0];
    for dtype in ["float64", "<U2"] {
        let read = read_array(dtype, &shape, &[]);
        assert!(read.is_ok(), "{read:?}");
    }
}

#[test]
fn what_is_too_large_is_said_before_it_is_sent() {
    let array = Value::Array(Array::vector(vec![0_u8; MAX_BLOB_BYTES + 1]));
    assert_snapshot!(refused(travel(&array)), @r"
    array of 536870912 bytes: one message part holds at most 536870911 bytes
    hint: ask for it in parts
    ");
    let text = Value::Text("x".repeat(MAX_BLOB_BYTES));
    assert_snapshot!(refused(travel(&text)), @r"
    text of 536870911 bytes: one message part holds at most 536870911 bytes
    hint: ask for it in parts
    ");
    let list = Value::List(vec![Value::Data(vec![0; 1000]), Value::Data(vec![0; 1000])]);
    assert!(literal::check_size([&list], 4000).is_ok());
    let error = literal::check_size([&list], 2000).unwrap_err();
    assert_snapshot!(error, @"message of 3120 bytes: expected at most 2000 bytes");
}

#[test]
fn lists_too_deep_to_be_read() {
    let nested = |depth| (0..depth).fold(Value::None, |inner, _| Value::List(vec![inner]));
    let deepest = nested(literal::MAX_LIST_DEPTH);
    assert_eq!(travel(&deepest).unwrap(), deepest);
    assert_snapshot!(refused(travel(&nested(literal::MAX_LIST_DEPTH + 1))), @"list: nested 25 deep, expected at most 24");
}

#[test]
fn a_dimension_over_32_bits() {
    let array = Array::new([1 << 33, 0], Vec::<f64>::new()).unwrap();
    assert_snapshot!(refused(travel(&Value::Array(array))), @"array: a dimension of 8589934592 elements, expected at most 4294967295");
}

#[test]
fn a_variant_of_a_newer_schema() {
    let mut message = Builder::new_default();
    message.init_root::<schema::Builder<'_>>().set_void(());
    let mut words = capnp::serialize::write_message_to_words(&message);
    // After the segment table and the root pointer, the union's tag is the first 16 bits.
    words[16] = 99;
    let message = capnp::serialize::read_message(&mut words.as_slice(), ReaderOptions::new()).unwrap();
    assert_snapshot!(refused(literal::read(message.get_root().unwrap())), @"literal: variant 99 is not known here");
}

//! Values between units: arguments in the units that they are given in, and results in those that are asked for.

use kamodo_client::{Client, Error as ClientError, Field};
use kamodo_units::{Factor, Unit};
use kamodo_value::{Array, Buffer, Value};
use num_bigint::BigInt;
use num_complex::Complex;

use crate::Error;
use crate::answer::npy;
use crate::argument::Argument;

/// What a server says of the units of a function.
pub(crate) struct Declared {
    name: String,
    /// The parameters with their units; empty for none.
    parameters: Vec<(String, String)>,
    /// That of the result; empty for none.
    unit: String,
}

// === impl Declared ===

impl Declared {
    /// Asks a server, ours or the published one.
    pub(crate) async fn ask(client: &Client, name: &str) -> Result<Self, ClientError> {
        match client.extension().describe().await {
            Ok(description) => {
                let found = description.functions.into_iter().find(|function| function.name == name);
                if let Some(function) = found {
                    let parameters = function.arguments.into_iter().map(|one| (one.name, one.units));
                    let parameters = parameters.collect();
                    return Ok(Self { name: name.to_owned(), parameters, unit: function.unit });
                }
            }
            Err(ClientError::NoExtension) => {}
            Err(error) => return Err(error),
        }
        client.function(name).await?; // says what there is if there is no such function
        let listed = client.fields().await?.into_iter().find(|field| field.name == name);
        let unknown = || ClientError::Unknown { name: name.to_owned(), served: Vec::new() };
        Self::of(&listed.ok_or_else(unknown)?).await
    }

    /// Asks for those of a function that a server lists, or that was defined there.
    pub(crate) async fn of(field: &Field) -> Result<Self, ClientError> {
        let unit_of = |name: &str| field.arg_units.iter().find(|(other, _)| other == name);
        let parameters = field.function.parameters().await?.into_iter().map(|one| {
            let unit = unit_of(&one.name).map(|(_, unit)| unit.clone()).unwrap_or_default();
            (one.name, unit)
        });
        Ok(Self { name: field.name.clone(), parameters: parameters.collect(), unit: field.units.clone() })
    }

    /// Returns the names of the parameters.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.parameters.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Returns whether the result is said to have no unit.
    pub(crate) fn is_plain(&self) -> bool {
        self.unit.is_empty()
    }

    /// Converts arguments to the units of their parameters.
    ///
    /// # Errors
    /// [`Error`] if a parameter has no unit, or one of another dimension.
    pub(crate) fn arguments(&self, arguments: Vec<Argument>) -> Result<Vec<Argument>, Error> {
        let mut n_unnamed = 0;
        let converted = arguments.into_iter().map(|argument| {
            let place = n_unnamed;
            n_unnamed += usize::from(argument.name.is_none());
            self.argument(argument, place)
        });
        converted.collect()
    }

    /// Converts an argument; `place` is its place among those without a name.
    fn argument(&self, argument: Argument, place: usize) -> Result<Argument, Error> {
        let Some(unit) = &argument.unit else { return Ok(argument) };
        let parameter = match &argument.name {
            Some(name) => self.parameters.iter().find(|(other, _)| other == name),
            None => self.parameters.get(place),
        };
        // That there is no such parameter is for the server to say.
        let Some((name, declared)) = parameter else { return Ok(argument) };
        // A pure number is one for a parameter without a unit too.
        if declared.is_empty() && unit.is_one() {
            return Ok(Argument { unit: None, ..argument });
        }
        let place = format!("argument `{}`", argument.text);
        let of = format!("`{name}` of `{}`", self.name);
        let declared = known(&place, &of, declared, unit)?;
        let factor = unit.factor_to(&declared).map_err(|reason| Error::Incompatible {
            place: place.clone(),
            of: format!(", the unit of {of}"),
            fitting: Box::new(declared.clone()),
            reason,
        })?;
        let value = converted(&argument.value, &factor, place)?;
        Ok(Argument { value, unit: None, ..argument })
    }

    /// Returns by what a result is to be multiplied to be in a unit.
    ///
    /// # Errors
    /// [`Error`] if it has no unit, or one of another dimension.
    pub(crate) fn result(&self, target: &Unit) -> Result<Factor, Error> {
        let (place, of) = (format!("result in `{}`", target.declared()), format!("`{}`", self.name));
        let declared = known(&place, &of, &self.unit, target)?;
        declared.factor_to(target).map_err(|reason| Error::Incompatible {
            place,
            of: format!("; the result of {of} is in the former"),
            fitting: Box::new(declared),
            reason,
        })
    }
}

/// Reads a unit that a server names.
fn known(place: &str, of: &str, text: &str, wanted: &Unit) -> Result<Unit, Error> {
    let unknown = |found: String| Error::NoUnit {
        place: place.to_owned(),
        of: of.to_owned(),
        found,
        unit: wanted.declared(),
    };
    match Unit::parse(text) {
        Ok(_) if text.is_empty() => Err(unknown("none".to_owned())),
        Ok(unit) => Ok(unit),
        Err(_) => Err(unknown(format!("`{text}`, which means nothing here"))),
    }
}

/// Returns a value times a factor.
///
/// # Errors
/// [`Error::NoQuantity`] for what is no number.
pub(crate) fn converted(value: &Value, factor: &Factor, place: String) -> Result<Value, Error> {
    scaled(value, factor).ok_or_else(|| {
        let found = match value {
            Value::Text(_) | Value::TextArray(_) => "text",
            Value::None => "no value",
            Value::Data(_) => "bytes",
            Value::List(_) => "a list of something else",
            _ => "truth values",
        };
        Error::NoQuantity { place, found }
    })
}

/// Returns a value times a factor, of its own type if that holds it: integers stay integers as long as they can. None
/// for what is no number.
fn scaled(value: &Value, factor: &Factor) -> Option<Value> {
    let times = factor.multiplier();
    Some(match value {
        value if factor.is_one() => value.clone(),
        Value::Int(integer) => match factor.times_integer(integer) {
            Some(integer) => Value::Int(integer),
            None => Value::Float(times(integer.to_string().parse().ok()?)),
        },
        Value::Float(float) => Value::Float(times(*float)),
        Value::Complex(number) => Value::Complex(Complex::new(times(number.re), times(number.im))),
        Value::Scalar(_) => Value::Scalar(buffer(&npy::array(value)?, factor)?.get(0)?),
        Value::Array(array) => Value::Array(Array::new(array.shape(), buffer(array, factor)?).ok()?),
        Value::List(items) => {
            Value::List(items.iter().map(|item| scaled(item, factor)).collect::<Option<_>>()?)
        }
        Value::None
        | Value::Bool(_)
        | Value::Rational(_)
        | Value::Text(_)
        | Value::Data(_)
        | Value::TextArray(_) => return None,
    })
}

fn buffer(array: &Array, factor: &Factor) -> Option<Buffer> {
    let times = factor.multiplier();
    macro_rules! integers {
        ($elements:expr) => {{
            let whole = factor.times_integer(&BigInt::from(1)).and_then(|whole| i64::try_from(whole).ok());
            let product = |element: i128| i64::try_from(element.checked_mul(whole?.into())?).ok();
            let products: Option<Vec<i64>> =
                $elements.iter().map(|&element| product(element.into())).collect();
            products.map_or_else(
                || Buffer::Float64($elements.iter().map(|&element| times(element as f64)).collect()),
                Buffer::Int64,
            )
        }};
    }
    Some(match array.buffer() {
        Buffer::Bool(_) => return None,
        Buffer::Int8(elements) => integers!(elements),
        Buffer::Int16(elements) => integers!(elements),
        Buffer::Int32(elements) => integers!(elements),
        Buffer::Int64(elements) => integers!(elements),
        Buffer::Uint8(elements) => integers!(elements),
        Buffer::Uint16(elements) => integers!(elements),
        Buffer::Uint32(elements) => integers!(elements),
        Buffer::Uint64(elements) => integers!(elements),
        // Halves hold no 100000: they become doubles.
        Buffer::Float16(elements) => {
            Buffer::Float64(elements.iter().map(|element| times(element.to_f64())).collect())
        }
        Buffer::Float32(elements) => {
            Buffer::Float32(elements.iter().map(|&element| times(element.into()) as f32).collect())
        }
        Buffer::Float64(elements) => {
            Buffer::Float64(elements.iter().map(|&element| times(element)).collect())
        }
        Buffer::Complex64(elements) => {
            let part = |part: f32| times(part.into()) as f32;
            Buffer::Complex64(elements.iter().map(|one| Complex::new(part(one.re), part(one.im))).collect())
        }
        Buffer::Complex128(elements) => Buffer::Complex128(
            elements.iter().map(|one| Complex::new(times(one.re), times(one.im))).collect(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: impl Into<Value>, from: &str, to: &str, expect: impl Into<Value>) {
        let unit = |text| Unit::parse(text).unwrap();
        let factor = unit(from).factor_to(&unit(to)).unwrap();
        assert_eq!(scaled(&value.into(), &factor), Some(expect.into()));
    }

    #[test]
    fn integers_stay_integers_as_long_as_they_can() {
        check(Value::Int(2.into()), "km", "m", Value::Int(2000.into()));
        check(Value::Int(2000.into()), "m", "km", Value::Int(2.into()));
        check(Value::Int(3.into()), "m", "km", Value::Float(0.003));
        check(Array::vector(vec![1_i16, 200]), "km", "m", Array::vector(vec![1000_i64, 200_000]));
        check(Array::vector(vec![1_i64, 2]), "m", "km", Array::vector(vec![0.001, 0.002]));
        check(Array::vector(vec![i64::MAX]), "km", "m", Array::vector(vec![9.223_372_036_854_776e21]));
    }

    #[test]
    fn numbers_of_every_kind() {
        check(Value::Float(1.0), "deg", "rad", Value::Float(std::f64::consts::PI / 180.0));
        check(Value::Scalar(2.0_f32.into()), "km", "m", Value::Scalar(2000.0_f32.into()));
        check(
            Value::Complex(Complex::new(1.0, -2.0)),
            "km",
            "m",
            Value::Complex(Complex::new(1000.0, -2000.0)),
        );
        let list = |numbers: [i64; 2]| Value::List(numbers.map(|number| Value::Int(number.into())).to_vec());
        check(list([1, 2]), "km", "m", list([1000, 2000]));
        let factor = Unit::parse("km").unwrap().factor_to(&Unit::parse("m").unwrap()).unwrap();
        assert_eq!(scaled(&Value::Text("a".into()), &factor), None);
    }
}

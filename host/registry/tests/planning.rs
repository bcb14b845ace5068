//! Plans: what comes of their steps, in one piece and one by one.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use kamodo_expr::{Definition, Source};
use kamodo_registry::{
    Budget, CallError, Cancel, ContributedFunction, Contribution, Cost, Dispatcher, Function, NativeFunction,
    Operand, Origin, Plan, link,
};
use kamodo_value::{Array, Buffer, Meta, Parameter, Scalar, Signature, Value};

/// A plugin's function, which notes where its argument lies and gives it back.
#[derive(Debug, Default)]
struct Look(Mutex<Vec<usize>>);

impl NativeFunction for Look {
    fn call(&self, mut args: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
        let value = args.pop().unwrap();
        if let Value::Array(array) = &value
            && let Buffer::Float64(elements) = array.buffer()
        {
            self.0.lock().unwrap().push(elements.as_ptr() as usize);
        }
        Ok(value)
    }

    fn cost(&self) -> Cost {
        Cost::Unknown
    }
}

fn functions(look: &Arc<Look>) -> Vec<Arc<Function>> {
    let parse = |(lhs, rhs): (&str, &str)| {
        let definition = Definition::parse(&Source::whole("a.yaml", lhs), &Source::whole("a.yaml", rhs));
        ContributedFunction::Symbolic(definition.unwrap())
    };
    let definitions = [
        ("poly(x)", "x**2 - x - 1"),
        ("wave(x)", "sin(x) + cos(x)/(x**2 + 1)"),
        ("mix(x, y)", "x*y + 2.5*x - exp(-y**2)"),
        ("root(x)", "sqrt(abs(x) + 1)**3 + x**0.3"),
        ("cut(x)", "Piecewise((x, x < 1), (1/x, True))"),
        ("flat(x)", "2.5"),
        ("part(x, y)", "1/(x - y)"),
        ("centre(x)", "x - mean(x)"),
        ("total(x)", "sum(x + 0.5)"),
    ];
    let yaml = Contribution {
        origin: Origin::Yaml { file: "a.yaml".into() },
        functions: definitions.into_iter().map(parse).collect(),
    };
    let plugin = Contribution {
        origin: Origin::Plugin {
            file: "look.so".into(),
            name: "look".into(),
            version: "1".into(),
            digest: "0".into(),
        },
        functions: vec![ContributedFunction::Native {
            signature: Signature {
                name: "look".into(),
                parameters: vec![Parameter { name: "x".into(), unit: None, default: None }],
                unit: None,
            },
            meta: Meta::default(),
            code: Arc::clone(look) as Arc<dyn NativeFunction>,
        }],
    };
    let linked = link([&yaml, &plugin]);
    assert_eq!(linked.errors().next(), None);
    linked.functions
}

struct Bench {
    functions: Vec<Arc<Function>>,
    look: Arc<Look>,
    dispatcher: Dispatcher,
}

impl Bench {
    fn new() -> Self {
        let look = Arc::<Look>::default();
        Self { functions: functions(&look), look, dispatcher: Dispatcher::start().unwrap() }
    }

    fn named(&self, name: &str) -> &Arc<Function> {
        self.functions.iter().find(|function| function.name() == name).unwrap()
    }

    /// Runs the last of some calls, with those that it needs.
    fn run(&self, inputs: &[Value], calls: &[(&str, &[Operand])]) -> Result<Value, CallError> {
        let mut plan = Plan::new(as_numpy, Budget::default());
        for input in inputs {
            plan.input(input.clone());
        }
        let mut last = None;
        for (name, operands) in calls {
            last = Some(plan.call(self.named(name), operands.to_vec())?);
        }
        plan.output(last.unwrap());
        let ran = block_on(self.dispatcher.run(plan));
        ran.map(|mut outputs| outputs.pop().unwrap()).map_err(|failed| failed.error)
    }

    /// Calls one after the other.
    fn step_by_step(&self, inputs: &[Value], calls: &[(&str, &[Operand])]) -> Result<Value, CallError> {
        let mut results: Vec<Value> = Vec::new();
        for (name, operands) in calls {
            let args = operands.iter().map(|operand| match *operand {
                Operand::Input(index) => inputs[index].clone(),
                Operand::Step(index) => results[index].clone(),
            });
            let args = args.collect();
            results.push(as_numpy(block_on(self.dispatcher.call(self.named(name), args))?));
        }
        Ok(results.pop().unwrap())
    }
}

/// What becomes of a Python float that travels.
fn as_numpy(value: Value) -> Value {
    if let Value::Float(float) = value { Value::Scalar(Scalar::Float64(float)) } else { value }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn ramp(n_elements: u32, step: f64) -> Value {
    Value::Array(Array::vector(
        (0..n_elements).map(|index| f64::from(index) * step - 3.0).collect::<Vec<_>>(),
    ))
}

/// Says of each element its bits, since not-a-number is not equal to itself.
fn bits(value: &Value) -> Vec<u64> {
    match value {
        Value::Array(array) => match array.buffer() {
            Buffer::Float64(elements) => elements.iter().map(|element| element.to_bits()).collect(),
            other => panic!("expected float64, found {other:?}"),
        },
        Value::Scalar(Scalar::Float64(element)) => vec![element.to_bits()],
        other => panic!("expected float64, found {other:?}"),
    }
}

/// Numbers without a pattern, the same at each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n_sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n_sides
    }
}

#[test]
fn a_plan_gives_what_its_steps_give_to_the_last_bit() {
    let bench = Bench::new();
    let names = [
        ("poly", 1),
        ("wave", 1),
        ("mix", 2),
        ("root", 1),
        ("cut", 1),
        ("flat", 1),
        ("part", 2),
        ("look", 1),
        ("centre", 1),
        ("total", 1),
    ];
    let mut dice = Dice(2026);
    for n_elements in [1, 3, 5000, 70_001] {
        let number = Value::Scalar(Scalar::Float64(0.75));
        let inputs = [ramp(n_elements, 1e-3), ramp(n_elements, 7e-4), number, Value::Int(3.into())];
        for _ in 0..20 {
            let n_steps = 2 + dice.roll(7);
            let mut calls: Vec<(&str, Vec<Operand>)> = Vec::new();
            for step in 0..n_steps {
                let (name, n_operands) = names[dice.roll(names.len())];
                let operand = |dice: &mut Dice| match dice.roll(3) {
                    0 => Operand::Input(dice.roll(inputs.len())),
                    _ if step == 0 => Operand::Input(0),
                    _ => Operand::Step(dice.roll(step)),
                };
                calls.push((name, (0..n_operands).map(|_| operand(&mut dice)).collect()));
            }
            let calls: Vec<_> = calls.iter().map(|(name, operands)| (*name, operands.as_slice())).collect();
            match (bench.run(&inputs, &calls), bench.step_by_step(&inputs, &calls)) {
                (Ok(Value::Int(found)), Ok(Value::Int(expect))) => assert_eq!(found, expect, "{calls:?}"),
                (Ok(found), Ok(expect)) => assert!(bits(&found) == bits(&expect), "{n_elements}: {calls:?}"),
                (found, expect) => assert_eq!(found.is_err(), expect.is_err(), "{calls:?}"),
            }
        }
    }
}

#[test]
fn a_number_between_two_steps_is_as_if_it_had_travelled() {
    let bench = Bench::new();
    let calls: &[(&str, &[Operand])] =
        &[("flat", &[Operand::Input(0)]), ("part", &[Operand::Step(0), Operand::Step(0)])];
    // numpy's division by zero; Python's would be an error.
    let infinite = Value::Scalar(Scalar::Float64(f64::INFINITY));
    assert_eq!(bench.run(&[Value::Int(1.into())], calls), Ok(infinite));
}

#[test]
fn arrays_are_not_copied_between_steps() {
    let bench = Bench::new();
    let calls: &[(&str, &[Operand])] = &[
        ("poly", &[Operand::Input(0)]),
        ("look", &[Operand::Step(0)]),
        ("look", &[Operand::Step(1)]),
        ("wave", &[Operand::Step(2)]),
        ("look", &[Operand::Step(3)]),
    ];
    bench.run(&[ramp(10_000, 1e-3)], calls).unwrap();
    let places = bench.look.0.lock().unwrap().clone();
    // The first result is nobody else's, so that even what is computed of it is written over it.
    assert_eq!(places, [places[0]; 3]);
}

#[test]
fn what_fails_says_which_step() {
    let bench = Bench::new();
    let text = |calls: &[(&str, &[Operand])]| {
        let inputs = [ramp(5000, 1.0), ramp(4999, 1.0), Value::Text("text".into())];
        let error = bench.run(&inputs, calls).unwrap_err();
        format!("{error}{}", error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default())
    };
    let (first, second, third) = (Operand::Input(0), Operand::Input(1), Operand::Input(2));
    let step = Operand::Step(0);
    assert_snapshot!(text(&[("poly", &[first]), ("mix", &[step, second]), ("wave", &[Operand::Step(1)])]), @"
    `mix`: `*`: shapes `(5000,)` and `(4999,)` cannot be broadcast together
    hint: each dimension, counted from the last, has to be equal or 1 on one of both sides
    ");
    assert_snapshot!(text(&[("root", &[third]), ("poly", &[step])]), @"`root`: `**` does not take `str` and `float`");
    assert_snapshot!(text(&[("poly", &[first]), ("mix", &[step])]), @"
    `mix(x, y)`: missing argument `y`
    hint: call it as `mix(x, y)`
    ");
    assert_snapshot!(text(&[("poly", &[first]), ("wave", &[step, step])]), @"
    `wave(x)` takes 1 argument, found 2
    hint: call it as `wave(x)`
    ");
}

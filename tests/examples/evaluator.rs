//! Our side of `cargo xtask bench`: expressions as the server evaluates them, without the network.
//!
//! `evaluator N` evaluates over N doubles. Each line of input names an expression; the answer is the
//! time of one evaluation, in nanoseconds. `tests/bench/numpy_side.py` is the other side.

use std::error::Error;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use kamodo_compute::Progress;
use kamodo_host::Config;
use kamodo_registry::{Body, Publisher, link};
use kamodo_value::{Array, Value};

const DEFINITIONS: &str = "!Kamodo\npolynomial: x**2 - x - 1\nwaves: sin(x)**2 + cos(x)**2*exp(-x/3)\n";

fn main() -> Result<(), Box<dyn Error>> {
    let n_elements: u32 = std::env::args().nth(1).ok_or("usage: evaluator N")?.parse()?;
    let step = 10.0 / f64::from(n_elements - 1);
    let x = Array::vector((0..n_elements).map(|i| f64::from(i).mul_add(step, -5.0)).collect::<Vec<_>>());
    let (config, _) = Config::parse_all(&[("bench.yaml".into(), Ok(DEFINITIONS.as_bytes().to_vec()))]);
    let contribution = config.contributions[0].as_ref().map_err(|_| "the definitions are good")?;
    let mut publisher = Publisher::new();
    let snapshot = publisher.publish(link([contribution]).functions);
    for line in std::io::stdin().lock().lines() {
        let Body::Program { program, .. } = &snapshot.get(line?.trim())?.body else {
            return Err("both are expressions".into());
        };
        let program = Arc::clone(program);
        let args = vec![Value::Array(x.clone())];
        let start = Instant::now();
        let Progress::Done(value) = program.start(args).resume(&|| false)? else {
            return Err("neither of them calls another".into());
        };
        let time = start.elapsed();
        drop(value);
        writeln!(std::io::stdout(), "{}", time.as_nanos())?;
    }
    Ok(())
}

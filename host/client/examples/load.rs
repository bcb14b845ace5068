//! Calls the function `f` of two servers in turn, and compares what that takes.
//!
//! `load NAME=ADDRESS,PID NAME=ADDRESS,PID [CERTIFICATE]` prints, for each of scalar calls one after
//! another, 64 at a time, and 1e6 doubles, the median of each side and the median ratio of the pairs,
//! with the interval that holds the middle half of them. Pairs alternate, since machines drift.

use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use kamodo_client::{Client, Endpoint, Function};
use kamodo_value::{Array, Value};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const PAIRS: usize = 15;

/// One server that is measured.
struct Side {
    name: String,
    pid: u32,
    function: Function,
    _client: Client,
}

/// What some calls took.
#[derive(Clone, Copy)]
struct Taken {
    wall: Duration,
    server_cpu: Duration,
    n_calls: usize,
}

/// What is compared of some calls.
type Figure = fn(&Taken) -> f64;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [ours, other, rest @ ..] = args.as_slice() else {
        return Err("usage: load NAME=ADDRESS,PID NAME=ADDRESS,PID [CERTIFICATE]".into());
    };
    kamodo_client::block_on(async {
        let certificate = rest.first().map(String::as_str);
        let sides = [Side::connect(ours, certificate).await?, Side::connect(other, certificate).await?];
        compare("scalar", &sides, async |side| side.one_after_another(5000, &scalar()).await).await?;
        compare("64 pipelined", &sides, async |side| side.pipelined(64, 400, &scalar()).await).await?;
        for n_elements in [100_000, 1_000_000] {
            let doubles: Vec<f64> = (0..n_elements).map(|i| f64::from(i) * 1e-3).collect();
            let array = Value::Array(Array::vector(doubles));
            let n_calls = 20_000_000 / n_elements as usize;
            let what = format!("{n_elements} doubles");
            compare(&what, &sides, async |side| side.one_after_another(n_calls.min(50), &array).await)
                .await?;
        }
        Ok(())
    })?
}

fn scalar() -> Value {
    Value::Float(2.5)
}

/// Measures both sides in turn and prints what came of it.
async fn compare(
    what: &str,
    sides: &[Side; 2],
    measure: impl AsyncFn(&Side) -> Result<Taken, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut taken: [Vec<Taken>; 2] = Default::default();
    for side in sides {
        measure(side).await?; // warm
    }
    for pair in 0..PAIRS {
        let order = if pair % 2 == 0 { [0, 1] } else { [1, 0] };
        for index in order {
            taken[index].push(measure(&sides[index]).await?);
        }
    }
    let figures: [(&str, Figure); 2] = [("wall", Taken::wall_us), ("server cpu", Taken::cpu_us)];
    for (kind, figure) in figures {
        let [ours, other] = [&taken[0], &taken[1]].map(|side| side.iter().map(figure).collect::<Vec<_>>());
        let ratios: Vec<f64> = ours.iter().zip(&other).map(|(ours, other)| ours / other).collect();
        println!(
            "{what:>16} {kind:>10}  {} {:9.2} us a call   {} {:9.2}   ratio {:.2} [{:.2}, {:.2}]",
            sides[0].name,
            quantile(&ours, 0.5),
            sides[1].name,
            quantile(&other, 0.5),
            quantile(&ratios, 0.5),
            quantile(&ratios, 0.25),
            quantile(&ratios, 0.75),
        );
    }
    Ok(())
}

fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(at * (sorted.len() - 1) as f64).round() as usize]
}

// === impl Side ===

impl Side {
    async fn connect(named: &str, certificate: Option<&str>) -> Result<Self, Box<dyn Error>> {
        let (name, at) = named.split_once('=').ok_or("expected NAME=ADDRESS,PID")?;
        let (address, pid) = at.split_once(',').ok_or("expected ADDRESS,PID")?;
        let (host, port) = address.rsplit_once(':').ok_or("expected HOST:PORT")?;
        let endpoint = match certificate {
            Some(file) => Endpoint::new(host, port.parse()?, file),
            None => Endpoint::unencrypted(host, port.parse()?),
        };
        let client = Client::connect(&endpoint).await?;
        let function = client.function("f").await?;
        Ok(Self { name: name.to_owned(), pid: pid.parse()?, function, _client: client })
    }

    async fn one_after_another(&self, n_calls: usize, arg: &Value) -> Result<Taken, Box<dyn Error>> {
        let (start, cpu) = (Instant::now(), self.cpu()?);
        for _ in 0..n_calls {
            self.function.call(std::slice::from_ref(arg), &[]).await?;
        }
        Ok(Taken { wall: start.elapsed(), server_cpu: self.cpu()? - cpu, n_calls })
    }

    async fn pipelined(&self, width: usize, n_rounds: usize, arg: &Value) -> Result<Taken, Box<dyn Error>> {
        let (start, cpu) = (Instant::now(), self.cpu()?);
        for _ in 0..n_rounds {
            try_join_all((0..width).map(|_| self.function.call(std::slice::from_ref(arg), &[]))).await?;
        }
        Ok(Taken { wall: start.elapsed(), server_cpu: self.cpu()? - cpu, n_calls: width * n_rounds })
    }

    /// The processor time of the server, to the nanosecond: the first number of each thread's `schedstat`.
    fn cpu(&self) -> Result<Duration, Box<dyn Error>> {
        let mut nanoseconds = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.pid))? {
            let text = fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += text.split(' ').next().unwrap_or("0").parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }
}

// === impl Taken ===

impl Taken {
    fn wall_us(&self) -> f64 {
        self.wall.as_secs_f64() * 1e6 / self.n_calls as f64
    }

    fn cpu_us(&self) -> f64 {
        self.server_cpu.as_secs_f64() * 1e6 / self.n_calls as f64
    }
}

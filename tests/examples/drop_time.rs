//! Measures the time from dropping a plugin's library to the first call of its new function.
//!
//! Of that, 300 ms are the settling window, in which nothing may change before a file is taken.

use std::error::Error;
use std::time::{Duration, Instant};

use kamodo_client::{Client, Endpoint, block_on};
use kamodo_tests::{Project, Server, fixture_plugin};
use kamodo_value::Value;

const ROUNDS: usize = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let library = fixture_plugin("v1");
    let project = Project::new("f: x");
    let server = Server::start(&project);
    let endpoint = Endpoint::new("localhost", server.port(), project.path("selfsigned.cert"));
    let mut times: Vec<Duration> = block_on(async {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let client = Client::connect(&endpoint).await?;
            let dropped = Instant::now();
            project.drop_plugin(&library, "changing.so");
            while client.call("scaled", &[Value::Float(3.0)], &[]).await.is_err() {}
            times.push(dropped.elapsed());
            project.remove_plugin("changing.so");
            while client.call("scaled", &[Value::Float(3.0)], &[]).await.is_ok() {}
            client.disconnect().await?;
        }
        Ok::<_, kamodo_client::Error>(times)
    })??;
    times.sort();
    println!(
        "from dropping the library to the first call of its function: median {:?}, of {ROUNDS} from {:?} to {:?}",
        times[ROUNDS / 2],
        times[0],
        times[ROUNDS - 1]
    );
    Ok(())
}

//! Measures the time from the last byte of a save to the first answer of the new generation: of an edit of a
//! file with 100 functions, and of a plugin that was never seen before.
//!
//! Of that, 300 ms are the settling window, in which nothing may change before a file is taken.

use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

use kamodo_client::{Client, Endpoint, block_on};
use kamodo_tests::{Project, Server, fixture_plugin};
use kamodo_value::Value;

const ROUNDS: usize = 25;
const N_FUNCTIONS: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let project = Project::new(&functions(0));
    project.drop_plugin(&fixture_plugin("shapes"), "shapes.so");
    let server = Server::start(&project);
    let endpoint = Endpoint::new("localhost", server.port(), project.path("selfsigned.cert"));

    let edits = (1..=ROUNDS).map(|epoch| (functions(epoch), epoch));
    let edits = edits
        .map(|(text, epoch)| {
            let answer = Value::Int(epoch.into());
            first_answer(
                &endpoint,
                "f0",
                &[Value::Int(0.into())],
                |value| *value == answer,
                || project.define(&text),
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    tell("an edit of a file with 100 functions", edits);

    let library = fs::read(fixture_plugin("v1"))?;
    let mut drops = Vec::new();
    for round in 0..ROUNDS {
        // Bytes after the end of a library are nothing to it, and make it another file.
        let other = [library.as_slice(), format!("round {round}").as_bytes()].concat();
        let x = [Value::Float(3.0)];
        drops.push(first_answer(
            &endpoint,
            "scaled",
            &x,
            |_| true,
            || project.drop_bytes(&other, "changing.so"),
        )?);
        project.remove_plugin("changing.so");
        let gone = block_on(async {
            let client = Client::connect(&endpoint).await?;
            while client.call("scaled", &x, &[]).await.is_ok() {}
            client.disconnect().await
        });
        gone??;
    }
    tell("a plugin never seen before, tried first", drops);
    Ok(())
}

fn functions(epoch: usize) -> String {
    (0..N_FUNCTIONS).map(|index| format!("f{index}(x): x + {epoch}")).collect::<Vec<_>>().join("\n")
}

/// Saves, and calls until the answer is the one that is waited for.
fn first_answer(
    endpoint: &Endpoint,
    name: &str,
    args: &[Value],
    is_new: impl Fn(&Value) -> bool,
    save: impl FnOnce(),
) -> Result<Duration, Box<dyn Error>> {
    let time = block_on(async {
        let client = Client::connect(endpoint).await?;
        save();
        let saved = Instant::now();
        while !client.call(name, args, &[]).await.is_ok_and(|value| is_new(&value)) {}
        let time = saved.elapsed();
        client.disconnect().await?;
        Ok::<_, kamodo_client::Error>(time)
    })??;
    Ok(time)
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    println!(
        "{what}: median {:.1?}, of {ROUNDS} from {:.1?} to {:.1?}",
        times[ROUNDS / 2],
        times[0],
        times[ROUNDS - 1]
    );
}

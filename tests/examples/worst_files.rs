//! Measures what the worst configurations cost: the time and the memory of `check`, and of a server under which
//! they are saved, with the size of its log and of its `status`. Each is tried at half and at full size, to see
//! that what it costs grows no faster than the file.
//!
//! `worst_files [PART_OF_A_NAME [BYTES]]`; by default all of them with a megabyte.

use std::error::Error;
use std::time::{Duration, Instant};

use kamodo_client::{Client, Endpoint, block_on};
use kamodo_tests::{Project, Server, WORST_FILES, WorstFile, peak_memory};

/// A configuration's file may have a mebibyte.
const BYTES: usize = 1_000_000;

/// What one file of one size costs.
struct Cost {
    check: Duration,
    check_bytes: u64,
    save: Duration,
    save_bytes: u64,
    /// The size of what `check`, the log and `status` say, and of the list of functions that clients of Kamodo ask for.
    said: [usize; 5],
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let part = args.next().unwrap_or_default();
    let n_bytes: usize = args.next().map_or(Ok(BYTES), |text| text.parse())?;
    let _ = Project::new("f: x").run(&["--version"]); // builds what is measured, if that has to be
    println!("each cell: with {} kB, with {} kB", n_bytes / 2000, n_bytes / 1000);
    println!(
        "| {:44} | {:>13} | {:>11} | {:>13} | {:>11} | {:>9} | {:>9} | {:>11} | {:>11} | {:>11} |",
        "file",
        "check, s",
        "peak, MiB",
        "save, s",
        "peak, MiB",
        "check, kB",
        "log, kB",
        "status, kB",
        "as JSON, kB",
        "fields, kB"
    );
    println!("|{}", format!("{}|", "-".repeat(5)).repeat(10));
    for file in WORST_FILES.iter().filter(|file| file.name.contains(&part)) {
        let [half, full] = [n_bytes / 2, n_bytes].map(|n_bytes| measure(file, n_bytes));
        let seconds = |pick: fn(&Cost) -> Duration| {
            format!("{:.2}, {:.2}", pick(&half).as_secs_f64(), pick(&full).as_secs_f64())
        };
        let mebibytes = |pick: fn(&Cost) -> u64| format!("{}, {}", pick(&half) >> 20, pick(&full) >> 20);
        let said = |index: usize| format!("{}, {}", half.said[index] / 1000, full.said[index] / 1000);
        println!(
            "| {:44} | {:>13} | {:>11} | {:>13} | {:>11} | {:>9} | {:>9} | {:>11} | {:>11} | {:>11} |",
            file.name,
            seconds(|cost| cost.check),
            mebibytes(|cost| cost.check_bytes),
            seconds(|cost| cost.save),
            mebibytes(|cost| cost.save_bytes),
            said(0),
            said(1),
            said(2),
            said(3),
            said(4),
        );
    }
    Ok(())
}

fn measure(file: &WorstFile, n_bytes: usize) -> Cost {
    let text = file.text(n_bytes);
    let project = Project::new("f: x");
    project.replace("worst.yaml", &text);
    let began = Instant::now();
    let (checked, check_bytes) = project.run_measured(&["check", "worst.yaml"]);
    let check = began.elapsed();

    let server = Server::start(&project);
    let log_before = server.log().len();
    let began = Instant::now();
    project.replace("kamodo_rpc.yaml", &text);
    // It is told that something is wrong with the file, which is what this is about.
    let _ = server.command(&["reload"]);
    let save = began.elapsed();
    let save_bytes = peak_memory(server.id()).unwrap_or_default();
    let log = server.log().len() - log_before;
    let [status, json] =
        [&["status"][..], &["status", "--json"]].map(|command| server.command(command).stdout.len());
    let fields =
        block_on(fields(&Endpoint::new("localhost", server.port(), project.path("selfsigned.cert"))));
    let fields = fields.ok().and_then(Result::ok).unwrap_or_default();
    Cost { check, check_bytes, save, save_bytes, said: [checked.stdout.len(), log, status, json, fields] }
}

/// How many bytes the answer has that lists all functions.
async fn fields(endpoint: &Endpoint) -> Result<usize, kamodo_client::Error> {
    let client = Client::connect(endpoint).await?;
    let before = client.traffic().received();
    client.fields().await?;
    Ok((client.traffic().received() - before) as usize)
}

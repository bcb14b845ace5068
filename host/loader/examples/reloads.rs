//! What 1,000 reloads cost in one process: `cargo run --release -p kamodo-loader --example reloads -- docs`
//! writes `reloads.csv` and `reloads.svg` into that directory.

#![allow(clippy::unwrap_used)] // a measurement, not a server

#[path = "../tests/it/artifacts.rs"]
#[allow(dead_code)]
mod artifacts;
#[path = "../tests/it/footprint.rs"]
mod footprint;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use footprint::Footprint;
use kamodo_loader::{Limits, StageDir, load};

/// How often the plugin is replaced.
const N_RELOADS: usize = 1000;
/// How many reloads lie between two rows.
const STEP: usize = 20;

fn main() {
    let directory = std::env::args().nth(1).expect("usage: reloads DIRECTORY");
    let build = ["build", "--quiet", "--release", "--example", "misbehaves"];
    assert!(artifacts::cargo(&build).status.success(), "the fixture plugin builds");
    let bytes = fs::read(artifacts::target().join("release/examples/libmisbehaves.so")).unwrap();
    let rows = measure(&bytes);
    let (first, last) = (rows[0].1, rows[rows.len() - 1].1);
    let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / N_RELOADS as f64;
    println!(
        "a reload of a library of {} KiB: {:.0} KiB resident, {:.0} KiB of them its own, {:.2} mappings",
        bytes.len() >> 10,
        each(first.resident_kib, last.resident_kib),
        each(first.anonymous_kib, last.anonymous_kib),
        each(first.mappings as u64, last.mappings as u64)
    );
    let directory = Path::new(&directory);
    fs::write(directory.join("reloads.csv"), csv(&rows)).unwrap();
    fs::write(directory.join("reloads.svg"), svg(&rows)).unwrap();
}

/// Replaces a plugin again and again, and loads it each time.
fn measure(bytes: &[u8]) -> Vec<(usize, Footprint)> {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("model.so");
    let stage = StageDir::create(place.path().join("stage")).unwrap();
    stage.set_limits(Limits { refuse_at: N_RELOADS + 2, ..Limits::default() });
    let reload = |n: usize| {
        fs::write(&path, artifacts::with_deed(bytes, &format!("never: generation {n}"))).unwrap();
        load(&path, &stage).unwrap();
    };
    reload(N_RELOADS + 1); // what only the first load takes
    let mut rows = vec![(0, Footprint::now())];
    for n in 1..=N_RELOADS {
        reload(n);
        if n % STEP == 0 {
            rows.push((n, Footprint::now()));
        }
    }
    rows
}

fn csv(rows: &[(usize, Footprint)]) -> String {
    let mut text = "reloads,resident_kib,anonymous_kib,mappings,descriptors,threads\n".to_owned();
    for (n, row) in rows {
        let Footprint { resident_kib, anonymous_kib, mappings, descriptors, threads } = row;
        // writing to a String cannot fail
        let _ = writeln!(text, "{n},{resident_kib},{anonymous_kib},{mappings},{descriptors},{threads}");
    }
    text
}

/// Draws a panel for each column, with its value at the end.
fn svg(rows: &[(usize, Footprint)]) -> String {
    type Column = (&'static str, fn(&Footprint) -> f64);
    let columns: [Column; 4] = [
        ("resident memory, MiB", |row| row.resident_kib as f64 / 1024.0),
        ("mappings", |row| row.mappings as f64),
        ("descriptors", |row| row.descriptors as f64),
        ("threads", |row| row.threads as f64),
    ];
    let (width, height, left, gap) = (640.0, 120.0, 60.0, 50.0);
    let total = columns.len() as f64 * (height + gap) + 20.0;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {total}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        width + left + 90.0
    );
    for (index, (title, value)) in columns.into_iter().enumerate() {
        let top = index as f64 * (height + gap) + 30.0;
        let most = rows.iter().map(|(_, row)| value(row)).fold(1.0, f64::max) * 1.1;
        let at =
            |n: usize, y: f64| (left + width * n as f64 / N_RELOADS as f64, top + height * (1.0 - y / most));
        let points: Vec<_> =
            rows.iter().map(|(n, row)| at(*n, value(row))).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let (n, last) = &rows[rows.len() - 1];
        let (x, y) = at(*n, value(last));
        // writing to a String cannot fail
        let _ = write!(
            text,
            "<text x=\"{left}\" y=\"{}\">{title}</text>\n\
             <rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#bbb\"/>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#666\">{most:.0}</text>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#666\">0</text>\n\
             <polyline points=\"{}\" fill=\"none\" stroke=\"#0060a0\" stroke-width=\"2\"/>\n\
             <text x=\"{}\" y=\"{}\">{:.1}</text>\n",
            top - 6.0,
            left - 6.0,
            top + 12.0,
            left - 6.0,
            top + height,
            points.join(" "),
            x + 6.0,
            y + 4.0,
            value(last)
        );
    }
    let _ =
        writeln!(text, "<text x=\"{left}\" y=\"{}\">0 to {N_RELOADS} reloads</text>\n</svg>", total - 18.0);
    text
}

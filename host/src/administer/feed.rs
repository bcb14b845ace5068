//! `kamodo-rpc watch`: what changes, as it changes.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::SystemTime;

use kamodo_client::extension::{Event, Origin, Standing};

use super::{json, print, reach, run, words};
use crate::cli::Watch;
use crate::{Error, moment};

/// Prints each publication and each refusal until the server ends.
///
/// # Errors
/// [`Error`] where no server answers, and at last that it has ended.
pub fn watch(watch: &Watch) -> Result<ExitCode, Error> {
    run(async {
        let reached = reach(&watch.server).await?;
        let extension = reached.extension();
        let since = match watch.since {
            Some(since) => since,
            None => reached.describe().await?.generation.generation,
        };
        let mut feed = extension.watch(since).await?;
        let mut stood = Standing::default();
        while let Some(event) = feed.next().await {
            let lines = match (&event, watch.server.printed.is_json()) {
                (_, true) => vec![json::event(&event).to_string()],
                (Event::Standing(standing), false) => {
                    let before = std::mem::replace(&mut stood, standing.clone());
                    differences(&before, standing)
                }
                (Event::Published(one), false) => {
                    vec![format!(
                        "{} generation {} ({}): {}",
                        moment::rfc3339(one.at),
                        one.generation,
                        words::cause(one.cause),
                        words::changes(one)
                    )]
                }
                (Event::Missed(range), false) => {
                    vec![now(&format!("generations {} to {} are forgotten", range.start(), range.end()))]
                }
            };
            for line in lines {
                if !print(&line)? {
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
        Err(kamodo_client::Error::Disconnected { reason: "the server has ended".to_owned() }.into())
    })
}

/// What is to be said of the origins that stand otherwise than they stood.
fn differences(before: &Standing, after: &Standing) -> Vec<String> {
    let by_file = |standing: &Standing| -> BTreeMap<String, Origin> {
        standing.unserved.iter().map(|origin| (origin.file.clone(), origin.clone())).collect()
    };
    let (old, new) = (by_file(before), by_file(after));
    let mut lines = Vec::new();
    for (file, origin) in &new {
        if old.get(file) != Some(origin) {
            lines.extend(words::unserved(origin).map(|text| now(&text)));
        }
    }
    let settled = old.keys().filter(|file| !new.contains_key(*file));
    lines.extend(settled.map(|file| now(&format!("{file}: nothing of it is refused or held any more"))));
    if before.pins != after.pins {
        lines.push(now(&words::pins(&after.pins).unwrap_or_else(|| "nothing is pinned".to_owned())));
    }
    lines
}

fn now(text: &str) -> String {
    format!("{} {text}", moment::rfc3339(SystemTime::now()))
}

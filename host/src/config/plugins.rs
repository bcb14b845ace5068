//! `!Plugins`: where plugins are dropped.

use std::path::PathBuf;

use super::reading::{Reading, SETTINGS, text, written};
use crate::yaml::{Kind, Node};

/// How many directories of plugins a configuration may name: each is listed and watched at every look.
const MAX_DIRECTORIES: usize = 100;

/// Reads a document.
pub(super) fn read(reading: &mut Reading<'_>, document: &Node, directories: &mut Vec<PathBuf>) {
    for (key, value) in reading.entries(document, &SETTINGS) {
        if text(&key) != Some("directory") {
            let name = text(&key).unwrap_or_default();
            reading.refuse(
                key.span.clone(),
                format!("`!Plugins` has no setting `{name}`"),
                "its setting is `directory`",
            );
            continue;
        }
        let items = match &value.kind {
            Kind::List(items) => &items[..],
            _ => std::slice::from_ref(&value),
        };
        for item in items {
            match written(item) {
                Ok(directory) => {
                    let directory = reading.base().join(&*directory.text);
                    if directories.contains(&directory) {
                        continue;
                    }
                    if directories.len() == MAX_DIRECTORIES {
                        let message =
                            format!("expected at most {MAX_DIRECTORIES} directories of plugins, found more");
                        return reading.refuse(
                            item.span.clone(),
                            message,
                            "put the plugins into fewer directories",
                        );
                    }
                    directories.push(directory);
                }
                Err(found) => reading.refuse(
                    item.span.clone(),
                    format!("`directory` is the path of a directory or a list of them, found {found}"),
                    "write `directory: plugins.d`",
                ),
            }
        }
    }
}

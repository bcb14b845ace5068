//! `!Plugins`: where plugins are dropped.

use std::path::PathBuf;

use super::reading::{Reading, SETTINGS, is_plain, is_word, kind, text};
use crate::yaml::{Kind, Node};

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
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&value),
        };
        for item in items {
            match text(item).filter(|text| !(text.is_empty() || is_plain(item) && is_word(text))) {
                Some(directory) => {
                    let directory = reading.base().join(directory);
                    if !directories.contains(&directory) {
                        directories.push(directory);
                    }
                }
                None => reading.refuse(
                    item.span.clone(),
                    format!("`directory` is the path of a directory or a list of them, found {}", kind(item)),
                    "write `directory: plugins.d`",
                ),
            }
        }
    }
}

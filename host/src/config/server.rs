//! `!Server`: where and how the server listens, and its limits.

use kamodo_units::suggest;

use super::reading::{Reading, SETTINGS, is_nothing, keep_one, text, written};
use crate::settings::{By, Settings, TABLE, Unread};
use crate::yaml::Node;

/// Reads a document, into what the documents before it say.
pub(super) fn read(reading: &mut Reading<'_>, document: &Node, settings: &mut Settings) {
    for (key, value) in reading.entries(document, &SETTINGS) {
        let name = text(&key).unwrap_or_default();
        if let Some(By::File { whole, span }) = settings.said_by(name) {
            let first = whole.position(span.start).line;
            let (place, hint) = if whole.file == reading.whole.file {
                (format!("on line {first}"), keep_one(first, reading.line(&key.span)))
            } else {
                (format!("in `{}`, line {first}", whole.file), "keep one of the two".to_owned())
            };
            reading.refuse(key.span.clone(), format!("`{name}`: set {place} already"), hint);
            continue;
        }
        let span = reading.first_line(value.span.clone());
        let by = By::File { whole: reading.whole.clone(), span: span.clone() };
        let found = match written(&value) {
            Ok(source) => format!("`{}`", source.text),
            Err(found) => found,
        };
        let said = written(&value).map_or("", |source| &source.text);
        match settings.say(name, said, reading.base(), by) {
            Ok(()) => {}
            Err(Unread::Key) => {
                let keys = TABLE.iter().map(|setting| setting.key);
                let hint = match suggest(name, keys.clone()) {
                    Some(similar) => format!("did you mean `{similar}`?"),
                    None => format!("its settings are {}", keys.collect::<Vec<_>>().join(", ")),
                };
                reading.refuse(key.span.clone(), format!("`!Server` has no setting `{name}`"), hint);
            }
            Err(Unread::Value(setting)) => reading.refuse(
                if is_nothing(&value) { key.span.clone() } else { span },
                format!("`{name}`: expected {}, found {found}", setting.expected()),
                format!("the default is `{name}: {}`", setting.default),
            ),
        }
    }
}

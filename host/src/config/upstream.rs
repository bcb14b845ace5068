//! `!KamodoClient`: another server, whose functions are served as if they were ours.

use std::path::PathBuf;
use std::time::Duration;

use kamodo_relay::Upstream;
use kamodo_units::suggest;
use kamodo_value::is_name;

use super::reading::{Reading, SETTINGS, is_nothing, text, written};
use crate::settings::read;
use crate::yaml::Node;

const KEYS: [&str; 5] = ["host", "port", "certfile", "prefix", "timeout"];

/// Reads a document, besides those that were read before.
pub(super) fn read_document(reading: &mut Reading<'_>, document: &Node, upstreams: &mut Vec<Upstream>) {
    let n_before = reading.diagnostics.len();
    let mut upstream = Upstream {
        host: "localhost".to_owned(),
        port: 60000,
        certificate: Some(reading.base().join("selfsigned.cert")),
        prefix: None,
        timeout: None,
    };
    for (key, value) in reading.entries(document, &SETTINGS) {
        let name = text(&key).unwrap_or_default();
        if is_nothing(&value) && KEYS.contains(&name) {
            continue; // what is left empty is what it is when it is left out
        }
        let (is_read, expected, hint) = match name {
            "host" => (
                put(&mut upstream.host, word(&value).filter(|host| is_host(host))),
                "a name or an address",
                "write `host: localhost`",
            ),
            "port" => (
                put(&mut upstream.port, word(&value).as_deref().and_then(port)),
                "a number from 1 to 65535",
                "write `port: 60000`",
            ),
            "certfile" => {
                let file = word(&value).map(|file| Some(reading.base().join(PathBuf::from(file))));
                let hint = "name a copy of that server's certificate, such as `certfile: model.cert`";
                (put(&mut upstream.certificate, file), "a file", hint)
            }
            "prefix" => (
                put(&mut upstream.prefix, optional(&value, |text| is_name(text).then(|| text.to_owned()))),
                "a name or nothing",
                "write `prefix: sat`: its `f` is then called `sat_f` here",
            ),
            "timeout" => (
                put(&mut upstream.timeout, optional(&value, time)),
                "a time longer than 0 s or nothing",
                "write `timeout: 30 s`, or leave it out for calls that take long",
            ),
            _ => {
                let hint = match suggest(name, KEYS.into_iter()) {
                    Some(similar) => format!("did you mean `{similar}`?"),
                    None => format!("its settings are {}", KEYS.join(", ")),
                };
                reading.refuse(key.span.clone(), format!("`!KamodoClient` has no setting `{name}`"), hint);
                continue;
            }
        };
        if !is_read {
            let span = if is_nothing(&value) { key.span.clone() } else { value.span.clone() };
            let found = written(&value).map_or_else(|words| words, |source| format!("`{}`", source.text));
            reading.refuse(span, format!("`{name}`: expected {expected}, found {found}"), hint);
        }
    }
    if upstreams.iter().any(|other| other.key() == upstream.key()) {
        reading.refuse(
            document.span.start..document.span.start + "!KamodoClient".len(),
            format!("{} is named twice", upstream.origin()),
            "take one of the two out, or give them different prefixes",
        );
    }
    if reading.diagnostics.len() == n_before {
        upstreams.push(upstream);
    }
}

fn put<T>(place: &mut T, value: Option<T>) -> bool {
    value.map(|value| *place = value).is_some()
}

/// Text that is not empty, or a number's.
fn word(value: &Node) -> Option<String> {
    written(value).ok().map(|source| source.text.to_string()).filter(|text| !text.is_empty())
}

/// Something that may also be left empty.
fn optional<T>(value: &Node, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if is_nothing(value) { Some(None) } else { word(value).and_then(|text| read(&text)).map(Some) }
}

fn port(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|port| *port != 0)
}

fn time(text: &str) -> Option<Duration> {
    read::<Duration>(text, None).filter(|time| !time.is_zero())
}

fn is_host(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_whitespace() || letter == '/')
}

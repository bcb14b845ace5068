//! What is told of publications and origins, and how much of it to whom.

use std::borrow::Cow;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use capnp::text_list;
use kamodo_expr::{Diagnostic, Severity};
use kamodo_registry::{Cause, OriginKey, Pins, Publication, Reason, Standing, Unserved};
use kamodo_schema::extension::{self, diagnostic, origin, pins, publication, standing};

/// Who asks. Anybody who reaches the port may be a client there: such a one is told what is wrong, but
/// neither where this machine keeps its files nor what stands in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The one whose server it is.
    Local,
    /// Anybody.
    Remote,
}

type Diagnostics<'a> = capnp::struct_list::Builder<'a, diagnostic::Owned>;

pub(super) fn write_publication(mut builder: publication::Builder<'_>, publication: &Publication) {
    builder.set_generation(publication.generation);
    builder.set_at_ms(ms(publication.at));
    builder.set_n_functions(publication.n_functions as u32);
    let mut cause = builder.reborrow().init_cause();
    match publication.cause {
        Cause::Files => cause.set_files(()),
        Cause::Reload => cause.set_reload(()),
        Cause::Rollback { to } => cause.set_rollback(to),
        Cause::Unpin => cause.set_unpin(()),
        Cause::Upstreams => cause.set_upstreams(()),
    }
    let changes = &publication.changes;
    write_texts(builder.reborrow().init_came(changes.came.len() as u32), &changes.came);
    write_texts(builder.reborrow().init_went(changes.went.len() as u32), &changes.went);
    let mut list = builder.init_changed(changes.changed.len() as u32);
    for (index, changed) in changes.changed.iter().enumerate() {
        let mut builder = list.reborrow().get(index as u32);
        builder.set_before(&changed.before[..]);
        builder.set_after(&changed.after[..]);
    }
}

pub(super) fn write_standing(mut builder: standing::Builder<'_>, standing: &Standing, audience: Audience) {
    write_pins(builder.reborrow().init_pins(), &standing.pins, audience);
    let mut list = builder.init_unserved(standing.unserved.len() as u32);
    for (index, unserved) in standing.unserved.iter().enumerate() {
        let mut builder = list.reborrow().get(index as u32);
        write_key(builder.reborrow(), &unserved.key, audience);
        write_unserved(builder, unserved, audience);
    }
}

pub(super) fn write_key(mut builder: origin::Builder<'_>, key: &OriginKey, audience: Audience) {
    builder.set_kind(key.kind());
    builder.set_file(&audience.key(key)[..]);
}

pub(super) fn write_unserved(mut builder: origin::Builder<'_>, unserved: &Unserved, audience: Audience) {
    let mut standing = builder.reborrow().init_standing();
    match &unserved.reason {
        Reason::Refused(diagnostics) => {
            write_diagnostics(standing.init_refused(diagnostics.len() as u32), diagnostics, audience);
        }
        Reason::Partly(diagnostics) => {
            write_diagnostics(standing.init_partly(diagnostics.len() as u32), diagnostics, audience);
        }
        Reason::Pinned => standing.set_pinned(()),
        Reason::RolledBack => standing.set_rolled_back(()),
        Reason::Away(cause) => standing.set_away(&cause[..]),
    }
    write_texts(builder.init_unserved(unserved.functions.len() as u32), &unserved.functions);
}

pub(crate) fn write_pins(mut builder: pins::Builder<'_>, pins: &Pins, audience: Audience) {
    builder.set_everything(pins.everything);
    let mut files = builder.init_files(pins.origins.len() as u32);
    for (index, key) in pins.origins.iter().enumerate() {
        files.set(index as u32, &audience.key(key)[..]);
    }
}

pub(crate) fn write_diagnostics(mut list: Diagnostics<'_>, diagnostics: &[Diagnostic], audience: Audience) {
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        write_diagnostic(list.reborrow().get(index as u32), &audience.diagnostic(diagnostic));
    }
}

fn write_diagnostic(mut builder: diagnostic::Builder<'_>, diagnostic: &Diagnostic) {
    builder.set_severity(match diagnostic.severity {
        Severity::Error => extension::Severity::Error,
        Severity::Warning => extension::Severity::Warning,
    });
    builder.set_message(&diagnostic.message[..]);
    builder.set_hint(diagnostic.hint.as_deref().unwrap_or_default());
    builder.set_file(diagnostic.file.as_deref().unwrap_or_default());
    builder.set_function(diagnostic.function.as_deref().unwrap_or_default());
    if let Some(place) = diagnostic.position() {
        builder.set_line(place.line as u32);
        builder.set_column(place.column as u32);
    }
    builder.set_rendered(&diagnostic.render()[..]);
}

pub(super) fn write_texts<T: AsRef<str>>(mut list: text_list::Builder<'_>, texts: &[T]) {
    for (index, text) in texts.iter().enumerate() {
        list.set(index as u32, text.as_ref());
    }
}

/// Milliseconds since 1970 began.
pub(super) fn ms(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

// === impl Audience ===

impl Audience {
    /// Returns what an origin is called by, as [`Audience::file`] does.
    fn key(self, key: &OriginKey) -> String {
        key.file().map_or_else(|| key.to_string(), |file| self.file(file))
    }

    /// Returns a file as the user named it; for others without the directories of an absolute path.
    fn file(self, file: &Path) -> String {
        match (self, file.file_name()) {
            (Self::Remote, Some(name)) if file.is_absolute() => name.to_string_lossy().into_owned(),
            _ => file.display().to_string(),
        }
    }

    fn diagnostic(self, diagnostic: &Diagnostic) -> Cow<'_, Diagnostic> {
        if self == Self::Local {
            return Cow::Borrowed(diagnostic);
        }
        let mut veiled = diagnostic.clone();
        veiled.file = diagnostic.file.as_deref().map(|file| self.file(Path::new(file)).into());
        veiled.message = without_directories(&diagnostic.message);
        veiled.hint = diagnostic.hint.as_deref().map(without_directories);
        veiled.line_text = None;
        Cow::Owned(veiled)
    }
}

/// Leaves the directories out of the absolute paths in a text.
fn without_directories(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    // A path begins where no name or number stands before it: `/` is also a division.
    let begins = |shown: &str| {
        shown.chars().next_back().is_none_or(|before| before.is_whitespace() || "`'\"(:=".contains(before))
    };
    while let Some(at) = rest.find('/') {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(|next: char| next.is_whitespace() || "`'\"():,;".contains(next));
        let (path, after) = rest.split_at(end.unwrap_or(rest.len()));
        match path.rsplit_once('/') {
            Some((directories, name)) if !directories.is_empty() && begins(&shown) => shown.push_str(name),
            _ => shown.push_str(path),
        }
        rest = after;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(without_directories(text), expect);
    }

    #[test]
    fn paths_lose_their_directories() {
        check("`/srv/models/a.so`: no", "`a.so`: no");
        check("/srv/a.so: needs '/opt/lib/libm.so.6', and /x", "a.so: needs 'libm.so.6', and /x");
        check("make it with `mkdir /srv/plugins.d`", "make it with `mkdir plugins.d`");
    }

    #[test]
    fn all_else_stays() {
        for text in ["a/b/c", "cannot add `g/cm^3` and `m`", "plugins.d/a.so", "x / y / z", "", "/"] {
            check(text, text);
        }
    }
}

//! When files that change have come to rest.
//!
//! Nothing here looks at a clock or at a disk: it is told both.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::sighting::{Digest, Sighting};
use crate::watch::Touch;

/// Half of the window in which nothing may happen: the bytes are looked at at its middle and at its end.
const HALF: Duration = Duration::from_millis(150);

/// How much longer a file rests that somebody seems to be writing still.
const UNFINISHED: Duration = Duration::from_secs(2);

/// After this long what has come to rest is taken without what has not.
const PATIENCE: Duration = Duration::from_secs(5);

/// What changes, since when, and when to look next.
#[derive(Debug)]
pub(super) struct Settling {
    began: Instant,
    disturbed: Instant,
    next: Instant,
    /// Since when each changed file has the bytes that it has; none for one that is gone.
    versions: HashMap<PathBuf, (Option<Digest>, Instant)>,
}

/// Files that some program has open for writing, by what the system tells, each with its last write.
#[derive(Debug, Default)]
pub(super) struct Writers(BTreeMap<PathBuf, Instant>);

/// What to do after a look.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing is other than it was taken last.
    Unchanged,
    /// Look again later.
    Restless,
    /// Take what changed, but for these files.
    Take {
        /// They have not come to rest.
        but: BTreeSet<PathBuf>,
    },
}

// === impl Settling ===

impl Settling {
    /// Something happened for the first time.
    pub(super) fn begin(now: Instant) -> Self {
        Self { began: now, disturbed: now, next: now + HALF, versions: HashMap::new() }
    }

    /// Something happened again.
    pub(super) fn disturb(&mut self, now: Instant) {
        self.disturbed = now;
        if now < self.began + PATIENCE {
            self.next = now + HALF;
        } // else the next look comes when it comes, or it never would
    }

    /// Returns when to look.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Judges what was seen now, where `taken` is what was taken last.
    pub(super) fn judge(
        &mut self,
        now: Instant,
        seen: &Sighting,
        taken: &Sighting,
        writers: &Writers,
    ) -> Verdict {
        self.next = now + HALF;
        let changed = seen.changed_since(taken);
        let present = seen.versions();
        self.versions.retain(|file, _| changed.contains(file));
        let mut unrested = BTreeSet::new();
        for file in &changed {
            let version = present.get(file.as_path()).copied();
            let known = self.versions.entry(file.clone()).or_insert((version, now));
            if known.0 != version {
                *known = (version, now);
            }
            let is_unfinished = writers.hold(file, now) || seen.looks_unfinished(file, taken);
            let needed = if is_unfinished { UNFINISHED } else { HALF };
            if now.duration_since(known.1) < needed {
                unrested.insert(file.clone());
            }
        }
        let is_quiet = now.duration_since(self.disturbed) >= 2 * HALF;
        let is_late = now.duration_since(self.began) >= PATIENCE;
        if changed.is_empty() {
            return if is_quiet { Verdict::Unchanged } else { Verdict::Restless };
        }
        match unrested.len() {
            0 if is_quiet || is_late => Verdict::Take { but: unrested },
            n if is_late && n < changed.len() => Verdict::Take { but: unrested },
            _ => Verdict::Restless,
        }
    }

    /// Goes on with what was not taken.
    pub(super) fn go_on(&mut self, now: Instant) {
        self.began = now;
    }
}

// === impl Writers ===

impl Writers {
    /// Notes what the system told of a file.
    pub(super) fn note(&mut self, touch: &Touch, now: Instant) {
        for path in touch.paths() {
            let path = resolved(path);
            if touch.is_write() {
                self.0.insert(path, now);
            } else {
                self.0.remove(&path);
            }
        }
        self.0.retain(|_, last| now.duration_since(*last) < UNFINISHED);
    }

    fn hold(&self, file: &Path, now: Instant) -> bool {
        let last = self.0.get(&resolved(file));
        last.is_some_and(|last| now.duration_since(*last) < UNFINISHED)
    }
}

/// The file behind links: the system names it as it stands in the directory that is watched.
fn resolved(file: &Path) -> PathBuf {
    std::fs::canonicalize(kamodo_files::resolve(file)).unwrap_or_else(|_| file.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One moment of a story, in milliseconds.
    enum Moment<'a> {
        /// The system tells that something happened.
        Event(u64),
        /// A look finds these files with these texts.
        Look(u64, &'a [(&'a str, &'a str)]),
    }

    use Moment::{Event, Look};

    /// Tells a story that begins with what was taken last, and returns when which files were taken.
    fn tell(taken: &[(&str, &str)], story: &[Moment<'_>]) -> Vec<String> {
        let start = Instant::now();
        let mut taken = Sighting::of_texts(taken);
        let mut settling = Settling::begin(start);
        let mut told = Vec::new();
        for moment in story {
            let (at, texts) = match moment {
                Event(at) => {
                    settling.disturb(start + Duration::from_millis(*at));
                    continue;
                }
                Look(at, texts) => (at, texts),
            };
            let now = start + Duration::from_millis(*at);
            let mut seen = Sighting::of_texts(texts);
            match settling.judge(now, &seen, &taken, &Writers::default()) {
                Verdict::Take { but } => {
                    but.iter().for_each(|file| seen.keep(file, &taken));
                    let changed: Vec<_> =
                        seen.changed_since(&taken).iter().map(|file| file.display().to_string()).collect();
                    told.push(format!("{at}: took {}", changed.join(" ")));
                    taken = seen;
                    settling.go_on(now);
                }
                Verdict::Restless => {}
                Verdict::Unchanged => told.push(format!("{at}: unchanged")),
            }
        }
        told
    }

    #[test]
    fn a_save_is_taken_when_it_was_seen_twice() {
        let new = [("a", "new")];
        let story = [Look(150, &new), Look(300, &new), Look(450, &new)];
        assert_eq!(tell(&[("a", "old")], &story), ["300: took a", "450: unchanged"]);
    }

    #[test]
    fn two_files_saved_within_the_window_are_one() {
        let both = [("a", "new"), ("b", "new")];
        let story =
            [Look(150, &[("a", "new"), ("b", "old")]), Event(200), Look(350, &both), Look(500, &both)];
        assert_eq!(tell(&[("a", "old"), ("b", "old")], &story), ["500: took a b"]);
    }

    #[test]
    fn a_prefix_rests_two_seconds_longer() {
        let empty = [("a", "")];
        let story = [Look(150, &empty), Look(300, &empty), Look(2000, &empty), Look(2150, &empty)];
        assert_eq!(tell(&[("a", "old")], &story), ["2150: took a"]);
    }

    #[test]
    fn one_that_never_rests_does_not_hold_up_the_others() {
        let seen = |text: &'static str| [("a", "new"), ("b", text)];
        let seen = ["b0", "b1", "b2", "b3", "b4", "b5"].map(seen);
        let steps = seen.iter().zip(0..);
        let story: Vec<_> = steps
            .flat_map(|(texts, second)| [Event(1000 * second + 900), Look(1000 * second + 1050, texts)])
            .collect();
        assert_eq!(tell(&[("a", "old"), ("b", "old")], &story), ["5050: took a"]);
    }
}

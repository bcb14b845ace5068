//! The kinds of values: how they are read, and how they are written.

use std::fmt::Debug;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::thread;
use std::time::Duration;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub usize);

/// A number of threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Threads {
    /// One a core.
    Auto,
    /// So many.
    Exactly(NonZeroUsize),
}

/// How changes of files are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watching {
    /// The system tells.
    Events,
    /// By looking again and again.
    Poll,
}

/// Where a server is administered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SocketPlace {
    /// In a private directory of the user's, named after the port.
    Auto,
    /// Nowhere.
    None,
    /// At this path.
    At(PathBuf),
}

/// A kind of value.
pub(crate) trait Value: Clone + Debug + PartialOrd {
    /// What it is, with its article.
    const KIND: &'static str;

    /// Reads it; none where the text is no such value.
    fn read(text: &str) -> Option<Self>;

    /// Writes it so that it can be read again.
    fn show(&self) -> String;

    /// A path as it is meant in a file of the directory `base`.
    fn beside(self, _base: &Path) -> Self {
        self
    }
}

/// The units of time, the largest first.
const TIMES: [(&str, Duration); 5] = [
    ("d", Duration::from_secs(24 * 3600)),
    ("h", Duration::from_secs(3600)),
    ("min", Duration::from_secs(60)),
    ("s", Duration::from_secs(1)),
    ("ms", Duration::from_millis(1)),
];

/// The units of size, the largest first.
const SIZES: [(&str, usize); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1000),
    ("B", 1),
];

/// Reads a value within bounds, which are themselves written as values.
pub(crate) fn read<T: Value>(text: &str, bounds: Option<(&str, &str)>) -> Option<T> {
    let value = T::read(text.trim_matches([' ', '\t', '\n', '\r']))?;
    let is_within = bounds.is_none_or(|(least, greatest)| {
        T::read(least).is_some_and(|least| least <= value)
            && T::read(greatest).is_some_and(|greatest| value <= greatest)
    });
    is_within.then_some(value)
}

/// Takes `1.5 MiB` apart.
fn quantity(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

/// Reads digits alone: neither a sign nor a blank.
fn whole(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl Value for String {
    const KIND: &'static str = "a name or an address";

    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    const KIND: &'static str = "the path of a file";

    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }

    fn show(&self) -> String {
        self.display().to_string()
    }

    fn beside(self, base: &Path) -> Self {
        base.join(self)
    }
}

impl Value for u16 {
    const KIND: &'static str = "a number";

    fn read(text: &str) -> Option<Self> {
        whole(text)?.try_into().ok()
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for NonZeroUsize {
    const KIND: &'static str = "a number";

    fn read(text: &str) -> Option<Self> {
        Self::new(whole(text)?)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for Threads {
    const KIND: &'static str = "`auto` or a number above 0";

    fn read(text: &str) -> Option<Self> {
        match text {
            "auto" => Some(Self::Auto),
            _ => NonZeroUsize::read(text).map(Self::Exactly),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::Exactly(n_threads) => n_threads.to_string(),
        }
    }
}

impl Value for Watching {
    const KIND: &'static str = "`events` or `poll`";

    fn read(text: &str) -> Option<Self> {
        match text {
            "events" => Some(Self::Events),
            "poll" => Some(Self::Poll),
            _ => None,
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Events => "events".to_owned(),
            Self::Poll => "poll".to_owned(),
        }
    }
}

impl Value for SocketPlace {
    const KIND: &'static str = "`auto`, `none` or the path of a socket";

    fn read(text: &str) -> Option<Self> {
        match text {
            "auto" => Some(Self::Auto),
            "none" => Some(Self::None),
            _ => PathBuf::read(text).map(Self::At),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::None => "none".to_owned(),
            Self::At(path) => path.show(),
        }
    }

    fn beside(self, base: &Path) -> Self {
        match self {
            Self::At(path) => Self::At(base.join(path)),
            word => word,
        }
    }
}

impl FromStr for SocketPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text).ok_or_else(|| format!("expected {}, found nothing", Self::KIND))
    }
}

impl Value for Duration {
    const KIND: &'static str = "a time";

    fn read(text: &str) -> Option<Self> {
        let (number, unit) = quantity(text)?;
        let (_, unit) = TIMES.iter().find(|(name, _)| *name == unit)?;
        Self::try_from_secs_f64(number * unit.as_secs_f64()).ok()
    }

    fn show(&self) -> String {
        let nanos = self.as_nanos();
        let unit =
            TIMES.iter().find(|(_, unit)| nanos >= unit.as_nanos() && nanos.is_multiple_of(unit.as_nanos()));
        match unit {
            Some((name, unit)) => format!("{} {name}", nanos / unit.as_nanos()),
            None => format!("{} s", self.as_secs_f64()),
        }
    }
}

impl Value for Bytes {
    const KIND: &'static str = "a size";

    fn read(text: &str) -> Option<Self> {
        let (number, unit) = quantity(text)?;
        let (_, unit) = SIZES.iter().find(|(name, _)| *name == unit)?;
        let bytes = number * *unit as f64;
        (bytes < usize::MAX as f64).then_some(Self(bytes as usize))
    }

    fn show(&self) -> String {
        let unit = SIZES.iter().find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit));
        unit.map_or_else(|| format!("{} B", self.0), |(name, unit)| format!("{} {name}", self.0 / unit))
    }
}

impl Threads {
    /// Returns how many they are on this machine.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Auto => thread::available_parallelism().map_or(1, usize::from),
            Self::Exactly(n_threads) => n_threads.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: Value>(text: &str, expect: Option<&str>) {
        assert_eq!(read::<T>(text, None).map(|value| value.show()).as_deref(), expect, "{text}");
    }

    #[test]
    fn times() {
        check::<Duration>("5 s", Some("5 s"));
        check::<Duration>("5s", Some("5 s"));
        check::<Duration>(" 500 ms ", Some("500 ms"));
        check::<Duration>("1.5 s", Some("1500 ms"));
        check::<Duration>("120 s", Some("2 min"));
        check::<Duration>("0.5 ms", Some("0.0005 s"));
        check::<Duration>("0 s", Some("0 s"));
        for wrong in ["5", "s", "-5 s", "5 m", "5 sec", "1e3 s", "nan s", "", "99999999999999999999999 d"] {
            check::<Duration>(wrong, None);
        }
    }

    #[test]
    fn sizes() {
        check::<Bytes>("16 MiB", Some("16 MiB"));
        check::<Bytes>("16MiB", Some("16 MiB"));
        check::<Bytes>("1024 MiB", Some("1 GiB"));
        check::<Bytes>("0.5 GiB", Some("512 MiB"));
        check::<Bytes>("10 MB", Some("10 MB"));
        check::<Bytes>("0 B", Some("0 B"));
        for wrong in ["16", "16 M", "16 mib", "-1 B", "1..5 B", "MiB", "99999999999999999999999 GiB"] {
            check::<Bytes>(wrong, None);
        }
    }

    #[test]
    fn numbers_and_words() {
        check::<u16>("60000", Some("60000"));
        check::<Threads>("auto", Some("auto"));
        check::<Threads>("4", Some("4"));
        check::<Watching>("poll", Some("poll"));
        for place in ["auto", "none", "run/admin.sock"] {
            check::<SocketPlace>(place, Some(place));
        }
        for wrong in ["65536", "-1", "+1", "1_000", "0x10", "1.0", ""] {
            check::<u16>(wrong, None);
        }
        check::<NonZeroUsize>("0", None);
        check::<Threads>("0", None);
        check::<Watching>("Poll", None);
        check::<SocketPlace>("", None);
    }

    #[test]
    fn bounds() {
        let bounds = Some(("10 ms", "1 h"));
        assert_eq!(read::<Duration>("9 ms", bounds), None);
        assert_eq!(read::<Duration>("61 min", bounds), None);
        assert_eq!(read::<Duration>("60 min", bounds), Some(Duration::from_secs(3600)));
    }
}

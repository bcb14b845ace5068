//! The table itself, and the types that are made of it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::value::{Bytes, SocketPlace, Threads, Value, Watching, read};
use super::{By, Reach, Said, Setting};

/// Why a setting does not take a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unread {
    /// There is no setting of that name.
    Key,
    /// The text is none of its values.
    Value(&'static Setting),
}

macro_rules! settings {
    ($(#[doc = $about:literal] $key:ident: $kind:ty = $default:literal $(in $least:literal to $greatest:literal)?, $reach:ident;)+) => {
        /// Every setting, in the order in which they are documented.
        pub(crate) const TABLE: &[Setting] = &[$(Setting {
            key: stringify!($key),
            about: $about.trim_ascii(),
            kind: <$kind as Value>::KIND,
            default: $default,
            bounds: settings!(@bounds $($least, $greatest)?),
            reach: Reach::$reach,
        }),+];

        /// What the command line or the `!Server` documents say of the settings: of some of them, or of none.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct Settings {
            $(pub(crate) $key: Option<Said<$kind>>,)+
        }

        /// The value of every setting.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Effective {
            $(#[doc = $about] pub $key: $kind,)+
        }

        impl Settings {
            /// Reads a text as the value of a setting; a path in a file is meant from `base`.
            pub(crate) fn say(&mut self, key: &str, text: &str, base: &Path, by: By) -> Result<(), Unread> {
                $(if key == stringify!($key) {
                    let setting = setting(key).ok_or(Unread::Key)?;
                    let value = read::<$kind>(text, setting.bounds).ok_or(Unread::Value(setting))?;
                    self.$key = Some(Said { value: value.beside(base), by });
                    return Ok(());
                })+
                Err(Unread::Key)
            }

            /// Returns who says what a setting is, where somebody does.
            pub(crate) fn said_by(&self, key: &str) -> Option<&By> {
                $(if key == stringify!($key) {
                    return self.$key.as_ref().map(|said| &said.by);
                })+
                None
            }

            /// Returns the values in force where these come before those `below`, and both before the defaults.
            #[must_use]
            pub fn over(&self, below: &Self) -> Effective {
                Effective {
                    $($key: match self.$key.as_ref().or(below.$key.as_ref()) {
                        Some(said) => said.value.clone(),
                        None => read($default, None).expect("a test reads every default"),
                    },)+
                }
            }
        }

        impl Effective {
            /// Returns the value of a setting as it is written.
            pub(crate) fn show(&self, key: &str) -> String {
                $(if key == stringify!($key) {
                    return self.$key.show();
                })+
                String::new()
            }
        }
    };
    (@bounds $least:literal, $greatest:literal) => { Some(($least, $greatest)) };
    (@bounds) => { None };
}

settings! {
    /// The name or address to listen at; `*` and `::` are all of this machine's, of IPv4 and of IPv6
    host: String = "localhost", Restart;
    /// The port to listen at; 0 takes a free one, which the line `ready` names
    port: u16 = "60000" in "0" to "65535", Restart;
    /// The certificate; with the key it is made where both are absent
    certfile: PathBuf = "selfsigned.cert", Live;
    /// The certificate's private key
    keyfile: PathBuf = "selfsigned.key", Live;
    /// How many threads talk to clients; `auto` is one a core
    workers: Threads = "auto", Restart;
    /// Where it is administered: `auto` is a private directory of the user's, `none` is nowhere
    admin_socket: SocketPlace = "auto", Restart;
    /// How changes of files are noticed: by `events`, or by `poll`ing where the file system tells of none
    watch: Watching = "events", Restart;
    /// How many connections may be open at a time
    connections: NonZeroUsize = "256" in "1" to "65536", Live;
    /// How many calls of one connection may be open at a time
    calls: NonZeroUsize = "256" in "1" to "65536", Live;
    /// How many results of evaluations one connection may hold at a time
    values: NonZeroUsize = "1024" in "1" to "65536", Live;
    /// How much these results may take, with what they are computed with
    values_bytes: Bytes = "1 GiB" in "4 KiB" to "64 GiB", Live;
    /// How long a client may take to shake hands
    handshake: Duration = "5 s" in "10 ms" to "1 h", Live;
    /// How long a client may leave an answer unread
    write_stall: Duration = "30 s" in "10 ms" to "1 d", Live;
    /// After how long a silent client is asked whether it is still there
    keep_alive: Duration = "60 s" in "1 s" to "1 d", Live;
    /// After how long a plugin's call that still runs is told of in `status`
    long_call: Duration = "60 s" in "1 s" to "30 d", Live;
    /// The largest first message of a connection
    first_message: Bytes = "16 MiB" in "4 KiB" to "4 GiB", Live;
    /// The largest message
    message: Bytes = "1 GiB" in "4 KiB" to "4 GiB", Live;
    /// How much of unread answers may queue before a connection's next calls wait
    queued_replies: Bytes = "4 MiB" in "4 KiB" to "4 GiB", Live;
    /// How long open calls may take to end after the signal to stop
    drain: Duration = "30 s" in "0 s" to "1 d", Live;
    /// How long the trial of a plugin may take
    trial: Duration = "5 s" in "10 ms" to "1 h", Live;
    /// How many libraries may have been loaded before it is warned of
    generations_warn: NonZeroUsize = "200" in "1" to "1000000", Live;
    /// How many libraries may be loaded until the next start
    generations_refuse: NonZeroUsize = "1000" in "1" to "1000000", Live;
}

/// Finds a setting by its key.
pub(crate) fn setting(key: &str) -> Option<&'static Setting> {
    TABLE.iter().find(|setting| setting.key == key)
}

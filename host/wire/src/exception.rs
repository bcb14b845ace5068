//! The text of an exception. The published interface gives it no second field, so the hint follows the message in it.
//!
//! Only this file knows how: servers write it with [`Exception::write`], and clients read it with [`Exception::read`].

/// What stands between the message and the hint.
const HINT: &str = "\nhint: ";

/// What `capnp-rpc` puts before the text of an exception that the other side sent.
const MARK: &str = "remote exception: ";

/// What an exception says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// What is wrong.
    pub message: String,
    /// What the caller may do about it.
    pub hint: Option<String>,
}

// === impl Exception ===

impl Exception {
    /// Returns the text to send.
    #[must_use]
    pub fn write(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}{HINT}{hint}", self.message),
            None => self.message.clone(),
        }
    }

    /// Reads the text of an exception, which may have passed several servers.
    ///
    /// Several diagnostics in one message have hints of their own: what follows the first is taken for the hint, and is
    /// shown in the same order.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = unmarked(text);
        let (message, hint) = match text.split_once(HINT) {
            Some((message, hint)) => (message, Some(hint.to_owned())),
            None => (text, None),
        };
        Self { message: message.to_owned(), hint }
    }
}

/// Returns the text of an exception as it was sent: each server that it passed has put a mark before it.
#[must_use]
pub fn unmarked(mut text: &str) -> &str {
    while let Some(inner) = text.strip_prefix(MARK) {
        text = inner;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(message in "[a-z`:\n ]{0,40}", hint in proptest::option::of("[a-z`:\n ]{0,40}")) {
            let exception = Exception { message, hint };
            prop_assume!(!exception.message.contains(HINT) && !exception.message.starts_with(MARK));
            prop_assert_eq!(&Exception::read(&exception.write()), &exception);
            prop_assert_eq!(&Exception::read(&format!("{MARK}{MARK}{}", exception.write())), &exception);
        }

        #[test]
        fn nothing_of_a_text_is_lost(parts in proptest::collection::vec(prop_oneof![Just(HINT), Just("a"), Just("\n")], 0..6)) {
            let text = parts.concat();
            prop_assert_eq!(Exception::read(&text).write(), text);
        }
    }
}

//! Defines the error message for the visitor.

use protocol::Failure;

/// An error message for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The value of the element's `data-kind`.
    pub kind: &'static str,
    /// The message, in sentences.
    pub text: String,
    /// Technical details, collapsed at first.
    pub details: Option<String>,
}

impl Alert {
    /// An alert without details. `kind` is the value of the element's `data-kind`, `text` the message.
    pub const fn new(kind: &'static str, text: String) -> Self {
        Self { kind, text, details: None }
    }

    /// Adds technical details.
    #[must_use]
    pub fn with_details(self, details: Option<String>) -> Self {
        Self { details, ..self }
    }
}

impl From<&Failure> for Alert {
    fn from(failure: &Failure) -> Self {
        let mut text = failure.to_string();
        text.truncate(text.trim_end_matches('.').len());
        // ASCII only, here and in [`slug`](super::choice::Choice::slug): the tables of Unicode's letter cases would be a thirtieth of
        // the page's program.
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text.push('.');
        Self::new(failure.kind(), text).with_details(failure.details())
    }
}

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
        let text = failure.to_string();
        let mut letters = text.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        Self::new(failure.kind(), format!("{first}{}.", letters.as_str().trim_end_matches('.')))
            .with_details(failure.details())
    }
}

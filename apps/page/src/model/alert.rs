//! An error message for the visitor.

use protocol::Failure;

/// Something that went wrong, in words for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Stands in the element's `data-kind`.
    pub kind: &'static str,
    /// Sentences for the visitor.
    pub text: String,
    /// Technical details, folded at first.
    pub details: Option<String>,
}

impl Alert {
    /// `kind` stands in the element's `data-kind`, `text` is for the visitor.
    pub const fn new(kind: &'static str, text: String) -> Self {
        Self { kind, text, details: None }
    }

    /// The same with technical details.
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

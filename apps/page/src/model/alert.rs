//! An error message for the visitor.

use protocol::Failure;

/// Something that went wrong, in words for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Stands in the element's `data-kind`.
    pub kind: &'static str,
    /// Sentences for the visitor.
    pub text: String,
}

impl Alert {
    /// `kind` stands in the element's `data-kind`, `text` is for the visitor.
    pub const fn new(kind: &'static str, text: String) -> Self {
        Self { kind, text }
    }
}

impl From<&Failure> for Alert {
    fn from(failure: &Failure) -> Self {
        let text = failure.to_string();
        let mut letters = text.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        Self { kind: failure.kind(), text: format!("{first}{}.", letters.as_str().trim_end_matches('.')) }
    }
}

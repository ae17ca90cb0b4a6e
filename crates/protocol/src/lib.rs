//! What the page and its workers say to each other: plain data, tested natively.
//!
//! A [`Request`] goes from the page to the engine's worker, an [`Event`] the other way; an [`ExportRequest`] goes to the worker that
//! makes files, an [`ExportEvent`] the other way. All cross the border as JSON text; what is big (a picture file, a frame's pixels) is
//! *transferred* beside the text and never passes through serde.
//!
//! The page and the workers import this crate, and it imports neither.

mod codec;
mod event;
mod export;
mod failure;
mod ids;
mod request;

pub use codec::{MessageError, decode, encode};
pub use event::{Ending, Event, Phase};
pub use export::{ExportEvent, ExportKind, ExportRequest};
pub use failure::{Failure, technical};
pub use ids::{JobId, PictureId};
pub use request::{Masked, PackPlace, Request, Start, Styled, Tuning};

/// Which build this program is part of. A site may be updated while it is used: page and worker compare theirs.
pub const BUILD: &str = env!("IMPASTO_BUILD");

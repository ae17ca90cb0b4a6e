//! Defines the messages between the page and its workers: plain data, tested natively.
//!
//! The page sends a [`Request`] to the engine's worker, which answers with [`Event`]s. It sends an [`ExportRequest`] to
//! the worker that makes files, which answers with [`ExportEvent`]s. All messages are serialised as JSON. Large data (a
//! picture file, the pixels of a frame) is *transferred* with the message by `postMessage`, not serialised.
//!
//! The page and the workers depend on this crate; it depends on neither. The JavaScript library (`packages/impasto`) exchanges the
//! same messages: a change that an older library would misunderstand raises the version in `xtask/finish.mjs` and in
//! `packages/impasto/start.js`.

mod bench;
mod codec;
mod event;
mod export;
mod failure;
mod ids;
mod request;

pub use bench::{Depth, Table};
pub use codec::{MessageError, decode, encode};
pub use event::{Ending, Event, Phase};
pub use export::{ExportEvent, ExportKind, ExportRequest};
pub use failure::{Failure, technical};
pub use ids::{JobId, PictureId};
pub use request::{Masked, PackPlace, Request, Start, Styled, Tuning};

/// The id of the build. A site may be updated while it is in use, so page and worker compare their ids.
pub const BUILD: &str = env!("IMPASTO_BUILD");

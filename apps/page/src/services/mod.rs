//! Wraps interfaces of the browser in small types and functions, which depend on nothing that the page shows.

pub mod address;
pub mod camera;
pub mod canvas;
pub mod clipboard;
pub mod connection;
pub mod elsewhere;
pub mod export;
pub mod faces;
pub mod files;
pub mod film;
pub mod networks;
pub mod notice;
pub mod offline;
pub mod paint_lock;
pub mod parent;
pub mod screen;
pub mod storage;
pub mod tasks;
pub mod wake_lock;
pub mod workers;

use leptos::prelude::{LocalStorage, StoredValue};

use crate::services::{camera::Camera, files::OwnFiles, paint_lock::PaintLock, wake_lock::WakeLock};

/// The services with state.
#[derive(Clone, Copy)]
pub struct Services {
    /// The visitor's own files.
    pub files: OwnFiles,
    /// On while its dialogue is open.
    pub camera: StoredValue<Option<Camera>, LocalStorage>,
    /// Held while an embedded page paints.
    pub paint_lock: StoredValue<Option<PaintLock>, LocalStorage>,
    /// Held while something is painted and the page is visible.
    pub wake_lock: StoredValue<Option<WakeLock>, LocalStorage>,
}

impl Services {
    /// No files, and no locks.
    pub fn new() -> Self {
        let (paint_lock, wake_lock) = (StoredValue::new_local(None), StoredValue::new_local(None));
        Self { files: OwnFiles::new(), camera: StoredValue::new_local(None), paint_lock, wake_lock }
    }
}

impl Default for Services {
    fn default() -> Self {
        Self::new()
    }
}

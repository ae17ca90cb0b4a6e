//! Any file is read as a model or refused.

use std::io::{Seek, SeekFrom, Write};

use tempfile::NamedTempFile;
use weights::open;

thread_local! {
    static FILE: std::cell::RefCell<NamedTempFile> = NamedTempFile::new().expect("a folder for temporary files").into();
}

/// Reads bytes as a model file.
///
/// # Panics
/// If a property does not hold.
pub fn model(bytes: &[u8]) {
    FILE.with_borrow_mut(|file| {
        let written = file.as_file().set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
        written.and_then(|_| file.write_all(bytes)).expect("room for a small file");
        let _ = open(file.path(), false);
    });
}

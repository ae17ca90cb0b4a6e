//! Defines the errors of `impasto video`. Their messages say what to do.

use std::{io, path::PathBuf};

/// Why a film is not painted.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    #[error(
        "films are read and written by {0}, which is not on the PATH: install FFmpeg (https://ffmpeg.org; on Debian `apt install ffmpeg`, on macOS `brew install ffmpeg`, on Windows `winget install ffmpeg`)"
    )]
    NoProgram(&'static str),
    #[error("cannot run {program}: {source}")]
    Run { program: &'static str, source: io::Error },
    #[error("cannot read {} as a film: {why}", .path.display())]
    Read { path: PathBuf, why: String },
    #[error("{} is one picture, no film: paint it with `impasto stylize`", .0.display())]
    OnePicture(PathBuf),
    #[error("{} has no pictures, such as a song: give a film", .0.display())]
    NoPictures(PathBuf),
    #[error(
        "{} cannot be decoded after {frames} frames ({why}): repair the film, or cut off its end, with ffmpeg",
        .path.display()
    )]
    Broken { path: PathBuf, frames: u64, why: String },
    #[error("cannot tell the format of {} by its extension: name it .mp4, .mov, .mkv or .webm", .0.display())]
    Format(PathBuf),
    #[error(
        "{} holds frames that were painted of or with {words}: give the same command as before to go on, remove the folder, or name another one with --frames",
        .path.display()
    )]
    OtherRun { path: PathBuf, words: &'static str },
    #[error("{} is there and holds no frames of a film: name another folder with --frames", .0.display())]
    NotFrames(PathBuf),
    #[error(
        "the film has changed: {} has more frames of it than there are; remove the folder to begin anew", .0.display()
    )]
    TooManyFrames(PathBuf),
    #[error("ffmpeg cannot write {} ({why}); the painted frames are in {}", .path.display(), .frames.display())]
    Encode { path: PathBuf, frames: PathBuf, why: String },
}

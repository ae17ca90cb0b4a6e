//! Makes a film of painted frames, with the sound of the film that they were painted of.

use std::{
    io::{self, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use super::{
    error::VideoError,
    ffmpeg::{Running, command, file, output},
    film::Film,
    folder::Folder,
};
use crate::stylize::{
    error::StylizeError,
    interrupt::{self, Ending},
    place::Place,
};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Mp4,
    Mov,
    Mkv,
    Webm,
}

impl Container {
    /// The kind for the file's extension.
    ///
    /// # Errors
    /// If it is another one.
    pub fn of(path: &Path) -> Result<Self, VideoError> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("mp4" | "m4v") => Ok(Self::Mp4),
            Some("mov") => Ok(Self::Mov),
            Some("mkv") => Ok(Self::Mkv),
            Some("webm") => Ok(Self::Webm),
            _ => Err(VideoError::Format(path.to_owned())),
        }
    }

    /// The name by which ffmpeg knows it.
    const fn name(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Mkv => "matroska",
            Self::Webm => "webm",
        }
    }

    /// What encodes the pictures, if this ffmpeg has it, and how; otherwise its own choice at its best quality.
    fn pictures(self, encoders: &str) -> Vec<&'static str> {
        let has = |name: &str| encoders.split_whitespace().any(|word| word == name);
        match self {
            Self::Webm if has("libvpx-vp9") => vec!["-c:v", "libvpx-vp9", "-crf", "18", "-b:v", "0"],
            Self::Webm => vec!["-crf", "10", "-b:v", "8M"],
            _ if has("libx264") => vec!["-c:v", "libx264", "-crf", "18"],
            _ => vec!["-q:v", "2"],
        }
    }

    /// What encodes a sound that cannot be in such a file as it is.
    const fn sound(self) -> &'static str {
        match self {
            Self::Webm => "libopus",
            Self::Mp4 | Self::Mov | Self::Mkv => "aac",
        }
    }
}

/// What a film is made of.
pub struct Making<'a> {
    /// The film that was painted.
    pub source: &'a Path,
    pub film: &'a Film,
    pub frames: &'a Folder,
    /// How many there are.
    pub count: u64,
    /// Width and height of each in pixels.
    pub size: (usize, usize),
    pub out: &'a Path,
    pub place: &'a Place,
}

impl Making<'_> {
    /// Writes the film, whole or not at all. A sound that does not fit into the file as it is is encoded anew.
    ///
    /// # Errors
    /// If ffmpeg fails, or the file cannot be written.
    pub fn write(&self) -> Result<Ending, StylizeError> {
        let unwritten = |source| StylizeError::Write { path: self.out.to_owned(), source };
        let container = Container::of(self.out)?;
        let encoders = output(command("ffmpeg").arg("-encoders"), "ffmpeg")?.unwrap_or_default();
        let pictures = container.pictures(&String::from_utf8_lossy(&encoders));
        let new = self.place.beginning().map_err(unwritten)?;
        let mut made = self.made(container, &pictures, "copy", new.path())?;
        if made.is_err() && self.film.sounds {
            made = self.made(container, &pictures, container.sound(), new.path())?;
        }
        let frames = self.frames.path().to_owned();
        let ending = made.map_err(|why| VideoError::Encode { path: self.out.to_owned(), frames, why })?;
        if ending == Ending::Finished {
            self.place.finish(new).map_err(unwritten)?;
        }
        Ok(ending)
    }

    /// Runs ffmpeg once. The inner error has its last words.
    fn made(
        &self,
        container: Container,
        pictures: &[&str],
        sound: &str,
        to: &Path,
    ) -> Result<Result<Ending, String>, StylizeError> {
        let mut ffmpeg = Running::start(&mut self.command(container, pictures, sound, to), "ffmpeg")?;
        let mut pipe = ffmpeg.child.stdin.take().expect("it is piped");
        for number in 1..=self.count {
            if interrupt::is_asked() {
                return Ok(Ok(Ending::Interrupted));
            }
            let picture = self.frames.read(number)?;
            let bytes: Vec<u8> =
                picture.to_rgba8().as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
            match pipe.write_all(&bytes) {
                Ok(()) => {}
                // It has ended, and says why.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                Err(source) => return Err(VideoError::Run { program: "ffmpeg", source }.into()),
            }
        }
        drop(pipe);
        Ok(ffmpeg.wait().map(|()| Ending::Finished))
    }

    fn command(&self, container: Container, pictures: &[&str], sound: &str, to: &Path) -> Command {
        let size = format!("{}x{}", self.size.0, self.size.1);
        let mut command = command("ffmpeg");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).arg("-y");
        command.args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &size, "-framerate", &self.film.rate]);
        command.args(["-i", "-", "-i"]).arg(file(self.source));
        command.args(["-map", "0:v", "-map", "1:a?", "-c:a", sound]).args(pictures);
        // Said explicitly, since players guess by the size.
        command.args(["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"]);
        command.args(["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]);
        if matches!(container, Container::Mp4 | Container::Mov) {
            command.args(["-movflags", "+faststart"]);
        }
        command.args(["-f", container.name()]).arg(file(to));
        command
    }
}

//! Finds out what is in a film, and reads its frames one by one.

use std::{
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
    process::Stdio,
};

use picture::{Picture, Size, size_to_fit};
use serde::Deserialize;

use super::{
    error::VideoError,
    ffmpeg::{Running, command, file, output},
};

/// What is known of a film before it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    /// Width and height in pixels as it is seen: upright, with square pixels.
    pub size: (usize, usize),
    /// Frames a second, as a fraction such as `30000/1001`.
    pub rate: String,
    /// About the number of frames, if the file says it.
    pub frames: Option<u64>,
    /// Whether it has sound.
    pub sounds: bool,
}

#[derive(Deserialize)]
struct Probed {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Format,
}

#[derive(Deserialize)]
struct Format {
    format_name: String,
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    width: Option<usize>,
    height: Option<usize>,
    sample_aspect_ratio: Option<String>,
    avg_frame_rate: Option<String>,
    r_frame_rate: Option<String>,
    nb_frames: Option<String>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
    #[serde(default)]
    disposition: Disposition,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

#[derive(Default, Deserialize)]
struct Disposition {
    /// A cover of a record.
    #[serde(default)]
    attached_pic: u8,
}

/// What `ffprobe` says of a film.
///
/// # Errors
/// If it cannot be read, or has no moving pictures.
pub fn probe(path: &Path) -> Result<Film, VideoError> {
    let unread = |why: String| VideoError::Read { path: path.to_owned(), why };
    let mut command = command("ffprobe");
    command.args(["-show_streams", "-show_format", "-of", "json"]).arg(file(path));
    let json = output(&mut command, "ffprobe")?.map_err(unread)?;
    let probed: Probed = serde_json::from_slice(&json).map_err(|error| unread(error.to_string()))?;
    parsed(&probed, path)
}

fn parsed(probed: &Probed, path: &Path) -> Result<Film, VideoError> {
    let names = &probed.format.format_name;
    // FFmpeg paints letters of a text file as a terminal would.
    if names == "tty" {
        return Err(VideoError::Read { path: path.to_owned(), why: "it is a text".to_owned() });
    }
    if names == "image2" || names.ends_with("_pipe") {
        return Err(VideoError::OnePicture(path.to_owned()));
    }
    let kind = |stream: &&Stream, kind: &str| stream.codec_type.as_deref() == Some(kind);
    let mut pictures = probed.streams.iter().filter(|stream| kind(stream, "video"));
    let stream = pictures.find(|stream| stream.disposition.attached_pic == 0);
    let found = stream.and_then(|stream| Some((stream, upright(stream)?, rate(stream)?)));
    let (stream, size, rate) = found.ok_or_else(|| VideoError::NoPictures(path.to_owned()))?;
    let counted = stream.nb_frames.as_ref().and_then(|frames| frames.parse().ok());
    let seconds = probed.format.duration.as_ref().and_then(|seconds| seconds.parse::<f64>().ok());
    let by_time = seconds.zip(fraction(&rate, '/')).map(|(seconds, rate)| (seconds * rate).round() as u64);
    let sounds = probed.streams.iter().any(|stream| kind(&stream, "audio"));
    Ok(Film { size, rate, frames: counted.or(by_time), sounds })
}

/// The size of the pictures as they are seen.
fn upright(stream: &Stream) -> Option<(usize, usize)> {
    let (width, height) = (stream.width?, stream.height?);
    let shape = stream.sample_aspect_ratio.as_ref().and_then(|ratio| fraction(ratio, ':')).unwrap_or(1.0);
    let width = ((width as f64 * shape).round() as usize).max(1);
    let turn = stream.side_data_list.iter().find_map(|data| data.rotation).unwrap_or(0.0);
    let lies = (turn / 90.0).round().abs() % 2.0 > 0.5;
    (height > 0).then_some(if lies { (height, width) } else { (width, height) })
}

/// Frames a second: the mean, since variable rates are made constant.
fn rate(stream: &Stream) -> Option<String> {
    let mut rates = [&stream.avg_frame_rate, &stream.r_frame_rate].into_iter().flatten();
    rates.find(|rate| fraction(rate, '/').is_some()).cloned()
}

/// The value of a fraction, if it is above 0.
fn fraction(text: &str, between: char) -> Option<f64> {
    let (over, under) = text.split_once(between)?;
    let value = over.parse::<f64>().ok()? / under.parse::<f64>().ok()?;
    (value.is_finite() && value > 0.0).then_some(value)
}

impl Film {
    /// The size at which it is painted. Both sides are even, as H.264 with halved colours needs.
    pub fn painted_size(&self, size: Size) -> (usize, usize) {
        let (width, height) = match size {
            Size::LongSide(side) => size_to_fit(self.size, side as usize),
            Size::Original => self.size,
        };
        ((width & !1).max(2), (height & !1).max(2))
    }
}

/// Reads the frames of a film in turn. One is in memory at a time.
pub struct Frames {
    ffmpeg: Running,
    path: PathBuf,
    size: (usize, usize),
    bytes: Vec<u8>,
    /// The number of frames read.
    read: u64,
}

impl Frames {
    /// Frames of this size, upright, at the constant rate of the film.
    ///
    /// # Errors
    /// If ffmpeg cannot be started.
    pub fn of(path: &Path, film: &Film, size: (usize, usize)) -> Result<Self, VideoError> {
        let (width, height) = size;
        // From the beginning of the file, where the sound begins, even if the pictures begin later.
        let filter = format!(
            "fps={}:start_time=0,scale={width}:{height}:flags=area+accurate_rnd+full_chroma_int",
            film.rate
        );
        let mut command = command("ffmpeg");
        command.arg("-nostdin").arg("-i").arg(file(path)).args(["-map", "0:V:0", "-vf", &filter]);
        command.args(["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]).stdout(Stdio::piped());
        let ffmpeg = Running::start(&mut command, "ffmpeg")?;
        Ok(Self { ffmpeg, path: path.to_owned(), size, bytes: vec![0; width * height * 3], read: 0 })
    }

    /// The next frame; `None` at the end of the film.
    ///
    /// # Errors
    /// If the film is damaged.
    pub fn next(&mut self) -> Result<Option<Picture>, VideoError> {
        if !self.advance()? {
            return Ok(None);
        }
        let rgb = self.bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
        let picture = Picture::new(self.size.0, self.size.1, rgb);
        Ok(Some(picture.expect("as many bytes as the size needs, over 255")))
    }

    /// Passes over a number of frames. Whether there are so many.
    ///
    /// # Errors
    /// If the film is damaged.
    pub fn skip(&mut self, frames: u64) -> Result<bool, VideoError> {
        for _ in 0..frames {
            if !self.advance()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the bytes of the next frame, if there is one.
    fn advance(&mut self) -> Result<bool, VideoError> {
        let broken = |frames: u64, why: String| VideoError::Broken { path: self.path.clone(), frames, why };
        let out = self.ffmpeg.child.stdout.as_mut().expect("it is piped");
        match out.read_exact(&mut self.bytes) {
            Ok(()) => {
                self.read += 1;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => match self.ffmpeg.wait() {
                Ok(()) => Ok(false),
                Err(why) => Err(broken(self.read, why)),
            },
            Err(error) => Err(broken(self.read, error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(stream: &str) -> Result<Film, VideoError> {
        let json = format!(
            r#"{{"streams":[{{"codec_type":"audio"}},{{"codec_type":"video",{stream}}}],"format":{{"format_name":"mov,mp4","duration":"2.5"}}}}"#
        );
        parsed(&serde_json::from_str(&json).unwrap(), Path::new("film.mp4"))
    }

    #[test]
    fn a_film_is_seen_upright_and_with_square_pixels() {
        let common = r#""width":720,"height":576,"avg_frame_rate":"30000/1001","r_frame_rate":"30/1""#;
        let seen = |more: &str| film(&format!("{common}{more}")).unwrap();
        let plain = seen("");
        assert_eq!((plain.size, &*plain.rate, plain.frames), ((720, 576), "30000/1001", Some(75)));
        assert!(plain.sounds);
        assert_eq!(seen(r#","sample_aspect_ratio":"64:45""#).size, (1024, 576));
        assert_eq!(seen(r#","sample_aspect_ratio":"0:1""#).size, (720, 576));
        assert_eq!(seen(r#","side_data_list":[{"rotation":-90}]"#).size, (576, 720));
        assert_eq!(seen(r#","side_data_list":[{},{"rotation":180}],"nb_frames":"72""#).size, (720, 576));
        assert_eq!(seen(r#","nb_frames":"72""#).frames, Some(72));
        assert_eq!(seen("").painted_size(Size::LongSide(45)), (44, 36));
        assert_eq!(seen("").painted_size(Size::Original), (720, 576));
    }

    #[test]
    fn what_has_no_moving_pictures_is_no_film() {
        let cover = r#""width":9,"height":9,"avg_frame_rate":"1/1","disposition":{"attached_pic":1}"#;
        assert!(matches!(film(cover), Err(VideoError::NoPictures(_))));
        assert!(matches!(
            film(r#""width":9,"height":9,"avg_frame_rate":"0/0""#),
            Err(VideoError::NoPictures(_))
        ));
        let text = r#"{"streams":[],"format":{"format_name":"tty"}}"#;
        let text = parsed(&serde_json::from_str(text).unwrap(), Path::new("letter.txt"));
        assert!(matches!(text, Err(VideoError::Read { .. })));
        let photo = r#"{"streams":[],"format":{"format_name":"png_pipe"}}"#;
        let photo = parsed(&serde_json::from_str(photo).unwrap(), Path::new("a.png"));
        assert!(matches!(photo, Err(VideoError::OnePicture(_))));
    }
}

//! Tests films: what is painted of them, what is refused, and that a film goes on where it was.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
#[cfg(unix)]
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

mod desk;

use desk::{Desk, SHALLOW, TINY, succeeded};
use image::RgbImage;
use serde_json::Value;

/// What makes a run short.
const SHORT: [&str; 9] =
    ["--painting", "painting.png", "--weights", TINY, "--device", "cpu", "--steps", "3", "--steps-after=2"];

/// Runs `ffmpeg` on the desk.
fn ffmpeg<S: AsRef<OsStr>>(desk: &Desk, arguments: impl IntoIterator<Item = S>) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.current_dir(desk.0.path()).args(["-v", "error", "-nostdin", "-y"]).args(arguments);
    let output = command.output().expect("the tests of films need ffmpeg: `cargo xtask setup --system`");
    succeeded(&output);
    output.stdout
}

/// Makes a film of a test pattern of 72×54 pixels, at 24000/1001 frames a second, with a sound.
fn pattern(desk: &Desk, name: &str, frames: u32) {
    let pictures = ["-f", "lavfi", "-i", "testsrc=size=72x54:rate=24000/1001"];
    let sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=0.2"];
    let end = ["-frames:v", &frames.to_string(), "-pix_fmt", "yuv420p", name];
    ffmpeg(desk, pictures.into_iter().chain(sound).chain(end));
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/samples/photos").join(name)
}

/// Makes a film without loss in which a camera pans over a photo, 64×48 pixels.
fn pan(desk: &Desk, photo: &str, name: &str, frames: u32) {
    let filter = "scale=120:-2,crop=64:48:x='10+3*n':y='8+n'";
    let input = ["-loop", "1", "-framerate", "12", "-i", sample(photo).to_str().unwrap()].map(str::to_owned);
    let out = ["-vf", filter, "-frames:v", &frames.to_string(), "-c:v", "ffv1", "-pix_fmt", "gbrp", name];
    ffmpeg(desk, input.into_iter().chain(out.map(str::to_owned)));
}

/// `impasto video` with these arguments, then what makes a run short.
fn video(desk: &Desk, arguments: &[&str]) -> Output {
    desk.impasto(["video"], arguments.iter().copied().chain(SHORT).chain(SHALLOW))
}

/// What `ffprobe` says of the streams of a film: pictures and sound.
fn streams(desk: &Desk, name: &str) -> [Value; 2] {
    let arguments = ["-v", "error", "-count_frames", "-show_streams", "-of", "json", name];
    let output = Command::new("ffprobe").current_dir(desk.0.path()).args(arguments).output().unwrap();
    succeeded(&output);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    ["video", "audio"].map(|kind| {
        let mut streams = found["streams"].as_array().unwrap().iter();
        streams.find(|stream| stream["codec_type"] == kind).cloned().unwrap_or_default()
    })
}

/// The frames of a painted film that were kept.
fn kept(desk: &Desk, folder: &str) -> Vec<Vec<u8>> {
    let all = (1..).map(|number| desk.path(folder).join(format!("{number:06}.png")));
    all.map_while(|path| fs::read(path).ok()).collect()
}

fn decoded(png: &[u8]) -> RgbImage {
    image::load_from_memory(png).unwrap().into_rgb8()
}

/// The mean difference of two pictures, of 255.
fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.iter().zip(other.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_film_keeps_its_frames_its_rate_and_its_sound() {
    let desk = Desk::new();
    pattern(&desk, "film.mp4", 5);
    let sound = |name: &str| ffmpeg(&desk, ["-i", name, "-map", "0:a", "-c", "copy", "-f", "md5", "-"]);
    for (out, codec, is_copied) in [
        ("out.mp4", "aac", true),
        ("out.mov", "aac", true),
        ("out.MKV", "aac", true),
        ("out.webm", "opus", false),
    ] {
        let output = video(&desk, &["film.mp4", "--out", out, "--size", "48"]);
        succeeded(&output);
        assert!(told(&output).contains("5 frames of 48×36 pixels on the processor"), "{}", told(&output));
        let [pictures, audio] = streams(&desk, out);
        assert_eq!((&pictures["width"], &pictures["height"]), (&48.into(), &36.into()), "{out}");
        assert_eq!(
            (pictures["nb_read_frames"].as_str(), pictures["avg_frame_rate"].as_str()),
            (Some("5"), Some("24000/1001")),
            "{out}"
        );
        assert_eq!(pictures["pix_fmt"], "yuv420p", "{out}");
        assert_eq!(audio["codec_name"], codec, "{out}");
        if is_copied {
            assert_eq!(sound(out), sound("film.mp4"), "{out}");
        }
        assert!(!desk.path(&format!("{out}.frames")).exists(), "the frames are left behind");
        fs::remove_file(desk.path(out)).unwrap();
    }
    assert_eq!(desk.files(), ["film.mp4", "painting.png", "photo.png", TINY]);
}

#[test]
fn the_film_shows_the_painted_frames() {
    let desk = Desk::new();
    pan(&desk, "cat.jpg", "film.mkv", 3);
    succeeded(&video(
        &desk,
        &["film.mkv", "--out", "out.mp4", "--frames", "painted", "--keep-frames", "--quiet"],
    ));
    let painted = kept(&desk, "painted");
    assert_eq!(painted.len(), 3);
    for (at, png) in painted.iter().enumerate() {
        let filter = format!("select=eq(n\\,{at})");
        let frame =
            ["-i", "out.mp4", "-vf", &filter, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"];
        let off = difference(&decoded(&ffmpeg(&desk, frame)), &decoded(png));
        // Of the encoder, which halves the colours' resolution.
        assert!(off < 8.0, "frame {at}: {off}");
    }
}

#[test]
fn a_film_is_painted_as_it_is_seen() {
    let desk = Desk::new();
    // Lying, with a note to turn it, which ffmpeg writes in one way until its fifth version and in another one since.
    pattern(&desk, "lying.mp4", 3);
    let turned = ["-display_rotation", "90", "-i", "lying.mp4", "-c", "copy", "turned.mp4"];
    let new =
        Command::new("ffmpeg").current_dir(desk.0.path()).args(["-v", "quiet", "-y"]).args(turned).status();
    if !new.unwrap().success() {
        ffmpeg(&desk, ["-i", "lying.mp4", "-c", "copy", "-metadata:s:v", "rotate=270", "turned.mp4"]);
    }
    // Pixels that are twice as wide as high; an odd side.
    ffmpeg(&desk, ["-i", "lying.mp4", "-vf", "scale=36:54,setsar=2", "wide.mp4"]);
    ffmpeg(&desk, ["-i", "lying.mp4", "-vf", "scale=65:49", "-c:v", "ffv1", "odd.mkv"]);
    for (film, size, width, height) in
        [("turned.mp4", "64", 48, 64), ("wide.mp4", "original", 72, 54), ("odd.mkv", "original", 64, 48)]
    {
        succeeded(&video(&desk, &[film, "--out", "out.mp4", "--size", size]));
        let [pictures, _] = streams(&desk, "out.mp4");
        assert_eq!((&pictures["width"], &pictures["height"]), (&width.into(), &height.into()), "{film}");
        assert_eq!(pictures["nb_read_frames"], "3", "{film}");
    }
}

#[test]
fn a_variable_rate_becomes_constant_and_the_sound_keeps_its_place() {
    let desk = Desk::new();
    // The third of four frames is shown five times as long.
    pattern(&desk, "even.mkv", 4);
    let late = "setpts='(N+if(gt(N,2),4,0))/12/TB'";
    ffmpeg(
        &desk,
        ["-i", "even.mkv", "-vf", late, "-vsync", "vfr", "-video_track_timescale", "600", "film.mp4"],
    );
    succeeded(&video(&desk, &["film.mp4", "--out", "out.mp4", "--size", "48"]));
    let [pictures, sound] = streams(&desk, "out.mp4");
    assert_eq!(pictures["avg_frame_rate"], pictures["r_frame_rate"]);
    // The last frame begins after 7/12 s.
    let seconds: f64 = pictures["duration"].as_str().unwrap().parse().unwrap();
    assert!((seconds - 0.6).abs() < 0.1, "{seconds}");
    assert_eq!(sound["codec_name"], "aac");
}

#[test]
fn a_frame_is_kept_as_the_one_before_as_strongly_as_wanted() {
    let desk = Desk::new();
    pan(&desk, "cat.jpg", "moving.mkv", 1);
    // Nothing moves, but the second frame is noisy.
    let noisy = "loop=2:1,noise=alls=20:allf=t";
    ffmpeg(&desk, ["-i", "moving.mkv", "-vf", noisy, "-c:v", "ffv1", "-pix_fmt", "gbrp", "film.mkv"]);
    let off = |steadiness: &str| {
        let more =
            ["--steadiness", steadiness, "--steps-after", "12", "--keep-frames", "--frames", steadiness];
        let arguments = ["--painting", "painting.png", "--weights", TINY, "--device", "cpu", "--steps", "12"];
        let run = ["film.mkv", "--out", "out.mp4"].into_iter().chain(arguments).chain(SHALLOW);
        succeeded(&desk.impasto(["video"], run.chain(more)));
        let frames = kept(&desk, steadiness);
        difference(&decoded(&frames[0]), &decoded(&frames[1]))
    };
    let (loose, tight) = (off("0"), off("5000"));
    assert!(tight < 0.5 * loose, "{tight} and {loose} of 255");
}

#[test]
fn a_cut_is_found_and_only_that() {
    let desk = Desk::new();
    pan(&desk, "cat.jpg", "cat.mkv", 3);
    pan(&desk, "summer-palace.jpg", "palace.mkv", 3);
    ffmpeg(
        &desk,
        [
            "-i",
            "cat.mkv",
            "-i",
            "palace.mkv",
            "-filter_complex",
            "concat",
            "-c:v",
            "ffv1",
            "-pix_fmt",
            "gbrp",
            "film.mkv",
        ],
    );
    let output = video(&desk, &["film.mkv", "--out", "out.mp4"]);
    succeeded(&output);
    let cuts: Vec<_> =
        told(&output).lines().filter(|line| line.contains("after a cut")).map(str::to_owned).collect();
    assert!(cuts.len() == 1 && cuts[0].starts_with("frame 4 of 6: after a cut"), "{}", told(&output));
}

#[cfg(unix)]
#[test]
fn a_film_goes_on_as_if_it_had_never_been_interrupted() {
    let desk = Desk::new();
    pan(&desk, "summer-palace.jpg", "film.mkv", 5);
    let run = |out: &str| {
        let more =
            ["--weights", TINY, "--device", "cpu", "--steps", "60", "--steps-after", "200", "--keep-frames"];
        let first = ["video", "film.mkv", "--painting", "painting.png", "--out", out];
        first.into_iter().chain(SHALLOW).chain(more).map(str::to_owned).collect::<Vec<_>>()
    };
    succeeded(&desk.impasto([], run("whole.mp4")));
    for (signal, code) in [("-INT", Some(130)), ("-KILL", None)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_impasto"))
            .current_dir(desk.0.path())
            .args(run("out.mp4"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let next = if code.is_some() { "frame 2 of 5" } else { "frame 3 of 5" };
        assert!(said.any(|line| line.starts_with(next)), "it ended by itself");
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let rest: Vec<String> = said.collect();
        assert_eq!(child.wait().unwrap().code(), code, "{rest:?}");
        if code.is_some() {
            assert!(rest.last().unwrap().contains("The same command goes on"), "{rest:?}");
        }
        assert!(!desk.path("out.mp4").exists(), "it was written too early");
    }
    let there = kept(&desk, "out.mp4.frames").len();
    assert!((3..5).contains(&there), "{there}");
    let output = desk.impasto([], run("out.mp4"));
    succeeded(&output);
    assert!(!told(&output).contains("frame 3 of 5"), "it began anew: {}", told(&output));
    let whole = kept(&desk, "whole.mp4.frames");
    assert_eq!(whole.len(), 5);
    assert!(kept(&desk, "out.mp4.frames") == whole, "other frames than without an interruption");
    // A film that is whole is only written anew.
    fs::remove_file(desk.path("out.mp4")).unwrap();
    succeeded(&desk.impasto([], run("out.mp4")));
    assert_eq!(streams(&desk, "out.mp4")[0]["nb_read_frames"], "5");
}

#[test]
fn frames_of_another_film_or_run_are_neither_used_nor_lost() {
    let desk = Desk::new();
    pattern(&desk, "film.mp4", 2);
    pan(&desk, "cat.jpg", "other.mkv", 2);
    succeeded(&video(&desk, &["film.mp4", "--out", "film-1.mp4", "--frames", "kept", "--keep-frames"]));
    let before = kept(&desk, "kept");
    let refused = |arguments: &[&str], words: &[&str]| {
        let all = [&["--out", "out.mp4", "--frames", "kept"], arguments].concat();
        desk.refuses(&video(&desk, &all), words);
    };
    refused(&["other.mkv"], &["kept", "another film", "--frames"]);
    refused(&["film.mp4", "--steadiness", "3"], &["other options", "same command"]);
    refused(&["film.mp4", "--seed", "3"], &["other options"]);
    refused(&["film.mp4", "--painting", "photo.png"], &["other pictures"]);
    fs::create_dir(desk.path("holiday")).unwrap();
    fs::write(desk.path("holiday/000001.png"), b"mine").unwrap();
    refused(&["film.mp4", "--frames", "holiday"], &["--frames"]);
    desk.refuses(
        &video(&desk, &["film.mp4", "--out", "out.mp4", "--frames", "holiday"]),
        &["holiday", "no frames of a film"],
    );
    assert_eq!(fs::read(desk.path("holiday/000001.png")).unwrap(), b"mine");
    assert!(before.len() == 2 && kept(&desk, "kept") == before);
}

#[test]
fn without_ffmpeg_a_sentence_says_to_install_it() {
    let desk = Desk::new();
    fs::write(desk.path("film.mp4"), b"").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_impasto"))
        .current_dir(desk.0.path())
        .env("PATH", desk.0.path())
        .args(["video", "film.mp4", "--out", "out.mp4"])
        .args(SHORT)
        .output()
        .unwrap();
    desk.refuses(&output, &["ffprobe, which is not on the PATH", "install FFmpeg", "apt install ffmpeg"]);
}

#[test]
fn what_is_no_film_is_refused_with_what_to_do() {
    let desk = Desk::new();
    pattern(&desk, "film.mp4", 3);
    let whole = fs::read(desk.path("film.mp4")).unwrap();
    fs::write(desk.path("half.mp4"), &whole[..whole.len() / 2]).unwrap();
    fs::write(desk.path("empty.mp4"), b"").unwrap();
    fs::write(desk.path("letter.txt"), "Dear visitor, this is no film.\n".repeat(40)).unwrap();
    ffmpeg(&desk, ["-f", "lavfi", "-i", "sine=duration=0.2", "song.wav"]);
    ffmpeg(&desk, ["-i", "film.mp4", "-vf", "scale=72:8,setsar=1", "flat.mp4"]);
    for (film, words) in [
        ("half.mp4", &["half.mp4", "as a film"][..]),
        ("empty.mp4", &["empty.mp4", "as a film"]),
        ("letter.txt", &["letter.txt", "as a film"]),
        ("nowhere.mp4", &["cannot open nowhere.mp4"]),
        ("song.wav", &["song.wav has no pictures", "give a film"]),
        ("photo.png", &["photo.png is one picture", "impasto stylize"]),
        ("flat.mp4", &["the film would be 72×8", "at least 16"]),
    ] {
        desk.refuses(&video(&desk, &[film, "--out", "out.mp4"]), words);
    }
    let out = |out: &str, words: &[&str]| desk.refuses(&video(&desk, &["film.mp4", "--out", out]), words);
    out("./film.mp4", &["one of the files to be read", "another name"]);
    out("out.avi", &[".mp4, .mov, .mkv or .webm"]);
    out("out", &[".mp4"]);
    out("nowhere/out.mp4", &["nowhere/out.mp4", "there is no folder"]);
    assert_eq!(fs::read(desk.path("film.mp4")).unwrap(), whole);
    assert!(desk.files().iter().all(|name| !name.contains(".impasto-")), "{:?}", desk.files());
}

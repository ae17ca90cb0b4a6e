//! Writes the command of a run with the values that it stands for: `--print-command`.

use std::path::{Path, PathBuf};

use options::{Options, link, shell};

use super::args::{Bits, StylizeArgs};

/// The command that paints the same with the options said one by one, for a POSIX shell. What `--like` and `--mode` stand for is
/// written out.
pub fn command(args: &StylizeArgs, options: &Options, paintings: &[(PathBuf, f32)]) -> String {
    let mut words = vec!["impasto".to_owned(), "stylize".to_owned(), name(&args.photo)];
    let mut say = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([format!("--{flag}"), value]);
        }
    };
    for (path, weight) in paintings {
        say("painting", Some(format!("{}={weight}", name(path))));
    }
    let path = |path: &Option<PathBuf>| path.as_deref().map(name);
    say("mask", path(&args.mask));
    say("content-map", path(&args.content_map));
    say("from", path(&args.from));
    for (flag, value) in link::flags(options) {
        say(flag, Some(value));
    }
    let engine = &args.engine;
    say("weights", Some(name(&engine.network.weights)));
    say("device", engine.device.map(|device| device.to_string()));
    say("quality", args.encoding.quality.map(|quality| quality.to_string()));
    say("bits", (args.encoding.bits == Bits::Sixteen).then(|| "16".to_owned()));
    say("every", args.every.map(|every| every.to_string()));
    say("save-state", path(&args.save_state));
    say("resume", path(&args.resume));
    say("trace", path(&args.trace));
    say("out", Some(name(&args.out)));
    if engine.network.caffe {
        words.push("--caffe".to_owned());
    }
    shell::command(words.iter().map(String::as_str))
}

/// The name of a file as an argument: one that begins with a hyphen would be a flag.
fn name(path: &Path) -> String {
    let name = path.display().to_string();
    if name.starts_with('-') && name != "-" { format!("./{name}") } else { name }
}

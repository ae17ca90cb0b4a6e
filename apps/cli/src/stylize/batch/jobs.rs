//! Lists the pictures of a batch.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::args::BatchArgs;
use crate::stylize::{encode::Encoder, error::StylizeError, place::Place};

/// One picture of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub photo: PathBuf,
    pub painting: PathBuf,
    pub out: PathBuf,
}

/// All pictures of a batch, whoever paints them.
pub fn jobs(args: &BatchArgs) -> Result<Vec<Job>, StylizeError> {
    let mut jobs = Vec::new();
    let mut sources: HashMap<PathBuf, (&Path, &Path)> = HashMap::new();
    for photo in &args.photos {
        for painting in &args.paintings {
            let name = args.name.replace("{photo}", &stem(photo)).replace("{painting}", &stem(painting));
            let out = args.out_dir.join(name);
            Encoder::of(&out, args.encoding)?;
            if let Some((other_photo, other_painting)) = sources.insert(out.clone(), (photo, painting)) {
                let pair = |photo: &Path, painting: &Path| {
                    format!("{} with {}", photo.display(), painting.display())
                };
                return Err(StylizeError::SameName {
                    out,
                    one: pair(other_photo, other_painting),
                    other: pair(photo, painting),
                });
            }
            if args.photos.iter().chain(&args.paintings).any(|input| Place::File(out.clone()).is(input)) {
                return Err(StylizeError::Overwrite(out));
            }
            jobs.push(Job { photo: photo.clone(), painting: painting.clone(), out });
        }
    }
    Ok(jobs)
}

/// The name of a file without folder and extension.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

//! Defines the part of a painting whose style is used, such as its sky or one face.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{mask::Mask, picture::Picture, rect::Rect, size::Size};

/// A rectangle in hundredths of a picture's width and height. It is not empty and lies within the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "[u8; 4]", into = "[u8; 4]")]
pub struct Crop {
    left: u8,
    top: u8,
    width: u8,
    height: u8,
}

impl Crop {
    /// That part of a picture, rounded to whole pixels, at least one.
    #[must_use]
    pub fn of(self, picture: &Picture) -> Picture {
        picture.crop(self.rect(picture.size()))
    }

    /// That part of a picture of this size (width, height), in pixels.
    fn rect(self, size: (usize, usize)) -> Rect {
        let span = |start: u8, length: u8, side: usize| {
            let at = |hundredths: u8| (side * usize::from(hundredths) + 50) / 100;
            let first = at(start).min(side - 1);
            (first, at(start + length).clamp(first + 1, side) - first)
        };
        let (x, width) = span(self.left, self.width, size.0);
        let (y, height) = span(self.top, self.height, size.1);
        Rect { x, y, width, height }
    }
}

/// A picture and its opacity, or `part` of both, resized to fit `size`.
///
/// # Panics
/// If they differ in size.
pub fn fitted(
    picture: &Picture,
    opacity: Option<&Mask>,
    part: Option<Crop>,
    size: Size,
) -> (Picture, Option<Mask>) {
    assert!(
        opacity.is_none_or(|opacity| opacity.size() == picture.size()),
        "picture and opacity of one size"
    );
    let small = match part {
        Some(part) => part.of(picture).fit(size),
        None => picture.fit(size),
    };
    let (width, height) = small.size();
    let opacity = opacity.map(|opacity| match part {
        Some(part) => opacity.crop(part.rect(opacity.size())).resize(width, height),
        None => opacity.resize(width, height),
    });
    // The part may have no transparent pixel.
    let opacity = opacity.filter(|opacity| opacity.values().iter().any(|&value| value < 1.0));
    (small, opacity)
}

impl TryFrom<[u8; 4]> for Crop {
    type Error = UnknownCrop;

    fn try_from([left, top, width, height]: [u8; 4]) -> Result<Self, UnknownCrop> {
        let fits = |start: u8, length: u8| length > 0 && u16::from(start) + u16::from(length) <= 100;
        if fits(left, width) && fits(top, height) {
            return Ok(Self { left, top, width, height });
        }
        Err(unreadable(&format!("{left},{top},{width},{height}")))
    }
}

impl From<Crop> for [u8; 4] {
    fn from(Crop { left, top, width, height }: Crop) -> Self {
        [left, top, width, height]
    }
}

/// Reads left, top, width and height in hundredths, such as `25,25,50,50`.
impl FromStr for Crop {
    type Err = UnknownCrop;

    fn from_str(text: &str) -> Result<Self, UnknownCrop> {
        let numbers: Vec<u8> = text
            .split(',')
            .map(|number| number.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| unreadable(text))?;
        <[u8; 4]>::try_from(numbers).map_err(|_| unreadable(text))?.try_into()
    }
}

fn unreadable(text: &str) -> UnknownCrop {
    UnknownCrop(text.to_owned())
}

/// A text or four numbers that are not a rectangle within the picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no part of the painting: choose left, top, width and height in hundredths, within 0 to 100, such as 25,25,50,50 for the middle"
)]
pub struct UnknownCrop(pub String);

impl fmt::Display for Crop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.left, self.top, self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_that_part_to_the_nearest_pixel() {
        let picture = Picture::noise(200, 100, 1);
        let crop: Crop = "25, 0,50,10".parse().unwrap();
        assert_eq!(crop.to_string(), "25,0,50,10");
        assert_eq!(crop.of(&picture), picture.crop(Rect { x: 50, y: 0, width: 100, height: 10 }));
        assert_eq!("0,0,100,100".parse::<Crop>().unwrap().of(&picture), picture);
        for text in ["99,99,1,1", "0,0,1,1", "100,0,0,5"] {
            let Ok(crop) = text.parse::<Crop>() else { continue };
            for (width, height) in [(1, 1), (3, 700), (199, 2)] {
                let part = crop.of(&Picture::noise(width, height, 1));
                assert!(part.width() >= 1 && part.height() >= 1, "{text} of {width}×{height}");
            }
        }
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in [
            "",
            "middle",
            "1,2,3",
            "1,2,3,4,5",
            "0,0,0,10",
            "60,0,50,10",
            "-1,0,5,5",
            "0,0,300,5",
            "0,90,5,11",
        ] {
            assert!(text.parse::<Crop>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Crop>("[60,0,50,10]").is_err());
        let crop: Crop = "1,2,3,4".parse().unwrap();
        assert_eq!(serde_json::from_str::<Crop>(&serde_json::to_string(&crop).unwrap()).unwrap(), crop);
    }
}

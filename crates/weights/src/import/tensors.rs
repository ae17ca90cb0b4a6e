//! Reads a file of named tensors, safetensors or PyTorch: its catalogue, and the values of one tensor at a time.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use pytorch_reader::PytorchReader;
use safetensors::{Dtype, tensor::Metadata};

use super::error::WeightsError;

/// The maximum length of a safetensors header: 16 MiB, a thousand times that of VGG-19.
pub(super) const MAX_HEADER_BYTES: u64 = 16 << 20;

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    F64,
    F32,
    F16,
    Bf16,
    U8,
    /// A type that is not supported for weights.
    Other,
}

/// Type, shape and position of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Info {
    pub element: Element,
    pub shape: Vec<usize>,
}

/// All tensors of a file, by name.
pub(super) type Catalogue = BTreeMap<String, Info>;

/// An opened file. Values are read from disk on request.
pub(super) struct TensorFile {
    pub catalogue: Catalogue,
    /// The text metadata; empty for PyTorch files.
    pub notes: BTreeMap<String, String>,
    contents: Contents,
}

enum Contents {
    Safetensors { file: RefCell<File>, data_start: u64, header: Metadata },
    Pytorch(PytorchReader),
}

impl TensorFile {
    /// Opens `path`. The format is detected by the first bytes, not by the file name.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let unreadable = |source| WeightsError::Unreadable { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        match read_header_bytes(&mut file, length).map_err(unreadable)? {
            Some(bytes) => Self::safetensors(path, file, length, &bytes),
            None => Self::pytorch(path),
        }
    }

    fn safetensors(path: &Path, file: File, length: u64, bytes: &[u8]) -> Result<Self, WeightsError> {
        let damaged = |detail: String| WeightsError::Damaged { path: path.to_owned(), detail };
        let header = parse_header(bytes).map_err(damaged)?;
        let data_start = 8 + bytes.len() as u64;
        let expected = data_start + header.data_len() as u64;
        if length != expected {
            return Err(damaged(format!("it has {length} bytes where its header promises {expected}")));
        }
        Ok(Self {
            catalogue: catalogue(&header),
            notes: header.metadata().clone().unwrap_or_default().into_iter().collect(),
            contents: Contents::Safetensors { file: RefCell::new(file), data_start, header },
        })
    }

    fn pytorch(path: &Path) -> Result<Self, WeightsError> {
        let reader = PytorchReader::new(path).map_err(|error| WeightsError::UnknownKind {
            path: path.to_owned(),
            detail: error.to_string(),
        })?;
        let info = |tensor: &pytorch_reader::Tensor| Info {
            element: match tensor.dtype() {
                pytorch_reader::DType::F64 => Element::F64,
                pytorch_reader::DType::F32 => Element::F32,
                pytorch_reader::DType::F16 => Element::F16,
                pytorch_reader::DType::BF16 => Element::Bf16,
                pytorch_reader::DType::U8 => Element::U8,
                _ => Element::Other,
            },
            shape: tensor.shape().to_vec(),
        };
        Ok(Self {
            catalogue: reader.tensors().iter().map(|(name, tensor)| (name.clone(), info(tensor))).collect(),
            notes: BTreeMap::new(),
            contents: Contents::Pytorch(reader),
        })
    }

    /// The tensor's bytes: row-major, little-endian.
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>, WeightsError> {
        let missing = || WeightsError::MissingTensor { name: name.to_owned() };
        let failed =
            |error: std::io::Error| WeightsError::Tensor { name: name.to_owned(), detail: error.to_string() };
        match &self.contents {
            Contents::Safetensors { file, data_start, header } => {
                let (from, to) = header.info(name).ok_or_else(missing)?.data_offsets;
                let mut file = file.borrow_mut();
                file.seek(SeekFrom::Start(data_start + from as u64)).map_err(failed)?;
                let mut bytes = vec![0; to - from]; // inside the file: the header's lengths were checked against it
                file.read_exact(&mut bytes).map_err(failed)?;
                Ok(bytes)
            }
            Contents::Pytorch(reader) => reader.get(name).ok_or_else(missing)?.read().map_err(failed),
        }
    }

    /// The tensor's values converted to f32, from any supported float type; all finite.
    pub fn values(&self, name: &str) -> Result<Vec<f32>, WeightsError> {
        let element = match self.catalogue.get(name) {
            Some(info) => info.element,
            None => return Err(WeightsError::MissingTensor { name: name.to_owned() }),
        };
        let bytes = self.bytes(name)?;
        let values: Vec<f32> = match element {
            Element::F32 => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
            Element::F64 => bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b) as f32).collect(),
            Element::F16 => bytes.as_chunks().0.iter().map(|&b| half_to_f32(u16::from_le_bytes(b))).collect(),
            // A bfloat16 is the upper half of an f32.
            Element::Bf16 => {
                bytes.as_chunks().0.iter().map(|&[low, high]| f32::from_le_bytes([0, 0, low, high])).collect()
            }
            Element::U8 | Element::Other => return Err(WeightsError::ElementType { name: name.to_owned() }),
        };
        match values.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(WeightsError::NotFinite { name: name.to_owned(), index }),
            None => Ok(values),
        }
    }
}

/// The JSON header of a safetensors file (after its 8-byte length); `None` if the file is of another format.
fn read_header_bytes(file: &mut File, length: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut start = Vec::new();
    file.take(9).read_to_end(&mut start)?;
    let &[a, b, c, d, e, f, g, h, b'{'] = start.as_slice() else { return Ok(None) };
    let header_length = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    if header_length > MAX_HEADER_BYTES || header_length > length - 8 {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(8))?;
    let mut bytes = Vec::new();
    file.take(header_length).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Parses the header of a safetensors file. Gaps, overlaps, and lengths that do not match the shapes are refused.
pub(super) fn parse_header(json: &[u8]) -> Result<Metadata, String> {
    serde_json::from_slice(json).map_err(|error| error.to_string())
}

/// The catalogue of a safetensors header.
pub(super) fn catalogue(header: &Metadata) -> Catalogue {
    let element = |dtype| match dtype {
        Dtype::F64 => Element::F64,
        Dtype::F32 => Element::F32,
        Dtype::F16 => Element::F16,
        Dtype::BF16 => Element::Bf16,
        Dtype::U8 => Element::U8,
        _ => Element::Other,
    };
    let info = |(name, info): (String, &safetensors::tensor::TensorInfo)| {
        (name, Info { element: element(info.dtype), shape: info.shape.clone() })
    };
    header.tensors().into_iter().map(info).collect()
}

/// Converts an IEEE 754 binary16 to f32, exactly.
fn half_to_f32(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f32::from(half & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction > 0.0 => f32::NAN,
        31 => f32::INFINITY,
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "every half is exactly an f32")]
    fn halves_are_read_exactly() {
        // Values from the standard: smallest subnormal, largest subnormal, smallest normal, thirds, extremes.
        for (half, value) in [
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0x3bff, 0.999_511_7),
            (0x3c00, 1.0),
            (0x3c01, 1.000_976_6),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0000, 0.0),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(half_to_f32(half), value, "{half:#06x}");
        }
        assert!(half_to_f32(0x7e00).is_nan());
        assert!((0x0000..0x7c00).all(|half| half_to_f32(half) < half_to_f32(half + 1)), "not monotone");
    }
}

//! Defines the 8-bit affine quantisation of a convolution's kernels, with one scale and zero point for each output
//! channel.

/// Quantised kernels: `w = scale · (code − zero_point)`, with scale and zero point of the output channel.
///
/// The zero point is an integer code, so a weight of 0 is represented exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantized {
    /// One code for each weight, OIHW.
    pub codes: Vec<u8>,
    /// The difference between successive codes, for each output channel; finite and positive.
    pub scale: Vec<f32>,
    /// The code that represents 0, for each output channel.
    pub zero_point: Vec<u8>,
}

/// Quantises `weight`, OIHW with `out_channels` output channels. The error of each value is at most half the scale of
/// its channel.
///
/// The range of a channel is that of its values, extended to include 0. Expects finite values.
pub fn quantize(weight: &[f32], out_channels: usize) -> Quantized {
    let mut quantized = Quantized {
        codes: Vec::with_capacity(weight.len()),
        scale: Vec::with_capacity(out_channels),
        zero_point: Vec::with_capacity(out_channels),
    };
    for channel in weight.chunks(kernel_len(weight.len(), out_channels)) {
        let (low, high) = channel
            .iter()
            .fold((0f64, 0f64), |(low, high), &w| (low.min(f64::from(w)), high.max(f64::from(w))));
        // A channel with only zeros (conv4_1 of the 8-bit VGG-19 has one) would have a scale of 0, by which the lines
        // below divide.
        let scale = (((high - low) / 255.0) as f32).max(f32::MIN_POSITIVE);
        let step = f64::from(scale);
        let zero_point = (-low / step).round().min(255.0);
        quantized.scale.push(scale);
        quantized.zero_point.push(zero_point as u8);
        quantized.codes.extend(
            channel.iter().map(|&w| (f64::from(w) / step + zero_point).round().clamp(0.0, 255.0) as u8),
        );
    }
    quantized
}

impl Quantized {
    /// The dequantised kernels in f32, OIHW.
    pub fn dequantize(&self) -> Vec<f32> {
        let mut weight = Vec::with_capacity(self.codes.len());
        let len = kernel_len(self.codes.len(), self.scale.len());
        let channels = self.scale.iter().zip(&self.zero_point);
        for (codes, (&scale, &zero)) in self.codes.chunks(len).zip(channels) {
            weight.extend(codes.iter().map(|&code| scale * (f32::from(code) - f32::from(zero))));
        }
        weight
    }
}

/// The number of values of one output channel; at least 1, since `chunks` panics at 0.
fn kernel_len(values: usize, out_channels: usize) -> usize {
    (values / out_channels.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_stays_within_half_a_step() {
        let weight: Vec<f32> =
            (0..4 * 27).map(|i| ((i * i) as f32 * 0.37).sin() * (i / 27 + 1) as f32).collect();
        let quantized = quantize(&weight, 4);
        for (i, (w, d)) in weight.iter().zip(quantized.dequantize()).enumerate() {
            let half = 0.5 * quantized.scale[i / 27] * (1.0 + 1e-5);
            assert!((w - d).abs() <= half, "value {i}: {w} became {d}, half a step is {half}");
        }
    }

    #[test]
    fn zero_stays_zero() {
        let mut weight: Vec<f32> = (0..18).map(|i| i as f32 * 0.031 - 0.2).collect();
        weight[3] = 0.0;
        weight[11] = 0.0;
        let back = quantize(&weight, 2).dequantize();
        assert_eq!((back[3], back[11]), (0.0, 0.0));
    }

    #[test]
    fn channels_of_zeros_and_of_one_sign_survive() {
        let mut weight = vec![0.0; 9];
        weight.extend([3.0; 9]);
        weight.extend([-0.25; 9]);
        weight.extend([1e-42; 9]);
        let quantized = quantize(&weight, 4);
        assert!(quantized.scale.iter().all(|s| s.is_normal() && *s > 0.0), "{:?}", quantized.scale);
        let back = quantized.dequantize();
        assert_eq!(back[..9], [0.0; 9]);
        assert!(back[9..18].iter().all(|w| (w - 3.0).abs() < 1e-6), "{:?}", &back[9..18]);
        assert!(back[18..27].iter().all(|w| (w + 0.25).abs() < 1e-6), "{:?}", &back[18..27]);
    }

    #[test]
    fn codes_are_a_fixed_point() {
        let weight: Vec<f32> = (0..90).map(|i| (i as f32 * 1.7).cos()).collect();
        let once = quantize(&weight, 2);
        assert_eq!(quantize(&once.dequantize(), 2).codes, once.codes);
    }
}

//! Lets a picture follow the one before it in a film.

use picture::{Picture, grey::grey, mask::Mask};

use super::StyleTransfer;
use crate::{error::Error, kernels::upload, loss::Followed};

impl StyleTransfer {
    /// Restarts the optimisation, directly at the last scale, from `warped` where it is trusted and from the photo elsewhere,
    /// and keeps the picture near `warped` from the next step on: γ·mean(c·(x − ω)²) is added to the loss. γ is `weight`, 0
    /// or more, c is `trust` and ω is `warped`, the result of the frame before moved along the optical flow. The mean is
    /// over three colours of all pixels. The step count starts from 0. Waits for the device.
    ///
    /// A departure from Gatys et al., after Ruder, Dosovitskiy and Brox 2016, "Artistic style transfer for videos", sections
    /// 4.1 and 4.2. There the start is `warped` everywhere; where nothing is known of the frame before, it would smear.
    ///
    /// A run whose options have one scale only ([`Schedule::Single`](options::Schedule::Single)) computes its targets once.
    ///
    /// # Errors
    /// [`Error::AnotherSize`] if `warped` or `trust` is not of the size of the result; [`Error::DeviceLost`] if the device
    /// fails.
    pub async fn follow(&mut self, warped: &Picture, trust: &Mask, weight: f32) -> Result<(), Error> {
        if warped.size() != self.size() || trust.size() != self.size() {
            return Err(Error::AnotherSize);
        }
        if !self.is_at_full_size() {
            self.enter(self.plan.scales().len() - 1).await?;
        }
        let start = trust.blend(warped, &self.shown.photo);
        self.restart_from(&start).await?;
        let warped = if self.in_grey { &grey(warped) } else { warped };
        let (width, height) = self.bleed.around(self.size());
        let trust = trust.extended(self.bleed);
        self.followed = Some(Followed {
            warped: self.vgg.upload(&warped.extended(self.bleed)),
            trust: upload(trust.values().to_vec(), [height, width], self.vgg.device()),
            weight,
        });
        Ok(())
    }
}

//! Defines a readback that was requested and is not waited for yet.

use std::{
    fmt,
    future::ready,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use picture::{
    Channel, Frame, chroma, color,
    mask::{cut_out, lay_over},
    rect::Rect,
};

use crate::{
    error::Error,
    kernels::{Map, crop::crop, frame, readback},
    loss::{Term, losses},
    sources::Subject,
};

/// A requested readback of a run ([`StyleTransfer::read`](crate::StyleTransfer::read)): a future of a [`Frame`].
///
/// The copy is queued on the device when the reading is made, before it is awaited. So steps that are queued
/// afterwards do not change what is read, and the device computes them while the caller waits.
///
/// A reading is to be awaited, not dropped, before the device is read again: Burn would reuse the buffer that is still
/// being mapped for it.
pub struct Reading(Pin<Box<dyn Future<Output = Result<Frame, Error>>>>);

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").finish_non_exhaustive()
    }
}

impl Reading {
    /// Starts `reading`, which must queue its copy before it first waits.
    pub(crate) fn start(reading: impl Future<Output = Result<Frame, Error>> + 'static) -> Self {
        let mut reading = Box::pin(reading);
        match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(frame) => Self(Box::pin(ready(frame))),
            Poll::Pending => Self(reading),
        }
    }
}

impl Future for Reading {
    type Output = Result<Frame, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

/// What a [`Reading`] needs of a run. It holds the tensors, so that the run can go on meanwhile.
pub(crate) struct Request {
    /// The picture `[H, W, 4]` with its bleed.
    pub picture: Map,
    /// The picture inside its bleed.
    pub inside: Rect,
    /// Whether the pixels are read, or the losses only.
    pub with_pixels: bool,
    /// The number of steps made.
    pub step: u32,
    /// The loss terms; may be empty.
    pub terms: Vec<Term>,
    /// The photo in its colours, and its masks.
    pub subject: Arc<Subject>,
    /// Whether the frame gets the colours of the photo.
    pub keeps_colors: bool,
    /// The passes that smooth the colours of the frame.
    pub smooth_colors: u32,
    /// Whether pixels outside of the mask are those of the photo.
    pub protects: bool,
}

impl Request {
    /// Reads the frame. Its `rgba` is empty if no pixels are read.
    pub async fn read(self) -> Result<Frame, Error> {
        let sums = self.terms.iter().map(|term| term.sums.clone()).collect();
        let (mut rgba, sums) = if self.with_pixels {
            frame::read(&crop(&self.picture, self.inside), sums).await?
        } else {
            (Vec::new(), readback::read_vectors(sums).await?)
        };
        if self.with_pixels {
            self.finish(&mut rgba);
        }
        let Rect { width, height, .. } = self.inside;
        let losses = (!sums.is_empty()).then(|| losses(self.terms.iter().zip(&sums)));
        Ok(Frame { width, height, step: self.step, losses, rgba })
    }

    /// Reads the pixels as the engine computes them, to 16 bits. There are no losses in the frame.
    pub async fn read_fine(self) -> Result<Frame<u16>, Error> {
        let values = readback::read_values(crop(&self.picture, self.inside)).await?;
        let fine = |value: f32| u16::nearest(value.clamp(0.0, 1.0) * u16::SCALE);
        let pixels = values.as_chunks::<4>().0.iter();
        let mut rgba: Vec<u16> =
            pixels.flat_map(|&[r, g, b, _]| [fine(r), fine(g), fine(b), u16::MOST]).collect();
        self.finish(&mut rgba);
        let Rect { width, height, .. } = self.inside;
        Ok(Frame { width, height, step: self.step, losses: None, rgba })
    }

    /// Applies colours of the photo, the filter of colours, mask and transparency to the pixels.
    fn finish<C: Channel>(&self, rgba: &mut [C]) {
        let Subject { photo, mask, opacity, .. } = &*self.subject;
        if self.keeps_colors {
            color::keep(rgba, photo);
        }
        chroma::smooth(rgba, self.inside.width, self.smooth_colors);
        if let Some(mask) = mask.as_ref().filter(|_| self.protects) {
            lay_over(rgba, photo, mask);
        }
        if let Some(opacity) = opacity {
            cut_out(rgba, opacity);
        }
    }
}

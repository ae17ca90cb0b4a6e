//! Takes the state of a run and sets a run to it, so that it goes on as if it had never been interrupted.

use super::StyleTransfer;
use crate::{
    error::Error,
    kernels::{Map, adam::Moments, readback::read_values, upload},
    optimizer::State,
    repeated::Repeated,
};

/// Where a run with Adam is. Together with the inputs of the run (pictures, network, options) it determines all that follows: what
/// is random at a step depends on the seed and the number of the step only.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The index of the current scale in the plan.
    pub scale: usize,
    /// Steps made at all scales together.
    pub steps: u32,
    /// Steps made at the current scale.
    pub steps_at_scale: u32,
    /// The steps that Adam's moments have seen.
    pub moments: u32,
    /// Steps and total losses that the stopping criterion remembers.
    pub losses: Vec<(u32, f32)>,
    /// The picture with its bleed, and the first and the second moment of each level, the finest first: size `[H, W, 4]` and
    /// values.
    pub maps: Vec<([usize; 3], Vec<f32>)>,
}

impl StyleTransfer {
    /// The state after the latest step; `None` with L-BFGS, whose history is as large as many pictures. Waits for the device.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device fails.
    pub async fn snapshot(&self) -> Result<Option<Snapshot>, Error> {
        let State::Adam(adam) = &self.state else { return Ok(None) };
        let moments = adam.levels.iter().flat_map(|Moments { first, second }| [first, second]);
        let mut maps = Vec::new();
        for map in std::iter::once(&adam.x).chain(moments) {
            maps.push((map.dims(), read_values(map.clone()).await?));
        }
        Ok(Some(Snapshot {
            scale: self.at,
            steps: self.steps,
            steps_at_scale: self.steps_at_scale,
            moments: adam.steps,
            losses: self.watch.seen(),
            maps,
        }))
    }

    /// Sets a run that has made no step to a state of a run with the same inputs. Waits for the device.
    ///
    /// # Errors
    /// [`Error::AnotherSize`] if the sizes are those of another run; [`Error::DeviceLost`] if the device fails.
    pub async fn resume(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        if snapshot.scale >= self.plan.scales().len() {
            return Err(Error::AnotherSize);
        }
        if snapshot.scale > self.at {
            self.enter(snapshot.scale).await?;
        }
        let (width, height) = self.bleed.around(self.scale().size());
        let mut maps = snapshot.maps.iter();
        let mut next = |size: [usize; 3]| -> Result<Map, Error> {
            let (found, values) = maps.next().ok_or(Error::AnotherSize)?;
            if *found != size || values.len() != size.iter().product::<usize>() {
                return Err(Error::AnotherSize);
            }
            Ok(upload(values.clone(), size, self.vgg.device()))
        };
        let picture = next([height, width, 4])?;
        let mut state = State::start(&self.options, picture);
        let State::Adam(adam) = &mut state else { return Err(Error::AnotherSize) };
        for Moments { first, second } in &mut adam.levels {
            *first = next(first.dims())?;
            *second = next(second.dims())?;
        }
        if maps.next().is_some() {
            return Err(Error::AnotherSize);
        }
        adam.steps = snapshot.moments;
        self.state = state;
        self.evaluation = Repeated::default();
        self.steps = snapshot.steps;
        self.steps_at_scale = snapshot.steps_at_scale;
        self.watch.remember(&snapshot.losses);
        self.terms.clear();
        Ok(())
    }
}

//! Makes the steps of a run and reports its progress.
//!
//! The device must never wait for the page: while the losses of one batch of steps are read back, the next batch is
//! queued already ([`Batch::overlaps`]). The picture is read only as often as it is shown ([`Pace`]).

use std::collections::VecDeque;

use browser::{envelope::Envelope, now};
use impasto::{Reading, StyleTransfer};
use js_sys::{Promise, Uint8Array};
use picture::{Frame, Losses};
use protocol::{Ending, Event, Failure, JobId};
use wasm_bindgen_futures::JsFuture;

use crate::{
    batch::Batch,
    engine::{
        failure::failure,
        inbox::Inbox,
        opened::Fault,
        post::{post, send},
        yielder::Yielder,
    },
    pace::Pace,
};

/// Why a run ended, the number of steps by the page's count, and the losses of the final picture.
pub type Outcome = (Ending, u32, Option<Losses>);

/// A run in progress.
pub struct Run<'a> {
    pub job: JobId,
    pub transfer: &'a mut StyleTransfer,
    /// The number of steps already made, by the page's count, when `transfer` was created.
    pub offset: u32,
    pub inbox: &'a Inbox,
    pub yielder: &'a Yielder,
    pub fault: &'a Fault,
    batch: Batch,
    pace: Pace,
    /// The batches that are queued on the device, the oldest first: the number of steps, and the requested readback.
    queued: VecDeque<(u32, Reading)>,
    /// When the latest batch was finished or, without an earlier one, queued.
    latest: f64,
    /// The step of the latest picture that the page has received, by the engine's count.
    shown: Option<u32>,
}

impl<'a> Run<'a> {
    pub fn new(
        job: JobId,
        transfer: &'a mut StyleTransfer,
        offset: u32,
        (inbox, yielder, fault): (&'a Inbox, &'a Yielder, &'a Fault),
    ) -> Self {
        let (batch, pace, queued) = (Batch::new(), Pace::new(), VecDeque::new());
        Self { job, transfer, offset, inbox, yielder, fault, batch, pace, queued, latest: 0.0, shown: None }
    }

    /// Makes `steps` steps, unless the run is stopped or good enough before. `pipelines` is fulfilled when those of a step
    /// are there.
    pub async fn finish(mut self, steps: u32, pipelines: Option<Promise>) -> Result<Outcome, Failure> {
        let outcome = self.make(steps, pipelines).await;
        // A reading must not be dropped: the buffer that the browser is mapping for it would be reused.
        for (_, reading) in self.queued.drain(..) {
            let _ = reading.await;
        }
        outcome
    }

    async fn make(&mut self, steps: u32, pipelines: Option<Promise>) -> Result<Outcome, Failure> {
        // Shows the initial picture at once: on a GPU the first step takes long, since kernels are compiled.
        self.show_current().await?;
        if let Some(pipelines) = pipelines {
            // It is never rejected.
            let _ = JsFuture::from(pipelines).await;
        }
        self.yielder.macrotask().await;
        let mut made = 0;
        let mut enough = false;
        while made < steps && !enough && !self.inbox.is_stopped(self.job) {
            self.steer();
            made += self.queue_batch(steps - made).await?;
            // The stopping criterion must see its losses before the next step.
            let ahead = usize::from(self.batch.overlaps() && made < steps && !self.transfer.needs_losses());
            while self.queued.len() > ahead {
                enough |= self.receive().await?;
            }
            self.yielder.macrotask().await;
        }
        self.check_device()?;
        if self.inbox.is_stopped(self.job) && made < steps {
            // A stopped run returns as soon as what is queued is done.
            while !self.queued.is_empty() {
                self.receive().await?;
            }
            self.show_current().await?;
            return Ok((Ending::Stopped, self.step(), None));
        }
        self.show_current().await?;
        let losses = self.transfer.evaluate().await.map_err(failure)?;
        self.check_device()?;
        Ok((Ending::Finished, self.step(), losses.is_finite().then_some(losses)))
    }

    /// Applies a changed content weight from the next step on.
    fn steer(&mut self) {
        if let Some((job, content_weight)) = self.inbox.content_weight.take()
            && job == self.job
        {
            self.transfer.set_content_weight(content_weight);
        }
    }

    /// Queues the next batch, of at most `most` steps, and the readback of its losses; of its picture too if that is
    /// to be shown. Returns the number of steps.
    async fn queue_batch(&mut self, most: u32) -> Result<u32, Failure> {
        if self.queued.is_empty() {
            self.latest = now();
        }
        self.transfer.next_scale().await.map_err(failure)?;
        let most = self.batch.steps().min(most).min(self.transfer.steps_here());
        let mut steps = 0;
        while steps < most {
            self.transfer.step().await.map_err(failure)?;
            steps += 1;
            if self.transfer.needs_losses() {
                break;
            }
        }
        self.queued.push_back((steps, self.transfer.read(self.pace.is_due(now()))));
        Ok(steps)
    }

    /// Waits for the oldest batch and reports it. Returns whether the run is good enough.
    async fn receive(&mut self) -> Result<bool, Failure> {
        let Some((steps, reading)) = self.queued.pop_front() else { return Ok(false) };
        let frame = reading.await.map_err(failure)?;
        self.check_device()?;
        let time = now();
        self.batch.took(steps, time - self.latest);
        self.latest = time;
        let enough = self.transfer.is_good_enough(&frame);
        let losses = frame.losses.ok_or_else(|| Failure::Crashed("a step has no losses".into()))?;
        let made = self.offset + frame.step;
        if !losses.is_finite() {
            // Such a picture is unusable, and JSON cannot represent the losses.
            return Err(Failure::Diverged(made));
        }
        post(&Event::Progress { job: self.job, made, step: made - 1, losses });
        if !frame.rgba.is_empty() {
            self.show(frame);
        }
        Ok(enough)
    }

    /// Reads the current picture and shows it, unless the page has it.
    async fn show_current(&mut self) -> Result<(), Failure> {
        if self.shown == Some(self.transfer.steps()) {
            return Ok(());
        }
        let frame = self.transfer.frame().await.map_err(failure)?;
        self.check_device()?;
        if frame.losses.is_some_and(|losses| !losses.is_finite()) {
            return Err(Failure::Diverged(self.offset + frame.step));
        }
        self.show(frame);
        Ok(())
    }

    /// Sends a frame. Its pixels are transferred.
    fn show(&mut self, frame: Frame) {
        let before = now();
        self.shown = Some(frame.step);
        let (width, height) = self.transfer.size();
        let mut frame = frame.enlarged(width, height);
        frame.step += self.offset;
        let pixels = Uint8Array::from(std::mem::take(&mut frame.rgba).as_slice()).buffer();
        send(
            Envelope::new(&Event::Frame { job: self.job, frame })
                .map(|envelope| envelope.transferring("pixels", &pixels)),
        );
        self.pace.taken(before, now());
    }

    /// The number of steps made, by the page's count.
    fn step(&self) -> u32 {
        self.offset + self.transfer.steps()
    }

    fn check_device(&self) -> Result<(), Failure> {
        (self.fault)().map_or(Ok(()), Err)
    }
}

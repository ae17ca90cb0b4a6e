//! Records launches as a graph of cubecl.

use std::thread::{self, ThreadId};

use burn::{backend::DispatchDevice, tensor::Device};
use cubecl::client::Graph;

use super::arena::Arena;
use crate::error::Error;

/// See [`kernels::Rehearsal`](crate::kernels::recording::Rehearsal).
#[derive(Debug)]
pub struct Rehearsal(Arena);

/// See [`kernels::Recording`](crate::kernels::recording::Recording).
#[derive(Debug)]
pub struct Recording {
    graph: Graph,
    /// The memory that the launches use.
    _memory: Arena,
    thread: ThreadId,
}

impl Rehearsal {
    /// As [`kernels::Rehearsal::of`](crate::kernels::recording::Rehearsal::of).
    pub fn of<T>(work: impl FnOnce() -> T) -> (Self, T) {
        let mut arena = Arena::default();
        let result = arena.run(work);
        (Self(arena), result)
    }

    /// As [`kernels::Rehearsal::record`](crate::kernels::recording::Rehearsal::record).
    pub fn record<T>(
        self,
        device: &Device,
        work: impl FnOnce() -> T,
    ) -> Result<Option<(Recording, T)>, Error> {
        #[cfg_attr(not(feature = "cpu"), expect(irrefutable_let_patterns, reason = "there are no others"))]
        let DispatchDevice::Cube(device) = device.as_dispatch() else { return Ok(None) };
        let Self(mut arena) = self;
        let client = device.client();
        if arena.uploads() || client.graph_prepare().is_err() {
            return Ok(None);
        }
        if client.start_capture().is_err() {
            // There is nothing to stop, but otherwise cubecl would refuse the next start.
            let _ = client.stop_capture();
            return Ok(None);
        }
        let result = arena.run(work);
        // A failure is final: cubecl takes all buffers of the recording for spoilt, and the weights are among them.
        let graph = client.stop_capture().map_err(|error| Error::DeviceLost(format!("{error:?}")))?;
        Ok(Some((Recording { graph, _memory: arena, thread: thread::current().id() }, result)))
    }
}

impl Recording {
    /// As [`kernels::Recording::is_of_this_thread`](crate::kernels::recording::Recording::is_of_this_thread).
    pub fn is_of_this_thread(&self) -> bool {
        self.thread == thread::current().id()
    }

    /// As [`kernels::Recording::replay`](crate::kernels::recording::Recording::replay).
    pub fn replay(&self) -> Result<(), Error> {
        assert!(self.is_of_this_thread(), "launches are replayed on the thread that recorded them");
        // SAFETY: The memory is not freed, since the graph, the arena and the owner of the recording keep it. Only this
        // thread launches kernels on it, so that all accesses are ordered.
        unsafe { self.graph.replay() }.map_err(|error| Error::DeviceLost(format!("{error:?}")))
    }
}

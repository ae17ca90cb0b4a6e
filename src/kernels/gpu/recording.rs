//! Records launches as a graph of cubecl.

use std::thread::{self, ThreadId};

use burn::{backend::DispatchDevice, tensor::Device};
use cubecl::client::Graph;

use crate::error::Error;

/// See [`kernels::Recording`](crate::kernels::recording::Recording).
#[derive(Debug)]
pub struct Recording {
    graph: Graph,
    thread: ThreadId,
}

impl Recording {
    /// As [`kernels::Recording::of`](crate::kernels::recording::Recording::of).
    pub fn of<T>(device: &Device, work: impl FnOnce() -> T) -> Option<(Self, T)> {
        #[cfg_attr(not(feature = "cpu"), expect(irrefutable_let_patterns, reason = "there are no others"))]
        let DispatchDevice::Cube(device) = device.as_dispatch() else { return None };
        let client = device.client();
        client.graph_prepare().ok()?;
        if client.start_capture().is_err() {
            // Without a window there is nothing to stop, but cubecl would refuse the next one.
            let _ = client.stop_capture();
            return None;
        }
        let result = work();
        let graph = client.stop_capture().ok()?;
        Some((Self { graph, thread: thread::current().id() }, result))
    }

    /// As [`kernels::Recording::is_of_this_thread`](crate::kernels::recording::Recording::is_of_this_thread).
    pub fn is_of_this_thread(&self) -> bool {
        self.thread == thread::current().id()
    }

    /// As [`kernels::Recording::replay`](crate::kernels::recording::Recording::replay).
    pub fn replay(&self) -> Result<(), Error> {
        assert!(self.is_of_this_thread(), "launches are replayed on the thread that recorded them");
        // SAFETY: The memory is not freed, since the graph and the owner of the recording keep it. Only this thread launches
        // kernels on it, so that all accesses are ordered.
        unsafe { self.graph.replay() }.map_err(|error| Error::DeviceLost(format!("{error:?}")))
    }
}

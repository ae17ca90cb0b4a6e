//! The engine's worker on WebGPU. The page starts it.

#[cfg(target_family = "wasm")]
fn main() {
    use std::rc::Rc;

    use browser::adapter_name;
    use impasto::device;
    use options::Engine;
    use worker::engine::{Opened, failure, session, timestamps};

    // The baseline of the benchmark is this worker with Burn's own operations.
    #[cfg(feature = "stock")]
    impasto::kernels::use_stock_operations(true);
    session::start(Engine::Gpu, async {
        let requested = device::request().await.map_err(failure)?;
        let gpu = timestamps::claimed(|| requested.open()).map_err(failure)?;
        let name = adapter_name().await.unwrap_or_else(|| gpu.name.clone());
        let (device, software, queue) = (gpu.device.clone(), gpu.software, gpu.queue.clone());
        let failed = gpu.failed();
        Ok(Opened {
            device,
            name,
            software,
            fault: Rc::new(move || gpu.fault().map(failure)),
            failed: Some(Box::pin(async move { failure(failed.await) })),
            nudge: Some(Rc::new(move || {
                queue.submit([]);
            })),
        })
    });
}

#[cfg(not(target_family = "wasm"))]
fn main() {
    eprintln!("This is the worker of Impasto's page, built for browsers: run `cargo xtask serve`.");
}

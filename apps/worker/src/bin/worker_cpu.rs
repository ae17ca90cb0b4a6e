//! The worker for browsers without WebGPU. The page starts it, and it starts itself once more on each of the other cores.

#[cfg(target_family = "wasm")]
fn main() {
    use std::rc::Rc;

    use impasto::device;
    use options::Engine;
    use worker::{helpers, opened::Opened, relaxed, session};

    relaxed::start();
    if helpers::is_helper() {
        return helpers::help();
    }
    session::start(Engine::Cpu, async {
        let name = match helpers::hire().await {
            1 => "the processor".into(),
            threads => format!("the processor, {threads} threads"),
        };
        Ok(Opened { device: device::cpu(), name, software: true, fault: Rc::new(|| None) })
    });
}

#[cfg(not(target_family = "wasm"))]
fn main() {
    eprintln!("This is the worker of Impasto's page, built for browsers: run `cargo xtask serve`.");
}

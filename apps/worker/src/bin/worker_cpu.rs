//! The engine's worker on the CPU. The page starts it; it starts further instances of itself as helpers on the other
//! cores.

#[cfg(target_family = "wasm")]
fn main() {
    use std::rc::Rc;

    use impasto::device;
    use options::Engine;
    use worker::engine::{Opened, helpers, relaxed, session};

    relaxed::start();
    if helpers::is_helper() {
        return helpers::help();
    }
    session::start(Engine::Cpu, async {
        let name = match helpers::hire().await {
            1 => "the processor".into(),
            threads => format!("the processor, {threads} threads"),
        };
        let fault = Rc::new(|| None);
        Ok(Opened { device: device::cpu(), name, software: true, fault, failed: None, nudge: None })
    });
}

#[cfg(not(target_family = "wasm"))]
fn main() {
    eprintln!("This is the worker of Impasto's page, built for browsers: run `cargo xtask serve`.");
}

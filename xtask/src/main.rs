//! `cargo xtask`: set-up and every chore of Impasto, one command each.

mod bench;
mod process;
mod setup;
mod site;
mod stamp;
mod suites;
mod weights;

use std::env;
use std::process::ExitCode;

const HELP: &str = "\
Set-up and every chore of Impasto. What is missing is installed on the way.

  cargo xtask serve [--port N] [--open]     build the site and serve it on http://127.0.0.1:8080
  cargo xtask test [--native | --browser]   run every test: native ones, then real browsers
  cargo xtask build [--dev]                 build the site into dist/, print the sizes, fail over budget
  cargo xtask bench [--json FILE]           measure the engine in a real browser
  cargo xtask bench --only TEXT             … only what has TEXT in its name: `gpu vgg19`, `start-up`
  cargo xtask weights --from FILE           make a pack of weights from a model file
  cargo xtask weights --download            … from the public one (`cargo xtask weights --help` for more)
  cargo xtask wasm check --features page …  any cargo command, for the browser's target
  cargo xtask setup                         only install what the others need
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (chore, rest) =
        arguments.split_first().map_or(("help", &[][..]), |(chore, rest)| (chore.as_str(), rest));
    let wants_help = rest.iter().any(|argument| ["--help", "-h"].contains(&argument.as_str()));
    let outcome = match chore {
        // These two hand it on.
        chore if wants_help && !["weights", "wasm"].contains(&chore) => {
            print!("{HELP}");
            Ok(())
        }
        "serve" => site::serve(rest),
        "test" => suites::test(rest),
        "build" => site::build(rest),
        "bench" => bench::bench(rest),
        "weights" => weights::weights(rest),
        "wasm" => site::wasm(rest),
        "setup" => setup::for_tests().map(drop),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no `cargo xtask {other}`\n\n{HELP}").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

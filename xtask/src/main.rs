//! Defines `cargo xtask`: set-up, builds, tests and checks, one subcommand each.

mod bench;
mod checks;
mod flags;
mod fuzz;
mod package;
mod process;
mod reproduce;
mod setup;
mod shaders;
mod site;
mod stamp;
mod suites;
mod weights;

use std::env;
use std::process::ExitCode;

const HELP: &str = "\
Set-up and every chore of Impasto. Tools that are missing are installed on the way, into the cache folder.

  cargo xtask serve [--port N] [--open]     build the site and serve it on http://127.0.0.1:8080
  cargo xtask test [--native | --browser]   run every test: native ones, then real browsers
  cargo xtask build [--dev]                 build the site into dist/, print the sizes, fail over budget
  cargo xtask reproduce                     build the site a second time, in another folder, and compare every file
  cargo xtask package                       pack the npm package into target/package, with the site's engine
  cargo xtask bench [--json FILE]           measure the engine in a real browser
  cargo xtask bench --only TEXT             … only what has TEXT in its name: `gpu vgg19`, `start-up`
  cargo xtask weights --from FILE           make a pack of weights from a model file
  cargo xtask weights --download            … from the public one (`cargo xtask weights --help` for more)
  cargo xtask wasm check --package page …   any cargo command, for the browser's target
  cargo xtask check [NAME …]                circles among modules, options in the documents, spelling, dependencies, docs
  cargo xtask circles                       … the first of these
  cargo xtask docs                          write the tables of options into the documents and the library
  cargo xtask shaders                       compile the kernels for real GPUs that are not there, estimate a step, fail on
                                            spilled registers and on estimates worse than benches/shaders.json
  cargo xtask shaders --write               … and write the figures there
  cargo xtask shaders --quick               … and only for one family and the kernels that a step launches
  cargo xtask shaders [--all | --algorithm TEXT] [--family NAME] [--strict]
                                            … and print them for every algorithm or those with TEXT in their name, for another
                                            family than navi21, for shaders that check every index themselves
  cargo xtask fuzz [NAME …] [--seconds N | --runs N]
                                            feed the readers of files and addresses with inputs of every kind, 60 s each
  cargo xtask setup                         only install what the others need

  --system                                  with any of them: also install Debian packages (browsers, drivers, a
                                            compiler where rustup has none), which needs the superuser
";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    if take_flag(&mut arguments, "--system") {
        setup::allow_system();
    }
    let (chore, rest) =
        arguments.split_first().map_or(("help", &[][..]), |(chore, rest)| (chore.as_str(), rest));
    let wants_help = rest.iter().any(|argument| ["--help", "-h"].contains(&argument.as_str()));
    let outcome = match chore {
        // These two pass it on.
        chore if wants_help && !["weights", "wasm"].contains(&chore) => {
            print!("{HELP}");
            Ok(())
        }
        "serve" => site::serve(rest),
        "test" => suites::test(rest),
        "build" => site::build(rest),
        "reproduce" => reproduce::reproduce(rest),
        "package" => package::package(rest),
        "bench" => bench::bench(rest),
        "weights" => weights::weights(rest),
        "wasm" => site::wasm(rest),
        "check" => checks::check(rest),
        "circles" => checks::check(&["circles".to_owned()]),
        "docs" => checks::write_docs(rest),
        "fuzz" => fuzz::fuzz(rest),
        "shaders" => shaders::shaders(rest),
        "setup" => setup::for_tests().and_then(|_| setup::for_checks()).map(drop),
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

/// Removes `flag` from the arguments; arguments after `--` belong to another program.
fn take_flag(arguments: &mut Vec<String>, flag: &str) -> bool {
    let mut ours = arguments.iter().take_while(|argument| *argument != "--");
    let found = ours.position(|argument| argument == flag);
    found.map(|index| arguments.remove(index)).is_some()
}

#[cfg(test)]
mod tests {
    use super::take_flag;

    #[test]
    fn a_flag_is_taken_from_our_arguments_only() {
        let taken = |line: &str| {
            let mut arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let found = take_flag(&mut arguments, "--system");
            (found, arguments.join(" "))
        };
        assert_eq!(taken("serve --system --port 1"), (true, "serve --port 1".to_owned()));
        assert_eq!(taken("--system serve"), (true, "serve".to_owned()));
        assert_eq!(taken("serve --open"), (false, "serve --open".to_owned()));
        assert_eq!(taken("wasm run -- --system"), (false, "wasm run -- --system".to_owned()));
    }
}

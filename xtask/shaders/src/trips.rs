//! How often the loops of a kernel run.
//!
//! A loop in WGSL says so itself, in a comment on the line of its `for`: `// trips: EXPRESSION`. The expression knows the fields
//! of the uniform (`inputs`), the launch (`threads`, `workgroups`), numbers, `+ - * /` (of real numbers) and brackets.

use std::collections::HashMap;

use naga::{AddressSpace, TypeInner};

use crate::outcome::Result;

/// The expressions of the loops of a text, in its order. `None`: the loop does not say.
pub fn annotations(text: &str) -> Vec<Option<&str>> {
    let starts =
        |line: &str| ["for (", "while (", "loop {"].iter().any(|word| line.trim_start().starts_with(word));
    let loops = text.lines().filter(|line| starts(line));
    loops.map(|line| line.split_once("// trips: ").map(|(_, expression)| expression.trim())).collect()
}

/// The fields of the uniform by name, each a 32-bit word.
pub fn fields(text: &str) -> Result<Vec<(String, usize)>> {
    let module = naga::front::wgsl::parse_str(text).map_err(|error| error.emit_to_string(text))?;
    let uniform = module.global_variables.iter().find(|(_, global)| global.space == AddressSpace::Uniform);
    let Some((_, uniform)) = uniform else { return Ok(Vec::new()) };
    let TypeInner::Struct { members, .. } = &module.types[uniform.ty].inner else { return Ok(Vec::new()) };
    let fields = members.iter().filter_map(|member| Some((member.name.clone()?, member.offset as usize / 4)));
    Ok(fields.collect())
}

/// Rounds of each loop of the program, given those that the text has (`None`: it does not say). The compiler unrolls loops
/// whose rounds are constant: as many are gone as the program has fewer, those with the fewest rounds first.
pub fn of_program(
    annotations: &[Option<&str>],
    loops: usize,
    names: &HashMap<String, f64>,
) -> Result<Vec<f64>> {
    let gone = annotations.len().checked_sub(loops).ok_or("more loops in the program than in the text")?;
    let rounds = |text: Option<&str>| evaluate(text.ok_or("a loop without `// trips:`")?, names);
    let rounds: Vec<f64> = annotations.iter().copied().map(rounds).collect::<Result<_>>()?;
    let is_constant = |at: &usize| !annotations[*at].is_some_and(|text| text.contains(char::is_alphabetic));
    let mut constant: Vec<usize> = (0..annotations.len()).filter(is_constant).collect();
    constant.sort_by(|&one, &other| rounds[one].total_cmp(&rounds[other]));
    let unrolled = constant.get(..gone).ok_or("a loop is gone whose rounds are not constant")?;
    Ok((0..annotations.len()).filter(|at| !unrolled.contains(at)).map(|at| rounds[at]).collect())
}

/// The value of an expression.
fn evaluate(text: &str, names: &HashMap<String, f64>) -> Result<f64> {
    let mut rest = text;
    let value = sum(&mut rest, names)?;
    if rest.trim().is_empty() { Ok(value) } else { Err(format!("`{text}`: what is `{rest}`?").into()) }
}

fn sum(rest: &mut &str, names: &HashMap<String, f64>) -> Result<f64> {
    let mut value = product(rest, names)?;
    loop {
        if take(rest, '+') {
            value += product(rest, names)?;
        } else if take(rest, '-') {
            value -= product(rest, names)?;
        } else {
            return Ok(value);
        }
    }
}

fn product(rest: &mut &str, names: &HashMap<String, f64>) -> Result<f64> {
    let mut value = factor(rest, names)?;
    loop {
        if take(rest, '*') {
            value *= factor(rest, names)?;
        } else if take(rest, '/') {
            value /= factor(rest, names)?;
        } else {
            return Ok(value);
        }
    }
}

fn factor(rest: &mut &str, names: &HashMap<String, f64>) -> Result<f64> {
    if take(rest, '(') {
        let value = sum(rest, names)?;
        return if take(rest, ')') { Ok(value) } else { Err("a bracket is open".into()) };
    }
    let text = rest.trim_start();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c))).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    *rest = after;
    let known = word.parse().ok().or_else(|| names.get(word).copied());
    known.ok_or_else(|| format!("`{word}` is neither a number nor a field of the uniform").into())
}

fn take(rest: &mut &str, sign: char) -> bool {
    let after = rest.trim_start().strip_prefix(sign);
    *rest = after.unwrap_or(rest);
    after.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> HashMap<String, f64> {
        HashMap::from([("inputs".to_owned(), 16.0), ("threads".to_owned(), 4.0)])
    }

    #[test]
    fn expressions_have_values() {
        let value = evaluate("9 * (inputs + 2) / threads - 1", &names()).unwrap();
        assert!((value - 39.5).abs() < 1e-9, "{value}");
        assert!(evaluate("outputs", &names()).unwrap_err().to_string().contains("`outputs`"));
        assert!(evaluate("1 2", &names()).is_err());
        assert!(evaluate("(1", &names()).is_err());
    }

    #[test]
    fn unrolled_loops_are_left_out() {
        let text = "for (a) { // trips: 9\n  for (b) { // trips: inputs / 2\n  }\n}\n  for (c) {\n}";
        let found = annotations(text);
        assert_eq!(found, [Some("9"), Some("inputs / 2"), None]);
        assert_eq!(of_program(&found[..2], 2, &names()).unwrap(), [9.0, 8.0]);
        assert_eq!(of_program(&found[..2], 1, &names()).unwrap(), [8.0]);
        assert!(of_program(&found[..2], 3, &names()).is_err(), "a loop from nowhere");
        assert!(
            of_program(&found[..2], 0, &names()).is_err(),
            "rounds that are not constant cannot be unrolled"
        );
        assert_eq!(of_program(&[Some("9"), Some("4"), Some("16")], 2, &names()).unwrap(), [9.0, 16.0]);
        assert!(of_program(&found, 3, &names()).is_err(), "one does not say");
    }
}

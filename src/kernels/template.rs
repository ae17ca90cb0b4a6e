//! WGSL templates: how a `.wgsl` file becomes the text of one variant of a kernel.
//!
//! A template is WGSL with two additions:
//!
//! - `{{name}}` is a hole. [`fill`] puts a value in its place.
//! - The lines between `{{for a b}}` and `{{end a b}}` are a loop that is unrolled in the text, since compilers for WGSL
//!   do not unroll. [`unroll`] repeats them, once for each row of values of the holes `{{a}}` and `{{b}}`.
//!
//! A value may contain holes and loops. They are filled by the calls that follow.

/// Replaces every hole `{{name}}` by its value.
///
/// # Panics
/// In builds with debug assertions, if the template has no such hole.
pub fn fill(template: &str, values: &[(&str, &dyn ToString)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in values {
        let hole = ["{{", name, "}}"].concat();
        debug_assert!(text.contains(&hole), "the template has no hole {hole}:\n{template}");
        text = text.replace(&hole, &value.to_string());
    }
    text
}

/// Repeats the lines of every loop over the holes `names`, once for each of the `rows`, which have a value for each name.
///
/// # Panics
/// If a loop has no end; in builds with debug assertions also if the template has no such loop.
pub fn unroll<const N: usize>(template: &str, names: [&str; N], rows: &[[usize; N]]) -> String {
    let names_joined = names.join(" ");
    let [begin, end] = ["for", "end"].map(|word| ["{{", word, " ", &names_joined, "}}\n"].concat());
    debug_assert!(template.contains(&begin), "the template has no loop {begin}{template}");
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once(&begin) {
        let (body, after) = after.split_once(&end).expect("a loop has an end");
        text += before;
        for row in rows {
            let holes = names.map(|name| ["{{", name, "}}"].concat());
            let filled = holes
                .iter()
                .zip(row)
                .fold(body.to_owned(), |body, (hole, value)| body.replace(hole, &value.to_string()));
            text += &filled;
        }
        rest = after;
    }
    text + rest
}

/// The rows of a loop over the numbers from 0 to `count` − 1.
pub fn up_to(count: usize) -> Vec<[usize; 1]> {
    (0..count).map(|number| [number]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_everywhere_also_those_in_values() {
        let text = fill("{{a}} + {{b}} = {{b}} + {{a}};", &[("a", &"x[{{i}}]"), ("b", &2), ("i", &0)]);
        assert_eq!(text, "x[0] + 2 = 2 + x[0];");
    }

    #[test]
    fn loops_are_unrolled_also_within_loops() {
        let template =
            "start\n{{for p}}\nlet x{{p}};\n{{for q}}\nlet y{{p}}_{{q}};\n{{end q}}\n{{end p}}\nend\n";
        let text = unroll(&unroll(template, ["q"], &up_to(2)), ["p"], &up_to(2));
        assert_eq!(text, "start\nlet x0;\nlet y0_0;\nlet y0_1;\nlet x1;\nlet y1_0;\nlet y1_1;\nend\n");
        let text = unroll("{{for i j}}\nm{{i}}{{j}} {{j}}\n{{end i j}}\n", ["i", "j"], &[[1, 2], [3, 4]]);
        assert_eq!(text, "m12 2\nm34 4\n");
    }

    #[test]
    #[should_panic(expected = "no hole {{b}}")]
    fn a_value_without_a_hole_is_refused() {
        fill("{{a}}", &[("b", &1)]);
    }

    #[test]
    #[should_panic(expected = "no loop {{for q}}")]
    fn rows_without_a_loop_are_refused() {
        unroll("{{for p}}\n{{end p}}\n", ["q"], &up_to(2));
    }
}

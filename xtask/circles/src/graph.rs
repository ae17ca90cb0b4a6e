//! Finds circles in a graph of uses: strongly connected components of two or more modules.

use std::collections::{BTreeMap, BTreeSet};

/// One module names an item of another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    pub from: String,
    pub to: String,
    /// The path as written in `from`.
    pub path: String,
}

/// Modules that use each other, directly or indirectly, and the uses among them.
#[derive(Debug)]
pub struct Circle {
    pub modules: Vec<String>,
    pub uses: Vec<Use>,
}

/// All circles, each with its modules sorted by name.
pub fn circles(uses: &BTreeSet<Use>) -> Vec<Circle> {
    let mut direct: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in uses {
        direct.entry(&one.from).or_default().insert(&one.to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        direct.keys().map(|module| (*module, reach(module, &direct))).collect();
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (module, others) in &reached {
        if !others.contains(module) || !seen.insert(*module) {
            continue;
        }
        let mutual = |other: &&&str| reached.get(**other).is_some_and(|others| others.contains(module));
        let members: BTreeSet<&str> = others.iter().filter(mutual).copied().collect();
        seen.extend(&members);
        let inside = |one: &&Use| members.contains(&*one.from) && members.contains(&*one.to);
        found.push(Circle {
            uses: uses.iter().filter(inside).cloned().collect(),
            modules: members.into_iter().map(str::to_owned).collect(),
        });
    }
    found
}

/// Every module that can be reached from `start`.
fn reach<'a>(start: &str, direct: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = direct.get(start).into_iter().flatten().copied().collect();
    while let Some(module) = open.pop() {
        if found.insert(module) {
            open.extend(direct.get(module).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(uses: &[(&str, &str)]) -> Vec<Vec<String>> {
        let uses = uses
            .iter()
            .map(|(from, to)| Use { from: (*from).into(), to: (*to).into(), path: String::new() })
            .collect();
        circles(&uses).into_iter().map(|circle| circle.modules).collect()
    }

    #[test]
    fn what_points_downwards_is_no_circle() {
        assert!(found(&[("a", "b"), ("b", "c"), ("a", "c")]).is_empty());
    }

    #[test]
    fn each_circle_is_found_once_with_all_its_modules() {
        let uses = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("e", "d"), ("f", "a")];
        assert_eq!(found(&uses), [vec!["a", "b", "c"], vec!["d", "e"]]);
    }
}

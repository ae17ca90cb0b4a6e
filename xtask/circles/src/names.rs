//! Collects the paths that code names: `use` declarations, and `a::b` anywhere else, also inside macros.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::UseTree;

/// A path, one segment per element.
pub type Path = Vec<String>;

/// One leaf of a `use` declaration.
pub struct Import {
    pub path: Path,
    /// The local name; `None` for `*`.
    pub name: Option<String>,
}

/// The leaves of a `use` declaration.
pub fn imports(tree: &UseTree) -> Vec<Import> {
    let mut found = Vec::new();
    add_imports(tree, &[], &mut found);
    found
}

fn add_imports(tree: &UseTree, before: &[String], found: &mut Vec<Import>) {
    let with = |name: String| [before, &[name]].concat();
    match tree {
        UseTree::Path(path) => add_imports(&path.tree, &with(path.ident.to_string()), found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| add_imports(tree, before, found)),
        UseTree::Glob(_) => found.push(Import { path: before.to_vec(), name: None }),
        UseTree::Name(name) if name.ident == "self" => {
            found.push(Import { path: before.to_vec(), name: before.last().cloned() });
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            found.push(Import { path: with(name.clone()), name: Some(name) });
        }
        UseTree::Rename(renamed) => {
            let name = renamed.ident.to_string();
            let path = if name == "self" { before.to_vec() } else { with(name) };
            found.push(Import { path, name: Some(renamed.rename.to_string()) });
        }
    }
}

/// The names in tokens: paths of two or more segments, and single words.
#[derive(Default)]
pub struct Named {
    pub paths: BTreeSet<Path>,
    pub words: BTreeSet<String>,
}

impl Named {
    /// Adds the names in `tokens`. Comments are not tokens and doc comments are literals, so neither adds a name.
    pub fn add(&mut self, tokens: TokenStream) {
        let mut path = Path::new();
        // The number of colons after the last word of `path`.
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(word.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    self.add(group.stream());
                    colons = 0;
                }
                _ => {
                    self.end(&mut path);
                    colons = 0;
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Path) {
        match path.len() {
            0 => {}
            1 => drop(self.words.insert(path.remove(0))),
            _ => drop(self.paths.insert(std::mem::take(path))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_wherever_they_stand() {
        let code = "/// `crate::comment::X`\nfn f(a: crate::one::T) { log!(\"{}\", [super::two::g()]); x.y::<T>(); Z::W }";
        let mut named = Named::default();
        named.add(code.parse().unwrap());
        let paths: Vec<String> = named.paths.iter().map(|path| path.join("::")).collect();
        assert_eq!(paths, ["Z::W", "crate::one::T", "super::two::g"]);
        assert!(named.words.contains("log") && !named.words.contains("comment"));
    }

    #[test]
    fn a_declaration_is_taken_apart() {
        let item: syn::ItemUse = syn::parse_str("use crate::{a::{self, B as C}, d::*};").unwrap();
        let leaves: Vec<String> = imports(&item.tree)
            .iter()
            .map(|import| format!("{} {}", import.path.join("::"), import.name.as_deref().unwrap_or("*")))
            .collect();
        assert_eq!(leaves, ["crate::a a", "crate::a::B C", "crate::d *"]);
    }
}

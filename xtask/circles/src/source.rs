//! Reads the modules of a crate from its files, and finds which of them use which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path as File, PathBuf};

use quote::ToTokens;
use syn::{Attribute, Item, Visibility};

use crate::graph::Use;
use crate::names::{Named, Path, imports};

/// The modules of a crate; the first one is its root.
pub struct Crate {
    modules: Vec<Module>,
}

/// A module, in its own file or inline in its parent's.
#[derive(Default)]
struct Module {
    /// The index of the first module in its file, which represents the file.
    file: usize,
    /// Its path in the crate, `kernels::conv`.
    name: String,
    parent: usize,
    children: BTreeMap<String, usize>,
    /// The names of the items that are defined here.
    items: BTreeSet<String>,
    /// Re-exported names and their paths.
    aliases: BTreeMap<String, Path>,
    /// Modules whose names are all re-exported (`pub use …::*`).
    globs: Vec<Path>,
    /// Private `use` declarations: local names and their paths.
    imported: Vec<(Option<String>, Path)>,
    named: Named,
}

impl Crate {
    /// Reads a crate, from its root file.
    pub fn read(root: &File) -> Result<Self, String> {
        let mut read = Self { modules: vec![Module { name: "crate".to_owned(), ..Module::default() }] };
        let folder = root.parent().unwrap_or(File::new("")).to_path_buf();
        read.add_items(0, parse(root)?.items, &folder, &folder)?;
        Ok(read)
    }

    /// The number of files.
    pub fn files(&self) -> usize {
        self.modules.iter().enumerate().filter(|(index, module)| module.file == *index).count()
    }

    /// Adds the items of module `at`. Files of child modules are in `inside`; those with `#[path]` are relative to this
    /// file's folder, `beside`.
    fn add_items(&mut self, at: usize, items: Vec<Item>, inside: &File, beside: &File) -> Result<(), String> {
        for item in items {
            match item {
                Item::Mod(module) if !is_test(&module.attrs) => {
                    let name = module.ident.to_string();
                    let child = self.add_module(at, &name);
                    let own = inside.join(&name);
                    if let Some((_, items)) = module.content {
                        self.modules[child].file = self.modules[at].file;
                        self.add_items(child, items, &own, beside)?;
                        continue;
                    }
                    let named = path_attribute(&module.attrs).map(|path| beside.join(path));
                    let candidates = [named, Some(own.with_extension("rs")), Some(own.join("mod.rs"))];
                    let file = candidates.into_iter().flatten().find(|file| file.is_file());
                    let file =
                        file.ok_or_else(|| format!("module {name} has no file in {}", inside.display()))?;
                    let beside = file.parent().unwrap_or(inside).to_path_buf();
                    let inside =
                        if file.ends_with("mod.rs") { beside.clone() } else { file.with_extension("") };
                    self.add_items(child, parse(&file)?.items, &inside, &beside)?;
                }
                Item::Use(declaration) if !is_test(&declaration.attrs) => {
                    let module = &mut self.modules[at];
                    let private = matches!(declaration.vis, Visibility::Inherited);
                    for import in imports(&declaration.tree) {
                        match import.name {
                            name if private => module.imported.push((name, import.path)),
                            Some(name) => drop(module.aliases.insert(name, import.path)),
                            None => module.globs.push(import.path),
                        }
                    }
                }
                Item::Mod(_) | Item::Use(_) => {}
                other => self.add_code(at, &other),
            }
        }
        Ok(())
    }

    fn add_module(&mut self, parent: usize, name: &str) -> usize {
        let index = self.modules.len();
        let path =
            if parent == 0 { name.to_owned() } else { format!("{}::{name}", self.modules[parent].name) };
        self.modules.push(Module { file: index, name: path, parent, ..Module::default() });
        self.modules[parent].children.insert(name.to_owned(), index);
        index
    }

    fn add_code(&mut self, at: usize, item: &Item) {
        let (attributes, name): (&[Attribute], _) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Item::Impl(item) => (&item.attrs, None),
            Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
            Item::Static(item) => (&item.attrs, Some(&item.ident)),
            Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.ident)),
            Item::Union(item) => (&item.attrs, Some(&item.ident)),
            _ => (&[], None),
        };
        if is_test(attributes) {
            return;
        }
        let module = &mut self.modules[at];
        module.items.extend(name.map(ToString::to_string));
        module.named.add(item.to_token_stream());
    }

    /// Which file uses which other file.
    pub fn uses(&self) -> BTreeSet<Use> {
        let mut found = BTreeSet::new();
        for (index, module) in self.modules.iter().enumerate() {
            // A re-export counts as a use if the module's own code uses the name, too.
            let used =
                |(name, path): (&String, &Path)| module.named.words.contains(name).then(|| path.clone());
            let reexported = module.aliases.iter().filter_map(used);
            let imported = module.imported.iter().map(|(_, path)| path);
            let paths = imported.chain(&module.named.paths).cloned().chain(reexported);
            for path in paths {
                let Some(target) = self.resolve(index, &path, 0) else { continue };
                let [from, to] = [module.file, self.modules[target].file].map(|file| &self.modules[file]);
                if from.name != to.name {
                    let [from, to] = [from, to].map(|module| module.name.clone());
                    found.insert(Use { from, to, path: path.join("::") });
                }
            }
        }
        found
    }

    /// The module that defines what `path` refers to in module `from`; `None` if that is another crate.
    fn resolve(&self, from: usize, path: &[String], depth: usize) -> Option<usize> {
        // Two modules can glob-import each other.
        if depth > 20 {
            return None;
        }
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => 0,
            "self" => from,
            "super" => self.modules[from].parent,
            name if self.modules[from].children.contains_key(name) => {
                rest = path;
                from
            }
            name => {
                let whole: Path = self.local(from, name)?.iter().chain(rest).cloned().collect();
                return self.resolve(from, &whole, depth + 1);
            }
        };
        while let Some((name, after)) = rest.split_first() {
            let module = &self.modules[at];
            if name == "super" {
                at = module.parent;
            } else if let Some(child) = module.children.get(name) {
                at = *child;
            } else if let Some(alias) = module.aliases.get(name) {
                let whole: Path = alias.iter().chain(after).cloned().collect();
                return self.resolve(at, &whole, depth + 1);
            } else if module.items.contains(name) {
                return Some(at);
            } else {
                let through = module.globs.iter().find_map(|glob| {
                    let target = self.resolve(at, glob, depth + 1)?;
                    let path: Path = std::iter::once("self".to_owned()).chain(rest.iter().cloned()).collect();
                    self.defines(target, name).then(|| self.resolve(target, &path, depth + 1))?
                });
                return Some(through.unwrap_or(at));
            }
            rest = after;
        }
        Some(at)
    }

    /// The path that a `use` declaration of module `at` binds to `name`.
    fn local(&self, at: usize, name: &str) -> Option<&Path> {
        let module = &self.modules[at];
        let mut imported = module.imported.iter();
        let private = imported.find(|(known, _)| known.as_deref() == Some(name)).map(|(_, path)| path);
        private
            .or_else(|| module.aliases.get(name))
            .filter(|path| path.first().is_some_and(|first| first != name))
    }

    fn defines(&self, at: usize, name: &str) -> bool {
        let module = &self.modules[at];
        module.items.contains(name) || module.aliases.contains_key(name) || module.children.contains_key(name)
    }
}

fn parse(file: &File) -> Result<syn::File, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    syn::parse_file(&text).map_err(|error| format!("{}: {error}", file.display()))
}

/// Whether the item is `#[test]`, or has a `#[cfg(…)]` that holds in tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.meta.to_token_stream().to_string().replace(' ', "");
        text == "test" || text == "cfg(test)" || text.starts_with("cfg(all(test,")
    })
}

/// The file of `#[path = "…"]`.
fn path_attribute(attributes: &[Attribute]) -> Option<PathBuf> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(meta) if meta.path.is_ident("path") => {
            Some(meta.value.to_token_stream().to_string().trim_matches('"').into())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::circles;

    /// The circles of a crate with these files.
    fn found(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let read = Crate::read(&folder.path().join("lib.rs")).unwrap();
        circles(&read.uses()).into_iter().map(|circle| circle.modules).collect()
    }

    #[test]
    fn two_modules_that_import_each_other_are_a_circle() {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B; pub struct A(B);")];
        assert!(found(&[&files[..], &[("b.rs", "pub struct B;")]].concat()).is_empty());
        let b = ("b.rs", "pub struct B; fn f() { drop(crate::a::A) }");
        assert_eq!(found(&[&files[..], &[b]].concat()), [["a", "b"]]);
    }

    #[test]
    fn a_reexport_leads_to_what_it_names() {
        let lib = ("lib.rs", "mod a; mod b; pub use a::A; pub use b::*;");
        let a = ("a.rs", "use crate::B; pub struct A(B);");
        assert!(found(&[lib, a, ("b.rs", "pub struct B;")]).is_empty());
        assert_eq!(found(&[lib, a, ("b.rs", "pub struct B; type C = crate::A;")]), [["a", "b"]]);
    }

    #[test]
    fn a_child_that_uses_its_user_is_a_circle() {
        let files = [("lib.rs", "mod a;"), ("a/b.rs", "pub fn g() { super::f() }")];
        let parent = ("a/mod.rs", "mod b; pub use b::g; pub fn f() {}");
        assert!(found(&[&files[..], &[parent]].concat()).is_empty());
        let parent = ("a/mod.rs", "mod b; pub use b::g; pub fn f() { g() }");
        assert_eq!(found(&[&files[..], &[parent]].concat()), [["a", "a::b"]]);
        let parent = ("a/mod.rs", "mod b; pub fn f() { b::g() }");
        assert_eq!(found(&[&files[..], &[parent]].concat()), [["a", "a::b"]]);
    }

    #[test]
    fn a_path_through_an_imported_module_leads_to_its_end() {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b; fn f() { b::c::g() }")];
        let deep = [("b.rs", "pub mod c;"), ("b/c.rs", "use crate::a; pub fn g() { a::f() }")];
        assert_eq!(found(&[&files[..], &deep].concat()), [["a", "b::c"]]);
    }

    #[test]
    fn tests_and_comments_do_not_count() {
        let b = "//! crate::a::A\npub struct B; #[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] use crate::a;";
        assert!(
            found(&[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B; pub struct A;"), ("b.rs", b)])
                .is_empty()
        );
    }

    #[test]
    fn a_module_within_a_file_is_that_file() {
        let a = "mod inner { use super::super::b::B; pub struct A(B); } pub use inner::A;";
        assert_eq!(
            found(&[("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", "use crate::a::A; pub struct B;")]),
            [["a", "b"]]
        );
    }
}

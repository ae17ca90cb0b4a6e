//! Writes what is chosen in forms that others can use: the address of this page, a demonstration for a post, a command line.

use options::{Experiment, Options, link, shell};

use crate::model::choice::{Choice, Role};

/// What is chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The photo.
    pub photo: Choice,
    /// The painting.
    pub painting: Choice,
    /// The folder of the network, if the visitor has chosen one.
    pub network: Option<String>,
    /// The options without those that an experiment sets.
    pub options: Options,
    /// The experiment.
    pub experiment: Option<Experiment>,
}

impl Chosen {
    /// The parameters of an address of this page, and the attributes of a demonstration. Files of the visitor have no address and
    /// are left out.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let pictures = [(Role::Photo, &self.photo), (Role::Painting, &self.painting)];
        let named = |(role, choice): (Role, &Choice)| Some((role.key(), choice.address()?));
        let mut parameters: Vec<_> = pictures.into_iter().filter_map(named).collect();
        parameters.extend(link::write(&self.options, self.experiment));
        parameters.extend(self.network.clone().map(|network| ("network", network)));
        parameters
    }

    /// The names of the visitor's own files, which no address can name.
    pub fn own_files(&self) -> Vec<&str> {
        let choices = [&self.photo, &self.painting].into_iter();
        choices.filter(|choice| choice.address().is_none()).map(|choice| choice.title.as_str()).collect()
    }

    /// HTML for a post: the demonstration of the site at `home` (`docs/embedding.md`).
    pub fn embed_code(&self, home: &str) -> String {
        let attribute = |(name, value): (&str, String)| format!("{name}=\"{}\"", html(&value));
        let attributes: Vec<String> = self.parameters().into_iter().map(attribute).collect();
        let (home, attributes) = (html(home), attributes.join(" "));
        format!(
            "<script async src=\"{home}embed.js\"></script>\n<impasto-demo {attributes}></impasto-demo>\n"
        )
    }

    /// The command line that paints the same (`README.md`), for a POSIX shell.
    pub fn command(&self) -> String {
        let options = match self.experiment {
            Some(experiment) => experiment.of(self.options.clone()),
            None => self.options.clone(),
        };
        let name = |choice: &Choice| match choice.address() {
            // The command line reads files.
            Some(address) if choice.is_sample() => format!("{address}.jpg"),
            _ => choice.title.clone(),
        };
        let mut words =
            vec!["impasto".to_owned(), "stylize".to_owned(), name(&self.photo), name(&self.painting)];
        for (flag, value) in link::flags(&options) {
            words.extend([format!("--{flag}"), value]);
        }
        if let Some(network) = &self.network {
            words.extend(["--weights".to_owned(), format!("weights/{network}")]);
        }
        words.extend(["--out".to_owned(), "painted.png".to_owned()]);
        shell::command(words.iter().map(String::as_str))
    }
}

/// Text for an attribute's value.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use options::{Look, link::Link};
    use weights::Layer;

    use super::*;

    fn chosen() -> Chosen {
        Chosen {
            photo: Choice::first(Role::Photo, None).0,
            painting: Choice::first(Role::Painting, None).0,
            network: Some("tiny".into()),
            options: Options { steps: 60, ..Look::Portrait.given_to(&Options::default()) },
            experiment: None,
        }
    }

    #[test]
    fn an_address_asks_for_what_is_chosen() {
        let chosen = Chosen { experiment: Some(Experiment::Texture(Layer::Conv3_1)), ..chosen() };
        let written = chosen.parameters();
        let link =
            Link::read(|key| written.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone()));
        assert_eq!(link.ignored, []);
        assert_eq!((link.options, link.experiment), (chosen.options, chosen.experiment));
        assert_eq!(link.network.map(|pack| pack.to_string()), chosen.network);
        assert_eq!(Choice::first(Role::Photo, link.photo.as_ref()).0, chosen.photo);
        assert_eq!(Choice::first(Role::Painting, link.painting.as_ref()).0, chosen.painting);
    }

    #[test]
    fn files_of_the_visitor_are_left_out_and_named() {
        let own = Choice::own(1, "me & \"you\".jpg".into(), "blob:1".into(), (4, 3));
        let chosen = Chosen { photo: own, ..chosen() };
        assert!(chosen.parameters().iter().all(|(name, value)| *name != "photo" && !value.contains("blob")));
        assert_eq!(chosen.own_files(), ["me & \"you\".jpg"]);
        assert!(chosen.command().starts_with("impasto stylize 'me & \"you\".jpg' "), "{}", chosen.command());
    }

    #[test]
    fn code_for_a_post_is_html_whatever_the_values() {
        let link = link::Asked::Address("https://example.com/a.jpg?b=1&c=\"<d>".into());
        let chosen = Chosen { photo: Choice::first(Role::Photo, Some(&link)).0, ..chosen() };
        let code = chosen.embed_code("https://example.org/impasto/");
        assert!(code.starts_with(
            "<script async src=\"https://example.org/impasto/embed.js\"></script>\n<impasto-demo "
        ));
        assert!(code.contains(" photo=\"https://example.com/a.jpg?b=1&amp;c=&quot;&lt;d>\""), "{code}");
        assert!(code.contains(" look=\"portrait\"") && code.contains(" network=\"tiny\""), "{code}");
    }

    #[test]
    fn a_command_says_what_is_unusual() {
        let command = chosen().command();
        let due = "impasto stylize summer-palace.jpg van-gogh-village-street-in-auvers.jpg --look portrait --steps 60 \
                   --weights weights/tiny --out painted.png";
        assert_eq!(command, due);
    }
}

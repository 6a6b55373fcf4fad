//! Where settings come from: defaults, a file, the environment, flags; the later wins.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind as Fault;
use figment::providers::{Format as _, Toml};

use super::Settings;
use super::environment::{CONFIG, Flags, Given, Variables};
use crate::error::{Error, Result};

/// The file that is read from the working directory where no other is named.
const FILE: &str = "userstore.toml";

/// Where to look for settings. `Debug` shows no value.
#[derive(Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    environment: Variables,
    flags: Flags,
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let flags: Vec<_> = self.flags.values().map(|(name, _)| name).collect();
        let Self { file, environment, .. } = self;
        f.debug_struct("Sources").field("file", file).field("environment", environment).field("flags", &flags).finish()
    }
}

impl Sources {
    /// The environment of this process, and the file that it names in `USERSTORE_CONFIG`.
    #[must_use]
    pub fn from_process() -> Self {
        Self { environment: Variables::of_process(), ..Self::default() }
    }

    /// Reads this file, whatever the environment says; it has to be there.
    #[must_use]
    pub fn file(mut self, path: Option<PathBuf>) -> Self {
        self.file = path.or(self.file);
        self
    }

    /// As if the environment had this variable, in the place of any it has.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.set(name, value);
        self
    }

    /// What a flag such as `--port` says of the setting with the key `server.port`, if it is given: it wins over the
    /// environment, and an error names it.
    #[must_use]
    pub fn flag(mut self, flag: &'static str, key: &'static str, value: Option<String>) -> Self {
        self.flags.extend(value.map(|value| (key, (flag, value))));
        self
    }

    /// The file of settings and its text, if there is one.
    fn read_file(&self) -> Result<Option<(PathBuf, String)>> {
        let file = match &self.file {
            Some(file) => file.as_path(),
            None => match self.environment.file(CONFIG)? {
                None if Path::new(FILE).exists() => Path::new(FILE),
                named => return Ok(named),
            },
        };
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Some((file.to_owned(), text))),
            Err(error) => Err(Error::Settings(format!("{} cannot be read: {error}", file.display()))),
        }
    }
}

/// Loads the settings: the defaults; over them `userstore.toml` in the working directory, or the file named in its
/// place; over it the environment (`DATABASE_URL`, `HOST`, `PORT`, and every key as `USERSTORE_<SECTION>_<KEY>`;
/// `…_FILE` reads a secret from a file); over it the flags.
///
/// # Errors
/// [`Error::Settings`], which names the key, the variable or the flag: one that is unknown, does not parse, is given
/// under two names that differ, or is not valid.
pub fn load(sources: &Sources) -> Result<Settings> {
    let (file, text) = sources.read_file()?.unzip();
    let given = Given::of(&sources.environment, &sources.flags)?;
    let figment = Figment::from(Toml::string(&text.unwrap_or_default())).merge(&given);
    let settings: Settings = figment.extract().map_err(|error| describe(error, &given, file.as_deref()))?;
    match settings.validate() {
        Ok(()) => Ok(settings),
        Err(Error::Settings(message)) => {
            // It begins with the key. The defaults are valid: what nobody else gave is from the file.
            let (key, rule) = message.split_once(' ').unwrap_or((&message, ""));
            let (subject, place) = given.locate(key, file.as_deref());
            Err(Error::Settings(format!("{subject} {rule}{place}")))
        }
        Err(error) => Err(error),
    }
}

/// Says what is wrong with a value, never what the value was: it may be a secret.
fn describe(error: figment::Error, given: &Given, file: Option<&Path>) -> Error {
    // The setting is the list; which of its entries it is, is told besides.
    let (key, entry) = match &*error.path {
        [section, name, entry] if section != "issuers" => (format!("{section}.{name}"), entry.parse::<usize>().ok()),
        path => (path.join("."), None),
    };
    let (subject, place) = given.locate(&key, file);
    let subject = entry.map_or(subject.clone(), |index| format!("entry {} of {subject}", index + 1));
    // In TOML it matters, elsewhere it would mislead.
    let (quoted, unquoted) = if place.is_empty() { ("", "") } else { (", in quotes", ", without quotes") };
    Error::Settings(match error.kind {
        Fault::InvalidType(_, expected) | Fault::InvalidValue(_, expected) => {
            let expected = match expected.as_str() {
                "u16" => format!("a whole number from 0 to {}{unquoted}", u16::MAX),
                "u32" => format!("a whole number from 0 to {}{unquoted}", u32::MAX),
                "a string" => "a text in quotes".to_owned(),
                "a sequence" if key == "issuers" => "a list, each entry under a line [[issuers]]".to_owned(),
                "a sequence" => "a list in brackets, such as [\"one\", \"two\"]".to_owned(),
                "a boolean" => format!("true or false{unquoted}"),
                text if text.starts_with("struct ") => format!("a section, under a line [{key}]"),
                _ => expected,
            };
            format!("{subject} must be {expected}{place}")
        }
        Fault::UnknownField(_, known) => {
            let section = error.path.len() > 1;
            let kind = if section { "keys there" } else { "sections" };
            format!("there is no key `{key}`{place}; the {kind} are {}", known.join(", "))
        }
        Fault::MissingField(name) => format!("{subject} has no key `{name}`{place}; set it"),
        Fault::UnknownVariant(_, known) => format!("{subject} must be one of {}{place}", known.join(", ")),
        Fault::Message(text) if key.is_empty() => {
            // The lines after it show what is there.
            let first = text.lines().next().unwrap_or_default();
            let at = first.trim_start_matches("TOML parse error ");
            format!("the file of settings is not TOML{place}: correct what is {at}")
        }
        Fault::Message(_) if key == "server.host" => {
            format!("{subject} must be an IP address, such as 127.0.0.1, 0.0.0.0 or ::1{quoted}{place}")
        }
        Fault::Message(text) => format!("{subject} {text}{quoted}{place}"),
        other => format!("{subject} {other}{place}"),
    })
}
